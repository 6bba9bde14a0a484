"""Every error that an order or a call about one can meet, through REST and through the WebSocket API alike."""

import time

import pytest

from binance_legacy.exchange import Exchange, refusals

from .trader import trading

ORDER = {"symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1"}
MISSING = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."
NUMBER = "^[0-9]{1,20}$"
AMOUNT = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
NAME = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances={"USDT": "1000000", "ETH": "1000", "BNB": "1000"}) as running:
        running.register("k" * 64, "s" * 64, account="trader")
        yield running


@pytest.fixture(scope="module")
def trader(exchange):
    with trading(exchange) as one:
        yield one


@pytest.fixture(params=["rest", "ws"])
def ask(request, trader):
    """Place a call through one of the doors."""
    return getattr(trader, request.param)


def refused(answer):
    status, error = answer
    return error["code"], error["msg"], status


def order(**changes):
    return {**ORDER, "price": "1000", **changes}


def bare(kind, **changes):
    return {"symbol": "ETHUSDT", "side": "BUY", "type": kind, **changes}


ILLEGAL = "Illegal characters found in parameter '{}'; legal range is '{}'."
UNWANTED = "Parameter '{}' sent when not required."
INVALID = "Data sent for parameter '{}' is not valid."
BOTH = "Param '{}' or '{}' must be sent, but both were empty/null!"
COMBINATION = "Combination of optional parameters invalid."

PARAMETERS = [
    ("order.place", order(price="1e3"), -1100, ILLEGAL.format("price", AMOUNT)),
    ("order.place", order(newClientOrderId="no blanks"), -1100, ILLEGAL.format("newClientOrderId", NAME)),
    ("order.cancel", {"symbol": "ETHUSDT", "orderId": "one"}, -1100, ILLEGAL.format("orderId", NUMBER)),
    ("order.place", {**ORDER, "price": None}, -1102, MISSING.format("price")),
    ("order.place", order(side=None), -1102, MISSING.format("side")),
    ("order.place", order(timeInForce=None), -1102, MISSING.format("timeInForce")),
    ("order.place", bare("MARKET"), -1102, BOTH.format("quantity", "quoteOrderQty")),
    ("order.place", bare("STOP_LOSS", quantity="1"), -1102, BOTH.format("stopPrice", "trailingDelta")),
    ("order.status", {"symbol": "ETHUSDT"}, -1102, BOTH.format("origClientOrderId", "orderId")),
    ("order.cancel", {"symbol": "ETHUSDT"}, -1102, BOTH.format("origClientOrderId", "orderId")),
    ("orderList.status", {}, -1102, BOTH.format("origClientOrderId", "orderListId")),
    ("order.place", order(side=""), -1105, "Parameter 'side' was empty."),
    ("order.place", order(stopPrice="900"), -1106, UNWANTED.format("stopPrice")),
    ("order.place", bare("MARKET", quantity="1", price="1000"), -1106, UNWANTED.format("price")),
    ("order.place", bare("MARKET", quantity="1", timeInForce="GTC"), -1106, UNWANTED.format("timeInForce")),
    ("order.place", order(strategyId=2**63), -1108, "Parameter 'strategyId' overflowed."),
    ("order.status", {"symbol": "ETHUSDT", "orderId": 2**63}, -1108, "Parameter 'orderId' overflowed."),
    ("orderList.place.oco", {
        "symbol": "ETHUSDT", "side": "SELL", "quantity": "0.1", "aboveType": "LIMIT_MAKER", "abovePrice": "9000",
        "belowType": "STOP_LOSS_LIMIT", "belowPrice": "90", "belowStopPrice": "100", "belowTimeInForce": "IOC",
        "belowIcebergQty": "0.05",
    }, -1160,
     "Parameter 'belowIcebergQty' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC."),
    ("order.place", order(quantity="0.000000001"), -1111, "Parameter 'quantity' has too much precision."),
    ("order.place", order(timeInForce="GTX"), -1115, "Invalid timeInForce."),
    ("order.place", order(type="OCO"), -1116, "Invalid orderType."),
    ("order.place", order(side="LONG"), -1117, "Invalid side."),
    ("order.place", order(symbol="NOSUCH"), -1121, "Invalid symbol."),
    ("allOrders", {"symbol": "ETHUSDT", "startTime": 1, "endTime": 86_400_002}, -1127,
     "More than 24 hours between startTime and endTime."),
    ("myTrades", {"symbol": "ETHUSDT", "fromId": 1, "startTime": 1}, -1128, COMBINATION),
    ("allOrderLists", {"fromId": 1, "startTime": 1}, -1128, COMBINATION),
    ("order.place", order(selfTradePreventionMode="MAYBE"), -1130, INVALID.format("selfTradePreventionMode")),
    ("order.cancelReplace", order(cancelReplaceMode="MAYBE", cancelOrderId=1), -1130,
     INVALID.format("cancelReplaceMode")),
    ("order.place", order(strategyType=999_999), -1134, "`strategyType` was less than 1000000."),
    ("order.place", bare("STOP_LOSS", quantity="0.1", trailingDelta=0), -1013, "Filter failure: TRAILING_DELTA"),
    ("order.place", bare("MARKET", quoteOrderQty="0.00000001"), -1013, "Filter failure: NOTIONAL"),
    ("order.place", order(newOrderRespType="SOME"), -1136, "Invalid newOrderRespType"),
    ("order.cancel", {"symbol": "ETHUSDT", "orderId": 1, "cancelRestrictions": "NEVER"}, -1145,
     "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`."),
    ("order.place", order(icebergQty="0.05", timeInForce="IOC"), -1014, "Unsupported order combination."),
    ("order.place", order(quantity="0"), -1013, "Invalid quantity."),
    ("order.place", order(price="0"), -1013, "Invalid price."),
    ("order.place", bare("STOP_LOSS", quantity="1", stopPrice="0"), -1013, "Invalid stop price."),
    ("order.place", bare("MARKET", quoteOrderQty="0"), -1013, "Invalid quote order qty."),
    ("order.place", order(selfTradePreventionMode="NONE"), -1013,
     "This symbol does not allow the specified self-trade prevention mode."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "code", "message"), PARAMETERS)
