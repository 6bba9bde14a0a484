"""What the exchange answers to a request that it refuses: Binance's codes, texts and HTTP statuses.

(Binance, *Error codes for Binance*; where a text has a second sentence, it is the real exchange's own.)
"""

from __future__ import annotations

from typing import Any, Final

import orjson

SYMBOL_RANGE: Final = r"^[\w\-._&&[^a-z]]{1,50}$"
SYMBOLS_RANGE: Final = (
    r'^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$'
)  # fmt: skip
NUMBER_RANGE: Final = "^[0-9]{1,20}$"
AMOUNT_RANGE: Final = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
CLIENT_ID_RANGE: Final = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"


TOO_MUCH_WEIGHT: Final = -1003
"""The code of a request that came too often, or from who is banned for that."""


class Refusal(Exception):
    """A request is refused.

    Attributes:
        code: Binance's, below zero.
        message: its text.
        status: of HTTP.
        headers: that the answer has besides the usual ones.
        data: what the error holds besides code and text, or None.
    """

    def __init__(
        self,
        code: int,
        message: str,
        status: int = 400,
        headers: dict[str, str] | None = None,
        data: Any = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}
        self.data = data

    def error(self) -> dict[str, Any]:
        """The error as Binance writes it."""
        error: dict[str, Any] = {"code": self.code, "msg": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error

    def body(self) -> bytes:
        """The answer's JSON."""
        return orjson.dumps(self.error())


def illegal(name: str, legal: str) -> Refusal:
    """A parameter holds characters that it cannot hold."""
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def duplicate() -> Refusal:
    """A parameter was sent twice."""
    return Refusal(-1101, "Duplicate values for a parameter detected.")


def unread(read: int, sent: int, expected: int) -> Refusal:
    """More parameters were sent than the endpoint reads."""
    if expected == 0:
        return Refusal(-1101, f"Too many parameters; expected '0' and received '{sent}'.")
    return Refusal(
        -1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'."
    )


def missing(name: str) -> Refusal:
    """A mandatory parameter was not sent."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def empty(name: str) -> Refusal:
    """A parameter was sent without a value."""
    return Refusal(-1105, f"Parameter '{name}' was empty.")


def invalid_interval() -> Refusal:
    """No such candle interval."""
    return Refusal(-1120, "Invalid interval.")


def invalid_ticker_type() -> Refusal:
    """Neither FULL nor MINI."""
    return Refusal(-1139, "Invalid ticker type.")


def invalid_symbol_status() -> Refusal:
    """No such symbolStatus."""
    return Refusal(-1122, "Invalid symbolStatus.")


def invalid_time_unit() -> Refusal:
    """Neither milliseconds nor microseconds."""
    return Refusal(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")


def other_symbol_status() -> Refusal:
    """A symbol has another status than was asked for."""
    return Refusal(-1220, "The symbol's status does not match the requested symbolStatus.")


def no_reference_price() -> Refusal:
    """No such price was ever set."""
    return Refusal(-2043, "This symbol doesn't have a reference price.")


def repeated_symbols() -> Refusal:
    """A list of symbols has one twice."""
    return Refusal(-1151, "Symbol is present multiple times in the list.")


def invalid_symbol() -> Refusal:
    """No such symbol."""
    return Refusal(-1121, "Invalid symbol.")


def not_together(first: str, second: str) -> Refusal:
    """Two parameters of which only one may be sent."""
    return Refusal(
        -1128,
        "Combination of optional parameters invalid. "
        f"Recommendation: '{first}' and '{second}' cannot both be sent.",
    )


def invalid(name: str) -> Refusal:
    """A parameter's value is not one of those allowed."""
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")


def unsupported(what: str, status: int = 400) -> Refusal:
    """Something that the real exchange answers and this one does not, or that neither does."""
    return Refusal(-1020, f"This operation is not supported. ({what})", status)


def broken() -> Refusal:
    """The exchange itself failed."""
    return Refusal(-1000, "An unknown error occurred while processing the request.", 500)


def too_much_weight(limit: int, retry_after: int, used: int) -> Refusal:
    """The minute's request weight is used up; `retry_after` in seconds, `used` in this minute."""
    return Refusal(
        TOO_MUCH_WEIGHT,
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
        429,
        {"Retry-After": str(retry_after), **_weighed(used)},
    )


def banned(until: int, retry_after: int, used: int) -> Refusal:
    """Requests went on after being told to wait; banned until a time in milliseconds UTC."""
    return Refusal(
        TOO_MUCH_WEIGHT,
        f"Way too much request weight used; IP banned until {until}. "
        "Please use WebSocket Streams for live updates to avoid bans.",
        418,
        {"Retry-After": str(retry_after), **_weighed(used)},
    )


def _weighed(used: int) -> dict[str, str]:
    return {"X-MBX-USED-WEIGHT": str(used), "X-MBX-USED-WEIGHT-1M": str(used)}


# -- parameters of orders -----------------------------------------------------------------------------------


def neither(first: str, second: str) -> Refusal:
    """One of two parameters must be sent."""
    return Refusal(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def not_required(name: str) -> Refusal:
    """A parameter that this kind of order does not have."""
    return Refusal(-1106, f"Parameter '{name}' sent when not required.")


def overflow(name: str) -> Refusal:
    """A number that no 64 bits hold."""
    return Refusal(-1108, f"Parameter '{name}' overflowed.")


def iceberg_not_kept(name: str) -> Refusal:
    """An order of a list shows only a part, and is not good till canceled."""
    return Refusal(
        -1160,
        f"Parameter '{name}' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC.",
    )


def too_precise(name: str) -> Refusal:
    """More decimals than an asset has."""
    return Refusal(-1111, f"Parameter '{name}' has too much precision.")


def invalid_time_in_force() -> Refusal:
    """No such timeInForce."""
    return Refusal(-1115, "Invalid timeInForce.")


def invalid_order_type() -> Refusal:
    """No such type of order."""
    return Refusal(-1116, "Invalid orderType.")


def invalid_side() -> Refusal:
    """Neither BUY nor SELL."""
    return Refusal(-1117, "Invalid side.")


def too_far_apart(hours: int) -> Refusal:
    """startTime and endTime span too much."""
    return Refusal(-1127, f"More than {hours} hours between startTime and endTime.")


def bad_combination() -> Refusal:
    """Optional parameters that do not go together."""
    return Refusal(-1128, "Combination of optional parameters invalid.")


def receive_window_too_long() -> Refusal:
    """recvWindow is above its maximum."""
    return Refusal(-1131, "recvWindow must be less than 60000")


def reserved_strategy(name: str) -> Refusal:
    """A strategy's type is below 1,000,000."""
    return Refusal(-1134, f"`{name}` was less than 1000000.")


def invalid_response_type() -> Refusal:
    """No such newOrderRespType."""
    return Refusal(-1136, "Invalid newOrderRespType")


def invalid_cancel_restrictions() -> Refusal:
    """No such cancelRestrictions."""
    return Refusal(-1145, "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.")


def list_type_not_supported() -> Refusal:
    """A leg of an OCO has a type that none can have."""
    return Refusal(-1158, "Order type not supported in OCO.")


# -- signed requests ----------------------------------------------------------------------------------------


def too_late() -> Refusal:
    """The request's time lies too far back."""
    return Refusal(-1021, "Timestamp for this request is outside of the recvWindow.")


def too_early() -> Refusal:
    """The request's time lies ahead of the exchange's."""
    return Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


# -- orders -------------------------------------------------------------------------------------------------


def filtered(kind: str) -> Refusal:
    """An order breaks a filter."""
    return Refusal(-1013, f"Filter failure: {kind}")


def malformed(message: str) -> Refusal:
    """An order that never reaches the matching engine."""
    return Refusal(-1013, message)


def rejected(message: str) -> Refusal:
    """The matching engine does not take an order."""
    return Refusal(-2010, message)


def no_funds() -> Refusal:
    """An account does not hold what is asked of it."""
    return rejected("Account has insufficient balance for requested action.")


def unknown_order() -> Refusal:
    """Nothing to cancel."""
    return Refusal(-2011, "Unknown order sent.")


def no_such_order() -> Refusal:
    """Nothing to tell of."""
    return Refusal(-2013, "Order does not exist.")


def wrong_name() -> Refusal:
    """An order is named twice, by its number and by a name that is another's."""
    return Refusal(-2039, "Client order ID is not correct for this order ID.")


def no_such_list() -> Refusal:
    """No list of orders to tell of."""
    return Refusal(-2018, "Order list does not exist.")


def amend_rejected(message: str) -> Refusal:
    """An order stays as it is."""
    return Refusal(-2038, message)


def too_many_orders(limit: int, interval: str, retry_after: int) -> Refusal:
    """Too many orders that were not filled; `retry_after` in seconds."""
    return Refusal(
        -1015,
        f"Too many new orders; current limit is {limit} orders per {interval}.",
        429,
        {"Retry-After": str(retry_after)},
    )


# -- keys ---------------------------------------------------------------------------------------------------


def no_key() -> Refusal:
    """What was sent cannot be a key, or there was none."""
    return Refusal(-2014, "API-key format invalid.", 401)


def unknown_key() -> Refusal:
    """A key that the exchange does not know."""
    return Refusal(-2015, "Invalid API-key, IP, or permissions for action.", 401)


def wrong_signature() -> Refusal:
    """The signature is not that of the key."""
    return Refusal(-1022, "Signature for this request is not valid.")


def wrong_kind_of_key(algorithm: str) -> Refusal:
    """Only Ed25519 keys can log a session on."""
    return Refusal(-4056, f"{algorithm} API key is not supported.")


# -- the WebSocket API ---------------------------------------------------------------------------------------


def unknown_method(name: str) -> Refusal:
    """No such method."""
    return Refusal(-1020, f"This operation is not supported. ({name} is no method of the WebSocket API)")


def no_json() -> Refusal:
    """A request that is no JSON object, or has no id or method."""
    return Refusal(-1135, "Invalid JSON request.")


def already_subscribed() -> Refusal:
    """One connection hears of an account once."""
    return Refusal(-2035, "User Data Stream subscription already active.")


def not_subscribed() -> Refusal:
    """There is nothing to end."""
    return Refusal(-2036, "User Data Stream subscription not active.")


def no_more_subscriptions() -> Refusal:
    """A connection has used up its numbers."""
    return Refusal(-2042, "Maximum subscription ID reached for this connection.")


def not_logged_on() -> Refusal:
    """Something that only a session that is logged on may ask."""
    return Refusal(-1002, "You are not authorized to execute this request.", 401)


def bad_listen_token() -> Refusal:
    """A token that opens no stream."""
    return Refusal(-1209, "The provided listenToken is invalid or expired.")
