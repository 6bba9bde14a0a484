"""Requests over a WebSocket: one line per address, opened when it is needed and kept, each answer found by its id.

What a client's `ws_*` methods do, in the reactor's thread. A line that drops fails what it has not answered, at once,
and the next request opens another; nothing is sent twice. A line that is to end (its time is nearly over, or the
exchange says that it shuts down) takes no more requests and is closed when its last answer has come.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import weakref
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

import orjson
from autobahn.twisted.websocket import WebSocketClientFactory
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.python.failure import Failure

from ..endpoints.declare import Request
from ..exceptions import BinanceWebsocketUnableToConnect
from . import ending, http_async, tls  # ending: the reactor is stopped when the process ends
from .calls import Request as RestRequest
from .calls import Way
from .heartbeat import BeatingProtocol
from .reactor import engine, reactor
from .settings import times
from .tunnel import Tunnel

__all__ = ["Call", "Requests", "ending"]

log = logging.getLogger("binance_legacy.engine")

SHOWN = 200
"""Characters of a frame that nobody asked for that the log shows."""

_SHUTDOWN = "serverShutdown"
_STATUS = re.compile(r"\[(\d{3})\]:? ?(.*)")

Answer = dict[str, Any]


def way_to(address: str, options: Mapping[str, Any], proxy: str | None, trust_env: bool) -> Way:
    """How an address is reached, by the same options as a REST call to that host (`http_async.Session.request`).

    Parameters:
        options: ``verify``, ``ssl``, ``proxy`` and ``proxies`` count.
        proxy: where they name none.
        trust_env: whether the environment may name one.
    """
    place = RestRequest("GET", f"http{address.removeprefix('ws')}")
    chosen = options.get("proxy") or http_async.proxy_of_scheme(options.get("proxies") or {}, place) or proxy
    verify = options.get("verify")
    return Way(
        http_async.roots_of(True if verify is None else verify, options.get("ssl")),
        http_async.proxy_to(place, chosen, trust_env),
    )


def seconds_of(timeout: Any) -> float | None:
    """The time that a request may take, in the forms that a REST call takes."""
    return http_async.seconds_of(timeout)


def refuse_to_block(name: str, instead: str) -> None:
    """Raise where waiting for an answer would stop the very thread that brings it.

    Parameters:
        name: the client's method.
        instead: what to call there.
    """
    try:
        engine.refuse_to_block(f"client.{name}()")
    except RuntimeError as refusal:
        raise RuntimeError(
            f"{refusal}; call {instead} there, or make the socket manager with isolate_callbacks=True"
        ) from None


class Call:
    """One request on its way.

    Parameters:
        row: what is asked.
        number: its id.
        frame: as it is sent.
        address, way: where, and how that is reached.
    """

    def __init__(self, row: Request, number: int, frame: bytes, address: str, way: Way) -> None:
        self.row, self.number, self.frame = row, number, frame
        self.address, self.way = address, way
        self.outcome: Future[Answer] = Future()
        self.over = self.sent = False
        self.line: _Line | None = None

    def tell(self, outcome: Answer | BaseException) -> None:
        """Give the answer, or what is raised instead of it, to whoever waits; only the first counts."""
        if self.over:
            return
        self.over = True
        with suppress(InvalidStateError):  # nobody waits any more
            if isinstance(outcome, BaseException):
                self.outcome.set_exception(outcome)
            else:
                self.outcome.set_result(outcome)

    def fail(self, why: str) -> None:
        """Tell that no answer will come."""
        self.tell(self.failed(why))

    def failed(self, why: str) -> BinanceWebsocketUnableToConnect:
        maybe = "; it may have been done all the same" if self.sent and self.row.changes else ""
        return BinanceWebsocketUnableToConnect(f"{self.row.method}: {why}{maybe}")

    def end(self) -> None:
        """Nobody waits any more: its answer is not looked for. In the reactor's thread."""
        self.over = True
        if self.line is not None:
            self.line.forget(self)


