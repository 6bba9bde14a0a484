"""What `!ticker@arr`, put together from each symbol's stream, costs a client; field by field what the exchange sent.

    python -m tests.benchmarks.all_tickers [SYMBOLS [SECONDS]]

A server on 127.0.0.1 (a process of its own) pushes every symbol's ticker once a second, as Binance does, with all 23
fields. The socket of 0.7 puts them together; each row that comes is held against what was pushed.
"""

import asyncio
import json
import multiprocessing
import sys
import time

import orjson
import websockets

FIELDS = list("eEspPwxcQbBaAohlvqOCFLn")


def symbol(number):
    return f"S{number:04d}USDT"


def row(number, second):
    """The ticker of one symbol at one second."""
    price = f"{number + second / 100:.8f}"
    texts = dict.fromkeys("pPwxcQbBaAohlvq", price)
    numbers = {"O": second * 1000 - 86_400_000, "C": second * 1000, "F": second, "L": second + 9, "n": 10}
    return {"e": "24hrTicker", "E": second * 1000 + number % 1000, "s": symbol(number), **texts, **numbers}


def serve(count, ready):
    """The exchange: SUBSCRIBE, and then each second each symbol's ticker."""
    asyncio.run(_serve(count, ready))


async def _serve(count, ready):
    numbers = {f"{symbol(number).lower()}@ticker": number for number in range(count)}

    async def talk(line):
        wanted = []
        pushing = asyncio.create_task(push(line, wanted))
        try:
            async for text in line:
                request = json.loads(text)
                wanted += request["params"]
                await line.send(json.dumps({"result": None, "id": request["id"]}))
        finally:
            pushing.cancel()

    async def push(line, wanted):
        while True:
            second = int(time.time())
            for name in list(wanted):
                data = row(numbers[name], second)
                await line.send(orjson.dumps({"stream": name, "data": data}).decode())
            await asyncio.sleep(max(0.0, second + 1 - time.time()))

    async with websockets.serve(talk, "127.0.0.1", 0, compression=None) as server:
        ready.put(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().create_future()


class Listing:
    """A client that knows the symbols."""

    testnet = False

    def __init__(self, count):
        self.count = count

    def call(self, method, path, **params):
        return [{"symbol": symbol(number)} for number in range(self.count)]


def main(count=2000, seconds=20):
    from binance_legacy.websockets import BinanceSocketManager

    context = multiprocessing.get_context("spawn")
    ready = context.Queue()
    server = context.Process(target=serve, args=(count, ready), daemon=True)
    server.start()
    bm = BinanceSocketManager(Listing(count))
    bm.STREAM_URL = f"ws://127.0.0.1:{ready.get()}/"
    lists, seen, wrong = [], set(), 0

    def take(rows):
        nonlocal wrong
        lists.append(len(rows))
        for one in rows:
            number = int(one["s"][1:5])
            seen.add(number)
            wrong += list(one) != FIELDS or one != row(number, one["C"] // 1000)

    bm.start_ticker_socket(take)
    began = time.monotonic()
    bm.start()
    while len(seen) < count:
        time.sleep(0.01)
    print(f"{count} symbols: all told after {time.monotonic() - began:.1f} s")
    lists.clear()
    cpu, wall = time.process_time(), time.monotonic()
    time.sleep(seconds)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    status = bm.status()["!ticker@arr"]
    print(f"{len(lists)} lists in {wall:.0f} s, {sum(lists) / len(lists):.0f} rows each, {wrong} rows differ")
    print(
        f"{status['lines']} lines, {sum(lists) / wall:.0f} messages a second, {100 * cpu / wall:.1f} % of a core"
    )
    bm.close()
    bm.join()
    server.terminate()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
