"""Dates and intervals in milliseconds, as 0.7 gave them."""

from __future__ import annotations

from datetime import datetime

import dateparser
import pytz

__all__ = ["date_to_milliseconds", "dateparser", "datetime", "interval_to_milliseconds", "pytz"]

_UNIT_SECONDS = {"m": 60, "h": 60 * 60, "d": 24 * 60 * 60, "w": 7 * 24 * 60 * 60}


def date_to_milliseconds(date_str: str) -> int:
    """Milliseconds since 1970 of a date as people write it.

    Parameters:
        date_str: e.g. ``'1 Jan, 2018'``, ``'11 hours ago UTC'``, ``'now UTC'``; UTC where it names no zone.

    Raises:
        ValueError: it is no date.
    """
    date = dateparser.parse(date_str, settings={"TIMEZONE": "UTC"})
    if date is None:
        raise ValueError(f"{date_str!r} is no date; write it like '1 Jan, 2018' or '11 hours ago UTC'")
    if date.tzinfo is None or date.tzinfo.utcoffset(date) is None:
        date = date.replace(tzinfo=pytz.utc)
    return int((date - datetime.fromtimestamp(0, pytz.utc)).total_seconds() * 1000.0)


def interval_to_milliseconds(interval: str) -> int | None:
    """Milliseconds of a candle's interval, or None where it has no fixed length or is none.

    Parameters:
        interval: e.g. ``'1m'``, ``'4h'``, ``'1w'``.
    """
    unit = _UNIT_SECONDS.get(interval[-1:])
    try:
        return None if unit is None else int(interval[:-1]) * unit * 1000
    except ValueError:
        return None
