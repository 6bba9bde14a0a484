import threading

from binance.client import Client
from binance.websockets import BinanceSocketManager

seen = {}
both = threading.Event()


def process_m_message(msg):
    if "stream" in msg and msg["stream"] not in seen:
        seen[msg["stream"]] = msg["data"]
        print(msg["stream"])
        if len(seen) == 2:
            both.set()


bm = BinanceSocketManager(Client())
conn_key = bm.start_multiplex_socket(["btcusdt@bookTicker"], process_m_message)
bm.start()

bm.subscribe(conn_key, ["ethusdt@bookTicker"])
both.wait(20)
bm.unsubscribe(conn_key, ["btcusdt@bookTicker"])
bm.close()
