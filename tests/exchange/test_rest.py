"""The REST door answers as Binance does: numbers, errors, weights, headers."""

import contextlib
import http.client
import json
import time
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.doors import rest_market  # noqa: F401 (registers its endpoints)
from binance_legacy.exchange.doors.rest import DOORS
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.trade.limits import Weights

HOUR = 3_600_000


@pytest.fixture(scope="module")
def get(exchange):
    with requests.Session() as session:
        session.trust_env = False
        yield lambda path, **params: session.get(exchange.rest_url + path, params=params, timeout=30)


MISSING = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."
ILLEGAL = "Illegal characters found in parameter '{}'; legal range is '{}'."
NAMES = r"^[\w\-._&&[^a-z]]{1,50}$"
LISTS = r'^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$'
REFUSED = [
    ("depth?symbol=NOSUCH", -1121, "Invalid symbol."),
    ('ticker/price?symbols=["BTCUSDT","NOSUCH"]', -1121, "Invalid symbol."),
    ("exchangeInfo?symbol=NOSUCH", -1121, "Invalid symbol."),
    ("klines?symbol=BTCUSDT&interval=7m", -1120, "Invalid interval."),
    ("klines?symbol=BTCUSDT&interval=1M&startTime=-1", -1100, ILLEGAL.format("startTime", "^[0-9]{1,20}$")),
    ("klines?symbol=BTCUSDT", -1102, MISSING.format("interval")),
    ("depth", -1102, MISSING.format("symbol")),
    ("depth?symbol=", -1105, "Parameter 'symbol' was empty."),
    ("depth?symbol=btcusdt", -1100, ILLEGAL.format("symbol", NAMES)),
    ("depth?symbol=BTC/USDT", -1100, ILLEGAL.format("symbol", NAMES)),
    ("ticker/price?symbols=BTCUSDT", -1100, ILLEGAL.format("symbols", LISTS)),
    ("ticker/24hr?symbols=[]", -1105, "Parameter 'symbols' was empty."),
    ("trades?symbol=BTCUSDT&limit=x", -1100, ILLEGAL.format("limit", "^[0-9]{1,20}$")),
    ("trades?symbol=BTCUSDT&limit=0", -1130, "Data sent for parameter 'limit' is not valid."),
    ("ticker/24hr?symbol=BTCUSDT&type=TINY", -1139, "Invalid ticker type."),
    ("time?a=1", -1101, "Too many parameters; expected '0' and received '1'."),
    ("avgPrice?symbol=BTCUSDT&symbol=ETHUSDT", -1101, "Duplicate values for a parameter detected."),
    ("avgPrice?symbol=BTCUSDT&a=1", -1104,
     "Not all sent parameters were read; read '1' parameter(s) but was sent '2'."),
    ('ticker/price?symbol=BTCUSDT&symbols=["BTCUSDT"]', -1128,
     "Combination of optional parameters invalid. Recommendation: 'symbol' and 'symbols' cannot both be sent."),
    ("aggTrades?symbol=BTCUSDT&fromId=1&startTime=1", -1128,
     "Combination of optional parameters invalid. Recommendation: 'fromId' and 'startTime' cannot both be sent."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "code", "message"), REFUSED, ids=[path for path, _, _ in REFUSED])
def test_a_wrong_request_is_refused_with_binances_code_and_text(get, path, code, message):
    answer = get("/api/v3/" + path)
    assert (answer.status_code, answer.json()) == (400, {"code": code, "msg": message})


@pytest.mark.parametrize("path", ["/api/v3/orderList/opo", "/sapi/v1/margin/apiKey", "/fapi/v1/indexInfo"])
def test_what_is_not_served_yet_says_so_and_names_itself(get, path):
    answer = get(path, symbol="BTCUSDT")
    assert answer.status_code == 400
    assert answer.json() == {
        "code": -1020,
        "msg": f"This operation is not supported. (GET {path} is not served by this exchange yet)",
    }


@pytest.mark.parametrize("path", ["/api/v1/ping", "/wapi/v3/systemStatus.html", "/", "/ws/btcusdt@trade"])
def test_retired_addresses_are_as_dead_as_on_the_real_exchange(get, path):
    answer = get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v3/userDataStream"),
        ("post", "/sapi/v1/margin/loan"),
        ("get", "/sapi/v1/lending/daily/product/list"),
        ("get", "/fapi/v1/account"),
        ("get", "/fapi/v1/ticker/allForceOrders"),
    ],
)
def test_what_old_clients_called_and_is_gone_is_gone_here_too(exchange, method, path):
    answer = requests.request(method, exchange.rest_url + path, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")


def test_another_method_on_a_known_path_is_not_allowed(exchange):
    answer = requests.post(exchange.rest_url + "/api/v3/depth", timeout=10)
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, "GET", -1020)


