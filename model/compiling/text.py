"""Vectorizers: how a text is cut into n-grams, and how these are counted, weighted and normed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from model.compiling.errors import CannotCompile
from model.compiling.state import Bag, Column, Plan, ReaderPlan, State
from model.release.murmur import hashed_column
from model.release.numerics import pack
from model.release.reading import Reader
from model.release.text import normalize_text

LARGEST_N = 8


def counted(vectorizer: Any, state: State, plan: Plan, where: str) -> State:
    """A fitted CountVectorizer."""
    reader = plan.reader(_analyser(vectorizer, state, where))
    terms = tuple(sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__))
    return State((Bag(reader, len(terms), terms, count="present" if vectorizer.binary else "count"),))


def weighted(vectorizer: Any, state: State, plan: Plan, where: str) -> State:
    """A fitted TfidfVectorizer."""
    return _reweighted(vectorizer, counted(vectorizer, state, plan, where), where)


def reweighted(transformer: Any, state: State, plan: Plan, where: str) -> State:
    """A fitted TfidfTransformer after a CountVectorizer."""
    return _reweighted(transformer, state, where)


def _reweighted(weighing: Any, state: State, where: str) -> State:
    if len(state.pieces) != 1 or not isinstance(bag := state.pieces[0], Bag) or not bag.terms or bag.norm or bag.idf:
        raise CannotCompile(f"{where}: it must follow a CountVectorizer")
    count = "sublinear" if weighing.sublinear_tf and bag.count == "count" else bag.count
    idf = tuple(map(float, weighing.idf_)) if weighing.use_idf else None
    return State((Bag(bag.reader, bag.width, bag.terms, count, idf, weighing.norm),))


def hashed(vectorizer: Any, state: State, plan: Plan, where: str) -> State:
    """A HashingVectorizer; the training texts, where the plan has them, say which n-grams are common."""
    reader = plan.reader(_analyser(vectorizer, state, where))
    if plan.texts:
        reader.ids(_common(reader, plan))
    bag = Bag(
        reader,
        vectorizer.n_features,
        count="present" if vectorizer.binary else "count",
        norm=vectorizer.norm,
        alternate_sign=vectorizer.alternate_sign,
    )
    return State((bag,))


def _common(reader: ReaderPlan, plan: Plan) -> list[str]:
    """Every word of the training texts, and the longer n-grams that stand in two of them."""
    shortest, _ = reader.analyser["ngram_range"]
    frequency = _frequency(reader, plan)
    words = _frequency(ReaderPlan(-1, {**reader.analyser, "ngram_range": [1, 1]}), plan) if shortest == 1 else {}
    return [gram for gram, n in frequency.items() if n > 1 or gram in words]


def _frequency(reader: ReaderPlan, plan: Plan) -> Counter[str]:
    """In how many training texts each n-gram stands."""
    cutting = Reader({**reader.analyser, "vocabulary": []})
    frequency: Counter[str] = Counter()
    for text in plan.texts(cutting.field) if plan.texts else ():
        frequency.update(set(cutting.cut(text)))
    return frequency


def order_vocabularies(plan: Plan) -> None:
    """Put what is frequent in the training texts first, where the plan has them."""
    for reader in plan.readers if plan.texts else ():
        reader.order_by(_frequency(reader, plan))


def _analyser(vectorizer: Any, state: State, where: str) -> dict[str, Any]:
    column = state.columns(where)[0]
    if len(state.pieces) != 1 or column.kind not in ("text", "category"):
        raise CannotCompile(f"{where}: a vectorizer reads one text column")
    if vectorizer.analyzer != "word" or vectorizer.tokenizer is not None or vectorizer.input != "content":
        raise CannotCompile(f"{where}: only words cut by a token_pattern can be written as data")
    shortest, longest = vectorizer.ngram_range
    if longest > LARGEST_N:
        raise CannotCompile(f"{where}: n-grams of up to {longest} words, at most {LARGEST_N} can be answered quickly")
    return {
        "field": column.field,
        "fill": _substitute(column, where),
        "prepare": _preparations(vectorizer, where),
        "token_pattern": vectorizer.token_pattern,
        "stop_words": sorted(vectorizer.get_stop_words() or ()),
        "ngram_range": [shortest, longest],
    }


def _substitute(column: Column, where: str) -> str | None:
    if not column.steps:
        return None
    if len(column.steps) == 1 and column.steps[0][0] == "fill":
        return str(column.steps[0][1])
    raise CannotCompile(f"{where}: before a vectorizer only an imputer can be written as data")


def _preparations(vectorizer: Any, where: str) -> list[str]:
    if vectorizer.preprocessor is normalize_text:
        return ["normalize"]
    if vectorizer.preprocessor is not None or callable(vectorizer.strip_accents):
        raise CannotCompile(f"{where}: its preprocessor is code, not data; model.release.text.normalize_text is known")
    lower = ["lower"] if vectorizer.lowercase else []
    return [*lower, vectorizer.strip_accents] if vectorizer.strip_accents else lower


def words_document(bag: Bag, coefficients: list[list[float]], plan: Plan) -> dict[str, Any]:
    """The part of a linear model that weighs a bag of words: one list of coefficients an output."""
    document: dict[str, Any] = {"reader": bag.reader.number, "norm": bag.norm}
    if bag.alternate_sign is not None:
        plan.later.append(lambda: document.update(_hashed_document(bag, coefficients)))
    else:
        bag.reader.ids(bag.terms)
        plan.later.append(lambda: document.update(_weighed_document(bag, coefficients)))
    return document


def _hashed_document(bag: Bag, coefficients: list[list[float]]) -> dict[str, Any]:
    signed = bool(bag.alternate_sign)
    return {
        "binary": bag.count == "present",
        "n_features": bag.width,
        "alternate_sign": signed,
        "columns": [hashed_column(gram, bag.width, signed) for gram in bag.reader.vocabulary],
        "coefficients": [pack(each) for each in coefficients],
    }


def _weighed_document(bag: Bag, coefficients: list[list[float]]) -> dict[str, Any]:
    ids = bag.reader.ids(bag.terms)

    def over_vocabulary(values: Any) -> dict[str, Any]:
        spread = [0.0] * len(bag.reader.vocabulary)
        for place, value in zip(ids, values, strict=True):
            spread[place] = value
        return pack(spread)

    needs_known = bag.norm and bag.idf is None
    return {
        "count": bag.count,
        "idf": over_vocabulary(bag.idf) if bag.idf else None,
        "known": over_vocabulary([1.0] * len(ids)) if needs_known else None,
        "weights": [over_vocabulary(each) for each in coefficients],
    }
