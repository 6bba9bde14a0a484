"""The directive `fates`: what became of the endpoints of 0.7 that are gone, written from the catalogue."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from binance_legacy.client import Client
from binance_legacy.endpoints.declare import Method, catalogue, methods

TITLES: Final = {
    "en": ("Method", "What 0.7 called, and when it ended", "What answers today"),
    "ja": ("メソッド", "0.7 が呼んでいたものと、その廃止日", "今、答えるもの"),
}
WORDS: Final = {
    "en": {"never existed": "never existed", "unknown": "unknown", "itself": "this library"},
    "ja": {"never existed": "もともと存在しない", "unknown": "不明", "itself": "このライブラリ自身"},
}


def gone(family: type) -> list[Method]:
    """The methods that a family of endpoints declares and whose old endpoint is gone, as they stand in the source."""
    known = methods()
    return [known[name] for name in vars(family) if name in known and known[name].status != "alive"]


def today(method: Method) -> list[str]:
    """The endpoints that answer for a method: ``GET /sapi/v1/capital/deposit/hisrec``."""
    rows = catalogue()
    return list(dict.fromkeys(f"{rows[name].method} {rows[name].path}" for name in method.asks))


class Fates(SphinxDirective):
    """``.. fates:: module.Class``: a family of endpoints."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module_name, _, name = self.arguments[0].rpartition(".")
        module = importlib.import_module(module_name)
        self.env.note_dependency(inspect.getfile(module))
        found = gone(getattr(module, name))
        if not found:
            raise self.error(f"nothing of {name} is gone")
        head = nodes.thead(
            "", self._row(nodes.paragraph("", title) for title in TITLES[self.config.language])
        )
        body = nodes.tbody("", *(self._row(self._cells(method)) for method in found))
        widths = [nodes.colspec("", colwidth=width) for width in (30, 34, 36)]
        group = nodes.tgroup("", *widths, head, body, cols=len(widths))
        return [nodes.table("", group, classes=["fates"])]

    def _row(self, cells: Iterator[nodes.Node]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", cell) for cell in cells))

    def _cells(self, method: Method) -> Iterator[nodes.Node]:
        fate = method.moved or method.retired
        assert fate is not None
        words = WORDS[self.config.language]
        link = f":py:meth:`{method.name} <{Client.__module__}.Client.{method.name}>`"
        linked, messages = self.state.inline_text(link, self.lineno)
        yield nodes.paragraph("", "", *linked, *messages)
        since = nodes.paragraph("", words.get(fate.since, fate.since))
        yield nodes.container("", _code(fate.was), since)
        if method.retired and method.retired.answer is None:
            yield self._translatable(method.retired.nearest, method.name)
        elif paths := today(method):
            yield nodes.container("", *map(_code, paths))
        else:
            yield nodes.paragraph("", words["itself"])

    def _translatable(self, text: str, name: str) -> nodes.paragraph:
        inline, messages = self.state.inline_text(text, self.lineno)
        cell = nodes.paragraph(text, "", *inline, *messages)
        place = inspect.getfile(Client)
        cell.source, cell.line = f"{place}:nearest of {Client.__module__}.Client.{name}", 1
        return cell


def _code(text: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.literal(text, text))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("fates", Fates)
    return {"parallel_read_safe": True}
