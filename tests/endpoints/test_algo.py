"""Conditional futures orders, which today's exchange takes elsewhere: on both kinds of futures."""

import asyncio
from collections import Counter

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.exceptions import BinanceAPIException, BinanceOutcomeUnknown

from .algo_exchange import CONDITIONAL, AlgoExchange
from .moved import arrived

DESKS = {"fapi": ("futures", "cumQuote"), "dapi": ("futures_coin", "cumBase")}
STOP = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "stopPrice": "9000", "quantity": "0.01"}
LIMIT = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "price": "9000",
    "quantity": "1",
    "timeInForce": "GTC",
}


class Desk:
    """The order methods of one kind of futures, without the beginning of their names."""

    def __init__(self, client, door):
        self.client, self.door = client, door
        self.prefix, self.total = DESKS[door]
        self.exchange = AlgoExchange(client.server, door, self.total)

    def __getattr__(self, name):
        return getattr(self.client, f"{self.prefix}_{name}")

    def asked(self):
        """How often each endpoint was asked."""
        return Counter(f"{a.method} {a.path.rpartition('/')[2]}" for a in self.client.server.asked)


@pytest.fixture(params=DESKS)
def desk(request, legacy):
    return Desk(legacy, request.param)


@pytest.mark.parametrize("kind", sorted(CONDITIONAL))
def test_a_conditional_order_is_placed_found_listed_and_cancelled_under_one_number(desk, kind):
    given = {**STOP, "type": kind, "price": "8990", "activationPrice": "9100", "callbackRate": "0.5"}
    placed = desk.create_order(**given, newClientOrderId="mine")
    assert {name: placed[name] for name in ("symbol", "side", "status", "type", "origType", "origQty")} == {
        "symbol": "BTCUSDT", "side": "SELL", "status": "NEW", "type": kind, "origType": kind, "origQty": "0.01"
    }  # fmt: skip
    assert placed["stopPrice"] == "9000" and placed["clientOrderId"] == "mine" and placed["price"] == "8990"
    assert (placed["avgPrice"], placed["executedQty"], placed[desk.total]) == ("0.00000", "0", "0")
    assert placed["activatePrice"] == "9100" and placed["priceRate"] == "0.5"
    number = placed["orderId"]
    assert desk.get_order(symbol="BTCUSDT", orderId=number) == placed
    assert desk.get_order(symbol="BTCUSDT", origClientOrderId="mine") == placed
    assert desk.get_open_orders(symbol="BTCUSDT") == [placed]
    cancelled = desk.cancel_order(symbol="BTCUSDT", orderId=number)
    assert cancelled == {**placed, "status": "CANCELED"}
    assert desk.get_open_orders(symbol="BTCUSDT") == []
    assert desk.get_all_orders(symbol="BTCUSDT") == [cancelled]


def test_where_it_is_known_the_order_endpoint_is_not_asked_at_all_and_else_only_once(desk):
    desk.create_order(**STOP)
    asked = desk.asked()
    assert asked["POST algoOrder"] == 1
    assert asked["POST order"] == (0 if desk.door == "fapi" else 1)


def test_a_kind_that_is_refused_there_unexpectedly_goes_to_the_algo_endpoint(desk, monkeypatch):
    monkeypatch.setattr("binance_legacy.endpoints.algo.CONDITIONAL", ())
    assert desk.create_order(**STOP)["status"] == "NEW"
    assert desk.asked()["POST order"] == desk.asked()["POST algoOrder"] == 1


@pytest.mark.parametrize(
    "answer", [(503, "Service Unavailable"), (400, {"code": -2019, "msg": "Margin is insufficient."})]
)
@pytest.mark.parametrize("path", ["order", "algoOrder"])
def test_nothing_is_ever_placed_twice(desk, answer, path):
    desk.client.server.answers[f"POST /{desk.door}/v1/{path}"] = answer
    with pytest.raises(BinanceAPIException) as caught:
        desk.create_order(**(STOP if path == "algoOrder" else LIMIT))
    assert desk.asked()[f"POST {path}"] == 1 and desk.asked()["POST algoOrder"] <= 1
    assert isinstance(caught.value, BinanceOutcomeUnknown) is (answer[0] == 503)


