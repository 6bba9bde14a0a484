"""The events that Binance pushes on streams of futures today: those of spot under other keys, and a few of their own.

(Binance, *Derivatives: WebSocket Market Streams*; ``st`` and ``ps`` came on 2026-06-30, when USD-M and COIN-M rows
were put on the same streams of all symbols.)
"""

from __future__ import annotations

from typing import Any, Final

from ...wire.messages import Level, Message, kline, mini_ticker

__all__ = [
    "agg_trade", "book_ticker", "continuous_kline", "depth_update", "force_order", "kline", "mark_price",
    "mini_ticker", "ticker", "trade",
]  # fmt: skip

STYLES: Final = {"um": 1, "cm": 2}
"""What the field ``st`` says."""


def trade(
    symbol: str, event: int, number: int, price: str, qty: str, time: int, buyer_is_maker: bool
) -> Message:
    """One trade, as ``<symbol>@trade`` pushes it."""
    return {
        "e": "trade", "E": event, "T": time, "s": symbol, "t": number, "p": price, "q": qty, "X": "MARKET",
        "m": buyer_is_maker,
    }  # fmt: skip


def agg_trade(
    symbol: str, event: int, number: int, price: str, qty: str, first: int, last: int, time: int,
    buyer_is_maker: bool,
) -> Message:  # fmt: skip
    """Trades of one taking order at one price, as ``<symbol>@aggTrade`` pushes them."""
    return {
        "e": "aggTrade", "E": event, "a": number, "s": symbol, "p": price, "q": qty, "f": first, "l": last,
        "T": time, "m": buyer_is_maker,
    }  # fmt: skip


def ticker(event: int, day: dict[str, Any]) -> Message:
    """The last 24 hours, as ``<symbol>@ticker`` pushes them; `day` as REST answers."""
    return {
        "e": "24hrTicker", "E": event, "s": day["symbol"], "p": day["priceChange"], "P": day["priceChangePercent"],
        "w": day["weightedAvgPrice"], "c": day["lastPrice"], "Q": day["lastQty"], "o": day["openPrice"],
        "h": day["highPrice"], "l": day["lowPrice"], "v": day["volume"],
        "q": day["quoteVolume"] if "quoteVolume" in day else day["baseVolume"], "O": day["openTime"],
        "C": day["closeTime"], "F": day["firstId"], "L": day["lastId"], "n": day["count"],
    }  # fmt: skip


def book_ticker(
    pair: str,
    style: int,
    symbol: str,
    event: int,
    update_id: int,
    bid: str,
    bid_qty: str,
    ask: str,
    ask_qty: str,
) -> Message:
    """The best bid and ask, as ``<symbol>@bookTicker`` pushes them."""
    return {
        "e": "bookTicker", "u": update_id, "s": symbol, "ps": pair, "b": bid, "B": bid_qty, "a": ask, "A": ask_qty,
        "T": event, "E": event, "st": style,
    }  # fmt: skip


def depth_update(
    symbol: str,
    pair: str,
    event: int,
    first: int,
    last: int,
    before: int,
    bids: list[Level],
    asks: list[Level],
) -> Message:
    """Levels of the book, as ``<symbol>@depth`` pushes them; `before` is the `last` of the message before."""
    return {
        "e": "depthUpdate", "E": event, "T": event, "s": symbol, "ps": pair, "U": first, "u": last, "pu": before,
        "b": bids, "a": asks,
    }  # fmt: skip


def mark_price(
    symbol: str,
    pair: str,
    style: int,
    event: int,
    mark: str,
    average: str,
    index: str,
    rate: str,
    funding: int,
) -> Message:
    """The mark price, as ``<symbol>@markPrice`` pushes it."""
    return {
        "e": "markPriceUpdate", "E": event, "s": symbol, "ps": pair, "p": mark, "ap": average, "P": mark,
        "i": index, "r": rate, "T": funding, "st": style,
    }  # fmt: skip


def index_price(pair: str, event: int, price: str) -> Message:
    """The index, as ``<pair>@indexPrice`` pushes it."""
    return {"e": "indexPriceUpdate", "E": event, "i": pair, "p": price}


def continuous_kline(pair: str, of_symbol: Message) -> Message:
    """A candle, as ``<pair>_perpetual@continuousKline_<interval>`` pushes it."""
    candle = {name: value for name, value in of_symbol["k"].items() if name != "s"}
    return {"e": "continuous_kline", "E": of_symbol["E"], "ps": pair, "ct": "PERPETUAL", "k": candle}


def force_order(
    symbol: str, event: int, side: str, qty: str, price: str, average: str, status: str, filled: str
) -> Message:
    """A liquidation, as ``<symbol>@forceOrder`` pushes it."""
    order = {
        "s": symbol, "S": side, "o": "LIMIT", "f": "IOC", "q": qty, "p": price, "ap": average, "X": status,
        "l": filled, "z": filled, "T": event,
    }  # fmt: skip
    return {"e": "forceOrder", "E": event, "o": order}
