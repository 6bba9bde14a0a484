"""The process of the exchange: one port for REST, streams, the WebSocket API, and whoever steers it."""

from __future__ import annotations

import argparse
import logging
import os
import re
import secrets
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from autobahn.twisted.resource import WebSocketResource
from twisted.internet import reactor as _reactor
from twisted.internet.error import CannotListenError
from twisted.logger import STDLibLogObserver, globalLogBeginner
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site
from twisted.web.server import Request as TwistedRequest

from .. import options, refusals
from ..market.capture import CaptureError
from ..market.market import Market
from ..refusals import Refusal
from ..state.file import StateError, StateFile
from ..state.keeper import Keeper, meta_of
from . import (
    api,
    rest_futures,  # noqa: F401 (registers its endpoints)
    rest_market,  # noqa: F401 (registers its endpoints)
)
from .box import Box
from .office import WholeOffice
from .push import Limits, StreamFactory, read_target
from .rest import Answer, Request, Rest
from .steering import Steering, SteeringError

log = logging.getLogger("binance_legacy.exchange")
reactor: Any = _reactor  # which interfaces it offers depends on the platform

INTERRUPTED: Final = 130
_LAST_WORDS: Final = 0.5

LARGEST_BODY: Final = 1024 * 1024
"""Bytes of a request's body that are read."""

_TOO_LARGE: Final = (
    b"<html><head><title>413 Request Entity Too Large</title></head>"
    b"<body><center><h1>413 Request Entity Too Large</h1></center></body></html>"
)

STEERING: Final = "/steer"
"""Where orders to steer come in, for whoever has the token."""


class CannotServe(Exception):
    """The exchange cannot start; the text says why in one sentence."""


# -- the port ---------------------------------------------------------------------------------------------


class _Request(TwistedRequest):
    def processingFailed(self, reason: Failure) -> None:
        """A mistake of ours: the traceback goes to the log, Binance's own text to the client."""
        log.error("%s %s failed\n%s", self.method, self.uri, reason.getTraceback())
        refusal = refusals.broken()
        _write(self, Answer(refusal.status, {"Content-Type": "application/json"}, refusal.body()))
        self.finish()


class _Front(Resource):
    """Everything that comes in at the port: REST requests, orders to steer, and what becomes a connection."""

    isLeaf = True

    def __init__(self, box: Box, token: str | None, outside: Any = None) -> None:
        super().__init__()
        self._outside: Final = outside
        self._box: Final = box
        self._rest: Final = Rest(box.office)
        limits = Limits(backlog=None) if box.market.tape_end is not None else Limits()
        self._streams: Final = WebSocketResource(StreamFactory(box, reactor, limits))
        self._api: Final = WebSocketResource(api.ApiFactory(box, reactor, box.office, outside=outside))
        self._steering: Final = Steering(box, box.faults)
        self._token: Final = token

    def render(self, request: Any) -> Any:
        if (request.getHeader("upgrade") or "").lower() == "websocket":
            return self._open(request)
        path, query = _target(request.uri.decode("latin-1"))
        if path == STEERING and self._token is not None:
            return self._steer(request)
        method = request.method.decode("latin-1")
        now = int(time.time() * 1000)
        wait, failure = self._box.faults.delay(path, method), self._box.faults.failure(path, method)
        if failure is not None and not failure.after:
            return self._send(request, _refused(failure.refusal(now)), wait)
        body = "" if method == "GET" else request.content.read(LARGEST_BODY + 1).decode("latin-1")
        if len(body) > LARGEST_BODY:
            return self._send(request, Answer(413, {"Content-Type": "text/html"}, _TOO_LARGE), wait)
        self._box.catch_up()
        self._box.asked_of(query)
        key, unit = _header(request, b"x-mbx-apikey"), _header(request, b"x-mbx-time-unit")
        asked = Request(method, path, query, body, key, unit, request.getClientAddress().host)
        if self._outside is not None and failure is None:
            return self._ask_outside(request, asked, wait)
        answer = self._answer(asked, now)
        if failure is not None:
            answer = _refused(failure.refusal(now))
        return self._send(request, answer, wait)

    def _answer(self, asked: Request, now: int) -> Answer:
        answer = self._rest.answer(asked, now)
        if asked.method != "GET":
            self._box.followed()
        return answer

    def _ask_outside(self, request: Any, asked: Request, wait: float) -> Any:
        """Answer what the box itself answers, when it can; the rest is answered from outside."""
        try:
            later = self._outside.later(asked)
        except Refusal as refusal:
            return self._send(request, _refused(refusal), wait)
        if later is None:
            return self._send(request, self._answer(asked, int(time.time() * 1000)), wait)
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)

        def come(answer: Answer | None) -> None:
            self._box.catch_up()
            told = answer or self._answer(asked, int(time.time() * 1000))
            if not gone:
                _write(request, told)
                request.finish()

        def failed(why: Failure) -> None:
            refusal = why.value if isinstance(why.value, Refusal) else refusals.broken()
            if not gone:
                _write(request, _refused(refusal))
                request.finish()

        later.addCallback(come)
        later.addErrback(failed)
        return NOT_DONE_YET

    def _send(self, request: Any, answer: Answer, wait: float) -> Any:
        """Send an answer, perhaps later; a client that does not wait for it is gone then."""
        if not wait:
            return _head(request, answer)
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)

        def send() -> None:
            if not gone:
                _write(request, answer)
                request.finish()

        self._box.call_later(wait, send)
        return NOT_DONE_YET

    def _open(self, request: Any) -> Any:
        """Make a WebSocket of a request."""
        status = self._box.faults.refuses()
        try:
            if status is not None:
                raise refusals.Refusal(-1000, "refused", status)
            uri = request.uri.decode("latin-1")
            if uri.partition("?")[0] == api.PATH:
                api.read_options(uri)
                return self._api.render(request)
            piped = self._outside is not None and self._outside.takes(uri)
            read_target(uri)
        except Refusal as refusal:
            return _refuse(request, refusal)
        return (self._outside.pipes if piped else self._streams).render(request)

    def _steer(self, request: Any) -> Any:
        """Carry out an order of whoever started the exchange."""
        if request.getHeader("authorization") != f"Bearer {self._token}":
            return _head(request, Answer(403, {}, b"{}"))
        self._box.catch_up()
        try:
            given = orjson.loads(request.content.read())
            told = {"told": self._steering.carry_out(given.pop("order"), given)}
        except (SteeringError, orjson.JSONDecodeError) as error:
            told = {"error": str(error)}
        self._box.keep(settings=True)
        self._box.followed()
        return _head(request, Answer(200, {"Content-Type": "application/json"}, orjson.dumps(told)))


