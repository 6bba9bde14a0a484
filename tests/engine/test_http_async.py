"""Awaited REST calls over real sockets: lines kept, limits of time, cancelling, loops, TLS, proxies, the box."""

import asyncio
import gzip
import logging
import os
import socket
import ssl
import threading
import time
import types

import pytest

from binance_legacy.engine.http_async import LANES, Reply, Request, Session
from binance_legacy.exceptions import BinanceRequestException
from binance_legacy.wire import venues

from ..interpreters import python
from .http_server import HttpServer, Proxy, half, hang, raw
from .test_tls import Authority

SIGNED = "a=1&signature=5ec3e7"


@pytest.fixture
def server():
    server = HttpServer()
    yield server
    server.close()


@pytest.fixture
def session():
    session = Session({"X-MBX-APIKEY": "the-api-key"})
    yield session
    asyncio.run(session.close())


@pytest.fixture
def box(server):
    venues.use_box(server.url)
    yield server
    venues.use_box(None)


def ask(session, url, method="get", **options):
    """One call, in a loop of its own."""
    return asyncio.run(session.request(method, url, **options))


async def until(event):
    assert await asyncio.get_running_loop().run_in_executor(None, event.wait, 5)


# -- what goes out and comes back --------------------------------------------------------------------------


def test_a_call_sends_its_query_body_and_headers_as_they_are(server, session):
    query = "m=a%20b%40c.de&s=%E5%B8%81~&e=&p=%2B%2F%3D&t=(1)*!'"
    for method in ("get", "post", "put", "delete"):
        ask(session, server.url + "/x", method, params=query, data="a=%C3%A9", headers={"X-Mine": "1"})
    assert server.asked == [f"{method} /x?{query}" for method in ("GET", "POST", "PUT", "DELETE")]
    assert server.bodies == [b"a=%C3%A9"] * 4
    assert {(h["x-mbx-apikey"], h["x-mine"], h["accept-encoding"]) for h in server.headers} == {
        ("the-api-key", "1", "gzip")
    }


def test_an_answer_has_what_readers_of_answers_look_for(server, session):
    server.answers["/x"] = (418, {"Retry-After": "7", "X-Mbx-Used-Weight-1m": "24"}, '{"c":"é"}'.encode())
    reply = ask(session, server.url + "/x", params=SIGNED)
    assert (reply.status_code, reply.status, reply.text, reply.json()) == (418, 418, '{"c":"é"}', {"c": "é"})
    assert reply.headers["retry-after"] == "7" and reply.headers["x-mbx-used-weight-1M"] == "24"
    assert (reply.request.method, reply.url) == ("GET", f"{server.url}/x?{SIGNED}")


def test_neither_key_nor_signature_shows_in_what_is_sent_or_answered(server, session):
    reply = ask(session, server.url + "/x", "post", data=SIGNED)
    for text in (repr(reply), str(reply), repr(reply.request), str(reply.request)):
        assert "5ec3e7" not in text and "the-api-key" not in text


@pytest.mark.parametrize("body", [b"", b'{"symbol":"BNB', b"<html>\xff</html>"])
def test_an_answer_that_is_no_json_is_a_value_error_to_its_reader(server, session, body):
    server.answers["/x"] = (200, {}, body)
    with pytest.raises(ValueError):
        ask(session, server.url + "/x").json()


def test_a_compressed_answer_is_unpacked(server, session):
    server.answers["/x"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"large":1}' + b" " * 100_000))
    assert ask(session, server.url + "/x").json() == {"large": 1}


def test_ten_megabytes_come_whole(server, session):
    body = b"[" + b"1234567," * 1_250_000 + b"1]"
    server.answers["/x"] = (200, {}, body)
    assert ask(session, server.url + "/x").content == body


# -- lines -------------------------------------------------------------------------------------------------


