"""Listen tokens: how the events of margin accounts are subscribed to since their listen keys are gone.

(Binance, *Margin Trading: Trade Data Stream*: a token lasts 24 hours at most; who does not subscribe with a newer one
in time hears ``eventStreamTerminated``.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .. import refusals
from ..market.bars import DAY
from .accounts import MarginAccount
from .margin import Margin

LONGEST: Final = DAY
"""How long a token may last, milliseconds."""

_LENGTH: Final = 86
_MOST: Final = 100
"""How many tokens an account has; the oldest go."""


@dataclass(frozen=True, slots=True)
class ListenToken:
    """A token.

    Attributes:
        text: what clients send.
        account: whose events it gives.
        until: when it ends, milliseconds.
    """

    text: str
    account: MarginAccount
    until: int


@dataclass(slots=True, eq=False)
class Held:
    """A subscription that a token holds: when that ends, and what is to be done then."""

    until: int
    end: Callable[[], None]


class ListenTokens:
    """Every token, and the subscriptions that they hold.

    Args:
        margin: whose accounts they are of.
    """

    def __init__(self, margin: Margin) -> None:
        self.margin: Final = margin
        self._tokens: Final[dict[str, ListenToken]] = {}
        self._held: Final[dict[Held, None]] = {}

    def give(self, account: MarginAccount, validity: int | None) -> ListenToken:
        """A new token of an account.

        Args:
            account: whose events it gives.
            validity: how long, milliseconds; None for as long as can be.

        Raises:
            Refusal: no token lasts so long.
        """
        if validity is not None and not 0 < validity <= LONGEST:
            raise refusals.invalid("validity")
        token = ListenToken(self.margin.letters(_LENGTH), account, self.margin.now + (validity or LONGEST))
        self._tokens[token.text] = token
        own = [one.text for one in self._tokens.values() if one.account is account]
        for text in own[:-_MOST]:
            del self._tokens[text]
        return token

    def alive(self) -> list[ListenToken]:
        """The tokens that are valid."""
        return [one for one in self._tokens.values() if one.until > self.margin.now]

    def bring_back(self, token: ListenToken) -> None:
        """A token that was given before is valid again."""
        self._tokens[token.text] = token

    def find(self, text: str) -> ListenToken:
        """A token that is valid.

        Raises:
            Refusal: -1209: it is not.
        """
        token = self._tokens.get(text)
        if token is None or token.until <= self.margin.now:
            raise refusals.bad_listen_token()
        return token

    def hold(self, token: ListenToken, end: Callable[[], None]) -> Held:
        """Lets a token hold a subscription; `end` is called when it is over."""
        held = Held(token.until, end)
        self._held[held] = None
        return held

    def drop(self, held: Held) -> None:
        """A subscription is over by itself."""
        self._held.pop(held, None)

    def advance(self) -> None:
        """Ends the subscriptions whose token is over."""
        for text in [one.text for one in self._tokens.values() if one.until <= self.margin.now]:
            del self._tokens[text]
        for held in [one for one in self._held if one.until <= self.margin.now]:
            self._held.pop(held, None)
            held.end()
