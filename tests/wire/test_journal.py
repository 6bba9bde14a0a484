"""What was missed while nobody listened, against an exchange of a hundred lines that forgets nothing."""

import random
from decimal import Decimal

import pytest

from binance_legacy.wire.journal import MOST_ENDED, MOST_SYMBOLS, Journal

START = 1_700_000_000_000
ZERO = "0.00000000"
DEEDS = ["place", "place", "fill", "fill", "fill", "end", "replace", "take", "amend", "pair"]


def amount(number):
    return f"{Decimal(number):.8f}"


class Market:
    """Takes orders of one account; `events` is all that ever happened, `answer` what Binance would tell now."""

    def __init__(self, seed=0, symbols=("BTCUSDT", "ETHBTC", "BNBETH")):
        self.random = random.Random(seed)
        self.symbols = symbols
        self.now = START
        self.rows, self.trades, self.amends, self.lists, self.events = {}, [], [], {}, []
        self.last_order = self.last_trade = self.executions = 0
        self.asked = []

    # -- what happens

    def tell(self, row, what, **more):
        self.executions += 1
        name = more.pop("name", row["clientOrderId"])
        works = row["workingTime"] > 0
        event = {
            "e": "executionReport", "E": self.now, "s": row["symbol"], "c": name, "S": row["side"],
            "o": row["type"], "f": row["timeInForce"], "q": row["origQty"], "p": row["price"],
            "P": row["stopPrice"], "F": ZERO, "g": row["orderListId"],
            "C": row["clientOrderId"] if what == "CANCELED" else "", "x": what, "X": row["status"], "r": "NONE",
            "i": row["orderId"], "l": ZERO, "z": row["executedQty"], "L": ZERO, "n": "0", "N": None, "T": self.now,
            "t": -1, "I": self.executions, "w": works and row["status"] == "NEW", "m": False, "M": False,
            "O": row["time"], "Z": row["cummulativeQuoteQty"], "Y": ZERO, "Q": ZERO, **more,
            **({"W": row["workingTime"]} if works else {}), "V": "NONE",
        }  # fmt: skip
        self.events.append(event)

    def place(self, symbol=None, qty="3", waits=False, group=-1, price="10.00000000"):
        self.last_order += 1
        row = {
            "symbol": symbol or self.random.choice(self.symbols), "orderId": self.last_order, "orderListId": group,
            "clientOrderId": f"mine{self.last_order}", "price": price, "origQty": amount(qty),
            "executedQty": ZERO, "cummulativeQuoteQty": ZERO, "status": "NEW", "timeInForce": "GTC",
            "type": "STOP_LOSS_LIMIT" if waits else "LIMIT", "side": "BUY",
            "stopPrice": "9.00000000" if waits else ZERO,
            "icebergQty": ZERO, "time": self.now, "updateTime": self.now, "isWorking": not waits,
            "workingTime": -1 if waits else self.now, "origQuoteOrderQty": ZERO, "selfTradePreventionMode": "NONE",
        }  # fmt: skip
        self.rows[row["orderId"]] = row
        self.tell(row, "NEW")
        return row

    def fill(self, row, qty="1", maker=True):
        if row["workingTime"] < 0:
            row.update(workingTime=self.now, updateTime=self.now)
            self.tell(row, "NEW")
        self.last_trade += 1
        cost = Decimal(qty) * 10
        done = Decimal(row["executedQty"]) + Decimal(qty)
        row["status"] = "FILLED" if done == Decimal(row["origQty"]) else "PARTIALLY_FILLED"
        row.update(executedQty=amount(done), cummulativeQuoteQty=amount(done * 10), updateTime=self.now)
        trade = {
            "symbol": row["symbol"], "id": self.last_trade, "orderId": row["orderId"], "price": "10.00000000",
            "qty": amount(qty), "quoteQty": amount(cost), "commission": "0.00100000", "commissionAsset": "BNB",
            "time": self.now, "isMaker": maker,
        }  # fmt: skip
        self.trades.append(trade)
        self.tell(
            row, "TRADE", l=trade["qty"], L=trade["price"], n=trade["commission"], N="BNB", t=trade["id"],
            w=row["status"] != "FILLED", m=maker, M=True, Y=trade["quoteQty"],
        )  # fmt: skip

    def end(self, row, status="CANCELED"):
        row.update(status=status, updateTime=self.now)
        self.tell(row, status, w=False, **({"name": "cancelation"} if status == "CANCELED" else {}))

    def amend(self, row):
        before = {"origQty": row["origQty"], "origClientOrderId": row["clientOrderId"]}
        qty = Decimal(row["origQty"]) - Decimal("0.5")
        row.update(origQty=amount(qty), clientOrderId=row["clientOrderId"] + "a", updateTime=self.now)
        self.tell(row, "REPLACED", w=row["workingTime"] > 0)
        self.amends.append({
            **before, "symbol": row["symbol"], "orderId": row["orderId"], "executionId": self.executions,
            "newClientOrderId": row["clientOrderId"], "newQty": row["origQty"], "time": self.now,
        })  # fmt: skip

    def pair(self):
        group = len(self.lists)
        legs = [self.place("BTCUSDT", waits=True, group=group), self.place("BTCUSDT", group=group)]
        self.lists[group] = {
            "orderListId": group, "contingencyType": "OCO", "listStatusType": "EXEC_STARTED",
            "listOrderStatus": "EXECUTING", "listClientOrderId": f"list{group}", "transactionTime": self.now,
            "symbol": "BTCUSDT",
            "orders": [{key: leg[key] for key in ("symbol", "orderId", "clientOrderId")} for leg in legs],
        }  # fmt: skip
        self.tell_list(self.lists[group])

    def tell_list(self, one):
        self.events.append({
            "e": "listStatus", "E": self.now, "s": one["symbol"], "g": one["orderListId"], "c": "OCO",
            "l": one["listStatusType"], "L": one["listOrderStatus"], "r": "NONE", "C": one["listClientOrderId"],
            "T": self.now,
            "O": [{"s": row["symbol"], "i": row["orderId"], "c": row["clientOrderId"]} for row in one["orders"]],
        })  # fmt: skip

    def fill_of_pair(self, row):
        one = self.lists[row["orderListId"]]
        mate = next(
            each for each in self.open() if each["orderListId"] == row["orderListId"] and each is not row
        )
        if row["workingTime"] < 0:
            self.end(mate, "EXPIRED")
            self.fill(row, "3")
        else:
            self.fill(row, "3")
            self.end(mate, "EXPIRED")
        one.update(listStatusType="ALL_DONE", listOrderStatus="ALL_DONE", transactionTime=self.now)
        self.tell_list(one)

    def open(self):
        return [row for row in self.rows.values() if row["status"] in ("NEW", "PARTIALLY_FILLED")]

    def step(self):
        """Something happens, within one millisecond."""
        self.now += self.random.randrange(1, 2000)
        row = self.random.choice(self.open() or [None])
        deed = self.random.choice(DEEDS)
        if deed == "place" or row is None:
            self.place(waits=self.random.random() < 0.2)
        elif deed == "pair":
            self.pair()
        elif row["orderListId"] >= 0:
            self.fill_of_pair(row)
        elif deed == "fill":
            left = Decimal(row["origQty"]) - Decimal(row["executedQty"])
            self.fill(row, min(left, Decimal(1)))
        elif deed == "end":
            self.end(row, self.random.choice(["CANCELED", "EXPIRED"]))
        elif deed == "replace":
            self.end(row)
            self.place(row["symbol"])
        elif deed == "take":
            taker = self.place(row["symbol"])
            self.fill(taker, maker=False)
            self.fill(taker, maker=False)
        elif row["executedQty"] == ZERO and Decimal(row["origQty"]) > 1 and row["workingTime"] > 0:
            self.amend(row)

    # -- what it tells when asked

    def answer(self, question):
        self.asked.append(question.method)
        params = dict(question.params)
        limit, since = params.get("limit", 1000), params.get("startTime", 0)
        rows = [
            dict(row) for row in self.rows.values() if row["symbol"] == params.get("symbol", row["symbol"])
        ]
        match question.method:
            case "time":
                return {"serverTime": self.now}
            case "openOrders.status":
                return [row for row in rows if row["status"] in ("NEW", "PARTIALLY_FILLED")]
            case "allOrders":
                first = params.get("orderId", 0)
                return [row for row in rows if row["time"] >= since and row["orderId"] >= first][:limit]
            case "order.status":
                return next(row for row in rows if row["orderId"] == params["orderId"])
            case "myTrades":
                first = params.get("fromId", 0)
                own = [row for row in self.trades if row["symbol"] == params["symbol"]]
                return [row for row in own if row["time"] >= since and row["id"] >= first][:limit]
            case "order.amendments":
                return [row for row in self.amends if row["orderId"] == params["orderId"]]
            case "orderList.status":
                return dict(self.lists[params["orderListId"]])
            case "account.status":
                held = [{"asset": each, "free": "1", "locked": "0"} for each in ("BTC", "ETH", "BNB", "USDT")]
                return {"updateTime": self.now, "balances": held}


