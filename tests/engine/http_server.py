"""An HTTP server on 127.0.0.1, plain or with TLS, that counts its lines, and a proxy that knows `CONNECT`."""

import contextlib
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class HttpServer(ThreadingHTTPServer):
    """Answers ``{}``, or what `answers` says of a path: (status, headers, bytes), or a function of the handler.

    Attributes:
        asked: ``GET /path?query`` of each call. `bodies`, `headers`: of each.
        lines: how many connections there were; `open_lines`: how many there are.
        left: set when a caller has cut its line while a call waited in `hang`.
    """

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.bodies, self.headers, self.answers, self.sni = [], [], [], {}, []
        self.lines = self.open_lines = 0
        self.changed = threading.Condition()
        self.left, self.arrived = threading.Event(), threading.Event()
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            context.sni_callback = lambda _line, name, _context: self.sni.append(name)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        return f"{self.scheme}://{'localhost' if self.scheme == 'https' else '127.0.0.1'}:{self.port}"

    def process_request_thread(self, request, client_address):
        with self.changed:
            self.lines += 1
            self.open_lines += 1
        try:
            with contextlib.suppress(OSError):  # whoever does not trust the certificate hangs up
                super().process_request_thread(request, client_address)
        finally:
            with self.changed:
                self.open_lines -= 1
                self.changed.notify_all()

    def handle_error(self, request, client_address):
        pass

    def all_lines_closed(self, within=5):
        with self.changed:
            return self.changed.wait_for(lambda: not self.open_lines, within)

    def close(self):
        self.shutdown()
        self.server_close()


def hang(handler):
    """Never answers; sees when the caller hangs up."""
    handler.server.arrived.set()
    with contextlib.suppress(OSError):
        while handler.connection.recv(100):
            pass
    handler.server.left.set()
    handler.close_connection = True


def half(handler):
    """Sends half a body; sees when the caller hangs up."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"symbol":"BNB')
    hang(handler)


def raw(content):
    """Sends these bytes and hangs up."""

    def answer(handler):
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        server = self.server
        server.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        server.headers.append({name.lower(): value for name, value in self.headers.items()})
        server.asked.append(f"{self.command} {self.path}")
        answer = server.answers.get(urlsplit(self.path).path, (200, {}, b"{}"))
        if callable(answer):
            answer = answer(self)
        if answer is None:
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *args):
        pass


class Proxy:
    """Lets lines through to one address, whatever host is named; `heads` are what it was asked."""

    def __init__(self, target, verdict=b"HTTP/1.1 200 Connection established"):
        self.heads, self.target, self.verdict = [], target, verdict
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                line, _ = self.listening.accept()
                threading.Thread(target=self._let_through, args=(line,), daemon=True).start()

    def _let_through(self, line):
        with line:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += line.recv(1000)
            self.heads.append(head.decode())
            line.sendall(self.verdict + b"\r\n\r\n")
            if b" 200 " in self.verdict:
                with socket.create_connection(("127.0.0.1", self.target)) as onward:
                    back = threading.Thread(target=_pass_on, args=(onward, line), daemon=True)
                    back.start()
                    _pass_on(line, onward)
                    back.join(5)

    def close(self):
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)  # else accept() goes on
        self.listening.close()


def _pass_on(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(10_000):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
