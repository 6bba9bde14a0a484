import threading

from binance.client import Client
from binance.websockets import BinanceSocketManager


def test_the_socket_comes_back_after_the_line_was_cut(binance_exchange):
    heard = threading.Semaphore(0)
    bm = BinanceSocketManager(Client())
    bm.start_trade_socket("BTCUSDT", lambda msg: heard.release())
    bm.start()
    assert heard.acquire(timeout=20)
    assert binance_exchange.disconnect() == 1
    binance_exchange.trade("BTCUSDT", "BUY", "0.001")
    assert all(heard.acquire(timeout=20) for _ in range(3))
    bm.close()
