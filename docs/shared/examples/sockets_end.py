import time

from binance.client import Client
from binance.websockets import BinanceSocketManager


def process_message(msg):
    print("{s} {c}".format(**msg))


bm = BinanceSocketManager(Client())
bm.start_symbol_ticker_socket("ETHBTC", process_message)
bm.start()

time.sleep(3)

# part: close
bm.close()
# end

# part: stop
from twisted.internet import reactor

reactor.stop()
# end
