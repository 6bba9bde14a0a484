"""The file: rows of JSON by kind and key, in SQLite, written in whole transactions.

The journal is written ahead (WAL), so that a transaction is in the file, or not at all, however the process ends. What
a power cut may take are the last transactions, never the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

VERSION: Final = 2
_APPLICATION: Final = 0x424C5354
_WAIT: Final = 0.5


class StateError(Exception):
    """The file cannot be used; the text says why in one sentence."""


Row = tuple[str, str, Any]
"""Kind, key, what is kept."""


class StateFile:
    """An open file; nobody else can open it meanwhile.

    Args:
        path: made where it is not there yet.

    Raises:
        StateError: it is no such file, in use, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path: Final = path
        try:
            self._db: Final = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
        except sqlite3.Error as error:
            raise StateError(_why(path, error)) from None
        try:
            self._open()
        except BaseException as error:
            self._db.close()
            if isinstance(error, sqlite3.Error):
                raise StateError(_why(path, error)) from None
            raise

    def _open(self) -> None:
        db = self._db
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        application, version = (
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != _APPLICATION:
            raise StateError(f"{self._path} is a database of another program; give the name of a new file")
        if tables and version != VERSION:
            raise StateError(
                f"{self._path} was written by version {version} of the box's state, and this is version {VERSION}; "
                "give the name of a new file"
            )
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("BEGIN EXCLUSIVE")
        db.execute(f"PRAGMA application_id={_APPLICATION}")
        db.execute(f"PRAGMA user_version={VERSION}")
        db.execute(
            "CREATE TABLE IF NOT EXISTS kept (kind TEXT, key TEXT, value BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        db.execute("COMMIT")

    def read(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Keys and what is kept under them, in the keys' order."""
        try:
            for key, value in self._db.execute(
                "SELECT key, value FROM kept WHERE kind=? ORDER BY key", (kind,)
            ):
                yield key, orjson.loads(value)
        except (sqlite3.DatabaseError, orjson.JSONDecodeError) as error:
            raise StateError(_why(self._path, error)) from None

    def write(self, rows: Iterable[Row]) -> None:
        """Keeps rows, all of them or none.

        Raises:
            StateError: they cannot be written.
        """
        found = [(kind, key, orjson.dumps(value)) for kind, key, value in rows]
        if not found:
            return
        try:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", found)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StateError(_why(self._path, error)) from None

    def close(self) -> None:
        """Ends it."""
        self._db.close()


def _why(path: Path, error: Exception) -> str:
    text = str(error)
    if "locked" in text:
        return f"{path} is in use by another exchange; end that one, or give the name of another file"
    if "not a database" in text:
        return f"{path} is no file of the box's state; give the name of a new file"
    return f"the box's state cannot be kept in {path}: {text}"
