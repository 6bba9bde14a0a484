"""``demo``: an old script on a market in a box, for somebody who has nothing but this package."""

from __future__ import annotations

import io
import sys
import time
from argparse import ArgumentParser, Namespace
from importlib.resources import files
from pathlib import Path

from binance_legacy import runner
from binance_legacy.exchange.options import above_zero
from binance_legacy.runner import Program

from . import run
from .table import PROGRAM, Command

SCRIPT = Path(__file__).parent.parent / "examples" / "market_watch.py"

LESSON = """\
Start a simulated Binance on this machine and run a script of the 0.7 era against it: trades, candles and best
prices within a few seconds. No keys, no internet; nothing is installed or left behind.

examples:
  python -m binance_legacy demo
  python -m binance_legacy demo --seconds 60 --symbol ETHBTC
"""


def declare(parser: ArgumentParser) -> None:
    parser.add_argument("--seconds", type=_seconds, default=10.0, help="how long to watch (default 10)")
    parser.add_argument("--symbol", default="BTCUSDT", help="which market (default BTCUSDT)")
    parser.set_defaults(
        seed=1,
        replay=[],
        speed=None,
        balance=[],
        state=None,
        paper=False,
        live=None,
        offline=True,
        quiet=True,
    )


def carry_out(options: Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # each line at once, also into a pipe
    began = time.monotonic()
    _say(f"A Binance in a box on this machine, simulated: no keys, no internet ({options.seconds:g} s).")
    _say(f"An old python-binance 0.7 script watches {options.symbol} on it:\n")
    status = run.start(_script, [options.symbol, f"{options.seconds:g}"], options)
    if status == 0:
        _say(f"\nThat was {time.monotonic() - began:.0f} s of {SCRIPT}")
        _say("Copy it and change it, or run a bot of your own, unchanged:\n")
        _say(f"  {PROGRAM} run --offline my_old_bot.py")
    return status


def _script() -> Program:
    runner.search_from(str(SCRIPT.parent))
    source = files("binance_legacy").joinpath("examples", SCRIPT.name).read_bytes()  # perhaps in a zip
    return runner.compile_script(source, str(SCRIPT))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _seconds(text: str) -> float:
    return above_zero(text, "is not a number of seconds above 0")


COMMAND = Command("demo", "watch a simulated market: no keys, no internet", LESSON, declare, carry_out)
