"""How many orders an account has placed that were not filled, by Binance's windows of time.

(Binance, *Spot Unfilled Order Count Rules*: a new order counts one; its first fill takes one away again, or five
where the order had waited in the book; canceling takes nothing away.)
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ..refusals import too_many_orders

MAKER_REWARD: Final = 5
TAKER_REWARD: Final = 1


class Window(NamedTuple):
    """How many unfilled orders may be placed in a span of time.

    Attributes:
        interval: Binance's name of the unit.
        number: how many units the span has.
        length: the span in milliseconds.
        limit: the most orders.
    """

    interval: str
    number: int
    length: int
    limit: int


WINDOWS: Final = (Window("SECOND", 10, 10_000, 100), Window("DAY", 1, 86_400_000, 200_000))
"""The limits that ``exchangeInfo`` tells of."""


class OrderCount:
    """One account's unfilled orders.

    Args:
        windows: the limits.
    """

    __slots__ = ("_counts", "_starts", "_windows")

    def __init__(self, windows: tuple[Window, ...] = WINDOWS) -> None:
        self._windows: Final = windows
        self._starts: Final = [0] * len(windows)
        self._counts: Final = [0] * len(windows)

    def check(self, orders: int, now: int) -> None:
        """Whether so many new orders may be placed at `now` (milliseconds).

        Raises:
            Refusal: they are too many.
        """
        self._turn(now)
        for window, start, count in zip(self._windows, self._starts, self._counts, strict=True):
            if count + orders > window.limit:
                wait = -(-(start + window.length - now) // 1000)
                raise too_many_orders(window.limit, f"{window.number} {window.interval}", wait)

    def add(self, orders: int, now: int) -> None:
        """Counts new orders."""
        self._turn(now)
        for index in range(len(self._counts)):
            self._counts[index] += orders

    def traded(self, as_maker: bool, now: int) -> None:
        """An order has traded for the first time."""
        self._turn(now)
        reward = MAKER_REWARD if as_maker else TAKER_REWARD
        for index, count in enumerate(self._counts):
            self._counts[index] = max(0, count - reward)

    @property
    def state(self) -> list[list[int]]:
        """When each window began, and its count."""
        return [list(self._starts), list(self._counts)]

    @state.setter
    def state(self, state: list[list[int]]) -> None:
        self._starts[:], self._counts[:] = state

    def short(self, now: int) -> list[tuple[str, int]]:
        """The counts as headers name them: ``[("10S", 3), ("1D", 12)]``."""
        self._turn(now)
        names = [f"{window.number}{window.interval[0]}" for window in self._windows]
        return list(zip(names, self._counts, strict=True))

    def rows(self, now: int) -> list[dict[str, Any]]:
        """The rows of ``GET /api/v3/rateLimit/order``."""
        self._turn(now)
        return [
            {
                "rateLimitType": "ORDERS",
                "interval": window.interval,
                "intervalNum": window.number,
                "limit": window.limit,
                "count": count,
            }
            for window, count in zip(self._windows, self._counts, strict=True)
        ]

    def _turn(self, now: int) -> None:
        """Begins anew each window that is over."""
        for index, window in enumerate(self._windows):
            start = now - now % window.length
            if start != self._starts[index]:
                self._starts[index] = start
                self._counts[index] = 0
