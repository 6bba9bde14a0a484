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
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

Answer = TypeVar("Answer")
F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
T = TypeVar("T")

Steps = Generator[Any, Any, T]
"""A method of several calls: yields calls, is sent their answers, returns a `T`."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the catalogue.

    Attributes:
        name: the client's method.
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: e.g. ``/api/v3/depth``.
        signed: whether it needs a key, a timestamp and a signature.
        weight: what it costs of the request weight that an address has per minute; the least where it varies.
        moved: what 0.7 called instead, where Binance has moved it since.
    """

    name: str
    method: str
    path: str
    signed: bool = False
    weight: int = 1
    moved: str | None = None

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


class Endpoints(Generic[Answer]):
    """Base of the classes that declare endpoints."""

    def _ask(self, row: Endpoint, params: Mapping[str, Any]) -> Answer:
        """Call an endpoint; what a client is, is how it does this."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it calls {row.path}")

    def _drive(self, walk: Steps[Any]) -> Any:
        """Run a method of several calls."""
        raise NotImplementedError

    def _each(self, walk: Steps[None]) -> Any:
        """Run a method of several calls that hands on items."""
        raise NotImplementedError


_catalogue: dict[str, Endpoint] = {}


def catalogue() -> Mapping[str, Endpoint]:
    """Every declared row, by the name of its method."""
    return dict(_catalogue)


def endpoint(
    method: str, path: str, *, signed: bool = False, weight: int = 1, moved: str | None = None
) -> Callable[[F], F]:
    """Declare a method to be one call of an endpoint (`Endpoint`); its body is never run."""

    def declare(function: F) -> F:
        row = Endpoint(function.__name__, method, path, signed, weight, moved)
        _catalogue[row.name] = row
        signature = inspect.signature(function)
        named = [p for p in list(signature.parameters.values())[1:] if p.kind is not p.VAR_KEYWORD]

        def call(self: Any, **params: Any) -> Any:
            return self._ask(row, params)

        def bind_and_call(self: Any, *args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(self, *args, **kwargs).arguments
            params = {**bound, **bound.get("params", {})}
            del params["self"]
            params.pop("params", None)
            return self._ask(row, params)

        takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
        body = functools.wraps(function)(call if takes_any and not named else bind_and_call)
        body.endpoint = row  # type: ignore[attr-defined]
        return cast(F, body)

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

    @functools.wraps(walk)
    def method(self: Any, *args: P.args, **kwargs: P.kwargs) -> Any:
        return self._drive(walk(self, *args, **kwargs))

    return cast("_Several[P]", method)


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


def gather(walk: Steps[None]) -> Steps[list[Any]]:
    """All the items of a `pages` method's body, for a `steps` method that gives them at once."""
    items: list[Any] = []
    resume: Callable[[Any], Any] = walk.send
    value: Any = None
    while True:
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
