"""A whole program on each face: orders, its account's events, streams, a kept book and WebSocket-API calls at once.

The market lives through ten minutes (hours in the long form) in steps; at moments drawn by lot the exchange ends every
line, sometimes lets nobody in for a while, and the program trades on meanwhile.
"""

import itertools
import logging
import random
from dataclasses import replace

import pytest

from binance_legacy.client import Client
from binance_legacy.engine.settings import times, use_times
from binance_legacy.exchange import Exchange
from binance_legacy.wire import venues

from .test_pains import KINDS, QUICK, Books, Inbox, best, best_of, is_error, is_report, kept_book, wait_for

SYMBOL = "BTCUSDT"
STREAMS = ["btcusdt@trade", "ethusdt@trade", "btcusdt@depth@100ms", "ethusdt@aggTrade"]
TOLD = {
    "BinanceWebsocketClosed",
    "ConnectionClosedError",
    "IncompleteReadError",
    "BinanceWebsocketUnableToConnect",
}


@pytest.fixture(scope="module")
def box():
    with Exchange(seed=5) as running:
        yield running


@pytest.fixture
def exchange(box):
    before, speed = (venues.box(), venues.token()), times()
    venues.use_box(box.rest_url, box._token)
    use_times(replace(QUICK, steady=0.5))
    yield box
    box.heal()
    box.resume(SYMBOL)
    use_times(speed)
    venues.use_box(*before)


_days = itertools.count(1)


