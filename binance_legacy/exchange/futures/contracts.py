"""The perpetual contracts of the box: steps, brackets of leverage, and what ``exchangeInfo`` says of them.

A contract is margined in a stablecoin (*USD-M*: a quantity counts the base asset) or in the coin itself (*COIN-M*: a
quantity counts contracts that are worth so many US dollars each). (Binance, *Derivatives*: exchange information,
leverage brackets; the brackets here have the shape of 2021's.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from ..market.listing import LISTING, Symbol
from ..parameters import PLACES

UNIT: Final = 10**PLACES
USD_M: Final = "um"
COIN_M: Final = "cm"

_ONBOARDED: Final = 1_569_398_400_000
_DELIVERED: Final = 4_133_404_800_000
"""The date at which a perpetual contract is delivered, as Binance writes it: the year 2100."""

_MOST_ORDERS: Final = 200
_MOST_ALGOS: Final = 100
_FARTHEST: Final = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Bracket:
    """What leverage a position of some size may have.

    Attributes:
        number: from 1 on.
        floor: the least notional (COIN-M: amount of the coin), in 1e-8.
        cap: the notional up to which it holds.
        leverage: the highest.
        rate: of maintenance margin, in 1e-8 of the notional.
        less: how much less than `rate` of the whole is to be maintained, in 1e-8.
    """

    number: int
    floor: int
    cap: int
    leverage: int
    rate: int
    less: int


@dataclass(frozen=True, slots=True)
class Contract(Symbol):
    """A perpetual contract, whose prices and quantities are written with no more decimals than they have.

    Attributes:
        margin: ``um`` or ``cm``.
        margin_asset: in which profit, loss and fees are paid.
        pair: ``BTCUSDT``, ``BTCUSD``.
        size: what one contract of COIN-M is worth, in US dollars; 0 of USD-M.
        index: the spot symbol whose price is the index.
        brackets: smallest first.
    """

    margin: str = USD_M
    margin_asset: str = "USDT"
    pair: str = ""
    size: int = 0
    index: str = ""
    brackets: tuple[Bracket, ...] = ()

    @property
    def is_linear(self) -> bool:
        """Profit is paid in the asset that the price is quoted in."""
        return self.size == 0

    @property
    def shown_quote(self) -> str:
        """The quote asset as it is shown: of COIN-M, ``USD``."""
        return self.quote if self.is_linear else "USD"

    def price_text(self, price: int) -> str:
        """A price with the contract's decimals."""
        return _plain(price, self.price_places)

    def qty_text(self, qty: int) -> str:
        """A quantity with the contract's decimals."""
        return _plain(qty, self.qty_places)

    def quote_text(self, quote: int) -> str:
        """An amount given as price times quantity."""
        return _plain(quote, self.price_places + self.qty_places)

    def value(self, price: int, qty: int) -> int:
        """What a quantity is worth at a price in 1e-8, in 1e-8 of the margin asset, the rest cut off."""
        if self.is_linear:
            return int(price * qty // 10**self.qty_places)
        return qty * self.size * UNIT * UNIT // price

    def scaled(self, price: int) -> int:
        """A price in its own units, in 1e-8."""
        return int(price * 10 ** (PLACES - self.price_places))

    def bracket(self, notional: int) -> Bracket:
        """The bracket of a position of this notional."""
        return next((one for one in self.brackets if notional <= one.cap), self.brackets[-1])

    def maintenance(self, notional: int) -> int:
        """What must be left of the margin of a position of this notional, in 1e-8."""
        one = self.bracket(notional)
        return max(0, notional * one.rate // UNIT - one.less)

    def most(self, leverage: int) -> int:
        """The largest notional that a position of this leverage may have, in 1e-8."""
        return max((one.cap for one in self.brackets if one.leverage >= leverage), default=0)


def _plain(value: int, places: int) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    if not places:
        return f"{sign}{value}"
    whole, rest = divmod(value, 10**places)
    return f"{sign}{whole}.{rest:0{places}d}"


# -- the tables ---------------------------------------------------------------------------------------------

_SHAPES: Final[Mapping[str, tuple[tuple[str, int, str], ...]]] = {
    # up to this notional, this leverage, this rate of maintenance margin
    "first": (
        ("50000", 125, "0.004"), ("250000", 100, "0.005"), ("1000000", 50, "0.01"), ("10000000", 20, "0.025"),
        ("20000000", 10, "0.05"), ("50000000", 5, "0.1"), ("100000000", 4, "0.125"), ("200000000", 3, "0.15"),
        ("300000000", 2, "0.25"), ("9000000000", 1, "0.5"),
    ),
    "second": (
        ("10000", 100, "0.005"), ("100000", 75, "0.0065"), ("500000", 50, "0.01"), ("1000000", 25, "0.02"),
        ("2000000", 10, "0.05"), ("5000000", 5, "0.1"), ("10000000", 4, "0.125"), ("20000000", 3, "0.15"),
        ("50000000", 2, "0.25"), ("9000000000", 1, "0.5"),
    ),
    "third": (
        ("10000", 75, "0.0065"), ("50000", 50, "0.01"), ("250000", 25, "0.02"), ("1000000", 10, "0.05"),
        ("2000000", 5, "0.1"), ("5000000", 4, "0.125"), ("10000000", 2, "0.25"), ("9000000000", 1, "0.5"),
    ),
    "fourth": (
        ("5000", 50, "0.01"), ("25000", 20, "0.025"), ("100000", 10, "0.05"), ("250000", 5, "0.1"),
        ("1000000", 2, "0.125"), ("9000000000", 1, "0.5"),
    ),
    "coin": (
        ("5", 125, "0.004"), ("10", 100, "0.005"), ("20", 50, "0.01"), ("50", 20, "0.025"), ("100", 10, "0.05"),
        ("200", 5, "0.1"), ("400", 4, "0.125"), ("1000", 3, "0.15"), ("1500", 2, "0.25"), ("1000000", 1, "0.5"),
    ),
    "coins": (
        ("50", 75, "0.0065"), ("150", 50, "0.01"), ("500", 20, "0.025"), ("5000", 10, "0.05"),
        ("20000", 5, "0.1"), ("100000", 2, "0.25"), ("90000000", 1, "0.5"),
    ),
}  # fmt: skip

_USD_M_TABLE: Final = """
BTC 0.10 0.001 100 first
ETH 0.01 0.001 20 second
BNB 0.010 0.01 5 third
XRP 0.0001 0.1 5 third
ADA 0.00010 1 5 third
SOL 0.0100 1 5 third
DOGE 0.000010 1 5 third
LTC 0.01 0.001 20 third
DOT 0.001 0.1 5 third
LINK 0.001 0.01 20 third
TRX 0.00001 1 5 third
BCH 0.01 0.001 20 third
XLM 0.00001 1 5 third
EOS 0.001 0.1 5 third
ETC 0.001 0.01 20 third
XMR 0.01 0.001 5 fourth
DASH 0.01 0.001 5 fourth
ZEC 0.01 0.001 5 fourth
XTZ 0.001 0.1 5 fourth
ATOM 0.001 0.01 5 fourth
ONT 0.0001 0.1 5 fourth
IOTA 0.0001 0.1 5 fourth
BAT 0.0001 0.1 5 fourth
VET 0.000010 1 5 fourth
NEO 0.001 0.01 5 fourth
QTUM 0.001 0.1 5 fourth
ALGO 0.0001 0.1 5 fourth
ZIL 0.00001 1 5 fourth
KNC 0.00100 1 5 fourth
ZRX 0.0001 0.1 5 fourth
COMP 0.01 0.001 5 fourth
OMG 0.0010 0.1 5 fourth
THETA 0.0010 0.1 5 fourth
MATIC 0.00010 1 5 third
MKR 0.10 0.001 5 fourth
SNX 0.001 0.1 5 fourth
YFI 1 0.001 5 fourth
CRV 0.001 0.1 5 fourth
RUNE 0.0010 1 5 fourth
SUSHI 0.0010 1 5 fourth
EGLD 0.010 0.1 5 fourth
UNI 0.0010 1 5 third
AVAX 0.0010 1 5 third
FTM 0.000100 1 5 fourth
ENJ 0.00010 1 5 fourth
KSM 0.010 0.1 5 fourth
NEAR 0.0010 1 5 fourth
AAVE 0.010 0.1 5 third
FIL 0.001 0.1 5 third
GRT 0.00010 1 5 fourth
SAND 0.00010 1 5 fourth
MANA 0.0001 1 5 fourth
HBAR 0.00001 1 5 fourth
CHR 0.0001 1 5 fourth
STORJ 0.0001 1 5 fourth
CHZ 0.00001 1 5 fourth
AXS 0.01000 1 5 fourth
ALICE 0.001 0.1 5 fourth
1INCH 0.0001 1 5 fourth
"""
"""Of each contract paid in USDT: base asset, tick, step, least notional, brackets."""

_COIN_M_TABLE: Final = """
BTC 0.1 100 coin
ETH 0.01 10 coins
BNB 0.001 10 coins
ADA 0.00001 10 coins
LINK 0.001 10 coins
XRP 0.0001 10 coins
DOT 0.001 10 coins
LTC 0.01 10 coins
BCH 0.01 10 coins
EOS 0.001 10 coins
TRX 0.00001 10 coins
ETC 0.001 10 coins
SOL 0.001 10 coins
DOGE 0.00001 10 coins
"""
"""Of each contract margined in its coin: the coin, tick, US dollars, brackets."""


def _brackets(shape: str) -> tuple[Bracket, ...]:
    found: list[Bracket] = []
    floor, less, before = 0, 0, 0
    for number, (cap, leverage, rate_text) in enumerate(_SHAPES[shape], 1):
        rate, limit = int(Decimal(rate_text) * UNIT), int(Decimal(cap)) * UNIT
        less += floor * (rate - before) // UNIT
        found.append(Bracket(number, floor, limit, leverage, rate, less))
        floor, before = limit, rate
    return tuple(found)


def _steps(text: str) -> tuple[int, int]:
    """Decimals, and the step in units of the last of them."""
    places = len(text.partition(".")[2])
    return places, int(Decimal(text).scaleb(places))


@cache
def contracts(margin: str) -> Mapping[str, Contract]:
    """Every contract of a margin by its name."""
    table = _USD_M_TABLE if margin == USD_M else _COIN_M_TABLE
    rows = [line.split() for line in table.strip().splitlines()]
    made = [_linear(*row) if margin == USD_M else _inverse(*row) for row in rows]
    return {one.name: one for one in made}


def _linear(base: str, tick: str, step: str, least: str, shape: str) -> Contract:
    price_places, ticks = _steps(tick)
    qty_places, steps = _steps(step)
    spot = LISTING[base + "USDT"]
    largest = spot.max_qty * 10**qty_places // 10**spot.qty_places // steps * steps
    return Contract(
        base + "USDT", base, "USDT", "TRADING", price_places, qty_places, ticks, steps, steps, largest,
        Decimal(least), margin=USD_M, margin_asset="USDT", pair=base + "USDT", index=spot.name,
        brackets=_brackets(shape),
    )  # fmt: skip


def _inverse(coin: str, tick: str, size: str, shape: str) -> Contract:
    price_places, ticks = _steps(tick)
    return Contract(
        coin + "USD_PERP", coin, "USDT", "TRADING", price_places, 0, ticks, 1, 1, 1_000_000, Decimal(0),
        margin=COIN_M, margin_asset=coin, pair=coin + "USD", size=int(size), index=coin + "USDT",
        brackets=_brackets(shape),
    )  # fmt: skip


# -- what is told of them -----------------------------------------------------------------------------------


def exchange_info(margin: str, found: Iterable[Contract], now: int) -> dict[str, Any]:
    """``GET /fapi/v1/exchangeInfo`` or ``/dapi/v1/exchangeInfo``."""
    rows = [_described(one) for one in found]
    answer: dict[str, Any] = {
        "timezone": "UTC",
        "serverTime": now,
        "futuresType": "U_MARGINED" if margin == USD_M else "C_MARGINED",
        "rateLimits": [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, 2400),
            _limit("ORDERS", "MINUTE", 1, 1200),
            _limit("ORDERS", "SECOND", 10, 300),
        ],
        "exchangeFilters": [],
    }
    if margin == USD_M:
        asset = {"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "-10000"}
        answer["assets"] = [asset]
    return {**answer, "symbols": rows}


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _described(one: Contract) -> dict[str, Any]:
    is_linear = one.is_linear
    row: dict[str, Any] = {
        "symbol": one.name,
        "pair": one.pair,
        "contractType": "PERPETUAL",
        "deliveryDate": _DELIVERED,
        "onboardDate": _ONBOARDED,
        "status" if is_linear else "contractStatus": one.status,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": one.base,
        "quoteAsset": one.shown_quote,
        "marginAsset": one.margin_asset,
        "pricePrecision": one.price_places,
        "quantityPrecision": one.qty_places,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.015000",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": filters(one),
        "orderTypes": [
            "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"] if is_linear else ["GTC", "IOC", "FOK", "GTX"],
    }  # fmt: skip
    if not is_linear:
        row |= {"contractSize": one.size, "equalQtyPrecision": 4}
    return row


def filters(one: Contract) -> list[dict[str, Any]]:
    """A contract's filters."""
    price, qty = one.price_text, one.qty_text
    rows: list[dict[str, Any]] = [
        {
            "filterType": "PRICE_FILTER", "minPrice": price(one.tick),
            "maxPrice": price(one.tick * 10**8), "tickSize": price(one.tick),
        },
        {
            "filterType": "LOT_SIZE", "minQty": qty(one.min_qty), "maxQty": qty(one.max_qty),
            "stepSize": qty(one.step),
        },
        {
            "filterType": "MARKET_LOT_SIZE", "minQty": qty(one.min_qty), "maxQty": qty(most_at_once(one)),
            "stepSize": qty(one.step),
        },
        {"filterType": "MAX_NUM_ORDERS", "limit": _MOST_ORDERS},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": _MOST_ALGOS},
        {
            "filterType": "PERCENT_PRICE", "multiplierUp": str(1 + _FARTHEST),
            "multiplierDown": str(1 - _FARTHEST), "multiplierDecimal": "4",
        },
    ]  # fmt: skip
    if one.is_linear:
        rows.append({"filterType": "MIN_NOTIONAL", "notional": str(one.min_notional)})
    return rows


def most_at_once(one: Contract) -> int:
    """The largest market order, in quantity units."""
    return max(one.step, one.max_qty // one.step // 10 * one.step)


MOST_ORDERS: Final = _MOST_ORDERS
MOST_ALGOS: Final = _MOST_ALGOS
FARTHEST: Final = int(_FARTHEST * UNIT)
"""How far from the mark price a limit may lie, on the side on which it would trade badly, in 1e-8."""


def bracket_rows(one: Contract) -> list[dict[str, Any]]:
    """A contract's brackets as ``leverageBracket`` tells them."""
    cap, floor = ("notionalCap", "notionalFloor") if one.is_linear else ("qtyCap", "qtyFloor")  # fmt: skip
    return [
        {
            "bracket": each.number,
            "initialLeverage": each.leverage,
            cap: each.cap // UNIT,
            floor: each.floor // UNIT,
            "maintMarginRatio": each.rate / UNIT,
            "cum": each.less / UNIT,
        }
        for each in one.brackets
    ]
