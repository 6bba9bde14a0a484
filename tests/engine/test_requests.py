"""Requests over a WebSocket, over real sockets: one line, ids, drops, time-outs, and how a line is left."""

import asyncio
import gc
import logging
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from binance_legacy.endpoints.declare import Request
from binance_legacy.engine.calls import Way
from binance_legacy.engine.reactor import engine, reactor
from binance_legacy.engine.requests import Call, Requests, way_to
from binance_legacy.engine.settings import Times, use_times
from binance_legacy.exceptions import BinanceWebsocketUnableToConnect
from binance_legacy.wire.requests import frame

from ..interpreters import python
from .api_server import ApiServer
from .http_server import Proxy
from .test_tls import Authority

SILENCE = ApiServer.SILENCE
ASKS = Request("ws_get_time", "time")
CHANGES = Request("ws_create_order", "order.place", signed=True, changes=True)


@pytest.fixture
def server():
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture
def lines():
    lines = Requests()
    yield lines
    lines.close()


@pytest.fixture
def at_times():
    """Put other times in force: `at_times(rotate=0.1)`."""
    yield lambda **times: use_times(replace(Times(), **times))
    use_times(Times())


def call(lines, server, row=ASKS, way=Way(), **params):  # noqa: B008 - it is frozen
    number = lines.number()
    return Call(row, number, frame(number, row.method, params), server.url + "ws-api/v3", way)


def ask(lines, server, row=ASKS, seconds=5, way=Way(), **params):  # noqa: B008
    return lines.ask(call(lines, server, row, way, **params), seconds)["result"]


def ask_in_thread(lines, server, row=ASKS, seconds=5):
    """A request that is on its way; what it raised, once it has ended, and after how many seconds from then."""
    server_had, ended = len(server.asked), []

    def run():
        try:
            ask(lines, server, row, seconds)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            ended.append((error, time.monotonic()))

    thread = threading.Thread(target=run)
    thread.start()
    server.wait_asked(server_had + 1)
    begun = time.monotonic()

    def outcome():
        thread.join(10)
        ((error, at),) = ended
        return error, at - begun

    return outcome


def in_the_reactor(look):
    """What `look()` gives in the reactor's thread, after all that was handed to it before."""
    future = Future()
    engine.soon(lambda: future.set_result(look()))
    return future.result(5)


# -- one line, and ids -------------------------------------------------------------------------------------


def test_requests_one_after_another_share_one_line_and_have_ids_of_their_own(server, lines):
    for number in range(5):
        assert ask(lines, server, n=number)["params"] == {"n": number}
    assert server.requests == ["/ws-api/v3"]
    assert len({request["id"] for _, request in server.asked}) == 5


def test_requests_made_before_the_line_is_open_wait_for_it_and_share_it(server, lines):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: ask(lines, server, n=n)["params"]["n"], range(40)))
    assert answers == list(range(40)) and len(server.requests) == 1


def test_answers_that_come_in_another_order_find_their_requests(server, lines):
    held = []

    def hold(line, request):
        held.append(request)
        if len(held) == 3:
            for one in reversed(held):
                line.send({"id": one["id"], "status": 200, "result": one["params"]["n"]})
        return SILENCE

    server.answers["time"] = hold

    async def main():
        made = [lines.ask_async(call(lines, server, n=n), 5) for n in range(3)]
        return [answer["result"] for answer in await asyncio.gather(*made)]

    assert asyncio.run(main()) == [0, 1, 2]


def test_each_address_has_a_line_of_its_own(server, lines):
    other = ApiServer()
    for _ in range(2):
        assert ask(lines, server, n=1) and ask(lines, other, n=2)
    assert len(server.requests) == len(other.requests) == 1
    other.close()


# -- drops -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["close", "drop", "abort"])
def test_after_the_server_has_closed_the_next_request_opens_another_line_at_once(server, lines, end):
    for count in range(1, 4):
        ask(lines, server)
        (line,) = server.open_lines()
        getattr(line, end)()
        server.wait(lambda line=line: not line.open)  # its last bytes have arrived
        begun = time.monotonic()
        assert ask(lines, server)["method"] == "time"
        assert time.monotonic() - begun < 2
        server.wait(lambda count=count: len(server.requests) > count)


