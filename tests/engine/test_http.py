"""Where REST calls go: real servers on 127.0.0.1, sessions of requests, proxies that must not be asked."""

import contextlib
import logging
import os
import socket
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from binance_legacy.engine import http
from binance_legacy.exceptions import BinanceRequestException
from binance_legacy.wire import venues


class Door(ThreadingHTTPServer):
    """Keeps every request line it got; answers 200, or what `answers` says of a path: (status, headers)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.peers, self.answers = [], set(), {}
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the headers' receipt

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.peers.add(self.client_address)
        status, headers = self.server.answers.get(self.path.partition("?")[0], (200, {}))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def door():
    server = Door()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def box(door):
    venues.use_box(door.url)
    yield door
    venues.use_box(None)


@pytest.fixture
def proxy(monkeypatch):
    """A proxy that the environment names; it would answer, and keeps what it was asked."""
    server = Door()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, server.url)
        monkeypatch.setenv(name.lower(), server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


def test_the_method_of_that_name_of_the_session_is_called(door, session):
    for method in ("get", "post", "put", "delete"):
        assert http.send(session, method, door.url + "/x").json() == {}
    assert door.asked == ["GET /x", "POST /x", "PUT /x", "DELETE /x"]
    assert len(door.peers) == 1, "one connection, kept alive"


def test_with_a_box_binance_s_addresses_are_answered_by_it_whatever_the_session(box, session):
    for url in ("https://api.binance.com/api/v3/ping", "https://fapi.binance.com/fapi/v1/ping"):
        http.send(session, "get", url)
    assert box.asked == ["GET /api/v3/ping", "GET /fapi/v1/ping"]


def test_the_box_is_looked_for_when_a_call_is_made(door, session, monkeypatch):
    monkeypatch.setenv(venues.BOX_VARIABLE, door.url)
    http.send(session, "get", "https://api.binance.com/api/v3/ping")
    assert door.asked == ["GET /api/v3/ping"]


def test_with_a_box_another_host_is_refused_before_anything_is_sent(box, session):
    with pytest.raises(venues.OfflineError, match=r"offline: 'example\.org' was not contacted"):
        http.send(session, "get", "https://example.org/api/v3/ping")
    assert box.asked == []


def test_a_proxy_of_the_environment_is_not_asked_for_what_is_on_this_machine(box, proxy, session):
    http.send(session, "get", "https://api.binance.com/api/v3/ping")
    http.send(session, "get", box.url + "/here")
    assert proxy.asked == [] and box.asked == ["GET /api/v3/ping", "GET /here"]


def test_nor_is_one_of_the_session_or_of_the_call(door, proxy, session):
    session.proxies = {"http": proxy.url, "all": proxy.url}
    http.send(session, "get", door.url + "/a", proxies={"http": proxy.url, "https": proxy.url})
    session.proxies = {"http://127.0.0.1": proxy.url}
    http.send(session, "get", door.url + "/b")
    session.proxies = {"all://127.0.0.1": proxy.url}
    http.send(session, "get", door.url + "/c")
    assert proxy.asked == [] and door.asked == ["GET /a", "GET /b", "GET /c"]
    assert session.proxies == {"all://127.0.0.1": proxy.url}, "the script's own are as they were"


def test_a_proxy_is_asked_for_what_is_elsewhere(proxy, session):
    http.send(session, "get", "http://api.binance.invalid/x", proxies={"http": proxy.url})
    assert proxy.asked == ["GET http://api.binance.invalid/x"]


def test_with_a_box_a_redirect_to_binance_stays_in_it(box, session):
    box.answers["/old"] = (301, {"Location": "https://www.binance.com/new"})
    assert http.send(session, "get", "https://api.binance.com/old", params="a=1").status_code == 200
    assert box.asked == ["GET /old?a=1", "GET /new"]


def test_with_a_box_a_redirect_elsewhere_is_refused(box, session):
    for place in ("https://example.org/", "//example.org/", "http://10.0.0.1/"):
        box.answers["/old"] = (302, {"Location": place})
        with pytest.raises(venues.OfflineError):
            http.send(session, "get", "https://api.binance.com/old", allow_redirects=True)


def test_with_a_box_redirects_in_a_circle_end(box, session):
    box.answers["/old"] = (302, {"Location": "/old"})
    assert http.send(session, "get", "https://api.binance.com/old").status_code == 302
    assert len(box.asked) < 10


def test_an_order_is_not_placed_again_where_a_redirect_leads(box, session):
    box.answers["/order"] = (302, {"Location": "/elsewhere"})
    http.send(session, "post", "https://api.binance.com/order", data="a=1")
    assert box.asked == ["POST /order", "GET /elsewhere"]


def test_what_requests_offers_is_handed_on(door):
    seen = {}

    class Session:
        def get(self, url, **options):
            seen.update(options, url=url)

    http.send(Session(), "get", "https://api.binance.com/x", verify=False, timeout=3, cert="mine.pem")
    assert seen == {"url": "https://api.binance.com/x", "verify": False, "timeout": 3, "cert": "mine.pem"}


def test_a_call_to_this_machine_leaves_the_environment_which_other_threads_read_as_it_is(
    door, proxy, session, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        requests.utils, "proxy_bypass", lambda host: seen.append(os.environ.get("no_proxy")) or False
    )
    door.answers["/old"] = (302, {"Location": "/new"})
    http.send(session, "get", door.url + "/old")
    assert set(seen) <= {None} and proxy.asked == [] and door.asked == ["GET /old", "GET /new"]


def test_a_redirect_is_not_followed_where_the_call_says_so(door, session):
    door.answers["/old"] = (302, {"Location": "/new"})
    assert http.send(session, "get", door.url + "/old", allow_redirects=False).status_code == 302
    assert door.asked == ["GET /old"]


SIGNED = "a=1&signature=5ec3e7"


def test_no_signature_stands_in_the_error_of_a_call_that_found_nobody(session):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(requests.ConnectionError) as caught:
        http.send(session, "get", f"http://127.0.0.1:{port}/api/v3/account", params=SIGNED)
    shown = "".join(traceback.format_exception(caught.value))
    assert "/api/v3/account?a=1" in shown and "5ec3e7" not in shown


def test_no_signature_stands_in_the_log_of_requests(door, session, caplog):
    with caplog.at_level(logging.DEBUG):
        http.send(session, "get", door.url + "/api/v3/account", params="a=1&signature=5ec3e7")
    assert "/api/v3/account?a=1&signature=..." in caplog.text and "5ec3e7" not in caplog.text


def test_no_signature_stands_in_the_log_of_an_answer_with_a_broken_header(session, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            line, _ = listening.accept()
            line.recv(4096)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header\r\nX: y\r\n\r\n{}")
            line.close()

        threading.Thread(target=answer, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        with contextlib.suppress(requests.RequestException, BinanceRequestException):
            http.send(session, "get", address, params=SIGNED)
    assert "Failed to parse headers" in caplog.text and "5ec3e7" not in caplog.text


KEY = "-".join(("the", "api", "key"))  # a traceback shows lines of this file too


def test_no_key_stands_in_the_error_of_a_header_that_cannot_be_sent(door, session):
    with pytest.raises(requests.exceptions.InvalidHeader, match="line break") as caught:
        http.send(session, "get", door.url + "/x", headers={"X-MBX-APIKEY": KEY + "\n"})
    assert KEY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)


def test_an_answer_that_breaks_off_is_one_that_cannot_be_read(session):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            line, _ = listening.accept()
            line.recv(4096)
            line.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"symbol":"BNB')
            line.close()

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(BinanceRequestException, match="cut off"):
            http.send(session, "get", f"http://127.0.0.1:{listening.getsockname()[1]}/x")
