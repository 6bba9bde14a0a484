"""The rows of today's answers to market requests, with exactly Binance's keys, order and types."""

from __future__ import annotations

from typing import Any, Final

from .bars import Bar, Trade
from .history import Aggregate
from .listing import Symbol

_DAY: Final = 86_400_000
_RATIO_PLACES: Final = 8


def trade(symbol: Symbol, one: Trade) -> dict[str, Any]:
    """A row of ``GET /api/v3/trades`` and ``historicalTrades``."""
    return {
        "id": one.id,
        "price": symbol.price_text(one.price),
        "qty": symbol.qty_text(one.qty),
        "quoteQty": symbol.quote_text(one.price * one.qty),
        "time": one.time,
        "isBuyerMaker": one.buyer_is_maker,
        "isBestMatch": True,
    }


def aggregate(symbol: Symbol, one: Aggregate) -> dict[str, Any]:
    """A row of ``GET /api/v3/aggTrades``."""
    return {
        "a": one.id,
        "p": symbol.price_text(one.price),
        "q": symbol.qty_text(one.qty),
        "f": one.first,
        "l": one.last,
        "T": one.time,
        "m": one.buyer_is_maker,
        "M": True,
    }


def day(symbol: Symbol, bar: Bar, last: Trade, best: tuple[int, int, int, int], at: int) -> dict[str, Any]:
    """A row of ``GET /api/v3/ticker/24hr``.

    Args:
        symbol: whose.
        bar: the last 24 hours as one bar.
        last: the latest trade.
        best: best bid, its quantity, best ask, its quantity.
        at: the end of the 24 hours.
    """
    price, qty = symbol.price_text, symbol.qty_text
    change = bar.close - bar.open
    bid, bid_qty, ask, ask_qty = best
    return {
        "symbol": symbol.name,
        "priceChange": _signed(symbol, change),
        "priceChangePercent": _thousandths(change * 100_000, bar.open),
        "weightedAvgPrice": average(symbol, bar),
        "prevClosePrice": price(bar.open),
        "lastPrice": price(bar.close),
        "lastQty": qty(last.qty),
        "bidPrice": price(bid),
        "bidQty": qty(bid_qty),
        "askPrice": price(ask),
        "askQty": qty(ask_qty),
        "openPrice": price(bar.open),
        "highPrice": price(bar.high),
        "lowPrice": price(bar.low),
        "volume": qty(bar.volume),
        "quoteVolume": symbol.quote_text(bar.quote),
        "openTime": at - _DAY,
        "closeTime": at,
        "firstId": bar.first_id,
        "lastId": bar.last_id,
        "count": bar.count,
    }


def window(symbol: Symbol, bar: Bar, start: int, end: int) -> dict[str, Any]:
    """A row of ``GET /api/v3/ticker`` and ``ticker/tradingDay``.

    Args:
        symbol: whose.
        bar: what was traded from `start` to `end`.
    """
    price, qty = symbol.price_text, symbol.qty_text
    change = bar.close - bar.open
    return {
        "symbol": symbol.name,
        "priceChange": _signed(symbol, change),
        "priceChangePercent": _thousandths(change * 100_000, bar.open),
        "weightedAvgPrice": average(symbol, bar),
        "openPrice": price(bar.open),
        "highPrice": price(bar.high),
        "lowPrice": price(bar.low),
        "lastPrice": price(bar.close),
        "volume": qty(bar.volume),
        "quoteVolume": symbol.quote_text(bar.quote),
        "openTime": start,
        "closeTime": end,
        "firstId": bar.first_id,
        "lastId": bar.last_id,
        "count": bar.count,
    }


def average(symbol: Symbol, bar: Bar) -> str:
    """The bar's volume-weighted average price to eight decimals; its close where nothing was traded."""
    if not bar.volume:
        return symbol.price_text(bar.close)
    scaled = bar.quote * 10 ** (_RATIO_PLACES - symbol.price_places) // bar.volume
    return f"{scaled // 10**_RATIO_PLACES}.{scaled % 10**_RATIO_PLACES:0{_RATIO_PLACES}d}"


def book_ticker(symbol: Symbol, best: tuple[int, int, int, int]) -> dict[str, Any]:
    """A row of ``GET /api/v3/ticker/bookTicker``."""
    bid, bid_qty, ask, ask_qty = best
    return {
        "symbol": symbol.name,
        "bidPrice": symbol.price_text(bid),
        "bidQty": symbol.qty_text(bid_qty),
        "askPrice": symbol.price_text(ask),
        "askQty": symbol.qty_text(ask_qty),
    }


def _signed(symbol: Symbol, price: int) -> str:
    return f"-{symbol.price_text(-price)}" if price < 0 else symbol.price_text(price)


def _thousandths(numerator: int, denominator: int) -> str:
    """A ratio in thousandths as text with three decimals, rounded half away from zero: ``-1.757``."""
    if not denominator:
        return "0.000"
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return f"{'-' if numerator < 0 and rounded else ''}{rounded // 1000}.{rounded % 1000:03d}"
