"""Runs the Python blocks of a page, one after another in one namespace, as a reader would.

Reads ``[[line, code], ...]`` as JSON from its input and writes what came of it as JSON to its output: ``errors``,
each with its line; ``silent``, the sockets that are open at the end and brought nothing. A block that runs longer
than a reader would wait is ended as he would end it, with Ctrl-C. Where the exchange is, the environment says.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import logging
import signal
import sys
import threading
import time
import traceback
from typing import Any

from binance_legacy import alias

BLOCK_ENDS_AFTER = 4.0
MESSAGES_WITHIN = 8.0

errors: list[str] = []


class Complaints(logging.Handler):
    """What the package logs with a traceback: a callback has raised."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            errors.append(f"logged: {self.format(record)}")


def press_ctrl_c() -> None:
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@contextlib.contextmanager
def ended_after(seconds: float) -> Any:
    """Press Ctrl-C when what is within takes longer than that; what it raises then is as it should be."""
    timer = threading.Timer(seconds, press_ctrl_c)
    timer.start()
    began = time.monotonic()
    try:
        yield
    except KeyboardInterrupt:
        if time.monotonic() - began < seconds:
            raise
    finally:
        timer.cancel()


def run(line: int, code: str, names: dict[str, Any]) -> None:
    try:
        compiled = compile("\n" * (line - 1) + code, "page", "exec")
        with ended_after(BLOCK_ENDS_AFTER):
            exec(compiled, names)
    except BaseException:  # noqa: BLE001  whatever a reader would see
        errors.append(f"line {line}: {traceback.format_exc()}")


def silent_sockets(names: dict[str, Any]) -> list[str]:
    """Let every socket that the page opened run until it has a message, and name those that get none."""
    from binance_legacy.websockets import BinanceSocketManager

    managers = [each for each in names.values() if isinstance(each, BinanceSocketManager)]
    for manager in managers:
        if manager.status():
            manager.start()
    until = time.monotonic() + MESSAGES_WITHIN
    silent = waiting_of(managers)
    while silent and time.monotonic() < until:
        time.sleep(0.1)
        silent = waiting_of(managers)
    for manager in managers:
        manager.close()
    return silent


def waiting_of(managers: list[Any]) -> list[str]:
    return [key for each in managers for key, how in each.status().items() if not how["messages"]]


def main() -> None:
    alias.install()
    logging.getLogger("binance_legacy").addHandler(Complaints())
    threading.excepthook = lambda args: errors.append("".join(traceback.format_exception(args.exc_value)))
    sys.stdout, answer = sys.stderr, sys.stdout
    names: dict[str, Any] = {"__name__": "__main__"}
    for line, code in json.load(sys.stdin):
        run(line, code, names)
    silent = silent_sockets(names)
    json.dump({"errors": errors, "silent": silent}, answer)
    answer.flush()


if __name__ == "__main__":
    main()
