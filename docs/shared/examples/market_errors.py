import time

import requests
from binance.client import Client
from binance.exceptions import BinanceAPIException, BinanceRequestException


def ask(call, tries=5, **params):
    for attempt in range(1, tries + 1):
        try:
            return call(**params)
        except BinanceAPIException as e:
            if e.status_code not in (418, 429):
                # en: Binance refused, and would refuse again
                # ja: Binance が断った。同じ質問を繰り返しても答えは変わらない
                raise
            # en: too many questions: Binance says how long to wait
            # ja: 質問が多すぎた。待つべき秒数は Binance が教えてくれる
            time.sleep(int(e.response.headers.get("Retry-After", 1)))
        except (BinanceRequestException, requests.RequestException):
            # en: no answer, or none that can be read: wait a little longer each time
            # ja: 答えが来ない、または読めない。待ち時間を少しずつ延ばす
            time.sleep(attempt)
    raise SystemExit("no answer after {} tries".format(tries))


client = Client()
print(ask(client.get_order_book, symbol="BNBBTC", limit=5)["bids"][0])

try:
    ask(client.get_order_book, symbol="NOPE")
except BinanceAPIException as e:
    print(e.status_code, e.code, e.message)
