"""The exchange in a box, as the command line asks for it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
        )
        exchange.start()
    except ExchangeError as error:
        raise CommandError(str(error)) from None
    at_exit_here(exchange.stop_for_good)  # threads may still run, and must not reach Binance then
    exchange.use()
    return exchange


def outcome(exchange: Exchange) -> str:
    """How the accounts that have traded did, as lines; "" where none has."""
    from binance_legacy.exchange import ExchangeError

    try:
        accounts = [one for one in exchange.accounts() if one["orders"] or one["futures"]]
    except ExchangeError:
        return ""  # it has ended before us
    named = len(accounts) > 1
    return "".join(
        (_account(one, named) if one["orders"] else "")
        + "".join(_futures(one["name"] if named else "", row) for row in one["futures"])
        for one in accounts
    )


def _futures(name: str, row: dict[str, Any]) -> str:
    """How an account of futures did."""
    before, after = Decimal(row["brought"]), Decimal(row["now"])
    whose = f" of account {name}" if name else ""
    return (
        f"offline: futures: {_count(row['orders'], 'order')}, {_count(row['trades'], 'trade')}, "
        f"{_count(row['positions'], 'position')} still open{whose}\n"
        f"  {row['asset']:<8}{before:>20,.8f}{after:>20,.8f}{after - before:>+20,.8f}\n"
    )


def _account(account: dict[str, Any], named: bool) -> str:
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
        f"offline: {_count(account['orders'], 'order')}, {_count(account['trades'], 'trade')}, "
        f"{_count(account['open_orders'], 'order')} still open{whose}\n"
        f"{heading if rows else ''}{''.join(rows)}"
        f"  profit {now - brought:+,.2f} USDT at the last prices; commissions {paid}\n"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def market(chosen: Namespace) -> str:
    """The market in the box, in a few words."""
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