def test_a_call_that_cannot_be_meant_is_refused_in_binances_words(ask, name, params, code, message):
    assert refused(ask(name, **params)) == (code, message, 400)


def test_a_parameter_that_no_call_has_is_counted(ask, trader):
    words = "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."
    if ask == trader.ws:
        words = words.replace("'8'", "'9'").replace("'9'.", "'10'.")
    assert refused(ask("order.place", **order(colour="red"))) == (-1104, words, 400)


# -- what the market and the account do not allow -----------------------------------------------------------


def test_an_order_that_its_account_cannot_pay_is_refused(ask, trader):
    asked = order(quantity="1000", price=trader.price("ETHUSDT", 0.99))
    words = "Account has insufficient balance for requested action."
    assert refused(ask("order.place", **asked)) == (-2010, words, 400)


def test_an_order_whose_price_has_already_come_is_refused(ask, trader):
    asked = bare("STOP_LOSS", quantity="0.1", stopPrice=trader.price("ETHUSDT", 0.99))
    assert refused(ask("order.place", **asked)) == (-2010, "Order would trigger immediately.", 400)


def test_a_limit_maker_that_would_take_is_refused(ask, trader):
    asked = bare("LIMIT_MAKER", quantity="0.1", price=trader.price("ETHUSDT", 1.01))
    assert refused(ask("order.place", **asked)) == (-2010, "Order would immediately match and take.", 400)


def test_an_iceberg_larger_than_its_order_is_refused(ask, trader):
    asked = order(icebergQty="0.2", price=trader.price("ETHUSDT", 0.99))
    assert refused(ask("order.place", **asked)) == (-2010, "IcebergQty exceeds QTY.", 400)