class Requests:
    """A client's lines to the WebSocket APIs. Any thread and loop may ask; lines of a client that is garbage end."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._forget_lines()
        engine.settle(self)

    def __reduce__(self) -> tuple[type[Requests], tuple[()]]:
        return Requests, ()  # a copy in another process has no lines yet

    def _forget_lines(self) -> None:
        self._lines: set[_Line] = set()  # those that are open or opening
        self._calls: set[Call] = set()  # handed over, and not yet to a line
        self._closed = False
        self._finalizer = weakref.finalize(self, _leave_alone, self._lines)
        self._finalizer.atexit = False

    def number(self) -> int:
        """The id of the next request."""
        return next(self._numbers)

    # -- asking, from any thread ---------------------------------------------------------------------------

    def ask(self, call: Call, seconds: float | None) -> Answer:
        """Make a request and wait for its answer.

        Parameters:
            seconds: until there must be one; None waits for ever.

        Raises:
            BinanceWebsocketUnableToConnect: none came.
        """
        self._begin(call)
        try:
            return call.outcome.result(seconds)
        except TimeoutError:
            raise _late(call, seconds) from None
        finally:
            self._finish(call)

    async def ask_async(self, call: Call, seconds: float | None) -> Answer:
        """Make a request and await its answer, as `ask`. One that is cancelled leaves nothing behind."""
        engine.refuse_nested_loop("an awaited request")
        self._begin(call)
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await asyncio.wrap_future(call.outcome)
        except TimeoutError:
            raise _late(call, seconds) from None
        finally:
            self._finish(call)

    def _begin(self, call: Call) -> None:
        engine.rouse()
        engine.soon(self._take, call)

    def _finish(self, call: Call) -> None:
        if not call.over:
            engine.soon(call.end)

    def close(self) -> None:
        """Hang up. Requests that are on their way fail; none can be made any more. Does not wait."""
        if engine.runs():
            engine.soon(self._close)

    # -- in the reactor's thread ---------------------------------------------------------------------------

    def _take(self, call: Call) -> None:
        """Hand a request to a line, once the reactor has looked at the sockets: the line may be a dead one."""
        self._calls.add(call)
        reactor.callLater(0, reactor.callLater, 0, self._hand_over, call)

    def _hand_over(self, call: Call) -> None:
        self._calls.discard(call)
        if call.over:
            return
        if self._closed:
            call.fail("the client is closed")
            return
        fitting = (line for line in self._lines if line.takes(call))
        try:
            line = next(fitting, None) or _Line(call.address, call.way, self._lines)
        except Exception as why:  # noqa: BLE001 - autobahn's, of an address that is none
            call.fail(f"{call.address!r} is no address of a WebSocket: {why}")
            return
        line.take(call)

    def _close(self) -> None:
        self._closed = True
        for call in self._calls:
            call.fail("the client was closed before it was sent")
        for line in list(self._lines):
            line.hang_up("the client was closed before an answer came")

    # -- a resident of the reactor -------------------------------------------------------------------------

    def reactor_stopped(self) -> None:
        """Lines that go down with a reactor fail their requests by themselves; those of one that rests live on."""

    def keeps_process(self) -> bool:
        """Lines keep no process alive."""
        return False

    def forked(self) -> None:
        """This is a child now: its parent's lines are not its own."""
        self._finalizer.detach()
        self._forget_lines()


def _late(call: Call, seconds: float | None) -> BinanceWebsocketUnableToConnect:
    return call.failed(f"Request timed out: no answer within {seconds:g} s")


def _leave_alone(lines: set[_Line]) -> None:
    """Close the lines of a client that is garbage. Whatever thread found that out may hold any lock."""
    if lines:
        reactor.callFromThread(_close_all, lines)


def _close_all(lines: set[_Line]) -> None:
    for line in list(lines):
        line.leave()


