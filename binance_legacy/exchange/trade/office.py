"""Who may ask the exchange, and what for: keys, accounts, what each has used of the limits.

Both doors admit a signed request here. (Binance, *Request security*, *Limits*.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .. import refusals
from ..market.market import Market
from .ledger import Account, units
from .limits import Weights
from .signed import check_time
from .trading import Trading
from .wallet import Wallet, known

OPENING: Final[Mapping[str, str]] = {"USDT": "10000", "BTC": "1", "ETH": "10", "BNB": "20"}
"""What an account begins with where nobody says otherwise."""

_KEY: Final = re.compile("[A-Za-z0-9]{64}")

Verify = Callable[[str], bool]
"""Whether a request carries the signature of a secret, or of a public key in PEM."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that the exchange knows.

    Attributes:
        name: the key itself, which requests carry.
        secret: what it signs with, or the public half of that in PEM.
        account: whose it is.
    """

    name: str
    secret: str
    account: Account

    def __repr__(self) -> str:
        return f"<ApiKey of {self.account.name}>"  # never the secret

    @property
    def algorithm(self) -> str:
        """``HMAC_SHA256``, ``RSA`` or ``ED25519``."""
        if "-----BEGIN" not in self.secret:
            return "HMAC_SHA256"
        return "ED25519" if len(self.secret) < _SHORT_PEM else "RSA"


_SHOWN: Final = 8
"""Characters of a key that name its account."""

_SHORT_PEM: Final = 200
"""An Ed25519 key's PEM is shorter than this, the shortest RSA key's is longer."""


class Office:
    """Everything behind the doors of one exchange.

    Args:
        market: where all trade.
        seed: for the names of orders that clients do not name.
        speed: market seconds per second.
        balances: what an account begins with; None for `OPENING`.

    Attributes:
        trading: orders and accounts.
        wallet: what else happens to balances.
        keys: by name.
        openings: what each account began with, by account, in 1e-8 by asset.
        weights: request weight by address, of ``/api``.
        wallet_weights: the same of ``/sapi``.
        account_weights: request weight by account, of ``/sapi``.

    Raises:
        ValueError: a balance is no amount.
    """

    def __init__(
        self,
        market: Market,
        seed: int = 1,
        speed: float = 1.0,
        balances: Mapping[str, Decimal | str | int] | None = None,
    ) -> None:
        self.market: Final = market
        self.trading: Final = Trading(market, seed)
        self.wallet: Final = Wallet(self.trading, seed)
        self.keys: Final[dict[str, ApiKey]] = {}
        self.openings: Final[dict[str, dict[str, int]]] = {}
        self.weights: Final = Weights()
        self.wallet_weights: Final = Weights(12_000)
        self.account_weights: Final = Weights(180_000)
        self._speed: Final = speed
        self._opening: Final = dict(OPENING if balances is None else balances)
        for asset, amount in self._opening.items():
            known(asset)
            units(amount)

    # -- accounts ------------------------------------------------------------------------------------------

    def register(
        self,
        key: str,
        secret: str,
        account: str | None = None,
        balances: Mapping[str, Decimal | str | int] | None = None,
    ) -> Account:
        """Make a key known.

        Args:
            key: what requests carry.
            secret: what they are signed with; of an RSA or Ed25519 key the public half in PEM.
            account: whose key it is; None for an account of its own. One that does not exist yet is opened.
            balances: what a new account begins with; None for the exchange's usual.

        Raises:
            ValueError: the key is known with another secret or account, or cannot be one.
        """
        if not key or not secret:
            raise ValueError("an API key and its secret are both needed; neither may be empty")
        found = self.keys.get(key)
        if found is not None:
            if found.secret != secret or account not in (None, found.account.name):
                raise ValueError(f"the API key {key[:6]}... is known already, with another secret or account")
            return found.account
        owner = self.trading.ledger.accounts.get(account) if account is not None else None
        owner = owner or self._open(account or self._named_after(key), balances)
        self.keys[key] = ApiKey(key, secret, owner)
        return owner

    def _named_after(self, key: str) -> str:
        """A name for an account that people know again: the beginning of its key."""
        short, accounts = key[:_SHOWN], self.trading.ledger.accounts
        return short if short not in accounts else f"{short}-{len(accounts)}"

    def _open(self, name: str, balances: Mapping[str, Decimal | str | int] | None) -> Account:
        amounts = self._opening if balances is None else balances
        for asset in amounts:
            known(asset)
        account = self.trading.open_account(amounts, name)
        self.openings[account.name] = {asset: units(amount) for asset, amount in amounts.items()}
        return account

    def account(self, name: str | None) -> Account:
        """An account by its name or by a key of it; None for the one there is.

        Raises:
            ValueError: there is no such account, or not one alone.
        """
        accounts = self.trading.ledger.accounts
        if name is None and len(accounts) == 1:
            return next(iter(accounts.values()))
        found = accounts.get(name or "")
        if found is None and name in self.keys:
            found = self.keys[name].account
        if found is None:
            there = ", ".join(accounts) or "none yet: make a client with a key and a secret, or register them"
            raise ValueError(f"there is no account {name!r}; there are {there}")
        return found

    # -- signed requests -----------------------------------------------------------------------------------

    def key(self, name: str | None) -> ApiKey:
        """The key that a request carries.

        Raises:
            Refusal: -2014 where it is none, -2015 where it is not known.
        """
        found = self.keys.get(name or "")
        if found is None:
            raise refusals.unknown_key() if _KEY.fullmatch(name or "") else refusals.no_key()
        return found

    def check(self, key: ApiKey, sent: Mapping[str, str], verify: Verify, wall: int) -> None:
        """Whether a signed request is in time and signed by its key.

        Args:
            key: that it carries.
            sent: its parameters as texts.
            verify: whether it carries a secret's signature.
            wall: real time, milliseconds.

        Raises:
            Refusal: -1021, -1022, -1102, -1131.
        """
        if not sent.get("signature"):
            raise refusals.missing("signature")
        check_time(sent, self.market.now, wall, self._speed)
        if not verify(key.secret):
            raise refusals.wrong_signature()

    def check_time(self, sent: Mapping[str, str], wall: int) -> None:
        """Whether a request of a session that is logged on is in time.

        Raises:
            Refusal: -1021, -1102, -1131.
        """
        check_time(sent, self.market.now, wall, self._speed)
