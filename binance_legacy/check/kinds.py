"""Finds out which names of a script are a client, a manager, or something else.

Read without regard to the order in which statements run: a name is what some assignment, import, argument or
annotation makes of it. What nothing makes known stays unknown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
_PASSES: Final = 8  # a client handed through more functions than that stays unknown


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
                return _object(self.of(value, scope), "many")
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
        """A class of the script's own and the classes that it is derived from."""
        while place:
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
                    return kind if name in ("values", "copy") else _object(kind, "many")
            case ast.Attribute(attr="run" | "run_until_complete") if node.args:
                return self.of(node.args[0], scope)
        made = self.of(node.func, scope)
        return _object(made, "class", "maker") if made is not FOREIGN else FOREIGN


def _object(kind: Kind | None, *forms: str) -> Kind | None:
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


def infer(tree: ast.Module, neighbours: Neighbours, is_local: Callable[[str], bool]) -> Kinds:
    """Find out what the names of a script are; `is_local` says whether a module is one of the owner's own."""
    kinds = Kinds(tree, neighbours)
    binder = Binder(kinds, is_local)
    for _ in range(_PASSES):
        binder.news = False
        binder.visit(tree)
        if not binder.news:
            break
    return kinds


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


class Binder(Walker):
    """Notes what each name is; has `news` as long as going through once more can tell more."""

    def __init__(self, kinds: Kinds, is_local: Callable[[str], bool]) -> None:
        super().__init__(kinds)
        self.is_local = is_local
        self.news = True

    def bind(self, name: str, kind: Kind | None) -> None:
        self.news |= self.scope.bind(name, kind)

    def assign(self, target: ast.AST, kind: Kind | None, value: ast.AST | None = None) -> None:
        """Note that `target` is of a kind, each of its parts of that of its part of `value`."""
        match target:
            case ast.Name(id=name) if self.owner is None:
                self.bind(name, kind)
            case ast.Name(id=name) if self.owner and kind:
                self.news |= self.kinds.note_attribute(self.owner.lineno, name, kind)
            case ast.Attribute(value=owner, attr=name):
                self._assign_attribute(owner, name, kind)
            case ast.Subscript(value=owner) if kind and kind.form == "object":
                self.assign(owner, replace(kind, form="many"))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = value.elts if isinstance(value, ast.Tuple | ast.List) else [None] * len(targets)
                for one, part in zip(targets, values, strict=False):
                    self.assign(one, self.of(part) if part else kind, part)

    def _assign_attribute(self, owner: ast.expr, name: str, kind: Kind | None) -> None:
        held = self.of(owner)
        if kind and (held is None or held.form == "object" or held.form == "class"):
            self.news |= self.kinds.note_attribute(held.place if held else 0, name, kind)

    # -- what binds a name --------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = old_name(alias.name)
            name = alias.asname or alias.name.partition(".")[0]
            if is_ours(module):
                self.bind(name, Kind("module", module=module if alias.asname else module.partition(".")[0]))
            elif module in self.kinds.neighbours:
                self.bind(name, Kind("script", module=module))
            else:
                self.bind(name, None if self.is_local(module) else FOREIGN)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = old_name(node.module or "")
        if node.level == 0 and is_ours(module):
            self._import_ours(module, [alias.name for alias in node.names], node)
            return
        last = module.rpartition(".")[2]
        there = self.kinds.neighbours.get(last)
        unknown = None if node.level or there is not None or self.is_local(module) else FOREIGN
        for alias in node.names:
            if alias.name == "*":
                for name, kind in (there or {}).items():
                    self.bind(name, kind)
            else:
                self.bind(alias.asname or alias.name, (there or {}).get(alias.name, unknown))

    def _import_ours(self, module: str, names: list[str], node: ast.ImportFrom) -> None:
        if names == ["*"]:
            given = ("Client",) if module == "binance.client" else CLASSES
            for name in given if module in _WITH_CLASSES else ():
                self._bind_ours(name, member_of_module(module, name))
            return
        for alias in node.names:
            self._bind_ours(alias.asname or alias.name, member_of_module(module, alias.name))

    def _bind_ours(self, name: str, kind: Kind | None) -> None:
        self.bind(name, kind)
        if kind and kind.role:
            self.kinds.roles.add(kind.role)

    def visit_Assign(self, node: ast.Assign) -> None:
        kind = self.of(node.value)
        for target in node.targets:
            self.assign(target, kind, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.assign(node.target, self.of(node.value) or self._annotated(node.annotation))
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.assign(node.target, self.of(node.value))
        self.generic_visit(node)

    def visit_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars:
            self.assign(node.optional_vars, self.of(node.context_expr))
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.assign(node.target, _object(self.of(node.iter), "many"))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        if kind := _object(self.of(node.iter), "many"):
            self.assign(node.target, kind)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.scope.elsewhere.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.elsewhere.update(node.names)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        base = next((kind for kind in map(self.of, node.bases) if kind and kind.form == "class"), None)
        own = frozenset(_members(node)) | (base.own if base else frozenset())
        self.kinds.bases[node.lineno] = base.place if base else 0
        role = base.role if base else ""
        self.bind(
            node.name, Kind("class", role, own=own, place=node.lineno, open=len(node.bases) > 1 or not role)
        )
        super().visit_ClassDef(node)

    # -- functions ----------------------------------------------------------------------------------------

    def enter(self, node: Function) -> None:
        self._declare(node)
        super().enter(node)
        self._note_returns(node)

    def _declare(self, node: Function) -> None:
        if isinstance(node, ast.Lambda):
            return
        self.kinds.methods.setdefault(node.name, [])
        if node not in self.kinds.methods[node.name]:
            self.kinds.methods[node.name].append(node)
        if self.owner:
            self.kinds.homes[node] = self.owner.lineno
        else:
            self.scope.functions[node.name] = node
            self.bind(node.name, None)

    def inside(self, node: Function) -> None:
        parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if self.owner and parameters and not _is_static(node):
            me = self.kinds.of(ast.Name(self.owner.name), self.scope)
            self.bind(parameters.pop(0).arg, replace(me, form="object") if me else None)
        defaults = dict(_defaults(node))
        for parameter in parameters:
            kind = self._annotated(parameter.annotation) or self.of(defaults.get(parameter.arg))
            self.bind(parameter.arg, kind)

    def _note_returns(self, node: Function) -> None:
        if isinstance(node, ast.Lambda):
            return
        inner = self.kinds.scopes[node]
        given = next(filter(None, (self.kinds.of(value, inner) for value in _returned(node))), None)
        given = given or self._annotated(node.returns)
        if given is None or given.form != "object":
            return
        is_property = any(_last_name(decorator) in _PROPERTIES for decorator in node.decorator_list)
        kind = given if is_property else replace(given, form="maker")
        if self.owner:
            self.news |= self.kinds.note_attribute(self.owner.lineno, node.name, kind)
        else:
            self.bind(node.name, kind)

    def _annotated(self, node: ast.AST | None) -> Kind | None:
        """What an annotation says of a name: ``Client``, ``'Client'``, ``Client | None``, ``Optional[Client]``."""
        match node:
            case ast.Constant(value=str(text)) if text.isidentifier():
                return self._annotated(ast.Name(text))
            case ast.BinOp(left=left, right=right):
                return self._annotated(left) or self._annotated(right)
            case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
                return self._annotated(inner)
        return _object(self.of(node), "class") if node else None

    def visit_Call(self, node: ast.Call) -> None:
        called, given, named = node.func, list(node.args), {word.arg: word.value for word in node.keywords}
        match named:
            case {"target": target, "args": ast.Tuple(elts=values) | ast.List(elts=values)}:
                called, given, named = target, values, {}  # threading.Thread(target=trade, args=(client,))
        if function := self._function(called):
            self._hand_over(function, given, named)
        self.generic_visit(node)

    def _function(self, called: ast.expr) -> tuple[Function, int] | None:
        """The script's own function that is called, and how many parameters are filled already."""
        if isinstance(called, ast.Name):
            if function := self.scope.function(called.id):
                return function, 0
            return self._constructor(called)
        if not isinstance(called, ast.Attribute):
            return None
        candidates = self.kinds.methods.get(called.attr, [])
        return (candidates[0], 1) if len(candidates) == 1 and called.attr != "__init__" else None

    def _constructor(self, called: ast.Name) -> tuple[Function, int] | None:
        kind = self.of(called)
        if kind is None or kind.form != "class":
            return None
        makers = self.kinds.methods.get("__init__", [])
        return next(((maker, 1) for maker in makers if self.kinds.homes[maker] == kind.place), None)

    def _hand_over(
        self, called: tuple[Function, int], given: list[ast.expr], named: Mapping[str | None, ast.expr]
    ) -> None:
        function, filled = called
        scope = self.kinds.scopes.get(function)
        names = [parameter.arg for parameter in function.args.args][filled:]
        for name, value in [*zip(names, given, strict=False), *named.items()]:
            kind = self.of(value)
            if scope and name in scope.names and kind and kind is not FOREIGN:
                self.news |= scope.bind(name, kind)


_WITH_CLASSES: Final = (
    "binance",
    "binance.client",
    "binance.websockets",
    "binance.streams",
    "binance.ws.streams",
)
_PROPERTIES: Final = ("property", "cached_property")


def _members(node: ast.ClassDef) -> Iterator[str]:
    """What a class defines itself: methods, and attributes that it sets on itself."""
    for statement in node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name


def _is_static(node: Function) -> bool:
    return not isinstance(node, ast.Lambda) and any(
        _last_name(decorator) == "staticmethod" for decorator in node.decorator_list
    )


def _defaults(node: Function) -> Iterator[tuple[str, ast.expr]]:
    arguments = node.args
    if arguments.defaults:
        yield from zip(
            (one.arg for one in arguments.args[-len(arguments.defaults) :]), arguments.defaults, strict=False
        )
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield one.arg, default


def _returned(node: ast.AST) -> Iterator[ast.expr]:
    """What a function returns or yields; what functions within it do is theirs."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(inner, ast.Return | ast.Yield) and inner.value:
            yield inner.value
        yield from _returned(inner)


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function):
            return _last_name(function)
    return ""
