"""Futures in the box: what positions gain, what may be ordered, how conditional orders and liquidation work."""

from decimal import Decimal

import pytest

from binance_legacy.exchange.futures.basis import FUNDED_EVERY, next_funding
from binance_legacy.exchange.market.market import UnknownSymbol
from binance_legacy.exchange.refusals import Refusal

from .futures_bench import Bench


@pytest.fixture
def bench():
    return Bench()


def refusal(call, *arguments, **params):
    with pytest.raises(Refusal) as refused:
        call(*arguments, **params)
    return refused.value.code


def fills(bench, symbol="BTCUSDT", by="ann"):
    rows = bench.ask("GET", "userTrades", by, symbol=symbol)
    return [(row["side"], Decimal(row["price"]), Decimal(row["qty"])) for row in rows]


# -- positions and what they gain -----------------------------------------------------------------------------


def test_what_a_round_trip_gains_is_the_difference_of_its_fills_less_fees(bench):
    bench.order("BUY", "0.5")
    bench.move("1.02")
    bench.order("SELL", "0.5")
    paid = sum((price * qty if side == "SELL" else -price * qty) for side, price, qty in fills(bench))
    fees = sum((price * qty) * Decimal("0.0005") for _, price, qty in fills(bench))
    assert abs(bench.wallet() - (10000 + paid - fees)) < Decimal("0.000001")
    assert bench.position()["positionAmt"] == "0.000"
    realized = [Decimal(row["income"]) for row in bench.ask("GET", "income", incomeType="REALIZED_PNL")]
    assert sum(realized) == paid > 0
    assert bench.conserved()


def test_a_coin_margined_round_trip_gains_contracts_over_price(bench):
    bench.ask("POST", "/dapi/v1/order", symbol="BTCUSD_PERP", side="BUY", type="MARKET", quantity="50")
    bench.move("1.03")
    bench.ask("POST", "/dapi/v1/order", symbol="BTCUSD_PERP", side="SELL", type="MARKET", quantity="50")
    rows = bench.ask("GET", "/dapi/v1/userTrades", symbol="BTCUSD_PERP")
    bought = sum(Decimal(r["qty"]) * 100 / Decimal(r["price"]) for r in rows if r["side"] == "BUY")
    sold = sum(Decimal(r["qty"]) * 100 / Decimal(r["price"]) for r in rows if r["side"] == "SELL")
    fees = (bought + sold) * Decimal("0.0005")
    assert abs(bench.wallet(asset="BTC") - (1 + bought - sold - fees)) < Decimal("0.000001")
    assert bought > sold and bench.conserved()


def test_a_larger_order_the_other_way_turns_a_position_around(bench):
    bench.order("BUY", "0.010")
    bench.order("SELL", "0.025")
    row = bench.position()
    assert row["positionAmt"] == "-0.015"
    entry = Decimal(row["entryPrice"])
    sold = [(price, qty) for side, price, qty in fills(bench) if side == "SELL"]
    assert min(price for price, _ in sold) <= entry <= max(price for price, _ in sold)


@pytest.mark.parametrize(("margin", "symbol", "qty"), [("um", "BTCUSDT", "0.1"), ("cm", "BTCUSD_PERP", "10")])
@pytest.mark.parametrize(("side", "other"), [("BUY", "SELL"), ("SELL", "BUY")])
def test_at_its_break_even_price_a_position_has_gained_what_opening_it_cost(
    bench, margin, symbol, qty, side, other
):
    api = "fapi" if margin == "um" else "dapi"
    bench.ask("POST", f"/{api}/v1/order", symbol=symbol, side=side, type="MARKET", quantity=qty)
    bench.ask(
        "POST", f"/{api}/v1/order", symbol=symbol, side=other, type="MARKET", quantity=str(Decimal(qty) / 2)
    )
    account = bench.account(margin=margin)
    position = account.position(bench.exchange(margin).trading.market.contract(symbol), "BOTH")
    trades = bench.trading(margin).desk(symbol).trades_of(account)
    paid = sum(one.commission for one in trades if one.order.ticket.is_buy == (side == "BUY"))
    assert abs(position.gain(position.break_even) - paid / 2) <= 5
    assert (position.break_even > position.entry) == (side == "BUY")


