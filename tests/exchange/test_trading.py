"""What an account is answered and told when it trades on a real market."""

import pytest

from binance_legacy.exchange.market.market import Market, UnknownSymbol
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.trade.counts import Window
from binance_legacy.exchange.trade.spot_calls import BY_NAME
from binance_legacy.exchange.trade.trading import CLOSED, DUPLICATE, Trading

START = 1_723_161_254_321

ACK = ["symbol", "orderId", "orderListId", "clientOrderId", "transactTime"]
STATE = [
    "price", "origQty", "executedQty", "origQuoteOrderQty", "cummulativeQuoteQty", "status", "timeInForce", "type",
    "side",
]  # fmt: skip


class User:
    """An account, what it is told, and a short way to ask for it."""

    def __init__(self, trading, **balances):
        self.trading = trading
        self.account = trading.open_account(balances)
        self.events = []
        self.account.listeners.append(self.events.append)

    def ask(self, name, **sent):
        call = BY_NAME[name]
        sent = {"symbol": "BTCUSDT", **sent} if "symbol" in {one.name for one in call.parameters} else sent
        return call.answer(self.trading, self.account, call.read({key: str(sent[key]) for key in sent}))

    def limit(self, side, price, qty="0.01", **sent):
        sent = {"type": "LIMIT", "timeInForce": "GTC", **sent}
        return self.ask("order.place", side=side, price=price, quantity=qty, **sent)

    def refused(self, name, **sent):
        """The refusal of a call."""
        with pytest.raises(Refusal) as caught:
            self.ask(name, **sent)
        return caught.value

    def told(self):
        """What it was told since this was last asked: an event's name, or an execution's type and status."""
        found = [
            f"{event['x']} {event['X']}" if event["e"] == "executionReport" else event["e"]
            for event in self.events
        ]
        self.events.clear()
        return found

    @property
    def locked(self):
        return {
            asset: str(one[1].normalize())
            for asset, one in self.trading.balances(self.account).items()
            if one[1]
        }


@pytest.fixture
def trading():
    return Trading(Market(seed=1, start=START))


@pytest.fixture
def user(trading):
    return User(trading, USDT="100000", BTC="2", BNB="1")


@pytest.fixture
def other(trading):
    return User(trading, USDT="100000", BTC="2")


@pytest.fixture
def price(trading):
    """A price so many dollars above the last one."""
    desk = trading.desk("BTCUSDT")
    last = desk.last
    return lambda dollars: desk.symbol.price_text(last + dollars * 100)


def sweep(trading, is_buy, limit):
    """The crowd takes everything up to a price."""
    return trading.trade("BTCUSDT", is_buy, "1000", limit)


# one order


def test_an_order_that_rests_and_is_filled_is_told_of_step_by_step(trading, user, price):
    placed = user.limit("SELL", price(300), newClientOrderId="mine")
    assert [event["e"] for event in user.events] == ["executionReport", "outboundAccountPosition"]
    assert user.events[0]["c"] == "mine" and user.events[0]["w"]
    assert [row["a"] for row in user.events[1]["B"]] == ["BTC", "BNB", "USDT"]
    assert user.told() == ["NEW NEW", "outboundAccountPosition"]
    assert (placed["status"], user.locked) == ("NEW", {"BTC": "0.01"})
    sweep(trading, True, price(300))
    assert user.told() == ["TRADE FILLED", "outboundAccountPosition"]
    assert user.locked == {}
    (trade,) = user.ask("myTrades", orderId=placed["orderId"])
    assert (trade["isMaker"], trade["isBuyer"], trade["price"]) == (True, False, price(300))


def test_a_partial_fill_keeps_the_rest_in_the_book(trading, user, price):
    order_id = user.limit("BUY", price(2), "1.5")["orderId"]
    told = user.told()
    assert (
        told[0] == "NEW NEW" and told[1] == "TRADE PARTIALLY_FILLED" and told[-1] == "outboundAccountPosition"
    )
    asked = user.ask("order.status", orderId=order_id)
    assert asked["status"] == "PARTIALLY_FILLED" and asked["isWorking"]
    user.ask("order.cancel", orderId=order_id)
    assert user.told() == ["CANCELED CANCELED", "outboundAccountPosition"]
    assert user.locked == {}


