"""Request weight, counted by the minute as Binance counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..refusals import Refusal, banned, too_much_weight

LIMIT: Final = 6000
"""Weight that one address may use in a minute."""

_MINUTE: Final = 60_000
_PATIENCE: Final = 20
_FIRST_BAN: Final = 2 * _MINUTE
_LONGEST_BAN: Final = 3 * 24 * 60 * _MINUTE


@dataclass(slots=True)
class _Address:
    minute: int = -1
    used: int = 0
    refused: int = 0
    bans: int = 0
    banned_until: int = 0


class Weights:
    """The weight that each address has used.

    Over the limit requests are refused (429) until the minute ends. Who sends 20 more in that minute is banned
    (418), for two minutes at first and twice as long each time after.

    Args:
        limit: weight per minute.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit: Final = limit
        self._addresses: Final[dict[str, _Address]] = {}

    def charge(self, address: str, weight: int, now: int) -> int:
        """Count a request of `weight` at `now` (milliseconds of the real clock, not the market's).

        Returns:
            the weight used in this minute.

        Raises:
            Refusal: too much was used.
        """
        known = self._addresses.setdefault(address, _Address())
        if known.minute != now // _MINUTE:
            known.minute, known.used, known.refused = now // _MINUTE, 0, 0
        if now < known.banned_until:
            raise banned(known.banned_until, _seconds(known.banned_until - now), known.used)
        known.used += weight
        if known.used > self.limit:
            raise self._refusal(known, now)
        return known.used

    def _refusal(self, known: _Address, now: int) -> Refusal:
        known.refused += 1
        if known.refused > _PATIENCE:
            length = min(_LONGEST_BAN, _FIRST_BAN << known.bans)
            known.bans += 1
            known.banned_until = now + length
            return banned(known.banned_until, _seconds(length), known.used)
        return too_much_weight(self.limit, _seconds(_MINUTE - now % _MINUTE), known.used)


def _seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000)