def test_the_unrealized_profit_is_the_way_from_entry_to_mark(bench):
    bench.order("SELL", "0.2")
    bench.move("0.99")
    row = bench.position()
    expected = (Decimal(row["entryPrice"]) - Decimal(row["markPrice"])) * Decimal("0.2")
    assert abs(Decimal(row["unRealizedProfit"]) - expected) < Decimal("0.0001")
    assert Decimal(row["unRealizedProfit"]) > 0


def test_hedge_mode_holds_both_sides_apart_and_orders_close_only_their_own(bench):
    bench.ask("POST", "positionSide/dual", dualSidePosition="true")
    bench.order("BUY", "0.02", positionSide="LONG")
    bench.order("SELL", "0.03", positionSide="SHORT")
    assert bench.position(side="LONG")["positionAmt"] == "0.020"
    assert bench.position(side="SHORT")["positionAmt"] == "-0.030"
    assert refusal(bench.order, "SELL", "0.05", positionSide="LONG") == -2022
    assert refusal(bench.order, "BUY", "0.01") == -4061
    bench.order("BUY", "0.03", positionSide="SHORT")
    assert bench.position(side="SHORT")["positionAmt"] == "0.000"
    assert refusal(bench.ask, "POST", "positionSide/dual", dualSidePosition="false") == -4068


def test_a_change_of_mode_holds_for_both_margins_and_one_that_is_none_is_refused(bench):
    assert refusal(bench.ask, "POST", "positionSide/dual", dualSidePosition="false") == -4059
    bench.ask("POST", "positionSide/dual", dualSidePosition="true")
    assert bench.ask("GET", "/dapi/v1/positionSide/dual") == {"dualSidePosition": True}


# -- what may be ordered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0.0005"}, -1111),
        ({"quantity": "0"}, -4003),
        ({"quantity": "100000"}, -4005),
        ({"price": "100.123"}, -1111),
        ({"price": "0"}, -4001),
        ({"price": "100.05"}, -4014),
        ({"price": "200000"}, -4016),
        ({"timeInForce": None}, -1102),
        ({"price": None}, -1102),
        ({"quantity": None}, -1102),
        ({"type": "STOP_MARKET", "stopPrice": "1"}, -4120),
        ({"type": "TRAILING_STOP_MARKET"}, -4120),
        ({"type": "NONE"}, -1116),
        ({"side": "HOLD"}, -1117),
        ({"timeInForce": "GTC1"}, -1115),
        ({"timeInForce": "GTD"}, -1102),
        ({"positionSide": "LONG"}, -4061),
        ({"quantity": "0.001", "reduceOnly": "true"}, -2022),
        ({"quantity": "0.001"}, -4164),
        ({"quantity": "5"}, -2019),
        ({"quantity": "450"}, -2027),
    ],
)
def test_an_order_that_may_not_be_is_refused_with_binance_s_code_and_changes_nothing(bench, change, code):
    asked = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
        "price": bench.price("0.99"),
    }  # fmt: skip
    assert refusal(bench.ask, "POST", "order", **{**asked, **change}) == code
    assert bench.ask("GET", "openOrders") == [] and bench.wallet() == 10000
    assert bench.heard["ann"] == []


def test_an_unknown_contract_is_named_as_such(bench):
    with pytest.raises(UnknownSymbol):
        bench.order("BUY", "1", symbol="NOSUCH")


def test_leverage_decides_how_much_can_be_opened(bench):
    bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=2)
    price = Decimal(bench.price())
    most = (10000 * 2 / price).quantize(Decimal("0.001"), "ROUND_DOWN") - Decimal("0.002")
    assert refusal(bench.order, "BUY", most + Decimal("0.010")) == -2019
    assert bench.order("BUY", most)["status"] == "FILLED"
    assert refusal(bench.ask, "POST", "leverage", symbol="BTCUSDT", leverage=1) == -2028
    assert refusal(bench.ask, "POST", "leverage", symbol="BTCUSDT", leverage=126) == -4028
    assert bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=125)["leverage"] == 125
    assert bench.events("ACCOUNT_CONFIG_UPDATE")[-1]["ac"] == {"s": "BTCUSDT", "l": 125}