@pytest.mark.parametrize("end", ["close", "drop", "abort"])
def test_what_is_on_its_way_when_the_line_drops_fails_at_once(server, lines, end):
    server.answers["time"] = server.answers["order.place"] = SILENCE
    outcomes = [ask_in_thread(lines, server), ask_in_thread(lines, server, CHANGES)]
    getattr(server.open_lines()[0], end)()
    (asked, took), (changed, _) = (outcome() for outcome in outcomes)
    assert took < 1
    assert isinstance(asked, BinanceWebsocketUnableToConnect) and "the line broke before an answer" in str(
        asked
    )
    assert "it may have been done" not in str(asked)
    assert isinstance(changed, BinanceWebsocketUnableToConnect)
    assert str(changed).startswith("order.place: ") and str(changed).endswith(
        "it may have been done all the same"
    )


def test_why_a_server_closed_is_told(server, lines):
    server.answers["time"] = lambda line, request: line.send_frame(8, b"\x03\xe9restarting") or SILENCE
    with pytest.raises(BinanceWebsocketUnableToConnect, match="closed with code 1001: restarting"):
        ask(lines, server)


def test_a_line_that_is_lost_is_not_opened_again_until_somebody_asks(server, lines):
    ask(lines, server)
    (line,) = in_the_reactor(lambda: list(lines._lines))
    server.open_lines()[0].abort()
    while in_the_reactor(lambda: list(lines._lines)):
        pass
    planned = in_the_reactor(
        lambda: [getattr(one.func, "__self__", None) for one in reactor.getDelayedCalls()]
    )
    assert line not in planned and len(server.requests) == 1


def test_a_line_that_falls_silent_is_found_by_its_heartbeat(server, lines, at_times):
    at_times(ping_every=0.02, ping_wait=0.05)
    server.answers["time"], server.answers_pings = SILENCE, False
    error, took = ask_in_thread(lines, server)()
    assert "no answer to a ping within 0.05 s" in str(error) and took < 1


def test_a_line_that_answers_pings_is_kept_however_quiet_it_is(server, lines, at_times):
    at_times(ping_every=0.01, ping_wait=0.1)
    ask(lines, server)
    server.wait(lambda: sum(opcode == 9 for opcode, _ in server.lines[0].frames) > 1)
    ask(lines, server)
    assert len(server.requests) == 1


def test_the_server_s_pings_are_answered(server, lines):
    ask(lines, server)
    server.lines[0].send_frame(9, b"1720000000000")
    server.wait(lambda: (10, b"1720000000000") in server.lines[0].frames)


# -- no line at all ----------------------------------------------------------------------------------------


def test_a_handshake_that_is_refused_fails_all_who_wait_at_once_with_the_status(server, lines):
    server.status = 451
    for _ in range(2):
        begun = time.monotonic()
        with pytest.raises(BinanceWebsocketUnableToConnect, match=r"Unable to connect \(127.0.0.1: HTTP 451"):
            ask(lines, server, CHANGES)
        assert time.monotonic() - begun < 1
    server.status = 101
    assert ask(lines, server)


def test_a_port_where_nobody_listens_fails_at_once_and_nothing_was_done(server, lines):
    server.close()
    with pytest.raises(BinanceWebsocketUnableToConnect, match="refused") as caught:
        ask(lines, server, CHANGES)
    assert "it may have been done" not in str(caught.value)


def test_a_handshake_that_is_never_finished_is_given_up(server, lines, at_times):
    at_times(handshake=0.2)
    server.no_handshake = True
    with pytest.raises(BinanceWebsocketUnableToConnect, match="Unable to connect"):
        ask(lines, server)


def test_a_certificate_is_verified_unless_that_is_not_wanted(tmp_path, lines):
    authority = Authority(tmp_path, "authority")
    server = ApiServer(certificate=authority.issue("server"))
    with pytest.raises(BinanceWebsocketUnableToConnect, match="certificate verify failed"):
        ask(lines, server)
    assert ask(lines, server, way=Way(str(authority.file))) and ask(lines, server, way=Way(False))
    assert server.sni[-1] == "localhost"
    with pytest.raises(BinanceWebsocketUnableToConnect, match="no root certificates"):
        ask(lines, server, way=Way(str(tmp_path / "none.pem")))
    server.close()


