"""Uses of the public face that must type-check; `tests/test_typing.py` runs the checker over this file."""

from typing import Any

from binance_legacy import AsyncClient, ThreadedDepthCacheManager, ThreadedWebsocketManager
from binance_legacy.client import Client
from binance_legacy.depthcache import DepthCache, DepthCacheManager
from binance_legacy.depthcache_async import DepthCacheManager as AwaitedDepthCacheManager
from binance_legacy.exceptions import BinanceAPIException
from binance_legacy.exchange import Exchange
from binance_legacy.streams import BinanceSocketManager as AwaitedSocketManager
from binance_legacy.websockets import BinanceSocketManager


def process_message(message: dict[str, Any]) -> None:
    print(message["e"])


def old_bot(client: Client) -> str | bool:
    book = client.get_order_book(symbol="BNBBTC", limit=5)
    print(book["bids"][0])
    for row in client.aggregate_trade_iter("BNBBTC", start_str="1 hour ago UTC"):
        print(row["p"])
    candles = client.get_historical_klines("BNBBTC", Client.KLINE_INTERVAL_1HOUR, "1 day ago UTC", limit=100)
    print(len(candles), client.get_symbol_info("BNBBTC"))
    bm = BinanceSocketManager(client, user_timeout=60)
    key = bm.start_trade_socket("BNBBTC", process_message)
    bm.start()
    if key:
        bm.stop_socket(key)
    bm.close()
    return key


def offline() -> None:
    with Exchange(seed=7) as exchange:
        exchange.use()
        try:
            old_bot(Client())
        except BinanceAPIException as error:
            print(error.code, error.status_code)


async def new_bot(client: AsyncClient) -> list[Any]:
    async with await AsyncClient.create(
        "key", requests_params={"timeout": 20}, wait_when_limited=True
    ) as other:
        print(await other.get_order_book(symbol="BNBBTC", limit=5))
    async for row in client.aggregate_trade_iter("BNBBTC", start_str="1 hour ago UTC"):
        print(row["p"])
    info = await client.get_symbol_info("BNBBTC")
    print(info["filters"], await client.call("GET", "/sapi/v1/simple-earn/account", signed=True))
    await client.close_connection()
    candles: list[Any] = await client.get_historical_klines("BNBBTC", "1h", "1 day ago UTC", limit=100)
    return candles


def account_bot(client: Client) -> None:
    bm = BinanceSocketManager(client, isolate_callbacks=True)
    keys: list[str | bool] = [bm.start_user_socket(process_message), bm.start_margin_socket(process_message)]
    keys.append(bm.start_multiplex_socket(["bnbbtc@trade"], process_message))
    bm.start()
    bm.subscribe(str(keys[-1]), ["ethbtc@trade"])
    print(client.ws_create_test_order(symbol="BNBBTC", side="BUY", type="MARKET", quantity=1))


def book_changed(book: DepthCache | None) -> None:
    if book is not None:
        print(book.symbol, book.get_bids()[:5], book.get_asks()[:5])


def book_bot(client: Client) -> None:
    manager = DepthCacheManager(client, "BNBBTC", callback=book_changed, refresh_interval=3600)
    print(manager.get_symbol())
    manager.close(close_socket=True)


async def handle(message: dict[str, Any]) -> None:
    print(message)


def threaded_bot() -> None:
    manager = ThreadedWebsocketManager(api_key="key", api_secret="secret")
    manager.start()
    name: str = manager.start_kline_socket(callback=process_message, symbol="BNBBTC")
    manager.start_user_socket(callback=handle)
    manager.stop_socket(name)
    manager.stop()
    manager.join()
    books = ThreadedDepthCacheManager()
    books.start()
    print(books.start_depth_cache(book_changed, symbol="ETHBTC"))
    books.stop()


async def awaited_bot(client: AsyncClient) -> None:
    bm = AwaitedSocketManager(client, user_timeout=60)
    async with bm.trade_socket("BNBBTC") as stream:
        print(await stream.recv())
        async for message in stream:
            print(message)
    async with AwaitedDepthCacheManager(client, "BNBBTC") as manager:
        print(await manager.recv())
    answer: Any = await client.ws_get_time()
    print(answer)
