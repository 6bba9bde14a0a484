"""How what ``check`` found is shown: a table for a person, lines for a pipe, JSON for a program."""

from __future__ import annotations

import json
import os
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO, Any, Final

from binance_legacy.check import GOOD, Finding, Place, Unread

NOT_READ: Final = "not read"
"""The status of a script that could not be read."""

_COLOURS: Final[Mapping[str, int]] = {"alive": 32, "answered": 36, "unknown": 33}
_BAD, _BOLD, _DIM = 31, 1, 2
_NAME_WIDTH: Final = 34
_STATUS_WIDTH: Final = 12
_LEAST_TEXT: Final = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report.

    Attributes:
        what: ``call``, ``path``, ``stream``, ``address``, ``import``, ``constant``, or ``script`` for all of it.
        name: what stands there.
        status, text, since, today: of the verdict.
        probably: whether it is only likely that this is Binance's.
    """

    place: Place
    what: str
    name: str
    status: str
    text: str
    since: str | None = None
    today: tuple[str, ...] = ()
    probably: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the script's owner has nothing to do."""
        return self.status in GOOD

    @property
    def shown_name(self) -> str:
        return self.name.replace("{}", "...")

    @property
    def sentence(self) -> str:
        return f"probably: {self.text}" if self.probably else self.text


def row_of(found: Finding | Unread) -> Row:
    """What was found, as a line of the report."""
    if isinstance(found, Unread):
        return Row(found.place, "script", "", NOT_READ, found.hint or found.why)
    use, said = found.use, found.verdict
    what = "stream" if use.form == "listed stream" else use.form
    return Row(found.place, what, use.name, said.status, said.text, said.since, said.today, not use.sure)


def as_json(rows: Sequence[Row], scripts: int) -> str:
    """All of it, for a program."""
    counts = Counter(row.status for row in rows)
    report = {"scripts": scripts, "counts": dict(counts), "findings": [_members(row) for row in rows]}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _members(row: Row) -> dict[str, Any]:
    place = row.place
    return {
        "file": place.file, "cell": place.cell, "line": place.line, "column": place.column, "what": row.what,
        "name": row.name, "status": row.status, "text": row.text, "since": row.since, "today": row.today,
        "probably": row.probably,
    }  # fmt: skip


def as_lines(rows: Sequence[Row]) -> str:
    """One line each: ``FILE:LINE: STATUS: NAME: TEXT``."""
    parts = ([str(row.place), row.status, row.shown_name, row.sentence] for row in rows)
    return "".join(": ".join(filter(None, part)) + "\n" for part in parts)


def as_table(rows: Sequence[Row], width: int, coloured: bool) -> str:
    """A table for each script, as wide as the terminal."""
    lines = []
    for file, of_file in groupby(rows, lambda row: row.place.file):
        lines += [_painted(file, _BOLD, coloured), *_table(list(of_file), width, coloured), ""]
    return "\n".join(lines) + ("\n" if lines else "")


def _table(rows: Sequence[Row], width: int, coloured: bool) -> Iterator[str]:
    numbers = [_number(row.place) for row in rows]
    first = max(map(len, numbers)) + 2
    second = min(_NAME_WIDTH, max(len(row.shown_name) for row in rows)) + 2
    indent = first + 2 + _STATUS_WIDTH + second
    for number, row in zip(numbers, rows, strict=True):
        head = f"{number:>{first}}  "
        status = _painted(f"{row.status:<{_STATUS_WIDTH}}", _COLOURS.get(row.status, _BAD), coloured)
        fits = len(row.shown_name) <= second - 2 and width - indent >= _LEAST_TEXT
        column = indent if fits else first + 4
        text = textwrap.wrap(row.sentence, max(_LEAST_TEXT, width - column), break_on_hyphens=False)
        yield f"{head}{status}{row.shown_name:<{second}}{text.pop(0) if fits and text else ''}".rstrip()
        yield from (" " * column + line for line in text)


def _number(place: Place) -> str:
    return str(place.line) if place.cell is None else f"[{place.cell}] {place.line}"


def summary(rows: Sequence[Row], scripts: int) -> str:
    """How many of each, in one line."""
    read = f"{scripts} script{'' if scripts == 1 else 's'}"
    if not rows:
        return f"{read}: no use of Binance found\n"
    counts = Counter(row.status for row in rows)
    good, bad = (
        ", ".join(f"{count} {status}" for status, count in counts.most_common() if (status in GOOD) is wanted)
        for wanted in (True, False)
    )
    return f"{read}: {'; '.join(filter(None, (good, bad and f'to be looked at: {bad}')))}\n"


def may_be_coloured(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """Whether colours are wanted (https://no-color.org) and understood."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb" or not stream.isatty():
        return False
    return os.name != "nt" or bool(environment.get("WT_SESSION") or environment.get("ANSICON"))


def _painted(text: str, colour: int, coloured: bool) -> str:
    return f"\033[{colour}m{text}\033[0m" if coloured else text
