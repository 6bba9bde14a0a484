"""What a signed call is: where it lies, what it reads, what it weighs, who answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import refusals
from ..parameters import Parameter
from .ledger import Account
from .signed import SIGNED

Asked = dict[str, Any]
"""What a call was sent, by the parameters' names; None for what it was not."""

Weight = int | Callable[[Asked], int]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that must be signed.

    Attributes:
        method: of HTTP.
        path: of HTTP.
        name: of the WebSocket API; "" where it has none.
        security: ``TRADE`` or ``USER_DATA``.
        parameters: all that it reads, besides those that every signed request has.
        weight: of a request, or a function of what was asked.
        free_if_done: the request weighs nothing where it succeeds.
        orders: how many new orders it asks for.
        answer: gives the answer; takes what its table is about (`Trading`, `Wallet`), the account, what was asked.
        pool: which weight it uses: of an address for ``/api`` ("ip") or ``/sapi`` ("sapi"), or of an account ("uid").
        repeated: parameters that may be sent several times; they are read as one, with commas.
    """

    method: str
    path: str
    name: str
    security: str
    parameters: tuple[Parameter, ...]
    weight: Weight
    answer: Callable[[Any, Account, Asked], Any]
    orders: int = 0
    free_if_done: bool = False
    pool: str = "ip"
    repeated: frozenset[str] = frozenset()

    def read(self, sent: Mapping[str, str]) -> Asked:
        """The values of the parameters that were sent.

        Args:
            sent: as texts; those that every signed request has may be among them, and are left out.

        Raises:
            Refusal: one is missing, malformed or too much.
        """
        own = {name: text for name, text in sent.items() if name not in SIGNED}
        asked = {one.name: one.value(own) for one in self.parameters}
        read = sum(name in asked for name in own)
        if read < len(own):
            signed = len(sent) - len(own)
            raise refusals.unread(read + signed, len(sent), len(self.parameters) + signed)
        return asked

    def weigh(self, asked: Asked) -> int:
        """The weight of a request."""
        return self.weight if isinstance(self.weight, int) else self.weight(asked)
