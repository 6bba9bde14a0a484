"""Where users trade one symbol: their orders beside the crowd's in one book, and what follows from each fill.

Whatever happens is done in steps. In a step an order is taken, matched, canceled or triggered; at its end the
accounts are told what they have. What follows from its trades (orders triggered, pending orders that start) are
steps of their own, made by `finish`, so that a call's answer can be written before them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from .. import refusals
from ..market.bars import Trade
from ..market.book import Book, Fill, Iceberg, Level, Order, Until
from ..market.listing import Symbol
from ..refusals import Refusal
from .clearing import Clearing
from .ledger import Account
from .matching import OrderBook, Prevented, plan, take
from .orders import Amend, OrderList, OwnTrade, PreventedMatch, Ticket, UserOrder, amount_of, cost, worth
from .triggers import Triggers, reached

FirstFilled = Callable[[Account, bool, int], None]

_ANY_PRICE: Final = 10**30
WOULD_TRIGGER: Final = "Order would trigger immediately."
WOULD_TAKE: Final = "Order would immediately match and take."
NO_LIQUIDITY: Final = "Order book liquidity is less than symbol minimum quantity."
LITTLE_LIQUIDITY: Final = "Order book liquidity is less than `LOT_SIZE` filter minimum quantity."


class Place(Protocol):
    """One symbol's market, as a desk sees it."""

    @property
    def symbol(self) -> Symbol: ...
    @property
    def book(self) -> OrderBook: ...
    def last_trade(self) -> Trade: ...
    def average_price(self, minutes: int, at: int) -> int: ...
    def booked(self, fills: list[Fill], at: int) -> int: ...
    def moved(self, at: int) -> None: ...


