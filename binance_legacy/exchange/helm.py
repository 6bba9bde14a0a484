"""How a test steers an exchange in a box: what each order does, and the way of an order to the exchange."""

from __future__ import annotations

import http.client
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ..wire import signing

_PATIENCE: Final = 60.0

Amount = Decimal | str | int | float
"""A number that is exact as it is written: ``"0.1"`` rather than ``0.1``."""


class SteeringRefused(Exception):
    """An order that was not carried out; the text says why in one sentence."""


def ask(address: str, token: str, order: str, given: Mapping[str, Any]) -> Any:
    """Send an order and wait until it is carried out.

    Args:
        address: of the exchange, ``127.0.0.1:PORT``.
        token: that it takes orders with.
        order: its name.
        given: its parameters, as JSON can write them.

    Returns:
        what the exchange tells.

    Raises:
        SteeringRefused: it was not carried out.
        ValueError: a parameter is no number, as NaN.
        OSError: the exchange does not answer.
    """
    line = http.client.HTTPConnection(address, timeout=_PATIENCE)
    try:
        said = json.dumps({**given, "order": order}, allow_nan=False)
        line.request("POST", "/steer", said, {"Authorization": f"Bearer {token}"})
        response = line.getresponse()
        answer = json.loads(response.read())
    finally:
        line.close()
    if response.status != 200 or "error" in answer:
        raise SteeringRefused(answer.get("error") or f"{order} failed: {answer}")
    return answer.get("told")


def number(amount: Amount) -> str:
    """An amount as it is sent: a float by the digits that Python prints."""
    return f"{Decimal(str(amount)):f}" if isinstance(amount, float) else str(amount)


