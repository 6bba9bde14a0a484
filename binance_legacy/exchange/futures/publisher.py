"""What is pushed on one contract's streams, and when. (Binance, *Derivatives: WebSocket Market Streams*.)"""

from __future__ import annotations

from typing import Any, Final, Protocol

from ...wire.messages import Message
from ...wire.streamnames import Stream
from ..market.bars import DAY, Bar
from ..market.publisher import Kind, Publisher, Push, Shown
from . import messages
from .contracts import UNIT, Contract

_SERVED: Final = frozenset(
    (
        "trade", "aggTrade", "bookTicker", "kline", "continuousKline", "miniTicker", "ticker", "depth", "markPrice",
        "indexPrice", "forceOrder",
    )
)  # fmt: skip
_FINE_BEAT: Final = 50
_SECOND: Final = 1000
_CANDLES: Final = 250
_MINI: Final = 500
_DAYS: Final = 2 * _SECOND


class Listed(Shown, Protocol):
    """A contract's market as its publisher sees it."""

    @property
    def contract(self) -> Contract: ...
    def mark(self, at: int) -> Message: ...
    def index(self, at: int) -> str: ...


def kind_of(stream: Stream) -> Kind:
    """The kind of a futures stream, with its period."""
    if stream.kind in ("kline", "continuousKline"):
        return Kind(stream.kind, stream.interval or "", 0, _CANDLES)
    if stream.kind in ("trade", "aggTrade", "forceOrder") or (
        stream.kind == "bookTicker" and not stream.speed
    ):
        return Kind(stream.kind, "", 0, 0)
    period = stream.speed or {"miniTicker": _MINI, "ticker": _DAYS}.get(stream.kind, _SECOND)
    return Kind(stream.kind, "", stream.levels or 0, period)


