"""What is pushed on one symbol's streams, and when.

Trades, aggregate trades and best prices are pushed as they happen; the rest on a beat of 100 ms, at whole
multiples of each stream's period, and only when something has changed. (Binance, *WebSocket Streams*: candles
every 2 s, those of ``1s`` and the tickers every second, depth every 1,000 or 100 ms.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from ...wire import messages
from ...wire.streamnames import Stream
from .bars import Bar, Trade, bar_end, bar_start
from .book import Changes
from .history import Aggregate
from .listing import Symbol

Push = tuple[int, str, Any]
"""When, on which stream, what."""

BEAT: Final = 100
_SECOND: Final = 1000


class Kind(NamedTuple):
    """What a stream carries, however its name is spelled."""

    kind: str
    interval: str
    levels: int
    period: int


SERVED: Final = frozenset(
    ("trade", "aggTrade", "bookTicker", "kline", "miniTicker", "ticker", "avgPrice", "depth")
)
"""The kinds that are built here; others are only played from a tape."""


def kind_of(stream: Stream) -> Kind:
    """The kind of a stream, with the period that it has where the name gives none."""
    if stream.kind == "kline":
        kind = f"kline@{stream.zone}" if stream.zone else "kline"
        return Kind(kind, stream.interval or "", 0, _SECOND if stream.interval == "1s" else 2 * _SECOND)
    if stream.kind in ("trade", "aggTrade", "bookTicker"):
        return Kind(stream.kind, "", 0, 0)
    return Kind(stream.kind, "", stream.levels or 0, stream.speed or _SECOND)


class Levels(Protocol):
    """What a publisher sees of a book: a live one, or a recorded one."""

    update_id: int

    def best(self) -> tuple[int, int, int, int]: ...
    def top(self, count: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]: ...
    def take_changes(self) -> Changes | None: ...


class Shown(Protocol):
    """One symbol's market as a publisher sees it."""

    @property
    def symbol(self) -> Symbol: ...
    @property
    def levels(self) -> Levels: ...
    @property
    def trade_count(self) -> int: ...
    def bar(self, interval: str, start: int) -> Bar: ...
    def day(self, at: int) -> dict[str, Any]: ...
    def average(self, at: int) -> tuple[str, int]: ...


