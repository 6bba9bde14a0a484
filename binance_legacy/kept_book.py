"""What the depth caches of both eras keep their books with: differences put on snapshots, and when to ask for another.

No thread, no loop and no socket is known here; the managers bring what the exchange says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .wire.orderbook import Difference, Follower

if TYPE_CHECKING:
    from .depthcache import DepthCache

Level = Sequence[Any]
"""``[price, quantity]``, as the exchange writes them."""

EARLY_AFTER = 1.0
"""Seconds that lie at least between two snapshots that are taken because prices come near the end of the last one."""


def later(pause: float, refused: bool = True) -> float:
    """Seconds to wait before a snapshot is asked for again, after a `pause` already made.

    A snapshot that was `refused` is asked for after 0.5 s, 1 s, ... 30 s; one that was too old after 0.1 s, ... 5 s.
    """
    first, longest = (0.5, 30.0) if refused else (0.1, 5.0)
    return min(max(pause * 2, first), longest)


class KeptBook:
    """The book of a spot market as its differences and snapshots make it; what the managers of both eras keep.

    Parameters:
        cache: the book; it is always one that was the exchange's, as of the last difference that could be applied.
        limit: levels of a snapshot: one that has as many may not be all there is.
    """

    def __init__(self, cache: DepthCache, limit: int) -> None:
        self.cache = cache
        self.follower = Follower()
        self._limit = limit
        self._ends: tuple[Any, Any] = (None, None)  # prices beyond which levels are not known
        self._halfway: tuple[Any, Any] = (None, None)

    @property
    def last(self) -> int | None:
        """The number of the last update, or None while the book is out of step."""
        return self.follower.last

    @property
    def in_step(self) -> bool:
        """Whether the book is as the exchange's."""
        return self.follower.in_step

    def take(self, difference: Difference) -> bool:
        """A difference came; whether it is in the book now."""
        return self.follower.take(difference) and self._apply(difference)

    def put_in(self, snapshot: Any) -> bool:
        """A snapshot came; whether the book is made of it and of what came since. If not, another must be taken."""
        on_top = self.follower.snapshot(snapshot["lastUpdateId"])
        if on_top is None:
            return False
        with self.cache._lock:
            self.cache.update(snapshot["bids"], snapshot["asks"], replace=True)
            self._ends = self._prices(snapshot, lambda side: side[-1])
            self._halfway = self._prices(snapshot, lambda side: side[len(side) // 2])
            return all(self._apply(difference) for difference in on_top)

    def adopt(self, last: int | None) -> None:
        """A subclass filled the book by itself, as of update `last`; None: it is about to."""
        if last is None or (self.last is not None and last < self.last):
            self.follower.lose()
        if last is not None:
            self._ends = self._halfway = (None, None)
            for difference in self.follower.snapshot(last) or ():
                self._apply(difference)

    def nears_its_end(self) -> bool:
        """Whether prices are more than halfway to where the snapshot ended, so that a new one had better be taken."""
        return self._beyond(self._halfway)

    def _apply(self, difference: Difference) -> bool:
        """Put a difference into the book; if that cannot be, it is out of step."""
        applied = False
        try:
            applied = self._change(difference)
        finally:
            if not applied:
                self.follower.lose()
        return applied

    def _change(self, difference: Difference) -> bool:
        """Put a difference into the book, but for one after which the best price would not be known."""
        cache, bids, asks = self.cache, difference["b"], difference["a"]
        with cache._lock:
            before = self._levels(bids, asks) if self._may_pass(bids, asks) else None
            cache.update(bids, asks)
            if before is not None and self._beyond(self._ends):
                cache.update(*before)
                return False
            cache.update_time = difference.get("E")
        return True

    def _may_pass(self, bids: Sequence[Level], asks: Sequence[Level]) -> bool:
        """Whether a difference has enough levels to remove all that are known of a side."""
        lowest, highest = self._ends
        of_bids, of_asks = self.cache._bids, self.cache._asks
        return (lowest is not None and len(of_bids) - of_bids.bisect_left(lowest) <= len(bids)) or (
            highest is not None and of_asks.bisect_right(highest) <= len(asks)
        )

    def _levels(self, bids: Iterable[Level], asks: Iterable[Level]) -> tuple[list[Level], list[Level]]:
        """What the book has now where a difference has levels."""
        convert, of_bids, of_asks = self.cache.conv_type, self.cache._bids, self.cache._asks
        return (
            [(bid[0], of_bids.get(convert(bid[0]), 0)) for bid in bids],
            [(ask[0], of_asks.get(convert(ask[0]), 0)) for ask in asks],
        )

    def _beyond(self, prices: tuple[Any, Any]) -> bool:
        lowest, highest = prices
        bid, ask = self.cache.best_bid(), self.cache.best_ask()
        return (lowest is not None and (bid is None or bid[0] < lowest)) or (
            highest is not None and (ask is None or ask[0] > highest)
        )

    def _prices(self, snapshot: Any, chosen: Callable[[Sequence[Level]], Level]) -> tuple[Any, Any]:
        """The price of a level that is `chosen` from each side; None where the snapshot is all there is."""
        sides = snapshot["bids"], snapshot["asks"]
        bid, ask = (
            self.cache.conv_type(chosen(side)[0]) if len(side) >= self._limit else None for side in sides
        )
        return bid, ask


def fill(cache: DepthCache, message: Any) -> None:
    """Make a book of a message that shows its best levels, all of them."""
    data = message.get("data", message)
    cache.update(data.get("bids", data.get("b", ())), data.get("asks", data.get("a", ())), replace=True)
    cache.update_time = data.get("E")
