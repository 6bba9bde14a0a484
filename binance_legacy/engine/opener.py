"""Opens the sockets of a manager: by their names on the venues of its client, over as few connections as it takes."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..endpoints.userstream import ListenKey
from ..wire import plans, streamnames, venues
from ..wire.plans import Plan
from . import accounts, http
from .bundle import Board, Bundle, Latest, Line, Slow
from .connection import Message, StreamFactory
from .errands import Errands
from .feed import Change, Feed
from .keys import Kept, KeyedLine
from .reactor import engine
from .settings import times
from .socket import Sink, Socket, Teller
from .subscriptions import MOST_STREAMS, fits_address


@dataclass
class Opener:
    """What the sockets of one manager have in common.

    Attributes:
        client: asked which symbols are traded, and for listen keys.
        factory: the class that makes connections.
        verify: whether certificates are verified, or the PEM file of roots to verify against.
        errands: makes the client's calls.
        on_notice: given each notice.
    """

    client: Any
    factory: Callable[[str], StreamFactory]
    verify: bool | str = True
    errands: Errands = field(default_factory=Errands)
    on_notice: Teller | None = None

    # -- one stream or several of one address -------------------------------------------------------------

    def spot(self, key: str, base: str, names: Sequence[str], combined: bool, **outlet: Any) -> Socket:
        """A socket of spot streams.

        Parameters:
            key: what the user knows it by.
            base: the venue's address, ``wss://stream.binance.com:9443/``.
            names: of the streams, as the program wrote them.
            combined: whether messages come as ``{'stream', 'data'}``.
            outlet: ``callback``, ``sink``, ``on_give_up`` as of `Feed`.
        """
        plan = functools.partial(plans.spot, is_listen_key=self._is_listen_key)
        wanted = list(map(plan, names))
        if not combined and len(wanted) == 1 and wanted[0].how == "account":
            return self.account(key, self.client.listen_key(names[0]), **outlet)
        return self._open(key, base, wanted, combined, plan, outlet)

    def futures(
        self, key: str, base: str, names: Sequence[str], margin: int, combined: bool = True, **outlet: Any
    ) -> Socket:
        """A socket of futures streams; as `spot`."""
        plan = functools.partial(plans.futures, margin=margin)
        return self._open(key, base, list(map(plan, names)), combined, plan, outlet)

    def options(
        self, key: str, base: str, names: Sequence[str], combined: bool, legacy: bool, **outlet: Any
    ) -> Socket:
        """A socket of options streams; as `spot`."""
        plan = functools.partial(plans.options, legacy=legacy)
        return self._open(key, base, list(map(plan, names)), combined, plan, outlet)

    def account(self, key: str, listen_key: ListenKey, **outlet: Any) -> Feed:
        """A socket of the events of a spot or margin account."""
        return self._feed(key, functools.partial(self.account_factory, listen_key), **outlet)

    def keyed(self, key: str, listen_key: Kept, make_address: Callable[[str], str], **outlet: Any) -> Bundle:
        """A socket of the events of an account that still has listen keys.

        Parameters:
            listen_key: asked for, and kept alive.
            make_address: the address of a key.
        """
        bundle = Bundle(key, **{"on_notice": self.on_notice, **outlet})
        bundle.add(
            KeyedLine(
                lambda line: self.feed(
                    bundle, lambda: self.factory(make_address(line.key)), sink=bundle.take, change=line.read
                ),
                listen_key,
                bundle,
                self.errands,
            )
        )
        return bundle

    def address(self, key: str, make_address: Callable[[], str], **outlet: Any) -> Feed:
        """A socket of an address that may be another each time a connection is made."""
        return self._feed(key, lambda: self.factory(make_address()), **outlet)

    # -- how ----------------------------------------------------------------------------------------------

    def _open(
        self,
        key: str,
        base: str,
        wanted: Sequence[Plan],
        combined: bool,
        plan: Callable[[str], Plan],
        outlet: dict[str, Any],
    ) -> Socket:
        one_door = len({each.door for each in wanted}) <= 1 and all(each.how == "stream" for each in wanted)
        simple = (
            one_door and (_plain(wanted) or len(wanted) == 1) and fits_address(each.name for each in wanted)
        )
        if simple:
            feed = self._on_one_line(key, base, wanted, combined, outlet)
            feed.must_fit = functools.partial(_must_fit, feed.key, wanted[0].door if wanted else "", plan)
            return feed
        return self._bundle(key, base, wanted, combined, plan, outlet)

    def _on_one_line(
        self, key: str, base: str, wanted: Sequence[Plan], combined: bool, outlet: dict[str, Any]
    ) -> Feed:
        door = wanted[0].door if wanted else ""
        names = [each.name for each in wanted]
        plain = _plain(wanted)
        if combined:
            change = None if plain else plans.in_envelope(wanted)
            url = f"{_base(base, door)}stream?streams={'/'.join(names)}"
        else:
            change = wanted[0].change
            url = f"{_base(base, door)}ws/{'/'.join(names)}"
        listed = names if combined and plain else None
        return self._feed(key, lambda: self.factory(url), names=listed, change=change, **outlet)

    def _bundle(
        self,
        key: str,
        base: str,
        wanted: Sequence[Plan],
        combined: bool,
        plan: Callable[[str], Plan],
        outlet: dict[str, Any],
    ) -> Bundle:
        bundle = Bundle(key, **{"on_notice": self.on_notice, **outlet})
        made = _Parts(self, bundle, base, combined)
        made.add(wanted)
        if combined:
            bundle.add_streams = lambda names: engine.soon(made.add, [plan(name) for name in names])
            bundle.drop_streams = lambda names: engine.soon(made.drop, names)
        return bundle

    def feed(self, bundle: Bundle, make: Callable[[], StreamFactory], **rest: Any) -> Feed:
        """A connection of a bundle."""
        return Feed(
            bundle.key, make, verify=self.verify, on_notice=bundle.noticed, on_give_up=bundle.gave_up, **rest
        )

    def _feed(
        self,
        key: str,
        make: Callable[[], StreamFactory],
        callback: Callable[[Message], Any] | None = None,
        **rest: Any,
    ) -> Feed:
        feed = Feed(key, make, verify=self.verify, **{"on_notice": self.on_notice, **rest})
        feed.factory.callback = callback
        return feed

    # -- what it asks the client --------------------------------------------------------------------------

    def _is_listen_key(self, key: str) -> bool:
        ask = getattr(self.client, "listen_key", None)
        return ask is not None and ask(key) is not None

    def account_factory(self, listen_key: ListenKey) -> StreamFactory:
        """A connection to the WebSocket API that hears of an account."""
        factory = self.factory(accounts.address(self.client))
        factory.talk = accounts.Account(self.client, listen_key, self.errands)
        return factory

    def symbols(self) -> Any:
        """Which symbols are traded: their names, or something to await."""
        call = getattr(self.client, "call", None)
        if call is None:
            return _symbols_without_client()
        answer = call("GET", "/api/v3/ticker/price", symbolStatus="TRADING")
        return _names(answer) if isinstance(answer, list) else _names_later(answer)


def _plain(wanted: Iterable[Plan]) -> bool:
    return all(each.is_plain for each in wanted)


def _must_fit(key: str, door: str, plan: Callable[[str], Plan], name: str) -> None:
    """Refuse a stream that does not come over one line as it is."""
    wanted = plan(name)
    if wanted.how != "stream" or not wanted.is_plain or wanted.door != door:
        raise ValueError(
            f"{name!r} cannot be added to the open socket {key!r}, since Binance serves it otherwise today: "
            "open a socket of its own for it, or name it in the list when you open this one"
        )


def _base(base: str, door: str) -> str:
    base = base.rstrip("/") + "/"
    return f"{base}{door}/" if door else base


def _names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["symbol"] for row in rows]


async def _names_later(answer: Any) -> list[str]:
    return _names(await answer)


def _symbols_without_client() -> list[str]:
    """For a manager whose client is a stand-in."""
    import requests

    url = venues.SPOT_REST.format("com") + "/v3/ticker/price"
    with requests.Session() as session:
        reply = http.send(session, "get", url, params="symbolStatus=TRADING", timeout=10)
    reply.raise_for_status()
    return _names(reply.json())


class _Parts:
    """Makes the parts of a bundle, and more of them when streams are asked for later."""

    def __init__(self, opener: Opener, bundle: Bundle, base: str, combined: bool) -> None:
        self._opener, self._bundle = opener, bundle
        self._base, self._combined = base, combined
        self._asked: dict[str, tuple[Plan, Any]] = {}  # name -> how, and the part it rides on
        self._lines: dict[str, list[Feed]] = defaultdict(list)  # by door
        self._plans: dict[str, dict[str, Plan]] = defaultdict(dict)  # by door: living name -> how

    def add(self, wanted: Iterable[Plan]) -> None:
        """Streams that are not there yet: over the lines that have room, or new parts."""
        streams: dict[str, list[Plan]] = defaultdict(list)
        for plan in wanted:
            if plan.asked in self._asked:
                continue
            if plan.how == "stream":
                self._asked[plan.asked] = plan, None
                streams[plan.door].append(plan)
            else:
                part = getattr(self, f"_{plan.how}")(plan)
                self._asked[plan.asked] = plan, part
                self._bundle.add(part)
        for door, each in streams.items():
            self._stream(door, each)

    def drop(self, names: Iterable[str]) -> None:
        """Streams that are wanted no longer."""
        for name in names:
            if name not in self._asked:
                continue
            plan, part = self._asked.pop(name)
            if plan.how == "stream":
                self._plans[plan.door].pop(plan.name, None)
                for feed in self._lines[plan.door]:
                    feed.unsubscribe([plan.name])
            else:
                part._stop()
                self._bundle.parts.remove(part)

    def _stream(self, door: str, wanted: Sequence[Plan]) -> None:
        self._plans[door].update((plan.name, plan) for plan in wanted)
        names = [plan.name for plan in wanted]
        for feed in self._lines[door]:
            room = MOST_STREAMS - len(feed.names)
            if names[:room]:
                feed.subscribe(names[:room])
            names = names[room:]
        while names:
            feed = self._line(door, names[:MOST_STREAMS])
            self._lines[door].append(feed)
            self._bundle.add(Line(feed))
            names = names[MOST_STREAMS:]

    def _line(self, door: str, names: Sequence[str]) -> Feed:
        listed = names if fits_address(names) else []
        url = f"{_base(self._base, door)}stream{'?streams=' if listed else ''}{'/'.join(listed)}"
        change = functools.partial(self._as_asked, self._plans[door])
        return self._opener.feed(
            self._bundle, lambda: self._opener.factory(url),
            names=listed, wanted=names, sink=self._bundle.take, change=change,
        )  # fmt: skip

    def _as_asked(self, known: dict[str, Plan], message: Message) -> Message | None:
        """A combined connection's message as the program asked for it."""
        plan = known.get(message.get("stream", "")) if isinstance(message, dict) else None
        if plan is None:
            return None  # its stream was given up a moment ago
        data = message.get("data")
        data = data if plan.change is None else plan.change(data)
        if data is None or not self._combined:
            return data
        return (
            message
            if data is message.get("data") and plan.asked == plan.name
            else {"stream": plan.asked, "data": data}
        )

    def _wrap(self, asked: str) -> Change:
        return (lambda data: {"stream": asked, "data": data}) if self._combined else (lambda data: data)

    def _hand(self, asked: str) -> Callable[[Message], None]:
        wrap = self._wrap(asked)
        return lambda data: self._bundle.take([wrap(data)])

    # -- parts that are put together ----------------------------------------------------------------------

    def _board(self, plan: Plan) -> Board:
        hand, wrap = self._hand(plan.asked), self._wrap(plan.asked)
        return Board(
            self._bundle.key,
            plan.name,
            self._board_line,
            self._opener.symbols,
            self._opener.errands,
            Latest(hand, times().batch * plan.period) if plan.period else None,
            lambda rows: self._bundle.take([wrap(row) for row in rows]),
            self._bundle.noticed,
        )

    def _board_line(self, names: Sequence[str], sink: Sink) -> Feed:
        url = _base(self._base, "") + "stream"

        def make() -> StreamFactory:
            factory = self._opener.factory(url)
            if venues.box():
                factory.headers[streamnames.NAMES_CHECKED] = "1"
            return factory

        return self._opener.feed(self._bundle, make, names=(), wanted=names, sink=sink)

    def _slow(self, plan: Plan) -> Slow:
        url = f"{_base(self._base, '')}ws/{plan.name}"
        latest = Latest(self._hand(plan.asked), times().batch * plan.period)
        return Slow(
            lambda sink: self._opener.feed(self._bundle, lambda: self._opener.factory(url), sink=sink), latest
        )

    def _account(self, plan: Plan) -> Line:
        known = self._opener.client.listen_key(plan.asked)
        make = functools.partial(self._opener.account_factory, known)
        return Line(
            self._opener.feed(self._bundle, make, sink=self._bundle.take, change=self._wrap(plan.asked))
        )
