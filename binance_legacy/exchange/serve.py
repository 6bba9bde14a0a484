"""The process of the exchange: one port for REST and streams, and the timer that moves the market on."""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from autobahn.twisted.resource import WebSocketResource
from twisted.internet import reactor as _reactor
from twisted.internet.error import CannotListenError
from twisted.logger import STDLibLogObserver, globalLogBeginner
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Request as TwistedRequest
from twisted.web.server import Site

from . import (
    options,
    refusals,
    rest_market,  # noqa: F401 (registers its endpoints)
)
from .advice import Advice
from .capture import CaptureError
from .clock import MarketClock, Settling
from .market import Market
from .push import House, Limits, StreamConnection, StreamFactory, read_target
from .refusals import Refusal
from .rest import Answer, Request, Rest
from .streams import Streams

log = logging.getLogger("binance_legacy.exchange")
reactor: Any = _reactor  # which interfaces it offers depends on the platform

INTERRUPTED: Final = 130
_STEP: Final = 100
"""Milliseconds of market time per step: periodic streams keep their order at any speed."""
_LEAP: Final = 300_000
"""After more than this, as when the machine slept, a market without a tape goes on at once at the present."""
_TICK: Final = 0.02
_IDLE_TICK: Final = 0.5
_PATIENCE: Final = 0.025
_ANSWER_PATIENCE: Final = 0.25
_LAST_WORDS: Final = 0.5


class CannotServe(Exception):
    """The exchange cannot start; the text says why in one sentence."""


