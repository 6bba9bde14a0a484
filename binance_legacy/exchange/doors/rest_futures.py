"""The public market endpoints of futures of both margins, as Binance answers them today. (Binance, *Derivatives*.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..futures.market import FuturesMarket, priced
from ..futures.publisher import scaled_text
from ..parameters import (
    END,
    FROM_ID,
    INTERVAL,
    OPTIONAL_SYMBOL,
    START,
    SYMBOL,
    Parameter,
    limit,
    one_of,
    word,
)
from .rest import door

_PAIR: Final = Parameter("pair", word)
_THE_PAIR: Final = Parameter("pair", word, mandatory=True)
_CONTRACT: Final = Parameter("contractType", one_of("PERPETUAL"), mandatory=True)
_ROWS: Final = limit(500, 1000)
_CANDLES: Final = limit(500, 1500)

ROOTS: Final = ("/fapi/v1/", "/dapi/v1/")


def _both(path: str, *parameters: Parameter, weight: int | Callable[..., int] = 1) -> Callable[[Any], Any]:
    """Serve an endpoint of both margins by the decorated function."""

    def register(handle: Any) -> Any:
        for root in ROOTS:
            door("GET", root + path, *parameters, weight=weight)(handle)
        return handle

    return register


@_both("ping")
def ping(market: FuturesMarket) -> Any:
    """Test that the exchange answers."""
    return {}


@_both("time")
def time(market: FuturesMarket) -> Any:
    """The market's time."""
    return {"serverTime": market.now}


@_both("exchangeInfo")
def exchange_info(market: FuturesMarket) -> Any:
    """Every contract."""
    return market.exchange_info()


def _depth_weight(symbol: str, rows: int) -> int:
    return next((weight for most, weight in ((50, 2), (100, 5), (500, 10)) if rows <= most), 20)


@_both("depth", SYMBOL, limit(500, 1000), weight=_depth_weight)
def depth(market: FuturesMarket, symbol: str, rows: int) -> Any:
    """The book's best levels."""
    return market.depth(symbol, rows)


def _trade(market: FuturesMarket, symbol: str, row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name != "isBestMatch"}
    contract = market.contract(symbol)
    if not contract.is_linear:
        qty, price = int(row["qty"]), int(row["price"].replace(".", ""))
        del told["quoteQty"]
        told["baseQty"] = scaled_text(contract.value(contract.scaled(price), qty))
    return told


@_both("trades", SYMBOL, _ROWS, weight=5)
def trades(market: FuturesMarket, symbol: str, rows: int) -> Any:
    """The latest trades."""
    return [_trade(market, symbol, row) for row in market.trades(symbol, rows)]


@_both("historicalTrades", SYMBOL, _ROWS, FROM_ID, weight=20)
def historical_trades(market: FuturesMarket, symbol: str, rows: int, from_id: int | None) -> Any:
    """Trades from a number on."""
    return [_trade(market, symbol, row) for row in market.historical_trades(symbol, rows, from_id)]


@_both("aggTrades", SYMBOL, FROM_ID, START, END, _ROWS, weight=20)
def agg_trades(
    market: FuturesMarket, symbol: str, from_id: int | None, start: int | None, end: int | None, rows: int
) -> Any:
    """Aggregate trades, from a number on or between two times."""
    found = market.agg_trades(symbol, from_id, start, end, rows)
    return [{name: value for name, value in row.items() if name != "M"} for row in found]


def _candle_weight(*asked: Any) -> int:
    rows = asked[-1]
    return next((weight for most, weight in ((99, 1), (499, 2), (1000, 5)) if rows <= most), 10)


@_both("klines", SYMBOL, INTERVAL, START, END, _CANDLES, weight=_candle_weight)
def klines(
    market: FuturesMarket, symbol: str, interval: str, start: int | None, end: int | None, rows: int
) -> Any:
    """Candles."""
    return market.klines(symbol, interval, start, end, rows)


@_both("markPriceKlines", SYMBOL, INTERVAL, START, END, _CANDLES, weight=_candle_weight)
def mark_klines(
    market: FuturesMarket, symbol: str, interval: str, start: int | None, end: int | None, rows: int
) -> Any:
    """Candles of the mark price, which are those of the contract's own price here."""
    return priced(market.klines(symbol, interval, start, end, rows))


