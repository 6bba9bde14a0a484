"""The stream door: what an address asks for, and what is said on a connection to it.

(Binance, *WebSocket Streams*: five messages a second.)
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from ...wire.streamnames import NAMES_CHECKED
from .. import refusals
from . import control, microseconds
from .connections import TOO_BUSY, Connection, ConnectionFactory, Floodgate, Limits, Times
from .derivatives import CATEGORIES, UNROUTED
from .streams import combine, frame

__all__ = ["House", "Limits", "StreamConnection", "StreamFactory", "Target", "Times", "read_target"]

log = logging.getLogger("binance_legacy.exchange")

LONGEST_ADDRESS: Final = 8004
"""Characters of an address that the real exchange accepts (measured by others, documented nowhere)."""

LONGEST_REQUEST: Final = 4088
"""Bytes of a request on a connection; longer ones are ignored in silence there (measured by others)."""

SPOT: Final = "spot"

_USD_M_HOST: Final = "fstream"
_COIN_M_HOST: Final = "dstream"
_SHUTDOWN: Final = "!serverShutdown"


@dataclass(frozen=True, slots=True)
class Target:
    """What an address asks for.

    Attributes:
        names: the streams, or listen keys of futures.
        combined: messages are wrapped with their stream's name.
        fine: times are microseconds.
        door: ``spot``, ``cm``, or of USD-M ``um/public``, ``um/market``, ``um/private``, ``um/unrouted``.
        events: the events of an account that are wanted; empty for all.
    """

    names: tuple[str, ...]
    combined: bool
    fine: bool = False
    door: str = SPOT
    events: frozenset[str] = frozenset()


def read_target(uri: str) -> Target:
    """What the path and query of a WebSocket's address ask for.

    ``/ws``, ``/ws/<name>``, ``/ws/<name>/<name>``, ``/stream``, ``/stream?streams=<name>/<name>``, also
    percent-encoded.

    Raises:
        Refusal: nothing is served there.
    """
    if len(uri) > LONGEST_ADDRESS:
        raise refusals.unsupported(f"an address of {len(uri)} characters; {LONGEST_ADDRESS} is the most", 414)
    path, _, query = uri.partition("?")
    if "://" in path:  # the absolute form, as a client behind a proxy sends it
        path = urlsplit(path).path
    parts = ("/" + unquote(path).removeprefix("/")).split("/")[1:]
    where, (door, *names) = _door(parts)
    asked = parse_qs(query)
    if door == "stream" and not any(names):
        names = "/".join(asked.get("streams", [])).split("/")
    elif door != "ws":
        raise refusals.unsupported(
            f"no streams are served at {path} by this exchange; /ws/... and /stream?streams=... are", 404
        )
    fine = microseconds.wanted(asked.get("timeUnit", [None])[0])
    if where != SPOT:
        names += asked.get("listenKey", [])
    wanted = tuple(dict.fromkeys(name for name in names if name))
    if len(wanted) > control.MOST_STREAMS:
        raise refusals.unsupported(f"{len(wanted)} streams; {control.MOST_STREAMS} is the most")
    events = frozenset(name for each in asked.get("events", []) for name in each.split("/") if name)
    return Target(wanted, door == "stream", fine, where, events)


def _door(parts: list[str]) -> tuple[str, list[str]]:
    """Which exchange's door the parts of a path lead to, and what is left of them."""
    host, *rest = parts
    if host == _COIN_M_HOST:
        return "cm", rest or [""]
    if host == _USD_M_HOST:
        host, *rest = rest or [""]
        if host not in CATEGORIES:
            return f"um/{UNROUTED}", [host, *rest]
    if host in CATEGORIES:
        return f"um/{host}", rest or [""]
    return SPOT, parts


class Hearing(Protocol):
    """A door's streams."""

    def listen(self, listener: Any, name: str) -> None: ...
    def leave(self, listener: Any, name: str) -> None: ...


class House(Floodgate, Protocol):
    """What connections need of the exchange around them."""

    def hall(self, door: str) -> Hearing:
        """The streams that lie behind a door."""

    def arrived(self, subscribed: bool) -> None:
        """Somebody has connected, or is about to listen to a stream: bring the market to the present."""

    def asked_for(self, names: Iterable[str], checked: bool) -> None:
        """A client wants to listen to these streams; `checked`: it has looked itself for faults in the names."""


class StreamConnection(Connection):
    """One client's connection.

    Attributes:
        combined: whether messages are wrapped in ``{"stream": ..., "data": ...}``.
        fine: whether their times are microseconds.
        names: the streams it listens to, in the order asked for.
    """

    factory: StreamFactory

    def __init__(self) -> None:
        super().__init__()
        self.combined = self.fine = False
        self._door = SPOT
        self._events: frozenset[str] = frozenset()
        self.names: dict[str, None] = {}
        self._heard: deque[float] = deque()

    def opened(self) -> None:
        target = read_target(self.http_request_uri)
        self.combined, self.fine = target.combined, target.fine
        self._door, self._events = target.door, target.events
        requests = self.factory.limits.requests
        if target.door != SPOT and requests is not None:
            requests *= 2  # futures hear ten messages a second
        self._heard = deque(maxlen=requests)
        self.factory.house.arrived(bool(target.names))
        self._listen(target.names)

    def closed(self) -> None:
        self.unsubscribe(list(self.names))

    # -- streams ------------------------------------------------------------------------------------------

    def subscribe(self, names: Iterable[str]) -> None:
        """Listen to these streams too."""
        self.factory.house.arrived(True)
        self._listen(names)

    def _listen(self, names: Iterable[str]) -> None:
        names = list(names)
        if self._door == SPOT:
            self.factory.house.asked_for(names, NAMES_CHECKED.lower() in self.http_headers)
        for name in names:
            self.names[name] = None
            self._hall.listen(self, name)

    @property
    def _hall(self) -> Hearing:
        return self.factory.house.hall(self._door)

    def hear(self, key: str, event: dict[str, Any]) -> None:
        """An event of the account whose listen key this connection bears."""
        if not self._events or event["e"] in self._events or event["e"] == "listenKeyExpired":
            text = orjson.dumps(event)
            self.send(frame(combine(key, text) if self.combined else text))

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Listen to these no longer."""
        for name in names:
            self.names.pop(name, None)
            self._hall.leave(self, name)

    def tell_shutdown(self, at: int) -> None:
        event = {"e": "serverShutdown", "E": at}
        text = orjson.dumps(microseconds.told(event) if self.fine else event)
        self.send(frame(combine(_SHUTDOWN, text) if self.combined else text))

    # -- what the client sends ----------------------------------------------------------------------------

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not self.may_speak():
            return
        if len(payload) > LONGEST_REQUEST:
            log.warning(
                "a request of %d bytes was ignored, as the real exchange does; %d is the most",
                len(payload),
                LONGEST_REQUEST,
            )
            return
        self.send(frame(control.answer(payload, self)))

    def may_speak(self) -> bool:
        """Count a message; a client that sends too many in a second is disconnected."""
        if self.frozen:
            return False
        now = self.factory.reactor.seconds()
        full = len(self._heard) == self._heard.maxlen
        if full and now - self._heard[0] < 1.0:
            self.end(TOO_BUSY, "Too many requests")
            return False
        self._heard.append(now)
        return True


class StreamFactory(ConnectionFactory):
    """Makes the stream connections of one exchange."""

    protocol: Any = StreamConnection
    house: House
