"""A verdict is what the catalogue, the streams and this package say, and nothing that is written down beside them."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from binance_legacy.async_client import AsyncClient
from binance_legacy.check import STATUSES, Use, verdict
from binance_legacy.check.verdicts import _later
from binance_legacy.client import Client
from binance_legacy.endpoints.declare import catalogue, methods
from binance_legacy.websockets import BinanceSocketManager
from binance_legacy.wire import oldstreams, streamnames

DATA = Path(__file__).parent.parent / "data"


def of(form, name, role="", method="", sure=True, closed=True):
    return verdict(Use(form, name, 1, 1, role, method, sure, closed))


@pytest.mark.parametrize("name", [name for name in methods() if hasattr(Client, name)])
def test_a_method_of_the_client_is_what_the_catalogue_says(name):
    said, method = of("call", name, "client"), methods()[name]
    expected = {"alive": "alive", "moved": "answered", "retired": "gone"}[method.status]
    if method.retired and method.retired.answer is not None:
        expected = "answered"
    assert said.status == expected
    fate = method.moved or method.retired
    assert said.since == (fate.since if fate and fate.since[:2] == "20" else None)
    rows = catalogue()
    assert all(f"{rows[row].method} {rows[row].path}" in said.text for row in method.asks if row in rows)


@pytest.mark.parametrize("name", [name for name, method in methods().items() if method.moved])
def test_what_moved_has_the_old_shape_on_the_old_client_and_todays_on_the_awaitable_one(name):
    if not hasattr(AsyncClient, name):
        pytest.skip("a row of another test")
    today = of("call", name, "async client").text
    assert "in the old shape" in of("call", name, "client").text
    assert "in today's shape" in today or not methods()[name].asks


@pytest.mark.parametrize("name", oldstreams.SOCKETS)
def test_a_socket_is_served_exactly_if_it_opens(name):
    manager = BinanceSocketManager(SimpleNamespace(testnet=False))
    given = {"symbol": "BNBBTC", "callback": print, "streams": ["bnbbtc@trade"]}
    wanted = [word for word in ("symbol", "streams", "callback") if word in parameters(manager, name)]
    said = of("call", name, "manager")
    try:
        getattr(manager, name)(**{word: given[word] for word in wanted})
    except NotImplementedError:
        assert said.status == "not served"
    except Exception:  # noqa: BLE001 - it asks the client, which is none
        assert said.status != "not served"
    else:
        assert said.status in ("alive", "answered", "gone")
    finally:
        manager.close()


def parameters(manager, name):
    return getattr(manager, name).__code__.co_varnames


def test_every_socket_of_0_7_is_in_the_table():
    starters = {name for name in dir(BinanceSocketManager) if name.startswith("start_")}
    assert starters == set(oldstreams.SOCKETS)


def test_the_old_streams_that_are_alive_are_streams_of_today():
    for socket in oldstreams.SOCKETS.values():
        if socket.today is None and "@" in socket.stream:
            example = socket.stream.replace("<symbol>", "bnbbtc").replace("<interval>", "1m")
            assert streamnames.fault(example) is None
        assert socket.since is None or socket.today is not None


def test_a_socket_whose_stream_was_switched_off_is_answered_from_those_that_are_alive():
    for name, today in (("start_ticker_socket", "ticker"), ("start_book_ticker_socket", "bookTicker")):
        said = of("call", name, "manager")
        assert said.status == "answered" and f"<symbol>@{today} of each symbol" in said.text
    assert of("call", "start_ticker_socket", "manager").since == "2026-03-26"


PATHS = [
    ("GET", "/api/v3/klines", "alive", ""),
    ("", "/api/v3/klines", "alive", ""),
    ("GET", "/api/v1/klines", "gone", "since 2026-03-25; use /api/v3/klines"),
    ("GET", "/api/v1/ticker/allPrices", "gone", "with all of /api/v1"),
    ("GET", "/wapi/v3/nothingKnown.html", "gone", "with all of /wapi"),
    ("GET", "/vapi/v1/nothingKnown", "gone", "with all of /vapi"),
    (
        "GET",
        "/sapi/v1/nothing/known",
        "unknown",
        "GET /sapi/v1/nothing/known is sent to Binance as it stands",
    ),
    ("GET", "/api/v3/{}", "unknown", "only the running script knows it whole"),
]


@pytest.mark.parametrize(("verb", "path", "status", "text"), PATHS)
def test_a_path_written_by_hand_is_asked_for_as_it_stands(verb, path, status, text):
    said = of("path", path, "client", verb)
    assert said.status == status
    assert text in said.text


GONE = {(m.moved or m.retired).was for m in methods().values() if m.moved or m.retired}


@pytest.mark.parametrize("was", sorted(GONE))
def test_a_path_that_0_7_called_is_gone_and_the_method_that_answers_for_it_is_named(was):
    verb, path = was.split(" ", 1)
    if any(row.method == verb and row.path == path for row in catalogue().values()):
        assert of("path", path, "client", verb).status == "alive"
        return
    said = of("path", path, "client", verb)
    assert said.status == "gone"
    assert "client." in said.text or "; " in said.text


STREAMS = [
    ("bnbbtc@trade", "alive"),
    ("{}@kline_{}", "alive"),
    ("{}@depth{}@100ms", "alive"),
    ("@depth", "alive"),
    ("!miniTicker@arr", "alive"),
    ("!miniTicker@arr@3000ms", "alive"),
    ("!ticker@arr", "answered"),
    ("!ticker@arr@1000ms", "answered"),
    ("!bookTicker", "answered"),
    ("BNBBTC@trade", "not found"),
    ("bnbbtc@aggtrade", "not found"),
    ("bnbbtc@kline_7m", "not found"),
]


@pytest.mark.parametrize(("name", "status"), STREAMS)
def test_a_stream_of_a_multiplex_list_is_what_the_stream_names_say(name, status):
    assert of("listed stream", name).status == status


def test_a_wrong_stream_outside_of_a_list_may_be_meant_for_something_else():
    assert of("stream", "BNBBTC@trade") is None
    assert of("stream", "!ticker@arr").status == "answered"


ADDRESSES = [
    ("https://api.binance.com/api/v3/ping", "alive", ""),
    ("https://api.binance.us/api/v3/ping?x={}", "alive", ""),
    ("https://api.binance.com/api/v1/ping", "gone", "/api/v3/ping"),
    ("https://api.binance.com/api/v1", "gone", "with all of /api/v1"),
    ("https://api.binance.com/wapi/v3/", "gone", "2021-08-01"),
    ("https://vapi.binance.com/vapi/v1/ping", "gone", "eapi"),
    ("wss://vstream.binance.com/ws/x@ticker", "gone", "fstream"),
    ("wss://stream.binance.com:9443/ws/bnbbtc@trade", "alive", ""),
    ("wss://stream.binance.com:9443/stream?streams=bnbbtc@trade/!ticker@arr", "gone", "2026-03-26"),
    ("wss://stream.binance.com:9443/ws/BNBBTC@trade", "not found", "lower case"),
    ("wss://fstream.binance.com/ws/btcusdt@depth", "gone", "wss://fstream.binance.com/public/ws"),
    (
        "wss://fstream.binance.com/stream?streams=btcusdt@aggTrade/btcusdt@depth",
        "gone",
        "market/stream or wss",
    ),
    ("wss://fstream.binance.com/ws/", "gone", "/public/ws, /market/ws or /private/ws"),
]


@pytest.mark.parametrize(("address", "status", "text"), ADDRESSES)
def test_an_address_written_by_hand_is_judged_whole(address, status, text):
    said = of("address", address)
    assert said.status == status
    assert text in said.text


@pytest.mark.parametrize(
    "address",
    [
        "https://api.binance.com",
        "https://api.binance.com/api",
        "https://www.binance.com/en/trade",
        "wss://stream.binance.com:9443",
        "wss://stream.binance.com:9443/ws/{}",
        "wss://fstream.binance.com/market/ws/btcusdt@markPrice",
        "wss://dstream.binance.com/ws/btcusd_perp@trade",
    ],
)
def test_nothing_is_said_of_the_beginning_of_an_address_or_of_one_that_is_right(address):
    assert of("address", address) is None


@pytest.mark.parametrize(
    ("form", "name", "role", "status"),
    [
        ("import", "binance.client.Client", "", None),
        ("import", "binance.client.BinanceAPIException", "", None),
        ("import", "binance.enums", "", None),
        ("import", "binance.enums.SIDE_BUY", "", None),
        ("import", "binance.enums.SIDE_BYE", "", "not found"),
        ("import", "binance.spot.Spot", "", "not found"),
        ("import", "binance.nonsense", "", "not found"),
        ("constant", "KLINE_INTERVAL_1HOUR", "client", None),
        ("constant", "KLINE_INTERVAL_7HOUR", "client", "not found"),
        ("constant", "WEBSOCKET_DEPTH_5", "manager", None),
        ("constant", "WEBSOCKET_DEPTH_7", "manager", "not found"),
        ("call", "get_klinse", "client", "not found"),
        ("call", "start_trades_socket", "manager", "not found"),
        ("call", "tradde_socket", "streams", "not found"),
        ("call", "close", "manager", None),
        ("call", "_private", "client", None),
    ],
)
def test_a_name_is_judged_by_what_the_package_has(form, name, role, status):
    said = of(form, name, role)
    assert (said.status if said else None) == status


def test_a_name_with_a_typing_error_is_put_right():
    assert of("call", "get_klinse", "client").text.endswith("is get_klines meant?")


def test_an_unknown_name_is_only_judged_where_its_owner_is_surely_binances_and_must_have_it():
    assert of("call", "get_klinse", "client", sure=False) is None
    assert of("call", "get_klinse", "client", closed=False) is None


@pytest.mark.parametrize(("role", "owner"), [("client", Client), ("async client", AsyncClient)])
def test_a_name_of_1_x_is_served_exactly_if_the_client_has_it(role, owner):
    for name in _later()["Client"]:
        if name.islower():
            said = of("call", name, role)
            assert (said is not None and said.status == "not served") == (not hasattr(owner, name)), name


def test_a_class_of_1_x_is_served_exactly_if_it_can_be_imported():
    import binance_legacy

    for name in ("AsyncClient", "ThreadedWebsocketManager", "BinanceSocketManager", "DepthCacheManager"):
        said = of("import", f"binance.{name}")
        assert (said is None) == hasattr(binance_legacy, name)
        assert said is None or said.status == "not served"


@pytest.mark.parametrize(("role", "name"), [("streams", "trade_socket"), ("threaded", "start_trade_socket")])
def test_a_socket_of_1_x_is_served_exactly_if_its_class_has_it(role, name):
    try:
        from binance_legacy import streams
    except ImportError:
        streams = None
    owner = getattr(
        streams, {"streams": "BinanceSocketManager", "threaded": "ThreadedWebsocketManager"}[role], None
    )
    assert of("call", name, role).status == ("alive" if hasattr(owner, name) else "not served")


def test_the_names_of_1_x_are_those_that_were_recorded():
    recorded = json.loads((DATA / "surface_1_0_37.json").read_text("utf-8"))
    old = json.loads((DATA / "surface_0_7_11.json").read_text("utf-8"))
    lower = {
        name for owner in recorded.values() for name in owner if name.islower() and not name.startswith("_")
    }
    assert lower - _old_names(old) <= _later()["Client"]


def _old_names(recorded):
    return set(recorded["client"]["Client"]["members"])


def test_every_status_is_one_that_the_command_explains():
    from binance_legacy.command.check import LESSON

    explained = {line.strip().split("  ")[0] for line in LESSON.splitlines() if line.startswith("  ")}
    assert set(STATUSES) | {"not read"} <= explained


def test_the_fates_of_0_7s_endpoints_agree_with_the_record():
    rows = csv.DictReader((DATA / "legacy_endpoints.tsv").read_text("utf-8").splitlines(), delimiter="\t")
    fates = {row["client_method"]: row["status_today"] for row in rows}
    for name, status in fates.items():
        if name in methods():
            said = of("call", name, "client")
            allowed = {"alive": {"alive"}, "moved": {"answered"}, "retired": {"gone", "answered"}}
            assert said.status in allowed.get(status, {"alive", "answered"}), name
