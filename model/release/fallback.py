"""scikit-learn itself as a scorer, for pipelines that cannot be compiled: read by skops, which builds named types only.

Requests that arrive while others are being answered wait together and are answered in one call (leader and followers),
which is where scikit-learn is quick; a request that finds nobody at work starts at once.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from model.release.documents import Document, take
from model.release.errors import BadDocument
from model.release.explaining import Contribution, largest_first
from model.release.reading import Row, Unanswerable

WHERE = "scorer.json"
Question = TypeVar("Question")
Answer = TypeVar("Answer")


class _Ticket(Generic[Question, Answer]):
    """One caller's questions, and what became of them."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.answers: Sequence[Answer] = ()
        self.error: Exception | None = None
        self.done = False


class Batcher(Generic[Question, Answer]):
    """Answers the questions of concurrent callers together, without ever waiting for more to come.

    The first caller to find nobody at work becomes the leader and answers all that wait, itself included; whoever comes
    meanwhile waits for the next round, of which one of them is the leader. If a round fails, its callers are answered
    one by one, so that one caller's bad row is nobody else's.
    """

    def __init__(self, answer: Callable[[Sequence[Question]], Sequence[Answer]], most: int = 256) -> None:
        self._answer = answer
        self._most = most
        self._changed = threading.Condition()
        self._waiting: list[_Ticket[Question, Answer]] = []
        self._busy = False

    def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """The answers, in order; raises what answering these very questions raised."""
        ticket: _Ticket[Question, Answer] = _Ticket(questions)
        with self._changed:
            self._waiting.append(ticket)
        while round_ := self._next_round(ticket):
            try:
                self._answer_round(round_)
            finally:
                self._finish(round_)
        if ticket.error:
            raise ticket.error
        return ticket.answers

    def _next_round(self, ticket: _Ticket[Question, Answer]) -> list[_Ticket[Question, Answer]]:
        """The tickets that the caller is to answer as leader; none once somebody has answered its own."""
        with self._changed:
            while self._busy and not ticket.done:
                self._changed.wait()
            if ticket.done:
                return []
            self._busy = True
            count, size = 0, 0
            for waiting in self._waiting:
                size += len(waiting.questions)
                if count and size > self._most:
                    break
                count += 1
            round_, self._waiting = self._waiting[:count], self._waiting[count:]
            return round_

    def _finish(self, round_: list[_Ticket[Question, Answer]]) -> None:
        with self._changed:
            for ticket in round_:
                ticket.done = True
            self._busy = False
            self._changed.notify_all()

    def _answer_round(self, round_: list[_Ticket[Question, Answer]]) -> None:
        try:
            answers = iter(self._answer([question for ticket in round_ for question in ticket.questions]))
            for ticket in round_:
                ticket.answers = [next(answers) for _ in ticket.questions]
        except Exception as error:
            if len(round_) == 1:
                round_[0].error = error
                return
            for ticket in round_:
                self._answer_round([ticket])


class FallbackScorer:
    """A fitted pipeline behind the interface of a scorer."""

    exact = False

    def __init__(self, pipeline: Any, fields: Sequence[tuple[str, str]], labels: Sequence[str]) -> None:
        self._pipeline = pipeline
        self._fields = fields
        self._labels = labels
        self._batcher: Batcher[Row, Any] = Batcher(self._predict)
        of = "" if not labels else f" of {labels[-1]}" if len(labels) == 2 else " of the label answered"
        self.unit = f"change of the probability{of}" if labels else "change of the answer"

    def answer(self, rows: Sequence[Row]) -> list[list[float]] | list[float]:
        """One answer a row. Unanswerable where the pipeline refuses one."""
        return list(self._batcher.ask(rows)) if rows else []

    def members(self) -> Mapping[str, FallbackScorer]:
        """The members of a vote of whole pipelines by name; else empty."""
        names = [name for name, member in getattr(self._pipeline, "estimators", []) if not isinstance(member, str)]
        fitted = getattr(self._pipeline, "estimators_", [])
        if not hasattr(self._pipeline, "voting") and type(self._pipeline).__name__ != "VotingRegressor":
            return {}
        return {n: FallbackScorer(each, self._fields, self._labels) for n, each in zip(names, fitted, strict=True)}

    def explain(self, row: Row, reference: Row) -> list[Contribution]:
        """How the answer changes when the row's field is put in the place of the reference's."""
        texts = [name for name, kind in self._fields if kind == "text"]
        changed = [field for field in row if field in reference or field in texts]
        others: list[Row] = [{**row, field: reference.get(field, "")} for field in changed]
        here, *there = self.answer([row, *others])
        contributions = [_difference(here, each) for each in there]
        return largest_first(Contribution(f, row[f], x) for f, x in zip(changed, contributions, strict=True))

    def knows(self, word: str) -> bool:
        """True: no vocabulary is kept."""
        return True

    def _predict(self, rows: Sequence[Row]) -> list[Any]:
        frame = self._frame(rows)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an unknown category is worth a warning in training, not in a log
                answers = self._pipeline.predict_proba(frame) if self._labels else self._pipeline.predict(frame)
        except (TypeError, ValueError) as error:
            raise Unanswerable(f"the model refuses this row: {str(error).splitlines()[0]}") from error
        plain: list[Any] = answers.tolist()
        return plain

    def _frame(self, rows: Sequence[Row]) -> Any:
        import pandas as pd

        # None becomes NaN in the numbers and stays None elsewhere, exactly as in training.
        return pd.DataFrame(
            {
                name: pd.Series([row[name] for row in rows], dtype=float if kind in ("number", "date") else object)
                for name, kind in self._fields
            }
        )


def _difference(here: Any, there: Any) -> float:
    if not isinstance(here, list):
        return float(here - there)
    place = len(here) - 1 if len(here) == 2 else here.index(max(here))
    return float(here[place] - there[place])


def load_fallback(document: Document, folder: Path | None) -> FallbackScorer:
    """The pipeline of a scorer.json of the family `fallback`. Only types that it names are built; BadDocument else."""
    from skops.io import load
    from skops.io.exceptions import UntrustedTypesFoundException

    node = take(document, "scorer", WHERE)
    if folder is None:
        raise BadDocument(WHERE, "a fallback needs the folder of its release, to read its pipeline")
    try:
        pipeline = load(folder / take(node, "file", WHERE), trusted=take(node, "trusted", WHERE))
    except UntrustedTypesFoundException as error:
        raise BadDocument(node["file"], f"it holds types that scorer.json does not name: {error}") from None
    fields = [(name, kind) for name, kind in take(node, "fields", WHERE)]
    return FallbackScorer(pipeline, fields, take(document, "labels", WHERE))
