"""The REST client of python-binance 0.7.

    client = Client(api_key, api_secret)
    client.get_order_book(symbol='BNBBTC')

Every call passes through the stations that `base_client` names, and last through `session`, so a script that replaces
one of them, on a client or on the class, changes every call, as in 0.7.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import requests

from .base_client import BaseClient, headers_of
from .endpoints import declare
from .endpoints.declare import Endpoint, Request
from .engine import http
from .exceptions import (
    BinanceAPIException,
    BinanceLimitException,
    BinanceRequestException,
    BinanceWithdrawAPIException,
    BinanceWithdrawException,
)
from .helpers import date_to_milliseconds, interval_to_milliseconds
from .wire import replies

__all__ = [
    "BinanceAPIException",
    "BinanceRequestException",
    "BinanceWithdrawException",
    "Client",
    "date_to_milliseconds",
    "hashlib",
    "hmac",
    "interval_to_milliseconds",
    "itemgetter",
    "requests",
    "time",
]

_log = logging.getLogger("binance_legacy.client")
_OUT_OF_TIME = -1021
_SAME_USE = {
    "ws_get_time": "get_server_time",
    "ws_futures_account_position": "futures_position_information", "ws_futures_account_status": "futures_account",
    "ws_futures_get_order_book": "futures_order_book", "ws_futures_get_order_book_ticker": "futures_orderbook_ticker",
    "ws_futures_get_all_tickers": "futures_symbol_ticker",
    "ws_get_account_rate_limits_orders": "get_current_order_count",
}  # fmt: skip
"""The method of the same use, where it has another name."""


class Client(BaseClient[Any]):
    """Asks Binance over REST, and waits for the answer.

    Parameters:
        api_key, api_secret: of the account; not needed for market data.
        requests_params: options of `requests` for every call, e.g. ``{'timeout': 20, 'verify': False}``.
        tld: Binance's top-level domain, e.g. ``'us'``.
        testnet: as in 0.7: options calls go to the options exchange's test network. Others do not.
        base_endpoint: ``'1'`` to ``'4'``: the spot host ``api1.binance.com`` ... instead of ``api``. (As in 1.x.)
        demo: spot and futures calls go to Binance's demo mode. (As in 1.x.)
        private_key, private_key_pass: an RSA or Ed25519 key in PEM, or its file, that signs instead of `api_secret`,
            and its password. (As in 1.x.)
        ping: whether the constructor asks for Binance's time, as in 0.7.
        time_unit: ``'MICROSECOND'``: times in answers are microseconds. (As in 1.x.)
        legacy_answers: whether answers have the shape that 0.7 gave; if not, they are Binance's own of today.
        wait_when_limited: whether a call that Binance does not answer because a limit was passed waits for as long as
            Binance says and is sent again, instead of raising `BinanceLimitException`.

    Attributes:
        session: the `requests.Session`; may be replaced.
        response: the latest answer.
        timestamp_offset: milliseconds that the exchange's clock is ahead of this machine's.
        limits: how much of Binance's limits is used (`wire.replies.Limits`).

    Raises:
        BinanceAPIException, BinanceRequestException, requests.RequestException: Binance does not answer.
        ValueError: the private key cannot be read.
    """

    _wait_when_limited = False

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: Mapping[str, Any] | None = None,
        tld: str = "com",
        testnet: bool = False,
        *,
        base_endpoint: str = "",
        demo: bool = False,
        private_key: str | bytes | Path | None = None,
        private_key_pass: str | None = None,
        ping: bool = True,
        time_unit: str | None = None,
        legacy_answers: bool = True,
        wait_when_limited: bool = False,
    ) -> None:
        self._set_keys(api_key, api_secret, private_key, private_key_pass)
        self._set_addresses(tld, base_endpoint, "DEMO" if demo else "")
        self.testnet = testnet
        self.legacy_answers = legacy_answers
        self._requests_params = requests_params
        self._time_unit = time_unit
        self._wait_when_limited = wait_when_limited
        self.session: Any = self._init_session()
        self.response = None
        if ping:
            self.ping()
            self._synchronise()

    def _init_session(self) -> Any:
        session = requests.Session()
        session.headers.update(headers_of(self))
        return session

    def close_connection(self) -> None:
        """Hang up: the session's connections and those of requests over a WebSocket. (As in 1.x.)

        Requests over a WebSocket that are on their way in other threads fail. A client that is asked again connects
        again.
        """
        self._leave_websockets()
        close = getattr(self.session, "close", None)  # a script's own may have none
        if close is not None:
            close()

    # -- a row's way out ----------------------------------------------------------------------------------

    def _ask(self, row: Endpoint, params: Mapping[str, Any]) -> Any:
        try:
            answer = self._way_out(row, params)
        except BinanceAPIException as error:
            if row.moved is None or not row.moved.withdraw or type(error) is not BinanceAPIException:
                raise
            raise BinanceWithdrawAPIException(error.response) from None
        return row.shape(answer, params) if row.shape and self.legacy_answers else answer

    def _ask_over_websocket(self, row: Request, params: Mapping[str, Any]) -> Any:
        return self._persistently(row.signed, lambda: self._ask_over_websocket_once(row, params))

    def _ask_over_websocket_once(self, row: Request, params: Mapping[str, Any]) -> Any:
        from .engine.requests import refuse_to_block

        same = _SAME_USE.get(row.name) or row.name.removeprefix("ws_")
        refuse_to_block(
            row.name, f"client.{same}()" if hasattr(self, same) else "the REST method of the same use"
        )
        call, seconds = self._websocket_call(row, params)
        return self._websocket_result(call, self._websocket_lines().ask(call, seconds))

    def _give(self, answer: Any) -> Any:
        return answer

    def _refuse(self, error: Exception) -> NoReturn:
        raise error

    _drive = staticmethod(declare.drive)
    _each = staticmethod(declare.each)

    # -- one call -----------------------------------------------------------------------------------------

    def _request(self, method: str, uri: str, signed: bool, force_params: bool = False, **kwargs: Any) -> Any:
        """Send one call and read its answer.

        A call that was refused because this machine's clock is off (-1021) is sent again once, with the exchange's
        time asked for anew.

        Parameters:
            method: ``get``, ``post``, ``put`` or ``delete``.
            signed: whether timestamp and signature are added.
            force_params: parameters go into the query string whatever the method.
            kwargs: ``data``, the parameters; else options of `requests`, for this call. Such options may also
                stand among the parameters as ``requests_params``.
        """
        return self._persistently(
            signed, lambda: self._request_once(method, uri, signed, force_params, kwargs)
        )

    def _persistently(self, signed: bool, once: Callable[[], Any]) -> Any:
        """What a call gives, made again once where the clock was off, and after a limit that may be waited for."""
        in_time = False
        while True:
            try:
                return once()
            except BinanceAPIException as error:
                if signed and error.code == _OUT_OF_TIME and not in_time:
                    in_time = True
                    self._synchronise()
                elif not self._waited(error):
                    raise

    def _request_once(
        self, method: str, uri: str, signed: bool, force_params: bool, kwargs: Mapping[str, Any]
    ) -> Any:
        options = self._call_options(method, signed, force_params, kwargs)
        response = self.response = http.send(self.session, method, uri, **options)
        self._used_limits.note(getattr(response, "headers", {}))
        if getattr(self._handle_response, "__func__", None) is not Client._handle_response:
            return self._handle_response()
        return replies.read(response)  # not `self.response`: that may be another thread's by now

    def _handle_response(self) -> Any:
        """What the latest answer says.

        Raises:
            BinanceAPIException: it is an error.
            BinanceRequestException: it is no JSON.
        """
        return replies.read(self.response)

    def _exchange_time(self) -> int:
        return int(time.time() * 1000 + self.timestamp_offset)

    def _synchronise(self) -> None:
        answer = self.get_server_time()
        self.timestamp_offset = self._offset(answer["serverTime"], int(time.time() * 1000))

    def _waited(self, error: BinanceAPIException) -> bool:
        """Whether a passed limit was waited for."""
        if not (self._wait_when_limited and isinstance(error, BinanceLimitException) and error.retry_after):
            return False
        _log.warning("Binance answers no calls for %g s: %s", error.retry_after, error.message)
        time.sleep(error.retry_after)
        return True


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "AsyncClient":  # lay here until 1.0.22
            from .async_client import AsyncClient

            return AsyncClient
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
