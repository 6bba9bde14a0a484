"""The Japanese of what docstrings say: one gettext catalogue, kept up to date with the code."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Final

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message

from . import HERE, site

CATALOGUE: Final = HERE / "ja" / "locale" / "ja" / "LC_MESSAGES" / "reference.po"


def said_by_code() -> Catalog:
    """Everything that the reference pages show and no page says: docstrings and comments, in English."""
    with tempfile.TemporaryDirectory() as folder:
        template = site.extract_messages(Path(folder), Path(folder) / "built")
        found = pofile.read_po(io.BytesIO(template.read_bytes()))
    kept = Catalog(locale="ja", project="binance_legacy", fuzzy=False, charset="utf-8")
    for message in found:
        places = sorted({_place(path) for path, _ in message.locations if not path.endswith(".rst")})
        if message.id and places:
            kept.add(message.id, locations=[(place, 0) for place in places])
    return kept


def _place(path: str) -> str:
    """Whose docstring a message is from: ``binance_legacy.client.Client``."""
    return path.rpartition(" of ")[2]


def update() -> Catalog:
    """Bring the catalogue up to date: new messages in, untranslated; messages that are gone, out."""
    fresh = said_by_code()
    known = read()
    for message in fresh:
        before = known.get(str(message.id)) if message.id else None
        if before is not None:
            message.string = before.string
    _write(fresh)
    return fresh


def read() -> Catalog:
    """The catalogue as it is; an empty one where there is none yet."""
    if not CATALOGUE.exists():
        return Catalog(locale="ja")
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="ja")


def _write(catalogue: Catalog) -> None:
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        pofile.write_po(file, catalogue, width=100, include_lineno=False, sort_by_file=True)


def complaints() -> list[str]:
    """What docstrings say and the catalogue lacks, and what it has that no docstring says any more."""
    said = {str(message.id) for message in said_by_code() if message.id}
    known = {str(message.id): message for message in read() if message.id}
    lacking = sorted(said - {text for text, message in known.items() if is_translated(message)})
    return [
        *(f"untranslated: {text}" for text in lacking),
        *(f"translated, but said no more: {text}" for text in sorted(known.keys() - said)),
    ]


def is_translated(message: Message) -> bool:
    return bool(message.string) and not message.fuzzy
