"""Whether both languages have the same pages, of the same build, with the same code."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import NamedTuple

from docutils import nodes

from .doctrees import label, sections

_ADMONITIONS = (nodes.note, nodes.tip, nodes.warning)
_OTHER_ADMONITIONS = (
    nodes.admonition,
    nodes.attention,
    nodes.caution,
    nodes.danger,
    nodes.error,
    nodes.hint,
    nodes.important,
)
_NO_CODE = {tokenize.COMMENT, tokenize.NL}


class Part(NamedTuple):
    """Something of a page that must stand at the same place in both languages."""

    kind: str
    content: object

    def __str__(self) -> str:
        return f"{self.kind} {self.content!r}" if self.content else self.kind


def differences(english: Mapping[str, nodes.document], japanese: Mapping[str, nodes.document]) -> list[str]:
    """One sentence for every page where the languages differ; none where they agree."""
    found = [f"{page}: is in English only" for page in sorted(english.keys() - japanese.keys())]
    found += [f"{page}: is in Japanese only" for page in sorted(japanese.keys() - english.keys())]
    both = sorted(english.keys() & japanese.keys())
    return found + [each for page in both if (each := _difference(page, english[page], japanese[page]))]


def unlabelled(pages: Mapping[str, nodes.document]) -> list[str]:
    """One sentence for every section whose address is not the same in both languages for want of a label."""
    return [
        f"{page}: the section '{section[0].astext()}' needs a label, as in .. _{page}-what:"
        for page, tree in pages.items()
        for section in sections(tree)
        if not label(section)
    ]


def _difference(page: str, english: nodes.document, japanese: nodes.document) -> str | None:
    place = "the page's beginning"
    for one, other in zip_longest(parts(english), parts(japanese)):
        if one != other:
            return (
                f"{page}: behind {place}, English has {one or 'nothing more'}, "
                f"Japanese has {other or 'nothing more'}"
            )
        place = str(one)
    return None


def parts(page: nodes.document) -> Iterator[Part]:
    """Sections, tables, admonitions, images and code of a page, in reading order."""
    for node in page.findall(nodes.Element):
        match node:
            case nodes.section():
                yield Part("section", label(node) or "without a label")
            case nodes.tgroup():
                rows = sum(1 for _ in node.findall(nodes.row))
                yield Part("table", f"{rows} rows, {node['cols']} columns")
            case nodes.image():
                yield Part("image", node["uri"])
            case nodes.literal_block():
                yield Part("code", code(node.astext(), node.get("language", "")))
            case nodes.container() if "not_run" in node:
                yield Part("not-run", "")
            case _ if isinstance(node, _ADMONITIONS + _OTHER_ADMONITIONS):
                yield Part(node.tagname, "")


def code(text: str, language: str) -> tuple[str, ...]:
    """What must be equal in both languages: the tokens of Python, the lines of anything else, no comments."""
    if language == "python":
        return tuple(tokens(text))
    lines = (line.partition("  # ")[0].rstrip() for line in text.splitlines() if not line.startswith("# "))
    return tuple(line for line in lines if line)


def tokens(text: str) -> list[str]:
    """The tokens of Python code without comments, line ends and empty lines.

    Raises:
        SyntaxError, tokenize.TokenError: it is not Python.
    """
    read = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string or tokenize.tok_name[token.type] for token in read if token.type not in _NO_CODE]


def foreign_admonitions(pages: Mapping[str, nodes.document]) -> list[str]:
    """One sentence for every admonition that is no note, tip or warning."""
    return [
        f"{page}: has the admonition {node.tagname}; these pages use note, tip and warning"
        for page, tree in pages.items()
        for node in tree.findall(nodes.Element)
        if isinstance(node, _OTHER_ADMONITIONS)
    ]
