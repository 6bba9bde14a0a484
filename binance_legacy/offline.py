"""Keep a process on this machine while an exchange in a box is in use.

This package's own clients and connections already speak to the box instead of Binance. Here the rest of the
process follows: what a script asks of Binance through ``requests`` or ``urllib`` is answered by the box, and
every other connection or name lookup that would leave the machine is refused in one sentence, before a packet
is sent.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
import sys
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from binance_legacy.wire import venues
from binance_legacy.wire.venues import OfflineError

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_on_guard = False


class LookupRefused(OfflineError, socket.gaierror):
    """A name that is not this machine's was looked up; to old code, a lookup that failed."""


class RequestRefused(requests.ConnectionError, OfflineError):
    """A request to an address outside this machine; to old code, a connection that failed."""


def guard() -> None:
    """From now on nothing leaves this machine while a box is in use. Again is harmless; cannot be undone."""
    global _on_guard
    if not _on_guard:
        _on_guard = True
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"  # a proxy on this machine may lead out of it
        sys.addaudithook(_inspect)
        for name, position in _BEFORE_LOOKUP.items():
            if hasattr(socket.socket, name):
                setattr(socket.socket, name, _checked(getattr(socket.socket, name), position))
        requests.Session.send = _answered_by_the_box(requests.Session.send)  # type: ignore[method-assign]
        urllib.request.OpenerDirector.open = _opened_in_the_box(  # type: ignore[method-assign]
            urllib.request.OpenerDirector.open
        )


def _inspect(event: str, arguments: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None and venues.box():
        check(*arguments)


def _connecting(sock: socket.socket, address: object, *_: object) -> None:
    if sock.family in _INTERNET and isinstance(address, tuple):
        host = _text(address[0])
        if not _stays_here(host):
            raise OfflineError(_sentence(host))


# These look a host name up before they tell the audit hook: method -> where its address stands.
_BEFORE_LOOKUP = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}


def _checked(method: Callable[..., Any], position: int) -> Callable[..., Any]:
    @functools.wraps(method)
    def checked(sock: socket.socket, *arguments: Any) -> Any:
        if venues.box() and len(arguments) > position:
            _connecting(sock, arguments[position])
        return method(sock, *arguments)

    return checked


def _looking_up(host: object, *_: object) -> None:
    name = _text(host)
    if not (_stays_here(name) or _is_numeric(name)):  # reading a numeric address asks no one
        raise LookupRefused(socket.EAI_NONAME, _sentence(name))


def _looking_back(address: object, *_: object) -> None:
    host = _text(address[0] if isinstance(address, tuple) else address)
    if not _stays_here(host):
        raise LookupRefused(socket.EAI_NONAME, _sentence(host))


_CHECKS: dict[str, Callable[..., None]] = {
    "socket.connect": _connecting,
    "socket.sendto": _connecting,
    "socket.sendmsg": _connecting,
    "socket.getaddrinfo": _looking_up,
    "socket.gethostbyname": _looking_up,
    "socket.gethostbyaddr": _looking_back,
    "socket.getnameinfo": _looking_back,
}


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host or "")


def _stays_here(host: str) -> bool:
    return host in ("", "0.0.0.0", "::") or venues.is_loopback(host.partition("%")[0])


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _sentence(host: str) -> str:
    return (
        f"offline: {host} was not contacted; only this machine is reachable, and Binance's addresses are "
        f"answered by the exchange in the box at {venues.box()} for `binance`, `requests` and `urllib`"
    )


def _answered_by_the_box(send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    def rerouted(
        session: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        if venues.box() and request.url:
            request = request.copy()
            request.url = _address(request)
            options["proxies"] = {}
        return send(session, request, **options)

    return rerouted


def _address(request: requests.PreparedRequest) -> str:
    try:
        return venues.reroute(request.url or "")
    except OfflineError as refusal:
        raise RequestRefused(str(refusal), request=request) from None


def _opened_in_the_box(open_url: Callable[..., Any]) -> Callable[..., Any]:
    def rerouted(
        opener: urllib.request.OpenerDirector,
        fullurl: str | urllib.request.Request,
        *rest: Any,
        **options: Any,
    ) -> Any:
        request = urllib.request.Request(fullurl) if isinstance(fullurl, str) else fullurl
        if venues.box() and venues.is_binance_host(urlsplit(request.full_url).hostname or ""):
            request.full_url = venues.reroute(request.full_url)
        return open_url(opener, request, *rest, **options)

    return rerouted
