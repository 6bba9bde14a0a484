"""The awaitable REST client of python-binance 1.x.

    client = await AsyncClient.create(api_key, api_secret)
    await client.get_order_book(symbol='BNBBTC')
    await client.close_connection()

It has the endpoints of `client.Client`, from the same rows, and gives Binance's own answers of today, as 1.x did. Every
call passes through the stations that `base_client` names, and last through ``session.request``; a program that replaces
one of them by a coroutine function, on a client or on the class, changes every call.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

from .base_client import BaseClient, headers_of
from .endpoints import declare
from .endpoints.declare import Endpoint, Request, Steps
from .endpoints.later_parameters import LaterParameters
from .engine.http_async import Session
from .exceptions import BinanceAPIException, BinanceLimitException, BinanceRequestException
from .wire import replies

__all__ = ["AsyncClient", "BinanceAPIException", "BinanceRequestException"]

_log = logging.getLogger("binance_legacy.async_client")
_OUT_OF_TIME = -1021

_SESSION_PARAMS = ("headers", "trust_env")


class AsyncClient(LaterParameters[Coroutine[Any, Any, Any]], BaseClient[Coroutine[Any, Any, Any]]):
    """Asks Binance over REST, and is awaited for the answer. Made without a call; `create` asks for Binance's time too.

    A client belongs to no loop: several tasks, several loops and several threads may use one at once. Twisted's
    reactor, which keeps its lines, runs in a thread of its own from the first call on.

    Parameters:
        api_key, api_secret: of the account; not needed for market data.
        requests_params: options for every call, of `engine.http_async.Session.request`: ``{'timeout': 20}`` (seconds
            for the whole answer; 10 where nothing is said), ``'verify'``, ``'headers'``, ``'proxies'``. A call may
            be given its own, ``await client.get_ticker(symbol='BNBBTC', requests_params={'timeout': 3})``.
        tld: Binance's top-level domain, e.g. ``'us'``.
        base_endpoint: ``'1'`` to ``'4'``: the spot host ``api1.binance.com`` ... instead of ``api``.
        testnet: spot, futures and options calls go to Binance's test networks.
        demo: spot and futures calls go to Binance's demo mode.
        loop: not needed; taken because 1.x took it.
        session_params: ``headers``, sent with every call; ``trust_env``, False leaves the proxies of the environment
            aside.
        private_key, private_key_pass: an RSA or Ed25519 key in PEM, or its file, that signs instead of `api_secret`,
            and its password.
        https_proxy: ``http://user:password@proxy.example:3128``, through which every call goes, by ``CONNECT``.
        time_unit: ``'MICROSECOND'``: times in answers are microseconds.
        verbose: each call is logged (``binance_legacy.async_client``, level DEBUG).
        legacy_answers: whether answers have the shape that 0.7 gave; if not, they are Binance's own of today.
        wait_when_limited: whether a call that Binance does not answer because a limit was passed waits for as long as
            Binance says and is sent again, instead of raising `BinanceLimitException`.

    Attributes:
        session: whose coroutine ``request(method, url, **options)`` is awaited; may be replaced.
        response: the latest answer.
        timestamp_offset: milliseconds that the exchange's clock is ahead of this machine's.
        limits: how much of Binance's limits is used (`wire.replies.Limits`).

    Raises:
        ValueError: the private key cannot be read, the proxy not used, or `session_params` has something else.
        BinanceAPIException: of a call, when it is awaited: Binance refused.
        BinanceRequestException: of a call: the answer cannot be read.
        asyncio.TimeoutError: of a call: no answer in time.
        ConnectionError, ssl.SSLError: of a call: the host cannot be reached or trusted.
        asyncio.CancelledError: of a call: the task was cancelled; the call's connection is cut.
    """

    legacy_answers = False
    _wait_when_limited = False

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: Mapping[str, Any] | None = None,
        tld: str = "com",
        base_endpoint: str = "",
        testnet: bool = False,
        demo: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        session_params: Mapping[str, Any] | None = None,
        private_key: str | bytes | Path | None = None,
        private_key_pass: str | None = None,
        https_proxy: str | None = None,
        time_unit: str | None = None,
        verbose: bool = False,
        *,
        legacy_answers: bool = False,
        wait_when_limited: bool = False,
    ) -> None:
        self._set_keys(api_key, api_secret, private_key, private_key_pass)
        self._set_addresses(tld, base_endpoint, "DEMO" if demo else "TESTNET" if testnet else "")
        self.testnet = testnet
        self.demo = demo
        self.loop = loop
        self.https_proxy = https_proxy
        self.legacy_answers = legacy_answers
        self._requests_params = requests_params
        self._session_params = session_params
        self._time_unit = time_unit
        self._wait_when_limited = wait_when_limited
        self.session: Any = self._init_session()
        if verbose:
            _log.setLevel(logging.DEBUG)

    @classmethod
    async def create(
        cls,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: Mapping[str, Any] | None = None,
        tld: str = "com",
        base_endpoint: str = "",
        testnet: bool = False,
        demo: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        session_params: Mapping[str, Any] | None = None,
        private_key: str | bytes | Path | None = None,
        private_key_pass: str | None = None,
        https_proxy: str | None = None,
        time_unit: str | None = None,
        verbose: bool = False,
        **ours: Any,
    ) -> Self:
        """Make a client, see that Binance answers, and set the clock's offset.

        Parameters: as of the class; `ours` are ``legacy_answers`` and ``wait_when_limited``.

        Raises:
            BinanceAPIException, BinanceRequestException, OSError: Binance does not answer; the client is closed.
        """
        client = cls(
            api_key, api_secret, requests_params, tld, base_endpoint, testnet, demo, loop, session_params,
            private_key, private_key_pass, https_proxy, time_unit, verbose, **ours,
        )  # fmt: skip
        try:
            await client.ping()
            await client._synchronise()
        except BaseException:
            await client.close_connection()
            raise
        return client

    def _init_session(self) -> Any:
        params = dict(self._session_params or {})
        unknown = [name for name in params if name not in _SESSION_PARAMS]
        if unknown:
            raise ValueError(
                f"session_params has {unknown[0]!r}; it may have {' and '.join(_SESSION_PARAMS)} "
                "(there is no aiohttp here whose options it could take)"
            )
        headers = {**headers_of(self), **params.pop("headers", {})}
        return Session(headers, proxy=self.https_proxy, **params)

    async def close_connection(self) -> None:
        """Hang up. Calls that are on their way end with ConnectionError; no more can be made. Twice is harmless."""
        self._leave_websockets()
        await self.session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close_connection()

    # -- a row's way out ----------------------------------------------------------------------------------

    async def _ask(self, row: Endpoint, params: Mapping[str, Any]) -> Any:
        answer = await self._way_out(row, params)
        return row.shape(answer, params) if row.shape and self.legacy_answers else answer

    async def _ask_over_websocket(self, row: Request, params: Mapping[str, Any]) -> Any:
        return await self._persistently(row.signed, lambda: self._ask_over_websocket_once(row, params))

    async def _ask_over_websocket_once(self, row: Request, params: Mapping[str, Any]) -> Any:
        if getattr(self.session, "closed", False) is True:
            raise RuntimeError("this client is closed; a new one must be made")
        call, seconds = self._websocket_call(row, params)
        return self._websocket_result(call, await self._websocket_lines().ask_async(call, seconds))

    async def _give(self, answer: Any) -> Any:
        return answer

    async def _refuse(self, error: Exception) -> NoReturn:
        raise error

    def _each(self, walk: Steps[None]) -> Any:
        return _Items(declare.each_async(walk))

    _drive = staticmethod(declare.drive_async)

    # -- one call -----------------------------------------------------------------------------------------

    async def _request(
        self, method: str, uri: str, signed: bool, force_params: bool = False, **kwargs: Any
    ) -> Any:
        """Send one call and read its answer; as `Client._request`, awaited.

        A call that was refused because this machine's clock is off (-1021) is sent again once, with the exchange's
        time asked for anew.
        """
        return await self._persistently(
            signed, lambda: self._request_once(method, uri, signed, force_params, kwargs)
        )

    async def _persistently(self, signed: bool, once: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What a call gives, as `Client._persistently`."""
        in_time = False
        while True:
            try:
                return await once()
            except BinanceAPIException as error:
                if signed and error.code == _OUT_OF_TIME and not in_time:
                    in_time = True
                    await self._synchronise()
                elif not await self._waited(error):
                    raise

    async def _request_once(
        self, method: str, uri: str, signed: bool, force_params: bool, kwargs: Mapping[str, Any]
    ) -> Any:
        options = self._call_options(method, signed, force_params, kwargs)
        response = await self.session.request(method, uri, **options)
        self.response = response
        _log.debug("%s %s: %s", method.upper(), urlsplit(uri).path, response.status_code)
        self._used_limits.note(getattr(response, "headers", {}))
        return await self._handle_response(response)

    async def _handle_response(self, response: Any) -> Any:
        """What an answer says.

        Raises:
            BinanceAPIException: it is an error.
            BinanceRequestException: it is no JSON.
        """
        return replies.read(response)

    def _exchange_time(self) -> int:
        return int(time.time() * 1000 + self.timestamp_offset)

    async def _synchronise(self) -> None:
        answer = await self.get_server_time()
        self.timestamp_offset = self._offset(answer["serverTime"], int(time.time() * 1000))

    async def _waited(self, error: BinanceAPIException) -> bool:
        """Whether a passed limit was waited for."""
        if not (self._wait_when_limited and isinstance(error, BinanceLimitException) and error.retry_after):
            return False
        _log.warning("Binance answers no calls for %g s: %s", error.retry_after, error.message)
        await asyncio.sleep(error.retry_after)
        return True


class _Items:
    """Items that come one by one: for ``async for``, also after an ``await``, as 1.x wanted it of some."""

    def __init__(self, items: AsyncIterator[Any]) -> None:
        self._items = items

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._items

    def __anext__(self) -> Any:
        return self._items.__anext__()

    def __await__(self) -> Generator[Any, None, AsyncIterator[Any]]:
        return self._themselves().__await__()

    async def _themselves(self) -> AsyncIterator[Any]:
        return self._items
