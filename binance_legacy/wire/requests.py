"""A request of the WebSocket API as it crosses the wire: its frame written, what it is answered read.

``{"id", "method", "params"}`` goes out; ``{"id", "status", "result"}`` or ``{"id", "status", "error"}`` comes back, and
beside it what is used of the limits. (Binance, *WebSocket API: General API information*.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import orjson

from . import signing

_MICROSECONDS = 10**14
"""Times from here on are microseconds."""

_USED = {"REQUEST_WEIGHT": "x-mbx-used-weight", "ORDERS": "x-mbx-order-count"}


def sendable(value: Any) -> Any:
    """A parameter's value for JSON: texts, whole numbers and truths as they are, other numbers as exact texts."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return sendable(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list | tuple):
        return [sendable(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): sendable(one) for name, one in value.items()}
    return signing.text(value)


def frame(number: int, method: str, params: Mapping[str, Any]) -> bytes:
    """A request as it is sent.

    Raises:
        ValueError: a number in it is greater than JSON's readers take.
    """
    try:
        return orjson.dumps({"id": number, "method": method, "params": params})
    except orjson.JSONEncodeError as error:
        raise ValueError(f"{method} cannot be sent: {error}") from None


@dataclass(frozen=True, slots=True)
class Sent:
    """What was asked, as an error shows it.

    Attributes:
        name: Binance's method, ``order.place``.
        method: of HTTP, as REST would ask it: ``GET`` where nothing is changed, else ``POST``.
        url: of the connection.
    """

    name: str
    method: str
    url: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, in the form of one of the REST API: what `exceptions` and `replies` read.

    Attributes:
        status_code: as of HTTP.
        headers: what is used of the limits and how long to wait, as REST tells them.
        value: the result or the error; the whole answer where it has neither.
        request: what was asked.
    """

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    value: Any = field(repr=False)
    request: Sent

    @property
    def text(self) -> str:
        return orjson.dumps(self.value).decode()

    def json(self) -> Any:
        return self.value


def read(answer: Mapping[str, Any], sent: Sent, now: int) -> Answered:
    """What an answer says; `replies.read` gives its result or raises its error.

    Parameters:
        answer: as received, decoded.
        now: the exchange's time, milliseconds, for an answer that tells until when to wait and not what time it is.
    """
    error = answer.get("error")
    status = answer.get("status", 400 if error else 200)
    headers = {**_used(answer.get("rateLimits")), **_wait(error, now)}
    value = answer.get("result", answer) if error is None else error
    return Answered(int(status), headers, value, sent)


def _used(limits: Any) -> dict[str, str]:
    """What is used of the limits, as REST's headers say it: ``x-mbx-used-weight-1m``."""
    headers = {}
    for row in limits if isinstance(limits, list) else ():
        name = _USED.get(row.get("rateLimitType"))
        if name is not None:
            headers[f"{name}-{row.get('intervalNum')}{str(row.get('interval'))[:1].lower()}"] = str(
                row.get("count")
            )
    return headers


def _wait(error: Any, now: int) -> dict[str, str]:
    """How many seconds to wait, as the header ``Retry-After`` says it."""
    data = error.get("data") if isinstance(error, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(until := data.get("retryAfter"), int | float):
        return {}
    since = data.get("serverTime", now)
    return {"Retry-After": str(max(0.0, (_milliseconds(until) - _milliseconds(since)) / 1000))}


def _milliseconds(time: float) -> float:
    return time / 1000 if time > _MICROSECONDS else time
