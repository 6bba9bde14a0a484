"""Who listens to which stream, and the way of a message to all of them: written once, framed once.

Pure: listeners are handed whole frames and do the sending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import orjson

from . import microseconds


class Feed(Protocol):
    """The market, as far as streams need it."""

    def subscribe(self, name: str) -> None: ...
    def unsubscribe(self, name: str) -> None: ...


class Listener(Protocol):
    """Who is sent the frames of the streams it listens to, raw or combined, in milliseconds or microseconds."""

    combined: bool
    fine: bool

    def send(self, frames: bytes) -> None: ...


class Streams:
    """The streams in use and their listeners.

    Args:
        market: told when a stream comes into use and when it goes out of it.
        copies: how often a message of a stream is sent, which is once; asked only where `faulty` is.

    Attributes:
        faulty: whether messages may be left out or repeated on purpose.
    """

    def __init__(self, market: Feed, copies: Callable[[str], int] = lambda name: 1) -> None:
        self._market: Final = market
        self._copies: Final = copies
        self.faulty = False
        self._listeners: Final[dict[str, dict[Listener, None]]] = {}

    @property
    def in_use(self) -> bool:
        """Whether anybody listens to anything."""
        return bool(self._listeners)

    def listen(self, listener: Listener, name: str) -> None:
        """Send `listener` every message of a stream from now on."""
        if name not in self._listeners:
            self._listeners[name] = {}
            self._market.subscribe(name)
        self._listeners[name][listener] = None

    def leave(self, listener: Listener, name: str) -> None:
        """Stop sending it them."""
        listeners = self._listeners.get(name, {})
        listeners.pop(listener, None)
        if not listeners and self._listeners.pop(name, None) is not None:
            self._market.unsubscribe(name)

    def push(self, messages: Iterable[tuple[str, Any]]) -> None:
        """Send messages, (stream's name, payload) each, to whom they concern, in their order."""
        waiting: dict[Listener, list[bytes]] = {}
        for name, payload in messages:
            listeners = self._listeners.get(name)
            if listeners:
                copies = self._copies(name) if self.faulty else 1
                for listener, sent in _framed(name, payload, listeners) if copies else ():
                    waiting.setdefault(listener, []).append(sent * copies)
        for listener, frames in waiting.items():
            listener.send(b"".join(frames))


def _framed(name: str, payload: Any, listeners: Iterable[Listener]) -> Sequence[tuple[Listener, bytes]]:
    """Each listener with the frame for it; each form is made at most once."""
    forms: dict[tuple[bool, bool], bytes] = {}
    texts: dict[bool, bytes] = {}
    found = []
    for listener in listeners:
        form = listener.combined, listener.fine
        if form not in forms:
            text = texts.get(form[1])
            if text is None:
                text = texts[form[1]] = orjson.dumps(microseconds.told(payload) if listener.fine else payload)
            forms[form] = frame(combine(name, text) if listener.combined else text)
        found.append((listener, forms[form]))
    return found


def combine(name: str, text: bytes) -> bytes:
    """A payload as it is sent on a combined connection."""
    return b'{"stream":%b,"data":%b}' % (orjson.dumps(name), text)


def frame(text: bytes) -> bytes:
    """A text message as one unmasked WebSocket frame (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text
