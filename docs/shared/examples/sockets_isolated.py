import threading

from binance.client import Client
from binance.websockets import BinanceSocketManager

client = Client("my key", "my secret")
bm = BinanceSocketManager(client, isolate_callbacks=True)
done = threading.Event()


def process_message(msg):
    if done.is_set():
        return
    # en: A request over the WebSocket API, which would be refused in the shared thread.
    # ja: WebSocket API の呼び出しです。共有のスレッドでは断られます。
    print(msg["p"], client.ws_get_orderbook_ticker(symbol="BTCUSDT")["bidPrice"])
    done.set()


bm.start_trade_socket("BTCUSDT", process_message)
bm.start()
done.wait(20)
bm.close()
