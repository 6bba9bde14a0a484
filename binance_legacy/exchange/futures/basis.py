"""What a perpetual contract is worth beside its index: the premium, the funding rate, the mark price.

The premium is a walk of its own, small and slow, so that it is known at every time as spot prices are. (Binance,
*Mark Price and Price Index*, *Introduction to Funding Rates*.)
"""

from __future__ import annotations

from typing import Final

from ..market.bars import HOUR
from ..market.listing import Symbol
from ..market.walk import Course, Walk, power_of_e

FUNDED_EVERY: Final = 8 * HOUR
"""Funding is paid at 00:00, 08:00 and 16:00 UTC."""

_INTEREST: Final = 10_000
"""The rate of interest within a funding rate, in 1e-8: 0.01%."""

_MOST_APART: Final = 50_000
_MOST: Final = 750_000
_SAMPLES: Final = 8
_MOVE: Final = 0.00006
_UNIT: Final = 10**8
_WALKS: Final = "premium/"


class PerpetualWalk(Walk):
    """The fair prices of contracts: those of spot, with a premium.

    Args:
        spot: the fair prices of spot, which a tape may have shifted.
    """

    def __init__(self, spot: Walk) -> None:
        super().__init__(spot.seed)
        self.past_seed = f"{spot.seed}/perpetual"
        self._spot: Final = spot

    def usual_move(self, name: str) -> float:
        """The standard daily move of a walk, a premium's among them."""
        return _MOVE if name.startswith(_WALKS) else super().usual_move(name)

    def fair(self, symbol: Symbol, at: int) -> float:
        """The contract's fair price at a time (milliseconds UTC)."""
        return self._spot.fair(symbol, at) * (1 + self.premium(symbol, at))

    def course(self, symbol: Symbol) -> Course:
        """The same as a walk of its own."""
        spot = self._spot.course(symbol)
        return Course(self, spot.usual, [*spot.shares, (_WALKS + symbol.name, 1.0)])

    def premium(self, symbol: Symbol, at: int) -> float:
        """How far the contract's fair price lies above its index, as a share."""
        return power_of_e(self._log(_WALKS + symbol.name, at // 1000)) - 1

    def funding_rate(self, symbol: Symbol, at: int) -> int:
        """The rate, in 1e-8, that is paid at the first funding time from `at` on.

        The average premium of the eight hours before, of which the future ones are known here as all else is, and
        the interest, from which it keeps within 0.05%.
        """
        end = next_funding(at)
        times = (end - FUNDED_EVERY + part * FUNDED_EVERY // _SAMPLES for part in range(_SAMPLES))
        average = sum(round(self.premium(symbol, time) * _UNIT) for time in times) // _SAMPLES
        rate = average + max(-_MOST_APART, min(_MOST_APART, _INTEREST - average))
        return max(-_MOST, min(_MOST, rate))


def next_funding(at: int) -> int:
    """The first funding time from a time on."""
    return -(-at // FUNDED_EVERY) * FUNDED_EVERY


def mark_price(index: int, rate: int, premium: float, last: int, at: int) -> int:
    """The mark price: the median of the index with the funding that is due, the index with the premium, the last price.

    Args:
        index: price of spot, in 1e-8.
        rate: of the next funding, in 1e-8.
        premium: as a share.
        last: the contract's last price, in 1e-8.
        at: when, milliseconds.
    """
    left = next_funding(at + 1) - at
    funded = index + index * rate * left // (FUNDED_EVERY * _UNIT)
    usual = index + index * round(premium * _UNIT) // _UNIT
    return sorted((funded, usual, last))[1]