def test_every_market_endpoint_that_old_clients_call_is_served():
    names = """ping time exchangeInfo depth trades historicalTrades aggTrades klines uiKlines avgPrice
        ticker/24hr ticker/price ticker/bookTicker"""
    assert set(DOORS) >= {f"/api/v3/{name}" for name in names.split()}


def test_the_time_is_the_real_time(get):
    before = time.time() * 1000 - 1
    assert before <= get("/api/v3/time").json()["serverTime"] <= time.time() * 1000 + 1


def test_answers_have_the_real_exchanges_headers_and_no_cookies(get):
    answer = get("/api/v3/ping")
    assert answer.json() == {}
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-MBX-USED-WEIGHT"] == answer.headers["x-mbx-used-weight-1m"]


def test_the_book_is_sorted_uncrossed_and_as_deep_as_asked(get):
    book = get("/api/v3/depth", symbol="BTCUSDT", limit=10).json()
    bids = [float(price) for price, _ in book["bids"]]
    asks = [float(price) for price, _ in book["asks"]]
    assert list(book) == ["lastUpdateId", "bids", "asks"]
    assert (len(bids), len(asks)) == (10, 10)
    assert bids == sorted(bids, reverse=True) and asks == sorted(asks) and bids[0] < asks[0]


def test_candles_follow_one_another_and_more_than_a_thousand_gives_a_thousand(get):
    rows = get("/api/v3/klines", symbol="ETHUSDT", interval="1h", limit=1500).json()
    assert len(rows) == 1000
    assert all(len(row) == 12 for row in rows)
    assert [row[0] for row in rows] == list(range(rows[0][0], rows[0][0] + 1000 * HOUR, HOUR))
    same = {
        "symbol": "ETHUSDT",
        "interval": "1h",
        "startTime": rows[0][0],
        "endTime": rows[-2][0],
        "limit": 1000,
    }
    assert get("/api/v3/klines", **same).json() == get("/api/v3/uiKlines", **same).json() == rows[:-1]


@pytest.mark.parametrize("interval", ["1m", "1d", "1w", "1M"])
def test_candles_asked_for_from_zero_on_begin_where_the_market_began(get, interval):
    rows = get("/api/v3/klines", symbol="BTCUSDT", interval=interval, startTime=0, limit=1).json()
    assert 1_499_990_400_000 <= rows[0][0] <= 1_501_545_600_000  # July 2017


def test_trades_are_numbered_through_and_can_be_asked_for_from_a_number_on(get):
    rows = get("/api/v3/trades", symbol="BTCUSDT", limit=50).json()
    first = rows[0]["id"]
    assert [row["id"] for row in rows] == list(range(first, first + 50))
    assert list(rows[0]) == ["id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"]
    assert get("/api/v3/historicalTrades", symbol="BTCUSDT", fromId=first, limit=50).json() == rows


def test_aggregate_trades_between_two_times_lie_between_them(get):
    now = get("/api/v3/time").json()["serverTime"]
    rows = get("/api/v3/aggTrades", symbol="BTCUSDT", startTime=now - 60_000, endTime=now).json()
    assert rows and all(now - 60_000 <= row["T"] <= now for row in rows)
    again = get("/api/v3/aggTrades", symbol="BTCUSDT", fromId=rows[0]["a"], limit=len(rows)).json()
    assert again == rows


def test_one_symbol_gives_one_row_and_several_or_all_give_a_list(get):
    one = get("/api/v3/ticker/price", symbol="BTCUSDT").json()
    two = get("/api/v3/ticker/price", symbols='["BTCUSDT","ETHBTC"]').json()
    assert list(one) == ["symbol", "price"]
    assert [row["symbol"] for row in two] == ["BTCUSDT", "ETHBTC"]
    for name in ("price", "bookTicker"):
        assert len(get(f"/api/v3/ticker/{name}").json()) > 300


def test_the_day_in_full_and_in_short(get):
    full = get("/api/v3/ticker/24hr", symbol="BTCUSDT").json()
    short = get("/api/v3/ticker/24hr", symbol="BTCUSDT", type="MINI").json()
    assert " ".join(short) == (
        "symbol openPrice highPrice lowPrice lastPrice volume quoteVolume openTime closeTime firstId lastId count"
    )
    assert len(full) == 21 and short.keys() < full.keys()