def test_a_halted_symbol_takes_no_orders_until_it_is_resumed(ask, trader, exchange):
    asked = order(symbol="LTCUSDT", quantity="1", price=trader.price("LTCUSDT", 0.9))
    exchange.halt("LTCUSDT")
    try:
        assert trader.info("LTCUSDT")["status"] == "BREAK"
        assert refused(ask("order.place", **asked)) == (-2010, "Market is closed.", 400)
    finally:
        exchange.resume("LTCUSDT")
    assert ask("order.place", **asked)[0] == 200


def test_a_name_in_use_is_refused_until_its_order_is_gone(ask, trader):
    asked = order(price=trader.price("ETHUSDT", 0.9), newClientOrderId="mine")
    assert ask("order.place", **asked)[0] == 200
    assert refused(ask("order.place", **asked)) == (-2010, "Duplicate order sent.", 400)
    assert ask("order.cancel", symbol="ETHUSDT", origClientOrderId="mine")[0] == 200
    assert ask("order.place", **asked)[0] == 200
    assert ask("openOrders.cancelAll", symbol="ETHUSDT")[0] == 200


def test_the_prices_of_a_pair_must_lie_around_the_last_one(ask, trader):
    pair = {
        "symbol": "ETHUSDT", "side": "SELL", "quantity": "0.1", "price": trader.price("ETHUSDT", 0.95),
        "stopPrice": trader.price("ETHUSDT", 0.9), "stopLimitPrice": trader.price("ETHUSDT", 0.9),
        "stopLimitTimeInForce": "GTC",
    }  # fmt: skip
    words = "The relationship of the prices for the orders is not correct."
    assert refused(ask("orderList.place", **pair)) == (-2010, words, 400)


PAIRS = [
    ("LIMIT_MAKER", "LIMIT_MAKER", -1168, "At least one OCO order must be contingent."),
    ("MARKET", "STOP_LOSS", -1158, "Order type not supported in OCO."),
]


@pytest.mark.parametrize(("above", "below", "code", "message"), PAIRS)
def test_a_pair_that_is_none_is_refused(ask, trader, above, below, code, message):
    pair = {
        "symbol": "ETHUSDT", "side": "SELL", "quantity": "0.1", "aboveType": above, "belowType": below,
        "belowStopPrice" if below != "LIMIT_MAKER" else "belowPrice": trader.price("ETHUSDT", 0.95),
    }  # fmt: skip
    if above == "LIMIT_MAKER":
        pair["abovePrice"] = trader.price("ETHUSDT", 1.05)
    assert refused(ask("orderList.place.oco", **pair)) == (code, message, 400)


NOT_THERE = [
    ("order.cancel", {"symbol": "ETHUSDT", "orderId": 1}, -2011, "Unknown order sent."),
    ("orderList.cancel", {"symbol": "ETHUSDT", "orderListId": 10**6}, -2011, "Unknown order sent."),
    ("openOrders.cancelAll", {"symbol": "TRXUSDT"}, -2011, "Unknown order sent."),
    ("order.status", {"symbol": "ETHUSDT", "orderId": 1}, -2013, "Order does not exist."),
    ("order.amendments", {"symbol": "ETHUSDT", "orderId": 1}, -2013, "Order does not exist."),
    ("order.amend.keepPriority", {"symbol": "ETHUSDT", "orderId": 1, "newQty": "1"}, -2013,
     "Order does not exist."),
    ("orderList.status", {"orderListId": 10**6}, -2018, "Order list does not exist."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "code", "message"), NOT_THERE)
def test_what_is_not_there_is_told_so(ask, name, params, code, message):
    assert refused(ask(name, **params)) == (code, message, 400)


