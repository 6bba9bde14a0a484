"""Somebody with a key, who asks the same through REST and through the WebSocket API."""

import json
import time
from contextlib import contextmanager

import requests
from websockets.sync.client import connect

from binance_legacy.exchange.trade.spot_calls import BY_NAME
from binance_legacy.wire import signing


class Trader:
    """Asks one exchange with one key.

    `rest` and `ws` take the WebSocket API's name of a call and its parameters; both give the status and what the
    answer says: a result, or ``{"code", "msg"}``.
    """

    def __init__(self, exchange, key="k" * 64, secret="s" * 64, session=None, socket=None):
        self.exchange, self.key, self.secret = exchange, key, secret
        self.session, self.socket = session, socket
        self.headers = {}
        self.number = 0
        self.events = []

    def sign(self, params):
        return {"timestamp": int(time.time() * 1000), **params}

    def rest(self, name, **params):
        call = BY_NAME[name]
        return self.http(call.method, call.path, **params)

    def http(self, method, path, **params):
        sent = {name: value for name, value in self.sign(params).items() if value is not None}
        text = sent.pop("signed", None) or signing.signed(self.secret, sent.items())
        answer = self.session.request(
            method,
            f"{self.exchange.rest_url}{path}?{text}",
            headers={"X-MBX-APIKEY": self.key} if self.key is not None else {},
            timeout=30,
        )
        self.headers = answer.headers
        return answer.status_code, answer.json()

    def ws(self, name, **params):
        sent = {"apiKey": self.key, **self.sign(params)}
        sent = {name: value for name, value in sent.items() if value is not None}
        return self.ask(name, signing.signed_request(self.secret, sent))

    def ask(self, method, params=None):
        """Any request, as it is."""
        self.number += 1
        request = {"id": self.number, "method": method}
        self.socket.send(json.dumps(request if params is None else {**request, "params": params}))
        answer = self.next(lambda message: message.get("id") == self.number)
        self.answer = answer
        return answer["status"], answer["result"] if "result" in answer else answer["error"]

    def next(self, wanted):
        """The next message that is wanted; events before it are kept."""
        while True:
            message = json.loads(self.socket.recv(20))
            if wanted(message):
                return message
            self.events.append(message)

    def price(self, symbol, factor=1.0):
        """The last price times a factor, on a tick."""
        tick = next(
            float(row["tickSize"])
            for row in self.info(symbol)["filters"]
            if row["filterType"] == "PRICE_FILTER"
        )
        last = float(self.get("ticker/price", symbol=symbol)["price"])
        return f"{round(last * factor / tick) * tick:.8f}"

    def info(self, symbol):
        return self.get("exchangeInfo", symbol=symbol)["symbols"][0]

    def get(self, path, **params):
        return self.session.get(f"{self.exchange.rest_url}/api/v3/{path}", params=params, timeout=30).json()


@contextmanager
def trading(exchange, key="k" * 64, secret="s" * 64):
    """A trader with connections of both kinds."""
    with (
        requests.Session() as session,
        connect(exchange.ws_api_url, max_size=None, compression=None) as socket,
    ):
        session.trust_env = False
        yield Trader(exchange, key, secret, session, socket)
