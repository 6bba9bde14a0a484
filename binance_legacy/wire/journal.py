"""What an account's events said, and which of them were missed while nobody listened.

A subscription that is lost and made anew says nothing of what happened between. Binance tells it when asked: orders,
trades and lists as they are now. Held against what was heard, they give the events that were missed::

    missed = yield from journal.recovery(held)

(Binance, *WebSocket API: User Data Stream*; *Account requests*.)
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

Event = dict[str, Any]
Row = Mapping[str, Any]

MOST_ENDED = 500
"""So many orders that have ended are remembered, the last ones."""

MOST_SYMBOLS = 40
"""So many symbols are remembered, those heard of last: asking for one weighs 20 to 40 of 6000 a minute."""

MOST_RECOVERED = 5000
"""So many recovered events are known again when they come after all."""

MOST_ROWS = 1000
"""Binance tells no more in one answer."""

MOST_AMENDED = 50
"""So many new orders that may have been amended are asked for that, which weighs 4 each."""

SLACK = 5000
"""Milliseconds before the last event that are looked at again: events of two symbols may change places."""

ATTEMPTS = 3
"""How often trades are asked for that an order says it has: Binance's tables of trades follow a moment later."""

_ENDS = {
    "CANCELED": "CANCELED", "EXPIRED": "EXPIRED", "REJECTED": "REJECTED", "EXPIRED_IN_MATCH": "TRADE_PREVENTION",
}  # fmt: skip
"""What an order that has ended without being filled was told by: its status -> the execution type."""

_CONDITIONAL = ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")
_LIST_ENDS = ("ALL_DONE", "REJECT")
_NOTHING = Decimal("0.00000000")
_LAST = 1 << 62


class Question(NamedTuple):
    """A request of the WebSocket API; `signed`: with the account's key."""

    method: str
    params: dict[str, Any]
    signed: bool = True


Asking = Generator[list[Question], list[Any], Any]
"""Yields rounds of questions and is sent their results, None for one that has none. An empty round asks for a pause."""


@dataclass(slots=True)
class Recovered:
    """What a recovery gave.

    Attributes:
        events: those that were missed, then those that came meanwhile and are new.
        missed: how many of them were missed.
        doubts: what could not be found out, in words.
    """

    events: list[Event]
    missed: int
    doubts: list[str]


@dataclass(slots=True)
class _Known:
    """What is known of one order."""

    status: str = ""
    name: str = ""
    qty: Decimal = _NOTHING
    executed: Decimal = _NOTHING
    cost: Decimal = _NOTHING
    last_trade: int = -1
    works: bool = False

    @property
    def ended(self) -> bool:
        return self.status == "FILLED" or self.status in _ENDS


Key = tuple[str, int]
"""An order: its symbol and number."""


@dataclass(slots=True)
class _Found:
    """What the exchange tells when asked."""

    orders: dict[Key, Row] = field(default_factory=dict)
    trades: dict[Key, dict[int, Row]] = field(default_factory=dict)
    amends: dict[Key, list[Row]] = field(default_factory=dict)
    lists: list[Row] = field(default_factory=list)
    account: Row | None = None

    def add_order(self, row: Row) -> None:
        """Of two rows of one order that counts which tells more of it."""
        key = row["symbol"], row["orderId"]
        before = self.orders.get(key)
        if before is None or _progress(row) >= _progress(before):
            self.orders[key] = row

    def add_trade(self, row: Row) -> None:
        self.trades.setdefault((row["symbol"], row["orderId"]), {})[row["id"]] = row

    def amends_of(self, key: Key) -> list[Row]:
        """Every change of an order's quantity, oldest first; those of the other leg of its list are its own too."""
        group = self.orders[key]["orderListId"]
        mates = [one for one, row in self.orders.items() if one != key and row["orderListId"] == group >= 0]
        others = [{**row, "of": key} for mate in mates for row in self.amends.get(mate, ())]
        return sorted([*self.amends.get(key, ()), *others], key=lambda row: int(row["time"]))

    def first_name(self, key: Key) -> str:
        """What an order was called before it was amended."""
        names = [row["origClientOrderId"] for row in self.amends.get(key, ())]
        return str(names[0] if names else self.orders[key]["clientOrderId"])


