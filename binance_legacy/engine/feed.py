"""What keeps a user's subscription alive over the connections that carry it, one after the other.

A line that is about to end (the exchange says so, or it is nearly a day old) is left only when its successor's messages
come: both are listened to for a moment, and what the new one brought beyond the old follows.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from ..wire import messages as wire_messages
from . import callbacks, tls
from .connection import Loss, Message, StreamFactory, StreamProtocol, connect
from .reactor import engine, reactor
from .settings import times
from .socket import Notice, Sink, Socket, Teller
from .subscriptions import MOST_STREAMS, Subscriptions

__all__ = ["Feed", "Notice"]

log = logging.getLogger("binance_legacy.engine")

_MOST_OVERLAPS = 3
"""After so many times the usual overlap, read in time, a line is left, although the new one brought nothing of it."""

REPEATS_THAT_ARE_NEW = 1000
"""So many numbers below the last one, and the exchange has begun to count anew."""

Change = Callable[[Message], Message | None]
"""Makes of a message what the user is to have; None for nothing."""


class Feed(Socket):
    """A user's socket over one connection.

    Parameters:
        key: what the user knows it by (the conn_key).
        make: gives the factory that makes and remakes the connection; another one each time a line is to be replaced.
            The factory's `callback` is called with each message.
        verify: whether certificates are verified, or the PEM file of roots to verify against.
        names: the streams that the address names, where they may be added to (`subscribe`).
        wanted: all streams that are to come, where the address does not name them all.
        sink: given each read's messages instead of the callback.
        change: applied to each message before that.
        on_notice: called in the reactor thread with each `Notice`, or None.
        on_give_up: given the message of a factory that gave up, instead of who gets the others.
    """

    def __init__(
        self,
        key: str,
        make: Callable[[], StreamFactory],
        *,
        verify: bool | str = True,
        names: Iterable[str] | None = None,
        wanted: Iterable[str] | None = None,
        sink: Sink | None = None,
        change: Change | None = None,
        on_notice: Teller | None = None,
        on_give_up: Callable[[Message], Any] | None = None,
    ) -> None:
        super().__init__(key, on_notice)
        self._make = make
        self._verify = verify
        self._names = dict.fromkeys(names) if names is not None else None
        self._wanted = self._names if wanted is None else dict.fromkeys(wanted)
        if self._wanted is self._names and self._names is not None:
            self._wanted = dict(self._names)
        self._sink, self._change, self._on_give_up = sink, change, on_give_up
        self._numbers: dict[str, int] = {}  # stream -> the last number seen
        self._repeats_in_a_row: dict[str, int] = {}
        self._counts = dict.fromkeys(
            ("messages", "connections", "losses", "missing", "repeated", "raised"), 0
        )
        self._last_message: float | None = None
        self._said: set[str] = set()
        self._down_since: float | None = None
        self._why: str | None = None
        self._successor: _Successor | None = None
        self._before: _Successor | None = None  # what the line before told, and this one has still to bring
        self.must_fit: Callable[[str], None] = lambda name: None
        self._rotation: Any = None
        self.is_held = False
        self._let_go_at = float("-inf")
        self._given_up: set[str] = set()
        self._factory = self._made()
        self._factory.watcher = self

    def _made(self) -> StreamFactory:
        factory = self._make()
        factory.name = self.key
        if self._wanted is not None and self._wanted != self._names and factory.talk is None:
            factory.talk = Subscriptions(self._wanted, self._names or ())
        self._tls = tls.options(factory.host, self._verify) if factory.isSecure else None
        return factory

    # -- as a connector, from any thread ------------------------------------------------------------------

    @property
    def factory(self) -> Any:
        """The factory. Setting another, as 0.7's own `stop_socket` did, ends the reconnecting of this one."""
        return self._factory

    @factory.setter
    def factory(self, factory: Any) -> None:
        if factory is not self._factory:
            self._factory.continueTrying = 0
            engine.soon(self._drop_successor)

    @property
    def state(self) -> str:
        """``connecting``, ``connected`` or ``disconnected``, as a connector's."""
        connector = self._factory.connector
        return "disconnected" if connector is None else str(connector.state)

    @property
    def untouched(self) -> bool:
        """Whether it never began to connect: it waits in line for the reactor."""
        return self._factory.connector is None

    @property
    def is_down(self) -> bool:
        """Whether its line is lost."""
        return self._down_since is not None

    @property
    def is_ready(self) -> bool:
        """Whether its messages come."""
        return self._factory.is_ready

    # -- in the reactor thread ----------------------------------------------------------------------------

    def _connect(self) -> None:
        if not self._ended and self._factory.continueTrying:
            connect(self._factory, self._tls)

    def _disconnect(self) -> None:
        factory = self._factory
        if not factory.continueTrying:
            factory.stop()
        elif factory.connector is not None:
            factory.connector.disconnect()

    def _stop(self) -> None:
        self._drop_successor()
        self._factory.stop()
        self._cancel_rotation()

    def hold(self) -> None:
        """Read no more until `let_go`."""
        self.is_held = True
        for line in self._lines():
            line.hold()

    def let_go(self) -> None:
        """Read on."""
        self.is_held = False
        self._let_go_at = reactor.seconds()
        for line in self._lines():
            line.let_go()

    def _lines(self) -> list[StreamProtocol]:
        """The line, and the one that is to take its place."""
        factories = [self._factory, *([self._successor.factory] if self._successor else ())]
        return [factory.line for factory in factories if factory.line is not None]

    # -- streams that come and go -------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The streams that are wanted, where they may be added to."""
        return list(self._wanted or ())

    def subscribe(self, names: Iterable[str]) -> None:
        if self._wanted is None:
            super().subscribe(names)
        assert self._wanted is not None
        names = dict.fromkeys(names)
        for name in names:
            self.must_fit(name)
        count = len(self._wanted | names)
        if count > MOST_STREAMS:
            raise ValueError(
                f"{self.key!r} would have {count} streams, and a line carries {MOST_STREAMS}: open another socket"
            )
        self._wanted.update(names)
        self._given_up.difference_update(names)
        self._settle()

    def unsubscribe(self, names: Iterable[str]) -> None:
        if self._wanted is None:
            super().unsubscribe(names)
        assert self._wanted is not None
        dropped = list(names)
        for name in dropped:
            self._wanted.pop(name, None)
        self._given_up.update(dropped)
        engine.soon(self._forget_numbers, dropped)
        self._settle()

    def _forget_numbers(self, names: Iterable[str]) -> None:
        """What comes of a stream that is asked for again does not follow what came before."""
        for name in names:
            self._numbers.pop(name, None)
            self._repeats_in_a_row.pop(name, None)

    def _settle(self) -> None:
        engine.soon(self._settle_in_reactor)

    def _settle_in_reactor(self) -> None:
        for factory in (self._factory, *([self._successor.factory] if self._successor else ())):
            talk = factory.talk
            if isinstance(talk, Subscriptions):
                talk.settle()
            elif talk is None:
                factory.talk = talk = Subscriptions(self._wanted or {}, self._names or ())
                if factory.line is not None:
                    talk.begin(factory.line, factory)

    # -- what the factory tells ---------------------------------------------------------------------------

    def deliver(self, messages: list[Message]) -> None:
        """A read's messages, in order: those for the user go to them."""
        self._last_message = time.monotonic()
        self._counts["messages"] += len(messages)
        if self._successor is not None:
            self._successor.heard_by_the_old(messages)
        if self._before is not None:
            messages = self._before.beyond(messages)
        self._hand_on(messages)

    def _hand_on(self, messages: list[Message]) -> None:
        if self._sink is not None:
            self._hand_to_sink(messages)
            return
        callback, counts = self._factory.callback or _drop, self._counts
        for message in messages:
            wanted = not self._ended and self._check(message)  # which may tell somebody who then ends it
            if self._ended:
                return
            if wanted and self._change is not None:
                message = self._change(message)
                wanted = message is not None
            if wanted and not callbacks.call(callback, message, self.key):
                counts["raised"] += 1

    def _hand_to_sink(self, messages: list[Message]) -> None:
        wanted = [message for message in messages if self._check(message)]
        if self._change is not None:
            wanted = [changed for message in wanted if (changed := self._change(message)) is not None]
        if wanted and not self._ended and self._sink is not None:
            self._sink(wanted)

    def _check(self, message: Message) -> bool:
        """Whether the message is for the user; on the way, its number is held against the last one."""
        if type(message) is not dict:
            return True
        stream, data = "", message
        if "stream" in message:
            stream, data = message["stream"], message.get("data", {})
            if type(data) is not dict:
                return True
        if data.get("e") == "serverShutdown":
            self._tell("server shutdown")
            self.move_on()
            return False
        if stream in self._given_up:
            return False  # the address still names it
        numbers = wire_messages.numbers(data)
        if numbers is not None:
            self._follow(stream, *numbers)
        return True

    def _follow(self, stream: str, first: int, last: int) -> None:
        """Hold a message's numbers against the last one's of its stream; tell of holes and repeats."""
        before = self._numbers.get(stream)
        if self._repeats_in_a_row and (before is None or last > before):
            self._repeats_in_a_row.pop(stream, None)
        if before is None or first == before + 1:
            self._numbers[stream] = last
        elif first > before:
            self._numbers[stream] = last
            missing = first - before - 1
            self._counts["missing"] += missing
            self._tell("hole", stream=stream or self.key, after=before, missing=missing)
        elif last > before:
            self._numbers[stream] = last
        else:
            self._repeated(stream, first, last)

    def _repeated(self, stream: str, first: int, last: int) -> None:
        self._counts["repeated"] += 1
        row = self._repeats_in_a_row[stream] = self._repeats_in_a_row.get(stream, 0) + 1
        if row == 1:
            self._tell("repeat", stream=stream or self.key, number=first)
        elif row > REPEATS_THAT_ARE_NEW:
            self._numbers[stream], self._repeats_in_a_row[stream] = last, 0

    def connected(self) -> None:
        """The messages of the factory's line come."""
        self._counts["connections"] += 1
        self._hold_too(self._factory)
        self._cancel_rotation()
        self._rotation = reactor.callLater(times().rotate, self.move_on)
        if self._down_since is not None:
            self._tell("restored", after=round(time.monotonic() - self._down_since, 3))
            self._down_since = None

    def _hold_too(self, factory: StreamFactory) -> None:
        """Who cannot take more from one line cannot from the next."""
        if self.is_held and factory.line is not None:
            factory.line.hold()

    def lost(self, loss: Loss) -> None:
        """The line, or an attempt to make one, is gone, and the factory will try again. Told once an outage."""
        self._counts["losses"] += 1
        self._why = loss.why
        self._repeats_in_a_row.clear()
        self._cancel_rotation()
        successor = self._successor
        if successor is not None:
            self._take_over(successor)
            if successor.is_ready:
                return  # nothing was lost by that
        if self._down_since is None:
            self._down_since = time.monotonic()
            self._tell("lost", reason=loss.why, cause=loss.kind, status=loss.status)
        else:
            log.info("%s: still no connection: %s", self.key, loss.why)

    def gave_up(self, message: Message) -> None:
        """The factory's retries passed their number; its callback is to have `message`."""
        self._tell("given up", reason=message["reason"], status=message["status"])
        if self._on_give_up is not None:
            self._on_give_up(message)
        elif self._sink is not None:
            self._sink([message])
        elif not self._ended:
            callbacks.call(self._factory.callback or _drop, message, self.key)

    def refused(self, names: list[str], why: str) -> None:
        """The exchange does not give these streams, now or at all."""
        self._tell("refused", streams=names, reason=why)

    def unreadable(self, payload: bytes, why: str) -> None:
        """A message was no JSON and is dropped."""
        self._tell("unreadable", reason=why, payload=payload[:80])

    def _tell(self, kind: str, **details: Any) -> None:
        said = ", ".join(f"{name} {value}" for name, value in details.items() if value is not None)
        again = kind in ("hole", "repeat") and kind in self._said
        self._said.add(kind)
        level = logging.INFO if again or kind in ("restored", "replaced") else logging.WARNING
        log.log(level, "%s: %s%s", self.key, kind, f" ({said})" if said else "")
        self._notify({"type": kind, **details})

    # -- from a line to its successor ---------------------------------------------------------------------

    def move_on(self) -> None:
        """Leave the line for a new one, without losing a message between them."""
        if self._ended or self._successor is not None or not self._factory.continueTrying:
            return
        factory = self._made()
        factory.callback = self._factory.callback
        if self._factory.talk is not None:
            factory.talk = self._factory.talk.again()
        self._successor = _Successor(self, factory)
        connect(factory, self._tls)

    def renew(self) -> None:
        """What the connection is made of has changed: move on, or begin anew where the line is down."""
        if self._ended:
            return
        if self._factory.is_ready:
            self._drop_successor()  # it was made of what has changed
            self.move_on()
            return
        old = self._factory
        self._factory = self._made()
        self._factory.callback = old.callback
        self._factory.watcher = self
        old.watcher = old.callback = None
        old.stop()
        self._connect()

    def _cancel_rotation(self) -> None:
        if self._rotation is not None and self._rotation.active():
            self._rotation.cancel()

    def _drop_successor(self) -> None:
        successor, self._successor = self._successor, None
        if successor is not None:
            successor.end()
            successor.factory.stop()

    def successor_is_ready(self) -> None:
        """The new line's messages come."""
        self._counts["connections"] += 1
        if self._successor is not None:
            self._hold_too(self._successor.factory)
            self._overlap(self._successor)

    def _overlap(self, successor: _Successor) -> None:
        """Listen to both lines for a while."""
        due, heard = reactor.seconds() + times().overlap, self._counts["messages"]
        reactor.callLater(times().overlap, self._overlap_is_over, successor, due, heard)

    def _overlap_is_over(self, successor: _Successor, due: float, heard: int) -> None:
        if successor is not self._successor or not successor.is_ready:
            return
        late = reactor.seconds() - due > times().overlap / 2  # then there is more to read than was read
        if late or self.is_held or self._let_go_at > due - times().overlap:
            done = successor.is_met() and not self.is_held
        else:
            successor.overlaps += 1
            silent = self._counts["messages"] == heard
            done = silent or successor.is_met() or successor.overlaps > _MOST_OVERLAPS
        if done:
            self._tell("replaced")
            self._take_over(successor)
        else:
            self._overlap(
                successor
            )  # what the old line was sent before the new one spoke is still on its way

    def _take_over(self, successor: _Successor) -> None:
        """The new line is the feed's from here on."""
        old, self._factory, self._successor = self._factory, successor.factory, None
        old.watcher = old.callback = None
        old.stop()
        successor.end()
        self._factory.watcher = self
        self._cancel_rotation()
        if successor.is_ready:
            self._rotation = reactor.callLater(times().rotate, self.move_on)
        else:
            self._factory.begin_counting()  # nobody was told of the retries that it made meanwhile
        self._before = successor
        self._hold_too(self._factory)
        reactor.callLater(times().overlap, self._forget, successor)
        self._hand_on([message for message in successor.beyond() if not self._is_past(message)])

    def _forget(self, successor: _Successor) -> None:
        if self._before is successor:
            self._before = None

    def _is_past(self, message: Message) -> bool:
        data = message.get("data", message) if type(message) is dict else message
        numbers = wire_messages.numbers(data)
        before = self._numbers.get(message.get("stream", "")) if numbers else None
        return numbers is not None and before is not None and numbers[1] <= before

    # -- for who asks -------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """How this socket fares.

        Returns:
            ``state``; ``messages``, ``connections``, ``losses``, ``raised`` (callbacks), ``missing`` and
            ``repeated`` (by the numbers of trades, aggregate trades and depth updates): counts; ``silent_for``:
            seconds since the last message, or None; ``last_loss``: why the line was last lost, or None.
        """
        last = self._last_message
        return {
            "state": self.state,
            **self._counts,
            "silent_for": None if last is None else time.monotonic() - last,
            "last_loss": self._why,
        }


def _drop(message: Message) -> None:
    """Where a factory has no callback."""


class _Successor:
    """A line that is to take a feed's over; a factory's watcher until it does.

    While both are listened to the old one speaks. What the new one brings is kept, and held against that.
    """

    def __init__(self, feed: Feed, factory: StreamFactory) -> None:
        self._feed = feed
        self.factory = factory
        self.is_ready = False
        self.overlaps = 0
        self._from = 0  # what was kept before all streams came proves nothing of those that came last
        self._kept: list[Message] = []
        self._by_the_old: Counter[bytes] = Counter()
        factory.watcher = self

    def heard_by_the_old(self, messages: list[Message]) -> None:
        """The old line brought these, which the new one may bring too once it is open."""
        if self.factory.line is not None:
            self._by_the_old.update(map(_content, messages))

    def is_met(self) -> bool:
        """Whether the old line has brought something that the new one brought too: all before that was read then."""
        return any(self._by_the_old[_content(message)] > 0 for message in self._kept[self._from :])

    def beyond(self, messages: list[Message] | None = None) -> list[Message]:
        """What the new line brought, or of these messages of it, what the old line did not."""
        beyond = []
        for message in self._kept if messages is None else messages:
            content = _content(message)
            if self._by_the_old[content] > 0:
                self._by_the_old[content] -= 1
            else:
                beyond.append(message)
        return beyond

    def end(self) -> None:
        self.factory.watcher = None

    def deliver(self, messages: list[Message]) -> None:
        self._kept += messages

    def connected(self) -> None:
        if not self.is_ready:
            self.is_ready = True
            self._from = len(self._kept)
            self._feed.successor_is_ready()

    def lost(self, loss: Loss) -> None:
        self.is_ready = False
        self._kept.clear()
        self._by_the_old.clear()
        log.info("%s: the line that is to replace another: %s", self._feed.key, loss.why)

    def gave_up(self, message: Message) -> None:
        """The old line is still there."""

    def refused(self, names: list[str], why: str) -> None:
        self._feed.refused(names, why)

    def unreadable(self, payload: bytes, why: str) -> None:
        self._feed.unreadable(payload, why)


def _content(message: Message) -> bytes:
    return orjson.dumps(message)
