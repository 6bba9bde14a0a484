"""A box for paper trading: the market is the live one, orders and accounts are the box's own.

The bot talks to the box alone. What it asks of the public market goes on from here to the live exchange; everything
else, every order, every question about an account, is answered by the box. So bytes leave at two places, both in this
module, and both ask `is_public` and `is_market_stream` first: nothing that is signed, names an account or changes
anything can get out.

Orders are filled as beside a tape (`exchange.trade.paper`), which here is what the live exchange pushes now.
"""

from __future__ import annotations

import functools
import logging
import re
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import requests
from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from twisted.internet import defer, threads
from twisted.internet import reactor as _reactor

from binance_legacy.endpoints import legacy as _rows  # noqa: F401 - so that the catalogue has them all
from binance_legacy.endpoints.declare import catalogue
from binance_legacy.engine import tls
from binance_legacy.exchange.doors import (
    rest_futures,  # noqa: F401 - so that the table of the public market is whole
    rest_market,  # noqa: F401
    sessions,
)
from binance_legacy.exchange.doors.connections import GOING_AWAY, Connection, ConnectionFactory, Limits
from binance_legacy.exchange.doors.push import SPOT, read_target
from binance_legacy.exchange.doors.rest import DOORS, Answer, Request
from binance_legacy.exchange.doors.streams import frame
from binance_legacy.exchange.market.capture import Record
from binance_legacy.exchange.market.followed import FollowedMarket, symbol_of
from binance_legacy.exchange.refusals import Refusal, unsupported
from binance_legacy.wire import venues
from binance_legacy.wire.futuresnames import read as read_futures
from binance_legacy.wire.orderbook import Follower
from binance_legacy.wire.streamnames import RETIRED
from binance_legacy.wire.streamnames import read as read_spot

log = logging.getLogger("binance_legacy.exchange")
reactor: Any = _reactor

PUBLIC = ("api", "fapi", "dapi", "eapi")
"""The first parts of paths under which the public market lies."""

_HOSTS = {
    "api": "https://api.binance.com", "fapi": "https://fapi.binance.com", "dapi": "https://dapi.binance.com",
    "eapi": "https://eapi.binance.com",
}  # fmt: skip
_STREAMS = {
    "spot": "wss://stream.binance.com:9443", "um": "wss://fstream.binance.com", "cm": "wss://dstream.binance.com",
}  # fmt: skip
_SECRET = frozenset(("signature", "timestamp", "recvwindow", "apikey", "listenkey", "listentoken"))
_ELSEWHERE = ("/sapi/v1/margin/", "/sapi/v1/userListenToken", "/papi/")
_REQUESTS = frozenset(("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY"))
_PLACING = (".place", ".cancelReplace", ".test")
"""What the methods of the WebSocket API are called by which orders meet the market."""

_PASSED_ON = ("content-type", "retry-after")
_PASSED_HEADER = re.compile("x-mbx-used-weight.*", re.IGNORECASE)
_TIMEOUT = 10.0
_PATIENCE = 5.0
_PRICES_EVERY = 10.0
_LEVELS = 1000
_QUIET = 2.0
"""After so many seconds without a word of a book it is asked for anew before an order meets it."""

_RETRY = 0.5


@functools.cache
def _public_rows() -> frozenset[str]:
    """The paths of the public market that are asked with GET: those of the catalogue, and those that the box knows."""
    rows = {row.path for row in catalogue().values() if row.method == "GET" and not row.signed}
    rows |= {path for path, methods in DOORS.items() if "GET" in methods}
    return frozenset(path for path in rows if path.split("/", 2)[1] in PUBLIC)


def is_public(method: str, path: str, query: str) -> bool:
    """Whether a request asks the public market, and nothing else: the only ones that leave."""
    names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    return method in ("GET", "HEAD") and path in _public_rows() and not names & _SECRET


def is_market_stream(door: str, name: str) -> bool:
    """Whether a name is that of a stream of the public market, and not an account's: the only ones that leave."""
    if door == SPOT:
        return name in RETIRED or read_spot(name) is not None
    return (
        read_futures(name) is not None
        or name.startswith("!")
        or bool(re.fullmatch(r"[a-z0-9_]+@\w+(@\w+)?", name))
    )


