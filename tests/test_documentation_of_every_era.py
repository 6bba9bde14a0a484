"""What the documentation of python-binance told people to write, in 2018, 2021 and 2026, runs as it stands.

Each era's lines run in a fresh interpreter where ``binance`` is this package, against one exchange in a box; what
becomes of each is a test of its own.
"""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from binance_legacy.exchange import Exchange
from binance_legacy.wire import venues

from .interpreters import environment

# -- import lines ------------------------------------------------------------------------------------------

ENUMS = [
    "AUTO_REPAY_TYPE", "ContractType", "FUTURE_ORDER_TYPE_LIMIT", "FUTURE_ORDER_TYPE_MARKET",
    "FUTURE_ORDER_TYPE_STOP_MARKET", "FUTURE_ORDER_TYPE_TRAILING_STOP_MARKET", "FuturesType",
    "HistoricalKlinesType", "KLINE_INTERVAL_1SECOND", "KLINE_INTERVAL_1MINUTE", "KLINE_INTERVAL_30MINUTE",
    "KLINE_INTERVAL_1MONTH", "MARGIN_BUY_TYPE", "NO_SIDE_EFFECT_TYPE", "ORDER_RESP_TYPE_FULL",
    "ORDER_STATUS_NEW", "ORDER_STATUS_TRIGGERED", "ORDER_TYPE_LIMIT", "ORDER_TYPE_TAKE_PROFIT_LIMIT",
    "SIDE_BUY", "SIDE_SELL", "SYMBOL_TYPE_SPOT", "TIME_IN_FORCE_GTC", "TIME_IN_FORCE_GTD",
    "TIME_IN_FORCE_RPI", "WEBSOCKET_DEPTH_5",
]  # fmt: skip
EXCEPTIONS = [
    "BinanceAPIException", "BinanceOrderException", "BinanceOrderInactiveSymbolException",
    "BinanceOrderMinAmountException", "BinanceOrderMinPriceException", "BinanceOrderMinTotalException",
    "BinanceOrderUnknownSymbolException", "BinanceRegionException", "BinanceRequestException",
    "BinanceWebsocketClosed", "BinanceWebsocketQueueOverflow", "BinanceWebsocketUnableToConnect",
    "NotImplementedException", "ReadLoopClosed", "UnknownDateFormat",
]  # fmt: skip
CLASSES = [
    "AsyncClient", "BinanceSocketManager", "BinanceSocketType", "Client", "DepthCacheManager",
    "FuturesDepthCacheManager", "KeepAliveWebsocket", "OptionsDepthCacheManager", "ReconnectingWebsocket",
    "ThreadedDepthCacheManager", "ThreadedWebsocketManager", "WSListenerState", "KEEPALIVE_TIMEOUT",
]  # fmt: skip

