"""The starters of python-binance 0.7: one method for each stream that a socket manager opens."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from .wire import streamnames

log = logging.getLogger("binance_legacy.websockets")

Callback = Callable[[Any], Any]
ConnKey = str | Literal[False]

LIST = "streams="
"""What the conn_key of a socket of several streams begins with."""


class Starters:
    """The ``start_..._socket`` methods, over the `_start_socket` and its like that a manager has."""

    _client: Any
    _conns: dict[str, Any]
    _user_timeout: float
    _listen_keys: dict[str, str | None]
    _account_callbacks: dict[str, Callback | None]
    _timers: dict[str, threading.Timer | None]

    def _start_socket(self, path: str, callback: Callback, prefix: str = "ws/") -> ConnKey:
        """Open a spot stream."""
        raise NotImplementedError

    def _start_futures_socket(
        self, path: str, callback: Callback, prefix: str = "stream?streams="
    ) -> ConnKey:
        """Open a USD-M stream."""
        raise NotImplementedError

    def _start_options_socket(self, path: str, callback: Callback, prefix: str = "ws/") -> ConnKey:
        """Open an options stream."""
        raise NotImplementedError

    def stop_socket(self, conn_key: str) -> None:
        """Stop one socket."""
        raise NotImplementedError

    # -- spot streams -------------------------------------------------------------------------------------

    def start_depth_socket(
        self, symbol: str, callback: Callback, depth: str | None = None, interval: int | None = None
    ) -> ConnKey:
        """Open a stream of an order book: its differences, or its best levels.

        Parameters:
            symbol: e.g. ``'BNBBTC'``.
            callback: called with ``{'e': 'depthUpdate', 'E', 's', 'U', 'u', 'b': [[price, quantity]], 'a'}``, or
                with `depth` set with ``{'lastUpdateId', 'bids', 'asks'}``.
            depth: ``WEBSOCKET_DEPTH_5``, ``_10`` or ``_20`` for the best levels; None (or ``'1'``): differences.
            interval: milliseconds between messages: 100, or None (or 0) for 1000.

        Returns:
            conn_key, or False when this socket is open already.

        Raises:
            ValueError: depth or interval is none of these.
        """
        _check_callback(callback)
        if depth and str(depth) not in ("1", *streamnames.DEPTH_LEVELS):
            raise ValueError(
                f"depth {depth!r} is not offered; use one of '5', '10', '20', or None for differences"
            )
        if interval and interval != 100:
            raise ValueError(
                "Websocket interval value not allowed. Allowed values are [0, 100]"  # as in 0.7
            )
        levels = depth if depth and str(depth) != "1" else ""
        name = f"{_stream_symbol(symbol)}@depth{levels}"
        return self._start_socket(f"{name}@{interval}ms" if interval else name, callback)

    def start_kline_socket(self, symbol: str, callback: Callback, interval: str = "1m") -> ConnKey:
        """Open a stream of candles: ``{'e': 'kline', 'E', 's', 'k': {'t', 'T', 'i', 'o', 'c', 'h', 'l', ...}}``.

        Parameters:
            symbol: e.g. ``'BNBBTC'``.
            callback: called about every 2 s, and when a candle closes (``msg['k']['x']``).
            interval: one of the ``KLINE_INTERVAL_*`` of `enums`.

        Returns:
            conn_key, or False when this socket is open already.

        Raises:
            ValueError: Binance offers no such interval.
        """
        _check_callback(callback)
        _check_interval(interval)
        return self._start_socket(f"{_stream_symbol(symbol)}@kline_{interval}", callback)

    def start_miniticker_socket(self, callback: Callback, update_time: int = 1000) -> ConnKey:
        """Open the stream of all markets' small 24 h tickers: a list of ``{'e': '24hrMiniTicker', ...}``.

        Parameters:
            callback: called each second with those that changed.
            update_time: milliseconds between two lists, 1000 or more. Binance sends one a second; of those in between
                the latest row of each symbol is kept.

        Returns:
            conn_key, or False when this socket is open already.

        Raises:
            ValueError: `update_time` is no whole number of milliseconds.
        """
        _check_callback(callback)
        if isinstance(update_time, str) and update_time.isdecimal():  # 0.7 put it into the name as it was
            update_time = int(update_time)
        if isinstance(update_time, bool) or not isinstance(update_time, int) or update_time <= 0:
            raise ValueError(
                f"update_time is {update_time!r}; it must be a number of milliseconds, such as 3000"
            )
        return self._start_socket(f"!miniTicker@arr@{update_time}ms", callback)

    def start_trade_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a stream of trades: ``{'e': 'trade', 'E', 's', 't': id, 'p': price, 'q': quantity, 'T', 'm', 'M'}``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket(_stream_symbol(symbol) + "@trade", callback)

    def start_aggtrade_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a stream of aggregate trades: ``{'e': 'aggTrade', 'E', 's', 'a', 'p', 'q', 'f', 'l', 'T', 'm', 'M'}``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket(_stream_symbol(symbol) + "@aggTrade", callback)

    def start_symbol_ticker_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a stream of one market's 24 h ticker, each second: ``{'e': '24hrTicker', ...}``, 23 fields.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket(_stream_symbol(symbol) + "@ticker", callback)

    def start_ticker_socket(self, callback: Callback) -> ConnKey:
        """Open the stream of all markets' 24 h tickers: each second a list of those that changed, 23 fields each.

        Binance switched it off on 2026-03-26. It is put together from the stream of each symbol that is traded, over
        as few connections as they need; a symbol that is listed later comes within a minute.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket("!ticker@arr", callback)

    def start_symbol_book_ticker_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a stream of one market's best prices: ``{'u', 's', 'b': bid, 'B', 'a': ask, 'A'}``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket(_stream_symbol(symbol) + "@bookTicker", callback)

    def start_book_ticker_socket(self, callback: Callback) -> ConnKey:
        """Open the stream of all markets' best prices: ``{'u', 's', 'b': bid, 'B', 'a': ask, 'A'}``, one by one.

        Binance switched it off on 2022-12-07. It is put together from the stream of each symbol that is traded.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket("!bookTicker", callback)

    def start_multiplex_socket(self, streams: Iterable[str], callback: Callback) -> ConnKey:
        """Open several streams over one socket: ``{'stream': name, 'data': message}``.

        More than 1,024 take more than one connection; streams that Binance switched off (``!ticker@arr``) and listen
        keys may be among them.

        Parameters:
            streams: names with the symbol in lower case, e.g. ``['bnbbtc@aggTrade', 'neobtc@ticker']``.

        Returns:
            conn_key, or False when this socket is open already.

        Raises:
            TypeError: `streams` is a string, not a list of them.
        """
        _check_callback(callback)
        names = stream_list(streams)
        return self._start_socket("streams=" + "/".join(names), callback, "stream?")

    # -- futures streams ----------------------------------------------------------------------------------

    def start_aggtrade_futures_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a USD-M stream of aggregate trades: ``{'stream', 'data': {'e': 'aggTrade', ...}}``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_futures_socket(_stream_symbol(symbol) + "@aggTrade", callback)

    def start_symbol_mark_price_socket(self, symbol: str, callback: Callback, fast: bool = True) -> ConnKey:
        """Open a USD-M stream of one market's mark price, each second (`fast`) or every 3 s.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        name = "@markPrice@1s" if fast else "@markPrice"
        return self._start_futures_socket(_stream_symbol(symbol) + name, callback)

    def start_all_mark_price_socket(self, callback: Callback, fast: bool = True) -> ConnKey:
        """Open the USD-M stream of all mark prices, each second (`fast`) or every 3 s.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_futures_socket("!markPrice@arr@1s" if fast else "!markPrice@arr", callback)

    def start_symbol_ticker_futures_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a USD-M stream of one market's best prices (0.7 called them ticker).

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_futures_socket(_stream_symbol(symbol) + "@bookTicker", callback)

    def start_individual_symbol_ticker_futures_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a USD-M stream of one market's 24 h ticker.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_futures_socket(_stream_symbol(symbol) + "@ticker", callback)

    def start_all_ticker_futures_socket(self, callback: Callback) -> ConnKey:
        """Open the USD-M stream of all markets' best prices (0.7 called them ticker).

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_futures_socket("!bookTicker", callback)

    # -- account streams ----------------------------------------------------------------------------------

    def start_user_socket(self, callback: Callback) -> ConnKey:
        """Open the stream of the spot account's events: ``{'e': 'executionReport', ...}`` and so on.

        It rides the WebSocket API (`userDataStream.subscribe.signature`), as Binance gives no listen key since
        2026-02-20, and is subscribed to again on every new line. A second call replaces the callback.

        Parameters:
            callback: called with each event, bare: ``executionReport``, ``outboundAccountPosition``,
                ``balanceUpdate``, ``listStatus``.

        Returns:
            the conn_key, a text of 60 characters, which ``client.stream_keepalive`` and ``stream_close`` accept.

        Raises:
            ValueError: the client has no key.
        """
        self._check_account(callback)
        return self._start_account_socket("user", self._client.stream_get_listen_key(), callback)

    def start_margin_socket(self, callback: Callback) -> ConnKey:
        """Open the stream of the cross margin account's events, with a listen token that is renewed in time.

        Parameters:
            callback: as of `start_user_socket`.

        Returns:
            the conn_key, a text of 60 characters, which ``client.margin_stream_keepalive`` accepts.

        Raises:
            ValueError: the client has no key.
            BinanceAPIException: Binance gives no listen token.
        """
        self._check_account(callback)
        return self._start_account_socket("margin", self._client.margin_stream_get_listen_key(), callback)

    def start_isolated_margin_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open the stream of the events of the isolated margin account of `symbol`; as `start_margin_socket`."""
        self._check_account(callback)
        _stream_symbol(symbol)
        key = self._client.isolated_margin_stream_get_listen_key(symbol)
        return self._start_account_socket(symbol, key, callback)

    def _check_account(self, callback: Callback) -> None:
        _check_callback(callback)
        if not getattr(self._client, "API_KEY", "no client of ours"):
            raise ValueError(
                "an account socket needs a key: make the client with Client(api_key, api_secret)"
            )

    def _start_account_socket(self, socket_type: str, listen_key: str, callback: Callback) -> ConnKey:
        """Open an account socket; the one of the same account that is open gives way."""
        before = self._listen_keys.get(socket_type)
        if before is not None:
            self.stop_socket(before)
        self._check_account_socket_open(listen_key)
        self._listen_keys[socket_type] = listen_key
        self._account_callbacks[socket_type] = callback
        conn_key = self._start_socket(listen_key, callback)
        if conn_key:
            self._start_socket_timer(socket_type)
        return conn_key

    def _check_account_socket_open(self, listen_key: str) -> None:
        """Stop the socket of a listen key, if one is open."""
        if listen_key in self._conns:
            self.stop_socket(listen_key)

    def _start_socket_timer(self, socket_type: str) -> None:
        timer = threading.Timer(self._user_timeout, self._keepalive_account_socket, (socket_type,))
        timer.daemon = True
        self._timers[socket_type] = timer
        timer.start()

    def _keepalive_account_socket(self, socket_type: str) -> None:
        """Keep a listen key alive; a failure is logged, and it is tried again at the next tick."""
        key = self._listen_keys.get(socket_type)
        if key is None:
            return
        try:
            self._keep_alive(socket_type, key)
        except Exception as why:  # noqa: BLE001 - whatever a client raises must not end the keeping
            log.warning("the listen key of %s was not kept alive, which is tried again: %s", socket_type, why)
        if self._listen_keys.get(socket_type) == key:
            self._start_socket_timer(socket_type)

    def _keep_alive(self, socket_type: str, key: str) -> None:
        client = self._client
        if socket_type == "user":
            ask, keep = client.stream_get_listen_key, client.stream_keepalive
        elif socket_type == "margin":
            ask, keep = client.margin_stream_get_listen_key, client.margin_stream_keepalive
        else:
            ask = functools.partial(client.isolated_margin_stream_get_listen_key, socket_type)
            keep = functools.partial(client.isolated_margin_stream_keepalive, socket_type)
        today = key if hasattr(client, "listen_key") else ask()  # a stand-in's keys may change
        if today == key:
            keep(key)
            return
        callback = self._account_callbacks.get(socket_type)
        if callback is not None:
            self._start_account_socket(socket_type, today, callback)

    def _stop_account_socket(self, socket_type: str) -> None:
        key = self._listen_keys.get(socket_type)
        if key is not None:
            self.stop_socket(key)

    def _forget_account(self, conn_key: str) -> None:
        for socket_type, key in list(self._listen_keys.items()):
            if key == conn_key:
                self._listen_keys[socket_type] = None
                timer, self._timers[socket_type] = self._timers.get(socket_type), None
                if timer is not None:
                    timer.cancel()

    # -- options streams ----------------------------------------------------------------------------------

    def start_options_ticker_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a stream of one option's 24 h ticker; volume and amount stand under ``V`` and ``A`` too, as in 0.7.

        Parameters:
            symbol: e.g. ``'BTC-271231-100000-C'``.
            callback: called with each message. Its greeks are on a stream of their own today,
                ``<underlying>@optionMarkPrice``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        return self._start_option(symbol, "@ticker", callback)

    def start_options_recent_trades_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Open a stream of one option's trades.

        Returns:
            conn_key, or False when this socket is open already.
        """
        return self._start_option(symbol, "@trade", callback)

    def start_options_kline_socket(self, symbol: str, callback: Callback, interval: str = "1m") -> ConnKey:
        """Open a stream of one option's candles.

        Returns:
            conn_key, or False when this socket is open already.

        Raises:
            ValueError: Binance offers no such interval.
        """
        _check_interval(interval)
        return self._start_option(symbol, f"@kline_{interval}", callback)

    def start_options_depth_socket(self, symbol: str, callback: Callback, depth: str = "10") -> ConnKey:
        """Open a stream of the best levels of one option's order book, every 500 ms.

        Parameters:
            symbol: e.g. ``'BTC-271231-100000-C'``.
            callback: called with each message.
            depth: how many levels: ``'5'``, ``'10'`` or ``'20'``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        return self._start_option(symbol, f"@depth{depth}", callback)

    def start_options_multiplex_socket(self, streams: Iterable[str], callback: Callback) -> ConnKey:
        """Open several options streams over one socket: ``{'stream': name, 'data': message}``.

        Parameters:
            streams: names as 0.7 had them, e.g. ``['BTC-271231-100000-C@ticker']``.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_options_socket(
            LIST + "/".join(_lowered(name) for name in stream_list(streams)), callback, "stream?"
        )

    def _start_option(self, symbol: str, kind: str, callback: Callback) -> ConnKey:
        _check_callback(callback)
        return self._start_options_socket(_stream_symbol(symbol) + kind, callback)


