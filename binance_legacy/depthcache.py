"""An order book kept from its stream: `DepthCache`, and the managers of 0.7 that keep one.

::

    dcm = DepthCacheManager(client, 'BNBBTC', callback=process_depth)   # of 0.7, with a Client
    async with DepthCacheManager(async_client, 'BNBBTC') as dcm:        # of 1.x, with an AsyncClient
        cache = await dcm.recv()

The book is never shown out of step: where differences are missing, a new snapshot is taken, beside the stream, and who
asks gets the book again once it is whole.
"""

from __future__ import annotations

import inspect
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sortedcontainers import SortedDict

from .kept_book import EARLY_AFTER, KeptBook, Level, fill, later

if TYPE_CHECKING:
    from .depthcache_async import FuturesDepthCacheManager as FuturesDepthCacheManager
    from .depthcache_async import ThreadedDepthCacheManager as ThreadedDepthCacheManager
    from .websockets import BinanceSocketManager as BinanceSocketManager

__all__ = [
    "DEFAULT_REFRESH",
    "BaseDepthCacheManager",
    "DepthCache",
    "DepthCacheManager",
    "FuturesDepthCacheManager",
    "OptionsDepthCacheManager",
    "ThreadedDepthCacheManager",
    "itemgetter",
    "time",
]

log = logging.getLogger("binance_legacy.depthcache")

DEFAULT_REFRESH = 60 * 30
"""Seconds after which a new snapshot is taken."""

_OPEN_WITHIN = 30.0


class DepthCache:
    """An order book: prices and quantities, best first. May be read in any thread.

    Parameters:
        symbol: whose it is.
        conv_type: makes numbers of the exchange's texts: float, or ``decimal.Decimal``.

    Attributes:
        symbol: see above.
        update_time: of the last difference, milliseconds; None before one.
    """

    def __init__(self, symbol: str, conv_type: Callable[[Any], Any] = float) -> None:
        self.symbol = symbol
        self.update_time: int | None = None
        self.conv_type = conv_type
        self._lock = threading.RLock()
        self._bids: Any = SortedDict()
        self._asks: Any = SortedDict()

    def add_bid(self, bid: Level) -> None:
        """Set a level of the bids; a quantity of zero removes it."""
        with self._lock:
            self._set(self._bids, bid)

    def add_ask(self, ask: Level) -> None:
        """Set a level of the asks; a quantity of zero removes it."""
        with self._lock:
            self._set(self._asks, ask)

    def update(self, bids: Iterable[Level], asks: Iterable[Level], replace: bool = False) -> None:
        """Set levels of both sides at once; with `replace` they are all there is."""
        with self._lock:
            if replace:
                self._bids.clear()
                self._asks.clear()
            for bid in bids:
                self._set(self._bids, bid)
            for ask in asks:
                self._set(self._asks, ask)

    def _set(self, side: Any, level: Level) -> None:
        price = self.conv_type(level[0])
        quantity = self.conv_type(level[1])
        if quantity == 0 or not float(quantity):
            side.pop(price, None)
        else:
            side[price] = quantity

    def get_bids(self) -> list[list[Any]]:
        """All bids, ``[[price, quantity], ...]``, highest price first."""
        return self.top_bids(None)

    def get_asks(self) -> list[list[Any]]:
        """All asks, ``[[price, quantity], ...]``, lowest price first."""
        return self.top_asks(None)

    def top_bids(self, count: int | None) -> list[list[Any]]:
        """The best `count` bids, without looking at the others; None for all."""
        with self._lock:
            return [[price, self._bids[price]] for price in islice(reversed(self._bids), count)]

    def top_asks(self, count: int | None) -> list[list[Any]]:
        """The best `count` asks, without looking at the others; None for all."""
        with self._lock:
            return [[price, quantity] for price, quantity in islice(self._asks.items(), count)]

    def best_bid(self) -> list[Any] | None:
        """The highest bid, ``[price, quantity]``, in constant time; None where there is none."""
        with self._lock:
            return list(self._bids.peekitem(-1)) if self._bids else None

    def best_ask(self) -> list[Any] | None:
        """The lowest ask, ``[price, quantity]``, in constant time; None where there is none."""
        with self._lock:
            return list(self._asks.peekitem(0)) if self._asks else None

    @staticmethod
    def sort_depth(
        vals: Any, reverse: bool = False, conv_type: Callable[[Any], Any] = float
    ) -> list[list[Any]]:
        """Levels ``{price: quantity}``, or a list of them, as a sorted list of numbers."""
        levels = vals.items() if hasattr(vals, "items") else vals
        return sorted(
            ([conv_type(price), conv_type(quantity)] for price, quantity in levels),
            key=itemgetter(0),
            reverse=reverse,
        )