class Journal:
    """Remembers an account's events, and works out which of them were missed.

    Attributes:
        until: the exchange's time, milliseconds, until which nothing was missed.
    """

    def __init__(self) -> None:
        self.until = 0
        self._began = 0
        self._orders: dict[Key, _Known] = {}
        self._ended: dict[Key, None] = {}
        self._symbols: dict[str, None] = {}
        self._lists: dict[int, str] = {}
        self._balances: dict[str, tuple[str, str]] = {}
        self._recovered: dict[tuple[Any, ...], None] = {}

    # -- what is heard ------------------------------------------------------------------------------------

    def begin(self, time: int) -> None:
        """The account is listened to since `time`, milliseconds: what was before is none of its listener's."""
        self._began = time
        self.until = max(self.until, time)

    def look_round(self) -> Asking:
        """The questions to ask where listening begins: the exchange's time, and which orders are open."""
        clock, rows = yield [Question("time", {}, signed=False), Question("openOrders.status", {})]
        if clock is not None:
            self.begin(clock["serverTime"])
        for row in rows or ():
            self._note_open(row)

    def _note_open(self, row: Row) -> None:
        known = self._known(row["symbol"], row["orderId"])
        if known.status:
            return  # its events say more
        known.status, known.name, known.qty = row["status"], row["clientOrderId"], Decimal(row["origQty"])
        known.executed, known.cost = Decimal(row["executedQty"]), Decimal(row["cummulativeQuoteQty"])
        known.works = _working_since(row) > 0

    def heard(self, event: Event) -> bool:
        """Note an event; whether it is new. One that was recovered already is not, every other one is."""
        identity = _identity(event)
        if identity is not None and identity in self._recovered:
            return False
        self.note(event)
        return True

    def note(self, event: Event) -> None:
        """Remember what an event says."""
        self.until = max(self.until, event.get("E", 0))
        kind = event.get("e")
        if kind == "executionReport":
            self._note_execution(event)
        elif kind == "listStatus":
            self._lists.pop(event["g"], None)
            self._lists[event["g"]] = event["L"]
            _keep_last(self._lists, MOST_ENDED)
        elif kind == "outboundAccountPosition":
            self._balances.update((row["a"], (row["f"], row["l"])) for row in event["B"])

    def _note_execution(self, event: Event) -> None:
        key = event["s"], event["i"]
        known = self._known(*key)
        known.executed = max(known.executed, Decimal(event["z"]))
        known.cost = max(known.cost, Decimal(event["Z"]))
        known.qty, known.works = Decimal(event["q"]), known.works or "W" in event
        known.last_trade = max(known.last_trade, event["t"])
        if not known.ended:
            known.status, known.name = event["X"], event["C"] or event["c"]
        if known.ended:
            self._ended[key] = None
            for forgotten in _keep_last(self._ended, MOST_ENDED):
                self._orders.pop(forgotten, None)

    def _known(self, symbol: str, number: int) -> _Known:
        self._symbols.pop(symbol, None)
        self._symbols[symbol] = None
        _keep_last(self._symbols, MOST_SYMBOLS)
        return self._orders.setdefault((symbol, number), _Known())

    # -- what was missed ----------------------------------------------------------------------------------

    def recovery(self, held: list[Event]) -> Generator[list[Question], list[Any], Recovered]:
        """Ask what happened since `until`, and give the events that tell it.

        They stand in the order in which things happened, as far as Binance's milliseconds tell it, with Binance's keys
        in Binance's order. Of what cannot be known: ``I`` is -1 (but for ``REPLACED``); ``E`` is ``T``; ``c`` of a
        cancelation is the order's own name, not the cancelation's; ``r`` is ``NONE``; of ``TRADE_PREVENTION`` only
        ``v`` and ``A`` are told, and only where it has ended the order. Of more than `MOST_AMENDED` orders that were
        placed within the gap the others are told as if they had been placed as they are now; a pending order that
        waits for a price as if it had been taken at once. Of lists (`listStatus`) that they began and ended. One
        ``outboundAccountPosition`` follows, of the assets that the missed events concern and those of which there is
        another amount than was heard; ``balanceUpdate`` is not told.

        What cannot be found: orders placed and ended meanwhile on a symbol of which no event (of the last
        `MOST_SYMBOLS` symbols, or among `held`) and no open order speaks.

        Parameters:
            held: the live events that come meanwhile, which the caller adds to.

        Returns:
            all that is to be handed on; it is noted.
        """
        since = max(self.until - SLACK, self._began + 1)
        doubts: list[str] = []
        found = _Found()
        yield from self._ask_for_orders(found, since, held, doubts)
        yield from self._ask_for_trades(found, since, held, doubts)
        yield from self._ask_for_the_rest(found, since, doubts)
        return self._put_together(found, since, held, doubts)

    def _ask_for_orders(self, found: _Found, since: int, held: list[Event], doubts: list[str]) -> Asking:
        for row in (yield from _all([Question("openOrders.status", {})], doubts)):
            found.add_order(row)
        live = (event["s"] for event in held if event["e"] == "executionReport")
        symbols = dict.fromkeys([*self._symbols, *(symbol for symbol, _ in found.orders), *live])
        every = [_page("allOrders", symbol, startTime=since) for symbol in symbols]
        for row in (yield from _all(every, doubts)):
            found.add_order(row)
        gone = [key for key, known in self._orders.items() if not known.ended and key not in found.orders]
        for row in (yield from _all([_of_order("order.status", key) for key in gone], doubts)):
            found.add_order(row)

    def _ask_for_trades(self, found: _Found, since: int, held: list[Event], doubts: list[str]) -> Asking:
        for attempt in range(ATTEMPTS):
            symbols = dict.fromkeys(symbol for symbol, _ in self._unexplained(found, since, held))
            if not symbols:
                return
            if attempt:
                yield []
            trades = [_page("myTrades", symbol, startTime=since) for symbol in symbols]
            for row in (yield from _all(trades, doubts)):
                found.add_trade(row)
        left = self._unexplained(found, since, held)
        doubts += [f"order {number} of {symbol} has trades that were not found" for symbol, number in left]

    def _unexplained(self, found: _Found, since: int, held: list[Event]) -> list[Key]:
        """Orders of which more has traded than is heard or found."""
        live: dict[Key, Event] = {}
        for event in held:
            if event.get("x") == "TRADE":
                live.setdefault((event["s"], event["i"]), event)
        return [
            key
            for key, row in found.orders.items()
            if (key in self._orders or row["time"] >= since) and self._lacks(found, key, since, live.get(key))
        ]

    def _lacks(self, found: _Found, key: Key, since: int, live: Event | None) -> bool:
        """Whether trades of an order are not found, those before the first `live` one."""
        trades = self._new_trades(found, key, since)
        executed = Decimal(found.orders[key]["executedQty"])
        if live is not None:
            executed = min(executed, Decimal(live["z"]) - Decimal(live["l"]))
            trades = {number: trade for number, trade in trades.items() if number < live["t"]}
        return executed > self._executed(key) + sum(Decimal(trade["qty"]) for trade in trades.values())

    def _executed(self, key: Key) -> Decimal:
        known = self._orders.get(key)
        return _NOTHING if known is None else known.executed

    def _new_trades(self, found: _Found, key: Key, since: int) -> dict[int, Row]:
        """Trades of an order that were not heard. Those that its row does not know yet come live."""
        known, order = self._orders.get(key), found.orders[key]
        last = -1 if known is None else known.last_trade
        rows = found.trades.get(key, {})
        new = {
            number: rows[number] for number in sorted(rows) if number > last and rows[number]["time"] >= since
        }
        left = Decimal(order["executedQty"]) - self._executed(key)
        for number, row in list(new.items()):
            left -= Decimal(row["qty"])
            if left < 0:
                del new[number]
        return new

    def _ask_for_the_rest(self, found: _Found, since: int, doubts: list[str]) -> Asking:
        amended = [key for key, row in found.orders.items() if self._is_amended(key, row)]
        new = [key for key, row in found.orders.items() if self._may_be_amended(key, row, since)]
        amended += new[-MOST_AMENDED:]
        for row in (yield from _all([_of_order("order.amendments", key) for key in amended], doubts)):
            if row["time"] >= since:
                found.amends.setdefault((row["symbol"], row["orderId"]), []).append(row)
        lists = dict.fromkeys(
            row["orderListId"] for key, row in found.orders.items()
            if row["orderListId"] >= 0 and self._story(found, key, since)
        )  # fmt: skip
        found.lists += yield from _all(
            [Question("orderList.status", {"orderListId": n}) for n in lists], doubts
        )
        (found.account,) = yield [Question("account.status", {})]
        if found.account is None:
            doubts.append("account.status was not answered")

    def _is_amended(self, key: Key, row: Row) -> bool:
        known = self._orders.get(key)
        return known is not None and bool(known.qty) and known.qty != Decimal(row["origQty"])

    def _may_be_amended(self, key: Key, row: Row, since: int) -> bool:
        """Whether a new order stood in the book, where its quantity may have been made less."""
        stood = row["type"] != "MARKET" and row["timeInForce"] == "GTC" and row["updateTime"] > row["time"]
        return key not in self._orders and row["time"] >= since and stood

    def _put_together(self, found: _Found, since: int, held: list[Event], doubts: list[str]) -> Recovered:
        live = {_identity(event) for event in held} - {None}
        stories = [self._story(found, key, since) for key in sorted(found.orders)]
        listed = [event for row in found.lists for event in self._list_story(row, found, since)]
        missed = [event for event in _in_order(stories, listed) if _identity(event) not in live]
        position = self._position(found.account, missed, held)
        for event in missed:
            self._recovered[_identity(event) or ()] = None
        for event in (*missed, *position):
            self.note(event)
        _keep_last(self._recovered, MOST_RECOVERED)
        new = [event for event in held if self.heard(event)]
        return Recovered([*missed, *position, *new], len(missed), doubts)

    # -- one order's story --------------------------------------------------------------------------------

    def _story(self, found: _Found, key: Key, since: int) -> list[Event]:
        """The events of one order that were not heard, in order."""
        row, known = found.orders[key], self._orders.get(key)
        if known is not None and known.ended:
            return []
        trades, amends = [*self._new_trades(found, key, since).values()], self._new_amends(found, key)
        told = _Story(row, known or self._stranger(found, key, trades, amends, since))
        told.begin(is_new=known is None and row["time"] >= since)
        steps = [(trade["time"], 2, partial(told.trade, trade)) for trade in trades]
        steps += [(amend["time"], 1, partial(told.amend, amend)) for amend in amends]
        steps.append((_working_since(row), 0, partial(told.start)))
        for _, _, tell in sorted(steps, key=lambda step: step[:2]):
            tell()
        if known is not None or row["updateTime"] >= since:
            told.end()
        return told.events

    def _new_amends(self, found: _Found, key: Key) -> list[Row]:
        """Each makes the quantity less than it was."""
        known = self._orders.get(key)
        rows = found.amends_of(key)
        now = Decimal(found.orders[key]["origQty"])
        return [
            row
            for row in rows
            if now <= Decimal(row["newQty"]) and (not known or Decimal(row["newQty"]) < known.qty)
        ]

    @staticmethod
    def _stranger(found: _Found, key: Key, trades: list[Row], amends: list[Row], since: int) -> _Known:
        """What was before of an order of which nothing is known."""
        row = found.orders[key]
        first = amends[0] if amends else row
        known = _Known(name=found.first_name(key), qty=Decimal(first["origQty"]))
        if row["time"] < since:
            known.executed = Decimal(row["executedQty"]) - sum(Decimal(trade["qty"]) for trade in trades)
            known.cost = Decimal(row["cummulativeQuoteQty"]) - sum(
                Decimal(trade["quoteQty"]) for trade in trades
            )
            known.works = _working_since(row) > 0
        return known

    def _list_story(self, row: Row, found: _Found, since: int) -> Iterator[Event]:
        """The events of one list that were not heard."""
        heard = self._lists.get(row["orderListId"])
        members = [found.orders.get((one["symbol"], one["orderId"])) for one in row["orders"]]
        begun = min((one["time"] for one in members if one is not None), default=0)
        if heard is None and begun >= since:
            names = {one: found.first_name(one) for one in found.orders}
            orders = [
                {**one, "clientOrderId": names.get((one["symbol"], one["orderId"]), one["clientOrderId"])}
                for one in row["orders"]
            ]
            yield _list_status({**row, "orders": orders}, "EXEC_STARTED", "EXECUTING", begun)
        if row["listOrderStatus"] in _LIST_ENDS and heard != row["listOrderStatus"]:
            yield _list_status(row, row["listStatusType"], row["listOrderStatus"], row["transactionTime"])

    def _position(self, account: Row | None, missed: list[Event], held: list[Event]) -> list[Event]:
        """What the account has now of the assets that have changed; nothing where none has."""
        if account is None:
            return []
        rows = {row["asset"]: (row["free"], row["locked"]) for row in account["balances"]}
        live = {row["a"] for event in held for row in event.get("B", ())}
        told = [asset for asset, both in self._balances.items() if rows.get(asset, both) != both]
        assets = [asset for event in missed for asset in _assets_of(event, rows)]
        assets += [asset for asset in told if asset not in live]
        if not assets:
            return []
        at = max([account["updateTime"], *(event["E"] for event in missed)])
        now = [{"a": asset, "f": rows[asset][0], "l": rows[asset][1]} for asset in dict.fromkeys(assets)]
        return [{"e": "outboundAccountPosition", "E": at, "u": at, "B": now}]


