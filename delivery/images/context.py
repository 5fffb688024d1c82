"""What an engine is sent: a tar archive of the Dockerfile and one release, the same bytes for the same files.

Modes are set, not copied: files that only their owner may read here would be unreadable for the server's user there.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path


def context_of(dockerfile: Path, release: Path) -> bytes:
    """`Dockerfile` and `release/...`, sorted, owned by root, without times."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        _add(archive, "Dockerfile", dockerfile)
        _add(archive, "release", release)
        for path in sorted(release.rglob("*")):
            _add(archive, f"release/{path.relative_to(release).as_posix()}", path)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, path: Path) -> None:
    entry = tarfile.TarInfo(name)
    if path.is_dir():
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(entry)
        return
    content = path.read_bytes()
    entry.size, entry.mode = len(content), 0o644
    archive.addfile(entry, io.BytesIO(content))
