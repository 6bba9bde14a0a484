"""Calls of a user's client that the engine makes: never in the reactor's thread, where they would stop every socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from .reactor import engine, reactor

log = logging.getLogger("binance_legacy.engine")

Done = Callable[[Any], None]
"""Takes what a call gave: its answer, or the exception that it raised."""


class Errands:
    """Runs calls elsewhere and brings their answers back into the reactor's thread.

    Parameters:
        loop: where a client's coroutines are awaited; None for a client that blocks, whose calls get a thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop

    def run(self, call: Callable[[], Any], done: Done) -> None:
        """Make a call; `done` gets its answer or exception, in the reactor's thread."""
        if self._loop is None:
            reactor.callInThread(_in_thread, call, done)
            return
        errand = _awaited(call)
        try:
            future = asyncio.run_coroutine_threadsafe(errand, self._loop)
        except RuntimeError as why:  # the loop is closed
            errand.close()
            done(why)
        else:
            future.add_done_callback(lambda settled: engine.soon(done, _outcome(settled)))


def _in_thread(call: Callable[[], Any], done: Done) -> None:
    try:
        answer = call()
    except Exception as why:  # noqa: BLE001 - whatever a client raises is the answer
        answer = why
    engine.soon(done, answer)


async def _awaited(call: Callable[[], Any]) -> Any:
    return await call()


def _outcome(settled: Future[Any]) -> Any:
    if settled.cancelled():
        return ConnectionError("the event loop was closed before the call was answered")
    return settled.exception() or settled.result()