def test_the_list_of_symbols_can_be_narrowed(get):
    info = get("/api/v3/exchangeInfo", symbols='["NEOBTC","BTCUSDT"]').json()
    assert [row["symbol"] for row in info["symbols"]] == ["NEOBTC", "BTCUSDT"]
    short = get("/api/v3/exchangeInfo", symbol="BTCUSDT", showPermissionSets="false").json()
    assert short["symbols"][0]["permissionSets"] == []
    assert info["rateLimits"] and info["timezone"] == "UTC"


def test_heads_and_several_requests_on_one_line_work(exchange):
    line = http.client.HTTPConnection(urlsplit(exchange.rest_url).netloc, timeout=10)
    try:
        line.connect()
        port = line.sock.getsockname()[1]
        line.request("HEAD", "/api/v3/ping")
        head = line.getresponse()
        assert (head.read(), head.headers["Content-Length"]) == (b"", "2")
        line.request("GET", "/api/v3/time")
        assert "serverTime" in json.loads(line.getresponse().read())
        assert line.sock.getsockname()[1] == port
        line.sock.sendall(b"GET /api/v3/ping HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        received = b""
        while received.count(b"\r\n\r\n{}") < 2:
            part = line.sock.recv(4096)
            assert part, received
            received += part
    finally:
        line.close()


@pytest.mark.parametrize(
    ("path", "weight"),
    [
        ("ping", 1), ("exchangeInfo?symbol=BTCUSDT", 20), ("depth?symbol=BTCUSDT", 5),
        ("depth?symbol=BTCUSDT&limit=101", 25), ("depth?symbol=BTCUSDT&limit=1000", 50),
        ("depth?symbol=BTCUSDT&limit=9999", 250), ("trades?symbol=BTCUSDT&limit=1", 25),
        ("aggTrades?symbol=BTCUSDT&limit=1", 4), ("klines?symbol=BTCUSDT&interval=1m", 2),
        ("avgPrice?symbol=BTCUSDT", 2), ("ticker/24hr?symbol=BTCUSDT", 2), ("ticker/price", 4),
        ("ticker/price?symbol=BTCUSDT", 2), ('ticker/bookTicker?symbols=["BTCUSDT"]', 4),
    ],
)  # fmt: skip
def test_a_request_weighs_what_binance_documents(get, path, weight):
    for _ in range(3):  # a minute may end in between
        before = int(get("/api/v3/ping").headers["X-MBX-USED-WEIGHT-1M"])
        used = int(get("/api/v3/" + path).headers["X-MBX-USED-WEIGHT-1M"]) - before
        if used > 0:
            break
    assert used == weight


def test_too_much_weight_is_refused_and_who_goes_on_is_banned():
    with Exchange() as own, requests.Session() as session:
        answers = []
        while not answers or answers[-1].status_code != 418:
            answers.append(session.get(own.rest_url + "/api/v3/depth?symbol=BTCUSDT&limit=5000", timeout=30))
            assert len(answers) < 120
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json() == {
            "code": -1003,
            "msg": "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API.",
        }
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert answers[-1].json()["msg"].startswith("Way too much request weight used; IP banned until 1")
        assert int(answers[-1].headers["Retry-After"]) == 120
        for answer in (refused, answers[-1]):
            assert int(answer.headers["X-MBX-USED-WEIGHT-1M"]) > 6000
            assert answer.headers["X-MBX-USED-WEIGHT"] == answer.headers["X-MBX-USED-WEIGHT-1M"]


@pytest.mark.parametrize("length", [17_000, 200_000, 2_000_000])
def test_an_address_too_long_to_be_read_is_answered_with_414(exchange, length):
    answer = requests.get(exchange.rest_url + "/api/v3/ping?" + "x" * length, timeout=10)
    assert answer.status_code == 414
    assert answer.headers["Content-Type"] == "text/html"
    assert "414 Request-URI Too Large" in answer.text


def test_a_header_too_long_is_answered_with_400(exchange):
    answer = requests.get(exchange.rest_url + "/api/v3/ping", headers={"X": "x" * 20_000}, timeout=10)
    assert answer.status_code == 400


def test_one_who_is_banned_is_told_what_was_used_in_the_present_minute():
    weights = Weights(10)
    for _ in range(22):
        with contextlib.suppress(Refusal):
            weights.charge("127.0.0.1", 11, 0)
    for now, used in ((59_999, "231"), (60_000, "0")):
        with pytest.raises(Refusal) as refused:
            weights.charge("127.0.0.1", 1, now)
        assert (refused.value.status, refused.value.headers["X-MBX-USED-WEIGHT-1M"]) == (418, used)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 30_000)), max_size=60))
