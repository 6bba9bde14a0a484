"""A first look at a script: whether it is about Binance, and what it imports."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from binance_legacy.wire import venues

from .kinds import is_ours
from .sources import Script

_PATHS: Final = ("/wapi/v", "/fapi/v", "/dapi/v", "/sapi/v")


@dataclass(frozen=True, slots=True)
class Glance:
    """What a first look shows.

    Attributes:
        imported: the last parts of the names of what is imported.
        about_binance: whether it imports the library or names an address of Binance's.
    """

    imported: frozenset[str]
    about_binance: bool

    def imports_any(self, modules: Container[str]) -> bool:
        return any(name in modules for name in self.imported)


def glance(tree: ast.Module) -> Glance:
    """Look a script through once."""
    imported: set[str] = set()
    about = False
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                names = list(_imported(node))
                imported.update(name.rpartition(".")[2] for name in names)
                about = about or any(map(is_ours, names))
            case ast.Constant(value=str(text)):
                about = about or _names_binance(text)
    return Glance(frozenset(imported), about)


def about_binance(scripts: Sequence[Script]) -> list[tuple[Script, Glance]]:
    """The scripts that use Binance, themselves or through another of them that they import."""
    seen = [(script, glance(script.tree)) for script in scripts]
    modules = {script.module for script, look in seen if look.about_binance}
    while more := {s.module for s, look in seen if look.imports_any(modules)} - modules:
        modules |= more
    return [(s, look) for s, look in seen if look.about_binance or look.imports_any(modules)]


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        if node.module:
            yield node.module if node.level == 0 else f".{node.module}"
        if node.level or not node.module or not is_ours(node.module):
            yield from (f".{alias.name}" for alias in node.names)
    else:
        yield from (alias.name for alias in node.names)


def _names_binance(text: str) -> bool:
    if "\n" in text:
        return False  # a page of text, no address
    host = text.partition("://")[2].partition("/")[0].partition(":")[0] if "://" in text else ""
    return venues.is_binance_host(host) if host else text.startswith(_PATHS)
