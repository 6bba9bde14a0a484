"""What happens today to a use of Binance, from the catalogue of endpoints and from what this package has."""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import ModuleType
from typing import Any, Final, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from binance_legacy.alias import our_name
from binance_legacy.endpoints import legacy  # noqa: F401 - fills the catalogue
from binance_legacy.endpoints.declare import Method, Moved, Retired, catalogue, methods, requests
from binance_legacy.wire import oldstreams, plans, streamnames

from .kinds import is_ours
from .uses import Use

Status = Literal["alive", "answered", "gone", "not served", "not found", "unknown"]

STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""What can happen to a use; ``check --help`` says what each means."""

GOOD: Final[frozenset[Status]] = frozenset({"alive", "answered", "unknown"})
"""Where the owner of a script has nothing to do."""

_HOLE: Final = re.compile(r"\{\}")
_API_V1_ENDED: Final = "2026-03-25"
_WAPI_ENDED: Final = "2021-08-01"
_VAPI_ENDED: Final = "2022-10-21"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens today.

    Attributes:
        status: one of `STATUSES`.
        text: the rest of the sentence.
        since: the day on which what 0.7 used ended, ``2021-08-01``; None where nothing ended or the day is unknown.
        today: what answers today: ``GET /sapi/v1/system/status``, or a stream.
    """

    status: Status
    text: str
    since: str | None = None
    today: tuple[str, ...] = ()


def verdict(use: Use) -> Verdict | None:
    """What happens to a use today; None where there is nothing to say of it."""
    match use.form:
        case "call":
            said = _of_call(use) if use.role else _of_likely_call(use)
            return None if said and said.status == "not found" and not (use.sure and use.closed) else said
        case "path":
            said = _of_path(use.method, use.name)
            return said if use.role or said.today or said.since else None  # it may be another server's
        case "stream" | "listed stream":
            return _of_stream(use.name, use.form == "listed stream")
        case "address":
            return _of_address(use)
        case "import":
            return _of_import(use.name)
        case "constant":
            return _of_constant(use)


# -- methods ----------------------------------------------------------------------------------------------


def _of_call(use: Use) -> Verdict | None:
    if use.role in ("client", "async client"):
        return _of_client_method(use.name, use.role == "client")
    if use.role == "manager":
        return _of_old_socket(use.name)
    owner = "ThreadedWebsocketManager" if use.role == "threaded" else "BinanceSocketManager"
    return _of_later_socket(owner, use.name)


def _of_likely_call(use: Use) -> Verdict | None:
    """Of a method whose owner is unknown: only names that are Binance's beyond doubt."""
    if use.name in methods():
        return _of_client_method(use.name, True)
    if use.name in oldstreams.SOCKETS:
        return _of_old_socket(use.name)
    return None


def _of_client_method(name: str, old_shape: bool) -> Verdict | None:
    from binance_legacy.async_client import AsyncClient
    from binance_legacy.client import Client

    known = methods().get(name)
    owner = Client if old_shape else AsyncClient
    if known is not None and hasattr(owner, name):
        return _of_method(known, old_shape)
    if hasattr(owner, name) or name in ("session", "response", "loop") or name.startswith("_"):
        return None
    if name in _later()["Client"]:
        return Verdict(
            "not served", "a method of python-binance 1.x; client.call reaches what has no method here"
        )
    return _not_found(f"{owner.__name__} never had a method {name}", name, methods())


def _of_method(method: Method, old_shape: bool) -> Verdict:
    today = _endpoints(method)
    if method.retired:
        return _of_retired(method.retired)
    if method.moved is None:
        return Verdict("alive", _joined(today) or "without a call", today=today)
    shape = "in the old shape" if old_shape else "in today's shape"
    by = f"by {_joined(today)}, {shape}" if today else "by this library itself, in the old shape"
    return Verdict("answered", f"{by}; {_ended(method.moved)}", _day(method.moved.since), today)


def _of_retired(gone: Retired) -> Verdict:
    if gone.answer is not None:
        return Verdict("answered", f"with {gone.answer!r}; {gone.nearest}", _day(gone.since))
    since = f"since {gone.since}" if _day(gone.since) else "Binance has it no more"
    return Verdict("gone", f"{since}; {gone.nearest}", _day(gone.since))


def _endpoints(method: Method) -> tuple[str, ...]:
    rows, over_websocket = catalogue(), requests()
    asked = [f"{rows[name].method} {rows[name].path}" for name in method.asks if name in rows]
    asked += [
        f"{over_websocket[name].method} of the WebSocket API"
        for name in method.asks
        if name in over_websocket
    ]
    return tuple(dict.fromkeys(asked))


def _ended(moved: Moved) -> str:
    if moved.since == "never existed":
        return f"{moved.was}, which 0.7 called, never existed"
    when = f" on {moved.since}" if _day(moved.since) else ""
    return f"Binance ended {moved.was}{when}"


def _day(since: str | None) -> str | None:
    return since if since and re.fullmatch(r"\d{4}-\d\d-\d\d", since) else None