def test_orders_on_both_sides_need_margin_for_the_larger_side_alone(bench):
    price = bench.price("0.98")
    bench.limit("BUY", "0.1", price)
    one = Decimal(bench.ask("GET", "/fapi/v2/account")["totalOpenOrderInitialMargin"])
    bench.limit("SELL", "0.05", bench.price("1.02"))
    assert Decimal(bench.ask("GET", "/fapi/v2/account")["totalOpenOrderInitialMargin"]) == one
    assert one == Decimal(price) * Decimal("0.1") / 20


def test_a_post_only_order_that_would_take_is_refused_and_one_that_waits_is_the_maker(bench):
    assert refusal(bench.limit, "BUY", "0.01", bench.price("1.01"), timeInForce="GTX") == -5022
    order = bench.limit("BUY", "0.01", bench.price("0.999"), timeInForce="GTX")
    assert (order["status"], order["timeInForce"], order["type"]) == ("NEW", "GTX", "LIMIT")
    bench.move("0.995")
    told = bench.ask("GET", "order", symbol="BTCUSDT", orderId=order["orderId"])
    assert told["status"] == "FILLED"
    (trade,) = bench.ask("GET", "userTrades", symbol="BTCUSDT")[:1]
    assert trade["maker"] is True
    assert Decimal(trade["commission"]) == Decimal(trade["quoteQty"]) * Decimal("0.0002")


def test_fill_or_kill_and_immediate_orders_never_wait(bench):
    far = bench.price("0.97")
    assert bench.limit("BUY", "0.01", far, timeInForce="IOC")["status"] == "EXPIRED"
    assert bench.limit("BUY", "0.01", far, timeInForce="FOK")["status"] == "EXPIRED"
    assert bench.ask("GET", "openOrders") == []


def test_a_good_till_date_order_ends_at_its_time(bench):
    till = bench.market.now + 601_000
    order = bench.limit("BUY", "0.01", bench.price("0.96"), timeInForce="GTD", goodTillDate=till)
    assert order["goodTillDate"] == till // 1000 * 1000
    bench.advance(590_000, step=10_000)
    assert len(bench.ask("GET", "openOrders")) == 1
    bench.advance(12_000, step=1000)
    assert bench.ask("GET", "order", symbol="BTCUSDT", orderId=order["orderId"])["status"] == "EXPIRED"


def test_a_reduce_only_order_never_waits_for_more_than_there_is(bench):
    bench.order("BUY", "0.03")
    order = bench.limit("SELL", "0.05", bench.price("1.03"), reduceOnly="true")
    assert order["origQty"] == "0.030"
    bench.order("SELL", "0.02")
    (row,) = bench.ask("GET", "openOrders", symbol="BTCUSDT")
    assert row["origQty"] == "0.010"
    bench.order("SELL", "0.01")
    assert bench.ask("GET", "openOrders") == []
    assert bench.ask("GET", "order", symbol="BTCUSDT", orderId=order["orderId"])["status"] == "EXPIRED"


def test_a_modified_order_has_its_new_price_and_its_old_number(bench):
    order = bench.limit("BUY", "0.01", bench.price("0.97"))
    price = bench.price("0.98")
    asked = {"symbol": "BTCUSDT", "side": "BUY", "orderId": order["orderId"]}
    told = bench.ask("PUT", "order", **asked, quantity="0.02", price=price)
    assert (told["orderId"], told["price"], told["origQty"]) == (order["orderId"], price, "0.020")
    assert refusal(bench.ask, "PUT", "order", **asked, quantity="0.02", price=price) == -5027
    assert refusal(bench.ask, "PUT", "order", **asked, quantity="5", price=price) == -2019
    assert bench.ask("GET", "openOrders")[0]["origQty"] == "0.020"


