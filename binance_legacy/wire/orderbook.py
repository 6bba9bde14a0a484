"""How the differences of an order book and a snapshot of it make the book: which of them count, in what order.

Binance's procedure: collect differences, take a snapshot, leave out what it has already, put the rest on top; then each
difference must follow the one before it. (Binance, *How to manage a local order book correctly*, as corrected on
2025-11-12; *USD-M futures: How to manage a local order book correctly*.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

Difference = Mapping[str, Any]
"""A message of a ``depth`` stream: ``U`` and ``u``, the first and last update in it; of futures also ``pu``."""

MOST_KEPT = 20_000
"""Differences that wait for a snapshot; of more the oldest go."""

ANEW_AFTER = 5_000
"""A difference so many milliseconds younger than the last one, with an older number: the numbers began anew."""


class Follower:
    """Says of each difference whether it is to be applied.

    Attributes:
        last: the number of the last update in the book, or None while it is out of step: a snapshot is needed.
        gaps: how often differences were missing.
    """

    def __init__(self) -> None:
        self.last: int | None = None
        self.gaps = 0
        self._kept: deque[Difference] = deque(maxlen=MOST_KEPT)
        self._refreshing = False
        self._fresh = False  # the next difference is the first after a snapshot
        self._applied: Difference | None = None  # the last one, since the book was last out of step

    @property
    def in_step(self) -> bool:
        """Whether the book is as the exchange's."""
        return self.last is not None

    def take(self, difference: Difference) -> bool:
        """A difference came.

        Returns:
            whether it is to be applied. Where it is not, it is old, or it is kept for a snapshot (`in_step` tells).

        Raises:
            KeyError: it is no difference.
        """
        first, last = difference["U"], difference["u"]
        if self.last is None:
            self._kept.append(difference)
            return False
        if last <= self.last:
            if self._begins_anew(difference):
                self._miss(difference)
            return False
        if not self._follows(difference, first):
            self._miss(difference)
            return False
        if self._refreshing:
            self._kept.append(difference)
        self._applied = difference
        self.last, self._fresh = last, False
        return True

    def _follows(self, difference: Difference, first: int) -> bool:
        assert self.last is not None
        before = difference.get("pu")
        if before is None:
            return first <= self.last + 1
        return bool(before <= self.last if self._fresh else before == self.last)

    def _begins_anew(self, difference: Difference) -> bool:
        """Whether an older number is no repeat, but the exchange counts from the start again, as test networks do."""
        applied = self._applied
        if applied is None or difference["u"] >= applied["u"]:
            return False
        return bool(difference.get("E", 0) > applied.get("E", 0) + ANEW_AFTER)

    def _miss(self, difference: Difference) -> None:
        self.gaps += 1
        self.lose()
        self._kept.append(difference)

    def lose(self) -> None:
        """The book is not as the exchange's any more; differences are kept for the next snapshot."""
        self.last = None
        self._applied = None
        self._refreshing = False
        self._kept.clear()

    def refresh(self) -> None:
        """Another snapshot is about to be taken; until it is there the book goes on as it is."""
        if self.in_step and not self._refreshing:
            self._refreshing = True
            self._kept.clear()

    def snapshot(self, last: int) -> list[Difference] | None:
        """A snapshot came.

        Parameters:
            last: its ``lastUpdateId``.

        Returns:
            the differences to put on top of it, or None: it is too old, and another must be taken. A book that is in
            step stays as it is then.
        """
        before = self.last, self._fresh
        on_top = self._on_top_of(last)
        if on_top is None or (before[0] is not None and before[0] > self.last):  # type: ignore[operator]
            self.last, self._fresh = before
            return None
        if on_top:
            self._applied = on_top[-1]
        self._refreshing = False
        self._kept.clear()
        return on_top

    def _on_top_of(self, last: int) -> list[Difference] | None:
        """The differences kept that a snapshot has not, each once and by their numbers; None: some are missing."""
        on_top = []
        self.last, self._fresh = last, True
        for difference in sorted(self._kept, key=lambda one: int(one["u"])):
            if difference["u"] <= self.last:
                continue
            if not self._follows(difference, difference["U"]):
                return None
            on_top.append(difference)
            self.last, self._fresh = difference["u"], False
        return on_top