class Listener:
    """Hears a market's events, is cut off, and asks."""

    def __init__(self, market):
        self.market, self.journal = market, Journal()
        self.told, self.heard_until = [], 0
        self.journal.begin(market.now)

    def look_round(self):
        self.ask(self.journal.look_round())

    def hear(self):
        """What was pushed since."""
        new = [event for event in self.pushed() if self.journal.heard(event)]
        self.told += new

    def pushed(self):
        events = self.market.events[self.heard_until :]
        self.heard_until = len(self.market.events)
        return events

    def recover(self, meanwhile=lambda: None, late=False):
        """The line is there again."""
        self.heard_until = len(self.market.events)
        held = []

        def between():
            meanwhile()
            if not late:
                held.extend(self.pushed())

        recovered = self.ask(self.journal.recovery(held), between)
        self.told += recovered.events
        return recovered

    def ask(self, asking, between=lambda: None):
        answers = None
        while True:
            try:
                questions = asking.send(answers)
            except StopIteration as end:
                return end.value
            answers = []
            for question in questions:
                answers.append(self.market.answer(question))
                between()

    def reports(self):
        return [event for event in self.told if event["e"] != "outboundAccountPosition"]


def known(event):
    """An event without what cannot be known."""
    hidden = {"I"} | ({"c"} if event.get("x") == "CANCELED" else set())
    return {key: value for key, value in event.items() if key not in hidden}


