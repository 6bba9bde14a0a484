import asyncio
from decimal import Decimal

from binance import AsyncClient, DepthCacheManager


async def main():
    client = await AsyncClient.create()
    async with DepthCacheManager(client, "BTCUSDT", conv_type=Decimal, ws_interval=100) as dcm:
        for _ in range(3):
            cache = await dcm.recv()
            if isinstance(cache, dict):
                print("told:", cache["type"], cache["m"])
            else:
                print(cache.best_bid(), cache.best_ask())
    await client.close_connection()


asyncio.run(main())
