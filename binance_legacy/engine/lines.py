"""The HTTP lines of one session, kept alive between calls: what `http_async` does in the reactor's thread.

Each call goes through treq, over an agent of Twisted's that lends it a line of the session's pool. As many calls as
there are lanes to a host are on their way at once; the others wait in the order in which they were made.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from requests.structures import CaseInsensitiveDict
from service_identity import VerificationError
from treq.client import HTTPClient
from twisted.internet import error
from twisted.internet.defer import CancelledError, Deferred, DeferredList, DeferredSemaphore
from twisted.internet.defer import TimeoutError as GivenUp
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web import client as web
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface.declarations import implementer

from ..exceptions import BinanceRequestException, shown, without_signatures
from . import ending, tls  # ending: the reactor is stopped when the process ends
from .calls import Reply, Request, Way
from .reactor import engine, reactor
from .settings import times
from .tunnel import ProxyRefused, Tunnel

__all__ = ["Call", "Lines", "ending"]

IDLE = 15.0
"""Seconds that a line is kept without a call, as 1.x kept it."""

_BROKEN = (
    web.RequestNotSent,  # type: ignore[attr-defined]
    web.RequestTransmissionFailed,
    web.ResponseNeverReceived,
)


class Lines:
    """A session's lines.

    Parameters:
        lanes: how many calls to one host are on their way at once, and so how many lines there are to it.
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._reset()
        engine.settle(self)

    def _reset(self) -> None:
        self._pools: dict[Way, web.HTTPConnectionPool] = {}
        self._open_lanes: dict[Any, DeferredSemaphore] = {}
        self._calls: set[Call] = set()

    def begin(self, call: Call) -> None:
        """Send a call as soon as there is a lane. In the reactor's thread, as all below."""
        self._calls.add(call)
        key = (call.way, *call.request.place)
        lane = self._open_lanes.setdefault(key, DeferredSemaphore(self._lanes))
        call.begin(lane).addBoth(lambda _: self._calls.discard(call))

    def pool(self, way: Way) -> Any:
        """The lines that lead one way; those of another way are never lent."""
        if way not in self._pools:
            pool: Any = web.HTTPConnectionPool(reactor)
            self._pools[way] = pool
            pool.maxPersistentPerHost = self._lanes
            pool.cachedConnectionTimeout = IDLE
            pool.retryAutomatically = False  # it would repeat a DELETE too
        return self._pools[way]

    def close(self, closed: Callable[[], None]) -> None:
        """End the calls that are on their way, hang up, and then call `closed`."""
        for call in list(self._calls):
            call.end(ConnectionError(f"{call.request}: the client was closed before the answer came"))
        hung_up = [pool.closeCachedConnections() for pool in self._pools.values()]
        self._pools = {}
        DeferredList(hung_up).addBoth(lambda _: closed())

    # -- a resident of the reactor -------------------------------------------------------------------------

    def reactor_stopped(self) -> None:
        """Calls that are on their way end by themselves, or by their time-out."""

    def keeps_process(self) -> bool:
        """Lines keep no process alive."""
        return False

    def forked(self) -> None:
        """This is a child now: its parent's lines are not its own."""
        self._reset()


