import threading
import time

from binance.client import Client
from binance.websockets import BinanceSocketManager

client = Client("my key", "my secret")
bm = BinanceSocketManager(client)
filled = threading.Event()


def process_message(msg):
    if msg["e"] == "executionReport":
        print(msg["s"], msg["S"], msg["x"], msg["X"], msg["z"])
        if msg["X"] == "FILLED":
            filled.set()
    elif msg["e"] == "outboundAccountPosition":
        print({row["a"]: row["f"] for row in msg["B"]})


conn_key = bm.start_user_socket(process_message)
bm.start()

# en: Only what happens from here on is told.
# ja: 知らされるのは、ここから後に起きたことだけです。
while bm.status()[conn_key]["state"] != "connected":
    time.sleep(0.05)

client.order_market_buy(symbol="ETHUSDT", quantity="0.1")
filled.wait(20)
bm.close()
