"""Sockets that take more than one line, and lines that follow one another, against servers on 127.0.0.1."""

import contextlib
import json
import threading
import time
from dataclasses import replace

import pytest

from binance_legacy.engine.reactor import engine
from binance_legacy.engine.settings import Times, times, use_times
from binance_legacy.engine.subscriptions import LONGEST_REQUEST, MOST_STREAMS, requests
from binance_legacy.websockets import BinanceSocketManager

from .engine.stream_server import StreamServer
from .interpreters import python
from .test_websockets import Inbox, trade, wait_for


class Exchange(StreamServer):
    """Answers SUBSCRIBE as Binance does, and remembers what each line listens to."""

    def __init__(self):
        super().__init__()
        self.listening = {}  # line -> names
        self.requested = []  # sizes of the requests
        threading.Thread(target=self._serve_requests, daemon=True).start()

    def _serve_requests(self):
        seen = {}
        while True:
            with self._condition:
                self._condition.wait(0.02)
            for line in list(self.lines):
                frames = line.frames
                for opcode, payload in frames[seen.get(line, 0) :]:
                    if opcode == 1:
                        self._request(line, json.loads(payload), len(payload))
                seen[line] = len(frames)

    def _request(self, line, request, size):
        names = self.listening.setdefault(line, self.names_in_address(line))
        if request["method"] == "SUBSCRIBE":
            names.update(dict.fromkeys(request["params"]))
        else:
            for name in request["params"]:
                names.pop(name, None)
        self.requested.append(size)
        with contextlib.suppress(OSError):  # it has gone
            line.send({"result": None, "id": request["id"]})
        self._changed()

    @staticmethod
    def names_in_address(line):
        listed = line.path.partition("streams=")[2]
        return dict.fromkeys(listed.split("/")) if listed else {}

    def heard(self, line):
        return self.listening.get(line) or self.names_in_address(line)

    def push(self, name, data):
        for line in self.open_lines():
            if name in self.heard(line):
                line.send({"stream": name, "data": data})


class Listing:
    """A client that knows which symbols are traded."""

    testnet = False

    def __init__(self, *symbols):
        self.symbols = list(symbols)
        self.asked = threading.Event()

    def call(self, method, path, **params):
        self.asked.set()
        assert (method, path, params) == ("GET", "/api/v3/ticker/price", {"symbolStatus": "TRADING"})
        return [{"symbol": symbol, "price": "1"} for symbol in self.symbols]


@pytest.fixture(autouse=True)
def fast_times():
    before = times()
    use_times(Times().faster(20))
    yield
    use_times(before)


@pytest.fixture
def server():
    server = Exchange()
    yield server
    server.close()


def manager(server, client=None, **options):
    bm = BinanceSocketManager(client or Listing(), **options)
    bm.STREAM_URL = server.url
    bm.start()
    return bm


def ticker(symbol, number=0):
    return {"e": "24hrTicker", "E": number, "s": symbol, "c": str(number)}


# -- one line after the other ------------------------------------------------------------------------------


