"""What the exchange answers to a request that it refuses: Binance's codes, texts and HTTP statuses.

(Binance, *Error codes for Binance*; where a text has a second sentence, it is the real exchange's own.)
"""

from __future__ import annotations

from typing import Final

import orjson

SYMBOL_RANGE: Final = r"^[\w\-._&&[^a-z]]{1,50}$"
SYMBOLS_RANGE: Final = (
    r'^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$'
)  # fmt: skip
NUMBER_RANGE: Final = "^[0-9]{1,20}$"


class Refusal(Exception):
    """A request is refused.

    Attributes:
        code: Binance's, below zero.
        message: its text.
        status: of HTTP.
        headers: that the answer has besides the usual ones.
    """

    def __init__(
        self, code: int, message: str, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}

    def body(self) -> bytes:
        """The answer's JSON."""
        return orjson.dumps({"code": self.code, "msg": self.message})


def illegal(name: str, legal: str) -> Refusal:
    """A parameter holds characters that it cannot hold."""
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def duplicate() -> Refusal:
    """A parameter was sent twice."""
    return Refusal(-1101, "Duplicate values for a parameter detected.")


def unread(read: int, sent: int, expected: int) -> Refusal:
    """More parameters were sent than the endpoint reads."""
    if expected == 0:
        return Refusal(-1101, f"Too many parameters; expected '0' and received '{sent}'.")
    return Refusal(
        -1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'."
    )


def missing(name: str) -> Refusal:
    """A mandatory parameter was not sent."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def empty(name: str) -> Refusal:
    """A parameter was sent without a value."""
    return Refusal(-1105, f"Parameter '{name}' was empty.")


def invalid_interval() -> Refusal:
    """No such candle interval."""
    return Refusal(-1120, "Invalid interval.")


def invalid_symbol() -> Refusal:
    """No such symbol."""
    return Refusal(-1121, "Invalid symbol.")


def not_together(first: str, second: str) -> Refusal:
    """Two parameters of which only one may be sent."""
    return Refusal(
        -1128,
        "Combination of optional parameters invalid. "
        f"Recommendation: '{first}' and '{second}' cannot both be sent.",
    )


def invalid(name: str) -> Refusal:
    """A parameter's value is not one of those allowed."""
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")


def unsupported(what: str, status: int = 400) -> Refusal:
    """Something that the real exchange answers and this one does not, or that neither does."""
    return Refusal(-1020, f"This operation is not supported. ({what})", status)


def broken() -> Refusal:
    """The exchange itself failed."""
    return Refusal(-1000, "An unknown error occurred while processing the request.", 500)


def too_much_weight(limit: int, retry_after: int, used: int) -> Refusal:
    """The minute's request weight is used up; `retry_after` in seconds, `used` in this minute."""
    return Refusal(
        -1003,
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
        429,
        {"Retry-After": str(retry_after), **_weighed(used)},
    )


def banned(until: int, retry_after: int, used: int) -> Refusal:
    """Requests went on after being told to wait; banned until a time in milliseconds UTC."""
    return Refusal(
        -1003,
        f"Way too much request weight used; IP banned until {until}. "
        "Please use WebSocket Streams for live updates to avoid bans.",
        418,
        {"Retry-After": str(retry_after), **_weighed(used)},
    )


def _weighed(used: int) -> dict[str, str]:
    return {"X-MBX-USED-WEIGHT": str(used), "X-MBX-USED-WEIGHT-1M": str(used)}
