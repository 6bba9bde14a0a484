"""The socket manager of python-binance 0.7: a thread, the reactor, callbacks.

::

    bm = BinanceSocketManager(client)
    conn_key = bm.start_trade_socket('BNBBTC', process_message)
    bm.start()

Callbacks run in the reactor's thread, one at a time, in order, as in 0.7. A line that is lost is made again for
ever; a callback gets nothing that Binance did not send, but for one message when `maxRetries` is passed:
``{'e': 'error', 'm': 'Max reconnect retries reached', ...}``. All else that happens is in the log, in
`BinanceSocketManager.status` and, for who asks, in `on_notice`.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from twisted.internet import reactor, ssl
from twisted.internet.error import ReactorAlreadyRunning
from twisted.internet.protocol import ReconnectingClientFactory

from .client import Client
from .engine.connection import GIVE_UP, StreamFactory, StreamProtocol
from .engine.feed import Feed, Notice
from .engine.lifetime import Lifetime
from .engine.reactor import engine
from .wire import streamnames, venues

__all__ = [
    "BinanceClientFactory",
    "BinanceClientProtocol",
    "BinanceReconnectingClientFactory",
    "BinanceSocketManager",
    "Client",
    "ReactorAlreadyRunning",
    "ReconnectingClientFactory",
    "WebSocketClientFactory",
    "WebSocketClientProtocol",
    "connectWS",
    "gzip",
    "json",
    "reactor",
    "ssl",
    "threading",
]

log = logging.getLogger("binance_legacy.websockets")

Callback = Callable[[Any], Any]
ConnKey = str | Literal[False]

_SYMBOL = re.compile(r"[A-Za-z0-9_.\-\u0080-\U0010ffff]{1,40}")


class BinanceClientProtocol(StreamProtocol):
    """One connected line; `onMessage` may be overridden, as in 0.7."""


class BinanceReconnectingClientFactory(ReconnectingClientFactory):
    """0.7's back-off: from 0.1 s to 10 s, and five retries until the callback is told."""

    initialDelay = 0.1
    maxDelay = 10
    maxRetries: Any = 5


class BinanceClientFactory(StreamFactory, BinanceReconnectingClientFactory):
    """Keeps one address connected; give it to `connectWS`, as in 0.7.

    Attributes:
        protocol: the protocol class, `BinanceClientProtocol`.
        callback: called with each message.
        reconnect: 0.7 set it; the factory connects again whatever it says, as 0.7's did.
    """

    protocol = BinanceClientProtocol
    reconnect = True
    _reconnect_error_payload = GIVE_UP