def _target(uri: str) -> tuple[str, str]:
    """Path and query of a request's line, also where it is absolute, as clients behind a proxy write it."""
    path, _, query = uri.partition("?")
    if "://" in path:
        path = urlsplit(path).path or "/"
    return path, query


def _header(request: Any, name: bytes) -> str | None:
    """A header that a request carries; any bytes may stand there."""
    found = request.requestHeaders.getRawHeaders(name)
    return found[-1].decode("latin-1") if found else None


def _refuse(request: Any, refusal: Refusal) -> bytes:
    return _head(request, _refused(refusal))


def _refused(refusal: Refusal) -> Answer:
    headers = {"Content-Type": "application/json", **refusal.headers}
    return Answer(refusal.status, headers, refusal.body())


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


@dataclass(frozen=True, slots=True)
class Plan:
    """The exchange that is asked for.

    Attributes:
        port: on 127.0.0.1; 0 for any free one.
        seed: which simulated market; None for 1.
        replay: captures to play back, one after another.
        speed: market seconds per second.
        balances: what an account begins with; None for the usual.
        keys: API keys and secrets that are known from the beginning, each with an account of its own.
        token: opens the door at which the exchange is steered; None for none.
        state: the file that keeps what happens; None where nothing is kept.
    """

    port: int = 0
    seed: int | None = None
    replay: Sequence[Path] = ()
    speed: float = 1.0
    balances: Mapping[str, str] | None = None
    keys: Sequence[tuple[str, str]] = ()
    token: str | None = None
    state: Path | None = None


def listen(plan: Plan, outside: Any = None) -> int:
    """Set an exchange up on the reactor, which the caller runs.

    Args:
        plan: the exchange.
        outside: where a market lies that is followed; None for one that is made up here.

    Returns:
        the port.

    Raises:
        CannotServe: the port is in use, or a capture cannot be read.
    """
    try:
        file, seed, start = _kept(plan)
        market = (
            Market(seed=seed, start=start, tapes=plan.replay)
            if outside is None
            else outside.market(seed, start)
        )
        office = WholeOffice(market, seed, plan.speed, plan.balances)
        keeper = None if file is None else Keeper(office, file, seed)
        if keeper is not None:
            keeper.load()
        for key, secret in plan.keys:
            office.register(key, secret)
    except (CaptureError, StateError, ValueError) as error:
        raise CannotServe(str(error)) from None
    box = Box(market, plan.speed, office, keeper)
    box.keep()
    if file is not None:
        reactor.addSystemEventTrigger("after", "shutdown", file.close)
    site = _Site(_Front(box, plan.token, outside), requestFactory=_Request)
    try:
        listening = reactor.listenTCP(plan.port, site, interface="127.0.0.1")
    except CannotListenError:
        raise CannotServe(
            f"port {plan.port} on 127.0.0.1 is in use by another program; give another, or 0 for any free one"
        ) from None
    box.start()
    if outside is not None:
        outside.begin(box)
    return int(listening.getHost().port)


