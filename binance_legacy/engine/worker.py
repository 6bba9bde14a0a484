"""A thread of its own for one socket's callback: a slow one delays its own socket and no other."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from . import callbacks
from .connection import Message
from .reactor import engine
from .socket import Socket

log = logging.getLogger("binance_legacy.engine")

MOST_WAITING = 10_000
"""Messages that may wait; then the socket is not read until half of them are done."""


class Worker:
    """Calls a callback with messages, in order, in a thread that ends with the socket.

    Parameters:
        callback: called with each message.
        name: what the log calls the socket.
        most: messages that may wait before the socket is held.
    """

    def __init__(self, callback: Callable[[Message], Any], name: str, most: int = MOST_WAITING) -> None:
        self._callback, self._name, self._most = callback, name, most
        self._socket: Socket | None = None
        self._waiting: deque[Message] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._held = False
        self.is_calling = False
        self._has_thread = self._begin()

    def serve(self, socket: Socket) -> None:
        """The socket whose messages come; it is held when too many wait."""
        self._socket = socket

    @property
    def is_full(self) -> bool:
        """Whether as many wait as may."""
        return len(self._waiting) >= self._most

    def take(self, messages: list[Message]) -> None:
        """Messages came. In the reactor thread, which does not wait."""
        with self._changed:
            self._waiting.extend(messages)
            self._changed.notify()
            too_many = len(self._waiting) > self._most and not self._held
            self._held = self._held or too_many
        if not self._has_thread:
            self._call_here()
        elif too_many and self._socket is not None:
            self._socket.hold()

    def _begin(self) -> bool:
        """Start the thread at once: from Python 3.12 on none can be once the main thread has ended."""
        thread = threading.Thread(target=self._run, name=f"{self._name} callbacks", daemon=True)
        try:
            thread.start()
        except RuntimeError as why:
            log.warning("%s: its callback runs in the reactor's thread: %s", self._name, why)
            return False
        return True

    def _call_here(self) -> None:
        while self._waiting and not self._ended:
            callbacks.call(self._callback, self._waiting.popleft(), self._name)

    def end(self) -> None:
        """No message is handed on after this, but for one whose callback is running."""
        with self._changed:
            self._ended = True
            self._waiting.clear()
            self._changed.notify()

    def _run(self) -> None:
        while (message := self._next()) is not self:
            self.is_calling = True
            callbacks.call(self._callback, message, self._name)
            self.is_calling = False

    def _next(self) -> Message:
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            if self._ended:
                return self
            message = self._waiting.popleft()
            if self._held and len(self._waiting) <= self._most // 2:
                self._held = False
                if self._socket is not None:
                    engine.soon(self._socket.let_go)
            return message