def test_one_refused_order_of_a_batch_does_not_keep_the_others(bench):
    price = bench.price("0.97")
    good = f'{{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.01","price":"{price}"}}'
    bad = good.replace('"0.01"', '"0"')
    rows = bench.ask("POST", "batchOrders", batchOrders=f"[{good},{bad},{good}]")
    assert [row.get("code") for row in rows] == [None, -4003, None]
    numbers = [rows[0]["orderId"], 99, rows[2]["orderId"]]
    gone = bench.ask("DELETE", "batchOrders", symbol="BTCUSDT", orderIdList=str(numbers))
    assert [row.get("status", row.get("code")) for row in gone] == ["CANCELED", -2011, "CANCELED"]


def test_a_countdown_cancels_what_nobody_puts_off(bench):
    bench.limit("BUY", "0.01", bench.price("0.97"))
    bench.ask("POST", "countdownCancelAll", symbol="BTCUSDT", countdownTime=5000)
    bench.advance(4000)
    bench.ask("POST", "countdownCancelAll", symbol="BTCUSDT", countdownTime=5000)
    bench.advance(4000)
    assert len(bench.ask("GET", "openOrders")) == 1
    bench.advance(2000)
    assert bench.ask("GET", "openOrders") == []


def test_the_order_that_two_users_make_together_is_one_trade_with_two_halves(bench):
    (best,) = bench.trading().market.book_ticker(["BTCUSDT"])
    bench.limit("BUY", "0.05", best["bidPrice"], by="bob")
    bench.limit("SELL", Decimal(best["bidQty"]) + Decimal("0.05"), best["bidPrice"], timeInForce="IOC")
    mine = {row["id"] for row in bench.ask("GET", "userTrades", symbol="BTCUSDT")}
    his = {row["id"] for row in bench.ask("GET", "userTrades", "bob", symbol="BTCUSDT")}
    assert mine and his and bench.conserved()


# -- conditional orders ----------------------------------------------------------------------------------------


def test_a_stop_waits_for_its_price_then_becomes_an_order_and_tells_each_step(bench):
    bench.order("BUY", "0.05")
    algo = bench.algo("SELL", "STOP_MARKET", quantity="0.05", triggerPrice=bench.price("0.98"))
    bench.advance(500)
    assert bench.ask("GET", "openAlgoOrders")[0]["algoStatus"] == "NEW"
    bench.move("0.97")
    told = bench.ask("GET", "algoOrder", algoId=algo["algoId"])
    assert told["algoStatus"] == "FINISHED"
    order = bench.ask("GET", "order", symbol="BTCUSDT", orderId=told["actualOrderId"])
    assert (order["status"], order["origType"]) == ("FILLED", "STOP_MARKET")
    steps = [event["o"]["X"] for event in bench.events("ALGO_UPDATE")]
    assert steps == ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]
    assert bench.position()["positionAmt"] == "0.000"


@pytest.mark.parametrize(
    ("side", "kind", "factor", "code"),
    [
        ("SELL", "STOP_MARKET", "1.01", -2021),
        ("BUY", "STOP_MARKET", "0.99", -2021),
        ("SELL", "TAKE_PROFIT_MARKET", "0.99", -2021),
        ("BUY", "TAKE_PROFIT_MARKET", "1.01", -2021),
        ("SELL", "STOP_MARKET", "0.99", None),
        ("BUY", "TAKE_PROFIT_MARKET", "0.99", None),
    ],
)
def test_a_trigger_on_the_wrong_side_of_the_price_is_refused(bench, side, kind, factor, code):
    asked = {"quantity": "0.01", "triggerPrice": bench.price(factor)}
    if code is None:
        assert bench.algo(side, kind, **asked)["algoStatus"] == "NEW"
    else:
        assert refusal(bench.algo, side, kind, **asked) == code


def test_a_stop_on_the_mark_price_does_not_look_at_trades(bench):
    bench.order("BUY", "0.05")
    bench.algo(
        "SELL", "STOP_MARKET", quantity="0.05", triggerPrice=bench.price("0.98"), workingType="MARK_PRICE"
    )
    bench.move("0.97")
    assert bench.position()["positionAmt"] == "0.000"


