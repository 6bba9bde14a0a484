"""An HTTP server on 127.0.0.1 that answers what a test says and keeps what it was asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest


class Asked(NamedTuple):
    method: str
    path: str
    query: str
    headers: dict
    body: str

    @property
    def params(self):
        """Of the query and of the body."""
        return dict(parse_qsl(self.query, True) + parse_qsl(self.body, True))


class RestServer(ThreadingHTTPServer):
    """`answers` maps a path to a JSON value, (status, text or value[, headers]), or a function of `Asked`.

    An answer under ``POST /path`` goes before one under the path alone.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = []
        self.answers = {"/api/v3/ping": {}, "/api/v3/time": {"serverTime": 1_600_000_000_000}}
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def last(self):
        return self.asked[-1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the headers' receipt

    def handle_one(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        asked = Asked(self.command, parts.path, parts.query, dict(self.headers), body)
        self.server.asked.append(asked)
        answers = self.server.answers
        nothing = answers.get(parts.path, (404, "<html>nothing here</html>"))
        answer = answers.get(f"{self.command} {parts.path}", nothing)
        answer = answer(asked) if callable(answer) else answer
        status, value, *headers = answer if isinstance(answer, tuple) else (200, answer)
        text = value if isinstance(value, str) else json.dumps(value)
        self.send_response(status)
        for name, content in dict(*headers).items():
            self.send_header(name, content)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_DELETE = handle_one

    def log_message(self, *args):
        pass


@pytest.fixture
def rest():
    server = RestServer()
    yield server
    server.shutdown()
    server.server_close()
