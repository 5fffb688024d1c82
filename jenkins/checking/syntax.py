"""What Groovy itself refuses, told where it is to be mended: quotes, brackets, commas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jenkins.checking.findings import Finding
from jenkins.checking.groovy import CLOSING, COMMENT_OR_STRING, SLASHY, Argument, blanked, without_comments

TEXT = re.compile(rf"\$/.*?/\$|{COMMENT_OR_STRING.pattern}|{SLASHY.pattern}", re.DOTALL)
A_VALUE_AND_A_NAME = re.compile(r"(?:'s*'|\"s*\"|[\w.]+|.*[\])])\s+([A-Za-z_]\w*)\s*:(?!:)", re.DOTALL)
A_TEXT_AND_MORE = re.compile(r"(?:'s*'|\"s*\")\s+(?!(?:in|as|instanceof)\b)(['\"\w]+)")

UNEXPECTED = "unexpected token: "


def unterminated(text: str) -> Finding | None:
    """The first quote that nothing ends on its line."""
    rest = TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    quote = re.search(r"['\"]", rest)
    if quote is None:
        return None
    return Finding(rest.count("\n", 0, quote.start()) + 1, f"expecting '{quote[0]}', found '\\n'")


def unbalanced(text: str) -> Finding | None:
    """The first line whose indentation and brackets disagree: most likely the one to be mended."""
    opened: list[tuple[str, int, int]] = []
    last = 1
    for number, line in enumerate(blanked(without_comments(text)).splitlines(), 1):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        found = disagreement(line.strip(), indent, opened, number, last)
        if found:
            return found
        for sign in line:
            if sign in CLOSING:
                opened.append((sign, number, indent))
            elif sign in ")]}":
                wanted = CLOSING[opened.pop()[0]] if opened else ""
                if wanted != sign:
                    return Finding(number, f"expecting '{wanted}', found '{sign}'" if wanted else UNEXPECTED + sign)
        last = number
    return None


def disagreement(line: str, indent: int, opened: list[tuple[str, int, int]], number: int, last: int) -> Finding | None:
    """A line further left than the block that it would belong to, or a bracket further right than the one it closes."""
    if not opened or opened[-1][0] != "{":
        return None
    _, begun, its_indent = opened[-1]
    closes = line.startswith("}")
    if closes and indent > its_indent:
        return Finding(number, UNEXPECTED + "}")
    if indent < its_indent or (indent == its_indent and not closes):
        return Finding(last, f"expecting '}}': the '{{' of line {begun} is not closed")
    return None


def unseparated(argument: Argument) -> Iterator[Finding]:
    """Two arguments, or two texts, without a comma between them."""
    flat = blanked(argument.value)
    more = A_VALUE_AND_A_NAME.match(flat) or A_TEXT_AND_MORE.match(flat)
    if more:
        line = argument.line + flat.count("\n", 0, more.start(1))
        shown = re.match(r"\w+|.[^'\"]*", argument.value[more.start(1) :])
        yield Finding(line, f"{UNEXPECTED}{shown[0] if shown else more[1]} (a comma is missing before it)")
