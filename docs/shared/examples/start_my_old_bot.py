from binance.client import Client
from binance.websockets import BinanceSocketManager


def process_message(msg):
    if msg["e"] == "error":
        # en: five tries failed; the socket goes on trying by itself
        # ja: 5 回続けて接続に失敗したという知らせ。再接続はこの後も自動で続く
        print("no connection:", msg["m"])
    else:
        print("{s}: {q} at {p}".format(**msg))


client = Client("key", "secret")
print("now:", client.get_symbol_ticker(symbol="BNBBTC")["price"])

bm = BinanceSocketManager(client)
bm.start_trade_socket("BNBBTC", process_message)
bm.start()
