import threading

from binance.client import Client
from binance.websockets import BinanceSocketManager


class PriceWatch:
    def __init__(self, client, symbol):
        self.last = client.get_symbol_ticker(symbol=symbol)["price"]
        self.bids = []
        self.moved = threading.Event()
        self.bm = BinanceSocketManager(client)
        self.bm.start_symbol_book_ticker_socket(symbol, self.on_best)
        self.bm.start()

    def on_best(self, msg):
        self.bids.append(msg["b"])
        self.moved.set()


def test_the_bot_knows_a_price_at_once_and_then_hears_best_prices(binance_exchange):
    bot = PriceWatch(Client(), "BTCUSDT")
    assert float(bot.last) > 0
    assert bot.moved.wait(20)
    bot.bm.close()
    assert float(bot.bids[0]) > 0
