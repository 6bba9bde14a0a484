"""Clients and managers are recognised however a script came by them, and nothing else is."""

# ruff: noqa: E501 - a script stands on one line

from pathlib import Path

import pytest

from binance_legacy.check import Script, check, read, read_text

HEAD = "from binance.client import Client\nfrom binance.websockets import BinanceSocketManager\n"


def found(source, folder=Path("no such folder")):
    """What is found in a script: name, and whether it is sure."""
    (script,) = read_text("bot.py", source.encode(), folder)
    assert isinstance(script, Script)
    return [(finding.use.name, finding.use.sure) for finding in check([script])]


SURE = [
    "import binance.client\nclient = binance.client.Client()\nclient.ping()",
    "import binance.client as bc\nbc.Client().ping()",
    "from binance import client as c\nx = c.Client('k', 's')\nx.ping()",
    "from binance.client import Client as BinanceClient\nBinanceClient().ping()",
    "from binance.client import *\nClient().ping()",
    "from binance.websockets import *\nClient().ping()",
    "from binance import Client\nClient().ping()",
    "from binance_legacy.client import Client\nClient().ping()",
    HEAD + "a = b = Client()\nb.ping()",
    HEAD + "a, b = Client(), 1\na.ping()",
    HEAD + "client: Client = None\nclient.ping()",
    HEAD + "client = None\ndef connect():\n    global client\n    client = Client()\ndef go():\n    client.ping()",
    HEAD + "def go(client: Client):\n    client.ping()",
    HEAD + "def go(client: 'Client | None' = None):\n    pass\ndef og(client: 'Client'):\n    client.ping()",
    HEAD + "def go(c):\n    c.ping()\ngo(Client())",
    HEAD + "def go(n, c=None):\n    c.ping()\ngo(1, c=Client())",
    HEAD + "def go(c):\n    c.ping()\nimport threading\nthreading.Thread(target=go, args=(Client(),)).start()",
    HEAD + "def make():\n    return Client()\nmake().ping()",
    HEAD + "def make() -> Client: ...\nclient = make()\nclient.ping()",
    HEAD + "async def make():\n    return Client()\nasync def go():\n    (await make()).ping()",
    HEAD + "with Client() as client:\n    client.ping()",
    HEAD + "if (client := Client()):\n    client.ping()",
    HEAD + "client = Client() if 1 else None\nclient.ping()",
    HEAD + "client = None or Client()\nclient.ping()",
    HEAD + "clients = [Client(), Client()]\nclients[0].ping()",
    HEAD + "clients = [Client() for _ in range(3)]\nfor c in clients:\n    c.ping()",
    HEAD + "clients = {}\nclients['a'] = Client()\nclients['a'].ping()",
    HEAD + "clients = {'a': Client()}\n[c.ping() for c in clients.values()]",
    HEAD + "class Bot:\n    def __init__(self, c):\n        self.c = c\n    def go(self):\n        self.c.ping()\nBot(Client())",
    HEAD + "class Bot:\n    client = Client()\n    def go(self):\n        self.client.ping()",
    HEAD + "class Bot:\n    @property\n    def client(self):\n        return Client()\n    def go(self):\n        self.client.ping()",
    HEAD + "class A:\n    def __init__(self):\n        self.c = Client()\nclass B(A):\n    def go(self):\n        self.c.ping()",
    HEAD + "class Mine(Client):\n    def go(self):\n        self.ping()",
    HEAD + "class Client(Client):\n    def go(self):\n        self.more.less\n        self.ping()",
    HEAD + "class Mine(Client):\n    def ping(self):\n        return super().ping()",
    HEAD + "class Mine(Client):\n    pass\nclass More(Mine):\n    pass\nMore().ping()",
    HEAD + "BinanceSocketManager(Client())._client.ping()",
    HEAD + "def go(client):\n    client.ping()",
    HEAD + "from .mine import spot_client\nspot_client.ping()",
    HEAD + "class Bot:\n    def __init__(self, client):\n        self.api = client\n    def go(self):\n        self.api.ping()",
    HEAD + "f = Client().ping",
    HEAD + "Client.ping",
    HEAD + "getattr(Client(), 'ping')()",
    "import asyncio\nfrom binance import AsyncClient\nc = asyncio.run(AsyncClient.create())\nc.ping()",
    "from binance import AsyncClient\nasync def go():\n    c = await AsyncClient.create()\n    await c.ping()",
]  # fmt: skip


@pytest.mark.parametrize("source", SURE)
def test_a_client_is_known_however_it_is_named_and_handed_on(source):
    assert found(source) == [("ping", True)]


LIKELY = [
    "def go(api):\n    api.get_klines()",
    "import json\nfrom unknown_neighbour import something\nbot.exchange.get_klines()",
    "get_it()['a'].get_klines()",
]