def test_calls_one_after_another_share_a_line(server, session):
    async def twenty():
        for number in range(20):
            await session.request("get", f"{server.url}/{number}")

    asyncio.run(twenty())
    ask(session, server.url + "/last")
    assert server.lines == 1 and server.asked == [f"GET /{n}" for n in [*range(20), "last"]]


def test_fifty_calls_at_once_take_few_lines_and_each_gets_its_own_answer(server, session):
    def slow(handler):
        time.sleep(0.01)
        return 200, {}, b'"%s"' % handler.path.encode()

    server.answers = {f"/{number}": slow for number in range(50)}

    async def fifty():
        return await asyncio.gather(*(session.request("get", f"{server.url}/{n}") for n in range(50)))

    assert [reply.json() for reply in asyncio.run(fifty())] == [f"/{n}" for n in range(50)]
    assert server.lines == LANES


def test_calls_that_wait_for_a_lane_go_out_in_the_order_in_which_they_were_made(server):
    async def one_lane():
        session = Session(lanes=1)
        await asyncio.gather(*(session.request("get", f"{server.url}/{n}") for n in range(10)))
        await session.close()

    asyncio.run(one_lane())
    assert server.asked == [f"GET /{n}" for n in range(10)] and server.lines == 1


def test_a_read_over_a_line_that_the_server_has_left_is_made_again_and_nothing_else_is(server, session):
    server.answers["/x"] = raw(b"")
    with pytest.raises(ConnectionError, match=r"GET /x: the line broke before an answer came \("):
        ask(session, server.url + "/x")
    assert len(server.asked) == 2
    for method in ("post", "put", "delete"):
        with pytest.raises(ConnectionError, match="it may have been done all the same"):
            ask(session, server.url + "/x", method)
    assert len(server.asked) == 2 + 3


def test_lines_that_the_server_closed_while_idle_are_not_used(server, session):
    server.answers["/x"] = (200, {"Connection": "close"}, b"{}")
    for _ in range(3):
        assert ask(session, server.url + "/x", "post").status == 200
    assert server.lines == 3


# -- ends --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [hang, half])
def test_cancelling_the_task_cuts_the_call_s_line(server, session, answer):
    server.answers["/x"] = answer

    async def cancel():
        task = asyncio.create_task(session.request("get", server.url + "/x"))
        await until(server.arrived)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(server.left)

    asyncio.run(cancel())
    assert ask(session, server.url + "/y").status == 200


def test_a_call_that_is_cancelled_before_it_has_a_lane_is_never_sent(server):
    server.answers["/x"] = hang

    async def cancel():
        session = Session(lanes=1)
        first = asyncio.create_task(session.request("get", server.url + "/x"))
        await until(server.arrived)
        second = asyncio.create_task(session.request("post", server.url + "/order"))
        await asyncio.sleep(0.01)
        second.cancel()
        first.cancel()
        await asyncio.wait([first, second])
        await session.request("get", server.url + "/y")
        await session.close()

    asyncio.run(cancel())
    assert server.asked == ["GET /x", "GET /y"]


@pytest.mark.parametrize("answer", [hang, half])
def test_no_answer_in_time_is_a_timeout_error_and_cuts_the_line(server, session, answer):
    server.answers["/x"] = answer
    with pytest.raises(asyncio.TimeoutError) as caught:
        ask(session, server.url + "/x", params=SIGNED, timeout=0.05)
    assert str(caught.value) == "GET /x: no answer within 0.05 s"
    assert server.left.wait(5)
    with pytest.raises(TimeoutError, match=r"POST /x: .* it may have been done all the same"):
        ask(session, server.url + "/x", "post", data=SIGNED, timeout=0.05)


def test_the_caller_s_loop_keeps_the_time_while_a_callback_blocks_the_reactor(server, session):
    from binance_legacy.engine.reactor import engine

    ask(session, server.url + "/x")
    release = threading.Event()
    engine.soon(release.wait)
    begun = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            ask(session, server.url + "/x", timeout=0.05)
        assert time.monotonic() - begun < 2
    finally:
        release.set()
    assert ask(session, server.url + "/x").status == 200


