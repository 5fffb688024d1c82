"""Build arguments: how packages are reached from inside a network of one's own. None of them is left in the image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from delivery.errors import WrongSetting

FORWARDED = (
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
"""Taken from the environment where they are set."""
CA_FILE, CA_BYTES_AT_MOST = "BUILD_CA_FILE", 100_000
"""The variable that names a PEM file with the index's or the proxy's authority; Linux limits an argument's length."""
HIDDEN_CHARS_AT_LEAST = 8


def build_arguments(environment: Mapping[str, str], base: str) -> dict[str, str]:
    """The Dockerfile's arguments: the base image, and what the environment says about index, proxy and authority."""
    arguments = {"BASE": base} | {name: environment[name] for name in FORWARDED if environment.get(name)}
    if environment.get(CA_FILE):
        arguments["CA_PEM"] = _read_authority(Path(environment[CA_FILE]))
    return arguments


def hide(text: str, arguments: Mapping[str, str]) -> str:
    """An engine's words without the arguments' values: an index's address may hold a password."""
    secrets = [value for name, value in arguments.items() if name != "BASE" and len(value) >= HIDDEN_CHARS_AT_LEAST]
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, "***")
    return text


def _read_authority(path: Path) -> str:
    try:
        pem = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{CA_FILE}: {path} cannot be read as PEM ({error})") from None
    if "BEGIN CERTIFICATE" not in pem or len(pem) > CA_BYTES_AT_MOST:
        raise WrongSetting(
            f"{CA_FILE}: {path} holds {len(pem)} bytes, wanted certificates in PEM, at most {CA_BYTES_AT_MOST} bytes: "
            "your own authority's alone, not the system's bundle"
        )
    return pem
