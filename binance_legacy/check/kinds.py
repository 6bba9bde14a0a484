"""Finds out which names of a script are a client, a manager, or something else.

Read without regard to the order in which statements run: a name is what some assignment, import, argument or
annotation makes of it. What nothing makes known stays unknown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Role = Literal["", "client", "async client", "manager", "streams", "threaded"]
"""What a class is here: ``manager`` is the socket manager of 0.7, ``streams`` and ``threaded`` are those of 1.x."""

CLASSES: Final[Mapping[str, Role]] = {
    "Client": "client",
    "AsyncClient": "async client",
    "BinanceSocketManager": "streams",
    "ThreadedWebsocketManager": "threaded",
}
SUBMODULES: Final = {
    "async_client", "base_client", "client", "depthcache", "enums", "exceptions", "helpers", "streams",
    "threaded_stream", "websockets", "ws",
}  # fmt: skip

Neighbours = Mapping[str, Mapping[str, "Kind"]]
"""The names of the other scripts of the same owner, by the last part of the name under which they are imported."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_CONVENTIONS: Final[tuple[tuple[re.Pattern[str], tuple[Role, ...]], ...]] = (
    (re.compile(r"(?:^|_)client$"), ("client", "async client")),
    (re.compile(r"^(?:bm|bsm|socket_manager)$"), ("manager", "streams")),
    (re.compile(r"^twm$"), ("threaded",)),
)
_ELSEWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Kind:
    """What an expression is.

    Attributes:
        form: ``script`` is another script of the owner's; ``foreign`` is of another library; ``maker`` gives an object
            when it is called; ``many`` holds objects.
        role: which of the library's classes; empty for a class of the script's own.
        module: of a module or a script, its name: ``binance.client``.
        own: members that the script's own class defines.
        place: the line of the script's own class; 0 where there is none, -1 where it is another script's.
        sure: whether it is known rather than likely.
        open: whether it may have members that are not known here; it gives way to a kind that is known better.
    """

    form: Literal["module", "script", "class", "object", "maker", "many", "foreign"]
    role: Role = ""
    module: str = ""
    own: frozenset[str] = frozenset()
    place: int = 0
    sure: bool = True
    open: bool = False


FOREIGN: Final = Kind("foreign")


@dataclass(eq=False, slots=True)
class Scope:
    """The names of a module or a function; None for one that is bound to something unknown."""

    parent: Scope | None = None
    names: dict[str, Kind | None] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    def find(self, name: str) -> Kind | None:
        scope = self._of(name)
        return scope.names[name] if scope else None

    def function(self, name: str) -> Function | None:
        scope: Scope | None = self
        while scope and name not in scope.functions:
            scope = scope.parent
        return scope.functions[name] if scope else None

    def bind(self, name: str, kind: Kind | None) -> bool:
        """Note what a name is; whether that was news."""
        scope = (self._of(name) or self._top()) if name in self.elsewhere else self
        known = scope.names.get(name)
        if name in scope.names and (kind is None or known == kind or (known and not _gives_way(known))):
            return False
        scope.names[name] = kind
        return True

    def has(self, name: str) -> bool:
        """Whether something is called so, known or not."""
        return self._of(name) is not None

    def _top(self) -> Scope:
        return self.parent._top() if self.parent else self

    def _of(self, name: str) -> Scope | None:
        scope = self.parent if name in self.elsewhere else self
        while scope and name not in scope.names:
            scope = scope.parent
        return scope


def _gives_way(kind: Kind) -> bool:
    return kind is FOREIGN or kind.open