def test_closing_all_takes_the_position_as_it_is_then(bench):
    bench.order("BUY", "0.02")
    bench.algo("SELL", "TAKE_PROFIT_MARKET", triggerPrice=bench.price("1.01"), closePosition="true")
    bench.order("BUY", "0.03")
    bench.move("1.02")
    assert bench.position()["positionAmt"] == "0.000"
    asked = {"triggerPrice": bench.price("1.01"), "closePosition": "true"}
    assert refusal(bench.algo, "SELL", "TAKE_PROFIT_MARKET", quantity="0.1", **asked) == -4138
    assert refusal(bench.algo, "SELL", "STOP", price=bench.price(), **asked) == -4136


def test_closing_all_of_nothing_expires(bench):
    bench.algo("SELL", "STOP_MARKET", triggerPrice=bench.price("0.99"), closePosition="true")
    bench.move("0.98")
    assert bench.events("ALGO_UPDATE")[-1]["o"]["X"] == "EXPIRED"
    assert bench.position()["positionAmt"] == "0.000"


def test_a_stop_for_which_there_is_no_margin_then_is_rejected_with_the_reason(bench):
    bench.algo("BUY", "STOP_MARKET", quantity="30", triggerPrice=bench.price("1.01"))
    bench.move("1.02")
    last = bench.events("ALGO_UPDATE")[-1]["o"]
    assert (last["X"], last["rm"]) == ("REJECTED", "Margin is insufficient.")


def test_a_trailing_stop_follows_the_best_price_and_sells_when_it_turns_back(bench):
    bench.order("BUY", "0.05")
    algo = bench.algo("SELL", "TRAILING_STOP_MARKET", quantity="0.05", callbackRate="1")
    bench.move("1.03")
    bench.move("0.996")
    assert bench.position()["positionAmt"] == "0.050"
    bench.move("0.985")
    assert bench.position()["positionAmt"] == "0.000"
    assert bench.ask("GET", "algoOrder", algoId=algo["algoId"])["callbackRate"] == "1.0"


def test_a_trailing_stop_with_an_activation_price_sleeps_until_then(bench):
    bench.order("BUY", "0.05")
    bench.algo(
        "SELL", "TRAILING_STOP_MARKET", quantity="0.05", callbackRate="0.5", activatePrice=bench.price("1.02")
    )
    bench.move("0.98")
    assert bench.position()["positionAmt"] == "0.050"
    bench.move("1.05")
    bench.move("0.99")
    assert bench.position()["positionAmt"] == "0.000"


def test_a_stop_limit_becomes_a_limit_order_that_waits(bench):
    bench.order("BUY", "0.05")
    high = bench.price("0.995")
    algo = bench.algo("SELL", "STOP", quantity="0.05", price=high, triggerPrice=bench.price("0.99"))
    bench.move("0.985")
    (row,) = bench.ask("GET", "openOrders")
    assert (row["price"], row["type"], row["origType"]) == (high, "LIMIT", "STOP")
    assert bench.ask("GET", "algoOrder", algoId=algo["algoId"])["algoStatus"] == "TRIGGERED"
    bench.ask("DELETE", "order", symbol="BTCUSDT", orderId=row["orderId"])
    bench.advance(200)
    assert bench.ask("GET", "algoOrder", algoId=algo["algoId"])["algoStatus"] == "FINISHED"


def test_canceling_conditional_orders(bench):
    low = bench.price("0.9")
    one = bench.algo("SELL", "STOP_MARKET", quantity="0.05", triggerPrice=low, clientAlgoId="one")
    assert (
        refusal(bench.algo, "SELL", "STOP_MARKET", quantity="0.05", triggerPrice=low, clientAlgoId="one")
        == -4116
    )
    bench.algo("SELL", "STOP_MARKET", quantity="0.05", triggerPrice=low)
    assert bench.ask("DELETE", "algoOrder", clientAlgoId="one")["algoId"] == one["algoId"]
    assert refusal(bench.ask, "DELETE", "algoOrder", clientAlgoId="one") == -2011
    assert bench.ask("DELETE", "algoOpenOrders", symbol="BTCUSDT")["code"] == 200
    assert bench.ask("GET", "openAlgoOrders") == []
    statuses = [row["algoStatus"] for row in bench.ask("GET", "allAlgoOrders", symbol="BTCUSDT")]
    assert statuses == ["CANCELED", "CANCELED"]


