"""Trades against the last move, from inside the stream's callback, until it has made six round trips."""

import sys

from binance.client import Client
from binance.enums import *
from binance.exceptions import BinanceAPIException
from binance.websockets import BinanceSocketManager
from twisted.internet import reactor

client = Client("my-api-key", "my-api-secret")
info = client.get_symbol_info("ETHBTC")
step = next(f["stepSize"] for f in info["filters"] if f["filterType"] == "LOT_SIZE")
state = {"last": None, "bought": None, "trips": 0}


def process_message(msg):
    if msg["e"] == "error":
        print("ERROR", msg["m"])
        return
    price = float(msg["p"])
    before, state["last"] = state["last"], price
    if before is None:
        return
    if state["bought"] is None:
        order = client.create_order(symbol="ETHBTC", side=SIDE_BUY, type=ORDER_TYPE_MARKET, quantity=0.1)
        state["bought"] = sum(float(f["price"]) * float(f["qty"]) for f in order["fills"])
        assert order["status"] == ORDER_STATUS_FILLED
    else:
        order = client.order_market_sell(symbol="ETHBTC", quantity=0.1)
        sold = float(order["cummulativeQuoteQty"])
        state["trips"] += 1
        print("trip %d: %+.8f BTC" % (state["trips"], sold - state["bought"]))
        state["bought"] = None
    if state["trips"] == 6:
        try:
            client.order_limit_buy(symbol="ETHBTC", quantity=1000, price="%.5f" % (price * 0.9))
        except BinanceAPIException as e:
            print(e.code, e.message)
        waiting = client.order_limit_sell(symbol="ETHBTC", quantity=0.5, price="%.5f" % (price * 1.5))
        print(waiting["status"], len(client.get_open_orders()), len(client.get_my_trades(symbol="ETHBTC")))
        bm.close()
        reactor.stop()


bm = BinanceSocketManager(client, user_timeout=60)
bm.start_trade_socket("ETHBTC", process_message)
bm.start()