def test_a_line_that_is_about_to_end_is_left_without_a_hole_or_a_repeat(server):
    inbox, notices = Inbox(), Inbox()
    bm = manager(server, on_notice=notices)
    bm.start_trade_socket("BNBBTC", inbox)
    (old,) = server.wait_open(1)
    for number in (1, 2, 3):
        old.send(trade(number))
    old.send({"e": "serverShutdown", "E": 1})
    _, new = server.wait_open(2)
    for number in (4, 5):
        old.send(trade(number))
        new.send(trade(number))
    new.send(trade(6))
    server.wait(lambda: not old.open)
    new.send(trade(7))
    assert [inbox.next()["t"] for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    assert [notices.next()["type"] for _ in range(2)] == ["server shutdown", "replaced"]
    assert bm.status()["bnbbtc@trade"]["losses"] == 0
    bm.close()


def test_messages_without_numbers_are_told_apart_by_what_they_say(server):
    inbox = Inbox()
    bm = manager(server)
    bm.start_symbol_ticker_socket("BNBBTC", inbox)
    (old,) = server.wait_open(1)
    old.send({"e": "serverShutdown", "E": 1})
    _, new = server.wait_open(2)
    for number in (1, 1, 2):
        old.send(ticker("BNBBTC", number))
        new.send(ticker("BNBBTC", number))
    new.send(ticker("BNBBTC", 3))
    server.wait(lambda: not old.open)
    assert [inbox.next()["E"] for _ in range(4)] == [1, 1, 2, 3]
    assert inbox.empty_for(0.1)
    bm.close()


def test_a_line_that_dies_beside_its_successor_costs_nothing(server):
    inbox, notices = Inbox(), Inbox()
    bm = manager(server, on_notice=notices)
    bm.start_trade_socket("BNBBTC", inbox)
    (old,) = server.wait_open(1)
    old.send(trade(1))
    assert inbox.next()["t"] == 1
    use_times(Times())  # a long overlap, which the old line does not live to see
    old.send({"e": "serverShutdown", "E": 1})
    _, new = server.wait_open(2)
    new.send(trade(2))
    old.abort()
    assert inbox.next()["t"] == 2
    assert notices.next()["type"] == "server shutdown" and notices.empty_for(0.1)
    assert len(server.open_lines()) == 1
    bm.close()


def test_a_line_that_is_nearly_a_day_old_is_replaced(server):
    use_times(Times(rotate=0.2, overlap=0.05))
    inbox = Inbox()
    bm = manager(server)
    bm.start_trade_socket("BNBBTC", inbox)
    (old,) = server.wait_open(1)
    server.wait(lambda: len(server.requests) >= 2 and not old.open)
    server.open_lines()[0].send(trade(1))
    assert inbox.next()["t"] == 1
    bm.close()


# -- streams that come and go ------------------------------------------------------------------------------


def test_streams_come_and_go_on_an_open_line_and_stay_over_a_reconnect(server):
    inbox = Inbox()
    bm = manager(server)
    key = bm.start_multiplex_socket(["bnbbtc@trade"], inbox)
    (line,) = server.wait_open(1)
    bm.subscribe(key, ["ethbtc@trade", "bnbbtc@trade"])
    server.wait(lambda: "ethbtc@trade" in server.heard(line))
    server.push("ethbtc@trade", trade(1))
    assert inbox.next()["stream"] == "ethbtc@trade"
    bm.unsubscribe(key, ["bnbbtc@trade"])
    server.wait(lambda: "bnbbtc@trade" not in server.heard(line))
    assert len(server.requests) == 1, "the same line"
    line.abort()
    server.wait(lambda: any(list(server.heard(one)) == ["ethbtc@trade"] for one in server.open_lines()))
    bm.close()


def test_a_socket_of_one_stream_takes_no_other(server):
    bm = manager(server)
    key = bm.start_trade_socket("BNBBTC", print)
    with pytest.raises(ValueError, match="'bnbbtc@trade' is a socket of one stream"):
        bm.subscribe(key, ["ethbtc@trade"])
    with pytest.raises(KeyError, match="there is no open socket 'other'; there are bnbbtc@trade"):
        bm.subscribe("other", ["ethbtc@trade"])
    with pytest.raises(TypeError, match="must be a list"):
        bm.subscribe(key, "ethbtc@trade")
    bm.close()


def test_what_does_not_come_over_one_line_is_refused_and_changes_nothing(server):
    bm = manager(server)
    key = bm.start_multiplex_socket(["bnbbtc@trade"], print)
    (line,) = server.wait_open(1)
    for dead in ("!ticker@arr", "!bookTicker"):
        with pytest.raises(ValueError, match=f"'{dead}' cannot be added .* open a socket of its own"):
            bm.subscribe(key, ["ltcbtc@trade", dead])
    with pytest.raises(
        ValueError, match=f"would have {MOST_STREAMS + 1} streams, and a line carries {MOST_STREAMS}"
    ):
        bm.subscribe(key, [f"symbol{number}@trade" for number in range(MOST_STREAMS)])
    bm.subscribe(key, ["ethbtc@trade"])
    server.wait(lambda: "ethbtc@trade" in server.heard(line))
    assert list(server.heard(line)) == ["bnbbtc@trade", "ethbtc@trade"]
    bm.close()


def test_more_streams_than_a_line_carries_take_several_within_the_limits(server):
    inbox = Inbox()
    names = [f"symbol{number}usdt@trade" for number in range(MOST_STREAMS + 76)]
    bm = manager(server)
    bm.start_multiplex_socket(names, inbox)
    server.wait(lambda: sum(len(server.heard(line)) for line in server.open_lines()) == len(names), 20)
    assert sorted(len(server.heard(line)) for line in server.open_lines()) == [76, MOST_STREAMS]
    assert max(server.requested) < LONGEST_REQUEST
    server.push(names[0], trade(1))
    server.push(names[-1], trade(2))
    assert {inbox.next()["stream"], inbox.next()["stream"]} == {names[0], names[-1]}
    bm.close()


def test_a_request_is_never_longer_than_binance_reads():
    names = [f"{'長' * (number % 13)}symbol{number}@depth20@100ms" for number in range(3000)]
    groups = list(requests(names))
    assert [name for group in groups for name in group] == names
    sizes = [
        len(json.dumps({"method": "UNSUBSCRIBE", "params": g, "id": 10**6}, ensure_ascii=False).encode())
        for g in groups
    ]
    assert max(sizes) < LONGEST_REQUEST + 200 and len(groups) < 60


# -- streams that Binance switched off ---------------------------------------------------------------------


def test_all_markets_tickers_are_put_together_from_each_symbol_s_and_come_once_a_period(server):
    inbox = Inbox()
    client = Listing("BNBBTC", "ETHBTC", "LTCBTC")
    bm = manager(server, client)
    assert bm.start_ticker_socket(inbox) == "!ticker@arr"
    server.wait(lambda: any(len(server.heard(line)) == 3 for line in server.open_lines()))
    (line,) = server.open_lines()
    for symbol, number in (("BNBBTC", 1), ("ETHBTC", 2), ("BNBBTC", 3)):
        server.push(f"{symbol.lower()}@ticker", ticker(symbol, number))
    rows = inbox.next()
    while len(rows) < 2:
        rows = [*rows, *inbox.next()]
    assert {row["s"]: row for row in rows} == {s: ticker(s, n) for s, n in (("BNBBTC", 3), ("ETHBTC", 2))}
    assert inbox.empty_for(0.2), "nothing changed, nothing is told"
    assert list(server.heard(line)) == ["bnbbtc@ticker", "ethbtc@ticker", "ltcbtc@ticker"]
    bm.close()


def test_symbols_that_are_listed_or_delisted_are_followed(server):
    client = Listing("BNBBTC", "ETHBTC")
    use_times(Times(symbols=0.1, request_gap=0.01))
    bm = manager(server, client)
    bm.start_ticker_socket(print)
    server.wait(lambda: any(len(server.heard(line)) == 2 for line in server.open_lines()))
    (line,) = server.open_lines()
    client.symbols = ["ETHBTC", "NEWBTC"]
    server.wait(lambda: list(server.heard(line)) == ["ethbtc@ticker", "newbtc@ticker"])
    bm.close()


def test_all_best_prices_come_one_by_one_also_inside_a_list(server):
    inbox = Inbox()
    bm = manager(server, Listing("BNBBTC"))
    bm.start_multiplex_socket(["ltcbtc@trade", "!bookTicker"], inbox)
    server.wait(
        lambda: (
            {name for line in server.open_lines() for name in server.heard(line)}
            >= {"bnbbtc@bookTicker", "ltcbtc@trade"}
        )
    )
    best = {"u": 1, "s": "BNBBTC", "b": "1", "B": "1", "a": "2", "A": "1"}
    server.push("bnbbtc@bookTicker", best)
    assert inbox.next() == {"stream": "!bookTicker", "data": best}
    server.push("ltcbtc@trade", trade(1))
    assert inbox.next() == {"stream": "ltcbtc@trade", "data": trade(1)}
    bm.close()


def test_which_symbols_are_traded_is_asked_again_until_it_is_answered(server):
    class Failing(Listing):
        failures = 2

        def call(self, method, path, **params):
            self.failures -= 1
            if self.failures >= 0:
                raise ConnectionError("no line")
            return super().call(method, path, **params)

    bm = manager(server, Failing("BNBBTC"))
    bm.start_ticker_socket(print)
    server.wait(lambda: any(server.heard(line) for line in server.open_lines()))
    bm.close()


def test_a_slower_mini_ticker_keeps_the_latest_row_of_each_symbol(server):
    inbox = Inbox()
    bm = manager(server)
    assert bm.start_miniticker_socket(inbox, update_time=3000) == "!miniTicker@arr@3000ms"
    (line,) = server.wait_open(1)
    assert line.path == "/ws/!miniTicker@arr"
    line.send([{"s": "A", "c": "1"}, {"s": "B", "c": "1"}])
    line.send([{"s": "A", "c": "2"}])
    rows = inbox.next()
    while len(rows) < 2 or {"s": "A", "c": "2"} not in rows:
        rows = [*rows, *inbox.next()]
    assert {"s": "B", "c": "1"} in rows
    bm.close()


# -- futures and options -----------------------------------------------------------------------------------


def test_a_mixed_options_list_is_split_by_door_and_merged_under_the_names_asked_for(server):
    inbox = Inbox()
    bm = manager(server)
    bm.VSTREAM_URL = server.url
    names = ["BTC-271231-100000-C@ticker", "BTC-271231-100000-C@kline_1m"]
    bm.start_options_multiplex_socket(names, inbox)
    server.wait_open(2)
    assert sorted(server.requests) == [
        "/market/stream?streams=btc-271231-100000-c@kline_1m",
        "/public/stream?streams=btc-271231-100000-c@optionTicker",
    ]
    server.push("btc-271231-100000-c@optionTicker", {"v": "1", "q": "2"})
    assert inbox.next() == {
        "stream": "btc-271231-100000-c@ticker", "data": {"v": "1", "q": "2", "V": "1", "A": "2"},
    }  # fmt: skip
    bm.close()


def test_a_bundle_gives_up_once_and_goes_on(server):
    server.stop_listening()
    inbox = Inbox()
    bm = manager(server, Listing("BNBBTC"))
    bm.start_multiplex_socket(["ltcbtc@trade", "!ticker@arr"], inbox)
    told = inbox.next(20)
    assert (told["e"], told["m"]) == ("error", "Max reconnect retries reached")
    server.listen()
    server.wait(lambda: any("ltcbtc@trade" in server.heard(line) for line in server.open_lines()), 20)
    server.push("ltcbtc@trade", trade(1))
    assert inbox.next() == {"stream": "ltcbtc@trade", "data": trade(1)}, "told once, of two lines"
    bm.close()


# -- callbacks of their own --------------------------------------------------------------------------------


def test_an_isolated_callback_that_waits_delays_no_other_socket_and_keeps_its_order(server):
    release, slow, fast = threading.Event(), Inbox(), Inbox()

    def waits(message):
        release.wait(10)
        slow(message)

    bm = manager(server, isolate_callbacks=True)
    bm.start_trade_socket("BNBBTC", waits)
    bm.start_trade_socket("ETHBTC", fast)
    for line in server.wait_open(2):
        for number in range(50):
            line.send(trade(number))
    assert [fast.next()["t"] for _ in range(50)] == list(range(50))
    release.set()
    assert [slow.next()["t"] for _ in range(50)] == list(range(50))
    bm.close()


# -- what two strangers broke ------------------------------------------------------------------------------


def combined(name, data):
    return {"stream": name, "data": data}


def feed_of(bm, key):
    return bm._conns[key]


def in_reactor(call, *arguments):
    done = threading.Event()
    engine.soon(lambda: (call(*arguments), done.set()))
    assert done.wait(5)


def test_a_hand_over_waits_for_what_the_old_line_was_sent_before(server):
    inbox = Inbox()

    def slow(message):
        inbox(message)
        time.sleep(0.0005)

    bm = manager(server)
    bm.start_symbol_ticker_socket("BNBBTC", slow)
    (line,) = server.wait_open(1)
    line.send({"e": "serverShutdown", "E": 1})
    for number in range(3000):  # they have no numbers of their own that would tell of a hole
        line.send(ticker("BNBBTC", number))
    server.wait(lambda: len(server.requests) == 2)
    assert [inbox.next()["E"] for _ in range(3000)] == list(range(3000))
    server.wait(lambda: len(server.open_lines()) == 1, 20)
    bm.close()


def test_a_successor_that_gave_up_while_nobody_needed_it_gives_up_again_when_somebody_does(server):
    inbox = Inbox()
    bm = manager(server)
    bm.start_trade_socket("BNBBTC", inbox)
    (line,) = server.wait_open(1)
    server.status = 503
    line.send({"e": "serverShutdown", "E": 1})
    server.wait(lambda: len(server.requests) >= 8, 20)
    line.abort()
    assert inbox.next()["m"] == "Max reconnect retries reached"
    bm.close()


def test_a_hold_outlasts_the_line_and_what_is_asked_of_a_held_line_is_waited_for(server):
    bm = manager(server)
    key = bm.start_multiplex_socket(["bnbbtc@trade"], Inbox())
    server.wait_open(1)
    wait_for(lambda: feed_of(bm, key).is_ready)
    in_reactor(feed_of(bm, key).hold)
    bm.subscribe(key, ["ethbtc@trade"])
    time.sleep(3 * times().reply)  # its answer lies unread
    assert len(server.requests) == 1
    in_reactor(feed_of(bm, key).let_go)
    wait_for(lambda: not feed_of(bm, key).factory.talk._waiting)
    in_reactor(feed_of(bm, key).hold)
    in_reactor(feed_of(bm, key).factory.line.dropConnection, True)
    server.wait(lambda: len(server.requests) == 2)
    wait_for(lambda: feed_of(bm, key).factory.line is not None and feed_of(bm, key).factory.line.held)
    in_reactor(feed_of(bm, key).let_go)
    bm.close()


def test_a_callback_in_its_own_thread_that_closes_the_manager_is_let_finish():
    code = """
        import sys, time
        from binance_legacy.websockets import BinanceSocketManager
        from binance_legacy.exchange import Exchange
        from binance_legacy.client import Client
        exchange = Exchange(seed=1)
        exchange.start()
        exchange.use()
        bm = BinanceSocketManager(Client(), isolate_callbacks=True)
        def callback(message):
            bm.close()
            time.sleep(0.7)
            print("done", flush=True)
        bm.start_book_ticker_socket(callback)
        bm.start()
    """
    assert python(code) == "done"


def test_a_stream_that_is_asked_for_again_has_no_hole_and_one_that_was_given_up_stays_away(server):
    inbox, notices = Inbox(), Inbox()
    bm = manager(server, on_notice=notices)
    key = bm.start_multiplex_socket(["bnbbtc@trade", "ltcbtc@trade"], inbox)
    (line,) = server.wait_open(1)
    line.send(combined("bnbbtc@trade", trade(5)))
    inbox.next()
    bm.unsubscribe(key, ["bnbbtc@trade"])
    server.wait(lambda: "bnbbtc@trade" not in server.heard(line))
    line.send(combined("bnbbtc@trade", trade(6)))  # as a new line does whose address names it
    wait_for(lambda: bm.status()[key]["messages"] == 2)
    bm.subscribe(key, ["bnbbtc@trade"])
    server.wait(lambda: "bnbbtc@trade" in server.heard(line))
    line.send(combined("bnbbtc@trade", trade(5000)))
    assert inbox.next()["data"]["t"] == 5000
    assert bm.status()[key]["missing"] == 0 and notices.messages.empty(), "no hole was told"
    bm.close()


def test_repeats_among_good_messages_never_begin_the_count_anew(server):
    inbox = Inbox()
    bm = manager(server)
    key = bm.start_trade_socket("BNBBTC", inbox)
    (line,) = server.wait_open(1)
    for number in range(1, 1200):
        line.send(trade(number))
        line.send(trade(1))
    for _ in range(2398):
        inbox.next()
    assert bm.status()[key]["missing"] == 0
    bm.close()


def test_a_refusal_without_an_id_is_that_of_the_request_and_costs_only_the_name_that_is_wrong(server, caplog):
    def refuse(line, request, size):
        bad = [name for name in request["params"] if name.startswith("bad")]
        if bad:
            line.send({"code": 2, "msg": "Invalid request"})
        else:
            Exchange._request(server, line, request, size)

    server._request = refuse
    bm = manager(server)
    key = bm.start_multiplex_socket(["bnbbtc@trade"], Inbox())
    (line,) = server.wait_open(1)
    bm.subscribe(key, ["aa@trade", "bad@trade", "cc@trade", "dd@trade"])
    server.wait(lambda: {"aa@trade", "cc@trade", "dd@trade"} <= set(server.heard(line)))
    wait_for(lambda: "SUBSCRIBE of bad@trade was refused" in caplog.text)
    assert len(server.requests) == 1 and feed_of(bm, key).names == [
        "bnbbtc@trade",
        "aa@trade",
        "cc@trade",
        "dd@trade",
    ]
    bm.close()


def test_a_refusal_of_the_moment_is_told_and_asked_again(server):
    refused, notices = [], Inbox()

    def refuse(line, request, size):
        if len(refused) < 2:
            refused.append(request)
            line.send({"error": {"code": -1, "msg": "busy"}, "id": request["id"]})
        else:
            Exchange._request(server, line, request, size)

    server._request = refuse
    bm = manager(server, on_notice=notices)
    key = bm.start_multiplex_socket(["bnbbtc@trade"], Inbox())
    (line,) = server.wait_open(1)
    bm.subscribe(key, ["aa@trade", "bb@trade"])
    server.wait(lambda: {"aa@trade", "bb@trade"} <= set(server.heard(line)))
    told = notices.next()
    assert (told["type"], told["streams"]) == ("refused", ["aa@trade", "bb@trade"]) and "busy" in told[
        "reason"
    ]
    bm.close()


def test_a_stream_that_the_exchange_names_otherwise_is_handed_on(server):
    inbox = Inbox()
    bm = manager(server)
    bm.start_multiplex_socket(["bnbbtc@depth@1000ms"], inbox)
    (line,) = server.wait_open(1)
    line.send(combined("bnbbtc@depth", {"e": "x"}))
    assert inbox.next()["data"] == {"e": "x"}
    bm.close()


def test_a_hand_over_waits_for_a_reader_that_is_held(server):
    use_times(replace(times(), overlap=0.5))
    inbox = Inbox()
    bm = manager(server)
    key = bm.start_symbol_ticker_socket("BNBBTC", inbox)
    (line,) = server.wait_open(1)
    wait_for(lambda: feed_of(bm, key).is_ready)
    line.send({"e": "serverShutdown", "E": 1})
    server.wait(lambda: len(server.open_lines()) == 2)
    in_reactor(feed_of(bm, key).hold)
    for number in range(500):
        line.send(ticker("BNBBTC", number))
    time.sleep(5 * times().overlap)
    in_reactor(feed_of(bm, key).let_go)
    assert [inbox.next()["E"] for _ in range(500)] == list(range(500))
    server.wait(lambda: len(server.open_lines()) == 1, 20)
    bm.close()


def test_streams_that_many_threads_ask_for_at_once_are_all_asked_for(server):
    bm = manager(server)
    key = bm.start_multiplex_socket(["bnbbtc@trade"], Inbox())
    (line,) = server.wait_open(1)
    threads = [
        threading.Thread(target=lambda at=at: [bm.subscribe(key, [f"s{at}x{n}@trade"]) for n in range(60)])
        for at in range(4)
    ]
    for thread in threads:
        thread.start()
    server.wait(lambda: len(server.heard(line)) == 241, 20)
    bm.close()


def test_what_a_connection_is_made_of_counts_also_while_another_was_to_take_its_place(server):
    path = ["/one"]
    bm = manager(server)
    feed = bm._opener.address("key", lambda: server.url.rstrip("/") + path[0], callback=lambda message: None)
    feed.open()
    (line,) = server.wait_open(1)
    wait_for(lambda: feed.is_ready)
    server.status = 503
    line.send({"e": "serverShutdown", "E": 1})
    server.wait(lambda: len(server.requests) >= 3)
    path[0] = "/two"
    in_reactor(feed.renew)
    server.status = 101
    server.wait(lambda: [each.path for each in server.open_lines()] == ["/two"], 20)
    feed.stop()
    server.wait(lambda: not server.open_lines())
    bm.close()


def test_a_connector_that_is_stopped_as_0_7_did_it_has_no_successor(server):
    bm = manager(server)
    bm.start_trade_socket("BNBBTC", Inbox())
    (line,) = server.wait_open(1)
    server.status = 503
    line.send({"e": "serverShutdown", "E": 1})
    server.wait(lambda: len(server.requests) >= 3)
    connector = bm._conns.pop("bnbbtc@trade")
    connector.factory = object()
    connector.disconnect()
    server.wait(lambda: not server.open_lines())
    server.status = 101
    count = len(server.requests)
    time.sleep(0.3)  # many retries' time
    assert len(server.requests) <= count + 1 and not server.open_lines()
    bm.close()