class Box(House):
    """A market in motion, and who listens to it.

    A tape waits at its beginning until somebody listens, and waits for whoever reads slowly: nothing that was
    recorded is lost.

    Args:
        market: at its starting time: without a tape, the real time.
        speed: market seconds per second.
    """

    def __init__(self, market: Market, speed: float = 1.0) -> None:
        self.market: Final = market
        self.streams = Streams(market)
        self._advice: Final = Advice(market)
        self._taped: Final = market.tape_end is not None
        self._seconds: Final[Callable[[], float]] = time.monotonic if self._taped else time.time
        began = self._seconds() if self._taped else market.now / 1000
        self._clock: Final = MarketClock(market.now, speed, began, market.tape_end)
        self._settling = Settling() if self._taped else None
        self._slow: Final[set[StreamConnection]] = set()
        self._timer: Any = None
        self._told_end = not self._taped
        if self._taped:
            self._clock.hold(market.now)

    def start(self) -> None:
        """Move the market from now on."""
        self._timer = reactor.callLater(_IDLE_TICK, self._tick)

    def catch_up(self, patience: float = _ANSWER_PATIENCE) -> bool:
        """Bring the market to the present, and push what happened.

        Args:
            patience: seconds after which to leave the rest for later.

        Returns:
            whether it is there.
        """
        deadline = time.monotonic() + patience
        while (target := self._target()) > self.market.now:
            leap = not self._taped and target - self.market.now > _LEAP
            self.streams.push(self.market.advance(target if leap else min(target, self.market.now + _STEP)))
            if time.monotonic() > deadline:
                return False
        if target == self.market.tape_end and not self._told_end:
            self._told_end = True
            log.warning("the tape has ended; its market stands still from here on")
        return True

    def _target(self) -> int:
        """The market time of this moment."""
        now = self._seconds()
        if self._clock.held and self._may_run(now):
            self._clock.release(now)
        elif not self._clock.held and self._taped and self._slow:
            self._clock.hold(self.market.now)
        return self._clock.at(now)

    def _may_run(self, now: float) -> bool:
        if self._settling is not None and self._settling.over(now):
            self._settling = None
        return self._settling is None and not self._slow

    def _tick(self) -> None:
        behind = False
        try:
            behind = not self.catch_up(_PATIENCE)
        except Exception:
            log.exception("a part of the market's way was left out")  # streams go on all the same
        delay = _TICK if self.streams.in_use else _IDLE_TICK
        self._timer = reactor.callLater(0 if behind else delay, self._tick)

    def _soon(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.reset(0)

    # -- what connections tell ----------------------------------------------------------------------------

    def arrived(self, subscribed: bool) -> None:
        self.catch_up()
        if self._settling is not None:
            self._settling.arrived(self._seconds(), subscribed)
        if subscribed and not self.streams.in_use:
            self._soon()

    def asked_for(self, names: Iterable[str], checked: bool = False) -> None:
        for sentence in self._advice.on_streams(names, checked):
            log.warning("%s", sentence)

    def asked_of(self, query: str) -> None:
        """A REST request with these parameters has come."""
        if self._taped:
            for symbol in parse_qs(query).get("symbol", []):
                for sentence in self._advice.on_symbol(symbol):
                    log.warning("%s", sentence)

    def slow(self, listener: StreamConnection) -> None:
        self._slow.add(listener)

    def drained(self, listener: StreamConnection) -> None:
        self._slow.discard(listener)
        if self._clock.held and not self._slow:
            self._soon()


# -- the port ---------------------------------------------------------------------------------------------


class _Request(TwistedRequest):
    def processingFailed(self, reason: Failure) -> None:
        """A mistake of ours: the traceback goes to the log, Binance's own text to the client."""
        log.error("%s %s failed\n%s", self.method, self.uri, reason.getTraceback())
        refusal = refusals.broken()
        _write(self, Answer(refusal.status, {"Content-Type": "application/json"}, refusal.body()))
        self.finish()


class _Front(Resource):
    """Everything that comes in at the port: REST requests, and what becomes a stream connection."""

    isLeaf = True

    def __init__(self, box: Box) -> None:
        super().__init__()
        self._box: Final = box
        self._rest: Final = Rest(box.market)
        limits = Limits(backlog=None) if box.market.tape_end is not None else Limits()
        self._streams: Final = WebSocketResource(StreamFactory(box, reactor, limits))

    def render(self, request: Any) -> Any:
        if (request.getHeader("upgrade") or "").lower() == "websocket":
            return self._open_stream(request)
        path, _, query = request.uri.decode("latin-1").partition("?")
        self._box.catch_up()
        self._box.asked_of(query)
        asked = Request(request.method.decode("latin-1"), path, query, request.getClientAddress().host)
        answer = self._rest.answer(asked, int(time.time() * 1000))
        return _head(request, answer)

    def _open_stream(self, request: Any) -> Any:
        try:
            read_target(request.uri.decode("latin-1"))
        except Refusal as refusal:
            return _head(
                request, Answer(refusal.status, {"Content-Type": "application/json"}, refusal.body())
            )
        return self._streams.render(request)


def _head(request: Any, answer: Answer) -> bytes:
    """Set an answer's status and headers; its body."""
    request.setResponseCode(answer.status)
    request.setHeader("Server", "binance_legacy")
    for name, value in answer.headers.items():
        request.setHeader(name, value)
    return answer.body


def _write(request: Any, answer: Answer) -> None:
    body = _head(request, answer)
    request.setHeader("Content-Length", str(len(body)))
    request.write(body)


class _Channel(HTTPChannel):
    """An HTTP connection that answers also what is too long to be read, as web servers before Binance do."""

    transport: Any
    _over = False
    _LINGER = 1.0  # seconds in which the client may read the answer, and what it still sends is thrown away

    def dataReceived(self, data: bytes) -> None:
        if not self._over:
            super().dataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:
        is_request = re.match(rb"[A-Z]+ [^:]", line) is not None
        title = "414 Request-URI Too Large" if is_request else "400 Request Header Or Cookie Too Large"
        body = (
            f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
        )
        self._over = True
        self.transport.write(
            f"HTTP/1.1 {title}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
            f"Connection: close\r\n\r\n{body}".encode()
        )
        self.callLater(self._LINGER, self.transport.loseConnection)


class _Site(Site):
    protocol: Any = _Channel
    noisy = False

    def log(self, request: Any) -> None:
        """Requests are not logged."""


def listen(port: int = 0, seed: int | None = None, replay: Sequence[Path] = (), speed: float = 1.0) -> int:
    """Set an exchange up on the reactor, which the caller runs.

    Args:
        port: on 127.0.0.1; 0 for any free one.
        seed: which simulated market; None for 1.
        replay: captures to play back, one after another.
        speed: market seconds per second.

    Returns:
        the port.

    Raises:
        CannotServe: the port is in use, or a capture cannot be read.
    """
    try:
        market = Market(seed=1 if seed is None else seed, start=int(time.time() * 1000), tapes=replay)
    except CaptureError as error:
        raise CannotServe(str(error)) from None
    box = Box(market, speed)
    site = _Site(_Front(box), requestFactory=_Request)
    try:
        listening = reactor.listenTCP(port, site, interface="127.0.0.1")
    except CannotListenError:
        raise CannotServe(
            f"port {port} on 127.0.0.1 is in use by another program; give another, or 0 for any free one"
        ) from None
    box.start()
    return int(listening.getHost().port)


# -- the two ways to run it -------------------------------------------------------------------------------


def serve_alone(
    port: int = 0, seed: int | None = None, replay: Sequence[Path] = (), speed: float = 1.0
) -> int:
    """Run an exchange until Ctrl-C, and say where it is.

    Args:
        port: on 127.0.0.1; 0 for any free one.
        seed: which simulated market; None for 1.
        replay: captures to play back, one after another.
        speed: market seconds per second.

    Returns:
        the exit code: 130 after Ctrl-C, 0 when the reactor was stopped otherwise.

    Raises:
        CannotServe: the port is in use, or a capture cannot be read.
    """
    _log_to_stderr()
    port = listen(port, seed, replay, speed)
    codes: list[int] = []

    def interrupted(number: int, frame: object) -> None:
        codes.append(INTERRUPTED)
        reactor.callFromThread(reactor.stop)

    signal.signal(signal.SIGINT, interrupted)
    sys.stdout.write(
        f"exchange in a box, until Ctrl-C; use these for https://api.binance.com and "
        f"wss://stream.binance.com:9443:\n"
        f"  REST     http://127.0.0.1:{port}     as in http://127.0.0.1:{port}/api/v3/time\n"
        f"  streams  ws://127.0.0.1:{port}       as in ws://127.0.0.1:{port}/ws/btcusdt@trade\n"
    )
    sys.stdout.flush()
    reactor.run(installSignalHandlers=False)
    return codes[0] if codes else 0


def _serve_parent(port: int, seed: int | None, replay: Sequence[Path], speed: float) -> int:
    """Run an exchange until the parent's end of the standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and its end is ours
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _log_to_stderr()
    try:
        port = listen(port, seed, replay, speed)
    except CannotServe as error:
        _report({"error": str(error)})
        return 2
    reactor.callWhenRunning(_report, {"port": port, "pid": os.getpid()})
    reactor.run(installSignalHandlers=False)
    return 0


def _end_with_parent() -> None:
    """Wait for the end of the standard input, then end this process, even one that is busy."""
    while os.read(0, 4096):
        pass
    reactor.callFromThread(reactor.stop)
    time.sleep(_LAST_WORDS)
    os._exit(0)


def _report(words: dict[str, Any]) -> None:
    """Tell the parent; nothing else is ever written to the standard output."""
    try:
        os.write(1, orjson.dumps(words) + b"\n")
    except OSError:
        return  # the parent has gone meanwhile, and the end of its pipe ends this process
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.WARNING, format="exchange in a box: %(message)s")
    observer: Any = STDLibLogObserver("binance_legacy.exchange.twisted")
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command line of ``python -m binance_legacy.exchange``; returns the exit code."""
    given = _parser().parse_args(arguments)
    chosen = (given.port, given.seed, given.replay, given.speed)
    if given.parent_pipe:
        return _serve_parent(*chosen)
    try:
        return serve_alone(*chosen)
    except CannotServe as error:
        sys.stderr.write(f"binance_legacy.exchange: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m binance_legacy.exchange",
        description="Run the exchange in a box by itself, for any Binance client, until Ctrl-C.",
    )
    parser.add_argument(
        "--port", type=options.port, default=0, help="TCP port on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument("--seed", type=options.seed, metavar="N", help="which simulated market (default 1)")
    parser.add_argument(
        "--replay",
        type=options.capture,
        action="append",
        default=[],
        metavar="FILE",
        help="play a capture back; again for its next part",
    )
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, metavar="X", help="market seconds per second"
    )
    parser.add_argument("--parent-pipe", action="store_true", help=argparse.SUPPRESS)
    return parser