class FuturesPublisher(Publisher):
    """The subscribed streams of one contract.

    Args:
        listed: the contract's market.
        pushed: where messages are put, in order of time.
    """

    served = _SERVED
    kind_of = staticmethod(kind_of)

    def __init__(self, listed: Listed, pushed: list[Push]) -> None:
        super().__init__(listed, pushed)
        self._listed: Final = listed
        self._before: Final[dict[Kind, int]] = {}
        self._write_trade = messages.trade
        self._write_aggregate = messages.agg_trade
        self._write_day = messages.ticker
        self._build.update(
            {"continuousKline": self._continuous, "markPrice": self._mark, "indexPrice": self._index}
        )

    def subscribe(self, name: str, stream: Stream, at: int) -> None:
        """Begins to push on `name`, from `at` on."""
        super().subscribe(name, stream, at)
        kind = kind_of(stream)
        if kind.kind == "continuousKline" and kind in self._names:
            self._follow(kind._replace(kind="kline"), name, at)

    def _follow(self, candles: Kind, name: str, at: int) -> None:
        """A continuous candle is that of the contract under another name."""
        Publisher.subscribe(self, name, Stream("kline", "", candles.interval), at)

    def unsubscribe(self, name: str, stream: Stream) -> None:
        """Ends pushing on `name`."""
        super().unsubscribe(name, stream)
        if stream.kind == "continuousKline":
            super().unsubscribe(name, Stream("kline", "", stream.interval))

    def liquidated(self, order: Message, at: int) -> None:
        """A position was closed by force."""
        for name in self.names(Kind("forceOrder", "", 0, 0)):
            self._push(at, name, order)

    def _continuous(self, kind: Kind, at: int) -> None:
        """Its candle comes with the contract's."""

    def _worths(self, bar: Bar) -> tuple[str, str]:
        contract = self._listed.contract
        return super()._worths(bar) if contract.is_linear else coin_volumes(contract, bar)

    def _push_candle(self, at: int, name: str, candle: Message) -> None:
        if "@continuousKline" in name:
            candle = messages.continuous_kline(self._listed.contract.pair, candle)
        self._push(at, name, candle)

    def _mark(self, kind: Kind, at: int) -> None:
        if at % kind.period == 0:
            told = self._listed.mark(at)
            for name in self._names[kind]:
                self._push(at, name, told)

    def _index(self, kind: Kind, at: int) -> None:
        if at % kind.period == 0:
            told = messages.index_price(self._listed.contract.pair, at, self._listed.index(at))
            for name in self._names[kind]:
                self._push(at, name, told)

    def _write_best(self, best: tuple[int, int, int, int], at: int) -> Message:
        contract = self._listed.contract
        bid, bid_qty, ask, ask_qty = best
        price, qty = contract.price_text, contract.qty_text
        return messages.book_ticker(
            contract.pair, messages.STYLES[contract.margin], contract.name, at, self._shown.levels.update_id,
            price(bid), qty(bid_qty), price(ask), qty(ask_qty),
        )  # fmt: skip

    def best(self, at: int) -> Message:
        """The best prices as they are."""
        return self._write_best(self._shown.levels.best(), at)

    def day(self, at: int, kind: str) -> Message:
        """The last 24 hours, as a stream of all contracts tells them."""
        told = self._listed.day(at)
        contract = self._listed.contract
        message = messages.ticker(at, told) if kind == "ticker" else _mini(at, told)
        return {**message, "ps": contract.pair, "st": messages.STYLES[contract.margin]}

    def _mini(self, kind: Kind, at: int) -> None:
        if self._changed(kind, at, self._shown.trade_count):
            for name in self._names[kind]:
                self._push(at, name, _mini(at, self._shown.day(at)))

    def _partial_depth(self, kind: Kind, at: int) -> None:
        levels = self._shown.levels
        if self._changed(kind, at, levels.update_id):
            bids, asks = levels.top(kind.levels)
            self._push_depth(
                kind, at, levels.update_id, levels.update_id, self._texts(bids), self._texts(asks)
            )

    def _push_changes(self, kind: Kind, at: int, changes: Any) -> None:
        bids = self._texts(sorted(changes.bids.items(), reverse=True))
        asks = self._texts(sorted(changes.asks.items()))
        self._push_depth(kind, at, changes.first, changes.last, bids, asks)

    def _push_depth(
        self, kind: Kind, at: int, first: int, last: int, bids: list[list[str]], asks: list[list[str]]
    ) -> None:
        before = self._before.get(kind, first - 1)
        self._before[kind] = last
        contract = self._listed.contract
        for name in self._names[kind]:
            update = messages.depth_update(contract.name, contract.pair, at, first, last, before, bids, asks)
            self._push(at, name, update)

    def _beat_wanted(self) -> int:
        beat = super()._beat_wanted()
        return _FINE_BEAT if beat and any(kind.period % 100 for kind in self._names) else beat


def _mini(at: int, day: dict[str, Any]) -> Message:
    return messages.mini_ticker(
        day["symbol"], at, day["lastPrice"], day["openPrice"], day["highPrice"], day["lowPrice"], day["volume"],
        day["quoteVolume"] if "quoteVolume" in day else day["baseVolume"],
    )  # fmt: skip


def row_24h(contract: Contract, told: dict[str, Any], volume: str) -> dict[str, Any]:
    """A row of ``ticker/24hr`` of futures, made of one of spot's.

    Args:
        contract: whose.
        told: spot's row.
        volume: COIN-M: the volume in the coin.
    """
    left = ("prevClosePrice", "bidPrice", "bidQty", "askPrice", "askQty")
    row = {name: value for name, value in told.items() if name not in left}
    row["openTime"] = row["closeTime"] - DAY
    if not contract.is_linear:
        del row["quoteVolume"]
        row = {"symbol": row.pop("symbol"), "pair": contract.pair, **row, "baseVolume": volume}
    return row


def coin_volumes(contract: Contract, bar: Bar) -> tuple[str, str]:
    """What was traded, and what takers bought, in the coin, by the average price."""
    return _in_coin(contract, bar.volume, bar.quote, bar.close), _in_coin(
        contract, bar.taker_volume, bar.taker_quote, bar.close
    )


def _in_coin(contract: Contract, volume: int, quote: int, close: int) -> str:
    average = max(1, quote // volume if volume else close)
    return scaled_text(contract.value(contract.scaled(average), volume))


def scaled_text(value: int) -> str:
    """A whole number of 1e-8 with eight decimals, also one below zero."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), UNIT)
    return f"{sign}{whole}.{rest:08d}"