class Desk:
    """The users' side of one symbol's market.

    Args:
        place: the market.
        clearing: settles with the accounts, and tells them.
        first_filled: called when an order trades for the first time: its account, whether it was the maker, when.

    Attributes:
        orders: every order ever taken, by id.
        open: those that something may still happen to, by account and id.
        trades: what each account has traded, oldest first.
        prevented: trades that did not happen, by number.
    """

    def __init__(self, place: Place, clearing: Clearing, first_filled: FirstFilled) -> None:
        self._place: Final = place
        self._book: Final = place.book
        self._clearing: Final = clearing
        self._first_filled: Final = first_filled
        self._triggers: Final = Triggers()
        self._prices: Final[deque[int]] = deque()
        self._due: Final[deque[OrderList]] = deque()
        self.symbol: Final = place.symbol
        self.orders: Final[dict[int, UserOrder]] = {}
        self.open: Final[dict[str, dict[int, UserOrder]]] = {}
        self.trades: Final[dict[str, list[OwnTrade]]] = {}
        self.prevented: Final[list[PreventedMatch]] = []
        self.open_count = 0

    # what can be known

    @property
    def last(self) -> int:
        """The last price."""
        return self._place.last_trade().price

    def average(self, minutes: int, at: int) -> int:
        """The average price of the last minutes, in 1e-8; the last price for 0 minutes."""
        return self._place.average_price(minutes, at)

    def open_of(self, account: Account) -> list[UserOrder]:
        """An account's open orders, oldest first."""
        return list(self.open.get(account.name, {}).values())

    def trades_of(self, account: Account) -> list[OwnTrade]:
        """What an account has traded, oldest first."""
        return self.trades.get(account.name, [])

    def named(self, account: Account, client_id: str) -> UserOrder | None:
        """An account's open order of this name."""
        orders = self.open.get(account.name, {}).values()
        return next((one for one in orders if one.client_id == client_id), None)

    def find_open(self, account: Account, number: int | None, client_id: str | None) -> UserOrder | None:
        """An account's open order, by its number or else by its name."""
        if number is not None:
            return self.open.get(account.name, {}).get(number)
        return None if client_id is None else self.named(account, client_id)

    # taking orders

    def prepare(self, account: Account, ticket: Ticket, now: int) -> UserOrder:
        """An order that is not taken yet."""
        return UserOrder(0, account, ticket, ticket.qty, now, now, client_id=ticket.client_id)

    def check(self, order: UserOrder) -> None:
        """Whether the market as it is now lets an order in.

        Raises:
            Refusal: it would trigger, or trade, where it must not; or there is nothing to trade with.
        """
        ticket = order.ticket
        if ticket.conditional:
            if ticket.stop and reached(ticket, self.last):
                raise refusals.rejected(WOULD_TRIGGER)
        elif ticket.kind == "LIMIT_MAKER" and self._book.would_take(ticket.is_buy, ticket.price):
            raise refusals.rejected(WOULD_TAKE)

    def size(self, order: UserOrder) -> None:
        """Finds the quantity of an order by amount, as the book is now.

        Raises:
            Refusal: there is nothing to trade with, or the amount is too small.
        """
        ticket = order.ticket
        found = plan(self._book, order, None, None, worth(self.symbol, ticket.quote_qty))
        if found.qty < self.symbol.min_qty:
            if not found.dry:
                raise refusals.filtered("NOTIONAL")
            raise refusals.rejected(LITTLE_LIQUIDITY if found.qty else NO_LIQUIDITY)
        order.qty = found.qty

    def need(self, order: UserOrder) -> int:
        """What must be locked for the rest of an order, in 1e-8 of the asset that it spends."""
        ticket, left = order.ticket, order.left
        if not ticket.is_buy:
            return amount_of(self.symbol, left)
        if ticket.price:
            return cost(self.symbol, ticket.price, left)
        if ticket.conditional and not order.working:
            return cost(self.symbol, ticket.stop or self.last, left)
        return plan(self._book, order, None, left).cost

    def accept(self, order: UserOrder, now: int, pending: bool = False) -> None:
        """Takes an order for which all is locked; it is told of, and gets a number.

        Args:
            order: as prepared.
            now: milliseconds.
            pending: it waits for another order.
        """
        order.id = self._book.number()
        self.orders[order.id] = order
        self.open.setdefault(order.account.name, {})[order.id] = order
        self.open_count += 1
        order.created = order.updated = now
        if pending:
            order.status = "PENDING_NEW"
            self._clearing.report(order, "NEW", now)
        else:
            self._announce(order, now)

    def reject(self, order: UserOrder, reason: str, now: int) -> None:
        """Tells of an order that the market did not let in, although another was canceled for it."""
        order.id = self._book.number()
        order.status = "REJECTED"
        self._clearing.report(order, "REJECTED", now, reason=reason)

    def _announce(self, order: UserOrder, now: int) -> None:
        if order.ticket.conditional:
            self._triggers.add(order, self.last, now)
        else:
            order.working_since = now
        self._clearing.report(order, "NEW", now)

    def enter(self, order: UserOrder, now: int) -> None:
        """Lets an order that was taken trade, and rest or expire; one that waits for a price goes on waiting."""
        if not order.working or not order.open:
            return
        ticket = order.ticket
        limit = ticket.price or None
        if ticket.until == "FOK" and limit and plan(self._book, order, limit, order.left).traded < order.left:
            self._end(order, "EXPIRED", now, "EXPIRED")
            return
        if ticket.kind != "LIMIT_MAKER":
            met = take(self._book, order, limit)
            self._apply(order, met.steps, now)
            if met.stopped or not order.open:
                return
        if limit is not None and ticket.until == "GTC":
            self._rest(order)
        elif order.left:
            order.expiry = "" if limit is not None else "INSUFFICIENT_LIQUIDITY"
            self._end(order, "EXPIRED", now, "EXPIRED")

    def _rest(self, order: UserOrder) -> None:
        ticket = order.ticket
        facts = order.id, order.account.name, ticket.is_buy, ticket.price, order.left
        part = ticket.iceberg
        order.resting = Iceberg(*facts, part) if 0 < part < order.left else Order(*facts)
        self._book.rest(order.resting)

    # fills

    def _apply(self, taker: UserOrder, steps: Iterable[Fill | Prevented], at: int) -> None:
        """Books what a user's order has met."""
        steps = list(steps)
        fills = [step for step in steps if isinstance(step, Fill)]
        number = self._place.booked(fills, at)
        for step in steps:
            if isinstance(step, Prevented):
                self._prevent(taker, step, at)
                continue
            self._fill(taker, number, step, False, at)
            maker = self.orders.get(step.maker_id) if step.maker_owner is not None else None
            if maker is not None:
                self._fill(maker, number, step, True, at)
            self._note_price(step.price)
            number += 1

    def crowd_traded(self, fills: list[Fill], number: int, at: int, follow: bool = True) -> None:
        """Books what the crowd has traded among itself and with users, and does all that follows.

        Args:
            fills: already in the market's history.
            number: of the first.
            at: when, milliseconds.
            follow: False to leave what follows to `passed`.
        """
        for fill in fills:
            if fill.maker_owner is not None:
                self._fill(self.orders[fill.maker_id], number, fill, True, at)
            self._note_price(fill.price)
            number += 1
        if follow:
            self.finish(at)

    def _note_price(self, price: int) -> None:
        """Something has traded, which may start orders that wait for its price."""
        self._prices.append(price)

    def _fill(self, order: UserOrder, number: int, fill: Fill, is_maker: bool, at: int) -> None:
        """One half of a trade."""
        rivals: list[UserOrder] = []
        if not order.met:
            order.met = True
            self._first_filled(order.account, is_maker, at)
            rivals = [] if order.order_list is None else order.order_list.rivals(order)
        trade = self._clearing.settle(order, number, fill.price, fill.qty, is_maker, at)
        self.trades.setdefault(order.account.name, []).append(trade)
        order.status = "PARTIALLY_FILLED" if order.left else "FILLED"
        for rival in rivals:
            self._drop(rival, "EXPIRED", at)
        if order.left:
            if order.ticket.price:
                self._clearing.resize(order, self.need(order))
        else:
            self._drop(order, "FILLED", at)
        self._clearing.report(order, "TRADE", at, trade=trade)
        for rival in rivals:
            self._clearing.report(rival, "EXPIRED", at)
        self._progress(order, at)

    def _prevent(self, taker: UserOrder, step: Prevented, at: int) -> None:
        """Both orders have one owner: one of them, or both, lose what they would have traded."""
        maker = self.orders[step.maker_id]
        match = PreventedMatch(
            len(self.prevented), maker, taker, step.price, step.qty, step.maker_loses, step.taker_loses, at
        )
        self.prevented.append(match)
        ended: list[UserOrder] = []
        for order, loss in ((taker, step.taker_loses), (maker, step.maker_loses)):
            if loss is None:
                continue
            order.prevented += loss
            order.prevented_id = match.id
            order.updated = at
            if order.left == 0:
                self._drop(order, "EXPIRED_IN_MATCH", at)
                ended.append(order)
            elif order.ticket.price:
                self._clearing.resize(order, self.need(order))
            self._clearing.report(order, "TRADE_PREVENTION", at, prevented=match)
        for order in ended:
            self._follow_end(order, at)

    # ends

    def _drop(self, order: UserOrder, status: str, at: int) -> None:
        """An order ends, without being told of."""
        order.status = status
        order.updated = at
        order.resting = None
        self._triggers.discard(order)
        del self.open[order.account.name][order.id]
        self.open_count -= 1
        self._clearing.release(order)

    def _end(
        self, order: UserOrder, status: str, at: int, what: str, client_id: str = "", reason: str = "NONE"
    ) -> None:
        """An order ends before it is filled, and with it those of its list."""
        if order.resting is not None:
            self._book.cancel(order.id)
        self._drop(order, status, at)
        self._clearing.report(order, what, at, client_id=client_id, reason=reason)
        self._follow_end(order, at)

    def _follow_end(self, order: UserOrder, at: int) -> None:
        """An order has ended unfilled: those that depend on it end too."""
        one = order.order_list
        if one is None:
            return
        for other in one.orders:
            if other.open and (order is one.working or other is not one.working):
                self._end(other, "EXPIRED", at, "EXPIRED")
        self._progress(order, at)

    def _progress(self, order: UserOrder, at: int) -> None:
        """A list's orders have changed: the next ones start, or the list is done."""
        one = order.order_list
        if one is None or not one.open:
            return
        if order is one.working and order.status == "FILLED":
            self._due.append(one)
        if not any(member.open for member in one.orders):
            one.status = one.step = "ALL_DONE"
            self._clearing.changed(one, at)

    def cancel(self, order: UserOrder, client_id: str, now: int) -> None:
        """Cancels an open order, and with it its whole list; `client_id` names the cancelation."""
        one = order.order_list
        members = [order] if one is None else [member for member in one.orders if member.open]
        for member in members:
            if member.resting is not None:
                self._book.cancel(member.id)
            self._drop(member, "CANCELED", now)
            self._clearing.report(member, "CANCELED", now, client_id=client_id)
        self._progress(order, now)

    def expire(self, order: UserOrder, now: int) -> None:
        """The exchange ends an open order, and with it its whole list."""
        one = order.order_list
        for member in [order] if one is None else list(one.orders):
            if member.open:
                self._end(member, "EXPIRED", now, "EXPIRED")

    # changes

    def amend(self, order: UserOrder, qty: int, client_id: str, now: int) -> Amend:
        """Makes an order's quantity less; it keeps its place. The other leg of an OCO follows it."""
        old_id, old_qty = order.client_id, order.qty
        number = 0
        one = order.order_list
        together = [order, *(one.rivals(order) if one is not None else [])]
        order.client_id = client_id
        for each in together:
            each.qty = qty
            each.ticket.iceberg = min(each.ticket.iceberg, qty)
            each.updated = now
            if each.resting is not None:
                self._book.reduce(each.id, each.left)
        self._relock(together)
        for each in together:
            replaced = self._clearing.report(each, "REPLACED", now, client_id="")
            number = number or replaced
        if one is not None and client_id != old_id:
            one.step = "UPDATED"
            self._clearing.changed(one, now)
        amend = Amend(number, old_id, client_id, old_qty, qty, now)
        order.amends.append(amend)
        return amend

    def _relock(self, orders: list[UserOrder]) -> None:
        """Gives back what orders that have become smaller no longer need."""
        lock = orders[0].lock
        if lock is None:
            return
        need = min(lock.amount, max(self.need(order) for order in orders))
        ledger = self._clearing.ledger
        ledger.unlock(orders[0].account, lock.asset, lock.amount - need)
        lock.amount = need

    # going on after a stop

    def following(self) -> list[UserOrder]:
        """The orders that follow the price."""
        return [order for order in self._triggers if order.ticket.trailing]

    def restore(self, order: UserOrder) -> None:
        """An order that was taken before is on record again; orders come by their numbers."""
        self.orders[order.id] = order
        if order.open:
            self.open.setdefault(order.account.name, {})[order.id] = order
            self.open_count += 1

    def go_on(self, now: int) -> None:
        """Open orders that were on record are in the market again, in their turn; what crosses it now trades."""
        assert isinstance(self._book, Book)
        self._book.skip_to(max(self.orders, default=0) + 1)
        for order in [one for one in self.orders.values() if one.open and one.status != "PENDING_NEW"]:
            if order.ticket.conditional and not order.working:
                self._triggers.back(order)
            elif order.open:
                met = take(self._book, order, order.ticket.price or None)
                self._apply(order, met.steps, now)
                if order.open and not met.stopped:
                    self._rest(order)
        self.finish(now)

    # steps

    def end_step(self, at: int) -> None:
        """Tells the accounts what they have now."""
        self._clearing.tell(at)
        self._place.moved(at)

    def finish(self, at: int) -> None:
        """Ends the step, and makes those that follow from it."""
        self.end_step(at)
        while self._prices or self._due:
            if self._due:
                self._start(self._due.popleft(), at)
                self.end_step(at)
                continue
            price = self._prices.popleft()
            for order in self._triggers.take(price, at) if self._triggers else ():
                if order.open:
                    self._activate(order, at)
                    self.end_step(at)

    def watched(self) -> tuple[int, int]:
        """Nothing happens to an open order while trades stay between these prices, which are not included."""
        assert isinstance(self._book, Book)
        bids, asks = self._book.bids, self._book.asks
        low = max((price for price in bids.levels if self._has_user(bids.levels[price])), default=0)
        high = min((price for price in asks.levels if self._has_user(asks.levels[price])), default=_ANY_PRICE)
        for order in self._triggers:
            if order.ticket.trailing:
                return _ANY_PRICE, 0  # it follows every price
            if order.ticket.rises:
                high = min(high, order.ticket.stop)
            else:
                low = max(low, order.ticket.stop)
        return low, high

    @staticmethod
    def _has_user(level: Level) -> bool:
        return any(order.owner is not None for order in level)

    def passed(self, price: int, at: int, prepare: Callable[[], None]) -> bool:
        """Others have traded at a price, and what follows from that is done; whether anything was.

        Args:
            price: theirs.
            at: when, milliseconds.
            prepare: called before the first order starts, so that it finds somebody to trade with.
        """
        self.end_step(at)
        prices = [*self._prices, price]
        self._prices.clear()
        hit = [order for each in prices for order in self._triggers.take(each, at)]
        if not (hit or self._due):
            return len(prices) > 1
        prepare()
        for order in hit:
            if order.open:
                self._activate(order, at)
                self.end_step(at)
        self.finish(at)
        return True

    def crowd_takes(self, is_buy: bool, qty: int, limit: int | None, now: int) -> int:
        """Lets one of the crowd take what stands in the book; returns how much it traded."""
        book = self._book
        assert isinstance(book, Book), "a recorded market has no crowd"
        worst = limit or (_ANY_PRICE if is_buy else 1)
        outcome = book.limit(is_buy, worst, qty, until=Until.IMMEDIATE)
        number = self._place.booked(outcome.fills, now)
        self.crowd_traded(outcome.fills, number, now)
        return qty - outcome.left

    def _activate(self, order: UserOrder, at: int) -> None:
        """An order's price has come: it goes to the book, and its rival ends."""
        one = order.order_list
        for rival in [] if one is None else one.rivals(order):
            if rival.resting is not None:
                self._book.cancel(rival.id)
            self._drop(rival, "EXPIRED", at)
            self._clearing.report(rival, "EXPIRED", at)
        order.working_since = order.updated = at
        try:
            self._clearing.resize(order, self.need(order))
        except Refusal:
            self._end(order, "EXPIRED", at, "EXPIRED", reason="INSUFFICIENT_BALANCES")
            return
        self._clearing.report(order, "NEW", at)
        self.enter(order, at)

    def _start(self, one: OrderList, at: int) -> None:
        """The working order is filled: the orders that wait for it are taken."""
        legs = [leg for leg in one.legs if leg.open]
        for leg in legs:
            reason = self._obstacle(leg)
            if reason:
                self._end(leg, "REJECTED", at, "REJECTED", reason=reason)
                return
        try:
            self._clearing.lock(max(map(self.need, legs)), *legs)
        except Refusal:
            self._end(legs[0], "REJECTED", at, "REJECTED", reason="INSUFFICIENT_BALANCES")
            return
        for leg in legs:
            leg.status = "NEW"
            leg.updated = at
            self._announce(leg, at)
        for leg in legs:
            self.enter(leg, at)

    def _obstacle(self, order: UserOrder) -> str:
        """Why the market does not let a pending order in, as Binance names it; "" where it does."""
        ticket = order.ticket
        if ticket.kind == "LIMIT_MAKER" and self._book.would_take(ticket.is_buy, ticket.price):
            return "WOULD_MATCH_IMMEDIATELY"
        if ticket.conditional and ticket.stop and reached(ticket, self.last):
            return "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY"
        return ""
