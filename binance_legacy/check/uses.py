"""Which calls, streams, names and addresses of Binance a script uses, and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from binance_legacy.wire import venues

from .kinds import Kinds, Role, Walker, is_ours, old_name

Form = Literal["call", "path", "stream", "listed stream", "address", "import", "constant"]


@dataclass(frozen=True, slots=True)
class Use:
    """One use of Binance.

    Attributes:
        form: ``call``, a method of a client or a manager; ``path``, an endpoint's path written by hand; ``stream``, a
            stream's name written by hand, ``listed stream`` one in the list of a multiplex socket; ``address``, one
            of a host; ``import``, and ``constant`` of an imported class.
        name: of the method, the stream, the address; of an import ``module.name``.
        line, column: counted from 1.
        role: whose method it is, or whose constant.
        method: of a path, ``GET`` or such; empty where it is not known.
        sure: whether it is known that this is Binance's.
        closed: whether it must be there: a method that is called, of an owner all of whose members are known.
    """

    form: Form
    name: str
    line: int
    column: int
    role: Role = ""
    method: str = ""
    sure: bool = True
    closed: bool = False


_HOLE: Final = "{}"
"""Stands in a text for what only the running script knows."""

_ENDPOINT: Final = re.compile(r"/(?:w?api|sapi|[fdevp]api|futures/data)/[\w{}/.-]+|/exchange-api/[\w/.-]+")
_STREAM: Final = re.compile(
    r"(?:[\w{}.-]*@(?:trade|aggTrade|kline_|miniTicker|ticker|bookTicker|depth|avgPrice)[\w{}@:+]*"
    r"|!(?:ticker|miniTicker|bookTicker)[\w{}@]*)$",
    re.IGNORECASE,
)
_STATIONS: Final[Mapping[str, str]] = {
    "_get": "/api", "_post": "/api", "_put": "/api", "_delete": "/api", "_request_api": "/api",
    "_request_withdraw_api": "/wapi/v3", "_request_margin_api": "/sapi/v1", "_request_website": "",
    "_request_futures_api": "/fapi/v1", "_request_futures_data_api": "/futures/data",
    "_request_futures_coin_api": "/dapi/v1", "_request_futures_coin_data_api": "/futures/data",
    "_request_options_api": "/vapi/v1",
}  # fmt: skip
"""What each private method of 0.7 put before the path that it was given."""

_VERBS: Final = ("get", "post", "put", "delete")
_LIKELY: Final = re.compile(r"(?:start_\w+_socket|[a-z]+(?:_[a-z0-9]+)+)$")


def uses_of(tree: ast.Module, kinds: Kinds) -> list[Use]:
    """Every use of Binance in a script, in the order in which they stand."""
    collector = _Collector(kinds)
    collector.visit(tree)
    return sorted(dict.fromkeys(collector.found), key=lambda use: (use.line, use.column))


class _Collector(Walker):
    def __init__(self, kinds: Kinds) -> None:
        super().__init__(kinds)
        self.found: list[Use] = []
        self.listed: set[ast.AST] = set()
        self.verbs: dict[ast.AST, str] = {}
        self.called: set[ast.AST] = set()

    def note(self, form: Form, name: str, node: ast.expr | ast.stmt, role: Role = "", **more: object) -> None:
        """Note a use; the line is that of its own name where the expression goes over several."""
        line, column = node.lineno, node.col_offset + 1
        if isinstance(node, ast.Attribute) and node.end_lineno and node.end_col_offset:
            line, column = node.end_lineno, node.end_col_offset - len(node.attr) + 1
        self.found.append(Use(form, name, line, column, role, **more))  # type: ignore[arg-type]

    # -- imports ------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if is_ours(alias.name):
                self.note("import", old_name(alias.name), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = old_name(node.module or "")
        if node.level == 0 and is_ours(module):
            for alias in node.names:
                name = module if alias.name == "*" else f"{module}.{alias.name}"
                self.found.append(Use("import", name, alias.lineno, alias.col_offset + 1))

    # -- methods ------------------------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            self._note_member(node, node.value, node.attr)
        self.visit(node.value)

    def _note_member(self, node: ast.expr, owner: ast.expr, name: str) -> None:
        kind = self.of(owner)
        if kind is None:
            if _LIKELY.match(name) and name not in self.kinds.methods and self._may_be_client(owner):
                self.note("call", name, node, sure=False)
        elif kind.form == "module":
            self.note("import", f"{kind.module}.{name}", node)
        elif kind.role and kind.form in ("object", "class") and name not in kind.own:
            form: Form = "constant" if name.isupper() else "call"
            closed = node in self.called and not kind.open
            self.note(form, name, node, kind.role, sure=kind.sure, closed=closed)

    def _may_be_client(self, owner: ast.expr) -> bool:
        """Whether an expression of which nothing is known may be a client or a manager."""
        return isinstance(owner, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Await)

    # -- calls --------------------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        self.called |= {node, node.func}
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(name)), *_]):
                self._note_member(node, owner, name)
            case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                if name in _STATIONS:
                    self._note_private_call(node, owner, name)
                elif name == "start_multiplex_socket" or name == "multiplex_socket":
                    self.listed.update(inner for part in node.args[:1] for inner in _expressions(part))
                elif name in _VERBS:
                    self.verbs.update((argument, name.upper()) for argument in node.args[:1])
                if self._is_text(node):
                    self._note_text(node)
                    return
        self.generic_visit(node)

    def _note_private_call(self, node: ast.Call, owner: ast.expr, station: str) -> None:
        kind = self.of(owner)
        if kind is None or kind.role not in ("client", "async client"):
            return
        arguments = dict(zip(_parameters(station), node.args, strict=False))
        arguments.update((word.arg, word.value) for word in node.keywords if word.arg)
        path = self.text(arguments.get("path"))
        if not path or path == _HOLE:
            return
        verb = station[1:] if station[1:] in _VERBS else self.text(arguments.get("method")) or ""
        prefix = _STATIONS[station]
        if prefix == "/api":
            prefix += "/" + _version(arguments)
        name = f"{prefix}/{path.lstrip('/')}".partition("?")[0]
        self.note("path", name, node, kind.role, method=verb.upper().strip(_HOLE))

    # -- texts --------------------------------------------------------------------------------------------

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # no docstring
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        self._note_text(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._note_text(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if self._is_text(node):
            self._note_text(node)
        else:
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """``if msg['stream'] == 'btcusdt@trade'`` asks for nothing."""
        for part in (node.left, *node.comparators):
            if not self._is_text(part):
                self.visit(part)

    def _is_text(self, node: ast.AST) -> bool:
        match node:
            case ast.Constant(value=str()) | ast.JoinedStr():
                return True
            case ast.BinOp(op=ast.Add() | ast.Mod()):
                return self._is_text(node.left) or self._is_text(node.right)
            case ast.Call(func=ast.Attribute(value=value, attr="format" | "lower")):
                return self._is_text(value)
        return False

    def _is_no_part_of_text(self, node: ast.expr) -> bool:
        match node:
            case ast.Call():
                return not self._is_text(node)
            case ast.Attribute(value=value):
                return not self._is_text(value)
        return False

    def text(self, node: ast.AST | None) -> str | None:
        """What a text will be, with holes for what only the running script knows; None for no text."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self.text(part) or _HOLE for part in parts)
            case ast.BinOp(op=ast.Add()):
                return (self.text(node.left) or _HOLE) + (self.text(node.right) or _HOLE)
            case ast.BinOp(op=ast.Mod()):
                return re.sub(r"%\(?\w*\)?[sdir]", _HOLE, self.text(node.left) or "")
            case ast.Call(func=ast.Attribute(value=value, attr="format")):
                return re.sub(r"\{[^{}]*\}", _HOLE, self.text(value) or "")
            case ast.Call(func=ast.Attribute(value=value, attr="lower")):
                return (self.text(value) or "").lower() or None
        return None

    def _note_text(self, node: ast.expr) -> None:
        text = self.text(node)
        if text and "\n" not in text:
            for form, name in _named_in(text):
                listed = form == "stream" and any(inner in self.listed for inner in _expressions(node))
                self.note("listed stream" if listed else form, name, node, method=self.verbs.get(node, ""))
        for inner in _expressions(node):
            if inner is not node and self._is_no_part_of_text(inner):
                self.visit(inner)


