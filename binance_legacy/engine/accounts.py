"""An account's events over the WebSocket API, where Binance's listen keys of spot and margin ended on 2026-02-20.

On every new line the subscription is made anew: with a signature for the spot account, with a listen token for a margin
account, which is renewed on the same line before it ends. Events come out bare, as the old sockets gave them. What
happened to orders of the spot account while no line was subscribed is asked for on the next one and handed on before
anything newer (`wire.journal`). (Binance, *WebSocket API: User Data Stream*; *Margin: Listen token*.)
"""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ..endpoints.userstream import ListenKey, maker_of
from ..wire import signing
from ..wire.journal import Asking, Event, Journal, Question, Recovered
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
_BAD_REQUEST = 400
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


class _Past:
    """What the lines of one socket, one after the other, heard of an account.

    Attributes:
        journal: what it was.
        listening: the lines that are subscribed; two while one takes over from the other.
        has_begun: whether any ever was.
        has_gap: whether none was for a while, and what happened then has not been told yet.
    """

    def __init__(self) -> None:
        self.journal = Journal()
        self.listening: set[Account] = set()
        self.has_begun = self.has_gap = False

    def joined(self, account: Account, now: int) -> None:
        """A line is subscribed."""
        self.listening.add(account)
        if not self.has_begun:
            self.has_begun = True
            self.journal.begin(now)

    def left(self, account: Account) -> None:
        """A line is subscribed no longer."""
        if account in self.listening:
            self.listening.remove(account)
            self.has_gap = self.has_gap or not self.listening


