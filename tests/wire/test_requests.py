"""A request of the WebSocket API: how it is written, and how what it is answered is read."""

from decimal import Decimal

import orjson
import pytest

from binance_legacy.enums import HistoricalKlinesType
from binance_legacy.exceptions import BinanceAPIException, BinanceLimitException, BinanceOutcomeUnknown
from binance_legacy.wire import replies, signing
from binance_legacy.wire.requests import Sent, frame, read, sendable

ASKS = Sent("order.status", "GET", "wss://ws-api.binance.com/ws-api/v3")
CHANGES = Sent("order.place", "POST", ASKS.url)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("BTCUSDT", "BTCUSDT"),
        (7, 7),
        (True, True),
        (None, None),
        (0.00001, "0.00001"),
        (1e22, "10000000000000000000000"),
        (Decimal("1E-8"), "0.00000001"),
        (HistoricalKlinesType.SPOT, HistoricalKlinesType.SPOT.value),
        (["BTCUSDT", 0.5], ["BTCUSDT", "0.5"]),
        (("a",), ["a"]),
        ({"a": Decimal("0.10")}, {"a": "0.10"}),
    ],
)
def test_numbers_are_sent_exact_and_never_in_exponent_form(value, sent):
    assert sendable(value) == sent and type(sendable(value)) is type(sent)


@pytest.mark.parametrize("value", [0.00001, 3, True, "\uff11\uff12", ["a", 1e-7], Decimal("0.10")])
def test_what_is_signed_is_what_is_sent(value):
    signed = signing.signed_request("secret", {"apiKey": "key", "x": sendable(value)})
    received = orjson.loads(frame(1, "order.place", signed))["params"]
    assert signing.verify_request("secret", received)


def test_a_number_that_is_no_number_of_json_is_named_at_the_call():
    with pytest.raises(ValueError, match=r"depth cannot be sent"):
        frame(1, "depth", {"limit": 2**70})


def test_a_result_is_given_and_an_answer_that_has_none_is_given_whole():
    answered = {"id": 1, "status": 200, "result": [1, 2]}
    assert replies.read(read(answered, ASKS, 0)) == [1, 2]
    assert replies.read(read({"id": 1, "status": 200, "result": None}, ASKS, 0)) is None
    assert replies.read(read({"id": 1, "status": 200, "other": 5}, ASKS, 0))["other"] == 5


def refusal(status, code, sent=ASKS, **data):
    error = {"code": code, "msg": "No."} | ({"data": data} if data else {})
    with pytest.raises(BinanceAPIException) as caught:
        replies.read(read({"id": 1, "status": status, "error": error}, sent, 1_000))
    return caught.value


def test_an_error_has_what_one_of_rest_has():
    error = refusal(400, -2013)
    assert (error.code, error.message, error.status_code) == (-2013, "No.", 400)
    assert error.request is ASKS and error.response.text == '{"code":-2013,"msg":"No."}'
    assert refusal(409, -2021, CHANGES, cancelResult="SUCCESS").response.json()["data"] == {
        "cancelResult": "SUCCESS"
    }


def test_an_answer_with_an_error_and_no_status_is_one():
    with pytest.raises(BinanceAPIException) as caught:
        replies.read(read({"id": 1, "error": {"code": -1, "msg": "x"}}, ASKS, 0))
    assert caught.value.status_code == 400


@pytest.mark.parametrize("status", [429, 418])
def test_a_passed_limit_says_how_many_seconds_to_wait(status):
    error = refusal(status, -1003, serverTime=1_720_000_000_000, retryAfter=1_720_000_012_500)
    assert isinstance(error, BinanceLimitException) and error.retry_after == 12.5
    assert refusal(status, -1003, retryAfter=31_000).retry_after == 30
    assert refusal(status, -1003, retryAfter=500).retry_after == 0
    assert (
        refusal(status, -1003, serverTime=1_720_000_000_000_000, retryAfter=1_720_000_012_500_000).retry_after
        == 12.5
    )
    assert refusal(status, -1003).retry_after is None


def test_only_of_what_changes_something_is_the_outcome_unknown():
    assert isinstance(refusal(503, -1000, CHANGES), BinanceOutcomeUnknown)
    assert isinstance(refusal(400, -1007, CHANGES), BinanceOutcomeUnknown)
    assert type(refusal(503, -1000, ASKS)) is type(refusal(400, -2010, CHANGES)) is BinanceAPIException


def test_what_is_used_of_the_limits_is_told_as_rest_tells_it():
    row = {"intervalNum": 1, "limit": 6000}
    answer = {
        "id": 1,
        "status": 200,
        "result": {},
        "rateLimits": [
            {**row, "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "count": 24},
            {**row, "rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "count": 3},
            {**row, "rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "count": 5},
        ],
    }
    limits = replies.Limits()
    limits.note(read(answer, ASKS, 0).headers)
    assert limits == replies.Limits({"1m": 24}, {"10s": 3})
