"""How long a socket manager's thread lives: from its start until it is closed and nothing is left to do.

0.7's thread ran the reactor, so a script could end after ``bm.start()`` and live on. Here the thread only
waits, and ends when the manager was closed, no callback is executing and no socket has been opened since.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from . import ending
from .reactor import engine

_LOOK_AGAIN = 0.25


class Lifetime:
    """One manager's.

    Parameters:
        close: closes the manager's sockets; called when the reactor is stopped.
        busy: whether the manager has open sockets.
        forget: drops what a forked child inherited.
        daemonic: whether the manager's thread is a daemon.
        calling: whether a callback runs in a thread of its own.
    """

    def __init__(
        self,
        close: Callable[[], None],
        busy: Callable[[], bool],
        forget: Callable[[], None],
        daemonic: Callable[[], bool],
        calling: Callable[[], bool] = lambda: False,
    ) -> None:
        self._close, self._busy, self._forget, self._daemonic = close, busy, forget, daemonic
        self._calling = calling
        self._reset()
        engine.settle(self)

    def _reset(self) -> None:
        self._changed = threading.Condition()  # guards the three below
        self.open = False
        self.over = True
        self._free = False

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
        with self._changed:
            try:
                while True:
                    while self.open or self._busy():
                        self._changed.wait()
                    self._let_callbacks_return()
                    if not self.open and not self._busy():
                        return
            finally:
                self.over = True
                self._changed.notify_all()

    def wait_until_over(self, deadline: float | None, alive: Callable[[], bool]) -> None:
        """Wait until `wait` has returned, its thread is dead, or `deadline` (of `time.monotonic`) has come."""
        while not self.over and alive():
            left = _LOOK_AGAIN if deadline is None else min(_LOOK_AGAIN, deadline - time.monotonic())
            if left <= 0:
                return
            with self._changed:
                if not self.over:
                    self._changed.wait(left)

    def _let_callbacks_return(self) -> None:
        """Wait until whatever the reactor executes at this moment has returned."""
        self._free = False
        engine.soon(self._reactor_is_free)
        while not self._free and engine.runs():
            self._changed.wait(1)
        while self._calling():
            self._changed.wait(_LOOK_AGAIN)

    def _reactor_is_free(self) -> None:
        with self._changed:
            self._free = True
            self._changed.notify_all()

    # -- a resident of the reactor ------------------------------------------------------------------------

    def reactor_stopped(self) -> None:
        """Somebody stopped the reactor: the manager ends."""
        try:
            self._close()
        finally:
            self.end()

    def keeps_process(self) -> bool:
        """Whether the manager lives and is no daemon."""
        return not self.over and not self._daemonic()

    def forked(self) -> None:
        """This is a child now: nothing is open here."""
        self._reset()
        self._forget()
