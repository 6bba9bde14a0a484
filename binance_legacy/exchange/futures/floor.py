"""Where a contract is traded: a floor with a crowd of its own, which keeps near its index."""

from __future__ import annotations

from typing import Any, Final, Protocol

from ...wire.messages import Message
from ..market.bars import Bar
from ..market.live import LiveFloor
from . import messages
from .basis import PerpetualWalk, mark_price, next_funding
from .contracts import UNIT, Contract
from .publisher import FuturesPublisher, coin_volumes, row_24h, scaled_text

_JUMP: Final = 0.002
"""Where spot has moved by more than this at once, the crowd here quotes anew."""

_STALE: Final = 60_000
_OTHER_CROWD: Final = 7_919


class Spot(Protocol):
    """The spot market, as far as contracts follow it."""

    @property
    def now(self) -> int: ...
    def last_price(self, name: str) -> int | None: ...
    def drift(self, name: str) -> float: ...


class Prices:
    """The index, the funding rate and the mark price of a contract, whether anybody trades it or not.

    Args:
        contract: whose.
        walk: the fair prices of contracts.
        spot: the market of the index.
    """

    def __init__(self, contract: Contract, walk: PerpetualWalk, spot: Spot) -> None:
        self.contract: Final = contract
        self._walk: Final = walk
        self._spot: Final = spot
        self._rate: tuple[int, int] = -1, 0

    def index(self) -> int:
        """The price of spot, in 1e-8."""
        price = self._spot.last_price(self.contract.index)
        assert price is not None
        return price

    def rate(self, at: int) -> int:
        """The rate of the next funding, in 1e-8."""
        due = next_funding(at + 1)
        if self._rate[0] != due:
            self._rate = due, self._walk.funding_rate(self.contract, due)
        return self._rate[1]

    def mark(self, at: int, last: int | None) -> int:
        """The mark price in 1e-8; `last` is the contract's last price where somebody trades it."""
        index, premium = self.index(), self._walk.premium(self.contract, at)
        usual = index + index * round(premium * UNIT) // UNIT
        return mark_price(index, self.rate(at), premium, usual if last is None else last, at)

    def drift(self) -> float:
        """How far spot trades away from its fair price."""
        return self._spot.drift(self.contract.index)


class FuturesFloor(LiveFloor):
    """A floor where a crowd trades a contract.

    Args:
        contract: which.
        walk: the fair prices of contracts.
        prices: of the contract.
        seed: of the crowd.
        now: the time at which it wakes.
        least_id: the number that its first live trade has at least.
        first_order: the number of its first order.
    """

    publisher: FuturesPublisher

    def __init__(
        self,
        contract: Contract,
        walk: PerpetualWalk,
        prices: Prices,
        seed: int,
        now: int,
        least_id: int = 0,
        first_order: int = 1,
    ) -> None:
        super().__init__(contract, walk, seed + _OTHER_CROWD, now, least_id, first_order)
        self.contract: Final = contract
        self.prices: Final = prices
        self.publisher = FuturesPublisher(self, self.pushed)
        self.follow(now)

    def advance(self, now: int) -> None:
        """Moves the market to `now`."""
        self.follow(self.now)
        super().advance(now)

    def follow(self, at: int) -> None:
        """Goes where spot has been moved to."""
        drift, before = self.prices.drift(), self._moved_by
        self._moved_by = drift
        if abs(drift / before - 1) > _JUMP:
            self._jump_to_fair(at)

    def last_scaled(self, at: int) -> int | None:
        """The last price in 1e-8; None where nobody has traded here lately."""
        return self.contract.scaled(self.last_trade().price) if at - self.now < _STALE else None

    def mark(self, at: int) -> Message:
        """The mark price as it is pushed."""
        return mark_message(self.prices, at, self.prices.mark(at, self.last_scaled(at)))

    def index(self, at: int) -> str:
        """The index as it is pushed."""
        return scaled_text(self.prices.index())

    def day(self, at: int) -> dict[str, Any]:
        """The last 24 hours."""
        return row_24h(self.contract, super().day(at), base_volume(self.contract, self.day_bar(at)))


def mark_message(prices: Prices, at: int, mark: int) -> Message:
    """The mark price of a contract as it is pushed."""
    contract = prices.contract
    return messages.mark_price(
        contract.name, contract.pair, messages.STYLES[contract.margin], at, scaled_text(mark), scaled_text(mark),
        scaled_text(prices.index()), scaled_text(prices.rate(at)), next_funding(at + 1),
    )  # fmt: skip


def base_volume(contract: Contract, bar: Bar) -> str:
    """What was traded in the coin, by the bar's average price; "" of USD-M."""
    if contract.is_linear:
        return ""
    return coin_volumes(contract, bar)[0]
