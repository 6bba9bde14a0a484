"""One symbol's candles of every interval: those of its past, and those of the live trades that follow it."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from .bars import HOUR, MINUTE, SECOND, Bar, Trade, bar_end, bar_start, bar_starts, merge, still
from .past import Past

_KEPT_SECONDS: Final = 7200
_DROPPED_SECONDS: Final = 1200


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
