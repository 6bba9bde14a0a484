"""Everything behind the doors of one exchange: spot, margin, and futures of both margins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .. import refusals
from ..futures.calls import Exchange
from ..futures.contracts import COIN_M, USD_M
from ..futures.keys import ListenKeys
from ..futures.market import FuturesMarket
from ..futures.trading import FuturesTrading
from ..margin.accounts import CROSS
from ..margin.margin import Margin
from ..margin.tokens import ListenTokens
from ..market.market import Market
from ..trade.ledger import Account, units
from ..trade.limits import Weights
from ..trade.office import Office

OPENING: Final[Mapping[str, Mapping[str, str]]] = {
    USD_M: {"USDT": "10000"},
    COIN_M: {"BTC": "1", "ETH": "10", "BNB": "20"},
}
"""What an account begins with on the futures exchanges, where nobody says what it begins with on spot."""

WEIGHT: Final = 2400
"""Request weight that an address may use on a futures exchange in a minute."""

_WALLETS: Final = {USD_M: "UMFUTURE", COIN_M: "CMFUTURE"}
_POOLS: Final = {"fapi": USD_M, "dapi": COIN_M}


class FuturesVault:
    """The wallet of one futures exchange, as transfers see it.

    Args:
        trading: of that exchange.
    """

    def __init__(self, trading: FuturesTrading) -> None:
        self._trading: Final = trading

    def held(self, account: Account, symbol: str) -> dict[str, int]:
        """What an account may move away, in 1e-8 by asset."""
        own = self._trading.account(account)
        return {asset: self._trading.standing(own, asset).withdrawable for asset in own.balances}

    def totals(self, account: Account) -> dict[str, int]:
        """All that it has, with what its positions would gain."""
        own = self._trading.account(account)
        return {asset: self._trading.standing(own, asset).balance for asset in own.balances}

    def move(self, account: Account, asset: str, change: int, symbol: str) -> None:
        """An amount in 1e-8 comes in or, below zero, goes out.

        Raises:
            Refusal: it may not.
        """
        self._trading.transfer(self._trading.account(account), asset, change)


class MarginVault:
    """The cross margin wallet, or the isolated ones, as transfers see them.

    Args:
        margin: all margin accounts.
        isolated: the isolated ones.
    """

    def __init__(self, margin: Margin, isolated: bool) -> None:
        self._margin: Final = margin
        self._isolated: Final = isolated

    def _symbol(self, symbol: str) -> str:
        if self._isolated and not symbol:
            raise refusals.missing("fromSymbol or toSymbol")
        return symbol if self._isolated else CROSS

    def held(self, account: Account, symbol: str) -> dict[str, int]:
        """What an account may move away, in 1e-8 by asset."""
        own = self._margin.account(account, self._symbol(symbol), opens=False)
        return {asset: self._margin.transferable(own, asset) for asset in own.balances}

    def totals(self, account: Account) -> dict[str, int]:
        """All that it has, less what it owes."""
        found: Counter[str] = Counter()
        for one in self._margin.of(account).values():
            if one.is_isolated == self._isolated:
                found.update({asset: one.held(asset) - one.owed(asset) for asset in one.assets()})
        return dict(found)

    def move(self, account: Account, asset: str, change: int, symbol: str) -> None:
        """An amount in 1e-8 comes in or, below zero, goes out.

        Raises:
            Refusal: it may not.
        """
        self._margin.check_asset(self._symbol(symbol), asset)
        own = self._margin.account(account, self._symbol(symbol))
        if not own.enabled:
            raise refusals.Refusal(-3043, "Transferring in not allowed.")
        self._margin.trading.move(own, asset, change)


class WholeOffice(Office):
    """Everything behind the doors of one exchange.

    Args:
        market: of spot.
        seed: for the names of orders that clients do not name.
        speed: market seconds per second.
        balances: what an account begins with on spot, and then with nothing on futures; None for the usual on each.

    Attributes:
        margin: the margin accounts.
        tokens: the listen tokens of margin accounts.
        futures: the futures exchanges by margin.
        futures_weights: request weight by address, of ``fapi`` and ``dapi``.
    """

    def __init__(
        self,
        market: Market,
        seed: int = 1,
        speed: float = 1.0,
        balances: Mapping[str, Decimal | str | int] | None = None,
    ) -> None:
        super().__init__(market, seed, speed, balances)
        self.margin: Final = Margin(self.trading, self.wallet, seed)
        self.tokens: Final = ListenTokens(self.margin)
        self.wallet.vaults["MARGIN"] = MarginVault(self.margin, False)
        self.wallet.vaults["ISOLATEDMARGIN"] = MarginVault(self.margin, True)
        self.futures: Final = {margin: _exchange(market, seed, margin) for margin in (USD_M, COIN_M)}
        self.futures_weights: Final = {pool: Weights(WEIGHT) for pool in _POOLS}
        usd, coin = self.futures.values()
        usd.other, coin.other = coin, usd
        for margin, exchange in self.futures.items():
            self.wallet.vaults[_WALLETS[margin]] = FuturesVault(exchange.trading)
            if balances is None:
                opening = {asset: units(amount) for asset, amount in OPENING[margin].items()}
                exchange.trading.opening.update(opening)

    @property
    def awaited(self) -> bool:
        """Whether anybody waits for what happens on spot or margin."""
        return self.trading.awaited or self.margin.awaited

    def advance(self) -> None:
        """What follows from the market's having moved on; futures follow by themselves."""
        self.tokens.advance()
        if self.margin.awaited:
            self.margin.advance()

    def order_counts(self, account: Account, pool: str) -> list[tuple[str, int]]:
        """How many orders an account has placed in the windows of time that an exchange counts by."""
        exchange = self.futures.get(_POOLS.get(pool, ""))
        if exchange is None:
            return self.trading.order_counts(account)
        trading = exchange.trading
        return trading.count(trading.account(account)).short(trading.now)


def _exchange(market: Market, seed: int, margin: str) -> Exchange:
    trading = FuturesTrading(FuturesMarket(market, margin), seed)
    return Exchange(trading, ListenKeys(f"{seed} {margin}", lambda: market.now))
