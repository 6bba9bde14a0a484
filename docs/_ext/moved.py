"""The directive `moved-sockets`: where the streams of 0.7's sockets come from today, from the engine's own table."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from binance_legacy.websockets import BinanceSocketManager
from binance_legacy.wire import oldstreams
from binance_legacy.wire.oldstreams import OldSocket

TITLES: Final = {
    "en": ("Method", "What 0.7 opened", "Until", "Where it comes from today"),
    "ja": ("メソッド", "0.7 が開いていたもの", "終了日", "今の出どころ"),
}
WORDS: Final = {
    "ja": {
        "of each symbol": "(銘柄ごと)",
        "of the WebSocket API": "(WebSocket API)",
        "and": "と",
        "every 2 s": "2 秒ごと",
        "every 5 s": "5 秒ごと",
        "": "不明",
    },
    "en": {"": "unknown"},
}
"""The words between addresses; the empty text stands for a day that is not known."""

_CODE: Final = re.compile(r"\S*[@!/<.]\S*")


def moved() -> list[OldSocket]:
    """The sockets whose stream is elsewhere today, as they stand in the table."""
    return [socket for socket in oldstreams.SOCKETS.values() if socket.today]


def pieces(text: str, language: str) -> Iterator[tuple[bool, str]]:
    """A row's text in a language, in pieces: whether each is code, and what it says.

    Raises:
        KeyError: words of it are not known in that language.
    """
    at = 0
    for match in _CODE.finditer(text):
        yield from _words(text[at : match.start()], language)
        yield True, match[0]
        at = match.end()
    yield from _words(text[at:], language)


def _words(text: str, language: str) -> Iterator[tuple[bool, str]]:
    words = text.strip()
    if words:
        yield False, words if language == "en" else WORDS[language][words]


class MovedSockets(SphinxDirective):
    """``.. moved-sockets::``"""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(inspect.getfile(oldstreams))
        head = nodes.thead("", _row(nodes.paragraph("", title) for title in TITLES[self.config.language]))
        body = nodes.tbody("", *(_row(self._cells(socket)) for socket in moved()))
        columns = [nodes.colspec("", colwidth=width) for width in (28, 26, 12, 34)]
        group = nodes.tgroup("", *columns, head, body, cols=len(columns))
        return [nodes.table("", group, classes=["moved-sockets"])]

    def _cells(self, socket: OldSocket) -> Iterator[nodes.Node]:
        owner = f"{BinanceSocketManager.__module__}.{BinanceSocketManager.__name__}"
        linked, messages = self.state.inline_text(
            f":py:meth:`{socket.name} <{owner}.{socket.name}>`", self.lineno
        )
        yield nodes.paragraph("", "", *linked, *messages)
        yield self._told(socket.stream)
        language = self.config.language
        yield nodes.paragraph("", socket.since or WORDS[language][""])
        today = [self._told(text) for text in (socket.today, socket.note) if text]
        yield nodes.container("", *today)

    def _told(self, text: str) -> nodes.paragraph:
        told = nodes.paragraph()
        for is_code, piece in pieces(text, self.config.language):
            if told.children:
                told += nodes.Text(" ")
            told += nodes.literal(piece, piece) if is_code else nodes.Text(piece)
        return told


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("moved-sockets", MovedSockets)
    return {"parallel_read_safe": True}
