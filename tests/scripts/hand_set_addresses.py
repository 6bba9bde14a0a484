"""Addresses written by hand, as many scripts did, and a request that goes past the client."""

import threading

import requests
from binance.client import Client
from binance.websockets import BinanceSocketManager

BinanceSocketManager.STREAM_URL = "wss://stream.binance.com:9443/"
client = Client("", "")
client.API_URL = "https://api.binance.com/api"
got = threading.Event()

print("client", client.get_server_time()["serverTime"] > 0)
print("requests", requests.get("https://api1.binance.com/api/v3/time", timeout=5).json()["serverTime"] > 0)
try:
    requests.get("https://prices.example.com/btc", timeout=5)
except requests.exceptions.ConnectionError as e:
    print(e)

bm = BinanceSocketManager(client)
bm.start_symbol_book_ticker_socket("BTCUSDT", lambda msg: got.set())
bm.start()
print("stream", got.wait(20))
bm.close()
