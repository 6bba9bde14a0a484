import time

from binance.client import Client
from binance.websockets import BinanceSocketManager
from binance_legacy.exchange import Exchange


def process_message(msg):
    if msg["e"] == "error":
        print("callback:", msg["m"])


def notice(what):
    print("notice:", what)


exchange = Exchange(seed=1)
exchange.start()
exchange.use()
port = int(exchange.rest_url.rpartition(":")[2])

bm = BinanceSocketManager(Client(), on_notice=notice)
bm.start_trade_socket("BTCUSDT", process_message)
bm.start()
time.sleep(3)

# en: An outage of two seconds.
# ja: 2 秒間の障害です。
exchange.stop()
time.sleep(2)
exchange = Exchange(seed=1, port=port)
exchange.start()

time.sleep(5)
print(bm.status()["btcusdt@trade"])
bm.close()
exchange.stop()
