"""Mistakes that the checker must find; each line that is one ends with the code of its error."""

from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.depthcache import DepthCacheManager
from binance_legacy.streams import ThreadedWebsocketManager
from binance_legacy.websockets import BinanceSocketManager

client = Client(tld=5)  # error: arg-type
client.get_symbol_info()  # error: call-arg
client.get_historical_klines("BNBBTC", "1h")  # error: call-arg
bm = BinanceSocketManager(client, on_notice="log")  # error: arg-type
bm.start_trade_socket("BNBBTC")  # error: call-arg
bm.start_kline_socket("BNBBTC", print, interval=60)  # error: arg-type
bm.subscribe("bnbbtc@trade")  # error: call-arg
DepthCacheManager(client, "BNBBTC", limit="all")  # error: arg-type
threaded = ThreadedWebsocketManager()
threaded.start_trade_socket(symbol="BNBBTC")  # error: call-arg
threaded.start_kline_socket(print, "BNBBTC", interval=60)  # error: arg-type


async def bot(client: AsyncClient) -> None:
    client.get_order_book(symbol="BNBBTC")  # error: unused-coroutine
    client.get_symbol_info("BNBBTC")  # error: unused-coroutine
    client.call("GET", "/api/v3/time")  # error: unused-coroutine
    client.get_ticker()["lastPrice"]  # error: index
    AsyncClient.create("key")  # error: unused-coroutine
    client.close_connection()  # error: unused-coroutine
    await client.get_symbol_info()  # error: call-arg
    await AsyncClient.create(testnet="yes")  # error: arg-type
