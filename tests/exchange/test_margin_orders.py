"""Orders on margin: what they borrow, what of it goes back, what they repay; what is sold when debts are too much."""

from decimal import Decimal

import pytest

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange
from binance_legacy.exchange.margin.calls import MARGIN_CALLS
from binance_legacy.exchange.refusals import Refusal

from .futures_bench import MARGIN, Bench
from .test_state import Kept

PLACES = Decimal("0.00000001")


@pytest.fixture
def bench():
    return Bench(balances={"USDT": "10000", "BTC": "1"})


def price(bench, factor=1, symbol="BTCUSDT"):
    last = Decimal(bench.market.ticker_price([symbol])[0]["price"])
    return (last * Decimal(str(factor))).quantize(Decimal("0.01"))


def front(bench, side):
    """A price on which a limit order of this side stands before all others; None where there is no room."""
    best = bench.market.book_ticker(["BTCUSDT"])[0]
    bid, ask = Decimal(best["bidPrice"]), Decimal(best["askPrice"])
    found = bid + Decimal("0.01") if side == "BUY" else ask - Decimal("0.01")
    assert bid < found < ask
    return found


def order(bench, side, path="order", **params):
    params = {"symbol": "BTCUSDT", "side": side, **params}
    return bench.margin("POST", path, **params)


def limit(bench, side, quantity, at, **params):
    return order(bench, side, type="LIMIT", timeInForce="GTC", quantity=quantity, price=at, **params)


def oco(bench, side, quantity, **params):
    high, low = (price(bench, 1.05), price(bench, 0.95))
    first, stop = (high, low) if side == "SELL" else (low, high)
    return order(bench, side, "order/oco", quantity=quantity, price=first, stopPrice=stop, **params)


def cancel(bench, told, **params):
    return bench.margin("DELETE", "order", symbol="BTCUSDT", orderId=told["orderId"], **params)


def row(bench, asset):
    rows = bench.margin("GET", "account")["userAssets"]
    found = next(one for one in rows if one["asset"] == asset)
    return {name: Decimal(value) for name, value in found.items() if name != "asset"}


def repaid(bench, asset):
    """The repayments of an asset, oldest first."""
    rows = bench.margin("GET", "borrow-repay", type="REPAY", asset=asset)["rows"]
    return [Decimal(one["amount"]) for one in reversed(rows)]


def crowd(bench, is_buy, quantity, at):
    traded = bench.office.trading.trade("BTCUSDT", is_buy, quantity, at)
    symbol = bench.market.symbol("BTCUSDT")
    assert Decimal(symbol.qty_text(traded)) == Decimal(quantity)
    bench.office.advance()


def conserved(bench):
    ledger = bench.office.trading.ledger
    return not any(ledger.sums().values()) and not list(ledger.below_zero())


# -- what goes back ---------------------------------------------------------------------------------------------


def test_a_list_of_orders_borrows_once_what_its_shared_lock_lacks_and_gives_it_back_once(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 5000)
    bench.transfer("MAIN_MARGIN", "BTC", "0.01")
    bench.margin("POST", "borrow-repay", asset="BTC", amount="0.02", type="BORROW")
    told = oco(bench, "SELL", "0.05", sideEffectType="MARGIN_BUY")
    assert (told["marginBuyBorrowAmount"], told["marginBuyBorrowAsset"]) == ("0.02000000", "BTC")
    assert told["isIsolated"] is False and len(told["orderReports"]) == 2
    assert row(bench, "BTC")["borrowed"] == Decimal("0.04") and row(bench, "BTC")["free"] == 0
    interest = row(bench, "BTC")["interest"]
    canceled = bench.margin("DELETE", "orderList", symbol="BTCUSDT", orderListId=told["orderListId"])
    assert canceled["listOrderStatus"] == "ALL_DONE"
    assert repaid(bench, "BTC") == [Decimal("0.02")], "what the list had borrowed, and no more"
    assert row(bench, "BTC")["borrowed"] == Decimal("0.02") + interest
    assert conserved(bench) and not bench.office.margin.account(bench.office.account("ann")).pledges


def test_a_list_of_which_one_order_is_filled_gives_nothing_back(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 5000)
    oco(bench, "SELL", "0.05", sideEffectType="MARGIN_BUY")
    bench.transfer("MAIN_MARGIN", "BTC", "0.01")
    bench.move("1.06")
    assert bench.margin("GET", "openOrders", symbol="BTCUSDT") == []
    assert repaid(bench, "BTC") == [] and row(bench, "BTC")["borrowed"] == Decimal("0.05")
    assert conserved(bench)


