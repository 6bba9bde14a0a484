"""A Ctrl-C that Python drops is given again.

Python raises KeyboardInterrupt in whatever runs at that moment. Inside a ``__del__`` or a weakref callback, of
which imports run many, nobody can catch it: Python says "Exception ignored in ..." and the program runs on as if
nobody had pressed a key. From `watch` on it is interrupted a moment later instead.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Final

_MOMENT: Final = 0.01
"""Seconds until the interrupt is given again: outside of what dropped it."""


def watch() -> None:
    """Give every interrupt again that is dropped from now on. Again is harmless."""
    if not getattr(sys.unraisablehook, "gives_again", False):
        sys.unraisablehook = _Hook(sys.unraisablehook)


def past_last_line() -> bool:
    """Whether this is the main thread, and executes nothing of the program any more. Asked in an unraisablehook."""
    if threading.get_ident() != threading.main_thread().ident:
        return False
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        outermost, frame = frame, frame.f_back
    module, function = str(outermost.f_globals.get("__name__")), outermost.f_code.co_name
    # nobody called the hook, or Python that waits for the other threads
    return module.startswith("binance_legacy.engine.") or (module, function) == ("threading", "_shutdown")


class _Hook:
    """An unraisablehook that does what the one before it did, but with a dropped Ctrl-C."""

    gives_again = True

    def __init__(self, before: Any) -> None:
        self.before = before
        self._sender: threading.Thread | None = None

    def __call__(self, unraisable: Any) -> None:
        if not (_is_ctrl_c(unraisable) and self._give_again()):
            self.before(unraisable)

    def _give_again(self) -> bool:
        """Interrupt the main thread once more; whether that can be done."""
        if self._sender is not None and self._sender.is_alive():
            return True
        self._sender = threading.Thread(target=_interrupt_soon, daemon=True)
        try:
            self._sender.start()
        except RuntimeError:  # Python is ending and starts no thread any more
            return False
        return True


def _is_ctrl_c(unraisable: Any) -> bool:
    return (
        issubclass(unraisable.exc_type, KeyboardInterrupt)
        and threading.get_ident() == threading.main_thread().ident
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        and not past_last_line()
    )


def _interrupt_soon() -> None:
    """A signal, and from another thread: a blocking call of the main thread is to end by it too."""
    time.sleep(_MOMENT)
    if os.name == "nt":
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