def test_a_triggered_order_is_told_with_what_its_real_order_says_and_once(desk):
    number = desk.create_order(**STOP)["orderId"]
    order = desk.exchange.trigger(
        number, status="FILLED", executedQty="0.01", avgPrice="8995.00", **{desk.total: "89.95"}
    )
    told = desk.get_order(symbol="BTCUSDT", orderId=number)
    assert (told["orderId"], told["status"], told["avgPrice"]) == (number, "FILLED", "8995.00")
    assert (told["type"], told["origType"], told["stopPrice"]) == ("MARKET", "STOP_MARKET", "9000")
    assert desk.get_all_orders(symbol="BTCUSDT") == [told], "not its real order beside it"
    assert desk.get_order(symbol="BTCUSDT", orderId=order["orderId"])["orderId"] == order["orderId"]


def test_cancelling_a_triggered_order_cancels_the_order_that_it_became(desk):
    number = desk.create_order(**{**STOP, "type": "STOP", "price": "8990"})["orderId"]
    order = desk.exchange.trigger(number)
    cancelled = desk.cancel_order(symbol="BTCUSDT", orderId=number)
    assert (cancelled["orderId"], cancelled["status"]) == (number, "CANCELED")
    assert desk.exchange.orders[order["orderId"]]["status"] == "CANCELED"


def test_an_order_that_stands_nowhere_is_refused_as_it_was(desk):
    for call, code in ((desk.get_order, -2013), (desk.cancel_order, -2011)):
        with pytest.raises(BinanceAPIException) as caught:
            call(symbol="BTCUSDT", orderId=5)
        assert caught.value.code == code


def test_other_refusals_lead_nowhere_else(desk):
    desk.client.server.answers[f"GET /{desk.door}/v1/order"] = (
        401,
        {"code": -2015, "msg": "Invalid API-key."},
    )
    with pytest.raises(BinanceAPIException, match="Invalid API-key"):
        desk.get_order(symbol="BTCUSDT", orderId=5)
    assert desk.asked()["GET algoOrder"] == 0


def test_numbers_that_meet_are_told_apart_for_orders_placed_by_this_client(desk):
    number = desk.create_order(**STOP)["orderId"]
    stranger = desk.exchange.new_order(LIMIT)
    desk.exchange.orders[number] = {**stranger, "orderId": number}
    assert desk.get_order(symbol="BTCUSDT", orderId=number)["origType"] == "STOP_MARKET"
    assert desk.cancel_order(symbol="BTCUSDT", orderId=number)["origType"] == "STOP_MARKET"
    assert desk.exchange.orders[number]["status"] == "NEW", "another's order with that number stands"


def test_both_kinds_are_listed_oldest_first(desk):
    numbers = [desk.create_order(**one)["orderId"] for one in (LIMIT, STOP, LIMIT, STOP)]
    assert [row["orderId"] for row in desk.get_open_orders(symbol="BTCUSDT")] == numbers
    assert [row["orderId"] for row in desk.get_all_orders(symbol="BTCUSDT", limit=3)] == numbers[1:]
    assert [row["orderId"] for row in desk.get_all_orders(symbol="BTCUSDT", limit=3, startTime=1)] == numbers[
        :3
    ]


def test_all_of_both_kinds_are_cancelled_at_once(desk):
    for one in (LIMIT, STOP):
        desk.create_order(**one)
    assert desk.cancel_all_open_orders(symbol="BTCUSDT")["code"] == 200
    assert desk.get_open_orders(symbol="BTCUSDT") == []


@pytest.mark.parametrize("as_text", [False, True])
def test_a_list_is_cancelled_whatever_the_kinds_in_its_own_order(desk, as_text):
    numbers = [desk.create_order(**one)["orderId"] for one in (STOP, LIMIT, STOP)]
    numbers.insert(1, 5)
    given = str(numbers) if as_text else numbers
    rows = desk.cancel_orders(symbol="BTCUSDT", orderIdList=given)
    assert [row.get("orderId", row.get("code")) for row in rows] == [numbers[0], -2011, *numbers[2:]]
    assert {row["status"] for row in rows if "status" in row} == {"CANCELED"}
    assert all("avgPrice" in row for row in rows if "status" in row)


