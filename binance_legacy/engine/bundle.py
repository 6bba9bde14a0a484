"""A user's socket that takes several connections: streams of different doors, more than one line carries, or streams
that Binance switched off, put together again from those that are alive.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from . import callbacks
from .connection import Message
from .errands import Errands
from .feed import Feed
from .reactor import reactor
from .settings import times
from .socket import Notice, Sink, Socket, Teller
from .subscriptions import MOST_STREAMS

log = logging.getLogger("binance_legacy.engine")

_FIRST_RETRY = 0.5
_LONGEST_RETRY = 60.0


class Part(Protocol):
    """What a bundle is made of; as of `Socket`."""

    def _connect(self) -> None: ...
    def _disconnect(self) -> None: ...
    def _stop(self) -> None: ...
    def hold(self) -> None: ...
    def let_go(self) -> None: ...
    @property
    def feeds(self) -> list[Feed]:
        """Its connections."""


class Bundle(Socket):
    """A user's socket over several connections.

    Parameters:
        key: what the user knows it by (the conn_key).
        callback: called with each message; replaced by `sink` where there is one.
        sink: given the messages of each read instead.
        on_notice: called in the reactor thread with each `Notice`, or None.
        on_give_up: given the message of a factory that gave up, instead of who gets the others.
        adder: makes the part for streams that are asked for later; None where none may be.
    """

    def __init__(
        self,
        key: str,
        *,
        callback: Callable[[Message], Any] | None = None,
        sink: Sink | None = None,
        on_notice: Teller | None = None,
        on_give_up: Callable[[Message], Any] | None = None,
    ) -> None:
        super().__init__(key, on_notice)
        self._callback, self._sink, self._on_give_up = callback, sink, on_give_up
        self._raised = 0
        self._gave_up = False
        self._opened = False
        self._held = False
        self.parts: list[Part] = []
        self.add_streams: Callable[[Sequence[str]], None] | None = None
        self.drop_streams: Callable[[Sequence[str]], None] | None = None

    # -- what its parts tell ------------------------------------------------------------------------------

    def take(self, messages: list[Message]) -> None:
        """Messages for the user."""
        if self._sink is not None:
            if not self._ended:
                self._sink(messages)
            return
        for message in messages:
            if self._ended or self._callback is None:
                return
            if not callbacks.call(self._callback, message, self.key):
                self._raised += 1

    def noticed(self, notice: Notice) -> None:
        """Something happened to one of its connections."""
        if notice["type"] == "restored" and not any(feed.is_down for feed in self._feeds()):
            self._gave_up = False
        self._notify(notice)

    def gave_up(self, message: Message) -> None:
        """A connection's retries passed their number: told once, until all are back."""
        if not self._gave_up:
            self._gave_up = True
            (self._on_give_up or self._take_one)(message)

    def _take_one(self, message: Message) -> None:
        self.take([message])

    # -- as a socket --------------------------------------------------------------------------------------

    def _feeds(self) -> list[Feed]:
        return [feed for part in self.parts for feed in part.feeds]

    @property
    def factory(self) -> Any:
        feeds = self._feeds()
        return feeds[0].factory if feeds else None

    @factory.setter
    def factory(self, factory: Any) -> None:
        for feed in self._feeds():
            feed.factory = factory

    @property
    def state(self) -> str:
        states = {feed.state for feed in self._feeds()} or {"connecting" if self._opened else "disconnected"}
        return next((state for state in ("disconnected", "connecting") if state in states), "connected")

    @property
    def untouched(self) -> bool:
        return not self._opened

    def add(self, part: Part) -> None:
        """Another part; connected where the others are."""
        self.parts.append(part)
        if self._held:
            part.hold()
        if self._opened and not self._ended:
            part._connect()

    def subscribe(self, names: Iterable[str]) -> None:
        if self.add_streams is None:
            super().subscribe(names)
        else:
            self.add_streams(list(names))

    def unsubscribe(self, names: Iterable[str]) -> None:
        if self.drop_streams is None:
            super().unsubscribe(names)
        else:
            self.drop_streams(list(names))

    def _connect(self) -> None:
        if not self._ended:
            self._opened = True
            for part in self.parts:
                part._connect()

    def _disconnect(self) -> None:
        for part in self.parts:
            part._disconnect()

    def _stop(self) -> None:
        for part in self.parts:
            part._stop()

    def hold(self) -> None:
        self._held = True
        for part in self.parts:
            part.hold()

    def let_go(self) -> None:
        self._held = False
        for part in self.parts:
            part.let_go()

    def status(self) -> dict[str, Any]:
        """As `Feed.status`, of all connections together; ``lines``: how many those are."""
        each = [feed.status() for feed in self._feeds()]
        counts = ("messages", "connections", "losses", "missing", "repeated", "raised")
        silent = [one["silent_for"] for one in each if one["silent_for"] is not None]
        return {
            "state": self.state,
            **{name: sum(one[name] for one in each) for name in counts},
            "raised": self._raised,
            "silent_for": min(silent, default=None),
            "last_loss": next((one["last_loss"] for one in each if one["last_loss"]), None),
            "lines": len(each),
        }


