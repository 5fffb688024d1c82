"""`doctor`: what must be there before anything moves, one line each."""

from __future__ import annotations

import argparse

from delivery import doctor as examination
from delivery.errors import Broken
from delivery.progress import tell
from delivery.settings import Settings


def doctor(settings: Settings, _call: argparse.Namespace) -> None:
    """Tells every finding; Broken where one is not well."""
    from model.library import find_models

    wrong = 0
    for finding in examination.examine(settings, find_models()):
        tell(finding.line())
        wrong += not finding.ok
    if wrong:
        raise Broken(f"doctor: {wrong} things are not well; the lines with NO say what mends them")
    tell(f"doctor: all is well for {settings.environment or 'this machine'}")
