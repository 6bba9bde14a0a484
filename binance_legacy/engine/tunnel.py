"""A line to a host through an HTTP proxy: the proxy is asked to `CONNECT`, then bytes pass (RFC 9110, 9.3.6)."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any
from urllib.parse import unquote, urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from zope.interface.declarations import implementer

from .reactor import reactor
from .settings import times

_LONGEST_HEAD = 16_384
_GRANTED = re.compile(rb"HTTP/1\.\d 2\d\d\b")


class ProxyRefused(ConnectionError):
    """The proxy does not let the line through."""


@implementer(IStreamClientEndpoint)
class Tunnel:
    """Connects to ``host:port`` through `proxy`, ``http://user:password@proxy.example:3128``."""

    def __init__(self, proxy: str, host: str, port: int) -> None:
        parts = urlsplit(proxy)
        self._name = f"{parts.hostname}:{parts.port or 80}"
        self._proxy: Any = HostnameEndpoint(
            reactor, parts.hostname or "", parts.port or 80, timeout=times().connect
        )
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        if parts.username is not None:
            account = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            lines.append(f"Proxy-Authorization: Basic {b64encode(account.encode()).decode()}")
        self._plea = "\r\n".join([*lines, "", ""]).encode()

    def connect(self, factory: Any) -> Deferred[Any]:
        """The connected protocol of `factory`, with the host itself as its peer."""
        digger = Factory.forProtocol(lambda: _Digger(self._name, self._plea, factory))
        return self._proxy.connect(digger).addCallback(lambda line: line.through)  # type: ignore[no-any-return]


class _Digger(Protocol):
    """Asks the proxy; then is transparent."""

    def __init__(self, name: str, plea: bytes, factory: Any) -> None:
        self._name, self._plea, self._factory = name, plea, factory
        self._head = b""
        self._inner: Any = None
        self.through: Deferred[Any] = Deferred(lambda _: self._abort())

    def connectionMade(self) -> None:
        self._transport.write(self._plea)

    @property
    def _transport(self) -> Any:
        return self.transport

    def _abort(self) -> None:
        self._transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if end or len(self._head) > _LONGEST_HEAD:
            self._answered(head, rest)

    def _answered(self, head: bytes, rest: bytes) -> None:
        if not _GRANTED.match(head):
            said = head.split(b"\r\n", 1)[0][:100].decode("latin-1")
            self._fail(ProxyRefused(f"the proxy {self._name} does not let it through: {said}"))
            self._abort()
            return
        self._inner = self._factory.buildProtocol(self._transport.getPeer())
        self._inner.makeConnection(self._transport)
        self.through.callback(self._inner)
        if rest:
            self._inner.dataReceived(rest)

    def _fail(self, why: Exception) -> None:
        if not self.through.called:
            self.through.errback(Failure(why))

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        if self._inner is not None:
            self._inner.connectionLost(reason)
        else:
            self._fail(ProxyRefused(f"the proxy {self._name} hung up: {reason.getErrorMessage()}"))
