"""A margin bot of 2019: it borrows, sells short, hears of its fills on the margin socket, buys back and repays."""

import threading
import time

from binance.client import Client
from binance.enums import *
from binance.exceptions import BinanceAPIException
from binance.websockets import BinanceSocketManager

client = Client("my-api-key", "my-api-secret")
events = []
filled = threading.Event()


def on_event(msg):
    events.append(msg)
    if msg["e"] == "executionReport" and msg["X"] == "FILLED" and msg["S"] == "BUY":
        filled.set()


def asset(name):
    return [a for a in client.get_margin_account()["userAssets"] if a["asset"] == name][0]


print("tranId" in client.transfer_spot_to_margin(asset="USDT", amount="3000"))
bm = BinanceSocketManager(client, user_timeout=60)
key = bm.start_margin_socket(on_event)
bm.start()
print(len(key))
while not events:  # the socket hears of what comes in
    client.transfer_spot_to_margin(asset="USDT", amount="1")
    time.sleep(0.2)

print("tranId" in client.create_margin_loan(asset="BTC", amount="0.02"))
print(float(asset("BTC")["borrowed"]), float(client.get_margin_account()["marginLevel"]) > 2)
sold = client.create_margin_order(symbol="BTCUSDT", side=SIDE_SELL, type=ORDER_TYPE_MARKET, quantity=0.02)
print(sold["status"], sold["isIsolated"])
price = float(client.get_margin_price_index(symbol="BTCUSDT")["price"])
waiting = client.create_margin_order(
    symbol="BTCUSDT",
    side=SIDE_BUY,
    type=ORDER_TYPE_LIMIT,
    timeInForce=TIME_IN_FORCE_GTC,
    quantity=0.01,
    price="%.2f" % (price * 0.9),
)
print(len(client.get_open_margin_orders(symbol="BTCUSDT")))
print(client.cancel_margin_order(symbol="BTCUSDT", orderId=waiting["orderId"])["status"])
client.create_margin_order(symbol="BTCUSDT", side=SIDE_BUY, type=ORDER_TYPE_MARKET, quantity=0.021)
print(filled.wait(20))
debt = asset("BTC")
client.repay_margin_loan(asset="BTC", amount="%.8f" % (float(debt["borrowed"]) + float(debt["interest"])))
print(float(asset("BTC")["borrowed"]), client.get_margin_loan_details(asset="BTC")["total"])
try:
    client.create_margin_loan(asset="USDT", amount="1000000")
except BinanceAPIException as e:
    print(e.code, e.message)
print(sorted({e["e"] for e in events}))

heard = []
client.transfer_spot_to_isolated_margin(asset="USDT", symbol="ETHUSDT", amount="400")
bm.start_isolated_margin_socket("ETHUSDT", heard.append)
while not heard:
    client.transfer_spot_to_isolated_margin(asset="USDT", symbol="ETHUSDT", amount="1")
    time.sleep(0.2)
told = client.create_margin_order(
    symbol="ETHUSDT",
    side=SIDE_BUY,
    type=ORDER_TYPE_MARKET,
    quantity=0.3,
    isIsolated="TRUE",
    sideEffectType="MARGIN_BUY",
)
print(told["isIsolated"], [a["symbol"] for a in client.get_isolated_margin_account()["assets"]])
deadline = time.time() + 20
while time.time() < deadline and not [e for e in heard if e.get("X") == "FILLED"]:
    time.sleep(0.05)
print([(e["s"], e["S"]) for e in heard if e.get("X") == "FILLED"])
client.create_margin_order(
    symbol="ETHUSDT",
    side=SIDE_SELL,
    type=ORDER_TYPE_MARKET,
    quantity=0.29,
    isIsolated="TRUE",
    sideEffectType="AUTO_REPAY",
)
details = client.get_margin_repay_details(asset="USDT", isolatedSymbol="ETHUSDT")
print(
    details["total"],
    client.get_isolated_margin_account(symbols="ETHUSDT")["assets"][0]["quoteAsset"]["borrowed"],
)
bm.close()
