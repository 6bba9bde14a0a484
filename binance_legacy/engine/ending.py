"""How a process with a reactor thread ends: at its last line, or at Ctrl-C.

Python waits for a manager's thread, which is not a daemon, before it runs exit functions. An interrupt that
nobody caught therefore has to end the managers, or the process would wait for them for ever, as 0.7's did.
One that the script catches changes nothing.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from types import TracebackType
from typing import Any

from . import interrupt
from .reactor import engine

PATIENCE = 10.0
"""Seconds that the end of the process waits for what the reactor still executes."""


def _end_managers() -> None:
    with contextlib.suppress(Exception):  # the reactor may be the program's own, or already down
        engine.stop()


def watch() -> None:
    """Let an interrupt that nobody catches end the managers. Called when a manager starts; again is harmless."""
    if not getattr(sys.excepthook, "ends_managers", False):
        sys.excepthook = _Hook(sys.excepthook)
    interrupt.watch()
    if not getattr(sys.unraisablehook, "ends_managers", False):
        sys.unraisablehook = _LateHook(sys.unraisablehook)


class _Hook:
    """An excepthook that ends the managers at an uncaught KeyboardInterrupt, then does what the old one did."""

    ends_managers = True

    def __init__(self, before: Any) -> None:
        self.before = before

    def __call__(
        self, kind: type[BaseException], value: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            _end_managers()
        self.before(kind, value, traceback)


class _LateHook:
    """The same for an interrupt while Python, past the script's last line, waits for the managers' threads."""

    ends_managers = gives_again = True

    def __init__(self, before: Any) -> None:
        self.before = before

    def __call__(self, unraisable: Any) -> None:
        if not (issubclass(unraisable.exc_type, KeyboardInterrupt) and interrupt.past_last_line()):
            self.before(unraisable)
            return
        _end_managers()
        atexit._run_exitfuncs()
        _die_interrupted()


def _die_interrupted() -> None:
    """End as a process does that Ctrl-C ended (status 130 in a shell), as Python itself does it."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)


def _at_exit() -> None:
    engine.finish(PATIENCE)


atexit.register(_at_exit)
