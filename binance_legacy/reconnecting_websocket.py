"""A socket of python-binance 1.x: opened by ``async with``, read by ``await socket.recv()`` or ``async for``.

::

    async with bm.trade_socket('BNBBTC') as socket:
        while True:
            message = await socket.recv()

A line that is lost is made again for ever. What happens to it comes as a message of its own, once an incident, as 1.x
documented: ``{'e': 'error', 'type': 'BinanceWebsocketClosed', 'm': 'Connection closed. Reconnecting...'}``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .exceptions import ReadLoopClosed
from .ws.constants import WSListenerState

if TYPE_CHECKING:
    from .engine.opener import Opener
    from .engine.socket import Notice, Socket

log = logging.getLogger("binance_legacy.streams")

MAX_QUEUE_SIZE = 100

_ASLEEP = 10.0
"""Seconds after which who has read nothing, while messages wait, is not merely slow: a call over REST takes less."""

_ASLEEP_BESIDE_OTHERS = 0.2
"""The same where others read the line too."""

_LONGEST_HOLD_OF_OTHERS = 0.5
"""Seconds for which those wait for a slow reader."""

_LOOK_AGAIN = 0.2
_TELL_AGAIN = 10.0
"""Seconds that lie at least between two messages that tell of dropped ones."""

_BACKLOG = 1000
"""Messages beyond `max_queue_size` that wait for a slow reader before its line is held."""

RESTORED = {"e": "restored"}
"""For who keeps something that an outage makes old, as a depth cache does."""

Message = Any
Open = Callable[..., "Socket"]
"""Makes the engine's socket, given its ``sink``, ``on_give_up`` and ``on_notice``."""

_ERRORS = {
    "closed": ("BinanceWebsocketClosed", "Connection closed. Reconnecting..."),
    "broken": ("ConnectionClosedError", "no close frame received or sent"),
    "cut": ("IncompleteReadError", "the connection broke amid a message"),
    "unreachable": ("BinanceWebsocketUnableToConnect", ""),
    "refused": ("BinanceWebsocketUnableToConnect", ""),
    "unknown host": ("gaierror", ""),
}
"""The type and the text that 1.x documented, by what happened to a line (`engine.connection.Loss`)."""