@pytest.mark.parametrize("source", LIKELY)
def test_what_has_a_name_of_binances_and_an_unknown_owner_is_only_probably_binances(source):
    assert found(HEAD + source) == [("get_klines", False)]


NOTHING = [
    "import requests\nrequests.get('https://example.com/api/v1/klines')",
    "import requests\nsession = requests.Session()\nsession.get_klines()",
    "import ccxt\nexchange = ccxt.binance()\nexchange.create_order()\nexchange.get_klines()",
    "class Store:\n    def get_klines(self): ...\n    def go(self):\n        self.get_klines()\nStore().get_klines()",
    "store.get('ping'); store.ping(); store.close(); store.start()",
    "class Mine(Client):\n    def get_klines(self): ...\nMine().get_klines()",
    "class Mine(BinanceSocketManager):\n    def open(self):\n        self.mine = 1\n        self.run_it(self.mine, self.cb)\n"
    "    def run_it(self, *a): ...",
    "def go(client):\n    client.send_message('not of Binance')",
    "def go(socket):\n    client = socket.socket()\n    client.connect()",
    "class Mixed(Client, Other):\n    def go(self):\n        self.of_other()",
    "Client().session.get('x'); Client().response; Client().API_URL; Client()._requests_params",
    "bm = BinanceSocketManager(None)\nbm.start(); bm.close(); bm.join(); bm.daemon = True; bm._conns",
    '"""https://api.binance.com/api/v1/klines and !ticker@arr"""',
    "def go():\n    '''!ticker@arr'''",
    "where = 'http://[{}]:80/'.format(host); there = 'https://www.example.com/binance'",
    "mail = 'me@trade.example.com'; other = 'name@ticker.org'",
    "if msg['stream'] == '!ticker@arr':\n    pass",
    "def go(client):\n    client = dict()\n    client.get('a')",
    "text = 'see /api/v1/klines'",
]  # fmt: skip


@pytest.mark.parametrize("source", NOTHING)
def test_what_is_not_binances_is_left_alone(source):
    assert found(HEAD + source) == []


def test_a_name_in_a_function_hides_the_clients_of_the_same_name():
    source = HEAD + "api = Client()\ndef go(api):\n    api.ping()\ngo(open('x'))"
    assert found(source) == []


def test_a_script_that_has_nothing_of_binance_is_not_suspected():
    assert found("def go(client):\n    client.get_klines()\nx = '!ticker@arr'") == []


def test_an_address_written_by_hand_is_enough_to_be_about_binance():
    assert found("import requests\nrequests.get('https://api.binance.com/api/v3/ping')") == [
        ("https://api.binance.com/api/v3/ping", True)
    ]


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("'{}@trade'.format(s)", "{}@trade"),
        ("f'{s.lower()}@kline_{i}'", "{}@kline_{}"),
        ("s.lower() + '@depth20@100ms'", "{}@depth20@100ms"),
        ("'%s@aggTrade' % s", "{}@aggTrade"),
        ("'%(s)s@ticker' % names", "{}@ticker"),
        ("'BNBBTC@trade'.lower()", "bnbbtc@trade"),
        (
            "'https://api.binance.com/api/v3/depth?symbol=' + s",
            "https://api.binance.com/api/v3/depth?symbol={}",
        ),
        ("f'https://api{n}.binance.com/api/v3/ping'", "https://api{}.binance.com/api/v3/ping"),
        ("BASE + '/api/v3/ping'", "/api/v3/ping"),
        ("BASE + '/api/v1/dashboard'", None),
        ("'/'.join(['bnbbtc@trade'])", "bnbbtc@trade"),
    ],
)
def test_a_text_is_put_together_as_far_as_it_is_known(expression, name):
    assert [use for use, _ in found(HEAD + f"x = {expression}")] == ([name] if name else [])


def test_what_stands_in_a_text_is_read_too():
    source = (
        HEAD + "c = Client()\nprint('price {}'.format(c.get_ticker()), f'{c.ping()}', 'a' + c.get_klines())"
    )
    assert [name for name, _ in found(source)] == ["get_ticker", "ping", "get_klines"]


def test_the_line_is_that_of_the_method_in_a_call_over_several_lines():
    source = HEAD + "c = Client()\nx = (\n    c\n    .ping()\n)\n"
    (script,) = read_text("bot.py", source.encode(), Path())
    (finding,) = check([script])
    assert (finding.place.line, finding.place.column) == (6, 6)


def test_a_client_that_another_script_of_the_folder_makes_is_known(tmp_path):
    (tmp_path / "config.py").write_text("from binance.client import Client\nclient = Client()\n")
    (tmp_path / "shared.py").write_text("from config import client as shared\n")
    (tmp_path / "bot.py").write_text(
        "from shared import shared\nimport config\nshared.ping()\nconfig.client.get_klines()\n"
    )
    findings = list(check(list(read([tmp_path]))))
    assert [(f.use.name, f.use.sure) for f in findings] == [("ping", True), ("get_klines", True)]
