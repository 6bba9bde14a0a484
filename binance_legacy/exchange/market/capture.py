"""Reading recorded market data, line by line, in the formats that recorders write; and writing our own.

Four are read, plain or gzipped:

* ours: a first line ``{"binance_legacy_capture": 1}``, then ``{"t": TIME, "stream": NAME, "data": PAYLOAD}``
  for a message and ``{"t": TIME, "rest": "/api/v3/depth?symbol=ETHUSDT&limit=1000", "data": ANSWER}`` for an
  answer; TIME is when it arrived, in milliseconds or microseconds since 1970;
* hftbacktest's: ``NANOSECONDS {"stream": NAME, "data": PAYLOAD}``, and ``NANOSECONDS {"lastUpdateId": ...}`` for
  a depth answer of the symbol recorded around it;
* cryptofeed's sockets: a first line with the address, then ``SECONDS: {"stream": NAME, "data": PAYLOAD}``;
* cryptofeed's answers: ``ADDRESS -> SECONDS: ANSWER``, in the same file or in one beside it (``..._ws`` and
  ``..._http``), which is then found by itself.
"""

from __future__ import annotations

import gzip
import logging
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast

import orjson

log = logging.getLogger("binance_legacy.exchange")

FORMATS: Final = (
    'read are: lines of {"t": ..., "stream": ..., "data": ...} after a line {"binance_legacy_capture": 1}, '
    'hftbacktest\'s "<nanoseconds> <json>" and cryptofeed\'s "<seconds>: <json>", plain or gzipped'
)
_ANSWER: Final = re.compile(rb"https?://\S+?(/[^\s?]*)(?:\?(\S*))? -> ([\d.]+): (.*)", re.DOTALL)
_TIMED: Final = re.compile(rb"([\d.]+): (.*)", re.DOTALL)
_NANO: Final = re.compile(rb"(\d{16,20}) (.*)", re.DOTALL)
_NEEDED: Final = {
    "trade": frozenset("EstpqTm"),
    "aggTrade": frozenset("EsapqflTm"),
    "depthUpdate": frozenset("EsUuba"),
}
_INTEGERS: Final = {"trade": "tT", "aggTrade": "aflT", "depthUpdate": "Uu", "bookTicker": "u"}
_NUMBERS: Final = {"trade": "pq", "aggTrade": "pq", "bookTicker": "bBaA"}
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_MICROSECONDS_FROM: Final = 10**14
"""From here on a time can only be microseconds: as milliseconds it would lie beyond the year 5000."""


class CaptureError(ValueError):
    """A capture cannot be read; the text names the file, the line and what is wrong."""


class Record(NamedTuple):
    """One recorded thing.

    Attributes:
        at: when it arrived, microseconds since 1970 by the recorder's clock.
        stream: the stream's name; empty for a depth answer.
        symbol: of a depth answer, in upper case; empty for a message.
        data: the payload, or the answer.
    """

    at: int
    stream: str
    symbol: str
    data: Any


class _Bad(Exception):
    """What is wrong with one line; becomes a CaptureError where file and line are known."""


def read(path: Path) -> Iterator[Record]:
    """The records of one capture, in the order recorded, read as they are asked for.

    A last line cut short, or a gzip file without its end (a recorder that was killed), is left out with a
    warning in the log. Answers other than depth are passed over.

    Args:
        path: the file; of cryptofeed's pairs either one stands for both.

    Raises:
        CaptureError: the file is missing, empty, damaged or in no known format.
    """
    sockets, answers = _pair(path)
    if answers is None:
        return _read_one(sockets)
    return merge(_read_one(sockets), _read_one(answers), key=lambda record: record.at)


def read_all(paths: Iterable[Path]) -> Iterator[Record]:
    """The records of several captures, one after another; a pair that is named twice is read once."""
    seen: set[Path] = set()
    for path in paths:
        first = _pair(path)[0]
        if first not in seen:
            seen.add(first)
            yield from read(path)


