"""The WebSocket API: what is asked on one connection, how it is answered, and the user data that follows.

Pure: a text in, texts out by way of `send`; time is passed in. (Binance, *WebSocket API*.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ...wire import signing
from .. import refusals
from ..margin.tokens import Held
from ..market.market import UnknownSymbol
from ..parameters import text_of
from ..refusals import Refusal
from ..trade.calls import Call
from ..trade.ledger import Account
from ..trade.office import ApiKey
from ..trade.spot_calls import BY_NAME
from . import microseconds
from .office import WholeOffice
from .rest import DOORS, Door

MOST_SUBSCRIPTIONS: Final = 1000
MOST_NUMBERS: Final = 65_535
"""How many subscriptions a connection may ever have."""

CONNECTING: Final = 2
"""The weight of a new connection."""

_VERSION: Final = "v3/"
_NOT_SIGNED: Final = "returnRateLimits"

MARKET: Final = {
    "ping": "ping",
    "time": "time",
    "exchangeInfo": "exchangeInfo",
    "executionRules": "executionRules",
    "referencePrice": "referencePrice",
    "referencePrice.calculation": "referencePrice/calculation",
    "depth": "depth",
    "trades.recent": "trades",
    "trades.historical": "historicalTrades",
    "trades.aggregate": "aggTrades",
    "klines": "klines",
    "uiKlines": "uiKlines",
    "avgPrice": "avgPrice",
    "ticker.24hr": "ticker/24hr",
    "ticker.tradingDay": "ticker/tradingDay",
    "ticker": "ticker",
    "ticker.price": "ticker/price",
    "ticker.book": "ticker/bookTicker",
}
"""The requests that need no key, with the last part of the REST path that answers the same."""

Send = Callable[[bytes], None]
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """How a client wants its answers.

    Attributes:
        limits_shown: they tell what is used of the limits where requests do not say.
        fine: times are microseconds.
    """

    limits_shown: bool = True
    fine: bool = False


class Session:
    """One connection to the WebSocket API.

    Args:
        office: of the exchange.
        address: who has connected.
        send: takes each text that the client is sent.
        wall: real time at which it connected, milliseconds.
        options: as its address asked for them.
        failing: what is answered instead of a method, if anything.
    """

    def __init__(
        self,
        office: WholeOffice,
        address: str,
        send: Send,
        wall: int,
        options: Options | None = None,
        failing: Callable[[str], Refusal | None] = lambda method: None,
    ) -> None:
        self._office: Final = office
        self._address: Final = address
        self._send: Final = send
        options = options or Options()
        self._limits_shown: Final = options.limits_shown
        self._fine: Final = options.fine
        self._failing: Final = failing
        self._connected: Final = office.market.now
        self._key: ApiKey | None = None
        self._since: int | None = None
        self._next = 0
        self._subscriptions: Final[dict[int, _Subscription]] = {}
        self._over: Final[list[_Subscription]] = []
        self._used = 0
        self._charge(CONNECTING, wall)

    # -- one request ---------------------------------------------------------------------------------------

    def answer(self, text: bytes, wall: int) -> None:
        """Carry out a request, and send the reply.

        Args:
            text: as received.
            wall: real time, milliseconds.
        """
        number, method, params, refusal = _parsed(text)
        shown = self._limits_shown
        reply: dict[str, Any] = {"id": number}
        orders: Account | None = None
        try:
            if refusal is not None:
                self._charge(1, wall)
                raise refusal
            shown = _limits_wanted(params, shown)
            call = BY_NAME.get(method)
            if call is not None and call.orders:
                orders = self._account(params)
            result = self._result(method, call, params, wall)
            reply |= {"status": 200, "result": microseconds.answered(result) if self._fine else result}
        except UnknownSymbol:
            reply |= _error(refusals.invalid_symbol())
        except Refusal as refused:
            reply |= _error(refused, self._office.market.now)
        if shown:
            reply["rateLimits"] = self._limits(orders)
        self._send(orjson.dumps(reply))
        self._tell_ends()

    def _result(self, method: str, call: Call | None, params: Params, wall: int) -> Any:
        failure = self._failing(method)
        if failure is not None:
            raise failure
        if call is not None:
            return self._called(call, params, wall)
        if method in MARKET:
            return self._asked(DOORS[f"/api/v3/{MARKET[method]}"]["GET"], params, wall)
        if method in _OWN:
            self._charge(CONNECTING, wall)
            return _OWN[method](self, params, wall)
        self._charge(1, wall)
        raise refusals.unknown_method(method)

    def _asked(self, door: Door, params: Params, wall: int) -> Any:
        """A request that needs no key."""
        try:
            values = door.read(_sent(params))
        except Refusal:
            self._charge(1, wall)
            raise
        self._charge(door.weigh(values), wall)
        return door.handle(self._office.market, *values)

    def _called(self, call: Call, params: Params, wall: int) -> Any:
        """A request about orders or accounts."""
        weight, charged = 1, False
        try:
            sent = _sent(params)
            asked = call.read(sent)
            weight = call.weigh(asked)
            key = self._admit(params, sent, wall)
            self._charge(0 if call.free_if_done else weight, wall)
            charged = not call.free_if_done
            return call.answer(self._office.trading, key.account, asked)
        except (Refusal, UnknownSymbol) as error:
            if not charged and not (isinstance(error, Refusal) and error.code == refusals.TOO_MUCH_WEIGHT):
                self._charge(weight, wall)
            raise

    def _admit(self, params: Params, sent: Mapping[str, str], wall: int) -> ApiKey:
        """Whose request it is: the key's that it is signed by, or that of the session.

        Raises:
            Refusal: nobody's.
        """
        if self._key is not None and "apiKey" not in params:
            self._office.check_time(sent, wall)
            return self._key
        key = self._office.key(sent.get("apiKey"))
        self._office.check(key, sent, functools.partial(_is_signed, params), wall)
        return key

    def _account(self, params: Params) -> Account | None:
        name = params.get("apiKey")
        key = self._key if name is None else self._office.keys.get(str(name))
        return None if key is None else key.account

    # -- what is used of the limits ------------------------------------------------------------------------

    def _charge(self, weight: int, wall: int) -> None:
        self._used = self._office.weights.charge(self._address, weight, wall)

    def _limits(self, account: Account | None) -> list[dict[str, Any]]:
        weight = {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": self._office.weights.limit,
            "count": self._used,
        }
        return [*(self._office.trading.order_limits(account) if account is not None else ()), weight]

    # -- the session ---------------------------------------------------------------------------------------

    def _log_on(self, params: Params, wall: int) -> Any:
        sent = _only(params, "apiKey", "signature", "timestamp", "recvWindow")
        key = self._office.key(sent.get("apiKey"))
        self._office.check(key, sent, functools.partial(_is_signed, params), wall)
        if key.algorithm != "ED25519":
            raise refusals.wrong_kind_of_key(key.algorithm)
        self._key, self._since = key, self._office.market.now
        return self._status({}, wall)

    def _status(self, params: Params, wall: int) -> Any:
        _only(params)
        mine = [one for one in self._subscriptions.values() if one.of_session]
        return {
            "apiKey": None if self._key is None else self._key.name,
            "authorizedSince": self._since,
            "connectedSince": self._connected,
            "returnRateLimits": self._limits_shown,
            "serverTime": self._office.market.now,
            "userDataStream": None if self._key is None else bool(mine),
        }

    def _log_out(self, params: Params, wall: int) -> Any:
        self._key = self._since = None
        for one in [one for one in self._subscriptions.values() if one.of_session]:
            self._end(one)
        return self._status(params, wall)

    # -- user data -----------------------------------------------------------------------------------------

    def _subscribe(self, params: Params, wall: int) -> Any:
        _only(params)
        if self._key is None:
            raise refusals.not_logged_on()
        return self._begin(self._key.account, True)

    def _subscribe_signed(self, params: Params, wall: int) -> Any:
        sent = _only(params, "apiKey", "signature", "timestamp", "recvWindow")
        key = self._office.key(sent.get("apiKey"))
        self._office.check(key, sent, functools.partial(_is_signed, params), wall)
        return self._begin(key.account, False)

    def _subscribe_token(self, params: Params, wall: int) -> Any:
        text = _only(params, "listenToken").get("listenToken")
        if not text:
            raise refusals.missing("listenToken")
        tokens = self._office.tokens
        token = tokens.find(text)
        mine = next((one for one in self._subscriptions.values() if one.account is token.account), None)
        if mine is None:
            number = self._begin(token.account, False)["subscriptionId"]
            mine = self._subscriptions[number]
            mine.lasts = tokens.hold(token, lambda: self._expired(number))
        elif mine.lasts is not None:
            mine.lasts.until = max(mine.lasts.until, token.until)
        until = token.until if mine.lasts is None else mine.lasts.until
        return {"subscriptionId": mine.number, "expirationTime": until}

    def _expired(self, number: int) -> None:
        """A subscription's token has ended, and no newer one was given in time."""
        one = self._subscriptions.get(number)
        if one is not None:
            self._end(one)
            self._tell_ends()

    def _begin(self, account: Account, of_session: bool) -> dict[str, int]:
        if any(one.account is account for one in self._subscriptions.values()):
            raise refusals.already_subscribed()
        if self._next > MOST_NUMBERS or len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            raise refusals.no_more_subscriptions()
        one = _Subscription(self._next, account, of_session, self._send, self._fine)
        self._next += 1
        self._subscriptions[one.number] = one
        account.listeners.append(one.tell)
        return {"subscriptionId": one.number}

    def _unsubscribe(self, params: Params, wall: int) -> Any:
        number = _only(params, "subscriptionId").get("subscriptionId")
        if number is None:
            ending = list(self._subscriptions.values())
        else:
            ending = [one for one in self._subscriptions.values() if str(one.number) == number]
        if not ending:
            raise refusals.not_subscribed()
        for one in ending:
            self._end(one)
        return {}

    def _list(self, params: Params, wall: int) -> Any:
        _only(params)
        return [{"subscriptionId": number} for number in self._subscriptions]

    def _end(self, one: _Subscription) -> None:
        del self._subscriptions[one.number]
        one.account.listeners.remove(one.tell)
        if one.lasts is not None:
            self._office.tokens.drop(one.lasts)
        self._over.append(one)

    def _tell_ends(self) -> None:
        """Tell of the subscriptions that the last request has ended."""
        for one in self._over:
            one.tell({"e": "eventStreamTerminated", "E": self._office.market.now})
        self._over.clear()

    def tell_shutdown(self) -> None:
        """Tell the client that this connection will end soon."""
        event = {"e": "serverShutdown", "E": self._office.market.now}
        self._send(orjson.dumps({"event": microseconds.told(event) if self._fine else event}))

    def close(self) -> None:
        """The connection is over."""
        for one in list(self._subscriptions.values()):
            self._end(one)
        self._over.clear()