def _kept(plan: Plan) -> tuple[StateFile | None, int, int]:
    """The file that keeps what happens, which market that is of, and when it begins.

    Raises:
        StateError: the file cannot be used, or is of another market.
    """
    now, seed = int(time.time() * 1000), 1 if plan.seed is None else plan.seed
    if plan.state is None:
        return None, seed, now
    if plan.replay:
        raise StateError("a recording begins anew each time: --state and --replay do not go together")
    file = StateFile(plan.state)
    meta = meta_of(file)
    if meta is None:
        return file, seed, now
    if plan.seed not in (None, meta["seed"]):
        raise StateError(
            f"{plan.state} is of the market of seed {meta['seed']}, not {plan.seed}; leave --seed out, or give the "
            "name of a new file"
        )
    return file, meta["seed"], max(now, meta["time"])


# -- the two ways to run it -------------------------------------------------------------------------------


def serve_alone(plan: Plan, outside: Any = None) -> int:
    """Run an exchange until Ctrl-C, and say where it is.

    Returns:
        the exit code: 130 after Ctrl-C, 0 when the reactor was stopped otherwise.

    Raises:
        CannotServe: the port is in use, or a capture cannot be read.
    """
    _log_to_stderr()
    port = listen(plan, outside)
    codes: list[int] = []

    def interrupted(number: int, frame: object) -> None:
        codes.append(INTERRUPTED)
        reactor.callFromThread(reactor.stop)

    signal.signal(signal.SIGINT, interrupted)
    sys.stdout.write(
        f"exchange in a box, until Ctrl-C; use these for https://api.binance.com, "
        f"wss://stream.binance.com:9443 and wss://ws-api.binance.com:\n"
        f"  REST           http://127.0.0.1:{port}     as in http://127.0.0.1:{port}/api/v3/time\n"
        f"  streams        ws://127.0.0.1:{port}       as in ws://127.0.0.1:{port}/ws/btcusdt@trade\n"
        f"  WebSocket API  ws://127.0.0.1:{port}{api.PATH}\n"
    )
    sys.stdout.flush()
    reactor.run(installSignalHandlers=False)
    return codes[0] if codes else 0


def _serve_parent(plan: Plan, outside: Any) -> int:
    """Run an exchange until the parent's end of the standard input is closed; the parent may steer it."""
    plan = replace(plan, token=secrets.token_urlsafe(24))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and its end is ours
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _log_to_stderr()
    try:
        port = listen(plan, outside)
    except CannotServe as error:
        _report({"error": str(error)})
        return 2
    reactor.callWhenRunning(_report, {"port": port, "pid": os.getpid(), "token": plan.token})
    reactor.run(installSignalHandlers=False)
    logging.shutdown()
    os._exit(0)  # what is left is to give memory back piece by piece, for which whoever ends us would wait


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


def main(arguments: Sequence[str] | None = None, outside: Any = None) -> int:
    """Carry out the command line of ``python -m binance_legacy.exchange``; returns the exit code."""
    given = _parser().parse_args(arguments)
    balances = {asset: amount for each in given.balance for asset, amount in each.items()} or None
    plan = Plan(given.port, given.seed, given.replay, given.speed, balances, given.key, state=given.state)
    if given.parent_pipe:
        return _serve_parent(plan, outside)
    try:
        return serve_alone(plan, outside)
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
    parser.add_argument(
        "--balance", type=options.balances, action="append", default=[], metavar="ASSET=AMOUNT,...",
        help="what an account begins with",
    )  # fmt: skip
    parser.add_argument(
        "--key", type=options.key, action="append", default=[], metavar="KEY:SECRET",
        help="an API key that is known from the beginning",
    )  # fmt: skip
    parser.add_argument(
        "--state", type=options.state, metavar="FILE", help="keep accounts and orders in this file, and go on",
    )  # fmt: skip
    parser.add_argument("--parent-pipe", action="store_true", help=argparse.SUPPRESS)
    return parser
