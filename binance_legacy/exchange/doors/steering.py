"""What a test can make an exchange do: trades, prices, faults, time. One table of orders, each a function.

They come over a door of their own (`serve`), which is open only where it was asked for. Pure but for the
connections, which are closed, frozen and told through what `Stage` offers.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from ...wire.streamnames import fault
from ..market.market import UnknownSymbol
from ..refusals import TOO_MUCH_WEIGHT, Refusal
from ..trade.ledger import UNIT, Account, text, units
from ..trade.wallet import ways
from .office import WholeOffice
from .sessions import METHODS
from .streams import Streams

_LONGEST_REASON: Final = 123
_LONGEST_WAIT: Final = 3600
_BANNED: Final = 418
_LIMITED: Final = 429
_TEXTS: Final = {
    _LIMITED: (TOO_MUCH_WEIGHT, "Too many requests queued."),
    _BANNED: (TOO_MUCH_WEIGHT, "Way too much request weight used; IP banned until {until}. "
              "Please use WebSocket Streams for live updates to avoid bans."),
    503: (-1008, "Server is currently overloaded with other requests. Please try again in a few minutes."),
    504: (-1007, "Timeout waiting for response from backend server. "
          "Send status unknown; execution status unknown."),
}  # fmt: skip
_BROKEN: Final = (-1000, "An unknown error occurred while processing the request.")


class SteeringError(Exception):
    """An order that cannot be carried out; the text says why in one sentence."""


_MARGIN_WALLETS: Final = ("MARGIN", "ISOLATEDMARGIN")


class Stream(Protocol):
    """A connection, as far as it can be steered."""

    frozen: bool

    def end(self, code: int, reason: str) -> None: ...
    def cut(self) -> None: ...
    def tell_shutdown(self, at: int) -> None: ...


class Stage(Protocol):
    """The exchange around what is steered."""

    office: WholeOffice
    streams: Streams

    def connections(self) -> Iterable[Stream]:
        """Every WebSocket connection that is open."""

    def leap(self, milliseconds: int) -> None:
        """Market time goes on at once by so much."""

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call in real time."""


@dataclass(slots=True)
class Failure:
    """What is answered instead of what was asked for, and how often.

    Attributes:
        status: of HTTP.
        times: how many requests more; below 0 for all.
        path: only requests whose path, or method of the WebSocket API, begins so.
        method: only requests of this HTTP method; "" for all.
        retry_after: seconds, or None.
        code: Binance's, or None for what goes with the status.
        message: its text, or None.
        after: the request is carried out all the same.
    """

    status: int
    times: int = 1
    path: str = ""
    method: str = ""
    retry_after: int | None = None
    code: int | None = None
    message: str | None = None
    after: bool = False

    def refusal(self, now: int) -> Refusal:
        """The answer, at a time in milliseconds."""
        usual_code, usual = _TEXTS.get(self.status, _BROKEN)
        wait = self.retry_after
        if wait is None and self.status in (_LIMITED, _BANNED):
            wait = 1 if self.status == _LIMITED else 120
        words = self.message or usual.format(until=now + 1000 * (wait or 0))
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return Refusal(usual_code if self.code is None else self.code, words, self.status, headers)


@dataclass(slots=True)
class Delay:
    """How long an answer of REST waits, how often, and which ones; as of `Failure`."""

    seconds: float
    times: int = 1
    path: str = ""
    method: str = ""


_Fault = TypeVar("_Fault", Failure, Delay)


def _next(faults: list[_Fault], path: str, method: str) -> _Fault | None:
    """The first that is meant for a request; counted."""
    for one in faults:
        if path.startswith(one.path) and method.startswith(one.method):
            one.times -= 1
            if not one.times:
                faults.remove(one)
            return one
    return None


