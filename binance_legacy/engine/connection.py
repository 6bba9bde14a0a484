"""One WebSocket, kept connected: its factory with back-off, its protocol with heartbeat.

These are the real classes behind 0.7's `BinanceClientFactory` and `BinanceClientProtocol`: a script may make
them itself and hand them to autobahn's `connectWS`. The protocol collects the messages of one read and hands
them on as one batch; the factory connects again, for ever, until it is stopped. Where a line must say something
before messages come (which streams it wants, whose account it hears), a `Talk` does it on each new line.
"""

from __future__ import annotations

import gzip
import logging
import random
import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import orjson
from autobahn.twisted.websocket import WebSocketClientFactory, connectWS
from twisted.internet import error
from twisted.internet.interfaces import IConnector
from twisted.internet.protocol import ReconnectingClientFactory
from twisted.python.failure import Failure

from ..wire import venues
from . import accounts, callbacks, frames
from .heartbeat import BeatingProtocol
from .settings import times

log = logging.getLogger("binance_legacy.engine")

Message = Any
"""A decoded frame: a dictionary, or a list for the streams that push arrays."""

GIVE_UP = {"e": "error", "m": "Max reconnect retries reached"}
"""What 0.7 told a callback when it gave up."""

SHORTEST_DELAY = 0.1
SHORTEST_CAP = 1.0
"""Seconds that delays begin with and may grow to, at least: Binance bans who connects 300 times in 5 minutes."""

_GZIP_MAGIC = b"\x1f\x8b"
_chance = random.Random()  # a script may have seeded the module's own


class Loss(NamedTuple):
    """Why a line, or an attempt to make one, is gone.

    Attributes:
        why: in words.
        kind: ``closed`` (by a closing handshake), ``broken`` (without one), ``cut`` (amid a message), ``unreachable``,
            ``unknown host``, or ``refused`` (the exchange answered, but does not let it in).
        status: of HTTP or of the WebSocket API's answer, where it was refused; None elsewhere.
    """

    why: str
    kind: str
    status: int | None = None


class Talk(Protocol):
    """What is said on a line after its handshake, and how what comes is read. In the reactor thread."""

    def begin(self, line: StreamProtocol, factory: StreamFactory) -> None:
        """A line is open. `factory.ready` is to be called once its messages come."""

    def heard(self, messages: list[Message]) -> list[Message]:
        """Of a read's messages those for the user."""

    def end(self) -> None:
        """The line is gone."""

    def again(self) -> Talk:
        """The same for another line that is to take this one's place."""


class Watcher(Protocol):
    """Who is given a factory's messages and told what happens to its line; a feed."""

    def deliver(self, messages: list[Message]) -> None: ...
    def connected(self) -> None: ...
    def lost(self, loss: Loss) -> None: ...
    def gave_up(self, message: Message) -> None: ...
    def refused(self, names: list[str], why: str) -> None:
        """The exchange does not give these streams, now or at all."""

    def unreadable(self, payload: bytes, why: str) -> None: ...


def connect(factory: StreamFactory, tls_options: Any) -> Any:
    """Open the factory's connection; its connector. In the reactor thread.

    Parameters:
        tls_options: of `tls.options`; None for an address that is not secure.
    """
    wait = _owed.wait(factory)
    if wait > 0:
        factory.reactor.callLater(wait, _connect_late, factory, tls_options)
        return None
    return connectWS(factory, tls_options, timeout=times().connect)


def _connect_late(factory: StreamFactory, tls_options: Any) -> None:
    if factory.continueTrying:
        connectWS(factory, tls_options, timeout=times().connect)


class _Owed:
    """How long an address is still to be left alone, whoever asks.

    A program that answers each error by a new socket would otherwise connect as fast as it is refused, and Binance bans
    an address for that.
    """

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], tuple[float, float]] = {}

    def note(self, factory: StreamFactory, delay: float) -> None:
        """The factory's next attempt is to be after `delay` seconds."""
        if len(self._due) > MOST_OWED:
            self._due.clear()
        self._due[str(factory.url), factory.name] = factory.reactor.seconds() + delay, factory.delay

    def wait(self, factory: StreamFactory) -> float:
        """Seconds until a new factory may try; it goes on with the back-off of the one before."""
        due, delay = self._due.get((str(factory.url), factory.name), (0.0, 0.0))
        left: float = due - factory.reactor.seconds()
        if left > -factory.maxDelay:
            factory.delay = max(factory.delay, delay)
        return left

    def clear(self, factory: StreamFactory) -> None:
        """The address works."""
        self._due.pop((str(factory.url), factory.name), None)


