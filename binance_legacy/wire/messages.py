"""The events that Binance pushes on market streams today, and how messages of one stream follow one another.

One constructor for each kind, with exactly Binance's keys, their order and their types. Prices and quantities
are texts, times are milliseconds UTC. (Binance, *WebSocket Streams for Binance*; the ``b`` and ``a`` of
``trade`` are gone since 2024-06-18.)
"""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]
Level = list[str]
"""One price level on the wire: ``[price, quantity]``; a quantity of zero removes the level."""


def trade(
    symbol: str, event: int, number: int, price: str, qty: str, time: int, buyer_is_maker: bool
) -> Message:
    """One trade, as ``<symbol>@trade`` pushes it; `event` is when it is pushed, `time` when it happened."""
    return {
        "e": "trade", "E": event, "s": symbol, "t": number, "p": price, "q": qty, "T": time,
        "m": buyer_is_maker, "M": True,
    }  # fmt: skip


def agg_trade(
    symbol: str, event: int, number: int, price: str, qty: str, first: int, last: int, time: int,
    buyer_is_maker: bool,
) -> Message:  # fmt: skip
    """Trades `first` to `last`, of one taking order at one price, as ``<symbol>@aggTrade`` pushes them."""
    return {
        "e": "aggTrade", "E": event, "s": symbol, "a": number, "p": price, "q": qty, "f": first, "l": last,
        "T": time, "m": buyer_is_maker, "M": True,
    }  # fmt: skip


def kline(
    symbol: str, event: int, interval: str, start: int, end: int, first: int, last: int, opened: str,
    close: str, high: str, low: str, volume: str, count: int, closed: bool, quote: str, taker_volume: str,
    taker_quote: str,
) -> Message:  # fmt: skip
    """A candle, open or just closed, as ``<symbol>@kline_<interval>`` pushes it.

    Args:
        symbol: upper case.
        event: when it is pushed.
        interval: ``1m`` and so on.
        start: first millisecond of the candle.
        end: its last millisecond (one before the next candle's start).
        first: number of its first trade, -1 without trades.
        last: number of its last trade, -1 without trades.
        opened: first price.
        close: last price.
        high: highest price.
        low: lowest price.
        volume: in the base asset.
        count: how many trades.
        closed: True in the candle's last message.
        quote: volume in the quote asset.
        taker_volume: what takers bought, in the base asset.
        taker_quote: what takers bought, in the quote asset.
    """
    candle = {
        "t": start, "T": end, "s": symbol, "i": interval, "f": first, "L": last, "o": opened, "c": close,
        "h": high, "l": low, "v": volume, "n": count, "x": closed, "q": quote, "V": taker_volume,
        "Q": taker_quote, "B": "0",
    }  # fmt: skip
    return {"e": "kline", "E": event, "s": symbol, "k": candle}


def mini_ticker(
    symbol: str, event: int, close: str, opened: str, high: str, low: str, volume: str, quote: str
) -> Message:
    """The last 24 hours in short, as ``<symbol>@miniTicker`` and (a list) ``!miniTicker@arr`` push it."""
    return {
        "e": "24hrMiniTicker", "E": event, "s": symbol, "c": close, "o": opened, "h": high, "l": low,
        "v": volume, "q": quote,
    }  # fmt: skip


def ticker(event: int, day: dict[str, Any]) -> Message:
    """The last 24 hours, as ``<symbol>@ticker`` pushes them.

    Args:
        event: when it is pushed.
        day: the same 24 hours as ``GET /api/v3/ticker/24hr`` answers for one symbol.
    """
    return {
        "e": "24hrTicker", "E": event, "s": day["symbol"], "p": day["priceChange"],
        "P": day["priceChangePercent"], "w": day["weightedAvgPrice"], "x": day["prevClosePrice"],
        "c": day["lastPrice"], "Q": day["lastQty"], "b": day["bidPrice"], "B": day["bidQty"],
        "a": day["askPrice"], "A": day["askQty"], "o": day["openPrice"], "h": day["highPrice"],
        "l": day["lowPrice"], "v": day["volume"], "q": day["quoteVolume"], "O": day["openTime"],
        "C": day["closeTime"], "F": day["firstId"], "L": day["lastId"], "n": day["count"],
    }  # fmt: skip


def book_ticker(symbol: str, update_id: int, bid: str, bid_qty: str, ask: str, ask_qty: str) -> Message:
    """The best bid and ask, as ``<symbol>@bookTicker`` pushes them."""
    return {"u": update_id, "s": symbol, "b": bid, "B": bid_qty, "a": ask, "A": ask_qty}


def depth_update(
    symbol: str, event: int, first: int, last: int, bids: list[Level], asks: list[Level]
) -> Message:
    """The levels that changed in book updates `first` to `last`, as ``<symbol>@depth`` pushes them."""
    return {"e": "depthUpdate", "E": event, "s": symbol, "U": first, "u": last, "b": bids, "a": asks}


def partial_depth(update_id: int, bids: list[Level], asks: list[Level]) -> Message:
    """The best levels, best first: ``<symbol>@depth5`` (10, 20), and the answer to ``GET /api/v3/depth``."""
    return {"lastUpdateId": update_id, "bids": bids, "asks": asks}


def avg_price(symbol: str, event: int, interval: str, price: str, time: int) -> Message:
    """The average price of the last `interval` (``5m``), as ``<symbol>@avgPrice`` pushes it.

    `time` is the last trade's.
    """
    return {"e": "avgPrice", "E": event, "s": symbol, "i": interval, "w": price, "T": time}


def numbers(message: object) -> tuple[int, int] | None:
    """The first and last number that a message of a numbered stream covers.

    In a stream without holes each message's first number is one above the last number of the message before
    it; a last number at or below that one means a repeat.

    Args:
        message: the decoded payload (without the ``stream``/``data`` frame around it).

    Returns:
        ``(t, t)`` of a trade, ``(a, a)`` of an aggTrade, ``(U, u)`` of a depthUpdate (futures: ``(pu+1, u)``,
        as ``pu`` is what must equal the ``u`` before), None for every other kind.
    """
    if not isinstance(message, dict):
        return None
    kind = message.get("e")
    if kind == "trade":
        first = last = message.get("t")
    elif kind == "aggTrade":
        first = last = message.get("a")
    elif kind == "depthUpdate":
        before, last = message.get("pu"), message.get("u")
        first = before + 1 if isinstance(before, int) else message.get("U")
    else:
        return None
    # where a number is missing or is a text, as in some options streams, there is nothing to follow
    return (first, last) if isinstance(first, int) and isinstance(last, int) else None
