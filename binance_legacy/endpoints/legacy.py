"""Every endpoint method that python-binance 0.7 had, and the names of 1.x, in one class, over today's Binance."""

from __future__ import annotations

from .declare import Answer
from .later import LaterEndpoints
from .market import MarketEndpoints


class LegacyEndpoints(MarketEndpoints[Answer], LaterEndpoints[Answer]):
    """The families of endpoints together; both clients are this, one blocking, one awaitable."""
