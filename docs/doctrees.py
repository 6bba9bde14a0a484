"""The pages as Sphinx read them, before they became HTML."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from docutils import nodes

from . import BUILT
from .site import doctrees

_MADE_UP: Final = re.compile(r"id\d+$|module-")


def read_pages(language: str, built: Path = BUILT) -> dict[str, nodes.document]:
    """Every page of a language, by its name: ``reference/client``."""
    folder = doctrees(language, built)
    files = sorted(folder.rglob("*.doctree"))
    return {
        path.relative_to(folder).with_suffix("").as_posix(): pickle.loads(path.read_bytes()) for path in files
    }


def label(section: nodes.section) -> str:
    """A section's name in addresses: its label, or what Sphinx made of its title; empty where it has neither."""
    names = [name for name in section["ids"] if not _MADE_UP.match(name)]
    return str(names[-1]) if names else ""


def sections(page: nodes.document) -> list[nodes.section]:
    """All sections of a page, in reading order."""
    return list(page.findall(nodes.section))


def own_nodes(section: nodes.section) -> Iterator[nodes.Node]:
    """What stands in a section and in no section below it."""
    for child in section.children:
        if not isinstance(child, nodes.section):
            yield from child.findall()


def is_from_code(node: nodes.Node) -> bool:
    """Whether a docstring, a comment or a parser says this, and no page."""
    source = getattr(node, "source", None) or ""
    return ":docstring of " in source or ":comments of " in source or bool(_attribute(node, "generated"))


def _attribute(node: nodes.Node, name: str) -> object:
    return node.get(name) if isinstance(node, nodes.Element) else None
