"""A WebSocket API on 127.0.0.1 that answers what a test says, or nothing."""

import json
import socket
import ssl

from .stream_server import Line, StreamServer


class ApiLine(Line):
    """One accepted connection, which hands each request to the server's `answer`."""

    def _read_frame(self):
        super()._read_frame()
        opcode, payload = self.frames[-1]
        if opcode == 1:
            self.server.asked_by(self, json.loads(payload))


class ApiServer(StreamServer):
    """Answers each request as `answers` says: by method, a result, a function of line and request, or SILENCE.

    A method that is not named there is answered with its own name and parameters.
    """

    SILENCE = object()

    def __init__(self, certificate=None):
        self.asked = []  # (line, request)
        self.answers = {}
        super().__init__(certificate)

    def _begin(self, sock):
        # Else a second frame waits 40 ms for the receipt of the first.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context:
            try:
                sock = self._context.wrap_socket(sock, server_side=True)
            except (OSError, ssl.SSLError):
                sock.close()
                return
        line = ApiLine(self, sock)
        self.lines.append(line)
        line.serve()

    def asked_by(self, line, request):
        self.asked.append((line, request))
        self._changed()
        method = request["method"]
        answer = self.answers.get(method, {"method": method, "params": request.get("params")})
        if callable(answer):
            answer = answer(line, request)
        if answer is not self.SILENCE:
            line.send({"id": request["id"], "status": 200, "result": answer})

    def wait_asked(self, count):
        """The requests that came, once there are `count` of them."""
        self.wait(lambda: len(self.asked) >= count)
        return [request for _, request in self.asked]


def refused(status, code, message, **data):
    """An answer that refuses: the error whole, instead of a result."""

    def answer(line, request):
        error = {"code": code, "msg": message} | ({"data": data} if data else {})
        line.send({"id": request["id"], "status": status, "error": error})
        return ApiServer.SILENCE

    return answer
