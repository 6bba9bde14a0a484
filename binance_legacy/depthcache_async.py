"""The depth caches of 1.x: awaited, or in a thread that calls back.

::

    async with DepthCacheManager(client, 'BNBBTC') as dcm:
        while True:
            cache = await dcm.recv()
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Self

from .depthcache import DEFAULT_REFRESH, DepthCache
from .kept_book import EARLY_AFTER, KeptBook, fill, later
from .reconnecting_websocket import RESTORED
from .streams import BinanceSocketManager
from .streams import _symbol as check_symbol
from .threaded_stream import Callback, ThreadedApiManager

log = logging.getLogger("binance_legacy.depthcache")


def _task(coroutine: Any) -> asyncio.Task[Any]:
    """A task whose end somebody may not live to see."""
    task: asyncio.Task[Any] = asyncio.ensure_future(coroutine)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


def _done(task: asyncio.Task[Any] | None) -> tuple[asyncio.Task[Any] | None, asyncio.Task[Any] | None]:
    """(the task, None) where it is done; (None, the task) where it goes on."""
    return (task, None) if task is not None and task.done() else (None, task)


class BaseDepthCacheManager:
    """What the awaited managers have in common.

    Parameters:
        client: an `AsyncClient`.
        symbol: e.g. ``'BNBBTC'``.
        loop: not needed; taken because 1.x took it.
        refresh_interval: seconds after which a new snapshot is taken; None or 0: never.
        bm: the socket manager to use; None: one of its own.
        limit: levels.
        conv_type: makes numbers of the exchange's texts: float, or ``decimal.Decimal``.
    """

    TIMEOUT = 60

    raises_first = True
    """Whether entering raises where the first snapshot is refused; else `recv` tells, and it is asked for again."""

    stands_for: tuple[str, ...] = ("BaseDepthCacheManager",)

    def __init__(
        self,
        client: Any,
        symbol: str,
        loop: Any = None,
        refresh_interval: float | None = DEFAULT_REFRESH,
        bm: Any = None,
        limit: int = 10,
        conv_type: Callable[[Any], Any] = float,
    ) -> None:
        self._client = client
        self._symbol = symbol
        self._limit = limit
        self._refresh_interval = refresh_interval
        self._refresh_time: float | None = None
        self._last_update_id: int | None = None
        self._bm = bm
        self._depth_cache = DepthCache(symbol, conv_type)
        self._socket: Any = None

    async def __aenter__(self) -> Self:
        """Open the socket and fill the book.

        Raises:
            RuntimeError: it is open already.
            BinanceAPIException, BinanceRequestException: the first snapshot is refused; the socket is left then.
        """
        if self._socket is not None:
            raise RuntimeError("the depth cache is open already; make another one to keep the book twice")
        try:
            await self._start_socket()
            await self._init_cache()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *args: Any) -> None:
        await self.close()

    async def close(self) -> None:
        """Leave the socket. Twice is harmless."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.__aexit__(None, None, None)

    def _get_socket(self) -> Any:
        """The socket that the book is kept from."""
        raise NotImplementedError

    async def _start_socket(self) -> None:
        if self._bm is None:
            self._bm = BinanceSocketManager(self._client)
        self._socket = self._get_socket()
        self._socket.tells_restored = True
        await self._socket.__aenter__()

    async def _init_cache(self) -> None:
        """Fill the book."""
        self._refresh_time = self._next_refresh()

    def _next_refresh(self) -> float | None:
        return time.time() + self._refresh_interval if self._refresh_interval else None

    async def recv(self) -> DepthCache | dict[str, Any]:
        """Wait until the book has changed.

        Returns:
            the book, or an error message of its socket, ``{'e': 'error', 'type', 'm'}``; the book goes on after it.

        Raises:
            ReadLoopClosed: the manager was not entered, or was left.
        """
        from .exceptions import ReadLoopClosed

        while True:
            if self._socket is None:
                raise ReadLoopClosed("the depth cache is not open: enter it by `async with`")
            told = await self._next()
            if told is not None:
                return told

    async def _next(self) -> DepthCache | dict[str, Any] | None:
        """What the next message, or the next snapshot, has to tell."""
        return await self._depth_event(await self._socket.recv())

    async def _depth_event(self, msg: Any) -> DepthCache | dict[str, Any] | None:
        """A message came; what is told of it."""
        if msg.get("e") == "error":
            return dict(msg)
        if msg is RESTORED:
            self._restored()
            return None
        return await self._process_depth_message(msg)

    def _restored(self) -> None:
        """The line was lost, and speaks again."""

    async def _process_depth_message(self, msg: Any) -> DepthCache | None:
        """Put a message into the book; the book, where it has changed."""
        self._apply_orders(msg)
        return self._depth_cache

    def _apply_orders(self, msg: Any) -> None:
        fill(self._depth_cache, msg)

    def get_depth_cache(self) -> DepthCache:
        """The book."""
        return self._depth_cache

    def get_symbol(self) -> str:
        """Whose it is."""
        return self._symbol


