"""The stream doors of the futures exchanges: which of their streams are pushed where, and users' events.

Since 2026-04-23 USD-M streams lie at ``/public``, ``/market`` and ``/private``: a name asked for at the wrong door is
acknowledged and stays silent, and so are all at the bare address. (Binance, *Derivatives: WebSocket Market Streams*.)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from ...wire.streamnames import futures_category
from ..futures.calls import Exchange
from .streams import Listener, Streams

log = logging.getLogger("binance_legacy.exchange")

UNROUTED: Final = "unrouted"
CATEGORIES: Final = ("public", "market", "private")


class Hearer(Listener, Protocol):
    """A connection that can hear the events of an account too."""

    def hear(self, key: str, event: dict[str, Any]) -> None: ...


class Derivatives:
    """One futures exchange in motion: its streams, its users' events.

    Args:
        exchange: which.
        copies: how often a message of a stream is sent.
    """

    def __init__(self, exchange: Exchange, copies: Callable[[str], int]) -> None:
        self.exchange: Final = exchange
        self.streams: Final = Streams(exchange.trading.market, copies)
        self._said: Final[set[str]] = set()

    @property
    def in_use(self) -> bool:
        """Whether anybody waits for what happens here."""
        return self.streams.in_use or self.exchange.awaited

    def advance(self) -> None:
        """Follows the spot market, and pushes what happened."""
        self.exchange.keys.advance()
        if self.in_use:
            market = self.exchange.trading.market
            self.streams.push(market.advance(market.now))
            self.exchange.trading.advance()

    def listen(self, hearer: Hearer, name: str, category: str) -> None:
        """Lets a connection hear a stream, or the account of a listen key, at a door; at the wrong one it stays silent.

        Args:
            hearer: the connection.
            name: of the stream, or the key.
            category: the door's: ``public``, ``market``, ``private`` or ``unrouted``; "" where there is one for all.
        """
        key = self.exchange.keys.find(name)
        if key is not None and category in ("", "private"):
            key.hearers.append(hearer.hear)
        elif not category or category == futures_category(name) != "private":
            self.streams.listen(hearer, name)
            self._advise(name)
        else:
            self._say(name, category)

    def leave(self, hearer: Hearer, name: str) -> None:
        """Lets it hear one no longer."""
        key = self.exchange.keys.find(name)
        if key is not None and hearer.hear in key.hearers:
            key.hearers.remove(hearer.hear)
        else:
            self.streams.leave(hearer, name)

    def _advise(self, name: str) -> None:
        if not self.exchange.trading.market.serves(name):
            self._warn(f"{name!r} is no futures stream that this exchange pushes: it stays silent")

    def _say(self, name: str, category: str) -> None:
        right = futures_category(name)
        if right == "private":
            self._warn(f"{name[:8]}... is no listen key that is alive: it stays silent")
        elif category == UNROUTED:
            self._warn(
                f"{name!r} stays silent at the bare address, as on Binance since 2026-04-23; /{right} pushes it"
            )
        else:
            self._warn(
                f"{name!r} stays silent at /{category}, as on Binance since 2026-04-23; /{right} pushes it"
            )

    def _warn(self, sentence: str) -> None:
        if sentence not in self._said and len(self._said) < 100:
            self._said.add(sentence)
            log.warning("%s", sentence)


class Hall:
    """One door of a futures exchange.

    Args:
        derivatives: the exchange.
        category: of the door.
    """

    def __init__(self, derivatives: Derivatives, category: str) -> None:
        self._derivatives: Final = derivatives
        self._category: Final = category

    def listen(self, listener: Any, name: str) -> None:
        """Send `listener` every message of a stream from now on."""
        self._derivatives.listen(listener, name, self._category)

    def leave(self, listener: Any, name: str) -> None:
        """Stop sending it them."""
        self._derivatives.leave(listener, name)
