from binance.client import Client
from binance.websockets import BinanceSocketManager
from twisted.internet import reactor


def process_message(msg):
    print(msg["s"], msg["b"], msg["a"])


bm = BinanceSocketManager(Client())
bm.start_symbol_book_ticker_socket("BTCUSDT", process_message)

# en: The program runs the reactor itself; there is no bm.start().
# ja: プログラムが自分でリアクターを動かします。bm.start() は呼びません。
reactor.callLater(3, reactor.stop)
reactor.run()
