"""What is traded in the box: symbols with their steps and minimums, assets with their usual worth.

The table beside this module, ``listing.tsv``, names every spot symbol of April 2021, those delisted before that
included, and a few that came later; all of them are tradable here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

_PLACES: Final = 8
_UNIT: Final = 10**_PLACES
_MAX_PRICE_TICKS: Final = 10**10
_LAST_MAX_NOTIONAL: Final = "9000000.00000000"

DEFAULT_PREVENTION: Final = "EXPIRE_MAKER"
"""The self-trade prevention of orders that name none."""

PREVENTIONS: Final = ("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
"""The self-trade preventions that every symbol allows."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A pair of assets and how its prices and quantities are counted.

    Prices and quantities are integers: a price of 10**`price_places` is one quote asset for one base asset, a
    quantity of 10**`qty_places` is one base asset.

    Attributes:
        name: base and quote together, ``ETHBTC``.
        base: what is bought and sold.
        quote: what it is paid in.
        status: ``TRADING``.
        price_places: decimals of a price.
        qty_places: decimals of a quantity.
        tick: the least difference of two prices.
        step: the least difference of two quantities.
        min_qty: the smallest order.
        max_qty: the largest order.
        min_notional: what an order must be worth at least, in the quote asset.
        more_filters: filters beside the usual ones, or instead of those of the same type.
    """

    name: str
    base: str
    quote: str
    status: str
    price_places: int
    qty_places: int
    tick: int
    step: int
    min_qty: int
    max_qty: int
    min_notional: Decimal
    more_filters: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)

    def price_text(self, price: int) -> str:
        """The price with eight decimals, as Binance writes it: ``0.00012300``."""
        return _text(price, self.price_places)

    def qty_text(self, qty: int) -> str:
        """The quantity with eight decimals: ``1.20000000``."""
        return _text(qty, self.qty_places)

    def quote_text(self, quote: int) -> str:
        """An amount of the quote asset, given as price times quantity, with eight decimals, the rest cut off."""
        return _text(quote, self.price_places + self.qty_places)

    def number(self, price: int) -> float:
        """The price as a plain number of quote assets."""
        return price / float(10**self.price_places)


@dataclass(frozen=True, slots=True)
class Asset:
    """What an asset is worth and how it moves.

    Attributes:
        name: ``BTC``.
        usd: its usual worth in US dollars, about as in 2021.
        move: the standard deviation of its daily moves, as a share, the whole market's moves left out.
        market: how much of the whole market's moves it follows: 1 for coins, 0 for money, -1.7 for a short token.
    """

    name: str
    usd: float
    move: float
    market: float


class _Table(Mapping[str, _T]):
    """A mapping that is read from the table when first looked into."""

    def __init__(self, load: Callable[[], dict[str, _T]]) -> None:
        self._load: Final = load

    def __getitem__(self, name: str) -> _T:
        return self._load()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())


@cache
def _lines() -> tuple[list[list[str]], list[list[str]]]:
    """The table's rows: assets, symbols."""
    text = files(__package__).joinpath("listing.tsv").read_text("utf-8")  # the package may lie in a zip
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return [row for row in rows if len(row) == 4], [row for row in rows if len(row) == 7]


@cache
def _load_symbols() -> dict[str, Symbol]:
    return {row[0] + row[1]: _symbol(row) for row in _lines()[1]}


@cache
def _load_assets() -> dict[str, Asset]:
    return {row[0]: Asset(row[0], *map(float, row[1:])) for row in _lines()[0]}


def _symbol(row: list[str]) -> Symbol:
    base, quote, tick, step, min_qty, max_qty, min_notional = row
    price_places, qty_places = _decimals(tick), _decimals(step)
    return Symbol(
        base + quote, base, quote, "TRADING", price_places, qty_places,
        _scaled(tick, price_places), _scaled(step, qty_places), _scaled(min_qty, qty_places),
        _scaled(max_qty, qty_places), Decimal(min_notional),
    )  # fmt: skip


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _scaled(text: str, places: int) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(places, "0")[:places])


def _text(value: int, places: int) -> str:
    scaled = value * 10 ** (_PLACES - places) if places <= _PLACES else value // 10 ** (places - _PLACES)
    return f"{scaled // _UNIT}.{scaled % _UNIT:08d}"


LISTING: Final[Mapping[str, Symbol]] = _Table(_load_symbols)
"""Every symbol by its name, in the order in which Binance lists them."""

ASSETS: Final[Mapping[str, Asset]] = _Table(_load_assets)
"""Every asset by its name."""


def exchange_info(
    symbols: Iterable[Symbol], now: int, exchange_filters: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """``GET /api/v3/exchangeInfo`` as it is answered today.

    Args:
        symbols: those to tell of, in this order.
        now: market time, milliseconds.
        exchange_filters: filters of all symbols together.
    """
    return {
        "timezone": "UTC",
        "serverTime": now,
        "rateLimits": [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, 6000),
            _limit("ORDERS", "SECOND", 10, 100),
            _limit("ORDERS", "DAY", 1, 200000),
            _limit("RAW_REQUESTS", "MINUTE", 5, 300000),
        ],
        "exchangeFilters": [dict(row) for row in exchange_filters],
        "symbols": [_described(symbol) for symbol in symbols],
    }


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _described(symbol: Symbol) -> dict[str, Any]:
    margin = symbol.quote in ("BTC", "ETH", "BNB", "USDT", "BUSD")
    return {
        "symbol": symbol.name,
        "status": symbol.status,
        "baseAsset": symbol.base,
        "baseAssetPrecision": _PLACES,
        "quoteAsset": symbol.quote,
        "quotePrecision": _PLACES,
        "quoteAssetPrecision": _PLACES,
        "baseCommissionPrecision": _PLACES,
        "quoteCommissionPrecision": _PLACES,
        "orderTypes": [
            "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
        ],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": margin,
        "filters": filters(symbol),
        "permissions": [],
        "permissionSets": [["SPOT", "MARGIN"] if margin else ["SPOT"]],
        "defaultSelfTradePreventionMode": DEFAULT_PREVENTION,
        "allowedSelfTradePreventionModes": list(PREVENTIONS),
    }  # fmt: skip


def filters(symbol: Symbol) -> list[dict[str, Any]]:
    """A symbol's filters, as ``exchangeInfo`` shows them."""
    more = {row["filterType"]: dict(row) for row in symbol.more_filters}
    usual = [more.pop(row["filterType"], row) for row in _usual_filters(symbol)]
    return [*usual, *more.values()]


def _usual_filters(symbol: Symbol) -> list[dict[str, Any]]:
    price, qty = symbol.price_text, symbol.qty_text
    tick, step = price(symbol.tick), qty(symbol.step)
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": tick, "maxPrice": price(symbol.tick * _MAX_PRICE_TICKS), "tickSize": tick,
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": qty(symbol.min_qty), "maxQty": qty(symbol.max_qty), "stepSize": step,
        },
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": qty(0), "maxQty": qty(symbol.max_qty // symbol.step // 100 * symbol.step), "stepSize": qty(0),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2000,
            "minTrailingBelowDelta": 10, "maxTrailingBelowDelta": 2000,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5", "askMultiplierDown": "0.2", "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": f"{symbol.min_notional:.8f}", "applyMinToMarket": True,
            "maxNotional": _LAST_MAX_NOTIONAL, "applyMaxToMarket": False, "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    ]  # fmt: skip
