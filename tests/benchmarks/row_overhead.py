"""What a row's call costs over the same call made with `requests` alone; run by hand, never by pytest.

    python tests/benchmarks/row_overhead.py [PAIRS]

Both go through a `requests.Session` whose adapter answers at once, so that nothing but the processor's time is
compared; a signed call signs its parameters either way. Measured in pairs, the order changed each time.
"""

import hashlib
import hmac
import io
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import requests

sys.path.insert(0, str(Path(__file__).parents[2]))

from binance_legacy.client import Client

BODY = b'{"symbol":"LTCBTC","price":"4.00000200"}'


class AtOnce(requests.adapters.BaseAdapter):
    """Answers every request without a network."""

    def send(self, request, **options):
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        answer.headers["Content-Type"] = "application/json;charset=UTF-8"
        answer.headers["X-MBX-USED-WEIGHT-1M"] = "24"
        answer.raw = io.BytesIO(BODY)
        return answer

    def close(self):
        pass


def client():
    ours = Client("key", "secret", ping=False)
    ours.session.mount("https://", AtOnce())
    return ours


def once(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def quiet(times):
    """What a call takes where nothing else uses the machine: the tenth of the times that is shortest ends there."""
    return sorted(times)[len(times) // 10] * 1e6


def compare(name, row, bare, pairs):
    rows, bares = [], []
    for i in range(pairs):
        for call, times in ((row, rows), (bare, bares))[:: 1 if i % 2 else -1]:
            times.append(once(call))
    more = quiet(rows) - quiet(bares)
    print(
        f"{name:8} {quiet(bares):6.1f} us with requests alone, {more:5.1f} us more by a row ({pairs} pairs)"
    )


def main(pairs=5000):
    ours = client()
    session, url = ours.session, "https://api.binance.com/api/v3/ticker/price"
    orders = "https://api.binance.com/api/v3/openOrders"

    def bare():
        return session.get(url, params="symbol=LTCBTC", timeout=10).json()

    def bare_signed():
        sent = urlencode({"recvWindow": 5000, "symbol": "LTCBTC", "timestamp": int(time.time() * 1000)})
        signature = hmac.new(b"secret", sent.encode(), hashlib.sha256).hexdigest()
        return session.get(orders, params=f"{sent}&signature={signature}", timeout=10).json()

    compare("public", lambda: ours.get_symbol_ticker(symbol="LTCBTC"), bare, pairs)
    compare(
        "signed",
        lambda: ours.get_open_orders(symbol="LTCBTC", recvWindow=5000),
        bare_signed,
        pairs,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