def write_header() -> bytes:
    """The first line of a capture in our own format."""
    return b'{"binance_legacy_capture":1}\n'


def write(record: Record) -> bytes:
    """One record as a line of our own format; `read` gives it back."""
    if record.stream:
        return orjson.dumps({"t": record.at, "stream": record.stream, "data": record.data}) + b"\n"
    address = f"/api/v3/depth?symbol={record.symbol}"
    return orjson.dumps({"t": record.at, "rest": address, "data": record.data}) + b"\n"


def _pair(path: Path) -> tuple[Path, Path | None]:
    """The file of messages, and the file of answers that belongs to it where there is one."""
    for mine, other in (("_ws", "_http"), ("_http", "_ws")):
        stem = path.name.split(".", 1)[0]
        if stem.endswith(mine):
            beside = path.with_name(stem.removesuffix(mine) + other + path.name[len(stem) :])
            if beside.is_file() and path.is_file():
                return (path, beside) if mine == "_ws" else (beside, path)
    return path, None


def _read_one(path: Path) -> Iterator[Record]:
    parse: Callable[[bytes], Record | None] | None = None
    waiting: list[Record] = []  # hftbacktest's depth answers name no symbol: the messages around them do
    symbol = ""
    number = 0
    for number, line, whole in _lines(path):
        try:
            if parse is None:
                parse = _format_of(line)
            record = parse(line)
        except (_Bad, ValueError, KeyError, TypeError) as error:
            if not whole and number > 1:
                log.warning("%s, line %d is cut short and left out: the recorder was stopped", path, number)
                break
            raise CaptureError(f"{path}, line {number}: {_reason(error)}; {FORMATS}") from None
        if record is None:
            continue
        symbol = record.symbol or _symbol_of(record) or symbol
        if record.stream or record.symbol:
            yield from (kept._replace(symbol=symbol) for kept in waiting)
            waiting.clear()
            yield record
        elif symbol:
            yield record._replace(symbol=symbol)
        else:
            waiting.append(record)
    if number == 0:
        raise CaptureError(f"{path}, line 1: the file is empty; {FORMATS}")


def _reason(error: Exception) -> str:
    if isinstance(error, _Bad):
        return str(error)
    if isinstance(error, KeyError):
        return f"the field {error.args[0]!r} is missing"
    return f"no valid JSON ({error})" if isinstance(error, orjson.JSONDecodeError) else str(error)


def _symbol_of(record: Record) -> str:
    return record.stream.partition("@")[0].upper() if "@" in record.stream else ""


