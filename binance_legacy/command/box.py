"""The exchange in a box, as the command line asks for it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from binance_legacy.exchange import options
from binance_legacy.runner import at_exit_here

from .table import CommandError

if TYPE_CHECKING:
    from binance_legacy.exchange import Exchange


def declare(parser: ArgumentParser) -> None:
    """Add the options that say which market the box holds."""
    parser.add_argument(
        "--seed",
        type=options.seed,
        metavar="N",
        help="which simulated market: the same N, the same market (default 1)",
    )
    parser.add_argument(
        "--replay",
        type=options.capture,
        action="append",
        default=[],
        metavar="FILE",
        help="play a recorded market back; again for its next part",
    )
    parser.add_argument(
        "--speed", type=options.speed, metavar="X", help="market seconds per second (default 1)"
    )


def refuse_options(chosen: Namespace, why: str) -> None:
    """Refuse the options of `declare` where there will be no box."""
    given = [f"--{name}" for name in ("seed", "replay", "speed") if getattr(chosen, name) not in (None, [])]
    if given:
        raise CommandError(f"{' and '.join(given)} {why}")


def start(chosen: Namespace) -> Exchange:
    """Start a box that ends with this process, and let every Binance address mean it."""
    from binance_legacy.exchange import Exchange, ExchangeError  # costs time that other commands can save

    try:
        exchange = Exchange(seed=seed(chosen), replay=chosen.replay or None, speed=speed(chosen))
        exchange.start()
    except ExchangeError as error:
        raise CommandError(str(error)) from None
    at_exit_here(exchange.stop)
    exchange.use()
    return exchange


def market(chosen: Namespace) -> str:
    """The market in the box, in a few words."""
    names = ", ".join(file.name for file in chosen.replay)
    return f"replay of {names}" if names else f"seed {seed(chosen)}"


def seed(chosen: Namespace) -> int:
    """Which simulated market."""
    return 1 if chosen.seed is None else int(chosen.seed)


def speed(chosen: Namespace) -> float:
    """Market seconds per second."""
    return 1.0 if chosen.speed is None else float(chosen.speed)
