"""Which orders a symbol, the exchange and an account's assets allow: Binance's filters.

A filter is a row as ``exchangeInfo`` shows it; each type of row has one function here that makes a rule of it.
(Binance, *Filters*.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..market.listing import Symbol
from ..refusals import filtered
from .ledger import UNIT, units
from .orders import Ticket, UserOrder, amount_of, price_of

Row = Mapping[str, Any]


class Standing(Protocol):
    """What rules ask about an account and a market."""

    def orders(self, everywhere: bool) -> int: ...
    def algos(self, everywhere: bool) -> int: ...
    def icebergs(self, everywhere: bool) -> int: ...
    def lists(self, everywhere: bool) -> int: ...
    def position(self) -> int: ...
    def average(self, minutes: int) -> int: ...


@dataclass(slots=True)
class Batch:
    """The orders that one call asks for, and how many lists they make."""

    orders: list[UserOrder]
    lists: int = 0


Rule = Callable[[Batch, Standing], bool]
"""Whether what is asked for is allowed."""

Check = Callable[[UserOrder, Standing], bool]


def _each(check: Check) -> Rule:
    return lambda asked, standing: all(check(order, standing) for order in asked.orders)


def _within(value: int, low: int, high: int, step: int) -> bool:
    """Whether a value keeps to limits of which 0 means none."""
    return value >= low and (not high or value <= high) and (not step or value % step == 0)


def _notional(order: UserOrder, standing: Standing, minutes: int) -> int:
    """What an order is worth, in 1e-16: by its price, or by the average price where it has none."""
    ticket = order.ticket
    if ticket.quote_qty:
        return ticket.quote_qty * UNIT
    price = price_of(ticket.symbol, ticket.price) if ticket.price else standing.average(minutes)
    return price * amount_of(ticket.symbol, order.qty)


# -- of prices ----------------------------------------------------------------------------------------------


def _price_filter(row: Row) -> Rule:
    low, high, tick = units(row["minPrice"]), units(row["maxPrice"]), units(row["tickSize"])

    def check(order: UserOrder, standing: Standing) -> bool:
        ticket = order.ticket
        prices = (price_of(ticket.symbol, price) for price in (ticket.price, ticket.stop) if price)
        return all(_within(price, low, high, tick) for price in prices)

    return _each(check)


def _percent_price(row: Row) -> Rule:
    both = units(row["multiplierDown"]), units(row["multiplierUp"])
    return _each(_near(both, both, int(row["avgPriceMins"])))


def _percent_price_by_side(row: Row) -> Rule:
    bid = units(row["bidMultiplierDown"]), units(row["bidMultiplierUp"])
    ask = units(row["askMultiplierDown"]), units(row["askMultiplierUp"])
    return _each(_near(bid, ask, int(row["avgPriceMins"])))


def _near(bid: tuple[int, int], ask: tuple[int, int], minutes: int) -> Check:
    def check(order: UserOrder, standing: Standing) -> bool:
        ticket = order.ticket
        if not ticket.price:
            return True
        average = standing.average(minutes)
        down, up = bid if ticket.is_buy else ask
        return average * down <= price_of(ticket.symbol, ticket.price) * UNIT <= average * up

    return check


def _trailing_delta(row: Row) -> Rule:
    above = int(row["minTrailingAboveDelta"]), int(row["maxTrailingAboveDelta"])
    below = int(row["minTrailingBelowDelta"]), int(row["maxTrailingBelowDelta"])

    def check(order: UserOrder, standing: Standing) -> bool:
        low, high = above if order.ticket.rises else below
        return not order.ticket.trailing or low <= order.ticket.trailing <= high

    return _each(check)


# -- of quantities ------------------------------------------------------------------------------------------


def _lot_size(row: Row) -> Rule:
    limits = units(row["minQty"]), units(row["maxQty"]), units(row["stepSize"])

    def check(order: UserOrder, standing: Standing) -> bool:
        ticket = order.ticket
        if ticket.quote_qty:
            return True
        parts = (amount_of(ticket.symbol, qty) for qty in (order.qty, ticket.iceberg) if qty)
        return all(_within(part, *limits) for part in parts)

    return _each(check)


def _market_lot_size(row: Row) -> Rule:
    limits = units(row["minQty"]), units(row["maxQty"]), units(row["stepSize"])

    def check(order: UserOrder, standing: Standing) -> bool:
        return order.ticket.kind != "MARKET" or _within(amount_of(order.ticket.symbol, order.qty), *limits)

    return _each(check)


def _iceberg_parts(row: Row) -> Rule:
    limit = int(row["limit"])

    def check(order: UserOrder, standing: Standing) -> bool:
        part = order.ticket.iceberg
        return not part or -(-order.qty // part) <= limit

    return _each(check)


def _min_notional(row: Row) -> Rule:
    least, market = units(row["minNotional"]) * UNIT, bool(row["applyToMarket"])
    minutes = int(row["avgPriceMins"])

    def check(order: UserOrder, standing: Standing) -> bool:
        applies = bool(order.ticket.price) or market
        return not applies or _notional(order, standing, minutes) >= least

    return _each(check)


def _notional_range(row: Row) -> Rule:
    least, most = units(row["minNotional"]) * UNIT, units(row["maxNotional"]) * UNIT
    least_market, most_market = bool(row["applyMinToMarket"]), bool(row["applyMaxToMarket"])
    minutes = int(row["avgPriceMins"])

    def check(order: UserOrder, standing: Standing) -> bool:
        limited = bool(order.ticket.price)
        if not (limited or least_market or most_market):
            return True
        worth = _notional(order, standing, minutes)
        enough = worth >= least or not (limited or least_market)
        return enough and (worth <= most or not (limited or most_market))

    return _each(check)


# -- of how many --------------------------------------------------------------------------------------------


def _is_algo(ticket: Ticket) -> bool:
    return ticket.conditional


def _is_iceberg(ticket: Ticket) -> bool:
    return ticket.iceberg > 0


def _most_orders(everywhere: bool) -> Callable[[Row], Rule]:
    def rule(row: Row) -> Rule:
        most = int(row["maxNumOrders"])
        return lambda asked, standing: standing.orders(everywhere) + len(asked.orders) <= most

    return rule


def _most_algos(everywhere: bool) -> Callable[[Row], Rule]:
    def rule(row: Row) -> Rule:
        most = int(row["maxNumAlgoOrders"])

        def check(asked: Batch, standing: Standing) -> bool:
            new = sum(_is_algo(order.ticket) for order in asked.orders)
            return not new or standing.algos(everywhere) + new <= most

        return check

    return rule


def _most_icebergs(everywhere: bool) -> Callable[[Row], Rule]:
    def rule(row: Row) -> Rule:
        most = int(row["maxNumIcebergOrders"])

        def check(asked: Batch, standing: Standing) -> bool:
            new = sum(_is_iceberg(order.ticket) for order in asked.orders)
            return not new or standing.icebergs(everywhere) + new <= most

        return check

    return rule


def _most_lists(everywhere: bool) -> Callable[[Row], Rule]:
    def rule(row: Row) -> Rule:
        most = int(row["maxNumOrderLists"])
        return lambda asked, standing: not asked.lists or standing.lists(everywhere) + asked.lists <= most

    return rule


def _max_position(row: Row) -> Rule:
    most = units(row["maxPosition"])

    def check(order: UserOrder, standing: Standing) -> bool:
        bought = amount_of(order.ticket.symbol, order.qty)
        return not order.ticket.is_buy or standing.position() + bought <= most

    return _each(check)


def _max_asset(row: Row) -> Rule:
    asset, most = row["asset"], units(row["limit"])

    def check(order: UserOrder, standing: Standing) -> bool:
        symbol = order.ticket.symbol
        if asset == symbol.base:
            return amount_of(symbol, order.qty) <= most
        return asset != symbol.quote or _notional(order, standing, 0) <= most * UNIT

    return _each(check)


def _amends(row: Row) -> Rule:
    return lambda asked, standing: True  # amending asks for it, not placing


RULES: Final[Mapping[str, Callable[[Row], Rule]]] = {
    "PRICE_FILTER": _price_filter,
    "PERCENT_PRICE": _percent_price,
    "PERCENT_PRICE_BY_SIDE": _percent_price_by_side,
    "LOT_SIZE": _lot_size,
    "MARKET_LOT_SIZE": _market_lot_size,
    "MIN_NOTIONAL": _min_notional,
    "NOTIONAL": _notional_range,
    "ICEBERG_PARTS": _iceberg_parts,
    "TRAILING_DELTA": _trailing_delta,
    "MAX_NUM_ORDERS": _most_orders(False),
    "MAX_NUM_ALGO_ORDERS": _most_algos(False),
    "MAX_NUM_ICEBERG_ORDERS": _most_icebergs(False),
    "MAX_NUM_ORDER_LISTS": _most_lists(False),
    "MAX_NUM_ORDER_AMENDS": _amends,
    "MAX_POSITION": _max_position,
    "EXCHANGE_MAX_NUM_ORDERS": _most_orders(True),
    "EXCHANGE_MAX_NUM_ALGO_ORDERS": _most_algos(True),
    "EXCHANGE_MAX_NUM_ICEBERG_ORDERS": _most_icebergs(True),
    "EXCHANGE_MAX_NUM_ORDER_LISTS": _most_lists(True),
    "MAX_ASSET": _max_asset,
}
"""What makes a rule of a row, by the row's type."""


