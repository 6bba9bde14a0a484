"""What the processes that a script starts need to find this package: their environment says it.

A child may be another Python than its parent: of another environment, or of another version. It is lent its
parent's libraries where they fit, and told what to do where they do not.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import Final

PARENT: Final = "BINANCE_LEGACY_PARENT"
"""Environment variable: the parent's Python, the kind of compiled modules that it loads, its libraries' folders."""

NEEDED: Final = (
    "twisted", "autobahn", "OpenSSL", "service_identity", "certifi", "requests", "treq", "orjson", "dateparser",
    "sortedcontainers",
)  # fmt: skip
"""The modules that this package imports."""


def provide(shim: Path) -> None:
    """Let every process started from now on find this package and this Python."""
    _put_first("PYTHONPATH", str(shim))
    os.environ[PARENT] = parent()
    folder = Path(sys.executable).parent
    if sys.executable and not _leads_to(folder):
        _put_first("PATH", str(folder))


def parent() -> str:
    """What children are told of this process."""
    return os.pathsep.join([sys.executable, EXTENSION_SUFFIXES[0], *_folders()])


def borrow() -> None:
    """In a child: make the libraries importable that this Python lacks.

    Raises:
        ImportError: the parent's do not fit; says what to do.
    """
    lacking = _lacking()
    if not lacking:
        return
    executable, suffix, *folders = os.environ.get(PARENT, os.pathsep).split(os.pathsep)
    if suffix == EXTENSION_SUFFIXES[0]:
        sys.path += [folder for folder in folders if folder not in sys.path]
    else:
        theirs = f", {executable} there," if executable else ""
        raise ImportError(
            f"this process runs on Python {sys.version.split()[0]} ({sys.executable}), which lacks what "
            f"binance_legacy needs ({', '.join(lacking)}): let the script start it with "
            f"sys.executable{theirs} or install binance-legacy for this Python too"
        )


def _lacking() -> list[str]:
    return [name for name in NEEDED if name not in sys.modules and find_spec(name) is None]


def _folders() -> list[str]:
    """Where the libraries of this process lie."""
    found = []
    for name in NEEDED:
        spec = find_spec(name)
        for place in (spec.submodule_search_locations or []) if spec else []:
            found.append(str(Path(place).parent))
    return list(dict.fromkeys(found))


def _leads_to(folder: Path) -> bool:
    """Whether the names of Python that `folder` has mean those in it already."""
    names = [name for name in ("python", "python3") if shutil.which(name, path=str(folder))]
    return all(Path(shutil.which(name) or "").parent == folder for name in names)


def _put_first(variable: str, entry: str) -> None:
    before = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([entry, *([before] if before else [])])
