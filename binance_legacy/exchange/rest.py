"""The REST door: which endpoints are served, how their parameters are read, how answers are written.

Each endpoint is one decorated function; everything else reads the table that the decorator fills::

    @door("GET", "/api/v3/avgPrice", SYMBOL, weight=2)
    def avg_price(market: Market, symbol: str) -> Any:
        return market.avg_price(symbol)

Pure: a request goes in, an answer comes out; time is passed in.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import orjson

from ..endpoints import legacy as _endpoints  # noqa: F401 - so that the catalogue has them all
from ..endpoints.declare import catalogue, methods
from . import refusals
from .limits import Weights
from .market import Market, UnknownSymbol
from .parameters import Parameter
from .refusals import Refusal

_SERVED_LATER: Final = ("/api/v3/", "/sapi/", "/fapi/", "/dapi/", "/eapi/", "/papi/")
_NOT_FOUND: Final = (
    b"<html><head><title>404 Not Found</title></head>"
    b"<body><center><h1>404 Not Found</h1></center><hr></body></html>\n"
)


# -- the table --------------------------------------------------------------------------------------------

Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Door:
    """An endpoint that is served.

    Attributes:
        parameters: in the order in which `handle` takes their values, after the market.
        weight: how much of the minute's weight a request uses, or a function of the parameters' values.
        handle: gives the answer.
    """

    parameters: tuple[Parameter, ...]
    weight: int | Callable[..., int]
    handle: Handler

    def read(self, sent: dict[str, str]) -> list[Any]:
        """The parameters' values, in order."""
        values = [parameter.value(sent) for parameter in self.parameters]
        known = sum(parameter.name in sent for parameter in self.parameters)
        if known < len(sent):
            raise refusals.unread(known, len(sent), len(self.parameters))
        return values

    def weigh(self, values: list[Any]) -> int:
        """The weight of a request with these values."""
        return self.weight if isinstance(self.weight, int) else self.weight(*values)


DOORS: Final[dict[str, dict[str, Door]]] = {}
"""Path -> method -> endpoint."""


def door(
    method: str, path: str, *parameters: Parameter, weight: int | Callable[..., int] = 1
) -> Callable[[H], H]:
    """Serve an endpoint by the decorated function, which takes the market and the parameters' values."""

    def register(handle: H) -> H:
        DOORS.setdefault(path, {})[method] = Door(parameters, weight, handle)
        return handle

    return register


# -- answering --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as it stands on the wire.

    Attributes:
        method: upper case.
        path: from the first slash to the question mark.
        query: what follows the question mark.
        address: who asks.
    """

    method: str
    path: str
    query: str = ""
    address: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, ready to be sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class Rest:
    """Answers requests about one market.

    Args:
        market: moved on to the present by the caller before each request.
        weights: what each address has used.
    """

    def __init__(self, market: Market, weights: Weights | None = None) -> None:
        self._market: Final = market
        self._weights: Final = weights or Weights()

    def answer(self, request: Request, now: int) -> Answer:
        """The answer to a request.

        Args:
            request: as received.
            now: milliseconds of the real clock, for the weights.
        """
        method = "GET" if request.method == "HEAD" else request.method
        try:
            found = _find(method, request.path)
        except Refusal as refusal:
            return _refused(refusal, {})
        if found is None:
            return Answer(404, {"Content-Type": "text/html"}, _NOT_FOUND)
        return self._answer(found, request, now)

    def _answer(self, found: Door, request: Request, now: int) -> Answer:
        weighed: dict[str, str] = {}
        try:
            try:
                values = found.read(read_query(request.query))
            except Refusal:
                weighed = self._charge(request.address, 1, now)
                raise
            weighed = self._charge(request.address, found.weigh(values), now)
            return _answered(found.handle(self._market, *values), weighed)
        except UnknownSymbol:
            return _refused(refusals.invalid_symbol(), weighed)
        except Refusal as refusal:
            return _refused(refusal, weighed)

    def _charge(self, address: str, weight: int, now: int) -> dict[str, str]:
        used = str(self._weights.charge(address, weight, now))
        return {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used}


def read_query(query: str) -> dict[str, str]:
    """The parameters of a query string.

    Raises:
        Refusal: one was sent twice.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    sent = dict(pairs)
    if len(sent) < len(pairs):
        raise refusals.duplicate()
    return sent


def _find(method: str, path: str) -> Door | None:
    """Who answers; None for a path that is as dead as on the real exchange."""
    methods = DOORS.get(path)
    if methods is not None:
        if method not in methods:
            allowed = ", ".join(methods)
            refusal = refusals.unsupported(f"{method} {path} is not an endpoint; {allowed} {path} is", 405)
            refusal.headers["Allow"] = allowed
            raise refusal
        return methods[method]
    if path.startswith(_SERVED_LATER) and f"{method} {path}" not in _switched_off():
        raise refusals.unsupported(f"{method} {path} is not served by this exchange yet")
    return None


@functools.cache
def _switched_off() -> frozenset[str]:
    """The endpoints that old clients called and that are gone, ``POST /api/v3/userDataStream``."""
    rows = {f"{row.method} {row.path}" for row in catalogue().values()}
    fates = (method.moved or method.retired for method in methods().values())
    return frozenset(fate.was for fate in fates if fate is not None) - rows


_JSON: Final = {
    "Content-Type": "application/json;charset=UTF-8",
    "Cache-Control": "no-cache, no-store, must-revalidate",
}


def _answered(answer: Any, headers: dict[str, str]) -> Answer:
    return Answer(200, {**_JSON, **headers}, orjson.dumps(answer))


def _refused(refusal: Refusal, headers: dict[str, str]) -> Answer:
    return Answer(refusal.status, {**_JSON, **headers, **refusal.headers}, refusal.body())
