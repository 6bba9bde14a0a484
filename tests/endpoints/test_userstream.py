"""Listen keys without Binance's: made here for spot, with a token behind them for margin."""

import asyncio

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.exceptions import BinanceAPIException

from .moved import arrived

HOUR = 60 * 60 * 1000
TOKEN = "POST /sapi/v1/userListenToken"


@pytest.fixture
def clock(legacy, monkeypatch):
    """What the client takes for the exchange's time; the test moves it."""
    now = [1_700_000_000_000]
    monkeypatch.setattr(legacy, "_exchange_time", lambda: now[0])
    tokens = iter(f"token{i}" for i in range(1, 99))
    legacy.server.answers[TOKEN] = lambda asked: {"token": next(tokens), "expirationTime": now[0] + 24 * HOUR}
    return now


def test_a_spot_key_has_60_characters_and_is_made_without_a_call(legacy):
    before = len(legacy.server.asked)
    key = legacy.stream_get_listen_key()
    assert isinstance(key, str) and len(key) == 60 and key.isalnum()
    assert legacy.stream_keepalive(listenKey=key) == {} and legacy.stream_close(listenKey=key) == {}
    assert len(legacy.server.asked) == before


def test_a_spot_key_stays_the_same_for_an_hour_after_it_was_last_asked_for_or_kept(legacy, clock):
    key = legacy.stream_get_listen_key()
    clock[0] += HOUR - 1
    assert legacy.stream_get_listen_key() == key
    clock[0] += HOUR - 1
    legacy.stream_keepalive(key)
    clock[0] += HOUR - 1
    assert legacy.listen_key(key).kind == "spot"
    clock[0] += 2
    assert legacy.listen_key(key) is None and legacy.stream_get_listen_key() != key


def test_a_key_that_was_closed_is_not_given_again(legacy, clock):
    key = legacy.stream_get_listen_key()
    legacy.stream_close(key)
    assert legacy.listen_key(key) is None and legacy.stream_get_listen_key() != key


def test_keeping_or_closing_a_key_that_is_not_known_is_harmless_as_it_must_be_to_old_bots(legacy, clock):
    assert legacy.stream_keepalive("nobody") == legacy.stream_close("nobody") == {}
    assert legacy.margin_stream_keepalive("nobody") == legacy.margin_stream_close("nobody") == {}
    assert legacy.isolated_margin_stream_keepalive("BTCUSDT", "nobody") == {}
    assert legacy.isolated_margin_stream_close("BTCUSDT", "nobody") == {}
    assert TOKEN.split()[1] not in [asked.path for asked in legacy.server.asked]


def test_two_clients_have_keys_of_their_own(legacy):
    other = type(legacy)(ping=False)
    assert other.stream_get_listen_key() != legacy.stream_get_listen_key()


MARGIN = {
    "margin": ("margin_stream_get_listen_key", "margin_stream_keepalive", "margin_stream_close", (), {}),
    "isolated": (
        "isolated_margin_stream_get_listen_key",
        "isolated_margin_stream_keepalive",
        "isolated_margin_stream_close",
        ("BTCUSDT",),
        {"symbol": "BTCUSDT", "isIsolated": "true"},
    ),
}


@pytest.mark.parametrize("kind", MARGIN)
def test_a_margin_key_has_a_token_behind_it(legacy, clock, kind):
    get, keep, close, symbol, sent = MARGIN[kind]
    key = getattr(legacy, get)(*symbol)
    assert len(key) == 60 and arrived(legacy.server.last) == sent
    assert "signature" not in legacy.server.last.params
    found = legacy.listen_key(key)
    assert (found.kind, found.token, found.token_expires) == (kind, "token1", clock[0] + 24 * HOUR)
    assert getattr(legacy, get)(*symbol) == key and getattr(legacy, keep)(*symbol, key) == {}
    assert legacy.listen_key(key).token == "token1", "still good"
    assert getattr(legacy, close)(*symbol, key) == {} and legacy.listen_key(key) is None


@pytest.mark.parametrize("kind", MARGIN)
def test_a_token_is_renewed_before_it_ends_and_the_key_stays(legacy, clock, kind):
    get, keep, _, symbol, _ = MARGIN[kind]
    key = getattr(legacy, get)(*symbol)
    for _ in range(46):  # an old bot's timer: every half hour
        clock[0] += HOUR // 2
        getattr(legacy, keep)(*symbol, key)
        assert legacy.listen_key(key).token_expires > clock[0]
    assert getattr(legacy, get)(*symbol) == key and legacy.listen_key(key).token == "token2"


def test_each_isolated_account_has_a_key_of_its_own(legacy, clock):
    keys = {
        legacy.isolated_margin_stream_get_listen_key(symbol) for symbol in ("BTCUSDT", "ETHUSDT", "BTCUSDT")
    }
    assert len(keys | {legacy.margin_stream_get_listen_key(), legacy.stream_get_listen_key()}) == 4


@pytest.mark.parametrize("code", [-1102, -2015])
def test_a_token_is_asked_for_with_a_signature_where_the_exchange_wants_one(legacy, clock, code):
    token = legacy.server.answers[TOKEN]
    legacy.server.answers[TOKEN] = lambda asked: (
        token(asked) if "signature" in asked.params else (400, {"code": code, "msg": "signature"})
    )
    assert legacy.listen_key(legacy.margin_stream_get_listen_key()).token == "token1"


def test_without_a_token_there_is_no_key(legacy, clock):
    legacy.server.answers[TOKEN] = (400, {"code": -3003, "msg": "Margin account does not exist."})
    with pytest.raises(BinanceAPIException, match="does not exist"):
        legacy.margin_stream_get_listen_key()
    assert not legacy._listen_keys_made


def test_the_awaited_client_has_them_too(legacy):
    async def keys():
        client = AsyncClient()
        key = await client.stream_get_listen_key()
        assert await client.stream_keepalive(key) == {} and client.listen_key(key).kind == "spot"
        assert await client.stream_close(key) == {}
        return key

    assert len(asyncio.run(keys())) == 60
