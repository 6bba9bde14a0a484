"""Every endpoint method that python-binance 0.7 had, and the names of 1.x, in one class, over today's Binance."""

from __future__ import annotations

from .account import AccountEndpoints
from .declare import Answer
from .earn import EarnEndpoints
from .futures_coin import FuturesCoinEndpoints
from .later import LaterEndpoints
from .later_futures import LaterFuturesEndpoints
from .margin import MarginEndpoints
from .options import OptionsEndpoints
from .subaccount import SubAccountEndpoints
from .userstream import UserStreamEndpoints
from .wallet import WalletEndpoints
from .websocket_api import WebSocketApiEndpoints


class LegacyEndpoints(
    AccountEndpoints[Answer],
    WalletEndpoints[Answer],
    EarnEndpoints[Answer],
    UserStreamEndpoints[Answer],
    MarginEndpoints[Answer],
    SubAccountEndpoints[Answer],
    OptionsEndpoints[Answer],
    FuturesCoinEndpoints[Answer],
    LaterEndpoints[Answer],
    WebSocketApiEndpoints[Answer],
    LaterFuturesEndpoints[Answer],  # which are the futures' and the market's
):
    """The families of endpoints together; both clients are this, one blocking, one awaitable."""
