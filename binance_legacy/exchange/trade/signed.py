"""When a signed request is in time.

A tape may be played faster than time passes, and clients of 0.7 set their clock's offset once. So beside Binance's
own rule a request also passes if it is within its recvWindow of the real time, or within its recvWindow times the
speed of the market's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .. import refusals

USUAL_WINDOW: Final = 5000
LONGEST_WINDOW: Final = 60000
AHEAD: Final = 1000
_MICROSECONDS_FROM: Final = 10**14
_TIMESTAMP: Final = re.compile("[0-9]{1,20}")
_WINDOW: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,3})?")

SIGNED: Final = frozenset(("timestamp", "recvWindow", "signature", "apiKey"))
"""What a signed request has besides the call's own parameters."""


def check_time(sent: Mapping[str, str], market: int, wall: int, speed: float = 1.0) -> None:
    """Whether a signed request is in time.

    Args:
        sent: its parameters.
        market: market time, milliseconds.
        wall: real time, milliseconds.
        speed: market seconds per second.

    Raises:
        Refusal: -1102 where there is no time, -1131 where recvWindow is too long, -1021 where it is not in time.
    """
    time, window = _time(sent), _window(sent)
    stretch = max(1, speed)
    if _in_time(time, market, window * Decimal(stretch), AHEAD * stretch) or _in_time(
        time, wall, window, AHEAD
    ):
        return
    raise refusals.too_early() if time >= max(market, wall) + AHEAD else refusals.too_late()


def _in_time(time: int, now: int, window: Decimal, ahead: float) -> bool:
    return time < now + ahead and now - time <= window


def _time(sent: Mapping[str, str]) -> int:
    text = sent.get("timestamp", "")
    if not text:
        raise refusals.missing("timestamp")
    if not _TIMESTAMP.fullmatch(text):
        raise refusals.illegal("timestamp", refusals.NUMBER_RANGE)
    time = int(text)
    return time // 1000 if time >= _MICROSECONDS_FROM else time


def _window(sent: Mapping[str, str]) -> Decimal:
    text = sent.get("recvWindow")
    if text is None:
        return Decimal(USUAL_WINDOW)
    if not _WINDOW.fullmatch(text):
        raise refusals.illegal("recvWindow", refusals.NUMBER_RANGE)
    window = Decimal(text)
    if window > LONGEST_WINDOW:
        raise refusals.receive_window_too_long()
    return window
