"""How long a socket manager's thread lives: from its start until it is closed and nothing is left to do.

0.7's thread ran the reactor, so a script could end after ``bm.start()`` and live on. Here the thread only
waits, and ends when the manager was closed, no callback is executing and no socket has been opened since.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from . import ending
from .reactor import engine


class Lifetime:
    """One manager's.

    Parameters:
        close: closes the manager's sockets; called when the reactor is stopped.
        busy: whether the manager has open sockets.
        forget: drops what a forked child inherited.
    """

    def __init__(
        self, close: Callable[[], None], busy: Callable[[], bool], forget: Callable[[], None]
    ) -> None:
        self._close, self._busy, self._forget = close, busy, forget
        self._reset()
        engine.settle(self)

    def _reset(self) -> None:
        self._changed = threading.Condition()  # guards the two below
        self.open = False
        self.over = True

    def begin(self) -> bool:
        """The manager is started; whether its thread must be made (False: one is still waiting)."""
        with self._changed:
            self.open = True
            must_make, self.over = self.over, False
        ending.watch()
        engine.start()
        return must_make

    def end(self) -> None:
        """The manager is closed."""
        with self._changed:
            self.open = False
            self._changed.notify_all()

    def wait(self) -> None:
        """Stay until the manager has ended. What its thread does."""
        engine.idle_watchers.add(self._callbacks_returned)
        try:
            with self._changed:
                try:
                    while self.open or engine.executing or self._busy():
                        self._changed.wait()
                finally:
                    self.over = True
        finally:
            engine.idle_watchers.discard(self._callbacks_returned)

    def _callbacks_returned(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # -- a resident of the reactor ------------------------------------------------------------------------

    def reactor_stopped(self) -> None:
        """Somebody stopped the reactor: the manager ends."""
        self._close()
        self.end()

    def forked(self) -> None:
        """This is a child now: nothing is open here."""
        self._reset()
        self._forget()
