"""Signatures as a reader of the reference needs them.

The endpoints are declared once for every kind of client, with a type variable for what a call gives; on the blocking
client that is the answer itself, whatever JSON it was.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def _plain(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    if returns is not None and returns.endswith(("declare.Answer", "declare.Steps[~typing.Any]")):
        returns = "~typing.Any"
    return signature, returns


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-signature", _plain)
    return {"parallel_read_safe": True}
