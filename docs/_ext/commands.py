"""The directive `command-help`: what a command of ours says to ``--help``, asked when the page is built."""

from __future__ import annotations

import os
from typing import Any
from unittest import mock

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from binance_legacy import command

COLUMNS = "88"


def help_of(name: str) -> str:
    """The help of one command; of the program itself where `name` is empty.

    Raises:
        KeyError: there is no such command.
    """
    parser = command._parser()
    if name:
        parser = parser._subparsers._group_actions[0].choices[name]  # type: ignore[union-attr, index]
    with mock.patch.dict(os.environ, COLUMNS=COLUMNS, NO_COLOR="1", PYTHON_COLORS="0"):
        return parser.format_help().rstrip()


class CommandHelp(SphinxDirective):
    """``.. command-help:: NAME``; without a name, the program's own."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0] if self.arguments else ""
        try:
            text = help_of(name)
        except KeyError:
            names = ", ".join(each.name for each in command.COMMANDS)
            raise self.error(f"there is no command {name}; there are: {names}") from None
        self.env.note_dependency(command.__file__)
        block = nodes.literal_block(text, text, language="text", classes=["command-help"], generated=True)
        self.set_source_info(block)
        return [block]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
