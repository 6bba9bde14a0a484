"""Which addresses are Binance's, which are this machine's, and what a box stands in for."""

import pytest

from binance_legacy.wire import venues

BOX = "http://127.0.0.1:4321"


@pytest.fixture
def box():
    venues.use_box(BOX)
    yield
    venues.use_box(None)


@pytest.mark.parametrize(
    "host",
    [
        "api.binance.com", "api4.binance.com", "API.Binance.COM", "stream.binance.us", "www.binance.com", "binance.com",
        "testnet.binance.vision", "ws-api.testnet.binance.vision", "data-api.binance.vision", "fapi.binance.com",
        "testnet.binancefuture.com", "testnetws.binanceops.com", "vapi.binance.com", "demo-api.binance.com",
    ],
)  # fmt: skip
def test_hosts_of_every_era_are_known(host):
    assert venues.is_binance_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil-binance.com",
        "binance.evil.org",
        "api.binance.com.evil.io",
        "example.org",
        "",
        "localhost",
        "binance",
    ],
)
def test_hosts_that_only_look_so_are_not(host):
    assert not venues.is_binance_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]", "x.localhost"])
def test_this_machine_is_known_by_all_its_names(host):
    assert venues.is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "128.0.0.1", "localhost.example.org", "::2"])
def test_other_machines_are_not_this_one(host):
    assert not venues.is_loopback(host)


def test_without_a_box_every_address_is_as_it_was():
    assert venues.box() is None
    assert venues.reroute("wss://example.org/x") == "wss://example.org/x"


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://api.binance.com/api/v3/ping?x=1", "http://127.0.0.1:4321/api/v3/ping?x=1"),
        ("https://api.binance.us/api/v3/ping", "http://127.0.0.1:4321/api/v3/ping"),
        ("wss://stream.binance.com:9443/ws/bnbbtc@trade", "ws://127.0.0.1:4321/ws/bnbbtc@trade"),
        (
            "wss://stream.binance.com/stream?streams=a@trade/b@trade",
            "ws://127.0.0.1:4321/stream?streams=a@trade/b@trade",
        ),
        (
            "wss://fstream.binance.com/market/stream?streams=x",
            "ws://127.0.0.1:4321/fstream/market/stream?streams=x",
        ),
        ("https://fapi.binance.com/fapi/v1/time", "http://127.0.0.1:4321/fapi/v1/time"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x"),
    ],
)
def test_with_a_box_binance_s_addresses_are_its_and_loopback_stays(box, url, there):
    assert venues.reroute(url) == there


def test_with_a_box_another_host_is_refused_in_one_sentence(box):
    with pytest.raises(
        venues.OfflineError, match=r"offline: 'example\.org' was not contacted; only Binance's"
    ):
        venues.reroute("https://example.org/")
