"""Where a model's rows are: in its own folder, or fetched and kept by content hash under `build/<model>/rows/`."""

from __future__ import annotations

from pathlib import Path

from delivery.progress import tell
from delivery.work import Work
from model.sources import Source, fetch, latest


def fetch_rows(work: Work) -> Path | None:
    """Asks the source that project.toml names for rows; None where the rows lie in the model's folder."""
    source = work.settings.source_of(work.name)
    if not isinstance(source, Source):
        return source
    fetched = fetch(source, cache_of(work))
    tell(f"check: {'fetched new rows' if fetched.new else 'nothing new at the source'} (sha256 {fetched.sha256[:12]})")
    return fetched.path


def rows_file(work: Work) -> Path | None:
    """The rows as `check` last saw them; None where they lie in the model's folder."""
    source = work.settings.source_of(work.name)
    if not isinstance(source, Source):
        return source
    fetched = latest(cache_of(work))
    return fetched.path if fetched else fetch_rows(work)


def cache_of(work: Work) -> Path:
    """Where fetched rows are kept."""
    return work.build / "rows"