class Kinds:
    """What the names of one script are."""

    def __init__(self, tree: ast.Module, neighbours: Neighbours) -> None:
        self.neighbours = neighbours
        self.scopes: dict[ast.AST, Scope] = {tree: Scope()}
        self.top = self.scopes[tree]
        self.homes: dict[Function, int] = {}
        self.attributes: dict[tuple[int, str], Kind] = {}
        self.any_attribute: dict[str, Kind] = {}
        self.bases: dict[int, int] = {}
        self.methods: dict[str, list[Function]] = {}
        self.roles: set[Role] = set()

    def exports(self) -> dict[str, Kind]:
        """What other scripts import of it."""
        known = {name: kind for name, kind in self.top.names.items() if kind and kind is not FOREIGN}
        return {name: replace(kind, place=_ELSEWHERE if kind.place else 0) for name, kind in known.items()}

    def note_attribute(self, owner: int, name: str, kind: Kind) -> bool:
        known = self.attributes.get((owner, name))
        if known is not None and (known == kind or kind is FOREIGN or not _gives_way(known)):
            return False
        self.attributes[owner, name] = kind
        if kind is not FOREIGN:
            self.any_attribute.setdefault(name, replace(kind, sure=False))
        return True

    # -- what an expression is ----------------------------------------------------------------------------

    def of(self, node: ast.AST | None, scope: Scope) -> Kind | None:
        """What an expression is, as far as it is known."""
        match node:
            case ast.Name(id=name):
                return scope.find(name) or (self._by_convention(name) if scope.has(name) else None)
            case ast.Attribute(value=value, attr=name):
                return self._member(self.of(value, scope), name)
            case ast.Call():
                return self._call(node, scope)
            case ast.Await(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
                return self.of(value, scope)
            case ast.IfExp(body=one, orelse=other):
                return self._first((one, other), scope)
            case ast.BoolOp(values=values):
                return self._first(values, scope)
            case ast.Subscript(value=value):
                return as_object(self.of(value, scope), "many")
            case (
                ast.List(elts=values)
                | ast.Tuple(elts=values)
                | ast.Set(elts=values)
                | ast.Dict(values=values)
            ):
                return self._many(values, scope)
            case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.DictComp(value=value):
                return self._many((value,), scope)
        return None

    def _by_convention(self, name: str) -> Kind | None:
        """What a name is that every example has for the same thing, in a script that imports such a thing."""
        for words, roles in _CONVENTIONS:
            if words.search(name):
                return next((Kind("object", role, open=True) for role in roles if role in self.roles), None)
        return None

    def _first(self, nodes: Iterable[ast.AST], scope: Scope) -> Kind | None:
        return next(filter(None, (self.of(node, scope) for node in nodes)), None)

    def _many(self, nodes: Iterable[ast.AST], scope: Scope) -> Kind | None:
        kind = self._first(nodes, scope)
        return replace(kind, form="many") if kind and kind.form == "object" else None

    def _member(self, owner: Kind | None, name: str) -> Kind | None:
        if owner is None:
            return self.any_attribute.get(name)
        if owner.form == "foreign":
            return FOREIGN
        if owner.form == "module":
            return member_of_module(owner.module, name)
        if owner.form == "script":
            return self.neighbours[owner.module].get(name)
        for place in self._places(owner.place):
            if (place, name) in self.attributes:
                return self.attributes[place, name]
        if owner.role in ("manager", "streams") and name == "_client":
            return Kind("object", "client" if owner.role == "manager" else "async client")
        if owner.role == "async client" and name == "create":
            return replace(owner, form="maker")
        return self.any_attribute.get(name) if owner.place else None

    def _places(self, place: int) -> Iterator[int]:
        """A class of the script's own and the classes that it is derived from, of which one may have its name."""
        seen = {0}
        while place not in seen:
            seen.add(place)
            yield place
            place = self.bases.get(place, 0)

    def _call(self, node: ast.Call, scope: Scope) -> Kind | None:
        match node.func:
            case ast.Name(id="super"):
                me = scope.find("self") or scope.find("cls")
                return Kind("object", me.role) if me else None
            case ast.Attribute(value=value, attr="values" | "copy" | "pop" | "get" as name):
                kind = self.of(value, scope)
                if kind and kind.form == "many":
                    return kind if name in ("values", "copy") else as_object(kind, "many")
            case ast.Attribute(attr="run" | "run_until_complete") if node.args:
                return self.of(node.args[0], scope)
        made = self.of(node.func, scope)
        return as_object(made, "class", "maker") if made is not FOREIGN else FOREIGN


def as_object(kind: Kind | None, *forms: str) -> Kind | None:
    """The object that something of one of the forms named gives; None for anything else."""
    return replace(kind, form="object") if kind and kind.form in forms else None


def member_of_module(module: str, name: str) -> Kind | None:
    """What ``from module import name`` gives, of a module of the library."""
    if module == "binance.ws" or (module == "binance" and name in SUBMODULES):
        return Kind("module", module=f"{module}.{name}")
    role = CLASSES.get(name)
    if role == "streams" and module == "binance.websockets":
        role = "manager"
    return Kind("class", role) if role else None


def is_ours(module: str) -> bool:
    """Whether a module's name is one of python-binance's package, or of this one."""
    return module.partition(".")[0] in ("binance", "binance_legacy")


def old_name(module: str) -> str:
    """The name that a module of the package has for old scripts."""
    first, dot, rest = module.partition(".")
    return f"binance{dot}{rest}" if first == "binance_legacy" else module


class Walker(ast.NodeVisitor):
    """Goes through a script, and knows in whose scope it stands."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.scope = kinds.top
        self.owner: ast.ClassDef | None = None

    def of(self, node: ast.AST | None) -> Kind | None:
        return self.kinds.of(node, self.scope)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self.owner = self.owner, node
        self.generic_visit(node)
        self.owner = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.enter(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.enter(node)

    def enter(self, node: Function) -> None:
        """Go through a function, in its own scope."""
        outer, owner = self.scope, self.owner
        self.scope = self.kinds.scopes.setdefault(node, Scope(outer))
        self.inside(node)
        self.owner = None
        self.generic_visit(node)
        self.scope, self.owner = outer, owner

    def inside(self, node: Function) -> None:
        """Called at the beginning of a function, in its own scope, with the class whose method it is as owner."""