class Outside:
    """What lies outside a paper box: asked for the public market, and followed where users trade.

    Parameters:
        live: the address of a box that stands for the live exchange, or None for Binance.
    """

    def __init__(self, live: str | None) -> None:
        self._live = live
        self._sessions = threading.local()
        self.follow: Follow | None = None
        self.pipes: Any = None

    def begin(self, box: Any) -> None:
        """The box is there: begin to follow."""
        self.follow = Follow(box)
        self.pipes = WebSocketResource(PipeFactory(box, reactor, self))
        self.follow.start()

    def market(self, seed: int, start: int) -> FollowedMarket:
        """The market of a paper box."""
        return FollowedMarket(seed=seed, start=start)

    # -- REST ----------------------------------------------------------------------------------------------

    def later(self, asked: Request) -> Any:
        """What is answered later: a Deferred of an answer, or of None when the box can answer; None: it can now.

        Raises:
            Refusal: a paper box does not serve it.
        """
        if is_public(asked.method, asked.path, asked.query):
            return threads.deferToThread(self._fetch, asked.path, asked.query)
        first = asked.path.split("/", 2)[1]
        if asked.path.startswith(_ELSEWHERE) or first in ("fapi", "dapi", "eapi", "futures"):
            raise unsupported(f"{asked.method} {asked.path}: paper trading is spot trading")
        symbol = dict(parse_qsl(f"{asked.query}&{asked.body}")).get("symbol")
        if symbol is None or self.follow is None:
            return None
        return self.follow.ready(symbol, fresh=asked.method == "POST")

    def _fetch(self, path: str, query: str) -> Answer:
        if not is_public("GET", path, query):  # whoever asks: here bytes leave
            raise unsupported(f"{path} is not of the public market, and is not asked outside")
        url = venues.reroute(_HOSTS[path.split("/", 2)[1]] + path) + (f"?{query}" if query else "")
        session = getattr(self._sessions, "session", None)
        if session is None:
            session = self._sessions.session = requests.Session()
            session.trust_env = self._live is None
        try:
            answer = session.get(url, timeout=_TIMEOUT)
        except requests.RequestException as error:
            log.warning("the live exchange does not answer: %s", error)
            refusal = _interrupted(path)
            return Answer(refusal.status, {"Content-Type": "application/json"}, refusal.body())
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() in _PASSED_ON or _PASSED_HEADER.fullmatch(name)
        }
        return Answer(answer.status_code, headers, answer.content)

    # -- the WebSocket API ---------------------------------------------------------------------------------

    def later_on_api(self, payload: bytes) -> Any:
        """The same of a request of the WebSocket API: a Deferred of a reply, or of None; None: it can answer now."""
        try:
            request = orjson.loads(payload)
            method, params = str(request["method"]), request.get("params") or {}
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        path = sessions.MARKET.get(method.removeprefix("v3/"))
        if path is None:
            symbol = params.get("symbol") if isinstance(params, dict) else None
            if not isinstance(symbol, str) or self.follow is None:
                return None
            return self.follow.ready(symbol, fresh=any(word in method for word in _PLACING))
        sent = {name: value for name, value in params.items() if name.lower() not in _SECRET}
        query = requests.models.RequestEncodingMixin._encode_params(  # type: ignore[attr-defined]
            {name: _text(value) for name, value in sent.items() if name != "returnRateLimits"}
        )
        found = threads.deferToThread(self._fetch, f"/api/v3/{path}", query)
        found.addCallback(functools.partial(_reply, request.get("id")))
        return found

    # -- streams -------------------------------------------------------------------------------------------

    def takes(self, uri: str) -> bool:
        """Whether an address asks for streams of the public market alone, which are piped."""
        target = read_target(uri)
        if target.door.endswith(("private", "unrouted")):
            return False
        return all(is_market_stream(target.door, name) for name in target.names)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else str(value)


def _reply(number: Any, answer: Answer) -> bytes:
    told = orjson.loads(answer.body or b"{}")
    reply = {"id": number, "status": answer.status, "result" if answer.status == 200 else "error": told}
    return orjson.dumps({**reply, "rateLimits": []})


# -- pipes ----------------------------------------------------------------------------------------------------


class Pipe(Connection):
    """A client's stream connection, on to the live exchange and back."""

    factory: PipeFactory
    _upstream: Upstream | None = None

    def opened(self) -> None:
        uri = self.http_request_uri
        self._door = read_target(uri).door
        self._waiting: list[bytes] = []
        host = _STREAMS[self._door.partition("/")[0]]
        path = uri if self._door == SPOT else uri.replace("/fstream/", "/", 1).replace("/dstream/", "/", 1)
        url = venues.reroute(host + path)
        factory = UpstreamFactory(url, self)
        secure = url.startswith("wss")
        connectWS(factory, tls.options(urlsplit(url).hostname or "") if secure else None, timeout=_TIMEOUT)

    def closed(self) -> None:
        if self._upstream is not None:
            self._upstream.cut()

    def joined(self, upstream: Upstream) -> None:
        """The live exchange has answered."""
        if self.state != self.STATE_OPEN:
            upstream.cut()
            return
        self._upstream = upstream
        for text in self._waiting:
            upstream.ask(text)
        self._waiting.clear()

    def parted(self) -> None:
        """The line to the live exchange is lost: the client finds that out as it would there."""
        self._upstream = None
        self.end(GOING_AWAY, "the line to the live exchange is lost")

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not self.may_speak():
            return
        if not self._is_harmless(payload):
            refused = "Invalid request: paper trading passes on what is asked of market streams, nothing else"
            self.send(frame(orjson.dumps({"code": 2, "msg": refused})))
        elif self._upstream is None:
            self._waiting.append(payload)
        else:
            self._upstream.ask(payload)

    def _is_harmless(self, payload: bytes) -> bool:
        """Whether a request is about streams of the public market alone."""
        try:
            request = orjson.loads(payload)
            names = [name for name in request.get("params") or () if isinstance(name, str)]
            method = request["method"]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return False
        if method in ("SET_PROPERTY", "GET_PROPERTY"):
            return True
        return method in _REQUESTS and all(is_market_stream(self._door, name) for name in names)

    def fell_behind(self) -> None:
        super().fell_behind()
        if self._upstream is not None:
            self._upstream.hold(True)

    def caught_up(self) -> None:
        super().caught_up()
        if self._upstream is not None:
            self._upstream.hold(False)


