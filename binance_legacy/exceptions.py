"""What can go wrong.

::

    Exception
    ├── BinanceAPIException                 Binance refused: .code, .message, .status_code, .response, .request
    │   ├── BinanceLimitException           a limit was passed: .retry_after seconds
    │   ├── BinanceOutcomeUnknown           5xx, -1006, -1007: it may have been done all the same
    │   └── BinanceWithdrawAPIException     both this and BinanceWithdrawException
    ├── BinanceRequestException             no answer that can be read
    │   └── RetiredEndpoint                 Binance switched the endpoint off and nothing took its place
    ├── BinanceOrderException               .code, .message; as in 0.7 for programs that raise them themselves
    │   ├── BinanceOrderMinAmountException
    │   ├── BinanceOrderMinPriceException
    │   ├── BinanceOrderMinTotalException
    │   ├── BinanceOrderUnknownSymbolException
    │   └── BinanceOrderInactiveSymbolException
    ├── BinanceWithdrawException
    ├── BinanceWebsocketUnableToConnect     the socket's own: names of 1.x
    ├── BinanceWebsocketClosed
    ├── BinanceRegionException
    ├── BinanceWebsocketQueueOverflow
    ├── ReadLoopClosed
    ├── NotImplementedException
    └── ValueError
        └── UnknownDateFormat               a text that is no date

All can be pickled, also with the answer that `BinanceAPIException` carries.
"""

from __future__ import annotations

import math
import re
from typing import Any

SHOWN = 200
"""Characters of an unreadable answer that an error's text shows."""

_SIGNATURE = re.compile(r"(signature=)[^&\s'\")]+", re.IGNORECASE)


def without_signatures(text: str) -> str:
    """A text, such as an address, with what its signatures are left out."""
    return _SIGNATURE.sub(r"\1...", text)


def shown(text: str) -> str:
    """What an error's text shows of an answer; such a page may repeat the address that was asked."""
    return without_signatures(text[:SHOWN])


class BinanceAPIException(Exception):
    """Binance answered with an error.

    Parameters:
        response: the answer, of ``requests`` or like it: ``json()``, ``text``, ``status_code``.

    Attributes:
        code: Binance's error code, such as -1121; 0 where the answer has none.
        message: Binance's text.
        status_code: of HTTP, such as 400.
        response: the answer.
        request: what was sent.
    """

    def __init__(self, response: Any) -> None:
        self.args = (response,)
        self.code, self.message = _code_and_message(response)
        self.status_code: int = response.status_code
        self.response = response
        self.request = getattr(response, "request", None)

    def __str__(self) -> str:
        return f"APIError(code={self.code}): {self.message}"


