"""Which English text each Japanese section was last read against.

`docs/ja/follows.json` holds a hash of every English section, white space folded; `docs/ja/follows.txt` the text
itself, so that a later check can show what has changed since. Text that comes from docstrings is not in them: the
catalogue of translations follows that (`docs.catalogue`).
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from docutils import nodes
from sphinx import addnodes

from . import HERE
from .doctrees import is_from_code, label, own_nodes, sections

FOLDER: Final = HERE / "ja"
_HASHES: Final = "follows.json"
_TEXTS: Final = "follows.txt"

_HEAD: Final = re.compile(r"^==== (?P<key>\S+)$", re.M)
_BLOCKS: Final = (nodes.title, nodes.paragraph, nodes.literal_block, nodes.term, nodes.rubric, nodes.caption)


class NoSuchSection(KeyError):
    """The English pages have no section of that name."""


def english_sections(pages: Mapping[str, nodes.document]) -> dict[str, str]:
    """The text of every section, by ``page#label``."""
    return {
        f"{page}#{label(section)}": "\n".join(_lines(section))
        for page, tree in pages.items()
        for section in sections(tree)
    }


def _lines(section: nodes.section) -> Iterator[str]:
    """One line for each paragraph, and the lines of code, without what the code base says itself."""
    for node in own_nodes(section):
        if not isinstance(node, _BLOCKS) or is_from_code(node) or _is_described(node):
            continue
        if isinstance(node, nodes.literal_block):
            yield from node.astext().splitlines()
        else:
            yield " ".join(node.astext().split())


def _is_described(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, addnodes.desc):
            return True
    return False


def hash_of(text: str) -> str:
    """A short hash of a text, white space folded."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def complaints(english: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """What the Japanese pages do not follow: for each section the English difference and what to do."""
    hashes, texts = _read(folder)
    found = [
        _complaint(key, texts.get(key), text)
        for key, text in english.items()
        if hashes.get(key) != hash_of(text)
    ]
    gone = sorted(hashes.keys() - english.keys())
    return found + [
        f"{key}: is no section any more; to forget it: python -m docs stamp {key}" for key in gone
    ]


def _complaint(key: str, before: str | None, now: str) -> str:
    page, _, _ = key.partition("#")
    difference = difflib.unified_diff(
        (before or "").splitlines(),
        now.splitlines(),
        "English as last followed",
        "English now",
        lineterm="",
        n=1,
    )
    return "\n".join(
        [
            f"{key}: the English text is {'new' if before is None else 'not what the Japanese one follows'}:",
            *difference,
            f"Read the section in docs/ja/{page}.rst again, then: python -m docs stamp {key}",
        ]
    )


def stamp(english: Mapping[str, str], keys: Iterable[str], folder: Path = FOLDER) -> None:
    """Note that the Japanese sections follow the English text as it is now; one that is gone is forgotten.

    Raises:
        NoSuchSection: there is none of that name, now or noted.
    """
    hashes, texts = _read(folder)
    for key in keys:
        if key not in english and key not in hashes:
            raise NoSuchSection(f"no page has the section {key}; sections are written PAGE#LABEL")
        hashes.pop(key, None)
        texts.pop(key, None)
        if key in english:
            hashes[key], texts[key] = hash_of(english[key]), english[key]
    _write(folder, hashes, texts)


def stamp_all(english: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Note that every Japanese section follows the English text as it is now."""
    _write(folder, {key: hash_of(text) for key, text in english.items()}, dict(english))


def _read(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    if not (folder / _HASHES).exists():
        return {}, {}
    _, *fields = _HEAD.split((folder / _TEXTS).read_text("utf-8"))
    texts = {key: text.strip("\n") for key, text in zip(fields[::2], fields[1::2], strict=True)}
    return json.loads((folder / _HASHES).read_text("utf-8")), texts


def _write(folder: Path, hashes: Mapping[str, str], texts: Mapping[str, str]) -> None:
    in_json = json.dumps(dict(sorted(hashes.items())), indent=1) + "\n"
    (folder / _HASHES).write_text(in_json, "utf-8", newline="\n")
    in_words = "".join(f"==== {key}\n{text}\n\n" for key, text in sorted(texts.items()))
    (folder / _TEXTS).write_text(in_words, "utf-8", newline="\n")
