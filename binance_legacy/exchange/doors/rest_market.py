"""The public market endpoints, as Binance answers them today. (Binance, *Public REST API*.)"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from .. import refusals
from ..market.bars import DAY, HOUR, MINUTE
from ..market.market import Market
from ..parameters import (
    END,
    FROM_ID,
    INTERVAL,
    OPTIONAL_SYMBOL,
    START,
    SYMBOL,
    SYMBOLS,
    Parameter,
    choice,
    limit,
    one_of,
)
from .rest import door

_TYPE: Final = Parameter("type", choice(refusals.invalid_ticker_type, "FULL", "MINI"), "FULL")
_FLAG: Final = Parameter("showPermissionSets", one_of("true", "false"), "true")
_HOURS: Final = re.compile(r"([+-]?)([0-9]{1,2})(?::([0-5][0-9]))?")
_WINDOW: Final = re.compile(r"([1-9][0-9]?)([mhd])")
_WINDOWS: Final = {"m": (MINUTE, 59), "h": (HOUR, 23), "d": (DAY, 7)}
_MOST_SYMBOLS: Final = 100


def _zone(name: str, text: str) -> int:
    """Read ``5:45`` or ``-8`` as milliseconds."""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise refusals.invalid(name)
    sign, hours, minutes = found.groups("")
    zone = (-1 if sign == "-" else 1) * (int(hours) * HOUR + int(minutes or 0) * MINUTE)
    if not -12 * HOUR <= zone <= 14 * HOUR:
        raise refusals.invalid(name)
    return zone


def _window(name: str, text: str) -> int:
    """Read ``15m``, ``4h`` or ``7d`` as milliseconds."""
    found = _WINDOW.fullmatch(text)
    if found is None or int(found[1]) > _WINDOWS[found[2]][1]:
        raise refusals.invalid(name)
    return int(found[1]) * _WINDOWS[found[2]][0]


_ZONE: Final = Parameter("timeZone", _zone, 0)
_SIZE: Final = Parameter("windowSize", _window, DAY)

_MINI: Final = (
    "symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime",
    "closeTime", "firstId", "lastId", "count",
)  # fmt: skip


_STATUSES: Final = ("TRADING", "END_OF_DAY", "HALT", "BREAK", "CANCEL_ONLY")
_STATUS: Final = Parameter("symbolStatus", choice(refusals.invalid_symbol_status, *_STATUSES))


def _chosen(symbol: str | None, symbols: list[str] | None) -> list[str] | None:
    """The symbols asked for by either parameter; None for all."""
    if symbol is not None and symbols is not None:
        raise refusals.not_together("symbol", "symbols")
    return symbols if symbol is None else [symbol]


def _standing(
    market: Market, symbol: str | None, symbols: list[str] | None, status: str | None
) -> list[str] | None:
    """The symbols asked for that have a status; None for all, of which none is woken to find out."""
    chosen = _chosen(symbol, symbols)
    if chosen is None or status is None:
        return chosen
    if symbol is not None and market.symbol(symbol).status != status:
        raise refusals.other_symbol_status()
    return [name for name in chosen if market.symbol(name).status == status]


def _of_status(market: Market, rows: list[dict[str, Any]], status: str | None) -> list[dict[str, Any]]:
    """The rows of symbols that have a status."""
    return rows if status is None else [row for row in rows if market.symbol(row["symbol"]).status == status]


def _rows(symbol: str | None, rows: list[dict[str, Any]]) -> Any:
    """Rows as they are answered: one alone where one symbol was asked for."""
    return rows if symbol is None else rows[0]


@door("GET", "/api/v3/ping")
def ping(market: Market) -> Any:
    """Test that the exchange answers."""
    return {}


@door("GET", "/api/v3/time")
def time(market: Market) -> Any:
    """The market's time."""
    return {"serverTime": market.now}


_PERMISSIONS: Final = Parameter("permissions", lambda name, text: set(re.findall("[A-Z_0-9]+", text)))