IMPORTS = {
    "0.7": [
        "from binance.client import Client",
        "from binance.client import *",
        "from binance.client import BinanceAPIException, BinanceRequestException, BinanceWithdrawException",
        "from binance.client import date_to_milliseconds, interval_to_milliseconds",
        "from binance.websockets import BinanceSocketManager",
        "from binance.websockets import BinanceClientFactory, BinanceClientProtocol",
        "from binance.websockets import BinanceReconnectingClientFactory, Client",
        "from binance.depthcache import DepthCacheManager",
        "from binance.depthcache import BaseDepthCacheManager, DepthCache, OptionsDepthCacheManager",
        "from binance.enums import *",
        "from binance.exceptions import BinanceAPIException, BinanceOrderException, BinanceRequestException",
        "from binance.exceptions import BinanceWithdrawException",
        "from binance.helpers import date_to_milliseconds, interval_to_milliseconds",
        "import binance.client, binance.websockets, binance.enums, binance.exceptions, binance.helpers",
    ],
    "1.0.0": [
        "from binance import Client, AsyncClient, DepthCacheManager, BinanceSocketManager",
        "from binance.client import AsyncClient, Client",
        "from binance.streams import BinanceSocketManager",
        "from binance.streams import BinanceSocketType, KeepAliveWebsocket, ReconnectingWebsocket",
        "from binance.depthcache import DepthCache, DepthCacheManager, OptionsDepthCacheManager",
        "from binance.helpers import round_step_size",
    ],
    "1.0.16": [
        "from binance import ThreadedWebsocketManager, ThreadedDepthCacheManager",
        "from binance import Client, ThreadedWebsocketManager, ThreadedDepthCacheManager",
        "from binance.streams import ThreadedWebsocketManager",
        "from binance.threaded_stream import ThreadedApiManager",
        "from binance.depthcache import FuturesDepthCacheManager, ThreadedDepthCacheManager",
        "from binance.enums import ContractType, FuturesType, HistoricalKlinesType",
        "from binance.exceptions import BinanceWebsocketUnableToConnect",
    ],
    "1.0.23": [
        "from binance.async_client import AsyncClient",
        "from binance.base_client import BaseClient",
        "from binance.ws.constants import KEEPALIVE_TIMEOUT, WSListenerState",
        "from binance.ws.depthcache import DepthCache, DepthCacheManager, FuturesDepthCacheManager",
        "from binance.ws.depthcache import BaseDepthCacheManager, OptionsDepthCacheManager",
        "from binance.ws.depthcache import ThreadedDepthCacheManager",
        "from binance.ws.keepalive_websocket import KeepAliveWebsocket",
        "from binance.ws.reconnecting_websocket import ReconnectingWebsocket",
        "from binance.ws.streams import BinanceSocketManager, BinanceSocketType, ThreadedWebsocketManager",
        "from binance.ws.threaded_stream import ThreadedApiManager",
        "from binance.ws.websocket_api import WebsocketAPI",
        *(f"from binance import {name}" for name in (*CLASSES, *EXCEPTIONS, *ENUMS)),
        "from binance import *",
        "import binance; binance.ws, binance.client, binance.enums, binance.exceptions, binance.helpers",
    ],
}
LINES = [line for lines in IMPORTS.values() for line in lines]

ONE_CLASS = {
    "AsyncClient": ("binance", "binance.async_client", "binance.client", "binance.streams"),
    "BaseDepthCacheManager": ("binance.depthcache", "binance.ws.depthcache"),
    "BinanceAPIException": ("binance", "binance.exceptions", "binance.client"),
    "BinanceSocketManager": ("binance", "binance.streams", "binance.ws.streams"),
    "BinanceSocketType": ("binance", "binance.streams", "binance.ws.streams"),
    "BinanceWebsocketUnableToConnect": ("binance", "binance.exceptions"),
    "Client": ("binance", "binance.client", "binance.websockets"),
    "DepthCache": ("binance.depthcache", "binance.ws.depthcache"),
    "DepthCacheManager": ("binance", "binance.depthcache", "binance.ws.depthcache"),
    "FuturesDepthCacheManager": ("binance", "binance.depthcache", "binance.ws.depthcache"),
    "FuturesType": ("binance", "binance.enums", "binance.streams"),
    "KEEPALIVE_TIMEOUT": ("binance", "binance.ws.constants", "binance.streams"),
    "KeepAliveWebsocket": ("binance", "binance.streams", "binance.ws.keepalive_websocket"),
    "OptionsDepthCacheManager": ("binance", "binance.depthcache", "binance.ws.depthcache"),
    "ReconnectingWebsocket": ("binance", "binance.streams", "binance.ws.reconnecting_websocket"),
    "ThreadedApiManager": ("binance.threaded_stream", "binance.ws.threaded_stream", "binance.ws.streams"),
    "ThreadedDepthCacheManager": ("binance", "binance.depthcache", "binance.ws.depthcache"),
    "ThreadedWebsocketManager": ("binance", "binance.streams", "binance.ws.streams"),
    "WSListenerState": ("binance", "binance.ws.constants"),
}

