from binance.client import Client
from binance.websockets import BinanceSocketManager

bm = BinanceSocketManager(Client("key", "secret"))
bm.start_trade_socket("BNBBTC", lambda msg: print(msg["s"], msg["q"], "at", msg["p"]))
bm.start()