@door("GET", "/api/v3/exchangeInfo", OPTIONAL_SYMBOL, SYMBOLS, _FLAG, _STATUS, _PERMISSIONS, weight=20)
def exchange_info(
    market: Market,
    symbol: str | None,
    symbols: list[str] | None,
    sets: str,
    status: str | None,
    permissions: set[str] | None,
) -> Any:
    """Every symbol, or those asked for, with their filters."""
    chosen = _chosen(symbol, symbols)
    if chosen is not None and (status is not None or permissions is not None):
        raise refusals.bad_combination()
    answer = market.exchange_info(chosen)
    rows = answer["symbols"]
    answer["symbols"] = [
        row
        for row in rows
        if status in (None, row["status"])
        and (permissions is None or any(permissions.intersection(each) for each in row["permissionSets"]))
    ]
    if sets == "false":
        answer["symbols"] = [{**row, "permissionSets": []} for row in answer["symbols"]]
    return answer


def _depth_weight(symbol: str, rows: int, status: str | None) -> int:
    return next(weight for most, weight in ((100, 5), (500, 25), (1000, 50), (5000, 250)) if rows <= most)


@door("GET", "/api/v3/depth", SYMBOL, limit(100, 5000), _STATUS, weight=_depth_weight)
def depth(market: Market, symbol: str, rows: int, status: str | None) -> Any:
    """The book's best levels."""
    _standing(market, symbol, None, status)
    return market.depth(symbol, rows)


@door("GET", "/api/v3/trades", SYMBOL, limit(500, 1000), weight=25)
def trades(market: Market, symbol: str, rows: int) -> Any:
    """The latest trades."""
    return market.trades(symbol, rows)


@door("GET", "/api/v3/historicalTrades", SYMBOL, limit(500, 1000), FROM_ID, weight=25)
def historical_trades(market: Market, symbol: str, rows: int, from_id: int | None) -> Any:
    """Trades from a number on."""
    return market.historical_trades(symbol, rows, from_id)


@door("GET", "/api/v3/aggTrades", SYMBOL, FROM_ID, START, END, limit(500, 1000), weight=4)
def agg_trades(
    market: Market, symbol: str, from_id: int | None, start: int | None, end: int | None, rows: int
) -> Any:
    """Aggregate trades, from a number on or between two times."""
    if from_id is not None and start is not None:
        raise refusals.not_together("fromId", "startTime")
    if from_id is not None and end is not None:
        raise refusals.not_together("fromId", "endTime")
    return market.agg_trades(symbol, from_id, start, end, rows)


@door("GET", "/api/v3/uiKlines", SYMBOL, INTERVAL, START, END, limit(500, 1000), _ZONE, weight=2)
@door("GET", "/api/v3/klines", SYMBOL, INTERVAL, START, END, limit(500, 1000), _ZONE, weight=2)
def klines(
    market: Market,
    symbol: str,
    interval: str,
    start: int | None,
    end: int | None,
    rows: int,
    zone: int,
) -> Any:
    """Candles, whose days begin as they do in a time zone."""
    return market.klines(symbol, interval, start, end, rows, zone)


@door("GET", "/api/v3/avgPrice", SYMBOL, weight=2)
def avg_price(market: Market, symbol: str) -> Any:
    """The average price of five minutes."""
    return market.avg_price(symbol)


def _day_weight(symbol: str | None, symbols: list[str] | None, *others: Any) -> int:
    count = 1 if symbol else len(symbols or ()) or 101
    return 2 if count <= 20 else 40 if count <= 100 else 80


@door("GET", "/api/v3/ticker/24hr", OPTIONAL_SYMBOL, SYMBOLS, _TYPE, _STATUS, weight=_day_weight)
def ticker_24h(
    market: Market, symbol: str | None, symbols: list[str] | None, kind: str, status: str | None
) -> Any:
    """The last 24 hours."""
    rows = _of_status(market, market.ticker_24h(_standing(market, symbol, symbols, status)), status)
    if kind == "MINI":
        rows = [{key: row[key] for key in _MINI} for row in rows]
    return _rows(symbol, rows)


def _each_weight(symbol: str | None, symbols: list[str] | None, *others: Any) -> int:
    return min(200, 4 * len(symbols or ("",)))


