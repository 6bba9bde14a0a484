"""An account's events over the WebSocket API, where Binance's listen keys of spot and margin ended on 2026-02-20.

On every new line the subscription is made anew: with a signature for the spot account, with a listen token for a margin
account, which is renewed on the same line before it ends. Events come out bare, as the old sockets gave them. (Binance,
*WebSocket API: User Data Stream*; *Margin: Listen token*.)
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ..endpoints.userstream import ListenKey, maker_of
from ..wire import signing
from .errands import Errands
from .reactor import reactor
from .settings import times

if TYPE_CHECKING:
    from .connection import Message, StreamFactory, StreamProtocol, Talk

log = logging.getLogger("binance_legacy.engine")

WS_API = "wss://ws-api.binance.{}/ws-api/v3"

_KEY = re.compile(r"/(?:ws/|stream\?streams=)(?P<key>[A-Za-z0-9]{60})")
_OUT_OF_TIME = -1021
_ACTIVE_ALREADY = -2035
_SOON = 1.0


def address(client: Any) -> str:
    """Where a client's WebSocket API is."""
    url = str(getattr(client, "WS_API_URL", None) or WS_API)
    return url.replace("{}", str(getattr(client, "tld", None) or "com"))


def of_listen_key(url: str) -> tuple[str, Talk | None]:
    """What to connect to instead, and what to say there, where an address bears a listen key of a client of ours."""
    parts = urlsplit(url)
    match = _KEY.search(unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path))
    client: Any = maker_of(match["key"]) if match else None
    known = client.listen_key(match["key"]) if match and client is not None else None
    if known is None:
        return url, None
    return address(client), Account(client, known)


