"""While a box is in use nothing leaves this machine, whatever a program tries."""

import http.server
import json
import threading
from textwrap import dedent

import pytest

from .interpreters import environment, python

GUARDED = """
    import socket, requests, urllib.request
    from binance_legacy import offline
    from binance_legacy.wire.venues import OfflineError
    offline.guard()
    offline.guard()

    def refused(attempt, *kinds):
        try:
            attempt()
        except (OfflineError, *kinds) as refusal:
            assert "offline: " in str(refusal) and " was not contacted" in str(refusal), refusal
            return refusal
        raise AssertionError("it was let through")
"""


class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"path": self.path, "host": self.headers["Host"]}).encode()
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "https://api.binance.com/api/v3/there")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def box():
    """A plain HTTP server in the place of the exchange in a box: it says what it was asked."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def guarded(code, box, **changes):
    return python(dedent(GUARDED) + dedent(code), env=environment(BINANCE_LEGACY_BOX=box, **changes))


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('prices.example.com', 443))",
        "socket.create_connection(('203.0.113.7', 443))",
        "socket.getaddrinfo('prices.example.com', 443)",
        "socket.getaddrinfo(b'prices.example.com', 443)",
        "socket.gethostbyname('prices.example.com')",
        "socket.gethostbyname_ex('prices.example.com')",
        "socket.gethostbyaddr('203.0.113.7')",
        "socket.getnameinfo(('203.0.113.7', 53), 0)",
        "tcp.connect(('203.0.113.7', 443))",
        "tcp.connect_ex(('203.0.113.7', 443))",
        "udp.connect(('203.0.113.7', 53))",
        "udp.sendto(b'x', ('203.0.113.7', 53))",
        "udp.sendto(b'x', ('prices.example.com', 53))",
        "tcp.connect(('prices.example.com', 443))",
        "tcp.connect_ex(('prices.example.com', 443))",
        "udp.sendto(b'x', 0, ('prices.example.com', 53))",
        "udp.sendmsg([b'x'], [], 0, ('prices.example.com', 53))",
        "udp.sendmsg([b'x'], [], 0, ('203.0.113.7', 53))",
        "urllib.request.urlopen('https://prices.example.com/')",
        "urllib.request.urlopen('ftp://prices.example.com/')",
    ],
)
def test_no_way_out_is_open(attempt):
    guarded(
        f"""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        refused(lambda: {attempt}, urllib.request.URLError)
        """,
        "http://127.0.0.1:1",
    )


def test_ipv6_is_guarded_too():
    guarded(
        """
    if socket.has_ipv6:
        with socket.socket(socket.AF_INET6) as six:
            refused(lambda: six.connect(("2001:db8::7", 443)))
            refused(lambda: six.connect(("::ffff:203.0.113.7", 443)))
        """,
        "http://127.0.0.1:1",
    )


def test_a_refusal_is_the_error_that_old_code_already_expects():
    guarded(
        """
    def kind(attempt):
        return type(refused(attempt, requests.RequestException))
    assert issubclass(kind(lambda: requests.get("https://prices.example.com")), requests.ConnectionError)
    assert issubclass(kind(lambda: socket.gethostbyname("prices.example.com")), socket.gaierror)
    assert issubclass(kind(lambda: socket.create_connection(("203.0.113.7", 1))), ConnectionError)
        """,
        "http://127.0.0.1:1",
    )


def test_this_machine_stays_free(box):
    guarded(
        """
    socket.getaddrinfo(None, 0, flags=socket.AI_PASSIVE)
    socket.getaddrinfo("192.0.2.1", 80)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
    here, there = socket.socketpair()
    here.close(), there.close()
    assert not hasattr(socket, "AF_UNIX") or [s.close() for s in [socket.socket(socket.AF_UNIX)]]
        """,
        box,
    )


def test_what_is_asked_of_binance_through_requests_is_answered_by_the_box_and_no_proxy_is_asked(box):
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"), "http://127.0.0.1:9")
    guarded(
        """
    for url in ("https://api.binance.com/api/v3/a?x=1", "http://api1.binance.com/b", "https://www.binance.us/c"):
        answer = requests.get(url, timeout=5)
        assert url.endswith(answer.json()["path"])
    session = requests.Session()
    session.proxies = {"https": "http://127.0.0.1:9"}
    assert session.get("https://api.binance.com/d", proxies={"https": "http://127.0.0.1:9"}).ok
    with urllib.request.urlopen(answer.url) as direct:
        assert direct.status == 200
        """,
        box,
        **proxies,
    )


def test_urllib_is_answered_by_the_box_too(box):
    guarded(
        """
    import json
    request = urllib.request.Request("https://api.binance.com/api/v3/a?x=1", headers={"X-MBX-APIKEY": "k"})
    for asked in (request, request, "https://api.binance.com/api/v3/a?x=1"):
        with urllib.request.urlopen(asked, timeout=5) as answer:
            assert json.load(answer)["path"] == "/api/v3/a?x=1"
        """,
        box,
    )


def test_a_redirect_is_followed_into_the_box(box):
    assert (
        guarded("print(requests.get('https://api.binance.com/moved').json()['path'])", box) == "/api/v3/there"
    )


def test_without_a_box_the_guard_lets_everything_be():
    python(
        """
        from binance_legacy import offline
        import os, requests, socket
        offline.guard()
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.connect(("127.0.0.1", 9))
        prepared = requests.Request("GET", "https://prices.example.com/").prepare()
        class Adapter(requests.adapters.BaseAdapter):
            def send(self, request, **_):
                print(request.url)
                raise requests.ConnectionError
            def close(self): pass
        session = requests.Session()
        session.mount("https://", Adapter())
        try:
            session.send(prepared)
        except requests.ConnectionError:
            pass
        """,
    )


def test_a_child_process_that_imports_binance_is_guarded(tmp_path):
    from binance_legacy.alias import SHIM

    python(
        """
        import binance, socket
        try:
            socket.gethostbyname("prices.example.com")
        except OSError as refusal:
            assert "offline: prices.example.com was not contacted" in str(refusal)
        else:
            raise AssertionError("it was let through")
        """,
        env=environment(SHIM, BINANCE_LEGACY_BOX="http://127.0.0.1:1"),
        cwd=tmp_path,
    )