def _windows(symbol: str | None, chosen: list[str] | None, kind: str, row: Callable[[str], Any]) -> Any:
    """The rows of those endpoints that want symbols, a hundred at most."""
    if chosen is None:
        raise refusals.neither("symbol", "symbols")
    if len(chosen) > _MOST_SYMBOLS:
        raise refusals.invalid("symbols")
    rows = [row(name) for name in chosen]
    if kind == "MINI":
        rows = [{key: one[key] for key in _MINI} for one in rows]
    return _rows(symbol, rows)


@door(
    "GET", "/api/v3/ticker/tradingDay", OPTIONAL_SYMBOL, SYMBOLS, _ZONE, _TYPE, _STATUS, weight=_each_weight
)
def trading_day(
    market: Market,
    symbol: str | None,
    symbols: list[str] | None,
    zone: int,
    kind: str,
    status: str | None,
) -> Any:
    """The day so far."""
    chosen = _standing(market, symbol, symbols, status) if symbol or symbols else None
    return _windows(symbol, chosen, kind, lambda name: market.trading_day(name, zone))


@door("GET", "/api/v3/ticker", OPTIONAL_SYMBOL, SYMBOLS, _SIZE, _TYPE, _STATUS, weight=_each_weight)
def rolling_window(
    market: Market,
    symbol: str | None,
    symbols: list[str] | None,
    length: int,
    kind: str,
    status: str | None,
) -> Any:
    """The last minutes, hours or days."""
    chosen = _standing(market, symbol, symbols, status) if symbol or symbols else None
    return _windows(symbol, chosen, kind, lambda name: market.window(name, length))


def _ticker_weight(symbol: str | None, symbols: list[str] | None, status: str | None) -> int:
    return 2 if symbol else 4


@door("GET", "/api/v3/ticker/price", OPTIONAL_SYMBOL, SYMBOLS, _STATUS, weight=_ticker_weight)
def ticker_price(market: Market, symbol: str | None, symbols: list[str] | None, status: str | None) -> Any:
    """The latest price."""
    rows = market.ticker_price(_standing(market, symbol, symbols, status))
    return _rows(symbol, _of_status(market, rows, status))


@door("GET", "/api/v3/ticker/bookTicker", OPTIONAL_SYMBOL, SYMBOLS, _STATUS, weight=_ticker_weight)
def book_ticker(market: Market, symbol: str | None, symbols: list[str] | None, status: str | None) -> Any:
    """The best bid and ask."""
    rows = market.book_ticker(_standing(market, symbol, symbols, status))
    return _rows(symbol, _of_status(market, rows, status))


@door("GET", "/api/v3/historicalBlockTrades", SYMBOL, FROM_ID, limit(500, 1000), weight=25)
def block_trades(market: Market, symbol: str, from_id: int | None, rows: int) -> Any:
    """Trades of large blocks: none, because nobody makes any here."""
    market.symbol(symbol)
    return []


def _rules_weight(symbol: str | None, symbols: list[str] | None, status: str | None) -> int:
    return 2 if symbol else min(40, 2 * len(symbols)) if symbols else 40


@door("GET", "/api/v3/executionRules", OPTIONAL_SYMBOL, SYMBOLS, _STATUS, weight=_rules_weight)
def execution_rules(market: Market, symbol: str | None, symbols: list[str] | None, status: str | None) -> Any:
    """Rules for prices at which orders are filled: no symbol has any here."""
    chosen = _standing(market, symbol, symbols, status) or []
    return {"symbolRules": [{"symbol": market.symbol(name).name, "rules": []} for name in chosen]}


@door("GET", "/api/v3/referencePrice", SYMBOL, weight=2)
def reference_price(market: Market, symbol: str) -> Any:
    """A price that filters go by: no symbol has one here, so they go by averages."""
    market.symbol(symbol)
    raise refusals.no_reference_price()


@door("GET", "/api/v3/referencePrice/calculation", SYMBOL, _STATUS, weight=2)
def reference_price_calculation(market: Market, symbol: str, status: str | None) -> Any:
    """How that price is found."""
    _standing(market, symbol, None, status)
    return reference_price(market, symbol)


@door("GET", "/sapi/v1/system/status")
def system_status(market: Market) -> Any:
    """Whether the exchange is being maintained, which it never is."""
    return {"status": 0, "msg": "normal"}