def test_an_order_that_is_named_twice_must_have_both_names(ask, trader):
    _, placed = ask("order.place", **order(price=trader.price("ETHUSDT", 0.9)))
    asked = {"symbol": "ETHUSDT", "orderId": placed["orderId"], "origClientOrderId": "another"}
    words = "Client order ID is not correct for this order ID."
    assert refused(ask("order.status", **asked)) == (-2039, words, 400)
    assert refused(ask("order.amend.keepPriority", **asked, newQty="0.05")) == (-2039, words, 400)
    assert refused(ask("order.cancel", **asked)) == (-2039, words, 400)
    assert ask("order.cancel", **{**asked, "origClientOrderId": placed["clientOrderId"]})[0] == 200


def test_a_list_that_is_named_twice_must_have_both_names(ask, trader):
    asked = {
        "symbol": "ETHUSDT", "side": "SELL", "quantity": "0.1", "price": trader.price("ETHUSDT", 1.1),
        "stopPrice": trader.price("ETHUSDT", 0.9), "stopLimitPrice": trader.price("ETHUSDT", 0.89),
        "stopLimitTimeInForce": "GTC",
    }  # fmt: skip
    _, placed = ask("orderList.place", **asked)
    number, name = placed["orderListId"], placed["listClientOrderId"]
    wrong = ask("orderList.cancel", symbol="ETHUSDT", orderListId=number, listClientOrderId="another")
    assert refused(wrong)[0] == -2011
    assert refused(ask("orderList.status", orderListId=number, origClientOrderId="another"))[0] == -2018
    assert ask("orderList.status", orderListId=number, origClientOrderId=name)[0] == 200
    assert ask("orderList.cancel", symbol="ETHUSDT", orderListId=number, listClientOrderId=name)[0] == 200


def test_a_cancelation_meant_for_another_state_is_refused(ask, trader):
    _, placed = ask("order.place", **order(price=trader.price("ETHUSDT", 0.9)))
    asked = {"symbol": "ETHUSDT", "orderId": placed["orderId"]}
    words = "Order was not canceled due to cancel restrictions."
    answer = ask("order.cancel", **asked, cancelRestrictions="ONLY_PARTIALLY_FILLED")
    assert refused(answer) == (-2011, words, 400)
    wrong = ask("order.cancel", **asked, origClientOrderId="another")
    assert refused(wrong) == (-2039, "Client order ID is not correct for this order ID.", 400)
    assert ask("order.cancel", **asked, cancelRestrictions="ONLY_NEW")[0] == 200


def test_an_amendment_only_makes_an_order_smaller(ask, trader):
    _, placed = ask("order.place", **order(price=trader.price("ETHUSDT", 0.9)))
    asked = {"symbol": "ETHUSDT", "orderId": placed["orderId"]}
    same = refused(ask("order.amend.keepPriority", **asked, newQty="0.1"))
    assert same == (-2038, "The requested action would change no state; rejecting.", 400)
    more = refused(ask("order.amend.keepPriority", **asked, newQty="0.2"))
    assert more == (-2038, "Order amend (quantity increase) is not supported.", 400)
    assert ask("order.amend.keepPriority", **asked, newQty="0.05")[0] == 200
    assert ask("order.cancel", **asked)[0] == 200


def test_a_replacement_tells_which_half_failed(ask, trader):
    good = {**order(price=trader.price("ETHUSDT", 0.9)), "cancelOrderId": 1}
    status, error = ask("order.cancelReplace", **good, cancelReplaceMode="STOP_ON_FAILURE")
    assert (status, error["code"], error["msg"]) == (400, -2022, "Order cancel-replace failed.")
    assert error["data"]["cancelResult"] == "FAILURE" and error["data"]["newOrderResult"] == "NOT_ATTEMPTED"
    status, error = ask("order.cancelReplace", **good, cancelReplaceMode="ALLOW_FAILURE")
    assert (status, error["code"], error["msg"]) == (409, -2021, "Order cancel-replace partially failed.")
    assert error["data"]["cancelResponse"] == {"code": -2011, "msg": "Unknown order sent."}
    assert error["data"]["newOrderResponse"]["status"] == "NEW"
    assert ask("openOrders.cancelAll", symbol="ETHUSDT")[0] == 200


