import asyncio

from binance import AsyncClient, BinanceSocketManager


async def main():
    client = await AsyncClient.create()
    bm = BinanceSocketManager(client)

    # part: hand
    stream = bm.depth_socket("BTCUSDT", interval=100)
    await stream.__aenter__()
    msg = await stream.recv()
    print(msg["U"], msg["u"])
    await stream.__aexit__(None, None, None)
    # end

    # part: two
    async def read(name):
        async with bm.trade_socket("BTCUSDT") as trades:
            return name, (await trades.recv())["t"]

    print(await asyncio.gather(read("one"), read("other")))
    # end

    await client.close_connection()


asyncio.run(main())
