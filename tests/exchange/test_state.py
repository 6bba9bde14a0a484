"""A box that keeps its state goes on where it was: nothing that was acknowledged is lost, nothing happens twice."""

import contextlib
import json
import os
import signal
import sqlite3
import threading
import time
from decimal import Decimal

import pytest
import requests

from binance_legacy.client import Client
from binance_legacy.exceptions import BinanceLimitException
from binance_legacy.exchange import Exchange, ExchangeError
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.state.file import StateError, StateFile
from binance_legacy.exchange.state.keeper import Keeper, meta_of
from binance_legacy.exchange.trade.spot_calls import BY_NAME

from .futures_bench import Bench

SPOT_QUESTIONS = (
    ("account.status", {}), ("openOrders.status", {}), ("allOrderLists", {}), ("openOrderLists.status", {}),
    *((name, {"symbol": symbol}) for name in ("allOrders", "myTrades") for symbol in ("BTCUSDT", "ETHUSDT")),
    ("account.rateLimits.orders", {}),
)  # fmt: skip
FUTURES_QUESTIONS = (
    ("/fapi/v2/balance", {}), ("rateLimit/order", {}),
    ("openOrders", {}), ("openAlgoOrders", {}), ("income", {"limit": 1000}),
    ("forceOrders", {}), ("positionSide/dual", {}), ("positionMargin/history", {"symbol": "BTCUSDT"}),
    *((name, {"symbol": "BTCUSDT"}) for name in ("allOrders", "userTrades", "allAlgoOrders")),
)  # fmt: skip
MARGIN_QUESTIONS = (
    ("account", {}), ("isolated/account", {}), ("borrow-repay", {"type": "BORROW"}), ("interestHistory", {}),
    ("borrow-repay", {"type": "REPAY"}), ("allOrders", {"symbol": "BTCUSDT"}), ("myTrades", {"symbol": "BTCUSDT"}),
)  # fmt: skip


_opened = []


def opened(path):
    """A file that is closed after the test."""
    file = StateFile(path)
    _opened.append(file)
    return file


class Kept(Bench):
    """A bench whose state is in a file."""

    def __init__(self, path, start=None, **options):
        self.file = opened(path)
        meta = meta_of(self.file)
        more = {} if start is None and meta is None else {"start": start or meta["time"]}
        super().__init__(users=meta is None, **more, **options)
        self.keeper = Keeper(self.office, self.file, 1)
        self.keeper.load()
        self.hear()

    def spot(self, name, by="ann", **params):
        call = BY_NAME[name]
        sent = {key: str(value) for key, value in params.items()}
        return call.answer(self.office.trading, self.office.account(by), call.read(sent))

    def price_of(self, symbol, factor=1):
        last = Decimal(self.market.ticker_price([symbol])[0]["price"]) * Decimal(str(factor))
        return last.quantize(Decimal("0.01"))

    def known(self, by="ann"):
        """Everything that a user can ask about his accounts."""
        told = {f"spot {name} {params}": self.spot(name, by, **params) for name, params in SPOT_QUESTIONS}
        told |= {
            f"futures {path} {params}": self.ask("GET", path, by, **params)
            for path, params in FUTURES_QUESTIONS
        }
        told |= {
            f"margin {path} {params}": self.margin("GET", path, by, **params)
            for path, params in MARGIN_QUESTIONS
        }
        told["positions"] = [
            (key, one.qty, one.cost, one.fees, one.margin, one.realized)
            for key, one in self.account(by).positions.items()
        ]
        owner = self.office.account(by)
        told["record"] = repr(self.office.wallet.record(owner))
        return json.loads(json.dumps(_without_prices(told)))

    def stop(self):
        self.keeper.keep()
        self.file.close()


PRICES = ("crossUnPnl", "availableBalance", "maxWithdrawAmount", "marginLevel", "collateralMarginLevel",
          "totalAssetOfBtc", "totalLiabilityOfBtc", "totalNetAssetOfBtc", "totalCollateralValueInUSDT", "netAssetOfBtc",
          "indexPrice", "liquidatePrice", "marginLevelStatus")  # fmt: skip


def _without_prices(told):
    """What depends on the market's prices is as they are now."""
    if isinstance(told, dict):
        return {key: _without_prices(value) for key, value in told.items() if key not in PRICES}
    return [_without_prices(one) for one in told] if isinstance(told, list) else told