@pytest.mark.parametrize("halted", [False, True])
def test_what_the_market_refuses_of_a_replacement_is_found_after_the_cancelation(
    ask, trader, exchange, halted
):
    price = trader.price("LTCUSDT", 0.9)
    asked = {**order(symbol="LTCUSDT", quantity="1", price=price), "cancelReplaceMode": "STOP_ON_FAILURE"}
    _, old = ask("order.place", **order(symbol="LTCUSDT", quantity="1", price=price))
    ask("order.place", **order(symbol="LTCUSDT", quantity="1", price=price, newClientOrderId="stays"))
    if halted:
        exchange.halt("LTCUSDT")
    status, error = ask(
        "order.cancelReplace", **asked, cancelOrderId=old["orderId"], newClientOrderId="stays"
    )
    exchange.resume("LTCUSDT")
    assert (status, error["code"], error["data"]["cancelResult"]) == (409, -2021, "SUCCESS")
    words = "Market is closed." if halted else "Duplicate order sent."
    assert error["data"]["newOrderResponse"] == {"code": -2010, "msg": words}
    assert ask("order.status", symbol="LTCUSDT", orderId=old["orderId"])[1]["status"] == "CANCELED"
    assert ask("openOrders.cancelAll", symbol="LTCUSDT")[0] == 200


def test_an_iceberg_shows_no_more_than_it_has(ask, trader):
    asked = order(quantity="1", icebergQty="0.5", price=trader.price("ETHUSDT", 0.9))
    _, placed = ask("order.place", **asked)
    amended = ask("order.amend.keepPriority", symbol="ETHUSDT", orderId=placed["orderId"], newQty="0.3")
    assert amended[0] == 200
    _, shown = ask("order.cancel", symbol="ETHUSDT", orderId=placed["orderId"])
    assert (shown["origQty"], shown["icebergQty"]) == ("0.30000000", "0.30000000")


# -- filters ------------------------------------------------------------------------------------------------

