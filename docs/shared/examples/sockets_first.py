from binance.client import Client
from binance.websockets import BinanceSocketManager


def process_message(msg):
    print("{s} {p} x {q}".format(**msg))


client = Client("key", "secret")
bm = BinanceSocketManager(client)

# en: Open any socket, here one of trades.
# ja: ソケットを開きます。ここでは約定のソケットです。
conn_key = bm.start_trade_socket("BNBBTC", process_message)

# en: From here on messages arrive.
# ja: ここからメッセージが届きます。
bm.start()