@pytest.fixture
def path(tmp_path):
    yield tmp_path / "box.db"
    while _opened:
        _opened.pop().close()


def busy(bench):
    """A bit of everything, of which much is still open."""
    far = {"timeInForce": "GTC", "quantity": "0.01"}
    bench.spot("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    bench.spot(
        "order.place", symbol="BTCUSDT", side="BUY", type="LIMIT", price=bench.price_of("BTCUSDT", 0.9), **far
    )
    bench.spot("order.place", symbol="BTCUSDT", side="SELL", type="LIMIT", icebergQty="0.001",
               price=bench.price_of("BTCUSDT", 1.1), **far)  # fmt: skip
    bench.spot(
        "order.place", symbol="BTCUSDT", side="SELL", type="STOP_LOSS", quantity="0.01", trailingDelta="500"
    )
    bench.spot("orderList.place.oco", symbol="ETHUSDT", side="SELL", quantity="0.5", aboveType="LIMIT_MAKER",
               abovePrice=bench.price_of("ETHUSDT", 1.1), belowType="STOP_LOSS",
               belowStopPrice=bench.price_of("ETHUSDT", 0.9))  # fmt: skip
    bench.spot("orderList.place.oto", symbol="ETHUSDT", workingType="LIMIT", workingSide="BUY", workingQuantity="0.5",
               workingPrice=bench.price_of("ETHUSDT", 0.95), workingTimeInForce="GTC", pendingType="LIMIT",
               pendingSide="SELL", pendingQuantity="0.4", pendingPrice=bench.price_of("ETHUSDT", 1.2),
               pendingTimeInForce="GTC")  # fmt: skip
    bench.transfer("MAIN_MARGIN", "USDT", 2000)
    bench.margin("POST", "borrow-repay", asset="USDT", amount="500", type="BORROW")
    bench.margin("POST", "order", symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.01",
                 sideEffectType="MARGIN_BUY")  # fmt: skip
    bench.transfer("MAIN_ISOLATED_MARGIN", "USDT", 300, to_symbol="BTCUSDT")
    bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=10)
    bench.ask("POST", "marginType", symbol="ETHUSDT", marginType="ISOLATED")
    bench.order("BUY", "0.05")
    bench.order("SELL", "0.4", symbol="ETHUSDT")
    bench.limit("BUY", "0.01", bench.price("0.95"))
    bench.algo("SELL", "STOP_MARKET", triggerPrice=bench.price("0.9"), closePosition="true")
    bench.algo("SELL", "TRAILING_STOP_MARKET", quantity="0.01", callbackRate="5")
    bench.ask("POST", "listenKey")
    bench.margin("POST", "/sapi/v1/userListenToken")
    bench.office.wallet.deposit(bench.office.account("ann"), "USDT", "5")
    bench.office.wallet.pay(bench.office.account("bob"), "BNB", "0.1", "Airdrop")


def test_everything_that_can_be_asked_is_the_same_after_a_restart(path):
    first = Kept(path)
    busy(first)
    first.advance(500)
    before = {by: first.known(by) for by in ("ann", "bob")}
    first.stop()
    second = Kept(path)
    for by in ("ann", "bob"):
        after = second.known(by)
        assert {key: after[key] for key in before[by]} == before[by]
    assert second.conserved() and not any(second.office.trading.ledger.sums().values())
    assert second.market.now == first.market.now
    (token,) = [one.text for one in first.office.tokens.alive()]
    assert second.office.tokens.find(token).account.owner.name == "ann"
    key = first.exchange().keys.alive()[0].text
    assert second.exchange().keys.find(key).account.name == "ann"


def test_nothing_is_written_twice_and_a_second_restart_changes_nothing(path):
    first = Kept(path)
    busy(first)
    first.stop()
    second = Kept(path)
    known = second.known()
    second.stop()
    third = Kept(path)
    assert third.known() == known


