"""How rows become methods, and how methods of several calls are driven, at once or awaited."""

import asyncio
import inspect

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.client import Client
from binance_legacy.endpoints.declare import (
    Endpoints,
    Item,
    Moved,
    asks,
    catalogue,
    drive,
    drive_async,
    each,
    each_async,
    endpoint,
    gather,
    methods,
    pages,
    renamed,
    retired,
    steps,
)
from binance_legacy.endpoints.market import MarketEndpoints
from binance_legacy.exceptions import RetiredEndpoint


class Some(Endpoints):
    @endpoint("POST", "/sapi/v1/some/thing", signed=True, weight=3)
    def do_thing(self, first, second=None, **params):
        """Do it."""

    @steps
    def add(self, count):
        total = 0
        for i in range(count):
            total += yield self.value(i)
        return total

    @steps
    def forgive(self):
        try:
            yield self.fail()
        except KeyError:
            return "forgiven"

    @pages
    def list_all(self, count):
        for i in range(count):
            number = yield self.value(i)
            yield Item(number)
            yield Item(-number)

    def begin_anyway(self):
        try:
            yield self.fail()
        except KeyError:
            yield Item("forgiven")
        yield Item((yield self.value(5)))

    @pages
    def list_anyway(self):
        yield from self.begin_anyway()

    @steps
    def gather_anyway(self):
        return (yield from gather(self.begin_anyway()))

    @endpoint(
        "GET",
        "/fapi/v2/some/balance",
        moved=Moved("GET /fapi/v1/some/balance", "2023-07-15"),
        ask=renamed(asset="coin"),
        shape=lambda answer, params: (answer, params),
    )
    def get_moved(self, **params):
        """Moved."""

    @asks("do_thing")
    def do_thing_twice(self, first):
        return self.do_thing(first), self.do_thing(first)

    @retired("GET /sapi/v1/some/gone", since="2021-04-27", nearest="do_thing comes nearest")
    def get_gone(self, symbol, **params):
        """Gone."""

    @retired("PUT /sapi/v1/some/keeping", since="2026-02-20", nearest="nothing needs it", answer={})
    def keep(self):
        """Nothing to do."""


class Plain(Some):
    _drive, _each = staticmethod(drive), staticmethod(each)

    def _ask(self, row, params):
        return row, params

    def _give(self, answer):
        return answer

    def _refuse(self, error):
        raise error

    def value(self, i):
        return i

    def fail(self):
        raise KeyError


class Awaitable(Some):
    _drive, _each = staticmethod(drive_async), staticmethod(each_async)

    async def value(self, i):
        await asyncio.sleep(0)
        return i

    async def fail(self):
        raise KeyError


def test_a_row_is_a_real_method_that_hands_on_its_row_and_arguments():
    row, params = Plain().do_thing(1, second=2, third=3)
    assert (row.method, row.path, row.signed, row.weight) == ("POST", "/sapi/v1/some/thing", True, 3)
    assert (row.door, row.version, row.rest) == ("sapi", "v1", "some/thing")
    assert params == {"first": 1, "second": 2, "third": 3}
    assert Plain().do_thing(1)[1] == {"first": 1, "second": None}, (
        "a default of None is left out when it is sent"
    )
    assert str(inspect.signature(Plain.do_thing)) == "(self, first, second=None, **params)"
    assert Plain.do_thing.__doc__ == "Do it."
    with pytest.raises(TypeError, match="first"):
        Plain().do_thing()


def test_a_method_of_several_calls_runs_on_answers_and_on_awaitables():
    assert Plain().add(4) == 6
    assert asyncio.run(Awaitable().add(4)) == 6
    assert Plain().add(0) == asyncio.run(Awaitable().add(0)) == 0
    assert str(inspect.signature(Plain.add)) == "(self, count)"


def test_what_a_call_raises_reaches_the_method():
    assert Plain().forgive() == "forgiven"
    assert asyncio.run(Awaitable().forgive()) == "forgiven"


