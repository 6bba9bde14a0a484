"""The public market endpoints. (Binance, *REST API: Market data endpoints*.)"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..enums import HistoricalKlinesType
from ..exceptions import BinanceAPIException
from ..helpers import date_to_milliseconds
from .declare import Answer, Endpoints, Item, Moved, Steps, asks, endpoint, gather, pages, steps

MOST_ROWS = 1000
"""Rows that one call of klines or trades gives at most."""

_PRODUCTS = "GET /exchange-api/v1/public/asset-service/product/get-products"
_CANDLES = {
    HistoricalKlinesType.SPOT: "get_klines",
    HistoricalKlinesType.FUTURES: "futures_klines",
    HistoricalKlinesType.FUTURES_COIN: "futures_coin_klines",
    HistoricalKlinesType.FUTURES_MARK_PRICE: "futures_mark_price_klines",
    HistoricalKlinesType.FUTURES_INDEX_PRICE: "futures_index_price_klines",
    HistoricalKlinesType.FUTURES_COIN_MARK_PRICE: "futures_coin_mark_price_klines",
    HistoricalKlinesType.FUTURES_COIN_INDEX_PRICE: "futures_coin_index_price_klines",
}
_KINDS = {True: HistoricalKlinesType.SPOT, False: HistoricalKlinesType.FUTURES}
_HOUR = 60 * 60 * 1000
_NO_SUCH_SYMBOL = (-1100, -1121)  # illegal characters; unknown


def with_old_names(info: dict[str, Any]) -> dict[str, Any]:
    """An exchangeInfo in which 0.7's scripts find what they look for.

    Beside each ``NOTIONAL`` filter its predecessor ``MIN_NOTIONAL``, and ``permissions`` from ``permissionSets``.
    """
    for symbol in info.get("symbols", ()):
        filters = symbol.get("filters", [])
        kinds = {row["filterType"]: row for row in filters}
        if "NOTIONAL" in kinds and "MIN_NOTIONAL" not in kinds:
            filters.append(_min_notional(kinds["NOTIONAL"]))
        if not symbol.get("permissions"):
            sets = symbol.get("permissionSets", [])
            symbol["permissions"] = list(dict.fromkeys(name for names in sets for name in names))
    return info


def _min_notional(notional: dict[str, Any]) -> dict[str, Any]:
    return {
        "filterType": "MIN_NOTIONAL",
        "minNotional": notional["minNotional"],
        "applyToMarket": notional["applyMinToMarket"],
        "avgPriceMins": notional["avgPriceMins"],
    }


def _milliseconds(date: Any) -> int:
    if isinstance(date, datetime):
        return round((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
    return date_to_milliseconds(date) if isinstance(date, str) else int(date)


class MarketEndpoints(Endpoints[Answer]):
    """What anybody may ask about the markets; no key is needed."""

    @endpoint("GET", "/api/v3/ping")
    def ping(self) -> Answer:
        """Test whether Binance answers.

        Returns:
            ``{}``.
        """

    @endpoint("GET", "/api/v3/time")
    def get_server_time(self) -> Answer:
        """Ask for the time of the exchange.

        Returns:
            ``{'serverTime': 1499827319559}``, milliseconds.
        """

    @endpoint("GET", "/api/v3/exchangeInfo", weight=20)
    def _exchange_info(self, **params: Any) -> Answer:
        """As Binance answers today."""

    @steps
    @asks("_exchange_info")
    def get_exchange_info(self) -> Steps[Any]:
        """Ask for the rules of trading and the symbols.

        Returns:
            ``{'timezone', 'serverTime', 'rateLimits', 'exchangeFilters', 'symbols': [...]}``. Symbols also carry the
            ``MIN_NOTIONAL`` filter and the ``permissions`` that scripts of 0.7 look for.
        """
        info = yield self._exchange_info()
        return with_old_names(info) if self.legacy_answers else info

    @steps
    @asks("_exchange_info")
    def get_symbol_info(self, symbol: str) -> Steps[Any]:
        """Ask for the rules of one symbol.

        Parameters:
            symbol: e.g. ``'BNBBTC'``.

        Returns:
            the symbol's row of `get_exchange_info`, or None where there is no such symbol.
        """
        name = symbol.upper()
        try:
            info = yield self._exchange_info(symbol=name)  # all of them are megabytes
        except BinanceAPIException as error:
            if error.code in _NO_SUCH_SYMBOL:
                return None
            raise
        info = with_old_names(info) if self.legacy_answers else info
        return next((row for row in info["symbols"] if row["symbol"] == name), None)

    @steps
    @asks("_exchange_info", "get_ticker", moved=Moved(_PRODUCTS, "unknown"))
    def get_products(self) -> Steps[Any]:
        """Ask for the products on sale.

        0.7 asked Binance's web site, which promises nothing to anybody; this puts the same together from
        `get_exchange_info` and `get_ticker`.

        Returns:
            ``{'data': [{'symbol', 'baseAsset', 'quoteAsset', 'status', 'open', 'high', 'low', 'close', ...}]}``.
        """
        info = yield self.get_exchange_info()
        day = {row["symbol"]: row for row in (yield self.get_ticker())}
        return {"data": [_product(row, day.get(row["symbol"], {})) for row in info["symbols"]]}

    @endpoint("GET", "/api/v3/ticker/price", weight=4)
    def get_all_tickers(self) -> Answer:
        """Ask for the latest price of every symbol.

        Returns:
            ``[{'symbol': 'LTCBTC', 'price': '4.00000200'}, ...]``.
        """

    @endpoint("GET", "/api/v3/ticker/bookTicker", weight=4)
    def get_orderbook_tickers(self) -> Answer:
        """Ask for the best prices of every symbol.

        Returns:
            ``[{'symbol', 'bidPrice', 'bidQty', 'askPrice', 'askQty'}, ...]``.
        """

    @endpoint("GET", "/api/v3/depth", weight=5)
    def get_order_book(self, **params: Any) -> Answer:
        """Ask for the order book of one market.

        Parameters:
            symbol: required, e.g. ``'BNBBTC'``.
            limit: levels on each side, 1 to 5000; default 100.

        Returns:
            ``{'lastUpdateId': int, 'bids': [[price, quantity], ...], 'asks': [...]}``, texts, best first.
        """

    @endpoint("GET", "/api/v3/trades", weight=25, moved=Moved("GET /api/v1/trades", "2026-03-25"))
    def get_recent_trades(self, **params: Any) -> Answer:
        """Ask for the latest trades, 500 or `limit` of at most 1000.

        Returns:
            ``[{'id', 'price', 'qty', 'quoteQty', 'time', 'isBuyerMaker', 'isBestMatch'}, ...]``, oldest first.
        """

    @endpoint("GET", "/api/v3/historicalTrades", weight=25)
    def get_historical_trades(self, **params: Any) -> Answer:
        """Ask for older trades: `limit` of at most 1000, from the id `fromId` on.

        Returns:
            as `get_recent_trades`.
        """

    @endpoint("GET", "/api/v3/aggTrades", weight=4)
    def get_aggregate_trades(self, **params: Any) -> Answer:
        """Ask for trades, those of one taker at one price and time together.

        Parameters:
            symbol: required.
            fromId, startTime, endTime: which ones, inclusive; the latest where none is given.
            limit: default 500, at most 1000.

        Returns:
            ``[{'a': id, 'p': price, 'q': quantity, 'f': first trade, 'l': last trade, 'T', 'm', 'M'}, ...]``.
        """

    @pages
    @asks("get_aggregate_trades")
    def aggregate_trade_iter(
        self, symbol: str, start_str: Any = None, last_id: int | None = None
    ) -> Steps[None]:
        """Iterate over aggregate trades up to the present.

        Parameters:
            symbol: e.g. ``'BNBBTC'``.
            start_str: a date (`helpers.date_to_milliseconds`), a `datetime` or milliseconds to begin at.
            last_id: the id of the last aggregate trade that is known already; begins with the next.

        Returns:
            an iterator of rows as `get_aggregate_trades` gives them.

        Raises:
            ValueError: both are given.
        """
        if start_str is not None and last_id is not None:
            raise ValueError("start_time and last_id may not be simultaneously specified.")
        first: int | None = 0 if last_id is None else last_id + 1
        if start_str is not None:
            first = yield from self._first_aggregate_trade(symbol, _milliseconds(start_str))
        while first is not None:
            rows = yield self.get_aggregate_trades(symbol=symbol, fromId=first, limit=MOST_ROWS)
            for row in rows:
                yield Item(row)
            first = rows[-1]["a"] + 1 if rows else None

    def _first_aggregate_trade(self, symbol: str, start: int) -> Steps[int | None]:
        """The id of the first aggregate trade at or after `start`, or None where there is none."""
        end = start + _HOUR - 1  # the most that Binance looks at by time
        rows = yield self.get_aggregate_trades(symbol=symbol, startTime=start, endTime=end, limit=1)
        if rows:
            return int(rows[0]["a"])
        rows = yield self.get_aggregate_trades(symbol=symbol, limit=1)
        if not rows or rows[0]["T"] < start:
            return None
        before, found = -1, int(rows[0]["a"])
        while found - before > 1:  # a silence may be years long: halve the ids, not the hours
            middle = (before + found) // 2
            rows = yield self.get_aggregate_trades(symbol=symbol, fromId=middle, limit=1)
            if not rows or rows[0]["T"] >= start:
                found = middle
            else:
                before = int(rows[0]["a"])
        return found

    @endpoint("GET", "/api/v3/klines", weight=2)
    def get_klines(self, **params: Any) -> Answer:
        """Ask for candles.

        Parameters:
            symbol, interval: required; interval is one of `enums`' ``KLINE_INTERVAL_*``.
            startTime, endTime: milliseconds, inclusive.
            limit: default 500, at most 1000.

        Returns:
            ``[[open time, open, high, low, close, volume, close time, quote volume, trades, taker's base volume,
            taker's quote volume, '0'], ...]``, oldest first, the last one still open.
        """

    def _klines(self, spot: bool | HistoricalKlinesType = True, **params: Any) -> Answer:
        if "limit" not in params:
            params["limit"] = MOST_ROWS
        kind = spot if isinstance(spot, HistoricalKlinesType) else _KINDS[bool(spot)]
        if "INDEX" in kind.name:
            params["pair"] = params.pop("symbol")
        candles: Answer = getattr(self, _CANDLES[kind])(**params)
        return candles

    @steps
    def _get_earliest_valid_timestamp(
        self, symbol: str, interval: str, spot: bool | HistoricalKlinesType
    ) -> Steps[int]:
        """The opening time of a symbol's first candle, milliseconds; 0 where it has none."""
        rows = yield self._klines(spot=spot, symbol=symbol, interval=interval, limit=1, startTime=0)
        return int(rows[0][0]) if rows else 0

    def _candles(
        self,
        symbol: str,
        interval: str,
        start_str: Any,
        end_str: Any,
        limit: int,
        spot: bool | HistoricalKlinesType,
    ) -> Steps[None]:
        """Each candle from `start_str` to `end_str`, `limit` a call."""
        earliest = yield self._get_earliest_valid_timestamp(symbol, interval, spot)
        begin = max(_milliseconds(start_str), earliest)
        params: dict[str, Any] = {"symbol": symbol, "interval": interval, "limit": min(limit, MOST_ROWS)}
        if end_str is not None:
            params["endTime"] = _milliseconds(end_str)
        while True:
            rows = yield self._klines(spot=spot, startTime=begin, **params)
            for row in rows:
                yield Item(row)
            if not rows or len(rows) < params["limit"]:
                return
            begin = rows[-1][0] + 1

    @steps
    def _historical_klines(
        self,
        symbol: str,
        interval: str,
        start_str: Any,
        end_str: Any = None,
        limit: int = 500,
        spot: bool = True,
    ) -> Steps[Any]:
        return (yield from gather(self._candles(symbol, interval, start_str, end_str, limit, spot)))

    @asks("get_klines")
    def get_historical_klines(
        self, symbol: str, interval: str, start_str: Any, end_str: Any = None, limit: int = 500
    ) -> Answer:
        """Ask for the candles of a span of time, however many there are.

        Parameters:
            symbol, interval: as for `get_klines`.
            start_str, end_str: dates (`helpers.date_to_milliseconds`), `datetime` or milliseconds, inclusive;
                without an end, to the present.
            limit: candles per call, at most 1000; all of the span are given whatever it is.

        Returns:
            rows as `get_klines` gives them. (0.7.11 ignored `end_str` and `limit`; they are honoured here.)
        """
        return self._historical_klines(symbol, interval, start_str, end_str=end_str, limit=limit, spot=True)

    @pages
    def _historical_klines_generator(
        self, symbol: str, interval: str, start_str: Any, end_str: Any = None, spot: bool = True
    ) -> Steps[None]:
        yield from self._candles(symbol, interval, start_str, end_str, MOST_ROWS, spot)

    @asks("get_klines")
    def get_historical_klines_generator(
        self, symbol: str, interval: str, start_str: Any, end_str: Any = None
    ) -> Any:
        """Iterate over the candles of a span of time; parameters and rows as `get_historical_klines`."""
        return self._historical_klines_generator(symbol, interval, start_str, end_str=end_str)

    @endpoint("GET", "/api/v3/avgPrice", weight=2)
    def get_avg_price(self, **params: Any) -> Answer:
        """Ask for the average price of `symbol` over five minutes.

        Returns:
            ``{'mins': 5, 'price': '9.35751834', 'closeTime': int}``.
        """

    @endpoint("GET", "/api/v3/ticker/24hr", weight=2)
    def get_ticker(self, **params: Any) -> Answer:
        """Ask how `symbol`, or each symbol, moved in 24 hours.

        Returns:
            ``{'symbol', 'priceChange', 'priceChangePercent', 'lastPrice', 'volume', 'openTime', ...}``, or a list.
        """

    @endpoint("GET", "/api/v3/ticker/price", weight=2)
    def get_symbol_ticker(self, **params: Any) -> Answer:
        """Ask for the latest price of `symbol`, or of each.

        Returns:
            ``{'symbol': 'LTCBTC', 'price': '4.00000200'}``, or a list.
        """

    @endpoint("GET", "/api/v3/ticker/bookTicker", weight=2)
    def get_orderbook_ticker(self, **params: Any) -> Answer:
        """Ask for the best prices of `symbol`, or of each.

        Returns:
            ``{'symbol', 'bidPrice', 'bidQty', 'askPrice', 'askQty'}``, or a list.
        """


def _product(symbol: dict[str, Any], day: dict[str, Any]) -> dict[str, Any]:
    filters = {row["filterType"]: row for row in symbol.get("filters", ())}
    return {
        "symbol": symbol["symbol"],
        "baseAsset": symbol["baseAsset"],
        "quoteAsset": symbol["quoteAsset"],
        "status": symbol["status"],
        "active": symbol["status"] == "TRADING",
        "tickSize": filters.get("PRICE_FILTER", {}).get("tickSize"),
        "minTrade": filters.get("LOT_SIZE", {}).get("minQty"),
        "open": day.get("openPrice"),
        "high": day.get("highPrice"),
        "low": day.get("lowPrice"),
        "close": day.get("lastPrice"),
        "volume": day.get("volume"),
        "tradedMoney": day.get("quoteVolume"),
    }
