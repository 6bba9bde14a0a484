"""Run a script as Python itself would, with ``binance`` meaning this package.

The script becomes ``__main__``, with its own ``sys.argv`` and folder on ``sys.path``; its tracebacks, exit codes
and child processes are those it would have without us.
"""

from __future__ import annotations

import asyncio
import atexit
import codecs
import importlib.util
import io
import os
import re
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType, TracebackType

from . import alias
from .alias import children
from .engine import interrupt

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells give it."""


class ScriptError(Exception):
    """There is no such script, or it cannot be read as Python; says which and why."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is to become ``__main__``: its code, its file, and its spec if it is a module (``-m``)."""

    code: CodeType
    file: str
    name: str
    spec: ModuleSpec | None = None

    def mentions(self, word: str) -> bool:
        """Whether `word` stands anywhere in its source."""
        try:
            return word.encode() in Path(self.file).read_bytes()
        except OSError:
            return False

    def as_main(self) -> ModuleType:
        main = ModuleType("__main__")
        main.__file__ = self.file
        main.__spec__ = self.spec
        main.__loader__ = self.spec.loader if self.spec else SourceFileLoader("__main__", self.file)
        main.__package__ = self.spec.parent if self.spec else None
        main.__dict__.update(__builtins__=sys.modules["builtins"], __annotations__={}, __cached__=None)
        return main


def read_script(path: str) -> Program:
    """Read and compile a script; nothing of it runs.

    Raises:
        ScriptError: it does not exist, is a folder, or cannot be read.
        SyntaxError: it is not Python of this version.
    """
    if Path(path).is_dir():
        raise ScriptError(f"{path} is a folder; name the script in it that starts the bot")
    try:
        with io.open_code(os.path.realpath(path)) as file:
            source = file.read()
    except OSError as error:
        raise ScriptError(f"there is no script at {path}: {error.strerror}") from None
    return compile_script(source, path)


def compile_script(source: bytes, path: str) -> Program:
    """Compile a script that was read from `path`.

    Raises:
        SyntaxError: it is not Python of this version.
    """
    place = str(Path(path).absolute())
    _check_encoding(source, place)
    return Program(compile(source, place, "exec", dont_inherit=True), place, path)


_COOKIE = re.compile(rb"(?:[ \t\f]*(?:#[^\n]*)?\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
"""An encoding declared in the first two lines (PEP 263)."""


def _check_encoding(source: bytes, place: str) -> None:
    """Refuse what is no text in the words that Python has for a file; `compile` has others."""
    cookie = _COOKIE.match(source.removeprefix(codecs.BOM_UTF8))
    encoding = cookie[1].decode() if cookie else "utf-8"
    try:
        codecs.lookup(encoding)
        source.decode(encoding)
    except LookupError:
        raise SyntaxError(f"encoding problem: {encoding}") from None
    except UnicodeDecodeError as error:
        if cookie is None:
            line = source.count(b"\n", 0, error.start) + 1
            raise SyntaxError(
                f"Non-UTF-8 code starting with '\\x{source[error.start]:02x}' in file {place} on line {line}, but "
                "no encoding declared; see https://peps.python.org/pep-0263/ for details"
            ) from None
    if b"\0" in source:
        line = source.count(b"\n", 0, source.index(b"\0")) + 1
        raise SyntaxError("source code cannot contain null bytes", (place, line, 0, "\n"))


def find_module(name: str) -> Program:
    """Find and compile a module as ``python -m`` does; the packages that it lies in are imported.

    Raises:
        ScriptError: there is no such module, or it is not written in Python.
    """
    spec = _spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _spec(f"{name}.__main__")
    get_code = getattr(spec.loader, "get_code", None) if spec else None
    code = get_code(spec.name) if spec and get_code else None
    if spec is None or code is None:
        raise ScriptError(f"there is no module {name} that can be run from {Path.cwd()}")
    return Program(code, spec.origin or name, spec.origin or name, spec)


def _spec(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            return None
        raise  # a package on the way imports something that is not installed


def search_from(folder: str) -> None:
    """Put `folder` where Python puts a script's own, then the folder that gives children ``binance``."""
    own = [] if sys.flags.safe_path else [folder]
    sys.path[: len(own)] = [*own, str(alias.SHIM)]
    children.provide(alias.SHIM)


def give_loop() -> None:
    """Give the main thread a current asyncio loop, as Python up to 3.13 did when it was asked for one."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def close() -> None:
        if not loop.is_running():
            loop.close()

    at_exit_here(close)


def at_exit_here(action: Callable[[], object]) -> None:
    """Call `action` when this process ends, but not when a forked child does."""
    owner = os.getpid()
    atexit.register(lambda: action() if os.getpid() == owner else None)


def run(
    program: Program,
    arguments: Sequence[str],
    hint: Callable[[BaseException], str | None] = lambda error: None,
) -> int:
    """Run `program` to its last line and return the exit code; threads it started may go on.

    Parameters:
        hint: may give a line to be written after the traceback of what nobody caught.

    Raises:
        SystemExit: as the program raised it.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _quiet_when_interrupted
    interrupt.watch()
    sys.argv[:] = [program.name, *arguments]
    main = sys.modules["__main__"] = program.as_main()
    try:
        exec(program.code, main.__dict__)
        _wait_for_managers()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001  reported as Python reports what nobody caught
        error = error.with_traceback(_of_the_program(error.__traceback__))
        sys.excepthook(type(error), error, error.__traceback__)
        if said := hint(error):
            sys.stderr.write(f"{said}\n")
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _wait_for_managers() -> None:
    """Wait for the socket managers that the program left running, where it makes a difference who waits.

    Python waits for their threads itself, but from 3.12 on no thread can be started meanwhile, and callbacks of
    old bots do that.
    """
    websockets = sys.modules.get("binance_legacy.websockets")
    if sys.version_info < (3, 12) or websockets is None:
        return
    manager = websockets.BinanceSocketManager
    while others := [one for one in threading.enumerate() if isinstance(one, manager) and not one.daemon]:
        others[0].join()


def _of_the_program(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames that led to the program."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


def _quiet_when_interrupted(
    kind: type[BaseException], value: BaseException, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, value, traceback)
