"""The whole market: every symbol, asleep until asked for; what is pushed, and what can be asked.

Pure: no clock, no threads, no sockets. Times are milliseconds UTC and come from whoever moves the market on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from ...wire.streamnames import Stream
from ...wire.streamnames import read as read_name
from . import answers
from .asked import Asked, UnknownSymbol
from .bars import DAY, MINUTE, Trade
from .dozing import KINDS, MOST_AWAKE, Dozing
from .floor import Floor
from .listing import ASSETS, LISTING, Symbol, exchange_info
from .live import LiveFloor
from .past import GENESIS, Past
from .publisher import BEAT, Kind, Push
from .tape import Recorded, Tape
from .taped import SETTLING, TapeFloor, tape_symbol, unlisted_symbol
from .walk import Walk

__all__ = ["MAJORS", "Market", "UnknownSymbol"]

log = logging.getLogger("binance_legacy.exchange")

_QUOTED_USD: Final = 3000.0
"""What stands at the best prices of a sleeping symbol is worth this much."""

MAJORS: Final = (
    "BTCUSDT", "ETHUSDT", "BNBUSDT", "XRPUSDT", "ADAUSDT", "SOLUSDT", "DOGEUSDT", "LTCUSDT", "DOTUSDT",
    "LINKUSDT", "TRXUSDT", "BCHUSDT", "XLMUSDT", "EOSUSDT", "ETHBTC", "BNBBTC", "LTCBTC", "XRPBTC", "ADABTC",
    "LINKBTC",
)  # fmt: skip
"""Who wakes when all symbols' tickers are subscribed."""