# -- isolated margin ------------------------------------------------------------------------------------------


def test_an_isolated_position_has_its_own_margin_which_can_be_changed(bench):
    bench.ask("POST", "marginType", symbol="BTCUSDT", marginType="ISOLATED")
    assert refusal(bench.ask, "POST", "marginType", symbol="BTCUSDT", marginType="ISOLATED") == -4046
    bench.order("BUY", "0.1")
    row = bench.position()
    cost = Decimal(row["entryPrice"]) * Decimal("0.1")
    assert abs(Decimal(row["isolatedWallet"]) - cost / 20) < Decimal("0.01")
    before = Decimal(row["liquidationPrice"])
    bench.ask("POST", "positionMargin", symbol="BTCUSDT", amount="100", type="1")
    assert Decimal(bench.position()["liquidationPrice"]) < before
    assert refusal(bench.ask, "POST", "positionMargin", symbol="BTCUSDT", amount="5000", type="2") == -4051
    assert refusal(bench.ask, "POST", "positionMargin", symbol="BTCUSDT", amount="50000", type="1") == -4050
    assert refusal(bench.ask, "POST", "marginType", symbol="BTCUSDT", marginType="CROSSED") == -4048
    (change,) = bench.ask("GET", "positionMargin/history", symbol="BTCUSDT")
    assert (change["amount"], change["type"]) == ("100.00000000", 1)
    bench.order("SELL", "0.1")
    assert bench.position()["isolatedWallet"] == "0.00000000" and bench.conserved()


def test_half_of_an_isolated_position_frees_half_of_its_margin(bench):
    bench.ask("POST", "marginType", symbol="BTCUSDT", marginType="ISOLATED")
    bench.order("BUY", "0.1")
    before = Decimal(bench.position()["isolatedWallet"])
    bench.order("SELL", "0.05")
    assert abs(Decimal(bench.position()["isolatedWallet"]) - before / 2) < Decimal("0.5")


# -- liquidation ------------------------------------------------------------------------------------------------


def test_a_position_that_its_margin_no_longer_bears_is_closed_and_nobody_is_left_below_zero(bench):
    bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=50)
    bench.order("BUY", "8")
    bench.limit("BUY", "0.1", bench.price("0.96"))
    limit = Decimal(bench.position()["liquidationPrice"])
    assert 0 < limit < bench.mark()
    bench.move(limit / bench.mark() * Decimal("0.9995"))
    bench.advance(1000)
    assert bench.position()["positionAmt"] == "0.000"
    assert bench.ask("GET", "openOrders") == []
    assert bench.wallet() >= 0 and bench.conserved()
    forced = bench.ask("GET", "forceOrders")
    assert forced and all(row["clientOrderId"].startswith("autoclose-") for row in forced)
    kinds = {event["o"]["o"] for event in bench.events("ORDER_TRADE_UPDATE")}
    assert "LIQUIDATION" in kinds
    assert bench.ask("GET", "income", incomeType="INSURANCE_CLEAR")


def test_a_crash_through_all_margin_is_paid_by_the_insurance_and_is_on_record(bench):
    bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=50)
    bench.order("BUY", "8")
    bench.move("0.9")
    bench.advance(1000)
    assert bench.wallet() == 0 and bench.conserved()
    income = bench.ask("GET", "income", incomeType="INSURANCE_CLEAR")
    assert sum(Decimal(row["income"]) for row in income) > 0
    assert bench.trading().ledger.insurance["USDT"] < 0