@_both("continuousKlines", _THE_PAIR, _CONTRACT, INTERVAL, START, END, _CANDLES, weight=_candle_weight)
def continuous_klines(
    market: FuturesMarket, pair: str, kind: str, interval: str, start: int | None, end: int | None, rows: int
) -> Any:
    """Candles of a pair's perpetual contract."""
    return market.klines(market.contract_of_pair(pair).name, interval, start, end, rows)


@_both("indexPriceKlines", _THE_PAIR, INTERVAL, START, END, _CANDLES, weight=_candle_weight)
def index_klines(
    market: FuturesMarket, pair: str, interval: str, start: int | None, end: int | None, rows: int
) -> Any:
    """Candles of the index."""
    return market.index_klines(pair, interval, start, end, rows)


def _named(market: FuturesMarket, symbol: str | None, pair: str | None) -> list[str] | None:
    """The contracts that a symbol or a pair names; None for all."""
    if symbol is not None:
        return [market.contract(symbol).name]
    return None if pair is None else [market.contract_of_pair(pair).name]


def _told(market: FuturesMarket, symbol: str | None, rows: list[Any]) -> Any:
    """Rows as they are answered: of USD-M one alone where one contract was asked for."""
    return rows[0] if symbol is not None and market.margin == "um" else rows


@_both("premiumIndex", OPTIONAL_SYMBOL, _PAIR, weight=10)
def premium_index(market: FuturesMarket, symbol: str | None, pair: str | None) -> Any:
    """Mark prices and funding rates."""
    names = _named(market, symbol, pair)
    return _told(market, symbol, [market.premium_index(name) for name in names or market.contracts])


@_both("fundingRate", OPTIONAL_SYMBOL, START, END, limit(100, 1000))
def funding_rate(
    market: FuturesMarket, symbol: str | None, start: int | None, end: int | None, rows: int
) -> Any:
    """Past funding rates; the latest of each contract where none is named."""
    each = rows if symbol is not None else 1
    return [
        {"symbol": name, "fundingTime": at, "fundingRate": scaled_text(rate), "markPrice": scaled_text(mark)}
        for name in _named(market, symbol, None) or market.contracts
        for at, rate, mark in market.fundings(name, start, end, each)
    ]


@_both("fundingInfo")
def funding_info(market: FuturesMarket) -> Any:
    """The contracts whose funding is not the usual one: none."""
    return []


def _each_weight(symbol: str | None, pair: str | None) -> int:
    return 1 if symbol else 40


@_both("ticker/24hr", OPTIONAL_SYMBOL, _PAIR, weight=_each_weight)
def ticker_24h(market: FuturesMarket, symbol: str | None, pair: str | None) -> Any:
    """The last 24 hours."""
    return _told(market, symbol, market.ticker_24h(_named(market, symbol, pair)))


def _price_weight(symbol: str | None, pair: str | None) -> int:
    return 1 if symbol else 2


@door("GET", "/fapi/v2/ticker/price", OPTIONAL_SYMBOL, _PAIR, weight=_price_weight)
@_both("ticker/price", OPTIONAL_SYMBOL, _PAIR, weight=_price_weight)
def ticker_price(market: FuturesMarket, symbol: str | None, pair: str | None) -> Any:
    """The latest prices."""
    return _told(market, symbol, market.ticker_price(_named(market, symbol, pair)))


@_both("ticker/bookTicker", OPTIONAL_SYMBOL, _PAIR, weight=2)
def book_ticker(market: FuturesMarket, symbol: str | None, pair: str | None) -> Any:
    """The best prices."""
    return _told(market, symbol, market.book_ticker(_named(market, symbol, pair)))


@_both("openInterest", SYMBOL)
def open_interest(market: FuturesMarket, symbol: str) -> Any:
    """How much is held open."""
    contract = market.contract(symbol)
    row = {"openInterest": contract.qty_text(market.open_interest(symbol)), "symbol": symbol}
    if not contract.is_linear:
        row |= {"pair": contract.pair, "contractType": "PERPETUAL"}
    return {**row, "time": market.now}