def test_a_line_goes_through_a_proxy_that_is_named(server, lines):
    proxy = Proxy(server.port)
    assert ask(lines, server, way=Way(proxy=proxy.url))
    assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{server.port} ")
    proxy.close()


def test_a_way_is_chosen_as_that_of_a_rest_call(monkeypatch):
    address = "wss://ws-api.binance.com/ws-api/v3"
    monkeypatch.setenv("HTTPS_PROXY", "http://of.environment:3128")
    assert way_to(address, {}, None, True) == Way(True, "http://of.environment:3128")
    assert way_to(address, {"verify": False}, None, False) == Way(False, None)
    assert way_to(address, {"ssl": False}, "http://of.client:1", True) == Way(False, "http://of.client:1")
    assert way_to(address, {"proxies": {"https": "http://of.call:1"}}, None, True).proxy == "http://of.call:1"
    assert way_to("ws://127.0.0.1:9/ws-api/v3", {}, "http://of.client:1", True) == Way(True, None)


# -- time-outs and frames that nobody asked for ------------------------------------------------------------


def test_a_request_that_is_not_answered_in_time_says_so(server, lines):
    server.answers["order.place"] = SILENCE
    with pytest.raises(
        BinanceWebsocketUnableToConnect,
        match=r"order.place: Request timed out: no answer within 0.05 s; it may have been done all the same",
    ):
        ask(lines, server, CHANGES, seconds=0.05)
    assert in_the_reactor(lambda: [line._calls for line in lines._lines]) == [{}]


def test_an_answer_that_comes_late_is_logged_and_harms_nobody(server, lines, caplog):
    server.answers["time"] = SILENCE
    with pytest.raises(BinanceWebsocketUnableToConnect):
        ask(lines, server, seconds=0.05)
    ((line, request),) = server.asked
    server.answers = {}
    in_the_reactor(lambda: "it has forgotten")
    line.send({"id": request["id"], "status": 200, "result": "late"})
    assert ask(lines, server)["method"] == "time"
    assert "what nobody waits for" in caplog.text and "late" in caplog.text


@pytest.mark.parametrize(
    "frame",
    [
        {"id": None, "status": 400, "error": {"code": -1135, "msg": "Invalid JSON request."}},
        {"status": 503, "error": {"code": -1000, "msg": "Oh."}},
        {"id": "x", "status": 200, "result": {}},
        {"subscriptionId": 0, "event": {"e": "executionReport"}},
        b"no json",
        b"[]",
    ],
)
def test_a_frame_that_answers_nothing_is_logged_and_the_line_goes_on(server, lines, caplog, frame):
    ask(lines, server)
    server.lines[0].send(frame)
    assert ask(lines, server)["method"] == "time"
    assert "what nobody waits for" in caplog.text and len(server.requests) == 1


def test_such_a_frame_does_not_disturb_a_request_that_is_on_its_way(server, lines):
    def disturb(line, request):
        line.send({"id": None, "status": 400, "error": {"code": -1135, "msg": "Invalid JSON request."}})
        return "answered"

    server.answers["time"] = disturb
    assert ask(lines, server) == "answered"


# -- lines that end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", [{"event": {"e": "serverShutdown", "E": 1}}, {"e": "serverShutdown", "E": 1}]
)
def test_when_a_server_shuts_down_the_next_request_goes_over_a_new_line_and_the_old_one_is_closed(
    server, lines, event, caplog
):
    caplog.set_level(logging.INFO, "binance_legacy.engine")
    server.answers["time"] = lambda line, request: line.send(event) or "answered after it"
    assert ask(lines, server) == "answered after it"
    assert "will shut down" in caplog.text
    server.wait(lambda: not server.open_lines())
    server.answers = {}
    assert ask(lines, server) and len(server.requests) == 2


