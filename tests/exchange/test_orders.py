"""Every kind of order, on a market where only the tests trade, against an exchange that is slow and obvious."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_legacy.exchange.market.bars import Trade
from binance_legacy.exchange.market.book import Book
from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.trade.spot_calls import BY_NAME
from binance_legacy.exchange.trade.trading import Trading

from .slow_matcher import WHOLE, Refused, SlowExchange

START = 1_723_161_254_321
LAST = 10_000
OWNERS = ("one", "two", "three")
NO_LIMITS = [
    {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 10**6},
    {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 10**6},
]
MODES = ("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")


class Room:
    """A symbol's market without a crowd."""

    def __init__(self, symbol):
        self.symbol, self.book, self.guests = symbol, Book(0, symbol.step), None
        self.trades = [Trade(0, START, LAST * 10**symbol.price_places, symbol.step, True)]

    def last_trade(self):
        return self.trades[-1]

    def average_price(self, minutes, at):
        return self.last_trade().price * 10 ** (8 - self.symbol.price_places)

    def booked(self, fills, at):
        first = len(self.trades)
        for fill in fills:
            self.trades.append(Trade(len(self.trades), at, fill.price, fill.qty, fill.buyer_is_maker))
        return first

    def moved(self, at):
        pass


class QuietMarket(Market):
    """A market on which BTCUSDT has no crowd."""

    def place(self, name):
        if not hasattr(self, "room"):
            self.room = Room(self.symbol("BTCUSDT"))
        return self.room


MARKET = QuietMarket(seed=1, start=START)


class Both:
    """The real exchange and the slow one, asked the same."""

    def __init__(self):
        if hasattr(MARKET, "room"):
            del MARKET.room
        self.real = Trading(MARKET, windows=())
        self.real.set_filters("BTCUSDT", *NO_LIMITS)
        self.desk = self.real.desk("BTCUSDT")
        symbol = self.desk.symbol
        self.unit = 10 ** (8 - symbol.qty_places)
        self.slow = SlowExchange(LAST * WHOLE, symbol.step * self.unit)
        self.accounts = {}
        self.ids = []
        for owner in OWNERS:
            self.accounts[owner] = self.real.open_account({"BTC": "1000", "USDT": "10000000"}, owner)
            self.slow.open_account(owner, 1000 * WHOLE, 10_000_000 * WHOLE)

    def call(self, name, owner, **sent):
        call = BY_NAME[name]
        sent = {"symbol": "BTCUSDT", **{key: str(value) for key, value in sent.items()}}
        return call.answer(self.real, self.accounts[owner], call.read(sent))

    def place(
        self,
        owner,
        kind,
        buy,
        qty=0,
        price=0,
        until="GTC",
        stop=0,
        trail=0,
        part=0,
        mode="EXPIRE_MAKER",
        quote=0,
    ):
        """Prices in whole USDT, quantities in hundredths of a BTC."""
        sent = {
            "side": "BUY" if buy else "SELL", "type": kind, "price": price, "stopPrice": stop, "trailingDelta": trail,
            "quantity": qty / 100, "icebergQty": part / 100, "quoteOrderQty": quote,
        }  # fmt: skip
        sent = {key: value for key, value in sent.items() if value}
        if price and kind != "LIMIT_MAKER":
            sent["timeInForce"] = until
        try:
            number = self.call("order.place", owner, **sent, selfTradePreventionMode=mode)["orderId"]
        except Refusal as refusal:
            assert refusal.code == -2010, refusal
            number = None
        try:
            one = self.slow.place(
                owner, kind, buy, qty * WHOLE // 100, price * WHOLE, until, stop * WHOLE, trail, part * WHOLE // 100,
                mode, quote * WHOLE,
            )  # fmt: skip
        except Refused:
            one = None
        assert (number is None) == (one is None), (number, one)
        if number is not None:
            self.ids.append(number)
        self.compare()

    def cancel(self, index):
        waiting = [one for one in self.slow.orders if one["status"] in ("NEW", "PARTIALLY_FILLED")]
        if waiting:
            one = waiting[index % len(waiting)]
            self.call("order.cancel", one["owner"], orderId=self.ids[one["number"]])
            self.slow.cancel(one)
            self.compare()

    def compare(self):
        for one, number in zip(self.slow.orders, self.ids, strict=True):
            real = self.desk.orders[number]
            ours = real.status, real.filled * self.unit, real.cost
            assert ours == (one["status"], one["filled"], one["cost"]), (number, one)
        for owner, account in self.accounts.items():
            for asset, name in (("BTC", "BASE"), ("USDT", "QUOTE")):
                held = account.balance(asset)
                wanted = self.slow.free(owner, name), self.slow.locked(owner, name)
                assert (held.free, held.locked) == wanted, (owner, asset)
        traded = [(trade.price * 10**6, trade.qty * self.unit) for trade in self.desk._place.trades[1:]]
        assert traded == [(price, amount) for _, _, price, amount in self.slow.trades]
        assert set(self.real.ledger.sums().values()) <= {0}


# -- each kind, each time in force, each side ---------------------------------------------------------------


def stand(both):
    """A book of three owners: two levels on each side, two orders in the first line."""
    for owner, buy, price, qty in (
        ("one", False, 10_001, 2), ("two", False, 10_001, 3), ("two", False, 10_003, 5),
        ("one", True, 9_999, 2), ("three", True, 9_999, 3), ("three", True, 9_997, 5),
    ):  # fmt: skip
        both.place(owner, "LIMIT", buy, qty, price)


