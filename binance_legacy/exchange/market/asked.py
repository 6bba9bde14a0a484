"""What can be asked about one symbol's market, whatever is traded there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ...wire import messages
from . import answers
from .bars import DAY, MINUTE, Bar, kline_row, zone_end, zone_start
from .floor import Floor
from .history import Aggregate
from .listing import Symbol
from .past import GENESIS


class UnknownSymbol(KeyError):
    """No symbol of this name is listed."""


class Asked(ABC):
    """Answers about the floors of a market."""

    @abstractmethod
    def _floor(self, name: str) -> Floor:
        """The symbol's floor, awake, at the present time.

        Raises:
            UnknownSymbol: it is not listed.
        """

    def depth(self, symbol: str, limit: int = 100) -> dict[str, Any]:
        """``GET /api/v3/depth``: the best `limit` levels of each side."""
        floor = self._floor(symbol)
        bids, asks = floor.levels.top(limit)
        return messages.partial_depth(
            floor.levels.update_id, _texts(floor.symbol, bids), _texts(floor.symbol, asks)
        )

    def trades(self, symbol: str, limit: int = 500) -> list[dict[str, Any]]:
        """``GET /api/v3/trades``: the latest `limit` trades."""
        floor = self._floor(symbol)
        return [answers.trade(floor.symbol, one) for one in floor.history.recent(limit)]

    def historical_trades(
        self, symbol: str, limit: int = 500, from_id: int | None = None
    ) -> list[dict[str, Any]]:
        """``GET /api/v3/historicalTrades``: `limit` trades from a number on, or the latest."""
        if from_id is None:
            return self.trades(symbol, limit)
        floor = self._floor(symbol)
        return [answers.trade(floor.symbol, one) for one in floor.history.from_id(from_id, limit)]

    def agg_trades(
        self,
        symbol: str,
        from_id: int | None = None,
        start: int | None = None,
        end: int | None = None,
        limit: int = 500,
    ) -> list[dict[str, Any]]:
        """``GET /api/v3/aggTrades``: from a number on, or between two times (inclusive), or the latest."""
        floor = self._floor(symbol)
        history = floor.history
        found: list[Aggregate]
        if from_id is not None:
            found = history.aggregates_from_id(from_id, limit)
        elif start is not None:
            found = history.aggregates_since(start, end, limit)
        elif end is not None:
            found = history.aggregates_until(end, limit)
        else:
            found = history.recent_aggregates(limit)
        return [answers.aggregate(floor.symbol, one) for one in found]

    def klines(
        self,
        symbol: str,
        interval: str,
        start: int | None = None,
        end: int | None = None,
        limit: int = 500,
        zone: int = 0,
    ) -> list[list[Any]]:
        """``GET /api/v3/klines``: candles that begin between `start` and `end`, both included.

        Without `start` the latest `limit` up to `end`; the last one may still be open. Days begin `zone` milliseconds
        before those of UTC.
        """
        floor = self._floor(symbol)
        if start is not None and start > floor.now:
            return []
        last = zone_start(interval, floor.now if end is None else min(end, floor.now), zone)
        if start is None:
            first = last
            for _ in range(limit - 1):
                first = zone_start(interval, first - 1, zone)
        else:
            start = max(start, GENESIS)  # clients ask from 0 on to learn when a market began
            first = zone_start(interval, start, zone)
            first = first if first == start else zone_end(interval, first, zone)
            beyond = first
            for _ in range(limit - 1):
                beyond = zone_end(interval, beyond, zone)
            last = min(last, beyond)
        bars = floor.bars(interval, first, last + 1, zone) if first <= last else []
        return [self._kline(floor.symbol, bar, interval, zone) for bar in bars]

    def _kline(self, symbol: Symbol, bar: Bar, interval: str, zone: int) -> list[Any]:
        return kline_row(symbol, bar, interval, zone)

    def window(self, symbol: str, length: int) -> dict[str, Any]:
        """A row of ``GET /api/v3/ticker``: the last `length` milliseconds, from a whole minute on."""
        floor = self._floor(symbol)
        start = (floor.now - length) // MINUTE * MINUTE
        return answers.window(floor.symbol, floor.span(start), start, floor.now)

    def trading_day(self, symbol: str, zone: int = 0) -> dict[str, Any]:
        """A row of ``GET /api/v3/ticker/tradingDay``: the day so far; days begin `zone` milliseconds before UTC's."""
        floor = self._floor(symbol)
        start = zone_start("1d", floor.now, zone)
        return answers.window(floor.symbol, floor.span(start), start, start + DAY - 1)

    def avg_price(self, symbol: str) -> dict[str, Any]:
        """``GET /api/v3/avgPrice``: of the last five minutes."""
        floor = self._floor(symbol)
        price, time = floor.average(floor.now)
        return {"mins": 5, "price": price, "closeTime": time}


def _texts(symbol: Symbol, levels: list[tuple[int, int]]) -> list[messages.Level]:
    return [[symbol.price_text(price), symbol.qty_text(qty)] for price, qty in levels]
