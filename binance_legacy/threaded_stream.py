"""The threaded manager of python-binance 1.x: sockets that call back, with no asyncio to write.

::

    twm = ThreadedWebsocketManager(api_key=api_key, api_secret=api_secret)
    twm.start()
    name = twm.start_trade_socket(callback=handle, symbol='BNBBTC')
    twm.join()

Callbacks run in the manager's thread, one at a time; a coroutine function is run there as a task.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .async_client import AsyncClient
from .enums import ContractType, FuturesType

if TYPE_CHECKING:
    from .engine.worker import Worker

log = logging.getLogger("binance_legacy.streams")

Callback = Callable[[Any], Any]

_READY_WITHIN = 10.0
_LOOK_AGAIN = 0.02


class ThreadedApiManager(threading.Thread):
    """A thread with an event loop and a client, in which listeners run.

    Parameters: as of `ThreadedWebsocketManager`.
    """

    _max_queue_size = 100

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: Mapping[str, Any] | None = None,
        tld: str = "com",
        testnet: bool = False,
        session_params: Mapping[str, Any] | None = None,
        https_proxy: str | None = None,
        _loop: asyncio.AbstractEventLoop | None = None,
        verbose: bool = False,
        **of_client: Any,
    ) -> None:
        super().__init__()
        self._client_params: dict[str, Any] = {
            "api_key": api_key, "api_secret": api_secret, "requests_params": requests_params, "tld": tld,
            "testnet": testnet, "session_params": session_params, "https_proxy": https_proxy, **of_client,
        }  # fmt: skip
        self._client: AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._stopped = False
        self._over: asyncio.Event | None = None
        self._listeners: dict[str, asyncio.Task[None]] = {}
        self._tasks: dict[str, set[asyncio.Future[Any]]] = {}
        self._raised: Counter[str] = Counter()
        self._names_lock = threading.Lock()
        self._names: set[str] = set()

    # -- the thread ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin; sockets can be opened once this returns.

        Raises:
            RuntimeError: it was started before, or cannot begin; why, its cause tells.
        """
        from .engine import ending, opener  # noqa: F401 - here, where nobody's loop stands still meanwhile
        from .engine.reactor import engine

        ending.watch()
        engine.settle(self)
        engine.rouse()
        super().start()
        self._ready.wait(_READY_WITHIN)
        if self._failure is not None:
            raise RuntimeError(f"the manager cannot begin: {self._failure}") from self._failure

    def run(self) -> None:
        """What the thread does: run the loop until `stop`."""
        try:
            asyncio.run(self.socket_listener())
        except BaseException as why:
            self._failure = why
            if self._ready.is_set():
                raise
        finally:
            self._stopped = True
            self._ready.set()

    async def socket_listener(self) -> None:
        """Run until `stop`; then leave every socket."""
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._client = AsyncClient(**self._client_params)
        try:
            await self._before_socket_listener_start()
            self._ready.set()
            if not self._stopped:
                await self._over.wait()
        finally:
            await self._leave_all()
            await self.stop_client()

    async def _before_socket_listener_start(self) -> None:
        """Called in the loop, with the client made, before sockets can be opened."""

    async def _leave_all(self) -> None:
        tasks = [*self._listeners.values(), *(task for tasks in self._tasks.values() for task in tasks)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop_client(self) -> None:
        """Hang up."""
        if self._client is not None:
            await self._client.close_connection()

    def stop(self) -> None:
        """Leave every socket and end the thread. From any thread, a callback too; returns at once."""
        self._stopped = True
        loop, over = self._loop, self._over
        if loop is not None and over is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(over.set)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the manager has ended.

        Raises:
            RuntimeError: inside a callback, which would wait for itself.
        """
        if threading.current_thread() is self:
            raise RuntimeError("join() was called inside a callback, where it would wait for itself for ever")
        super().join(timeout)

    # -- a resident of the reactor ------------------------------------------------------------------------

    def reactor_stopped(self) -> None:
        """The reactor was stopped, or nobody caught Ctrl-C: the manager ends."""
        self.stop()

    def keeps_process(self) -> bool:
        """Whether the manager lives and is no daemon."""
        return self.is_alive() and not self.daemon

    def forked(self) -> None:
        """This is a child now, where the thread does not run."""
        self._stopped = True

    # -- listeners ----------------------------------------------------------------------------------------

    def _listen(self, name: str, make_socket: Callable[[], Any], callback: Callback) -> str:
        """Open a socket in the loop and hand its messages to `callback`.

        Parameters:
            name: what the socket is to be called; another of that name gets a number.
            make_socket: gives it; called in the loop.

        Returns:
            its name, for `stop_socket`.
        """
        _check_callback(callback)
        loop = self._running_loop()
        with self._names_lock:
            path, number = name, 1
            while path in self._names:
                number += 1
                path = f"{name}#{number}"
            self._names.add(path)
        if threading.current_thread() is self:
            self._begin(make_socket, path, callback)
            return path
        opened = threading.Event()
        loop.call_soon_threadsafe(self._begin, make_socket, path, callback, opened)
        opened.wait(_READY_WITHIN)  # longer only behind a callback that keeps the thread; it opens then
        return path

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._stopped:
            raise RuntimeError(
                "this manager was stopped; make a new one to open sockets again"
            ) from self._failure
        if self._loop is None or not self._ready.is_set():
            raise RuntimeError("this manager does not run yet: call start() before sockets are opened")
        return self._loop

    def _begin(
        self,
        make_socket: Callable[[], Any],
        path: str,
        callback: Callback,
        opened: threading.Event | None = None,
    ) -> None:
        listener = asyncio.ensure_future(self.start_listener(make_socket(), path, callback))
        self._listeners[path] = listener
        listener.add_done_callback(lambda _: self._listener_ended(path, listener, callback))
        if opened is not None:
            listener.get_loop().call_soon(opened.set)  # when the listener has opened its socket

    def _listener_ended(self, path: str, listener: asyncio.Task[None], callback: Callback) -> None:
        """A listener that nobody stopped has ended by an exception of its socket, which is told."""
        self._forget(path, listener)
        why = None if listener.cancelled() else listener.exception()
        if why is not None:
            log.error("%s has ended: %s", path, why, exc_info=why)
            if not self._stopped:
                self._hand(callback, {"e": "error", "type": type(why).__name__, "m": str(why)}, path)

    def _forget(self, path: str, listener: asyncio.Task[None] | None) -> None:
        if self._listeners.get(path) is listener:  # not its successor of the same name
            self._listeners.pop(path, None)
            self._names.discard(path)

    async def start_listener(self, socket: Any, path: str, callback: Callback) -> None:
        """Hand each message of a socket to `callback`, until the socket is stopped."""
        async with socket as opened:
            while self._is_wanted(path):
                message = await opened.recv()
                await self._room(path)
                if self._is_wanted(path):
                    self._hand(callback, message, path)

    def _is_wanted(self, path: str) -> bool:
        """Whether nobody has stopped the listener that asks."""
        return not self._stopped and self._listeners.get(path) is asyncio.current_task()

    async def _room(self, path: str) -> None:
        """Wait while as many of a socket's coroutine callbacks run as may."""
        while len(running := self._tasks.get(path, ())) >= self._max_queue_size:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)

    def _hand(self, callback: Callback, message: Any, path: str) -> None:
        from .engine import callbacks

        if not callbacks.invoke(callback, message, path, lambda later: self._begin_task(later, path)):
            self._raised[path] += 1

    def _begin_task(self, awaitable: Awaitable[Any], path: str) -> None:
        from .engine import callbacks

        task = asyncio.ensure_future(callbacks.finish(awaitable, path))
        self._tasks.setdefault(path, set()).add(task)
        task.add_done_callback(lambda done: self._ended(done, path))

    def _ended(self, task: asyncio.Future[bool], path: str) -> None:
        running = self._tasks[path]
        running.discard(task)
        if not running:
            del self._tasks[path]
        if not task.cancelled() and task.exception() is None and not task.result():
            self._raised[path] += 1

    def stop_socket(self, socket_name: str) -> None:
        """Stop one socket; its callback gets nothing more. An unknown name is ignored.

        Parameters:
            socket_name: what the starter returned.

        Raises:
            TypeError: that is no string.
        """
        if not isinstance(socket_name, str):
            raise TypeError(f"socket_name is {socket_name!r}; it must be what the starter returned, a string")
        loop = self._loop
        if loop is None:
            return
        if threading.current_thread() is self:
            self._cancel(socket_name)
            return
        done = threading.Event()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._cancel, socket_name, done)
            done.wait(_READY_WITHIN)

    def _cancel(self, socket_name: str, done: threading.Event | None = None) -> None:
        listener = self._listeners.get(socket_name)
        if listener is not None:
            listener.cancel()
            self._forget(socket_name, listener)
        if done is not None:
            done.set()


