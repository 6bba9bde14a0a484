"""A WebSocket server on 127.0.0.1 that does what a test says, good or bad. Threads and plain sockets only."""

import base64
import contextlib
import hashlib
import json
import socket
import ssl
import struct
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Line:
    """One accepted connection."""

    def __init__(self, server, sock):
        self.server, self.sock = server, sock
        self.path = None
        self.open = False
        self.frames = []  # (opcode, payload) of data, ping and close frames that the client sent
        self._send_lock = threading.Lock()

    def send_frame(self, opcode, payload=b"", fin=True):
        head = bytes([(0x80 if fin else 0) | opcode])
        size = len(payload)
        if size < 126:
            head += bytes([size])
        elif size < 65536:
            head += b"\x7e" + struct.pack(">H", size)
        else:
            head += b"\x7f" + struct.pack(">Q", size)
        with self._send_lock:
            self.sock.sendall(head + payload)

    def send(self, message):
        self.send_frame(1, message if isinstance(message, bytes) else json.dumps(message).encode())

    def close(self, code=1000):
        """A closing handshake begun by the server."""
        self.send_frame(8, struct.pack(">H", code))

    def abort(self):
        """TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop()

    def drop(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR) if self.open else None
        self.sock.close()

    # the thread of this line

    def serve(self):
        try:
            self._handshake()
            while self.open:
                self._read_frame()
        except (OSError, ValueError, EOFError):
            pass
        finally:
            self.open = False
            self.server._changed()
            self.sock.close()

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            part = self.sock.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _handshake(self):
        request = b""
        while b"\r\n\r\n" not in request:
            part = self.sock.recv(4096)
            if not part:
                raise EOFError
            request += part
        self.path = request.split(b" ")[1].decode()
        self.server.requests.append(self.path)
        self.server._changed()
        if self.server.status != 101:
            self.sock.sendall(f"HTTP/1.1 {self.server.status} Refused\r\nContent-Length: 0\r\n\r\n".encode())
            raise EOFError
        if self.server.no_handshake:
            self.sock.recv(1)
            raise EOFError
        keys = [
            line.split(b":", 1)[1].strip()
            for line in request.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key")
        ]
        if not keys:
            raise EOFError  # somebody wants a web page
        accept = base64.b64encode(hashlib.sha1(keys[0] + GUID).digest())
        answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.sock.sendall(answer + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        self.open = True
        self.server._changed()
        for message in self.server.greeting(self.path):
            self.send(message)

    def _read_frame(self):
        first, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._exactly(8))
        mask = self._exactly(4) if second & 0x80 else bytes(4)
        payload = bytes(b ^ mask[i % 4] for i, b in enumerate(self._exactly(size)))
        opcode = first & 0x0F
        self.frames.append((opcode, payload))
        self.server._changed()
        if opcode == 9 and self.server.answers_pings:
            self.send_frame(10, payload)
        if opcode == 8:
            self.send_frame(8, payload)
            self.open = False


class StreamServer:
    """Accepts connections until closed; `greeting(path)` gives the messages sent at once to each new line."""

    def __init__(self, certificate=None):
        self.lines = []
        self.requests = []
        self.status = 101
        self.no_handshake = False
        self.answers_pings = True
        self.greeting = lambda path: []
        self._context = None
        self.sni = []
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
            self._context.sni_callback = lambda sock, name, context: self.sni.append(name)
        self._condition = threading.Condition()
        self._listener = None
        self.port = 0
        self.listen()

    @property
    def url(self):
        return f"{'wss' if self._context else 'ws'}://{'localhost' if self._context else '127.0.0.1'}:{self.port}/"

    def listen(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._begin, args=(sock,), daemon=True).start()

    def _begin(self, sock):
        if self._context:
            try:
                sock = self._context.wrap_socket(sock, server_side=True)
            except (OSError, ssl.SSLError):
                sock.close()
                return
        line = Line(self, sock)
        self.lines.append(line)
        line.serve()

    def _changed(self):
        with self._condition:
            self._condition.notify_all()

    def wait(self, condition, timeout=10):
        """Until `condition()` holds; fails the test when it does not."""
        with self._condition:
            assert self._condition.wait_for(condition, timeout), f"never came true: requests {self.requests}"

    def open_lines(self):
        return [line for line in self.lines if line.open]

    def wait_open(self, count, timeout=10):
        """The open lines, once there are `count` of them."""
        self.wait(lambda: len(self.open_lines()) >= count, timeout)
        return self.open_lines()

    def broadcast(self, message):
        for line in self.open_lines():
            line.send(message)

    def stop_listening(self):
        """Refuse connections from now on (TCP)."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self):
        self.stop_listening()
        for line in self.lines:
            line.drop()
