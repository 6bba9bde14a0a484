"""The default role: `name` is code, and a link where this package documents something of that name.

Docstrings mention parameters, modules of others and their own neighbours alike, so a mention may lead nowhere;
``:py:meth:`` and its like may not.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole
from sphinx.environment import BuildEnvironment

FOREIGN: Final = frozenset({"autobahn", "requests", "twisted"}) | sys.stdlib_module_names
"""Packages that are documented elsewhere: no page may have to be fetched to build these."""

FOREIGN_NAMES: Final = frozenset({"ReactorNotRestartable"})
"""Exceptions of theirs that docstrings name without their package."""


class Mention(PyXRefRole):
    def process_link(
        self, env: BuildEnvironment, refnode: nodes.Element, has_explicit_title: bool, title: str, target: str
    ) -> tuple[str, str]:
        refnode["reftype"] = "obj"
        refnode["refdomain"] = "py"
        refnode["mention"] = True
        return super().process_link(env, refnode, has_explicit_title, title, target)


def _stay_text(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.Element | None:
    target = node.get("reftarget", "")
    foreign = target.partition(".")[0] in FOREIGN or target in FOREIGN_NAMES
    return content if node.get("mention") or foreign else None


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_role("mention", Mention())
    app.connect("missing-reference", _stay_text)
    return {"parallel_read_safe": True}
