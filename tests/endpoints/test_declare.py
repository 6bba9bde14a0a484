"""How rows become methods, and how methods of several calls are driven, at once or awaited."""

import asyncio
import inspect

import pytest

from binance_legacy.endpoints.declare import (
    Endpoints,
    Item,
    catalogue,
    drive,
    drive_async,
    each,
    each_async,
    endpoint,
    gather,
    pages,
    steps,
)
from binance_legacy.endpoints.market import MarketEndpoints


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


class Plain(Some):
    _drive, _each = staticmethod(drive), staticmethod(each)

    def _ask(self, row, params):
        return row, params

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
    assert Plain().do_thing(1)[1] == {"first": 1}, "defaults are not sent"
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
