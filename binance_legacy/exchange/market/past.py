"""What was traded before the box was opened: candles of every interval, and single trades, made when asked for.

The past is a tree: a day is parted into 24 hours, an hour into 4 quarters, a quarter into 15 minutes, a minute
into its trades. Prices at the joints are the walk's. Everything else is handed down: a parent's trades, volumes
and quote volumes are shared out among its parts to the last unit, and one part reaches the parent's high, one its
low. So coarse candles equal the sum of fine ones without anybody having to add them up.

What makes it possible down to single trades is kept true for every part, bought and sold apart:

- its quote volume lies well inside what its volume could cost between its low and its high (`_INSIDE`);
- its volume is at least a few steps for each of its trades, and each minute has at least `_FEWEST` trades.

A part's natural quote volume is its volume at the average of the walk over it; what is then missing to the parent's
is spread over the parts, whose lows and highs move apart in the rare case that this does not fit between them.

In a minute the first, last, highest and lowest trades are fixed, small ones; the others follow the walk, and two
of them, at neighbouring prices, take up what is missing: a volume V and a quote volume Q are exactly Q % V at the
price Q // V + 1 and the rest at Q // V.

All prices here count ticks, all quantities steps; the bars and trades handed out are in the symbol's units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from math import ceil, floor, fsum
from typing import Final

from .bars import DAY, HOUR, LENGTH, MINUTE, SECOND, Bar, Trade, bar_end, bar_start, merge, still
from .listing import ASSETS, Symbol
from .walk import DAYS, HOURS, MINUTES, QUARTERS, REACH, SECONDS, Walk, power_of_e, uniform

GENESIS: Final = 1_499_990_400_000
"""2017-07-14: every symbol's past begins here."""

_QUARTER: Final = 15 * MINUTE
_FIRST_DAY: Final = GENESIS // DAY
_FEWEST: Final = 8
_FEWEST_A_DAY: Final = _FEWEST * 1440 * 5 // 4
_INSIDE: Final = {DAYS: 120, HOURS: 100, QUARTERS: 80, MINUTES: 50}
"""How far the average price stays away from low and high, in thousandths of their distance."""

_WIDER: Final = (0.0, 0.03, 0.07, 0.12, 0.2, 0.3, 0.5, 0.75, 1.0)
_PARTS_OF: Final = {HOURS: 24, QUARTERS: 4, MINUTES: 15}
_MINUTES_OF: Final = {HOURS: 60, QUARTERS: 15, MINUTES: 1}
_LENGTH_OF: Final = {DAYS: DAY, HOURS: HOUR, QUARTERS: _QUARTER, MINUTES: MINUTE}


@dataclass(slots=True)
class _Flow:
    """What takers bought, or what they sold."""

    volume: int
    quote: int


@dataclass(slots=True)
class _Part:
    """A day, an hour, a quarter or a minute: prices in ticks, volumes in steps."""

    level: int
    number: int
    open: int
    close: int
    low: int
    high: int
    first_id: int
    count: int
    bought: _Flow
    sold: _Flow

    @property
    def start(self) -> int:
        return self.number * _LENGTH_OF[self.level]


@dataclass(slots=True)
class _Shape:
    """A day, hour or quarter as its parts make it: logarithms of prices.

    Attributes:
        points: where the price stands at the joints.
        moves: how far each part may move.
        bought: how much takers buy in each part, compared with the others.
        sold: how much they sell.
        averages: the mean prices of what is bought and of what is sold.
    """

    points: list[float]
    moves: list[float]
    bought: list[float]
    sold: list[float]
    averages: tuple[float, float]


@dataclass(slots=True)
class _Outline:
    """What the parts of a span are to look like before anything is shared out.

    Attributes:
        points: prices at the joints.
        lows: lowest price of each part.
        highs: highest price of each part.
        averages: what is bought in each part would naturally cost, and what is sold.
    """

    points: list[int]
    lows: list[int]
    highs: list[int]
    averages: tuple[list[float], list[float]]

    def parts(self) -> Iterator[tuple[int, int, int, int]]:
        """Open, close, low and high of each."""
        return zip(self.points, self.points[1:], self.lows, self.highs, strict=False)


