#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""A portfolio bot of 2020: balances, deposits, margin and orders, in classes, threads and helper functions."""

import json
import threading
import time

import ccxt
import requests

import binance.client
from binance import client as api
from binance.client import Client, BinanceAPIException
from binance.enums import *
from binance.enums import ORDER_TYPE_LIMIT, ORDER_TYPE_ICEBERG  # -> not found
from binance.exceptions import BinanceOrderException, BinanceWithdrawException
from binance.helpers import date_to_milliseconds

SECOND_ACCOUNT = {"name": "hedge", "symbol": "BNBBTC"}


def make_client(name="main"):
    with open(name + ".json") as keys:
        saved = json.load(keys)
    return Client(saved["key"], saved["secret"], {"verify": True, "timeout": 20})


class Portfolio(object):
    def __init__(self, client, base="USDT"):
        self.client = client
        self.base = base
        self.session = requests.Session()
        self.lock = threading.Lock()

    def balances(self):
        account = self.client.get_account()  # -> alive
        return dict((row["asset"], float(row["free"])) for row in account["balances"])

    def deposits(self, asset):
        answer = self.client.get_deposit_history(asset=asset, status=1)  # -> answered
        return answer["depositList"] if answer["success"] else []

    def history(self, asset):
        if self.client.get_system_status()["status"] != 0:  # -> answered
            return []
        return (
            self.deposits(asset)
            + self.client.get_withdraw_history(asset=asset)["withdrawList"]  # -> answered
            + self.client.get_my_trades(symbol=asset + self.base)  # -> alive
        )

    def ticker(self):
        # not python-binance: nothing to say
        return self.session.get("https://example.com/ticker").json().get("last")

    def cash_out(self, address, amount):
        try:
            return self.client.withdraw(asset="BTC", address=address, amount=amount)  # -> answered
        except BinanceWithdrawException as e:
            print(e.message)


class MarginPortfolio(Portfolio):
    def borrow(self, asset, amount):
        with self.lock:
            self.client.create_margin_loan(asset=asset, amount=amount)  # -> answered
        pair = self.client.get_margin_symbol(symbol="BTCUSDT")  # -> answered
        if pair["isMarginTrade"]:
            self.client.create_margin_order(symbol="BTCUSDT", side=SIDE_BUY)  # -> alive

    def open_isolated(self):
        return self.client.create_isolated_margin_account(base="BTC", quote="USDT")  # -> gone


class CarefulClient(Client):
    """Counts its orders."""

    orders = 0

    def create_order(self, **params):
        self.orders += 1
        self.note("order")
        return super(CarefulClient, self).create_order(**params)  # -> alive

    def note(self, what):
        print(what, self.orders, self.get_server_time())  # -> alive

    def sell_all(self, symbol, quantity):
        self.create_order(symbol=symbol, side="SELL", type="MARKET", quantity=quantity)
        self.order_market_sel(symbol=symbol, quantity=quantity)  # -> not found


def rebalance(cl, symbol):
    book = cl.get_orderbook_ticker(symbol=symbol)  # -> alive
    cl.order_limit_buy(symbol=symbol, quantity=1, price=book["bidPrice"])  # -> alive
    for trade in cl.aggregate_trade_iter(symbol, start_str="1 hour ago UTC"):  # -> alive
        print(trade[Client.AGG_PRICE])


def candles(client):
    klines = client.get_historical_klines("BNBBTC", Client.KLINE_INTERVAL_1HOUR, "1 day ago UTC")  # -> alive
    more = client.get_klines(symbol="BNBBTC", interval=Client.KLINE_INTERVAL_7HOUR)  # -> alive; not found
    return klines + more


def show(status):
    state = {"account": status}
    print(state.get("account"))


main = make_client()
hedge = api.Client("key", "secret")
public = binance.client.Client("", "")
careful = CarefulClient("key", "secret")
accounts = {"main": main, "hedge": hedge}
exchange = ccxt.binance()
exchange.create_order("BTC/USDT", "limit", "buy", 1, 100)

print(public.get_symbol_info("BNBBTC"), hedge.get_asset_balance("BTC"))  # -> alive; alive
for account in accounts.values():
    print(account.get_open_orders(), account.get_dust_log())  # -> alive; answered
accounts["main"].cancel_order(symbol="BNBBTC", orderId=1)  # -> alive
place = getattr(main, "order_market_sell")  # -> alive
place(symbol="BNBBTC", quantity=1)
threading.Thread(target=rebalance, args=(hedge, "BNBBTC")).start()
show(make_client().get_account_status())  # -> answered
candles(main)

main.API_URL = "https://api.binance.com/api"
print(main.session.headers, main.response, date_to_milliseconds("now UTC"))
print(main._get("ticker/24hr", version=main.PRIVATE_API_VERSION), main._get("klines"))  # -> alive; gone
print(main._request_withdraw_api("get", "assetDetail.html", True))  # -> gone
print(main._request_margin_api("get", "margin/account", True))  # -> alive
print(requests.get("https://api.binance.com/api/v1/ticker/allPrices").json())  # -> gone
print(requests.get("https://api.binance.com/api/v3/depth?symbol={}".format("BNBBTC")))  # -> alive
print(requests.post("https://api.binance.com" + "/wapi/v3/withdraw.html", data={"asset": "BTC"}))  # -> gone
try:
    main.get_acount()  # -> not found
except (BinanceAPIException, BinanceOrderException) as e:
    print(e.status_code, e.message)
time.sleep(1)