class DepthCacheManager(BaseDepthCacheManager):
    """Keeps the order book of a spot market.

    Parameters:
        client, symbol, loop, refresh_interval, bm: as of `BaseDepthCacheManager`.
        limit: levels of a snapshot, up to 5000.
        ws_interval: milliseconds between messages: 100, or None (or 0) for 1000.

    Attributes:
        gaps: how often differences were missing and a new snapshot was taken.
    """

    stands_for = ("DepthCacheManager", "BaseDepthCacheManager")

    def __init__(
        self,
        client: Any,
        symbol: str,
        loop: Any = None,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 500,
        conv_type: Callable[[Any], Any] = float,
        ws_interval: int | None = None,
    ) -> None:
        super().__init__(client, symbol, loop, refresh_interval, bm, limit, conv_type)
        self._ws_interval = ws_interval
        self._kept = KeptBook(self._depth_cache, limit)
        self._due = False  # a new snapshot is to be taken
        self._pause = self._early_at = 0.0
        self._refusals = 0
        self._taking: asyncio.Task[Any] | None = None  # a snapshot, taken beside the stream
        self._reading: asyncio.Task[Any] | None = None  # a message, awaited beside the snapshot

    @property
    def gaps(self) -> int:
        return self._book.follower.gaps

    @property
    def _book(self) -> KeptBook:
        self._kept.cache = self._depth_cache  # a subclass may have put another in its place
        return self._kept

    def _get_socket(self) -> Any:
        return self._bm.depth_socket(self._symbol, interval=self._ws_interval)

    async def _init_cache(self) -> None:
        """Take a snapshot. Where one is refused later, it is asked for again and again."""
        await super()._init_cache()
        self._book.follower.lose()
        if self.raises_first:
            self._put_in(await self._ask())

    async def close(self) -> None:
        for task in (self._taking, self._reading):
            if task is not None:
                task.cancel()
        self._taking = self._reading = None
        await super().close()

    async def _ask(self) -> Any:
        return await self._client.get_order_book(symbol=self._symbol, limit=self._limit)

    async def _process_depth_message(self, msg: Any) -> DepthCache | None:
        book = self._book
        gaps = book.follower.gaps
        if book.take(msg):
            self._last_update_id = book.last
            self._look_whether_due()
            return self._depth_cache
        if book.follower.gaps > gaps:
            log.info("the depth cache of %s: differences are missing; a new snapshot is taken", self._symbol)
        return None

    def _look_whether_due(self) -> None:
        """Take a new snapshot beside the book, where it is time, or prices come near the end of the last one."""
        now = time.time()
        early = self._book.nears_its_end() and abs(now - self._early_at) >= EARLY_AFTER
        if early or (self._refresh_time is not None and now > self._refresh_time):
            self._early_at, self._due = now, True
            self._book.follower.refresh()

    def _restored(self) -> None:
        self._book.follower.lose()  # what changed meanwhile, no difference need ever tell
        taking, self._taking = self._taking, None
        if taking is not None:
            taking.cancel()  # it may be older than that

    async def _next(self) -> DepthCache | dict[str, Any] | None:
        if self._taking is None and (self._due or not self._book.in_step):
            self._taking = _task(self._take(self._pause))
        if self._taking is None and self._reading is None:
            return await super()._next()
        if self._reading is None:
            self._reading = _task(self._socket.recv())
        both = [task for task in (self._taking, self._reading) if task is not None]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)  # who gives up leaves them running
        taken, self._taking = _done(self._taking)
        if taken is not None:
            return self._taken(taken)
        read, self._reading = _done(self._reading)
        return None if read is None else await self._depth_event(read.result())

    async def _take(self, pause: float) -> Any:
        await asyncio.sleep(pause)
        return await self._ask()

    def _taken(self, taken: asyncio.Task[Any]) -> DepthCache | dict[str, Any] | None:
        """A snapshot came, or was refused; the book, where it is made anew."""
        why = None if taken.cancelled() else taken.exception()
        if why is not None:
            return self._refused(why)
        if not taken.cancelled() and self._put_in(taken.result()):
            return self._depth_cache
        self._pause = later(self._pause, refused=False)  # it is older than what the stream brought
        return None

    def _refused(self, why: BaseException) -> dict[str, Any] | None:
        """A snapshot was refused: only where there is no book meanwhile it is told."""
        self._refusals += 1
        first = self._refusals == 1
        log.log(logging.WARNING if first else logging.INFO, "%s: no snapshot: %s", self._symbol, why)
        if self._book.in_step:
            self._due, self._refresh_time = False, self._next_refresh()
            return None
        self._pause = later(self._pause)
        return {"e": "error", "type": type(why).__name__, "m": f"no snapshot: {why}"} if first else None

    def _put_in(self, snapshot: Any) -> bool:
        if not self._book.put_in(snapshot):
            return False
        self._last_update_id = self._book.last
        self._due, self._pause, self._refusals = False, 0.0, 0
        self._refresh_time = self._next_refresh()
        return True