class Account:
    """Subscribes a line to one account's events; a factory's `talk`.

    A spot account is asked what happened while no line was subscribed, each time one is again: which orders are open
    (weight 80), the orders of each symbol that was heard of (20 each) and, where something was missed, trades (20 a
    symbol), lists (4 each) and balances (20). Until that is answered live events wait. `Journal.recovery` says what
    is told and what cannot be found: above all orders placed and ended meanwhile on a symbol that no event and no open
    order spoke of before. Where it cannot be found out, or the account is one of margin, a warning says so.

    Parameters:
        client: whose account it is.
        key: which of its accounts.
        errands: makes the client's REST calls (a new listen token, the exchange's time).
        past: of the line whose place this one takes.
    """

    def __init__(
        self, client: Any, key: ListenKey, errands: Errands | None = None, past: _Past | None = None
    ) -> None:
        self._client = client
        self.key = key
        self._errands = errands or Errands()
        self._past = past or _Past()
        self._rest()

    def _rest(self) -> None:
        self._line: StreamProtocol | None = None
        self._factory: StreamFactory | None = None
        self._number = 0
        self._asked: int | None = None  # the number of the subscription that is not answered yet
        self._subscription: Any = None
        self._resynchronised = False
        self._timers: dict[str, Any] = {}
        self._events: list[Event] = []
        self._held: list[Event] | None = None
        self._asking: Asking | None = None
        self._results: list[Any] = []
        self._places: dict[int, int] = {}  # number of a question of the round -> its place

    def again(self) -> Account:
        """The same for another line."""
        return Account(self._client, self.key, self._errands, self._past)

    def begin(self, line: StreamProtocol, factory: StreamFactory) -> None:
        """A line is open: subscribe."""
        self._rest()
        self._line, self._factory = line, factory
        self._subscribe()

    def end(self) -> None:
        """The line is gone."""
        self._past.left(self)
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
            params = self._signed({})
        except Exception as why:  # noqa: BLE001 - a key that cannot sign; the line is tried anew, and it is told
            self._refused(f"the request could not be signed: {why}", None)
        else:
            self._ask("userDataStream.subscribe.signature", params)

    def _signed(self, params: dict[str, Any]) -> dict[str, Any]:
        client = self._client
        asked = {**params, "apiKey": client.API_KEY, "timestamp": client._exchange_time()}
        return signing.signed_request(client._signing_key(), asked)

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
        self._asked = self._number
        self._line.say({"id": self._number, "method": method, "params": params})
        self._after("reply", times().reply, self._was_not_answered)

    def _after(self, name: str, delay: float, call: Any) -> None:
        timer = self._timers.get(name)
        if timer is not None and timer.active():
            timer.cancel()
        self._timers[name] = reactor.callLater(delay, call)

    def _was_not_answered(self) -> None:
        if self._line is not None and self._line.held:  # nobody reads it; the answer may lie there
            self._after("reply", times().reply, self._was_not_answered)
        elif self._factory is not None:
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
        """The account's events, bare: those that were missed once they are known, then the live ones."""
        for message in messages:
            if isinstance(message, dict):
                self._read(message)
        events, self._events = self._events, []
        return events

    def _read(self, message: dict[str, Any]) -> None:
        event = message.get("event")
        if isinstance(event, dict):
            self._hear(event, message.get("subscriptionId"))
        elif message.get("id") in self._places:
            self._note_result(message)
        elif message.get("id") == self._asked is not None:
            self._answered(message)
        elif message.get("id") is None:
            log.warning("the WebSocket API says: %.200s", message)

    def _hear(self, event: Event, subscription: Any) -> None:
        kind = event.get("e")
        mine = subscription in (None, self._subscription)
        if kind == "eventStreamTerminated":
            self._terminated(subscription)
        elif kind == "serverShutdown":
            self._events.append(event)
        elif mine and self._held is not None:
            self._held.append(event)
        elif mine and self._past.journal.heard(event):
            self._events.append(event)

    def _terminated(self, subscription: Any) -> None:
        if subscription == self._subscription:
            self._subscription = None
            self._past.left(self)
            self._stop_asking()
            self._subscribe()

    def _answered(self, answer: dict[str, Any]) -> None:
        self._asked = None
        if self._timers["reply"].active():
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
            if self._line is not None:
                self._line.say(request)
        if self.key.kind != "spot":
            self._plan_renewal()
        self._join()

    def _refused(self, why: str, status: int | None) -> None:
        if self._factory is not None:
            self._factory.refused(why, status)
            if self._line is not None:
                self._line.sendClose(1000)

    # -- what was missed ----------------------------------------------------------------------------------

    def _join(self) -> None:
        """The account's events come from here on."""
        past = self._past
        is_first = not past.has_begun
        past.joined(self, self._client._exchange_time())
        if past.has_gap and self.key.kind == "spot":
            self._held = []
            self._ask_in_rounds(past.journal.recovery(self._held))
            return
        if past.has_gap:
            self._warn("is not asked for of margin accounts")
        elif is_first and self.key.kind == "spot":
            self._ask_in_rounds(past.journal.look_round())
        self._ready()

    def _ready(self) -> None:
        self._past.has_gap = False
        if self._factory is not None and not self._factory.is_ready:
            self._factory.ready()

    def _ask_in_rounds(self, asking: Asking) -> None:
        self._asking = asking
        self._round(None)

    def _round(self, results: list[Any] | None) -> None:
        """Send what was answered, and ask what is asked next."""
        if self._asking is None:
            return
        try:
            questions = next(self._asking) if results is None else self._asking.send(results)
            requests = [self._request(question) for question in questions]
        except StopIteration as end:
            self._found_out(end.value)
        except Exception as why:  # noqa: BLE001 - an answer that is none of Binance's; the stream goes on
            self._not_found_out(f"could not be read: {why!r}")
        else:
            self._say_round(requests)

    def _request(self, question: Question) -> dict[str, Any]:
        params = self._signed(question.params) if question.signed else question.params
        return {"method": question.method, "params": params}

    def _say_round(self, requests: list[dict[str, Any]]) -> None:
        self._results = [None] * len(requests)
        if not requests:
            self._after("round", times().batch, self._pause_is_over)
            return
        first = self._number + 1
        self._number += len(requests)
        self._places = {first + place: place for place in range(len(requests))}
        self._after("round", times().reply, self._round_was_not_answered)
        for number, place in self._places.items():
            if self._line is not None:
                self._line.say({"id": number, **requests[place]})

    def _pause_is_over(self) -> None:
        self._round([])
        self._hand_on()

    def _round_was_not_answered(self) -> None:
        if self._line is not None and self._line.held:
            self._after("round", times().reply, self._round_was_not_answered)
            return
        self._not_found_out("was not answered")
        self._hand_on()

    def _hand_on(self) -> None:
        """Hand events on where no message is being read."""
        if self._factory is not None:
            self._factory.received([])

    def _note_result(self, answer: dict[str, Any]) -> None:
        """An answer of the round; of what the exchange does not know of, there is none."""
        place, status = self._places.pop(answer["id"]), answer.get("status")
        if status not in (200, _BAD_REQUEST):
            error = answer.get("error") or {}
            self._not_found_out(f"was refused: APIError(code={error.get('code')}): {error.get('msg')}")
            return
        self._results[place] = answer.get("result")
        if not self._places:
            self._timers["round"].cancel()
            self._round(self._results)

    def _found_out(self, recovered: Recovered | None) -> None:
        """All was answered: a recovery's, or that of what is open where listening begins."""
        self._stop_asking()
        if recovered is None:
            return
        for doubt in recovered.doubts:
            self._warn(f"is not all known: {doubt}")
        if recovered.missed:
            log.info("%s events of orders happened while no line was subscribed", recovered.missed)
        self._go_on(recovered.events)

    def _not_found_out(self, why: str) -> None:
        held = self._held
        self._stop_asking()
        if held is None:
            log.info("which orders are open where listening begins %s", why)
            return
        self._warn(why)
        self._go_on([event for event in held if self._past.journal.heard(event)])

    def _go_on(self, events: list[Event]) -> None:
        self._ready()
        self._events += events

    def _stop_asking(self) -> None:
        timer = self._timers.get("round")
        if timer is not None and timer.active():
            timer.cancel()
        self._asking, self._held, self._places = None, None, {}

    def _warn(self, why: str) -> None:
        log.warning(
            "%s: events of the %s account since %s may be missing, because what happened while no line was subscribed "
            "%s; get_open_orders() and get_my_trades() tell",
            self._factory.name if self._factory is not None else "an account",
            self.key.kind,
            time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self._past.journal.until / 1000)),
            why,
        )
