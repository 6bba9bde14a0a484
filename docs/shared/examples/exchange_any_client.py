import json
import urllib.request

from binance_legacy.exchange import Exchange

with Exchange(seed=7) as exchange:
    # en: Nothing of this package from here on: an address is all that a client needs.
    # ja: ここから先はこのパッケージを使いません。クライアントに必要なのはアドレスだけです。
    with urllib.request.urlopen(exchange.rest_url + "/api/v3/depth?symbol=BTCUSDT&limit=5") as answer:
        print(json.load(answer))
    print(exchange.stream_url + "/ws/btcusdt@trade")
