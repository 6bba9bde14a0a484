"""Signatures: Binance's known answers, and what is signed can be verified."""

import hashlib
import hmac
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.wire import signing

SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
ORDER = [
    ("symbol", "LTCBTC"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", 1),
    ("price", 0.1), ("recvWindow", 5000), ("timestamp", 1499827319559),
]  # fmt: skip
WIDE = [("symbol", "１２３４５６"), *ORDER[1:]]  # noqa: RUF001 - Binance's own example
MAILS = [
    ("asset", "USDT"), ("amount", "1.5"), ("fromEmail", "a@b.com"), ("toEmail", "c@d.com"),
    ("fromAccountType", "SPOT"), ("toAccountType", "SPOT"), ("timestamp", 1747385641636),
]  # fmt: skip
LIST = [("symbol", "BTCUSDT"), ("origClientOrderIdList", ["a", "b"]), ("timestamp", 1747385641636)]


@pytest.mark.parametrize(
    ("parameters", "signature"),
    [
        (ORDER, "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"),
        (WIDE, "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"),
        (sorted(ORDER), "70fd30433bc3a2e3b5ff17d075e50538dde3734841da6dc28d79113dd37fa9c7"),
        (MAILS, "b3e76f12dafa09f3745500aa422a8d2602dca3ae3f122218406d3265aa50ed1d"),
        (LIST, "de6477084bf69d8c48fdfc4ffeed075acdba60c4b5d50e3519a84f85670c2542"),
    ],
)
def test_the_known_answers(parameters, signature):
    encoded = signing.encode(parameters)
    assert signing.sign(SECRET, encoded) == signature
    assert signing.signed(SECRET, parameters) == f"{encoded}&signature={signature}"


values = st.one_of(
    st.text(), st.integers(), st.none(), st.booleans(), st.lists(st.text(), max_size=3),
    st.floats(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@given(
    st.lists(st.tuples(st.text(min_size=1).filter(lambda name: name != "signature"), values), max_size=6),
    st.text(),
)
def test_what_is_signed_is_verified_and_what_was_changed_is_not(parameters, secret):
    sent = signing.signed(secret, parameters)
    assert sent.isascii() and signing.verify(secret, sent)
    assert not signing.verify(secret + "x", sent)
    assert not signing.verify(secret, "a=1&" + sent)
    assert not signing.verify(secret, sent.rpartition("signature=")[0])


@given(st.binary(max_size=40))
def test_nothing_that_arrives_makes_verification_fail_otherwise(data):
    assert signing.verify("secret", data.decode("latin-1")) in (True, False)


def test_numbers_are_exact_and_never_in_exponent_form():
    assert signing.encode([("q", 0.00001), ("p", Decimal("1E-7")), ("n", 10**21), ("f", 1e22)]) == (
        "q=0.00001&p=0.0000001&n=1000000000000000000000&f=10000000000000000000000"
    )


def test_what_is_none_is_left_out_before_signing():
    assert signing.encode([("a", None), ("b", True), ("c", "x y")]) == "b=true&c=x%20y"


def test_a_signature_may_be_in_capitals():
    encoded = "a=1"
    capital = hmac.new(b"s", encoded.encode(), hashlib.sha256).hexdigest().upper()
    assert signing.verify("s", f"{encoded}&signature={capital}")