class Day:
    """One program and its day."""

    def __init__(self, kind, exchange, seed, cuts):
        self.exchange, self.chance, self.share_of_cuts = exchange, random.Random(seed), cuts
        key = f"day{next(_days):061d}"
        exchange.register(key, key, balances={"USDT": "1000000", "BTC": "10"})
        self.client = Client(key, key, ping=False)
        self.face = KINDS[kind](key)
        self.orders, self.ticker, self.several, self.books = Inbox(), Inbox(), Inbox(), Books()
        self.names = [
            self.face.user(self.orders),
            self.face.open("symbol_ticker", self.ticker, SYMBOL),
            self.open_several(),
        ]
        wait_for(lambda: all(self.face.status(name)["connections"] for name in self.names))
        self.keeping = kept_book(self.face, self.books, SYMBOL)
        self.keeping.__enter__()
        wait_for(lambda: self.books.whole)
        self.rest()
        self.orders.first(is_report)  # from here on its symbol is known to be traded on
        self.answers = self.cuts = 0

    def open_several(self):
        if self.face.kind == "callbacks":
            return self.face.manager.start_multiplex_socket(STREAMS, self.several)
        return self.face.open("multiplex", self.several, STREAMS)

    def close(self):
        self.keeping.__exit__(None, None, None)
        self.face.close()
        self.client.close_connection()

    # -- what happens -----------------------------------------------------------------------------------------

    def step(self, seconds):
        """The market goes on; something is done, and something may happen to the lines."""
        for _ in range(self.chance.randrange(3)):
            self.deed()
        if self.chance.random() < self.share_of_cuts:
            self.cut()
        self.exchange.advance(seconds)
        self.ask()

    def cut(self):
        self.cuts += 1
        if self.chance.random() < 0.3:
            self.exchange.refuse(self.chance.randrange(1, 6))
        self.exchange.disconnect(self.chance.choice([None, 1000, 1001]))
        for _ in range(self.chance.randrange(4)):
            self.deed()

    def deed(self):
        deed = self.chance.choice(["buy", "sell", "rest", "rest", "cancel", "hit", "hit"])
        if deed in ("buy", "sell"):
            self.client.create_order(symbol=SYMBOL, side=deed.upper(), type="MARKET", quantity="0.003")
        elif deed == "rest":
            self.rest()
        elif deed == "hit":
            self.exchange.trade(SYMBOL, "SELL", "0.01")
        else:
            waiting = self.client.get_open_orders(symbol=SYMBOL)
            if waiting:
                self.client.cancel_order(symbol=SYMBOL, orderId=self.chance.choice(waiting)["orderId"])

    def rest(self):
        price = float(self.client.get_orderbook_ticker(symbol=SYMBOL)["bidPrice"])
        self.client.order_limit_buy(symbol=SYMBOL, quantity="0.02", price=f"{price * 0.9995:.2f}")

    def ask(self):
        """A call over the WebSocket API, which a cut may have left without a line."""
        self.exchange.heal()
        if self.face.kind == "awaited":
            answer = self.face.run(self.face.client.ws_get_order_book(symbol=SYMBOL, limit=5))
        else:
            answer = self.client.ws_get_order_book(symbol=SYMBOL, limit=5)
        self.answers += len(answer["bids"]) == 5

    # -- what is true in the evening --------------------------------------------------------------------------

    def truth(self):
        """What must have been heard of orders."""
        orders = self.client.get_all_orders(symbol=SYMBOL, limit=1000)
        trades = self.client.get_my_trades(symbol=SYMBOL, limit=1000)
        assert max(len(orders), len(trades)) < 1000
        return [
            *(("NEW", order["orderId"], -1) for order in orders),
            *(("TRADE", trade["orderId"], trade["id"]) for trade in trades),
            *(("CANCELED", order["orderId"], -1) for order in orders if order["status"] == "CANCELED"),
        ]

    def evening(self):
        self.exchange.heal()
        wait_for(lambda: all(self.face.status(name)["state"] == "connected" for name in self.names))
        before = self.books.whole
        wait_for(lambda: self.books.whole >= before + 3)
        self.exchange.halt(SYMBOL)  # from here on nothing happens but what is asked for
        for waiting in self.client.get_open_orders(symbol=SYMBOL):
            self.client.cancel_order(symbol=SYMBOL, orderId=waiting["orderId"])
        expected = self.truth()
        self.orders.wait(lambda messages: len(list(filter(is_report, messages))) >= len(expected))
        self.every_order_event_was_told_once_in_order(expected)
        self.streams_told_nothing_twice()
        self.the_kept_book_is_the_exchange_s()
        for inbox in (self.orders, self.ticker, self.several):
            errors = list(filter(is_error, inbox.messages))
            assert {error["type"] for error in errors} <= (set() if self.face.kind == "callbacks" else TOLD)

    def every_order_event_was_told_once_in_order(self, expected):
        reports = list(filter(is_report, self.orders.messages))
        told = [(report["x"], report["i"], report["t"]) for report in reports]
        assert len(set(told)) == len(told)
        assert sorted(told) == sorted(expected)
        assert [report["T"] for report in reports] == sorted(report["T"] for report in reports)
        trades = [number for kind, _, number in told if kind == "TRADE"]
        assert trades == sorted(trades)
        for _, each in itertools.groupby(
            sorted(enumerate(told), key=lambda one: one[1][1]), lambda one: one[1][1]
        ):
            kinds = [kind for _, (kind, _, _) in each]
            assert kinds[0] == "NEW" and "CANCELED" not in kinds[:-1]

    def streams_told_nothing_twice(self):
        for stream, number in ("btcusdt@trade", "t"), ("ethusdt@trade", "t"), ("ethusdt@aggTrade", "a"):
            numbers = [
                message["data"][number]
                for message in self.several.messages
                if message.get("stream") == stream
            ]
            assert numbers == sorted(set(numbers)) and numbers
        assert any(message.get("e") == "24hrTicker" for message in self.ticker.messages)

    def the_kept_book_is_the_exchange_s(self):
        real = best_of(self.exchange)
        try:
            wait_for(lambda: best(self.books.cache) == real)
        except AssertionError:
            raise AssertionError(f"{best(self.books.cache)} is not {real}; {self.books.cache}") from None
        assert self.books.crossed == 0


def live(kind, exchange, seed, steps, seconds, cuts, caplog):
    with caplog.at_level(logging.ERROR):
        day = Day(kind, exchange, seed, cuts)
        try:
            for _ in range(steps):
                day.step(seconds)
            day.evening()
        finally:
            day.close()
    assert day.cuts and day.answers == steps
    said = [record.getMessage() for record in caplog.records]
    assert [text for text in said if "given up" not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_ten_minutes_with_random_closes_tell_every_order_event_once_in_order(kind, exchange, caplog):
    live(kind, exchange, seed=7, steps=20, seconds=30, cuts=0.3, caplog=caplog)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_a_day_with_random_closes_tells_every_order_event_once_in_order(kind, seed, exchange, caplog):
    """A recovery weighs some 70 of the 6,000 a minute that the exchange grants, so there are not more cuts."""
    live(kind, exchange, seed, steps=200, seconds=432, cuts=0.1, caplog=caplog)
