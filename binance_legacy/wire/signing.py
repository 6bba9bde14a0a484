"""Signing a request, and verifying one: percent-encode first, then sign what is sent.

(Binance, *REST API: Request security*; enforced since 2026-01-15.)
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

Parameter = tuple[str, Any]


def text(value: Any) -> str:
    """A parameter's value as it is sent: numbers never in exponent form, lists as JSON arrays."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return json.dumps(list(value), separators=(",", ":"))
    return str(value)


def encode(parameters: Iterable[Parameter]) -> str:
    """``a=1&b=2`` in the given order, percent-encoded; parameters that are None are left out."""
    return "&".join(
        f"{quote(name, safe='')}={quote(text(value), safe='')}"
        for name, value in parameters
        if value is not None
    )


def sign(secret: str, encoded: str) -> str:
    """HMAC-SHA256 in hexadecimal of the bytes that are sent."""
    return hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).hexdigest()


def signed(secret: str, parameters: Iterable[Parameter]) -> str:
    """The encoded parameters with their signature as the last."""
    encoded = encode(parameters)
    separator = "&" if encoded else ""
    return f"{encoded}{separator}signature={sign(secret, encoded)}"


def verify(secret: str, encoded: str) -> bool:
    """Whether what was received carries the signature of what stands before it; inverse of `signed`."""
    payload, found, signature = encoded.rpartition("signature=")
    if not found:
        return False
    return hmac.compare_digest(sign(secret, payload.removesuffix("&")), signature.lower())
