"""The streams of one connection: asked for by `SUBSCRIBE` within Binance's limits, on every new line again.

At most 1,024 streams a connection, 5 messages a second to the exchange, and about 4,088 bytes a request: a longer one
is ignored without a word. (Binance, *WebSocket Streams: Limits*; the last was measured by others.)
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import orjson

from .reactor import reactor
from .settings import times

if TYPE_CHECKING:
    from .connection import Message, StreamFactory, StreamProtocol

log = logging.getLogger("binance_legacy.engine")

_INVALID = (2, 3)
"""Codes of requests that are refused for what they say, not for the moment."""

_LONGEST_PAUSE = 60.0

MOST_STREAMS = 1024
LONGEST_REQUEST = 4000
LONGEST_ADDRESS = 7500
"""Bytes of an address; some above 8,000 it fails."""


def fits_address(names: Iterable[str]) -> bool:
    """Whether streams can be asked for in a connection's address."""
    listed = list(names)
    return len(listed) <= MOST_STREAMS and sum(len(name.encode()) + 1 for name in listed) <= LONGEST_ADDRESS


def requests(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in groups, each for one request."""
    group: list[str] = []
    size = 0
    for name in names:
        length = len(orjson.dumps(name)) + 1
        if group and size + length > LONGEST_REQUEST - 100:
            yield group
            group, size = [], 0
        group.append(name)
        size += length
    if group:
        yield group


class Subscriptions:
    """Asks for streams on a line; what a factory's `talk` is where the address does not name them all.

    Parameters:
        wanted: the streams; may be shared by two lines of which one takes the other's place.
        in_address: those that the address names.
    """

    def __init__(self, wanted: dict[str, None], in_address: Iterable[str] = ()) -> None:
        self.wanted = wanted
        self._in_address = tuple(in_address)
        self._rest()

    def _rest(self) -> None:
        self._line: StreamProtocol | None = None
        self._factory: StreamFactory | None = None
        self._asked: dict[str, None] = {}
        self._queue: deque[tuple[str, list[str]]] = deque()
        self._waiting: dict[int, tuple[str, list[str]]] = {}
        self._timers: dict[str, Any] = {}
        self._number = 0
        self._pause = times().reply / 10

    def again(self) -> Subscriptions:
        """The same for another line."""
        return Subscriptions(self.wanted, self._in_address)

    # -- on a line ----------------------------------------------------------------------------------------

    def begin(self, line: StreamProtocol, factory: StreamFactory) -> None:
        """A line is open: ask for what its address does not name."""
        self._rest()
        self._line, self._factory = line, factory
        self._asked = dict.fromkeys(self._in_address)
        self.settle()
        self._look_whether_ready()

    def end(self) -> None:
        """The line is gone."""
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()
        self._rest()

    def settle(self) -> None:
        """Ask for what is wanted and was not asked for, and give up what is wanted no longer."""
        if self._line is None:
            return
        wanted = dict(self.wanted)  # other threads add to it
        for method, names in (
            ("UNSUBSCRIBE", [name for name in self._asked if name not in wanted]),
            ("SUBSCRIBE", [name for name in wanted if name not in self._asked]),
        ):
            self._queue.extend((method, group) for group in requests(names))
        self._asked = wanted
        self._send_next()

    def _send_next(self) -> None:
        """One at a time: an exchange that is slow to read would count those that pile up as one second's."""
        if self._line is None or not self._queue or self._waiting or self._is_running("gap"):
            return
        method, names = self._queue.popleft()
        self._number += 1
        self._waiting[self._number] = method, names
        self._line.say({"method": method, "params": names, "id": self._number})
        self._timers["gap"] = reactor.callLater(times().request_gap, self._send_next)
        self._timers["reply"] = reactor.callLater(times().reply, self._was_not_answered)

    def _is_running(self, name: str) -> bool:
        timer = self._timers.get(name)
        return timer is not None and bool(timer.active())

    def _was_not_answered(self) -> None:
        if self._line is not None and self._line.held:  # nobody reads it; the answer may lie there
            self._timers["reply"] = reactor.callLater(times().reply, self._was_not_answered)
        elif self._factory is not None and self._waiting:
            method, names = next(iter(self._waiting.values()))
            self._factory.drop(f"{method} of {names[0]} was not answered", "broken")

    # -- what comes ---------------------------------------------------------------------------------------

    def heard(self, messages: list[Message]) -> list[Message]:
        """All but the answers to what was asked here."""
        return [message for message in messages if not (_is_answer(message) and self._answered(message))]

    def _answered(self, answer: dict[str, Any]) -> bool:
        number = answer.get("id")
        refusal = answer.get("error") or (answer if "code" in answer else None)
        if refusal and number not in self._waiting:
            number = next(iter(self._waiting), None)  # it names none, and one waits at a time
        method, names = self._waiting.pop(number, ("", [])) if isinstance(number, int) else ("", [])
        if refusal:
            self._refused(method, names, refusal)
        if not self._waiting and self._is_running("reply"):
            self._timers["reply"].cancel()
        self._send_next()
        self._look_whether_ready()
        return True

    def _refused(self, method: str, names: list[str], refusal: Any) -> None:
        """One invalid name is enough for all of a request to be refused: ask for each half of them."""
        is_invalid = isinstance(refusal, dict) and refusal.get("code") in _INVALID
        half = len(names) // 2 if is_invalid else 0
        if half:
            self._queue.extendleft((method, part) for part in (names[half:], names[:half]))
            return
        log.error("%s of %s was refused: %s", method or "a request", ", ".join(names) or "?", refusal)
        if method != "SUBSCRIBE":
            return
        for name in names:
            self._asked.pop(name, None)
            if is_invalid:
                self.wanted.pop(name, None)  # who means it asks for it again
        if not is_invalid:
            self._timers["again"] = reactor.callLater(self._pause, self.settle)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        if self._factory is not None and self._factory.watcher is not None:
            self._factory.watcher.refused(names, str(refusal))

    def _look_whether_ready(self) -> None:
        factory = self._factory
        if factory is not None and not factory.is_ready and not self._queue and not self._waiting:
            factory.ready()


def _is_answer(message: Message) -> bool:
    return (
        type(message) is dict
        and "stream" not in message
        and "e" not in message
        and ("result" in message or "error" in message or "code" in message)
    )
