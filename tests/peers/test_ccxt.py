"""ccxt, the client of many exchanges, on the exchange in a box: only its addresses are changed."""

import asyncio

import pytest

from binance_legacy.exchange import Exchange

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed (pip install ccxt)")

pytestmark = pytest.mark.filterwarnings("default")  # its warnings are its own

KEYS = {"apiKey": "k" * 64, "secret": "s" * 64}
MARKET = "BTC/USDT"


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances={"USDT": "1000000", "BTC": "10"}) as running:
        running.register(*KEYS.values())
        yield running


def point(client, exchange):
    """Give it the exchange's addresses, and nothing but spot to load."""
    for name, url in client.urls["api"].items():
        if isinstance(url, str) and "binance.com" in url:
            path = url.split(".com", 1)[-1]
            client.urls["api"][name] = exchange.rest_url + path
    client.options["fetchMarkets"] = {"types": ["spot"]}
    client.options["fetchCurrencies"] = True
    return client


@pytest.fixture
def client(exchange):
    client = point(ccxt.binance(KEYS), exchange)
    yield client
    if client.session:
        client.session.close()


def test_it_places_queries_and_cancels_orders(client):
    last = client.fetch_ticker(MARKET)["last"]
    before = client.fetch_balance()["BTC"]["free"]
    bought = client.create_order(MARKET, "market", "buy", 0.01)
    assert (bought["status"], bought["filled"]) == ("closed", 0.01)
    assert client.fetch_balance()["BTC"]["free"] == pytest.approx(before + 0.01 * 0.999)
    order = client.create_order(MARKET, "limit", "buy", 0.01, round(last * 0.95, 2))
    assert client.fetch_order(order["id"], MARKET)["status"] == "open"
    assert [one["id"] for one in client.fetch_open_orders(MARKET)] == [order["id"]]
    assert client.cancel_order(order["id"], MARKET)["status"] == "canceled"
    assert client.fetch_my_trades(MARKET)[-1]["order"] == bought["id"]


def test_it_understands_the_exchanges_errors(client):
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(MARKET, "limit", "sell", 100, round(client.fetch_ticker(MARKET)["last"] * 1.1, 2))
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order("1", MARKET)


def test_it_reads_fees_candles_and_its_deposits(client, exchange):
    exchange.deposit("USDT", "5")
    assert client.fetch_deposits("USDT")[0]["amount"] == 5.0
    assert client.fetch_trading_fee(MARKET)["taker"] == 0.001
    assert len(client.fetch_ohlcv(MARKET, "1h", limit=10)) == 10


def test_its_user_stream_hears_of_its_orders(exchange):
    pro = pytest.importorskip("ccxt.pro")

    async def trade():
        client = point(pro.binance(KEYS), exchange)
        for name, urls in client.urls["api"]["ws"].items():
            if name == "ws-api":
                client.urls["api"]["ws"][name] = {**urls, "spot": exchange.ws_api_url}
        try:
            await client.load_markets()
            heard = asyncio.ensure_future(client.watch_orders(MARKET))
            numbers = set()
            while not heard.done():
                numbers.add((await client.create_order(MARKET, "market", "sell", 0.001))["id"])
                await asyncio.wait({heard}, timeout=1)
            return numbers, heard.result()
        finally:
            await client.close()

    numbers, events = asyncio.run(asyncio.wait_for(trade(), 40))
    assert {one["id"] for one in events} <= numbers and events[-1]["status"] == "closed"