def test_whatever_is_asked_no_more_than_the_limit_is_granted_in_a_minute(calls):
    weights, now, granted = Weights(1000), 1_700_000_000_000, {}
    for weight, later in calls:
        now += later
        try:
            used = weights.charge("127.0.0.1", weight, now)
        except Refusal as refusal:
            assert refusal.status in (418, 429)
            assert int(refusal.headers["Retry-After"]) > 0
        else:
            granted[now // 60_000] = granted.get(now // 60_000, 0) + weight
            assert used == granted[now // 60_000] <= 1000


def test_each_ban_lasts_twice_as_long_and_ends():
    weights, now, lengths = Weights(10), 0, []
    for _ in range(3):
        with pytest.raises(Refusal) as banned:
            while True:
                try:
                    weights.charge("127.0.0.1", 11, now)
                except Refusal as refusal:
                    if refusal.status == 418:
                        raise
        lengths.append(int(banned.value.headers["Retry-After"]))
        now += lengths[-1] * 1000
    assert lengths == [120, 240, 480]
    assert weights.charge("127.0.0.1", 1, now + 60_000) == 1


def test_symbols_may_be_asked_for_by_their_status(get):
    for path in ("ticker/price", "ticker/bookTicker", "ticker/24hr", "ticker", "ticker/tradingDay", "depth"):
        assert get(f"/api/v3/{path}", symbol="BTCUSDT", symbolStatus="TRADING").status_code == 200
        refused = get(f"/api/v3/{path}", symbol="BTCUSDT", symbolStatus="HALT").json()
        assert refused == {
            "code": -1220,
            "msg": "The symbol's status does not match the requested symbolStatus.",
        }
        assert get(f"/api/v3/{path}", symbol="BTCUSDT", symbolStatus="OPEN").json()["code"] == -1122
    assert get("/api/v3/ticker/price", symbolStatus="HALT").json() == []
    assert len(get("/api/v3/ticker/price", symbolStatus="TRADING").json()) > 1000
    assert get("/api/v3/ticker", symbols='["BTCUSDT","ETHUSDT"]', symbolStatus="BREAK").json() == []


def test_what_no_symbol_has_is_told_so(get):
    assert get("/api/v3/executionRules", symbol="BTCUSDT").json() == {
        "symbolRules": [{"symbol": "BTCUSDT", "rules": []}]
    }
    assert get("/api/v3/executionRules").json() == {"symbolRules": []}
    assert get("/api/v3/referencePrice", symbol="BTCUSDT").json()["code"] == -2043
    assert get("/api/v3/referencePrice/calculation", symbol="BTCUSDT").json()["code"] == -2043
    assert get("/api/v3/historicalBlockTrades", symbol="BTCUSDT", fromId=1).json() == []
    for path in ("executionRules", "referencePrice", "historicalBlockTrades"):
        assert get(f"/api/v3/{path}", symbol="NOSUCH").json()["code"] == -1121


# -- what no client of good will sends ------------------------------------------------------------------------


def send(exchange, method, path, body=b"", **headers):
    line = http.client.HTTPConnection(urlsplit(exchange.rest_url).netloc, timeout=20)
    try:
        line.request(method, path, body, {"X-MBX-APIKEY": b"k" * 64, **headers})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def test_a_body_of_many_names_one_of_them_twice_is_refused_at_once(exchange):
    body = "&".join(f"a{number}=1" for number in range(50_000)).encode() + b"&z=1&z=2"
    began = time.monotonic()
    status, answer = send(exchange, "POST", "/api/v3/order", body)
    assert status == 401 or json.loads(answer)["code"] == -1101
    assert time.monotonic() - began < 5


def test_a_body_that_is_too_large_is_not_read(exchange):
    status, answer = send(exchange, "POST", "/api/v3/order", b"a=" + b"b" * 2_000_000)
    assert status == 413 and b"Request Entity Too Large" in answer


def test_a_key_of_any_bytes_is_no_key(exchange):
    status, answer = send(exchange, "GET", "/api/v3/account", **{"X-MBX-APIKEY": b"\xff\xfe"})
    assert status == 401 and json.loads(answer)["code"] == -2014


def test_an_absolute_address_is_as_good_as_its_path_and_a_slash_too_many_is_dead(exchange):
    assert send(exchange, "GET", "http://api.binance.com/api/v3/ping") == (200, b"{}")
    assert send(exchange, "GET", "/api/v3/ping/")[0] == 404
