"""``check``: what will become of an old script today, before it is run."""

from __future__ import annotations

import io
import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .table import Command, CommandError

if TYPE_CHECKING:
    from binance_legacy.check import Finding, Script, Unread

    from .findings import Row

LESSON = """\
Read old scripts, without running anything of them, and say for each line that uses Binance what will happen
today when it runs on binance_legacy. Folders are read whole (*.py, *.pyw, *.ipynb); - reads standard input.

  alive        works as it did
  answered     Binance moved it; its successor is called, and the answer has the old shape
  gone         Binance switched it off; the text says since when, and what comes nearest
  not served   python-binance 1.x has it, or Binance moved it, and this version of binance_legacy lacks it yet
  not found    no version of python-binance had it, or Binance has no such thing: often a typing error
  unknown      written by hand and sent to Binance as it stands; nothing is known of it here
  not read     the file is no Python 3, often Python 2; the others are read all the same

"probably" stands where a method has a name of Binance's and what stands before the dot is not known.
On a terminal the answer is a table; into a pipe it is lines, FILE:LINE: STATUS: NAME: TEXT

examples:
  python -m binance_legacy check my_old_bot.py
  python -m binance_legacy check --problems ~/bots            only what needs a hand
  python -m binance_legacy check --json ~/bots > bots.json
  cat bot.py | python -m binance_legacy check -
"""
CODES = """\
exit codes: 0 done, and all of it will work; 1 something is gone, not served, not found or not read;
2 wrong command line (nothing read); 130 Ctrl-C"""

STANDARD_INPUT = "-"


def declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="a script, a notebook, a folder, or - for standard input"
    )
    parser.add_argument("--json", action="store_true", help="all that was found, as JSON")
    parser.add_argument(
        "--problems", action="store_true", help="leave out what is alive, answered or unknown"
    )


def carry_out(options: Namespace) -> int:
    from . import findings  # with the whole package, to see what it has

    read = _read(options.paths)
    rows = _rows(read)
    bad = [row for row in rows if not row.is_good]
    shown = bad if options.problems else rows
    scripts = len({one.name for one in read})
    if options.json:
        _write(findings.as_json(shown, scripts))
    elif sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        _write(findings.as_table(shown, width, findings.may_be_coloured(sys.stdout)))
        _write(findings.summary(rows, scripts))
    else:
        _write(findings.as_lines(shown) + findings.summary(rows, scripts))
    return 1 if bad else 0


def _read(paths: Sequence[str]) -> list[Script | Unread]:
    from binance_legacy import check

    files = [Path(path) for path in paths if path != STANDARD_INPUT]
    try:
        read = list(check.read(files))
    except check.NothingThere as error:
        raise CommandError(str(error)) from None
    if STANDARD_INPUT in paths:
        read += check.read_text("<stdin>", sys.stdin.buffer.read(), Path())
    if not read:
        raise CommandError(f"there is no Python script or notebook in {' or '.join(paths)}")
    return read


def _rows(read: Sequence[Script | Unread]) -> list[Row]:
    """All that is to be said, file by file as they were read, line by line."""
    from binance_legacy import check

    from .findings import row_of

    order = {name: number for number, name in enumerate(dict.fromkeys(one.name for one in read))}
    found: list[Finding | Unread] = [one for one in read if isinstance(one, check.Unread)]
    found += check.check([one for one in read if isinstance(one, check.Script)])
    return sorted(
        map(row_of, found),
        key=lambda row: (order[row.place.file], row.place.cell or 0, row.place.line, row.place.column),
    )


def _write(text: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


COMMAND = Command("check", "say what will become of old scripts today", LESSON, declare, carry_out, CODES)
