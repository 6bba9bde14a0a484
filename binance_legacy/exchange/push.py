"""The stream door: WebSocket connections, what their address asks for, and when they are closed.

(Binance, *WebSocket Streams*: a ping every 20 s, a pong within a minute, 24 hours, five messages a second.)
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.interfaces import IPushProducer
from zope.interface.declarations import implementer

from ..wire.streamnames import NAMES_CHECKED
from . import control, refusals
from .streams import Streams, frame

log = logging.getLogger("binance_legacy.exchange")

LONGEST_ADDRESS: Final = 8004
"""Characters of an address that the real exchange accepts (measured by others, documented nowhere)."""

LONGEST_REQUEST: Final = 4088
"""Bytes of a request on a connection; longer ones are ignored in silence there (measured by others)."""

_TOO_BUSY: Final = 1008
_GOING_AWAY: Final = 1001


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: between pings, until a pong must have come, that a connection lives."""

    ping: float = 20.0
    pong: float = 60.0
    life: float = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may do.

    Attributes:
        requests: messages it may send in a second, pings and pongs included.
        backlog: bytes that may wait to be read by it before it is cut off; None for any number.
    """

    requests: int = 5
    backlog: int | None = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """What an address asks for: these streams, raw or combined."""

    names: tuple[str, ...]
    combined: bool


def read_target(uri: str) -> Target:
    """What the path and query of a WebSocket's address ask for.

    ``/ws``, ``/ws/<name>``, ``/ws/<name>/<name>``, ``/stream``, ``/stream?streams=<name>/<name>``, also
    percent-encoded.

    Raises:
        Refusal: nothing is served there.
    """
    if len(uri) > LONGEST_ADDRESS:
        raise refusals.unsupported(f"an address of {len(uri)} characters; {LONGEST_ADDRESS} is the most", 414)
    path, _, query = uri.partition("?")
    if "://" in path:  # the absolute form, as a client behind a proxy sends it
        path = urlsplit(path).path
    _, door, *names = ("/" + unquote(path).removeprefix("/")).split("/")
    asked = parse_qs(query)
    if door == "stream" and not any(names):
        names = "/".join(asked.get("streams", [])).split("/")
    elif door != "ws":
        raise refusals.unsupported(
            f"no streams are served at {path} by this exchange; /ws/... and /stream?streams=... are", 404
        )
    if asked.get("timeUnit", ["MILLISECOND"])[0].upper() != "MILLISECOND":
        raise refusals.unsupported("timeUnit=MICROSECOND is not served by this exchange yet")
    wanted = tuple(dict.fromkeys(name for name in names if name))
    if len(wanted) > control.MOST_STREAMS:
        raise refusals.unsupported(f"{len(wanted)} streams; {control.MOST_STREAMS} is the most")
    return Target(wanted, door == "stream")


class House(Protocol):
    """What connections need of the exchange around them."""

    streams: Streams

    def arrived(self, subscribed: bool) -> None:
        """Somebody has connected, or is about to listen to a stream: bring the market to the present."""

    def asked_for(self, names: Iterable[str], checked: bool) -> None:
        """A client wants to listen to these streams; `checked`: it has looked itself for faults in the names."""

    def slow(self, listener: StreamConnection) -> None:
        """A listener does not read as fast as it is sent to."""

    def drained(self, listener: StreamConnection) -> None:
        """It has caught up, or is gone."""


class StreamConnection(WebSocketServerProtocol):
    """One client's connection.

    Attributes:
        combined: whether messages are wrapped in ``{"stream": ..., "data": ...}``.
        names: the streams it listens to, in the order asked for.
    """

    factory: StreamFactory
    transport: Any

    def __init__(self) -> None:
        super().__init__()
        self.combined = False
        self.names: dict[str, None] = {}
        self._heard: deque[float] = deque()
        self._pings: dict[bytes, float] = {}  # those not answered yet, and when they were sent
        self._timers: list[Any] = []
        self._unread: int | None = None  # bytes sent since the client fell behind

    # -- opening and closing ------------------------------------------------------------------------------

    def onOpen(self) -> None:
        target = read_target(self.http_request_uri)
        self.combined = target.combined
        self._heard = deque(maxlen=self.factory.limits.requests)
        self.transport.unregisterProducer()  # the HTTP channel, which this connection grew out of
        self.transport.registerProducer(_Gauge(self), True)
        self.factory.house.arrived(bool(target.names))
        self._listen(target.names)
        self._later(self.factory.times.ping, self._beat)
        self._later(self.factory.times.life, self._end, _GOING_AWAY, "24 hours are over")

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        self.unsubscribe(list(self.names))
        self.factory.house.drained(self)

    def _later(self, delay: float, call: Callable[..., None], *arguments: Any) -> None:
        self._timers = [timer for timer in self._timers if timer.active()]
        self._timers.append(self.factory.reactor.callLater(delay, call, *arguments))

    def _end(self, code: int, reason: str) -> None:
        self.transport.unregisterProducer()
        # sendClose would refuse these codes, which it takes for a client's
        self.sendCloseFrame(code, reason.encode())

    # -- streams ------------------------------------------------------------------------------------------

    def subscribe(self, names: Iterable[str]) -> None:
        """Listen to these streams too."""
        self.factory.house.arrived(True)
        self._listen(names)

    def _listen(self, names: Iterable[str]) -> None:
        names = list(names)
        self.factory.house.asked_for(names, NAMES_CHECKED.lower() in self.http_headers)
        for name in names:
            self.names[name] = None
            self.factory.house.streams.listen(self, name)

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Listen to these no longer."""
        for name in names:
            self.names.pop(name, None)
            self.factory.house.streams.leave(self, name)

    def send(self, frames: bytes) -> None:
        """Send whole frames; a client too far behind is cut off instead."""
        if self.state != self.STATE_OPEN:
            return
        self.transport.write(frames)
        backlog = self.factory.limits.backlog
        if self._unread is not None:
            self._unread += len(frames)
            if backlog is not None and self._unread > backlog:
                log.warning("%s does not read: cut off with %d bytes unread", self.peer, self._unread)
                self.dropConnection(abort=True)

    def fell_behind(self) -> None:
        """More waits to be read by the client than the system's buffers hold."""
        self._unread = 0
        self.factory.house.slow(self)

    def caught_up(self) -> None:
        """All that was sent is on its way."""
        self._unread = None
        if self.state != self.STATE_OPEN:
            self.transport.unregisterProducer()  # or the transport would wait for more before it closes
        self.factory.house.drained(self)

    # -- what the client sends ----------------------------------------------------------------------------

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not self._may_speak():
            return
        if len(payload) > LONGEST_REQUEST:
            log.warning(
                "a request of %d bytes was ignored, as the real exchange does; %d is the most",
                len(payload),
                LONGEST_REQUEST,
            )
            return
        self.send(frame(control.answer(payload, self)))

    def onPing(self, payload: bytes) -> None:
        if self._may_speak():
            self.sendPong(payload)

    def onPong(self, payload: bytes) -> None:
        if self._may_speak() and payload in self._pings:
            self._pings.clear()

    def _may_speak(self) -> bool:
        """Count a message; a client that sends too many in a second is disconnected."""
        now = self.factory.reactor.seconds()
        full = len(self._heard) == self._heard.maxlen
        if full and now - self._heard[0] < 1.0:
            self._end(_TOO_BUSY, "Too many requests")
            return False
        self._heard.append(now)
        return True

    def _beat(self) -> None:
        """Ping; a client that left a ping unanswered for too long is disconnected."""
        now = self.factory.reactor.seconds()
        oldest = next(iter(self._pings.values()), now)
        if now - oldest >= self.factory.times.pong:
            self._end(_TOO_BUSY, "Pong timeout")
            return
        payload = b"%d" % (self.factory.now() * 1000)
        self._pings[payload] = now
        self.sendPing(payload)
        self._later(self.factory.times.ping, self._beat)


@implementer(IPushProducer)
class _Gauge:
    """Hears from the transport when its buffer is full, and when it is empty again."""

    def __init__(self, connection: StreamConnection) -> None:
        self._connection: Final = connection

    def pauseProducing(self) -> None:
        self._connection.fell_behind()

    def resumeProducing(self) -> None:
        self._connection.caught_up()

    def stopProducing(self) -> None:
        """The connection is lost; it hears of that itself."""


class StreamFactory(WebSocketServerFactory):
    """Makes the connections of one exchange.

    Args:
        house: the exchange around them.
        reactor: Twisted's, or a clock in its place.
        limits: what a connection may do.
        times: when it is pinged and closed.
        now: the real time in seconds since 1970, which pings carry.
    """

    protocol: Any = StreamConnection

    def __init__(
        self,
        house: House,
        reactor: Any,
        limits: Limits | None = None,
        times: Times | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(server="binance_legacy", reactor=reactor)
        self.house = house
        self.limits = limits or Limits()
        self.times = times or Times()
        self.now = now
        self.setProtocolOptions(
            autoPingInterval=0, closeHandshakeTimeout=1, openHandshakeTimeout=5, echoCloseCodeReason=True
        )