LIMIT, MARKET = "LIMIT", "MARKET"
STOP = {"type": "TAKE_PROFIT", "timeInForce": None, "price": None}
FILTERS = [
    ({"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "10", "tickSize": "0.01"}, {}),
    ({"filterType": "PERCENT_PRICE", "multiplierUp": "1.01", "multiplierDown": "0.99", "avgPriceMins": 5}, {}),
    ({"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "1.01", "bidMultiplierDown": "0.99",
      "askMultiplierUp": "5", "askMultiplierDown": "0.2", "avgPriceMins": 5}, {}),
    ({"filterType": "LOT_SIZE", "minQty": "5", "maxQty": "9", "stepSize": "0.001"}, {}),
    ({"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "0.5", "stepSize": "0"},
     {"type": "MARKET", "timeInForce": None, "price": None}),
    ({"filterType": "MIN_NOTIONAL", "minNotional": "1000000", "applyToMarket": True, "avgPriceMins": 5}, {}),
    ({"filterType": "NOTIONAL", "minNotional": "1", "applyMinToMarket": True, "maxNotional": "2",
      "applyMaxToMarket": True, "avgPriceMins": 5}, {}),
    ({"filterType": "ICEBERG_PARTS", "limit": 2}, {"icebergQty": "0.1"}),
    ({"filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 20,
      "minTrailingBelowDelta": 10, "maxTrailingBelowDelta": 20},
     {"type": "STOP_LOSS", "timeInForce": None, "price": None, "trailingDelta": 50}),
    ({"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 0}, {}),
    ({"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 0}, {**STOP, "trailingDelta": 50}),
    ({"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": 0}, {"icebergQty": "0.5"}),
    ({"filterType": "MAX_POSITION", "maxPosition": "0.5"}, {}),
]  # fmt: skip
SYMBOLS = (
    "BCHUSDT", "LTCUSDT", "EOSUSDT", "XMRUSDT", "DASHUSDT", "ZECUSDT", "NEOUSDT", "QTUMUSDT", "BTCUSDT", "ETCUSDT",
    "ATOMUSDT", "MKRUSDT", "COMPUSDT",
)  # fmt: skip


@pytest.mark.parametrize(
    ("index", "row", "changes"),
    [(index, *each) for index, each in enumerate(FILTERS)],
    ids=[row["filterType"] for row, _ in FILTERS],
)
def test_an_order_that_breaks_a_filter_is_refused_by_its_name(ask, trader, exchange, index, row, changes):
    symbol = SYMBOLS[index]
    exchange.set_filters(symbol, row)
    asked = {**order(symbol=symbol, quantity="1", price=trader.price(symbol, 0.9)), **changes}
    assert refused(ask("order.place", **asked)) == (-1013, f"Filter failure: {row['filterType']}", 400)
    assert row in trader.info(symbol)["filters"]


def test_lists_of_orders_have_filters_too(ask, trader, exchange):
    exchange.set_filters("SOLUSDT", {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 0})
    price = trader.price("SOLUSDT", 0.9)
    asked = {
        "symbol": "SOLUSDT", "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": price,
        "workingQuantity": "1", "workingTimeInForce": "GTC", "pendingType": "MARKET", "pendingSide": "SELL",
        "pendingQuantity": "1",
    }  # fmt: skip
    answer = refused(ask("orderList.place.oto", **asked))
    assert answer == (-1013, "Filter failure: MAX_NUM_ORDER_LISTS", 400)


EXCHANGE_FILTERS = [
    ({"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": 0}, {}),
    ({"filterType": "EXCHANGE_MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 0}, {**STOP, "trailingDelta": 50}),
    ({"filterType": "EXCHANGE_MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": 0}, {"icebergQty": "0.05"}),
]


@pytest.mark.parametrize(
    ("row", "changes"), EXCHANGE_FILTERS, ids=[r["filterType"] for r, _ in EXCHANGE_FILTERS]
)
def test_the_exchange_has_filters_of_its_own(ask, trader, exchange, row, changes):
    asked = {**order(price=trader.price("ETHUSDT", 0.9)), **changes}
    exchange.set_exchange_filters(row)
    try:
        answer = refused(ask("order.place", **asked))
        shown = trader.get("exchangeInfo", symbol="ETHUSDT")["exchangeFilters"]
    finally:
        exchange.set_exchange_filters()
    assert answer == (-1013, f"Filter failure: {row['filterType']}", 400) and shown == [row]


def test_an_asset_may_have_a_filter(ask, trader, exchange):
    row = {"filterType": "MAX_ASSET", "asset": "ETH", "limit": "0.05"}
    asked = order(price=trader.price("ETHUSDT", 0.9))
    exchange.set_asset_filters(row, account="trader")
    try:
        answer = refused(ask("order.place", **asked))
        assert ask("myFilters", symbol="ETHUSDT")[1]["assetFilters"] == [row]
    finally:
        exchange.set_asset_filters(account="trader")
    assert answer == (-1013, "Filter failure: MAX_ASSET", 400)


def test_an_order_can_be_amended_only_so_often(ask, trader, exchange):
    exchange.set_filters("DOTUSDT", {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 1})
    _, placed = ask(
        "order.place", **order(symbol="DOTUSDT", quantity="10", price=trader.price("DOTUSDT", 0.9))
    )
    asked = {"symbol": "DOTUSDT", "orderId": placed["orderId"]}
    assert ask("order.amend.keepPriority", **asked, newQty="9")[0] == 200
    answer = refused(ask("order.amend.keepPriority", **asked, newQty="8"))
    assert answer == (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS", 400)


# -- keys, signatures, time ---------------------------------------------------------------------------------


def test_a_key_that_is_none_and_one_that_is_not_known_are_told_apart(trader, exchange):
    for key, code, message in (
        ("", -2014, "API-key format invalid."),
        ("short", -2014, "API-key format invalid."),
        ("x" * 64, -2015, "Invalid API-key, IP, or permissions for action."),
    ):
        with trading(exchange, key) as stranger:
            assert refused(stranger.rest("account.status")) == (code, message, 401)
            assert refused(stranger.ws("account.status")) == (code, message, 401)


def test_a_wrong_signature_is_found_out(exchange):
    with trading(exchange, secret="another") as forger:
        wrong = (-1022, "Signature for this request is not valid.", 400)
        assert refused(forger.rest("account.status")) == wrong
        assert refused(forger.ws("account.status")) == wrong


def test_a_missing_signature_is_told_so(trader):
    now = int(time.time() * 1000)
    missing = (-1102, MISSING.format("signature"), 400)
    assert refused(trader.http("GET", "/api/v3/account", signed=f"timestamp={now}")) == missing
    assert refused(trader.ask("account.status", {"apiKey": trader.key, "timestamp": now})) == missing


TIMES = [
    (-6000, None, -1021, "Timestamp for this request is outside of the recvWindow."),
    (5000, None, -1021, "Timestamp for this request was 1000ms ahead of the server's time."),
    (-50_000, 45_000, -1021, "Timestamp for this request is outside of the recvWindow."),
    (0, 60_001, -1131, "recvWindow must be less than 60000"),
]


@pytest.mark.parametrize(("shift", "window", "code", "message"), TIMES)
def test_a_request_out_of_its_time_is_refused(ask, shift, window, code, message):
    now = int(time.time() * 1000)
    assert refused(ask("account.status", timestamp=now + shift, recvWindow=window)) == (code, message, 400)


@pytest.mark.parametrize(
    ("shift", "window"), [(-4000, None), (500, None), (-40_000, 60_000), (-400, "5000.5")]
)
def test_a_request_within_its_window_passes(ask, shift, window):
    now = int(time.time() * 1000)
    assert ask("account.status", timestamp=now + shift, recvWindow=window)[0] == 200


def test_a_time_may_be_told_in_microseconds(ask):
    assert ask("account.status", timestamp=time.time_ns() // 1000)[0] == 200


def test_without_a_time_nothing_is_signed(ask):
    assert refused(ask("account.status", timestamp=None)) == (-1102, MISSING.format("timestamp"), 400)


# -- limits -------------------------------------------------------------------------------------------------


def test_orders_that_are_not_filled_are_limited_and_counted(exchange):
    exchange.register("o" * 64, "s" * 64)
    with trading(exchange, "o" * 64) as one:
        price = one.price("ETHUSDT", 0.9)
        answers = []
        deadline = time.monotonic() + 30
        while (not answers or answers[-1][0] == 200) and time.monotonic() < deadline:
            answers.append(one.ws("order.place", **order(price=price, quantity="0.01")))
            answers[-1][0] == 200 and one.ws(
                "order.cancel", symbol="ETHUSDT", orderId=answers[-1][1]["orderId"]
            )
        error = answers[-1][1]
        assert (error["code"], answers[-1][0]) == (-1015, 429)
        assert error["msg"] == "Too many new orders; current limit is 100 orders per 10 SECOND."
        assert 0 < error["data"]["retryAfter"] - error["data"]["serverTime"] <= 10_000
        assert [(row["interval"], row["limit"]) for row in one.answer["rateLimits"]][:1] == [("SECOND", 100)]
        status, _ = one.rest("order.place", **order(price=price, quantity="0.01"))
        assert status in (200, 429) and int(one.headers["X-MBX-ORDER-COUNT-1D"]) >= 100


def test_every_refusal_that_can_be_met_has_a_code_below_zero():
    made = [
        make() for name, make in vars(refusals).items()
        if callable(make) and name[0] != "_" and not isinstance(make, type)
        and not getattr(make, "__code__", test_a_pair_that_is_none_is_refused.__code__).co_argcount
    ]  # fmt: skip
    assert len(made) > 15 and all(one.code < 0 and one.message for one in made)
