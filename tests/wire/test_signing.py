"""Signatures: Binance's known answers, and what is signed can be verified."""

import hashlib
import hmac
from decimal import Decimal
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
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


KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
STREAM = {"apiKey": KEY, "timestamp": 1747385641636}
PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
-----END PRIVATE KEY-----"""


def on_socket(**parameters):
    return {"apiKey": KEY, "side": "SELL", "timeInForce": "GTC", "type": "LIMIT", **parameters}


@pytest.mark.parametrize(
    ("parameters", "signature"),
    [
        (
            on_socket(
                symbol="BTCUSDT",
                price="52000.00",
                quantity="0.01000000",
                recvWindow=100,
                timestamp=1645423376532,
            ),
            "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24",
        ),
        (
            on_socket(
                symbol="１２３４５６",  # noqa: RUF001 - Binance's own example
                side="BUY",
                price="0.10000000",
                quantity="1.00000000",
                recvWindow=5000,
                timestamp=1645423376532,
            ),
            "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd",
        ),
        (STREAM, "681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e"),
        ({**STREAM, "recvWindow": 5000}, "49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653"),
    ],
)
def test_the_known_answers_of_the_websocket_api(parameters, signature):
    sent = signing.signed_request(SECRET, parameters)
    assert sent == {**parameters, "signature": signature}
    assert signing.verify_request(SECRET, sent)
    assert not signing.verify_request(SECRET, {**sent, "timestamp": 1})


def test_the_known_answers_of_the_published_ed25519_key():
    key = signing.PrivateKey(PEM)
    message = "A\x01EXAMPLE\x01SPOT\x011\x0120240627-11:17:25.223"
    assert key.sign(message) == (
        "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA=="
    )
    order = [
        ("symbol", "BTCUSDT"), ("side", "SELL"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", 1),
        ("price", 0.2), ("timestamp", 1668481559918), ("recvWindow", 5000),
    ]  # fmt: skip
    assert signing.signed(key, order).rpartition("signature=")[2] == (
        "inDT086KVIP8vgUfw5sV3VTkescWztiAGlf4x8FLKHM4NInsn0c1kYVLoGMO8cyjfR6vmTku2YQE0gtfVVlfCw%3D%3D"
    )


@pytest.fixture(scope="module", params=["rsa", "ed25519"])
def pair(request):
    """A private key and its public half, both in PEM."""
    new = (
        ed25519.Ed25519PrivateKey.generate()
        if request.param == "ed25519"
        else rsa.generate_private_key(65537, 2048)
    )
    form = serialization.Encoding.PEM
    private = new.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = new.public_key().public_bytes(form, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def test_what_a_private_key_signs_its_public_half_verifies(pair):
    private, public = pair
    key = signing.PrivateKey(private)
    sent = signing.signed(key, WIDE)
    assert signing.verify(public, sent) and not signing.verify(public, sent.replace("GTC", "IOC"))
    request = signing.signed_request(key, STREAM)
    assert signing.verify_request(public, request) and not signing.verify_request(public, {**request, "x": 1})
    assert not signing.verify(public, "a=1&signature=no base64")


def test_a_private_key_may_be_a_file_and_may_have_a_password(tmp_path):
    new = ed25519.Ed25519PrivateKey.generate()
    locked = new.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"word"),
    )
    file = tmp_path / "key.pem"
    file.write_bytes(locked)
    assert signing.PrivateKey(file, "word").sign("a") == signing.PrivateKey(str(file), b"word").sign("a")
    for password in (None, "another"):
        with pytest.raises(ValueError, match="private key could not be read"):
            signing.PrivateKey(file, password)


def test_a_key_that_binance_does_not_take_is_refused_by_its_name():
    new = ec.generate_private_key(ec.SECP256R1())
    pem = new.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="RSA and Ed25519 keys; this is EC"):
        signing.PrivateKey(pem)
    with pytest.raises(ValueError, match="private key could not be read"):
        signing.PrivateKey("-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----")


def test_a_signature_may_stand_in_the_query_and_cover_a_body_too():
    signature = signing.sign(SECRET, "symbol=LTCBTC&side=BUYprice=0.1")
    assert signing.verify(SECRET, f"symbol=LTCBTC&side=BUY&signature={signature}", "price=0.1")
    assert signing.verify(SECRET, "symbol=LTCBTC&side=BUY", f"price=0.1&signature={signature}")
    assert not signing.verify(SECRET, f"symbol=LTCBTC&side=BUY&signature={signature}", "price=0.2")


def test_a_list_is_sent_as_json_or_repeated_and_its_numbers_are_exact_too():
    orders = [
        {"symbol": "BNBBTC", "quantity": 0.00001, "price": Decimal("1E-7"), "reduceOnly": True, "x": None}
    ]
    assert unquote(signing.encode([("batchOrders", orders)])) == (
        'batchOrders=[{"symbol":"BNBBTC","quantity":0.00001,"price":0.0000001,"reduceOnly":true,"x":null}]'
    )
    assert signing.encode([("asset", signing.Repeated(["BTC", "A B"]))]) == "asset=BTC&asset=A%20B"


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
