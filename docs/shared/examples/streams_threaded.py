import threading

from binance import ThreadedWebsocketManager

seen = threading.Semaphore(0)


def handle(msg):
    if msg["e"] == "error":
        print("told:", msg["type"], msg["m"])
        return
    print(msg["s"], msg["p"])
    seen.release()


async def handle_book(msg):
    print("best bid:", msg["b"])
    seen.release()


twm = ThreadedWebsocketManager(api_key="my key", api_secret="my secret")
twm.start()

trades = twm.start_trade_socket(callback=handle, symbol="BTCUSDT")
books = twm.start_symbol_book_ticker_socket(callback=handle_book, symbol="BTCUSDT")

for _ in range(4):
    seen.acquire(timeout=20)
twm.stop_socket(trades)
twm.stop()
twm.join()
