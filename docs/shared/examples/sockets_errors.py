from binance.client import Client
from binance.websockets import BinanceSocketManager


# part: callback
def process_message(msg):
    if msg["e"] == "error":
        # en: No connection for a while. The socket goes on trying: an alarm is enough.
        # ja: しばらく接続できていません。ソケットは再接続を続けるので、知らせるだけで十分です。
        print("no connection:", msg["reason"])
    else:
        print("price:", msg["p"])


# end
bm = BinanceSocketManager(Client())
bm.start_trade_socket("BTCUSDT", process_message)
bm.start()
