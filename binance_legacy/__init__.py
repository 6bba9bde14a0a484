"""Old python-binance 0.7 code, running again: on today's Binance, or offline on an exchange in a box."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .async_client import AsyncClient as AsyncClient
    from .client import Client as Client
    from .depthcache import DepthCacheManager as DepthCacheManager
    from .depthcache import FuturesDepthCacheManager as FuturesDepthCacheManager
    from .depthcache import OptionsDepthCacheManager as OptionsDepthCacheManager
    from .depthcache import ThreadedDepthCacheManager as ThreadedDepthCacheManager
    from .enums import *  # noqa: F403
    from .exceptions import *  # noqa: F403
    from .reconnecting_websocket import KeepAliveWebsocket as KeepAliveWebsocket
    from .reconnecting_websocket import ReconnectingWebsocket as ReconnectingWebsocket
    from .streams import BinanceSocketManager as BinanceSocketManager
    from .streams import BinanceSocketType as BinanceSocketType
    from .threaded_stream import ThreadedWebsocketManager as ThreadedWebsocketManager
    from .ws.constants import KEEPALIVE_TIMEOUT as KEEPALIVE_TIMEOUT
    from .ws.constants import WSListenerState as WSListenerState

__version__ = "0.1.0"

_PLACES = {
    "AsyncClient": "async_client",
    "BinanceSocketManager": "streams",
    "BinanceSocketType": "streams",
    "Client": "client",
    "DepthCacheManager": "depthcache",
    "FuturesDepthCacheManager": "depthcache",
    "KEEPALIVE_TIMEOUT": "ws.constants",
    "KeepAliveWebsocket": "reconnecting_websocket",
    "OptionsDepthCacheManager": "depthcache",
    "ReconnectingWebsocket": "reconnecting_websocket",
    "ThreadedDepthCacheManager": "depthcache",
    "ThreadedWebsocketManager": "threaded_stream",
    "WSListenerState": "ws.constants",
}
"""Where the names lie that 1.x gave here; nothing is imported before it is asked for."""

_MODULES = ("enums", "exceptions")
"""Modules of which 1.x gave every name here."""

_SUBMODULES = ("async_client", "base_client", "client", "helpers", "ws")
"""Modules that importing the package of 1.x brought along."""


def _public(module: str) -> list[str]:
    """The names that a module of its own making has."""
    found = importlib.import_module(f".{module}", __name__)
    made = (
        name for name in vars(found) if name[0] != "_" and not isinstance(vars(found)[name], type(importlib))
    )
    return [
        name for name in made if getattr(vars(found)[name], "__module__", found.__name__) == found.__name__
    ]


if not TYPE_CHECKING:  # to a type checker, a module with this would have every name

    def __getattr__(name: str) -> Any:
        if name == "__all__":  # what `from binance import *` gave in 1.x
            return [*_PLACES, *(found for module in _MODULES for found in _public(module))]
        if name in _SUBMODULES:
            return importlib.import_module(f".{name}", __name__)
        if name in _PLACES:
            return getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
        for module in _MODULES if not name.startswith("_") else ():
            found = importlib.import_module(f".{module}", __name__)
            if hasattr(found, name):
                return getattr(found, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted(
            {*globals(), *_SUBMODULES, *_PLACES, *(name for each in _MODULES for name in _public(each))}
        )
