"""Where an awaited REST call's bytes leave: from any asyncio loop, over lines that the reactor keeps.

A `Session` belongs to no loop. Each call is handed to the reactor's thread, and its answer comes back into the loop
that awaits it, by `call_soon_threadsafe`. Twisted is imported, and the reactor run, when the first call is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from ..wire import venues
from .calls import Reply, Request, Way

if TYPE_CHECKING:
    from .lines import Lines

TIMEOUT = 10.0
"""Seconds that a call may take where none are said."""

LANES = 10
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_GRACE = 1.0


class Session:
    """Sends calls and awaits their answers.

    While a box is in use, Binance's addresses are answered by it and no other leaves this machine, wherever an answer
    redirects. A call to this machine never goes through a proxy.

    Parameters:
        headers: sent with every call.
        proxy: ``http://user:password@proxy.example:3128``: every call goes through it. Where there is none, the ones
            that the environment names (``HTTPS_PROXY``, ``NO_PROXY``) are used.
        trust_env: whether those are used.
        lanes: how many calls to one host are on their way at once; the others wait in line.

    Attributes:
        headers: may be changed.
        closed: whether `close` was called.

    Raises:
        ValueError: the proxy is none that can be used.
    """

    def __init__(
        self,
        headers: Mapping[str, str] | None = None,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        lanes: int = LANES,
    ) -> None:
        self.headers = dict(headers or {})
        self.closed = False
        self._proxy = _usable(proxy)
        self._trust_env = trust_env
        self._lanes = lanes
        self._lock = threading.Lock()  # guards the one below
        self._lines: Lines | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: str | Mapping[str, Any] | None = None,
        data: str | bytes | Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Any = TIMEOUT,
        verify: bool | str = True,
        ssl: bool | None = None,
        proxy: str | None = None,
        proxies: Mapping[str, str] | None = None,
        allow_redirects: bool = True,
    ) -> Reply:
        """Send one call.

        Parameters:
            method: ``get``, ``post``, ``put`` or ``delete``.
            params: what is added to the address as its query; a text as it is.
            data: the body; a text as it is.
            headers: beside those of the session.
            timeout: seconds until an answer must be there, whole; None waits for ever. A pair as `requests` has it
                (to connect, to answer) and an object with ``total`` will do.
            verify: False accepts any certificate; a path trusts the roots in that PEM file.
            ssl: False accepts any certificate, as in 1.x.
            proxy, proxies: other than the session's, for this call; `proxies` by scheme, as `requests` has it.
            allow_redirects: whether the answer from where a redirect leads is given: to the same host, or to one of
                Binance's over TLS, and always as a GET. Any other redirect is given as it is.

        Raises:
            TimeoutError: no answer within `timeout`. (It is `asyncio.TimeoutError`.)
            ConnectionError: the host cannot be reached, or the line broke. `OfflineError`, which is one, where a box is
                in use and the address is neither Binance's nor this machine.
            ssl.SSLError: the host's certificate is not trusted. (All three are OSError.)
            BinanceRequestException: the answer broke off, or is no HTTP.
            RuntimeError: the session is closed.
        """
        headers = {**self.headers, **(headers or {})}
        first = Request(method.upper(), _with_query(venues.reroute(url), params), headers, _body(data))
        from .reactor import engine

        engine.refuse_nested_loop("an awaited call")
        seconds = seconds_of(timeout)
        roots = roots_of(verify, ssl)

        async def answer(request: Request) -> Reply:
            chosen = proxy or (proxies and proxy_of_scheme(proxies, request)) or self._proxy
            way = Way(roots, proxy_to(request, chosen, self._trust_env))
            return await self._answer(request, way, seconds)

        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                reply = await answer(first)
                return await _follow(reply, answer) if allow_redirects else reply
        except TimeoutError:
            if not limit.expired():
                raise
            raise TimeoutError(_late(first, seconds)) from None

    async def _answer(self, request: Request, way: Way, seconds: float | None) -> Reply:
        if self.closed:
            raise RuntimeError("this client is closed; a new one must be made")
        lines = self._running_lines()
        from .lines import Call
        from .reactor import engine

        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()

        def tell(outcome: Reply | BaseException) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, outcome)

        # The caller's loop keeps the time; the reactor only tidies up where that loop is gone.
        patience = None if seconds is None else seconds + _GRACE
        call = Call(lines, request, way, patience, tell)
        engine.soon(lines.begin, call)
        try:
            return await future
        except asyncio.CancelledError as why:
            engine.soon(call.end, why)
            raise

    def _running_lines(self) -> Lines:
        from .lines import Lines
        from .reactor import engine

        engine.rouse()
        with self._lock:
            if self._lines is None:
                self._lines = Lines(self._lanes)
            return self._lines

    async def close(self) -> None:
        """Hang up; calls that are on their way end with ConnectionError. Twice is harmless."""
        self.closed = True
        with self._lock:
            lines, self._lines = self._lines, None
        if lines is None:
            return
        from .reactor import engine

        if not engine.runs():  # this is a forked child, or the reactor was stopped for good
            return
        loop = asyncio.get_running_loop()
        hung_up: asyncio.Future[None] = loop.create_future()

        def tell() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, hung_up, None)

        engine.soon(lines.close, tell)
        with contextlib.suppress(TimeoutError):  # a callback may be blocking the reactor
            async with asyncio.timeout(TIMEOUT):
                await hung_up


def _settle(future: asyncio.Future[Any], outcome: Any) -> None:
    if future.done():
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


# -- redirects ---------------------------------------------------------------------------------------------


async def _follow(reply: Reply, answer: Any) -> Reply:
    for _ in range(_MOST_REDIRECTS):
        place = reply.headers.get("location") if reply.status_code in _REDIRECTS else None
        if place is None:
            break
        asked = reply.request
        there = venues.reroute(urljoin(asked.url, place))
        onward = Request("GET", there, _without_body_headers(asked.headers))
        if not _may_lead(asked, onward):
            break
        reply = await answer(onward)
    return reply


def _may_lead(asked: Request, onward: Request) -> bool:
    """Whether a call, which bears the key, may go on to another address."""
    scheme, host, _ = onward.place
    return onward.place == asked.place or (scheme == "https" and venues.is_binance_host(host))


def _without_body_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.lower().startswith("content-")}


# -- options -----------------------------------------------------------------------------------------------


def _with_query(url: str, params: str | Mapping[str, Any] | None) -> str:
    if not params:
        return url
    query = params if isinstance(params, str) else urlencode(params)
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def _body(data: str | bytes | Mapping[str, Any] | None) -> bytes | None:
    if not data:
        return None
    if isinstance(data, Mapping):
        data = urlencode(data)
    return data.encode() if isinstance(data, str) else data


def seconds_of(timeout: Any) -> float | None:
    """The time that a call may take: a number, `requests`' pair, or aiohttp's object."""
    if isinstance(timeout, tuple):
        return None if None in timeout else sum(map(float, timeout))
    total = getattr(timeout, "total", timeout)
    if total is None:
        return None
    if isinstance(total, bool) or not isinstance(total, (int, float)) or not 0 < total < float("inf"):
        raise ValueError(f"timeout is {timeout!r}; it must be a number of seconds above 0, or None")
    return float(total)


def _late(request: Request, seconds: float | None) -> str:
    maybe = "" if request.method == "GET" else "; it may have been done all the same"
    return f"{request}: no answer within {seconds:g} s{maybe}" if seconds else f"{request}: no answer"


def roots_of(verify: bool | str, ssl: bool | None) -> bool | str:
    """What certificates are verified against, of `requests`' option and aiohttp's.

    Raises:
        TypeError, FileNotFoundError: it is neither a bool nor a file.
    """
    if ssl is not None and not isinstance(ssl, bool):
        raise TypeError(
            f"ssl is {ssl!r}; it must be True or False; verify='roots.pem' says which roots count"
        )
    if ssl is False:
        return False
    if not isinstance(verify, bool) and not Path(verify).is_file():
        raise FileNotFoundError(
            f"verify is {verify!r}, where no file is; it must be a PEM file, True or False"
        )
    return verify if isinstance(verify, bool) else str(verify)


def proxy_of_scheme(proxies: Mapping[str, str], request: Request) -> str | None:
    """That of a `requests` table of proxies that counts for a call; None where none does."""
    scheme, host, _ = request.place
    names = (f"{scheme}://{host}", scheme, f"all://{host}", "all")  # the order of `requests`
    return next((proxies[name] for name in names if proxies.get(name)), None)


def proxy_to(request: Request, chosen: str | None, trust_env: bool) -> str | None:
    """The proxy for a call: the one that was said, else the environment's; never one to this machine."""
    host = request.place[1]
    if venues.is_loopback(host):
        return None
    if chosen is None and trust_env and not proxy_bypass(host):
        chosen = proxy_of_scheme(getproxies(), request)
    return _usable(chosen)


def _usable(proxy: str | None) -> str | None:
    """A proxy that a line can go through.

    Raises:
        ValueError: it is another.
    """
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(proxy)
    if parts.scheme.lower() != "http" or not parts.hostname:
        shown = unquote_plus(proxy.rpartition("@")[2]) if "@" in proxy else proxy
        raise ValueError(f"the proxy {shown!r} cannot be used; it must be one of http://host:port")
    return proxy
