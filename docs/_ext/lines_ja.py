"""Joining the lines of Japanese source text without the space that HTML would show for a line end."""

from __future__ import annotations

import re
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx

from .search_ja import HIRAGANA, KANJI, KATAKANA

_MARKS: Final = "、。「」『』（）・：！？…"
_WIDE: Final = f"{KANJI}{KATAKANA}{HIRAGANA}{_MARKS}"
_JOINT: Final = re.compile(rf"(?<=[{_MARKS}])\n|(?<=[{_WIDE}])\n(?=[{_WIDE}])")
_AS_IT_IS: Final = (nodes.literal, nodes.literal_block, nodes.comment, nodes.raw)


def joined(text: str) -> str:
    """`text` without line ends between two Japanese characters, or behind a Japanese mark."""
    return _JOINT.sub("", text)


def _join(app: Sphinx, page: nodes.document) -> None:
    if app.config.language != "ja":
        return
    for text in list(page.findall(nodes.Text)):
        if not isinstance(text.parent, _AS_IT_IS) and _JOINT.search(text):
            text.parent.replace(text, nodes.Text(joined(text)))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", _join)
    return {"parallel_read_safe": True}
