"""From a call's parameters to the orders it asks for: what each type of order must have, and may not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .. import refusals
from ..market.listing import DEFAULT_PREVENTION, PREVENTIONS, Symbol
from .orders import CONDITIONAL, LIMITED, Ticket
from .rules import prices_and_lots

Values = Mapping[str, Any]
"""What was sent, by the parameters' names."""


ROUTED: Final = "routed"
"""Stands among the values of a call that came by way of smart order routing; clients do not send it."""


@dataclass(frozen=True, slots=True)
class Names:
    """How the parameters of one order are called in a call."""

    side: str = "side"
    kind: str = "type"
    until: str = "timeInForce"
    qty: str = "quantity"
    quote_qty: str = "quoteOrderQty"
    price: str = "price"
    stop: str = "stopPrice"
    trailing: str = "trailingDelta"
    iceberg: str = "icebergQty"
    client_id: str = "newClientOrderId"
    strategy_id: str = "strategyId"
    strategy_type: str = "strategyType"


SINGLE: Final = Names()
"""The names where a call asks for one order."""


def leg(prefix: str, side: str = "side", qty: str = "quantity") -> Names:
    """The names of one order of a list, all with a prefix but those that the list's orders share."""
    return Names(
        side, f"{prefix}Type", f"{prefix}TimeInForce", qty, f"{prefix}QuoteOrderQty", f"{prefix}Price",
        f"{prefix}StopPrice", f"{prefix}TrailingDelta", f"{prefix}IcebergQty", f"{prefix}ClientOrderId",
        f"{prefix}StrategyId", f"{prefix}StrategyType",
    )  # fmt: skip


_PRICED: Final = ("until", "qty", "price")
_MANDATORY: Final[Mapping[str, tuple[str, ...]]] = {
    "LIMIT": _PRICED,
    "LIMIT_MAKER": ("qty", "price"),
    "MARKET": (),
    "STOP_LOSS": ("qty",),
    "TAKE_PROFIT": ("qty",),
    "STOP_LOSS_LIMIT": _PRICED,
    "TAKE_PROFIT_LIMIT": _PRICED,
}
_NOT_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "LIMIT": ("quote_qty", "stop", "trailing"),
    "LIMIT_MAKER": ("until", "quote_qty", "stop", "trailing"),
    "MARKET": ("until", "price", "stop", "trailing", "iceberg"),
    "STOP_LOSS": ("until", "quote_qty", "price", "iceberg"),
    "TAKE_PROFIT": ("until", "quote_qty", "price", "iceberg"),
    "STOP_LOSS_LIMIT": ("quote_qty",),
    "TAKE_PROFIT_LIMIT": ("quote_qty",),
}
_ZERO: Final[Mapping[str, str]] = {
    "qty": "Invalid quantity.",
    "quote_qty": "Invalid quote order qty.",
    "price": "Invalid price.",
    "stop": "Invalid stop price.",
}


def ticket(symbol: Symbol, sent: Values, new_id: Callable[[], str], names: Names = SINGLE) -> Ticket:
    """The order that a call asks for.

    Args:
        symbol: what is traded.
        sent: the call's parameters.
        new_id: makes a name for an order that the client has not named.
        names: how this order's parameters are called.

    Raises:
        Refusal: a parameter is missing, too much, or breaks its symbol's steps.
    """
    kind: str = sent[names.kind]
    _check_parameters(kind, sent, names)
    if sent.get(names.trailing) == 0:
        raise refusals.filtered("TRAILING_DELTA")  # nothing is turned back by nothing
    until = sent.get(names.until) or "GTC"
    qty = prices_and_lots(symbol, names.qty, sent.get(names.qty) or 0, False)
    iceberg = prices_and_lots(symbol, names.iceberg, sent.get(names.iceberg) or 0, False)
    if iceberg and until != "GTC":
        if names.until in ("aboveTimeInForce", "belowTimeInForce"):
            raise refusals.iceberg_not_kept(names.iceberg)
        raise refusals.Refusal(-1014, "Unsupported order combination.")
    if iceberg > qty:
        raise refusals.rejected("IcebergQty exceeds QTY.")
    return Ticket(
        symbol=symbol,
        is_buy=sent[names.side] == "BUY",
        kind=kind,
        until=until,
        qty=qty,
        quote_qty=sent.get(names.quote_qty) or 0,
        price=prices_and_lots(symbol, names.price, sent.get(names.price) or 0, True),
        stop=prices_and_lots(symbol, names.stop, sent.get(names.stop) or 0, True),
        trailing=sent.get(names.trailing) or 0,
        iceberg=iceberg,
        mode=prevention(sent),
        client_id=sent.get(names.client_id) or new_id(),
        strategy_id=sent.get(names.strategy_id),
        strategy_type=sent.get(names.strategy_type),
        routed=bool(sent.get(ROUTED)),
        answer_as=sent.get("newOrderRespType") or ("FULL" if kind in ("LIMIT", "MARKET") else "ACK"),
    )