def _lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Numbered lines that are not blank, each with whether it is whole (ends as a line does)."""
    number = 0
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, 1):
                if stripped := line.strip():
                    yield number, stripped, line.endswith(b"\n")
    except EOFError:
        log.warning("%s ends within its gzip data after line %d: the recorder was stopped", path, number)
    except (OSError, zlib.error) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CaptureError(f"{path}, line {number + 1}: {what}; {FORMATS}") from error


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if gzipped else path.open("rb")


def _format_of(line: bytes) -> Callable[[bytes], Record | None]:
    """The way to read a file that begins with `line`."""
    if line.startswith((b"ws://", b"wss://", b"http://", b"https://")):
        return _cryptofeed
    if _NANO.fullmatch(line):
        return _hftbacktest
    if line.startswith(b"{"):
        first = orjson.loads(line)
        if "binance_legacy_capture" not in first:
            raise _Bad('the first line lacks "binance_legacy_capture"')
        if first["binance_legacy_capture"] != 1:
            raise _Bad(f"version {first['binance_legacy_capture']} of this format is not known here, only 1")
        return _ours
    raise _Bad(f"this begins no known format: {line[:60]!r}")


def _ours(line: bytes) -> Record | None:
    fields = orjson.loads(line)
    if "binance_legacy_capture" in fields:
        return None
    at = int(fields["t"])
    at = at if at >= _MICROSECONDS_FROM else at * 1000
    if "rest" in fields:
        path, _, query = str(fields["rest"]).partition("?")
        return _answer(at, path, query, fields["data"])
    return _message(at, fields)


def _hftbacktest(line: bytes) -> Record | None:
    match = _NANO.fullmatch(line)
    if match is None:
        raise _Bad(f"no time in nanoseconds before the message: {line[:60]!r}")
    at = int(match[1]) // 1000
    fields = orjson.loads(match[2])
    if "lastUpdateId" in fields:
        return Record(at, "", "", _checked_book(fields))
    return _message(at, fields)


def _cryptofeed(line: bytes) -> Record | None:
    if match := _ANSWER.fullmatch(line):
        path, query = match[1].decode(), (match[2] or b"").decode()
        return _answer(_microseconds(match[3]), path, query, orjson.loads(match[4]))
    if match := _TIMED.fullmatch(line):
        return _message(_microseconds(match[1]), orjson.loads(match[2]))
    if line.startswith((b"ws", b"http")):
        return None  # the address of a connection
    raise _Bad(f"neither an address nor a time before the message: {line[:60]!r}")


def _microseconds(seconds: bytes) -> int:
    return round(float(seconds) * 1_000_000)


def _message(at: int, fields: dict[str, Any]) -> Record | None:
    """A message with its stream's name; None for what a server says of the subscription itself."""
    if "stream" not in fields and "result" in fields:
        return None
    data, stream = fields["data"], str(fields["stream"])
    if isinstance(data, dict):
        _check_message(data, stream)
    elif not (isinstance(data, list) and all(isinstance(one, dict) for one in data)):
        raise _Bad(f"the data of {stream!r} is neither a message nor a list of them: {data!r:.60}")
    return Record(at, stream, "", data)


def _check_message(data: dict[str, Any], stream: str) -> None:
    """Refuse what could not be played: fields that are missing or of another kind than Binance's."""
    kind = "bookTicker" if stream.endswith("@bookTicker") else str(data.get("e", ""))
    wanted = _NEEDED.get(kind, frozenset()) | set(_NUMBERS.get(kind, ""))
    if missing := wanted - data.keys():
        raise _Bad(f"a {kind} message without {', '.join(sorted(missing))}")
    for name in ("E" if "E" in data else "") + _INTEGERS.get(kind, ""):
        if type(data[name]) is not int:
            raise _Bad(f"{name} of a {kind} message is no whole number: {data[name]!r:.60}")
    for name in _NUMBERS.get(kind, ""):
        _check_number(data[name], f"{name} of a {kind} message")
    if kind == "depthUpdate":
        _check_levels(data["b"], "b")
        _check_levels(data["a"], "a")


def _check_number(value: Any, what: str) -> None:
    if not (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise _Bad(f"{what} is no number in a text: {value!r:.60}")


def _check_levels(levels: Any, what: str) -> None:
    if not isinstance(levels, list):
        raise _Bad(f"{what} is no list of levels: {levels!r:.60}")
    for level in levels:
        if not (isinstance(level, list) and len(level) >= 2):
            raise _Bad(f"a level of {what} is no pair of price and quantity: {level!r:.60}")
        _check_number(level[0], f"a price of {what}")
        _check_number(level[1], f"a quantity of {what}")


def _checked_book(data: Any) -> dict[str, Any]:
    """A depth answer, of the shape that Binance gives it."""
    if not isinstance(data, dict) or type(data["lastUpdateId"]) is not int:
        raise _Bad(f"no depth answer: {data!r:.60}")
    _check_levels(data["bids"], "bids")
    _check_levels(data["asks"], "asks")
    return {key: data[key] for key in ("lastUpdateId", "bids", "asks")}


def _answer(at: int, path: str, query: str, data: Any) -> Record | None:
    if not path.endswith("/depth"):
        return None
    symbol = dict(part.partition("=")[::2] for part in query.split("&")).get("symbol", "")
    if not symbol:
        raise _Bad("a depth answer whose address names no symbol")
    return Record(at, "", symbol.upper(), _checked_book(data))
