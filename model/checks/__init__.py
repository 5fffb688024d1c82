"""What must hold of the rows before anything is learned from them.

A check is a function of the data and of the champion's profile, one file a family. A model's `CHECKS` name it by its
`kind`. A new kind is a function with `@check` in one of the files.
"""

from model.checks import identity, leaks, rows, target, values, words
from model.checks.report import Report, check_dataset, problems_of, profile, run_checks
from model.checks.result import KINDS, CheckResult, WrongCheck

__all__ = ["KINDS", "CheckResult", "Report", "WrongCheck", "check_dataset", "problems_of", "profile", "run_checks"]

FAMILIES = (identity, leaks, rows, target, values, words)
