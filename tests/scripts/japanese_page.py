# -*- coding: utf-8 -*-
"""The sockets of the Japanese websockets page, one after the other, then the end as the page teaches it.

python japanese_page.py [close|reactor]
"""

import sys
import threading

from binance.client import Client
from binance.enums import *
from binance.websockets import BinanceSocketManager
from twisted.internet import reactor

wanted = {
    "trade",
    "aggTrade",
    "depthUpdate",
    "kline",
    "24hrTicker",
    "partial",
    "neobtc@ticker",
    "bnbbtc@aggTrade",
}
seen = set()
everything = threading.Event()


def note(kind):
    seen.add(kind)
    if wanted <= seen:
        everything.set()


def process_message(msg):
    if msg.get("e") == "error":
        print("error: {}".format(msg["m"]))
    else:
        note(msg["e"])


def process_partial(msg):
    if len(msg["bids"]) == 5 and len(msg["asks"]) == 5:
        note("partial")


def process_m_message(msg):
    assert msg["data"]["s"] == msg["stream"].split("@")[0].upper()
    note(msg["stream"])


client = Client("key of 2019", "secret of 2019")
bm = BinanceSocketManager(client)
conn_key = bm.start_trade_socket("BNBBTC", process_message)
bm.start()
m_key = bm.start_multiplex_socket(["bnbbtc@aggTrade", "neobtc@ticker"], process_m_message)
diff_key = bm.start_depth_socket("BNBBTC", process_message)
partial_key = bm.start_depth_socket("BNBBTC", process_partial, depth=BinanceSocketManager.WEBSOCKET_DEPTH_5)
kline_key = bm.start_kline_socket("BNBBTC", process_message, interval=KLINE_INTERVAL_30MINUTE)
agg_key = bm.start_aggtrade_socket("BNBBTC", process_message)
ticker_key = bm.start_symbol_ticker_socket("BNBBTC", process_message)

everything.wait(20)
bm.stop_socket(conn_key)
bm.close()
if sys.argv[-1] == "reactor":
    reactor.stop()
print("missing: {}".format(sorted(wanted - seen)))
