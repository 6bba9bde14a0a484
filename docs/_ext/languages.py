"""The way from a page to the same page in the other language."""

from __future__ import annotations

from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx

NAMES: Final = {"en": "English", "ja": "日本語"}


def _offer(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    root = f"{context['content_root']}../"
    context["languages"] = [
        {"code": code, "name": name, "address": f"{root}{code}/{page}.html"} for code, name in NAMES.items()
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", _offer)
    return {"parallel_read_safe": True}
