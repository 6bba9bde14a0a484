"""What a user's socket is to its face: something to open, pause, stop and ask, over one connection or several.

Scripts of 0.7 found Twisted's connector in ``_conns`` and used it; a socket answers to what they touch of one, from any
thread. What the callback must not be told (in 0.7 a drop was silent) goes to the log, to `status` and to who asked for
notices.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from . import callbacks
from .connection import Message
from .reactor import engine

log = logging.getLogger("binance_legacy.engine")

Notice = dict[str, Any]
"""What happened to which socket: ``{'type': ..., 'socket': key, ...}``.

``lost`` (``reason``, ``cause`` as the kinds of `engine.connection.Loss`, HTTP ``status`` or None), ``restored``
(``after`` seconds), ``given up`` (``reason``, ``status``), ``hole`` (``stream``, ``after`` number, ``missing`` how
many), ``repeat`` (``stream``, ``number``), ``refused`` (``streams`` that the exchange does not give, ``reason``),
``unreadable`` (``reason``, ``payload``), ``server shutdown``, ``replaced`` (a line by a new one, before it ended).
"""

Sink = Callable[[list[Message]], None]
"""Takes the messages of one read, in the reactor thread."""

Teller = Callable[[Notice], Any]


class Socket(ABC):
    """One socket of a user.

    Parameters:
        key: what the user knows it by (the conn_key).
        on_notice: called in the reactor thread with each `Notice`, or None.
    """

    def __init__(self, key: str, on_notice: Teller | None = None) -> None:
        self.key = key
        self.on_notice = on_notice
        self._ended = False

    @property
    def is_alone(self) -> bool:
        """Whether nobody else reads its line."""
        return True

    def open(self) -> None:
        """Connect, as soon as the reactor runs."""
        engine.open(self._connect)

    def disconnect(self) -> None:
        """Drop the line. Unless stopped or given another factory, the socket connects again, as a connector did."""
        engine.soon(self._disconnect)

    def stopConnecting(self) -> None:
        """End an attempt to connect that is under way, and make no other."""
        engine.soon(self._stop)

    def stop(self) -> None:
        """End for good; no message is handed on after this returns, but for one whose callback is running."""
        self._ended = True
        engine.soon(self._stop)

    def subscribe(self, names: Iterable[str]) -> None:
        """Let more streams come over an open socket.

        Raises:
            ValueError: this socket is none of several streams.
        """
        raise _no_list(self.key)

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Let streams come no longer.

        Raises:
            ValueError: this socket is none of several streams.
        """
        raise _no_list(self.key)

    @property
    @abstractmethod
    def factory(self) -> Any:
        """Of its connection, or the first of them."""

    @property
    @abstractmethod
    def state(self) -> str:
        """``connecting``, ``connected`` or ``disconnected``, as a connector's."""

    @property
    @abstractmethod
    def untouched(self) -> bool:
        """Whether it never began to connect: it waits in line for the reactor."""

    @abstractmethod
    def status(self) -> dict[str, Any]:
        """How it fares."""

    @abstractmethod
    def hold(self) -> None:
        """Read no more until `let_go`. In the reactor thread."""

    @abstractmethod
    def let_go(self) -> None:
        """Read on. In the reactor thread."""

    @abstractmethod
    def _connect(self) -> None: ...
    @abstractmethod
    def _disconnect(self) -> None: ...
    @abstractmethod
    def _stop(self) -> None: ...

    def _notify(self, notice: Notice) -> None:
        if self.on_notice is not None:
            callbacks.call(self.on_notice, {**notice, "socket": self.key}, f"{self.key} on_notice")


def _no_list(key: str) -> ValueError:
    return ValueError(
        f"{key!r} is a socket of one stream; streams come and go on a multiplex socket (start_multiplex_socket)"
    )