def _check_callback(callback: Any) -> None:
    if not callable(callback):
        raise TypeError(
            f"the callback must be a function that takes one message, not {callback!r}; "
            "the order is start_..._socket(callback, symbol)"
        )


class ThreadedWebsocketManager(ThreadedApiManager):
    """Opens sockets and hands their messages to callbacks, in a thread of its own.

    The ``start_..._socket`` methods may be called from any thread and in callbacks, between `start` and `stop`. Each
    returns the socket's name. What the sockets give, `streams.BinanceSocketManager` says, whose they are.

    Parameters:
        api_key, api_secret: of the account; needed for account sockets.
        requests_params, session_params: of the `AsyncClient`.
        tld: Binance's top-level domain, ``'us'``.
        testnet: the sockets are those of the test network.
        https_proxy: for REST calls; streams go to the exchange directly.
        loop: not needed; taken because 1.x took it.
        max_queue_size: messages that may wait for a callback, of each socket, and coroutine callbacks of it that may
            run at once.
        user_timeout: seconds between two keep-alives of an account's listen key, where there is one.
        isolate_callbacks: each socket's callback runs in a thread of its own, in order, so that a slow one delays no
            other socket.
        of_client: further parameters of the `AsyncClient`, such as ``private_key`` or ``demo``.
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: Mapping[str, Any] | None = None,
        tld: str = "com",
        testnet: bool = False,
        session_params: Mapping[str, Any] | None = None,
        https_proxy: str | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        max_queue_size: int = 100,
        *,
        user_timeout: float = 300,
        isolate_callbacks: bool = False,
        **of_client: Any,
    ) -> None:
        super().__init__(
            api_key, api_secret, requests_params, tld, testnet, session_params, https_proxy, loop, **of_client
        )
        self._max_queue_size = max_queue_size
        self._user_timeout = user_timeout
        self._isolate_callbacks = isolate_callbacks
        self._workers: dict[str, Worker] = {}
        self._bsm: Any = None

    async def _before_socket_listener_start(self) -> None:
        from .streams import BinanceSocketManager

        self._bsm = BinanceSocketManager(
            self._client, user_timeout=self._user_timeout, max_queue_size=self._max_queue_size
        )

    def status(self) -> dict[str, dict[str, Any]]:
        """How each open line fares; as `websockets.BinanceSocketManager.status`."""
        rows = {} if self._bsm is None else dict(self._bsm.status())
        for path, count in self._raised.items():
            if (row := rows.get(path.partition("#")[0])) is not None:
                row["raised"] += count
        return rows

    def _start_async_socket(
        self, callback: Callback, socket_name: str, params: Mapping[str, Any], path: str | None = None
    ) -> str:
        """Open the socket that a method of `streams.BinanceSocketManager` gives.

        Parameters:
            callback: called with each message.
            socket_name: of the method.
            params: for it.
            path: what the socket is to be called, instead of its own path.
        """
        self._running_loop()
        _check_callback(callback)
        socket = getattr(self._bsm, socket_name)(**params)  # here, so that what is wrong is raised here
        return self._listen(path or socket._path, lambda: socket, callback)

    async def start_listener(self, socket: Any, path: str, callback: Callback) -> None:
        if not self._isolate_callbacks:
            await super().start_listener(socket, path, callback)
            return
        from .engine.worker import Worker

        worker = self._workers[path] = Worker(lambda message: self._work(callback, message, path), path)
        try:
            await super().start_listener(socket, path, lambda message: worker.take([message]))
        finally:
            worker.end()
            if self._workers.get(path) is worker:
                del self._workers[path]

    def _work(self, callback: Callback, message: Any, path: str) -> None:
        """Call a callback in its own thread; what it returns to be awaited runs in the loop."""
        returned = callback(message)
        if inspect.isawaitable(returned) and self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_task, returned, path)

    async def _room(self, path: str) -> None:
        worker = self._workers.get(path)
        while worker is not None and worker.is_full:
            await asyncio.sleep(_LOOK_AGAIN)
        await super()._room(path)

    def _cancel(self, socket_name: str, done: threading.Event | None = None) -> None:
        if socket_name in self._workers:
            self._workers[socket_name].end()
        super()._cancel(socket_name, done)

    def stop(self) -> None:
        for worker in list(self._workers.values()):
            worker.end()
        super().stop()

    # -- spot ---------------------------------------------------------------------------------------------

    def start_depth_socket(
        self, callback: Callback, symbol: str, depth: str | None = None, interval: int | None = None
    ) -> str:
        """Hand `BinanceSocketManager.depth_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "depth_socket", {"symbol": symbol, "depth": depth, "interval": interval}
        )

    def start_kline_socket(self, callback: Callback, symbol: str, interval: str = "1m") -> str:
        """Hand `BinanceSocketManager.kline_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "kline_socket", {"symbol": symbol, "interval": interval})

    def start_miniticker_socket(self, callback: Callback, update_time: int = 1000) -> str:
        """Hand `BinanceSocketManager.miniticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "miniticker_socket", {"update_time": update_time})

    def start_trade_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.trade_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "trade_socket", {"symbol": symbol})

    def start_aggtrade_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.aggtrade_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "aggtrade_socket", {"symbol": symbol})

    def start_symbol_miniticker_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.symbol_miniticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "symbol_miniticker_socket", {"symbol": symbol})

    def start_symbol_ticker_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.symbol_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "symbol_ticker_socket", {"symbol": symbol})

    def start_ticker_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "ticker_socket", {})

    def start_symbol_book_ticker_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.symbol_book_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "symbol_book_ticker_socket", {"symbol": symbol})

    def start_book_ticker_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.book_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "book_ticker_socket", {})

    def start_multiplex_socket(self, callback: Callback, streams: Sequence[str]) -> str:
        """Hand `BinanceSocketManager.multiplex_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "multiplex_socket", {"streams": streams})

    # -- accounts -------------------------------------------------------------------------------------------

    def start_user_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.user_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "user_socket", {})

    def start_margin_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.margin_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "margin_socket", {})

    def start_isolated_margin_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.isolated_margin_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "isolated_margin_socket", {"symbol": symbol})

    def start_futures_user_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.futures_user_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "futures_user_socket", {})

    def start_futures_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "futures_socket", {})

    def start_coin_futures_user_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.coin_futures_user_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "coin_futures_user_socket", {})

    def start_coin_futures_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.coin_futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "coin_futures_socket", {})

    def start_portfolio_margin_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.portfolio_margin_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "portfolio_margin_socket", {})

    # -- futures --------------------------------------------------------------------------------------------

    def start_aggtrade_futures_socket(
        self, callback: Callback, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.aggtrade_futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "aggtrade_futures_socket", {"symbol": symbol, "futures_type": futures_type}
        )

    def start_symbol_mark_price_socket(
        self,
        callback: Callback,
        symbol: str,
        fast: bool = True,
        futures_type: FuturesType = FuturesType.USD_M,
    ) -> str:
        """Hand `BinanceSocketManager.symbol_mark_price_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback,
            "symbol_mark_price_socket",
            {"symbol": symbol, "fast": fast, "futures_type": futures_type},
        )

    def start_all_mark_price_socket(
        self, callback: Callback, fast: bool = True, futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.all_mark_price_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "all_mark_price_socket", {"fast": fast, "futures_type": futures_type}
        )

    def start_index_price_socket(self, callback: Callback, symbol: str, fast: bool = True) -> str:
        """Hand `BinanceSocketManager.index_price_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "index_price_socket", {"symbol": symbol, "fast": fast})

    def start_symbol_ticker_futures_socket(
        self, callback: Callback, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.symbol_ticker_futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "symbol_ticker_futures_socket", {"symbol": symbol, "futures_type": futures_type}
        )

    def start_individual_symbol_ticker_futures_socket(
        self, callback: Callback, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.individual_symbol_ticker_futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback,
            "individual_symbol_ticker_futures_socket",
            {"symbol": symbol, "futures_type": futures_type},
        )

    def start_all_ticker_futures_socket(
        self, callback: Callback, futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.all_ticker_futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "all_ticker_futures_socket", {"futures_type": futures_type})

    def start_futures_ticker_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.futures_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "futures_ticker_socket", {})

    def start_futures_coin_ticker_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.futures_coin_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "futures_coin_ticker_socket", {})

    def start_kline_futures_socket(
        self,
        callback: Callback,
        symbol: str,
        interval: str = "1m",
        futures_type: FuturesType = FuturesType.USD_M,
        contract_type: ContractType = ContractType.PERPETUAL,
    ) -> str:
        """Hand `BinanceSocketManager.kline_futures_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback,
            "kline_futures_socket",
            {
                "symbol": symbol,
                "interval": interval,
                "futures_type": futures_type,
                "contract_type": contract_type,
            },
        )

    def start_futures_depth_socket(
        self,
        callback: Callback,
        symbol: str,
        depth: str = "10",
        futures_type: FuturesType = FuturesType.USD_M,
    ) -> str:
        """Hand `BinanceSocketManager.futures_depth_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "futures_depth_socket", {"symbol": symbol, "depth": depth, "futures_type": futures_type}
        )

    def start_futures_rpi_depth_socket(
        self, callback: Callback, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.futures_rpi_depth_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "futures_rpi_depth_socket", {"symbol": symbol, "futures_type": futures_type}
        )

    def start_futures_multiplex_socket(
        self, callback: Callback, streams: Sequence[str], futures_type: FuturesType = FuturesType.USD_M
    ) -> str:
        """Hand `BinanceSocketManager.futures_multiplex_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "futures_multiplex_socket", {"streams": streams, "futures_type": futures_type}
        )

    # -- options --------------------------------------------------------------------------------------------

    def start_options_multiplex_socket(self, callback: Callback, streams: Sequence[str]) -> str:
        """Hand `BinanceSocketManager.options_multiplex_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_multiplex_socket", {"streams": streams})

    def start_options_ticker_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.options_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_ticker_socket", {"symbol": symbol})

    def start_options_ticker_by_expiration_socket(
        self, callback: Callback, symbol: str, expiration_date: str
    ) -> str:
        """Hand `BinanceSocketManager.options_ticker_by_expiration_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback,
            "options_ticker_by_expiration_socket",
            {"symbol": symbol, "expiration_date": expiration_date},
        )

    def start_options_recent_trades_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.options_recent_trades_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_recent_trades_socket", {"symbol": symbol})

    def start_options_kline_socket(self, callback: Callback, symbol: str, interval: str = "1m") -> str:
        """Hand `BinanceSocketManager.options_kline_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "options_kline_socket", {"symbol": symbol, "interval": interval}
        )

    def start_options_depth_socket(self, callback: Callback, symbol: str, depth: str = "10") -> str:
        """Hand `BinanceSocketManager.options_depth_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_depth_socket", {"symbol": symbol, "depth": depth})

    def start_options_book_ticker_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.options_book_ticker_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_book_ticker_socket", {"symbol": symbol})

    def start_options_open_interest_socket(
        self, callback: Callback, symbol: str, expiration_date: str
    ) -> str:
        """Hand `BinanceSocketManager.options_open_interest_socket` to `callback`; returns its name."""
        return self._start_async_socket(
            callback, "options_open_interest_socket", {"symbol": symbol, "expiration_date": expiration_date}
        )

    def start_options_mark_price_socket(self, callback: Callback, symbol: str) -> str:
        """Hand `BinanceSocketManager.options_mark_price_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_mark_price_socket", {"symbol": symbol})

    def start_options_index_price_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.options_index_price_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_index_price_socket", {})

    def start_options_new_symbol_socket(self, callback: Callback) -> str:
        """Hand `BinanceSocketManager.options_new_symbol_socket` to `callback`; returns its name."""
        return self._start_async_socket(callback, "options_new_symbol_socket", {})
