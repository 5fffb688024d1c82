"""Sealing a release: every file's hash, one identity for all that answers, and the refusal of anything else.

The seal says that a folder is unchanged, not who made it: whoever can write the folder can seal it anew. What may run
is decided where the identity is compared, in the target's state and the ledger.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from model.release.documents import VERSION, Document, canonical, read_document, rendered, take, write_document
from model.release.errors import BadDocument, Foreign, Tampered, Unsealed

RELEASE, CARD = "release.json", "card.md"
REQUIRED = ("scorer.json", "schema.json", "reference.json", "samples.json", "requirements.txt", CARD)
ALLOWED = (*REQUIRED, "scorer.skops", "runtime.py", "model/__init__.py")
CODE = ("serving/", "model/release/")
PROVENANCE = (
    "candidate", "commit", "created", "data", "base_image", "dockerfile_sha256", "figures", "verdicts",
)  # fmt: skip
"""What `seal` must be told; all else in release.json it reads from the folder."""


@dataclass(frozen=True)
class ReleaseInfo:
    """Who a sealed release is; `document` is all of release.json."""

    model: str
    identity: str
    task: str
    api: int
    candidate: str
    commit: str
    document: Document


def identity_of(files: Mapping[str, str], dockerfile_sha256: str | None, base_image: str | None) -> str:
    """The identity, 12 hex digits: of every answering file's path and sha256, the Dockerfile and the base's digest.

    `base_image` is `name@sha256:...`: only the digest counts, a mirror under another name is the same image; None
    until `base_digest` is set. The Dockerfile counts wherever there is one, also where no image is built of it.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        if path != CARD:
            digest.update(f"{path}\0{files[path]}\n".encode())
    for name, value in (("Dockerfile", dockerfile_sha256), ("base image", (base_image or "").rpartition("@")[2])):
        if value:
            digest.update(f"{name}\0{value}\n".encode())
    return digest.hexdigest()[:12]


def answering_files(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a release, sealed or not, that its identity is made of."""
    return {path: sha256 for path, sha256 in hashes_of(folder).items() if path != CARD}


def seal(folder: Path, provenance: Mapping[str, object]) -> ReleaseInfo:
    """Write release.json; `provenance` holds exactly the keys of PROVENANCE.

    Foreign where a file lies in the folder that has no business there, BadDocument where one is missing.
    """
    files = hashes_of(folder)
    _require_release(folder, files)
    if set(provenance) != set(PROVENANCE):
        raise BadDocument("provenance", f"wanted {', '.join(PROVENANCE)}, saw {', '.join(sorted(provenance))}")
    schema = read_document(folder / "schema.json")
    document: Document = {
        "schema": VERSION,
        **{key: take(schema, key, "schema.json") for key in ("model", "task", "api")},
        "identity": identity_of(files, _text(provenance["dockerfile_sha256"]), _text(provenance["base_image"])),
        **provenance,
        "lock_sha256": files["requirements.txt"],
        "files": files,
    }
    write_document(folder / RELEASE, {**document, "seal": _seal_of(document)})
    return verify(folder)


def verify(folder: Path) -> ReleaseInfo:
    """Who the release is, once every byte of it is as sealed; Unsealed, or Tampered with the file's name."""
    document = _read_sealed(folder)
    sealed, found = document["files"], hashes_of(folder)
    for path in sorted({*sealed, *found}):
        if path not in found:
            raise Tampered(path, "missing from the release", folder)
        if path not in sealed:
            raise Tampered(path, "not listed in release.json", folder)
        if sealed[path] != found[path]:
            raise Tampered(path, f"changed: sha256 {found[path][:12]}, sealed {sealed[path][:12]}", folder)
    identity = identity_of(found, document.get("dockerfile_sha256"), document.get("base_image"))
    if document["identity"] != identity:
        raise Tampered(RELEASE, f"identity {document['identity']}, the files make {identity}", folder)
    named = {key: take(document, key, RELEASE) for key in ("model", "task", "api", "candidate", "commit")}
    return ReleaseInfo(**named, identity=identity, document=document)


def _read_sealed(folder: Path) -> Document:
    path = folder / RELEASE
    if not path.exists():
        raise Unsealed(folder)
    try:
        document = read_document(path)
    except BadDocument as error:
        raise Tampered(RELEASE, str(error), folder) from None
    body = {key: value for key, value in document.items() if key != "seal"}
    # The bytes too: a space more means nothing, but nobody should have to wonder.
    if document.get("seal") != _seal_of(body) or path.read_bytes() != rendered(document):
        raise Tampered(RELEASE, "changed: it does not match its own seal", folder)
    return document


def _seal_of(document: Document) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadDocument("provenance", f"wanted text or null, saw {value!r}")


def hashes_of(folder: Path) -> dict[str, str]:
    """The sha256 of every file but release.json, by its path; Foreign for what is no plain file."""
    hashes = {}
    for path in sorted(_walk(folder)):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file():
            raise Foreign(name, "a link or no plain file", folder)
        if name != RELEASE:
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        yield from (Path(parent, name) for name in (*files, *linked))


def _require_release(folder: Path, files: Mapping[str, str]) -> None:
    for path in files:
        hidden = any(part.startswith((".", "__pycache__")) for part in path.split("/"))
        if hidden or not (path in ALLOWED or path.startswith(CODE)):
            raise Foreign(path, "this file has no business in a release", folder)
    for path in (*REQUIRED, "model/__init__.py", "model/release/__init__.py"):
        if path not in files:
            raise BadDocument(path, f"missing from the release ({folder})")
