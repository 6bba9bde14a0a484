"""Watch one market, as scripts of the 0.7 era did: a client, three sockets, three callbacks.

python market_watch.py [SYMBOL] [SECONDS]
"""

import sys
import time

from binance.client import Client
from binance.enums import KLINE_INTERVAL_1MINUTE
from binance.websockets import BinanceSocketManager

symbol = sys.argv[1] if len(sys.argv) > 1 else "BTCUSDT"
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
last_quote = 0


def show(kind, text, *numbers):
    shown = [number.rstrip("0").rstrip(".") for number in numbers]
    print("{}  {:<6}  {}".format(time.strftime("%H:%M:%S"), kind, text.format(*shown)))


def on_trade(msg):
    side = "sold  " if msg["m"] else "bought"
    show("trade", side + "  {:>12} at {:>12}", msg["q"], msg["p"])


def on_kline(msg):
    k = msg["k"]
    show("candle", "open {}  high {}  low {}  close {}  volume {}", k["o"], k["h"], k["l"], k["c"], k["v"])


def on_book_ticker(msg):
    global last_quote
    if time.time() - last_quote >= 1:  # best prices change many times a second
        last_quote = time.time()
        show(
            "best", "bid     {:>12} at {:>12}   ask {:>12} at {:>12}", msg["B"], msg["b"], msg["A"], msg["a"]
        )


client = Client("", "")
for candle in client.get_klines(symbol=symbol, interval=KLINE_INTERVAL_1MINUTE, limit=3):
    opened = time.strftime("%H:%M", time.localtime(candle[0] / 1000))
    show("past", "candle of " + opened + ": open {}  close {}  volume {}", candle[1], candle[4], candle[5])

bm = BinanceSocketManager(client)
bm.start_trade_socket(symbol, on_trade)
bm.start_kline_socket(symbol, on_kline, interval=KLINE_INTERVAL_1MINUTE)
bm.start_symbol_book_ticker_socket(symbol, on_book_ticker)
bm.start()

time.sleep(seconds)
bm.close()