def test_a_market_order_is_done_within_one_step(user):
    answer = user.ask("order.place", side="BUY", type="MARKET", quoteOrderQty="500")
    told = user.told()
    assert told[0] == "NEW NEW" and told[-2:] == ["TRADE FILLED", "outboundAccountPosition"]
    assert answer["status"] == "FILLED" and answer["origQuoteOrderQty"] == "500.00000000"
    assert 490 < float(answer["cummulativeQuoteQty"]) <= 500


def test_an_order_that_must_not_wait_expires_at_once(user, price):
    answer = user.limit("BUY", price(-500), timeInForce="IOC")
    assert answer["status"] == "EXPIRED"
    assert user.told() == ["NEW NEW", "EXPIRED EXPIRED", "outboundAccountPosition"]


def test_a_fill_or_kill_order_that_cannot_be_filled_trades_nothing(user, price):
    answer = user.limit("SELL", price(-1), "2", timeInForce="FOK")
    assert (answer["status"], answer["fills"]) == ("EXPIRED", [])
    assert user.ask("myTrades") == []


def test_a_stop_order_waits_and_is_told_of_again_when_its_price_comes(trading, user, price):
    order_id = user.ask("order.place", side="BUY", type="STOP_LOSS", quantity="0.01", stopPrice=price(100))[
        "orderId"
    ]
    assert not user.ask("order.status", orderId=order_id)["isWorking"]
    assert user.told() == ["NEW NEW", "outboundAccountPosition"]
    sweep(trading, True, price(200))
    told = user.told()
    assert told[0] == "NEW NEW" and told[-2:] == ["TRADE FILLED", "outboundAccountPosition"]
    assert user.ask("order.status", orderId=order_id)["status"] == "FILLED"


def test_two_orders_of_one_owner_never_trade_with_each_other(trading, user, price):
    sweep(trading, False, price(-100))
    sweep(trading, True, price(100))
    first = user.limit("BUY", price(50))["orderId"]
    user.told()
    second = user.limit("SELL", price(50), selfTradePreventionMode="EXPIRE_TAKER")
    assert user.told() == ["NEW NEW", "TRADE_PREVENTION EXPIRED_IN_MATCH", "outboundAccountPosition"]
    assert second["preventedMatches"] == [
        {
            "preventedMatchId": 0,
            "makerSymbol": "BTCUSDT",
            "makerOrderId": first,
            "price": price(50),
            "takerPreventedQuantity": "0.01000000",
        }
    ]
    (match,) = user.ask("myPreventedMatches", orderId=first)
    assert match["takerOrderId"] == second["orderId"]
    assert user.ask("order.status", orderId=first)["status"] == "NEW"


def test_older_orders_at_a_price_are_filled_first(trading, user, other, price):
    first = user.limit("SELL", price(30), "0.02")["orderId"]
    second = other.limit("SELL", price(30), "0.02")["orderId"]
    user.ask("order.amend.keepPriority", orderId=first, newQty="0.01")
    sweep(trading, True, price(29))
    trading.trade("BTCUSDT", True, "0.015", price(30))
    assert user.ask("order.status", orderId=first)["status"] == "FILLED"
    assert other.ask("order.status", orderId=second)["executedQty"] == "0.00500000"


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("ACK", ACK),
        ("RESULT", [*ACK, *STATE, "workingTime", "selfTradePreventionMode"]),
        ("FULL", [*ACK, *STATE, "workingTime", "fills", "selfTradePreventionMode"]),
    ],
)
def test_an_answer_has_the_keys_of_its_type_in_binance_s_order(user, price, kind, keys):
    assert list(user.limit("BUY", price(-300), newOrderRespType=kind)) == keys


