"""What an answer says: its value, its error, and what it used of the limits."""

import json
from unittest.mock import Mock

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy import exceptions
from binance_legacy.wire import replies
from binance_legacy.wire.replies import Limits


def reply(status=200, content=b"{}", method="GET", **headers):
    answer = requests.Response()
    answer.request = requests.Request(method, "https://api.binance.com/").prepare()
    answer.status_code, answer._content = status, content
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


@pytest.mark.parametrize("value", [{}, [], {"a": [1, "x", None]}, 5, "text", None])
def test_the_value_of_a_good_answer_is_its_json(value):
    assert replies.read(reply(content=json.dumps(value).encode())) == value


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>nginx</body></html>", b'{"symbol":"BNBB', b"[1,2", b"\xff\xfe"],
    ids=["empty", "html", "truncated", "truncated list", "no text"],
)
def test_what_is_no_json_is_raised_with_its_first_200_characters(content):
    with pytest.raises(exceptions.BinanceRequestException) as caught:
        replies.read(reply(content=content + b" " * 10))
    assert caught.value.message.startswith("Invalid Response: ") and len(caught.value.message) <= 218
    long = b"<html>" + b"y" * 1000
    with pytest.raises(exceptions.BinanceRequestException, match=r"^BinanceRequestException: .{218}$"):
        replies.read(reply(content=long))


ERROR = b'{"code":-1003,"msg":"Too much request weight used."}'


@pytest.mark.parametrize(
    ("status", "method", "kind"),
    [
        (400, "GET", exceptions.BinanceAPIException),
        (401, "POST", exceptions.BinanceAPIException),
        (429, "GET", exceptions.BinanceLimitException),
        (418, "POST", exceptions.BinanceLimitException),
        (500, "GET", exceptions.BinanceAPIException),
        (503, "POST", exceptions.BinanceOutcomeUnknown),
        (504, "DELETE", exceptions.BinanceOutcomeUnknown),
    ],
)
def test_each_refusal_has_the_class_that_says_what_to_do(status, method, kind):
    with pytest.raises(exceptions.BinanceAPIException) as caught:
        replies.read(reply(status, ERROR, method))
    assert type(caught.value) is kind and caught.value.code == -1003
    assert caught.value.status_code == status


@pytest.mark.parametrize("code", [-1006, -1007])
def test_an_outcome_that_binance_itself_calls_unknown_is_so_whatever_the_status(code):
    error = b'{"code":%d,"msg":"Send status unknown; execution status unknown."}' % code
    with pytest.raises(exceptions.BinanceOutcomeUnknown):
        replies.read(reply(408, error, "POST"))
    with pytest.raises(exceptions.BinanceAPIException) as caught:
        replies.read(reply(408, error, "GET"))
    assert type(caught.value) is exceptions.BinanceAPIException


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_that_repeats_the_address_shows_no_signature(status):
    page = b"<html>The requested URL /api/v3/account?a=1&signature=5ec3e7 was not found"
    with pytest.raises(Exception, match=r"account\?a=1&signature=\.\.\. was not found") as caught:
        replies.read(reply(status, page))
    assert "5ec3e7" not in repr(caught.value)


def test_an_answer_that_does_not_say_how_it_was_asked_is_read_too():
    class Bare:
        status_code, text, headers = 503, "Service Unavailable", {}

        def json(self):
            raise ValueError

    with pytest.raises(exceptions.BinanceAPIException, match="Service Unavailable"):
        replies.read(Bare())


def test_a_passed_limit_says_for_how_long():
    with pytest.raises(exceptions.BinanceLimitException, match=r"retry after 12 s") as caught:
        replies.read(reply(429, ERROR, Retry_After="12"))
    assert caught.value.retry_after == 12.0
    for headers in ({}, {"Retry_After": "soon"}, {"Retry_After": "inf"}, {"Retry_After": "nan"}):
        with pytest.raises(exceptions.BinanceLimitException) as caught:
            replies.read(reply(418, ERROR, **headers))
        assert caught.value.retry_after is None


def test_an_unknown_outcome_says_to_ask_first():
    with pytest.raises(
        exceptions.BinanceOutcomeUnknown, match="may have been done; ask before sending it again"
    ):
        replies.read(reply(503, b"Service Unavailable", "POST"))


def test_the_headers_say_what_is_used():
    limits = Limits()
    limits.note(
        {
            "X-MBX-USED-WEIGHT": "9",
            "X-MBX-USED-WEIGHT-1M": "24",
            "x-mbx-order-count-10s": "1",
            "X-MBX-ORDER-COUNT-1D": "17",
            "X-SAPI-USED-IP-WEIGHT-1M": "2",
            "X-SAPI-USED-UID-WEIGHT-1M": "600",
            "Content-Length": "5",
        }
    )
    assert limits.used_weight == {"1m": 24, "1m ip": 2, "1m uid": 600}
    assert limits.order_count == {"10s": 1, "1d": 17}
    limits.note({"X-MBX-USED-WEIGHT-1M": "3"})
    assert limits.used_weight["1m"] == 3 and limits.order_count["1d"] == 17


@pytest.mark.parametrize(
    "headers", [None, Mock(), {"X-MBX-USED-WEIGHT-1M": "²"}, {"X-MBX-USED-WEIGHT-1M": 5}, {5: "5"}]
)
def test_headers_of_a_script_s_own_session_never_cost_it_the_answer(headers):
    limits = Limits()
    limits.note(headers)
    assert limits == Limits()


@given(st.dictionaries(st.text(), st.text()))
def test_no_header_makes_reading_fail(headers):
    Limits().note(headers)