@pytest.mark.parametrize(
    "timeout", [3, 0.5, None, (1, 2), (1, None), types.SimpleNamespace(total=3)], ids=repr
)
def test_the_time_may_be_said_as_requests_and_aiohttp_have_it(server, session, timeout):
    assert ask(session, server.url + "/x", timeout=timeout).status == 200


@pytest.mark.parametrize("timeout", [0, -1, "3", True, float("nan")])
def test_a_time_that_is_none_is_refused(server, session, timeout):
    with pytest.raises(ValueError, match="it must be a number of seconds above 0, or None"):
        ask(session, server.url + "/x", timeout=timeout)
    assert server.asked == []


def test_closing_hangs_up_and_ends_what_is_on_its_way(server):
    server.answers["/x"] = hang

    async def close():
        session = Session()
        await session.request("get", server.url + "/y")
        task = asyncio.create_task(session.request("get", server.url + "/x"))
        await until(server.arrived)
        await session.close()
        with pytest.raises(ConnectionError, match="GET /x: the client was closed before the answer came"):
            await task
        await session.close()
        with pytest.raises(RuntimeError, match="this client is closed; a new one must be made"):
            await session.request("get", server.url + "/y")

    asyncio.run(close())
    assert server.all_lines_closed()


def test_a_session_that_made_no_call_closes_without_twisted():
    python("""
        import asyncio, sys
        from binance_legacy.engine.http_async import Session
        asyncio.run(Session().close())
        assert not [name for name in sys.modules if name.startswith("twisted")]
    """)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system lists no open files")  # noqa: PTH112
def test_after_closing_no_descriptor_and_no_thread_is_left(server, session):
    ask(session, server.url + "/x")  # the reactor's own stay

    def here():
        others = ("process_request", "PoolThread")  # the server's, and the reactor's own that look names up
        ours = {t.name for t in threading.enumerate() if not any(name in t.name for name in others)}
        return len(os.listdir("/proc/self/fd")), ours  # noqa: PTH208

    async def use_one():
        mine = Session()
        await asyncio.gather(*(mine.request("get", f"{server.url}/{n}") for n in range(20)))
        await mine.close()

    before = here()
    asyncio.run(use_one())
    with server.changed:
        assert server.changed.wait_for(lambda: server.open_lines == 1, 5)
    assert here() == before


# -- loops, threads, processes -----------------------------------------------------------------------------


