"""What became of the streams that the sockets of python-binance 0.7 opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FUTURES_SPLIT: Final = "2026-04-23"
"""Since then ``wss://fstream.binance.com/ws`` and ``/stream`` accept everything and push next to nothing."""

LISTEN_KEYS_ENDED: Final = "2026-02-20"
"""Since then no listenKey of the spot or the margin account is given."""

DEAD_HOSTS: Final = {
    "vapi.binance.com": "options are at https://eapi.binance.com/eapi/v1",
    "vstream.binance.com": "options streams are at wss://fstream.binance.com/public and /market",
    "testnet.binanceops.com": "there is no test network of options any more",
    "testnetws.binanceops.com": "there is no test network of options any more",
}
"""Hosts that 0.7 knew and that answer no more, and where the same is today."""


@dataclass(frozen=True, slots=True)
class OldSocket:
    """One ``start_..._socket`` of 0.7.

    Attributes:
        name: of the method.
        stream: what it opened.
        today: where the same comes from today; None: from there still.
        since: the day on which the old stream ended, ``2026-03-26``; None: it lives, or the day is not known.
        note: what is different today, as a clause; empty for nothing.
    """

    name: str
    stream: str
    today: str | None = None
    since: str | None = None
    note: str = ""


_F: Final = "wss://fstream.binance.com"
_V: Final = "wss://vstream.binance.com"
_SIGNED: Final = "userDataStream.subscribe.signature of the WebSocket API"
_TOKEN: Final = "userDataStream.subscribe.listenToken of the WebSocket API"

SOCKETS: Final = {
    socket.name: socket
    for socket in (
        OldSocket("start_depth_socket", "<symbol>@depth"),
        OldSocket("start_kline_socket", "<symbol>@kline_<interval>"),
        OldSocket("start_miniticker_socket", "!miniTicker@arr"),
        OldSocket("start_trade_socket", "<symbol>@trade", note="no order ids ('b', 'a') in it since 2024"),
        OldSocket("start_aggtrade_socket", "<symbol>@aggTrade"),
        OldSocket("start_symbol_ticker_socket", "<symbol>@ticker"),
        OldSocket("start_ticker_socket", "!ticker@arr", "<symbol>@ticker of each symbol", "2026-03-26"),
        OldSocket("start_symbol_book_ticker_socket", "<symbol>@bookTicker"),
        OldSocket(
            "start_book_ticker_socket", "!bookTicker", "<symbol>@bookTicker of each symbol", "2022-12-07"
        ),
        OldSocket("start_multiplex_socket", "the streams of its list"),
        OldSocket(
            "start_aggtrade_futures_socket",
            f"{_F}/stream?streams=<symbol>@aggTrade",
            f"{_F}/market/stream?streams=<symbol>@aggTrade",
            FUTURES_SPLIT,
        ),
        OldSocket(
            "start_symbol_mark_price_socket",
            f"{_F}/stream?streams=<symbol>@markPrice",
            f"{_F}/market/stream?streams=<symbol>@markPrice",
            FUTURES_SPLIT,
        ),
        OldSocket(
            "start_all_mark_price_socket",
            f"{_F}/stream?streams=!markPrice@arr",
            f"{_F}/market/stream?streams=!markPrice@arr",
            FUTURES_SPLIT,
        ),
        OldSocket(
            "start_symbol_ticker_futures_socket",
            f"{_F}/stream?streams=<symbol>@bookTicker",
            f"{_F}/public/stream?streams=<symbol>@bookTicker",
            FUTURES_SPLIT,
        ),
        OldSocket(
            "start_individual_symbol_ticker_futures_socket",
            f"{_F}/stream?streams=<symbol>@ticker",
            f"{_F}/market/stream?streams=<symbol>@ticker",
            FUTURES_SPLIT,
            "every 2 s",
        ),
        OldSocket(
            "start_all_ticker_futures_socket",
            f"{_F}/stream?streams=!bookTicker",
            f"{_F}/public/stream?streams=!bookTicker",
            FUTURES_SPLIT,
            "every 5 s",
        ),
        OldSocket("start_user_socket", "/ws/<listenKey>", _SIGNED, LISTEN_KEYS_ENDED),
        OldSocket("start_margin_socket", "/ws/<listenKey>", _TOKEN, LISTEN_KEYS_ENDED),
        OldSocket("start_isolated_margin_socket", "/ws/<listenKey>", _TOKEN, LISTEN_KEYS_ENDED),
        OldSocket(
            "start_options_ticker_socket", f"{_V}/ws/<symbol>@ticker", f"{_F}/public/ws/<symbol>@optionTicker"
        ),
        OldSocket(
            "start_options_recent_trades_socket",
            f"{_V}/ws/<symbol>@trade",
            f"{_F}/public/ws/<symbol>@optionTrade",
        ),
        OldSocket(
            "start_options_kline_socket",
            f"{_V}/ws/<symbol>@kline_<interval>",
            f"{_F}/market/ws/<symbol>@kline_<interval>",
        ),
        OldSocket(
            "start_options_depth_socket",
            f"{_V}/ws/<symbol>@depth<levels>",
            f"{_F}/public/ws/<symbol>@depth<levels>@<speed>",
        ),
        OldSocket(
            "start_options_multiplex_socket",
            f"{_V}/stream?streams=...",
            f"{_F}/public/stream and {_F}/market/stream",
        ),
    )
}
"""Every one of them, by name."""
