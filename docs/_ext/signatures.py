"""Signatures as a reader of the reference needs them.

The endpoints are declared once for every kind of client, with a type variable for what a call gives; on the blocking
client that is the answer itself, whatever JSON it was.
"""

from __future__ import annotations

from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.directives import ObjectDescription
from sphinx.domains.python import PythonDomain

_ATTRIBUTES: Final = {"en": "Attributes", "ja": "属性"}


def _plain(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    if returns is not None and returns.endswith(("declare.Answer", "declare.Steps[~typing.Any]")):
        returns = "~typing.Any"
    return signature, returns


def _name_attributes(app: Sphinx, config: Config) -> None:
    """What Sphinx calls variables of a class, and Python its attributes."""
    directive = PythonDomain.directives["class"]
    assert issubclass(directive, ObjectDescription)
    for field in directive.doc_field_types:
        if field.name == "variable":
            field.label = _ATTRIBUTES[config.language]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-signature", _plain)
    app.connect("config-inited", _name_attributes)
    return {"parallel_read_safe": True}
