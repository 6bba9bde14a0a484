"""The directives `served` and `answered`: what the exchange in a box serves, written from its own tables."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Iterator
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from binance_legacy.endpoints.declare import Method, catalogue, methods
from binance_legacy.exchange.doors import (  # noqa: F401 - the first two register their endpoints
    rest_futures,
    rest_market,
    sessions,
)
from binance_legacy.exchange.doors.rest import DOORS
from binance_legacy.exchange.futures.calls import calls
from binance_legacy.exchange.futures.contracts import COIN_M, USD_M
from binance_legacy.exchange.margin.calls import MARGIN_CALLS
from binance_legacy.exchange.trade.spot_calls import BY_PATH
from binance_legacy.exchange.trade.wallet_calls import WALLET_CALLS

WORDS: Final = {
    "en": {
        "endpoint": "Endpoint", "method": "WebSocket API", "weight": "Weight", "varies": "varies",
        "family": "Calls of", "answered": "Answered", "not yet": "Not yet (-1020)", "gone": "Gone on Binance too",
    },
    "ja": {
        "endpoint": "エンドポイント", "method": "WebSocket API", "weight": "ウェイト", "varies": "内容による",
        "family": "呼び出しの種類", "answered": "応答があるもの", "not yet": "まだのもの (-1020)",
        "gone": "Binance でも廃止されたもの",
    },
}  # fmt: skip
FAMILIES: Final = {
    "market": ("market-data", {"en": "Market data", "ja": "市場データ"}),
    "account": ("account", {"en": "Account and orders", "ja": "口座と注文"}),
    "wallet": ("wallet", {"en": "Wallet", "ja": "ウォレット"}),
    "earn": ("wallet", {"en": "Earn", "ja": "運用商品"}),
    "margin": ("margin", {"en": "Margin", "ja": "マージン"}),
    "subaccount": ("sub-accounts", {"en": "Sub-accounts", "ja": "サブアカウント"}),
    "futures": ("futures", {"en": "USD-M futures", "ja": "USD-M 先物"}),
    "futures_coin": ("futures", {"en": "COIN-M futures", "ja": "COIN-M 先物"}),
    "options": ("options", {"en": "Options", "ja": "オプション"}),
}


def rest() -> Iterator[tuple[str, str, object]]:
    """Every REST endpoint that is served: ``GET /api/v3/ping``, its WebSocket-API method or "", its weight."""
    names = {f"/api/v3/{path}": name for name, path in sessions.MARKET.items()}
    for path, doors in DOORS.items():
        for method, door in doors.items():
            yield f"{method} {path}", names.get(path, ""), door.weight
    for call in (*BY_PATH.values(), *WALLET_CALLS, *MARGIN_CALLS, *calls(USD_M), *calls(COIN_M)):
        yield f"{call.method} {call.path}", call.name, call.weight


def family(name: str) -> tuple[int, int, int]:
    """Of a family of endpoints: how many of the client's methods the box answers, does not yet, and nobody does."""
    module = importlib.import_module(f"binance_legacy.endpoints.{name}")
    known, rows = methods(), catalogue()
    served = {endpoint for endpoint, _, _ in rest()}
    declared = [
        known[method]
        for each in vars(module).values()
        if inspect.isclass(each) and each.__module__ == module.__name__
        for method in vars(each)
        if method in known
    ]
    gone = [method for method in declared if method.retired is not None]
    answered = [method for method in declared if method not in gone and _answered(method, rows, served)]
    return len(answered), len(declared) - len(gone) - len(answered), len(gone)


def _answered(method: Method, rows: dict[str, Any], served: set[str]) -> bool:
    return all(f"{rows[name].method} {rows[name].path}" in served for name in method.asks)


class _Table(SphinxDirective):
    """A table that is made of what the box says of itself."""

    widths: tuple[int, ...]
    titles: tuple[str, ...]

    def rows(self) -> Iterable[tuple[nodes.Node, ...]]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        for module in (sessions, importlib.import_module(__name__)):
            self.env.note_dependency(inspect.getfile(module))
        words = WORDS[self.config.language]
        head = nodes.thead("", _row(nodes.paragraph("", words[title]) for title in self.titles))
        body = nodes.tbody("", *map(_row, self.rows()))
        columns = [nodes.colspec("", colwidth=width) for width in self.widths]
        group = nodes.tgroup("", *columns, head, body, cols=len(columns))
        return [nodes.table("", group)]


class Served(_Table):
    """``.. served::``: every REST endpoint, and the method of the WebSocket API that is the same."""

    widths = (46, 36, 18)
    titles = ("endpoint", "method", "weight")

    def rows(self) -> Iterator[tuple[nodes.Node, ...]]:
        varies = WORDS[self.config.language]["varies"]
        for endpoint, name, weight in rest():
            told = str(weight) if isinstance(weight, int) else varies
            yield _code(endpoint), _code(name) if name else nodes.paragraph(), nodes.paragraph("", told)


class Answered(_Table):
    """``.. answered::``: how many of the client's methods the box answers, by family."""

    widths = (40, 20, 20, 20)
    titles = ("family", "answered", "not yet", "gone")

    def rows(self) -> Iterator[tuple[nodes.Node, ...]]:
        for name, (page, titles) in FAMILIES.items():
            link = f":doc:`{titles[self.config.language]} <{page}>`"
            inline, messages = self.state.inline_text(link, self.lineno)
            counts = (nodes.paragraph("", str(count)) for count in family(name))
            yield nodes.paragraph("", "", *inline, *messages), *counts


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def _code(text: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.literal(text, text))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("served", Served)
    app.add_directive("answered", Answered)
    return {"parallel_read_safe": True}
