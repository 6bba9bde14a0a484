"""Notes what binds each name of a script: imports, assignments, arguments, annotations, what functions return."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from .kinds import (
    CLASSES,
    FOREIGN,
    Function,
    Kind,
    Kinds,
    Neighbours,
    Walker,
    as_object,
    is_ours,
    member_of_module,
    old_name,
)

_PASSES: Final = 8  # a client handed through more functions than that stays unknown


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
        self.assign(node.target, as_object(self.of(node.iter), "many"))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        if kind := as_object(self.of(node.iter), "many"):
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
        return as_object(self.of(node), "class") if node else None

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