def test_what_an_answer_tells_besides_stands_where_binance_puts_it(user, price):
    sent = {"newOrderRespType": "RESULT", "strategyId": 1, "strategyType": 1_000_000, "stopPrice": price(100)}
    answer = user.limit("BUY", price(90), "0.1", type="STOP_LOSS_LIMIT", icebergQty="0.01", **sent)
    assert list(answer) == [
        *ACK, *STATE, "stopPrice", "workingTime", "icebergQty", "strategyId", "strategyType",
        "selfTradePreventionMode",
    ]  # fmt: skip
    assert answer["workingTime"] == -1


def test_a_refused_order_leaves_no_trace(user, price):
    for sent, code in (
        ({"quantity": "50"}, -2010), ({"price": "0.001"}, -1013), ({"quantity": "0.000001"}, -1013),
        ({"side": "HOLD"}, -1117), ({"price": "1000000"}, -1013), ({"timeInForce": "IOC", "icebergQty": "0.01"}, -1014),
    ):  # fmt: skip
        good = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": price(-100)}
        assert user.refused("order.place", **{**good, **sent}).code == code
    assert user.events == [] and user.locked == {} and user.ask("allOrders") == []
    assert user.ask("account.rateLimits.orders")[0]["count"] == 0


def test_a_name_may_be_used_again_only_when_its_order_has_ended(user, price):
    user.limit("BUY", price(-300), newClientOrderId="a")
    sent = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": price(-300)}
    assert user.refused("order.place", newClientOrderId="a", **sent).message == DUPLICATE
    user.ask("order.cancel", origClientOrderId="a")
    again = user.limit("BUY", price(-300), newClientOrderId="a")
    assert user.ask("order.status", origClientOrderId="a")["orderId"] == again["orderId"]


def test_a_halted_symbol_takes_no_orders_but_cancels_them(trading, user, price):
    order_id = user.limit("BUY", price(-300))["orderId"]
    trading.halt("BTCUSDT")
    sent = {"side": "SELL", "type": "MARKET", "quantity": "0.1"}
    assert user.refused("order.place", **sent).message == CLOSED
    assert user.ask("order.cancel", orderId=order_id)["status"] == "CANCELED"
    trading.resume("BTCUSDT")
    assert user.ask("order.place", **sent)["status"] == "FILLED"


def test_a_test_order_is_checked_and_not_placed(user, price):
    sent = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": price(-300)}
    assert user.ask("order.test", **sent) == {}
    assert "standardCommissionForOrder" in user.ask("order.test", computeCommissionRates="true", **sent)
    assert user.refused("order.test", **{**sent, "price": "1"}).code == -1013
    assert user.events == []


# counts


def test_too_many_unfilled_orders_are_refused_until_the_window_is_over(price):
    market = Market(seed=1, start=START)
    user = User(Trading(market, windows=(Window("SECOND", 10, 10_000, 2),)), USDT="100000")
    user.limit("BUY", price(-300))
    user.limit("BUY", price(-300))
    sent = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": price(-300)}
    refusal = user.refused("order.place", **sent)
    assert (refusal.code, refusal.status, refusal.headers) == (-1015, 429, {"Retry-After": "6"})
    assert user.trading.order_counts(user.account) == [("10S", 2)]
    market.advance(START + 6_000)
    user.ask("order.place", **sent)
    assert user.trading.order_counts(user.account) == [("10S", 1)]


def test_an_order_that_trades_no_longer_counts(trading, user):
    user.ask("order.place", side="BUY", type="MARKET", quantity="0.01")
    assert trading.order_counts(user.account) == [("10S", 0), ("1D", 0)]


# lists


