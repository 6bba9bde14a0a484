import asyncio

from binance import AsyncClient, BinanceSocketManager


async def main():
    client = await AsyncClient.create()
    bm = BinanceSocketManager(client)

    # part: read
    async with bm.trade_socket("BTCUSDT") as stream:
        for _ in range(2):
            msg = await stream.recv()
            if msg["e"] == "error":
                print("told:", msg["type"], msg["m"])
            else:
                print(msg["s"], msg["p"], msg["q"])
    # end

    async with bm.multiplex_socket(["btcusdt@bookTicker", "ethusdt@trade"]) as stream:
        async for msg in stream:
            print(msg["stream"])
            break

    await client.close_connection()


asyncio.run(main())
