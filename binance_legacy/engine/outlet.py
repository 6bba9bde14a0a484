"""The way of messages into an asyncio loop: one hop for each read, however many messages it brought."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .connection import Message
from .reactor import engine
from .socket import Socket

MOST_UNDERWAY = 256
"""Reads that a loop may leave untaken; then the socket is held until it takes some."""


class Outlet:
    """Hands the messages of a socket to a loop.

    Parameters:
        loop: the caller's.
        take: called in it with the messages of each read.
        lost_loop: called in the reactor thread when the loop is closed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take: Callable[[list[Message]], None],
        lost_loop: Callable[[], None],
    ) -> None:
        self._loop, self._take, self._lost_loop = loop, take, lost_loop
        self._sent = self._taken = 0  # each is counted by one thread alone
        self._held = False
        self.socket: Socket | None = None

    def send(self, messages: list[Message]) -> None:
        """In the reactor thread."""
        self._sent += 1
        try:
            self._loop.call_soon_threadsafe(self._arrive, messages)
        except RuntimeError:  # closed
            self._lost_loop()
            return
        if self._sent - self._taken > MOST_UNDERWAY and not self._held and self.socket is not None:
            self._held = True
            self.socket.hold()

    def _arrive(self, messages: list[Message]) -> None:
        self._taken += 1
        if self._held and self._sent - self._taken < MOST_UNDERWAY // 2:
            engine.soon(self._let_go)
        self._take(messages)

    def _let_go(self) -> None:
        if self._held and self.socket is not None:
            self._held = False
            self.socket.let_go()