def test_an_oco_locks_once_and_the_leg_that_trades_ends_the_other(trading, user, price):
    answer = user.ask(
        "orderList.place.oco", side="SELL", quantity="0.01", aboveType="LIMIT_MAKER", abovePrice=price(100),
        belowType="STOP_LOSS", belowStopPrice=price(-500),
    )  # fmt: skip
    assert list(answer) == [
        "orderListId", "contingencyType", "listStatusType", "listOrderStatus", "listClientOrderId",
        "transactionTime", "symbol", "orders", "orderReports",
    ]  # fmt: skip
    assert [report["type"] for report in answer["orderReports"]] == ["STOP_LOSS", "LIMIT_MAKER"]
    assert user.told() == ["NEW NEW", "NEW NEW", "listStatus", "outboundAccountPosition"]
    assert user.locked == {"BTC": "0.01"}
    sweep(trading, True, price(100))
    assert user.told() == ["TRADE FILLED", "EXPIRED EXPIRED", "listStatus", "outboundAccountPosition"]
    assert user.locked == {}
    asked = user.ask("orderList.status", orderListId=answer["orderListId"])
    assert (asked["listStatusType"], asked["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")


def test_canceling_one_leg_cancels_the_list(user, price):
    answer = user.ask(
        "orderList.place", side="SELL", quantity="0.01", price=price(100), stopPrice=price(-500),
    )  # fmt: skip
    user.told()
    canceled = user.ask("order.cancel", orderId=answer["orders"][1]["orderId"])
    assert user.told() == ["CANCELED CANCELED"] * 2 + ["listStatus", "outboundAccountPosition"]
    assert canceled["listOrderStatus"] == "ALL_DONE" and len(canceled["orderReports"]) == 2
    assert user.ask("openOrderLists.status") == []


def test_the_pending_order_of_an_oto_starts_when_the_working_one_is_filled(trading, user, price):
    answer = user.ask(
        "orderList.place.oto", workingType="LIMIT", workingSide="BUY", workingPrice=price(-100),
        workingTimeInForce="GTC", workingQuantity="0.01", pendingType="LIMIT", pendingSide="SELL",
        pendingPrice=price(300), pendingTimeInForce="GTC", pendingQuantity="0.01",
    )  # fmt: skip
    assert [report["status"] for report in answer["orderReports"]] == ["NEW", "PENDING_NEW"]
    assert user.told() == ["NEW NEW", "NEW PENDING_NEW", "listStatus", "outboundAccountPosition"]
    sweep(trading, False, price(-100))
    assert user.told() == ["TRADE FILLED", "outboundAccountPosition", "NEW NEW", "outboundAccountPosition"]
    assert user.locked == {"BTC": "0.01"}


def otoco(user, price, **sent):
    """A list whose working order is filled at once; the numbers of its two legs."""
    answer = user.ask(
        "orderList.place.otoco", workingType="LIMIT", workingSide="BUY", workingPrice=price(20),
        workingTimeInForce="GTC", workingQuantity="0.01", pendingSide="SELL", pendingQuantity="0.01",
        pendingAboveType="LIMIT_MAKER", pendingAbovePrice=price(300), pendingBelowType="STOP_LOSS",
        pendingBelowStopPrice=price(-500), **sent,
    )  # fmt: skip
    return [one["orderId"] for one in answer["orders"][1:]]


def test_the_legs_of_an_otoco_share_what_is_locked(user, price):
    stop, limit = otoco(user, price)
    assert user.ask("order.status", orderId=stop)["status"] == "NEW"
    assert user.ask("order.status", orderId=limit)["isWorking"]
    assert user.locked == {"BTC": "0.01"}


def test_amending_one_leg_of_an_otoco_amends_the_other_with_it(trading, user, price):
    stop, limit = otoco(user, price)
    user.told()
    user.ask("order.amend.keepPriority", orderId=stop, newQty="0.004", newClientOrderId="less")
    assert user.told() == ["REPLACED NEW"] * 2 + ["listStatus", "outboundAccountPosition"]
    assert user.ask("order.status", orderId=limit)["origQty"] == "0.00400000"
    assert user.locked == {"BTC": "0.004"}
    sweep(trading, True, price(300))
    assert user.ask("order.status", orderId=limit)["status"] == "FILLED"
    assert user.locked == {}


# replacing


def replacing(user, price, **sent):
    return {
        "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": price(-400),
        "cancelReplaceMode": "STOP_ON_FAILURE", **sent,
    }  # fmt: skip


def test_cancel_replace_cancels_then_places(user, price):
    old = user.limit("BUY", price(-300))["orderId"]
    user.told()
    answer = user.ask("order.cancelReplace", **replacing(user, price, cancelOrderId=old))
    assert list(answer) == ["cancelResult", "newOrderResult", "cancelResponse", "newOrderResponse"]
    assert (answer["cancelResult"], answer["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    assert user.told() == [
        "CANCELED CANCELED", "outboundAccountPosition", "NEW NEW", "outboundAccountPosition",
    ]  # fmt: skip


def test_cancel_replace_that_cannot_cancel_places_nothing_where_it_must_stop(user, price):
    refusal = user.refused("order.cancelReplace", **replacing(user, price, cancelOrderId=7))
    assert (refusal.code, refusal.status) == (-2022, 400)
    data = refusal.error()["data"]
    assert (data["cancelResult"], data["newOrderResult"]) == ("FAILURE", "NOT_ATTEMPTED")
    assert data["cancelResponse"]["code"] == -2011 and data["newOrderResponse"] is None
    assert user.events == []


def test_cancel_replace_that_cannot_cancel_places_where_it_may_go_on(user, price):
    sent = replacing(user, price, cancelOrderId=7, cancelReplaceMode="ALLOW_FAILURE")
    refusal = user.refused("order.cancelReplace", **sent)
    assert (refusal.code, refusal.status) == (-2021, 409)
    data = refusal.error()["data"]
    assert (data["cancelResult"], data["newOrderResult"]) == ("FAILURE", "SUCCESS")
    assert data["newOrderResponse"]["status"] == "NEW"
    assert user.told() == ["NEW NEW", "outboundAccountPosition"]


def test_cancel_replace_tells_of_a_new_order_that_the_market_rejected(user, price):
    old = user.limit("BUY", price(-300))["orderId"]
    user.told()
    refusal = user.refused("order.cancelReplace", **replacing(user, price, cancelOrderId=old, quantity="50"))
    assert (refusal.code, refusal.status) == (-2021, 409)
    data = refusal.error()["data"]
    assert (data["cancelResult"], data["newOrderResult"]) == ("SUCCESS", "FAILURE")
    assert data["newOrderResponse"]["code"] == -2010
    assert user.told() == [
        "CANCELED CANCELED", "outboundAccountPosition", "REJECTED REJECTED", "outboundAccountPosition",
    ]  # fmt: skip


def test_cancel_replace_where_both_fail_tells_both_reasons(user, price):
    sent = replacing(user, price, cancelOrderId=7, quantity="50", cancelReplaceMode="ALLOW_FAILURE")
    refusal = user.refused("order.cancelReplace", **sent)
    assert (refusal.code, refusal.status) == (-2022, 400)
    data = refusal.error()["data"]
    assert (data["cancelResult"], data["newOrderResult"]) == ("FAILURE", "FAILURE")
    assert (data["cancelResponse"]["code"], data["newOrderResponse"]["code"]) == (-2011, -2010)


def test_cancel_replace_cancels_all_the_same_where_only_the_count_is_against_it(price):
    market = Market(seed=1, start=START)
    user = User(Trading(market, windows=(Window("SECOND", 10, 10_000, 1),)), USDT="100000")
    sent = replacing(user, price, cancelOrderId=user.limit("BUY", price(-300))["orderId"])
    assert user.refused("order.cancelReplace", **sent).code == -1015
    data = user.refused("order.cancelReplace", orderRateLimitExceededMode="CANCEL_ONLY", **sent).error()[
        "data"
    ]
    assert (data["cancelResult"], data["newOrderResult"]) == ("SUCCESS", "FAILURE")
    assert data["newOrderResponse"]["code"] == -1015
    assert user.ask("openOrders.status") == []


# amending


def test_an_amended_order_is_smaller_and_keeps_its_number(user, price):
    order_id = user.limit("BUY", price(-300), "0.02", newClientOrderId="old")["orderId"]
    before = float(user.locked["USDT"])
    user.told()
    answer = user.ask("order.amend.keepPriority", orderId=order_id, newQty="0.01", newClientOrderId="new")
    assert list(answer) == ["transactTime", "executionId", "amendedOrder"]
    assert (answer["amendedOrder"]["qty"], answer["amendedOrder"]["origClientOrderId"]) == (
        "0.01000000",
        "old",
    )
    assert user.events[0]["I"] == answer["executionId"]
    assert user.told() == ["REPLACED NEW", "outboundAccountPosition"]
    assert float(user.locked["USDT"]) == before / 2
    (row,) = user.ask("order.amendments", orderId=order_id)
    assert (row["origQty"], row["newQty"], row["newClientOrderId"]) == ("0.02000000", "0.01000000", "new")


@pytest.mark.parametrize(("qty", "code"), [("0.02", -2038), ("0.03", -2038), ("0.0000001", -1013)])
def test_an_order_can_only_be_made_smaller(user, price, qty, code):
    order_id = user.limit("BUY", price(-300), "0.02")["orderId"]
    assert user.refused("order.amend.keepPriority", orderId=order_id, newQty=qty).code == code


def test_amending_never_locks_more_although_the_price_has_risen(trading, price):
    user = User(trading, USDT="486")
    order_id = user.ask("order.place", side="BUY", type="STOP_LOSS", quantity="0.01", trailingDelta=200)[
        "orderId"
    ]
    before = user.locked
    sweep(trading, True, price(400))
    trading.market.advance(trading.now + 1)
    user.ask("order.amend.keepPriority", orderId=order_id, newQty="0.009999")
    assert float(user.locked["USDT"]) <= float(before["USDT"])
    assert not list(trading.ledger.below_zero())


def test_a_leg_is_not_amended_below_what_was_prevented_of_the_other(trading, user, price):
    sweep(trading, True, price(200))
    sweep(trading, False, price(-200))
    stop, limit = (
        one["orderId"]
        for one in user.ask(
            "orderList.place.oco", side="SELL", quantity="0.01", aboveType="LIMIT_MAKER", abovePrice=price(190),
            belowType="STOP_LOSS", belowStopPrice=price(-900), selfTradePreventionMode="DECREMENT",
        )["orders"]
    )  # fmt: skip
    user.limit("BUY", price(190), "0.006", selfTradePreventionMode="DECREMENT")
    assert user.ask("order.status", orderId=limit)["preventedQuantity"] == "0.00600000"
    refusal = user.refused("order.amend.keepPriority", orderId=stop, newQty="0.005")
    assert (refusal.code, refusal.message) == (-1013, "Invalid quantity.")
    user.ask("order.amend.keepPriority", orderId=stop, newQty="0.008")
    assert user.ask("order.status", orderId=limit)["origQty"] == "0.00800000"


# asking


def test_my_trades_are_narrowed_in_the_ways_that_binance_allows(trading, user):
    for _ in range(3):
        user.ask("order.place", side="BUY", type="MARKET", quantity="0.001")
        trading.market.advance(trading.now + 1000)
    rows = user.ask("myTrades")
    ids = [row["id"] for row in rows]
    assert list(rows[0]) == [
        "symbol", "id", "orderId", "orderListId", "price", "qty", "quoteQty", "commission", "commissionAsset",
        "time", "isBuyer", "isMaker", "isBestMatch",
    ]  # fmt: skip
    assert [row["id"] for row in user.ask("myTrades", fromId=ids[1])] == ids[1:]
    assert [row["id"] for row in user.ask("myTrades", startTime=START + 500, limit=1)] == ids[1:2]
    assert [row["id"] for row in user.ask("myTrades", endTime=START + 500)] == ids[:1]
    assert [row["id"] for row in user.ask("myTrades", limit=1)] == ids[-1:]
    assert user.ask("myTrades", orderId=rows[0]["orderId"]) == rows[:1]
    assert user.ask("myTrades", orderId=rows[0]["orderId"], fromId=ids[1]) == []
    assert user.ask("myTrades", startTime=START, endTime=START + 1) == rows[:1]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"orderId": 1, "startTime": START}, -1128), ({"fromId": 1, "endTime": START}, -1128),
        ({"fromId": 1, "startTime": START}, -1128), ({"startTime": START, "endTime": START - 1}, -1128),
        ({"startTime": START, "endTime": START + 86_400_001}, -1127),
    ],
)  # fmt: skip
def test_my_trades_are_not_narrowed_otherwise(user, sent, code):
    assert user.refused("myTrades", **sent).code == code


