"""``run``: an old script as Python would run it, on today's Binance or offline."""

from __future__ import annotations

import sys
import traceback
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from binance_legacy import alias, runner
from binance_legacy.runner import Program, ScriptError
from binance_legacy.wire import venues

from . import box
from .table import PROGRAM, Command, CommandError, NotPython

LESSON = """\
Run a script that was written for python-binance, unchanged: binance means this package in it, and in every
Python process that it starts. With --offline an exchange in a box on this machine answers for Binance, and they
contact nothing outside it: no keys and no internet are needed, and hard-coded keys do no harm.

examples:
  python -m binance_legacy run bot.py                                   on today's Binance
  python -m binance_legacy run --offline bot.py BTCUSDT --dry           offline; the rest goes to bot.py
  python -m binance_legacy run --offline --replay CAPTURE.gz --speed 20 bot.py
                                                                        a recorded market, 20 times as fast
  python -m binance_legacy run --offline --balance USDT=500,BNB=1 bot.py
                                                                        what its account begins with
  python -m binance_legacy run --offline -m mybots.grid                 a module, as with python -m

The API key and secret that the script gives to its client are made known to the box, whatever they are; when the
script ends, run says what its account has, and what it has won or lost by trading.

Options of run stand before SCRIPT; what stands after SCRIPT goes to it, as with python itself.
"""

_BOX_OPTIONS = ("--seed", "--replay", "--speed", "--balance", "--state", "--paper", "--live")


def declare(parser: ArgumentParser) -> None:
    parser.usage = f"{PROGRAM} run [--offline] [options] SCRIPT [ARGUMENTS]"
    parser.add_argument("--offline", action="store_true", help="let an exchange in a box answer for Binance")
    box.declare_paper(parser)
    box.declare(parser)
    parser.add_argument(
        "--quiet", action="store_true", help="do not say where the box is, nor at the end how the account did"
    )
    parser.add_argument("-m", dest="is_module", action="store_true", help="SCRIPT is a module's name")
    parser.add_argument(
        "program", metavar="SCRIPT [ARGUMENTS]", nargs=REMAINDER, help="the script and its arguments"
    )


def carry_out(options: Namespace) -> int:
    if not options.program:
        raise CommandError("name the script to run, as in: run --offline my_old_bot.py")
    if options.paper and options.offline:
        raise CommandError(
            "--offline and --paper do not go together: choose a market that is made up, or the live one"
        )
    if box.paper(options):
        options.offline = True
    if not options.offline:
        box.refuse_options(options, "can only be used with --offline")
    name, *arguments = options.program
    return start(prepare(name, options.is_module), arguments, options)


def prepare(name: str, is_module: bool) -> Callable[[], Program]:
    """Make ready to run a script, which is read now, or a module, which is found when the result is called."""
    try:
        if is_module:
            runner.search_from(str(Path.cwd()))
            if find_spec(name.partition(".")[0]) is None:
                raise ScriptError(f"there is no module {name} that can be run from {Path.cwd()}")
            return lambda: runner.find_module(name)
        program = runner.read_script(name)
    except ScriptError as error:
        raise CommandError(str(error)) from None
    except SyntaxError as error:
        raise NotPython(_as_python_says(error)) from None
    runner.search_from(str(Path(name).resolve().parent))
    return lambda: program


def start(find: Callable[[], Program], arguments: list[str], options: Namespace) -> int:
    """Install the alias, start the box where one is asked for, and run the program."""
    try:
        alias.install()
    except alias.AliasError as error:
        raise CommandError(str(error)) from None
    if options.offline:
        exchange = box.start(options)
        if not options.quiet:
            word = "paper" if options.paper else "offline"
            sys.stderr.write(f"{word}: exchange in a box at {exchange.rest_url} ({box.market(options)})\n")
            sys.stderr.flush()
            runner.at_exit_here(lambda: _say(box.outcome(exchange, word)))
    if venues.box():
        from binance_legacy import offline

        offline.guard()
    runner.give_loop()
    try:
        program = find()
    except ScriptError as error:
        raise CommandError(str(error)) from None
    except SyntaxError as error:
        raise NotPython(_as_python_says(error)) from None
    _mention_options(program, arguments, _BOX_OPTIONS if options.offline else ("--offline",))
    return runner.run(program, arguments, _hint)


def _say(lines: str) -> None:
    sys.stderr.write(lines)
    sys.stderr.flush()


def _mention_options(program: Program, arguments: list[str], ours: Sequence[str]) -> None:
    """Say that an option behind the script is the script's, unless the script knows it."""
    given = {argument.partition("=")[0] for argument in arguments}
    for option in given.intersection(ours):
        if not program.mentions(option):
            sys.stderr.write(
                f"binance_legacy run: {option} stands after {program.name} and is left to it; as an option of "
                f"run write it before: run {option} ... {program.name}\n"
            )


def _hint(error: BaseException) -> str | None:
    """What to add to the traceback of a script that could not even make its client."""
    if venues.box() or not isinstance(error, OSError):
        return None
    import requests  # slow, and seldom needed

    if not isinstance(error, requests.ConnectionError) or isinstance(error, requests.exceptions.SSLError):
        return None
    made = any(
        frame.f_code.co_name == "__init__" and frame.f_globals.get("__name__") == "binance_legacy.client"
        for frame, _ in traceback.walk_tb(error.__traceback__)
    )
    return (
        "binance_legacy run: Binance was not reached; without internet try: run --offline" if made else None
    )


def _as_python_says(error: SyntaxError) -> str:
    said = "".join(traceback.format_exception_only(error)).rstrip()
    python_2 = "call to 'print'" in said or "call to 'exec'" in said or "multiple exception types" in said
    hint = (
        "\nThis looks like Python 2 code; Python 3 needs print(...) and `except X as e`." if python_2 else ""
    )
    return said + hint


COMMAND = Command("run", "run an old script, on today's Binance or --offline", LESSON, declare, carry_out)
