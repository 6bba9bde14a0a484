import json
import tempfile
import threading
from pathlib import Path

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange
from binance_legacy.websockets import BinanceSocketManager

# part: write
START = 1723161254000  # 2024-08-08 23:54:14 UTC


def line(number, price):
    at = START + 1000 * number
    data = {
        "e": "trade",
        "E": at,
        "s": "ETHUSDT",
        "t": 1580000000 + number,
        "p": price,
        "q": "0.10000000",
        "T": at,
        "m": False,
        "M": True,
    }
    return {"t": at, "stream": "ethusdt@trade", "data": data}


lines = [{"binance_legacy_capture": 1}]
lines += [line(number, f"{2680 + number}.00000000") for number in range(60)]
capture = Path(tempfile.mkdtemp()) / "capture.jsonl"
capture.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
# end

# part: play
prices = []
done = threading.Event()


def process_message(msg):
    prices.append(msg["p"])
    if len(prices) == 60:
        done.set()


with Exchange(replay=capture, speed=20) as exchange:
    exchange.use()
    bm = BinanceSocketManager(Client())
    bm.start_trade_socket("ETHUSDT", process_message)
    bm.start()
    done.wait(30)
    bm.close()

assert len(prices) == 60 and prices[0] == "2680.00000000"
# end