def test_all_orders_tells_of_ended_ones_and_open_orders_does_not(user, price):
    first = user.limit("BUY", price(-300))["orderId"]
    second = user.limit("BUY", price(-310))["orderId"]
    user.ask("order.cancel", orderId=first)
    assert [row["orderId"] for row in user.ask("allOrders")] == [first, second]
    assert [row["orderId"] for row in user.ask("allOrders", orderId=second)] == [second]
    assert [row["orderId"] for row in user.ask("openOrders.status")] == [second]
    assert [row["orderId"] for row in user.ask("openOrders.cancelAll")] == [second]
    assert user.refused("openOrders.cancelAll").code == -2011


def test_nobody_sees_another_account_s_orders(user, other, price):
    order_id = user.limit("BUY", price(-300), newClientOrderId="mine")["orderId"]
    assert other.refused("order.status", orderId=order_id).code == -2013
    assert other.refused("order.cancel", origClientOrderId="mine").code == -2011
    assert other.ask("openOrders.status") == other.ask("allOrders") == other.events == []


def test_a_deposit_and_a_withdrawal_are_told_of(trading, user):
    trading.deposit(user.account, "ETH", "1.5")
    position, update = user.events
    assert position["B"] == [{"a": "ETH", "f": "1.50000000", "l": "0.00000000"}]
    assert (update["e"], update["a"], update["d"]) == ("balanceUpdate", "ETH", "1.50000000")
    user.events.clear()
    trading.withdraw(user.account, "ETH", "0.5")
    assert user.events[1]["d"] == "-0.50000000"
    with pytest.raises(Refusal):
        trading.withdraw(user.account, "ETH", "1.00000001")