def test_what_a_call_raises_reaches_a_method_of_items_too():
    async def all_of():
        return [item async for item in Awaitable().list_anyway()]

    assert list(Plain().list_anyway()) == asyncio.run(all_of()) == ["forgiven", 5]
    assert Plain().gather_anyway() == asyncio.run(Awaitable().gather_anyway()) == ["forgiven", 5]


def test_items_come_one_by_one_among_the_calls():
    async def all_of():
        return [item async for item in Awaitable().list_all(3)]

    assert list(Plain().list_all(3)) == asyncio.run(all_of()) == [0, 0, 1, -1, 2, -2]


def test_every_market_row_is_in_the_catalogue_documented_and_of_today():
    rows = catalogue()
    for name in ("ping", "get_order_book", "get_klines", "get_recent_trades"):
        assert rows[name].name == name and rows[name].path.startswith("/api/v3/")
        assert getattr(MarketEndpoints, name).__doc__


def test_a_moved_row_is_today_s_and_says_what_it_was_and_how_it_is_asked_and_answers():
    row, params = Plain().get_moved(asset="BNB", limit=5)
    assert (row.path, row.host, row.moved.was, row.moved.since) == (
        "/fapi/v2/some/balance",
        "fapi",
        "GET /fapi/v1/some/balance",
        "2023-07-15",
    )
    assert row.ask(params) == {"coin": "BNB", "limit": 5} == row.ask({"coin": "BNB", "limit": 5})
    assert row.shape("answer", params) == ("answer", {"asset": "BNB", "limit": 5})
    assert catalogue()["get_moved"] is row and methods()["get_moved"].status == "moved"


def test_a_method_over_others_is_in_the_catalogue_with_the_rows_it_ends_in():
    method = methods()["do_thing_twice"]
    assert (method.asks, method.status) == (("do_thing",), "alive")
    assert "do_thing_twice" not in catalogue()


def test_a_retired_method_names_the_day_and_the_nearest_thing():
    with pytest.raises(RetiredEndpoint, match=r"get_gone .* 2021-04-27; do_thing comes nearest"):
        Plain().get_gone("BNBBTC", limit=3)
    with pytest.raises(TypeError, match="symbol"):
        Plain().get_gone()
    assert methods()["get_gone"].status == "retired"


def test_a_retired_method_that_loses_nothing_answers_each_time_anew():
    first = Plain().keep()
    first["changed"] = True
    assert Plain().keep() == {}


def rows_of_the_clients():
    return [row for row in catalogue().values() if hasattr(Client, row.name)]


STATIONS = {"sapi": "_request_margin_api", "fapi": "_request_futures_api", "eapi": "_request_options_api"}


def station(row):
    """Through which of the stations of 0.7 a row's call goes; the last but one, if through several."""
    if row.moved is not None and "/wapi/" in row.moved.was:
        return "_request_withdraw_api"
    if row.door == "futures":
        return "_request_futures_coin_data_api" if row.host == "dapi" else "_request_futures_data_api"
    return {"api": "_request_api", "dapi": "_request_futures_coin_api"}.get(row.door) or STATIONS[row.door]


@pytest.mark.parametrize("row", rows_of_the_clients(), ids=lambda row: row.name)
def test_every_row_passes_through_its_stations_on_both_clients(row):
    """So that a script which replaces one of them changes every call that goes there, as in 0.7."""
    names = ["_request", station(row), *([f"_{row.method.lower()}"] if row.door == "api" else [])]
    for name in names:
        seen = []

        def replaced(*args, seen=seen, **kwargs):
            seen.append(args)
            return {"hook": True}

        async def awaited(*args, seen=seen, **kwargs):
            seen.append(args)
            return {"hook": True}

        for client, hook in ((Client(ping=False), replaced), (AsyncClient(), awaited)):
            client.legacy_answers = False
            setattr(client, name, hook)
            answer = client._ask(row, {"symbol": "BNBBTC"})
            assert (asyncio.run(answer) if client.__class__ is AsyncClient else answer) == {"hook": True}
        assert len(seen) == 2, name
