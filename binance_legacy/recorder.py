"""Records streams to a file that the exchange in a box plays back (``--replay``).

::

    with Recorder(['bnbbtc@trade', 'bnbbtc@depth@100ms'], 'bnbbtc.gz') as recorder:
        time.sleep(3600)

Each message stands in the file as Binance sent it, with the time at which it came. Where differences of an order book
are recorded, so is the book that they begin from, again after each hole, and in each further file.
"""

from __future__ import annotations

import contextlib
import gzip
import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from .client import Client
from .exchange.market import capture
from .exchange.market.capture import Record
from .websockets import BinanceSocketManager
from .wire import streamnames

__all__ = ["Recorder", "Recording"]

log = logging.getLogger("binance_legacy.recorder")

DEPTH_LIMIT = 1000
"""Levels of a recorded order book."""

_MOST_WAITING = 500_000
_FLUSH = 1.0
_RETRY, _LONGEST_RETRY = 1.0, 60.0


class Recording(NamedTuple):
    """How far a recording is.

    Attributes:
        messages: recorded so far, by the name of their stream.
        books: how many order books beside them.
        missing: messages of which their numbers say that they did not come; each is in the log too.
        files: written so far, in order.
        size: of these together, bytes.
    """

    messages: dict[str, int]
    books: int
    missing: int
    files: list[Path]
    size: int