class Helm(ABC):
    """What an exchange can be told to do.

    Every order is carried out when its method returns, and raises ValueError, whose text says what would be right,
    where it cannot be.
    """

    @abstractmethod
    def _steer(self, order: str, **given: Any) -> Any:
        """Send an order."""

    # -- accounts ------------------------------------------------------------------------------------------

    def register(
        self,
        api_key: str,
        api_secret: str,
        account: str | None = None,
        balances: Mapping[str, Amount] | None = None,
    ) -> str:
        """Make an API key known.

        Args:
            api_key: any text.
            api_secret: any text, or an RSA or Ed25519 private or public key in PEM.
            account: whose key it is; None for an account of its own. One that does not exist yet is opened.
            balances: what a new account begins with; None for what the exchange was made with.

        Returns:
            the account's name.

        Raises:
            ValueError: the key is known with another secret or account.
        """
        if not (isinstance(api_key, str) and isinstance(api_secret, str)):
            raise ValueError("an API key and its secret are texts")
        secret = signing.PrivateKey(api_secret).public if "PRIVATE KEY-----" in api_secret else api_secret
        amounts = None if balances is None else {asset: number(one) for asset, one in balances.items()}
        name: str = self._steer("register", api_key=api_key, secret=secret, account=account, balances=amounts)
        return name

    def accounts(self) -> list[dict[str, Any]]:
        """Every account and how it has done.

        Returns:
            rows of `name`, `opening` (amounts by asset), `balances` (free and locked by asset), `margin` (what it has
            there less what it owes, by asset), `trades`, `orders` and `open_orders` (counts), `paid` (commissions by
            asset), `worth` (in USDT at the last prices: `brought`, what came in and stayed in, and `now`; what lies
            between them was won or lost by trading), and `futures`: rows of `asset`, `brought` and `now` (of the
            wallet, with what positions would gain), `orders`, `trades`, `open_orders` and `positions`, for each asset
            that futures were margined in.
        """
        rows: list[dict[str, Any]] = self._steer("accounts")
        return rows

    def deposit(self, asset: str, amount: Amount, account: str | None = None) -> None:
        """An amount comes in, as a deposit on record.

        Args:
            asset: such as ``USDT``.
            amount: of it.
            account: whose, by its name or an API key of it; None where there is one alone.
        """
        self._steer("deposit", asset=asset, amount=number(amount), account=account)

    def withdraw(self, asset: str, amount: Amount, account: str | None = None) -> None:
        """An amount goes out, off the record; parameters as of `deposit`."""
        self._steer("withdraw", asset=asset, amount=number(amount), account=account)

    def pay_dividend(
        self, asset: str, amount: Amount, info: str = "Airdrop", account: str | None = None
    ) -> None:
        """The exchange pays an amount; parameters as of `deposit`, `info` says what for."""
        self._steer("pay_dividend", asset=asset, amount=number(amount), info=info, account=account)

    def set_commission(self, maker: Amount, taker: Amount, account: str | None = None) -> None:
        """Set an account's commission rates: shares such as ``"0.001"``."""
        self._steer("commission", maker=number(maker), taker=number(taker), account=account)

    # -- the market ----------------------------------------------------------------------------------------

    def trade(self, symbol: str, side: str, quantity: Amount, price: Amount | None = None) -> str:
        """Let somebody else buy or sell now, with whoever stands in the book.

        Args:
            symbol: such as ``BTCUSDT``.
            side: ``BUY`` or ``SELL``.
            quantity: at most so much.
            price: the worst price; None for any.

        Returns:
            the quantity that was traded.
        """
        worst = None if price is None else number(price)
        traded: str = self._steer("trade", symbol=symbol, side=side, quantity=number(quantity), price=worst)
        return traded

    def move_price(self, symbol: str, price: Amount) -> None:
        """Move a symbol's price at one leap: the last trade is at `price`, and from there the market goes on.

        Orders that it runs over are filled, those that wait for such a price are triggered; one that is triggered finds
        the market where the leap has ended.
        """
        self._steer("move_price", symbol=symbol, price=number(price))

    def halt(self, symbol: str) -> None:
        """Stop trading on a symbol until `resume`: no orders (-2010 ``Market is closed.``), no trades, a still book."""
        self._steer("halt", symbol=symbol)

    def resume(self, symbol: str) -> None:
        """Take orders on a symbol again."""
        self._steer("resume", symbol=symbol)

    def set_filters(self, symbol: str, *filters: Mapping[str, Any]) -> None:
        """Give a symbol filters, rows as of ``exchangeInfo``; each replaces that of its type.

        They hold for orders of accounts; the others trade by the symbol's usual steps.
        """
        self._steer("set_filters", symbol=symbol, filters=[dict(row) for row in filters])

    def set_exchange_filters(self, *filters: Mapping[str, Any]) -> None:
        """Set the filters of all symbols together, such as ``EXCHANGE_MAX_NUM_ORDERS``."""
        self._steer("set_exchange_filters", filters=[dict(row) for row in filters])

    def set_asset_filters(self, *filters: Mapping[str, Any], account: str | None = None) -> None:
        """Set the filters of an account's assets: rows of ``MAX_ASSET``."""
        self._steer("set_asset_filters", filters=[dict(row) for row in filters], account=account)

    def advance(self, seconds: float) -> int:
        """Let market time go on at once, 7 days at most; returns it in milliseconds."""
        now: int = self._steer("advance", seconds=seconds)
        return now

    # -- connections ---------------------------------------------------------------------------------------

    def disconnect(self, code: int | None = None, reason: str = "") -> int:
        """End every WebSocket connection; returns how many there were.

        Args:
            code: close code that clients are sent; None cuts the lines without a word.
            reason: what they are told.
        """
        ended: int = self._steer("disconnect", code=code, reason=reason)
        return ended

    def freeze(self, seconds: float | None = None) -> int:
        """Let every WebSocket connection fall silent without ending, as when a cable is pulled.

        Args:
            seconds: for how long; None until `thaw`. What would have been sent meanwhile is lost.

        Returns:
            how many there were.
        """
        frozen: int = self._steer("freeze", seconds=seconds)
        return frozen

    def thaw(self) -> None:
        """Let silent connections speak again."""
        self._steer("thaw")

    def refuse(self, times: int = 1, status: int = 503) -> None:
        """Refuse the next new WebSocket connections, -1 for all, with an HTTP status."""
        self._steer("refuse", times=times, status=status)

    def announce_shutdown(self, seconds: float | None = None) -> int:
        """Send ``serverShutdown`` on every WebSocket connection, and end them after so many seconds; None: never.

        Returns:
            how many there were.
        """
        told: int = self._steer("announce_shutdown", seconds=seconds)
        return told

    # -- answers and messages ------------------------------------------------------------------------------

    def fail(
        self,
        status: int,
        times: int = 1,
        path: str = "",
        method: str = "",
        retry_after: int | None = None,
        code: int | None = None,
        message: str | None = None,
        after: bool = False,
    ) -> None:
        """Answer the next requests with an error instead of carrying them out.

        Args:
            status: of HTTP: 429, 418, 503 and so on, with Binance's text for it.
            times: how many; -1 until `heal`.
            path: only requests whose path, or method of the WebSocket API, begins so.
            method: only requests of this HTTP method, such as ``POST``.
            retry_after: seconds in the header ``Retry-After``; None for the usual where there is one.
            code: Binance's; None for the usual.
            message: its text; None for the usual.
            after: carry the request out all the same, as when only the answer is lost; not for the WebSocket API.
        """
        asked = {"status": status, "times": times, "path": path, "method": method, "after": after}
        self._steer("fail", **asked, retry_after=retry_after, code=code, message=message)

    def delay(self, seconds: float, times: int = 1, path: str = "", method: str = "") -> None:
        """Let the next answers of REST wait, although the requests are carried out at once; else as `fail`."""
        self._steer("delay", seconds=seconds, times=times, path=path, method=method)

    def skip(self, stream: str, times: int = 1) -> None:
        """Leave out the next messages of a stream, ``btcusdt@depth``: whoever counts finds a gap."""
        self._steer("skip", stream=stream, times=times)

    def repeat(self, stream: str, times: int = 1) -> None:
        """Send the next messages of a stream twice."""
        self._steer("repeat", stream=stream, times=times)

    def heal(self) -> int:
        """End all that was asked for by `fail`, `delay`, `refuse`, `skip`, `repeat` and `freeze`.

        Returns:
            how many failures and delays no request has met.
        """
        unmet: int = self._steer("heal")
        return unmet
