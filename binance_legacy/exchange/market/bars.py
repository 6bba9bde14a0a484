"""A candle: when it begins and ends, and how candles add up.

A candle without trades stands at the close before it, with no volume (as Binance shows it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ...wire.streamnames import INTERVALS
from .listing import Symbol

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

_LENGTHS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
LENGTH: Final = {name: int(name[:-1]) * _LENGTHS[name[-1]] for name in INTERVALS if name[-1] in _LENGTHS}
"""Milliseconds of the intervals that are all equally long and counted from 1970; not of ``1w`` and ``1M``."""

_MONDAY: Final = 4 * DAY


@dataclass(slots=True, frozen=True)
class Trade:
    """One trade.

    Attributes:
        id: its number; one more than that of the trade before.
        time: milliseconds UTC.
        price: in the symbol's price units.
        qty: in the symbol's quantity units.
        buyer_is_maker: True where the taker sold.
    """

    id: int
    time: int
    price: int
    qty: int
    buyer_is_maker: bool


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


def zone_start(interval: str, at: int, zone: int) -> int:
    """As `bar_start`, with days that begin `zone` milliseconds before those of UTC."""
    return bar_start(interval, at + zone) - zone


def zone_end(interval: str, start: int, zone: int) -> int:
    """As `bar_end`, in a time zone."""
    return bar_end(interval, start + zone) - zone


def kline_row(symbol: Symbol, bar: Bar, interval: str, zone: int = 0) -> list[Any]:
    """A row of ``GET /api/v3/klines``."""
    price, qty, quote = symbol.price_text, symbol.qty_text, symbol.quote_text
    return [
        bar.open_time, price(bar.open), price(bar.high), price(bar.low), price(bar.close), qty(bar.volume),
        zone_end(interval, bar.open_time, zone) - 1, quote(bar.quote), bar.count, qty(bar.taker_volume),
        quote(bar.taker_quote), "0",
    ]  # fmt: skip
