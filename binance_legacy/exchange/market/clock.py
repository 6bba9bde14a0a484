"""Market time for real time. Pure: the real time, in seconds, is passed in."""

from __future__ import annotations

from typing import Final


class MarketClock:
    """Market time, which runs at `speed` market seconds per real second, or stands still.

    Args:
        start: market time at the beginning, milliseconds.
        speed: market seconds per second.
        wall: the real time at the beginning.
        end: market time that is never passed.
    """

    def __init__(self, start: int, speed: float, wall: float, end: int | None = None) -> None:
        self._base = start
        self._speed: Final = speed
        self._since: float | None = wall
        self._end: Final = end

    @property
    def held(self) -> bool:
        """Whether it stands still."""
        return self._since is None

    def at(self, wall: float) -> int:
        """Market time at a real time."""
        if self._since is None:
            return self._base
        now = self._base + round((wall - self._since) * self._speed * 1000)
        return now if self._end is None else min(now, self._end)

    def leap(self, milliseconds: int) -> None:
        """Go on at once by so much market time."""
        self._base += milliseconds

    def hold(self, now: int) -> None:
        """Stand still at a market time."""
        self._base = now
        self._since = None

    def release(self, wall: float) -> None:
        """Run on from where it stands."""
        self._since = wall


class Settling:
    """When a tape may begin: a stream is listened to, and nobody new has come for a while.

    Programs open their sockets one after another; so all of them hear the first message.

    Args:
        quiet: seconds without a new connection or subscription.
        longest: seconds after the first subscription that are enough in any case.
    """

    def __init__(self, quiet: float = 0.5, longest: float = 3.0) -> None:
        self._quiet: Final = quiet
        self._longest: Final = longest
        self._first: float | None = None
        self._latest = 0.0

    def arrived(self, wall: float, subscribed: bool) -> None:
        """Somebody has connected, or (`subscribed`) listens to a stream."""
        self._latest = wall
        if subscribed and self._first is None:
            self._first = wall

    def over(self, wall: float) -> bool:
        """Whether the tape may begin."""
        if self._first is None:
            return False
        return wall - self._latest >= self._quiet or wall - self._first >= self._longest
