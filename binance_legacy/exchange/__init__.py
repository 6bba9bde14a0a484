"""An exchange in a box: a Binance on this machine, in a process of its own, for programs and tests.

::

    with Exchange(seed=7, balances={"USDT": "1000"}) as exchange:
        exchange.use()               # clients and managers made from here on talk to it
        ...
        exchange.move_price("BTCUSDT", "50000")

A process of its own, because old bots place blocking orders inside stream callbacks: an exchange in the same
process would wait for itself. It ends with whoever started it, however that one ends.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import weakref
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from ..wire import venues
from . import options
from .helm import Amount, Helm, SteeringRefused, ask, number

__all__ = ["Exchange", "ExchangeError"]

_READY_WITHIN: Final = 60.0
_READY_WITH_TAPE: Final = 600.0
_END_WITHIN: Final = 3.0
_PACKAGE_ROOT: Final = str(Path(__file__).resolve().parents[2])

# What the child runs first. It finds this package where the parent found it, and whatever else only the
# parent's search path leads to last, so that no script beside the parent's shadows a module of Python's.
_BOOT: Final = """\
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
import json, sys
root, *others = json.loads(sys.argv.pop(1))
sys.path.insert(0, root)
import binance_legacy
sys.path.remove(root)
sys.path += [folder for folder in others if folder not in sys.path]
from binance_legacy.exchange.doors.serve import main
sys.exit(main())
"""


def _state(path: str | os.PathLike[str]) -> Path:
    try:
        return options.state(os.fspath(path)).resolve()
    except ArgumentTypeError as error:
        raise ValueError(str(error)) from None


_PAPER_BOOT: Final = _BOOT.replace("binance_legacy.exchange.doors.serve", "binance_legacy.paper.serve")


class ExchangeError(RuntimeError):
    """The exchange could not be started; the text says why in one sentence."""


class Exchange(Helm):
    """An exchange in a process of its own, on a port of 127.0.0.1.

    It ends at `stop`, at the end of a ``with`` block, when it is garbage, and when this process ends, even by
    SIGKILL. A forked child of this process can talk to it, but does not keep it alive and cannot stop it.

    Args:
        seed: which simulated market: the same seed, the same past, and the same market from a given time on.
            None is 1.
        replay: a capture to play back, or several, one after another. The tape begins half a second after the
            last new listener of the first stream (3 s after the first at most), and waits for slow readers.
        speed: market seconds per second.
        port: 0 for any free one.
        balances: what an account begins with: amounts by asset, ``{"USDT": "10000"}``. None is 10,000 USDT, 1 BTC,
            10 ETH and 20 BNB.
        state: a file that keeps accounts, orders and what users have in the books, and with which the next exchange
            goes on. None keeps nothing. It goes with no `replay`.

        paper: the market is the live exchange's own, and only orders and accounts are this one's: True for Binance, or
            the address of another box that stands for it, ``http://127.0.0.1:PORT``. It goes with no `replay`,
            `speed` or `state`.

    Raises:
        ValueError: a seed, speed, port, balance or replay that cannot be meant; says what can.
    """

    def __init__(
        self,
        seed: int | None = None,
        replay: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
        speed: float = 1.0,
        port: int = 0,
        balances: Mapping[str, Amount] | None = None,
        state: str | os.PathLike[str] | None = None,
        paper: bool | str = False,
    ) -> None:
        if not (seed is None or isinstance(seed, int)):
            raise ValueError(f"seed is {seed!r}; give a whole number, such as 7")
        if not (isinstance(speed, (int, float)) and 0 < speed < float("inf")):
            raise ValueError(f"speed is {speed!r}; give market seconds per second, above 0")
        if not (isinstance(port, int) and 0 <= port <= 65535):
            raise ValueError(f"port is {port!r}; give a number from 0 (any free one) to 65535")
        self._replay: Final = _paths(replay)
        self._arguments: Final = [
            *_arguments(seed, self._replay, speed, port),
            *_balance_arguments(balances),
            *([] if state is None else ["--state", str(_state(state))]),
            *(["--live", paper] if isinstance(paper, str) else []),
        ]
        if paper and (self._replay or speed != 1.0 or state is not None):
            raise ValueError(
                "paper trading is beside the live market: it goes with no replay, speed or state"
            )
        self._boot: Final = _PAPER_BOOT if paper else _BOOT
        self._patience: Final = _READY_WITH_TAPE if self._replay else _READY_WITHIN
        self._lock = threading.Lock()  # guards the process being started or stopped
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: Any = None
        self._pid = 0
        self._url: str | None = None
        self._token = ""
        self._before: tuple[str | None, str | None] | None = None
        _exchanges.add(self)

    # -- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it and wait until it answers. Does nothing when it runs already.

        Raises:
            ExchangeError: it cannot start; says why.
        """
        with self._lock:
            if self._process is not None:
                return
            _look_at(self._replay)
            process = _spawn(self._boot, self._arguments)
            try:
                port, self._pid, self._token = _await_ready(process, self._patience)
            except BaseException:
                _end(process)
                raise
            self._process = process
            self._url = f"127.0.0.1:{port}"
            self._finalizer = weakref.finalize(self, _end, process)

    def stop(self) -> None:
        """End it and wait until it has ended; undoes `use`. Does nothing when it does not run."""
        with self._lock:
            self._go_out_of_use()
            self._stop()

    def stop_for_good(self) -> None:
        """End it as `stop` does, but stay in use: what still runs here finds nobody there, and never Binance itself."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._finalizer.detach()
        process, self._process, self._url = self._process, None, None
        _end(process)

    def __enter__(self) -> Exchange:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- where it is --------------------------------------------------------------------------------------

    @property
    def rest_url(self) -> str:
        """``http://127.0.0.1:PORT``, under which ``/api/v3/...`` lies."""
        return f"http://{self._address()}"

    @property
    def stream_url(self) -> str:
        """``ws://127.0.0.1:PORT``, under which ``/ws/...`` and ``/stream`` lie."""
        return f"ws://{self._address()}"

    @property
    def ws_api_url(self) -> str:
        """``ws://127.0.0.1:PORT/ws-api/v3``, the WebSocket API."""
        return f"ws://{self._address()}/ws-api/v3"

    @property
    def pid(self) -> int | None:
        """The process; None while it does not run, and in a forked child."""
        return None if self._process is None else self._pid

    def _steer(self, order: str, **given: Any) -> Any:
        try:
            return ask(self._address(), self._token, order, given)
        except SteeringRefused as refused:
            raise ValueError(str(refused)) from None
        except (OSError, http.client.HTTPException) as error:
            raise ExchangeError(f"the exchange does not answer: {error}") from None

    def _address(self) -> str:
        if self._url is None:
            raise ExchangeError("the exchange does not run; call start() or use it in a with block")
        return self._url

    # -- use ----------------------------------------------------------------------------------------------

    def use(self, register: bool = True) -> Exchange:
        """Let every client and manager made from now on, here and in children of this process, talk to it.

        Lasts until `stop`, which puts back what was in use before. A client that was made meanwhile never goes on with
        Binance itself: its calls raise `OfflineError` then.

        Args:
            register: clients make their own API key and secret known to it when they first sign a call, whatever
                these are; each key that is new has an account of its own. False to have only the keys of
                `register`, so that another one is refused as on Binance.
        """
        if self._before is None and venues.box() != self.rest_url:
            self._before = (venues.box(), venues.token())
        venues.use_box(self.rest_url, self._token if register else None)
        return self

    def _go_out_of_use(self) -> None:
        if self._before is None:
            return
        before, self._before = self._before, None
        mine = f"http://{self._url}"
        for other in list(_exchanges):
            if other._before is not None and other._before[0] == mine:
                other._before = before
        if venues.box() == mine:
            venues.use_box(*before)

    def _forked(self) -> None:
        """In a forked child: the process belongs to the parent; what is known of it still holds."""
        self._lock = threading.Lock()
        if self._process is not None:
            self._process = None
            self._finalizer.detach()