class _Story:
    """Tells an order's events from its row.

    Parameters:
        row: the order as it is now.
        known: what it was before the first event that is to be told.
    """

    def __init__(self, row: Row, known: _Known) -> None:
        self.events: list[Event] = []
        self._row = row
        self._name, self._works = known.name, known.works
        self._qty = known.qty or Decimal(row["origQty"])
        self._executed, self._cost, self._before = known.executed, known.cost, known.status

    def begin(self, is_new: bool) -> None:
        """It was taken."""
        row, since = self._row, _working_since(self._row)
        waits = row["type"] in _CONDITIONAL
        pending = row["status"] == "PENDING_NEW"
        if not waits and "workingTime" in row:
            pending = pending or since != row["time"]
        if is_new:
            self._works = not (waits or pending)
            self._tell("NEW", "PENDING_NEW" if pending else "NEW", row["time"], {"w": self._works})
        elif self._before == "PENDING_NEW" and row["status"] == "NEW" and since < 0:
            self._tell("NEW", "NEW", row["updateTime"], {"w": False})

    def start(self) -> None:
        """Its price has come, or the order that it waited for was filled."""
        since = _working_since(self._row)
        if not self._works and since > 0:
            self._works = True
            self._tell("NEW", "NEW", since, {"w": True})

    def trade(self, trade: Row) -> None:
        """A part of it was filled."""
        row = self._row
        self._executed += Decimal(trade["qty"])
        self._cost += Decimal(trade["quoteQty"])
        status = "FILLED" if self._executed >= self._qty else "PARTIALLY_FILLED"
        rests = status != "FILLED" and row["timeInForce"] == "GTC" and bool(Decimal(row["price"]))
        self._tell("TRADE", status, trade["time"], {
            "l": trade["qty"], "L": trade["price"], "n": trade["commission"], "N": trade["commissionAsset"],
            "t": trade["id"], "w": rests, "m": trade["isMaker"], "M": True, "Y": trade["quoteQty"],
        })  # fmt: skip

    def amend(self, amend: Row) -> None:
        """Its quantity was made less."""
        mine = "of" not in amend
        self._name = amend["newClientOrderId"] if mine else self._name
        self._qty = Decimal(amend["newQty"])
        status = "PARTIALLY_FILLED" if self._executed else "NEW"
        self._tell(
            "REPLACED", status, amend["time"], {"I": amend["executionId"] if mine else -1, "w": self._works}
        )

    def end(self) -> None:
        """It has ended without being filled."""
        row = self._row
        what = _ENDS.get(row["status"])
        if what is None:
            return
        self._executed, self._cost = Decimal(row["executedQty"]), Decimal(row["cummulativeQuoteQty"])
        more = {"C": self._name} if what == "CANCELED" else {}
        self._tell(what, row["status"], row["updateTime"], more)
        event = self.events[-1]
        if what == "TRADE_PREVENTION" and "preventedMatchId" in row:
            event |= {"v": row["preventedMatchId"], "A": row["preventedQuantity"]}
        if "expiryReason" in row:
            event["eR"] = row["expiryReason"]

    def _tell(self, what: str, status: str, at: int, more: Mapping[str, Any]) -> None:
        row = self._row
        report: Event = {
            "e": "executionReport", "E": at, "s": row["symbol"], "c": self._name, "S": row["side"],
            "o": row["type"], "f": row["timeInForce"], "q": f"{self._qty:f}", "p": row["price"],
            "P": row["stopPrice"],
        }  # fmt: skip
        if "trailingDelta" in row:
            report["d"] = row["trailingDelta"]
        report |= {
            "F": row["icebergQty"], "g": row["orderListId"], "C": "", "x": what, "X": status, "r": "NONE",
            "i": row["orderId"], "l": f"{_NOTHING:f}", "z": f"{self._executed:f}", "L": f"{_NOTHING:f}", "n": "0",
            "N": None, "T": at, "t": -1, "I": -1, "w": False, "m": False, "M": False, "O": row["time"],
            "Z": f"{self._cost:f}", "Y": f"{_NOTHING:f}", "Q": row["origQuoteOrderQty"],
        }  # fmt: skip
        self.events.append({**report, **more, **self._conditional(at)})

    def _conditional(self, at: int) -> Event:
        """Keys that only some orders have."""
        row = self._row
        told: Event = {}
        if 0 <= row.get("trailingTime", -1) <= at:
            told["D"] = row["trailingTime"]
        told |= {key: row[name] for key, name in _LABELS.items() if name in row}
        if self._works and _working_since(row) > 0:
            told["W"] = _working_since(row)
        told |= {key: row[name] for key, name in _LATE_LABELS.items() if name in row}
        return {**told, "V": row.get("selfTradePreventionMode", "NONE")}