class Publisher:
    """The subscribed streams of one symbol.

    A subclass may serve other kinds (`served`, `kind_of`), and write its messages otherwise.

    Args:
        shown: the symbol's market.
        pushed: where messages are put, in order of time.
        recorded: kinds that are pushed by somebody else (as they were recorded) and never built here.
        delay: how long after its end a candle is final, milliseconds; recorded trades arrive that late.

    Attributes:
        beat: how often `tick` is wanted, milliseconds: 0 for never.
    """

    served = SERVED
    kind_of = staticmethod(kind_of)

    def __init__(
        self, shown: Shown, pushed: list[Push], recorded: frozenset[Kind] = frozenset(), delay: int = 0
    ) -> None:
        self._shown: Final = shown
        self._pushed: Final = pushed
        self._recorded: Final = recorded
        self._delay: Final = delay
        self.beat = 0
        self._names: dict[Kind, list[str]] = {}
        self._candles: dict[Kind, _Candle] = {}
        self._pending: dict[Kind, Changes] = {}
        self._seen: dict[Kind, object] = {}
        self._best: tuple[int, int, int, int] | None = None
        self._write_trade: Callable[..., messages.Message] = messages.trade
        self._write_aggregate: Callable[..., messages.Message] = messages.agg_trade
        self._write_day: Callable[..., messages.Message] = messages.ticker
        self._build: Final[dict[str, Callable[[Kind, int], None]]] = {
            "kline": self._kline, "miniTicker": self._mini, "ticker": self._ticker,
            "avgPrice": self._avg_price, "depth": self._depth,
        }  # fmt: skip

    @property
    def busy(self) -> bool:
        """Whether any stream is subscribed."""
        return bool(self._names)

    def names(self, kind: Kind) -> list[str]:
        """The subscribed names of streams of this kind."""
        return self._names.get(kind, [])

    def subscribe(self, name: str, stream: Stream, at: int) -> None:
        """Begins to push on `name`, from `at` on."""
        kind = self.kind_of(stream)
        if name in self._names.get(kind, ()) or (kind.kind not in self.served and kind not in self._recorded):
            return
        self._names.setdefault(kind, []).append(name)
        self.beat = self._beat_wanted()
        if kind in self._recorded or len(self._names[kind]) > 1:
            return
        if kind.kind == "kline":
            self._candles[kind] = _Candle(bar_start(kind.interval, at - self._delay))
        elif kind.kind == "depth" and not kind.levels:
            self._drain()  # changes from before concern only those who listened then
            self._pending.pop(kind, None)
        elif kind.kind == "bookTicker":
            self._best = self._shown.levels.best()

    def unsubscribe(self, name: str, stream: Stream) -> None:
        """Ends pushing on `name`."""
        kind = self.kind_of(stream)
        names = self._names.get(kind, [])
        if name in names:
            names.remove(name)
        if not names:
            for state in (self._names, self._candles, self._pending, self._seen):
                state.pop(kind, None)
        self.beat = self._beat_wanted()

    def restart(self, at: int) -> None:
        """Goes on after a gap in time: candles that ended within it are passed over."""
        for kind, candle in self._candles.items():
            candle.start = bar_start(kind.interval, at - self._delay)
            candle.count = -1

    # as it happens

    def traded(self, trade: Trade, at: int) -> None:
        """A trade has happened."""
        for name in self._built(_TRADE):
            symbol = self._shown.symbol
            self._push(at, name, self._write_trade(
                symbol.name, at, trade.id, symbol.price_text(trade.price), symbol.qty_text(trade.qty),
                trade.time, trade.buyer_is_maker,
            ))  # fmt: skip

    def aggregated(self, one: Aggregate, at: int) -> None:
        """An aggregate trade is complete."""
        for name in self._built(_AGG_TRADE):
            symbol = self._shown.symbol
            self._push(at, name, self._write_aggregate(
                symbol.name, at, one.id, symbol.price_text(one.price), symbol.qty_text(one.qty), one.first,
                one.last, one.time, one.buyer_is_maker,
            ))  # fmt: skip

    def moved(self, at: int) -> None:
        """The book may have changed."""
        names = self._built(_BOOK_TICKER)
        if not names:
            return
        levels = self._shown.levels
        best = levels.best()
        if best != self._best:
            self._best = best
            for name in names:
                self._push(at, name, self._write_best(best, at))

    def _write_best(self, best: tuple[int, int, int, int], at: int) -> messages.Message:
        symbol = self._shown.symbol
        bid, bid_qty, ask, ask_qty = best
        return messages.book_ticker(
            symbol.name, self._shown.levels.update_id, symbol.price_text(bid), symbol.qty_text(bid_qty),
            symbol.price_text(ask), symbol.qty_text(ask_qty),
        )  # fmt: skip

    # on the beat

    def tick(self, at: int) -> None:
        """Pushes what is due at `at`, a whole multiple of `beat`."""
        for kind in self._names:
            if kind.period and kind not in self._recorded:
                self._build[kind.kind](kind, at)

    def _kline(self, kind: Kind, at: int) -> None:
        """The last message of a candle that has ended; the open candle where it is due and has changed."""
        candle = self._candles[kind]
        start = bar_start(kind.interval, at - self._delay)
        while candle.start < start:
            self._push_bar(kind, at, self._shown.bar(kind.interval, candle.start), True)
            candle.start = bar_end(kind.interval, candle.start)
            candle.count = 0
        if at % kind.period == 0:
            bar = self._shown.bar(kind.interval, start)
            if bar.count != candle.count:
                candle.count = bar.count
                self._push_bar(kind, at, bar, False)

    def _push_bar(self, kind: Kind, at: int, bar: Bar, closed: bool) -> None:
        symbol = self._shown.symbol
        price, qty = symbol.price_text, symbol.qty_text
        whole, taken = self._worths(bar)
        for name in self._names[kind]:
            self._push_candle(at, name, messages.kline(
                symbol.name, at, kind.interval, bar.open_time, bar_end(kind.interval, bar.open_time) - 1,
                bar.first_id, bar.last_id, price(bar.open), price(bar.close), price(bar.high), price(bar.low),
                qty(bar.volume), bar.count, closed, whole, qty(bar.taker_volume), taken,
            ))  # fmt: skip

    def _worths(self, bar: Bar) -> tuple[str, str]:
        """What was paid for a candle's volume, and for what takers bought."""
        symbol = self._shown.symbol
        return symbol.quote_text(bar.quote), symbol.quote_text(bar.taker_quote)

    def _push_candle(self, at: int, name: str, candle: messages.Message) -> None:
        self._push(at, name, candle)

    def _changed(self, kind: Kind, at: int, state: object) -> bool:
        """Whether a message is due and `state` differs from that at the message before."""
        if at % kind.period or self._seen.get(kind) == state:
            return False
        self._seen[kind] = state
        return True

    def _mini(self, kind: Kind, at: int) -> None:
        if not self._changed(kind, at, self._shown.trade_count):
            return
        day = self._shown.day(at)
        payload = messages.mini_ticker(
            day["symbol"], at, day["lastPrice"], day["openPrice"], day["highPrice"], day["lowPrice"],
            day["volume"], day["quoteVolume"],
        )  # fmt: skip
        for name in self._names[kind]:
            self._push(at, name, payload)

    def _ticker(self, kind: Kind, at: int) -> None:
        if self._changed(kind, at, (self._shown.trade_count, self._shown.levels.best())):
            payload = self._write_day(at, self._shown.day(at))
            for name in self._names[kind]:
                self._push(at, name, payload)

    def _avg_price(self, kind: Kind, at: int) -> None:
        if self._changed(kind, at, self._shown.trade_count):
            price, time = self._shown.average(at)
            for name in self._names[kind]:
                self._push(at, name, messages.avg_price(self._shown.symbol.name, at, "5m", price, time))

    def _depth(self, kind: Kind, at: int) -> None:
        if kind.levels:
            self._partial_depth(kind, at)
        elif at % kind.period == 0:
            self._drain()
            changes = self._pending.pop(kind, None)
            if changes is not None:
                self._push_changes(kind, at, changes)

    def _partial_depth(self, kind: Kind, at: int) -> None:
        levels = self._shown.levels
        if self._changed(kind, at, levels.update_id):
            bids, asks = levels.top(kind.levels)
            texts = self._texts
            for name in self._names[kind]:
                self._push(at, name, messages.partial_depth(levels.update_id, texts(bids), texts(asks)))

    def _push_changes(self, kind: Kind, at: int, changes: Changes) -> None:
        bids = self._texts(sorted(changes.bids.items(), reverse=True))
        asks = self._texts(sorted(changes.asks.items()))
        for name in self._names[kind]:
            update = messages.depth_update(
                self._shown.symbol.name, at, changes.first, changes.last, bids, asks
            )
            self._push(at, name, update)

    def _drain(self) -> None:
        """Takes the book's changes and keeps them for every depth stream until its time has come."""
        changes = self._shown.levels.take_changes()
        if changes is None:
            return
        for kind in self._names:
            if kind.kind == "depth" and not kind.levels and kind not in self._recorded:
                before = self._pending.get(kind)
                self._pending[kind] = changes if before is None else _joined(before, changes)

    def _texts(self, levels: list[tuple[int, int]]) -> list[messages.Level]:
        symbol = self._shown.symbol
        return [[symbol.price_text(price), symbol.qty_text(qty)] for price, qty in levels]

    def _beat_wanted(self) -> int:
        periods = [kind.period for kind in self._names if kind.period and kind not in self._recorded]
        if not periods:
            return 0
        return BEAT if self._delay or min(periods) < _SECOND else _SECOND

    def _built(self, kind: Kind) -> list[str]:
        return [] if kind in self._recorded else self._names.get(kind, [])

    def _push(self, at: int, name: str, payload: Any) -> None:
        self._pushed.append((at, name, payload))


class _Candle:
    """The candle that a stream is at, and how many trades its last message told of."""

    __slots__ = ("count", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.count = -1


def _joined(before: Changes, after: Changes) -> Changes:
    return Changes(before.first, after.last, before.bids | after.bids, before.asks | after.asks)


_TRADE: Final = kind_of(Stream("trade"))
_AGG_TRADE: Final = kind_of(Stream("aggTrade"))
_BOOK_TICKER: Final = kind_of(Stream("bookTicker"))
