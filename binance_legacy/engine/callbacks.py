"""Calling what users gave us: what they raise is logged, once per place, and costs nothing else."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger("binance_legacy.engine")


class Raised:
    """Counts what callbacks raise, per place in the code; logs the first with its traceback, then the tens."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int, str], int] = {}

    def note(self, exception: BaseException, name: str) -> int:
        """Log what the callback of socket `name` raised; returns how often this place has raised by now."""
        place = _place(exception)
        count = self._counts[place] = self._counts.get(place, 0) + 1
        if count == 1:
            log.error("%s: %s; the socket goes on", name, _what(exception), exc_info=exception)
        elif count == 10 ** (len(str(count)) - 1):
            file, line, kind = place
            log.error("%s: the callback raised %s %d times at %s:%d", name, kind, count, file, line)
        return count


def _what(exception: BaseException) -> str:
    if isinstance(exception, SystemExit):
        return "sys.exit() in a callback ends nothing; bm.close() ends the manager, os._exit() the process"
    return "the callback raised"


def _place(exception: BaseException) -> tuple[str, int, str]:
    traceback = exception.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    kind = type(exception).__name__
    if traceback is None:
        return "?", 0, kind
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno, kind


raised = Raised()


def call(callback: Callable[[Any], Any], message: Any, name: str) -> bool:
    """Call `callback` with `message`; whether it returned. What it raises is logged under `name`."""
    try:
        callback(message)
    except BaseException as exception:  # noqa: BLE001 - a user may raise anything, sys.exit() too
        _note(exception, name)
        return False
    return True


def invoke(
    callback: Callable[[Any], Any], message: Any, name: str, later: Callable[[Awaitable[Any]], Any]
) -> bool:
    """As `call`; what is to be awaited of what it returns is handed to `later`."""
    try:
        returned = callback(message)
    except BaseException as exception:  # noqa: BLE001 - as above
        _note(exception, name)
        return False
    if inspect.isawaitable(returned):
        later(returned)
    return True


async def finish(awaitable: Awaitable[Any], name: str) -> bool:
    """Await what a callback returned; whether it came to its end. What it raises is logged as `call` does it."""
    try:
        await awaitable
    except asyncio.CancelledError:
        raise
    except BaseException as exception:  # noqa: BLE001 - as above
        _note(exception, name)
        return False
    return True


def _note(exception: BaseException, name: str) -> None:
    if isinstance(exception, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
        raise exception  # a real one: the program runs the reactor, or the loop, itself
    raised.note(exception, name)
