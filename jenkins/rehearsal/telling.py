"""A rehearsal as a person reads it: one line a thing that happened, stage by stage, before the raw log."""

from __future__ import annotations

from collections.abc import Iterator

from jenkins.rehearsal.running import Event, Rehearsal

NAME = 10


def tell_story(seen: Rehearsal) -> str:
    """How it ended, and every event in its order."""
    head = f"{seen.name}: {seen.result}\n{seen.events[-1].get('description') or ''}\n\n"
    return head + "".join(
        f"  {event.get('stage', ''):{NAME}} {line}\n" for event in seen.events for line in lines(event)
    )


def lines(event: Event) -> Iterator[str]:
    """What an event says; nothing for one that says nothing to a reader."""
    if "sh" in event:
        with_them = f"  with {', '.join(event['credentials'])}" if event["credentials"] else ""
        yield f"$ {event['sh']}{with_them}  -> {event['exit']}"
    if event.get("junit"):
        yield f"junit: {len(event['junit'])} files, {event['failed']} failed cases"
    if "archived" in event:
        kept = " with fingerprints" if event["fingerprint"] else ""
        yield f"archived{kept}: {len(event['archived'])} files"
    for key, says in SAYS.items():
        if key in event:
            yield says.format(event[key])


SAYS = {
    "cause": "started by {}",
    "skipped": "skipped: {}",
    "agent": "on an agent labelled {}",
    "asked": "a person is asked: {}",
    "refused": "ended: {}",
    "post": "post {{ {} }}",
    "postFailed": "post failed: {}",
    "warned": "warned: {}",
    "milestone": "milestone {}",
    "stash": "stashed {}",
    "unstash": "unstashed {}",
    "publishHTML": 'report published: "{}"',
    "result": "the build is {}",
}
