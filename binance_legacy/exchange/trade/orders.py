"""What a user asks for, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..market.listing import Symbol
from ..parameters import PLACES

if TYPE_CHECKING:
    from ..market.book import Order
    from .ledger import Account

LIMITED: Final = frozenset(("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"))
"""Types that have a price."""

CONDITIONAL: Final = frozenset(("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"))
"""Types that wait for a price; Binance calls them algorithmic."""

ENDED: Final = frozenset(("FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"))
"""Statuses after which nothing happens to an order any more."""


@dataclass(slots=True)
class Ticket:
    """An order as it is asked for.

    Attributes:
        symbol: what is traded.
        is_buy: the side.
        kind: Binance's type, ``LIMIT``.
        until: Binance's timeInForce, ``GTC``.
        qty: in the symbol's quantity units; 0 for an order by amount.
        quote_qty: the amount to spend or earn, in 1e-8 of the quote asset; 0 for an order by quantity.
        price: the limit in the symbol's price units; 0 for none.
        stop: the price that it waits for; 0 for none.
        trailing: how far the price must turn back, in basis points; 0 for none.
        iceberg: how much of it is shown; 0 for all.
        mode: its self-trade prevention.
        client_id: the client's name for it.
        strategy_id: a number that the client gave, or None.
        strategy_type: another one.
        answer_as: ``ACK``, ``RESULT`` or ``FULL``.
        routed: it came by way of smart order routing, which knows one book for each symbol here.
    """

    symbol: Symbol
    is_buy: bool
    kind: str
    until: str
    qty: int
    quote_qty: int
    price: int
    stop: int
    trailing: int
    iceberg: int
    mode: str
    client_id: str
    strategy_id: int | None = None
    strategy_type: int | None = None
    answer_as: str = "ACK"
    routed: bool = False

    @property
    def side(self) -> str:
        """``BUY`` or ``SELL``."""
        return "BUY" if self.is_buy else "SELL"

    @property
    def conditional(self) -> bool:
        """It waits for a price before it enters the book."""
        return self.kind in CONDITIONAL

    @property
    def rises(self) -> bool:
        """It waits for the price to rise to its stop, not to fall to it."""
        return self.is_buy == self.kind.startswith("STOP_LOSS")


@dataclass(slots=True, eq=False)
class Lock:
    """An amount set aside, in 1e-8 of an asset, for one order or for several of which one will need it."""

    asset: str
    amount: int
    sharers: int = 1


@dataclass(slots=True, eq=False)
class UserOrder:
    """An order that was taken.

    Attributes:
        id: unique in its symbol, rising with time.
        account: whose it is.
        ticket: as asked for.
        order_list: the list that it belongs to, or None.
        qty: its quantity now; amending makes it less. For an order by amount, what was bought or sold.
        filled: how much has traded.
        cost: what has been paid or earned for that, in 1e-8 of the quote asset.
        lock: what is locked for it; both legs of an OCO share one.
        status: Binance's.
        created: when it was taken, milliseconds.
        updated: when it last changed.
        working_since: when it entered the book, or -1.
        trailing_since: when it began to follow the price, or -1.
        extreme: the best price since then.
        resting: it in the book, or None.
        prevented: how much of it was not traded so that its owner would not trade with himself.
        prevented_id: the last prevented match, or None.
        met: it has traded before.
        expiry: why the exchange ended it, or "".
        amends: every change of its quantity.
    """

    id: int
    account: Account
    ticket: Ticket
    qty: int
    created: int
    updated: int
    order_list: OrderList | None = None
    filled: int = 0
    cost: int = 0
    lock: Lock | None = None
    status: str = "NEW"
    working_since: int = -1
    trailing_since: int = -1
    extreme: int = 0
    resting: Order | None = None
    prevented: int = 0
    prevented_id: int | None = None
    met: bool = False
    expiry: str = ""
    client_id: str = ""
    amends: list[Amend] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Something may still happen to it."""
        return self.status not in ENDED

    @property
    def left(self) -> int:
        """What may still trade."""
        return self.qty - self.filled - self.prevented

    @property
    def working(self) -> bool:
        """It has entered the book."""
        return self.working_since >= 0


