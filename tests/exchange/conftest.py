"""Exchanges that several tests ask, and never change."""

import json
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect

from binance_legacy.exchange import Exchange


@pytest.fixture(scope="session")
def exchange():
    """One exchange for all tests that only look at it."""
    with Exchange(seed=1) as running:
        yield running


@pytest.fixture
def stream(exchange):
    """Open a stream connection to the exchange: `stream("/ws/btcusdt@trade")`; closed after the test."""
    with ExitStack() as opened:
        yield lambda path, to=exchange, **options: opened.enter_context(
            connect(to.stream_url + path, max_size=None, compression=None, **options)
        )


@pytest.fixture
def capture(tmp_path):
    """Write a capture of ETHUSDT trades, one a millisecond, into a file: `capture(1000)`."""

    def write(count, name="capture.jsonl", first=1):
        start = 1_700_000_000_000 + first
        lines = ['{"binance_legacy_capture":1}']
        for number in range(count):
            at = start + number
            trade = {
                "e": "trade", "E": at, "s": "ETHUSDT", "t": first + number, "p": "2000.00000000",
                "q": "0.10000000", "T": at, "m": number % 2 == 0, "M": True,
            }  # fmt: skip
            lines.append(json.dumps({"t": at, "stream": "ethusdt@trade", "data": trade}))
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write