class Line:
    """A part of one connection."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.feeds = [feed]
        self._connect, self._disconnect, self._stop = feed._connect, feed._disconnect, feed._stop
        self.hold, self.let_go = feed.hold, feed.let_go


class Latest:
    """Keeps the latest row of each symbol, and hands them on together once a period.

    Parameters:
        hand: takes the list of rows that came in a period.
        period: seconds.
    """

    def __init__(self, hand: Callable[[list[dict[str, Any]]], None], period: float) -> None:
        self._hand, self._period = hand, period
        self._rows: dict[Any, dict[str, Any]] = {}
        self._timer: Any = None
        self._due = 0.0

    def start(self) -> None:
        """Begin a period. In the reactor thread."""
        if self._timer is None:
            self._due = reactor.seconds()
            self._next()

    def stop(self) -> None:
        """No more periods."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def take(self, rows: Iterable[Message]) -> None:
        """Rows came."""
        for row in rows:
            if type(row) is dict:
                self._rows[row.get("s")] = row

    def _next(self) -> None:
        now = reactor.seconds()
        self._due = max(self._due + self._period, now)
        self._timer = reactor.callLater(self._due - now, self._end_of_period)

    def _end_of_period(self) -> None:
        self._next()
        if self._rows:
            rows, self._rows = list(self._rows.values()), {}
            self._hand(rows)


class Slow(Line):
    """A part of one stream of arrays, whose rows are handed on together every so often: the old `update_time`."""

    def __init__(self, feed_of: Callable[[Sink], Feed], latest: Latest) -> None:
        super().__init__(feed_of(self._arrived))
        self._latest = latest
        self._connect, self._stop = self._begin, self._end

    def _arrived(self, messages: list[Message]) -> None:
        for rows in messages:
            self._latest.take(rows if isinstance(rows, list) else [rows])

    def _begin(self) -> None:
        self._latest.start()
        self.feed._connect()

    def _end(self) -> None:
        self._latest.stop()
        self.feed._stop()


class Board:
    """A part that is a stream of all symbols, put together from each symbol's own.

    As many symbols ride on a connection as Binance allows; which symbols are traded is looked up again and again.

    Parameters:
        key: for the log.
        kind: what follows a symbol in a stream's name: ``ticker``.
        feed_of: makes a connection for these streams: (streams, what takes the messages).
        symbols: asks which symbols are traded; gives their names.
        errands: makes that call.
        latest: puts rows together; None: each is handed on as it comes.
        hand: takes them then.
        noticed: told when the symbols cannot be asked for, and when they can again.
    """

    def __init__(
        self,
        key: str,
        kind: str,
        feed_of: Callable[[Sequence[str], Sink], Feed],
        symbols: Callable[[], Any],
        errands: Errands,
        latest: Latest | None,
        hand: Sink,
        noticed: Callable[[Notice], None],
    ) -> None:
        self._noticed = noticed
        self._trouble_since: float | None = None
        self._key, self._kind, self._feed_of = key, kind, feed_of
        self._symbols, self._errands = symbols, errands
        self._latest, self._hand = latest, hand
        self._riding: dict[str, Feed] = {}
        self._ended = False
        self._held = False
        self._timer: Any = None
        self._retry = _FIRST_RETRY
        self.feeds: list[Feed] = []

    def _connect(self) -> None:
        if self._latest is not None:
            self._latest.start()
        self._look()

    def _disconnect(self) -> None:
        for feed in self.feeds:
            feed._disconnect()

    def _stop(self) -> None:
        self._ended = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._latest is not None:
            self._latest.stop()
        for feed in self.feeds:
            feed.stop()

    def hold(self) -> None:
        self._held = True
        for feed in self.feeds:
            feed.hold()

    def let_go(self) -> None:
        self._held = False
        for feed in self.feeds:
            feed.let_go()

    # -- which symbols ------------------------------------------------------------------------------------

    def _look(self) -> None:
        if not self._ended:
            self._errands.run(self._symbols, self._found)

    def _found(self, answer: Any) -> None:
        if self._ended:
            return
        if isinstance(answer, BaseException) or not answer:
            why = f"which symbols are traded could not be asked: {answer or 'none is'}"
            log.warning("%s: %s", self._key, why)
            self._tell_trouble(why)
            delay, self._retry = self._retry, min(self._retry * 2, _LONGEST_RETRY)
        else:
            self._tell_end_of_trouble()
            self._follow({f"{symbol.lower()}@{self._kind}": None for symbol in answer})
            delay, self._retry = times().symbols, _FIRST_RETRY
        self._timer = reactor.callLater(delay, self._look)

    def _tell_trouble(self, why: str) -> None:
        if self._trouble_since is None and not self._riding:
            self._trouble_since = reactor.seconds()
            self._noticed({"type": "lost", "reason": why, "cause": "unreachable", "status": None})

    def _tell_end_of_trouble(self) -> None:
        since, self._trouble_since = self._trouble_since, None
        if since is not None:
            self._noticed({"type": "restored", "after": reactor.seconds() - since})

    def _follow(self, names: dict[str, None]) -> None:
        gone = [name for name in self._riding if name not in names]
        for name in gone:
            self._riding.pop(name).unsubscribe([name])
        new = [name for name in names if name not in self._riding]
        for feed in self.feeds:
            room = MOST_STREAMS - len(feed.names)
            self._board(feed, new[:room])
            new = new[room:]
        while new:
            self._board(self._another_line(new[:MOST_STREAMS]), new[:MOST_STREAMS])
            new = new[MOST_STREAMS:]

    def _board(self, feed: Feed, names: Sequence[str]) -> None:
        if names:
            feed.subscribe(names)
            self._riding.update(dict.fromkeys(names, feed))

    def _another_line(self, names: Sequence[str]) -> Feed:
        feed = self._feed_of(names, self._arrived)
        self.feeds.append(feed)
        if self._held:
            feed.hold()
        feed._connect()
        return feed

    def _arrived(self, messages: list[Message]) -> None:
        rows = [message.get("data", message) for message in messages if type(message) is dict]
        if self._latest is not None:
            self._latest.take(rows)
        else:
            self._hand(rows)
