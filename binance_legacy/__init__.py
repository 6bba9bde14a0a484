"""Old python-binance 0.7 code, running again: on today's Binance, or offline on an exchange in a box."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .async_client import AsyncClient as AsyncClient
    from .client import Client as Client

__version__ = "0.1.0"

_PLACES = {"AsyncClient": "async_client", "Client": "client"}
"""Where the names lie that 1.x gave here; nothing is imported before it is asked for."""


if not TYPE_CHECKING:  # to a type checker, a module with this would have every name

    def __getattr__(name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
