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
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from twisted.internet import reactor, ssl
from twisted.internet.error import ReactorAlreadyRunning
from twisted.internet.protocol import ReconnectingClientFactory

from .client import Client
from .engine.connection import GIVE_UP, StreamFactory, StreamProtocol
from .engine.lifetime import Lifetime
from .engine.opener import Opener
from .engine.reactor import engine
from .engine.socket import Notice, Socket
from .engine.worker import Worker
from .starters import LIST, Callback, ConnKey, Starters, stream_list
from .wire import plans, streamnames, venues

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


class BinanceSocketManager(Starters, threading.Thread):
    """Opens sockets and hands their messages to callbacks.

    Sockets may be opened before or after `start`, from any thread and from a callback. Those opened before wait
    for `start` (or for the program's own ``reactor.run()``). A script that ends after `start` lives on until
    `close`, ``reactor.stop()`` or Ctrl-C; after `close`, a new socket or `start` makes the manager live again.

    Parameters:
        client: a `Client`; account sockets are opened with its key.
        user_timeout: seconds between two keep-alives of an account socket's listen key.
        on_notice: called in the reactor thread with a dictionary for what callbacks are not told: ``{'type':
            'lost' | 'restored' | 'given up' | 'hole' | 'repeat' | 'unreadable' | 'server shutdown' | 'replaced',
            'socket': conn_key, ...}`` (`engine.socket.Notice`). None: only the log and `status` have it.
        isolate_callbacks: each socket's callback runs in a thread of its own, in order, so that a slow one delays no
            other socket and may call what waits for an answer over a WebSocket (``client.ws_*``). As in 0.7, all
            run in one thread where it is not set.
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
        isolate_callbacks: bool = False,
        verify_tls: bool | str = True,
    ) -> None:
        threading.Thread.__init__(self)
        self._client = client
        self._user_timeout = user_timeout
        self._conns: dict[str, Any] = {}
        self._listen_keys: dict[str, str | None] = {"user": None, "margin": None}
        self._account_callbacks: dict[str, Callback | None] = {"user": None, "margin": None}
        self._timers: dict[str, threading.Timer | None] = {"user": None, "margin": None}
        self.testnet = getattr(client, "testnet", False)
        self._on_notice = on_notice
        self._isolate_callbacks = isolate_callbacks
        self._workers: dict[str, Worker] = {}
        self._ended_workers: list[Worker] = []  # whose last callback may still run
        self._opener = Opener(client, self._make_factory, verify_tls, on_notice=on_notice)
        self._was_started = False
        self._make_locks()
        self._manager_lifetime = Lifetime(
            self._stop_every_socket,
            lambda: bool(self._conns),
            self._forget_parent,
            lambda: self.daemon,
            self._is_calling,
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
        mine = {key: conn for key, conn in self._conns.items() if isinstance(conn, Socket) and conn.untouched}
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
        combined = path.startswith(LIST)
        names = path.removeprefix(LIST).split("/") if path.removeprefix(LIST) else []
        if path not in self._conns:
            self._warn_of_faults(names)
        base = self._spot_streams()
        if prefix not in ("ws/", "stream?"):  # a subclass's own
            return self._open(
                path,
                lambda **outlet: self._opener.address(path, lambda: _url(base, prefix, path), **outlet),
                callback,
            )
        return self._open(
            path, lambda **outlet: self._opener.spot(path, base, names, combined, **outlet), callback
        )

    def _start_futures_socket(
        self, path: str, callback: Callback, prefix: str = "stream?streams="
    ) -> ConnKey:
        """Open a USD-M stream, at the door that pushes it since 2026-04-23 (public, market or private)."""
        base, combined = self.FSTREAM_URL, prefix.startswith("stream")
        if base != venues.FUTURES_STREAM:  # set by hand: to where there may be one door only
            url = _url(base, prefix, path)
            return self._open(
                path, lambda **outlet: self._opener.address(path, lambda: url, **outlet), callback
            )
        combined = combined and streamnames.futures_category(path) != "private"
        names = path.split("/")
        return self._open(
            path,
            lambda **outlet: self._opener.futures(path, base, names, plans.USD_M, combined, **outlet),
            callback,
        )

    def _start_options_socket(self, path: str, callback: Callback, prefix: str = "ws/") -> ConnKey:
        """Open an options stream, whose messages hold what 0.7's held; streams moved to the futures' host in 2026."""
        if self.testnet:
            log.warning("there is no test network of options any more: %s is the live exchange's", path)
        base = venues.FUTURES_STREAM if self.VSTREAM_URL == venues.OPTIONS_STREAM else self.VSTREAM_URL
        combined = path.startswith(LIST)
        names = path.removeprefix(LIST).split("/")
        return self._open(
            path, lambda **outlet: self._opener.options(path, base, names, combined, True, **outlet), callback
        )

    def _spot_streams(self) -> str:
        """The address of spot streams: as set by hand, or of the client's top-level domain."""
        tld = getattr(self._client, "tld", None)
        if isinstance(tld, str) and self.STREAM_URL == venues.SPOT_STREAM:
            return venues.SPOT_STREAM.replace("binance.com", f"binance.{tld}")
        return self.STREAM_URL

    def _make_factory(self, url: str) -> BinanceClientFactory:
        factory = BinanceClientFactory(url)
        if venues.box():
            factory.headers[streamnames.NAMES_CHECKED] = "1"
        return factory

    def _open(self, path: str, make: Callable[..., Socket], callback: Callback) -> ConnKey:
        with self._opening_lock:
            if path in self._conns:
                return False
            socket = self._conns[path] = self._made(path, make, callback)
        try:
            if self._was_started:
                BinanceSocketManager.start(self)  # a manager that was started once lives again
        except BaseException:
            self._conns.pop(path, None)
            raise
        socket.open()
        return path

    def _made(self, path: str, make: Callable[..., Socket], callback: Callback) -> Socket:
        if not self._isolate_callbacks:
            return make(callback=callback)
        worker = self._workers[path] = Worker(callback, path)
        try:
            socket = make(sink=worker.take)
        except BaseException:
            del self._workers[path]
            worker.end()
            raise
        worker.serve(socket)
        return socket

    def stop_socket(self, conn_key: str) -> None:
        """Stop one socket; its callback gets nothing more. An unknown key is ignored, as in 0.7.

        Parameters:
            conn_key: what the starter returned.
        """
        with self._opening_lock:  # a start of the same key in another thread has both or neither
            connection = self._conns.pop(conn_key, None)
            worker = self._workers.pop(conn_key, None)
        self._forget_account(conn_key)
        if worker is not None:
            worker.end()
            self._ended_workers = [*(one for one in self._ended_workers if one.is_calling), worker]
        if connection is None:
            return
        if isinstance(connection, Socket):
            connection.stop()
        else:
            connection.factory.continueTrying = 0  # nothing more is delivered from here on
            engine.soon(_stop_connector, connection)

    def _is_calling(self) -> bool:
        """Whether a callback of a socket that was stopped still runs, in its own thread."""
        return any(worker.is_calling for worker in self._ended_workers)

    def status(self) -> dict[str, dict[str, Any]]:
        """How each open socket fares: state, counts of messages, losses, holes (`Feed.status`), by conn_key."""
        return {key: conn.status() for key, conn in list(self._conns.items()) if isinstance(conn, Socket)}

    def subscribe(self, conn_key: str, streams: Iterable[str]) -> None:
        """Let more streams come over an open multiplex socket, without connecting again; they stay over reconnects.

        Parameters:
            conn_key: what `start_multiplex_socket` returned; it stays the socket's.
            streams: names with the symbol in lower case. Those that are there already stay.

        Raises:
            KeyError: there is no such socket.
            ValueError: it is none of several streams, or a stream cannot come over it.
            TypeError: `streams` is a string, not a list of them.
        """
        names = stream_list(streams)
        socket = self._open_socket(conn_key)
        self._warn_of_faults(names)
        socket.subscribe(names)

    def unsubscribe(self, conn_key: str, streams: Iterable[str]) -> None:
        """Let streams of an open multiplex socket come no longer; the inverse of `subscribe`.

        Raises:
            KeyError, ValueError, TypeError: as of `subscribe`.
        """
        self._open_socket(conn_key).unsubscribe(stream_list(streams))

    def _open_socket(self, conn_key: str) -> Socket:
        socket = self._conns.get(conn_key)
        if not isinstance(socket, Socket):
            raise KeyError(
                f"there is no open socket {conn_key!r}; there are {', '.join(self._conns) or 'none'}"
            )
        return socket

    def _warn_of_faults(self, names: Iterable[str]) -> None:
        is_key = getattr(self._client, "listen_key", lambda key: None)
        for name in names:
            plan = plans.spot(name, lambda key: is_key(key) is not None)
            fault = streamnames.fault(name) if plan.how == "stream" and plan.is_plain else None
            if fault:
                log.warning("%s", fault)


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
