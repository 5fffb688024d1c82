"""The shape of a Jenkinsfile: calls, their arguments and blocks, with lines. Its meaning is left to the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

STRING = re.compile(
    r"'''(?:\\.|(?!''').)*'''|'(?:\\.|[^'\\\n])*'"
    r'|"""(?:\\.|(?!""").)*"""|"(?:\\.|\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|[^"\\\n])*"',
    re.DOTALL,
)
COMMENT_OR_STRING = re.compile(rf"(?P<comment>//[^\n]*|/\*.*?\*/)|{STRING.pattern}", re.DOTALL)
SLASHY = re.compile(r"(?<=[(,=:~\[!&|?])(\s*)/(?![/*])(?:\\.|[^/\n\\])+/")
INTERPOLATED = re.compile(r"(?<!\\)(?:\$\{[^}]*\}|\$[A-Za-z_][\w.]*)")
NAME = re.compile(r"[A-Za-z_$][\w$]*")
CLOSING = {"(": ")", "[": "]", "{": "}"}
GOES_ON_AFTER = re.compile(r"[,=+?:(\[&|]\s*$")
GOES_ON_BEFORE = re.compile(r"\s*[.?:+{]")
GOES_ON_BEHIND_BLOCK = re.compile(r"\s*(,|\.|\+|else|catch|finally|while)")
TAKES_A_BLOCK = re.compile(r"(\s*\(.*\)|\s*['\"\w].*)?", re.DOTALL)


class Malformed(ValueError):
    """Text that Groovy itself would refuse; `line` is where."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


class Unbalanced(Malformed):
    """A bracket without its partner."""


@dataclass(frozen=True)
class Argument:
    """`name: value`, or a value alone (`name` is empty)."""

    name: str
    value: str
    line: int

    @property
    def text(self) -> str | None:
        """The content of a string; None where the value is no string alone."""
        found = STRING.fullmatch(self.value)
        quotes = 3 if self.value[:3] in ("'''", '"""') else 1
        return self.value[quotes:-quotes] if found else None


@dataclass(frozen=True)
class Call:
    """One statement: `name arguments` or `name(arguments) { calls }`; `calls` is None without a block."""

    name: str
    head: str
    """What stands between the name and the block, with its brackets."""
    line: int
    calls: tuple[Call, ...] | None = None
    block: str = ""

    def __getitem__(self, name: str) -> Call | None:
        return next((call for call in self.calls or () if call.name == name), None)

    def inside(self) -> Iterator[Call]:
        """Every call in the block, at any depth."""
        for call in self.calls or ():
            yield call
            yield from call.inside()

    def all(self, name: str) -> list[Call]:
        """Every call of this name in the block, at any depth."""
        return [call for call in self.inside() if call.name == name]

    def paths(self, above: tuple[Call, ...] = ()) -> Iterator[tuple[Call, tuple[Call, ...]]]:
        """This call and every call in it, each with those around it, outermost first."""
        yield self, above
        for call in self.calls or ():
            yield from call.paths((*above, self))

    @property
    def arguments(self) -> list[Argument]:
        """The arguments, those of a list literal (`publishHTML([a: 1])`) included."""
        return list(arguments_of(self.head, self.line))

    @property
    def title(self) -> str:
        """The first argument's text, such as a stage's name; empty where it is no string."""
        return next((argument.text or "" for argument in self.arguments), "")


def read(text: str) -> tuple[Call, ...]:
    """Every statement of a Jenkinsfile. Raises Malformed where brackets do not match."""
    plain = without_comments(text)
    return tuple(_Reader(plain, blanked(plain)).calls(0, len(plain)))


def without_comments(text: str) -> str:
    """The text with comments blanked out; lines and columns stay."""
    return COMMENT_OR_STRING.sub(lambda found: _spaces(found[0]) if found["comment"] else found[0], text)


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def blanked(text: str) -> str:
    """The same length of text, with strings and patterns filled up, so that brackets in it are Groovy's."""

    def filled(found: re.Match[str]) -> str:
        return found[0][0] + "s" * (len(found[0]) - 2) + found[0][-1]

    text = STRING.sub(filled, text)
    return SLASHY.sub(lambda found: f"{found[1]}'{'s' * (len(found[0]) - len(found[1]) - 2)}'", text)


def code_of(text: str) -> str:
    """The same length of text with all blanked out that Groovy does not evaluate; `${...}` in double quotes stays."""

    def evaluated(found: re.Match[str]) -> str:
        kept = [""] * (found.end() - found.start())
        if found[0][0] == '"':
            for part in INTERPOLATED.finditer(found[0]):
                kept[part.start() : part.end()] = part[0]
        return "".join(sign or ("\n" if was == "\n" else " ") for sign, was in zip(kept, found[0], strict=True))

    return STRING.sub(evaluated, without_comments(text))


