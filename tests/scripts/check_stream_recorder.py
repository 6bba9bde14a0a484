"""A recorder of 2019-2021: every kind of socket, multiplex lists, addresses written by hand."""

import asyncio
import sqlite3
from functools import partial

import websocket
from binance.client import Client
from binance.websockets import BinanceSocketManager
from binance.spot import Spot  # -> not found
from twisted.internet import reactor

SYMBOLS = ["BNBBTC", "ETHBTC"]
TRADES = "wss://stream.binance.com:9443/ws/bnbbtc@trade"  # -> alive
TICKERS = "wss://stream.binance.com:9443/ws/!ticker@arr"  # -> gone
FUTURES = "wss://fstream.binance.com/ws/btcusdt@markPrice"  # -> gone
OPTIONS = "wss://vstream.binance.com/ws/BTC-210630-9000-P@ticker"  # -> gone
ROUTED = "wss://fstream.binance.com/market/ws/btcusdt@markPrice"
MAIL = "me@trade.example.com"

db = sqlite3.connect(":memory:")
client = Client()


class Recorder(BinanceSocketManager):
    def __init__(self, client, table):
        self.table = table
        self.keys = []
        super().__init__(client, user_timeout=60)

    def open(self, symbol):
        self.keys.append(self.start_trade_socket(symbol, self.save))  # -> alive
        self.keys.append(self.start_kline_socket(symbol, self.save, interval="5m"))  # -> alive
        self.keys.append(self.start_depth_socket(symbol, self.save, depth=self.WEBSOCKET_DEPTH_5))  # -> alive
        self.keys.append(self.start_agg_trade_socket(symbol, self.save))  # -> not found

    def save(self, msg):
        if msg["e"] == "error":
            self.close()
            self.start()
        elif msg.get("stream") == "!ticker@arr":
            print("all")
        db.execute("insert into {} values (?)".format(self.table), [str(msg)])

    def snapshot(self, symbol):
        return self._client.get_order_book(symbol=symbol, limit=100)  # -> alive


def on_message(kind, msg):
    print(kind, msg)


recorder = Recorder(client, "trades")
for symbol in SYMBOLS:
    recorder.open(symbol)

bm = BinanceSocketManager(client)
bm.start_ticker_socket(on_message)  # -> gone | answered
bm.start_book_ticker_socket(on_message)  # -> gone | answered
bm.start_miniticker_socket(partial(on_message, "mini"))  # -> alive
bm.start_symbol_ticker_futures_socket("BTCUSDT", on_message)  # -> answered
bm.start_all_mark_price_socket(on_message, fast=False)  # -> answered
bm.start_user_socket(on_message)  # -> not served | answered
bm.start_options_kline_socket("BTC-210630-9000-P", on_message)  # -> not served | answered
bm.start_multiplex_socket(  # -> alive
    [
        "bnbbtc@aggTrade",  # -> alive
        "ETHBTC@ticker",  # -> not found
        "!ticker@arr",  # -> gone | answered
        "{}@kline_1m".format("neobtc"),  # -> alive
        SYMBOLS[0].lower() + "@depth20@100ms",  # -> alive
        "ltcbtc@kline_7m",  # -> not found
    ],
    on_message,
)
streams = [f"{s.lower()}@bookTicker" for s in SYMBOLS]  # -> alive
key = bm.start_multiplex_socket(streams, on_message)  # -> alive
bm._start_socket("streams=!bookTicker/bnbbtc@miniTicker", on_message, "stream?")  # -> gone | answered; alive
bm.start()

key = client.stream_get_listen_key()  # -> answered
client.stream_keepalive(listenKey=key)  # -> answered
client.margin_stream_keepalive(key)  # -> answered
client._post("userDataStream", False, data={})  # -> gone
client.futures_liquidation_orders()  # -> gone
client.futures_klines(symbol="BTCUSDT", interval="1m")  # -> alive

app = websocket.WebSocketApp(TRADES, on_message=on_message)
app.run_forever()


def later(manager):
    manager.start_aggtrade_socket("BNBBTC", print)  # -> probably alive
    manager.stop_socket("bnbbtc@aggTrade")  # -> alive


async def today():
    from binance import AsyncClient

    client = await AsyncClient.create()
    print(await client.get_account())  # -> alive
    print(await client.get_trade_fee())  # -> answered
    await client.close_connection()


asyncio.run(today())
reactor.stop()