_OF_QUANTITY: Final = frozenset(("LOT_SIZE", "ICEBERG_PARTS", "MIN_NOTIONAL", "NOTIONAL"))


class Rules:
    """The rules that filter rows make, in their order.

    Args:
        rows: filters as ``exchangeInfo`` and ``myFilters`` show them.

    Raises:
        ValueError: a row is of no known type.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows: Final = tuple(rows)
        for row in self.rows:
            if row.get("filterType") not in RULES:
                raise ValueError(
                    f"no filter is called {row.get('filterType')!r}; there are {', '.join(RULES)}"
                )
        self._rules: Final = [(row["filterType"], _rule(row)) for row in self.rows]

    def check(self, asked: Batch, standing: Standing) -> None:
        """Whether orders are allowed.

        Raises:
            Refusal: -1013 with the name of the first filter that they break.
        """
        for name, rule in self._rules:
            if not rule(asked, standing):
                raise filtered(name)

    def check_amended(self, order: UserOrder, standing: Standing) -> None:
        """Whether an order may have the quantity that it has been given.

        Raises:
            Refusal: -1013 with the name of the first filter that it breaks.
        """
        for name, rule in self._rules:
            if name in _OF_QUANTITY and not rule(Batch([order]), standing):
                raise filtered(name)

    def most_amends(self) -> int | None:
        """How often an order's quantity may be changed; None for any number."""
        return next(
            (
                int(row["maxNumOrderAmends"])
                for row in self.rows
                if row["filterType"] == "MAX_NUM_ORDER_AMENDS"
            ),
            None,
        )


def _rule(row: Row) -> Rule:
    try:
        return RULES[row["filterType"]](row)
    except KeyError as error:
        raise ValueError(f"the filter {row['filterType']} lacks {error}") from None


def prices_and_lots(symbol: Symbol, name: str, amount: int, is_price: bool) -> int:
    """An amount of 1e-8 in a symbol's own units of price or quantity.

    Raises:
        Refusal: it lies between two of them, as no order may.
    """
    whole, rest = divmod(amount, price_of(symbol, 1) if is_price else amount_of(symbol, 1))
    if rest:
        raise filtered("PRICE_FILTER" if is_price else "LOT_SIZE")
    return whole
