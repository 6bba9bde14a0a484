"""Margin in the box: loans and interest, orders that borrow and repay, liquidation, listen tokens."""

from decimal import Decimal

import orjson
import pytest

from binance_legacy.exchange.doors.sessions import Session
from binance_legacy.exchange.margin.accounts import day_rate, hour_interest
from binance_legacy.exchange.refusals import Refusal

from .futures_bench import Bench

HOUR = 3_600_000


@pytest.fixture
def bench():
    return Bench(balances={"USDT": "10000", "BTC": "1"})


def refusal(call, *arguments, **params):
    with pytest.raises(Refusal) as refused:
        call(*arguments, **params)
    return refused.value.code


def row(bench, asset, by="ann"):
    rows = bench.margin("GET", "account", by)["userAssets"]
    return {
        name: Decimal(value)
        for name, value in next(r for r in rows if r["asset"] == asset).items()
        if name != "asset"
    }


def borrow(bench, asset, amount, **more):
    return bench.margin("POST", "borrow-repay", asset=asset, amount=amount, type="BORROW", **more)


def repay(bench, asset, amount, **more):
    return bench.margin("POST", "borrow-repay", asset=asset, amount=amount, type="REPAY", **more)


def order(bench, side, **params):
    return bench.margin("POST", "order", **{"symbol": "BTCUSDT", "side": side, "type": "MARKET", **params})


def conserved(bench):
    return not any(bench.office.trading.ledger.sums().values()) and not list(
        bench.office.trading.ledger.below_zero()
    )


# -- loans and interest -----------------------------------------------------------------------------------------