@dataclass(frozen=True, slots=True)
class Amend:
    """One change of an order's quantity."""

    id: int
    old_client_id: str
    new_client_id: str
    old_qty: int
    new_qty: int
    time: int


@dataclass(slots=True, eq=False)
class OrderList:
    """Orders that depend on one another.

    Attributes:
        id: unique on the exchange, rising with time.
        account: whose it is.
        symbol: what is traded.
        contingency: ``OCO`` or ``OTO``.
        client_id: the client's name for it.
        time: when it last changed, milliseconds.
        orders: its orders, in the order in which they are told of.
        working: the order that must be filled before the others start, or None.
        legs: those others; where there are two, the first that trades ends the other.
        status: ``EXECUTING``, ``ALL_DONE`` or ``REJECT``.
        step: Binance's listStatusType: ``EXEC_STARTED``, ``UPDATED``, ``ALL_DONE``, ``RESPONSE``.
    """

    id: int
    account: Account
    symbol: Symbol
    contingency: str
    client_id: str
    time: int
    orders: list[UserOrder] = field(default_factory=list)
    working: UserOrder | None = None
    legs: list[UserOrder] = field(default_factory=list)
    status: str = "EXECUTING"
    step: str = "EXEC_STARTED"

    @property
    def open(self) -> bool:
        """Something may still happen to it."""
        return self.status == "EXECUTING"

    def rivals(self, order: UserOrder) -> list[UserOrder]:
        """The open orders that must not trade once this one has."""
        if order is self.working:
            return []
        return [leg for leg in self.legs if leg is not order and leg.open]


@dataclass(frozen=True, slots=True)
class OwnTrade:
    """One account's half of a trade.

    Attributes:
        id: the trade's number in its symbol.
        order: whose fill it is.
        price: in price units.
        qty: in quantity units.
        cost: in 1e-8 of the quote asset.
        commission: in 1e-8 of `commission_asset`.
        time: milliseconds.
        is_maker: the order waited in the book.
    """

    id: int
    order: UserOrder
    price: int
    qty: int
    cost: int
    commission: int
    commission_asset: str
    time: int
    is_maker: bool


@dataclass(frozen=True, slots=True)
class PreventedMatch:
    """A trade that did not happen, because both orders have one owner.

    Attributes:
        maker_qty: the maker's quantity that was given up, or None.
        taker_qty: the taker's.
    """

    id: int
    maker: UserOrder
    taker: UserOrder
    price: int
    qty: int
    maker_qty: int | None
    taker_qty: int | None
    time: int


_POWERS: Final[list[int]] = [10**power for power in range(2 * PLACES + 1)]


def cost(symbol: Symbol, price: int, qty: int) -> int:
    """What a quantity costs at a price, in 1e-8 of the quote asset, the rest cut off."""
    places = symbol.price_places + symbol.qty_places
    value = price * qty
    return value * _POWERS[PLACES - places] if places <= PLACES else value // _POWERS[places - PLACES]


def amount_of(symbol: Symbol, qty: int) -> int:
    """A quantity in 1e-8 of the base asset."""
    return qty * _POWERS[PLACES - symbol.qty_places]


def price_of(symbol: Symbol, price: int) -> int:
    """A price in 1e-8."""
    return price * _POWERS[PLACES - symbol.price_places]


def worth(symbol: Symbol, amount: int) -> int:
    """An amount of the quote asset, in 1e-8, as price units times quantity units, the rest cut off."""
    places = symbol.price_places + symbol.qty_places
    return amount // _POWERS[PLACES - places] if places <= PLACES else amount * _POWERS[places - PLACES]
