"""The directives `example`, a script of docs/shared/examples, and `not-run`, a block that no test executes.

An example's comment lines that begin with ``# en:`` or ``# ja:`` are shown in their own language only, as plain
comments; lines from ``# part: NAME`` to ``# end`` are a part that can be shown alone, and those two are never shown.
"""

from __future__ import annotations

import re
from typing import Any, Final

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from docs import EXAMPLES, LANGUAGES

_NOT_RUN: Final = {
    "en": "Not run when these pages are tested: ",
    "ja": "このページのテストでは実行していません: ",
}

_PART = re.compile(r"\s*# part: (?P<name>\S+)\s*")
_END = re.compile(r"\s*# end\s*")
_COMMENT = re.compile(rf"(?P<indent>\s*)# (?P<language>{'|'.join(LANGUAGES)}):\s*(?P<text>.*)")


class NoSuchPart(ValueError):
    """An example has no part of that name."""


def shown(source: str, language: str, part: str | None = None) -> str:
    """What a page in `language` shows of an example, or of a part of it.

    Raises:
        NoSuchPart: names the parts that there are.
    """
    lines = source.splitlines()
    if part is not None:
        lines = _part(lines, part)
    kept = [line for line in lines if not _PART.fullmatch(line) and not _END.fullmatch(line)]
    return "\n".join(text for line in kept if (text := _in_language(line, language)) is not None).strip("\n")


def _part(lines: list[str], name: str) -> list[str]:
    starts = {match["name"]: i for i, line in enumerate(lines) if (match := _PART.fullmatch(line))}
    if name not in starts:
        raise NoSuchPart(f"there is no part {name!r}; there are: {', '.join(starts) or 'none'}")
    rest = lines[starts[name] + 1 :]
    end = next((i for i, line in enumerate(rest) if _END.fullmatch(line)), len(rest))
    indent = min((len(line) - len(line.lstrip()) for line in rest[:end] if line.strip()), default=0)
    return [line[indent:] for line in rest[:end]]


def _in_language(line: str, language: str) -> str | None:
    match = _COMMENT.fullmatch(line)
    if match is None:
        return line
    return f"{match['indent']}# {match['text']}".rstrip() if match["language"] == language else None


class Example(SphinxDirective):
    """``.. example:: name.py``, with ``:part: NAME`` for a part of it."""

    required_arguments = 1
    option_spec = {"part": directives.unchanged_required, "emphasize-lines": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        path = EXAMPLES / self.arguments[0]
        if not path.is_file():
            raise self.error(
                f"there is no example {path.name}; examples are the files of docs/shared/examples"
            )
        self.env.note_dependency(str(path))
        try:
            text = shown(path.read_text("utf-8"), self.config.language, self.options.get("part"))
        except NoSuchPart as error:
            raise self.error(f"{path.name}: {error}") from None
        block = nodes.literal_block(text, text, language="python", example=path.name)
        self.set_source_info(block)
        return [block]


class NotRun(SphinxDirective):
    """``.. not-run:: why``, around blocks that cannot be executed by the tests."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        why, messages = self.state.inline_text(self.arguments[0], self.lineno)
        beginning = nodes.Text(_NOT_RUN[self.config.language])
        reason = nodes.paragraph(
            self.arguments[0], "", beginning, *why, *messages, classes=["not-run-reason"]
        )
        around = nodes.container("", reason, classes=["not-run"], not_run=self.arguments[0])
        self.set_source_info(around)
        self.state.nested_parse(self.content, self.content_offset, around)
        return [around]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("example", Example)
    app.add_directive("not-run", NotRun)
    return {"parallel_read_safe": True}
