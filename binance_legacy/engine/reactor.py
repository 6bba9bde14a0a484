"""The one reactor: Twisted's global one, run once, in a background thread.

0.7 ran the global reactor, and its documentation ends programs with ``reactor.stop()``; so the global one it
stays. It cannot be run twice, so where our own thread runs it, `stop` means something gentler: every manager
ends, the program may go, and the loop rests until the next manager starts. Where the program itself runs the
reactor, `stop` stays Twisted's. A forked child gets a reactor made anew, without its parent's connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet import error
from twisted.internet import reactor as _global_reactor
from twisted.python import threadable

log = logging.getLogger("binance_legacy.engine")

_LOOKERS_UP = 2
_START_WITHIN = 5.0

reactor: Any = _global_reactor  # which interfaces it offers depends on the platform


class Resident(Protocol):
    """What lives on the reactor and ends with it."""

    def reactor_stopped(self) -> None: ...
    def forked(self) -> None: ...
    def keeps_process(self) -> bool: ...


class _Loop(threading.Thread):
    """The reactor's thread: a daemon, whose callbacks' own threads are none.

    Threads inherit the flag from the thread that makes them, and 0.7's reactor ran in the manager: what a
    callback starts must live on when the managers have ended.
    """

    @property
    def daemon(self) -> bool:
        made_here = threading.current_thread() is self and self._started.is_set()  # type: ignore[attr-defined]
        return not (made_here and engine.keeps_process())

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        raise RuntimeError("the reactor's thread is always a daemon")


class Engine:
    """Runs the reactor, and knows who lives on it."""

    def __init__(self) -> None:
        self._twisted_stop: Callable[[], None] = reactor.stop
        self._residents: weakref.WeakSet[Resident] = weakref.WeakSet()
        self._begin_afresh()
        reactor.stop = self.stop

    def _begin_afresh(self) -> None:
        self._lock = threading.Lock()  # guards the residents and the four below
        self._thread: threading.Thread | None = None
        self._resting = False
        self._spent = False
        self._running = threading.Event()
        self._running.set()
        self._held: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    # -- running ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Have the reactor run: in our thread, or by joining whoever runs it already. Returns at once.

        Raises:
            ReactorNotRestartable: the program ran the reactor itself and stopped it.
        """
        with self._lock:
            self._resting = False
            held, self._held = self._held, []
            if self._thread is None and not reactor.running:
                if self._spent:
                    raise error.ReactorNotRestartable(
                        "this program ran the reactor itself and stopped it, and Twisted runs one only once; "
                        "let the socket manager run it (leave out reactor.run()) to be able to start again"
                    )
                self._running = threading.Event()
                self._thread = _Loop(target=self._run, name="binance_legacy.reactor", daemon=True)
                self._thread.start()
        if not self.inside():
            # From Python 3.12 on no thread can be made once the script's last line is passed: those that look
            # host names up are there before this returns.
            self._running.wait(_START_WITHIN)
        for call, arguments in held:
            reactor.callFromThread(call, *arguments)

    def rouse(self) -> None:
        """Have the reactor run, also where our loop rests: something that no manager of 0.7 started is opened."""
        if self._resting or not self.runs():
            self.start()

    def _run(self) -> None:
        pool = reactor.getThreadPool()
        pool.threadFactory = functools.partial(threading.Thread, daemon=True)  # they wait for work for ever
        pool.adjustPoolsize(minthreads=_LOOKERS_UP)
        reactor.callWhenRunning(self._running.set)
        try:
            reactor.run(installSignalHandlers=False)
        except error.ReactorAlreadyRunning:
            self._thread = None  # the program was faster: its reactor it is
        finally:
            self._running.set()

    def stop(self) -> None:
        """What ``reactor.stop()`` does, from any thread, at once: every manager ends.

        Our own loop then rests; stopping it again does nothing. A loop that the program runs ends as Twisted's
        own stop ends it.
        """
        if self._thread is not None:
            with self._lock:
                self._resting = True
        else:
            self._twisted_stop()  # raises where it does not run, and then nothing has ended
            self._spent = True
            reactor.wakeUp()
        self._end_residents()

    def _end_residents(self) -> None:
        for resident in self._known_residents():
            try:
                resident.reactor_stopped()
            except Exception:
                log.exception("%r could not be ended", resident)

    def _known_residents(self) -> list[Resident]:
        with self._lock:
            return list(self._residents)

    def keeps_process(self) -> bool:
        """Whether some manager lives that is no daemon."""
        return any(resident.keeps_process() for resident in self._known_residents())

    def finish(self, patience: float) -> None:
        """Really stop our loop, at the end of the process; waits for it up to `patience` seconds."""
        thread = self._thread
        if thread is None or not thread.is_alive() or threading.current_thread() is thread:
            return
        self._end_residents()
        reactor.callFromThread(self._stop_for_good)
        thread.join(patience)

    def _stop_for_good(self) -> None:
        with contextlib.suppress(error.ReactorNotRunning):
            self._twisted_stop()

    def settle(self, resident: Resident) -> None:
        """Make `resident` known: it is told when the reactor stops and when the process forks."""
        with self._lock:
            self._residents.add(resident)

    # -- calls from other threads -------------------------------------------------------------------------

    def open(self, call: Callable[..., None], *arguments: Any) -> None:
        """Run `call` in the reactor thread, at once if this is it; waits in line until a manager starts."""
        with self._lock:
            if self._resting:
                self._held.append((call, arguments))
                return
        self.soon(call, *arguments)

    def soon(self, call: Callable[..., None], *arguments: Any) -> None:
        """Run `call` in the reactor thread: now if this is it, otherwise as soon as it can."""
        if self.inside():
            call(*arguments)
        else:
            reactor.callFromThread(call, *arguments)

    def runs(self) -> bool:
        """Whether the reactor runs."""
        return bool(reactor.running)

    def inside(self) -> bool:
        """Whether this is the reactor's thread, and so must not wait for it."""
        return bool(reactor.running and threadable.isInIOThread())

    def refuse_to_block(self, what: str) -> None:
        """Raise where waiting would stop the very thread that is waited for."""
        if self.inside():
            raise RuntimeError(
                f"{what} was called inside a callback, where it would wait for itself for ever"
            )

    def refuse_nested_loop(self, what: str) -> None:
        """Raise where a loop runs inside a callback; one that is the reactor itself may."""
        if self.inside() and getattr(reactor, "_asyncioEventloop", None) is not asyncio.get_running_loop():
            self.refuse_to_block(what)

    # -- fork ---------------------------------------------------------------------------------------------

    def after_fork(self) -> None:
        """In a forked child: a reactor made anew, and nothing of the parent's connections."""
        if reactor.running or reactor.threadCallQueue or self._thread is not None:
            _renew_reactor()
            reactor.stop = self.stop
        self._begin_afresh()
        for resident in self._known_residents():
            resident.forked()


def _renew_reactor() -> None:
    """Make the global reactor object new in place, as every module already holds it.

    The parent's sockets, poller and waker are only closed on this side: their kernel objects are shared, so
    unregistering or shutting them down here would cut the parent's connections.
    """
    inherited = {*reactor.getReaders(), *reactor.getWriters()}
    poller = getattr(reactor, "_poller", None)
    if poller is not None and hasattr(poller, "close"):
        poller.close()
    for selectable in inherited:
        _close_here(selectable)
    for name in ("_stopped", "threadpool", "_signals", "_registerAsIOThread", "_exitSignal", "stop"):
        reactor.__dict__.pop(name, None)
    threadable.ioThread = None
    reactor.__init__()


def _close_here(selectable: Any) -> None:
    if getattr(selectable, "socket", None) is not None:
        with contextlib.suppress(OSError):
            selectable.socket.close()
        return
    for descriptor in {getattr(selectable, "i", -1), getattr(selectable, "o", -1)}:  # a waker's two ends
        if isinstance(descriptor, int) and descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(descriptor)


engine = Engine()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=engine.after_fork)