def test_a_list_that_is_none_is_left_to_the_exchange(desk):
    path = f"DELETE /{desk.door}/v1/batchOrders"
    desk.client.server.answers[path] = (400, {"code": -1102, "msg": "Mandatory parameter 'orderIdList'"})
    with pytest.raises(BinanceAPIException, match="orderIdList"):
        desk.cancel_orders(symbol="BTCUSDT", orderIdList="[1,")
    assert arrived(desk.client.server.last) == {"symbol": "BTCUSDT", "orderIdList": "[1,"}


def test_a_plain_order_s_answer_has_the_sums_that_binance_leaves_out(desk):
    placed = desk.create_order(**LIMIT)
    assert (placed["avgPrice"], placed[desk.total]) == ("0.00000", "0")
    assert desk.asked()["GET order"] == 0, "nothing was filled: nothing need be asked"
    assert desk.cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])["avgPrice"] == "0.00000"


def test_of_a_filled_order_the_sums_are_asked_for_and_the_order_stands_if_they_cannot_be_had(desk):
    place = f"POST /{desk.door}/v1/order"
    done = {"orderId": 1, "symbol": "BTCUSDT", "status": "FILLED", "executedQty": "1"}
    desk.client.server.answers[place] = done
    desk.client.server.answers[f"GET /{desk.door}/v1/order"] = {
        **done,
        "avgPrice": "9001.5",
        desk.total: "9001.5",
    }
    filled = desk.create_order(**{**LIMIT, "type": "MARKET"})
    assert (filled["avgPrice"], filled[desk.total]) == ("9001.5", "9001.5")
    desk.client.server.answers[f"GET /{desk.door}/v1/order"] = (503, "busy")
    assert desk.create_order(**{**LIMIT, "type": "MARKET"})["orderId"] == 1
    assert desk.asked()["POST order"] == 2


def test_the_awaited_client_routes_them_too_and_gives_the_algo_endpoint_s_own_answer(legacy):
    AlgoExchange(legacy.server, "fapi", "cumQuote")

    async def place():
        async with AsyncClient("key", "secret") as client:
            client.FUTURES_URL = legacy.server.url + "/fapi"
            placed = await client.futures_create_order(**STOP)
            assert placed["algoStatus"] == "NEW" and "orderId" not in placed
            found = await client.futures_get_order(symbol="BTCUSDT", orderId=placed["algoId"])
            assert found == placed
            return await client.futures_cancel_order(symbol="BTCUSDT", orderId=placed["algoId"])

    assert asyncio.run(place())["msg"] == "success"


def test_where_the_algo_endpoints_are_not_there_the_lists_are_of_orders_alone(legacy):
    desk = Desk(legacy, "dapi")
    number = desk.create_order(**LIMIT)["orderId"]
    for path in (
        "GET /dapi/v1/openAlgoOrders",
        "GET /dapi/v1/allAlgoOrders",
        "DELETE /dapi/v1/algoOpenOrders",
    ):
        legacy.server.answers[path] = (404, "<html>nothing here</html>")
    assert [row["orderId"] for row in desk.get_open_orders(symbol="BTCUSDT")] == [number]
    assert [row["orderId"] for row in desk.get_all_orders(symbol="BTCUSDT")] == [number]
    assert desk.cancel_all_open_orders(symbol="BTCUSDT")["code"] == 200


def test_what_holds_of_any_call_holds_of_each_of_several(desk):
    """A time-out and a window that a script gives are those of the calls that it does not see, too."""
    seen = []
    desk.client._request_futures_api = desk.client._request_futures_coin_api = (
        lambda method, path, signed=False, **kwargs: seen.append(kwargs["data"]) or []
    )
    given = {"symbol": "BTCUSDT", "recvWindow": 9000, "requests_params": {"timeout": 3}}
    desk.get_open_orders(**given)
    assert seen == [given, given]
