"""Dates and candle intervals in milliseconds, as in 0.7."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytz

from .exceptions import UnknownDateFormat

if TYPE_CHECKING:
    import dateparser

__all__ = [
    "date_to_milliseconds",
    "dateparser",
    "datetime",
    "interval_to_milliseconds",
    "pytz",
    "round_step_size",
]

_EPOCH = datetime.fromtimestamp(0, pytz.utc)
_SECONDS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60, "w": 7 * 24 * 60 * 60}


def __getattr__(name: str) -> Any:
    if name != "dateparser":  # 0.7 imported it here, so scripts import it from here
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import dateparser

    return dateparser


def date_to_milliseconds(date_str: str) -> int:
    """Milliseconds from the epoch to the moment that `date_str` names.

    Parameters:
        date_str: ``"now UTC"``, ``"11 hours ago UTC"``, ``"January 01, 2018"``, ``"2021-03-04T05:06:07Z"``, or
            seconds or milliseconds since the epoch as digits. Without a zone it is UTC. (0.7 took relative
            dates without one, and digits, in the machine's own zone and then called that UTC.)

    Raises:
        UnknownDateFormat: `date_str` is no date.
    """
    import dateparser  # slow, and most bots never ask

    moment = dateparser.parse(date_str, settings={"TIMEZONE": "UTC"})
    if moment is None:
        raise UnknownDateFormat(
            f"{date_str!r} is no date; dates look like 'January 01, 2018', '2018-01-01 12:00' or '1 day ago UTC'"
        )
    if moment.tzinfo is None or moment.utcoffset() is None:
        moment = moment.replace(tzinfo=pytz.utc)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def interval_to_milliseconds(interval: str) -> int | None:
    """The length of a candle in milliseconds.

    Parameters:
        interval: a number and a unit, ``s``, ``m``, ``h``, ``d`` or ``w``: ``"1m"``, ``"12h"``.

    Returns:
        The length, or None where it has none, such as ``"1M"``, because months differ, and what is no interval.
    """
    try:
        return int(interval[:-1]) * _SECONDS[interval[-1]] * 1000
    except (ValueError, KeyError, IndexError, TypeError):
        return None


def round_step_size(quantity: float | Decimal | str, step_size: float | Decimal | str) -> float:
    """A quantity or price rounded down to a multiple of a step; of 1.x.

    Parameters:
        quantity: e.g. ``0.123456``.
        step_size: of the symbol's LOT_SIZE or PRICE_FILTER, e.g. ``'0.00100000'``.

    Raises:
        decimal.InvalidOperation: the step is zero, or one of the two is no number.
    """
    exact = Decimal(str(quantity))
    return float(exact - exact % Decimal(str(step_size)))