class Market(Asked):
    """Every symbol's market, from one seed.

    Args:
        seed: the same seed and the same calls give the same answers, on any machine.
        start: market time at the beginning; with tapes, it is the tape's beginning instead.
        tapes: captures to play back, one after another; symbols not recorded trade beside them, simulated.

    Attributes:
        now: market time, milliseconds UTC.
        tape_start: when the tape begins, or None.
        tape_end: when it ends; after that its symbols stand still.
        exchange_filters: filters of all symbols together, as ``exchangeInfo`` shows them.
        least_ids: the numbers that the live trades of symbols that still sleep have at least.
        first_orders: the numbers that the orders on symbols that still sleep begin with.
        moved: how many times their fair price symbols that still sleep trade at, because they were moved before.

    Raises:
        CaptureError: a capture cannot be read.
        ValueError: the market begins before there is a past.
    """

    def __init__(self, *, seed: int = 1, start: int, tapes: Sequence[Path] = ()) -> None:
        self._seed: Final = seed
        self._walk: Final = Walk(seed)
        self._listing: Final[dict[str, Symbol]] = dict(LISTING)
        self._floors: Final[dict[str, LiveFloor]] = {}
        self._taped: Final[dict[str, TapeFloor]] = {}
        self._pasts: Final[dict[str, Past]] = {}
        self._tape_pushes: Final[list[Push]] = []
        self._all: dict[str, Stream] = {}
        self._dozing: Final = Dozing(self._day)
        self.exchange_filters: list[dict[str, Any]] = []
        self.least_ids: Final[dict[str, int]] = {}
        self.first_orders: Final[dict[str, int]] = {}
        self.moved: Final[dict[str, float]] = {}
        self._tape: Final = Tape(tapes) if tapes else None
        self.tape_start: Final = self._tape.start if self._tape else None
        self.tape_end: Final = self._tape.end if self._tape else None
        self.now = start if self.tape_start is None else self.tape_start
        if self.now < GENESIS + DAY:
            raise ValueError(f"market time is in milliseconds and begins in July 2017, not at {self.now}")
        self._tape_tick = self.now
        if self._tape is not None:
            self._open_tape(self._tape)

    # streams

    def subscribe(self, name: str) -> None:
        """Begins to push on a stream; its symbol wakes, but for a ticker's sake only so many do (`dozing`).

        A name that is no stream, an unlisted symbol, or a stream that Binance has switched off is accepted and
        stays silent, as on the real exchange.
        """
        stream = read_name(name)
        if stream is None:
            return
        if stream.symbol is None:
            if stream.kind == "miniTicker":
                self._all[name] = stream
                for floor in self._awake_for_all():
                    floor.publisher.subscribe(name, stream, self.now)
        elif stream.symbol in self._listing and self._may_doze(stream):
            self._dozing.add(name, stream)
        elif stream.symbol in self._listing:
            self._floor(stream.symbol).publisher.subscribe(name, stream, self.now)

    def unsubscribe(self, name: str) -> None:
        """Ends pushing on a stream."""
        stream = read_name(name)
        if stream is None:
            return
        if stream.symbol is None:
            self._all.pop(name, None)
            for floor in self._awake():
                floor.publisher.unsubscribe(name, stream)
        elif (known := self._known(stream.symbol)) is not None:
            known.publisher.unsubscribe(name, stream)
        else:
            self._dozing.remove(name, stream)

    def advance(self, now: int) -> list[tuple[str, Any]]:
        """Moves market time on.

        Args:
            now: the new time; one before the present changes nothing.

        Returns:
            Every message pushed on subscribed streams since: (stream's name, payload), oldest first.
        """
        if now < self.now:
            return []
        if self._tape is not None:
            self._play(self._tape, now)
        pushed, self._tape_pushes[:] = list(self._tape_pushes), []
        for floor in self._floors.values():
            if floor.busy:
                floor.advance(now)
                pushed += floor.pushed
                floor.pushed.clear()
        before, self.now = self.now, now
        pushed += self._dozing.advance(before, now)
        pushed.sort(key=itemgetter(0))
        return list(self._gathered(pushed)) if self._all else [(name, data) for _, name, data in pushed]

    # what is there

    def lists(self, symbol: str) -> bool:
        """Whether a symbol is traded here."""
        return symbol in self._listing

    def tape_symbols(self) -> list[str]:
        """The symbols that are played from a tape."""
        return list(self._taped)

    def tape_kinds(self, symbol: str) -> frozenset[Kind]:
        """The kinds of streams that the tape holds of a symbol."""
        held = self._tape.symbols.get(symbol) if self._tape else None
        return frozenset(held.kinds) if held else frozenset()

    # where users trade

    def place(self, name: str) -> LiveFloor | None:
        """Where a symbol is traded, awake, at the present time; None where a tape plays it.

        Raises:
            UnknownSymbol: it is not listed.
        """
        if name in self._taped:
            return None
        floor = self._floor(self._listed(name).name)
        assert isinstance(floor, LiveFloor)
        return floor

    def tape_place(self, name: str) -> TapeFloor | None:
        """Where a symbol is played from a tape; None where it is not."""
        return self._taped.get(name)

    def symbol(self, name: str) -> Symbol:
        """A listed symbol.

        Raises:
            UnknownSymbol: it is not listed.
        """
        return self._listed(name)

    def names(self) -> list[str]:
        """Every listed symbol's."""
        return list(self._listing)

    def moves(self) -> dict[str, float]:
        """How many times their fair price symbols trade at that were moved."""
        awake = {name: floor.moved_by for name, floor in self._floors.items()}
        return {name: factor for name, factor in {**self.moved, **awake}.items() if factor != 1.0}

    def relist(self, symbol: Symbol) -> None:
        """Lists a symbol as it is from now on: its status, its filters."""
        self._listing[symbol.name] = symbol

    def last_price(self, name: str) -> int | None:
        """The last price in 1e-8, of a sleeping symbol the fair one; None where no such symbol is listed."""
        return int(self._price(name).replace(".", "")) if name in self._listing else None

    @property
    def walk(self) -> Walk:
        """The fair prices."""
        return self._walk

    @property
    def seed(self) -> int:
        """Which simulated market."""
        return self._seed

    def drift(self, name: str) -> float:
        """How many times its fair price a symbol trades at, because it was moved or a tape plays it."""
        if (taped := self._taped.get(name)) is not None:
            return taped.symbol.number(taped.last_trade().price) / self._walk.fair(taped.symbol, self.now)
        floor = self._floors.get(name)
        return self.moved.get(name, 1.0) if floor is None else floor.moved_by

    # what can be asked

    def exchange_info(self, symbols: Sequence[str] | None = None) -> dict[str, Any]:
        """``GET /api/v3/exchangeInfo``."""
        return exchange_info(
            [self._listed(name) for name in (self._listing if symbols is None else symbols)],
            self.now,
            self.exchange_filters,
        )

    def ticker_24h(self, symbols: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of ``GET /api/v3/ticker/24hr``; None for all symbols, of which none wakes for that."""
        if symbols is not None:
            return [floor.day(floor.now) for floor in map(self._floor, symbols)]
        return [self._day(name) for name in self._listing]

    def ticker_price(self, symbols: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of ``GET /api/v3/ticker/price``; None for all symbols, of which none wakes for that."""
        if symbols is not None:
            return [{"symbol": name, "price": _last_price(self._floor(name))} for name in symbols]
        return [{"symbol": name, "price": self._price(name)} for name in self._listing]

    def book_ticker(self, symbols: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of ``GET /api/v3/ticker/bookTicker``; None for all symbols, of which none wakes for that."""
        if symbols is not None:
            floors = map(self._floor, symbols)
            return [answers.book_ticker(floor.symbol, floor.levels.best()) for floor in floors]
        return [answers.book_ticker(self._listing[name], self._quote(name)) for name in self._listing]

    # who is awake

    def _listed(self, name: str) -> Symbol:
        try:
            return self._listing[name]
        except KeyError:
            raise UnknownSymbol(name) from None

    def _known(self, name: str) -> Floor | None:
        return self._taped.get(name) or self._floors.get(name)

    def _awake(self) -> list[Floor]:
        return [*self._taped.values(), *self._floors.values()]

    def _awake_for_all(self) -> list[Floor]:
        """The majors, and who was asked for within the last minute; the rest join when they are asked for again."""
        recent = [name for name, floor in self._floors.items() if self.now - floor.now < MINUTE]
        majors = [name for name in MAJORS if name in self._listing and name not in self._taped]
        return [*self._taped.values(), *map(self._floor, dict.fromkeys([*majors, *recent]))]

    def _may_doze(self, stream: Stream) -> bool:
        """Whether a symbol need not wake for this stream, as many others are awake already."""
        name = stream.symbol or ""
        asleep = self._known(name) is None and name not in MAJORS
        return (
            asleep
            and stream.kind in KINDS
            and sum(floor.busy for floor in self._floors.values()) >= MOST_AWAKE
        )

    def _floor(self, name: str) -> Floor:
        """The symbol's floor, awake, at the present time."""
        if (taped := self._taped.get(name)) is not None:
            return taped
        floor = self._floors.get(name)
        if floor is None:
            least, first = self.least_ids.get(name, 0), self.first_orders.get(name, 1)
            floor = self._floors[name] = LiveFloor(
                self._listed(name), self._walk, self._seed, self.now, least, first
            )
            if name in self.moved:
                floor.move_by(self.moved[name], self.now)
            for dozed, stream in self._dozing.wake(name).items():
                floor.publisher.subscribe(dozed, stream, self.now)
        elif floor.now < self.now:
            floor.advance(self.now)
        for all_name, stream in self._all.items():
            floor.publisher.subscribe(all_name, stream, self.now)
        return floor

    def _open_tape(self, tape: Tape) -> None:
        """Floors for the tape's symbols, whose pasts end at the tape's first prices."""
        found: dict[Symbol, Recorded] = {}
        for name, recorded in tape.symbols.items():
            listed = LISTING.get(name)
            symbol = unlisted_symbol(name, recorded) if listed is None else tape_symbol(listed)
            if symbol is None:
                log.warning(
                    "the tape holds %s, which is made of assets not known here: it stays silent", name
                )
                continue
            found[symbol] = recorded
            self._listing.setdefault(name, symbol)
        # those paid in money first: the others are made to agree with them
        for symbol in sorted(found, key=lambda symbol: abs(ASSETS[symbol.quote].market)):
            price = found[symbol].price
            if price is not None:
                self._walk.shift(symbol, tape.start, symbol.number(price))
        for symbol, recorded in found.items():
            pushed = self._tape_pushes
            self._taped[symbol.name] = TapeFloor(symbol, recorded, self._walk, tape.start, pushed)

    def _play(self, tape: Tape, now: int) -> None:
        """The tape's records up to `now`, with the beats between them."""
        for at, record in tape.advance(now):
            self._beat_until(at)
            floor = self._taped.get(record.symbol or record.stream.partition("@")[0].upper())
            if floor is not None:
                floor.play(record, at)
        self._beat_until(now if now < tape.end else tape.end + SETTLING)
        for floor in self._taped.values():
            floor.now = min(now, tape.end)

    def _beat_until(self, end: int) -> None:
        tick = (self._tape_tick // BEAT + 1) * BEAT
        while tick <= end:
            for floor in self._taped.values():
                floor.tick(tick)
            self._tape_tick = tick
            tick += BEAT

    def _gathered(self, pushed: list[Push]) -> Iterator[tuple[str, Any]]:
        """The messages, those of one moment on a stream of all symbols made into one list."""
        for _, group in groupby(pushed, key=itemgetter(0)):
            lists: dict[str, list[Any]] = {}
            for _, name, data in group:
                if name in self._all:
                    lists.setdefault(name, []).append(data)
                else:
                    yield name, data
            yield from lists.items()

    # symbols that sleep

    def _price(self, name: str) -> str:
        """The last price; of a sleeping symbol the fair one."""
        floor = self._known(name)
        if floor is not None and self.now - floor.now < MINUTE:
            return _last_price(floor)
        symbol = self._listing[name]
        return symbol.price_text(self._fair(symbol, self.now))

    def _fair(self, symbol: Symbol, at: int) -> int:
        """The price around which a symbol that sleeps would trade, where it was moved to."""
        return _fair_price(self._walk, symbol, at, self.moved.get(symbol.name, 1.0))

    def _quote(self, name: str) -> tuple[int, int, int, int]:
        """The best prices; of a sleeping symbol a tick around the fair price."""
        floor = self._known(name)
        if floor is not None and self.now - floor.now < MINUTE:
            return floor.levels.best()
        symbol = self._listing[name]
        bid = self._fair(symbol, self.now)
        worth = _QUOTED_USD / max(1e-12, self._walk.usd(symbol.base, self.now)) * 10.0**symbol.qty_places
        qty = max(symbol.min_qty, int(worth / symbol.step) * symbol.step)
        return bid, qty, bid + symbol.tick, qty

    def _day(self, name: str) -> dict[str, Any]:
        """The last 24 hours; of a sleeping symbol the prices, with the volume of the calendar day nearest to them."""
        floor = self._known(name)
        if floor is not None and self.now - floor.now < MINUTE:
            return floor.day(floor.now)
        symbol = self._listing[name]
        past = self._pasts.get(name) or self._pasts.setdefault(name, Past(self._walk, symbol))
        middle = (self.now - DAY // 2) // DAY * DAY
        bar = replace(past.bars("1d", middle, middle + 1)[0])
        bar.open = self._fair(symbol, self.now - DAY)
        bar.close = self._fair(symbol, self.now)
        bar.high, bar.low = max(bar.high, bar.open, bar.close), min(bar.low, bar.open, bar.close)
        last = Trade(bar.last_id, self.now, bar.close, bar.volume // bar.count, True)
        return answers.day(symbol, bar, last, self._quote(name), self.now)


def _last_price(floor: Floor) -> str:
    return floor.symbol.price_text(floor.last_trade().price)


def _fair_price(walk: Walk, symbol: Symbol, at: int, moved: float) -> int:
    price = walk.fair(symbol, at) * moved * 10.0**symbol.price_places
    return max(symbol.tick, int(price / symbol.tick) * symbol.tick)