class _Protocol(BeatingProtocol):
    """A connected line: frames in and out, and a heartbeat."""

    def __init__(self) -> None:
        super().__init__()
        self._why = ""

    def dataReceived(self, data: bytes) -> None:
        self.heard = True
        super().dataReceived(data)

    def onOpen(self) -> None:
        self.beat_after(times().ping_every)
        self.factory.opened(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        try:
            message = orjson.loads(payload)
        except orjson.JSONDecodeError:
            message = None
        self.factory.received(message, payload)

    def onCloseFrame(self, code: int, reasonRaw: bytes) -> Any:
        answered = super().onCloseFrame(code, reasonRaw)
        said = self.remoteCloseReason or "no reason given"
        self.factory.lost(f"closed with code {code}: {said}")  # however long TCP takes to follow
        return answered

    def failHandshake(self, reason: str) -> None:
        status = _STATUS.search(reason)
        self._why = f"HTTP {status[1]} {status[2]}" if status else reason
        super().failHandshake(reason)

    def onOpenHandshakeTimeout(self) -> None:
        if self.state == self.STATE_CONNECTING:
            self._why = f"no handshake within {times().handshake:g} s"
        super().onOpenHandshakeTimeout()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.stop_beating()
        super().connectionLost(reason)
        self.factory.lost(self._why or reason.getErrorMessage())

    def found_dead(self, why: str) -> None:
        self._why = why


class _Line(WebSocketClientFactory):
    """One connection to one address, and the requests that it has not answered.

    Parameters:
        others: where it stands until it is lost.
    """

    protocol = _Protocol
    noisy = False

    def __init__(self, address: str, way: Way, others: set[_Line]) -> None:
        super().__init__(address)
        now = times()
        self.setProtocolOptions(
            openHandshakeTimeout=now.handshake,
            closeHandshakeTimeout=now.closing,
            serverConnectionDropTimeout=now.closing,
            utf8validateIncoming=False,  # reading JSON does that
        )
        self._key = (address, way)
        self._usable = True
        self._line: _Protocol | None = None
        self._calls: dict[int, Call] = {}
        self._others = others
        self._rotation: Any = None
        others.add(self)
        self._connect(way)

    def _connect(self, way: Way) -> None:
        if way.proxy:
            endpoint: Any = Tunnel(way.proxy, self.host, self.port)
        else:
            endpoint = HostnameEndpoint(reactor, self.host, self.port, timeout=times().connect)
        try:
            if self.isSecure:
                endpoint = wrapClientTLS(tls.options(self.host, way.verify), endpoint)
        except FileNotFoundError as error:
            reactor.callLater(0, self.lost, str(error))
            return
        endpoint.connect(self).addErrback(lambda failure: self.lost(failure.getErrorMessage()))

    # -- requests ------------------------------------------------------------------------------------------

    def takes(self, call: Call) -> bool:
        """Whether a request may go over this line."""
        return self._usable and self._key == (call.address, call.way)

    def take(self, call: Call) -> None:
        """Send a request, as soon as the line is open."""
        call.line = self
        self._calls[call.number] = call
        if self._line is not None:
            self._send(self._line, call)

    def _send(self, line: _Protocol, call: Call) -> None:
        call.sent = True
        line.sendMessage(call.frame)

    def forget(self, call: Call) -> None:
        """An answer is wanted no more."""
        self._calls.pop(call.number, None)
        self._close_if_done()

    # -- what the protocol tells ---------------------------------------------------------------------------

    def opened(self, line: _Protocol) -> None:
        """The handshake is done."""
        self._line = line
        self._rotation = reactor.callLater(times().rotate, self.leave)
        for call in self._calls.values():
            self._send(line, call)
        self._close_if_done()

    def received(self, message: Any, payload: bytes) -> None:
        """A frame: an answer, or something that nobody asked for, which is logged."""
        number = message.get("id") if isinstance(message, dict) else None
        call = self._calls.pop(number, None) if isinstance(number, int) else None
        if call is not None:
            call.tell(message)
            self._close_if_done()
        elif isinstance(message, dict) and _event(message) == _SHUTDOWN:
            log.info("%s will shut down; the next request goes over another line", self.host)
            self.leave()
        else:
            log.warning(
                "%s sent what nobody waits for: %.*s", self.host, SHOWN, payload.decode("utf-8", "replace")
            )

    def lost(self, why: str) -> None:
        """The line is gone: nothing more will be answered. Again is harmless."""
        if self not in self._others:
            return
        self._usable = False
        self._others.discard(self)
        if self._rotation is not None and self._rotation.active():
            self._rotation.cancel()
        what = "the line broke before an answer came" if self._line else "Unable to connect"
        self._fail(f"{what} ({self.host}: {why})")

    def _fail(self, why: str) -> None:
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.fail(why)

    # -- ending --------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Take no more requests, and close once the last is answered."""
        self._usable = False
        self._close_if_done()

    def hang_up(self, why: str) -> None:
        """Fail what is not answered, and close."""
        self._fail(why)
        self.leave()

    def _close_if_done(self) -> None:
        if not self._usable and not self._calls and self._line is not None:
            self._line.sendClose(1000)


def _event(message: dict[str, Any]) -> Any:
    """The kind of an event, bare or wrapped."""
    event = message.get("event", message)
    return event.get("e") if isinstance(event, dict) else None
