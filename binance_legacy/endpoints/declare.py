"""How an endpoint is declared, once, for every client and for the exchange.

A row is a method without a body::

    class MarketEndpoints(Endpoints[Answer]):
        @endpoint("GET", "/api/v3/depth", weight=5)
        def get_order_book(self, **params: Any) -> Answer:
            '''Get the order book of one market.'''

The decorator gives it a body that hands the row and the arguments to the client's `_ask`; what `_ask` returns,
an answer or something to await, is the type variable `Answer`. A method that takes several calls is a generator
that yields them, as `self` makes them, and is sent the answers::

        @steps
        def get_symbol_info(self, symbol: str) -> Steps[Any]:
            info = yield self.get_exchange_info()
            return next((row for row in info["symbols"] if row["symbol"] == symbol), None)

`drive` and `drive_async` run it. One that hands items to the user one by one yields each as `Item` among its calls
and is declared with `@pages`; `each` and `each_async` run that one.

Where Binance has moved an endpoint since 0.7, the row is today's and says what it was (`Moved`), how it is asked with
the parameters that 0.7 knew, and how its answer is put back into 0.7's shape::

        @endpoint("GET", "/sapi/v1/margin/allPairs", moved=Moved("GET /sapi/v1/margin/pair", "2024-03-31"),
                  shape=first)
        def get_margin_symbol(self, **params: Any) -> Answer: ...

Where nothing took its place, the method is `retired`. A method over other methods says with `asks` in which rows it
ends, so that the catalogue knows every method that a client has.

What is asked over a WebSocket API is declared with `request`, and handed to the client's `_ask_over_websocket`::

        @request("order.place", signed=True, changes=True)
        def ws_create_order(self, **params: Any) -> Answer: ...
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

from ..exceptions import RetiredEndpoint

Answer = TypeVar("Answer")
F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
T = TypeVar("T")

Steps = Generator[Any, Any, T]
"""A method of several calls: yields calls, is sent their answers, returns a `T`."""


Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """What 0.7 called where Binance answers under another address today.

    Attributes:
        was: method and path, ``GET /wapi/v3/depositHistory.html``.
        since: the day on which that ended, ``2021-08-01``; ``never existed`` for a path that 0.7 had wrong.
        withdraw: whether 0.7 raised a refusal as `BinanceWithdrawException`.
    """

    was: str
    since: str
    withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Retired:
    """What 0.7 called where nothing took its place.

    Attributes:
        was, since: as of `Moved`.
        nearest: what comes nearest today, as a clause.
        answer: what is answered all the same, where nothing is lost by that; None raises `RetiredEndpoint`.
    """

    was: str
    since: str
    nearest: str
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the catalogue: one call of today's Binance.

    Attributes:
        name: the client's method.
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: e.g. ``/api/v3/depth``.
        signed: whether it needs a key, a timestamp and a signature.
        weight: what it costs of the request weight per minute; the least where it varies.
        pool: whose weight that is: ``ip``, the address's, or ``uid``, the account's.
        host: which of Binance's hosts answers: ``api``, ``fapi``, ``dapi`` or ``eapi``.
        moved: what 0.7 called, where Binance has moved it since.
        ask: today's parameters, from those of a script.
        shape: 0.7's answer, from today's and the parameters of a script.
    """

    name: str
    method: str
    path: str
    signed: bool = False
    weight: int = 1
    pool: str = "ip"
    host: str = "api"
    moved: Moved | None = None
    ask: Callable[[Params], Params] | None = None
    shape: Callable[[Any, Params], Any] | None = None

    @property
    def door(self) -> str:
        """The first part of the path: ``api``, ``sapi``, ``fapi`` ..."""
        return self.path.split("/", 2)[1]

    @property
    def version(self) -> str:
        """The second: ``v3``."""
        return self.path.split("/", 3)[2]

    @property
    def rest(self) -> str:
        """All after that: ``ticker/24hr``."""
        return self.path.split("/", 3)[3]


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a WebSocket API.

    Attributes:
        name: the client's method.
        method: Binance's, ``order.place``.
        signed: whether it needs a key, a timestamp and a signature.
        changes: whether it may change something, so that it is never sent again by itself.
        weight: as of `Endpoint`.
        host: which of Binance's hosts answers: ``ws-api`` or ``ws-fapi``.
    """

    name: str
    method: str
    signed: bool = False
    changes: bool = False
    weight: int = 1
    host: str = "ws-api"


@dataclass(frozen=True, slots=True)
class Method:
    """One public method of a client, and what became of it since 0.7.

    Attributes:
        name: of the method.
        asks: the names of the rows in which it ends; its own where it is one.
        moved, retired: what 0.7 called, where that is gone.
    """

    name: str
    asks: tuple[str, ...]
    moved: Moved | None = None
    retired: Retired | None = None

    @property
    def status(self) -> str:
        """``alive``, ``moved`` or ``retired``."""
        return "retired" if self.retired else "moved" if self.moved else "alive"


class Endpoints(Generic[Answer]):
    """Base of the classes that declare endpoints.

    Attributes:
        legacy_answers: whether answers have the shape that 0.7 gave, or Binance's own of today.
    """

    legacy_answers = True

    def _ask(self, row: Endpoint, params: Params) -> Answer:
        """Call an endpoint; what a client is, is how it does this."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it calls {row.path}")

    def _ask_over_websocket(self, row: Request, params: Params) -> Answer:
        """Make a request of a WebSocket API."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it asks {row.method}")

    def _give(self, answer: Any) -> Answer:
        """Answer without a call."""
        raise NotImplementedError

    def _refuse(self, error: Exception) -> Answer:
        """Raise without a call."""
        raise NotImplementedError

    def _drive(self, walk: Steps[Any]) -> Any:
        """Run a method of several calls."""
        raise NotImplementedError

    def _each(self, walk: Steps[None]) -> Any:
        """Run a method of several calls that hands on items."""
        raise NotImplementedError


_catalogue: dict[str, Endpoint] = {}
_requests: dict[str, Request] = {}
_methods: dict[str, Method] = {}


def catalogue() -> Mapping[str, Endpoint]:
    """Every declared row, by the name of its method."""
    return dict(_catalogue)


def requests() -> Mapping[str, Request]:
    """Every declared request of a WebSocket API, by the name of its method."""
    return dict(_requests)


def methods() -> Mapping[str, Method]:
    """Every public method that a client has, by name: rows, requests, methods over them, and those that are gone."""
    return dict(_methods)


def renamed(**names: str) -> Callable[[Params], Params]:
    """How an endpoint is asked whose parameters were renamed: ``renamed(asset="coin")``.

    A parameter that bears its new name already stays as it is.
    """

    def ask(params: Params) -> Params:
        return {names.get(name, name): value for name, value in params.items()}

    return ask


def endpoint(
    method: str,
    path: str,
    *,
    signed: bool = False,
    weight: int = 1,
    pool: str = "ip",
    host: str | None = None,
    moved: Moved | None = None,
    ask: Callable[[Params], Params] | None = None,
    shape: Callable[[Any, Params], Any] | None = None,
) -> Callable[[F], F]:
    """Declare a method to be one call of an endpoint (`Endpoint`); its body is never run."""
    where = host or _HOSTS.get(path.split("/", 2)[1], "api")

    def declare(function: F) -> F:
        row = Endpoint(function.__name__, method, path, signed, weight, pool, where, moved, ask, shape)
        _catalogue[row.name] = row
        if not row.name.startswith("_"):
            _methods[row.name] = Method(row.name, (row.name,), moved)
        body = _taking_parameters(function, lambda client, params: client._ask(row, params))
        body.endpoint = row
        return cast(F, body)

    return declare


_HOSTS = {"fapi": "fapi", "dapi": "dapi", "eapi": "eapi"}


def request(
    method: str, *, signed: bool = False, changes: bool = False, weight: int = 1, host: str = "ws-api"
) -> Callable[[F], F]:
    """Declare a method to be one request of a WebSocket API (`Request`); its body is never run."""

    def declare(function: F) -> F:
        row = Request(function.__name__, method, signed, changes, weight, host)
        _requests[row.name] = row
        if not row.name.startswith("_"):
            _methods[row.name] = Method(row.name, (row.name,))
        body = _taking_parameters(function, lambda client, params: client._ask_over_websocket(row, params))
        body.request = row
        return cast(F, body)

    return declare


def _taking_parameters(function: Callable[..., Any], then: Callable[[Any, dict[str, Any]], Any]) -> Any:
    """A method with the signature of `function` that hands its arguments on by name."""
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[1:]

    def call(self: Any, **params: Any) -> Any:
        return then(self, params)

    def bind_and_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        params = {name: value for name, value in bound.arguments.items() if name not in ("self", "params")}
        return then(self, {**params, **bound.arguments.get("params", {})})

    simple = len(parameters) == 1 and parameters[0].kind is inspect.Parameter.VAR_KEYWORD
    return functools.wraps(function)(call if simple else bind_and_call)


def asks(*rows: str, moved: Moved | None = None, gone: Retired | None = None) -> Callable[[F], F]:
    """Say of a method over other methods in which rows it ends, and what 0.7 called where that is moved or gone."""

    def declare(function: F) -> F:
        _methods[function.__name__] = Method(function.__name__, rows, moved, gone)
        return function

    return declare


def retired(was: str, *, since: str, nearest: str, answer: Any = None) -> Callable[[F], F]:
    """Declare a method whose endpoint is gone without successor (`Retired`); its body is never run."""

    def declare(function: F) -> F:
        gone = Retired(was, since, nearest, answer)
        _methods[function.__name__] = Method(function.__name__, (), None, gone)

        def call(client: Any, params: dict[str, Any]) -> Any:
            if answer is not None:
                return client._give(copy.copy(answer))
            return client._refuse(RetiredEndpoint(function.__name__, since, nearest))

        return cast(F, _taking_parameters(function, call))

    return declare


class _Several(Generic[P]):
    """What `steps` makes of a method, to a type checker: on a client of `Answer`, it gives an `Answer`."""

    @overload
    def __get__(self, client: None, owner: Any) -> Callable[..., Any]: ...
    @overload
    def __get__(self, client: Endpoints[Answer], owner: Any) -> Callable[P, Answer]: ...
    def __get__(self, client: Any, owner: Any) -> Any:
        raise NotImplementedError


def steps(walk: Callable[Concatenate[Any, P], Steps[Any]]) -> _Several[P]:
    """Declare a generator method to be several calls with one answer."""
    return cast("_Several[P]", open_steps(walk))


def open_steps(walk: Callable[..., Steps[Any]]) -> _Several[...]:
    """As `steps`, for a method that takes any parameters, which ones the type checker cannot tell."""

    @functools.wraps(walk)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self._drive(walk(self, *args, **kwargs))

    return cast("_Several[...]", method)


@dataclass(frozen=True, slots=True)
class Item:
    """What a `pages` method hands to the user."""

    value: Any


def pages(walk: Callable[Concatenate[Any, P], Steps[None]]) -> Callable[Concatenate[Any, P], Any]:
    """Declare a generator method to be several calls that hand on items one by one."""

    @functools.wraps(walk)
    def method(self: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
        return self._each(walk(self, *args, **kwargs))

    return cast("Callable[Concatenate[Any, P], Any]", method)


def drive(walk: Steps[T]) -> T:
    """Run a method of several calls where a call gives its answer at once."""
    answer = None
    while True:
        try:
            answer = walk.send(answer)
        except StopIteration as end:
            return cast(T, end.value)


async def drive_async(walk: Steps[T]) -> T:
    """Run a method of several calls where a call is awaited for its answer."""
    resume: Callable[[Any], Any] = walk.send
    value: Any = None
    while True:
        try:
            call = resume(value)
        except StopIteration as end:
            return cast(T, end.value)
        resume, value = await _outcome(walk, call)


async def _outcome(walk: Steps[Any], call: Awaitable[Any]) -> tuple[Callable[[Any], Any], Any]:
    """How the method goes on once a call is done, and with what: it is told what the call raised."""
    try:
        return walk.send, await call
    except Exception as error:  # noqa: BLE001 - it is the method's to handle
        return walk.throw, error


def each(walk: Steps[None]) -> Iterator[Any]:
    """The items of a `pages` method where a call gives its answer at once."""
    answer = None
    while True:
        try:
            step = walk.send(answer)
        except StopIteration:
            return
        answer = None if isinstance(step, Item) else step
        if isinstance(step, Item):
            yield step.value


async def each_async(walk: Steps[None]) -> AsyncIterator[Any]:
    """The items of a `pages` method where a call is awaited for its answer."""
    resume: Callable[[Any], Any] = walk.send
    value: Any = None
    while True:
        try:
            step = resume(value)
        except StopIteration:
            return
        if isinstance(step, Item):
            yield step.value
            resume, value = walk.send, None
        else:
            resume, value = await _outcome(walk, step)


def gather(walk: Steps[None], most: int | None = None) -> Steps[list[Any]]:
    """All the items of a `pages` method's body, or the first `most`, for a `steps` method that gives them at once."""
    items: list[Any] = []
    resume: Callable[[Any], Any] = walk.send
    value: Any = None
    while most is None or len(items) < most:
        try:
            step = resume(value)
        except StopIteration:
            return items
        resume, value = walk.send, None
        if isinstance(step, Item):
            items.append(step.value)
            continue
        try:
            value = yield step
        except Exception as error:  # noqa: BLE001 - it is the method's to handle
            resume, value = walk.throw, error
    return items
