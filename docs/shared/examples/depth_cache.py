import threading

from binance.client import Client
from binance.depthcache import DepthCacheManager

seen = threading.Semaphore(0)


def process_depth(depth_cache):
    if depth_cache is None:
        # en: The book cannot be had for a while; it comes back by itself.
        # ja: しばらく板が得られません。何もしなくても元に戻ります。
        print("no book")
        return
    print(depth_cache.symbol, depth_cache.get_bids()[0], depth_cache.get_asks()[0])
    seen.release()


dcm = DepthCacheManager(Client(), "BTCUSDT", callback=process_depth, ws_interval=100)
print(len(dcm.get_depth_cache().get_bids()))

for _ in range(3):
    seen.acquire(timeout=20)
dcm.close()