def closing_of(flat: str, at: int, end: int) -> int | None:
    """Where the bracket at `at` is closed; None where it is not, or by another kind."""
    wanted = []
    for place in range(at, end):
        if flat[place] in CLOSING:
            wanted.append(CLOSING[flat[place]])
        elif flat[place] in ")]}":
            if flat[place] != wanted.pop():
                return None
            if not wanted:
                return place
    return None


def arguments_of(head: str, line: int) -> Iterator[Argument]:
    """The arguments in `(a: 1, 'b')` or `a: 1, 'b'`."""
    inner, flat = head.strip(), blanked(head.strip())
    while flat[:1] in ("(", "[") and closing_of(flat, 0, len(flat)) == len(flat) - 1:
        inner, flat = inner[1:-1], flat[1:-1]
    start, depth = 0, 0
    for at, sign in enumerate(flat + ","):
        depth += (sign in CLOSING) - (sign in ")]}")
        if sign == "," and depth == 0:
            part = inner[start:at]
            if part.strip():
                yield _argument(part, line + inner.count("\n", 0, start + len(part) - len(part.lstrip())))
            start = at + 1


def _argument(part: str, line: int) -> Argument:
    named = re.match(r"\s*([A-Za-z_]\w*)\s*:(?!:)", part)
    return Argument(named[1], part[named.end() :].strip(), line) if named else Argument("", part.strip(), line)


def calls_in(text: str, line: int) -> Iterator[Call]:
    """The calls inside an argument list, such as `logRotator(...)` in `buildDiscarder(logRotator(...))`."""
    flat = blanked(text)
    for found in re.finditer(r"(?<![.\w$])([a-z]\w*)\s*\(", flat):
        end = closing_of(flat, found.end() - 1, len(flat))
        if end is not None:
            yield Call(found[1], text[found.end() - 1 : end + 1], line + text.count("\n", 0, found.start()))


class _Reader:
    def __init__(self, text: str, flat: str) -> None:
        self.text, self.flat = text, flat

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def calls(self, at: int, end: int) -> Iterator[Call]:
        while at < end:
            if self.flat[at] in " \t\r\n;":
                at += 1
            else:
                call, at = self.call(at, end)
                yield call

    def call(self, begin: int, end: int) -> tuple[Call, int]:
        """The statement that begins here, and where it ends."""
        at, block = begin, None
        while at < end:
            sign = self.flat[at]
            if sign in CLOSING:
                close = self.close(at, end)
                opens = sign == "{" and block is None
                block = (at, close) if opens else block
                at = close + 1
                if opens and not GOES_ON_BEHIND_BLOCK.match(self.flat, at, end):
                    self.require_new_line(at, end)
                    break
                continue
            if sign in ")]}":
                raise Unbalanced(self.line(at), f"unexpected token: {sign}")
            if sign == ";" or (sign == "\n" and self.ends_at(begin, at, end)):
                break
            at += 1
        return self.made(begin, at, block), at

    def ends_at(self, begin: int, at: int, end: int) -> bool:
        goes_on = GOES_ON_AFTER.search(self.flat[begin:at]) or GOES_ON_BEFORE.match(self.flat, at, end)
        return not goes_on

    def close(self, at: int, end: int) -> int:
        close = closing_of(self.flat, at, end)
        if close is None:
            raise Unbalanced(self.line(at), f"expecting '{CLOSING[self.flat[at]]}': '{self.flat[at]}' is not closed")
        return close

    def require_new_line(self, at: int, end: int) -> None:
        more = re.compile(r"[ \t]*([A-Za-z_]\w*)").match(self.flat, at, end)
        if more:
            raise Malformed(self.line(at), f"unexpected token: {more[1]} (it wants a line of its own)")

    def made(self, begin: int, end: int, block: tuple[int, int] | None) -> Call:
        head = self.text[begin : block[0] if block else end].strip()
        named = NAME.match(head)
        if not named:
            return Call("", head, self.line(begin))
        rest = head[named.end() :]
        if block is None or not TAKES_A_BLOCK.fullmatch(rest) or rest.lstrip()[:1] in ("=", "."):
            return Call(named[0], self.text[begin + named.end() : end].strip(), self.line(begin))
        inner = tuple(self.calls(block[0] + 1, block[1]))
        return Call(named[0], rest.strip(), self.line(begin), inner, self.text[block[0] + 1 : block[1]])
