import threading

from binance import ThreadedDepthCacheManager

seen = threading.Semaphore(0)


def handle(cache):
    if isinstance(cache, dict):
        print("told:", cache["type"], cache["m"])
    else:
        print(cache.symbol, cache.top_bids(2))
        seen.release()


dcm = ThreadedDepthCacheManager()
dcm.start()
name = dcm.start_depth_cache(callback=handle, symbol="BTCUSDT", ws_interval=100)
for _ in range(3):
    seen.acquire(timeout=20)
dcm.stop_socket(name)
dcm.stop()
dcm.join()
