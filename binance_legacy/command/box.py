"""The exchange in a box, as the command line asks for it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from binance_legacy.exchange import options
from binance_legacy.runner import at_exit_here
from binance_legacy.wire import venues

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
    parser.add_argument(
        "--balance",
        type=options.balances,
        action="append",
        default=[],
        metavar="ASSET=AMOUNT,...",
        help="what an account begins with (default USDT=10000,BTC=1,ETH=10,BNB=20)",
    )
    parser.add_argument(
        "--state",
        type=options.state,
        metavar="FILE",
        help="keep accounts and orders in this file, and go on with them",
    )


def declare_paper(parser: ArgumentParser) -> None:
    """Add the options of paper trading."""
    parser.add_argument(
        "--paper", action="store_true", help="the market is Binance's own, orders and accounts are the box's"
    )
    parser.add_argument(
        "--live",
        metavar="URL",
        help="with --paper: another box that stands for Binance, http://127.0.0.1:PORT",
    )


def paper(chosen: Namespace) -> bool | str:
    """Whose market a paper box follows; False where it makes up its own.

    Raises:
        CommandError: options that do not go together.
    """
    if not chosen.paper:
        if chosen.live is not None:
            raise CommandError("--live can only be used with --paper")
        return False
    for name in ("replay", "speed", "state"):
        if getattr(chosen, name) not in (None, []):
            raise CommandError(
                f"--{name} and --paper do not go together: paper trading is beside the live market"
            )
    if chosen.live is not None and not is_box(chosen.live):
        raise CommandError(f"--live {chosen.live}: give the address of a box, such as http://127.0.0.1:9443")
    return chosen.live or True


def is_box(url: str) -> bool:
    """Whether an address can be a box's: plain HTTP on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and venues.is_loopback(parts.hostname or "")


def refuse_options(chosen: Namespace, why: str) -> None:
    """Refuse the options of `declare` where there will be no box."""
    given = [
        f"--{name}"
        for name in ("seed", "replay", "speed", "balance", "state")
        if getattr(chosen, name) not in (None, [])
    ]
    if given:
        raise CommandError(f"{' and '.join(given)} {why}")


def start(chosen: Namespace) -> Exchange:
    """Start a box that ends with this process, and let every Binance address mean it."""
    from binance_legacy.exchange import Exchange, ExchangeError  # costs time that other commands can save

    try:
        exchange = Exchange(
            seed=chosen.seed,
            replay=chosen.replay or None,
            speed=speed(chosen),
            balances=balances(chosen),
            state=chosen.state,
            paper="paper" in chosen and paper(chosen),
        )
        exchange.start()
    except ExchangeError as error:
        raise CommandError(str(error)) from None
    at_exit_here(exchange.stop_for_good)  # threads may still run, and must not reach Binance then
    exchange.use()
    return exchange


def outcome(exchange: Exchange, word: str = "offline") -> str:
    """How the accounts that have traded did, as lines that begin with a word; "" where none has."""
    from binance_legacy.exchange import ExchangeError

    try:
        accounts = [one for one in exchange.accounts() if one["orders"] or one["futures"]]
    except ExchangeError:
        return ""  # it has ended before us
    named = len(accounts) > 1
    return "".join(
        (_account(one, named, word) if one["orders"] else "")
        + "".join(_futures(one["name"] if named else "", row, word) for row in one["futures"])
        for one in accounts
    )


def _futures(name: str, row: dict[str, Any], word: str) -> str:
    """How an account of futures did."""
    before, after = Decimal(row["brought"]), Decimal(row["now"])
    whose = f" of account {name}" if name else ""
    return (
        f"{word}: futures: {_count(row['orders'], 'order')}, {_count(row['trades'], 'trade')}, "
        f"{_count(row['positions'], 'position')} still open{whose}\n"
        f"  {row['asset']:<8}{before:>20,.8f}{after:>20,.8f}{after - before:>+20,.8f}\n"
    )


def _account(account: dict[str, Any], named: bool, word: str) -> str:
    opening, held, margin = account["opening"], account["balances"], account["margin"]
    rows = []
    for asset in dict.fromkeys([*opening, *held, *margin]):
        before = Decimal(opening.get(asset, 0))
        after = sum(map(Decimal, held.get(asset, ())), Decimal(margin.get(asset, 0)))
        if before != after:
            rows.append(f"  {asset:<8}{before:>20,.8f}{after:>20,.8f}{after - before:>+20,.8f}\n")
    brought, now = (Decimal(account["worth"][key]) for key in ("brought", "now"))
    paid = ", ".join(f"{amount} {asset}" for asset, amount in account["paid"].items()) or "nothing"
    heading = f"  {'':<8}{'before':>20}{'after':>20}{'change':>20}\n"
    whose = f" of account {account['name']}" if named else ""
    return (
        f"{word}: {_count(account['orders'], 'order')}, {_count(account['trades'], 'trade')}, "
        f"{_count(account['open_orders'], 'order')} still open{whose}\n"
        f"{heading if rows else ''}{''.join(rows)}"
        f"  profit {now - brought:+,.2f} USDT at the last prices; commissions {paid}\n"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def market(chosen: Namespace) -> str:
    """The market in the box, in a few words."""
    if chosen.paper:
        return f"the market of {chosen.live or 'Binance'}"
    names = ", ".join(file.name for file in chosen.replay)
    return f"replay of {names}" if names else f"seed {seed(chosen)}"


def seed(chosen: Namespace) -> int:
    """Which simulated market."""
    return 1 if chosen.seed is None else int(chosen.seed)


def balances(chosen: Namespace) -> dict[str, str] | None:
    """What an account begins with; None for the usual."""
    return {asset: amount for each in chosen.balance for asset, amount in each.items()} or None


def speed(chosen: Namespace) -> float:
    """Market seconds per second."""
    return 1.0 if chosen.speed is None else float(chosen.speed)
