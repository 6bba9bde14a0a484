"""What keeps a user's subscription alive over the connections that carry it.

A feed is what 0.7 kept in ``_conns``: scripts treat it as Twisted's connector, so it answers to what they touch
of one, from any thread. It routes messages to the callback, and tells what the callback must not be told (in
0.7 a drop was silent): to the log, to `status()` and to who asked for notices.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from ..wire import messages as wire_messages
from . import callbacks, tls
from .connection import Message, StreamFactory, connect
from .reactor import engine

log = logging.getLogger("binance_legacy.engine")

Notice = dict[str, Any]
"""What happened to which socket: ``{'type': ..., 'socket': key, ...}``.

``lost`` (``reason``, HTTP ``status`` or None), ``restored`` (``after`` seconds), ``given up`` (``reason``, ``status``),
``hole`` (``stream``, ``after`` number, ``missing`` how many), ``repeat`` (``stream``, ``number``), ``unreadable``
(``reason``, ``payload``), ``server shutdown``.
"""


REPEATS_THAT_ARE_NEW = 1000
"""So many numbers below the last one, and the exchange has begun to count anew."""


def _drop(message: Message) -> None:
    """Where a factory has no callback."""


class Feed:
    """One socket of a user, over as many connections as it takes.

    Parameters:
        key: what the user knows it by (the conn_key).
        factory: makes and remakes the connection; its `callback` is called with each message.
        verify: whether certificates are verified, or the PEM file of roots to verify against.
        on_notice: called in the reactor thread with each `Notice`, or None.
    """

    def __init__(
        self,
        key: str,
        factory: StreamFactory,
        *,
        verify: bool | str = True,
        on_notice: Callable[[Notice], Any] | None = None,
    ) -> None:
        self.key = key
        self.on_notice = on_notice
        self._tls = tls.options(factory.host, verify) if factory.isSecure else None
        self._ended = False
        self._numbers: dict[str, int] = {}  # stream -> the last number seen
        self._repeats_in_a_row: dict[str, int] = {}
        self._counts = dict.fromkeys(
            ("messages", "connections", "losses", "missing", "repeated", "raised"), 0
        )
        self._last_message: float | None = None
        self._said: set[str] = set()
        self._down_since: float | None = None
        self._why: str | None = None
        self._factory = factory
        factory.name = key
        factory.watcher = self

    # -- as a connector, from any thread ------------------------------------------------------------------

    @property
    def factory(self) -> Any:
        """The factory. Setting another, as 0.7's own `stop_socket` did, ends the reconnecting of this one."""
        return self._factory

    @factory.setter
    def factory(self, factory: Any) -> None:
        if factory is not self._factory:
            self._factory.continueTrying = 0

    @property
    def state(self) -> str:
        """``connecting``, ``connected`` or ``disconnected``, as a connector's."""
        connector = self._factory.connector
        return "disconnected" if connector is None else str(connector.state)

    @property
    def untouched(self) -> bool:
        """Whether it never began to connect: it waits in line for the reactor."""
        return self._factory.connector is None

    def open(self) -> None:
        """Connect, as soon as the reactor runs."""
        engine.open(self._connect)

    def disconnect(self) -> None:
        """Drop the line. Unless stopped or given another factory, the feed connects again, as a connector did."""
        engine.soon(self._disconnect)

    def stopConnecting(self) -> None:
        """End an attempt to connect that is under way, and make no other."""
        engine.soon(self._stop_factory)

    def stop(self) -> None:
        """End for good; no message is handed on after this returns, but for one whose callback is running."""
        self._ended = True
        engine.soon(self._stop_factory)

    def _connect(self) -> None:
        if not self._ended and self._factory.continueTrying:
            connect(self._factory, self._tls)

    def _disconnect(self) -> None:
        factory = self._factory
        if not factory.continueTrying:
            factory.stop()
        elif factory.connector is not None:
            factory.connector.disconnect()

    def _stop_factory(self) -> None:
        self._factory.stop()

    # -- what the factory tells, in the reactor thread ----------------------------------------------------

    def deliver(self, messages: list[Message]) -> None:
        """A read's messages, in order: those for the callback go to it."""
        self._last_message = time.monotonic()
        self._counts["messages"] += len(messages)
        self._hand_on(messages)

    def _hand_on(self, messages: list[Message]) -> None:
        callback, counts = self._factory.callback or _drop, self._counts
        for message in messages:
            wanted = not self._ended and self._check(message)  # which may tell somebody who then ends it
            if self._ended:
                return
            if wanted and not callbacks.call(callback, message, self.key):
                counts["raised"] += 1

    def _check(self, message: Message) -> bool:
        """Whether the message is for the callback; on the way, its number is held against the last one."""
        if type(message) is not dict:
            return True
        stream, data = "", message
        if "stream" in message:
            stream, data = message["stream"], message.get("data", {})
            if type(data) is not dict:
                return True
        if data.get("e") == "serverShutdown":
            self._move_on()
            return False
        numbers = wire_messages.numbers(data)
        if numbers is not None:
            self._follow(stream, *numbers)
        return True

    def _follow(self, stream: str, first: int, last: int) -> None:
        """Hold a message's numbers against the last one's of its stream; tell of holes and repeats."""
        before = self._numbers.get(stream)
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

    def _move_on(self) -> None:
        """The server is about to go: leave it now, while others still take us."""
        line = self._factory.line
        self._tell("server shutdown")
        if line is not None:
            line.sendClose(1000)

    def connected(self) -> None:
        """The factory's line is open."""
        self._counts["connections"] += 1
        if self._down_since is not None:
            self._tell("restored", after=round(time.monotonic() - self._down_since, 3))
            self._down_since = None

    def lost(self, why: str, status: int | None) -> None:
        """The line, or an attempt to make one, is gone, and the factory will try again. Told once an outage."""
        self._counts["losses"] += 1
        self._why = why
        self._repeats_in_a_row.clear()
        if self._down_since is None:
            self._down_since = time.monotonic()
            self._tell("lost", reason=why, status=status)
        else:
            log.info("%s: still no connection: %s", self.key, why)

    def gave_up(self, message: Message) -> None:
        """The factory's retries passed their number; its callback is to have `message`."""
        self._tell("given up", reason=message["reason"], status=message["status"])
        self._hand_on([message])

    def unreadable(self, payload: bytes, why: str) -> None:
        """A message was no JSON and is dropped."""
        self._tell("unreadable", reason=why, payload=payload[:80])

    def _tell(self, kind: str, **details: Any) -> None:
        said = ", ".join(f"{name} {value}" for name, value in details.items() if value is not None)
        again = kind in ("hole", "repeat") and kind in self._said
        self._said.add(kind)
        level = logging.INFO if again or kind == "restored" else logging.WARNING
        log.log(level, "%s: %s%s", self.key, kind, f" ({said})" if said else "")
        if self.on_notice is not None:
            callbacks.call(
                self.on_notice, {"type": kind, "socket": self.key, **details}, f"{self.key} on_notice"
            )

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
