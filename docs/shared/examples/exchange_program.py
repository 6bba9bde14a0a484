import threading

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange
from binance_legacy.websockets import BinanceSocketManager

with Exchange(seed=7) as exchange:
    # en: Clients and managers made from here on talk to the box.
    # ja: ここから先に作ったクライアントとマネージャーは、箱の中の取引所につながります。
    exchange.use()
    client = Client()
    print(client.get_symbol_ticker(symbol="ETHBTC"))

    seen = threading.Event()
    bm = BinanceSocketManager(client)
    bm.start_trade_socket("BTCUSDT", lambda msg: (print(msg), seen.set()))
    bm.start()
    seen.wait(20)
    bm.close()
