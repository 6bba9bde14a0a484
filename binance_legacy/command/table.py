"""What a subcommand is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

PROGRAM = "python -m binance_legacy"
CODES = "exit codes: 0 done, 1 the script failed, 2 wrong command line (nothing started), 130 Ctrl-C"


class CommandError(Exception):
    """The command line asks for something that cannot be done: one sentence, exit code 2."""


class NotPython(Exception):
    """The script cannot be compiled: what Python itself says of it, exit code 1 as under Python."""


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    Attributes:
        summary: one line, for the list of commands.
        lesson: what it does and examples of use, for its own ``--help``.
        declare: adds its arguments to a parser.
        carry_out: does it, and returns the exit code.
        codes: what its exit codes mean, where they mean more than those of the others.
    """

    name: str
    summary: str
    lesson: str
    declare: Callable[[ArgumentParser], None]
    carry_out: Callable[[Namespace], int]
    codes: str = CODES