def facts(events):
    return [known(event) for event in events]


@pytest.mark.parametrize("seed", range(80))
def test_what_is_recovered_and_what_is_heard_make_the_whole_sequence_once_and_in_order(seed):
    market, chance = Market(seed), random.Random(seed)
    for _ in range(chance.randrange(20)):
        market.step()
    before = len(market.events)
    listener = Listener(market)
    listener.heard_until = before
    listener.look_round()
    for symbol in market.symbols:  # so that no symbol is unknown
        market.now += 1
        market.place(symbol)
    listener.hear()
    for _ in range(5):
        for _ in range(chance.randrange(15)):
            market.step()
            listener.hear()
        for _ in range(chance.randrange(25)):
            market.step()
        busy = chance.random() < 0.5
        listener.hear() if chance.random() < 0.1 else listener.recover(
            lambda busy=busy: market.step() if busy and chance.random() < 0.4 else None
        )
    assert facts(listener.reports()) == facts(market.events[before:])
    keys = [list(event) for event in listener.reports()]
    assert keys == [list(event) for event in market.events[before:]], "in Binance's order of keys"


@pytest.mark.parametrize("seed", range(30))
def test_events_that_are_pushed_after_the_answers_that_told_them_are_dropped(seed):
    market, chance = Market(seed), random.Random(seed)
    listener = Listener(market)
    for symbol in market.symbols:
        market.now += 1
        market.place(symbol)
    listener.hear()
    for _ in range(4):
        for _ in range(chance.randrange(20)):
            market.step()
        listener.recover(lambda: market.step() if chance.random() < 0.4 else None, late=True)
        listener.hear()
    told, whole = facts(listener.reports()), facts(market.events)
    assert sorted(map(repr, told)) == sorted(map(repr, whole)), "each exactly once"
    for number in market.rows:
        assert [e for e in told if e.get("i") == number] == [e for e in whole if e.get("i") == number]


