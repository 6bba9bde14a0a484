"""The fair value of every asset at every time, as a function of the seed alone.

An asset's value is its usual worth times e to the power of a random walk, tied down every 256 days so that it
never strays far, plus a walk that the whole market shares. Each walk is a hierarchy of random bridges: 256 days
are bridged by days, a day by hours, an hour by quarters, a quarter by minutes, a minute by seconds; below a second
it is straight. A bridge needs only its two ends and its own number, so any moment is found without what came
before it. Prices of pairs are ratios of values and agree at all times.

Within an hour and within a quarter a bridge keeps near the straight line between its ends: closer than `REACH` of
its own standard move, and level with the line on average. So what a candle must reach at least is known without
the candles below it.

Numbers come from SHAKE-128 and only + - * / and the square root are applied to them, which every platform and
every Python rounds alike.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_128
from itertools import accumulate
from math import fsum, sqrt
from typing import Final

from .listing import ASSETS, Symbol

REACH: Final = 0.6
"""How far a bridge within an hour or a quarter strays at most, in standard moves of that hour or quarter."""

MARKET: Final = "*"
_MARKET_MOVE: Final = 0.028
_SPAN_DAYS: Final = 256
_ENDS: Final = 8.0
"""The spread of the points that tie a walk down, in daily moves: over 256 days it moves 16."""

_SAME: Final = {"WBTC": "BTC", "BTCB": "BTC", "RENBTC": "BTC", "BETH": "ETH", "BCC": "BCH"}
"""Assets that move as another does."""

_BUSY: Final = (
    0.88, 0.86, 0.84, 0.82, 0.80, 0.80, 0.84, 0.94, 1.02, 1.00, 0.96, 0.94,
    1.00, 1.14, 1.24, 1.24, 1.18, 1.12, 1.06, 1.02, 1.00, 0.98, 0.94, 0.90,
)  # fmt: skip
"""How much an hour of the day (UTC) moves, compared with the average hour."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A walk over one span of time.

    Attributes:
        points: where it stands at the beginning of each part and at the end.
        moves: the standard move of each part.
    """

    points: list[float]
    moves: list[float]


class Walk:
    """The fair values of all assets.

    Args:
        seed: the same seed gives the same values.

    Attributes:
        seed: as given.
        past_seed: what the trades of symbols in the past depend on besides their prices.
    """

    def __init__(self, seed: int) -> None:
        self.seed: Final = seed
        self.past_seed = str(seed)
        self._bridge: Final = lru_cache(8192)(self._make)
        self._latest: Final[dict[str, tuple[int, float, float]]] = {}
        self._worth: Final[dict[str, float]] = {}
        self._factor: Final[dict[str, float]] = {}

    def usd(self, asset: str, at: int) -> float:
        """What one unit of the asset is worth in US dollars at a time (milliseconds UTC)."""
        second, rest = divmod(at, 1000)
        latest = self._latest.get(asset)
        if latest is None or latest[0] != second:
            low = latest[2] if latest and latest[0] == second - 1 else self._value(asset, second)
            latest = self._latest[asset] = second, low, self._value(asset, second + 1)
        return latest[1] + (latest[2] - latest[1]) * rest / 1000

    def fair(self, symbol: Symbol, at: int) -> float:
        """The fair price of the symbol, in quote assets, at a time (milliseconds UTC)."""
        ratio = self.usd(symbol.base, at) / self.usd(symbol.quote, at)
        return ratio * self._factor.get(symbol.name, 1.0)

    def shift(self, symbol: Symbol, at: int, price: float) -> None:
        """Multiplies the symbol's fair prices, of all times, so that it is `price` at the time `at`.

        The base asset's value is multiplied; where another symbol has done that already, the quote asset's; where
        that has been done too, this symbol's price alone. So prices of pairs go on agreeing as far as possible.
        Whoever has asked for prices before must ask again.
        """
        factor = price / self.fair(symbol, at)
        for asset, ratio in ((symbol.base, factor), (symbol.quote, 1 / factor)):
            if asset not in self._worth and ASSETS[asset].market:
                self._worth[asset] = ASSETS[asset].usd * ratio
                self._latest.pop(asset, None)
                return
        self._factor[symbol.name] = self._factor.get(symbol.name, 1.0) * factor

    def course(self, symbol: Symbol) -> Course:
        """The symbol's fair price as a walk of its own."""
        base, quote = ASSETS[symbol.base], ASSETS[symbol.quote]
        shares = {_name(base.name): 1.0}
        shares[_name(quote.name)] = shares.get(_name(quote.name), 0.0) - 1.0
        shares[MARKET] = base.market - quote.market
        usual = self._usual(base.name) / self._usual(quote.name) * self._factor.get(symbol.name, 1.0)
        return Course(
            self, usual, [(name, share) for name, share in shares.items() if share and self.usual_move(name)]
        )

    def usual_move(self, name: str) -> float:
        """The standard daily move of a walk."""
        return _MARKET_MOVE if name == MARKET else ASSETS[name].move

    def bridge(self, name: str, level: int, number: int) -> Bridge:
        """A walk over the span of time of this level and number."""
        return self._bridge(name, level, number)

    def _value(self, asset: str, second: int) -> float:
        market = ASSETS[asset].market
        log = self._log(_name(asset), second)
        return self._usual(asset) * power_of_e(log + market * self._log(MARKET, second) if market else log)

    def _usual(self, asset: str) -> float:
        return self._worth.get(asset) or ASSETS[asset].usd

    def _log(self, name: str, second: int) -> float:
        """Where a walk stands at a whole second, from the coarsest bridge that knows."""
        if not self.usual_move(name):
            return 0.0
        number, level = second, SECONDS
        while level > DAYS:
            number, part = divmod(number, _PARTS[level])
            if part:
                return self._bridge(name, level, number).points[part]
            level -= 1
        number, part = divmod(number, _SPAN_DAYS)
        return self._bridge(name, DAYS, number).points[part]

    def _make(self, name: str, level: int, number: int) -> Bridge:
        noise = _noise(f"{self.seed}/{name}/{level}/{number}", _PARTS[level] * (2 if level < QUARTERS else 1))
        if level == DAYS:
            return self._days(name, number, noise)
        above, part = divmod(number, _PARTS[level - 1])
        parent = self._bridge(name, level - 1, above)
        start, end, move = parent.points[part], parent.points[part + 1], parent.moves[part]
        moves = _parted(move, level, noise)
        points = _bridged(start, end, moves, noise)
        if level in (QUARTERS, MINUTES):
            points = _held(points, REACH * move)
        return Bridge(points, moves)

    def _days(self, name: str, number: int, noise: list[float]) -> Bridge:
        move = self.usual_move(name)
        start, end = (_noise(f"{self.seed}/{name}/{at}", 1)[0] for at in (number, number + 1))
        moves = [move * lively for lively in _liveliness(noise[_SPAN_DAYS:])]
        return Bridge(_bridged(start * _ENDS * move, end * _ENDS * move, moves, noise), moves)