def test_an_order_that_is_canceled_half_way_gives_back_what_it_has_not_spent_at_once(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    at = front(bench, "BUY")
    told = limit(bench, "BUY", "0.04", at, sideEffectType="MARGIN_BUY")
    lent = Decimal(told["marginBuyBorrowAmount"])
    assert lent == Decimal("0.04") * at - 1000
    crowd(bench, False, "0.03", at)
    bench.transfer("MAIN_MARGIN", "USDT", 2000)
    assert cancel(bench, told)["executedQty"] == "0.03000000"
    unspent = Decimal("0.01") * at
    assert repaid(bench, "USDT") == [min(lent, unspent)], "own assets that came meanwhile stay"
    assert conserved(bench)


def test_what_was_lent_stays_lent_where_the_order_says_so(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    asked = {"sideEffectType": "MARGIN_BUY", "autoRepayAtCancel": "FALSE"}
    told = limit(bench, "BUY", "0.04", price(bench, 0.9), **asked)
    cancel(bench, told)
    bench.advance(200)
    assert repaid(bench, "USDT") == [] and row(bench, "USDT")["borrowed"] > 0 and conserved(bench)


def test_an_order_without_side_effect_borrows_nothing(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    with pytest.raises(Refusal) as refused:
        limit(bench, "BUY", "0.04", price(bench, 0.9), sideEffectType="AUTO_REPAY")
    assert refused.value.code == -2010 and row(bench, "USDT")["borrowed"] == 0


def test_a_list_that_may_not_borrow_so_much_is_refused_whole(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 100)
    with pytest.raises(Refusal) as refused:
        oco(bench, "SELL", "0.5", sideEffectType="MARGIN_BUY")
    assert refused.value.code == -3006
    assert bench.margin("GET", "openOrders", symbol="BTCUSDT") == [] and row(bench, "BTC")["borrowed"] == 0
    assert bench.margin("GET", "allOrderList") == [] and conserved(bench)


def test_an_order_that_waits_for_another_borrows_for_the_first_alone(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    at = price(bench, 0.98)
    told = bench.margin(
        "POST", "order/oto", symbol="BTCUSDT", workingType="LIMIT", workingSide="BUY", workingPrice=at,
        workingQuantity="0.04", workingTimeInForce="GTC", pendingType="LIMIT", pendingSide="SELL",
        pendingPrice=price(bench, 1.1), pendingQuantity="0.02", pendingTimeInForce="GTC",
        sideEffectType="MARGIN_BUY",
    )  # fmt: skip
    lent = Decimal("0.04") * at - 1000
    assert Decimal(told["marginBuyBorrowAmount"]) == lent
    bench.move("0.97")
    waiting = bench.margin("GET", "openOrders", symbol="BTCUSDT")
    assert [one["side"] for one in waiting] == ["SELL"]
    assert repaid(bench, "USDT") == [] and conserved(bench)


# -- what is repaid ---------------------------------------------------------------------------------------------


def test_an_order_that_is_filled_in_parts_repays_each_part_once(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 5000)
    bench.transfer("MAIN_MARGIN", "BTC", "0.1")
    bench.margin("POST", "borrow-repay", asset="BTC", amount="0.09", type="BORROW")
    at = front(bench, "BUY")
    told = limit(bench, "BUY", "0.04", at, sideEffectType="AUTO_REPAY")
    for quantity in ("0.01", "0.01"):
        crowd(bench, False, quantity, at)
    assert repaid(bench, "BTC") == [Decimal("0.01"), Decimal("0.01")]
    cancel(bench, told)
    bench.advance(500)
    assert repaid(bench, "BTC") == [Decimal("0.01"), Decimal("0.01")] and conserved(bench)


def test_orders_that_will_repay_do_so_after_a_restart_too(tmp_path):
    first = Kept(tmp_path / "box.db")
    first.transfer("MAIN_MARGIN", "USDT", 5000)
    order(first, "SELL", type="MARKET", quantity="0.05", sideEffectType="MARGIN_BUY")
    limit(first, "BUY", "0.06", price(first, 0.98), sideEffectType="AUTO_REPAY")
    lends = limit(first, "SELL", "0.01", price(first, 1.3), sideEffectType="MARGIN_BUY")
    first.advance(100)
    first.stop()
    second = Kept(tmp_path / "box.db")
    cancel(second, lends)
    assert repaid(second, "BTC") == [Decimal("0.01")]
    second.move("0.96")
    assert row(second, "BTC")["borrowed"] == 0 and conserved(second)
    second.stop()


# -- liquidation ------------------------------------------------------------------------------------------------


def test_what_trades_in_few_currencies_counts_as_collateral_and_is_sold_by_way_of_them(bench):
    ann = bench.office.account("ann")
    bench.office.trading.deposit(ann, "BAKE", "1000")
    bench.transfer("MAIN_MARGIN", "BAKE", 1000)
    total = Decimal(bench.margin("GET", "account")["totalAssetOfBtc"])
    bake = Decimal(bench.market.ticker_price(["BAKEBUSD"])[0]["price"])
    assert abs(total * price(bench) / (1000 * bake) - 1) < Decimal("0.02")
    bench.margin("POST", "borrow-repay", asset="USDT", amount=(950 * bake).quantize(PLACES), type="BORROW")
    bench.transfer("MAIN_MARGIN", "USDT", 1)
    account = bench.office.margin.account(ann)
    bench.office.trading.withdraw(account, "USDT", (945 * bake).quantize(PLACES))  # as a bad trade would
    bench.advance(200)
    assert not account.owes and conserved(bench)
    assert str(account.forced[0].order["symbol"]).startswith("BAKE")


def test_what_cannot_be_sold_the_insurance_takes_for_what_it_pays(bench):
    bench.transfer("MAIN_MARGIN", "BTC", "0.1")
    worth = Decimal("0.1") * price(bench)
    bench.margin("POST", "borrow-repay", asset="USDT", amount=worth.quantize(PLACES), type="BORROW")
    bench.office.trading.halt("BTCUSDT")
    account = bench.office.margin.account(bench.office.account("ann"))
    bench.office.trading.withdraw(account, "USDT", (worth * Decimal("0.95")).quantize(PLACES))
    bench.advance(200)
    assert not account.owes and account.forced == []
    insurance = bench.office.trading.ledger.insurance
    paid = -Decimal(insurance["USDT"]) * PLACES
    assert abs(Decimal(insurance["BTC"]) * PLACES * price(bench) / paid - 1) < Decimal("0.01")
    assert account.free("BTC") > 0 and conserved(bench)


def test_orders_that_liquidation_ends_have_expired(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 1000)
    order(bench, "SELL", type="MARKET", quantity="0.03", sideEffectType="MARGIN_BUY")
    told = limit(bench, "BUY", "0.01", "20000", sideEffectType="AUTO_REPAY")
    bench.move("2")
    assert bench.margin("GET", "order", symbol="BTCUSDT", orderId=told["orderId"])["status"] == "EXPIRED"
    account = bench.office.margin.account(bench.office.account("ann"))
    assert not account.pledges and not account.owes and not bench.office.margin.awaited and conserved(bench)


# -- what may be asked ------------------------------------------------------------------------------------------


def test_an_order_that_may_borrow_weighs_more():
    call = MARGIN["POST", "/sapi/v1/margin/order"]
    asked = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1"}
    assert call.weigh(call.read(asked)) == 6
    assert call.weigh(call.read({**asked, "sideEffectType": "MARGIN_BUY"})) == 1500
    assert len(MARGIN) == len(MARGIN_CALLS)


def test_an_isolated_account_that_is_off_takes_neither_orders_nor_assets(bench):
    for method in ("POST", "DELETE"):
        with pytest.raises(Refusal) as refused:
            bench.margin(method, "isolated/account", symbol="BTCUSDT")
        assert refused.value.code == -11001, "there is none yet"
    bench.transfer("MAIN_ISOLATED_MARGIN", "USDT", 100, to_symbol="BTCUSDT")
    bench.transfer("ISOLATED_MARGIN_MAIN", "USDT", 100, from_symbol="BTCUSDT")
    assert bench.margin("DELETE", "isolated/account", symbol="BTCUSDT")["success"] is True
    assert bench.margin("GET", "isolated/accountLimit")["enabledAccount"] == 0
    with pytest.raises(Refusal) as refused:
        order(bench, "BUY", type="MARKET", quantity="0.001", isIsolated="TRUE")
    assert refused.value.code == -3021
    with pytest.raises(Refusal) as refused:
        bench.transfer("MAIN_ISOLATED_MARGIN", "USDT", 100, to_symbol="BTCUSDT")
    assert refused.value.code == -3043
    bench.margin("POST", "isolated/account", symbol="BTCUSDT")
    bench.transfer("MAIN_ISOLATED_MARGIN", "USDT", 100, to_symbol="BTCUSDT")
    assert conserved(bench)


def test_transfers_are_told_as_each_account_sees_them(bench):
    bench.transfer("MAIN_MARGIN", "USDT", 100)
    bench.transfer("MARGIN_ISOLATEDMARGIN", "USDT", 30, to_symbol="BTCUSDT")
    bench.transfer("ISOLATEDMARGIN_MARGIN", "USDT", 10, from_symbol="BTCUSDT")
    bench.transfer("MAIN_FUNDING", "USDT", 5)
    cross = bench.margin("GET", "transfer")
    assert [(one["type"], one["amount"][:2], one["transFrom"], one["transTo"]) for one in cross["rows"]] == [
        ("ROLL_IN", "10", "ISOLATED_MARGIN", "CROSS_MARGIN"),
        ("ROLL_OUT", "30", "CROSS_MARGIN", "ISOLATED_MARGIN"),
        ("ROLL_IN", "10", "SPOT", "CROSS_MARGIN"),
    ]
    (one,) = bench.margin("GET", "transfer", isolatedSymbol="BTCUSDT", type="ROLL_OUT")["rows"]
    assert (one["fromSymbol"], one["amount"], "toSymbol" in one) == ("BTCUSDT", "10.00000000", False)
    assert bench.margin("GET", "transfer", asset="BTC") == {"rows": [], "total": 0}


def test_the_terms_that_are_told_are_those_that_hold(bench):
    (tier,) = bench.margin("GET", "isolatedMarginTier", symbol="BTCUSDT")
    assert (tier["effectiveMultiple"], tier["initialRiskRatio"], tier["liquidationRiskRatio"]) == (
        "5", "1.25", "1.1",
    )  # fmt: skip
    assert bench.margin("GET", "isolatedMarginTier", symbol="BTCUSDT", tier=2) == []
    with pytest.raises(Refusal) as refused:
        bench.margin("GET", "isolatedMarginTier", symbol="BTCTRY")
    assert refused.value.code == -3028
    assert bench.margin("GET", "tradeCoeff") == {
        "normalBar": "1.5", "marginCallBar": "1.3", "forceLiquidationBar": "1.1",
    }  # fmt: skip
    (pair,) = bench.margin("GET", "isolatedMarginData", symbol="ETHBTC")
    assert [one["coin"] for one in pair["data"]] == ["ETH", "BTC"]
    (alone,) = bench.margin("GET", "allPairs", symbol="ETHUSDT")
    assert alone in bench.margin("GET", "allPairs"), "its number is the same whoever asks"
    ((whole),) = bench.margin("GET", "crossMarginCollateralRatio")
    assert {"BTC", "BAKE"} <= set(whole["assetNames"])


def test_rates_are_told_for_the_days_that_are_asked_for(bench):
    day = 86_400_000
    today = bench.market.now // day * day
    assert len(bench.margin("GET", "interestRateHistory", asset="BTC")) == 7
    rows = bench.margin(
        "GET", "interestRateHistory", asset="BTC", startTime=today - 2 * day, endTime=today - day
    )
    assert [one["timestamp"] for one in rows] == [today - day, today - 2 * day]


# -- with a client ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def box():
    with Exchange(seed=1) as running:
        yield running


@pytest.fixture
def client(box, request, monkeypatch):
    monkeypatch.setenv("BINANCE_LEGACY_BOX", box.rest_url)
    box.register(request.node.name, "secret", account=request.node.name)
    return Client(request.node.name, "secret")


def test_a_client_places_a_list_that_borrows_and_cancels_it(box, client):
    client.transfer_spot_to_margin(asset="USDT", amount="3000")
    last = float(client.get_margin_price_index(symbol="BTCUSDT")["price"])
    told = client.create_margin_oco_order(
        symbol="BTCUSDT", side="SELL", quantity="0.02", price=f"{last * 1.1:.2f}", stopPrice=f"{last * 0.9:.2f}",
        stopLimitPrice=f"{last * 0.89:.2f}", stopLimitTimeInForce="GTC", sideEffectType="MARGIN_BUY",
    )  # fmt: skip
    assert (told["contingencyType"], told["marginBuyBorrowAmount"]) == ("OCO", "0.02000000")
    (row,) = client.get_open_margin_oco_orders()
    assert client.get_margin_oco_order(orderListId=row["orderListId"]) == row
    client.cancel_margin_oco_order(symbol="BTCUSDT", orderListId=row["orderListId"])
    (loan,) = client.get_margin_loan_details(asset="BTC")["rows"]
    (back,) = client.get_margin_repay_details(asset="BTC")["rows"]
    assert loan["principal"] == back["amount"] == "0.02000000"
    assert client.get_margin_transfer_history()["total"] == 1


def test_what_steers_sees_margin_with_its_owner(box, client):
    name = client.API_KEY
    client.transfer_spot_to_margin(asset="USDT", amount="3000")
    client.create_margin_loan(asset="USDT", amount="1000")
    box.set_commission("0", "0", account=name)
    bought = client.create_margin_order(symbol="BTCUSDT", side="BUY", type="MARKET", quoteOrderQty="100")
    assert {fill["commission"] for fill in bought["fills"]} == {"0.00000000"}
    (told,) = [one for one in box.accounts() if one["name"] == name]
    assert told["orders"] == 1 and told["balances"]["USDT"] == ["7000.00000000", "0.00000000"]
    lost = Decimal(told["worth"]["brought"]) - Decimal(told["worth"]["now"])
    assert 0 <= lost < 1, "a loan makes nobody richer"