IMPORTER = """
import binance_legacy.alias.auto
import importlib, json, sys

lines, places = json.load(sys.stdin)
failures, homes = {}, {}
for line in lines:
    try:
        exec(line, space := {})
    except Exception as why:
        failures[line] = repr(why)
    else:
        if line == "from binance import *":
            failures[line] = sorted(space)
for name, modules in places.items():
    try:
        homes[name] = len({id(getattr(importlib.import_module(module), name)) for module in modules})
    except Exception as why:
        homes[name] = repr(why)
binance = importlib.import_module("binance")
import binance_legacy
json.dump([failures, homes, binance is binance_legacy], sys.stdout)
"""


@pytest.fixture(scope="module")
def imported():
    """What became of each import line, and in how many guises each class is there."""
    results, complaints = run(IMPORTER, [LINES, ONE_CLASS])
    assert complaints == ""
    return json.loads(results)


@pytest.mark.parametrize("line", LINES)
def test_each_import_line_of_every_era_runs(imported, line):
    failures, _, is_ours = imported
    if line == "from binance import *":
        assert set(failures[line]) >= {*CLASSES, *EXCEPTIONS, *ENUMS}
    else:
        assert failures.get(line) is None
    assert is_ours


@pytest.mark.parametrize("name", ONE_CLASS)
def test_a_class_is_one_class_wherever_an_era_had_it(imported, name):
    assert imported[1][name] == 1


def test_the_manager_of_0_7_and_that_of_1_x_are_two():
    code = """
        import binance_legacy.alias.auto
        import json, sys
        from binance import BinanceSocketManager
        from binance.websockets import BinanceSocketManager as OfTwisted
        json.load(sys.stdin)
        assert BinanceSocketManager is not OfTwisted
    """
    assert run("\n".join(map(str.strip, code.splitlines())), None) == ("", "")


def run(code, given, **variables):
    """What a fresh interpreter says, and complains of, that is given a value to read; it must end well."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=json.dumps(given),
        env=environment(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


# -- calls -------------------------------------------------------------------------------------------------

# What stands around an era's lines: a client of the box under the names that the pages give it, and a `print` that
# remembers what it was given. Each step: its name, the documented lines, and what must come true of them.

HARNESS = r"""
import binance_legacy.alias.auto
import ast, asyncio, inspect, json, logging, sys, threading, time, traceback

logging.basicConfig(filename="/dev/null" if sys.platform != "win32" else "NUL")

class Enough(Exception):
    "Raised by print, to end the pages' endless loops."

class Said(list):
    limit = None

    def __call__(self, *words):
        self.append(words[0] if len(words) == 1 else words)
        if self.limit is not None and len(self) >= self.limit:
            raise Enough

said = Said()

def heard(kind):
    return any(isinstance(one, dict) and one.get("e") == kind for one in said)

def events():
    return [one.get("e") for one in said if isinstance(one, dict)]

def order():
    "Somebody places an order with the key of these pages."
    from binance.client import Client
    trader = Client(KEY, SECRET, ping=False)
    price = float(trader.get_symbol_ticker(symbol="BNBBTC")["price"])
    trader.order_limit_buy(symbol="BNBBTC", quantity="0.1", price="{:.6f}".format(price * 0.9))
    trader.close_connection()
    return True

KEY, SECRET = "key of the pages", "secret of the pages"
era, steps = json.load(sys.stdin)
space = {"print": said, "said": said, "heard": heard, "events": events, "order": order, "Enough": Enough,
         "threading": threading, "asyncio": asyncio, "KEY": KEY, "SECRET": SECRET, "symbol": "BNBBTC",
         "api_key": KEY, "api_secret": SECRET, "__name__": "__main__", "time": time}

def is_plain(code):
    try:
        compile(code, "<page>", "exec")
    except SyntaxError:  # it awaits outside of functions, as a notebook may
        return False
    return True