class PipeFactory(ConnectionFactory):
    """Makes the stream connections of a paper box."""

    protocol: Any = Pipe

    def __init__(self, house: Any, reactor: Any, outside: Outside) -> None:
        super().__init__(house, reactor, Limits(requests=None))
        self.outside = outside


class Upstream(WebSocketClientProtocol):
    """The line to the live exchange that belongs to one client's."""

    factory: UpstreamFactory
    transport: Any

    def cut(self) -> None:
        """End it without a word."""
        self.transport.abortConnection()

    def hold(self, held: bool) -> None:
        """Read no more for now, or go on."""
        if held:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def ask(self, text: bytes) -> None:
        """Pass a request on."""
        self.sendMessage(text)  # type: ignore[no-untyped-call]

    def onOpen(self) -> None:
        self.factory.pipe.joined(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.factory.pipe.send(frame(payload))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.factory.pipe.parted()


class UpstreamFactory(WebSocketClientFactory):
    """Makes it."""

    protocol: Any = Upstream
    noisy = False

    def __init__(self, url: str, pipe: Pipe) -> None:
        super().__init__(url)  # type: ignore[no-untyped-call]
        self.pipe = pipe

    def clientConnectionFailed(self, connector: Any, reason: Any) -> None:
        self.pipe.parted()


# -- what is followed -----------------------------------------------------------------------------------------


def _interrupted(what: str) -> Refusal:
    """The live exchange cannot be reached, so nobody knows what would be right."""
    text = "Internal error; unable to process your request. Please try again."
    return Refusal(-1001, f"{text} ({what}: the line to the live exchange is interrupted)", 503)


class _Followed:
    """One symbol: whether its book is the live one's, and who waits for that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.follower = Follower()
        self.known = self.asking = False
        self.heard = 0.0
        self.waiting: list[Any] = []

    def is_ready(self, fresh: bool) -> bool:
        """Whether it is known, and, where that is wanted, its book is the live one's now."""
        return self.known and (not fresh or self.follower.in_step)


class Follow:
    """Follows the symbols that users trade, over this package's own sockets.

    Parameters:
        box: whose market they are played into.
    """

    def __init__(self, box: Any) -> None:
        self._box = box
        self._market: FollowedMarket = box.market
        self._symbols: dict[str, _Followed] = {}
        self._client: Any = None
        self._manager: Any = None

    def start(self) -> None:
        """Begin to know prices."""
        reactor.callWhenRunning(self._prices)

    def _prices(self) -> None:
        asked = threads.deferToThread(self._ask, "get_all_tickers")
        asked.addCallbacks(self._priced, lambda failure: None)
        asked.addBoth(lambda _: reactor.callLater(_PRICES_EVERY, self._prices))

    def _priced(self, rows: list[dict[str, str]]) -> None:
        for row in rows:
            whole, _, decimals = row["price"].partition(".")
            self._market.prices[row["symbol"]] = int(whole + decimals.ljust(8, "0")[:8])

    def _ask(self, name: str, **params: Any) -> Any:
        from binance_legacy.client import Client

        if self._client is None:
            self._client = Client()
        return getattr(self._client, name)(**params)

    def ready(self, name: str, fresh: bool) -> Any:
        """None where a symbol is followed, and `fresh`: its book is the live one's; else a Deferred of None, when so.

        It fails with a `Refusal` where there is no such symbol, or it is not there in time.
        """
        one = self._symbols.get(name)
        if one is None:
            one = self._symbols[name] = _Followed(name)
            self._begin(one)
        if fresh and one.follower.in_step and time.monotonic() - one.heard > _QUIET:
            one.follower.lose()  # nothing happens there, or the line is frozen: nobody can tell which
            self._snapshot(one)
        if one.is_ready(fresh):
            return None
        waiting: Any = defer.Deferred()
        one.waiting.append(waiting)
        waiting.addTimeout(_PATIENCE, reactor, onTimeoutCancel=lambda *_: self._too_late(one, waiting))
        return waiting

    def _too_late(self, one: _Followed, waiting: Any) -> None:
        if waiting in one.waiting:
            one.waiting.remove(waiting)
        raise _interrupted(one.name)

    def _begin(self, one: _Followed) -> None:
        asked = threads.deferToThread(self._describe, one.name)
        asked.addCallbacks(lambda found: self._described(one, *found), lambda why: self._failed(one, why))

    def _describe(self, name: str) -> tuple[Any, Any]:
        info = self._ask("get_symbol_info", symbol=name)
        return info, self._ask("get_recent_trades", symbol=name, limit=1)[-1]

    def _described(self, one: _Followed, info: Any, trade: Any) -> None:
        if info is None:
            self._failed(one, None)
            return
        try:
            self._box.catch_up()
            self._market.follow(symbol_of(info), trade)
        except Refusal as refusal:
            self._give_up(one, refusal)
            return
        one.known = True
        self._listen(one)

    def _failed(self, one: _Followed, why: Any) -> None:
        """A symbol is not there, or the live exchange does not answer; the next one who asks tries again."""
        log.warning(
            "%s cannot be followed: %s", one.name, why.getErrorMessage() if why else "there is none such"
        )
        self._give_up(
            one, Refusal(-1121, "Invalid symbol.") if why is None or "-1121" in str(why.value) else None
        )

    def _give_up(self, one: _Followed, refusal: Refusal | None) -> None:
        del self._symbols[one.name]
        waiting, one.waiting = one.waiting, []
        for each in waiting:
            each.errback(refusal or _interrupted(one.name))

    def _listen(self, one: _Followed) -> None:
        from binance_legacy.websockets import BinanceSocketManager

        if self._manager is None:
            self._manager = BinanceSocketManager(self._client, on_notice=self._noticed)
            self._manager.daemon = True
            self._manager.start()
        low = one.name.lower()
        self._manager.start_multiplex_socket(
            [f"{low}@trade", f"{low}@depth@100ms"], functools.partial(self._came, one)
        )

    def _noticed(self, notice: dict[str, Any]) -> None:
        if notice["type"] == "lost":
            for one in self._symbols.values():
                one.follower.lose()

    def _came(self, one: _Followed, message: dict[str, Any]) -> None:
        """A message came, in the reactor's thread."""
        name, data = message.get("stream"), message.get("data")
        if name is None or data is None:
            return
        self._box.catch_up()
        record = Record(time.time_ns() // 1000, name, "", data)
        if data.get("e") == "trade":
            self._play(one, record)
        elif data.get("e") == "depthUpdate":
            one.heard = time.monotonic()
            if one.follower.take(data):
                self._play(one, record)
            elif not one.follower.in_step:
                self._snapshot(one)

    def _play(self, one: _Followed, *records: Record) -> None:
        for record in records:
            self._market.play(one.name, record)
        self._box.followed()

    def _snapshot(self, one: _Followed) -> None:
        if one.asking:
            return
        one.asking = True
        asked = threads.deferToThread(self._ask, "get_order_book", symbol=one.name, limit=_LEVELS)
        asked.addCallbacks(lambda book: self._answered(one, book), lambda why: self._ask_again(one))

    def _ask_again(self, one: _Followed) -> None:
        def again() -> None:
            one.asking = False
            if not one.follower.in_step:
                self._snapshot(one)

        reactor.callLater(_RETRY, again)

    def _answered(self, one: _Followed, book: dict[str, Any]) -> None:
        on_top = one.follower.snapshot(book["lastUpdateId"])
        if on_top is None:
            self._ask_again(one)
            return
        one.asking, one.heard = False, time.monotonic()
        now, low = time.time_ns() // 1000, one.name.lower()
        self._market.begin_book(one.name)
        self._play(
            one,
            Record(now, "", one.name, book),
            *(Record(now, f"{low}@depth@100ms", "", dict(each)) for each in on_top),
        )
        waiting, one.waiting = one.waiting, []
        for each in waiting:
            each.callback(None)


def outside(live: str | None) -> Outside:
    """What lies outside a paper box in this process: Binance, or a box that stands for it."""
    if live is not None:
        venues.use_box(live)
    return Outside(live)


# -- the process ----------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a paper box; the arguments are those of ``python -m binance_legacy.exchange``, and ``--live``."""
    from binance_legacy.exchange.doors import serve

    given = list(sys.argv[1:] if arguments is None else arguments)
    live = None
    if "--live" in given:
        place = given.index("--live")
        live = given[place + 1]
        del given[place : place + 2]
    return serve.main(given, outside(live))


if __name__ == "__main__":
    sys.exit(main())
