"""Clients' stream connections of a paper box, on to the live exchange and back: here the streams' bytes leave."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS

from binance_legacy.engine import tls
from binance_legacy.engine.settings import times
from binance_legacy.exchange.doors.connections import GOING_AWAY, Connection, ConnectionFactory, Limits
from binance_legacy.exchange.doors.push import SPOT, Target, read_target
from binance_legacy.exchange.doors.streams import frame
from binance_legacy.wire import venues

from .gate import market_request

_STREAMS = {
    "spot": "wss://stream.binance.com:9443", "um": "wss://fstream.binance.com", "cm": "wss://dstream.binance.com",
}  # fmt: skip
_TIMEOUT = 10.0


def _path(target: Target) -> str:
    """Where a client's streams lie on the live exchange: made anew, so that nothing else of its address leaves."""
    names = "/".join(quote(name, safe="!@") for name in target.names)
    host, _, category = target.door.partition("/")
    door = f"/{category}" if category else ""
    if target.combined:
        path, query = f"{door}/stream", [f"streams={names}"] if names else []
    else:
        path, query = f"{door}/ws" + (f"/{names}" if names else ""), []
    if target.fine and host == SPOT:
        query.append("timeUnit=MICROSECOND")
    return path + ("?" + "&".join(query) if query else "")


class Pipe(Connection):
    """A client's stream connection, on to the live exchange and back."""

    factory: PipeFactory
    _upstream: Upstream | None = None

    def opened(self) -> None:
        target = read_target(self.http_request_uri)
        self._door = target.door
        self._waiting: list[bytes] = []
        host = _STREAMS[self._door.partition("/")[0]]
        url = venues.reroute(host + _path(target))
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
        request = market_request(self._door, payload)
        if request is None:
            refused = "Invalid request: paper trading passes on what is asked of market streams, nothing else"
            self.send(frame(orjson.dumps({"code": 2, "msg": refused})))
        elif self._upstream is None:
            self._waiting.append(request)
        else:
            self._upstream.ask(request)

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

    def __init__(self, house: Any, reactor: Any) -> None:
        super().__init__(house, reactor, Limits(requests=None))


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
        self.setProtocolOptions(  # type: ignore[no-untyped-call]
            openHandshakeTimeout=times().handshake,
            autoPingInterval=times().ping_every,
            autoPingTimeout=times().ping_wait,
            autoPingRestartOnAnyTraffic=True,
        )

    def clientConnectionFailed(self, connector: Any, reason: Any) -> None:
        self.pipe.parted()
