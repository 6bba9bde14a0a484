"""A moving-average bot: 500 hourly candles first, then the live one; its line must not break."""

import threading

from binance.client import Client
from binance.websockets import BinanceSocketManager

client = Client()
closes = {}
live = threading.Event()


def process(msg):
    candle = msg["k"]
    closes[candle["t"]] = float(candle["c"])
    live.set()


for k in client.get_klines(symbol="BTCUSDT", interval=Client.KLINE_INTERVAL_1HOUR, limit=500):
    closes[k[0]] = float(k[4])

bm = BinanceSocketManager(client)
bm.start_kline_socket("BTCUSDT", process, interval=Client.KLINE_INTERVAL_1HOUR)
bm.start()
live.wait(20)
bm.close()

times = sorted(closes)
gaps = [later - earlier for earlier, later in zip(times, times[1:]) if later - earlier != 3600 * 1000]
jumps = [b / a for a, b in zip([closes[t] for t in times], [closes[t] for t in times[1:]])]
print(
    "candles: {}  gaps: {}  steady: {}".format(
        len(times) in (500, 501), gaps, 0.5 < min(jumps) and max(jumps) < 2
    )
)
