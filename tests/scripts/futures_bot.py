"""A futures bot of 2020: it buys at five times leverage on the stream, with a stop and a target, and closes again."""

import time

from binance.client import Client
from binance.enums import *
from binance.exceptions import BinanceAPIException
from binance.websockets import BinanceSocketManager

client = Client("my-api-key", "my-api-secret")
seen = set()
state = {"order": None, "mark": None, "done": False}


def on_mark(msg):
    seen.add(msg["data"]["e"])
    state["mark"] = float(msg["data"]["p"])


def on_book(msg):
    seen.add("bookTicker")


def on_trade(msg):
    seen.add(msg["data"]["e"])
    if state["order"] is not None or state["mark"] is None:
        return
    price = float(msg["data"]["p"])
    state["order"] = client.futures_create_order(
        symbol="BTCUSDT", side=SIDE_BUY, type=ORDER_TYPE_MARKET, quantity=0.05, newOrderRespType="RESULT"
    )
    client.futures_create_order(
        symbol="BTCUSDT",
        side=SIDE_SELL,
        type="STOP_MARKET",
        stopPrice="%.1f" % (price * 0.95),
        closePosition=True,
    )
    client.futures_create_order(
        symbol="BTCUSDT",
        side=SIDE_SELL,
        type="TAKE_PROFIT_MARKET",
        stopPrice="%.1f" % (price * 1.05),
        quantity=0.05,
        reduceOnly=True,
    )
    client.futures_create_order(
        symbol="BTCUSDT",
        side=SIDE_BUY,
        type=ORDER_TYPE_LIMIT,
        timeInForce=TIME_IN_FORCE_GTC,
        quantity=0.01,
        price="%.1f" % (price * 0.97),
    )
    state["done"] = True


print(client.futures_change_leverage(symbol="BTCUSDT", leverage=5)["leverage"])
try:
    client.futures_change_margin_type(symbol="BTCUSDT", marginType="ISOLATED")
    client.futures_change_margin_type(symbol="BTCUSDT", marginType="ISOLATED")
except BinanceAPIException as e:
    print(e.code, e.message)
bm = BinanceSocketManager(client)
bm.start_symbol_mark_price_socket("BTCUSDT", on_mark, fast=True)
bm.start_symbol_ticker_futures_socket("BTCUSDT", on_book)
bm.start_aggtrade_futures_socket("BTCUSDT", on_trade)
bm.start()
while not state["done"]:
    time.sleep(0.05)

print(state["order"]["status"], sorted(o["type"] for o in client.futures_get_open_orders(symbol="BTCUSDT")))
position = [p for p in client.futures_position_information() if float(p["positionAmt"])][0]
print(position["symbol"], position["positionAmt"], position["leverage"], position["marginType"])
print(client.futures_cancel_all_open_orders(symbol="BTCUSDT")["code"], client.futures_get_open_orders())
client.futures_create_order(
    symbol="BTCUSDT", side=SIDE_SELL, type=ORDER_TYPE_MARKET, quantity=0.05, reduceOnly="true"
)
income = client.futures_income_history(incomeType="COMMISSION")
print(len(client.futures_account_trades(symbol="BTCUSDT")) == len(income), sorted(seen))
balance = [b for b in client.futures_account_balance() if b["asset"] == "USDT"][0]
print(float(balance["withdrawAvailable"]) == float(client.futures_account()["totalWalletBalance"]) > 9900)
bm.close()
