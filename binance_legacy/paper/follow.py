"""The symbols that users trade on paper: their books and trades, as the live exchange pushes them."""

from __future__ import annotations

import functools
import logging
import time
from typing import Any
from urllib.parse import urlencode

import orjson
from twisted.internet import defer, threads
from twisted.internet import reactor as _reactor

from binance_legacy.exchange.market.capture import Record
from binance_legacy.exchange.market.followed import FollowedMarket, symbol_of
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.wire.orderbook import Follower

from .asking import Asking, interrupted

log = logging.getLogger("binance_legacy.exchange")
reactor: Any = _reactor

_PATIENCE = 5.0
_PRICES_EVERY = 10.0
_LEVELS = 1000
_QUIET = 2.0
"""After so many seconds without a word of a book it is asked for anew before an order meets it."""

_RETRY = 0.5
_LONGEST_RETRY = 5.0
_NO_SUCH_SYMBOL = (-1100, -1121)


class _Followed:
    """One symbol: whether its book is the live one's, and who waits for that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.follower = Follower()
        self.known = self.asking = False
        self.heard = 0.0
        self.retry = _RETRY
        self.waiting: list[Any] = []

    def is_ready(self, fresh: bool) -> bool:
        """Whether it is known, and, where that is wanted, its book is the live one's now."""
        return self.known and (not fresh or self.follower.in_step)


class Follow:
    """Follows the symbols that users trade, over this package's own sockets.

    Parameters:
        box: whose market they are played into.
        asking: how the live exchange is asked.
    """

    def __init__(self, box: Any, asking: Asking) -> None:
        self._box = box
        self._asking = asking
        self._market: FollowedMarket = box.market
        self._symbols: dict[str, _Followed] = {}
        self._manager: Any = None

    def start(self) -> None:
        """Begin to know prices."""
        reactor.callWhenRunning(self._prices)

    def _prices(self) -> None:
        asked = threads.deferToThread(self._ask, "ticker/price")
        asked.addCallbacks(self._priced, lambda failure: None)
        asked.addBoth(lambda _: reactor.callLater(_PRICES_EVERY, self._prices))

    def _priced(self, rows: list[dict[str, str]]) -> None:
        for row in rows:
            whole, _, decimals = row["price"].partition(".")
            self._market.prices[row["symbol"]] = int(whole + decimals.ljust(8, "0")[:8])

    def _ask(self, path: str, **params: Any) -> Any:
        """Ask the live exchange, in a thread.

        Raises:
            Refusal: that is its answer.
            ValueError: it does not answer as it should.
        """
        answer = self._asking.ask(f"/api/v3/{path}", urlencode(params))
        told = orjson.loads(answer.body)
        if answer.status != 200:
            raise Refusal(int(told["code"]), str(told["msg"]), answer.status)
        return told

    def ready(self, name: str, fresh: bool) -> Any:
        """None where a symbol is followed, and `fresh`: its book is the live one's; else a Deferred of None, when so.

        It fails with a `Refusal` where there is no such symbol, or it is not there in time.
        """
        one = self._symbols.get(name)
        if one is None:
            one = self._symbols[name] = _Followed(name)
            self._begin(one)
        if fresh and one.follower.in_step and time.monotonic() - one.heard > _QUIET:
            one.follower.lose()  # nothing happens there, or the line is frozen: nobody can tell which
            self._snapshot(one)
        if one.is_ready(fresh):
            return None
        waiting: Any = defer.Deferred()
        one.waiting.append(waiting)
        waiting.addTimeout(_PATIENCE, reactor, onTimeoutCancel=lambda *_: self._too_late(one, waiting))
        return waiting

    def _too_late(self, one: _Followed, waiting: Any) -> None:
        if waiting in one.waiting:
            one.waiting.remove(waiting)
        raise interrupted(one.name)

    def _begin(self, one: _Followed) -> None:
        asked = threads.deferToThread(self._describe, one.name)
        asked.addCallbacks(lambda found: self._described(one, *found), lambda why: self._failed(one, why))

    def _describe(self, name: str) -> tuple[Any, Any]:
        info = self._ask("exchangeInfo", symbol=name)["symbols"][0]
        return info, self._ask("trades", symbol=name, limit=1)[-1]

    def _described(self, one: _Followed, info: Any, trade: Any) -> None:
        try:
            self._box.catch_up()
            self._market.follow(symbol_of(info), trade)
        except Refusal as refusal:
            self._give_up(one, refusal)
            return
        one.known = True
        self._listen(one)

    def _failed(self, one: _Followed, why: Any) -> None:
        """A symbol is not there, or the live exchange does not answer; the next one who asks tries again."""
        log.warning("%s cannot be followed: %s", one.name, why.getErrorMessage())
        refused = isinstance(why.value, Refusal) and why.value.code in _NO_SUCH_SYMBOL
        self._give_up(one, why.value if refused else None)

    def _give_up(self, one: _Followed, refusal: Refusal | None) -> None:
        del self._symbols[one.name]
        waiting, one.waiting = one.waiting, []
        for each in waiting:
            each.errback(refusal or interrupted(one.name))

    def _listen(self, one: _Followed) -> None:
        from binance_legacy.websockets import BinanceSocketManager

        if self._manager is None:
            self._manager = BinanceSocketManager(None, on_notice=self._noticed)
            self._manager.daemon = True
            self._manager.start()
        low = one.name.lower()
        self._manager.start_multiplex_socket(
            [f"{low}@trade", f"{low}@depth@100ms"], functools.partial(self._came, one)
        )

    def _noticed(self, notice: dict[str, Any]) -> None:
        if notice["type"] == "lost":
            for one in self._symbols.values():
                one.follower.lose()

    def _came(self, one: _Followed, message: dict[str, Any]) -> None:
        """A message came, in the reactor's thread."""
        name, data = message.get("stream"), message.get("data")
        if name is None or data is None:
            return
        self._box.catch_up()
        record = Record(time.time_ns() // 1000, name, "", data)
        if data.get("e") == "trade":
            self._play(one, record)
        elif data.get("e") == "depthUpdate":
            one.heard = time.monotonic()
            if one.follower.take(data):
                self._play(one, record)
            elif not one.follower.in_step:
                self._snapshot(one)

    def _play(self, one: _Followed, *records: Record) -> None:
        for record in records:
            self._market.play(one.name, record)
        self._box.followed()

    def _snapshot(self, one: _Followed) -> None:
        if one.asking:
            return
        one.asking = True
        asked = threads.deferToThread(self._ask, "depth", symbol=one.name, limit=_LEVELS)
        asked.addCallbacks(lambda book: self._answered(one, book), lambda why: self._ask_again(one))

    def _ask_again(self, one: _Followed) -> None:
        def again() -> None:
            one.asking = False
            if not one.follower.in_step:
                self._snapshot(one)

        reactor.callLater(one.retry, again)
        one.retry = min(2 * one.retry, _LONGEST_RETRY)

    def _answered(self, one: _Followed, book: dict[str, Any]) -> None:
        on_top = one.follower.snapshot(book["lastUpdateId"])
        if on_top is None:
            self._ask_again(one)
            return
        one.asking, one.heard, one.retry = False, time.monotonic(), _RETRY
        now, low = time.time_ns() // 1000, one.name.lower()
        self._market.begin_book(one.name)
        self._play(
            one,
            Record(now, "", one.name, book),
            *(Record(now, f"{low}@depth@100ms", "", dict(each)) for each in on_top),
        )
        waiting, one.waiting = one.waiting, []
        for each in waiting:
            each.callback(None)
