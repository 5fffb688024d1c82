"""`make notify`: how a build ended, as JSON to the address in WEBHOOK (Slack, Mattermost, Teams or anything of yours).

Needs the standard library alone. The address is a secret: it is never printed.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping

TIMEOUT_SECONDS = 10.0


def message(environment: Mapping[str, str]) -> dict[str, str]:
    """What is sent: `text` for a chat, the parts for programs."""
    build, result = environment.get("BUILD_TAG", "a build"), environment.get("RESULT", "UNKNOWN")
    summary, url = environment.get("SUMMARY", ""), environment.get("BUILD_URL", "")
    text = ": ".join(part for part in (f"{build} {result}", summary) if part)
    return {"text": f"{text} {url}".strip(), "build": build, "result": result, "summary": summary, "url": url}


def main(environment: Mapping[str, str]) -> int:
    """Sends it. Always 0: a delivery that went well does not fail because a chat is down."""
    address = environment.get("WEBHOOK", "")
    if not address:
        print("notify: WEBHOOK is empty, nobody is told")
        return 0
    body = json.dumps(message(environment)).encode()
    try:
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            print(f"notify: told, answered {answer.status}")
    except (OSError, ValueError) as error:
        reason = error.code if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        print(f"notify: the webhook did not take it ({reason})", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
