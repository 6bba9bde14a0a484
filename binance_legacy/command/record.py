"""``record``: streams into a file that ``--replay`` plays back."""

from __future__ import annotations

import re
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from binance_legacy.exchange.options import above_zero

from . import box
from .table import PROGRAM, Command, CommandError

if TYPE_CHECKING:
    from binance_legacy.recorder import Recorder, Recording

LESSON = """\
Record streams of Binance's spot market into a file that --replay plays back, message for message. Where the
differences of an order book are recorded, so is the book itself. Ctrl-C ends it, and nothing is lost then.

examples:
  python -m binance_legacy record bnbbtc@trade bnbbtc@depth@100ms --to bnbbtc.gz
  python -m binance_legacy record btcusdt@trade --to btcusdt.gz --seconds 3600
  python -m binance_legacy record btcusdt@trade btcusdt@bookTicker --to day.gz --rotate 100MB
                                                          a file that is full is followed by day.2.gz, day.3.gz...
  python -m binance_legacy record --offline btcusdt@trade --to box.gz
                                                          from an exchange in a box

A name ending in .gz is compressed. Play it back:
  python -m binance_legacy run --offline --replay bnbbtc.gz my_old_bot.py
"""

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}
_EVERY = 10.0
"""Seconds between two lines of progress where the output is no terminal."""


def declare(parser: ArgumentParser) -> None:
    parser.add_argument("streams", nargs="+", metavar="STREAM", help="a stream's name, such as bnbbtc@trade")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help="the file, which must not exist yet"
    )
    parser.add_argument(
        "--seconds", type=_seconds, metavar="N", help="end after so long (default: at Ctrl-C)"
    )
    parser.add_argument(
        "--rotate", type=_size, metavar="SIZE", help="begin another file after so many bytes, such as 100MB"
    )
    parser.add_argument("--tld", default="com", help="Binance's top-level domain, such as us (default com)")
    parser.add_argument("--quiet", action="store_true", help="do not say how far it is")
    parser.add_argument("--offline", action="store_true", help="record an exchange in a box")
    box.declare(parser)


def carry_out(options: Namespace) -> int:
    if not options.offline:
        box.refuse_options(options, "can only be used with --offline")
    from binance_legacy.recorder import Recorder  # imports the reactor

    try:
        recorder = Recorder(options.streams, options.to, rotate=options.rotate)
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from None
    if options.offline:
        box.start(options)
    recorder.client = _client(options)
    return _record(recorder, options)


def _client(options: Namespace) -> Any:
    from binance_legacy.client import Client
    from binance_legacy.exceptions import BinanceAPIException, BinanceRequestException

    try:
        return Client(tld=options.tld, wait_when_limited=True)
    except (OSError, BinanceAPIException, BinanceRequestException) as error:
        raise CommandError(f"Binance was not reached: {error}") from None


def _record(recorder: Recorder, options: Namespace) -> int:
    progress = _Progress(options.quiet)
    try:
        try:
            recorder.start()
            _wait(recorder, options.seconds, progress)
        except KeyboardInterrupt:
            pass  # the way to end it
        finally:
            _stop(recorder)
    except OSError as error:
        progress.end()
        sys.stderr.write(f"binance_legacy record: {options.to} cannot be written: {error.strerror}\n")
        return 1
    progress.end()
    sys.stdout.write(_outcome(recorder.status))
    return 0


def _stop(recorder: Recorder) -> None:
    """To its end, however often somebody presses Ctrl-C."""
    while True:
        try:
            return recorder.stop()
        except KeyboardInterrupt:
            continue


def _wait(recorder: Recorder, seconds: float | None, progress: _Progress) -> None:
    began = time.monotonic()
    while seconds is None or time.monotonic() - began < seconds:
        left = 1.0 if seconds is None else min(1.0, began + seconds - time.monotonic())
        recorder.wait(max(left, 0.0))
        progress.tell(recorder.status, time.monotonic() - began)


class _Progress:
    """Says on the standard error how far a recording is: one line that changes, or another each ten seconds."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._one_line = sys.stderr.isatty()
        self._said = 0.0

    def tell(self, status: Recording, seconds: float) -> None:
        if self._quiet or (not self._one_line and seconds - self._said < _EVERY):
            return
        self._said = seconds
        line = f"{seconds:,.0f} s: {_amounts(status)}"
        sys.stderr.write(f"\r{line:<78}" if self._one_line else f"{line}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._one_line and self._said:
            sys.stderr.write("\n")


def _amounts(status: Recording) -> str:
    messages = sum(status.messages.values())
    missing = f", {status.missing:,} missing" if status.missing else ""
    books = f"{status.books:,} order book{'' if status.books == 1 else 's'}"
    return f"{messages:,} messages, {books}, {status.size / 1e6:,.2f} MB{missing}"


def _outcome(status: Recording) -> str:
    rows = [f"  {name:<32}{count:>12,}\n" for name, count in status.messages.items()]
    silent = [name for name, count in status.messages.items() if not count]
    lines = [f"recorded: {_amounts(status)}\n", *rows]
    if silent:
        lines.append(f"nothing came on {', '.join(silent)}\n")
    if status.missing:
        lines.append("what is missing was not sent to us while a line was lost; the log says where\n")
    parts = " ".join(f"--replay {path}" for path in status.files)
    lines.append(f"play it back:\n  {PROGRAM} run --offline {parts} my_old_bot.py\n")
    return "".join(lines)


def _seconds(text: str) -> float:
    return above_zero(text, "is not a number of seconds above 0")


def _size(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,15})\s*([KMG]?)B?", text.strip(), re.IGNORECASE)
    size = int(found[1]) * _UNITS[found[2].upper()] if found else 0
    if size <= 0:
        raise ArgumentTypeError(f"{text!r} is not a size; give bytes, such as 500000, or 100MB")
    return size


COMMAND = Command("record", "record streams into a file that --replay plays", LESSON, declare, carry_out)