def test_numbers_and_names_go_on_and_are_never_given_twice(path):
    first = Kept(path)
    one = first.spot("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    moved = first.transfer("MAIN_UMFUTURE", "USDT", 1).id
    first.stop()
    second = Kept(path)
    two = second.spot("order.place", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    assert two["orderId"] > one["orderId"] and two["clientOrderId"] != one["clientOrderId"]
    assert min(fill["tradeId"] for fill in two["fills"]) > max(fill["tradeId"] for fill in one["fills"])
    assert second.transfer("MAIN_UMFUTURE", "USDT", 1).id > moved
    assert second.office.trading.open_account({}, "new").uid > second.office.account("bob").uid


def test_what_waited_goes_on_waiting_and_what_the_price_has_run_over_trades_when_the_market_opens_again(path):
    first = Kept(path)
    price = first.price_of("BTCUSDT", 0.99)
    far = first.spot("order.place", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01",
                     price=first.price_of("BTCUSDT", 0.5))  # fmt: skip
    near = first.spot("order.place", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01",
                      price=price)  # fmt: skip
    oco = first.spot("orderList.place.oco", symbol="ETHUSDT", side="SELL", quantity="0.5", aboveType="LIMIT_MAKER",
                     abovePrice=first.price_of("ETHUSDT", 1.02), belowType="STOP_LOSS",
                     belowStopPrice=first.price_of("ETHUSDT", 0.9))  # fmt: skip
    first.market.moved["BTCUSDT"] = 1.0
    first.stop()
    second = Kept(path)
    assert len(second.spot("openOrders.status")) == 4
    second.office.trading.move_price("BTCUSDT", price * Decimal("0.98") // 1)
    second.advance(300)
    told = {row["orderId"]: row["status"] for row in second.spot("allOrders", symbol="BTCUSDT")}
    assert (told[near["orderId"]], told[far["orderId"]]) == ("FILLED", "NEW")
    second.move("1.05", "ETHUSDT")
    legs = {row["orderId"]: row["status"] for row in second.spot("allOrders", symbol="ETHUSDT")}
    assert sorted(legs[one["orderId"]] for one in oco["orders"]) == ["EXPIRED", "FILLED"]
    assert not any(second.office.trading.ledger.sums().values()) and not list(
        second.office.trading.ledger.below_zero()
    )


def test_no_order_of_the_new_crowd_has_the_number_of_one_that_is_on_record(path):
    first = Kept(path)
    asked = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001"}
    told = [
        first.spot("order.place", price=first.price_of("BTCUSDT", 0.99 - place / 2000), **asked)
        for place in range(12)
    ]
    bought = first.limit("BUY", "0.01", first.price("0.99"))
    first.advance(3000)  # so that the next crowd begins later, and has come further
    first.stop()
    second = Kept(path)
    second.advance(1000)
    numbers = [row["orderId"] for row in second.spot("openOrders.status")]
    assert numbers == [one["orderId"] for one in told]
    second.move("0.95")
    assert second.spot("openOrders.status") == []
    assert second.ask("GET", "order", symbol="BTCUSDT", orderId=bought["orderId"])["status"] == "FILLED"


def test_an_order_that_crosses_the_market_after_the_stop_trades_at_once(path):
    first = Kept(path)
    waiting = first.spot("order.place", symbol="BTCUSDT", side="BUY", type="LIMIT_MAKER", quantity="0.01",
                         price=first.price_of("BTCUSDT", 0.99))  # fmt: skip
    first.stop()
    file = opened(path)
    (settings,) = [value for key, value in file.read("small") if key == "settings"]
    file.write([("small", "settings", {**settings, "moved": {"BTCUSDT": 0.9}})])
    file.close()
    second = Kept(path)
    (row,) = [
        one for one in second.spot("allOrders", symbol="BTCUSDT") if one["orderId"] == waiting["orderId"]
    ]
    assert row["status"] == "FILLED" and Decimal(row["cummulativeQuoteQty"]) < Decimal(
        row["price"]
    ) * Decimal("0.01")


def test_what_was_steered_stays_so(path):
    first = Kept(path)
    first.office.trading.set_filters("BTCUSDT", {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 1})
    first.office.trading.halt("ETHUSDT")
    first.move("1.5")
    price = first.price_of("BTCUSDT")
    first.keeper.keep(settings=True)
    first.stop()
    second = Kept(path)
    assert second.market.symbol("ETHUSDT").status == "BREAK"
    assert abs(second.price_of("BTCUSDT") / price - 1) < Decimal("0.01")
    far = {"timeInForce": "GTC", "quantity": "0.01", "side": "BUY", "type": "LIMIT", "symbol": "BTCUSDT"}
    second.spot("order.place", price=second.price_of("BTCUSDT", 0.9), **far)
    with pytest.raises(Refusal):
        second.spot("order.place", price=second.price_of("BTCUSDT", 0.9), **far)


def test_time_never_goes_back(path):
    first = Kept(path)
    first.advance(3_600_000, step=600_000)
    first.order("BUY", "0.01")
    first.stop()
    assert Kept(path).market.now == first.market.now


# -- the file ---------------------------------------------------------------------------------------------------


def test_a_file_is_used_by_one_exchange_at_a_time(path):
    first = opened(path)
    first.write([("meta", "meta", {})])
    with pytest.raises(StateError, match="in use by another exchange"):
        StateFile(path)


def test_what_is_no_such_file_is_refused_and_left_alone(path, tmp_path):
    path.write_bytes(b"something else entirely, long enough to be looked at" * 10)
    with pytest.raises(StateError, match="is no file of the box's state"):
        StateFile(path)
    assert path.read_bytes().startswith(b"something else")
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE cats (name TEXT)")
    with pytest.raises(StateError, match="of another program"):
        StateFile(other)


def test_a_file_of_another_version_is_refused(path):
    StateFile(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(StateError, match="version 99"):
        StateFile(path)


def test_rows_are_written_all_or_none(path):
    file = opened(path)
    with pytest.raises(TypeError):
        file.write([("a", "1", {}), ("a", "2", object())])
    assert list(file.read("a")) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"seed": 8}, "seed 7, not 8"), ({"replay": True}, "do not go together")],
)
def test_options_that_do_not_fit_the_file_are_one_sentence(path, capture, options, sentence):
    with Exchange(seed=7, state=path):
        pass
    if "replay" in options:
        options = {"replay": capture(10)}
    with pytest.raises(ExchangeError, match=sentence):
        Exchange(state=path, **options).start()
    with Exchange(state=path) as again:  # the file knows the seed
        assert again.pid


