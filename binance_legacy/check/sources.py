"""Reads scripts: files, folders of them, notebooks, and text that came from elsewhere."""

from __future__ import annotations

import ast
import json
import os
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ENDINGS: Final = (".py", ".pyw", ".ipynb")
"""What is read of a folder; a file that is named itself is read whatever its ending."""

_NOT_ENTERED: Final = {"__pycache__", "node_modules", "site-packages"}
_MAGIC: Final = re.compile(r"(\s*)(?:(?:[\w, ]+=\s*)?[%!?].*|\S.*\?\s*)$")

_PYTHON_2: Final = (
    ("call to 'print'", "this looks like Python 2; print is a function in Python 3: print(...)"),
    ("call to 'exec'", "this looks like Python 2; exec is a function in Python 3: exec(...)"),
    ("multiple exception types", "this looks like Python 2; Python 3 needs `except X as e`"),
    ("leading zeros in decimal integer", "this looks like Python 2; Python 3 writes octal numbers 0o777"),
    ("inconsistent use of tabs", "Python 2 allowed tabs mixed with spaces, Python 3 does not"),
    ("invalid decimal literal", "this looks like Python 2; Python 3 knows no 10L"),
)
"""What Python 3 says of code of Python 2, and what to tell its owner."""


class NothingThere(Exception):
    """A path that is to be read does not exist, or nothing in it can be read: one sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands.

    Attributes:
        line: counted from 1, within its cell where it stands in a notebook.
        column: counted from 1; 0 for the whole line.
        cell: of a notebook, counted from 1 among its cells of code.
    """

    file: str
    line: int
    column: int = 0
    cell: int | None = None

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}" if self.cell is None else f"{self.file}:cell {self.cell}:{self.line}"
        )


@dataclass(frozen=True, slots=True)
class Unread:
    """A script, or a notebook's cell, that could not be read.

    Attributes:
        why: what Python says of it.
        hint: what to do about it; empty where that is not known.
    """

    place: Place
    why: str
    hint: str = ""

    @property
    def name(self) -> str:
        """Of the file, as it was named."""
        return self.place.file


@dataclass(frozen=True, slots=True)
class Script:
    """The source of one script.

    Attributes:
        name: of the file, as it was named.
        folder: where modules that it imports may lie.
        cells: of a notebook, the lines of the text on which its cells begin.
    """

    name: str
    tree: ast.Module
    folder: Path = field(default_factory=Path)
    cells: Sequence[int] = ()

    @property
    def module(self) -> str:
        """The last part of the name under which others import it."""
        path = Path(self.name)
        return path.parent.name if path.stem == "__init__" else path.stem

    def place(self, line: int, column: int) -> Place:
        """A place in the text, as the owner of the script counts."""
        if not self.cells:
            return Place(self.name, line, column)
        cell = bisect_right(self.cells, line)
        return Place(self.name, line - self.cells[cell - 1] + 1, column, cell)

    def is_local(self, module: str) -> bool:
        """Whether a module that it imports lies beside it."""
        first = module.partition(".")[0]
        return (self.folder / f"{first}.py").is_file() or (self.folder / first).is_dir()


def read(paths: Iterable[Path]) -> Iterator[Script | Unread]:
    """Read files, and what lies in folders, however deep.

    Raises:
        NothingThere: a path does not exist; known before anything is read.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise NothingThere(f"there is no file or folder at {path}")
    for file in dict.fromkeys(file for path in paths for file in _files(path)):
        yield from _read_file(file)


def read_text(name: str, source: bytes, folder: Path) -> Iterator[Script | Unread]:
    """Read one script whose text is at hand."""
    try:
        yield Script(name, _parse(source), folder)
    except _NotPython as error:
        yield Unread(Place(name, error.line, error.column), error.why, error.hint)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if _is_entered(Path(folder, name)))
        yield from (Path(folder, name) for name in sorted(names) if name.lower().endswith(ENDINGS))


def _is_entered(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in _NOT_ENTERED
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _read_file(file: Path) -> Iterator[Script | Unread]:
    try:
        source = file.read_bytes()
    except OSError as error:
        yield Unread(Place(str(file), 1), f"it cannot be read: {error.strerror}")
        return
    reading = _read_notebook if file.suffix.lower() == ".ipynb" else read_text
    yield from reading(str(file), source, file.parent)


def _read_notebook(name: str, source: bytes, folder: Path) -> Iterator[Script | Unread]:
    try:
        cells = [_cell_text(cell) for cell in json.loads(source)["cells"] if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        yield Unread(Place(name, 1), "it is no notebook of version 4", "save it anew with Jupyter")
        return
    tree, starts, line = ast.Module([], []), [], 1
    for number, text in enumerate(cells, 1):
        starts.append(line)
        try:
            tree.body += ast.increment_lineno(_parse_cell(text), line - 1).body
        except _NotPython as error:
            yield Unread(Place(name, error.line, error.column, number), error.why, error.hint)
        line += text.count("\n") + 1
    yield Script(name, tree, folder, starts or [1])


def _cell_text(cell: Any) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def _parse_cell(text: str) -> ast.Module:
    """A cell's Python, with ``pass`` where IPython's own language stands."""
    if text.startswith("%%") and not text.startswith(("%%time", "%%capture", "%%prun")):
        return ast.Module([], [])  # another language, or the shell
    lines = text.split("\n")
    while True:
        try:
            return _parse("\n".join(lines).encode())
        except _NotPython as error:
            magic = _MAGIC.match(lines[error.line - 1]) if error.line <= len(lines) else None
            if magic is None:
                raise
            lines[error.line - 1] = f"{magic[1]}pass"


class _NotPython(Exception):
    def __init__(self, why: str, line: int = 1, column: int = 0, hint: str = "") -> None:
        self.why, self.line, self.column, self.hint = why, line, column, hint


def _parse(source: bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the script's own: invalid escapes and the like
            return ast.parse(source)
    except SyntaxError as error:
        said = error.msg or "invalid syntax"
        hint = next((hint for words, hint in _PYTHON_2 if words in said), "")
        raise _NotPython(said, error.lineno or 1, error.offset or 0, hint) from None
    except ValueError as error:
        raise _NotPython(str(error)) from None
    except (RecursionError, MemoryError):
        raise _NotPython("it is nested too deeply to be read") from None