def test_what_is_borrowed_is_owed_with_the_first_hour_s_interest(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    borrow(bench, "USDT", "500")
    told = row(bench, "USDT")
    interest = Decimal(hour_interest("USDT", 500 * 10**8)).scaleb(-8)
    assert (told["free"], told["borrowed"], told["interest"]) == (1500, 500, interest)
    assert told["netAsset"] == 1000 - interest and interest == Decimal("0.00520834")
    assert conserved(bench)


def test_interest_is_charged_each_hour_and_repaid_first(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    borrow(bench, "USDT", "500")
    bench.advance(3 * HOUR, step=HOUR)
    charges = bench.margin("GET", "interestHistory")["rows"]
    assert [one["type"] for one in charges] == ["PERIODIC", "PERIODIC", "PERIODIC", "ON_BORROW"]
    each = Decimal(hour_interest("USDT", 500 * 10**8)).scaleb(-8)
    assert row(bench, "USDT")["interest"] == 4 * each
    fees = bench.office.trading.ledger.fees["USDT"]
    repay(bench, "USDT", "100")
    assert bench.office.trading.ledger.fees["USDT"] - fees == int(4 * each * 10**8)
    assert row(bench, "USDT")["borrowed"] == 400 + 4 * each
    repay(bench, "USDT", 400 + 4 * each)
    assert row(bench, "USDT")["borrowed"] == 0 and not bench.office.margin.awaited
    (last,) = bench.margin("GET", "borrow-repay", type="REPAY", size=1)["rows"]
    assert Decimal(last["principal"]) == 400 + 4 * each and conserved(bench)


def test_no_more_can_be_borrowed_than_three_times_what_is_one_s_own_bears(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    most = Decimal(bench.margin("GET", "maxBorrowable", asset="USDT")["amount"])
    assert abs(most - 2000) < 1
    assert refusal(borrow, bench, "USDT", most + 5) == -3006
    borrow(bench, "USDT", most - 1)
    level = Decimal(bench.margin("GET", "account")["marginLevel"])
    assert abs(level - Decimal("1.5")) < Decimal("0.001")
    assert Decimal(bench.margin("GET", "maxTransferable", asset="USDT")["amount"]) == 0
    with pytest.raises(Refusal):
        bench.transfer("MARGIN_MAIN", "USDT", 1)


@pytest.mark.parametrize(
    ("asset", "amount", "kind", "code"),
    [
        ("NOSUCH", "1", "BORROW", -3027),
        ("USDT", "0", "BORROW", -1130),
        ("USDT", "1", "REPAY", -3015),
        ("USDT", "1", "LEND", -1130),
    ],
)
def test_a_loan_that_cannot_be_is_refused_and_changes_nothing(bench, asset, amount, kind, code):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    assert refusal(bench.margin, "POST", "borrow-repay", asset=asset, amount=amount, type=kind) == code
    assert row(bench, "USDT")["free"] == 1000 and not bench.office.margin.awaited


def test_what_is_not_free_cannot_be_repaid(bench):
    bench.transfer("MAIN_MARGIN", "BTC", "0.1")
    borrow(bench, "USDT", "1000")
    order(bench, "BUY", quoteOrderQty="900")
    assert refusal(repay, bench, "USDT", "500") == -3041


# -- orders -----------------------------------------------------------------------------------------------------


def test_an_order_on_margin_trades_in_the_same_book_with_the_margin_account_s_assets(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    told = order(bench, "BUY", quantity="0.01")
    assert told["status"] == "FILLED" and told["isIsolated"] is False
    spent = sum(Decimal(fill["price"]) * Decimal(fill["qty"]) for fill in told["fills"])
    assert row(bench, "USDT")["free"] == 1000 - spent
    assert bench.office.account("ann").free("USDT") == 9000 * 10**8
    (trade, *_) = bench.margin("GET", "myTrades", symbol="BTCUSDT")
    assert trade["isIsolated"] is False and conserved(bench)


def test_an_order_that_borrows_lends_exactly_what_it_lacks(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    price = Decimal(bench.market.ticker_price(["BTCUSDT"])[0]["price"]) * Decimal("0.98")
    limit = price.quantize(Decimal("0.01"))
    told = order(
        bench,
        "BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.05",
        price=limit,
        sideEffectType="MARGIN_BUY",
    )
    lacked = limit * Decimal("0.05") - 1000
    assert Decimal(told["marginBuyBorrowAmount"]) == lacked == row(bench, "USDT")["borrowed"]
    assert told["marginBuyBorrowAsset"] == "USDT" and row(bench, "USDT")["free"] == 0
    bench.margin("DELETE", "order", symbol="BTCUSDT", orderId=told["orderId"])
    bench.advance(200)
    left = row(bench, "USDT")
    assert left["borrowed"] + left["interest"] < Decimal("0.1"), (
        "what a canceled order had borrowed is given back"
    )
    assert conserved(bench)


def test_an_order_that_is_refused_has_borrowed_nothing(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 100)
    asked = {
        "quantity": "0.0001",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "price": "1",
        "sideEffectType": "MARGIN_BUY",
    }
    assert refusal(order, bench, "BUY", **asked) == -1013
    assert refusal(order, bench, "BUY", quantity="1", sideEffectType="MARGIN_BUY") == -3006
    assert refusal(order, bench, "BUY", quantity="0.05") == -2010
    assert row(bench, "USDT")["borrowed"] == 0 and conserved(bench)


def test_a_pair_of_orders_borrows_what_the_dearer_one_lacks(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 300)
    last = Decimal(bench.market.ticker_price(["BTCUSDT"])[0]["price"])
    low, high = ((last * Decimal(factor)).quantize(Decimal("0.01")) for factor in ("0.98", "1.02"))
    told = bench.margin(
        "POST", "order/oco", symbol="BTCUSDT", side="BUY", quantity="0.01", price=low, stopPrice=high,
        stopLimitPrice=high, stopLimitTimeInForce="GTC", sideEffectType="MARGIN_BUY",
    )  # fmt: skip
    assert [one["isIsolated"] for one in told["orderReports"]] == [False, False]
    assert row(bench, "USDT")["borrowed"] == high * Decimal("0.01") - 300
    bench.margin("DELETE", "orderList", symbol="BTCUSDT", orderListId=told["orderListId"])
    bench.advance(200)
    assert row(bench, "USDT")["borrowed"] < Decimal("0.1") and conserved(bench)


def test_a_short_sale_borrows_the_coin_and_buying_back_repays_it(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 5000)
    order(bench, "SELL", quantity="0.05", sideEffectType="MARGIN_BUY")
    assert row(bench, "BTC")["borrowed"] == Decimal("0.05")
    order(bench, "BUY", quantity="0.051", sideEffectType="AUTO_REPAY")
    assert row(bench, "BTC")["borrowed"] == 0 and row(bench, "BTC")["free"] > 0
    kinds = [one["status"] for one in bench.margin("GET", "borrow-repay", type="REPAY")["rows"]]
    assert kinds == ["CONFIRMED"] and conserved(bench)


def test_an_order_that_waits_repays_when_it_is_filled(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 5000)
    order(bench, "SELL", quantity="0.05", sideEffectType="MARGIN_BUY")
    price = (Decimal(bench.market.ticker_price(["BTCUSDT"])[0]["price"]) * Decimal("0.99")).quantize(
        Decimal("0.01")
    )
    order(
        bench,
        "BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.06",
        price=price,
        sideEffectType="AUTO_REPAY",
    )
    assert row(bench, "BTC")["borrowed"] == Decimal("0.05")
    bench.move("0.98")
    assert row(bench, "BTC")["borrowed"] == 0 and conserved(bench)


# -- isolated ---------------------------------------------------------------------------------------------------


def test_an_isolated_account_opens_with_its_first_transfer_and_holds_its_two_assets_alone(bench):
    assert refusal(order, bench, "BUY", quantity="0.01", isIsolated="TRUE") == -11001
    bench.transfer("MAIN_ISOLATED_MARGIN", "USDT", 500, to_symbol="BTCUSDT")
    with pytest.raises(Refusal):
        bench.transfer("MAIN_ISOLATED_MARGIN", "BTC", "0.1", to_symbol="ETHUSDT")
    told = order(bench, "BUY", quantity="0.001", isIsolated="TRUE")
    assert told["isIsolated"] is True
    (one,) = bench.margin("GET", "isolated/account")["assets"]
    assert one["symbol"] == "BTCUSDT" and Decimal(one["baseAsset"]["free"]) > 0
    assert row(bench, "USDT")["free"] == 0
    bench.transfer("ISOLATED_MARGIN_MAIN", "USDT", 100, from_symbol="BTCUSDT")
    assert conserved(bench)


def test_an_isolated_account_bears_five_times(bench):
    bench.transfer("MAIN_ISOLATED_MARGIN", "USDT", 1000, to_symbol="BTCUSDT")
    most = bench.margin("GET", "maxBorrowable", asset="USDT", isolatedSymbol="BTCUSDT")["amount"]
    assert abs(Decimal(most) - 4000) < 2
    assert refusal(borrow, bench, "ETH", "0.1", isIsolated="TRUE", symbol="BTCUSDT") == -3027
    borrow(bench, "USDT", "3000", isIsolated="TRUE", symbol="BTCUSDT")
    (loan,) = bench.margin("GET", "borrow-repay", type="BORROW", isolatedSymbol="BTCUSDT")["rows"]
    assert (loan["isolatedSymbol"], loan["principal"]) == ("BTCUSDT", "3000.00000000")
    assert refusal(bench.margin, "DELETE", "isolated/account", symbol="BTCUSDT") == -3026


# -- liquidation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["", "BTCUSDT"])
def test_an_account_whose_assets_no_longer_bear_its_debts_is_sold_and_owes_nothing(bench, symbol):
    way = "MAIN_ISOLATED_MARGIN" if symbol else "MAIN_MARGIN"
    more = {"isIsolated": "TRUE"} if symbol else {}
    bench.transfer(way, "USDT", 1000, to_symbol=symbol)
    order(bench, "SELL", quantity="0.03", sideEffectType="MARGIN_BUY", **more)
    account = bench.office.margin.account(bench.office.account("ann"), symbol)
    asked = {"type": "LIMIT", "timeInForce": "GTC", "price": "20000", "quantity": "0.001", **more}
    order(bench, "BUY", **asked)
    for _ in range(30):
        bench.move("1.05")
        if not account.owes:
            break
    assert not account.owes and account.free("USDT") > 0
    assert bench.margin("GET", "openOrders", symbol="BTCUSDT", **more) == []
    rows = bench.margin("GET", "forceLiquidationRec", isolatedSymbol=symbol or None)["rows"]
    assert rows[0]["side"] == "BUY" and rows[0]["isIsolated"] is bool(symbol)
    assert not any(bench.office.trading.ledger.insurance.values()) and conserved(bench)


def test_a_leap_that_leaves_debts_unpaid_is_borne_by_the_insurance(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    order(bench, "SELL", quantity="0.03", sideEffectType="MARGIN_BUY")
    bench.move("3")
    account = bench.office.margin.account(bench.office.account("ann"))
    assert not account.owes and account.free("USDT") >= 0
    assert bench.office.trading.ledger.insurance["BTC"] < 0 and conserved(bench)


# -- listen tokens ----------------------------------------------------------------------------------------------


def test_a_token_lasts_as_long_as_was_asked_and_a_day_at_most(bench):
    told = bench.margin("POST", "/sapi/v1/userListenToken", validity=60_000)
    assert told["expirationTime"] == bench.market.now + 60_000
    assert bench.office.tokens.find(told["token"]).account.symbol == ""
    bench.advance(61_000, step=10_000)
    with pytest.raises(Refusal) as refused:
        bench.office.tokens.find(told["token"])
    assert refused.value.code == -1209
    assert refusal(bench.margin, "POST", "/sapi/v1/userListenToken", validity=86_400_001) == -1130
    assert refusal(bench.margin, "POST", "/sapi/v1/userListenToken", isIsolated="TRUE") == -1102
    isolated = bench.margin("POST", "/sapi/v1/userListenToken", isIsolated="TRUE", symbol="BTCUSDT")
    assert bench.office.tokens.find(isolated["token"]).account.symbol == "BTCUSDT"


def test_the_rate_of_a_day_is_told_as_it_is_charged(bench):
    told = bench.margin("GET", "interestRateHistory", asset="BTC")
    assert Decimal(told[0]["dailyInterestRate"]) == Decimal(day_rate("BTC")).scaleb(-8)
    assert refusal(bench.margin, "GET", "interestRateHistory", asset="NOSUCH") == -3027


def test_the_pairs_are_those_paid_in_the_usual_money(bench):
    pairs = bench.margin("GET", "allPairs")
    assert {one["quote"] for one in pairs} == {"USDT", "BTC", "ETH", "BNB", "BUSD"}
    assert bench.margin("GET", "isolated/allPairs", symbol="BTCUSDT")[0]["base"] == "BTC"


class Line:
    """A session of the WebSocket API, without a connection."""

    def __init__(self, bench):
        self.bench, self.told, self.number = bench, [], 0
        self.session = Session(
            bench.office, "127.0.0.1", lambda text: self.told.append(orjson.loads(text)), 0
        )

    def ask(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        self.session.answer(orjson.dumps(request), self.bench.market.now)
        return next(one for one in reversed(self.told) if one.get("id") == self.number)

    def subscribe(self, token):
        return self.ask("userDataStream.subscribe.listenToken", listenToken=token)

    def events(self):
        return [one["event"]["e"] for one in self.told if "event" in one]


def test_a_token_subscribes_to_its_account_until_it_ends_unless_a_newer_one_comes(bench):
    line = Line(bench)
    first = bench.margin("POST", "/sapi/v1/userListenToken", validity=60_000)
    told = line.subscribe(first["token"])["result"]
    assert told == {"subscriptionId": 0, "expirationTime": first["expirationTime"]}
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    assert line.events() == ["outboundAccountPosition", "balanceUpdate"]
    second = bench.margin("POST", "/sapi/v1/userListenToken", validity=120_000)
    told = line.subscribe(second["token"])["result"]
    assert told == {"subscriptionId": 0, "expirationTime": second["expirationTime"]}
    bench.advance(90_000, step=30_000)
    order(bench, "BUY", quantity="0.01")
    assert "executionReport" in line.events() and "eventStreamTerminated" not in line.events()
    bench.advance(60_000, step=30_000)
    assert line.events()[-1] == "eventStreamTerminated"
    heard = len(line.told)
    order(bench, "SELL", quantity="0.005")
    assert len(line.told) == heard


def test_a_token_that_is_none_or_is_over_is_refused(bench):
    line = Line(bench)
    assert line.subscribe("nonsense")["error"]["code"] == -1209
    assert line.ask("userDataStream.subscribe.listenToken")["error"]["code"] == -1102
    token = bench.margin("POST", "/sapi/v1/userListenToken", validity=1000)["token"]
    bench.advance(2000)
    assert line.subscribe(token)["error"]["code"] == -1209