class FuturesDepthCacheManager(BaseDepthCacheManager):
    """Keeps the best levels of a USD-M contract's order book; each message is all of them."""

    stands_for = ("FuturesDepthCacheManager", "BaseDepthCacheManager")

    def _get_socket(self) -> Any:
        return self._bm.futures_depth_socket(self._symbol, depth=str(self._limit))


class OptionsDepthCacheManager(BaseDepthCacheManager):
    """Keeps the best levels of an option's order book; each message is all of them."""

    stands_for = ("OptionsDepthCacheManager", "BaseDepthCacheManager")

    def _get_socket(self) -> Any:
        return self._bm.options_depth_socket(self._symbol, depth=str(self._limit))


class ThreadedDepthCacheManager(ThreadedApiManager):
    """Keeps order books in a thread, and hands them to callbacks.

    Parameters:
        api_key, api_secret: of the account; not needed for order books.
        requests_params: of the `AsyncClient`.
        tld: Binance's top-level domain, ``'us'``.
        testnet: the books are those of the test network.
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: dict[str, Any] | None = None,
        tld: str = "com",
        testnet: bool = False,
    ) -> None:
        super().__init__(api_key, api_secret, requests_params, tld, testnet)
        self._bsm: BinanceSocketManager | None = None

    def _start_depth_cache(
        self,
        dcm_class: type[BaseDepthCacheManager],
        callback: Callback,
        symbol: str,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 10,
        conv_type: Callable[[Any], Any] = float,
        **kwargs: Any,
    ) -> str:
        self._running_loop()
        check_symbol(symbol)
        manager = dcm_class(
            self._client, symbol, refresh_interval=refresh_interval, bm=bm or self._bsm, limit=limit,
            conv_type=conv_type, **kwargs,
        )  # fmt: skip
        manager._get_socket()  # here, so that what is wrong is raised here; nothing is opened yet
        manager.raises_first = False
        return self._listen(f"{symbol.lower()}@depth{limit}", lambda: manager, callback)

    async def _before_socket_listener_start(self) -> None:
        self._bsm = BinanceSocketManager(self._client)

    def start_depth_cache(
        self,
        callback: Callback,
        symbol: str,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 10,
        conv_type: Callable[[Any], Any] = float,
        ws_interval: int = 0,
    ) -> str:
        """Keep the order book of a spot market.

        Parameters:
            callback: called with the `DepthCache` after each change, or with an error message.
            symbol, refresh_interval, bm, limit, conv_type, ws_interval: as of `DepthCacheManager`.

        Returns:
            a name, for `stop_socket`.
        """
        return self._start_depth_cache(
            DepthCacheManager,
            callback,
            symbol,
            refresh_interval,
            bm,
            limit,
            conv_type,
            ws_interval=ws_interval,
        )

    def start_futures_depth_socket(
        self,
        callback: Callback,
        symbol: str,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 10,
        conv_type: Callable[[Any], Any] = float,
    ) -> str:
        """Keep the best levels of a USD-M contract's order book; as `start_depth_cache`."""
        return self._start_depth_cache(
            FuturesDepthCacheManager, callback, symbol, refresh_interval, bm, limit, conv_type
        )

    def start_options_depth_socket(
        self,
        callback: Callback,
        symbol: str,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 10,
        conv_type: Callable[[Any], Any] = float,
    ) -> str:
        """Keep the best levels of an option's order book; as `start_depth_cache`."""
        return self._start_depth_cache(
            OptionsDepthCacheManager, callback, symbol, refresh_interval, bm, limit, conv_type
        )