def test_an_isolated_liquidation_costs_no_more_than_the_position_s_own_margin(bench):
    bench.ask("POST", "marginType", symbol="BTCUSDT", marginType="ISOLATED")
    bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=50)
    bench.order("BUY", "1")
    row = bench.position()
    free = bench.wallet() - Decimal(row["isolatedWallet"])
    bench.move("0.9")
    bench.advance(1000)
    assert bench.position()["positionAmt"] == "0.000"
    assert bench.wallet() >= free and bench.conserved()


def test_the_liquidation_price_is_where_it_happens(bench):
    bench.ask("POST", "leverage", symbol="BTCUSDT", leverage=50)
    bench.order("SELL", "5")
    limit = Decimal(bench.position()["liquidationPrice"])
    near = limit / bench.mark()
    bench.move((near - 1) * Decimal("0.97") + 1)
    assert bench.position()["positionAmt"] == "-5.000"
    bench.move(limit / bench.mark() * Decimal("1.001"))
    bench.advance(500)
    assert bench.position()["positionAmt"] == "0.000"


# -- funding ----------------------------------------------------------------------------------------------------


def test_funding_is_paid_at_its_time_by_the_rate_and_the_mark_price():
    due = next_funding(1_723_161_254_321)
    bench = Bench(start=due - 5000)
    bench.order("BUY", "0.5")
    bench.order("SELL", "0.5", by="bob")
    rate = Decimal(bench.trading().market.funding_rate("BTCUSDT", due)).scaleb(-8)
    before, his = bench.wallet(), bench.wallet("bob")
    bench.advance(6000)
    (row,) = bench.ask("GET", "income", incomeType="FUNDING_FEE")
    paid = -Decimal(row["income"])
    assert abs(paid - bench.mark() * Decimal("0.5") * rate) < Decimal("0.05") and paid
    assert bench.wallet() == before - paid and bench.wallet("bob") == his + paid
    assert row["time"] == due
    assert bench.events("ACCOUNT_UPDATE")[-1]["a"]["m"] == "FUNDING_FEE"
    bench.advance(3000)
    assert len(bench.ask("GET", "income", incomeType="FUNDING_FEE")) == 1


def test_the_rates_of_the_past_are_those_that_were_told_before(bench):
    market = bench.trading().market
    told = market.premium_index("BTCUSDT")
    bench.market.advance(told["nextFundingTime"] + 1000)
    ((at, rate, _),) = market.fundings("BTCUSDT", None, None, 1)
    assert at == told["nextFundingTime"] and at % FUNDED_EVERY == 0
    assert Decimal(rate).scaleb(-8) == Decimal(told["lastFundingRate"])


# -- wallets and keys -------------------------------------------------------------------------------------------


def test_assets_move_between_the_wallets_and_margin_in_use_stays():
    bench = Bench(balances={"USDT": "1000", "BTC": "1"})
    user = bench.office.account("ann")
    assert bench.wallet() == 0
    bench.office.wallet.transfer(user, "MAIN_UMFUTURE", "USDT", 600 * 10**8)
    assert bench.wallet() == 600 and user.free("USDT") == 400 * 10**8
    bench.order("BUY", "0.1")
    with pytest.raises(Refusal):
        bench.office.wallet.transfer(user, "UMFUTURE_MAIN", "USDT", 600 * 10**8)
    bench.office.wallet.transfer(user, "UMFUTURE_MAIN", "USDT", 100 * 10**8)
    bench.office.wallet.transfer(user, "MAIN_CMFUTURE", "BTC", 10**8)
    assert bench.wallet(asset="BTC") == 1
    kinds = [row["income"] for row in bench.ask("GET", "income", incomeType="TRANSFER")]
    assert kinds == ["600.00000000", "-100.00000000"]
    with pytest.raises(Refusal):
        bench.office.wallet.transfer(user, "MAIN_UMFUTURE", "ETH", 10**8)
    assert bench.conserved() and not any(bench.office.trading.ledger.sums().values())