async def run(code):
    made = eval(compile(code, "<page>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), space)
    if inspect.iscoroutine(made):
        await made

async def came_true(wanted):
    end = time.monotonic() + 8
    while not eval(wanted, space):
        if time.monotonic() > end:
            raise AssertionError("never came true: " + wanted + "; said: " + repr(said[-3:]))
        await asyncio.sleep(0.02)

async def in_a_loop(those):
    for name, code, wanted in those:
        try:
            await run(code)
            await came_true(wanted)
        except BaseException:
            results[name] = traceback.format_exc()

def in_none(name, code, wanted):
    try:
        exec(compile(code, "<page>", "exec"), space)
        asyncio.run(came_true(wanted))
    except BaseException:
        results[name] = traceback.format_exc()

results = {name: None for name, code, wanted in steps}
if era == "awaited":
    asyncio.run(in_a_loop(steps))
else:
    for one in steps:
        in_none(*one) if is_plain(one[1]) else asyncio.run(in_a_loop([one]))
json.dump(results, sys.stdout)
sys.stdout.flush()
"""

OF_2018 = [
    ("client", "from binance.client import Client\nclient = Client(KEY, SECRET)", "client.API_KEY == KEY"),
    (
        "callback",
        "def process_message(msg):\n"
        "    print(\"message type: {}\".format(msg['e']))\n"
        "    print(msg)\n"
        "    # do something",
        "callable(process_message)",
    ),
    (
        "a first socket, then start",
        "from binance.websockets import BinanceSocketManager\n"
        "bm = BinanceSocketManager(client)\n"
        "# start any sockets here, i.e a trade socket\n"
        "conn_key = bm.start_trade_socket('BNBBTC', process_message)\n"
        "# then start the socket manager\n"
        "bm.start()",
        "conn_key == 'bnbbtc@trade' and bm.is_alive() and heard('trade') and 'message type: trade' in said",
    ),
    (
        "multiplex",
        "def process_m_message(msg):\n"
        "    print(\"stream: {} data: {}\".format(msg['stream'], msg['data']))\n"
        "\n"
        "conn_key = bm.start_multiplex_socket(['bnbbtc@aggTrade', 'neobtc@ticker'], process_m_message)",
        "conn_key == 'streams=bnbbtc@aggTrade/neobtc@ticker' and "
        "any(str(one).startswith('stream: neobtc@ticker data: {') for one in said) and "
        "any(str(one).startswith('stream: bnbbtc@aggTrade data: {') for one in said)",
    ),
    (
        "depth",
        "diff_key = bm.start_depth_socket('BNBBTC', process_message)",
        "diff_key == 'bnbbtc@depth' and heard('depthUpdate')",
    ),
    (  # its messages have no 'e', and so the page's own callback raises, as in 0.7; no other socket minds
        "partial depth",
        "partial_key = bm.start_depth_socket("
        "'BNBBTC', process_message, depth=BinanceSocketManager.WEBSOCKET_DEPTH_5)",
        "partial_key == 'bnbbtc@depth5' and bm.status()[partial_key]['raised'] >= 1",
    ),
    (
        "kline",
        "from binance.enums import *\n"
        "conn_key = bm.start_kline_socket('BNBBTC', process_message, interval=KLINE_INTERVAL_30MINUTE)",
        "conn_key == 'bnbbtc@kline_30m' and heard('kline')",
    ),
    (
        "aggregate trades",
        "conn_key = bm.start_aggtrade_socket('BNBBTC', process_message)",
        "conn_key == 'bnbbtc@aggTrade' and heard('aggTrade')",
    ),
    (
        "trades, which are open already",
        "conn_key = bm.start_trade_socket('BNBBTC', process_message)",
        "conn_key is False",
    ),
    (
        "symbol ticker",
        "conn_key = bm.start_symbol_ticker_socket('BNBBTC', process_message)",
        "conn_key == 'bnbbtc@ticker' and heard('24hrTicker')",
    ),
    (  # its messages are lists
        "ticker",
        "conn_key = bm.start_ticker_socket(process_message)",
        "conn_key == '!ticker@arr' and bm.status()[conn_key]['raised'] >= 1",
    ),
    (
        "user",
        "bm.start_user_socket(process_message)",
        "len(list(filter(None, bm._listen_keys.values()))) == 1 and "
        "bm.status()[bm._listen_keys['user']]['connections'] == 1 and "
        "('ordered' in globals() or globals().setdefault('ordered', order())) and heard('executionReport')",
    ),
    ("stop one socket", "bm.stop_socket(conn_key)", "conn_key not in bm._conns"),
    (
        "a callback that looks for the error",
        "def process_message(msg):\n"
        "    if msg['e'] == 'error':\n"
        "        pass  # close and restart the socket\n"
        "    else:\n"
        "        print(msg)  # process message normally",
        "process_message({'e': 'error', 'm': 'Max reconnect retries reached'}) is None",
    ),
    ("stop all", "bm.close()", "bm._conns == {}"),
    (
        "start again after close",
        "said.clear()\nconn_key = bm.start_trade_socket('BNBBTC', process_message)\nbm.start()",
        "heard('trade')",
    ),
    (
        "the end",
        "from twisted.internet import reactor\n\n# program code here\n\n# when you need to exit\nreactor.stop()",
        "bm.join(5) is None and not bm.is_alive()",
    ),
]

FIRST = "len(said) >= 1 and "
"""Something was said since the step began."""


def awaited(name, code, wanted):
    """A socket that a page makes, and the reading of a first message that its head shows once for all of them."""
    variable = code.rpartition("\n")[2].split(" = ")[0]
    reading = (
        f"{code}\nsaid.clear()\nasync with {variable} as tscm:\n    res = await tscm.recv()\n    print(res)"
    )
    return name, reading, FIRST + wanted


OF_2021 = [
    (
        "client",
        "from binance import AsyncClient\nclient = await AsyncClient.create(KEY, SECRET)",
        "client.API_KEY == KEY",
    ),
    (
        "a socket read in a coroutine",
        "from binance import BinanceSocketManager\n"
        "\n"
        "async def x():\n"
        "    bm = BinanceSocketManager(client)\n"
        "    # start any sockets here, i.e a trade socket\n"
        "    ts = bm.trade_socket('BNBBTC')\n"
        "    # then start receiving messages\n"
        "    async with ts as tscm:\n"
        "        while True:\n"
        "            res = await tscm.recv()\n"
        "            print(res)\n"
        "\n"
        "said.limit = 2\n"
        "try:\n"
        "    await x()\n"
        "except Enough:\n"
        "    said.limit = None",
        "events() == ['trade', 'trade']",
    ),
    (
        "with a timeout",
        "# set a timeout of 60 seconds\nbm = BinanceSocketManager(client, user_timeout=60)",
        "bm.WEBSOCKET_DEPTH_5 == '5'",
    ),
    (
        "entered and left by hand",
        "said.clear()\n"
        "ts = bm.trade_socket('BNBBTC')\n"
        "# enter the context manager\n"
        "await ts.__aenter__()\n"
        "# receive a message\n"
        "msg = await ts.recv()\n"
        "print(msg)\n"
        "# exit the context manager\n"
        "await ts.__aexit__(None, None, None)",
        "events() == ['trade']",
    ),
    (
        "callback",
        "def process_message(msg):\n"
        "    if 'e' in msg and msg['e'] == 'error':\n"
        "        pass  # close and restart the socket\n"
        "    else:\n"
        "        print(msg)  # process message normally",
        "process_message({'e': 'error', 'm': 'Max reconnect retries reached'}) is None",
    ),
    awaited(
        "multiplex",
        "# pass a list of stream names\nms = bm.multiplex_socket(['bnbbtc@aggTrade', 'neobtc@ticker'])",
        "said[0]['stream'] in ('bnbbtc@aggTrade', 'neobtc@ticker') and 's' in said[0]['data']",
    ),
    awaited("depth", "# depth diff response\nds = bm.depth_socket('BNBBTC')", "events() == ['depthUpdate']"),
    awaited(
        "partial depth",
        "# partial book response\n"
        "ds = bm.depth_socket('BNBBTC', depth=BinanceSocketManager.WEBSOCKET_DEPTH_5)",
        "len(said[0]['bids']) == 5",
    ),
    awaited(
        "kline",
        "from binance.enums import *\nks = bm.kline_socket('BNBBTC', interval=KLINE_INTERVAL_30MINUTE)",
        "said[0]['k']['i'] == '30m'",
    ),
    awaited("aggregate trades", "ats = bm.aggtrade_socket('BNBBTC')", "events() == ['aggTrade']"),
    awaited("trades", "ts = bm.trade_socket('BNBBTC')", "events() == ['trade']"),
    awaited("symbol ticker", "sts = bm.symbol_ticker_socket('BNBBTC')", "events() == ['24hrTicker']"),
    (
        "ticker, to a callable",
        "said.clear()\nts = bm.ticker_socket(process_message)",
        FIRST + "type(said[0]) is list and said[0][0]['e'] == '24hrTicker'",
    ),
    ("ticker, left", "await ts.__aexit__(None, None, None)", "True"),
    awaited(
        "mini ticker",
        "# by default updates every second\nmts = bm.miniticker_socket()",
        "said[0][0]['e'] == '24hrMiniTicker'",
    ),
    (
        "mini ticker, slower",
        "# set as 5000 to receive updates every 5 seconds\nmts = bm.miniticker_socket(5000)",
        "mts._path == '!miniTicker@arr@5000ms'",
    ),
    (
        "user",
        "said.clear()\n"
        "us = bm.user_socket()\n"
        "async with us as tscm:\n"
        "    while not bm.status()['user']['connections']:\n"
        "        await asyncio.sleep(0.01)\n"
        "    await asyncio.to_thread(order)\n"
        "    print(await asyncio.wait_for(tscm.recv(), 5))",
        "events() == ['executionReport']",
    ),
    ("cross-margin", "bm.margin_socket()", "True"),
    ("isolated margin", "bm.isolated_margin_socket(symbol)", "True"),
    (
        "a loop in the place of the timeout",
        "from binance.streams import BinanceSocketManager as Earlier\n"
        "bm = Earlier(client, asyncio.get_running_loop())\n"
        "said.clear()\n"
        "async with bm.trade_socket('BNBBTC') as tscm:\n"
        "    print(await tscm.recv())",
        "events() == ['trade']",
    ),
    ("the end", "await client.close_connection()", "True"),
]

THREADED = "next(one for one in threading.enumerate() if type(one).__name__ == 'ThreadedWebsocketManager')"

OF_2026 = [
    (
        "ws_ calls, blocking",
        "from binance import Client\n"
        "client = Client(KEY, SECRET)\n"
        "# Synchronous\n"
        'book = client.ws_get_order_book(symbol="BTCUSDT")',
        "book['bids'] and book['asks'] and book['lastUpdateId']",
    ),
    (
        "ws_ calls, awaited",
        "from binance import AsyncClient\n"
        "async_client = await AsyncClient.create()\n"
        "# Asynchronous\n"
        'book = await async_client.ws_get_order_book(symbol="BTCUSDT")\n'
        "await async_client.close_connection()",
        "book['bids'] and book['asks'] and book['lastUpdateId']",
    ),
    (
        "a program with a threaded manager",
        "import time\n"
        "\n"
        "from binance import ThreadedWebsocketManager\n"
        "\n"
        "def main():\n"
        "\n"
        "    symbol = 'BNBBTC'\n"
        "\n"
        "    twm = ThreadedWebsocketManager(api_key=api_key, api_secret=api_secret)\n"
        "    # start is required to initialise its internal loop\n"
        "    twm.start()\n"
        "\n"
        "    def handle_socket_message(msg):\n"
        "        print(f\"message type: {msg['e']}\")\n"
        "        print(msg)\n"
        "\n"
        "    twm.start_kline_socket(callback=handle_socket_message, symbol=symbol)\n"
        "\n"
        "    # multiple sockets can be started\n"
        "    twm.start_depth_socket(callback=handle_socket_message, symbol=symbol)\n"
        "\n"
        "    # or a multiplex socket can be started like this\n"
        "    # see Binance docs for stream names\n"
        "    streams = ['bnbbtc@miniTicker', 'bnbbtc@bookTicker']\n"
        "    twm.start_multiplex_socket(callback=handle_socket_message, streams=streams)\n"
        "\n"
        "    twm.join()\n"
        "\n"
        "program = threading.Thread(target=main)\n"
        "program.start()",
        "heard('kline') and heard('depthUpdate') and 'message type: kline' in said",
    ),
    (  # messages of several streams have no 'e': the page's callback raises, and no other socket minds
        "a multiplex socket beside others",
        "pass",
        f"{THREADED}.status()['streams=bnbbtc@miniTicker/bnbbtc@bookTicker']['messages'] >= 2",
    ),
    (
        "join keeps it until stop",
        f"assert program.is_alive()\ntwm = {THREADED}\ntwm.stop()",
        "program.join(2) is None and not program.is_alive() and not twm.is_alive()",
    ),
    (
        "stop one stream",
        "from binance import ThreadedWebsocketManager\n"
        "\n"
        "symbol = 'BNBBTC'\n"
        "\n"
        "twm = ThreadedWebsocketManager()\n"
        "# start is required to initialise its internal loop\n"
        "twm.start()\n"
        "\n"
        "def handle_socket_message(msg):\n"
        "    print(f\"message type: {msg['e']}\")\n"
        "    print(msg)\n"
        "\n"
        "depth_stream_name = twm.start_depth_socket(callback=handle_socket_message, symbol=symbol)\n"
        "\n"
        "# some time later\n"
        "\n"
        "twm.stop_socket(depth_stream_name)",
        "depth_stream_name == 'bnbbtc@depth' and depth_stream_name not in twm.status()",
    ),
    (
        "stop all streams",
        "depth_stream_name = twm.start_depth_socket(callback=handle_socket_message, symbol=symbol)\n\ntwm.stop()",
        "twm.join(2) is None and not twm.is_alive()",
    ),
    (
        "after stop no stream is started",
        "try:\n"
        "    twm.start_depth_socket(callback=handle_socket_message, symbol=symbol)\n"
        "except RuntimeError as why:\n"
        "    refused = str(why)",
        "'stopped' in refused",
    ),
    (
        "a program with a loop of its own",
        "import asyncio\n"
        "from binance import AsyncClient, BinanceSocketManager\n"
        "\n"
        "async def main():\n"
        "    client = await AsyncClient.create()\n"
        "    bm = BinanceSocketManager(client)\n"
        "    # start any sockets here, i.e a trade socket\n"
        "    ts = bm.trade_socket('BNBBTC')\n"
        "    # then start receiving messages\n"
        "    async with ts as tscm:\n"
        "        while True:\n"
        "            res = await tscm.recv()\n"
        "            print(res)\n"
        "\n"
        "    await client.close_connection()\n"
        "\n"
        "said.clear()\n"
        "said.limit = 2\n"
        "asyncio.set_event_loop(asyncio.new_event_loop())  # a Python of 2021 had one\n"
        "try:\n"
        '    if __name__ == "__main__":\n'
        "\n"
        "        loop = asyncio.get_event_loop()\n"
        "        loop.run_until_complete(main())\n"
        "except Enough:\n"
        "    said.limit = None\n"
        "    loop.close()",
        "events() == ['trade', 'trade']",
    ),
    (
        "another top-level domain, threaded",
        "from binance.streams import ThreadedWebsocketManager\n"
        "\n"
        "twm = ThreadedWebsocketManager(tld='us')\n"
        "said.clear()\n"
        "twm.start()\n"
        "twm.start_trade_socket(callback=print, symbol='BNBBTC')",
        "heard('trade') and twm._client.tld == 'us'",
    ),
    ("its end", "twm.stop()", "twm.join(2) is None and not twm.is_alive()"),
    (
        "another top-level domain, awaited",
        "from binance import AsyncClient, BinanceSocketManager\n"
        "\n"
        "async def x():\n"
        "    client = await AsyncClient.create(tld='us')\n"
        "    bm = BinanceSocketManager(client)\n"
        "    # start a socket...\n"
        "    print(bm.STREAM_URL)\n"
        "    await client.close_connection()\n"
        "\n"
        "said.clear()\n"
        "await x()",
        "said == ['wss://stream.binance.us:9443/']",
    ),
    (
        "a callback that names the error",
        "def process_message(msg):\n"
        "    if msg.get('e') == 'error':\n"
        "        print(f\"WebSocket error: {msg.get('type')} - {msg.get('m')}\")\n"
        "        # Optionally close and restart the socket, or handle as needed\n"
        "    else:\n"
        "        pass  # process message normally\n"
        "\n"
        "said.clear()\n"
        "twm = ThreadedWebsocketManager()\n"
        "twm.start()\n"
        "name = twm.start_trade_socket(callback=process_message, symbol='BNBBTC')\n"
        "while not twm.status()[name]['messages']:\n"
        "    time.sleep(0.01)\n"
        "import requests\n"
        "steer(order='disconnect', code=1001, reason='')",
        "said == ['WebSocket error: BinanceWebsocketClosed - Connection closed. Reconnecting...'] and "
        "twm.status()[name]['connections'] == 2",
    ),
    ("the end", "twm.stop()", "twm.join(2) is None and not twm.is_alive()"),
]

COMPLAINTS = "and nothing is complained of"
ERAS = {"callbacks": OF_2018, "awaited": OF_2021, "threaded": OF_2026}
STEER = r"""
def steer(**order):
    "Tell the exchange in the box to do something."
    import os, requests
    requests.post(os.environ["BINANCE_LEGACY_BOX"] + "/steer", json=order, timeout=5,
                  headers={"Authorization": "Bearer " + os.environ["BINANCE_LEGACY_BOX_TOKEN"]}).raise_for_status()
"""


def live(era):
    """What became of each step of an era, beside a market."""
    code = STEER + HARNESS.replace('"KEY": KEY', '"steer": steer, "KEY": KEY')
    done = threading.Event()

    def trade():
        while not done.wait(0.2):
            for symbol in ("BNBBTC", "NEOBTC"):
                box.trade(symbol, "BUY", "0.1")

    with Exchange(seed=1, speed=4) as box:
        others = threading.Thread(target=trade)
        others.start()
        try:
            variables = {venues.BOX_VARIABLE: box.rest_url, venues.TOKEN_VARIABLE: box._token}
            results, complaints = run(code, [era, ERAS[era]], **variables)
            return {**json.loads(results), COMPLAINTS: complaints or None}
        finally:
            done.set()
            others.join()


@pytest.fixture(scope="module")
def eras():
    """The eras live side by side."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(ERAS, pool.map(live, ERAS), strict=True))


@pytest.mark.parametrize(
    ("era", "step"),
    [(era, step) for era, steps in ERAS.items() for step in (*(name for name, _, _ in steps), COMPLAINTS)],
)
def test_what_a_page_says_does_what_it_says(eras, era, step):
    failure = eras[era][step]
    assert failure is None, failure


def test_each_step_has_a_name_of_its_own():
    for steps in ERAS.values():
        assert len({name for name, _, _ in steps}) == len(steps)