_LABELS = {"j": "strategyId", "J": "strategyType"}
_LATE_LABELS = {
    "k": "workingFloor", "uS": "usedSor", "gP": "pegPriceType", "gOT": "pegOffsetType",
    "gOV": "pegOffsetValue", "gp": "peggedPrice",
}  # fmt: skip


def _list_status(row: Row, step: str, status: str, at: int) -> Event:
    return {
        "e": "listStatus", "E": at, "s": row["symbol"], "g": row["orderListId"], "c": row["contingencyType"],
        "l": step, "L": status, "r": "NONE", "C": row["listClientOrderId"], "T": at,
        "O": [{"s": one["symbol"], "i": one["orderId"], "c": one["clientOrderId"]} for one in row["orders"]],
    }  # fmt: skip


def _working_since(row: Row) -> int:
    """When an order went to the book, or -1; rows of the old days do not tell it."""
    return int(row.get("workingTime", -1))


def _progress(row: Row) -> tuple[bool, Decimal, int]:
    ended = row["status"] == "FILLED" or row["status"] in _ENDS
    return ended, Decimal(row["executedQty"]), row["updateTime"]


def _identity(event: Event) -> tuple[Any, ...] | None:
    """What makes an event of an order or a list this one and no other, however it is learned; None for the others."""
    if event.get("e") == "listStatus":  # changes of a list are not recovered
        return None if event["l"] == "UPDATED" else ("list", event["g"], event["L"])
    if event.get("e") != "executionReport":
        return None
    more: Any = event["t"]
    if event["x"] == "NEW":
        more = event["X"] == "PENDING_NEW", event["o"] in _CONDITIONAL and event["w"]
    elif event["x"] == "REPLACED":
        more = Decimal(event["q"]), event["c"]
    return event["s"], event["i"], event["x"], more


