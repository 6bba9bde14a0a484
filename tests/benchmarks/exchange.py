"""How much the exchange in a box carries: orders in its core, orders over REST, streams to many clients.

    python tests/benchmarks/exchange.py [core] [rest] [api] [fan-out]

Figures are for one core of the machine it runs on; run it when nothing else does.
"""

import asyncio
import http.client
import json
import random
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))

from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.trade import spot_calls
from binance_legacy.exchange.trade.trading import Trading
from binance_legacy.wire import signing

CORE, REST, SECONDS = 50_000, 5_000, 10.0
SYMBOLS = (
    "btcusdt", "ethusdt", "bnbusdt", "ethbtc", "bnbbtc", "ltcusdt", "xrpusdt", "adausdt", "linkusdt", "trxusdt",
)  # fmt: skip
KEY, SECRET = "k" * 64, "s" * 64


def orders(count, price, seed=1):
    """Limit orders of both sides around a price, every tenth of which trades, and their cancelations."""
    dice = random.Random(seed)
    for _ in range(count):
        is_buy = dice.random() < 0.5
        away = 0.999 if dice.random() < 0.1 else 1.001 + dice.random() * 0.05
        yield {
            "symbol": "BTCUSDT",
            "side": "BUY" if is_buy else "SELL",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.001",
            "price": f"{price / away if is_buy else price * away:.2f}",
            "newOrderRespType": "ACK",
        }


def core():
    market = Market(seed=1, start=int(time.time() * 1000))
    trading = Trading(market, windows=())
    trading.set_filters("BTCUSDT", {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 10**6})
    account = trading.open_account({"USDT": "100000000", "BTC": "1000"})
    place, cancel = spot_calls.BY_NAME["order.place"], spot_calls.BY_NAME["order.cancel"]
    sent = list(orders(CORE, trading.desk("BTCUSDT").last / 100))
    desk = trading.desk("BTCUSDT")
    start = time.perf_counter()
    for one in sent:
        placed = place.answer(trading, account, place.read(one))
        if placed["orderId"] in desk.open.get(account.name, ()):
            cancel.answer(
                trading, account, cancel.read({"symbol": "BTCUSDT", "orderId": str(placed["orderId"])})
            )
    calls = time.perf_counter() - start
    made = CORE + sum(one.status == "CANCELED" for one in desk.orders.values())
    print(f"core, whole calls: {made / calls:,.0f} orders and cancelations a second")
    matching(market, trading, account)


def matching(market, trading, account):
    """The matching engine below the calls: orders that are made already."""
    from binance_legacy.exchange.trade.tickets import ticket

    desk = trading.desk("ETHUSDT")
    last = desk.last / 100
    place = spot_calls.BY_NAME["order.place"]
    trading.deposit(account, "ETH", "1000000")
    asked = [place.read({**one, "symbol": "ETHUSDT"}) for one in orders(CORE, last)]
    made = [desk.prepare(account, ticket(desk.symbol, one, trading.new_id), trading.now) for one in asked]
    start = time.perf_counter()
    for order in made:
        desk.check(order)
        trading.clearing.lock(desk.need(order), order)
        desk.accept(order, trading.now)
        desk.enter(order, trading.now)
        if order.open:
            desk.cancel(order, "x", trading.now)
        desk.finish(trading.now)
    took = time.perf_counter() - start
    done = CORE + sum(order.status == "CANCELED" for order in made)
    print(f"core, matching and settling: {done / took:,.0f} orders and cancelations a second")


def market_orders():
    """Orders that trade at once, so that no limit of unfilled orders is met."""
    for number in range(REST):
        side = "SELL" if number % 2 else "BUY"
        yield {"symbol": "BTCUSDT", "side": side, "type": "MARKET", "quantity": "0.001"}


def signed(params):
    return signing.signed(SECRET, [*params.items(), ("timestamp", int(time.time() * 1000))])


def rest():
    with Exchange(balances={"USDT": "100000000", "BTC": "1000"}) as exchange:
        exchange.register(KEY, SECRET)
        line = http.client.HTTPConnection(urlsplit(exchange.rest_url).netloc)
        headers = {"X-MBX-APIKEY": KEY}

        def call(method, path, params):
            line.request(method, f"{path}?{signed(params)}", headers=headers)
            answer = line.getresponse()
            return json.loads(answer.read())

        call("POST", "/api/v3/order/test", next(market_orders()))
        start = time.perf_counter()
        done = sum("orderId" in call("POST", "/api/v3/order", one) for one in market_orders())
        took = time.perf_counter() - start
    print(f"REST: {REST / took:,.0f} orders a second by one client ({done} of {REST} taken)")


def api():
    with Exchange(balances={"USDT": "100000000", "BTC": "1000"}) as exchange:
        exchange.register(KEY, SECRET)
        with connect(exchange.ws_api_url, compression=None) as socket:

            def call(method, params):
                socket.send(json.dumps({"id": 1, "method": method, "params": params}))
                return json.loads(socket.recv())

            call("ticker.price", {"symbol": "BTCUSDT"})
            done = 0
            start = time.perf_counter()
            for one in market_orders():
                params = {**one, "apiKey": KEY, "timestamp": int(time.time() * 1000)}
                done += call("order.place", signing.signed_request(SECRET, params))["status"] == 200
            took = time.perf_counter() - start
    print(f"WebSocket API: {REST / took:,.0f} orders a second by one client ({done} of {REST} taken)")


def fan_out():
    """Messages a second to 1, 10 and 100 clients, each of which hears all streams of ten symbols."""
    names = [
        f"{symbol}@{kind}"
        for symbol in SYMBOLS
        for kind in ("trade", "aggTrade", "bookTicker", "depth@100ms", "kline_1m", "ticker")
    ]
    for clients in (1, 10, 100):
        with Exchange() as exchange:
            heard = Listeners(exchange.stream_url + "/stream?streams=" + "/".join(names), clients)
            began, used = heard.count, cpu(exchange.pid)
            time.sleep(SECONDS)
            count, spent = heard.count - began, cpu(exchange.pid) - used
            heard.stop()
        print(
            f"fan-out to {clients:>3} clients: {count / SECONDS:>9,.0f} messages a second sent, "
            f"{spent / SECONDS:.0%} of a core"
        )


class Listeners:
    """Clients in a thread of their own, which only count."""

    def __init__(self, url, clients):
        self.count = 0
        self._url, self._clients = url, clients
        self._ready, self._over = threading.Event(), None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        self._ready.wait()

    async def _run(self):
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        tasks = [asyncio.ensure_future(self._listen()) for _ in range(self._clients)]
        await asyncio.sleep(1)
        self._ready.set()
        await self._over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self):
        async with connect_async(self._url, compression=None, max_size=None) as socket:
            async for _ in socket:
                self.count += 1

    def stop(self):
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()


def cpu(pid):
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    parts = {"core": core, "rest": rest, "api": api, "fan-out": fan_out}
    for name in sys.argv[1:] or parts:
        parts[name]()