def test_loops_in_several_threads_may_use_one_session_at_once(server, session):
    async def thirty():
        return await asyncio.gather(*(session.request("get", f"{server.url}/{n}") for n in range(30)))

    replies = {}
    threads = [
        threading.Thread(target=lambda n=n: replies.update({n: asyncio.run(thirty())})) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [len(replies[n]) for n in range(3)] == [30, 30, 30] and server.lines <= LANES


def test_a_loop_that_ends_while_a_call_is_on_its_way_takes_nothing_with_it(server, session, caplog):
    release = threading.Event()

    def late(handler):
        server.arrived.set()
        release.wait(5)
        return 200, {}, b"{}"

    server.answers["/x"] = late
    loop = asyncio.new_event_loop()
    task = loop.create_task(session.request("get", server.url + "/x"))
    loop.run_until_complete(until(server.arrived))
    task._log_destroy_pending = False
    loop.close()
    release.set()
    assert ask(session, server.url + "/y").status == 200
    with server.changed:
        server.changed.wait_for(lambda: server.asked[-1] == "GET /y", 5)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_the_end_of_asyncio_run_cuts_what_nobody_waits_for(server, session):
    server.answers["/x"] = hang
    kept = []

    async def leave():
        kept.append(asyncio.create_task(session.request("get", server.url + "/x")))
        await until(server.arrived)

    asyncio.run(leave())
    assert server.left.wait(5) and kept[0].cancelled()


def test_asyncio_s_debug_mode_finds_nothing(server, session, caplog):
    ask(session, server.url + "/x")

    async def some():
        # How long a step takes is the machine's business; what is asked here is what was misused.
        asyncio.get_running_loop().slow_callback_duration = 60.0
        await asyncio.gather(*(session.request("get", f"{server.url}/{n}") for n in range(20)))
        with pytest.raises(TimeoutError):
            await session.request("get", server.url + "/hang", timeout=0.05)

    server.answers["/hang"] = hang
    with caplog.at_level(logging.WARNING, "asyncio"):
        asyncio.run(some(), debug=True)
    assert caplog.records == []


def test_where_the_program_s_loop_is_the_reactor_s_calls_are_awaited_there():
    python("""
        import asyncio
        loop = asyncio.new_event_loop()
        from twisted.internet import asyncioreactor
        asyncioreactor.install(loop)
        from twisted.internet import reactor
        from binance_legacy.engine.http_async import Session
        from tests.engine.http_server import HttpServer
        server = HttpServer()

        async def main():
            try:
                session = Session()
                await session.request("get", server.url + "/x")
                await session.close()
            finally:
                reactor.stop()

        reactor.callWhenRunning(lambda: kept.append(loop.create_task(main())))
        kept = []
        reactor.run()
        kept[0].result()
        assert server.asked == ["GET /x"]
    """)


def test_calls_go_on_after_reactor_stop_and_a_process_ends_with_lines_left_open(server):
    python(f"""
        import asyncio, time
        from binance_legacy.engine.http_async import Session
        session = Session()
        def ask():
            return asyncio.run(session.request("get", "{server.url}/x", timeout=5)).status
        assert ask() == 200
        from twisted.internet import reactor
        reactor.stop()
        assert ask() == 200
    """)
    assert server.lines == 1 and server.all_lines_closed()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_makes_its_own_lines_and_the_parent_keeps_its_own(server):
    python(f"""
        import asyncio, os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from binance_legacy.engine.http_async import Session
        session = Session()
        def ask():
            return asyncio.run(session.request("get", "{server.url}/x", timeout=5)).status
        assert ask() == 200
        child = os.fork()
        if not child:
            os._exit(0 if ask() == 200 else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert ask() == 200
    """)
    assert server.lines == 2 and len(server.asked) == 3


# -- bad answers -------------------------------------------------------------------------------------------


def test_an_answer_that_breaks_off_is_one_that_cannot_be_read_and_shows_what_came(server, session):
    server.answers["/x"] = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"symbol":"BNB')
    with pytest.raises(BinanceRequestException, match=r'cut off after 14 bytes: {"symbol":"BNB'):
        ask(session, server.url + "/x")


@pytest.mark.parametrize("content", [b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n", b"HTTP/1.1 OK 200\r\n\r\n"])
def test_what_is_no_http_is_an_answer_that_cannot_be_read(server, session, content):
    server.answers["/x"] = raw(content)
    with pytest.raises(BinanceRequestException, match="Invalid Response"):
        ask(session, server.url + "/x")


@pytest.mark.parametrize("cut", [slice(5, None), slice(0, 40)])
def test_a_compressed_answer_that_is_broken_does_not_hang(server, session, cut):
    packed = gzip.compress(os.urandom(1000))[cut]
    server.answers["/x"] = (200, {"Content-Encoding": "gzip"}, packed)
    with pytest.raises((BinanceRequestException, ValueError)):
        ask(session, server.url + "/x").json()


def test_a_host_that_does_not_answer_is_named_and_no_signature_is(session):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectionError, match=r"GET /x: 127\.0\.0\.1 cannot be reached: .*refused") as caught:
        ask(session, f"http://127.0.0.1:{port}/x", params=SIGNED)
    assert "5ec3e7" not in str(caught.value)


# -- TLS ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "Trusted")


@pytest.fixture
def secure(authority):
    server = HttpServer(authority.issue("good"))
    yield server
    server.close()


def test_a_trusted_certificate_is_accepted_and_the_server_is_told_its_name(authority, secure, session):
    for _ in range(2):
        assert ask(session, secure.url + "/x", verify=str(authority.file)).status == 200
    assert secure.sni == ["localhost"] and secure.lines == 1


def test_a_certificate_that_no_root_vouches_for_is_refused(secure, session):
    with pytest.raises(
        ssl.SSLError, match=r"GET /x: no trusted TLS connection to localhost: .*verify failed"
    ):
        ask(session, secure.url + "/x", params=SIGNED)
    assert secure.asked == []


def test_a_certificate_of_another_host_is_refused(authority, session):
    server = HttpServer(authority.issue("other", host="example.org"))
    with pytest.raises(ssl.SSLError, match="no trusted TLS connection to localhost"):
        ask(session, server.url + "/x", verify=str(authority.file))
    server.close()


def test_a_line_whose_certificate_nobody_checked_is_not_lent_to_who_wants_it_checked(secure, session):
    assert ask(session, secure.url + "/x", verify=False).status == 200
    assert ask(session, secure.url + "/x", ssl=False).status == 200
    assert secure.lines == 1 and set(secure.sni) == {"localhost"}
    with pytest.raises(ssl.SSLError):
        ask(session, secure.url + "/x")


def test_roots_that_are_not_there_are_named(secure, session):
    with pytest.raises(FileNotFoundError, match=r"verify is '/no/such\.pem', where no file is"):
        ask(session, secure.url + "/x", verify="/no/such.pem")
    with pytest.raises(TypeError, match=r"verify='roots\.pem' says which roots count"):
        ask(session, secure.url + "/x", ssl=ssl.create_default_context())


# -- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed_and_never_places_an_order_again(
    server, session, method, status
):
    server.answers["/old"] = (status, {"Location": "/new?b=1"}, b"")
    assert ask(session, server.url + "/old", method, data="a=1").json() == {}
    assert server.asked == [f"{method.upper()} /old", "GET /new?b=1"] and server.bodies[1] == b""


def test_a_redirect_elsewhere_is_given_as_it_is_and_the_key_goes_nowhere(server, session):
    other = HttpServer()
    server.answers["/old"] = (302, {"Location": other.url + "/new"}, b"")
    assert ask(session, server.url + "/old").status == 302
    server.answers["/old"] = (302, {"Location": "http://api.binance.com/new"}, b"")
    assert ask(session, server.url + "/old").status == 302, "not in the clear"
    assert other.asked == []
    other.close()


def test_redirects_in_a_circle_end(server, session):
    server.answers["/old"] = (302, {"Location": "/old"}, b"")
    assert ask(session, server.url + "/old").status == 302
    assert len(server.asked) == 6
    assert ask(session, server.url + "/old", allow_redirects=False).status == 302
    assert len(server.asked) == 7


# -- the box -----------------------------------------------------------------------------------------------


def test_with_a_box_binance_s_addresses_are_answered_by_it(box, session):
    for url in ("https://api.binance.com/api/v3/ping", "https://fapi.binance.com/fapi/v1/ping"):
        ask(session, url)
    assert box.asked == ["GET /api/v3/ping", "GET /fapi/v1/ping"]


def test_with_a_box_another_host_is_refused_before_anything_is_sent(box, session):
    with pytest.raises(venues.OfflineError, match=r"offline: 'example\.org' was not contacted"):
        ask(session, "https://example.org/api/v3/ping")
    assert box.asked == []


def test_with_a_box_redirects_stay_in_it_or_are_refused(box, session):
    box.answers["/old"] = (301, {"Location": "https://www.binance.com/new"}, b"")
    assert ask(session, "https://api.binance.com/old").status == 200
    assert box.asked == ["GET /old", "GET /new"]
    for place in ("https://example.org/", "//example.org/", "http://10.0.0.1/"):
        box.answers["/old"] = (302, {"Location": place}, b"")
        with pytest.raises(venues.OfflineError):
            ask(session, "https://api.binance.com/old")


# -- proxies -----------------------------------------------------------------------------------------------

FAR = "https://api.binance.invalid"


@pytest.fixture
def far(authority):
    """A host that only the proxy reaches."""
    server = HttpServer(authority.issue("far", host="api.binance.invalid"))
    yield server
    server.close()


@pytest.fixture
def proxy(far):
    proxy = Proxy(far.port)
    yield proxy
    proxy.close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def named(proxy, monkeypatch, where):
    """A session and options with the proxy named at that place."""
    if where == "environment":
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    options = {"proxy": {"proxy": proxy.url}, "proxies": {"proxies": {"https": proxy.url}}}
    return Session({}, proxy=proxy.url if where == "session" else None), options.get(where, {})


@pytest.mark.parametrize("where", ["session", "proxy", "proxies", "environment"])
def test_a_call_goes_through_the_proxy_and_its_tls_to_the_host_itself(
    authority, far, proxy, monkeypatch, where
):
    session, options = named(proxy, monkeypatch, where)

    async def two():
        for _ in range(2):
            await session.request("get", FAR + "/x", verify=str(authority.file), **options)
        await session.close()

    asyncio.run(two())
    assert far.asked == ["GET /x", "GET /x"] and far.sni == ["api.binance.invalid"]
    (head,) = proxy.heads
    assert head.startswith("CONNECT api.binance.invalid:443 HTTP/1.1\r\nHost: api.binance.invalid:443\r\n")


def test_a_proxy_is_told_the_account_and_no_error_tells_it_on(far):
    proxy = Proxy(far.port, b"HTTP/1.1 407 Proxy Authentication Required")
    session = Session({}, proxy=proxy.url.replace("://", "://me:p%40ss@"))
    with pytest.raises(ConnectionError, match=r"does not let it through: HTTP/1\.1 407 Proxy Auth") as caught:
        ask(session, FAR + "/x", params=SIGNED)
    assert "Proxy-Authorization: Basic bWU6cEBzcw==" in proxy.heads[0]
    assert "p%40ss" not in str(caught.value) and "5ec3e7" not in str(caught.value)
    asyncio.run(session.close())
    proxy.close()


def test_a_proxy_is_not_asked_for_this_machine_nor_for_hosts_of_no_proxy(server, proxy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    session = Session({}, proxy=proxy.url)
    assert ask(session, server.url + "/x", proxies={"http": proxy.url}).status == 200
    asyncio.run(session.close())
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "binance.invalid")
    with pytest.raises(OSError, match=r"api\.binance\.invalid cannot be reached"):
        ask(Session({}), FAR + "/x", timeout=5)
    assert proxy.heads == []


def test_the_environment_s_proxies_can_be_left_aside(proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(OSError):
        ask(Session({}, trust_env=False), FAR + "/x", timeout=5)
    assert proxy.heads == []


@pytest.mark.parametrize("bad", ["socks5://me:secret@127.0.0.1:1080", "https://proxy.example:443", "http://"])
def test_a_proxy_that_cannot_be_used_is_an_error_and_never_passed_by(bad, monkeypatch):
    with pytest.raises(ValueError, match="cannot be used; it must be one of http://host:port") as caught:
        Session({}, proxy=bad)
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("HTTPS_PROXY", bad)
    with pytest.raises(ValueError, match="cannot be used"):
        ask(Session({}), FAR + "/x")


# -- the data classes --------------------------------------------------------------------------------------


def test_a_reply_can_be_pickled_with_its_request():
    import pickle

    reply = Reply(200, {"A": "b"}, b"{}", "OK", Request("GET", "https://api.binance.com/x"))
    assert pickle.loads(pickle.dumps(reply)) == reply


def test_importing_the_session_imports_neither_twisted_nor_a_reactor():
    python("""
        import sys
        import binance_legacy.engine.http_async
        assert not [name for name in sys.modules if name.startswith(("twisted", "treq"))]
    """)
