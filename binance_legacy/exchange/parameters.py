"""How the parameters of a call are read: texts go in, values come out, or a refusal in Binance's words.

REST sends texts anyway; what the WebSocket API sends as JSON is turned into the same texts by `text_of`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ..wire.streamnames import INTERVALS
from . import refusals

_NAME: Final = r"[A-Z0-9_\-.\u0080-\U0010ffff]{1,50}"
_SYMBOL: Final = re.compile(_NAME)
_SYMBOLS: Final = re.compile(rf'\[("{_NAME}"(,"{_NAME}")*)?\]')
_NUMBER: Final = re.compile("[0-9]{1,20}")
_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an endpoint.

    Attributes:
        name: on the wire.
        read: turns the parameter's name and text into its value, or raises a Refusal.
        default: the value where it is not sent.
        mandatory: it must be sent.
    """

    name: str
    read: Callable[[str, str], Any]
    default: Any = None
    mandatory: bool = False

    def value(self, sent: dict[str, str]) -> Any:
        """Its value in a request."""
        text = sent.get(self.name)
        if text is None:
            if self.mandatory:
                raise refusals.missing(self.name)
            return self.default
        if not text:
            raise refusals.empty(self.name)
        return self.read(self.name, text)


def number(name: str, text: str) -> int:
    """Read a whole number."""
    if not _NUMBER.fullmatch(text):
        raise refusals.illegal(name, refusals.NUMBER_RANGE)
    value = int(text)
    if value > _LARGEST:
        raise refusals.overflow(name)
    return value


def word(name: str, text: str) -> str:
    """Read a text as it is."""
    return text


def _symbol(name: str, text: str) -> str:
    if not _SYMBOL.fullmatch(text):
        raise refusals.illegal(name, refusals.SYMBOL_RANGE)
    return text


def _symbols(name: str, text: str) -> list[str]:
    if not _SYMBOLS.fullmatch(text):
        raise refusals.illegal(name, refusals.SYMBOLS_RANGE)
    names: list[str] = orjson.loads(text)
    if not names:
        raise refusals.empty(name)
    if len(set(names)) < len(names):
        raise refusals.repeated_symbols()
    return names


def _interval(name: str, text: str) -> str:
    if text not in INTERVALS:
        raise refusals.invalid_interval()
    return text


def one_of(*allowed: str) -> Callable[[str, str], str]:
    """Read one of a few words."""

    def read(name: str, text: str) -> str:
        if text not in allowed:
            raise refusals.invalid(name)
        return text

    return read


def limit(default: int, most: int) -> Parameter:
    """How many rows; more than `most` gives `most`, as on the real exchange."""

    def read(name: str, text: str) -> int:
        rows = number(name, text)
        if rows == 0:
            raise refusals.invalid(name)
        return min(rows, most)

    return Parameter("limit", read, default)


SYMBOL: Final = Parameter("symbol", _symbol, mandatory=True)
OPTIONAL_SYMBOL: Final = Parameter("symbol", _symbol)
SYMBOLS: Final = Parameter("symbols", _symbols)
INTERVAL: Final = Parameter("interval", _interval, mandatory=True)
START: Final = Parameter("startTime", number)
END: Final = Parameter("endTime", number)
FROM_ID: Final = Parameter("fromId", number)


# -- parameters of orders -----------------------------------------------------------------------------------

_AMOUNT: Final = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,20}))?")
_CLIENT_ID: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
_LEAST_STRATEGY: Final = 1_000_000
PLACES: Final = 8
"""Amounts of every asset are read as whole numbers of 1e-8."""


def text_of(value: Any) -> str:
    """A parameter that was sent as JSON, as REST would have sent it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    return str(value)


def amount(name: str, text: str) -> int:
    """Read a price or quantity into units of 1e-8."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise refusals.illegal(name, refusals.AMOUNT_RANGE)
    whole, decimals = found.groups("")
    if len(decimals) > PLACES:
        if decimals[PLACES:].strip("0"):
            raise refusals.too_precise(name)
        decimals = decimals[:PLACES]
    return int(whole + decimals.ljust(PLACES, "0"))


def client_id(name: str, text: str) -> str:
    """Read an id that a client gives to an order or a list of orders."""
    if not _CLIENT_ID.fullmatch(text):
        raise refusals.illegal(name, refusals.CLIENT_ID_RANGE)
    return text


def flag(name: str, text: str) -> bool:
    """Read ``true`` or ``false``."""
    if text.lower() not in ("true", "false"):
        raise refusals.invalid(name)
    return text.lower() == "true"


def strategy_type(name: str, text: str) -> int:
    """Read a strategy's type; those below 1,000,000 are Binance's own."""
    kind = number(name, text)
    if kind < _LEAST_STRATEGY:
        raise refusals.reserved_strategy(name)
    return kind


def choice(refusal: Callable[[], refusals.Refusal], *allowed: str) -> Callable[[str, str], str]:
    """Read one of a few words of which the refusal is a text of its own."""

    def read(name: str, text: str) -> str:
        if text not in allowed:
            raise refusal()
        return text

    return read