class BinanceSocketManager(threading.Thread):
    """Opens sockets and hands their messages to callbacks.

    Sockets may be opened before or after `start`, from any thread and from a callback. Those opened before wait
    for `start` (or for the program's own ``reactor.run()``). A script that ends after `start` lives on until
    `close`, ``reactor.stop()`` or Ctrl-C; after `close`, a new socket or `start` makes the manager live again.

    Parameters:
        client: a `Client`; account sockets ask it for their keys.
        user_timeout: seconds between two keep-alives of an account socket.
        on_notice: called in the reactor thread with a dictionary for what callbacks are not told: ``{'type':
            'lost' | 'restored' | 'given up' | 'hole' | 'repeat' | 'unreadable' | 'server shutdown', 'socket':
            conn_key, ...}``. None: only the log and `status` have it.
        verify_tls: a file of root certificates to trust instead of certifi's; False accepts any certificate, as
            0.7 did.
    """

    STREAM_URL = venues.SPOT_STREAM
    FSTREAM_URL = venues.FUTURES_STREAM
    VSTREAM_URL = venues.OPTIONS_STREAM
    VSTREAM_TESTNET_URL = venues.OPTIONS_TESTNET_STREAM

    WEBSOCKET_DEPTH_5 = "5"
    WEBSOCKET_DEPTH_10 = "10"
    WEBSOCKET_DEPTH_20 = "20"

    DEFAULT_USER_TIMEOUT = 30 * 60

    def __init__(
        self,
        client: Any,
        user_timeout: float = DEFAULT_USER_TIMEOUT,
        *,
        on_notice: Callable[[Notice], Any] | None = None,
        verify_tls: bool | str = True,
    ) -> None:
        threading.Thread.__init__(self)
        self._client = client
        self._user_timeout = user_timeout
        self._conns: dict[str, Any] = {}
        self._listen_keys: dict[str, str | None] = {"user": None, "margin": None}
        self.testnet = getattr(client, "testnet", False)
        self._on_notice = on_notice
        self._verify_tls = verify_tls
        self._was_started = False
        self._make_locks()
        self._manager_lifetime = Lifetime(
            self._stop_every_socket, lambda: bool(self._conns), self._forget_parent, lambda: self.daemon
        )

    def _make_locks(self) -> None:
        self._opening_lock = threading.Lock()  # guards the look-up and entry of a key in _conns
        self._starting_lock = threading.RLock()  # guards the thread being made anew

    # -- the thread ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Let messages flow. Harmless when they do; after `close` or ``reactor.stop()`` it starts anew.

        Raises:
            ReactorNotRestartable: the program ran the reactor itself and stopped it.
        """
        self._was_started = True
        if threading.current_thread() is self:
            return
        with self._starting_lock:
            if self._manager_lifetime.begin():
                self._become_a_new_thread()
                super().start()

    def _become_a_new_thread(self) -> None:
        """A thread can be started only once; the one that ended is at its last line."""
        if self.ident is None:
            return
        threading.Thread.join(self, 5)
        if threading.Thread.is_alive(self):
            self._manager_lifetime.over = True
            raise RuntimeError(
                "this manager's run() has not returned since it was closed; wait for join() first"
            )
        threading.Thread.__init__(self, name=self.name, daemon=self.daemon)

    def run(self) -> None:
        """What the thread does: have the reactor run, and stay until the manager has ended."""
        if not self._was_started:
            self._was_started = True
            self._manager_lifetime.begin()
        self._manager_lifetime.wait()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the manager has ended. Refused inside a callback, where it would wait for itself."""
        engine.refuse_to_block("join()")
        deadline = None if timeout is None else time.monotonic() + timeout
        self._manager_lifetime.wait_until_over(deadline, self.is_alive)
        with self._starting_lock:  # nobody makes it a new thread meanwhile
            if self._manager_lifetime.over or not super().is_alive():
                super().join(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def is_alive(self) -> bool:
        """Whether the manager was started and has not ended since."""
        with self._starting_lock:
            return super().is_alive()

    def close(self) -> None:
        """Stop every socket and let the manager end.

        The thread ends once no callback is executing; sockets opened after this, also in a callback that is
        executing, make it stay.
        """
        self._stop_every_socket()
        self._manager_lifetime.end()

    def _stop_every_socket(self) -> None:
        for conn_key in list(self._conns):
            self.stop_socket(conn_key)

    def _forget_parent(self) -> None:
        """In a forked child: only sockets that had not begun to connect are this process's too."""
        mine = {key: conn for key, conn in self._conns.items() if isinstance(conn, Feed) and conn.untouched}
        self._conns.clear()
        self._conns.update(mine)
        self._make_locks()
        if self.ident is None:
            threading.Thread.__init__(self, name=self.name, daemon=self.daemon)
        for feed in mine.values():
            feed.open()

    # -- opening and stopping -----------------------------------------------------------------------------

    def _start_socket(self, path: str, callback: Callback, prefix: str = "ws/") -> ConnKey:
        """Open a spot stream. Every spot starter goes through here, so a subclass may override it.

        Parameters:
            path: the stream's name, or ``streams=a/b`` with prefix ``stream?``.

        Returns:
            `path`, which is the conn_key, or False when that socket is open already.
        """
        if path not in self._conns:
            _warn_of_faults(path)
        return self._open_feed(path, _url(self._spot_streams(), prefix, path), callback)

    def _start_futures_socket(
        self, path: str, callback: Callback, prefix: str = "stream?streams="
    ) -> ConnKey:
        """Open a USD-M stream, at the door that pushes it since 2026-04-23 (public, market or private)."""
        door = "" if self.FSTREAM_URL != venues.FUTURES_STREAM else streamnames.futures_category(path) + "/"
        return self._open_feed(path, _url(self.FSTREAM_URL, door + prefix, path), callback)

    def _start_options_socket(self, path: str, callback: Callback, prefix: str = "ws/") -> ConnKey:
        raise _not_yet("options sockets")

    def _spot_streams(self) -> str:
        """The address of spot streams: as set by hand, or of the client's top-level domain."""
        tld = getattr(self._client, "tld", None)
        if isinstance(tld, str) and self.STREAM_URL == venues.SPOT_STREAM:
            return venues.SPOT_STREAM.replace("binance.com", f"binance.{tld}")
        return self.STREAM_URL

    def _open_feed(self, path: str, url: str, callback: Callback) -> ConnKey:
        with self._opening_lock:
            if path in self._conns:
                return False
            factory = BinanceClientFactory(url)
            factory.callback = callback
            if venues.box():
                factory.headers[streamnames.NAMES_CHECKED] = "1"
            feed = Feed(path, factory, verify=self._verify_tls, on_notice=self._on_notice)
            self._conns[path] = feed
        try:
            if self._was_started:
                BinanceSocketManager.start(self)  # a manager that was started once lives again
        except BaseException:
            self._conns.pop(path, None)
            raise
        feed.open()
        return path

    def stop_socket(self, conn_key: str) -> None:
        """Stop one socket; its callback gets nothing more. An unknown key is ignored, as in 0.7.

        Parameters:
            conn_key: what the starter returned.
        """
        connection = self._conns.pop(conn_key, None)
        if connection is None:
            return
        if isinstance(connection, Feed):
            connection.stop()
        else:
            connection.factory.continueTrying = 0  # nothing more is delivered from here on
            engine.soon(_stop_connector, connection)

    def status(self) -> dict[str, dict[str, Any]]:
        """How each open socket fares: state, counts of messages, losses, holes (`Feed.status`), by conn_key."""
        return {key: feed.status() for key, feed in list(self._conns.items()) if isinstance(feed, Feed)}

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
            update_time: 1000 or 3000 milliseconds, as in 0.7. On another the stream stays silent, which is logged.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
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
        """Open the stream of all markets' 24 h tickers, which Binance switched off on 2026-03-26.

        The stream is silent today, which is logged; `start_symbol_ticker_socket` and `start_miniticker_socket`
        are alive.

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
        """Open the stream of all markets' best prices, which Binance switched off on 2022-12-07.

        The stream is silent today, which is logged; `start_symbol_book_ticker_socket` is alive.

        Returns:
            conn_key, or False when this socket is open already.
        """
        _check_callback(callback)
        return self._start_socket("!bookTicker", callback)

    def start_multiplex_socket(self, streams: Iterable[str], callback: Callback) -> ConnKey:
        """Open several streams over one socket: ``{'stream': name, 'data': message}``.

        Parameters:
            streams: names with the symbol in lower case, e.g. ``['bnbbtc@aggTrade', 'neobtc@ticker']``.

        Returns:
            conn_key, or False when this socket is open already.

        Raises:
            TypeError: `streams` is a string, not a list of them.
        """
        _check_callback(callback)
        names = _stream_list(streams)
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

    # -- account and options streams ----------------------------------------------------------------------

    def start_user_socket(self, callback: Callback) -> ConnKey:
        """Not yet: raises NotImplementedError."""
        raise _not_yet("user sockets")

    def start_margin_socket(self, callback: Callback) -> ConnKey:
        """Not yet: raises NotImplementedError."""
        raise _not_yet("margin sockets")

    def start_isolated_margin_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Not yet: raises NotImplementedError."""
        raise _not_yet("isolated margin sockets")

    def start_options_ticker_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Not yet: raises NotImplementedError."""
        return self._start_options_socket(symbol.lower() + "@ticker", callback)

    def start_options_recent_trades_socket(self, symbol: str, callback: Callback) -> ConnKey:
        """Not yet: raises NotImplementedError."""
        return self._start_options_socket(symbol.lower() + "@trade", callback)

    def start_options_kline_socket(self, symbol: str, callback: Callback, interval: str = "1m") -> ConnKey:
        """Not yet: raises NotImplementedError."""
        return self._start_options_socket(f"{symbol.lower()}@kline_{interval}", callback)

    def start_options_depth_socket(self, symbol: str, callback: Callback, depth: str = "10") -> ConnKey:
        """Not yet: raises NotImplementedError."""
        return self._start_options_socket(f"{symbol.lower()}@depth{depth}", callback)

    def start_options_multiplex_socket(self, streams: Iterable[str], callback: Callback) -> ConnKey:
        """Not yet: raises NotImplementedError."""
        path = "streams=" + "/".join(name.lower() for name in _stream_list(streams))
        return self._start_options_socket(path, callback, "stream?")


def _stop_connector(connector: Any) -> None:
    """Stop a raw connector that a subclass put into `_conns`. In the reactor thread."""
    if isinstance(connector.factory, StreamFactory):
        connector.factory.stop()
        return
    if hasattr(connector.factory, "stopTrying"):
        connector.factory.stopTrying()
    connector.disconnect()


def _url(base: str, prefix: str, path: str) -> str:
    return f"{base.rstrip('/')}/{prefix}{path}"


def _not_yet(what: str) -> NotImplementedError:
    return NotImplementedError(
        f"{what} do not work in this version of binance_legacy yet; market sockets (start_trade_socket, "
        f"start_kline_socket, start_depth_socket, ...) do"
    )


def _warn_of_faults(path: str) -> None:
    for name in filter(None, path.removeprefix("streams=").split("/")):
        if fault := streamnames.fault(name):
            log.warning("%s", fault)


def _check_callback(callback: Any) -> None:
    if not callable(callback):
        raise TypeError(
            f"the callback must be a function that takes one message, not {callback!r}; "
            "0.7's order is start_..._socket(symbol, callback)"
        )


def _stream_symbol(symbol: Any) -> str:
    if not isinstance(symbol, str) or not _SYMBOL.fullmatch(symbol):
        raise ValueError(
            f"{symbol!r} is no symbol; write it like 'BNBBTC', with nothing between the two assets"
        )
    return symbol.lower()


def _check_interval(interval: str) -> None:
    if interval not in streamnames.INTERVALS:
        raise ValueError(
            f"interval {interval!r} is not offered; use one of {', '.join(streamnames.INTERVALS)}"
        )


def _stream_list(streams: Iterable[str]) -> Sequence[str]:
    if isinstance(streams, str | bytes):
        raise TypeError(
            f"streams must be a list of stream names such as ['bnbbtc@aggTrade', 'neobtc@ticker'], not {streams!r}"
        )
    names = list(streams)
    if not names:  # as in 0.7, a socket that stays silent
        log.warning("a multiplex socket of no streams stays silent; name some, such as ['bnbbtc@aggTrade']")
    return names
