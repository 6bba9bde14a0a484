"""Listen keys of futures, which are alive there: an account's events for an hour, unless the key is kept.

(Binance, *Derivatives: User Data Streams*.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from ..market.bars import HOUR
from ..refusals import Refusal
from .positions import FuturesAccount

LIFE: Final = HOUR
"""How long a key lives from when it was last kept, milliseconds."""

_LENGTH: Final = 64

Event = dict[str, Any]
Hear = Callable[[str, Event], None]
"""Takes a key and an event."""


@dataclass(slots=True, eq=False)
class ListenKey:
    """A key that is alive.

    Attributes:
        text: what addresses bear.
        account: whose events it gives.
        until: when it ends, milliseconds.
        hearers: the connections that bear it.
    """

    text: str
    account: FuturesAccount
    until: int
    hearers: list[Hear] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Hands an event to all connections that bear the key."""
        for hear in tuple(self.hearers):
            hear(self.text, event)


def no_such_key() -> Refusal:
    """A key that was never given, or has ended."""
    return Refusal(-1125, "This listenKey does not exist.")


class ListenKeys:
    """The listen keys of one margin.

    Args:
        seed: for their texts.
        now: gives the market's time, milliseconds.
    """

    def __init__(self, seed: str, now: Callable[[], int]) -> None:
        self._seed: Final = seed
        self._now: Final = now
        self._numbers: Final = count(1)
        self._keys: Final[dict[str, ListenKey]] = {}

    def open(self, account: FuturesAccount) -> ListenKey:
        """The key of an account: the one that it has, kept for an hour more, or a new one."""
        found = self.of(account)
        if found is None:
            text = self._text(account)
            found = self._keys[text] = ListenKey(text, account, 0)
            account.listeners.append(found.tell)
        found.until = self._now() + LIFE
        return found

    def keep(self, account: FuturesAccount) -> ListenKey:
        """Keeps an account's key for an hour more.

        Raises:
            Refusal: -1125: it has none.
        """
        found = self.of(account)
        if found is None:
            raise no_such_key()
        found.until = self._now() + LIFE
        return found

    def close(self, account: FuturesAccount) -> None:
        """Ends an account's key; its connections stay, and hear nothing more."""
        found = self.of(account)
        if found is not None:
            self._end(found)

    def of(self, account: FuturesAccount) -> ListenKey | None:
        """An account's key that is alive."""
        return next((one for one in self._keys.values() if one.account is account), None)

    def find(self, text: str) -> ListenKey | None:
        """A key that is alive, by its text."""
        return self._keys.get(text)

    def alive(self) -> list[ListenKey]:
        """The keys that are alive."""
        return list(self._keys.values())

    def bring_back(self, one: ListenKey) -> None:
        """A key that was given before is alive again."""
        self._keys[one.text] = one
        one.account.listeners.append(one.tell)

    def advance(self) -> None:
        """Ends the keys whose hour is over; those who hear are told."""
        now = self._now()
        for one in tuple(self._keys.values()):
            if one.until <= now:
                one.tell({"e": "listenKeyExpired", "E": now, "listenKey": one.text})
                self._end(one)

    def _end(self, one: ListenKey) -> None:
        del self._keys[one.text]
        one.account.listeners.remove(one.tell)
        one.hearers.clear()

    def _text(self, account: FuturesAccount) -> str:
        told = f"{self._seed} {account.name} {next(self._numbers)} {self._now()}"
        return hashlib.sha256(told.encode()).hexdigest()[:_LENGTH]
