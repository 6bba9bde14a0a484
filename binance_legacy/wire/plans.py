"""What is asked of Binance today for a stream that an old or a new program names, and what becomes of its messages.

A name may be alive, moved to another door of its host, renamed, or switched off and put together again from others.
(`oldstreams` lists the sockets; ``docs`` show the table.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from . import streamnames

Message = Any
Change = Callable[[Message], Message | None]

USD_M: Final = 1
COIN_M: Final = 2
"""What the field ``st`` of a futures row says since 2026-06-30, when the two were put on the same streams."""

_MINI_SPEED: Final = re.compile(r"!miniTicker@arr@(?P<speed>[1-9]\d*)ms")
_SPEED: Final = re.compile(r"@\d+ms$")
_LISTEN_KEY: Final = re.compile("[A-Za-z0-9]{60,64}")
_FUTURES_KINDS: Final = re.compile(
    r"(?:aggTrade|markPrice(?:@1s)?|kline_\w+|continuousKline_\w+|indexPrice(?:@1s)?|indexPriceKline_\w+|"
    r"markPriceKline_\w+|miniTicker|ticker|bookTicker|forceOrder|compositeIndex|assetIndex|tradingSession|trade|"
    r"depth(?:5|10|20)?(?:@\d+ms)?|rpiDepth(?:@\d+ms)?|contractInfo)"
)
_FUTURES_ALL: Final = re.compile(
    r"!(?:markPrice|ticker|miniTicker|forceOrder|assetIndex)@arr(?:@1s)?|!(?:bookTicker|contractInfo)|tradingSession"
)
_OPTIONS_PUBLIC: Final = ("optionTicker", "optionTrade", "depth", "bookTicker")
_DEPTH: Final = re.compile(r"depth(?P<levels>\d+)?(?:@(?P<speed>\d+ms))?")


@dataclass(frozen=True, slots=True)
class Plan:
    """How one stream is asked for.

    Attributes:
        asked: its name as the program wrote it, and as its messages bear it.
        name: the one that is alive.
        door: ``public``, ``market`` or ``private`` of the futures' stream host; empty elsewhere.
        how: ``stream``; ``board``: put together from each symbol's; ``slow``: rows handed on every `period` seconds;
            ``account``: the events of an account.
        period: see `how`.
        change: applied to each message's data; None for nothing.
    """

    asked: str
    name: str
    door: str = ""
    how: str = "stream"
    period: float = 0.0
    change: Change | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is asked for, and given, as it is written."""
        return self.how == "stream" and self.asked == self.name and self.change is None


# -- spot --------------------------------------------------------------------------------------------------


def spot(asked: str, is_listen_key: Callable[[str], bool] = lambda key: False) -> Plan:
    """The plan of a spot stream."""
    if (retired := _SPEED.sub("", asked)) in streamnames.RETIRED:
        kind = "bookTicker" if retired == "!bookTicker" else "ticker"
        return Plan(asked, kind, how="board", period=0.0 if kind == "bookTicker" else 1.0)
    if match := _MINI_SPEED.fullmatch(asked):
        seconds = int(match["speed"]) / 1000
        return Plan(asked, "!miniTicker@arr", how="slow" if seconds != 1 else "stream", period=seconds)
    if _LISTEN_KEY.fullmatch(asked) and is_listen_key(asked):
        return Plan(asked, asked, how="account")
    return Plan(asked, asked)


# -- futures -----------------------------------------------------------------------------------------------


def futures(asked: str, margin: int = USD_M) -> Plan:
    """The plan of a stream of futures margined in USD or in coins."""
    door = streamnames.futures_category(asked) if margin == USD_M else ""
    return Plan(asked, asked, door, change=_ONLY[margin] if asked.startswith("!") else None)


def only(margin: int) -> Change:
    """Leaves out what is not margined so, since rows of both come on the streams of all symbols."""

    def change(message: Message) -> Message | None:
        if isinstance(message, list):
            return [
                row for row in message if not isinstance(row, dict) or row.get("st", margin) == margin
            ] or None
        if isinstance(message, dict):
            return message if message.get("st", margin) == margin else None
        return message

    return change


_ONLY: Final = {USD_M: only(USD_M), COIN_M: only(COIN_M)}


def futures_fault(name: str) -> str | None:
    """Why Binance stays silent on a futures stream's name, in one sentence; None for one that may be alive."""
    symbol, at, kind = name.partition("@")
    if _FUTURES_ALL.fullmatch(name) or _LISTEN_KEY.fullmatch(name):
        return None
    if name.startswith("!"):
        return f"Binance stays silent on {name!r}: there is no such futures stream of all symbols"
    if not (symbol and at):
        return f"Binance stays silent on {name!r}: a stream's name is <symbol>@<kind>, such as 'btcusdt@markPrice'"
    if symbol != symbol.lower():
        return f"Binance stays silent on {name!r}: the symbol of a stream's name is written in lower case"
    if not _FUTURES_KINDS.fullmatch(kind):
        return f"Binance stays silent on {name!r}: there is no futures stream of the kind {kind!r}"
    return None


# -- options -----------------------------------------------------------------------------------------------


def options(asked: str, legacy: bool = True) -> Plan:
    """The plan of an options stream; `legacy`: its name is 0.7's, and so is to be what its messages hold."""
    symbol, at, kind = asked.partition("@")
    if legacy and kind == "ticker":
        return Plan(asked, f"{symbol}@optionTicker", "public", change=_legacy_ticker)
    if legacy and kind == "trade":
        return Plan(asked, f"{symbol}@optionTrade", "public")
    if legacy and kind.startswith("kline_"):
        return Plan(asked, asked, "market", change=_legacy_kline)
    if (match := _DEPTH.fullmatch(kind)) and match["levels"]:
        return Plan(asked, f"{symbol}@depth{match['levels']}@{match['speed'] or '500ms'}", "public")
    if kind.startswith("optionOpenInterest@"):
        return Plan(asked, f"{symbol}@{kind.replace('optionOpenInterest', 'openInterest')}", "market")
    door = "public" if kind.startswith(_OPTIONS_PUBLIC) or not (at or symbol.startswith("!")) else "market"
    return Plan(asked, asked, door)


def _legacy_ticker(message: Message) -> Message:
    if isinstance(message, dict) and "v" in message:
        return {**message, "V": message["v"], "A": message.get("q")}
    return message


def _legacy_kline(message: Message) -> Message:
    candle = message.get("k") if isinstance(message, dict) else None
    if isinstance(candle, dict) and "f" in candle:
        return {**message, "k": {**candle, "F": candle["f"]}}
    return message


# -- lists -------------------------------------------------------------------------------------------------


def in_envelope(plans: Iterable[Plan]) -> Change:
    """What makes of a combined connection's messages those that the program asked for."""
    known = {plan.name: plan for plan in plans if not plan.is_plain}

    def change(message: Message) -> Message | None:
        plan = known.get(message.get("stream", "")) if isinstance(message, dict) else None
        if plan is None:
            return message
        data = message.get("data")
        if plan.change is not None:
            data = plan.change(data)
        return None if data is None else {"stream": plan.asked, "data": data}

    return change