def test_a_quiet_gap_is_asked_for_cheaply_and_tells_nothing():
    market = Market()
    market.place("BTCUSDT")
    listener = Listener(market)
    listener.look_round()
    market.now += 60_000
    market.asked.clear()
    recovered = listener.recover()
    assert (recovered.events, recovered.missed, recovered.doubts) == ([], 0, [])
    assert market.asked == ["openOrders.status", "allOrders", "account.status"]


def test_orders_that_were_placed_before_anybody_listened_are_told_on_from_where_they_stood():
    market = Market()
    row = market.place("BTCUSDT")
    market.fill(row)
    market.now += 1
    old = market.place("BTCUSDT")
    market.end(old)
    market.now += 1
    listener = Listener(market)
    listener.look_round()
    before = len(market.events)
    market.now += 1
    market.fill(row, "2")
    listener.recover()
    assert facts(listener.reports()) == facts(market.events[before:]) and len(listener.reports()) == 1


def test_one_position_of_the_assets_of_what_was_missed_follows_it():
    market, listener = Market(), None
    row = market.place("ETHBTC")
    listener = Listener(market)
    listener.look_round()
    market.now += 1
    market.fill(row)
    listener.recover()
    *_, position = listener.told
    assert list(position) == ["e", "E", "u", "B"]
    assert [row["a"] for row in position["B"]] == ["ETH", "BNB", "BTC"]
    listener.recover()
    assert listener.told[-1] is position, "and nothing after it"


def test_what_came_in_meanwhile_is_told_as_a_position():
    market = Market()
    listener = Listener(market)
    listener.journal.note(
        {"e": "outboundAccountPosition", "E": START, "u": START, "B": [{"a": "USDT", "f": "9", "l": "0"}]}
    )
    listener.recover()
    assert [event["B"] for event in listener.told] == [[{"a": "USDT", "f": "1", "l": "0"}]]


def test_thousands_of_orders_and_trades_are_asked_for_page_by_page():
    market = Market()
    listener = Listener(market)
    market.place("BTCUSDT")
    listener.hear()
    for _ in range(2300):
        market.now += 1
        market.fill(market.place("BTCUSDT", qty="1"))
    listener.recover()
    assert facts(listener.reports()) == facts(market.events)
    assert market.asked.count("allOrders") == market.asked.count("myTrades") == 3


def test_trades_that_follow_a_moment_later_are_asked_for_again():
    market = Market()
    listener = Listener(market)
    row = market.place("BTCUSDT")
    listener.hear()
    market.now += 1
    market.fill(row)
    late, market.trades = market.trades, []
    asking = listener.journal.recovery([])
    answers, pauses = None, 0
    with pytest.raises(StopIteration) as end:
        while True:
            questions = asking.send(answers)
            if not questions:
                pauses, market.trades = pauses + 1, late
            answers = [market.answer(question) for question in questions]
    assert pauses == 1
    assert facts(end.value.value.events[:1]) == facts(market.events[1:]) and end.value.value.doubts == []


def test_what_cannot_be_found_is_said():
    market = Market()
    listener = Listener(market)
    row = market.place("BTCUSDT")
    listener.hear()
    market.now += 1
    market.fill(row, "3")
    market.trades.clear()
    recovered = listener.recover()
    assert recovered.doubts == ["order 1 of BTCUSDT has trades that were not found"]


def test_a_live_event_names_the_symbol_of_which_nothing_was_heard_before():
    market = Market()
    listener = Listener(market)
    market.now += 1
    row = market.place("BTCUSDT")  # the account's first order, within the gap
    listener.heard_until = len(market.events)
    market.now += 1
    market.end(row)
    recovered = listener.ask(listener.journal.recovery(listener.pushed()))
    assert facts(recovered.events[:1]) == facts(market.events[:1]) and recovered.missed == 1
    assert [event["x"] for event in recovered.events if event["e"] == "executionReport"] == [
        "NEW",
        "CANCELED",
    ]


def test_memory_is_bounded():
    market = Market()
    listener = Listener(market)
    for number in range(3 * MOST_ENDED):
        market.now += 1
        market.end(market.place(f"S{number % 100}USDT"))
    listener.hear()
    journal = listener.journal
    assert len(journal._orders) == len(journal._ended) == MOST_ENDED
    assert len(journal._symbols) == MOST_SYMBOLS