@implementer(IAgentEndpointFactory)
class _Endpoints:
    """How a host is reached: directly or through a proxy, with TLS or in the clear."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def endpointForURI(self, uri: Any) -> Any:
        host = uri.host.decode("ascii")
        if self._way.proxy:
            endpoint: Any = Tunnel(self._way.proxy, host, uri.port)
        else:
            endpoint = HostnameEndpoint(reactor, host, uri.port, timeout=times().connect)
        if uri.scheme == b"https":
            return wrapClientTLS(tls.options(host, self._way.verify), endpoint)
        return endpoint


class _Lender:
    """A pool that lends one call a line, and knows which."""

    persistent = True

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._line: Any = None

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        return self._pool.getConnection(key, endpoint).addCallback(self._lend)  # type: ignore[no-any-return]

    def _lend(self, line: Any) -> Any:
        self._line = line
        return line

    def cut(self) -> None:
        """Cut the line: what is still sent over it is wanted no more."""
        self._line.abort()


class Call:
    """One call on its way.

    Parameters:
        request, way: what is sent, and how.
        patience: seconds until it is given up though nobody says so: whoever waits for it may be gone.
        done: called once, in the reactor's thread, with the `Reply` or with what was raised.
    """

    def __init__(
        self,
        lines: Lines,
        request: Request,
        way: Way,
        patience: float | None,
        done: Callable[[Reply | BaseException], None],
    ) -> None:
        self.request, self.way = request, way
        self._lines, self._patience, self._done = lines, patience, done
        self._over = False
        self._sent: Deferred[Any] | None = None

    def begin(self, lane: DeferredSemaphore) -> Deferred[Any]:
        sent: Deferred[Any] = lane.run(self._send)
        self._sent = sent
        if self._over:
            sent.cancel()
        if self._patience is not None:
            sent.addTimeout(self._patience, reactor)
        return sent.addCallbacks(self._tell, lambda failure: self._tell(_meaning(failure, self.request)))

    def end(self, why: BaseException) -> None:
        """Give the call up: its line is cut, and `why` is told."""
        self._tell(why)
        if self._sent is not None:
            self._sent.cancel()

    def _tell(self, outcome: Reply | BaseException) -> None:
        if not self._over:
            self._over = True
            self._done(outcome)

    def _send(self) -> Deferred[Any]:
        sent = self._send_once()
        if (
            self.request.method == "GET"
        ):  # the only one that may be repeated: the line may have been a dead one
            sent.addErrback(self._send_again)
        return sent

    def _send_again(self, failure: Failure) -> Any:
        return self._send_once() if _was_dead(failure) and not self._over else failure

    def _send_once(self) -> Deferred[Any]:
        request, lender = self.request, _Lender(self._lines.pool(self.way))
        agent = web.Agent.usingEndpointFactory(reactor, _Endpoints(self.way), lender)
        sent: Deferred[Any] = HTTPClient(agent).request(
            request.method,
            request.url,
            headers=Headers({name: [value] for name, value in request.headers.items()}),
            data=request.body,
            allow_redirects=False,
            unbuffered=True,
            reactor=reactor,
        )
        return sent.addCallback(self._read, lender)

    def _read(self, response: Any, lender: _Lender) -> Deferred[Reply]:
        body = _Body(lender.cut)
        response.deliverBody(body)
        headers: CaseInsensitiveDict[str] = CaseInsensitiveDict(
            (name.decode("latin-1"), b", ".join(values).decode("latin-1"))
            for name, values in response.headers.getAllRawHeaders()
        )
        reason = response.phrase.decode("latin-1")
        return body.whole.addCallback(
            lambda content: Reply(response.code, headers, content, reason, self.request)
        )


class _CutOff(Exception):
    """A body that ended before its end."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.content = content


class _Body(Protocol):
    """Collects a body; cancelling cuts the line."""

    def __init__(self, cut: Callable[[], None]) -> None:
        self._parts: list[bytes] = []
        self.whole: Deferred[bytes] = Deferred(lambda _: cut())

    def dataReceived(self, data: bytes) -> None:
        self._parts.append(data)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        if self.whole.called:
            return
        content = b"".join(self._parts)
        if reason.check(web.ResponseDone, PotentialDataLoss):
            self.whole.callback(content)
        else:
            self.whole.errback(Failure(_CutOff(content)))


# -- what a failure means ----------------------------------------------------------------------------------


def _reasons(failure: Failure) -> list[BaseException]:
    """What broke a line, from the outermost to the first cause."""
    outer: Any = failure.value
    return [outer, *(reason for each in getattr(outer, "reasons", None) or () for reason in _reasons(each))]


def _was_dead(failure: Failure) -> bool:
    """Whether a line broke before anything of an answer came."""
    causes = _reasons(failure)[1:]
    closed = any(isinstance(cause, (error.ConnectionDone, error.ConnectionLost)) for cause in causes)
    return failure.check(*_BROKEN) is not None and closed


def _meaning(failure: Failure, request: Request) -> BaseException:
    """What is raised where the call was made."""
    reasons = _reasons(failure)
    first, last = reasons[0], reasons[-1]
    bad = next((why for why in reasons if isinstance(why, (SSL.Error, VerificationError))), None)
    if bad is not None:
        return ssl.SSLError(f"{request}: no trusted TLS connection to {request.place[1]}: {_tls_text(bad)}")
    if isinstance(first, (CancelledError, GivenUp)):
        return TimeoutError(f"{request}: no answer in time")
    if isinstance(first, error.TimeoutError):
        return TimeoutError(f"{request}: {request.place[1]} cannot be reached: no answer to a connection")
    if isinstance(first, _CutOff):
        text = shown(first.content.decode("utf-8", "replace"))
        return BinanceRequestException(f"Invalid Response: cut off after {len(first.content)} bytes: {text}")
    if isinstance(first, (error.ConnectError, error.DNSLookupError, ProxyRefused)):
        return ConnectionError(f"{request}: {request.place[1]} cannot be reached: {first}")
    if isinstance(first, _BROKEN):
        maybe = "" if request.method == "GET" else "; it may have been done all the same"
        return ConnectionError(f"{request}: the line broke before an answer came{maybe} ({last})")
    if isinstance(first, web.ResponseFailed):
        return BinanceRequestException(f"Invalid Response: no HTTP: {without_signatures(str(last))}")
    return first


def _tls_text(bad: BaseException) -> str:
    """OpenSSL's reason, or the names that the certificate is not for."""
    if isinstance(bad, SSL.Error) and bad.args and bad.args[0]:
        return ", ".join(str(each[-1]) for each in bad.args[0])
    return str(bad) or "the certificate is for another host"
