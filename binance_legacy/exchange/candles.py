"""Candles: when they begin and end, how they add up, and one symbol's candles of every interval.

A candle without trades stands at the close before it, with no volume (as Binance shows it).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ..wire.streamnames import INTERVALS
from .listing import Symbol

if TYPE_CHECKING:
    from .past import Past, Trade

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

_LENGTHS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
LENGTH: Final = {name: int(name[:-1]) * _LENGTHS[name[-1]] for name in INTERVALS if name[-1] in _LENGTHS}
"""Milliseconds of the intervals that are all equally long and counted from 1970; not of ``1w`` and ``1M``."""

_MONDAY: Final = 4 * DAY
_KEPT_SECONDS: Final = 7200
_DROPPED_SECONDS: Final = 1200


@dataclass(slots=True)
class Bar:
    """What was traded in a span of time.

    Attributes:
        open_time: its first millisecond.
        open: first price, in the symbol's price units (as all prices).
        high: highest price.
        low: lowest price.
        close: last price.
        volume: traded quantity, in quantity units.
        quote: the sum of price times quantity.
        count: how many trades.
        taker_volume: of `volume`, what takers bought.
        taker_quote: of `quote`, what takers bought.
        first_id: number of the first trade, -1 without trades.
        last_id: number of the last trade, -1 without trades.
    """

    open_time: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    quote: int = 0
    count: int = 0
    taker_volume: int = 0
    taker_quote: int = 0
    first_id: int = -1
    last_id: int = -1

    def add(self, trade: Trade) -> None:
        """Counts a trade in, later than all before it."""
        price, qty = trade.price, trade.qty
        if not self.count:
            self.open = self.high = self.low = price
            self.first_id = trade.id
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += qty
        self.quote += price * qty
        self.count += 1
        self.last_id = trade.id
        if not trade.buyer_is_maker:
            self.taker_volume += qty
            self.taker_quote += price * qty


def still(open_time: int, price: int) -> Bar:
    """A candle in which nothing was traded."""
    return Bar(open_time, price, price, price, price)


def bar_start(interval: str, at: int) -> int:
    """When the candle that holds the time `at` began (milliseconds UTC).

    Weeks begin on Monday, months on their first day; 3d is counted from 1970.

    Raises:
        ValueError: no such interval.
    """
    length = LENGTH.get(interval)
    if length is not None:
        return at - at % length
    if interval == "1w":
        return at - (at - _MONDAY) % WEEK
    if interval == "1M":
        day = datetime.fromtimestamp(at // SECOND, UTC)
        return _milliseconds(day.year, day.month)
    raise ValueError(f"{interval!r} is no candle interval; there are {', '.join(INTERVALS)}")


def bar_end(interval: str, start: int) -> int:
    """When the candle that began at `start` is over: the first millisecond of the next."""
    length = WEEK if interval == "1w" else LENGTH.get(interval)
    if length is not None:
        return start + length
    return bar_start(interval, start + 31 * DAY)


def _milliseconds(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * SECOND


def bar_starts(interval: str, start: int, end: int) -> Iterator[int]:
    """When the candles begin that begin from `start` to before `end`."""
    at = bar_start(interval, start)
    if at < start:
        at = bar_end(interval, at)
    while at < end:
        yield at
        at = bar_end(interval, at)


def merge(bars: Iterable[Bar], open_time: int) -> Bar:
    """Candles that follow one another as one that begins at `open_time`.

    Raises:
        ValueError: there is none.
    """
    whole: Bar | None = None
    last: Bar | None = None
    for bar in bars:
        last = bar
        if not bar.count:
            continue
        if whole is None:
            whole = Bar(
                open_time, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote, bar.count,
                bar.taker_volume, bar.taker_quote, bar.first_id, bar.last_id,
            )  # fmt: skip
        else:
            _extend(whole, bar)
    if whole is not None:
        return whole
    if last is None:
        raise ValueError("no candles to merge")
    return still(open_time, last.close)


def _extend(whole: Bar, bar: Bar) -> None:
    whole.high = max(whole.high, bar.high)
    whole.low = min(whole.low, bar.low)
    whole.close = bar.close
    whole.volume += bar.volume
    whole.quote += bar.quote
    whole.count += bar.count
    whole.taker_volume += bar.taker_volume
    whole.taker_quote += bar.taker_quote
    whole.last_id = bar.last_id


def kline_row(symbol: Symbol, bar: Bar, interval: str) -> list[Any]:
    """A row of ``GET /api/v3/klines``."""
    price, qty, quote = symbol.price_text, symbol.qty_text, symbol.quote_text
    return [
        bar.open_time, price(bar.open), price(bar.high), price(bar.low), price(bar.close), qty(bar.volume),
        bar_end(interval, bar.open_time) - 1, quote(bar.quote), bar.count, qty(bar.taker_volume),
        quote(bar.taker_quote), "0",
    ]  # fmt: skip


class Candles:
    """One symbol's candles of every interval: the past's, and those of the live trades that follow it.

    One-second candles of live trades are kept for the last two hours of trading, at least; all others for ever.

    Args:
        past: what came before `live_from`.
        live_from: a whole minute, where the past ends; no live trade is earlier.
        first_id: number of the first live trade, the past's being counted backwards from it; None: as the past
            counts.
    """

    def __init__(self, past: Past, live_from: int, first_id: int | None = None) -> None:
        self._past: Final = past
        self._live_from: Final = live_from
        self._shift: Final = 0 if first_id is None else first_id - past.id_at(live_from)
        self._live: Final = {"1s": _Live(SECOND), "1m": _Live(MINUTE), "1h": _Live(HOUR)}
        self._open: Final[dict[str, Bar]] = {}
        self._last: int | None = None

    def add(self, trade: Trade) -> None:
        """A live trade, not before `live_from` nor before the trade added last."""
        for live in self._live.values():
            live.add(trade)
        self._live["1s"].forget()
        for interval, bar in list(self._open.items()):
            if trade.time < bar_end(interval, bar.open_time):
                bar.add(trade)
            else:
                del self._open[interval]
        self._last = trade.price

    def bar(self, interval: str, start: int) -> Bar:
        """The candle that begins at `start`, as far as it has come."""
        bar = self._open.get(interval)
        if bar is None or bar.open_time != start:
            bar = self.bars(interval, start, start + 1)[0]
            latest = self._live["1m"].latest
            if latest is None or start <= latest < bar_end(interval, start):
                self._open[interval] = bar
        return merge((bar,), start)

    def bars(self, interval: str, start: int, end: int) -> list[Bar]:
        """Every candle that begins from `start` to before `end`, also where nothing was traded.

        None begins before the past does; one-second candles forgotten meanwhile are left out.
        """
        joint = bar_start(interval, self._live_from)
        bars = [self._moved(bar) for bar in self._past.bars(interval, start, min(end, joint))]
        close = bars[-1].close if bars else None
        for at in bar_starts(interval, max(start, joint), end):
            bar = self._live_bar(interval, at, close)
            if bar is not None:
                bars.append(bar)
                close = bar.close
        return bars

    def _live_bar(self, interval: str, start: int, close: int | None) -> Bar | None:
        """The candle that begins at `start` and ends after `live_from`."""
        live = self._live.get(interval)
        if live is None:
            parts = self._pieces(start, bar_end(interval, start))
        elif start < live.forgotten:
            return None
        else:
            parts = [live.bars[start]] if start in live.bars else []
        if start < self._live_from:
            parts = [*map(self._moved, self._past.span(start, self._live_from)), *parts]
        if parts:
            return merge(parts, start)
        return still(start, self._close_before(start) if close is None else close)

    def _pieces(self, start: int, end: int) -> list[Bar]:
        """The live trades from `start` to before `end`, as hours where they are whole, else as minutes."""
        first_hour, last_hour = -(-start // HOUR) * HOUR, end // HOUR * HOUR
        minutes, hours = self._live["1m"], self._live["1h"]
        if first_hour >= last_hour:
            return minutes.between(start, end)
        return [
            *minutes.between(start, first_hour),
            *hours.between(first_hour, last_hour),
            *minutes.between(last_hour, end),
        ]

    def _close_before(self, start: int) -> int:
        """The last price before `start`."""
        for name in ("1s", "1m"):
            live = self._live[name]
            index = bisect_left(live.starts, start)
            if index:
                return live.bars[live.starts[index - 1]].close
        return self._past.close_at(self._live_from)

    def _moved(self, bar: Bar) -> Bar:
        """The past's candle with its trades counted on to the live ones."""
        if self._shift and bar.count:
            bar.first_id += self._shift
            bar.last_id += self._shift
        return bar


class _Live:
    """Candles of one length, made of live trades; only those with trades."""

    def __init__(self, length: int) -> None:
        self._length: Final = length
        self.bars: Final[dict[int, Bar]] = {}
        self.starts: Final[list[int]] = []
        self.forgotten = 0

    @property
    def latest(self) -> int | None:
        """Start of the latest candle."""
        return self.starts[-1] if self.starts else None

    def add(self, trade: Trade) -> None:
        start = trade.time - trade.time % self._length
        bar = self.bars.get(start)
        if bar is None:
            bar = self.bars[start] = still(start, trade.price)
            self.starts.append(start)
        bar.add(trade)

    def between(self, start: int, end: int) -> list[Bar]:
        """Those that begin from `start` to before `end`."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [self.bars[at] for at in self.starts[first:last]]

    def forget(self) -> None:
        """Drops the oldest where there are too many."""
        if len(self.starts) > _KEPT_SECONDS + _DROPPED_SECONDS:
            self.forgotten = self.starts[_DROPPED_SECONDS]
            for start in self.starts[:_DROPPED_SECONDS]:
                del self.bars[start]
            del self.starts[:_DROPPED_SECONDS]
