import asyncio

from binance import AsyncClient, BinanceSocketManager
from binance_legacy.exchange import Exchange


async def main(exchange):
    client = await AsyncClient.create()
    bm = BinanceSocketManager(client)
    async with bm.depth_socket("BTCUSDT", interval=100) as stream:
        print((await stream.recv())["u"])
        exchange.disconnect(1001)
        msg = await stream.recv()
        while msg["e"] != "error":
            msg = await stream.recv()
        print(msg)
        # en: The next message comes over the new line.
        # ja: 次のメッセージは、新しい接続で届きます。
        print((await stream.recv())["u"])
    await client.close_connection()


with Exchange(seed=1) as exchange:
    exchange.use()
    asyncio.run(main(exchange))