def prevention(sent: Values) -> str:
    """The self-trade prevention that a call asks for.

    Raises:
        Refusal: no symbol allows it.
    """
    mode: str = sent.get("selfTradePreventionMode") or DEFAULT_PREVENTION
    if mode not in PREVENTIONS:
        raise refusals.malformed("This symbol does not allow the specified self-trade prevention mode.")
    return mode


def _check_parameters(kind: str, sent: Values, names: Names) -> None:
    for field in _MANDATORY[kind]:
        if sent.get(getattr(names, field)) is None:
            raise refusals.missing(getattr(names, field))
    for field in _NOT_REQUIRED[kind]:
        if sent.get(getattr(names, field)) is not None:
            raise refusals.not_required(getattr(names, field))
    if kind in CONDITIONAL and sent.get(names.stop) is None and sent.get(names.trailing) is None:
        raise refusals.neither(names.stop, names.trailing)
    if kind == "MARKET":
        _check_market(sent, names)
    for field, message in _ZERO.items():
        if sent.get(getattr(names, field)) == 0:
            raise refusals.malformed(message)


def _check_market(sent: Values, names: Names) -> None:
    qty, quote_qty = sent.get(names.qty), sent.get(names.quote_qty)
    if qty is None and quote_qty is None:
        raise refusals.neither(names.qty, names.quote_qty)
    if qty is not None and quote_qty is not None:
        raise refusals.not_required(names.quote_qty)


def check_pair(above: Ticket, below: Ticket) -> None:
    """Whether two tickets can be the legs of an OCO.

    Raises:
        Refusal: not in these types, or not on these sides.
    """
    allowed = CONDITIONAL | {"LIMIT_MAKER"}
    if above.kind not in allowed or below.kind not in allowed:
        raise refusals.list_type_not_supported()
    if not (above.conditional or below.conditional):
        raise refusals.Refusal(-1168, "At least one OCO order must be contingent.")
    for one, is_above in ((above, True), (below, False)):
        expected = _stands_above(one)
        if expected != is_above:
            raise _misplaced(one)


def _stands_above(one: Ticket) -> bool:
    """On which side of the last price a leg waits."""
    return one.rises if one.conditional else not one.is_buy


def _misplaced(one: Ticket) -> refusals.Refusal:
    side = "buy" if one.is_buy else "sell"
    where = "above" if _stands_above(one) else "below"
    if not one.conditional:
        code = -1165 if one.is_buy else -1166
        return refusals.Refusal(code, f"A limit order in a {side} OCO must be {where}.")
    if one.kind.startswith("STOP_LOSS"):
        code = -1196 if one.is_buy else -1197
        return refusals.Refusal(code, f"A stop loss order in a {side} OCO must be {where}.")
    code = -1198 if one.is_buy else -1199
    return refusals.Refusal(code, f"A take profit order in a {side} OCO must be {where}.")


def check_relation(above: Ticket, below: Ticket, last: int | None) -> None:
    """Whether the last price lies between the legs of an OCO; None for one that starts later.

    Raises:
        Refusal: it does not, or the legs are the wrong way round.
    """
    high, low = (one.stop if one.conditional else one.price for one in (above, below))
    outside = last is not None and ((high and high <= last) or (low and low >= last))
    if outside or (high and low and high <= low):
        raise refusals.rejected("The relationship of the prices for the orders is not correct.")


def check_working(one: Ticket) -> None:
    """Whether a ticket can be the order that others wait for.

    Raises:
        Refusal: it is neither LIMIT nor LIMIT_MAKER.
    """
    if one.kind not in LIMITED or one.conditional:
        raise refusals.invalid_order_type()
