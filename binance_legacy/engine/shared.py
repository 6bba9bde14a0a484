"""One line for all readers of the same stream: each has every message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from .connection import Message
from .reactor import engine
from .socket import Notice, Sink, Socket

Make = Callable[..., Socket]


class Shared:
    """The sockets of one manager, by path; those of one path ride one line."""

    def __init__(self) -> None:
        self._trunks: dict[str, _Trunk] = {}
        self._lock = threading.Lock()

    def tap(self, path: str, make: Make, **outlet: Any) -> Tap:
        """A reader's socket of a path, which `make` opens where nobody reads it yet."""
        with self._lock:
            trunk = self._trunks.get(path)
            if trunk is None:
                trunk = self._trunks[path] = _Trunk(make)
            tap = Tap(path, trunk, self, **outlet)
            trunk.taps = (*trunk.taps, tap)
            return tap

    def leave(self, path: str, tap: Tap) -> None:
        """A reader has gone; with the last one the line ends."""
        with self._lock:
            trunk = tap.trunk
            trunk.taps = tuple(other for other in trunk.taps if other is not tap)
            if trunk.taps:
                engine.soon(trunk.held)  # it may have been the one that held the others
                return
            if self._trunks.get(path) is trunk:
                del self._trunks[path]
        trunk.socket.stop()

    def status(self) -> dict[str, dict[str, Any]]:
        """How each line fares, by path."""
        return {path: trunk.socket.status() for path, trunk in list(self._trunks.items())}


class _Trunk:
    """A line and its readers."""

    def __init__(self, make: Make) -> None:
        self.taps: tuple[Tap, ...] = ()
        self.opened = False
        self.trouble: Notice | None = None  # why its line is lost, while it is
        self.socket = make(sink=self._take, on_give_up=self._give_up, on_notice=self._notice)

    def _take(self, messages: list[Message]) -> None:
        taps = self.taps
        others = [
            (tap, _copy(messages)) for tap in taps[1:]
        ]  # what one reader does to a message is its own affair
        if taps:
            taps[0].sink(messages)
        for tap, copies in others:
            tap.sink(copies)

    def _give_up(self, message: Message) -> None:
        for tap in self.taps:
            tap.give_up(message)

    def _notice(self, notice: Notice) -> None:
        if notice["type"] in ("lost", "restored"):
            self.trouble = notice if notice["type"] == "lost" else None
        for tap in self.taps:
            tap.notify(notice)

    def held(self) -> None:
        """Whoever is too slow holds them all: nothing is lost by that."""
        if any(tap.is_held for tap in self.taps):
            self.socket.hold()
        else:
            self.socket.let_go()


def _copy(messages: list[Message]) -> list[Message]:
    copies: list[Message] = orjson.loads(orjson.dumps(messages))
    return copies


class Tap(Socket):
    """One reader's socket."""

    def __init__(
        self,
        path: str,
        trunk: _Trunk,
        shared: Shared,
        sink: Sink,
        on_give_up: Callable[[Message], Any],
        on_notice: Callable[[Notice], Any],
    ) -> None:
        super().__init__(path)
        self.trunk, self._shared = trunk, shared
        self.sink, self.give_up, self.notify = sink, on_give_up, on_notice
        self.is_held = False

    @property
    def is_alone(self) -> bool:
        """Whether nobody else reads the line."""
        return len(self.trunk.taps) <= 1

    def open(self) -> None:
        if not self.trunk.opened:
            self.trunk.opened = True
            self.trunk.socket.open()
        elif self.trunk.trouble is not None:
            engine.soon(self._tell_of, self.trunk.trouble)

    def _tell_of(self, trouble: Notice) -> None:
        """The line is down already: who joins is told too."""
        if not self._ended and self.trunk.trouble is trouble:
            self.notify(trouble)

    def stop(self) -> None:
        if not self._ended:
            self._ended = True
            self._shared.leave(self.key, self)

    def disconnect(self) -> None:
        self.trunk.socket.disconnect()

    def subscribe(self, names: Iterable[str]) -> None:
        self.trunk.socket.subscribe(names)

    def unsubscribe(self, names: Iterable[str]) -> None:
        self.trunk.socket.unsubscribe(names)

    def hold(self) -> None:
        self.is_held = True
        self.trunk.held()

    def let_go(self) -> None:
        self.is_held = False
        self.trunk.held()

    @property
    def factory(self) -> Any:
        return self.trunk.socket.factory

    @property
    def state(self) -> str:
        return self.trunk.socket.state

    @property
    def untouched(self) -> bool:
        return self.trunk.socket.untouched

    def status(self) -> dict[str, Any]:
        return self.trunk.socket.status()

    def _connect(self) -> None: ...
    def _disconnect(self) -> None: ...
    def _stop(self) -> None: ...
