"""binance-connector 3.13, Binance's own old client, on the exchange in a box: only its addresses are changed."""

import json
import queue
import time

import pytest

from binance_legacy.exchange import Exchange

spot = pytest.importorskip(
    "binance.spot", reason="binance-connector is not installed (pip install binance-connector==3.13.0)"
)
error = pytest.importorskip("binance.error")

pytestmark = pytest.mark.filterwarnings("default")  # its warnings are its own

KEYS = ("k" * 64, "s" * 64)


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances={"USDT": "1000000", "BTC": "10"}) as running:
        running.register(*KEYS)
        yield running


@pytest.fixture
def client(exchange):
    client = spot.Spot(*KEYS, base_url=exchange.rest_url, show_limit_usage=False)
    yield client
    client.session.close()


def test_it_places_queries_and_cancels_orders(client):
    last = float(client.ticker_price("BTCUSDT")["price"])
    bought = client.new_order("BTCUSDT", "BUY", "MARKET", quoteOrderQty="100")
    assert bought["status"] == "FILLED" and 0 < float(bought["cummulativeQuoteQty"]) <= 100
    order = client.new_order(
        "BTCUSDT", "BUY", "LIMIT", timeInForce="GTC", quantity="0.01", price=f"{last * 0.95:.2f}"
    )
    assert client.get_order("BTCUSDT", orderId=order["orderId"])["status"] == "NEW"
    assert client.cancel_order("BTCUSDT", orderId=order["orderId"])["status"] == "CANCELED"
    assert client.my_trades("BTCUSDT")[-1]["orderId"] == bought["orderId"]


def test_its_order_lists_and_account_calls_are_answered(client):
    last = float(client.ticker_price("BTCUSDT")["price"])
    listed = client.new_oco_order(
        "BTCUSDT", "SELL", "0.01", "LIMIT_MAKER", "STOP_LOSS_LIMIT", abovePrice=f"{last * 1.05:.2f}",
        belowStopPrice=f"{last * 0.95:.2f}", belowPrice=f"{last * 0.94:.2f}", belowTimeInForce="GTC",
    )  # fmt: skip
    assert listed["contingencyType"] == "OCO" and len(listed["orderReports"]) == 2
    number = listed["orderListId"]
    assert [one["orderListId"] for one in client.get_oco_open_orders()] == [number]
    assert client.cancel_oco_order("BTCUSDT", orderListId=number)["listOrderStatus"] == "ALL_DONE"
    assert client.account()["canTrade"] is True
    assert client.trade_fee(symbol="BTCUSDT")[0]["makerCommission"] == "0.001"
    assert {row["coin"] for row in client.coin_info()} >= {"BTC", "USDT", "BNB"}
    assert client.user_asset(asset="BTC")[0]["asset"] == "BTC"


def test_it_raises_its_own_exception_with_binances_code(client):
    with pytest.raises(error.ClientError) as refused:
        client.new_order("BTCUSDT", "BUY", "MARKET", quantity="1000000")
    assert (refused.value.status_code, refused.value.error_code) == (400, -1013)
    with pytest.raises(error.ClientError) as refused:
        client.cancel_order("BTCUSDT", orderId=1)
    assert (refused.value.error_code, refused.value.error_message) == (-2011, "Unknown order sent.")


def close(client):
    """End one of its WebSocket clients, which leaves its socket open."""
    client.stop()
    client.socket_manager.join(20)
    client.socket_manager.ws.shutdown()


def test_its_websocket_api_client_trades(exchange):
    module = pytest.importorskip("binance.websocket.spot.websocket_api")
    answers = queue.Queue()
    client = module.SpotWebsocketAPIClient(
        stream_url=exchange.ws_api_url, api_key=KEYS[0], api_secret=KEYS[1],
        on_message=lambda _, text: answers.put(json.loads(text)),
    )  # fmt: skip
    try:
        client.new_order(
            id=7, symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01", newOrderRespType="FULL"
        )
        answer = answers.get(timeout=20)
    finally:
        close(client)
    assert (answer["id"], answer["status"], answer["result"]["status"]) == (7, 200, "FILLED")
    assert answer["rateLimits"][0]["rateLimitType"] == "ORDERS"


def test_its_stream_client_hears_trades(exchange):
    module = pytest.importorskip("binance.websocket.spot.websocket_stream")
    messages = queue.Queue()
    client = module.SpotWebsocketStreamClient(
        stream_url=exchange.stream_url, on_message=lambda _, text: messages.put(json.loads(text))
    )
    try:
        client.trade(symbol="btcusdt")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            message = messages.get(timeout=20)
            if message.get("e") == "trade":
                break
    finally:
        close(client)
    assert message["s"] == "BTCUSDT"
