import json
import tempfile
from pathlib import Path

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange

START = 1723161254000  # 2024-08-08 23:54:14 UTC
ADDRESS = "/api/v3/depth?symbol=ETHUSDT&limit=1000"
BOOK = {
    "lastUpdateId": 1,
    "bids": [["2680.00000000", "5.00000000"]],
    "asks": [["2680.10000000", "2.00000000"], ["2680.50000000", "8.00000000"]],
}
TRADE = {"e": "trade", "E": START, "s": "ETHUSDT", "t": 1, "p": "2680.00000000", "q": "0.10000000",
         "T": START, "m": True, "M": True}  # fmt: skip

lines = [
    {"binance_legacy_capture": 1},
    {"t": START, "rest": ADDRESS, "data": BOOK},
    {"t": START, "stream": "ethusdt@trade", "data": TRADE},
]
capture = Path(tempfile.mkdtemp()) / "capture.jsonl"
capture.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")

with Exchange(replay=capture) as exchange:
    exchange.use()
    client = Client("my key", "my secret")

    # en: Two are there at 2680.10, the rest comes from 2680.50.
    # ja: 2680.10 には 2 だけあり、残りは 2680.50 からです。
    order = client.order_market_buy(symbol="ETHUSDT", quantity="2.5")
    print([(fill["price"], fill["qty"]) for fill in order["fills"]])

    # en: Five were there before.
    # ja: 先に 5 が並んでいます。
    order = client.order_limit_buy(symbol="ETHUSDT", quantity=1, price="2680.00")
    print(order["status"])