class Recorder:
    """Records streams until `stop`.

    Parameters:
        streams: names such as ``'bnbbtc@trade'``; those of all symbols but the retired ones too.
        path: the file, which must not exist yet. A name that ends in ``.gz`` is compressed.
        client: gives the order books and says which exchange it is; None: a `Client` without a key.
        rotate: a file that has so many bytes is followed by another, ``name.2.gz``, ``name.3.gz``...; None: never.
        depth_limit: levels of the order books, up to 5000.

    Attributes:
        client: as given, or made by `start`.

    Raises:
        ValueError: Binance has no such stream, or none is given.
        TypeError: `streams` is a string, not a list of them.
        FileExistsError: there is a file of that name, which is left as it is.
        OSError: the file cannot be written.
    """

    def __init__(
        self,
        streams: Iterable[str],
        path: str | Path,
        *,
        client: Any = None,
        rotate: int | None = None,
        depth_limit: int = DEPTH_LIMIT,
    ) -> None:
        self._names = _checked(streams)
        if rotate is not None and rotate <= 0:
            raise ValueError(f"rotate is {rotate}; it must be a number of bytes above 0, or None")
        self._files = _Files(Path(path))
        self._rotate = rotate
        self._depth_limit = depth_limit
        self.client = client
        self._manager: BinanceSocketManager | None = None
        self._came: queue.Queue[Record | None] = queue.Queue(_MOST_WAITING)
        self._counts = Counter(dict.fromkeys(self._names, 0))
        self._books = self._missing = 0
        self._last: dict[str, int] = {}
        self._writer = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._asker = _Asker(self._ask)
        self._failure: OSError | None = None
        self._ending = False
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *args: Any) -> None:
        self.stop()

    @property
    def status(self) -> Recording:
        """How far it is."""
        return Recording(
            dict(self._counts), self._books, self._missing, list(self._files.paths), self._files.size
        )

    def start(self) -> None:
        """Open the file and the streams.

        Raises:
            BinanceAPIException, BinanceRequestException, requests.RequestException: Binance does not answer.
        """
        if self.client is None:
            self.client = Client(wait_when_limited=True)
        self._files.open()
        self._writer.start()
        self._asker.start()
        self._manager = BinanceSocketManager(self.client, on_notice=self._noticed)
        self._manager.start_multiplex_socket(self._names, self._message)
        self._manager.start()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the recording is over, or for so many seconds.

        Raises:
            OSError: the file cannot be written on; what was written stays.
        """
        self._over.wait(seconds)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Leave the streams and write what has come to its end. Twice is harmless.

        Raises:
            OSError: the file could not be written to its end.
        """
        if self._manager is None:
            return
        self._manager.close()
        self._manager.join()
        self._asker.stop()
        if not self._ending:
            self._ending = True
            self._came.put(None)
        self._writer.join()
        self._over.set()
        if self._failure is not None:
            raise self._failure

    # -- what comes ---------------------------------------------------------------------------------------

    def _message(self, message: dict[str, Any]) -> None:
        """A message came, in the reactor's thread."""
        name = message.get("stream")
        if name is None:
            log.warning("the streams cannot be reached for a while: %s", message.get("m", message))
            return
        data = message["data"]
        self._came.put(Record(time.time_ns() // 1000, name, "", data))
        if isinstance(data, dict) and data.get("e") == "depthUpdate":
            self._follow(name, data)

    def _follow(self, name: str, difference: dict[str, Any]) -> None:
        """Ask for the book that differences begin from: at the first, and after a hole."""
        last, self._last[name] = self._last.get(name), difference["u"]
        if last is None or difference["U"] > last + 1:
            if last is not None:
                self._missing += 1
                log.warning("%s: differences are missing after %d; the book is asked for anew", name, last)
            self._asker.want(difference["s"])

    def _noticed(self, notice: dict[str, Any]) -> None:
        if notice["type"] == "hole" and "@depth" not in str(notice.get("stream")):
            self._missing += notice["missing"]
            log.warning("%s: %d messages are missing", notice.get("stream"), notice["missing"])
        elif notice["type"] in ("lost", "restored"):
            log.warning("the line of %d streams was %s", len(self._names), notice["type"])

    def _ask(self, symbol: str) -> None:
        answer = self.client.get_order_book(symbol=symbol, limit=self._depth_limit)
        self._came.put(Record(time.time_ns() // 1000, "", symbol, answer))

    # -- what is written ----------------------------------------------------------------------------------

    def _write(self) -> None:
        try:
            for records in self._batches():
                for record in records:
                    self._files.write(capture.write(record))
                    if record.stream:
                        self._counts[record.stream] += 1
                    else:
                        self._books += 1
                self._files.flush()
                if self._rotate is not None and self._files.part_size >= self._rotate:
                    self._files.next()
                    self._asker.want(*self._symbols())
            self._files.close()
        except OSError as error:
            self._failure = error
            self._over.set()
            self._files.abandon()
            while self._came.get() is not None:  # so that nobody waits for room
                pass

    def _batches(self) -> Iterator[list[Record]]:
        """What came, at least once a second where anything did."""
        going = True
        while going:
            batch, until = [], time.monotonic() + _FLUSH
            while going and (left := until - time.monotonic()) > 0:
                try:
                    record = self._came.get(timeout=left)
                except queue.Empty:
                    break
                if record is None:
                    going = False
                else:
                    batch.append(record)
            yield batch

    def _symbols(self) -> list[str]:
        """The symbols whose differences are recorded."""
        return list(dict.fromkeys(name.partition("@")[0].upper() for name in self._last))


class _Asker(threading.Thread):
    """Asks for order books one after another, each until it is given."""

    def __init__(self, ask: Any) -> None:
        super().__init__(name="recorder: order books", daemon=True)
        self._ask = ask
        self._wanted: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._ended = threading.Event()

    def want(self, *symbols: str) -> None:
        for symbol in symbols:
            self._wanted.put(symbol)

    def stop(self) -> None:
        self._ended.set()
        self._wanted.put(None)
        self.join()

    def run(self) -> None:
        while (symbol := self._wanted.get()) is not None:
            pause = 0.0
            while not self._ended.wait(pause):
                try:
                    self._ask(symbol)
                    break
                except Exception as error:  # noqa: BLE001 - whatever a client raises, the book is needed
                    if not pause:
                        log.warning("no order book of %s yet: %s", symbol, error)
                    pause = min(pause * 2, _LONGEST_RETRY) or _RETRY


class _Files:
    """The files of a recording, one after another.

    Attributes:
        paths: those that were begun.
    """

    def __init__(self, first: Path) -> None:
        if first.exists():
            raise FileExistsError(f"{first} exists; it is not written over: choose another name")
        self._first = first
        self._number = 0
        self._raw: BinaryIO | None = None
        self._file: Any = None
        self._before = 0
        self.paths: list[Path] = []

    @property
    def part_size(self) -> int:
        """Bytes of the present file."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else 0

    @property
    def size(self) -> int:
        """Bytes of all together."""
        return self._before + self.part_size

    def open(self) -> None:
        path = self._next_path()
        self._raw = path.open("xb")
        self._file = self._raw
        if path.suffix == ".gz":
            self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._raw)
        self.paths.append(path)
        self._file.write(capture.write_header())

    def _next_path(self) -> Path:
        """The first name, then those with numbers that are free."""
        while True:
            self._number += 1
            stem, dot, suffixes = self._first.name.partition(".")
            path = self._first
            if self._number > 1:
                path = self._first.with_name(f"{stem}.{self._number}{dot}{suffixes}")
            if self._number == 1 or not path.exists():
                return path

    def write(self, line: bytes) -> None:
        self._file.write(line)

    def flush(self) -> None:
        """Whoever kills the process now loses nothing that was written."""
        self._file.flush()

    def next(self) -> None:
        self.close()
        self.open()

    def abandon(self) -> None:
        """Let go of a file that cannot be written on."""
        with contextlib.suppress(OSError, ValueError):
            self._file.close()
        if self._raw is not None:
            with contextlib.suppress(OSError):
                self._raw.close()

    def close(self) -> None:
        assert self._raw is not None
        if self._file is not self._raw:
            self._file.close()
        self._before += self._raw.tell()
        self._raw.close()


def _checked(streams: Iterable[str]) -> list[str]:
    if isinstance(streams, str):
        raise TypeError(f"streams is the string {streams!r}; it must be a list of names, [{streams!r}]")
    names = list(dict.fromkeys(streams))
    if not names:
        raise ValueError("no stream is named; name at least one, such as 'bnbbtc@trade'")
    for name in names:
        if (fault := streamnames.fault(name)) is not None:
            raise ValueError(fault)
        if streamnames.read(name) is None:
            raise ValueError(f"{name!r} is a listen key: an account's events are not recorded")
    return names
