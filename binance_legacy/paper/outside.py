"""What lies outside a paper box, as its doors ask for it."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from autobahn.twisted.resource import WebSocketResource
from twisted.internet import reactor as _reactor
from twisted.internet import threads

from binance_legacy.exchange.doors import sessions
from binance_legacy.exchange.doors.push import read_target
from binance_legacy.exchange.doors.rest import Answer, Request
from binance_legacy.exchange.market.followed import FollowedMarket
from binance_legacy.exchange.refusals import unsupported
from binance_legacy.wire import venues

from .asking import Asking
from .follow import Follow
from .gate import SECRET, is_market_stream, is_public
from .pipes import PipeFactory

reactor: Any = _reactor

_ELSEWHERE = ("/sapi/v1/margin/", "/sapi/v1/userListenToken", "/papi/")
_PLACING = (".place", ".cancelReplace", ".test")
"""What the methods of the WebSocket API are called by which orders meet the market."""


class Outside:
    """What lies outside a paper box: asked for the public market, and followed where users trade.

    Parameters:
        live: the address of a box that stands for the live exchange, or None for Binance.
    """

    def __init__(self, live: str | None) -> None:
        self._asking = Asking(trust_env=live is None)
        self.follow: Follow | None = None
        self.pipes: Any = None

    def begin(self, box: Any) -> None:
        """The box is there: begin to follow."""
        self.follow = Follow(box, self._asking)
        self.pipes = WebSocketResource(PipeFactory(box, reactor))
        self.follow.start()

    def market(self, seed: int, start: int) -> FollowedMarket:
        """The market of a paper box."""
        return FollowedMarket(seed=seed, start=start)

    # -- REST ----------------------------------------------------------------------------------------------

    def later(self, asked: Request) -> Any:
        """What is answered later: a Deferred of an answer, or of None when the box can answer; None: it can now.

        Raises:
            Refusal: a paper box does not serve it.
        """
        if is_public(asked.method, asked.path, asked.query):
            return threads.deferToThread(self._asking.ask, asked.path, asked.query)
        first = asked.path.split("/", 2)[1]
        if asked.path.startswith(_ELSEWHERE) or first in ("fapi", "dapi", "eapi", "futures"):
            raise unsupported(f"{asked.method} {asked.path}: paper trading is spot trading")
        symbol = dict(parse_qsl(f"{asked.query}&{asked.body}")).get("symbol")
        if symbol is None or self.follow is None:
            return None
        return self.follow.ready(symbol, fresh=asked.method == "POST")

    # -- the WebSocket API ---------------------------------------------------------------------------------

    def later_on_api(self, payload: bytes) -> Any:
        """The same of a request of the WebSocket API: a Deferred of a reply, or of None; None: it can answer now."""
        try:
            request = orjson.loads(payload)
            method, params = str(request["method"]), request.get("params") or {}
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        if not isinstance(params, dict):
            return None
        path = sessions.MARKET.get(method.removeprefix("v3/"))
        if path is None:
            symbol = params.get("symbol")
            if not isinstance(symbol, str) or self.follow is None:
                return None
            return self.follow.ready(symbol, fresh=any(word in method for word in _PLACING))
        sent = {name: value for name, value in params.items() if name.lower() not in SECRET}
        query = urlencode({name: _text(value) for name, value in sent.items() if name != "returnRateLimits"})
        found = threads.deferToThread(self._asking.ask, f"/api/v3/{path}", query)
        found.addCallback(functools.partial(_reply, request.get("id")))
        return found

    # -- streams -------------------------------------------------------------------------------------------

    def takes(self, uri: str) -> bool:
        """Whether an address asks for streams of the public market alone, which are piped."""
        target = read_target(uri)
        if target.door.endswith(("private", "unrouted")):
            return False
        return all(is_market_stream(target.door, name) for name in target.names)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else str(value)


def _reply(number: Any, answer: Answer) -> bytes:
    told = orjson.loads(answer.body or b"{}")
    reply = {"id": number, "status": answer.status, "result" if answer.status == 200 else "error": told}
    return orjson.dumps({**reply, "rateLimits": []})


def outside(live: str | None) -> Outside:
    """What lies outside a paper box in this process: Binance, or a box that stands for it."""
    if live is not None:
        venues.use_box(live)
    return Outside(live)