def _assets_of(event: Event, assets: Iterable[str]) -> list[str]:
    """An event's assets, base first; a symbol is the names of two of them."""
    symbol, known = event["s"], set(assets)
    cuts = [cut for cut in range(1, len(symbol)) if symbol[:cut] in known and symbol[cut:] in known]
    paid = [event["N"]] if event.get("N") in known else []
    return [*(symbol[:cut] for cut in cuts), *paid, *(symbol[cut:] for cut in cuts)]


# -- asking -------------------------------------------------------------------------------------------------


def _page(method: str, symbol: str, **where: int) -> Question:
    return Question(method, {"symbol": symbol, **where, "limit": MOST_ROWS})


def _of_order(method: str, key: Key) -> Question:
    return Question(method, {"symbol": key[0], "orderId": key[1]})


def _all(questions: list[Question], doubts: list[str]) -> Generator[list[Question], list[Any], list[Row]]:
    """All rows that answer questions, page after page."""
    rows: list[Row] = []
    while questions:
        answers = yield questions
        more = []
        for question, answer in zip(questions, answers, strict=True):
            if answer is None:
                doubts.append(f"{question.method} was not answered for {question.params}")
                continue
            page = answer if isinstance(answer, list) else [answer]
            rows += page
            if len(page) >= question.params.get("limit", len(page) + 1):
                more.append(_next_page(question, page[-1]))
        questions = more
    return rows