def _is_awaited(client: Any) -> bool:
    """Whether it is an `AsyncClient`, or answers as one."""
    module = sys.modules.get(f"{__package__}.async_client")  # who has one has imported it
    return (module is not None and isinstance(client, module.AsyncClient)) or inspect.iscoroutinefunction(
        getattr(client, "get_order_book", None)
    )


class _News(NamedTuple):
    """Something that happened beside the stream, told in its turn."""

    call: Callable[..., None]
    args: tuple[Any, ...]


class _ByClient(type):
    """Gives the manager of 1.x where the client is awaited, and counts it as an instance."""

    def __call__(cls, client: Any = None, *args: Any, **kwargs: Any) -> Any:
        awaited = cls._awaited(client)  # type: ignore[attr-defined]
        if awaited is not None:
            return awaited(client, *args, **kwargs)
        return super().__call__(client, *args, **kwargs)

    @property
    def __signature__(cls) -> inspect.Signature:
        """That of the class, which `help` would otherwise not see behind `__call__`."""
        own = inspect.signature(cls.__init__)  # type: ignore[misc]
        return own.replace(parameters=list(own.parameters.values())[1:])

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or cls.__name__ in getattr(instance, "stands_for", ())


class BaseDepthCacheManager(metaclass=_ByClient):
    """What the managers of 0.7 have in common.

    Parameters:
        client: a `Client`; with an `AsyncClient` the manager of 1.x is made instead (`depthcache_async`).
        symbol: e.g. ``'BNBBTC'``.
        callback: called with the `DepthCache` after each change, in the manager's thread; with None once when the book
            cannot be had for a while, or the socket gave up (it goes on by itself).
        refresh_interval: seconds after which a new snapshot is taken beside the stream; None: 1800, 0: never.
        bm: the socket manager to use; None: one of its own.
        limit: levels of a snapshot.

    Raises:
        BinanceAPIException, BinanceRequestException: the first snapshot is refused.
        TimeoutError: nothing comes.
        ValueError: the same depth socket is open on `bm` already.
    """

    DEFAULT_REFRESH = DEFAULT_REFRESH

    stands_for: tuple[str, ...] = ()

    def __init__(
        self,
        client: Any,
        symbol: str,
        callback: Callable[[DepthCache | None], Any] | None = None,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 10,
    ) -> None:
        self._client = client
        self._symbol = symbol
        self._limit = limit
        self._callback = callback
        self._refresh_interval = self.DEFAULT_REFRESH if refresh_interval is None else refresh_interval
        self._refresh_time: float | None = None
        self._book_lock = threading.RLock()
        self._depth_cache = DepthCache(symbol)
        self._last_update_id: int | None = None
        self._depth_message_buffer: list[Any] = []
        self._bm = bm
        self._own_bm = bm is None
        self._conn_key: Any = None
        self._ended = threading.Event()
        self._troubled = False
        self._first = threading.Event()
        self._start_socket()
        try:
            self._init_cache()
        except BaseException:
            self.close()
            raise

    @classmethod
    def _awaited(cls, client: Any) -> Any:
        """The manager of 1.x in this one's place, where the client is awaited."""
        if not _is_awaited(client):
            return None
        from . import depthcache_async

        if cls.__module__ != __name__:
            raise TypeError(
                f"{cls.__name__} is a subclass of the manager of 0.7, which takes a Client; with an AsyncClient, "
                "derive it from binance_legacy.depthcache_async"
            )
        return getattr(depthcache_async, cls.__name__)

    # -- the socket ---------------------------------------------------------------------------------------

    def _start_socket(self) -> None:
        """Open the stream of differences."""
        from .websockets import BinanceSocketManager

        if self._bm is None:
            self._bm = BinanceSocketManager(self._client)
        self._conn_key = self._get_conn_key()
        if not self._conn_key:
            raise ValueError(
                f"a depth socket of {self._symbol} is open on this socket manager already; give the depth cache "
                "another, or none"
            )
        self._listen_to_line()
        if not self._bm.is_alive():
            self._bm.start()

    def _listen_to_line(self) -> None:
        """Hear when the line was lost and speaks again, beside whoever hears of it already."""
        line = getattr(self._bm, "_conns", {}).get(self._conn_key)
        before = getattr(line, "on_notice", None)

        def heard(notice: Any) -> None:
            if before is not None:
                before(notice)
            if notice["type"] == "restored" and not self._ended.is_set():
                self._restored()

        if line is not None:
            line.on_notice = heard

    def _restored(self) -> None:
        """The line was lost, and speaks again."""

    def _get_conn_key(self) -> Any:
        """Open the socket; its key."""
        raise NotImplementedError

    def _init_cache(self) -> None:
        """Fill the book for the first time."""
        self._refresh_time = self._next_refresh()

    def _next_refresh(self) -> float | None:
        return time.time() + self._refresh_interval if self._refresh_interval else None

    def _depth_event(self, msg: Any) -> None:
        """A message came."""
        if self._ended.is_set():
            return
        if type(msg) is _News:
            msg.call(*msg.args)
            return
        if isinstance(msg, dict) and msg.get("e") == "error":
            self._trouble(f"the socket says: {msg.get('m')}")
            return
        self._process_depth_message(msg)
        self._first.set()

    def _process_depth_message(self, msg: Any, buffer: bool = False) -> None:
        """Put a message into the book, and tell the callback."""
        raise NotImplementedError

    def _tell(self) -> None:
        self._troubled = False
        self._call(self._depth_cache)

    def _call(self, told: DepthCache | None) -> None:
        from .engine import callbacks

        if self._callback is not None and not self._ended.is_set():
            callbacks.call(self._callback, told, str(self._conn_key or self._symbol))

    def _trouble(self, why: str) -> None:
        """The book cannot be had: told once, until it can."""
        if self._troubled:
            return
        self._troubled = True
        log.warning("the depth cache of %s: %s", self._symbol, why)
        self._call(None)

    # -- for who asks -------------------------------------------------------------------------------------

    def get_depth_cache(self) -> DepthCache:
        """The book."""
        return self._depth_cache

    def get_symbol(self) -> str:
        """Whose it is."""
        return self._symbol

    def close(self, close_socket: bool = False) -> None:
        """End; the callback gets nothing more. In a callback too; returns at once; twice is harmless.

        Parameters:
            close_socket: whether the socket manager is closed too.
        """
        first = not self._ended.is_set()
        self._ended.set()
        if first and self._conn_key:
            self._bm.stop_socket(self._conn_key)
        if self._bm is not None and (close_socket or (first and self._own_bm)):
            self._bm.close()