def _named_in(text: str) -> Iterator[tuple[Form, str]]:
    """The paths, streams and addresses that a text names."""
    if "://" in text:
        host = _host(text.replace(_HOLE, "0"))
        if host and venues.is_binance_host(host):
            yield "address", text
        return
    if match := _ENDPOINT.match(text.removeprefix(_HOLE)):
        yield "path", match[0].rstrip("/")
        return
    for name in text.removeprefix("streams=").split("/"):
        if _STREAM.fullmatch(name):
            yield "stream", name


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions in an expression; other nodes, such as ``Load``, are shared by the whole tree."""
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.expr))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # of brackets around what is no IPv6 address
        return ""


def _parameters(station: str) -> Iterable[str]:
    """The parameters of a private method of 0.7 that say what it asks for."""
    if station[1:] in _VERBS:
        return ("path", "signed", "version")
    return ("method", "path", "signed", "version")


def _version(arguments: Mapping[str, ast.expr]) -> str:
    """The version that 0.7 wrote into a path: v3 of signed calls, of others what was named, else v1."""
    match arguments.get("signed"):
        case ast.Constant(value=bool(signed)) if signed:
            return "v3"
    match arguments.get("version"):
        case ast.Constant(value=str(version)):
            return version
        case ast.Attribute(attr=name) if name.endswith("PRIVATE_API_VERSION"):
            return "v3"
    return "v1"
