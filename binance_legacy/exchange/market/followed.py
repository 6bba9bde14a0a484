"""A market that follows another one: what is recorded is what happens there now.

Symbols are followed one by one, from when somebody trades them. Whoever follows brings what is pushed there; users
trade beside it as beside a tape, and change nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ...wire.streamnames import Stream
from .. import refusals
from .capture import Record
from .listing import ASSETS, Symbol
from .live import LiveFloor
from .market import Market
from .publisher import kind_of
from .tape import Recorded, units
from .taped import TapeFloor, tape_symbol

_KINDS: Final = frozenset((kind_of(Stream("trade")), kind_of(Stream("depth", speed=100))))


class FollowedMarket(Market):
    """A market of which only what is followed is known.

    Args:
        seed: of the past before what is followed.
        start: market time at the beginning.

    Attributes:
        prices: the last prices there, in 1e-8, by symbol.
    """

    def __init__(self, *, seed: int = 1, start: int) -> None:
        super().__init__(seed=seed, start=start)
        self.prices: Final[dict[str, int]] = {}

    def follow(self, symbol: Symbol, trade: Mapping[str, Any]) -> None:
        """Begins to follow a symbol.

        Args:
            symbol: as it is listed there.
            trade: the latest trade there, a row of ``GET /api/v3/trades``.
        """
        taped, price = tape_symbol(symbol), units(trade["price"])
        first = Recorded(kinds=set(_KINDS), first_trade=trade["id"] + 1, first_price=price)
        self._walk.shift(taped, self.now, taped.number(price))
        self.relist(symbol)
        self._taped[symbol.name] = TapeFloor(taped, first, self._walk, self.now, self._tape_pushes)

    def play(self, name: str, record: Record) -> None:
        """What was pushed, or answered, there."""
        floor = self._taped[name]
        floor.play(record, self.now)

    def begin_book(self, name: str) -> None:
        """The book is asked for anew: what is known of it does not count until it is there."""
        self._taped[name].book.forget()

    def follows(self, name: str) -> bool:
        """Whether a symbol is followed."""
        return name in self._taped

    def place(self, name: str) -> LiveFloor | None:
        """Where a symbol is traded: always beside what is followed.

        Raises:
            Refusal: it is not followed.
        """
        if name not in self._taped:
            raise refusals.unsupported(f"{name} is not followed yet; ask again in a moment")
        return None

    def advance(self, now: int) -> list[tuple[str, Any]]:
        """Moves market time on."""
        pushed = super().advance(now)
        for floor in self._taped.values():
            floor.now = self.now
        return pushed

    def last_price(self, name: str) -> int | None:
        """The last price in 1e-8; None where none is known."""
        floor = self._taped.get(name)
        if floor is not None:
            return floor.last_trade().price
        return self.prices.get(name)

    def drift(self, name: str) -> float:
        """Nothing is traded away from where it is."""
        return 1.0


def symbol_of(row: Mapping[str, Any]) -> Symbol:
    """A symbol as ``exchangeInfo`` lists it.

    Raises:
        Refusal: it is made of assets that are not known here.
    """
    if row["baseAsset"] not in ASSETS or row["quoteAsset"] not in ASSETS:
        raise refusals.unsupported(f"{row['symbol']} is made of assets that are not known here")
    rows = {one["filterType"]: one for one in row["filters"]}
    price, lot = rows["PRICE_FILTER"], rows["LOT_SIZE"]
    notional = rows.get("NOTIONAL") or rows.get("MIN_NOTIONAL") or {"minNotional": "0"}
    price_places, qty_places = _places(price["tickSize"]), _places(lot["stepSize"])
    return Symbol(
        row["symbol"], row["baseAsset"], row["quoteAsset"], row["status"], price_places, qty_places,
        _scaled(price["tickSize"], price_places), _scaled(lot["stepSize"], qty_places),
        _scaled(lot["minQty"], qty_places), _scaled(lot["maxQty"], qty_places), Decimal(notional["minNotional"]),
    )  # fmt: skip


def _places(step: str) -> int:
    return max(0, -int(Decimal(step).normalize().as_tuple().exponent))


def _scaled(text: str, places: int) -> int:
    return int(Decimal(text).scaleb(places))
