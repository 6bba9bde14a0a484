"""Trading contracts of one margin: accounts, orders, conditional orders, funding, liquidation.

Nothing here knows of doors, keys or clocks: the time is the market's, which the caller has moved on to the present.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ..refusals import Refusal
from ..trade.counts import OrderCount, Window
from ..trade.ledger import Account
from ..trade.numbers import Numbers
from ..trade.orders import UserOrder
from . import reports
from .algos import Algo
from .basis import next_funding
from .clearing import FuturesClearing
from .contracts import UNIT
from .desk import FuturesDesk
from .liquidation import Liquidation
from .market import FuturesMarket
from .positions import (
    FuturesAccount,
    FuturesLedger,
    FuturesTicket,
    Position,
    by_asset,
    closable,
    owner_of,
    refused,
    ticket_of,
)
from .publisher import scaled_text
from .risk import Risk, Standing

WINDOWS: Final = (Window("SECOND", 10, 10_000, 300), Window("MINUTE", 1, 60_000, 1200))
"""How many orders an account may place."""

NO_MARGIN: Final = "Margin is insufficient."
NOT_REDUCING: Final = "ReduceOnly Order is rejected."

_LETTERS: Final = string.ascii_letters + string.digits
_FIRST_ALGO: Final = 1_000_000_000_000_000


class FuturesTrading:
    """Everybody who trades contracts of one margin, and what they have.

    Args:
        market: of the contracts; nobody else lets users trade on it.
        seed: for the names of orders that clients do not name.

    Attributes:
        market: as given.
        ledger: who owns what.
        clearing: moves it.
        risk: how much margin accounts need.
        opening: what an account begins with, in 1e-8 by asset.
        liquidations: the orders by which positions were closed by force, oldest first.
        countdowns: by account and contract, when all orders are canceled unless it is put off.
        algo_ids: the numbers of conditional orders.
        changed_algos: those that changed since it was last written down.
        margin_changes: what users gave to and took from isolated positions, and when, oldest first.
    """

    def __init__(self, market: FuturesMarket, seed: int = 1) -> None:
        self.market: Final = market
        self.ledger: Final = FuturesLedger()
        self.clearing: Final = FuturesClearing(self.ledger, market.mark)
        self.risk: Final = Risk(market.contracts.values(), market.mark, self.open_orders)
        self.opening: Final[dict[str, int]] = {}
        self.liquidations: Final[list[UserOrder]] = []
        self.countdowns: Final[dict[tuple[FuturesAccount, str], int]] = {}
        self.changed_algos: Final[dict[Algo, None]] = {}
        self.margin_changes: Final[list[tuple[FuturesAccount, Position, int, int]]] = []
        self.liquidation: Final = Liquidation(self)
        self._random = random.Random(f"{seed} {market.margin} orders")
        self._desks: Final[dict[str, FuturesDesk]] = {}
        self._counts: Final[dict[str, OrderCount]] = {}
        self.algo_ids: Final = Numbers(_FIRST_ALGO)
        self._funded = market.now
        self._started: Final[dict[Algo, None]] = {}
        self._timed: Final[dict[UserOrder, FuturesDesk]] = {}

    @property
    def now(self) -> int:
        """Market time, milliseconds."""
        return self.market.now

    def new_id(self) -> str:
        """A name for an order that its client has not named."""
        return "".join(self._random.choices(_LETTERS, k=22))

    def begin_again(self, word: str) -> None:
        """Names that are made up from now on are others than those of another word."""
        self._random = random.Random(f"{word} {self.market.margin} orders")

    def next_algo(self) -> int:
        """A number for a conditional order."""
        return next(self.algo_ids)

    # -- accounts ------------------------------------------------------------------------------------------

    def account(self, owner: Account) -> FuturesAccount:
        """A user's account of futures, which is opened when first asked for."""
        found = self.ledger.accounts.get(owner.name)
        if found is None:
            found = self.ledger.accounts[owner.name] = FuturesAccount(owner.name, owner.uid, self.now)
            self._counts[owner.name] = OrderCount(WINDOWS)
            self.ledger.marks.account(found)
            for asset, amount in self.opening.items():
                self.ledger.deposit(found, asset, amount)
        assert isinstance(found, FuturesAccount)
        return found

    def accounts(self) -> Iterator[FuturesAccount]:
        """Every account that was opened."""
        for account in self.ledger.accounts.values():
            assert isinstance(account, FuturesAccount)
            yield account

    def count(self, account: Account) -> OrderCount:
        """An account's orders by windows of time."""
        return self._counts[account.name]

    def standing(self, account: FuturesAccount, asset: str, more: UserOrder | None = None) -> Standing:
        """An account's margin in an asset."""
        return self.risk.standing(account, asset, more)

    def assets(self, account: FuturesAccount) -> list[str]:
        """What an account's contracts are margined in, and what else it has."""
        margins = (one.margin_asset for one in self.market.contracts.values())
        return list(dict.fromkeys([*margins, *account.balances]))

    def transfer(self, account: FuturesAccount, asset: str, change: int) -> None:
        """An amount in 1e-8 comes from another wallet or, below zero, goes there; the account is told.

        Raises:
            Refusal: it has no margin in this asset, or may not have so much taken out.
        """
        if change > 0 and asset not in self.assets(account):
            raise refused(-4072, f"{asset} is not an asset of this account.")
        if change < 0:
            if self.standing(account, asset).withdrawable < -change:
                raise refused(-5013, "Asset transfer failed: insufficient balance")
            self.ledger.withdraw(account, asset, -change)
        else:
            self.ledger.deposit(account, asset, change)
        self.clearing.book(account, "TRANSFER", "", asset, change, self.now)
        self.clearing.changed_account(account, "DEPOSIT" if change > 0 else "WITHDRAW")
        self.clearing.tell(self.now)

    def outcome(self, account: FuturesAccount) -> list[dict[str, Any]]:
        """How an account has done in each asset that it has traded with; amounts as texts."""
        desks = [desk for desk in self._desks.values() if desk.own(account) or desk.trades_of(account)]
        rows = []
        for asset in dict.fromkeys(desk.contract.margin_asset for desk in desks):
            mine = [desk for desk in desks if desk.contract.margin_asset == asset]
            moved = sum(one.amount for one in account.income if (one.kind, one.asset) == ("TRANSFER", asset))
            rows.append(
                {
                    "asset": asset,
                    "brought": scaled_text(self.opening.get(asset, 0) + moved),
                    "now": scaled_text(self.standing(account, asset).balance),
                    "orders": sum(len(desk.own(account)) for desk in mine),
                    "trades": sum(len(desk.trades_of(account)) for desk in mine),
                    "open_orders": sum(len(desk.open_of(account)) for desk in mine),
                    "positions": sum(one.contract.margin_asset == asset for one in account.open()),
                }
            )
        return rows

    # -- contracts -----------------------------------------------------------------------------------------

    def desk(self, name: str) -> FuturesDesk:
        """Where users trade a contract.

        Raises:
            UnknownSymbol: there is none of this name.
        """
        floor = self.market.place(name)  # awake
        desk = self._desks.get(name)
        if desk is None:
            desk = self._desks[name] = FuturesDesk(floor, self.clearing, self._start)
            floor.guests = desk
        return desk

    def desks(self) -> Iterable[FuturesDesk]:
        """Every contract that users have traded."""
        return self._desks.values()

    def open_desk(self, name: str) -> FuturesDesk | None:
        """Where users trade a contract, if any has."""
        return self._desks.get(name)

    def go_on(self) -> None:
        """After a stop: which orders end by themselves, and which were forced; fundings meanwhile were not paid."""
        self._funded = self.now
        for desk in self._desks.values():
            started = (algo for algo in desk.algos.values() if algo.status == "TRIGGERED")
            self._started.update(dict.fromkeys(started))
            for order in desk.orders.values():
                ticket = ticket_of(order)
                if ticket.good_till and order.open:
                    self._timed[order] = desk
                if ticket.is_liquidation:
                    self.liquidations.append(order)
        self.liquidations.sort(key=lambda order: order.created)

    def open_orders(self, account: FuturesAccount, name: str) -> list[UserOrder]:
        """An account's open orders of a contract."""
        desk = self._desks.get(name)
        return [] if desk is None else desk.open_of(account)

    @property
    def awaited(self) -> bool:
        """Whether anybody's order, position or countdown waits for what happens."""
        return (
            bool(self.countdowns)
            or any(desk.open_count for desk in self._desks.values())
            or any(account.open() for account in self.accounts())
        )

    # -- orders --------------------------------------------------------------------------------------------

    def submit(self, desk: FuturesDesk, order: UserOrder, now: int) -> None:
        """Takes an order for which there is margin, and lets it trade; the step is not ended yet.

        Raises:
            Refusal: it may not be taken.
        """
        self.admit(desk, order)
        desk.accept(order, now)
        if ticket_of(order).good_till:
            self._timed[order] = desk

    def admit(self, desk: FuturesDesk, order: UserOrder) -> None:
        """Whether an order may be taken.

        Raises:
            Refusal: -2022, -5022, -2027, -2019.
        """
        account, contract, ticket = owner_of(order), desk.contract, ticket_of(order)
        if ticket.kind == "LIMIT_MAKER" and desk.would_take(ticket.is_buy, ticket.price):
            raise refused(
                -5022,
                "Due to the order could not be executed as maker, the Post Only order will be rejected. "
                "The order will not be recorded in the order history",
            )
        if self._only_closes(desk, account, order):
            return
        leverage = account.leverage(contract)
        if self.risk.exposure(account, contract, order) > contract.most(leverage):
            raise refused(-2027, "Exceeded the maximum allowable position at current leverage.")
        standing = self.standing(account, contract.margin_asset, order)
        have = standing.crossed + standing.crossed_gain
        if have < standing.of_crossed + standing.of_orders + self._fee(desk, account, order):
            raise refused(-2019, NO_MARGIN)

    def _only_closes(self, desk: FuturesDesk, account: FuturesAccount, order: UserOrder) -> bool:
        """Whether an order can only make a position smaller; one that must, and cannot, is refused."""
        ticket = ticket_of(order)
        most = closable(account, desk.contract, ticket.is_buy, ticket.side_of)
        must = ticket.reduce_only or (
            ticket.side_of != "BOTH" and ticket.is_buy == (ticket.side_of == "SHORT")
        )
        if must:
            if not most or (ticket.side_of != "BOTH" and order.left > most):
                raise refused(-2022, NOT_REDUCING)
            order.qty = min(order.qty, most)
            return True
        waiting = sum(other.left for other in desk.open_of(account) if other.ticket.is_buy == ticket.is_buy)
        return most >= order.left + waiting and ticket.side_of == "BOTH"

    def _fee(self, desk: FuturesDesk, account: FuturesAccount, order: UserOrder) -> int:
        contract, ticket = desk.contract, order.ticket
        price = ticket.price or desk.best(ticket.is_buy) or desk.last
        return contract.value(contract.scaled(price), order.left) * account.taker_rate // UNIT

    def _start(self, algo: Algo, at: int) -> None:
        """A conditional order's price has come: it becomes an order, or is rejected."""
        algo.status, algo.triggered, algo.updated = "TRIGGERING", at, at
        self.tell_algo(algo, at)
        desk = self._desks[algo.contract.name]
        qty = algo.qty
        if algo.close_position:
            qty = closable(algo.account, algo.contract, algo.is_buy, algo.side_of)
        order = desk.prepare(algo.account, _ticket(algo, qty), at)
        try:
            if not qty:
                raise refused(-2022, NOT_REDUCING)
            self.submit(desk, order, at)
        except Refusal as refusal:
            algo.status = "EXPIRED" if algo.close_position and not qty else "REJECTED"
            algo.reason = refusal.message
            self.tell_algo(algo, at)
            return
        algo.status, algo.order = "TRIGGERED", order
        self.tell_algo(algo, at)
        self._started[algo] = None
        desk.enter(order, at)
        self.settle_algo(algo, at)

    def settle_algo(self, algo: Algo, at: int) -> None:
        """A conditional order is done when its order is."""
        if algo.status == "TRIGGERED" and algo.order is not None and not algo.order.open:
            algo.status, algo.updated = "FINISHED", at
            self._started.pop(algo, None)
            self.tell_algo(algo, at)

    def tell_algo(self, algo: Algo, at: int) -> None:
        """Tells an account of its conditional order."""
        if self.ledger.marks.on:
            self.changed_algos[algo] = None
        self.ledger.marks.account(algo.account)
        algo.account.tell(reports.algo_update(algo, at))

    def cancel_algo(self, algo: Algo, now: int) -> None:
        """Cancels a conditional order that waits."""
        self._desks[algo.contract.name].leave(algo)
        algo.status, algo.updated = "CANCELED", now
        self.tell_algo(algo, now)

    # -- time ----------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """What follows from the market's having moved on: fundings, triggers, liquidations, ends of time."""
        now = self.now
        while (due := next_funding(self._funded + 1)) <= now:
            self._fund(due)
            self._funded = due
        self._funded = now
        for desk in tuple(self._desks.values()):
            if desk.open_count:
                desk.marked(self.market.mark(desk.contract.name), now)
                desk.finish(now)
        self._end_timed(now)
        self.liquidation.check(now)
        for algo in tuple(self._started):
            self.settle_algo(algo, now)

    def _end_timed(self, now: int) -> None:
        for order, desk in tuple(self._timed.items()):
            if not order.open:
                del self._timed[order]
            elif ticket_of(order).good_till <= now:
                desk.expire(order, now)
                desk.finish(now)
        for (account, name), deadline in tuple(self.countdowns.items()):
            if deadline <= now:
                del self.countdowns[account, name]
                self.cancel_all(account, self.desk(name))

    def cancel_all(self, account: FuturesAccount, desk: FuturesDesk) -> None:
        """Cancels every open order of an account on a contract; conditional ones stay."""
        for order in desk.open_of(account):
            desk.cancel(order, order.client_id, self.now)
        desk.finish(self.now)

    def _fund(self, at: int) -> None:
        """Longs pay shorts, or are paid by them, as the funding rate says."""
        for account in self.accounts():
            for one in account.open():
                self._fund_position(account, one, at)
        self.clearing.tell(at)

    def _fund_position(self, account: FuturesAccount, one: Position, at: int) -> None:
        contract = one.contract
        rate = self.market.funding_rate(contract.name, at)
        due = one.notional(self.market.mark(contract.name)) * rate // UNIT
        paid = due if one.qty > 0 else -due
        self.ledger.win(account, contract.margin_asset, -paid)
        if contract.name in account.isolated:
            one.margin = max(0, one.margin - paid)
        self.clearing.book(account, "FUNDING_FEE", contract.name, contract.margin_asset, -paid, at)
        self.clearing.changed_account(account, "FUNDING_FEE", contract)

    # -- liquidation ---------------------------------------------------------------------------------------

    def positions_by_asset(self, account: FuturesAccount) -> dict[str, list[Position]]:
        """An account's positions by what they are margined in."""
        return by_asset(account.open())

    def force(self, account: FuturesAccount, one: Position, number: int) -> UserOrder:
        """Closes a position at whatever price there is; the order may find too little."""
        desk = self.desk(one.contract.name)
        ticket = FuturesTicket(
            symbol=one.contract, is_buy=one.qty < 0, kind="MARKET", until="IOC", qty=abs(one.qty), quote_qty=0,
            price=0, stop=0, trailing=0, iceberg=0, mode="EXPIRE_MAKER", client_id=f"autoclose-{number}",
            side_of=one.side, reduce_only=True, asked_kind="LIMIT", asked_until="IOC", is_liquidation=True,
        )  # fmt: skip
        order = desk.prepare(account, ticket, self.now)
        desk.accept(order, self.now)
        desk.enter(order, self.now)
        desk.finish(self.now)
        self.liquidations.append(order)
        return order


def _ticket(algo: Algo, qty: int) -> FuturesTicket:
    """The order that a conditional one becomes."""
    is_maker = algo.until == "GTX"
    return FuturesTicket(
        symbol=algo.contract,
        is_buy=algo.is_buy,
        kind="LIMIT_MAKER" if is_maker and algo.price else algo.order_kind,
        until=algo.until if algo.until in ("IOC", "FOK") else "GTC",
        qty=qty,
        quote_qty=0,
        price=algo.price,
        stop=0,
        trailing=0,
        iceberg=0,
        mode=algo.mode,
        client_id=algo.client_id,
        side_of=algo.side_of,
        reduce_only=algo.reduce_only or algo.close_position,
        close_position=algo.close_position,
        working_type=algo.working_type,
        price_protect=algo.price_protect,
        asked_kind=algo.kind,
        asked_until=algo.until,
        good_till=algo.good_till,
    )
