"""Uses of the public face that must type-check; `tests/test_typing.py` runs the checker over this file."""

from typing import Any

from binance_legacy import AsyncClient
from binance_legacy.client import Client
from binance_legacy.exceptions import BinanceAPIException
from binance_legacy.exchange import Exchange
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