DAYS: Final = 0
HOURS: Final = 1
QUARTERS: Final = 2
MINUTES: Final = 3
SECONDS: Final = 4
_PARTS: Final = (_SPAN_DAYS, 24, 4, 15, 60)
"""The parts of a span of each level: 256 days; 24 hours; 4 quarters; 15 minutes; 60 seconds."""


class Course:
    """The fair price of one symbol, as the sum of the walks that move it.

    Args:
        walk: where the walks are.
        usual: the price where all walks stand at zero.
        shares: the walks by name, and how often each counts.

    Attributes:
        usual: as given.
        shares: as given.
        move: the price's standard daily move.
    """

    def __init__(self, walk: Walk, usual: float, shares: list[tuple[str, float]]) -> None:
        self._walk: Final = walk
        self.shares: Final = shares
        self.usual: Final = usual
        self.move: Final = 1e-5 + sqrt(fsum((walk.usual_move(name) * share) ** 2 for name, share in shares))

    def bridge(self, level: int, number: int) -> Bridge:
        """The logarithm of the price, without `usual`, over the span of this level and number.

        The moves are sums of the single walks' moves: a bound, not a standard deviation.
        """
        if not self.shares:
            return Bridge([0.0] * (_PARTS[level] + 1), [0.0] * _PARTS[level])
        (name, share), *others = self.shares
        bridge = self._walk.bridge(name, level, number)
        points = [share * own for own in bridge.points]
        moves = bridge.moves if abs(share) == 1 else [abs(share) * own for own in bridge.moves]
        for name, share in others:
            bridge, weight = self._walk.bridge(name, level, number), abs(share)
            points = [point + share * own for point, own in zip(points, bridge.points, strict=True)]
            moves = [move + weight * own for move, own in zip(moves, bridge.moves, strict=True)]
        return Bridge(points, moves)