def test_a_symbol_that_is_not_listed_is_told_apart(user):
    with pytest.raises(UnknownSymbol):
        user.ask("openOrders.status", symbol="NOSUCH")


def test_an_order_that_cannot_rest_is_working_only_until_it_trades():
    trading = Trading(Market(seed=1, start=START))
    user = User(trading, USDT="1000000")
    best = trading.desk("BTCUSDT").symbol.price_text(trading.desk("BTCUSDT").last)
    for sent in (
        {"type": "MARKET", "quantity": "3"},
        {"type": "LIMIT", "timeInForce": "IOC", "quantity": "3", "price": f"{float(best) * 1.1:.2f}"},
    ):
        user.events.clear()
        user.ask("order.place", side="BUY", **sent)
        new, *trades = [event for event in user.events if event["e"] == "executionReport"]
        assert new["w"] is True and len(trades) > 1
        assert {event["w"] for event in trades if event["x"] == "TRADE"} == {False}


def test_an_order_by_way_of_smart_routing_works_in_its_symbols_own_book():
    trading = Trading(Market(seed=1, start=START))
    user = User(trading, USDT="1000000")
    done = user.ask("sor.order.place", side="BUY", type="MARKET", quantity="0.01")
    assert (done["status"], done["workingFloor"], done["usedSor"]) == ("FILLED", "EXCHANGE", True)
    assert {(event["k"], event["uS"]) for event in user.events if event["e"] == "executionReport"} == {
        ("EXCHANGE", True)
    }
    assert user.ask("order.status", orderId=done["orderId"])["usedSor"] is True
    assert user.ask("sor.order.test", side="BUY", type="MARKET", quantity="0.01") == {}
    assert user.refused("sor.order.place", side="BUY", type="STOP_LOSS", quantity="0.01").code == -1020
    assert (
        user.refused("sor.order.place", side="BUY", type="MARKET", quantity="0.01", quoteOrderQty="5").code
        == -1104
    )
    assert "usedSor" not in user.ask("order.place", side="BUY", type="MARKET", quantity="0.01")
