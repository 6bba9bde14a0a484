"""Every endpoint method that python-binance 0.7 had, in one class, over today's Binance."""

from __future__ import annotations

from .declare import Answer
from .market import MarketEndpoints


class LegacyEndpoints(MarketEndpoints[Answer]):
    """The families of endpoints together; both clients are this, one blocking, one awaitable."""