class Past:
    """One symbol's past, from `GENESIS` on, as far into the future as wanted.

    Args:
        walk: gives the prices.
        symbol: what was traded.
    """

    def __init__(self, walk: Walk, symbol: Symbol) -> None:
        self.symbol: Final = symbol
        self._course: Final = walk.course(symbol)
        self._ticks: Final = self._course.usual * float(10**symbol.price_places) / symbol.tick
        self._trade: Final = _usual_trade(symbol)
        self._least: Final = max(5, int(0.004 * self._trade))
        self._extra: Final = _trades_a_day(symbol) - _FEWEST_A_DAY
        self._key: Final = f"{walk.past_seed}/{symbol.name}"
        self._waves: Final = lru_cache(64)(lambda wave: uniform(f"{self._key}/wave/{wave}", 17))
        self._shape: Final = lru_cache(512)(self._make_shape)
        self._day: Final = lru_cache(64)(self._make_day)
        self._parts: Final = lru_cache(512)(self._make_parts)
        self._minute_trades: Final = lru_cache(64)(self._make_trades)

    # what can be asked

    def bars(self, interval: str, start: int, end: int) -> list[Bar]:
        """Every candle that begins from `start` to before `end`, none before the one that holds `GENESIS`.

        Args:
            interval: one of Binance's, ``1s`` to ``1M``.
            start: milliseconds UTC.
            end: milliseconds UTC.

        Raises:
            ValueError: no such interval.
        """
        first = bar_start(interval, max(start, GENESIS))
        if first < start:
            first = bar_end(interval, first)
        if first >= end:
            return []
        last = bar_end(interval, bar_start(interval, end - 1))
        if interval == "1s":
            return self._seconds(first, end)
        length = LENGTH.get(interval, DAY)
        level = next(level for level in (DAYS, HOURS, QUARTERS, MINUTES) if length % _LENGTH_OF[level] == 0)
        parts = map(self._bar, self._between(level, max(first, GENESIS), last))
        if length == _LENGTH_OF[level] and interval in LENGTH:
            return list(parts)
        grouped = groupby(parts, key=lambda bar: bar_start(interval, bar.open_time))
        return [merge(group, start) for start, group in grouped]

    def span(self, start: int, end: int) -> list[Bar]:
        """The few bars, of days, hours and so on, that together fill the time from one minute to another."""
        bars: list[Bar] = []
        start = max(start, GENESIS)
        while start < end:
            fitting = (
                lv for lv, length in _LENGTH_OF.items() if start % length == 0 and start + length <= end
            )
            level = next(fitting)
            bars.append(self._bar(self._part(level, start // _LENGTH_OF[level])))
            start += _LENGTH_OF[level]
        return bars

    def minute(self, start: int) -> Bar:
        """The one-minute candle that begins at `start`."""
        return self._bar(self._part(MINUTES, start // MINUTE))

    def trades(self, start: int, end: int) -> list[Trade]:
        """The trades from `start` to before `end`, oldest first."""
        minutes = range(max(start, GENESIS) // MINUTE, -(-end // MINUTE))
        trades = (trade for minute in minutes for trade in self._minute_trades(minute))
        return [trade for trade in trades if start <= trade.time < end]

    def id_at(self, at: int) -> int:
        """The number of the first trade at or after a time; 0 before `GENESIS`."""
        if at <= GENESIS:
            return 0
        for level in (DAYS, HOURS, QUARTERS, MINUTES):
            number, rest = divmod(at, _LENGTH_OF[level])
            if not rest:
                return self._first_id(number) if level == DAYS else self._part(level, number).first_id
        trades = self._minute_trades(at // MINUTE)
        return next((trade.id for trade in trades if trade.time >= at), trades[-1].id + 1)

    def close_at(self, at: int) -> int:
        """The last price before a whole minute."""
        return self._part(MINUTES, at // MINUTE - 1).close * self.symbol.tick

    # the tree

    def _part(self, level: int, number: int) -> _Part:
        """The day, hour, quarter or minute of this number, counted from 1970."""
        if level == DAYS:
            return self._day(number)
        above, index = divmod(number, _PARTS_OF[level])
        return self._parts(level - 1, above)[index]

    def _between(self, level: int, start: int, end: int) -> Iterator[_Part]:
        length = _LENGTH_OF[level]
        return (self._part(level, number) for number in range(start // length, -(-end // length)))

    def _bar(self, part: _Part) -> Bar:
        tick, step = self.symbol.tick, self.symbol.step
        bought, sold = part.bought, part.sold
        return Bar(
            part.start, part.open * tick, part.high * tick, part.low * tick, part.close * tick,
            (bought.volume + sold.volume) * step, (bought.quote + sold.quote) * tick * step, part.count,
            bought.volume * step, bought.quote * tick * step, part.first_id, part.first_id + part.count - 1,
        )  # fmt: skip

    def _price(self, log: float) -> float:
        return self._ticks * power_of_e(log)

    def _near(self, log: float) -> int:
        return max(1, floor(self._price(log) + 0.5))

    def _range(self, low: float, high: float) -> tuple[int, int]:
        """The ticks that lie outside of both, as close as possible."""
        return max(1, floor(self._price(low))), max(1, ceil(self._price(high)))

    # days

    def _first_id(self, day: int) -> int:
        """The number of a day's first trade."""
        return self._traded_until(day) - self._traded_until(_FIRST_DAY)

    def _traded_until(self, day: int) -> int:
        """A count that grows steadily, in waves of weeks, and by chance."""
        wave, part = divmod(day, 16)
        low, *chances = self._waves(wave)
        extra = day + 6.0 * (low + (self._waves(wave + 1)[0] - low) * part / 16) + 0.4 * chances[part]
        return _FEWEST_A_DAY * day + int(self._extra * extra)

    def _make_day(self, day: int) -> _Part:
        shape = self._shape(HOURS, day)
        points = shape.points
        # quarters stay within REACH of an hour's line, and minutes within REACH of a quarter's, half as wide
        low_log, high_log = _reach(points, shape.moves, 1.5 * REACH)
        low, high = self._range(low_log, high_log)
        start, end = self._near(points[0]), self._near(points[-1])
        first = self._first_id(day)
        count = self._first_id(day + 1) - first
        large, taken = uniform(f"{self._key}/day/{day}", 2)
        lively = (0.5 + 0.8 * large) * (0.3 + (high_log - low_log) / (3.2 * self._course.move))
        volume = count * self._trade * lively
        share = 0.45 + 0.1 * taken + 0.05 * _tilt(start, end, low, high)
        bought, sold = (
            _flow(count * self._least + int(volume * part), self._price(average), low, high)
            for part, average in zip((share, 1 - share), shape.averages, strict=True)
        )
        return _Part(DAYS, day, start, end, low, high, first, count, bought, sold)

    # parts

    def _make_shape(self, level: int, number: int) -> _Shape:
        """The shape of the span of this number whose parts are of this level."""
        bridge = self._course.bridge(level, number)
        points = bridge.points
        amount = len(bridge.moves)
        chance = uniform(f"{self._key}/{level}/{number}", 2 * amount)
        bought, sold = [], []
        for a, b, move, large, taken in zip(
            points, points[1:], bridge.moves, chance, chance[amount:], strict=False
        ):
            ratio = (b - a) / (move + 1e-9)
            busy = (0.4 + 0.75 * abs(ratio)) * (move + 1e-9) * (0.6 + 1.2 * large * large)
            lean = 0.5 + 0.12 * min(1.0, max(-1.0, ratio)) + 0.25 * (taken - 0.5)
            bought.append(busy * lean)
            sold.append(busy * (1 - lean))
        if level == MINUTES:
            bought, sold = _even(bought, points), _even(sold, points)
        averages = _weighted(bought, points), _weighted(sold, points)
        return _Shape(points, bridge.moves, bought, sold, averages)

    def _make_parts(self, level: int, number: int) -> list[_Part]:
        parent = self._part(level, number)
        level += 1
        shape = self._shape(level, number)
        outline = self._outline(parent, level, shape)
        amount = len(shape.moves)
        busy = [1e-9 + a + b for a, b in zip(shape.bought, shape.sold, strict=True)]
        steady = fsum(busy) / amount * 0.5
        counts = _shared(parent.count, [steady + b for b in busy], [_FEWEST * _MINUTES_OF[level]] * amount)
        least = [count * self._least for count in counts]
        bought = _shared(parent.bought.volume, shape.bought, least)
        sold = _shared(parent.sold.volume, shape.sold, least)
        costs = _costs(parent, outline, [bought, sold], _INSIDE[level])
        buys, sells = ([*map(_Flow, *pair)] for pair in zip((bought, sold), costs, strict=True))
        firsts = accumulate(counts, initial=parent.first_id)
        rows = zip(outline.parts(), firsts, counts, buys, sells, strict=False)
        return [
            _Part(level, number * amount + index, start, end, low, high, first, count, buy, sell)
            for index, ((start, end, low, high), first, count, buy, sell) in enumerate(rows)
        ]

    def _outline(self, parent: _Part, level: int, shape: _Shape) -> _Outline:
        """The shape of a span's parts, which keep within it and reach its low and its high."""
        first = parent.number * len(shape.moves)
        ranges: list[tuple[int, int]] = []
        averages: tuple[list[float], list[float]] = [], []
        for index, move in enumerate(shape.moves):
            low, high, means = self._part_range(level, first + index, shape.points[index : index + 2], move)
            ranges.append(self._range(low, high))
            for own, mean in zip(averages, means, strict=True):
                own.append(self._price(mean))
        lows = [max(parent.low, low) for low, _ in ranges]
        highs = [min(parent.high, high) for _, high in ranges]
        lows[lows.index(min(lows))] = parent.low
        highs[highs.index(max(highs))] = parent.high
        points = [min(parent.high, max(parent.low, self._near(log))) for log in shape.points]
        return _Outline(points, lows, highs, averages)

    def _part_range(
        self, level: int, number: int, ends: list[float], move: float
    ) -> tuple[float, float, tuple[float, float]]:
        """Low, high and averages of an hour, a quarter or a minute; a minute's by chance."""
        if level == MINUTES:
            above, below = uniform(f"{self._key}/reach/{number}", 2)
            low, high = min(ends) - 0.9 * below * below * move, max(ends) + 0.9 * above * above * move
            middle = (ends[0] + ends[1]) / 2
            return low, high, (middle, middle)
        shape = self._shape(level + 1, number)
        reach = REACH if level == HOURS else 0.3
        return (*_reach(shape.points, shape.moves, reach), shape.averages)

    # trades

    def _make_trades(self, minute: int) -> list[Trade]:
        part = self._part(MINUTES, minute)
        chance = uniform(f"{self._key}/trades/{minute}", 3 * part.count + 2)
        count = part.count
        times = sorted(int(c * MINUTE) for c in chance[:count])
        plan = _Plan(part, chance[count:])
        logs = self._course.bridge(SECONDS, minute).points
        path = [self._price(logs[time // SECOND]) for time in times]
        prices, qtys = [0] * count, [0] * count
        for is_buy, flow in ((True, part.bought), (False, part.sold)):
            fixed, free = plan.places(is_buy)
            for place, price, qty in _fill(
                part, flow, fixed, {at: path[at] + is_buy for at in free}, plan.sizes
            ):
                prices[place], qtys[place] = price, qty
        tick, step = self.symbol.tick, self.symbol.step
        rows = enumerate(zip(times, prices, qtys, strict=True))
        return [
            Trade(part.first_id + at, part.start + time, price * tick, qty * step, at not in plan.buys)
            for at, (time, price, qty) in rows
        ]

    def _seconds(self, start: int, end: int) -> list[Bar]:
        """One-second candles."""
        bars: list[Bar] = []
        minutes = range(start // MINUTE, -(-end // MINUTE))
        for minute in minutes:
            trades = iter(self._minute_trades(minute))
            trade = next(trades, None)
            close = self._part(MINUTES, minute).open * self.symbol.tick
            for second in range(minute * MINUTE, minute * MINUTE + MINUTE, SECOND):
                bar = still(second, close)
                while trade is not None and trade.time < second + SECOND:
                    bar.add(trade)
                    trade = next(trades, None)
                close = bar.close
                if start <= second < end:
                    bars.append(bar)
        return bars


class _Plan:
    """Which of a minute's trades are takers' buys, and which have their prices fixed.

    Attributes:
        buys: places of the buys in the row of trades.
        sizes: how large each trade is, compared with the others; a few are many times the others.
    """

    def __init__(self, part: _Part, chance: list[float]) -> None:
        count = part.count
        order = sorted(range(1, count - 1), key=chance.__getitem__)
        volume = part.bought.volume + part.sold.volume
        buys = min(count - 4, max(4, (2 * count * part.bought.volume + volume) // (2 * volume)))
        ends = [0, count - 1] if chance[0] < 0.5 else [count - 1, 0]
        self.buys: Final = {ends[0], order[0], *order[2:buys]}
        self._fixed: Final = {0: part.open, count - 1: part.close, order[0]: part.high, order[1]: part.low}
        self._count: Final = count
        self.sizes: Final = [1 / (0.02 + c) for c in chance[count : 2 * count]]

    def places(self, is_buy: bool) -> tuple[dict[int, int], list[int]]:
        """Of the buys or the sells: those with fixed prices, and the others."""
        own = [at for at in range(self._count) if (at in self.buys) == is_buy]
        fixed = {at: self._fixed[at] for at in own if at in self._fixed}
        return fixed, [at for at in own if at not in self._fixed]


def _fill(
    part: _Part, flow: _Flow, fixed: dict[int, int], wanted: dict[int, float], sizes: list[float]
) -> list[tuple[int, int, int]]:
    """Trades (place, price, quantity) that add up to the flow exactly.

    Args:
        part: their minute; no price lies outside of it.
        flow: what they add up to.
        fixed: prices at places where they are given.
        wanted: prices that would be natural at the other places, two or more.
        sizes: how large the trade at each place is to be, compared with the others.
    """
    small = max(1, flow.volume // 60)
    done = [(at, price, small) for at, price in fixed.items()]
    volume = flow.volume - small * len(done)
    quote = flow.quote - sum(price * small for _, price, _ in done)
    places = sorted(wanted, key=lambda at: sizes[at])
    qtys = _shared(volume, [sizes[at] for at in places], [1] * len(places))
    prices = _around(quote / volume, [wanted[at] for at in places], qtys, part)
    paid_before = sum(price * qty for price, qty in zip(prices[:-2], qtys[:-2], strict=True))
    last = _two(qtys[-2], qtys[-1], quote - paid_before)
    if not part.low <= last[0][0] <= last[1][0] <= part.high:
        return done + _at_two_prices(places, volume, quote)
    return (
        done
        + list(zip(places[:-2], prices[:-2], qtys[:-2], strict=True))
        + [(at, price, qty) for at, (price, qty) in zip(places[-2:], last, strict=True)]
    )


def _around(target: float, path: list[float], qtys: list[int], part: _Part) -> list[int]:
    """The path moved so that its average is the target, and flattened so that it stays within the minute."""
    paid = 0.0
    for price, qty in zip(path, qtys, strict=True):
        paid += price * qty
    mean = paid / sum(qtys)
    scale = 1.0
    for edge, farthest in ((part.high, max(path)), (part.low, min(path))):
        if abs(farthest - mean) > abs(edge - target):
            scale = min(scale, abs(edge - target) / abs(farthest - mean))
    moved = (floor(target + scale * (price - mean) + 0.5) for price in path)
    return [min(part.high, max(part.low, price)) for price in moved]


def _two(one: int, other: int, quote: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two trades (price, quantity) of together `one` + `other` that cost exactly `quote`, the dearer one last."""
    volume = one + other
    price, rest = divmod(quote, volume)
    if not rest:
        return (price, one), (price, other)
    return (price, volume - rest), (price + 1, rest)


def _at_two_prices(places: list[int], volume: int, quote: int) -> list[tuple[int, int, int]]:
    """Trades at the average price, rounded down, and at the price above it, that add up exactly."""
    price, rest = divmod(quote, volume)
    amount = len(places)
    dear = max(amount - volume + rest, min(rest, amount - 1, max(1, amount * rest // volume))) if rest else 0
    qtys = [
        *_shared(rest, [1.0] * dear, [1] * dear),
        *_shared(volume - rest, [1.0] * (amount - dear), [1] * (amount - dear)),
    ]
    return [
        (at, price + (index < dear), qty) for index, (at, qty) in enumerate(zip(places, qtys, strict=True))
    ]


def _weighted(weights: list[float], points: list[float]) -> float:
    """The mean height of a line through these points, its parts weighted."""
    total = heights = 0.0
    for weight, a, b in zip(weights, points, points[1:], strict=False):
        total += weight
        heights += weight * (a + b)
    return heights / total / 2 if total else points[0]


def _even(busy: list[float], points: list[float]) -> list[float]:
    """More or less busy above and below, so that a quarter's average is the middle of its ends, or nearly.

    So what an hour costs is known without its minutes.
    """
    middle = (points[0] + points[-1]) / 2
    away = [(a + b) / 2 - middle for a, b in pairwise(points)]
    lean = spread = 0.0
    for weight, off in zip(busy, away, strict=True):
        lean += weight * off
        spread += weight * off * off
    tilt = lean / spread if spread else 0.0
    return [weight * min(3.0, max(0.15, 1 - tilt * off)) for weight, off in zip(busy, away, strict=True)]


def _shared(total: int, weights: list[float], least: list[int]) -> list[int]:
    """`total` shared out by weight, to each at least its least."""
    rest = total - sum(least)
    sums = list(accumulate(weights))
    marks = [int(rest * (mark / sums[-1])) for mark in sums[:-1]]
    return (
        [low + to - at for low, at, to in zip(least, [0, *marks], [*marks, rest], strict=True)]
        if sums
        else []
    )


def _flow(volume: int, average: float, low: int, high: int) -> _Flow:
    """A day's flow at about this average price."""
    least, most = _bounds(low, high, volume, _INSIDE[DAYS])
    return _Flow(volume, min(most, max(least, int(average * volume))))


def _bounds(low: int, high: int, volume: int, inside: int) -> tuple[int, int]:
    """Between what a volume may cost, `inside` thousandths away from both ends."""
    margin = -(-(high - low) * volume * inside // 1000)
    return low * volume + margin, high * volume - margin


def _costs(parent: _Part, outline: _Outline, volumes: list[list[int]], inside: int) -> list[list[int]]:
    """What each part's volumes cost; lows and highs move apart where that is needed to add up to the parent's."""
    flows = (parent.bought, parent.sold)
    lows, highs = list(outline.lows), list(outline.highs)
    for wider in _WIDER:
        outline.lows = [low - int((low - parent.low) * wider) for low in lows]
        outline.highs = [high + int((parent.high - high) * wider) for high in highs]
        costs = []
        for flow, own, averages in zip(flows, volumes, outline.averages, strict=True):
            edges = zip(outline.lows, outline.highs, own, strict=True)
            bounds = [_bounds(low, high, volume, inside) for low, high, volume in edges]
            wanted = [int(price * volume) for price, volume in zip(averages, own, strict=True)]
            costs.append(_leveled(flow.quote, wanted, bounds))
        if all(costs):
            return costs
    raise AssertionError("a span's average price lies outside of it")


def _leveled(total: int, wanted: list[int], bounds: list[tuple[int, int]]) -> list[int]:
    """Amounts within bounds that add up to `total`, near what is wanted; none where they cannot."""
    amounts = [min(most, max(least, want)) for want, (least, most) in zip(wanted, bounds, strict=True)]
    missing = total - sum(amounts)
    side, sign = (1, 1) if missing > 0 else (0, -1)
    room = [abs(bound[side] - amount) for amount, bound in zip(amounts, bounds, strict=True)]
    sums = list(accumulate(room, initial=0))
    missing = abs(missing)
    if missing > sums[-1]:
        return []
    if not missing:
        return amounts
    marks = [missing * mark // sums[-1] for mark in sums]
    return [amount + sign * (to - at) for amount, at, to in zip(amounts, marks, marks[1:], strict=False)]


def _reach(points: list[float], moves: list[float], reach: float) -> tuple[float, float]:
    """Lowest and highest of a bridge whose parts stray `reach` of their moves from the straight line."""
    low = high = points[0]
    for a, b, move in zip(points, points[1:], moves, strict=False):
        if a > b:
            a, b = b, a
        low, high = min(low, a - move * reach), max(high, b + move * reach)
    return low, high


def _tilt(start: int, end: int, low: int, high: int) -> float:
    """From -1, falling all the way, to 1, rising."""
    return (end - start) / max(1, high - low)


_BUSIEST: Final = 170_000
_BASES: Final = {
    "BTC": 1.0, "ETH": 0.8, "BNB": 0.5, "XRP": 0.5, "ADA": 0.45, "DOGE": 0.45, "SOL": 0.4, "LTC": 0.4, "DOT": 0.35,
    "LINK": 0.35, "BCH": 0.3, "BCC": 0.3, "TRX": 0.3, "EOS": 0.3, "XLM": 0.25, "MATIC": 0.25, "NEO": 0.2,
}  # fmt: skip
_QUOTES: Final = {"USDT": 1.0, "BUSD": 0.55, "BTC": 0.5, "EUR": 0.3, "USDC": 0.3, "TUSD": 0.2, "PAX": 0.15}
"""How busy an asset's markets are, compared with the busiest."""


def _rank(symbol: Symbol) -> float:
    return _BASES.get(symbol.base, 0.12) * _QUOTES.get(symbol.quote, 0.1)


def _trades_a_day(symbol: Symbol) -> float:
    return 1.3 * _FEWEST_A_DAY + _BUSIEST * _rank(symbol)


def _usual_trade(symbol: Symbol) -> float:
    """The mean quantity of a trade, in steps: worth 50 to 500 US dollars, more where a step is worth much."""
    worth = 60 + 400 * _rank(symbol)
    step = ASSETS[symbol.base].usd * symbol.step / float(10**symbol.qty_places)
    return max(45.0, worth / step)