class DepthCacheManager(BaseDepthCacheManager):
    """Keeps the order book of a spot market.

    Parameters:
        client, symbol, callback, refresh_interval, bm: as of `BaseDepthCacheManager`.
        limit: levels of a snapshot, up to 5000.
        ws_interval: milliseconds between messages: 100, or None (or 0) for 1000.

    Attributes:
        gaps: how often differences were missing and a new snapshot was taken.
    """

    def __init__(
        self,
        client: Any,
        symbol: str,
        callback: Callable[[DepthCache | None], Any] | None = None,
        refresh_interval: float | None = None,
        bm: Any = None,
        limit: int = 500,
        ws_interval: int | None = None,
    ) -> None:
        self._ws_interval = ws_interval
        self._kept = KeptBook(DepthCache(symbol), limit)
        self._snapshot_underway = True  # of the first one the constructor takes care
        self._wanted = threading.Event()  # wakes who waits before asking again
        self._asked_for = threading.Semaphore(0)
        self._early_at = 0.0
        super().__init__(client, symbol, callback, refresh_interval, bm, limit)

    @property
    def gaps(self) -> int:
        return self._book.follower.gaps

    @property
    def _book(self) -> KeptBook:
        self._kept.cache = self._depth_cache  # a subclass of 0.7 may have put another in its place
        return self._kept

    @property
    def _last_update_id(self) -> int | None:
        """The number of the last update in the book; None while it is out of step."""
        return self._kept.last

    @_last_update_id.setter
    def _last_update_id(self, number: int | None) -> None:
        """A subclass of 0.7 that fills the book by itself says so."""
        with self._book_lock:
            self._book.adopt(number)
            self._snapshot_underway = number is None

    def _get_conn_key(self) -> Any:
        return self._bm.start_depth_socket(self._symbol, self._depth_event, interval=self._ws_interval)

    def _init_cache(self) -> None:
        """Take the first snapshot; waits for it, but for in a callback, where waiting would stop every socket."""
        from .engine.reactor import engine

        super()._init_cache()
        threading.Thread(target=self._serve, name=f"{self._symbol} snapshot", daemon=True).start()
        if engine.inside():
            self._ask_in_a_thread()
            return
        self._wait_for_line()
        deadline, pause = time.monotonic() + _OPEN_WITHIN, 0.0
        while not self._put_in(self._ask()):
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"no order book of {self._symbol} could be put together in {_OPEN_WITHIN:g} s"
                )
            pause = later(pause, refused=False)
            self._ended.wait(pause)

    def _wait_for_line(self) -> None:
        """Until the stream speaks or its line is open: a snapshot that is older would be of no use."""
        deadline = time.monotonic() + _OPEN_WITHIN
        while time.monotonic() < deadline:
            line = getattr(self._bm, "_conns", {}).get(self._conn_key)
            if self._first.wait(0.02) or getattr(line, "is_ready", False) or self._ended.is_set():
                return
        raise TimeoutError(f"the depth socket of {self._symbol} did not open within {_OPEN_WITHIN:g} s")

    # -- messages -----------------------------------------------------------------------------------------

    def _restored(self) -> None:
        with self._book_lock:
            self._book.follower.lose()  # what changed meanwhile, no difference need ever tell
            self._take_snapshot()

    def _process_depth_message(self, msg: Any, buffer: bool = False) -> None:
        with self._book_lock:
            book = self._book
            gaps, was_in_step = book.follower.gaps, book.in_step
            applied = book.take(msg)
            if not book.in_step and (was_in_step or not self._snapshot_underway):
                self._take_snapshot()
        if book.follower.gaps > gaps:
            log.warning(
                "the depth cache of %s: differences are missing; a new snapshot is taken", self._symbol
            )
        if applied:
            self._look_whether_due()
            if not buffer:
                self._tell()

    def _look_whether_due(self) -> None:
        """Take a new snapshot beside the book, where it is time, or prices come near the end of the last one."""
        now = time.time()
        due = self._refresh_time is not None and now > self._refresh_time
        early = self._book.nears_its_end() and abs(now - self._early_at) >= EARLY_AFTER
        if not due and not early:
            return
        self._early_at, self._refresh_time = now, self._next_refresh()
        with self._book_lock:
            self._book.follower.refresh()
            self._take_snapshot()

    def _tell_of_snapshot(self) -> None:
        if self._book.in_step:
            self._tell()

    # -- snapshots ----------------------------------------------------------------------------------------

    def _ask(self) -> Any:
        return self._client.get_order_book(symbol=self._symbol, limit=self._limit)

    def _take_snapshot(self) -> None:
        """Take a snapshot in a thread of its own, and as many as it takes; who does already is woken if need be."""
        if self._snapshot_underway:
            if not self._book.in_step:
                self._wanted.set()
            return
        self._snapshot_underway = True
        self._ask_in_a_thread()

    def _ask_in_a_thread(self) -> None:
        self._asked_for.release()

    def _serve(self) -> None:
        """Take snapshots when they are asked for, in a thread that lives as long as the manager.

        From Python 3.12 on no thread can be started once the main thread has ended.
        """
        while not self._ended.is_set():
            self._asked_for.acquire()
            self._until_whole()

    def _in_turn(self, call: Callable[..., None], *args: Any) -> None:
        """Call where callbacks run: in the reactor's thread, or in the socket's own."""
        from .engine.reactor import engine

        worker = getattr(self._bm, "_workers", {}).get(self._conn_key)
        if worker is None:
            engine.soon(call, *args)
        else:
            worker.take([_News(call, args)])

    def _until_whole(self) -> None:
        pause, failures = 0.0, 0
        while not self._ended.is_set():
            refused = False
            try:
                self._wait_for_line()
                if self._put_in(self._ask()):
                    self._in_turn(self._tell_of_snapshot)
                    return
            except Exception as why:  # noqa: BLE001 - whatever a client raises, the book must come back
                refused = True
                failures += 1
                self._in_turn(self._refused, f"no snapshot: {why}; it is asked for again", failures)
            pause = later(pause, refused)
            if self._wanted.wait(pause):
                self._wanted.clear()
                pause = 0.0

    def _refused(self, why: str, failures: int) -> None:
        """A snapshot was refused: the callback is told only where there is no book meanwhile."""
        if not self._book.in_step:
            self._trouble(why)
        elif failures == 1:
            log.warning("the depth cache of %s goes on as it is: %s", self._symbol, why)

    def _put_in(self, snapshot: Any) -> bool:
        """Make the book anew of a snapshot and what came since; whether they fit."""
        with self._book_lock:
            if not self._book.put_in(snapshot):
                return False
            self._snapshot_underway = False
            self._wanted.clear()
            self._refresh_time = self._next_refresh()
        return True

    def close(self, close_socket: bool = False) -> None:
        super().close(close_socket)
        self._wanted.set()
        self._asked_for.release()


class OptionsDepthCacheManager(BaseDepthCacheManager):
    """Keeps the best levels of an option's order book; each message is all of them.

    Parameters:
        client, symbol, callback, refresh_interval, bm: as of `BaseDepthCacheManager`.
        limit: 5, 10 or 20.
    """

    def _get_conn_key(self) -> Any:
        return self._bm.start_options_depth_socket(self._symbol, self._depth_event, depth=str(self._limit))

    def _process_depth_message(self, msg: Any, buffer: bool = False) -> None:
        fill(self._depth_cache, msg)
        self._last_update_id = msg.get("u")
        if not buffer:
            self._tell()


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in ("FuturesDepthCacheManager", "ThreadedDepthCacheManager"):
            from . import depthcache_async

            return getattr(depthcache_async, name)
        if name == "BinanceSocketManager":
            from .websockets import BinanceSocketManager

            return BinanceSocketManager
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
