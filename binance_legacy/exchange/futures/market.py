"""The market of all contracts of one margin: asleep until asked for; what is pushed, and what can be asked.

Pure: no clock, no threads, no sockets. It follows the spot market, which is moved on first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

from ...wire.futuresnames import read as read_name
from ...wire.messages import Message
from ...wire.streamnames import Stream
from ..market import answers
from ..market.asked import Asked, UnknownSymbol
from ..market.bars import DAY, MINUTE, Bar, Trade, kline_row
from ..market.listing import Symbol
from ..market.market import Market
from ..market.past import Past
from ..market.publisher import Push
from . import messages
from .basis import FUNDED_EVERY, PerpetualWalk, next_funding
from .contracts import Contract, contracts, exchange_info
from .floor import FuturesFloor, Prices, base_volume, mark_message
from .publisher import coin_volumes, row_24h, scaled_text

MAJORS: Final = 12
"""So many contracts wake when all contracts' tickers are subscribed."""

_OPEN_SHARE: Final = 4
"""The crowd's open interest is the volume of the day before, divided by this."""

_PERPETUAL: Final = "_PERPETUAL"


class FuturesMarket(Asked):
    """Every contract's market.

    Args:
        spot: the market of the indexes.
        margin: ``um`` or ``cm``.

    Attributes:
        margin: as given.
        contracts: by name.
        least_ids: the numbers that the live trades of contracts that still sleep have at least.
        first_orders: the numbers that the orders on them begin with.
    """

    def __init__(self, spot: Market, margin: str) -> None:
        self.margin: Final = margin
        self.contracts: Final[Mapping[str, Contract]] = contracts(margin)
        self.least_ids: Final[dict[str, int]] = {}
        self.first_orders: Final[dict[str, int]] = {}
        self._spot: Final = spot
        self._walk: Final = PerpetualWalk(spot.walk)
        self._floors: Final[dict[str, FuturesFloor]] = {}
        self._prices: Final[dict[str, Prices]] = {}
        self._pasts: Final[dict[str, Past]] = {}
        self._all: Final[dict[str, Stream]] = {}
        self._ticked = spot.now
        self._forced: Final[list[tuple[int, Message]]] = []

    @property
    def now(self) -> int:
        """Market time, milliseconds UTC."""
        return self._spot.now

    # streams

    def subscribe(self, name: str) -> None:
        """Begins to push on a stream; a name that is none is accepted and stays silent, as on the real exchange."""
        stream = read_name(name)
        if stream is None:
            return
        if stream.symbol is None:
            self._all[name] = stream
            self._ticked = self.now if len(self._all) == 1 else self._ticked
            self._wake_majors()
        elif (contract_name := self._named(stream)) is not None:
            self._floor(contract_name).publisher.subscribe(name, stream, self.now)

    def unsubscribe(self, name: str) -> None:
        """Ends pushing on a stream."""
        stream = read_name(name)
        if stream is None:
            return
        if stream.symbol is None:
            self._all.pop(name, None)
        elif (floor := self._floors.get(self._named(stream) or "")) is not None:
            floor.publisher.unsubscribe(name, stream)

    def serves(self, name: str) -> bool:
        """Whether anything is ever pushed on a stream of this name."""
        stream = read_name(name)
        return stream is not None and (stream.symbol is None or self._named(stream) is not None)

    def _named(self, stream: Stream) -> str | None:
        """The contract that a stream is about; indexes and continuous candles are named by their pair."""
        name = stream.symbol or ""
        if stream.kind == "continuousKline":
            if not name.endswith(_PERPETUAL):
                return None
            name = name.removesuffix(_PERPETUAL)
        if name in self.contracts:
            return name
        by_pair = stream.kind in ("continuousKline", "indexPrice", "markPrice")
        return self._of_pair(name) if by_pair else None

    def _of_pair(self, pair: str) -> str | None:
        return next((one.name for one in self.contracts.values() if one.pair == pair), None)

    def advance(self, now: int) -> list[tuple[str, Any]]:
        """Follows the spot market to `now`; returns every message pushed since, oldest first."""
        pushed: list[Push] = []
        self._wake_majors()
        for floor in tuple(self._floors.values()):
            if floor.busy:
                floor.advance(now)
                pushed += floor.pushed
                floor.pushed.clear()
        pushed += self._of_all(now) + self._forced_orders()
        pushed.sort(key=itemgetter(0))
        return [(name, data) for _, name, data in pushed]

    def _forced_orders(self) -> list[Push]:
        """The liquidations since, on the streams that tell of all of them."""
        names = [name for name, stream in self._all.items() if stream.kind == "forceOrder"]
        found: list[Push] = [(at, name, order) for at, order in self._forced for name in names]
        self._forced.clear()
        return found

    def _wake_majors(self) -> None:
        """All contracts' tickers tell of those that are traded: some always are."""
        if any(stream.kind in ("ticker", "miniTicker") for stream in self._all.values()):
            for name in tuple(self.contracts)[:MAJORS]:
                self._floor(name)

    def _of_all(self, now: int) -> list[Push]:
        """What is pushed on the streams of all contracts."""
        found: list[Push] = []
        for second in range(self._ticked // 1000 + 1, now // 1000 + 1):
            at = second * 1000
            if not self._all or now - at > MINUTE:
                continue
            for name, stream in self._all.items():
                if at % (stream.speed or 1000) == 0:
                    found += [(at, name, data) for data in self._told_of_all(stream, at) if data]
        self._ticked = now
        return found

    def _told_of_all(self, stream: Stream, at: int) -> list[Any]:
        if stream.kind == "markPrice":
            return [[self.mark_message(one, at) for one in self.contracts]]
        if stream.kind == "bookTicker":
            return [self._best_message(one, at) for one in self.contracts]
        if stream.kind in ("ticker", "miniTicker"):
            awake = [floor for floor in self._floors.values() if at - floor.now < MINUTE]
            return [[floor.publisher.day(at, stream.kind) for floor in awake]]
        return []

    def _best_message(self, name: str, at: int) -> Message:
        contract = self.contracts[name]
        bid, bid_qty, ask, ask_qty = self._quote(name)
        price, qty = contract.price_text, contract.qty_text
        floor = self._floors.get(name)
        return messages.book_ticker(
            contract.pair, messages.STYLES[contract.margin], name, at, floor.levels.update_id if floor else at,
            price(bid), qty(bid_qty), price(ask), qty(ask_qty),
        )  # fmt: skip

    # where users trade

    def place(self, name: str) -> FuturesFloor:
        """Where a contract is traded, awake, at the present time.

        Raises:
            UnknownSymbol: there is none of this name.
        """
        return self._floor(name)

    def contract(self, name: str) -> Contract:
        """A contract.

        Raises:
            UnknownSymbol: there is none of this name.
        """
        try:
            return self.contracts[name]
        except KeyError:
            raise UnknownSymbol(name) from None

    def _floor(self, name: str) -> FuturesFloor:
        floor = self._floors.get(name)
        if floor is None:
            contract = self.contract(name)
            floor = self._floors[name] = FuturesFloor(
                contract,
                self._walk,
                self.prices(name),
                self._spot.seed,
                self.now,
                self.least_ids.get(name, 0),
                self.first_orders.get(name, 1),
            )
        elif floor.now < self.now:
            floor.advance(self.now)
        return floor

    def prices(self, name: str) -> Prices:
        """The index, funding and mark price of a contract."""
        found = self._prices.get(name)
        if found is None:
            found = self._prices[name] = Prices(self.contract(name), self._walk, self._spot)
        return found

    def mark(self, name: str) -> int:
        """The mark price now, in 1e-8."""
        floor = self._floors.get(name)
        last = None if floor is None else floor.last_scaled(self.now)
        return self.prices(name).mark(self.now, last)

    def liquidated(self, name: str, order: Message) -> None:
        """A position was closed by force: the streams tell of it."""
        if (floor := self._floors.get(name)) is not None:
            floor.publisher.liquidated(order, self.now)
        self._forced.append((self.now, order))

    def mark_message(self, name: str, at: int) -> Message:
        """The mark price as it is pushed."""
        floor = self._floors.get(name)
        if floor is not None:
            return floor.mark(at)
        return mark_message(self.prices(name), at, self.prices(name).mark(at, None))

    def funding_rate(self, name: str, at: int) -> int:
        """The rate paid at a funding time, in 1e-8."""
        return self._walk.funding_rate(self.contract(name), at)

    def fundings(
        self, name: str, start: int | None, end: int | None, limit: int
    ) -> list[tuple[int, int, int]]:
        """Times, rates and mark prices of past fundings, oldest first."""
        last = (self.now if end is None else min(end, self.now)) // FUNDED_EVERY * FUNDED_EVERY
        if start is not None:
            first = next_funding(start)
            last = min(last, first + (limit - 1) * FUNDED_EVERY)
        else:
            first = last - (limit - 1) * FUNDED_EVERY
        contract = self.contract(name)
        marks = 10.0**8
        return [
            (at, self.funding_rate(name, at), round(self._walk.fair(contract, at) * marks))
            for at in range(first, last + 1, FUNDED_EVERY)
        ]

    # what can be asked besides

    def exchange_info(self) -> dict[str, Any]:
        """``exchangeInfo``."""
        return exchange_info(self.margin, self.contracts.values(), self.now)

    def _kline(self, symbol: Symbol, bar: Bar, interval: str, zone: int) -> list[Any]:
        row = kline_row(symbol, bar, interval, zone)
        if isinstance(symbol, Contract) and not symbol.is_linear:
            row[7], row[10] = coin_volumes(symbol, bar)
        return row

    def index_klines(
        self, pair: str, interval: str, start: int | None, end: int | None, limit: int
    ) -> list[list[Any]]:
        """``indexPriceKlines``: candles of the index, without volumes.

        Raises:
            UnknownSymbol: there is no such pair.
        """
        name = self._of_pair(pair)
        if name is None:
            raise UnknownSymbol(pair)
        return priced(self._spot.klines(self.contracts[name].index, interval, start, end, limit))

    def contract_of_pair(self, pair: str) -> Contract:
        """A pair's contract.

        Raises:
            UnknownSymbol: there is no such pair.
        """
        return self.contract(self._of_pair(pair) or pair)

    def depth(self, symbol: str, limit: int = 500) -> dict[str, Any]:
        """``depth``: the best `limit` levels of each side."""
        told = super().depth(symbol, limit)
        sides = {side: told.pop(side) for side in ("bids", "asks")}
        if self.margin != "um":
            told |= {"symbol": symbol, "pair": self.contracts[symbol].pair}
        return {**told, "E": self.now, "T": self.now, **sides}

    def ticker_24h(self, symbols: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of ``ticker/24hr``; None for all contracts, of which none wakes for that."""
        if symbols is not None:
            return [floor.day(floor.now) for floor in map(self._floor, symbols)]
        return [self._day(name) for name in self.contracts]

    def ticker_price(self, symbols: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of ``ticker/price``."""
        for name in symbols or ():
            self._floor(name)
        rows = []
        for name in symbols or self.contracts:
            contract = self.contract(name)
            row = {"symbol": name, "price": contract.price_text(self._last(name)), "time": self.now}
            rows.append(row if contract.is_linear else {**row, "ps": contract.pair})
        return rows

    def book_ticker(self, symbols: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of ``ticker/bookTicker``."""
        for name in symbols or ():
            self._floor(name)
        rows = []
        for name in symbols or self.contracts:
            contract = self.contract(name)
            bid, bid_qty, ask, ask_qty = self._quote(name)
            price, qty = contract.price_text, contract.qty_text
            row: dict[str, Any] = (
                {"symbol": name} if contract.is_linear else {"symbol": name, "pair": contract.pair}
            )
            rows.append(
                row
                | {
                    "bidPrice": price(bid),
                    "bidQty": qty(bid_qty),
                    "askPrice": price(ask),
                    "askQty": qty(ask_qty),
                }
                | {"time": self.now}
            )
        return rows

    def premium_index(self, name: str) -> dict[str, Any]:
        """A row of ``premiumIndex``."""
        contract, prices = self.contract(name), self.prices(name)
        mark = self.mark(name)
        row = {"symbol": name} if contract.is_linear else {"symbol": name, "pair": contract.pair}
        return row | {
            "markPrice": scaled_text(mark),
            "indexPrice": scaled_text(prices.index()),
            "estimatedSettlePrice": scaled_text(mark),
            "lastFundingRate": scaled_text(prices.rate(self.now)),
            "interestRate": "0.00010000",
            "nextFundingTime": next_funding(self.now + 1),
            "time": self.now,
        }

    def open_interest(self, name: str) -> int:
        """How much the crowd holds, in quantity units."""
        yesterday = self.now // DAY * DAY - DAY
        contract = self.contract(name)
        volume = self._past(name).bars("1d", yesterday, yesterday + 1)[0].volume // _OPEN_SHARE
        return max(contract.step, volume // contract.step * contract.step)

    def _past(self, name: str) -> Past:
        floor = self._floors.get(name)
        if floor is not None:
            return floor.past
        return self._pasts.get(name) or self._pasts.setdefault(name, Past(self._walk, self.contract(name)))

    def _last(self, name: str) -> int:
        floor = self._floors.get(name)
        if floor is not None and self.now - floor.now < MINUTE:
            return floor.last_trade().price
        return self._fair(name, self.now)

    def _fair(self, name: str, at: int) -> int:
        """The fair price of a contract that sleeps, in its own units."""
        contract = self.contract(name)
        drift = self.prices(name).drift() if at == self.now else 1.0
        price = self._walk.fair(contract, at) * drift * 10.0**contract.price_places
        return max(contract.tick, int(price / contract.tick) * contract.tick)

    def _quote(self, name: str) -> tuple[int, int, int, int]:
        floor = self._floors.get(name)
        if floor is not None and self.now - floor.now < MINUTE:
            return floor.levels.best()
        contract = self.contract(name)
        bid, qty = self._fair(name, self.now), 100 * contract.step
        return bid, qty, bid + contract.tick, qty

    def _day(self, name: str) -> dict[str, Any]:
        """The last 24 hours; of a contract that sleeps, the prices with the volume of the nearest calendar day."""
        floor = self._floors.get(name)
        if floor is not None and self.now - floor.now < MINUTE:
            return floor.day(floor.now)
        contract = self.contract(name)
        middle = (self.now - DAY // 2) // DAY * DAY
        bar = replace(self._past(name).bars("1d", middle, middle + 1)[0])
        bar.open, bar.close = self._fair(name, self.now - DAY), self._fair(name, self.now)
        bar.high, bar.low = max(bar.high, bar.open, bar.close), min(bar.low, bar.open, bar.close)
        last = Trade(bar.last_id, self.now, bar.close, bar.volume // bar.count, True)
        told = answers.day(contract, bar, last, self._quote(name), self.now)
        return row_24h(contract, told, base_volume(contract, bar))


def priced(rows: list[list[Any]]) -> list[list[Any]]:
    """Candles of a price that is not traded: without volumes."""
    return [[*row[:5], "0", row[6], "0", row[8], "0", "0", "0"] for row in rows]
