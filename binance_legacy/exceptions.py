"""What can go wrong, as 0.7 raised it.

::

    Exception
    ├── BinanceAPIException            Binance answered with an error: code, message, status_code
    ├── BinanceRequestException        the answer could not be read: message
    │   └── RetiredEndpoint            Binance has switched off what was asked for: since, instead
    ├── BinanceOrderException          an order's fault: code, message
    │   ├── BinanceOrderMinAmountException
    │   ├── BinanceOrderMinPriceException
    │   ├── BinanceOrderMinTotalException
    │   ├── BinanceOrderUnknownSymbolException
    │   └── BinanceOrderInactiveSymbolException
    └── BinanceWithdrawException       a withdrawal was refused: message
"""

from __future__ import annotations

from typing import Any


class BinanceAPIException(Exception):
    """Binance answered with an error.

    Parameters:
        response: the answer (`requests.Response`).

    Attributes:
        code: Binance's error code, e.g. -1121; 0 where the answer was no JSON.
        message: Binance's text.
        status_code: HTTP status.
        response, request: the answer and what was asked.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(response)
        self.code: Any = 0
        try:
            answer = response.json()
            self.code, self.message = answer["code"], answer["msg"]
        except (ValueError, KeyError, TypeError):
            self.message = f"Invalid JSON error message from Binance: {response.text}"
        self.status_code = response.status_code
        self.response = response
        self.request = getattr(response, "request", None)

    def __str__(self) -> str:
        return f"APIError(code={self.code}): {self.message}"


class BinanceRequestException(Exception):
    """The answer could not be read.

    Attributes:
        message: what was wrong with it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"BinanceRequestException: {self.message}"


class RetiredEndpoint(BinanceRequestException):
    """Binance has switched off what was asked for, and nothing stands in its place."""


class BinanceOrderException(Exception):
    """An order's fault.

    Attributes:
        code: -1013 for those below.
        message: what is wrong with it.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"BinanceOrderException(code={self.code}): {self.message}"


class _FilterException(BinanceOrderException):
    text = ""

    def __init__(self, value: Any) -> None:
        super().__init__(-1013, f"{self.text} {value}")
        self.args = (value,)  # so that it can be pickled


class BinanceOrderMinAmountException(_FilterException):
    """The quantity is no multiple of the step."""

    text = "Amount must be a multiple of"

    def __init__(self, value: Any) -> None:
        super().__init__(value)


class BinanceOrderMinPriceException(_FilterException):
    """The price is too low."""

    text = "Price must be at least"

    def __init__(self, value: Any) -> None:
        super().__init__(value)


class BinanceOrderMinTotalException(_FilterException):
    """Price times quantity is too low."""

    text = "Total must be at least"

    def __init__(self, value: Any) -> None:
        super().__init__(value)


class BinanceOrderUnknownSymbolException(_FilterException):
    """There is no such symbol."""

    text = "Unknown symbol"

    def __init__(self, value: Any) -> None:
        super().__init__(value)


class BinanceOrderInactiveSymbolException(_FilterException):
    """The symbol is not traded at the moment."""

    text = "Attempting to trade an inactive symbol"

    def __init__(self, value: Any) -> None:
        super().__init__(value)


class BinanceWithdrawException(Exception):
    """A withdrawal was refused.

    Attributes:
        message: why.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"BinanceWithdrawException: {self.message}"
