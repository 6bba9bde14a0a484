"""The command line: ``python -m binance_legacy COMMAND``.

Exit codes: 0 done; 1 the script failed; 2 the command line was wrong, and nothing was started; 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence

from binance_legacy import __version__
from binance_legacy.runner import INTERRUPTED

from . import adopt, check, demo, exchange, record, run
from .table import CODES, PROGRAM, Command, CommandError, NotPython

COMMANDS: tuple[Command, ...] = (
    demo.COMMAND,
    check.COMMAND,
    run.COMMAND,
    adopt.COMMAND,
    exchange.COMMAND,
    record.COMMAND,
)

_LESSON = """\
Runs old python-binance bots unchanged: on today's Binance, or offline on an exchange in a box.

start here:
  python -m binance_legacy demo                          see a market; no keys, no internet
  python -m binance_legacy check my_old_bot.py           what will become of a bot's calls today
  python -m binance_legacy run --offline my_old_bot.py   run a bot against it
  python -m binance_legacy COMMAND --help                learn one command
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (the process's own by default); returns the exit code."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command.carry_out(options)
    except CommandError as error:
        sys.stderr.write(f"binance_legacy {command.name}: {error}\n")
        return 2
    except NotPython as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog=PROGRAM, description=_LESSON, epilog=CODES, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"binance_legacy {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", required=True)
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.lesson,
            epilog=command.codes,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.declare(own)
        own.set_defaults(command=command)
    return parser
