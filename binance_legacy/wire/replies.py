"""What an answer of the REST API says: its value, its error, and how much of the limits it used.

An answer is what `requests` gives or anything like it: `status_code`, `text`, `headers`, `json()`, `request`.
(Binance, *REST API: HTTP return codes, Limits*.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..exceptions import (
    BinanceAPIException,
    BinanceLimitException,
    BinanceOutcomeUnknown,
    BinanceRequestException,
    shown,
)

_USED = re.compile(r"(?:x-mbx-|x-sapi-)(used-\w+-weight|used-weight|order-count)-(\d+[smhd])", re.IGNORECASE)
_TOO_MANY = (418, 429)
_STATUS_UNKNOWN = (-1006, -1007)  # "execution status unknown"; -1007 comes with 408 too


class Reply(Protocol):
    """What is read of an answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def json(self) -> Any: ...


@dataclass(slots=True)
class Limits:
    """How much of Binance's limits is used, as its latest answers said.

    Attributes:
        used_weight: request weight used, by span of time: ``{'1m': 24}``. The address's; what ``/sapi`` counts by
            account and by address apart stands under ``'1m uid'`` and ``'1m ip'``.
        order_count: orders placed and not filled, by span: ``{'10s': 1, '1d': 17}``.
    """

    used_weight: dict[str, int] = field(default_factory=dict)
    order_count: dict[str, int] = field(default_factory=dict)

    def note(self, headers: Any) -> None:
        """Take over what the headers of an answer say; nothing where they are none, as those of a script's own may."""
        for name, value in headers.items() if isinstance(headers, Mapping) else ():
            found = isinstance(name, str) and name[:1] in "xX" and _USED.fullmatch(name)
            if found and isinstance(value, str) and value.isdecimal():
                what, span = found[1].lower(), found[2].lower()
                pool = what.removeprefix("used-").removesuffix("weight").strip("-")
                counts = self.order_count if what == "order-count" else self.used_weight
                counts[f"{span} {pool}" if pool in ("ip", "uid") else span] = int(value)


def read(reply: Reply) -> Any:
    """The value that an answer gives.

    Raises:
        BinanceAPIException: it is an error; `BinanceLimitException` where a limit was passed (429, 418),
            `BinanceOutcomeUnknown` where it may have been done all the same.
        BinanceRequestException: it is no JSON, empty or cut off.
    """
    if not 200 <= reply.status_code < 300:
        raise _refusal(reply)
    try:
        return reply.json()
    except ValueError:
        raise BinanceRequestException(f"Invalid Response: {shown(reply.text)}") from None


def _refusal(reply: Reply) -> BinanceAPIException:
    if reply.status_code in _TOO_MANY:
        return BinanceLimitException(reply)
    error = BinanceAPIException(reply)
    asked = getattr(error.request, "method", None) or "GET"
    unknown = reply.status_code >= 500 or error.code in _STATUS_UNKNOWN
    return BinanceOutcomeUnknown(reply) if unknown and asked.upper() != "GET" else error
