"""A WebSocket connection to the exchange: how it lives and ends, whatever is said on it.

(Binance, *WebSocket Streams*, *WebSocket API*: a ping every 20 s, a pong within a minute, 24 hours.)
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.interfaces import IPushProducer
from zope.interface.declarations import implementer

log = logging.getLogger("binance_legacy.exchange")

TOO_BUSY: Final = 1008
GOING_AWAY: Final = 1001
_OWN_CODES: Final = 3000
"""Close codes below this are the protocol's, which autobahn refuses to send for us."""


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
        requests: messages it may send in a second, pings and pongs included; None for any number.
        backlog: bytes that may wait to be read by it before it is cut off; None for any number.
    """

    requests: int | None = 5
    backlog: int | None = 64 * 1024 * 1024


class Floodgate(Protocol):
    """Who wants to know which connections come, go, and read too slowly."""

    def opened(self, connection: Connection) -> None:
        """A connection is open."""

    def closed(self, connection: Connection) -> None:
        """It is over."""

    def slow(self, connection: Connection) -> None:
        """A client does not read as fast as it is sent to."""

    def drained(self, connection: Connection) -> None:
        """It has caught up, or is gone."""


class Connection(WebSocketServerProtocol):
    """One client's connection.

    Attributes:
        frozen: it says nothing any more and hears nothing, as when a cable is pulled.
    """

    factory: ConnectionFactory
    transport: Any

    def __init__(self) -> None:
        super().__init__()
        self.frozen = False
        self._pings: dict[bytes, float] = {}  # those not answered yet, and when they were sent
        self._timers: list[Any] = []
        self._unread: int | None = None  # bytes sent since the client fell behind

    def onOpen(self) -> None:
        self.transport.unregisterProducer()  # the HTTP channel, which this connection grew out of
        self.transport.registerProducer(_Gauge(self), True)
        self.factory.house.opened(self)
        self.opened()
        self._later(self.factory.times.ping, self._beat)
        self._later(self.factory.times.life, self.end, GOING_AWAY, "24 hours are over")

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        for timer in self._timers:
            if timer.active():
                timer.cancel()
        self.closed()
        self.factory.house.drained(self)
        self.factory.house.closed(self)

    def opened(self) -> None:
        """What a kind of connection does first."""

    def closed(self) -> None:
        """What a kind of connection does last."""

    def tell_shutdown(self, at: int) -> None:
        """Tell the client that this connection will end soon; `at` in market milliseconds."""

    def _later(self, delay: float, call: Callable[..., None], *arguments: Any) -> None:
        self._timers = [timer for timer in self._timers if timer.active()]
        self._timers.append(self.factory.reactor.callLater(delay, call, *arguments))

    def end(self, code: int, reason: str) -> None:
        """Close it with a code, and a reason that the client is told."""
        if self.state != self.STATE_OPEN:
            return
        self.transport.unregisterProducer()
        if code < _OWN_CODES:
            # sendClose would refuse these codes, which it takes for a client's
            self.sendCloseFrame(code, reason.encode())
        else:
            self.sendClose(code, reason)

    def cut(self) -> None:
        """End it without a word."""
        self.transport.abortConnection()

    def send(self, frames: bytes) -> None:
        """Send whole frames; a client too far behind is cut off instead."""
        if self.state != self.STATE_OPEN or self.frozen:
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

    # -- the heartbeat ------------------------------------------------------------------------------------

    def may_speak(self) -> bool:
        """Whether the client is heard; each kind of connection counts in its own way."""
        return not self.frozen

    def onPing(self, payload: bytes) -> None:
        if self.may_speak():
            self.sendPong(payload)

    def onPong(self, payload: bytes) -> None:
        if self.may_speak() and payload in self._pings:
            self._pings.clear()

    def _beat(self) -> None:
        """Ping; a client that left a ping unanswered for too long is disconnected."""
        now = self.factory.reactor.seconds()
        oldest = next(iter(self._pings.values()), now)
        if now - oldest >= self.factory.times.pong:
            self.end(TOO_BUSY, "Pong timeout")
            return
        payload = b"%d" % (self.factory.now() * 1000)
        self._pings[payload] = now
        if not self.frozen:
            self.sendPing(payload)
        self._later(self.factory.times.ping, self._beat)


@implementer(IPushProducer)
class _Gauge:
    """Hears from the transport when its buffer is full, and when it is empty again."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection

    def pauseProducing(self) -> None:
        self._connection.fell_behind()

    def resumeProducing(self) -> None:
        self._connection.caught_up()

    def stopProducing(self) -> None:
        """The connection is lost; it hears of that itself."""


class ConnectionFactory(WebSocketServerFactory):
    """Makes one kind of connections of one exchange.

    Args:
        house: the exchange around them.
        reactor: Twisted's, or a clock in its place.
        limits: what a connection may do.
        times: when it is pinged and closed.
        now: the real time in seconds since 1970, which pings carry.
    """

    protocol: Any = Connection

    def __init__(
        self,
        house: Any,
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