PRICES = (9_995, 9_997, 9_999, 10_000, 10_001, 10_003, 10_005)
QUANTITIES = (1, 2, 5, 7, 12, 30)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("until", ["GTC", "IOC", "FOK"])
@pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])
def test_a_limit_order_meets_the_book_as_it_must(buy, until, mode):
    for price, qty in itertools.product(PRICES, QUANTITIES):
        both = Both()
        stand(both)
        both.place("one", "LIMIT", buy, qty, price, until, mode=mode)
        both.place("three", "LIMIT", not buy, 4, 10_000, mode=mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])
def test_a_market_order_takes_what_there_is(buy, mode):
    for qty in QUANTITIES:
        both = Both()
        stand(both)
        both.place("two", "MARKET", buy, qty, mode=mode)
    for quote in (5, 99, 100, 101, 350, 700, 5_000):
        both = Both()
        stand(both)
        both.place("three", "MARKET", buy, quote=quote, mode=mode)


@pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])
def test_a_limit_maker_rests_or_is_refused(buy):
    for price in PRICES:
        both = Both()
        stand(both)
        both.place("two", "LIMIT_MAKER", buy, 2, price)
        both.place("one", "MARKET", not buy, 30)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])
def test_an_iceberg_goes_to_the_end_of_the_line_with_each_new_part(buy, mode):
    for price, part in itertools.product((9_997, 9_999, 10_001, 10_003), (1, 3, 10)):
        both = Both()
        stand(both)
        both.place("one", "LIMIT", buy, 10, price, part=part, mode=mode)
        both.place("two", "LIMIT", buy, 4, price, mode=mode)
        both.place("three", "LIMIT", not buy, 6, price, "IOC", mode=mode)
        both.place("one", "LIMIT", not buy, 9, price, "IOC", mode=mode)


@pytest.mark.parametrize("until", ["GTC", "IOC", "FOK"])
@pytest.mark.parametrize("kind", ["STOP_LOSS", "TAKE_PROFIT"])
@pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])
def test_an_order_that_waits_for_a_price_is_triggered_by_a_trade_there(buy, kind, until):
    for stop, price, sweep in itertools.product(
        (9_998, 9_999, 10_001, 10_002), (0, 9_999, 10_001), (True, False)
    ):
        both = Both()
        stand(both)
        limited = {"price": price, "until": until} if price else {}
        both.place("two", f"{kind}_LIMIT" if price else kind, buy, 3, stop=stop, **limited)
        both.place("three", "MARKET", sweep, 4)
        both.place("one", "MARKET", not sweep, 4)
        both.place("three", "LIMIT", not buy, 2, 10_001 if buy else 9_999)


@pytest.mark.parametrize("kind", ["STOP_LOSS", "TAKE_PROFIT"])
@pytest.mark.parametrize("buy", [True, False], ids=["buy", "sell"])
def test_a_trailing_order_follows_the_best_price_and_turns_with_it(buy, kind):
    for stop, trail in itertools.product((0, 9_990, 10_010), (10, 20, 50)):
        both = Both()
        for price in range(9_900, 10_101, 10):
            both.place("one", "LIMIT", price < 10_000, 1, price if price != 10_000 else 9_999)
        if stop or (kind == "STOP_LOSS"):
            both.place("two", kind, buy, 1, stop=stop, trail=trail)
        for way, qty in ((True, 4), (False, 6), (True, 8), (False, 9), (True, 3)):
            both.place("three", "MARKET", way, qty)


# -- any sequence -------------------------------------------------------------------------------------------

PRICE = st.integers(9_994, 10_006)
QTY = st.integers(1, 9)
LIMITS = st.fixed_dictionaries(
    {
        "kind": st.just("LIMIT"),
        "qty": QTY,
        "price": PRICE,
        "until": st.sampled_from(["GTC", "GTC", "IOC", "FOK"]),
    }
)
ICEBERGS = st.fixed_dictionaries(
    {"kind": st.just("LIMIT"), "qty": st.integers(3, 9), "price": PRICE, "part": st.integers(1, 3)}
)
MARKETS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("MARKET"), "qty": QTY}),
    st.fixed_dictionaries({"kind": st.just("MARKET"), "quote": st.integers(100, 2_000)}),
)
MAKERS = st.fixed_dictionaries({"kind": st.just("LIMIT_MAKER"), "qty": QTY, "price": PRICE})
STOPS = st.one_of(
    st.fixed_dictionaries({"kind": st.sampled_from(["STOP_LOSS", "TAKE_PROFIT"]), "qty": QTY, "stop": PRICE}),
    st.fixed_dictionaries({
        "kind": st.sampled_from(["STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"]), "qty": QTY, "stop": PRICE, "price": PRICE,
        "until": st.sampled_from(["GTC", "IOC", "FOK"]),
    }),
)  # fmt: skip
PLACED = st.tuples(
    st.sampled_from(OWNERS), st.booleans(), st.sampled_from(MODES),
    st.one_of(LIMITS, LIMITS, ICEBERGS, MARKETS, MAKERS, STOPS),
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.one_of(PLACED, PLACED, PLACED, st.integers(0, 50)), min_size=10, max_size=40))
def test_any_sequence_of_orders_ends_as_on_the_slow_exchange(steps):
    both = Both()
    stand(both)
    for step in steps:
        if isinstance(step, int):
            both.cancel(step)
        else:
            owner, buy, mode, order = step
            both.place(owner, buy=buy, mode=mode, **order)