MOST_OWED = 10_000
_owed = _Owed()


class StreamProtocol(BeatingProtocol):
    """A connected line: frames in, one batch of decoded messages per read out."""

    def __init__(self) -> None:
        super().__init__()
        self._batch: list[Message] = []
        self._plain = False  # whether frames may be read without autobahn
        self._tail = b""
        self.was_clean = self.was_cut = self._was_open = False
        self._timers: dict[str, Any] = {}

    def connectionMade(self) -> None:
        ours = isinstance(self.factory, StreamFactory)
        self._owner: Any = self.factory if ours else _Foreign(self.factory)
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        self.heard = True
        if self._tail:
            data, self._tail = self._tail + data, b""
        if self._plain and self.state == self.STATE_OPEN and not self._amid_a_frame():
            data = data[frames.read(data, self._batch) :]
            if frames.unfinished(data):
                data, self._tail = b"", data
        if data:
            self._dataReceived(data)  # autobahn's own dataReceived, but for the debug line it formats
        if self._batch:
            batch, self._batch = self._batch, []
            self._owner.received(batch)

    def _amid_a_frame(self) -> bool:
        return bool(self.data or self.inside_message or self.current_frame is not None)

    # The engine's part is done in autobahn's inner hooks: a script may override the outer ones and call no super.

    def _onOpen(self) -> None:
        overridden = any(getattr(type(self), name) is not own for name, own in _MESSAGE_HOOKS)
        self._plain = not overridden and self._perMessageCompress is None
        self._was_open = True
        self._owner.opened(self)
        self._timers["steady"] = self.factory.reactor.callLater(times().steady, self._owner.forget_retries)
        self.beat_after(times().ping_every)
        super()._onOpen()

    def _onMessage(self, payload: bytes, isBinary: bool) -> None:
        try:
            self.onMessage(payload, isBinary)
        except Exception as exception:  # noqa: BLE001 - a script's own onMessage may raise anything
            callbacks.raised.note(exception, self._owner.name)

    def _onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.stop_beating()
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()
        self.was_clean = wasClean
        self.was_cut = self._was_open and (bool(self._tail) or self._amid_a_frame())
        self._owner.closed(self, code, reason)
        super()._onClose(wasClean, code, reason)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Decode one message into the batch of this read; what is no JSON is logged and dropped."""
        try:
            message = orjson.loads(gzip.decompress(payload) if payload[:2] == _GZIP_MAGIC else payload)
        except (ValueError, OSError, EOFError) as exception:
            self._owner.unreadable(payload, exception)
        else:
            self._batch.append(message)

    def say(self, request: Any) -> None:
        """Send a request, as JSON; nothing where the line is about to be closed."""
        if self.state == self.STATE_OPEN:
            self.sendMessage(orjson.dumps(request))

    def hold(self) -> None:
        """Read no more until `let_go`: who is given the messages has too many already."""
        if self.state == self.STATE_OPEN and not self.held:
            self.held = True
            transport: Any = self.transport
            transport.pauseProducing()

    def let_go(self) -> None:
        """Read on."""
        if self.held:
            self.held = False
            self.heard = True
            transport: Any = self.transport
            transport.resumeProducing()

    def failHandshake(self, reason: str) -> None:
        self._owner.refused(reason)
        super().failHandshake(reason)


_MESSAGE_HOOKS = [
    (name, getattr(StreamProtocol, name))
    for name in (
        "onMessage", "onMessageBegin", "onMessageFrameBegin", "onMessageFrameData", "onMessageFrameEnd",
        "onMessageFrame", "onMessageEnd",
    )
]  # fmt: skip


class _Foreign:
    """What `StreamProtocol` tells, for a factory that a script put together without `StreamFactory`."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory
        self.name = str(getattr(factory, "url", ""))

    def received(self, messages: list[Message]) -> None:
        self.forget_retries()
        for message in messages:
            callbacks.call(self._factory.callback, message, self.name)

    def forget_retries(self) -> None:
        if hasattr(self._factory, "resetDelay"):
            self._factory.resetDelay()

    def unreadable(self, payload: bytes, exception: Exception) -> None:
        _log_unreadable(self.name, payload, exception)

    def opened(self, line: StreamProtocol) -> None: ...
    def closed(self, line: StreamProtocol, code: int | None, reason: str | None) -> None: ...
    def refused(self, reason: str) -> None: ...