def test_a_line_is_left_only_when_all_that_is_on_its_way_is_answered(server, lines):
    server.answers["order.place"] = SILENCE
    waiting = call(lines, server, CHANGES)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(lines.ask, waiting, 5)
        server.wait_asked(1)
        ((old, held),) = server.asked
        old.send({"event": {"e": "serverShutdown", "E": 1}})
        while in_the_reactor(lambda: [line._usable for line in lines._lines]) != [False]:
            pass
        assert ask(lines, server)["method"] == "time" and len(server.requests) == 2
        assert old.open
        old.send({"id": held["id"], "status": 200, "result": "placed"})
        assert answer.result(5)["result"] == "placed"
    server.wait(lambda: not old.open)
    assert len(server.open_lines()) == 1


def test_before_a_day_is_over_a_line_is_replaced(server, lines, at_times):
    assert Times().rotate < 24 * 3600
    at_times(rotate=0.05)
    for count in range(1, 4):
        ask(lines, server)
        server.wait(lambda count=count: len(server.requests) == count and not server.open_lines())


def test_closing_fails_what_is_on_its_way_and_hangs_up_and_no_more_is_asked(server, lines):
    server.answers["order.place"] = SILENCE
    outcome = ask_in_thread(lines, server, CHANGES)
    lines.close()
    error, took = outcome()
    assert "the client was closed before an answer came; it may have been done" in str(error) and took < 1
    server.wait(lambda: not server.open_lines())
    with pytest.raises(BinanceWebsocketUnableToConnect, match="the client is closed"):
        ask(lines, server)
    lines.close()


def test_what_is_handed_over_while_the_client_is_closed_fails_unsent(server, lines):
    calls = [call(lines, server, CHANGES) for _ in range(2)]
    in_the_reactor(lambda: [lines._take(one) for one in calls] and lines.close())
    for one in calls:
        with pytest.raises(BinanceWebsocketUnableToConnect, match=r"closed before it was sent$"):
            one.outcome.result(5)
    assert server.requests == []


def test_a_client_that_is_garbage_leaves_no_line(server):
    lines = Requests()
    ask(lines, server)
    del lines
    gc.collect()
    server.wait(lambda: not server.open_lines())


def test_a_cancelled_await_forgets_its_id(server, lines):
    server.answers["time"] = SILENCE

    async def main():
        task = asyncio.create_task(lines.ask_async(call(lines, server), 5))
        await asyncio.get_running_loop().run_in_executor(None, server.wait_asked, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert in_the_reactor(lambda: [line._calls for line in lines._lines]) == [{}]


# -- processes ---------------------------------------------------------------------------------------------

ASKING = """
    import os, warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    from binance_legacy.client import Client
    client = Client(ping=False)
    client.WS_API_URL = "{url}"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_has_a_line_of_its_own_and_the_parent_keeps_its_own(server):
    python(
        ASKING.format(url=server.url)
        + """
    client.ws_get_time()
    child = os.fork()
    if not child:
        os._exit(0 if client.ws_get_time()["method"] == "time" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    client.ws_get_time()
    """
    )
    assert len(server.requests) == 2 and [line for line, _ in server.asked].count(server.lines[0]) == 2


def test_requests_go_on_after_reactor_stop_and_a_process_ends_with_its_line_left_open(server):
    python(
        ASKING.format(url=server.url)
        + """
    client.ws_get_time()
    from twisted.internet import reactor
    reactor.stop()
    client.ws_get_time()
    """
    )
    assert len(server.requests) == 1 and len(server.asked) == 2
    server.wait(lambda: not server.open_lines())


def test_what_is_on_its_way_fails_at_once_when_the_program_stops_its_own_reactor(server):
    server.answers["time"] = SILENCE
    python(
        ASKING.format(url=server.url)
        + """
    import threading
    from twisted.internet import reactor
    from binance_legacy.exceptions import BinanceWebsocketUnableToConnect
    failed = []
    def ask():
        try:
            client.ws_get_time()
        except BinanceWebsocketUnableToConnect as error:
            failed.append(str(error))
    thread = threading.Thread(target=ask)
    def stop_once_it_is_sent():
        lines = client._websocket_lines()._lines
        if any(call.sent for line in lines for call in line._calls.values()):
            reactor.stop()
        else:
            reactor.callLater(0.01, stop_once_it_is_sent)
    reactor.callWhenRunning(thread.start)
    reactor.callWhenRunning(stop_once_it_is_sent)
    reactor.run()
    thread.join(1)
    assert "the line broke before an answer came" in failed[0], failed
    """
    )
