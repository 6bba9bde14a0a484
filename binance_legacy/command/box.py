"""The exchange in a box, as the command line asks for it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from binance_legacy.runner import at_exit_here

from .table import CommandError

if TYPE_CHECKING:
    from binance_legacy.exchange import Exchange


def declare(parser: ArgumentParser) -> None:
    """Add the options that say which market the box holds."""
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="which simulated market: the same N, the same market (default 1)",
    )
    parser.add_argument(
        "--replay",
        type=_capture,
        action="append",
        default=[],
        metavar="FILE",
        help="play a recorded market back; again for its next part",
    )
    parser.add_argument("--speed", type=_speed, metavar="X", help="market seconds per second (default 1)")


def refuse_options(options: Namespace, why: str) -> None:
    """Refuse the options of `declare` where there will be no box."""
    given = [f"--{name}" for name in ("seed", "replay", "speed") if getattr(options, name) not in (None, [])]
    if given:
        raise CommandError(f"{' and '.join(given)} {why}")


def start(options: Namespace) -> Exchange:
    """Start a box that ends with this process, and let every Binance address mean it."""
    from binance_legacy.exchange import Exchange, ExchangeError  # costs time that other commands can save

    try:
        exchange = Exchange(seed=seed(options), replay=options.replay, speed=speed(options))
        exchange.start()
    except ExchangeError as error:
        raise CommandError(str(error)) from None
    at_exit_here(exchange.stop)
    exchange.use()
    return exchange


def market(options: Namespace) -> str:
    """The market in the box, in a few words."""
    names = ", ".join(file.name for file in options.replay)
    return f"replay of {names}" if names else f"seed {seed(options)}"


def seed(options: Namespace) -> int:
    """Which simulated market."""
    return 1 if options.seed is None else int(options.seed)


def speed(options: Namespace) -> float:
    """Market seconds per second."""
    return 1.0 if options.speed is None else float(options.speed)


def _capture(text: str) -> Path:
    file = Path(text)
    try:
        with file.open("rb"):
            return file
    except OSError as error:
        raise ArgumentTypeError(f"the capture {text} cannot be read: {error.strerror}") from None


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a speed; give market seconds per second, such as 20")
    return speed