@dataclass(slots=True)
class Faults:
    """What goes wrong on purpose.

    Attributes:
        failures: of requests, in the order in which they were asked for.
        delays: of answers.
        refused: how many new WebSocket connections are refused; below 0 for all.
        refused_with: the HTTP status for those.
        skipped: how many messages of a stream are left out, by its name.
        repeated: how many are sent twice.
    """

    failures: list[Failure] = field(default_factory=list)
    delays: list[Delay] = field(default_factory=list)
    refused: int = 0
    refused_with: int = 503
    skipped: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)

    def failure(self, path: str, method: str = "") -> Failure | None:
        """What is answered instead of a request, if anything; counted."""
        return _next(self.failures, path, method)

    def delay(self, path: str, method: str) -> float:
        """How many seconds the answer to a request waits; counted."""
        found = _next(self.delays, path, method) if self.delays else None
        return 0.0 if found is None else found.seconds

    def refuses(self) -> int | None:
        """The status with which a new connection is refused, or None; counted."""
        if not self.refused:
            return None
        self.refused -= 1
        return self.refused_with

    def copies(self, name: str) -> int:
        """How often a message of a stream is sent."""
        if self.skipped[name]:
            self.skipped[name] -= 1
            return 0
        if self.repeated[name]:
            self.repeated[name] -= 1
            return 2
        return 1