def _next_page(question: Question, last: Row) -> Question:
    name, number = ("fromId", last["id"]) if question.method == "myTrades" else ("orderId", last["orderId"])
    return _page(question.method, question.params["symbol"], **{name: number + 1})


# -- the order in which things happened ---------------------------------------------------------------------


def _in_order(stories: list[list[Event]], listed: list[Event]) -> list[Event]:
    """The events of several orders and lists as they happened.

    Within a millisecond: what a new order does stays together, orders by their numbers; a fill of one that waited
    comes where its trade's number says; ends that nothing else explains come first, as a replaced order's does; the
    legs of a list end when the other one trades, or just before it starts; what lists say comes last.
    """
    events = [event for story in stories for event in story]
    moments: dict[tuple[int, str], list[Event]] = {}
    for event in (*events, *listed):
        moments.setdefault((event["T"], event["s"]), []).append(event)
    return [event for moment in sorted(moments) for event in _Moment(moments[moment]).in_order()]


Place = tuple[int, int, int, int]
"""An order number, what of it (-1 before, 0 new, 1 trade, 2 end), a trade number, a rest."""


class _Moment:
    """The events of one symbol within one millisecond."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._movers = {event["i"] for event in events if event.get("x") == "NEW"}
        self._trades = {
            event["t"]: event["i"] for event in events if event.get("x") == "TRADE" and self._moves(event)
        }

    def _moves(self, event: Event) -> bool:
        return event["i"] in self._movers

    def in_order(self) -> list[Event]:
        return sorted(self._events, key=self._place)

    def _place(self, event: Event) -> Place:
        if event["e"] == "listStatus":
            trades = [one["t"] for one in self._events if one["g"] == event["g"] and one.get("t", -1) >= 0]
            return _LAST, 0, min(trades, default=0), event["g"]
        what = event["x"]
        if what == "REPLACED":
            return 0, 0, event["I"] < 0, event["i"]
        if what == "TRADE":
            return self._place_of_trade(event)
        if what == "NEW":
            return event["i"], 0, 0, 0
        if self._moves(event) or any(one["t"] >= 0 for one in self._same_order(event)):
            return self._place_of_last(event)
        return self._place_beside_mate(event)

    def _place_of_trade(self, event: Event) -> Place:
        mine = self._moves(event)
        owner = event["i"] if mine else self._trades.get(event["t"])
        if owner is None:
            owner = max((one for number, one in self._trades.items() if number < event["t"]), default=0)
        return owner, 1, event["t"], 0 if mine else 1

    def _same_order(self, event: Event) -> list[Event]:
        return [one for one in self._events if one.get("i") == event["i"]]

    def _place_of_last(self, event: Event) -> Place:
        traded = [one for one in self._same_order(event) if one["x"] == "TRADE"]
        owner = max((self._place_of_trade(one)[0] for one in traded), default=event["i"])
        return owner, 2, event["i"], 0

    def _place_beside_mate(self, event: Event) -> Place:
        """Where an order ends that did nothing else in this moment."""
        mates = [
            one
            for one in self._events
            if one["g"] == event["g"] >= 0 and one.get("i", event["i"]) != event["i"]
        ]
        for mate in mates:
            if mate["x"] == "TRADE":
                owner, what, number, _ = self._place_of_trade(mate)
                return owner, what, number, 2
            if mate["x"] == "NEW":
                return mate["i"], -1, event["i"], 0
        return 0, 0, event["i"], 0


def _keep_last(kept: dict[Any, Any], most: int) -> list[Any]:
    """Forget all but the last; what was forgotten."""
    forgotten = list(kept)[: max(0, len(kept) - most)]
    for key in forgotten:
        del kept[key]
    return forgotten