def power_of_e(x: float) -> float:
    """e to the power of `x`, the same to the last bit everywhere (the library's may differ in it)."""
    y = x / 64
    power = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4 * (1 + y / 5 * (1 + y / 6)))))
    for _ in range(6):
        power *= power
    return power


def uniform(key: str, count: int) -> list[float]:
    """So many numbers from 0 to below 1, evenly spread, that depend on the key alone."""
    return [n / 4294967296 for n in struct.unpack(f"<{count}I", shake_128(key.encode()).digest(4 * count))]


def _noise(key: str, count: int) -> list[float]:
    """So many numbers around 0 with standard deviation 1, never beyond 3.5 (sums of four even ones)."""
    raw = struct.unpack(f"<{4 * count}H", shake_128(key.encode()).digest(8 * count))
    four = zip(raw[0::4], raw[1::4], raw[2::4], raw[3::4], strict=True)
    return [(a + b + c + d - 131070) / 37837.23 for a, b, c, d in four]


def _name(asset: str) -> str:
    """The walk that moves an asset."""
    return _SAME.get(asset, asset)


def _bridged(start: float, end: float, moves: list[float], noise: list[float]) -> list[float]:
    """A random walk with these standard moves from `start` to `end`."""
    walked = [0.0, *accumulate(move * z for move, z in zip(moves, noise, strict=False))]
    time = [0.0, *accumulate(move * move for move in moves)]
    drift = (end - start - walked[-1]) / time[-1]
    points = [start + w + t * drift for w, t in zip(walked, time, strict=True)]
    points[-1] = end
    return points


def _held(points: list[float], reach: float) -> list[float]:
    """The bridge bent so that it is level with the straight line on average and strays less than `reach`."""
    parts = len(points) - 1
    start, slope = points[0], (points[-1] - points[0]) / parts
    away = [point - start - slope * part for part, point in enumerate(points)]
    # a parabola of the same area is taken out: that of the parts' middles is parts * (parts² - 1) / 6
    excess = list(accumulate(away))[-1] * 6 / (parts * (parts * parts - 1))
    held = [off - excess * part * (parts - part) for part, off in enumerate(away)]
    bent = [start + slope * i + off / sqrt(1 + (off / reach) * (off / reach)) for i, off in enumerate(held)]
    bent[-1] = points[-1]
    return bent


def _parted(move: float, level: int, noise: list[float]) -> list[float]:
    """The standard moves of the parts of a span that moves `move` as a whole."""
    parts = _PARTS[level]
    even = move / sqrt(parts)
    if level > HOURS:
        return [even] * parts
    return [even * busy * lively for busy, lively in zip(_BUSY, _liveliness(noise[parts:]), strict=True)]


def _liveliness(noise: list[float]) -> list[float]:
    """How lively each part is: around 1, in waves, now and then more than double."""
    waves = accumulate(noise, lambda before, z: 0.85 * before + 0.527 * z)
    return [0.42 + 0.32 * (wave + 0.6) * (wave + 0.6) for wave in waves]
