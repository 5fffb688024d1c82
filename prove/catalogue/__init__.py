"""The commits: bad ones for every gate and data check, and harmless ones that have to pass."""

from prove.catalogue import harmless, house_models, house_rows, sentiment_models, sentiment_rows
from prove.commits import Commit

BAD: tuple[Commit, ...] = (
    *sentiment_rows.COMMITS,
    *house_rows.COMMITS,
    *sentiment_models.COMMITS,
    *house_models.COMMITS,
)
HARMLESS: tuple[Commit, ...] = harmless.COMMITS
UNSEEN: tuple[Commit, ...] = (*sentiment_models.UNSEEN, *house_models.UNSEEN)
"""Bad commits that nobody refuses: what the gates cannot see, measured and said."""

BY_NAME = {commit.name: commit for commit in (*BAD, *HARMLESS, *UNSEEN)}
