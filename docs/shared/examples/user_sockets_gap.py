import threading
import time

from binance.client import Client
from binance.websockets import BinanceSocketManager
from binance_legacy.exchange import Exchange

reports = []
filled = threading.Event()


def process_message(msg):
    if msg["e"] == "executionReport":
        reports.append((msg["x"], msg["X"], msg["z"]))
        if msg["X"] == "FILLED":
            filled.set()


with Exchange(seed=1) as exchange:
    exchange.use()
    client = Client("my key", "my secret")
    bm = BinanceSocketManager(client)
    conn_key = bm.start_user_socket(process_message)
    bm.start()
    while bm.status()[conn_key]["state"] != "connected":
        time.sleep(0.05)

    last = float(client.get_symbol_ticker(symbol="ETHUSDT")["price"])
    client.order_limit_buy(symbol="ETHUSDT", quantity="0.1", price=f"{last * 0.9:.2f}")

    # en: For a while nobody is let in, and the order is filled meanwhile.
    # ja: しばらく誰も接続できません。注文はその間に約定します。
    exchange.refuse(times=-1)
    exchange.disconnect()
    exchange.move_price("ETHUSDT", f"{last * 0.85:.2f}")
    exchange.heal()

    filled.wait(20)
    print(reports)
    bm.close()
