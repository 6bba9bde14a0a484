from binance.client import Client
from binance.websockets import BinanceSocketManager

bm = BinanceSocketManager(Client())
prices = []


def first_price(msg):
    # en: One price is enough: stop this socket and open another one.
    # ja: 価格は 1 つで十分です。このソケットを止めて、別のソケットを開きます。
    print("best bid:", msg["b"])
    bm.stop_socket(first_key)
    bm.start_trade_socket("BTCUSDT", trade)


def trade(msg):
    prices.append(msg["p"])
    print("trade:", msg["p"])
    if len(prices) == 3:
        bm.close()


first_key = bm.start_symbol_book_ticker_socket("BTCUSDT", first_price)
bm.start()
bm.join()
print("closed after", len(prices), "trades")
