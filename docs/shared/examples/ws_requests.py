import asyncio

from binance import AsyncClient
from binance.client import Client
from binance.exceptions import BinanceAPIException

# part: blocking
client = Client("my key", "my secret")
print(client.ws_get_symbol_ticker(symbol="BTCUSDT"))
order = client.ws_order_market_buy(symbol="ETHUSDT", quantity="0.1")
print(order["status"], order["executedQty"])

try:
    client.ws_get_order(symbol="ETHUSDT", orderId=1)
except BinanceAPIException as error:
    print(error.status_code, error.code, error.message)
# end


# part: awaited
async def main():
    client = await AsyncClient.create("my key", "my secret")
    book, trades = await asyncio.gather(
        client.ws_get_order_book(symbol="BTCUSDT", limit=5),
        client.ws_get_my_trades(symbol="ETHUSDT"),
    )
    print(book["bids"][0], len(trades))
    await client.close_connection()


asyncio.run(main())
# end