class BinanceLimitException(BinanceAPIException):
    """Binance counts too many calls or orders, and answers none for a while (HTTP 429, or 418 once it bans).

    Attributes:
        retry_after: seconds until it answers again, as its header ``Retry-After`` says; None where it does not.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(response)
        self.retry_after: float | None = _seconds(response)

    def __str__(self) -> str:
        text = super().__str__()
        return text if self.retry_after is None else f"{text} (retry after {self.retry_after:g} s)"


class BinanceOutcomeUnknown(BinanceAPIException):
    """Binance failed while it carried out a call that changes something: it may have been done all the same.

    Ask (for an order: `get_order` with its ``newClientOrderId``) before it is sent again.
    """

    def __str__(self) -> str:
        return f"{super().__str__()} (outcome unknown: it may have been done; ask before sending it again)"


def _seconds(response: Any) -> float | None:
    try:
        seconds = float(response.headers["Retry-After"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _code_and_message(response: Any) -> tuple[Any, str]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and ("code" in body or "msg" in body):
        return body.get("code", 0), body.get("msg", "")
    return 0, f"Invalid JSON error message from Binance: {shown(response.text)}"


class BinanceRequestException(Exception):
    """An answer came that cannot be read, or none can come."""

    def __init__(self, message: str) -> None:
        self.args = (message,)
        self.message = message

    def __str__(self) -> str:
        return f"BinanceRequestException: {self.message}"


class RetiredEndpoint(BinanceRequestException):
    """Binance switched the endpoint off, and no other gives what it gave.

    Parameters:
        endpoint: what was called, such as ``get_margin_symbol``.
        since: the day it went, ``2021-08-01``.
        nearest: what comes nearest today, as a clause: ``get_all_isolated_margin_symbols lists the pairs``.
    """

    def __init__(self, endpoint: str, since: str, nearest: str) -> None:
        super().__init__(f"{endpoint} was switched off by Binance on {since}; {nearest}")
        self.args = (endpoint, since, nearest)
        self.endpoint, self.since, self.nearest = endpoint, since, nearest


class BinanceOrderException(Exception):
    """An order that breaks a rule of its market."""

    def __init__(self, code: int, message: str) -> None:
        self.args = (code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"BinanceOrderException(code={self.code}): {self.message}"


class BinanceOrderMinAmountException(BinanceOrderException):
    """The quantity is no multiple of the lot size `value`."""

    def __init__(self, value: Any) -> None:
        super().__init__(-1013, f"Amount must be a multiple of {value}")
        self.args = (value,)


class BinanceOrderMinPriceException(BinanceOrderException):
    """The price is below the least one, `value`."""

    def __init__(self, value: Any) -> None:
        super().__init__(-1013, f"Price must be at least {value}")
        self.args = (value,)


class BinanceOrderMinTotalException(BinanceOrderException):
    """Price times quantity is below the least total, `value`."""

    def __init__(self, value: Any) -> None:
        super().__init__(-1013, f"Total must be at least {value}")
        self.args = (value,)


class BinanceOrderUnknownSymbolException(BinanceOrderException):
    """There is no market named `value`."""

    def __init__(self, value: Any) -> None:
        super().__init__(-1013, f"Unknown symbol {value}")
        self.args = (value,)


class BinanceOrderInactiveSymbolException(BinanceOrderException):
    """The market named `value` is not open."""

    def __init__(self, value: Any) -> None:
        super().__init__(-1013, f"Attempting to trade an inactive symbol {value}")
        self.args = (value,)


class BinanceWithdrawException(Exception):
    """A withdrawal, or another call of the old ``/wapi``, was refused."""

    def __init__(self, message: str) -> None:
        self.args = (message,)
        self.message = message

    def __str__(self) -> str:
        return f"BinanceWithdrawException: {self.message}"


class BinanceWithdrawAPIException(BinanceAPIException, BinanceWithdrawException):
    """Binance refused what 0.7 asked of ``/wapi``; a script that catches either of the two catches it."""


class BinanceWebsocketUnableToConnect(Exception):
    """A socket could not be opened."""


class BinanceWebsocketClosed(Exception):
    """A socket was lost; it is opened again."""


class BinanceWebsocketQueueOverflow(Exception):
    """Messages came faster than the program took them."""


class BinanceRegionException(Exception):
    """An endpoint that only another of Binance's domains has. 1.x raised it; nothing here does.

    Parameters:
        required_tld: the domain that has it, ``us``.
        actual_tld: the client's.
        endpoint_name: what was called.
    """

    def __init__(self, required_tld: str, actual_tld: str, endpoint_name: str = "endpoint") -> None:
        self.args = (required_tld, actual_tld, endpoint_name)
        self.required_tld, self.actual_tld, self.endpoint_name = required_tld, actual_tld, endpoint_name

    def __str__(self) -> str:
        return f"{self.endpoint_name} is there on binance.{self.required_tld} only, not on binance.{self.actual_tld}"


class ReadLoopClosed(Exception):
    """The socket that is read from has ended."""


class NotImplementedException(Exception):
    """What was asked for is not offered here."""

    def __init__(self, value: str) -> None:
        self.args = (value,)
        self.message = value

    def __str__(self) -> str:
        return f"Not implemented: {self.message}"


class UnknownDateFormat(ValueError):
    """A text that cannot be read as a date or time."""
