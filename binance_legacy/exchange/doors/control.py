"""What a client may say on a stream connection: SUBSCRIBE and its kin, and how they are answered.

Pure: one text in, one reply out. (Binance, *WebSocket Streams*: Live Subscribing/Unsubscribing to streams.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import orjson

MOST_STREAMS: Final = 1024
"""How many streams one connection may listen to."""

_METHODS: Final = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_VARIANTS: Final = ", ".join(f"`{method}`" for method in _METHODS)
_WORD: Final = re.compile(r"[A-Za-z0-9_\-]{1,36}")


class Listener(Protocol):
    """A connection, as far as requests can change it."""

    combined: bool
    names: dict[str, None]

    def subscribe(self, names: Iterable[str]) -> None: ...
    def unsubscribe(self, names: Iterable[str]) -> None: ...


class _Refused(Exception):
    """A request is refused, with a code and a text."""

    def __init__(self, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.reply = {"code": code, "msg": message, **more}


def answer(text: bytes, listener: Listener) -> bytes:
    """Carry out one request and give the reply.

    Args:
        text: as received.
        listener: the connection that it came from.
    """
    try:
        request = _parse(text)
        reply = {"result": _carry_out(request, text, listener), "id": request["id"]}
    except _Refused as refused:
        reply = refused.reply
    return orjson.dumps(reply)


def _parse(text: bytes) -> dict[str, Any]:
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _Refused(
            3, f"Invalid JSON: expected value at line {error.lineno} column {error.colno}"
        ) from None
    if not isinstance(request, dict):
        raise _invalid(f"invalid type: {_kind(request)}, expected struct Request at {_place(text, 0)}")
    if "method" not in request:
        raise _invalid(f"missing field `method` at {_place(text, len(text.rstrip()))}")
    if not _is_id(request):
        raise _invalid("request ID must be an unsigned integer")
    return request


def _carry_out(request: dict[str, Any], text: bytes, listener: Listener) -> Any:
    method = request["method"]
    if method not in _METHODS:
        told = orjson.dumps(method)
        place = _place(text, text.find(told) + len(told))
        raise _invalid(f"unknown variant `{method}`, expected one of {_VARIANTS} at {place}")
    params = request.get("params")
    if params is None:
        params = []
    if not isinstance(params, list):
        raise _invalid(f"invalid type: {_kind(params)}, expected a sequence at {_place(text, len(text))}")
    return _ANSWERS[method](params, listener, request["id"])


def _subscribe(params: list[Any], listener: Listener, number: Any) -> None:
    names = _names(params)
    if len({**listener.names, **dict.fromkeys(names)}) > MOST_STREAMS:
        raise _Refused(4, "Too many subscriptions", id=number)
    listener.subscribe(names)


def _unsubscribe(params: list[Any], listener: Listener, number: Any) -> None:
    listener.unsubscribe(_names(params))


def _list(params: list[Any], listener: Listener, number: Any) -> list[str]:
    if params:
        raise _invalid("too many parameters")
    return list(listener.names)


def _set_property(params: list[Any], listener: Listener, number: Any) -> None:
    _property(params, 2, number)
    if len(params) < 2 or not isinstance(params[1], bool):
        raise _Refused(1, "Invalid value type: expected Boolean")
    listener.combined = params[1]


def _get_property(params: list[Any], listener: Listener, number: Any) -> bool:
    _property(params, 1, number)
    return listener.combined


_ANSWERS: Final[dict[str, Callable[[list[Any], Listener, Any], Any]]] = {
    "SUBSCRIBE": _subscribe,
    "UNSUBSCRIBE": _unsubscribe,
    "LIST_SUBSCRIPTIONS": _list,
    "SET_PROPERTY": _set_property,
    "GET_PROPERTY": _get_property,
}


def _property(params: list[Any], most: int, number: Any) -> None:
    if not params or not isinstance(params[0], str):
        raise _invalid("property name must be a string")
    if len(params) > most:
        raise _invalid("too many parameters")
    if params[0] != "combined":
        raise _Refused(0, "Unknown property", id=number)


def _names(params: list[Any]) -> list[str]:
    for name in params:
        if not isinstance(name, str):
            raise _invalid(f"invalid type: {_kind(name)}, expected a string")
    return params


def _is_id(request: dict[str, Any]) -> bool:
    """A 64-bit whole number, a word of up to 36 letters and digits, or null; it must be there."""
    number = request.get("id", ...)
    if isinstance(number, str):
        return _WORD.fullmatch(number) is not None
    return number is None or (isinstance(number, int) and not isinstance(number, bool))


def _invalid(what: str) -> _Refused:
    return _Refused(2, f"Invalid request: {what}")


def _kind(value: Any) -> str:
    """A JSON value as the real exchange's parser names it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, (int, float)):
        return f"{'integer' if isinstance(value, int) else 'floating point'} `{value}`"
    if isinstance(value, str):
        return f'string "{value}"'
    return "sequence" if isinstance(value, list) else "map"


def _place(text: bytes, offset: int) -> str:
    lines = text[:offset].split(b"\n")
    return f"line {len(lines)} column {len(lines[-1])}"