def _log_unreadable(name: str, payload: bytes, exception: Exception) -> None:
    log.warning("%s: dropped a message that is no JSON (%s): %.80r", name, exception, payload)


class _Timer:
    """Timers for autobahn that fire when they are due; its own are rounded down to whole seconds."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def call_later(self, delay: float, call: Callable[..., Any], *arguments: Any) -> _Cancellable:
        return _Cancellable(self._reactor.callLater(delay, call, *arguments))


class _Cancellable:
    """A delayed call that may be cancelled after it ran, as autobahn does."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def cancel(self) -> None:
        if self._call.active():
            self._call.cancel()


class StreamFactory(WebSocketClientFactory, ReconnectingClientFactory):
    """Keeps one address connected: capped, jittered back-off, until stopped.

    At `maxRetries` the callback is told once (`GIVE_UP` and why), and unlike 0.7 the factory goes on trying.
    Retries are forgotten after a message, or when a line has stayed up for `Times.steady` seconds.

    Attributes:
        callback: called with each message.
        watcher: given the messages instead, and told what happens, where the engine made this factory for a feed.
        talk: what is said on each new line before its messages come, or None.
        is_ready: whether messages come.
        initialDelay, maxDelay, maxRetries, factor, jitter: as in 0.7, in seconds; maxRetries None never tells.
        line: the open protocol, or None.
        name: what the log calls this socket.
    """

    protocol = StreamProtocol
    noisy = False
    _reconnect_error_payload = GIVE_UP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        url = args[0] if args else kwargs.pop("url", None)
        self.talk: Talk | None = None
        if isinstance(url, str):
            url, self.talk = accounts.of_listen_key(url)  # a key of ours is an account, wherever it is put
            url = venues.reroute(url)
        args = (url, *args[1:])
        super().__init__(*args, **kwargs)
        self.callback: Callable[[Message], Any] | None = None
        self.watcher: Watcher | None = None
        self.line: StreamProtocol | None = None
        self.name: str = (self.resource or "").rpartition("/")[2] or str(self.url)
        self.status: int | None = None
        self.why = ""
        self.kind = "closed"
        self.is_ready = False
        self._told = False
        self.delay = self.initialDelay
        now = times()
        self._batched_timer = _Timer(self.reactor)
        self.setProtocolOptions(
            openHandshakeTimeout=now.handshake,
            closeHandshakeTimeout=now.closing,
            serverConnectionDropTimeout=now.closing,
        )

    # -- what the protocol tells --------------------------------------------------------------------------

    def received(self, messages: list[Message]) -> None:
        """A read's messages, in order."""
        if self.talk is not None:
            messages = self.talk.heard(messages)
            if not messages:
                return
        if self.retries or self.delay != self.initialDelay:
            self.forget_retries()
        if self.watcher is not None:
            self.watcher.deliver(messages)
        else:
            self._call_back(messages)

    def _call_back(self, messages: list[Message]) -> None:
        for message in messages:
            if self.callback is None or not self.continueTrying:
                return
            if type(message) is dict and message.get("e") == "serverShutdown":
                self.drop("the exchange is about to end this connection", "closed")
            else:
                callbacks.call(self.callback, message, self.name)

    def opened(self, line: StreamProtocol) -> None:
        """The handshake is done."""
        self.line = line
        if self.talk is not None:
            self.talk.begin(line, self)
        else:
            self.ready()

    def ready(self) -> None:
        """Messages come from here on; called once a line."""
        self.is_ready = True
        if self.watcher is not None:
            self.watcher.connected()

    def refused(self, reason: str, status: int | None = None) -> None:
        """The server answered the handshake, but not with a WebSocket; or would not hear what was asked on a line."""
        match = re.search(r"\[(\d{3})\]", reason)
        self.status = int(match[1]) if status is None and match else status
        self.why, self.kind = reason, "refused"

    def drop(self, why: str, kind: str) -> None:
        """Leave the line; another is made."""
        self.why, self.kind = why, kind
        if self.line is not None:
            self.line.sendClose(1000)

    def closed(self, line: StreamProtocol, code: int | None, reason: str | None) -> None:
        """The line is gone, whoever closed it."""
        if self.line is line:
            self.line, self.is_ready = None, False
            if self.talk is not None:
                self.talk.end()
        if not self.why:
            self.why = f"closed with code {code}: {reason or 'no reason given'}"
            self.kind = "closed" if line.was_clean else "cut" if line.was_cut else "broken"

    def unreadable(self, payload: bytes, exception: Exception) -> None:
        """A message that is no JSON: logged, and dropped."""
        if self.watcher is not None:
            self.watcher.unreadable(payload, str(exception))
        else:
            _log_unreadable(self.name, payload, exception)

    # -- connecting again ---------------------------------------------------------------------------------

    def startedConnecting(self, connector: IConnector) -> None:
        self.connector = connector
        self.status, self.why, self.kind = None, "", "closed"
        # A script may call connectWS in its own thread; an idle reactor would not notice.
        self.reactor.wakeUp()

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:
        self.why = reason.getErrorMessage()
        self.kind = "unknown host" if reason.check(error.DNSLookupError) else "unreachable"
        self._lost(connector)

    def clientConnectionLost(self, connector: IConnector, reason: Failure) -> None:
        if not self.why:
            self.why, self.kind = reason.getErrorMessage(), "broken"
        self._lost(connector)

    def _lost(self, connector: IConnector) -> None:
        if self.continueTrying:
            self.connector = connector
            if self.watcher is not None:
                self.watcher.lost(Loss(self.why, self.kind, self.status))
            self.retry(connector)

    def retry(self, connector: IConnector | None = None) -> None:
        """Connect again after the back-off's next delay; tells the callback once when maxRetries is passed."""
        if not self.continueTrying:
            return
        connector = connector or self.connector
        self.retries += 1
        if self.maxRetries is not None and self.retries > self.maxRetries and not self._told:
            self._told = True
            self.give_up()
            if not self.continueTrying:
                return  # the callback stopped this socket
        clock: Any = self.clock or self.reactor
        delay = self._next_delay() * times().delays
        _owed.note(self, delay)
        self._callID = clock.callLater(delay, self._connect_again, connector)

    def _next_delay(self) -> float:
        """Seconds until the next attempt; however 0.7's settings were tuned, it never becomes a storm."""
        delay = self.delay = max(self.delay, SHORTEST_DELAY)
        longest = max(self.maxDelay, SHORTEST_CAP)
        self.delay = min(delay * self.factor, longest)
        if self.jitter:
            delay = _chance.normalvariate(delay, delay * self.jitter)
        return float(max(min(delay, longest), SHORTEST_DELAY / 2))

    def _connect_again(self, connector: Any) -> None:
        self._callID = None
        if self.continueTrying and connector.state == "disconnected":
            connector.connect()

    def give_up(self) -> None:
        """maxRetries is passed: the one message a 0.7 callback gets that Binance did not send."""
        message = self.give_up_message()
        if self.watcher is not None:
            self.watcher.gave_up(message)
        else:
            log.error("%s: given up after %s retries (%s)", self.name, self.maxRetries, self.why)
            self._call_back([message])

    def give_up_message(self) -> dict[str, Any]:
        """0.7's message, with the documented type, the HTTP status (or None) and the cause beside it."""
        kind = {"type": "BinanceWebsocketUnableToConnect"}
        return {**self._reconnect_error_payload, **kind, "status": self.status, "reason": self.why}

    def forget_retries(self) -> None:
        """The line works: the next loss starts the back-off anew, and may be told anew."""
        if self.retries or self.delay != self.initialDelay:
            _owed.clear(self)
        self.retries = 0
        self.delay = self.initialDelay
        self._told = False

    def begin_counting(self) -> None:
        """Retries count from now on: whoever was to be told of those before was not there yet."""
        self.retries = 0
        self._told = False

    def resetDelay(self) -> None:
        """As Twisted's, but never revives a factory that was stopped."""
        self.forget_retries()

    def stop(self) -> None:
        """End for good: no retry, and the line closed politely. In the reactor thread."""
        line = self.line
        self.stopTrying()
        if line is not None:
            line.sendClose(1000)
        elif self.connector is not None and self.connector.state == "connected":
            self.connector.transport.abortConnection()  # TCP is up, the handshake is not


class PatientFactory(StreamFactory):
    """With the back-off that the engine's own sockets have: from 0.1 s to 10 s, told of after five retries."""

    initialDelay = 0.1
    maxDelay = 10
    maxRetries: Any = 5
