"""The WebSocket API's door: its connections, each with a session of its own."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from .. import refusals
from ..refusals import Refusal
from . import microseconds
from .connections import TOO_BUSY, Connection, ConnectionFactory, Limits
from .office import WholeOffice
from .sessions import Options, Session
from .streams import frame

PATH: Final = "/ws-api/v3"


def read_options(uri: str) -> Options:
    """What an address of this door asks for.

    Raises:
        Refusal: what is not served.
    """
    asked = parse_qs(uri.partition("?")[2])
    if asked.get("responseFormat", ["json"])[0].lower() != "json":
        raise refusals.unsupported("only responseFormat=json is served by this exchange")
    shown = asked.get("returnRateLimits", ["true"])[0].lower() != "false"
    return Options(shown, microseconds.wanted(asked.get("timeUnit", [None])[0]))


class ApiConnection(Connection):
    """One client's connection."""

    factory: ApiFactory
    session: Session | None = None

    def opened(self) -> None:
        try:
            self.session = Session(
                self.factory.office,
                self.peer_address,
                lambda text: self.send(frame(text)),
                _milliseconds(),
                read_options(self.http_request_uri),
                self._failing,
            )
        except Refusal as refused:  # its address has used its weight up
            self.end(TOO_BUSY, refused.message[:120])

    def _failing(self, method: str) -> Refusal | None:
        failure = self.factory.house.faults.failure(method, "WS")
        return None if failure is None else failure.refusal(_milliseconds())

    @property
    def peer_address(self) -> str:
        """The client's address, without its port."""
        return str(self.transport.getPeer().host)

    def closed(self) -> None:
        if self.session is not None:
            self.session.close()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.session is None or not self.may_speak():
            return
        outside = self.factory.outside
        later = None if outside is None else outside.later_on_api(payload)
        if later is None:
            self._answer(payload)
            return
        later.addCallback(lambda reply: self._answer(payload) if reply is None else self.send(frame(reply)))
        later.addErrback(lambda why: self._refuse(payload, why.value))

    def _answer(self, payload: bytes) -> None:
        if self.session is not None:
            self.factory.house.catch_up()
            self.session.answer(payload, _milliseconds())
            self.factory.house.followed()

    def _refuse(self, payload: bytes, why: BaseException) -> None:
        refusal = why if isinstance(why, Refusal) else refusals.broken()
        number = orjson.loads(payload).get("id")
        told = {"id": number, "status": refusal.status, "error": refusal.error(), "rateLimits": []}
        self.send(frame(orjson.dumps(told)))

    def tell_shutdown(self, at: int) -> None:
        if self.session is not None:
            self.session.tell_shutdown()


class ApiFactory(ConnectionFactory):
    """Makes the connections of one exchange's WebSocket API.

    Args:
        office: of the exchange.
        outside: where a market lies that is followed, or None.
    """

    protocol: Any = ApiConnection

    def __init__(
        self,
        house: Any,
        reactor: Any,
        office: WholeOffice,
        limits: Limits | None = None,
        outside: Any = None,
    ) -> None:
        super().__init__(house, reactor, limits or Limits(requests=None))
        self.office = office
        self.outside = outside


def _milliseconds() -> int:
    return int(time.time() * 1000)
