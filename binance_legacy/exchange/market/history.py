"""One symbol's trades, the past's followed by the live ones, counted through without a hole.

Aggregate trades are trades of one taking order at one price, joined. In the past every trade is an aggregate of
its own; live ones are joined as they come.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Final, NamedTuple, TypeVar

from .bars import Trade
from .past import Past

_MINUTE: Final = 60_000
_KEPT: Final = 60_000
_DROPPED: Final = 20_000
_WIDEST: Final = 64

_T = TypeVar("_T")


class Aggregate(NamedTuple):
    """Trades `first` to `last`, of one taking order at one price."""

    id: int
    time: int
    price: int
    qty: int
    first: int
    last: int
    buyer_is_maker: bool


class History:
    """The trades of one symbol.

    The latest 40,000 live trades, at least, are kept; older live ones are forgotten.

    Args:
        past: what came before `live_from`.
        live_from: where the past ends, milliseconds.
        first_id: number that the first live trade will have; the past's are counted backwards from it. None: as
            the past counts.
        first_aggregate: the same for aggregate trades.
    """

    def __init__(
        self, past: Past, live_from: int, first_id: int | None = None, first_aggregate: int | None = None
    ) -> None:
        self._past: Final = past
        self._live_from: Final = live_from
        self._end: Final = past.id_at(live_from)
        self.next_id = self._end if first_id is None else first_id
        self.next_aggregate = self._end if first_aggregate is None else first_aggregate
        self._shift: Final = self.next_id - self._end
        self._aggregate_shift: Final = self.next_aggregate - self._end
        self._trades: list[Trade] = []
        self._aggregates: list[Aggregate] = []
        self.count = 0

    def add(self, trade: Trade) -> None:
        """A live trade; its number must lie above all before it."""
        self._trades.append(trade)
        self.next_id = trade.id + 1
        self.count += 1
        _trim(self._trades)

    def add_aggregate(self, aggregate: Aggregate) -> None:
        """A live aggregate trade; its number must lie above all before it."""
        self._aggregates.append(aggregate)
        self.next_aggregate = aggregate.id + 1
        _trim(self._aggregates)

    @property
    def last(self) -> Trade | None:
        """The latest live trade."""
        return self._trades[-1] if self._trades else None

    def live_since(self, time: int) -> list[Trade]:
        """The live trades from `time` on, as far as they are kept."""
        return self._trades[bisect_left(self._trades, time, key=attrgetter("time")) :]

    def recent(self, limit: int) -> list[Trade]:
        """The latest `limit` trades, oldest first."""
        live = self._trades[-limit:]
        missing = limit - len(live)
        return self._before(missing, self._trade) + live if missing > 0 else live

    def from_id(self, number: int, limit: int) -> list[Trade]:
        """Up to `limit` trades from this number on."""
        found = self._past_from(number - self._shift, limit, self._trade)
        start = bisect_left(self._trades, number, key=attrgetter("id"))
        return found + self._trades[start : start + limit - len(found)]

    def recent_aggregates(self, limit: int) -> list[Aggregate]:
        """The latest `limit` aggregate trades, oldest first."""
        live = self._aggregates[-limit:]
        missing = limit - len(live)
        return self._before(missing, self._aggregate) + live if missing > 0 else live

    def aggregates_from_id(self, number: int, limit: int) -> list[Aggregate]:
        """Up to `limit` aggregate trades from this number on."""
        found = self._past_from(number - self._aggregate_shift, limit, self._aggregate)
        start = bisect_left(self._aggregates, number, key=attrgetter("id"))
        return found + self._aggregates[start : start + limit - len(found)]

    def aggregates_since(self, start: int, end: int | None, limit: int) -> list[Aggregate]:
        """Up to `limit` aggregate trades from time `start` on, none later than `end` (inclusive)."""
        found: list[Aggregate] = []
        if start < self._live_from:
            found = self._past_from(self._past.id_at(start), limit, self._aggregate)
        first = bisect_left(self._aggregates, start, key=attrgetter("time"))
        found += self._aggregates[first : first + limit - len(found)]
        return found if end is None else [one for one in found if one.time <= end]

    def aggregates_until(self, end: int, limit: int) -> list[Aggregate]:
        """The latest `limit` aggregate trades that are not later than `end`."""
        live = self._aggregates[: bisect_left(self._aggregates, end + 1, key=attrgetter("time"))][-limit:]
        missing = limit - len(live)
        if missing <= 0:
            return live
        last = self._end if end >= self._live_from else self._past.id_at(end + 1)
        return self._past_from(last - missing, missing, self._aggregate) + live

    def _trade(self, trade: Trade) -> Trade:
        return Trade(trade.id + self._shift, trade.time, trade.price, trade.qty, trade.buyer_is_maker)

    def _aggregate(self, trade: Trade) -> Aggregate:
        number = trade.id + self._shift
        return Aggregate(
            trade.id + self._aggregate_shift, trade.time, trade.price, trade.qty, number, number,
            trade.buyer_is_maker,
        )  # fmt: skip

    def _before(self, count: int, shape: Callable[[Trade], _T]) -> list[_T]:
        """The past's last `count` trades."""
        return self._past_from(self._end - count, count, shape)

    def _past_from(self, number: int, limit: int, shape: Callable[[Trade], _T]) -> list[_T]:
        """Up to `limit` of the past's trades from its own `number` on; none whose shown number is below 0."""
        number = max(number, 0, -self._shift, -self._aggregate_shift)
        found: list[_T] = []
        if number >= self._end or limit <= 0:
            return found
        for trade in self._past_since(self._minute_of(number)):
            if trade.id >= number:
                found.append(shape(trade))
                if len(found) == limit:
                    break
        return found

    def _past_since(self, start: int) -> Iterator[Trade]:
        """The past's trades from a whole minute on, made in growing portions."""
        minutes = 1
        while start < self._live_from:
            end = min(self._live_from, start + minutes * _MINUTE)
            yield from self._past.trades(start, end)
            start = end
            minutes = min(_WIDEST, minutes * 2)

    def _minute_of(self, number: int) -> int:
        """The start of the minute in which the past's trade `number` happened."""
        low, high = 0, self._live_from // _MINUTE
        while high - low > 1:
            middle = (low + high) // 2
            if self._past.id_at(middle * _MINUTE) <= number:
                low = middle
            else:
                high = middle
        return low * _MINUTE


def _trim(kept: list[_T]) -> None:
    if len(kept) > _KEPT:
        del kept[:_DROPPED]
