"""What else happens to an account's balances: deposits, withdrawals, dust, dividends, moves between its wallets.

Everything is on record, and told to the account as Binance tells it (``outboundAccountPosition`` and
``balanceUpdate``).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Protocol

from .. import refusals
from ..market.bars import DAY, MINUTE
from ..market.listing import ASSETS
from .commissions import BNB
from .ledger import UNIT, Account, text, units
from .numbers import Numbers
from .trading import Trading

DUST_FEE: Final = 2_000_000
"""What turning dust into BNB costs, in units of 1e-8: 2%."""

MOST_DUST: Final = UNIT // 1000
"""An asset is dust while what an account has of it is worth at most this, in 1e-8 BTC."""

ON_ITS_WAY: Final = MINUTE
"""After this long a withdrawal is completed."""

WALLETS: Final = {
    "MAIN": "Spot",
    "FUNDING": "Funding",
    "MARGIN": "Cross Margin",
    "ISOLATEDMARGIN": "Isolated Margin",
    "UMFUTURE": "USDⓈ-M Futures",
    "CMFUTURE": "COIN-M Futures",
    "OPTION": "Options",
}
"""The wallets of an account by the names that transfers use, with those that people see."""


class Vault(Protocol):
    """A wallet beside the spot one in which assets do not only rest: of futures, of margin."""

    def held(self, account: Account, symbol: str) -> dict[str, int]:
        """What an account has there that may be moved away, in 1e-8 by asset; `symbol` of an isolated margin wallet."""

    def totals(self, account: Account) -> dict[str, int]:
        """All that it has there, less what it owes."""

    def move(self, account: Account, asset: str, change: int, symbol: str) -> None:
        """An amount in 1e-8 comes in or, below zero, goes out.

        Raises:
            Refusal: it may not.
        """


_BRIDGES: Final = ("USDT", "BUSD", "BNB", "ETH")
"""In these, one after the other, assets are compared that no symbol joins."""

_FEE_WORTH: Final = 1.0
_LEAST_FEES: Final = 2
_FIRST_TRANSACTION: Final = 11_366_955_596


@dataclass(slots=True)
class Deposit:
    """An amount that came in, in 1e-8 of its asset."""

    id: str
    asset: str
    amount: int
    address: str
    txid: str
    time: int


@dataclass(slots=True)
class Withdrawal:
    """An amount that goes out, in 1e-8 of its asset, and what that costs besides."""

    id: str
    order_id: str
    asset: str
    amount: int
    fee: int
    address: str
    tag: str
    network: str
    txid: str
    time: int


@dataclass(slots=True)
class Dusted:
    """An asset that was turned into BNB: what was given, what was got, what it cost."""

    id: int
    asset: str
    amount: int
    gained: int
    fee: int
    time: int


@dataclass(slots=True)
class Dividend:
    """An amount that the exchange paid, and what for."""

    id: int
    asset: str
    amount: int
    info: str
    time: int


@dataclass(slots=True)
class Transfer:
    """An amount that moved between two wallets of one account; symbols are of isolated margin wallets."""

    id: int
    kind: str
    asset: str
    amount: int
    time: int
    from_symbol: str = ""
    to_symbol: str = ""


@dataclass(slots=True)
class Record:
    """One account's.

    Attributes:
        opened: when, milliseconds.
        deposits: oldest first, as all.
        dusted: each a call's.
        taken: what was taken out without a call: when, of which asset, how much in 1e-8.
        others: what it has outside its spot wallet: asset and 1e-8 of it, by wallet.
    """

    opened: int
    deposits: list[Deposit] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    dusted: list[list[Dusted]] = field(default_factory=list)
    dividends: list[Dividend] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    taken: list[tuple[int, str, int]] = field(default_factory=list)
    others: dict[str, dict[str, int]] = field(default_factory=dict)


class Wallet:
    """Everybody's balances outside trading.

    Args:
        trading: whose accounts they are.
        seed: for numbers and addresses that the exchange makes up.

    Attributes:
        numbers: of what happens.
        vaults: those of `WALLETS` in which assets do not only rest, by name.
    """

    def __init__(self, trading: Trading, seed: int = 1) -> None:
        self.trading: Final = trading
        self._random = random.Random(f"{seed} wallet")
        self._seed: Final = seed
        self._records: Final[dict[str, Record]] = {}
        self.vaults: Final[dict[str, Vault]] = {}
        self.numbers: Final = Numbers(_FIRST_TRANSACTION)

    @property
    def now(self) -> int:
        """Market time, milliseconds."""
        return self.trading.now

    def begin_again(self, word: str) -> None:
        """Numbers that are made up from now on are others than those of another word."""
        self._random = random.Random(f"{word} wallet")

    def record(self, account: Account) -> Record:
        """What has happened to an account."""
        record = self._records.get(account.name)
        if record is None:
            record = self._records[account.name] = Record(account.opened)
        return record

    # -- in and out ----------------------------------------------------------------------------------------

    def deposit(self, account: Account, asset: str, amount: Decimal | str, network: str = "") -> Deposit:
        """An amount comes in, and is credited at once.

        Raises:
            ValueError: it is no amount, or there is no such asset.
        """
        known(asset)
        self.trading.deposit(account, asset, amount)
        one = Deposit(
            str(next(self.numbers)), asset, units(amount), self.address(account, asset, network),
            self._hash(), self.now,
        )  # fmt: skip
        self.record(account).deposits.append(one)
        return one

    def withdraw(
        self, account: Account, asset: str, amount: int, address: str, tag: str, network: str, order_id: str
    ) -> Withdrawal:
        """An amount goes out, its fee included.

        Raises:
            Refusal: the asset is not known, the amount too small, or the account has less of it.
        """
        if asset not in ASSETS:
            raise refusals.Refusal(-4018, "We don't have this asset.")
        fee = withdraw_fee(asset)
        if amount < least_withdrawal(asset):
            raise refusals.Refusal(
                -4022, f"Not less than the minimum pick-up quantity {text(least_withdrawal(asset))}."
            )
        if account.free(asset) < amount:
            raise refusals.Refusal(-4026, "The user has insufficient balance available")
        self.trading.move(account, asset, -amount)
        one = Withdrawal(
            self._hash(32), order_id, asset, amount - fee, fee, address, tag, network, self._hash(), self.now
        )
        self.record(account).withdrawals.append(one)
        return one

    def take(self, account: Account, asset: str, amount: Decimal | str) -> None:
        """An amount goes out at once, without fee or record of a withdrawal.

        Raises:
            Refusal: the account has less of it free.
            ValueError: it is no amount.
        """
        self.trading.withdraw(account, asset, amount)
        self.record(account).taken.append((self.now, asset, units(amount)))

    def address(self, account: Account, asset: str, network: str = "") -> str:
        """Where an account can deposit an asset; the same whenever it asks."""
        told = f"{self._seed} {account.name} {asset} {network}"
        return "0x" + hashlib.sha256(told.encode()).hexdigest()[:40]

    def pay(self, account: Account, asset: str, amount: Decimal | str, info: str) -> Dividend:
        """The exchange pays a dividend.

        Raises:
            ValueError: it is no amount, or there is no such asset.
        """
        known(asset)
        self.trading.deposit(account, asset, amount)
        one = Dividend(next(self.numbers), asset, units(amount), info, self.now)
        self.record(account).dividends.append(one)
        return one

    # -- dust ----------------------------------------------------------------------------------------------

    def dust(self, account: Account) -> Iterator[tuple[str, int, int, int]]:
        """What could be turned into BNB: asset, amount, its worth in BTC and in BNB, in 1e-8."""
        for asset, balance in account.balances.items():
            if asset == BNB or not balance.free:
                continue
            in_btc, in_bnb = self.worth(asset, balance.free, "BTC"), self.worth(asset, balance.free, BNB)
            if in_btc <= MOST_DUST and in_bnb:
                yield asset, balance.free, in_btc, in_bnb

    def turn_into_bnb(self, account: Account, assets: Iterable[str]) -> list[Dusted]:
        """Turn all that an account has of some assets into BNB.

        Raises:
            Refusal: it has too much of one, or too little.
        """
        assets = list(dict.fromkeys(assets))
        found = {asset: (amount, in_bnb) for asset, amount, _, in_bnb in self.dust(account)}
        for asset in assets:
            if asset not in found:
                raise _no_dust(asset, account.free(asset) > 0 and asset != BNB)
        done = []
        for asset in assets:
            amount, in_bnb = found[asset]
            fee = in_bnb * DUST_FEE // UNIT
            self.trading.move(account, asset, -amount, tell=False)
            self.trading.move(account, BNB, in_bnb - fee, tell=False)
            done.append(Dusted(next(self.numbers), asset, amount, in_bnb - fee, fee, self.now))
        self.trading.tell_position(account, (*assets, BNB))
        self.record(account).dusted.append(done)
        return done

    def worth(self, asset: str, amount: int, other: str) -> int:
        """What an amount is worth in another asset, in 1e-8; 0 where no price tells."""
        if asset == other:
            return amount
        price = self.trading.market.last_price
        if (direct := price(asset + other)) is not None:
            return amount * direct // UNIT
        if turned := price(other + asset):
            return amount * UNIT // turned
        for bridge in _BRIDGES:
            first, second = self._rate(asset, bridge), self._rate(other, bridge)
            if first and second:
                return amount * first // second
        return 0

    def _rate(self, asset: str, other: str) -> int:
        """What one of an asset is worth in another by a symbol of both, in 1e-8; 0 where there is none."""
        price = self.trading.market.last_price
        if asset == other:
            return UNIT
        if (direct := price(asset + other)) is not None:
            return direct
        turned = price(other + asset)
        return UNIT * UNIT // turned if turned else 0

    # -- wallets -------------------------------------------------------------------------------------------

    def transfer(
        self, account: Account, kind: str, asset: str, amount: int, from_symbol: str = "", to_symbol: str = ""
    ) -> Transfer:
        """Move an amount from one wallet of an account to another.

        Args:
            account: whose.
            kind: Binance's name of the way, ``MAIN_UMFUTURE``.
            asset: which.
            amount: in 1e-8 of it.
            from_symbol: of the isolated margin wallet that it leaves.
            to_symbol: of the one that it comes to.

        Raises:
            Refusal: there is no such way, or the first wallet holds less.
        """
        source, target = ways(kind)
        if (source, from_symbol) == (target, to_symbol):
            raise refusals.invalid("type")
        if not amount or self._held(account, source, from_symbol).get(asset, 0) < amount:
            raise refusals.Refusal(-5013, "Asset transfer failed: insufficient balance")
        for wallet, change, symbol in ((target, amount, to_symbol), (source, -amount, from_symbol)):
            self._move(account, wallet, asset, change, symbol)  # what may be refused comes first
        one = Transfer(next(self.numbers), kind, asset, amount, self.now, from_symbol, to_symbol)
        self.record(account).transfers.append(one)
        self.trading.ledger.marks.account(account)
        return one

    def _held(self, account: Account, wallet: str, symbol: str = "") -> dict[str, int]:
        """What an account has in a wallet that may be moved away, in 1e-8 by asset."""
        if wallet == "MAIN":
            return {asset: one.free for asset, one in account.balances.items()}
        vault = self.vaults.get(wallet)
        return self.record(account).others.get(wallet, {}) if vault is None else vault.held(account, symbol)

    def totals(self, account: Account, wallet: str) -> dict[str, int]:
        """All that an account has in a wallet, in 1e-8 by asset."""
        if wallet == "MAIN":
            return {asset: one.free + one.locked for asset, one in account.balances.items()}
        vault = self.vaults.get(wallet)
        return self._held(account, wallet) if vault is None else vault.totals(account)

    def _move(self, account: Account, wallet: str, asset: str, change: int, symbol: str) -> None:
        if wallet == "MAIN":
            self.trading.move(account, asset, change)
        elif wallet in self.vaults:
            self.vaults[wallet].move(account, asset, change, symbol)
        else:
            amounts = self.record(account).others.setdefault(wallet, {})
            amounts[asset] = amounts.get(asset, 0) + change

    # -- the past ------------------------------------------------------------------------------------------

    def balances_at(self, account: Account, at: int) -> dict[str, int]:
        """What an account had in its spot wallet at a time, in 1e-8; before it was opened, what it began with."""
        held = {asset: one.free + one.locked for asset, one in account.balances.items()}
        for time, asset, change in (*self.moved(account), *self.trading.changes_by_trades(account)):
            if time >= at:
                held[asset] = held.get(asset, 0) - change
        return held

    def moved(self, account: Account) -> Iterator[tuple[int, str, int]]:
        """Every change of a balance but by trades: when, of what, by how much in 1e-8."""
        record = self.record(account)
        for time, asset, amount in record.taken:
            yield time, asset, -amount
        for came in record.deposits:
            yield came.time, came.asset, came.amount
        for paid in record.dividends:
            yield paid.time, paid.asset, paid.amount
        for gone in record.withdrawals:
            yield gone.time, gone.asset, -gone.amount - gone.fee
        for one in (each for call in record.dusted for each in call):
            yield one.time, one.asset, -one.amount
            yield one.time, BNB, one.gained
        for moved in record.transfers:
            if moved.kind.startswith("MAIN_"):
                yield moved.time, moved.asset, -moved.amount
            elif moved.kind.endswith("_MAIN"):
                yield moved.time, moved.asset, moved.amount

    def _hash(self, digits: int = 64) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"


def ways(kind: str) -> tuple[str, str]:
    """The two wallets that a way leads from and to.

    Raises:
        Refusal: there is no such way.
    """
    kind = kind.replace("ISOLATED_MARGIN", "ISOLATEDMARGIN")
    source, _, target = kind.partition("_")
    if source not in WALLETS or target not in WALLETS:
        raise refusals.invalid("type")
    return source, target


def known(asset: str) -> None:
    """Whether there is such an asset.

    Raises:
        ValueError: there is not.
    """
    if asset not in ASSETS:
        raise ValueError(f"there is no asset {asset!r} here; names are in upper case, such as USDT")


def withdraw_fee(asset: str) -> int:
    """What withdrawing an asset costs, in 1e-8 of it: about a dollar, as one digit."""
    amount = Decimal(_FEE_WORTH / ASSETS[asset].usd)
    return max(1, int(round(amount, -amount.adjusted()) * UNIT))


def least_withdrawal(asset: str) -> int:
    """The least amount of an asset that can be withdrawn, in 1e-8 of it."""
    return _LEAST_FEES * withdraw_fee(asset)


def whole_day(at: int) -> int:
    """The last millisecond of a day, UTC."""
    return at // DAY * DAY + DAY - 1


def day_and_time(at: int) -> str:
    """``2019-10-12 11:12:02``, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _no_dust(asset: str, much: bool) -> refusals.Refusal:
    if much:
        return refusals.Refusal(
            -5004, f"The residual balances of the {asset} have exceeded 0.001BTC, Please re-choose."
        )
    return refusals.Refusal(-5005, f"The residual balances of the {asset} is too low, Please re-choose.")