def test_a_listen_key_lives_an_hour_from_when_it_was_last_kept(bench):
    heard = []
    key = bench.ask("POST", "listenKey")["listenKey"]
    assert bench.ask("POST", "listenKey")["listenKey"] == key and len(key) == 64
    bench.exchange().keys.find(key).hearers.append(lambda text, event: heard.append((text, event["e"])))
    bench.advance(50 * 60_000, step=60_000)
    bench.ask("PUT", "listenKey")
    bench.advance(50 * 60_000, step=60_000)
    assert heard == []
    bench.order("BUY", "0.01")
    assert (key, "ORDER_TRADE_UPDATE") in heard
    bench.advance(20 * 60_000, step=60_000)
    assert heard[-1] == (key, "listenKeyExpired")
    assert refusal(bench.ask, "PUT", "listenKey") == -1125
    assert bench.ask("POST", "listenKey")["listenKey"] != key


def test_events_of_an_order_tell_its_fills_and_what_the_account_then_has(bench):
    bench.order("BUY", "0.01", newClientOrderId="mine")
    told = [event["o"] for event in bench.events("ORDER_TRADE_UPDATE")]
    assert told[0]["x"] == "NEW" and told[-1]["X"] == "FILLED"
    assert {one["c"] for one in told} == {"mine"} and told[-1]["z"] == "0.010"
    update = bench.events("ACCOUNT_UPDATE")[-1]["a"]
    assert update["m"] == "ORDER" and update["P"][0]["pa"] == "0.010"
    assert Decimal(update["B"][0]["wb"]) == bench.wallet()
    first, last = bench.heard["ann"][0]["e"], bench.heard["ann"][-1]["e"]
    assert (first, last) == ("ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE")


# -- the market -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("margin", "symbol"), [("um", "ETHUSDT"), ("cm", "ETHUSD_PERP")])
def test_a_contract_keeps_near_its_index_and_follows_when_spot_is_moved(bench, margin, symbol):
    market = bench.trading(margin).market
    market.subscribe(f"{symbol.lower()}@trade")
    index = Decimal(market.prices(symbol).index())
    assert abs(market.mark(symbol) / index - 1) < Decimal("0.003")
    bench.move("1.1", "ETHUSDT", 2000)
    assert abs(market.mark(symbol) / Decimal(market.prices(symbol).index()) - 1) < Decimal("0.004")
    assert abs(Decimal(market.prices(symbol).index()) / index - Decimal("1.1")) < Decimal("0.01")


def test_coarse_candles_equal_the_sum_of_fine_ones(bench):
    market = bench.trading().market
    start = bench.market.now // 86_400_000 * 86_400_000 - 86_400_000
    (day,) = market.klines("ETHUSDT", "1d", start, start + 1)
    hours = market.klines("ETHUSDT", "1h", start, start + 86_400_000 - 1)
    assert len(hours) == 24
    assert sum(Decimal(row[5]) for row in hours) == Decimal(day[5])
    assert sum(row[8] for row in hours) == day[8]
    assert (hours[0][1], hours[-1][4]) == (day[1], day[4])


def test_a_book_built_from_the_stream_equals_the_book_that_is_asked_for(bench):
    market = bench.trading().market
    market.subscribe("btcusdt@depth@100ms")
    snapshot = market.depth("BTCUSDT", 1000)
    sides = {side: dict(snapshot[side]) for side in ("bids", "asks")}
    before, now, updates = None, snapshot, 0
    while updates < 40 or now["lastUpdateId"] != before:
        for _, update in [one for one in bench.advance(100) if one[0] == "btcusdt@depth@100ms"]:
            assert before is None or update["pu"] == before
            before, updates = update["u"], updates + 1
            for side, rows in (("bids", update["b"]), ("asks", update["a"])):
                for price, qty in rows:
                    sides[side][price] = qty
                    if not Decimal(qty):
                        del sides[side][price]
        now = market.depth("BTCUSDT", 1000)
    for side in ("bids", "asks"):
        assert [list(row) for row in now[side][:50]] == sorted(
            ([price, qty] for price, qty in sides[side].items()),
            key=lambda row: Decimal(row[0]), reverse=side == "bids",
        )[:50]  # fmt: skip
