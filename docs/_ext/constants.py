"""The directive `constants`: a module's constants, under the comments that group them in its source."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_GROUP = re.compile(r"# (?P<title>.+?)\.?")
_CONSTANT = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*)\b.*? = .*")


def groups(source: str) -> dict[str, list[str]]:
    """The names of the constants in `source`, by the comment line that stands over them."""
    found: dict[str, list[str]] = {}
    title = ""
    for line in source.splitlines():
        if match := _GROUP.fullmatch(line):
            title = match["title"]
        elif match := _CONSTANT.fullmatch(line):
            found.setdefault(title, []).append(match["name"])
    return found


class Constants(SphinxDirective):
    """``.. constants:: module``"""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = importlib.import_module(self.arguments[0])
        self.env.note_dependency(inspect.getfile(module))
        return list(self._tables(module))

    def _tables(self, module: Any) -> Iterator[nodes.Node]:
        for title, names in groups(inspect.getsource(module)).items():
            text, messages = self.state.inline_text(title, self.lineno)
            caption = nodes.paragraph(title, "", *text, *messages)
            caption.source, caption.line = f"{inspect.getfile(module)}:comments of {module.__name__}", 1
            yield caption
            yield _table([(name, repr(getattr(module, name))) for name in names])


def _table(rows: Sequence[Sequence[str]]) -> nodes.table:
    body = nodes.tbody("", *(nodes.row("", *(_cell(text) for text in row)) for row in rows))
    widths = [nodes.colspec("", colwidth=50) for _ in rows[0]]
    return nodes.table("", nodes.tgroup("", *widths, body, cols=len(widths)), classes=["constants"])


def _cell(text: str) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", nodes.literal(text, text)))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("constants", Constants)
    return {"parallel_read_safe": True}