def _joined(names: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


# -- sockets ----------------------------------------------------------------------------------------------


def _of_old_socket(name: str) -> Verdict | None:
    manager = _class("websockets", "BinanceSocketManager")
    old = oldstreams.SOCKETS.get(name)
    if old is not None:
        return _of_known_socket(old, _serves(manager, name))
    if hasattr(manager, name) or name.startswith("_"):
        return None
    if name in _later()["BinanceSocketManager"] | _later()["ThreadedWebsocketManager"]:
        return Verdict("not served", "a socket of python-binance 1.x; this is the manager of 0.7")
    return _not_found(f"BinanceSocketManager never had a method {name}", name, oldstreams.SOCKETS)


def _of_known_socket(old: oldstreams.OldSocket, served: bool) -> Verdict:
    ended = f"0.7's {old.stream} ended" + (f" on {old.since}" if old.since else "")
    note = f"; {old.note}" if old.note else ""
    if not served:
        moved = f"{ended}; its successor is {old.today}" if old.today else old.stream
        return Verdict(
            "not served", f"this version of binance_legacy does not open it yet; {moved}", old.since
        )
    if old.today is None:
        return Verdict("alive", f"{old.stream}{note}", today=(old.stream,))
    if old.stream.startswith("wss:"):  # the same, or nearly, from another address
        ended = f"the old address is silent since {old.since}" if old.since else "the old address is gone"
    return Verdict("answered", f"from {old.today}{note}; {ended}", old.since, (old.today,))


def _retired_stream(name: str, in_address: bool) -> Verdict:
    since, instead = streamnames.RETIRED[name]
    if in_address:  # nobody sees what is asked for there
        return Verdict(
            "gone", f"since {since} the stream {name} is silent; use a socket manager, or {instead}", since
        )
    kind = plans.spot(name).name
    today = f"<symbol>@{kind}"
    return Verdict(
        "answered", f"put together from {today} of each symbol; {name} ended on {since}", since, (today,)
    )


def _of_later_socket(owner: str, name: str) -> Verdict | None:
    if _serves(_class("streams", owner), name):
        return Verdict("alive", "as in python-binance 1.x") if name.endswith("_socket") else None
    if not name.endswith("_socket"):
        return None
    if name in _later()[owner]:
        return Verdict(
            "not served", f"of python-binance 1.x; this version of binance_legacy lacks its {owner} yet"
        )
    return _not_found(f"{owner} never had a method {name}", name, _later()[owner])


def _serves(owner: Any, name: str) -> bool:
    """Whether a class here has a method that does something."""
    method = getattr(owner, name, None)
    return method is not None and not (getattr(method, "__doc__", None) or "").startswith("Not yet")


# -- paths and streams written by hand ---------------------------------------------------------------------


def _of_path(verb: str, path: str) -> Verdict:
    """Of a path: it is asked for as it is written, whoever asks."""
    asked = f"{verb} {path}".strip()
    alive = [row for row in catalogue().values() if row.path == path and row.method == (verb or row.method)]
    if alive:
        return Verdict("alive", asked, today=(asked,))
    gone = _gone(verb, path)
    if gone is not None:
        return _of_gone_path(gone)
    if path.startswith("/api/v1/"):
        return _of_first_version(verb, path)
    if path.startswith("/wapi/"):
        return Verdict(
            "gone", f"since {_WAPI_ENDED}, with all of /wapi; the client's methods answer", _WAPI_ENDED
        )
    if path.startswith("/vapi/"):
        return Verdict(
            "gone", f"since {_VAPI_ENDED}, with all of /vapi; options are under /eapi/v1", _VAPI_ENDED
        )
    if _HOLE.search(path):
        return Verdict("unknown", f"{asked}: only the running script knows it whole")
    return Verdict("unknown", f"{asked} is sent to Binance as it stands")


def _of_gone_path(method: Method) -> Verdict:
    gone = method.moved or method.retired
    assert gone is not None
    since = f"since {gone.since}" if _day(gone.since) else "Binance has it no more"
    if method.retired:
        return Verdict("gone", f"{since}; {method.retired.nearest}", _day(gone.since))
    today = _endpoints(method)
    by = f" ({_joined(today)})" if today else ""
    return Verdict("gone", f"{since}; use client.{method.name}(){by}", _day(gone.since), today)


def _of_first_version(verb: str, path: str) -> Verdict:
    """Of ``/api/v1``, which went as a whole."""
    today = path.replace("/api/v1/", "/api/v3/", 1)
    if any(row.path == today for row in catalogue().values()):
        return Verdict("gone", f"since {_API_V1_ENDED}; use {today}", _API_V1_ENDED, (today,))
    answering = _gone(verb, today)
    if answering is not None:
        return _of_gone_path(answering)
    return Verdict("gone", f"since {_API_V1_ENDED}, with all of /api/v1")


def _gone(verb: str, path: str) -> Method | None:
    """The method that called a path in 0.7 and whose path is gone."""
    for method in methods().values():
        gone = method.moved or method.retired
        if gone is not None:
            was, _, where = gone.was.partition(" ")
            if where == path and verb in ("", was):
                return method
    return None


def _of_stream(name: str, in_list: bool, in_address: bool = False) -> Verdict | None:
    """Of a spot stream; one that is in no socket's list may be meant for another exchange."""
    written = _with_example(name)
    base = re.sub(r"@\d+ms$", "", written)
    for stream in (written, base):
        if stream in streamnames.RETIRED and streamnames.fault(stream):
            return _retired_stream(stream, in_address)
    if streamnames.read(written) is not None:
        return Verdict("alive", "", today=(name,))
    return Verdict("not found", streamnames.fault(written) or name) if in_list else None


def _with_example(name: str) -> str:
    """A stream's name with something right in its holes, so that the rest of it can be read."""
    symbol, at, kind = name.partition("@")
    kind = kind.replace("kline_{}", "kline_1m").replace("depth{}", "depth5").replace("@{}ms", "@100ms")
    return f"{symbol.replace('{}', 'btcusdt') or 'btcusdt'}{at}{_HOLE.sub('', kind)}" if at else name


def _of_address(use: Use) -> Verdict | None:
    address = urlsplit(use.name)
    host = address.hostname or ""
    if host in oldstreams.DEAD_HOSTS:
        return Verdict("gone", f"the host {host} answers no more; {oldstreams.DEAD_HOSTS[host]}")
    if address.scheme in ("ws", "wss"):
        return _of_stream_address(host, address.path, dict(parse_qsl(address.query)).get("streams", ""))
    path = address.path.rstrip("/")
    return _of_path(use.method, path) if path.count("/") >= 3 else _of_base(path)


def _of_base(path: str) -> Verdict | None:
    """Of the beginning of addresses, to which a script adds the rest."""
    if path in ("/api/v1", "/wapi", "/wapi/v3"):
        since = _API_V1_ENDED if path == "/api/v1" else _WAPI_ENDED
        return Verdict("gone", f"since {since}, with all of {path}", since)
    return None


def _of_stream_address(host: str, path: str, listed: str) -> Verdict | None:
    door, _, names = path.strip("/").partition("/")
    streams = [name for name in (names or listed).split("/") if name]
    if host == "fstream.binance.com":
        return _of_futures_streams(door, streams)
    if host != "stream.binance.com":
        return None
    said = [found for name in streams if (found := _of_stream(name, name != "{}", True))]
    return next((one for one in said if one.status != "alive"), said[0] if said else None)


def _of_futures_streams(door: str, streams: list[str]) -> Verdict | None:
    if door not in ("ws", "stream"):
        return None
    parts = dict.fromkeys(streamnames.futures_category(_with_example(name)) for name in streams)
    right = " or ".join(f"wss://fstream.binance.com/{part}/{door}" for part in parts) or (
        f"/public/{door}, /market/{door} or /private/{door}"
    )
    since = oldstreams.FUTURES_SPLIT
    return Verdict("gone", f"since {since} nearly all streams are silent there; use {right}", since)


# -- names ------------------------------------------------------------------------------------------------


def _of_import(name: str) -> Verdict | None:
    """Of what is imported; nothing is said of what is there."""
    if _exists(name):
        return None
    module, _, last = name.rpartition(".")
    if name in _later()["modules"] or (last in _later()["names"] and _is_known_module(module)):
        return Verdict("not served", "python-binance has it; this version of binance_legacy does not yet")
    if _module(module):
        return _not_found(f"{module} never had {last}", last, dir(_module(module)))
    return Verdict("not found", "no version of python-binance had it; it may be of another library")


def _of_constant(use: Use) -> Verdict | None:
    places = {"client": ("client", "Client"), "async client": ("async_client", "AsyncClient")}
    module, name = places.get(use.role, ("websockets", "BinanceSocketManager"))
    owner = _class(module, name)
    if hasattr(owner, use.name) or use.name in _later()["Client"] | _later()["BinanceSocketManager"]:
        return None
    return _not_found(f"{name} never had {use.name}", use.name, dir(owner))


def _is_known_module(name: str) -> bool:
    return name in _later()["modules"] or _module(name) is not None


def _exists(name: str) -> bool:
    module, _, last = name.rpartition(".")
    return _module(name) is not None or (bool(module) and hasattr(_module(module), last))


@functools.cache
def _module(name: str) -> ModuleType | None:
    """The module here that has an old name."""
    if not is_ours(name):
        return None
    ours = our_name(name) or name
    try:
        return importlib.import_module(ours) if importlib.util.find_spec(ours) else None
    except ModuleNotFoundError:
        return None


def _class(module: str, name: str) -> Any:
    return getattr(_module(f"binance.{module}"), name, None)


def _not_found(sentence: str, name: str, known: Iterable[str]) -> Verdict:
    near = difflib.get_close_matches(name, list(known), 1, 0.8)
    return Verdict("not found", f"{sentence}; is {near[0]} meant?" if near else sentence)


@functools.cache
def _later() -> Mapping[str, frozenset[str]]:
    """The names of python-binance 1.0.37 that 0.7.11 had not: of classes, modules, and in modules."""
    table = files(__package__).joinpath("later_names.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines()]
    return {owner: frozenset(name for of, name in rows if of == owner) for owner, _ in rows}