class Steering:
    """Carries out orders.

    Args:
        stage: the exchange.
        faults: what its doors look at.
    """

    def __init__(self, stage: Stage, faults: Faults) -> None:
        self._stage: Final = stage
        self._office: Final = stage.office
        self._faults: Final = faults

    def carry_out(self, order: str, given: dict[str, Any]) -> Any:
        """Carry out one order; returns what it tells.

        Raises:
            SteeringError: there is no such order, or it cannot be carried out.
        """
        if order not in ORDERS:
            raise SteeringError(f"there is no order {order!r}; there are {', '.join(ORDERS)}")
        try:
            bound = inspect.signature(ORDERS[order]).bind(self, **given)
        except TypeError as error:
            raise SteeringError(f"{order}: {error}") from None
        try:
            return ORDERS[order](*bound.args, **bound.kwargs)
        except UnknownSymbol as error:
            raise SteeringError(f"{order}: no symbol {error} is listed; names are as BTCUSDT") from None
        except Refusal as refusal:
            raise SteeringError(f"{order}: {refusal.message}") from None
        except ValueError as error:
            raise SteeringError(f"{order}: {error}") from None
        except Exception as error:  # noqa: BLE001 - or a test would go on as if it had been done
            raise SteeringError(f"{order} failed: {type(error).__name__}: {error}") from None

    # -- accounts ------------------------------------------------------------------------------------------

    def register(
        self, api_key: str, secret: str, account: str | None = None, balances: dict[str, str] | None = None
    ) -> str:
        known = account in self._office.trading.ledger.accounts
        if known and balances is not None:
            raise ValueError(
                f"the account {account!r} is open already; its balances change by deposit and withdraw"
            )
        return self._office.register(api_key, secret, account, balances).name

    def accounts(self) -> list[dict[str, Any]]:
        return [self._account(one) for one in self._office.trading.ledger.accounts.values()]

    def _account(self, account: Account) -> dict[str, Any]:
        trading = self._office.trading
        held = Counter({asset: one.free + one.locked for asset, one in account.balances.items()})
        wallets = [account, *self._office.margin.of(account).values()]
        margin = self._margin_of(account)
        held.update(margin)
        opening = self._office.openings.get(account.name, {})
        brought = Counter(opening)
        for _, asset, change in self._office.wallet.moved(account):
            brought[asset] += change
        for asset, change in self._moved_to_margin(account):
            brought[asset] += change
        return {
            "name": account.name,
            "opening": {asset: text(amount) for asset, amount in opening.items()},
            "balances": {
                asset: [text(one.free), text(one.locked)] for asset, one in account.balances.items()
            },
            "margin": {asset: text(amount) for asset, amount in margin.items()},
            "trades": sum(len(desk.trades_of(one)) for one in wallets for desk in trading.desks()),
            "orders": sum(one.account in wallets for desk in trading.desks() for one in desk.orders.values()),
            "open_orders": sum(len(desk.open_of(one)) for one in wallets for desk in trading.desks()),
            "paid": self._paid(wallets),
            "worth": {"brought": text(self._worth(brought)), "now": text(self._worth(held))},
            "futures": [row for one in self._office.futures.values() for row in one.outcome(account)],
        }

    def _margin_of(self, account: Account) -> dict[str, int]:
        """What an account has on margin, less what it owes."""
        vaults = self._office.wallet.vaults
        total: Counter[str] = Counter()
        for name in _MARGIN_WALLETS:
            total.update(vaults[name].totals(account))
        return dict(total)

    def _moved_to_margin(self, account: Account) -> Iterable[tuple[str, int]]:
        """What went from spot to margin, which is still the account's, and what came back."""
        for one in self._office.wallet.record(account).transfers:
            source, target = ways(one.kind)
            if source == "MAIN" and target in _MARGIN_WALLETS:
                yield one.asset, one.amount
            elif target == "MAIN" and source in _MARGIN_WALLETS:
                yield one.asset, -one.amount

    def _paid(self, wallets: Iterable[Account]) -> dict[str, str]:
        """Commissions, by asset."""
        paid: Counter[str] = Counter()
        for desk in self._office.trading.desks():
            for trade in (trade for one in wallets for trade in desk.trades_of(one)):
                paid[trade.commission_asset] += trade.commission
        return {asset: text(amount) for asset, amount in paid.items()}

    def _worth(self, amounts: Mapping[str, int]) -> int:
        return sum(self._office.wallet.worth(asset, amount, "USDT") for asset, amount in amounts.items())

    def deposit(self, asset: str, amount: str, account: str | None = None) -> str:
        _above_zero(amount)
        return self._office.wallet.deposit(self._office.account(account), asset, amount).txid

    def withdraw(self, asset: str, amount: str, account: str | None = None) -> None:
        _above_zero(amount)
        self._office.wallet.take(self._office.account(account), asset, amount)

    def pay_dividend(self, asset: str, amount: str, info: str = "Airdrop", account: str | None = None) -> int:
        return self._office.wallet.pay(self._office.account(account), asset, amount, info).id

    def commission(self, maker: str, taker: str, account: str | None = None) -> None:
        chosen = self._office.account(account)
        rates = units(maker), units(taker)
        if max(rates) >= UNIT:
            raise ValueError(f"{maker} and {taker}; rates are shares below 1, such as 0.001")
        for one in (chosen, *self._office.margin.of(chosen).values()):
            one.maker_rate, one.taker_rate = rates
            self._office.trading.ledger.marks.account(one)

    # -- the market ----------------------------------------------------------------------------------------

    def trade(self, symbol: str, side: str, quantity: str, price: str | None = None) -> str:
        if side not in ("BUY", "SELL"):
            raise ValueError(f"side is {side!r}; BUY or SELL")
        trading = self._office.trading
        self._check_open(symbol)
        traded = trading.trade(symbol, side == "BUY", quantity, price)
        return trading.market.symbol(symbol).qty_text(traded)

    def _check_open(self, symbol: str) -> None:
        if self._office.market.symbol(symbol).status == "BREAK":
            raise ValueError(f"{symbol} is halted: nobody trades there until resume")

    def move_price(self, symbol: str, price: str) -> None:
        self._check_open(symbol)
        self._office.trading.move_price(symbol, price)

    def halt(self, symbol: str) -> None:
        self._office.trading.halt(symbol)

    def resume(self, symbol: str) -> None:
        self._office.trading.resume(symbol)

    def set_filters(self, symbol: str, filters: list[dict[str, Any]]) -> None:
        self._office.trading.set_filters(symbol, *filters)

    def set_exchange_filters(self, filters: list[dict[str, Any]]) -> None:
        self._office.trading.set_exchange_filters(*filters)

    def set_asset_filters(self, filters: list[dict[str, Any]], account: str | None = None) -> None:
        self._office.trading.set_asset_filters(self._office.account(account), *filters)

    def advance(self, seconds: float) -> int:
        if not _is_number(seconds) or not 0 <= seconds <= 7 * 86_400:
            raise ValueError(f"{seconds} s; market time can go on by 0 s to 7 days at once")
        self._stage.leap(round(seconds * 1000))
        return self._office.market.now

    # -- connections ---------------------------------------------------------------------------------------

    def disconnect(self, code: int | None = None, reason: str = "") -> int:
        if code is not None and not 1000 <= code <= 4999:
            raise ValueError(f"code is {code}; a close code lies from 1000 to 4999, None cuts the line")
        if len(reason.encode()) > _LONGEST_REASON:
            raise ValueError(f"a reason has at most {_LONGEST_REASON} bytes")
        ended = list(self._stage.connections())
        for one in ended:
            if code is None:
                one.cut()
            else:
                one.end(code, reason)
        return len(ended)

    def freeze(self, seconds: float | None = None) -> int:
        _check_wait(seconds)
        chosen = list(self._stage.connections())
        for one in chosen:
            one.frozen = True
        if seconds is not None:
            self._stage.call_later(seconds, lambda: _thaw(chosen))
        return len(chosen)

    def thaw(self) -> None:
        _thaw(self._stage.connections())

    def refuse(self, times: int = 1, status: int = 503) -> None:
        if not _is_number(status) or not 400 <= status <= 599:
            raise ValueError(f"status is {status}; a refusal is from 400 to 599")
        _check_times(times)
        self._faults.refused, self._faults.refused_with = times, status

    def announce_shutdown(self, seconds: float | None = None) -> int:
        _check_wait(seconds)
        chosen = list(self._stage.connections())
        for one in chosen:
            one.tell_shutdown(self._office.market.now)
        if seconds is not None:
            self._stage.call_later(seconds, lambda: _end(chosen))
        return len(chosen)

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
        if not _is_number(status) or not 400 <= status <= 599:
            raise ValueError(f"status is {status}; a failure is from 400 to 599")
        if retry_after is not None and not (_is_number(retry_after) and retry_after >= 0):
            raise ValueError(f"retry_after is {retry_after}; seconds from 0 on, or None")
        _check_times(times)
        _check_path(path, method)
        failure = Failure(status, times, path, method.upper(), retry_after, code, message, after)
        self._faults.failures.append(failure)

    def delay(self, seconds: float, times: int = 1, path: str = "", method: str = "") -> None:
        if not (_is_number(seconds) and 0 < seconds <= _LONGEST_WAIT):
            raise ValueError(f"seconds is {seconds}; an answer waits above 0 and up to {_LONGEST_WAIT} s")
        _check_times(times)
        _check_path(path, method)
        self._faults.delays.append(Delay(seconds, times, path, method.upper()))

    def heal(self) -> int:
        left: list[Failure | Delay] = [*self._faults.failures, *self._faults.delays]
        unmet = sum(one.times for one in left if one.times > 0)
        self._faults.failures.clear()
        self._faults.delays.clear()
        self._faults.refused = 0
        self._faults.skipped.clear()
        self._faults.repeated.clear()
        self.thaw()
        return unmet

    def skip(self, stream: str, times: int = 1) -> None:
        _check_stream(stream, times)
        self._stage.streams.faulty = True
        self._faults.skipped[stream] += times

    def repeat(self, stream: str, times: int = 1) -> None:
        _check_stream(stream, times)
        self._stage.streams.faulty = True
        self._faults.repeated[stream] += times


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _above_zero(amount: str) -> None:
    if not units(amount):
        raise ValueError(f"an amount above zero is needed, not {amount}")


