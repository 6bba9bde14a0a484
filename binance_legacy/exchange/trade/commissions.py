"""What a trade costs: a share of what is received, or its worth in BNB at a discount."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..market.listing import Symbol
from .ledger import UNIT, Account

DISCOUNT: Final = 25_000_000
"""How much less is due where it is paid in BNB, in units of 1e-8: a quarter."""

BNB: Final = "BNB"

Price = Callable[[str], int | None]
"""The last price of a symbol in 1e-8, or None where there is no such symbol."""


def commission(
    account: Account, symbol: Symbol, is_buy: bool, is_maker: bool, amount: int, cost: int, price: Price
) -> tuple[str, int]:
    """The asset and the amount, in 1e-8, that one fill costs an account.

    Args:
        account: who trades.
        symbol: what is traded.
        is_buy: the account bought.
        is_maker: its order waited in the book.
        amount: what was traded, in 1e-8 of the base asset.
        cost: what was paid for it, in 1e-8 of the quote asset.
        price: last prices, to know what the fill is worth in BNB.
    """
    rate = account.maker_rate if is_maker else account.taker_rate
    received, gained = (symbol.base, amount) if is_buy else (symbol.quote, cost)
    if account.burns_bnb:
        in_bnb = _in_bnb(symbol, amount, cost, price)
        if in_bnb is not None:
            due = in_bnb * rate * (UNIT - DISCOUNT) // UNIT**2
            if account.free(BNB) + (gained if received == BNB else 0) >= due:
                return BNB, due
    return received, gained * rate // UNIT


def _in_bnb(symbol: Symbol, amount: int, cost: int, price: Price) -> int | None:
    """What a fill is worth in BNB, or None where no price tells."""
    if symbol.base == BNB:
        return amount
    if symbol.quote == BNB:
        return cost
    direct = price(BNB + symbol.quote)
    if direct:
        return cost * UNIT // direct
    turned = price(symbol.quote + BNB)
    return None if turned is None else cost * turned // UNIT