class ReconnectingWebsocket:
    """One socket. A manager makes it; by hand it may be made of an address.

    Parameters:
        url: the venue's address, ``wss://stream.binance.com:9443/``.
        path: the stream's name, ``bnbbtc@trade``.
        prefix: stands between the two.
        is_binary: taken as 1.x took it; both kinds of messages are read.
        exit_coro: awaited with `path` when the socket is left.
        https_proxy: refused: streams go to the exchange directly.
        max_queue_size: messages that may wait while nobody reads. Past it the oldest go, which is told by
            ``{'e': 'error', 'type': 'BinanceWebsocketQueueOverflow', 'm', 'lost': how many}``, every ten seconds at
            most; the stream goes on. Who reads now and then, but slower than messages come, loses none: the line is
            held meanwhile, for half a second at most where others read the same stream of the same manager. Events of
            an account are never dropped.
        kwargs: taken as 1.x took them (options of another library), and left alone.

    Attributes:
        ws_state: `WSListenerState`.
        reconnects: how often the line was lost since it last worked.
        tells_restored: whether `RESTORED` is among the messages when a line that was lost speaks again.
    """

    MAX_RECONNECTS = 5
    MAX_RECONNECT_SECONDS = 60
    MIN_RECONNECT_WAIT = 0.1
    TIMEOUT = 10
    NO_MESSAGE_RECONNECT_TIMEOUT = 60

    _drops = True
    tells_restored = False

    def __init__(
        self,
        url: str,
        path: str | None = None,
        prefix: str = "ws/",
        is_binary: bool = False,
        exit_coro: Callable[[str | None], Awaitable[Any]] | None = None,
        https_proxy: str | None = None,
        max_queue_size: int = MAX_QUEUE_SIZE,
        **kwargs: Any,
    ) -> None:
        if https_proxy:
            raise ValueError("https_proxy is not used for streams: they go to the exchange directly")
        if isinstance(max_queue_size, bool) or not isinstance(max_queue_size, int) or max_queue_size < 1:
            raise ValueError(f"max_queue_size is {max_queue_size!r}; it must be a whole number above 0")
        self._path = path
        self._exit_coro = exit_coro
        self._most = max_queue_size
        address = f"{url}{prefix}{path or ''}"
        self._open: Open = lambda **outlet: _opener().address(path or url, lambda: address, **outlet)
        self._callback: Callable[[Message], Any] | None = None
        self._siblings: list[
            tuple[Any, Self]
        ] = []  # readers that entered it while it was open, and their tasks
        self._tasks: set[asyncio.Future[Any]] = set()  # what callbacks returned and is to be awaited
        self._rest()

    @classmethod
    def _of(cls, path: str, open_socket: Open, max_queue_size: int, **rest: Any) -> Self:
        """The socket of a manager."""
        socket = cls.__new__(cls)
        ReconnectingWebsocket.__init__(socket, "", path, max_queue_size=max_queue_size, **rest)
        socket._open = open_socket
        return socket

    def _rest(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket: Socket | None = None
        self._adoptable = False  # `hand_to` opened it, and nobody has entered it yet
        self._inbox: list[list[Message]] = []  # what this turn of the loop brought
        self._waiting: deque[Message] = deque()
        self._readers: deque[asyncio.Future[None]] = deque()
        self._overflow: _ErrorMessage | None = None
        self._lost = 0  # dropped, and not told yet
        self._overflow_read_at = float("-inf")
        self._warned = False
        self._read_at = time.monotonic()
        self._held = False
        self._held_at = 0.0
        self._told: set[str] = set()
        self.ws_state = WSListenerState.INITIALISING
        self.reconnects = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path} {self.ws_state.value}>"

    # -- opening and leaving ------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Open the socket; it speaks when the exchange does. Entered once more, another reader of the same stream."""
        self._look_at_loop()
        if self._socket is None:
            await self.connect()
            return self
        if self._adoptable:
            self._adoptable = False
            return self
        sibling = self._of(self._path or "", self._open, self._most)
        self._siblings.append((asyncio.current_task(), sibling))
        return await sibling.__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Leave it: the line is closed, and messages that wait are forgotten."""
        sibling = self._sibling_to_leave()
        if sibling is not None:
            await sibling.__aexit__(exc_type, exc_val, exc_tb)
            return
        self._leave()
        if self._exit_coro is not None:
            await self._exit_coro(self._path)

    def _sibling_to_leave(self) -> Self | None:
        """The reader that this task entered last, or any once the first one has left; None: it is the first."""
        task = asyncio.current_task()
        found = [at for at, (entered_by, _) in enumerate(self._siblings) if entered_by is task]
        if not found and self._socket is None and self._siblings:
            found = [len(self._siblings) - 1]
        return self._siblings.pop(found[-1])[1] if found else None

    def _look_at_loop(self) -> None:
        """A loop that has ended takes its socket with it."""
        if self._socket is not None and self._loop is not None and self._loop.is_closed():
            self._abandon()

    async def connect(self) -> None:
        """Open the socket. Twice is harmless."""
        self._look_at_loop()
        if self._socket is not None:
            return
        self._begin(asyncio.get_running_loop())

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        from .engine import ending  # noqa: F401 - the reactor is stopped when the process ends
        from .engine.outlet import Outlet
        from .engine.reactor import engine

        engine.refuse_nested_loop("a socket that is awaited")
        self._rest()
        self._loop = loop
        outlet = Outlet(loop, self._arrive, self._abandon)
        self._socket = outlet.socket = self._open(
            sink=outlet.send,
            on_give_up=lambda message: None,  # the notice tells
            on_notice=lambda notice: outlet.send([_Told(notice)]),
        )
        engine.rouse()
        self._socket.open()
        self.ws_state = WSListenerState.STREAMING

    def hand_to(self, callback: Callable[[Message], Any]) -> None:
        """Call `callback` with each message from now on, in the loop; `recv` has none then. Coroutines run as tasks.

        The socket opens at once where a loop runs, else when it is entered.
        """
        self._callback = callback
        if self._socket is not None:
            self._call_back(callback)
            return
        with contextlib.suppress(RuntimeError):
            self._begin(asyncio.get_running_loop())
            self._adoptable = True

    async def close(self) -> None:
        """As leaving ``async with``."""
        await self.__aexit__(None, None, None)

    def _leave(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.stop()
        self.ws_state = WSListenerState.EXITING
        self._waiting.clear()
        self._wake()

    def _abandon(self) -> None:
        """The loop is closed: nobody is there any more. In the reactor thread."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.stop()

    # -- reading ------------------------------------------------------------------------------------------

    async def recv(self) -> Message:
        """The next message, or an error message.

        Returns:
            a dictionary, or a list for the streams of all symbols. ``{'e': 'error', 'type', 'm'}`` where something
            happened to the line; the stream goes on after it.

        Raises:
            ReadLoopClosed: the socket is not open.
            RuntimeError: another loop opened it.
        """
        while not self._waiting:
            if self._socket is None:
                raise ReadLoopClosed("the socket is not open: enter it by `async with`, or await connect()")
            await self._news()
        message = self._waiting.popleft()
        self._read_at = time.monotonic()
        if message is self._overflow:
            self._overflow, self._overflow_read_at = None, self._read_at
        if not self._waiting:
            self._drained()
        if self._held and len(self._waiting) < self._most:
            self._hold(False)
        return message

    def _drained(self) -> None:
        """Who reads has caught up: what was dropped since it was last told is told now."""
        self._warned = False
        if self._lost:
            self._tell_overflow()

    async def _news(self) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            raise RuntimeError("this socket was opened in another event loop; read it there")
        reader: asyncio.Future[None] = loop.create_future()
        self._readers.append(reader)
        try:
            await reader
        finally:
            if reader in self._readers:
                self._readers.remove(reader)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        try:
            return await self.recv()
        except ReadLoopClosed:
            raise StopAsyncIteration from None

    # -- what the engine brings, in the loop --------------------------------------------------------------

    def _arrive(self, messages: list[Message]) -> None:
        self._inbox.append(messages)
        if len(self._inbox) == 1 and self._loop is not None:
            self._loop.call_soon(self._settle)  # who reads has had a turn by then

    def _settle(self) -> None:
        """Put what came in line; what waits since an earlier turn is what nobody read in time."""
        inbox, self._inbox = self._inbox, []
        if self._socket is None:
            return
        late = len(self._waiting)
        for messages in inbox:
            for message in messages:
                if type(message) is _Told:
                    self._notice(message.notice)
                else:
                    self._waiting.append(message)
                    if self._told:
                        self._told.discard("JSONDecodeError")  # what is unreadable after this is told anew
        if self._callback is not None:
            self._call_back(self._callback)
            return
        if late >= self._most:
            self._look_at_reader()
        self._wake()

    def _look_at_reader(self) -> None:
        """More wait than may: who does not read loses the oldest, who reads slowly has the line wait.

        A line that others read too does not wait long.
        """
        if not self._drops or self._socket is None or len(self._waiting) <= self._most:
            return
        if self._is_too_slow(time.monotonic()):
            self._overflows()
            if self._held:
                self._hold(False)
        elif self._held or len(self._waiting) > self._most + _BACKLOG:
            if not self._held:
                self._hold(True)
            if self._loop is not None:
                self._loop.call_later(_LOOK_AGAIN, self._look_at_held_reader)

    def _is_too_slow(self, now: float) -> bool:
        if self._socket is None or self._socket.is_alone:
            return now - self._read_at > _ASLEEP
        keeps_others = self._held and now - self._held_at > _LONGEST_HOLD_OF_OTHERS
        return keeps_others or now - self._read_at > _ASLEEP_BESIDE_OTHERS

    def _look_at_held_reader(self) -> None:
        if self._held:
            self._look_at_reader()

    def _hold(self, held: bool) -> None:
        from .engine.reactor import engine

        self._held = held
        self._held_at = time.monotonic()
        if self._socket is not None:
            engine.soon(self._socket.hold if held else self._socket.let_go)

    def _call_back(self, callback: Callable[[Message], Any]) -> None:
        from .engine import callbacks

        while self._waiting and self._socket is not None:
            callbacks.invoke(callback, self._waiting.popleft(), str(self._path), self._await)

    def _await(self, awaitable: Awaitable[Any]) -> None:
        from .engine import callbacks

        task = asyncio.ensure_future(callbacks.finish(awaitable, str(self._path)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _overflows(self) -> None:
        """Drop the oldest messages; what tells of the line stays."""
        told: list[Message] = []
        while len(self._waiting) > self._most:
            message = self._waiting.popleft()
            if self._overflow is not None and message is self._overflow:
                self._lost += self._overflow["lost"]
                self._overflow = None
            elif type(message) is _ErrorMessage or message is RESTORED:
                told.append(message)
            else:
                self._lost += 1
        self._waiting.extendleft(reversed(told))
        if time.monotonic() - self._overflow_read_at >= _TELL_AGAIN:
            self._tell_overflow()

    def _tell_overflow(self) -> None:
        lost, self._lost = self._lost, 0
        if self._overflow is not None:
            self._waiting.remove(self._overflow)
            lost += self._overflow["lost"]
        text = f"Message queue size {self._most + lost} exceeded maximum {self._most}"
        if not self._warned:
            self._warned = True
            log.warning("%s: %s: the oldest messages are dropped", self._path, text)
        told = self._overflow = _ErrorMessage(
            e="error", type="BinanceWebsocketQueueOverflow", m=text, lost=lost
        )
        self._waiting.appendleft(told)

    def _wake(self) -> None:
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)

    # -- what happens to the line -------------------------------------------------------------------------

    def _notice(self, notice: Notice) -> None:
        kind = notice["type"]
        if kind == "restored":
            self._told.clear()
            self.reconnects = 0
            self.ws_state = WSListenerState.STREAMING
            if self.tells_restored:
                self._waiting.append(RESTORED)
        elif kind == "lost":
            self.reconnects += 1
            self.ws_state = WSListenerState.RECONNECTING
            self._tell(*_ERRORS[notice["cause"]], notice)
        elif kind == "given up":
            self._tell("BinanceWebsocketUnableToConnect", "Max reconnect retries reached", notice, "given up")
        elif kind == "unreadable":
            self._tell("JSONDecodeError", f"a message is no JSON: {notice['reason']}", notice)

    def _tell(self, kind: str, text: str, notice: Notice, what: str = "") -> None:
        """An error message, once an incident."""
        if (what or kind) not in self._told:
            self._told.add(what or kind)
            told = _ErrorMessage(e="error", type=kind, m=text or notice["reason"], reason=notice["reason"])
            if notice.get("status"):
                told["status"] = notice["status"]
            self._waiting.append(told)

    # -- as in 1.x ----------------------------------------------------------------------------------------

    def json_dumps(self, msg: Any) -> str:
        """As text."""
        return json.dumps(msg)

    def json_loads(self, msg: str | bytes) -> Any:
        """A text's value."""
        return json.loads(msg)

    async def before_reconnect(self) -> None:
        """Leave the line for a new one."""
        if self._socket is not None:
            self._socket.disconnect()


class KeepAliveWebsocket(ReconnectingWebsocket):
    """The socket of an account's events; what keeps it alive is the engine's business, and no event is dropped.

    A manager makes it; by hand it may be made of a client.

    Parameters:
        client: whose account it is.
        url: taken as 1.x took it; the client's venue is used.
        keepalive_type: ``user``, ``margin``, ``futures``, ``coin_futures`` or ``portfolio_margin``, or the symbol of an
            isolated margin account.
        prefix, is_binary, kwargs: taken as 1.x took them.
        exit_coro: awaited when the socket is left.
        user_timeout: seconds between two keep-alives of a listen key, where there is one.

    Raises:
        ValueError: the client has no key.
    """

    _drops = False

    def __init__(
        self,
        client: Any,
        url: str,
        keepalive_type: str,
        prefix: str = "ws/",
        is_binary: bool = False,
        exit_coro: Callable[[str | None], Awaitable[Any]] | None = None,
        user_timeout: float | None = None,
        **kwargs: Any,
    ) -> None:
        from .streams import BinanceSocketManager

        bm = BinanceSocketManager(client, user_timeout)
        names = {
            "user": "user_socket", "margin": "margin_socket", "futures": "futures_user_socket",
            "coin_futures": "coin_futures_user_socket", "portfolio_margin": "portfolio_margin_socket",
        }  # fmt: skip
        name = names.get(keepalive_type)
        made = getattr(bm, name)() if name else bm.isolated_margin_socket(keepalive_type)
        super().__init__(url, made._path, exit_coro=exit_coro)
        self._open = made._open


class _ErrorMessage(dict[str, Any]):
    """A message of our own."""


class _Told:
    """A notice among the messages."""

    __slots__ = ("notice",)

    def __init__(self, notice: Notice) -> None:
        self.notice = notice


def _opener() -> Opener:
    from .engine.connection import PatientFactory
    from .engine.opener import Opener

    return Opener(None, PatientFactory)
