"""Listen keys of Binance's own, which futures and portfolio margin still have: kept alive, changed when they end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .bundle import Bundle, Line
from .connection import Message
from .errands import Errands
from .feed import Feed
from .reactor import reactor

log = logging.getLogger("binance_legacy.engine")

_FIRST_RETRY = 0.5
_LONGEST_RETRY = 30.0


@dataclass(frozen=True, slots=True)
class Kept:
    """How a kind of listen key is had; the calls answer, or give something to await.

    Attributes:
        ask: gives the key of the account: the same one while it lives.
        keep: keeps a key alive.
        every: seconds between two times that it is.
    """

    ask: Callable[[], Any]
    keep: Callable[[str], Any]
    every: float


class KeyedLine(Line):
    """A part whose address bears a listen key.

    Parameters:
        feed_of: makes its connection.
        kept: how its key is had.
        bundle: told where no key is given.
        errands: makes the calls.
    """

    def __init__(
        self, feed_of: Callable[[KeyedLine], Feed], kept: Kept, bundle: Bundle, errands: Errands
    ) -> None:
        self._kept, self._bundle, self._errands = kept, bundle, errands
        self.key = ""
        self._ended = self._told = False
        self._retry = _FIRST_RETRY
        self._timer: Any = None
        super().__init__(feed_of(self))
        self._connect, self._stop = self._ask, self._end

    def _ask(self) -> None:
        if not self._ended:
            self._errands.run(self._kept.ask, self._given)

    def _given(self, answer: Any) -> None:
        if self._ended:
            return
        if not isinstance(answer, str):
            self._not_given(answer)
            return
        self._told, self._retry = False, _FIRST_RETRY
        before, self.key = self.key, answer
        if before != answer:
            self.feed.renew()
        self._after(self._kept.every, self._keep)

    def _not_given(self, why: Any) -> None:
        if not self._told:
            self._told = True
            log.warning("%s: no listen key is given: %s", self._bundle.key, why)
            status = getattr(why, "status_code", None)
            self._bundle.noticed({"type": "lost", "reason": str(why), "cause": "refused", "status": status})
        self._after(self._retry, self._ask)
        self._retry = min(self._retry * 2, _LONGEST_RETRY)

    def _keep(self) -> None:
        key = self.key
        self._errands.run(lambda: self._kept.keep(key), self._was_kept)

    def _was_kept(self, answer: Any) -> None:
        if self._ended:
            return
        if isinstance(answer, BaseException):
            log.warning(
                "%s: the listen key was not kept alive, which is tried again: %s", self._bundle.key, answer
            )
            self._after(min(self._kept.every, _LONGEST_RETRY), self._ask)  # the same key, or a new one
        else:
            self._after(self._kept.every, self._keep)

    def _after(self, delay: float, call: Callable[[], None]) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = reactor.callLater(delay, call)

    def _end(self) -> None:
        self._ended = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self.feed.stop()

    def read(self, message: Message) -> Message | None:
        """An event for the user; that the key has ended is for us."""
        data = message.get("data", message) if isinstance(message, dict) else message
        if isinstance(data, dict) and data.get("e") == "listenKeyExpired":
            log.info("%s: the listen key has ended; another is asked for", self._bundle.key)
            self._ask()
            return None
        return message