class _Subscription:
    """An account that one connection hears of."""

    __slots__ = ("_fine", "_send", "account", "lasts", "number", "of_session")

    def __init__(self, number: int, account: Account, of_session: bool, send: Send, fine: bool) -> None:
        self.number: Final = number
        self.account: Final = account
        self.of_session: Final = of_session
        self._send: Final = send
        self._fine: Final = fine
        self.lasts: Held | None = None

    def tell(self, event: dict[str, Any]) -> None:
        event = microseconds.told(event) if self._fine else event
        self._send(orjson.dumps({"subscriptionId": self.number, "event": event}))


_OWN: Final[dict[str, Callable[[Session, Params, int], Any]]] = {
    "session.logon": Session._log_on,
    "session.status": Session._status,
    "session.logout": Session._log_out,
    "session.subscriptions": Session._list,
    "userDataStream.subscribe": Session._subscribe,
    "userDataStream.subscribe.signature": Session._subscribe_signed,
    "userDataStream.subscribe.listenToken": Session._subscribe_token,
    "userDataStream.unsubscribe": Session._unsubscribe,
}

METHODS: Final = (*MARKET, *BY_NAME, *_OWN)
"""Every method that is served."""


# -- reading ------------------------------------------------------------------------------------------------


def _parsed(text: bytes) -> tuple[Any, str, dict[str, Any], Refusal | None]:
    """A request's id, method without version, and parameters; or why it is none."""
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None, "", {}, refusals.no_json()
    number = request.get("id") if isinstance(request, dict) else None
    if not isinstance(request, dict) or not isinstance(number, int | str | None) or "id" not in request:
        return None, "", {}, refusals.no_json()
    method, params = request.get("method"), request.get("params")
    if not isinstance(method, str) or not isinstance(params, dict | None):
        return number, "", {}, refusals.no_json()
    return number, method.removeprefix(_VERSION), params or {}, None


def _limits_wanted(params: Params, usual: bool) -> bool:
    wanted = params.get(_NOT_SIGNED, usual)
    if not isinstance(wanted, bool):
        raise refusals.invalid(_NOT_SIGNED)
    return wanted


def _sent(params: Params) -> dict[str, str]:
    """The parameters as REST would have sent them."""
    return {name: text_of(value) for name, value in params.items() if name != _NOT_SIGNED}


def _only(params: Params, *names: str) -> dict[str, str]:
    """The parameters, of which a request has no others.

    Raises:
        Refusal: it has.
    """
    sent = _sent(params)
    known = sum(name in sent for name in names)
    if known < len(sent):
        raise refusals.unread(known, len(sent), len(names))
    return sent


def _is_signed(params: Params, secret: str) -> bool:
    return signing.verify_request(secret, params)


def _error(refusal: Refusal, now: int = 0) -> dict[str, Any]:
    error = refusal.error()
    wait = refusal.headers.get("Retry-After")
    if wait is not None and refusal.data is None:
        error["data"] = {"serverTime": now, "retryAfter": now + 1000 * int(wait)}
    return {"status": refusal.status, "error": error}
