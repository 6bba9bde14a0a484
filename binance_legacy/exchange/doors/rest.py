"""The REST door: which endpoints are served, how their parameters are read, how answers are written.

Each endpoint is one decorated function; everything else reads the table that the decorator fills::

    @door("GET", "/api/v3/avgPrice", SYMBOL, weight=2)
    def avg_price(market: Market, symbol: str) -> Any:
        return market.avg_price(symbol)

Pure: a request goes in, an answer comes out; time is passed in.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import orjson

from ...endpoints import legacy as _endpoints  # noqa: F401 - so that the catalogue has them all
from ...endpoints.declare import catalogue, methods
from ...wire import signing
from .. import refusals
from ..futures.calls import calls
from ..futures.contracts import COIN_M, USD_M
from ..margin.calls import MARGIN_CALLS
from ..market.market import UnknownSymbol
from ..parameters import Parameter
from ..refusals import Refusal
from ..trade import spot_calls
from ..trade.calls import Call
from ..trade.ledger import Account
from ..trade.wallet_calls import WALLET_CALLS
from . import microseconds
from .office import WholeOffice

_SERVED_LATER: Final = ("/api/v3/", "/sapi/", "/fapi/", "/dapi/", "/eapi/", "/papi/")
_UNSIGNED: Final = ("USER_STREAM", "MARKET_DATA")
"""What needs a key, but no signature."""

_MARGINS: Final = {"fapi": USD_M, "dapi": COIN_M}
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
        body: of a POST, PUT or DELETE, encoded as a query is.
        key: the header ``X-MBX-APIKEY``, or None.
        unit: the header ``X-MBX-TIME-UNIT``, or None.
        address: who asks.
    """

    method: str
    path: str
    query: str = ""
    body: str = ""
    key: str | None = None
    unit: str | None = None
    address: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, ready to be sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class Rest:
    """Answers requests about one exchange.

    Args:
        office: its market and accounts; the caller moves the market on to the present before each request.
    """

    def __init__(self, office: WholeOffice) -> None:
        self._office: Final = office
        self._market: Final = office.market
        worlds: list[tuple[Iterable[Call], Any]] = [
            (spot_calls.CALLS, office.trading),
            (WALLET_CALLS, office.wallet),
            (MARGIN_CALLS, office),
            *((calls(margin), exchange) for margin, exchange in office.futures.items()),
        ]
        self._calls: Final[dict[str, dict[str, tuple[Call, Any]]]] = {}
        for table, world in worlds:
            for call in table:
                self._calls.setdefault(call.path, {})[call.method] = call, world

    def answer(self, request: Request, now: int) -> Answer:
        """The answer to a request.

        Args:
            request: as received.
            now: milliseconds of the real clock.
        """
        method = "GET" if request.method == "HEAD" else request.method
        called = self._calls.get(request.path, {}).get(method)
        headers: dict[str, str] = {}
        try:
            fine = microseconds.wanted(request.unit)
            if called is not None:
                told = self._called(*called, request, now, headers)
            elif (found := self._find(method, request.path)) is not None:
                told = self._asked(found, request, now, headers)
            else:
                return Answer(404, {"Content-Type": "text/html"}, _NOT_FOUND)
            return _answered(microseconds.answered(told) if fine else told, headers)
        except UnknownSymbol:
            return _refused(refusals.invalid_symbol(), headers)
        except Refusal as refusal:
            return _refused(refusal, headers)

    def _find(self, method: str, path: str) -> Door | None:
        """Who answers what needs no signature; None for a path that is as dead as on the real exchange."""
        methods = DOORS.get(path, {})
        if method in methods:
            return methods[method]
        if methods or path in self._calls:
            allowed = ", ".join([*methods, *self._calls.get(path, {})])
            refusal = refusals.unsupported(f"{method} {path} is not an endpoint; {allowed} {path} is", 405)
            refusal.headers["Allow"] = allowed
            raise refusal
        if (
            path.startswith(_SERVED_LATER)
            and not path.endswith("/")
            and f"{method} {path}" not in _switched_off()
        ):
            raise refusals.unsupported(f"{method} {path} is not served by this exchange yet")
        return None

    # -- without a signature -------------------------------------------------------------------------------

    def _asked(self, found: Door, request: Request, now: int, headers: dict[str, str]) -> Any:
        try:
            values = found.read(read_query(request.query))
        except Refusal:
            headers.update(self._charge(request.address, 1, now, _pool(request.path)))
            raise
        pool = _pool(request.path)
        headers.update(self._charge(request.address, found.weigh(values), now, pool))
        exchange = self._office.futures.get(_MARGINS.get(pool, ""))
        return found.handle(self._market if exchange is None else exchange.trading.market, *values)

    def _charge(self, address: str, weight: int, now: int, pool: str = "ip") -> dict[str, str]:
        weights = self._office.futures_weights.get(pool, self._office.weights)
        used = str(weights.charge(address, weight, now))
        return {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used}

    # -- with one ------------------------------------------------------------------------------------------

    def _called(self, call: Call, world: Any, request: Request, now: int, headers: dict[str, str]) -> Any:
        """Carry out a signed call; what it used of the limits is written into `headers`."""
        weight = 1
        account: Account | None = None
        charged = False
        try:
            sent = read_sent(request, call.repeated)
            key = self._office.key(request.key)
            account = key.account
            asked = call.read(sent)
            weight = call.weigh(asked)
            if call.security not in _UNSIGNED:
                self._office.check(key, sent, functools.partial(_is_signed, request), now)
            headers.update(
                self._weigh(call, request.address, account, 0 if call.free_if_done else weight, now)
            )
            charged = not call.free_if_done
            return call.answer(world, account, asked)
        except (Refusal, UnknownSymbol) as error:
            if not charged and not (isinstance(error, Refusal) and error.code == refusals.TOO_MUCH_WEIGHT):
                headers.update(self._weigh(call, request.address, account, weight, now))
            raise
        finally:
            if call.orders and account is not None:
                counts = self._office.order_counts(account, call.pool)
                headers.update({f"X-MBX-ORDER-COUNT-{span}": str(count) for span, count in counts})

    def _weigh(
        self, call: Call, address: str, account: Account | None, weight: int, now: int
    ) -> dict[str, str]:
        office = self._office
        if call.pool == "ip" or call.pool in _MARGINS:
            return self._charge(address, weight, now, call.pool)
        if call.pool == "uid" and account is not None:
            used = office.account_weights.charge(account.name, weight, now)
            return {"X-SAPI-USED-UID-WEIGHT-1M": str(used)}
        return {"X-SAPI-USED-IP-WEIGHT-1M": str(office.wallet_weights.charge(address, weight, now))}


def _pool(path: str) -> str:
    """Which weight a request for this path uses: that of spot, or of a futures exchange."""
    first = path.split("/", 2)[1]
    return first if first in _MARGINS else "ip"


def _is_signed(request: Request, secret: str) -> bool:
    return signing.verify(secret, request.query, request.body)


def read_sent(request: Request, repeated: frozenset[str] = frozenset()) -> dict[str, str]:
    """The parameters of a signed request; what stands in the query counts where the body has it too.

    Args:
        request: as received.
        repeated: parameters that may be sent several times; they are joined with commas.

    Raises:
        Refusal: another one was sent twice.
    """
    query = read_query(request.query, repeated)
    return {**read_query(request.body, repeated), **query} if request.body else query


def read_query(query: str, repeated: frozenset[str] = frozenset()) -> dict[str, str]:
    """The parameters of a query string.

    Raises:
        Refusal: one was sent twice that must not be.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    sent = dict(pairs)
    if len(sent) == len(pairs):
        return sent
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1:
            if name not in repeated:
                raise refusals.duplicate()
            sent[name] = ",".join(value for each, value in pairs if each == name)
    return sent


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