def _lowered(name: str) -> str:
    """A stream's name with its symbol in lower case, as the options sockets of 0.7 took them."""
    symbol, at, kind = name.partition("@")
    return symbol.lower() + at + kind


def _check_callback(callback: Any) -> None:
    if not callable(callback):
        raise TypeError(
            f"the callback must be a function that takes one message, not {callback!r}; "
            "0.7's order is start_..._socket(symbol, callback)"
        )


def _stream_symbol(symbol: Any) -> str:
    if not isinstance(symbol, str) or not streamnames.SYMBOL.fullmatch(symbol):
        raise ValueError(
            f"{symbol!r} is no symbol; write it like 'BNBBTC', with nothing between the two assets"
        )
    return symbol.lower()


def _check_interval(interval: str) -> None:
    if interval not in streamnames.INTERVALS:
        raise ValueError(
            f"interval {interval!r} is not offered; use one of {', '.join(streamnames.INTERVALS)}"
        )


def stream_list(streams: Iterable[str]) -> Sequence[str]:
    if isinstance(streams, str | bytes):
        raise TypeError(
            f"streams must be a list of stream names such as ['bnbbtc@aggTrade', 'neobtc@ticker'], not {streams!r}"
        )
    names = list(streams)
    if not names:  # as in 0.7, a socket that stays silent
        log.warning("a multiplex socket of no streams stays silent; name some, such as ['bnbbtc@aggTrade']")
    return names
