"""A market in motion: the timer that moves it on, who listens to it, who trades on it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs

from twisted.internet import reactor as _reactor

from ..futures.contracts import USD_M
from ..market.clock import MarketClock, Settling
from ..market.market import Market
from ..state.file import StateError
from ..state.keeper import Keeper
from .advice import Advice
from .connections import Connection
from .derivatives import CATEGORIES, UNROUTED, Derivatives, Hall
from .office import WholeOffice
from .push import SPOT, Hearing, House
from .steering import Faults, Stream
from .streams import Streams

log = logging.getLogger("binance_legacy.exchange")
reactor: Any = _reactor

_STEP: Final = 100
"""Milliseconds of market time per step: periodic streams keep their order at any speed."""
_LEAP: Final = 300_000
"""After more than this, as when the machine slept, a market without a tape goes on at once at the present."""
_NOT_KEPT: Final = 3
_AHEAD: Final = 1000
_TICK: Final = 0.02
_IDLE_TICK: Final = 0.5
_PATIENCE: Final = 0.025
_ANSWER_PATIENCE: Final = 0.25


class Box(House):
    """A market in motion, and who listens to it.

    A tape waits at its beginning until somebody listens, and waits for whoever reads slowly: nothing that was
    recorded is lost.

    Args:
        market: at its starting time: without a tape, the real time.
        speed: market seconds per second.
        office: who trades on it; None for nobody yet.

    Attributes:
        faults: what goes wrong on purpose.
        keeper: writes down what changes, before anybody is told; None where nothing is kept.
    """

    def __init__(
        self,
        market: Market,
        speed: float = 1.0,
        office: WholeOffice | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.keeper: Final = keeper
        self.market: Final = market
        self.office = office or WholeOffice(market, speed=speed)
        self.faults: Final = Faults()
        self.streams = Streams(market, self.faults.copies)
        self.derivatives: Final = [
            Derivatives(exchange, self.faults.copies) for exchange in self.office.futures.values()
        ]
        self._halls: Final[dict[str, Hearing]] = {SPOT: self.streams}
        for one in self.derivatives:
            margin = one.exchange.margin
            for category in (*CATEGORIES, UNROUTED) if margin == USD_M else ():
                self._halls[f"{margin}/{category}"] = Hall(one, category)
            self._halls.setdefault(margin, Hall(one, ""))
        self._open: Final[dict[Connection, None]] = {}
        self._advice: Final = Advice(market)
        self._taped: Final = market.tape_end is not None
        self._seconds: Final[Callable[[], float]] = time.monotonic if self._taped else time.time
        now = self._seconds()
        ahead = market.now > now * 1000 + _AHEAD  # as kept: market time never goes back
        began = now if self._taped or ahead else market.now / 1000
        self._clock: Final = MarketClock(market.now, speed, began, market.tape_end)
        self._settling = Settling() if self._taped else None
        self._slow: Final[set[Connection]] = set()
        self._timer: Any = None
        self._told_end = not self._taped
        if self._taped:
            self._clock.hold(market.now)

    def start(self) -> None:
        """Move the market from now on."""
        self._timer = reactor.callLater(_IDLE_TICK, self._tick)

    def catch_up(self, patience: float = _ANSWER_PATIENCE) -> bool:
        """Bring the market to the present, and push what happened.

        Args:
            patience: seconds after which to leave the rest for later.

        Returns:
            whether it is there.
        """
        try:
            return self._catch_up(patience)
        finally:
            self.keep()

    def keep(self, settings: bool = False) -> None:
        """Writes down what has changed; where that cannot be done the exchange ends, and nobody is told."""
        if self.keeper is None:
            return
        try:
            self.keeper.keep(settings)
        except StateError as error:
            log.critical("%s; the exchange ends, so that nothing is told that is not kept", error)
            os._exit(_NOT_KEPT)

    def _catch_up(self, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while (target := self._target()) > self.market.now:
            leap = not self._taped and target - self.market.now > _LEAP
            self.streams.push(self.market.advance(target if leap else min(target, self.market.now + _STEP)))
            self.office.advance()
            for one in self.derivatives:
                one.advance()
            if time.monotonic() > deadline:
                return False
        if target == self.market.tape_end and not self._told_end:
            self._told_end = True
            log.warning("the tape has ended; its market stands still from here on")
        return True

    def _target(self) -> int:
        """The market time of this moment."""
        now = self._seconds()
        if self._clock.held and self._may_run(now):
            self._clock.release(now)
        elif not self._clock.held and self._taped and self._slow:
            self._clock.hold(self.market.now)
        return self._clock.at(now)

    def _may_run(self, now: float) -> bool:
        if self._settling is not None and self._settling.over(now):
            self._settling = None
        return self._settling is None and not self._slow

    def _tick(self) -> None:
        behind = False
        try:
            behind = not self.catch_up(_PATIENCE)
        except Exception:
            log.exception("a part of the market's way was left out")  # streams go on all the same
        delay = _TICK if self._in_use else _IDLE_TICK
        self._timer = reactor.callLater(0 if behind else delay, self._tick)

    def _soon(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.reset(0)

    def followed(self) -> None:
        """A request may have changed the market: what follows is pushed soon. An order that waits starts a tape."""
        if self._settling is not None and self.office.trading.awaited:
            self._settling.arrived(self._seconds(), True)
        self.keep()
        if self._in_use:
            self._soon()

    @property
    def _in_use(self) -> bool:
        """Whether anybody waits for what happens."""
        return self.streams.in_use or self.office.awaited or any(one.in_use for one in self.derivatives)

    def hall(self, door: str) -> Hearing:
        """The streams that lie behind a door."""
        return self._halls[door]

    def leap(self, milliseconds: int) -> None:
        """Market time goes on at once by so much."""
        self._clock.leap(milliseconds)
        while not self.catch_up():
            pass

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call in real time."""
        reactor.callLater(seconds, call)

    def connections(self) -> Iterable[Stream]:
        """Every WebSocket connection that is open."""
        return tuple(self._open)

    # -- what connections tell ----------------------------------------------------------------------------

    def arrived(self, subscribed: bool) -> None:
        self.catch_up()
        if self._settling is not None:
            self._settling.arrived(self._seconds(), subscribed)
        if subscribed and not self._in_use:
            self._soon()

    def asked_for(self, names: Iterable[str], checked: bool = False) -> None:
        for sentence in self._advice.on_streams(names, checked):
            log.warning("%s", sentence)

    def asked_of(self, query: str) -> None:
        """A REST request with these parameters has come."""
        if self._taped:
            for symbol in parse_qs(query).get("symbol", []):
                for sentence in self._advice.on_symbol(symbol):
                    log.warning("%s", sentence)

    def opened(self, connection: Connection) -> None:
        self._open[connection] = None

    def closed(self, connection: Connection) -> None:
        self._open.pop(connection, None)

    def slow(self, connection: Connection) -> None:
        self._slow.add(connection)

    def drained(self, connection: Connection) -> None:
        self._slow.discard(connection)
        if self._clock.held and not self._slow:
            self._soon()
