"""Training anew because an alert calls for it: rows are fetched first, and where there are none new that is said."""

from __future__ import annotations

import argparse
from dataclasses import replace

from delivery.commands import VERBS
from delivery.correcting import Correction
from delivery.errors import Refused
from delivery.opening import lock
from delivery.performing import function_of, perform
from delivery.responding import Response
from delivery.settings import Settings
from delivery.work import Work

NOTHING_NEW = "nothing new in the data, so training again would give the same release"


def retrain(settings: Settings, correction: Correction, wait_seconds: float) -> Response:
    """The way from check to promote, by the code of those verbs; Refused where one of them says no."""
    from delivery.running import build_lock
    from model.library import load_spec

    model = correction.alert.model
    work = Work(load_spec(model), settings)
    with build_lock(work, VERBS["run"]):
        with lock(settings, model, "respond", wait_seconds):
            response = correction.answer()  # once more: somebody else may have trained while this call waited
        if response.action != "retrain":
            return response
        correction.delivery.target.open()
        why = f"{response.reason}; {what_is_new(work, correction)}"
        if why.endswith(NOTHING_NEW):
            correction.note("told", why)
            return replace(response, action="tell", reason=why)
        # Noted before it is done: one that is killed has to count as well, or a bad set of rows is tried for ever.
        correction.note("retrained", why)
        function_of("run")(work, argparse.Namespace())
    return replace(response, reason=why)


def what_is_new(work: Work, correction: Correction) -> str:
    """Fetches and checks the rows, and says whether the champion has seen them."""
    from delivery.verbs.check import champion_data

    try:
        perform("check", work, argparse.Namespace())
    except Refused as refusal:
        correction.note("told", str(refusal), "check")
        raise
    learned = champion_data(work)
    known = learned is not None and learned["sha256"] == work.read("check.json")["data_sha256"]
    return NOTHING_NEW if known else "there are rows that the champion has not seen"
