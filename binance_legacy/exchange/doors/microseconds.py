"""Answers and events with their times in microseconds, for clients that ask for them so.

The exchange counts in milliseconds; what is asked for in microseconds ends in three zeros, the end of a candle in
nines. (Binance, *REST API*, header ``X-MBX-TIME-UNIT``; *WebSocket Streams* and *WebSocket API*, ``timeUnit``.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .. import refusals

MICROSECOND: Final = "MICROSECOND"
_UNITS: Final = ("MILLISECOND", MICROSECOND)

_ANSWERED: Final = frozenset((
    "serverTime", "time", "updateTime", "workingTime", "transactTime", "transactionTime", "trailingTime", "closeTime",
    "openTime", "authorizedSince", "connectedSince", "T",
))  # fmt: skip
"""Names of times in answers; ``T`` is an aggregate trade's."""

_TOLD: Final[Mapping[str, frozenset[str]]] = {
    "executionReport": frozenset("ETOWD"),
    "outboundAccountPosition": frozenset("Eu"),
    "24hrTicker": frozenset("EOC"),
    "kline": frozenset("EtT"),
}
"""Names of times in events, where they are others than ``E`` and ``T``."""

_USUAL: Final = frozenset("ET")
_OPENED, _CLOSED, _KLINE = 0, 6, 12


def wanted(unit: str | None) -> bool:
    """Whether a client asks for microseconds.

    Raises:
        Refusal: it asks for a unit that there is not.
    """
    if unit is None:
        return False
    if unit.upper() not in _UNITS:
        raise refusals.invalid_time_unit()
    return unit.upper() == MICROSECOND


def answered(answer: Any) -> Any:
    """An answer of ``/api`` or the WebSocket API with its times in microseconds."""
    if isinstance(answer, list):
        if len(answer) == _KLINE and isinstance(answer[_OPENED], int):
            row = list(answer)
            row[_OPENED], row[_CLOSED] = row[_OPENED] * 1000, _end(row[_CLOSED])
            return row
        return [answered(each) for each in answer]
    if isinstance(answer, dict):
        return {name: _scaled(name, each) for name, each in answer.items()}
    return answer


def _scaled(name: str, value: Any) -> Any:
    if name in _ANSWERED and isinstance(value, int):
        return value * 1000 if value > 0 else value
    return answered(value)


def told(event: Any) -> Any:
    """An event, or a message of a stream, with its times in microseconds."""
    if isinstance(event, list):
        return [told(each) for each in event]
    if not isinstance(event, dict):
        return event
    names = _TOLD.get(event.get("e", ""), _USUAL)
    return {
        name: value * 1000 if name in names and isinstance(value, int) and value > 0 else _nested(name, value)
        for name, value in event.items()
    }


def _nested(name: str, value: Any) -> Any:
    if name != "k":
        return value
    return {**value, "t": value["t"] * 1000, "T": _end(value["T"])}


def _end(milliseconds: int) -> int:
    """The last microsecond of a candle whose last millisecond it is."""
    return milliseconds * 1000 + 999
