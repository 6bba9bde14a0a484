import time

from binance.client import Client
from binance.websockets import (
    BinanceClientFactory,
    BinanceClientProtocol,
    BinanceSocketManager,
    connectWS,
)


class PatientFactory(BinanceClientFactory):
    # en: Tell the callback later, and try at least once a second.
    # ja: コールバック関数に知らせるのを遅らせ、少なくとも 1 秒に 1 回は再接続を試みます。
    maxRetries = 20
    maxDelay = 1


class MyManager(BinanceSocketManager):
    def _start_socket(self, path, callback, prefix="ws/"):
        if path in self._conns:
            return False
        factory = PatientFactory(self.STREAM_URL + prefix + path)
        factory.protocol = BinanceClientProtocol
        factory.callback = callback
        self._conns[path] = connectWS(factory)
        return path


bm = MyManager(Client())
conn_key = bm.start_trade_socket("BTCUSDT", print)
bm.start()
time.sleep(3)
bm.stop_socket(conn_key)
bm.close()