class Account:
    """Subscribes a line to one account's events; a factory's `talk`.

    Parameters:
        client: whose account it is.
        key: which of its accounts.
        errands: makes the client's REST calls (a new listen token, the exchange's time).
    """

    def __init__(self, client: Any, key: ListenKey, errands: Errands | None = None) -> None:
        self._client = client
        self.key = key
        self._errands = errands or Errands()
        self._rest()

    def _rest(self) -> None:
        self._line: StreamProtocol | None = None
        self._factory: StreamFactory | None = None
        self._number = 0
        self._subscription: Any = None
        self._resynchronised = False
        self._timers: dict[str, Any] = {}

    def again(self) -> Account:
        """The same for another line."""
        return Account(self._client, self.key, self._errands)

    def begin(self, line: StreamProtocol, factory: StreamFactory) -> None:
        """A line is open: subscribe."""
        self._rest()
        self._line, self._factory = line, factory
        self._subscribe()

    def end(self) -> None:
        """The line is gone."""
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()
        self._rest()

    # -- asking -------------------------------------------------------------------------------------------

    def _subscribe(self) -> None:
        if self._line is None:
            return
        self._look_at_key()
        if self.key.kind != "spot":
            self._subscribe_by_token()
            return
        try:
            params = self._signed()
        except Exception as why:  # noqa: BLE001 - a key that cannot sign; the line is tried anew, and it is told
            self._refused(f"the request could not be signed: {why}", None)
        else:
            self._ask("userDataStream.subscribe.signature", params)

    def _signed(self) -> dict[str, Any]:
        client = self._client
        params = {"apiKey": client.API_KEY, "timestamp": client._exchange_time()}
        return signing.signed_request(client._signing_key(), params)

    def _look_at_key(self) -> None:
        """A script may have renewed the token itself."""
        known = self._client.listen_key(self.key.key)
        if known is not None and known.token_expires >= self.key.token_expires:
            self.key = known

    def _subscribe_by_token(self) -> None:
        if self._left() <= 0:
            self._renew()
        else:
            self._ask("userDataStream.subscribe.listenToken", {"listenToken": self.key.token})

    def _ask(self, method: str, params: dict[str, Any]) -> None:
        if self._line is None:
            return
        self._number += 1
        self._line.say({"id": self._number, "method": method, "params": params})
        self._after("reply", times().reply, self._was_not_answered)

    def _after(self, name: str, delay: float, call: Any) -> None:
        timer = self._timers.get(name)
        if timer is not None and timer.active():
            timer.cancel()
        self._timers[name] = reactor.callLater(delay, call)

    def _was_not_answered(self) -> None:
        if self._factory is not None:
            self._factory.drop("the subscription was not answered", "broken")

    # -- tokens -------------------------------------------------------------------------------------------

    def _left(self) -> float:
        """Seconds that the token is valid."""
        return float(self.key.token_expires - self._client._exchange_time()) / 1000 if self.key.token else 0.0

    def _plan_renewal(self) -> None:
        left = self._left()
        self._after("renewal", max(left / 2, left - times().renew_before), self._renew)

    def _renew(self) -> None:
        line = self._line
        self._errands.run(
            lambda: self._client._renew_listen_token(self.key), lambda answer: self._renewed(answer, line)
        )

    def _renewed(self, answer: Any, line: Any) -> None:
        if line is None or line is not self._line:
            return
        if isinstance(answer, ListenKey):
            self.key = answer
            self._subscribe_by_token()
        elif self._subscription is None:
            self._refused(f"no listen token was given: {answer}", getattr(answer, "status_code", None))
        else:
            log.warning("a listen token could not be renewed and is asked for again: %s", answer)
            self._after("renewal", max(_SOON, min(self._left() / 4, 60.0)), self._renew)

    # -- what comes ---------------------------------------------------------------------------------------

    def heard(self, messages: list[Message]) -> list[Message]:
        """The account's events, bare."""
        return [event for message in messages for event in self._read(message)]

    def _read(self, message: Message) -> list[Message]:
        if not isinstance(message, dict):
            return []
        event = message.get("event")
        if not isinstance(event, dict):
            if message.get("id") == self._number:
                self._answered(message)
            elif "id" not in message or message["id"] is None:
                log.warning("the WebSocket API says: %.200s", message)
            return []
        if event.get("e") == "eventStreamTerminated":
            self._terminated(message)
            return []
        mine = message.get("subscriptionId", self._subscription) == self._subscription
        return [event] if mine or event.get("e") == "serverShutdown" else []

    def _terminated(self, message: dict[str, Any]) -> None:
        if message.get("subscriptionId") == self._subscription:
            self._subscription = None
            self._subscribe()

    def _answered(self, answer: dict[str, Any]) -> None:
        self._timers["reply"].cancel()
        error = answer.get("error") or {}
        code = error.get("code")
        if answer.get("status") == 200:
            self._subscribed(answer.get("result") or {})
        elif code == _ACTIVE_ALREADY and self._subscription is not None:
            self._plan_renewal()  # the token that is in use goes on
        elif code == _OUT_OF_TIME and not self._resynchronised:
            self._resynchronised = True
            self._errands.run(self._client._synchronise, lambda _: self._subscribe())
        else:
            self._refused(f"APIError(code={code}): {error.get('msg')}", answer.get("status"))

    def _subscribed(self, result: dict[str, Any]) -> None:
        before, self._subscription = self._subscription, result.get("subscriptionId")
        self._resynchronised = False
        if before is not None and before != self._subscription:
            self._number += 1
            request = {
                "id": self._number,
                "method": "userDataStream.unsubscribe",
                "params": {"subscriptionId": before},
            }
            self._number += 1  # its answer is nobody's
            if self._line is not None:
                self._line.say(request)
        if self.key.kind != "spot":
            self._plan_renewal()
        if self._factory is not None and not self._factory.is_ready:
            self._factory.ready()

    def _refused(self, why: str, status: int | None) -> None:
        if self._factory is not None:
            self._factory.refused(why, status)
            if self._line is not None:
                self._line.sendClose(1000)