_exchanges: Final[weakref.WeakSet[Exchange]] = weakref.WeakSet()
_processes: Final[set[subprocess.Popen[bytes]]] = set()


def _after_fork() -> None:
    """In a forked child: let go of the pipes, so that they end when the parent does."""
    for process in _processes:
        _close_pipes(process)
        process.returncode = 0  # not a child of this process: there is nothing to wait for
    _processes.clear()
    for exchange in list(_exchanges):
        exchange._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


# -- the process ------------------------------------------------------------------------------------------


def _paths(replay: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None) -> list[str]:
    if replay is None:
        return []
    paths = [replay] if isinstance(replay, (str, os.PathLike)) else replay
    try:
        found = [str(Path(path).absolute()) for path in paths]
    except TypeError:
        found = []
    if not found:
        raise ValueError(f"replay is {replay!r}; give one capture or several, or None for a simulated market")
    return found


def _look_at(replay: list[str]) -> None:
    """See whether the captures are there, before a process is started for nothing."""
    for path in replay:
        try:
            options.readable(path)
        except OSError as error:
            raise ExchangeError(options.unreadable(path, error)) from None


def _arguments(seed: int | None, replay: list[str], speed: float, port: int) -> list[str]:
    arguments = ["--parent-pipe", "--port", str(port), "--speed", repr(float(speed))]
    if seed is not None:
        arguments.append(f"--seed={int(seed)}")
    for path in replay:
        arguments += ["--replay", path]
    return arguments


def _balance_arguments(balances: Mapping[str, Amount] | None) -> list[str]:
    if balances is None:
        return []
    try:
        parts = [f"{asset}={Decimal(number(amount)):f}" for asset, amount in balances.items()]
        options.balances(",".join(parts) or "USDT=0")
    except (ArithmeticError, ArgumentTypeError, AttributeError, TypeError, ValueError):
        raise ValueError(
            f"balances is {balances!r}; give amounts by asset, at most 8 decimals each, such as {{'USDT': '10000'}}"
        ) from None
    return ["--balance", ",".join(parts) or "USDT=0"]


def _spawn(boot: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """The child, in a process group of its own, so that Ctrl-C reaches only the parent."""
    if not sys.executable:
        raise ExchangeError("sys.executable is empty: there is no Python to run the exchange with")
    folders = [_PACKAGE_ROOT, *(os.path.abspath(folder) for folder in sys.path)]  # noqa: PTH100 (also zips)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in (venues.BOX_VARIABLE, venues.TOKEN_VARIABLE)
    }
    group: dict[str, Any] = {"process_group": 0}
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", boot, json.dumps(folders), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=environment,
        **group,
    )
    _processes.add(process)
    return process


def _await_ready(process: subprocess.Popen[bytes], patience: float) -> tuple[int, int, str]:
    """The port, the process number and the token that the child reports."""
    assert process.stdout is not None
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(patience, give_up)
    timer.daemon = True
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        code = process.wait()
        what = f"was not ready within {patience:g} s" if late.is_set() else f"ended at once with code {code}"
        raise ExchangeError(f"the exchange {what}; what it said itself is on the standard error output")
    words = json.loads(line)
    if "error" in words:
        raise ExchangeError(words["error"])
    process.stdout.close()
    return int(words["port"]), int(words["pid"]), str(words["token"])


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe, at whose end the child ends, and wait for that."""
    _close_pipes(process)
    try:
        process.wait(_END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _processes.discard(process)
