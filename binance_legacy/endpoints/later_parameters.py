"""Methods of 0.7 that took more in 1.x; the awaitable client has them so."""

from __future__ import annotations

from typing import Any

from ..enums import HistoricalKlinesType
from .account import AccountEndpoints
from .declare import Answer, Steps, asks, gather, open_steps, pages, steps
from .market import MOST_ROWS, MarketEndpoints


class LaterParameters(AccountEndpoints[Answer], MarketEndpoints[Answer]):
    """Names of 0.7 with the parameters of 1.x."""

    @steps
    @asks("get_symbol_ticker")
    def get_all_tickers(self, symbol: str | None = None) -> Steps[Any]:
        """Ask for the latest price of every symbol, or of `symbol`.

        Returns:
            ``[{'symbol': 'LTCBTC', 'price': '4.00000200'}, ...]``.
        """
        answer = yield self.get_symbol_ticker(symbol=symbol)
        return answer if symbol is None else [answer]

    @asks("get_orderbook_ticker")
    def get_orderbook_tickers(self, **params: Any) -> Answer:
        """Ask for the best prices of every symbol, or of `symbols`; as `get_orderbook_ticker` answers."""
        return self.get_orderbook_ticker(**params)

    @steps
    @asks("get_klines")
    def get_historical_klines(
        self,
        symbol: str,
        interval: str,
        start_str: Any = None,
        end_str: Any = None,
        limit: int | None = None,
        klines_type: HistoricalKlinesType = HistoricalKlinesType.SPOT,
    ) -> Steps[Any]:
        """Ask for the candles of a span of time, however many there are.

        Parameters:
            symbol, interval: as for `get_klines`.
            start_str, end_str: dates (`helpers.date_to_milliseconds`), `datetime` or milliseconds, inclusive; without
                a start, from the first candle; without an end, to the present.
            limit: candles at most; all where it is not given.
            klines_type: whose candles.

        Returns:
            rows as `get_klines` gives them.
        """
        page = min(limit or MOST_ROWS, MOST_ROWS)
        walk = self._candles(symbol, interval, start_str or 0, end_str, page, klines_type)
        return (yield from gather(walk, limit))

    @pages
    @asks("get_klines")
    def get_historical_klines_generator(
        self,
        symbol: str,
        interval: str,
        start_str: Any = None,
        end_str: Any = None,
        limit: int = MOST_ROWS,
        klines_type: HistoricalKlinesType = HistoricalKlinesType.SPOT,
    ) -> Steps[None]:
        """Iterate over the candles of a span of time; parameters and rows as `get_historical_klines`.

        Parameters:
            limit: candles per call.
        """
        yield from self._candles(symbol, interval, start_str or 0, end_str, limit, klines_type)

    @open_steps
    @asks("get_account")
    def get_asset_balance(self, asset: str | None = None, **params: Any) -> Steps[Any]:
        """Ask for the balance of `asset`, or of every asset.

        Returns:
            ``{'asset': 'BTC', 'free': '4723846.89208129', 'locked': '0.00000000'}``, or None where there is none; a
            list of such where no asset is named.
        """
        balances = (yield self.get_account(**params)).get("balances", [])
        if asset is None:
            return balances
        return next((row for row in balances if row["asset"].lower() == asset.lower()), None)