def _check_wait(seconds: float | None) -> None:
    if seconds is not None and not (_is_number(seconds) and 0 <= seconds <= _LONGEST_WAIT):
        raise ValueError(f"seconds is {seconds}; None, or a number from 0 to {_LONGEST_WAIT}")


def _check_times(times: int) -> None:
    if not isinstance(times, int) or not (times > 0 or times == -1):
        raise ValueError(f"times is {times}; how often, from 1 on, or -1 until heal")


def _check_path(path: str, method: str) -> None:
    of_rest = path.startswith("/")
    if path and not of_rest and not any(name.startswith(path) for name in METHODS):
        raise ValueError(f"path is {path!r}; a path such as /api/v3/order, or a method such as order.place")
    if method.upper() not in ("", "GET", "POST", "PUT", "DELETE"):
        raise ValueError(f"method is {method!r}; GET, POST, PUT or DELETE, or an empty text for all")


def _check_stream(stream: str, times: int) -> None:
    wrong = fault(stream)
    if wrong is not None:
        raise ValueError(wrong)
    if not isinstance(times, int) or times < 1:
        raise ValueError(f"times is {times}; how many messages, from 1 on")


def _thaw(connections: Iterable[Stream]) -> None:
    for one in connections:
        one.frozen = False


def _end(connections: Iterable[Stream]) -> None:
    for one in connections:
        one.end(1001, "serverShutdown")


ORDERS: Final[dict[str, Callable[..., Any]]] = {
    name: member
    for name, member in vars(Steering).items()
    if not name.startswith("_") and name != "carry_out"
}
"""Every order by its name."""