def test_a_place_where_no_file_can_be_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(ValueError, match="can be no file"):
        Exchange(state=tmp_path / "no" / "box.db")


# -- crashes ----------------------------------------------------------------------------------------------------


class Burst:
    """Many orders at once on a real exchange, until it is killed; remembers all that was acknowledged."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.orders, self.fills, self.canceled = {}, {}, set()
        self.futures = {}
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def run(self, count):
        """Until so many orders are acknowledged."""
        threads = [threading.Thread(target=self._trade, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 60
        while len(self.orders) < count and time.monotonic() < end:
            time.sleep(0.002)
        os.kill(self.exchange.pid, signal.SIGKILL)
        self.stop.set()
        for thread in threads:
            thread.join(30)

    def _trade(self, number):
        with contextlib.suppress(requests.ConnectionError):  # the exchange is gone
            client = Client("k" * 64, "s" * 64)
            price = float(client.get_symbol_ticker(symbol="ETHUSDT")["price"])
            while not self.stop.is_set():
                with contextlib.suppress(BinanceLimitException):  # as many orders as an account may place
                    self._spot(client, number, price)
                one = client.futures_create_order(
                    symbol="ETHUSDT", side="BUY" if number % 2 else "SELL", type="MARKET", quantity=0.1,
                    newOrderRespType="RESULT",
                )  # fmt: skip
                with self.lock:
                    self.futures[one["orderId"]] = one

    def _spot(self, client, number, price):
        side = "BUY" if number % 2 else "SELL"
        market = client.create_order(symbol="ETHUSDT", side=side, type="MARKET", quantity="0.01")
        away = 0.9 if side == "BUY" else 1.1
        limit = client.create_order(
            symbol="ETHUSDT", side=side, type="LIMIT", timeInForce="GTC", quantity="0.01",
            price=f"{price * away:.2f}",
        )  # fmt: skip
        with self.lock:
            for one in (market, limit):
                self.orders[one["orderId"]] = one
                self.fills.update({fill["tradeId"]: fill for fill in one["fills"]})
        client.cancel_order(symbol="ETHUSDT", orderId=limit["orderId"])
        with self.lock:
            self.canceled.add(limit["orderId"])


def killed_in_a_burst(path, count):
    """Kills an exchange in a burst, starts it again, and checks that it kept its word; how much that was."""
    exchange = Exchange(state=path, balances={"USDT": "1000000", "ETH": "1000"})
    with exchange, pytest.MonkeyPatch.context() as patch:
        exchange.register("k" * 64, "s" * 64)
        patch.setenv("BINANCE_LEGACY_BOX", exchange.rest_url)
        Client("k" * 64, "s" * 64).futures_account_transfer(asset="USDT", amount=100_000, type=1)
        burst = Burst(exchange)
        burst.run(count)
    with Exchange(state=path) as again, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BINANCE_LEGACY_BOX", again.rest_url)
        client = Client("k" * 64, "s" * 64)
        check(burst, client)
    return len(burst.orders) + len(burst.futures), len(burst.fills)


def pages(call, key, **params):
    """All rows of a call that gives a thousand at once."""
    rows, first = [], 0
    while True:
        found = call(limit=1000, **{key: first}, **params)
        rows += found
        if len(found) < 1000:
            return rows
        first = found[-1]["orderId" if key == "orderId" else "id"] + 1


def check(burst, client):
    orders = {row["orderId"]: row for row in pages(client.get_all_orders, "orderId", symbol="ETHUSDT")}
    trades = pages(client.get_my_trades, "fromId", symbol="ETHUSDT")
    for number, told in burst.orders.items():
        kept = orders[number]
        assert kept["clientOrderId"] == told["clientOrderId"]
        assert Decimal(kept["executedQty"]) >= Decimal(told["executedQty"])
        if number in burst.canceled:
            assert kept["status"] == "CANCELED"
    numbers = [row["id"] for row in trades]
    assert len(numbers) == len(set(numbers)) and set(burst.fills) <= set(numbers)
    sums = dict.fromkeys(orders, Decimal(0))
    for row in trades:
        sums[row["orderId"]] += Decimal(row["qty"])
    assert sums == {number: Decimal(row["executedQty"]) for number, row in orders.items()}
    held = Decimal(client.get_asset_balance("ETH")["free"]) + Decimal(
        client.get_asset_balance("ETH")["locked"]
    )
    fees = sum(Decimal(row["commission"]) for row in trades if row["commissionAsset"] == "ETH")
    bought = sum(Decimal(row["qty"]) * (1 if row["isBuyer"] else -1) for row in trades)
    assert held == 1000 + bought - fees
    futures = {
        row["orderId"]: row for row in pages(client.futures_get_all_orders, "orderId", symbol="ETHUSDT")
    }
    for number, told in burst.futures.items():
        assert futures[number]["executedQty"] == told["executedQty"]


def test_a_box_killed_in_a_burst_has_kept_all_that_it_acknowledged(tmp_path):
    for number in range(3):
        orders, fills = killed_in_a_burst(tmp_path / f"{number}.db", 30 + 10 * number)
        assert orders >= 30 and fills > 10


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_boxes_killed_in_bursts_have_kept_all_that_they_acknowledged(tmp_path):
    sums = [0, 0]
    for number in range(100):
        found = killed_in_a_burst(tmp_path / f"{number}.db", 20 + number % 10 * 15)
        sums = [before + more for before, more in zip(sums, found, strict=True)]
    print(f"100 kills: {sums[0]} acknowledged orders, {sums[1]} acknowledged fills, none lost, none twice")


def test_the_same_box_killed_again_and_again_goes_on(path):
    known = set()
    for _ in range(3):
        exchange = Exchange(state=path, balances={"USDT": "1000000", "ETH": "1000"})
        with exchange, pytest.MonkeyPatch.context() as patch:
            exchange.register("k" * 64, "s" * 64)
            patch.setenv("BINANCE_LEGACY_BOX", exchange.rest_url)
            client = Client("k" * 64, "s" * 64)
            client.futures_account_transfer(asset="USDT", amount=1000, type=1)
            kept = {row["orderId"] for row in pages(client.get_all_orders, "orderId", symbol="ETHUSDT")}
            assert known <= kept
            burst = Burst(exchange)
            burst.run(20)
        assert not set(burst.orders) & known, "no number is given twice"
        known |= set(burst.orders)
