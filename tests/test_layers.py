"""Each layer imports only what stands below it; read from the source, nothing is run."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "binance_legacy"
BASE = {"enums", "exceptions", "helpers"}
MAY = {
    "enums": set(), "exceptions": set(), "helpers": {"exceptions"},
    "wire": BASE,
    "endpoints": BASE | {"wire"},
    "engine": BASE | {"wire", "endpoints"},
    "exchange": {"wire", "endpoints"},
}  # fmt: skip
OF_THE_BOX = {
    "market": set(),
    "trade": {"market"},
    "futures": {"market", "trade"},
    "margin": {"market", "trade"},
    "state": {"market", "trade", "futures", "margin"},
    "doors": {"market", "trade", "futures", "margin", "state"},
}
"""The rooms of the exchange, and which others of its rooms each may import."""
WITH_TWISTED = {
    "engine",
    "websockets",
    "paper",
    "exchange/doors/box",
    "exchange/doors/connections",
    "exchange/doors/serve",
}
"""Where Twisted may be imported: nowhere else, so that a bot may still install a reactor of its own."""


def module_files():
    return sorted(PACKAGE.rglob("*.py"))


def room(path):
    """The layer that a file stands in: the first folder or module name below the package."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imported(path):
    """Dotted names that a file imports, those of this package written absolutely."""
    package = ("binance_legacy", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{stem}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", module_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_layer_imports_only_from_the_layers_below_it(path):
    layer = room(path)
    if layer not in MAY:
        return  # a face, or the command line: may stand on everything
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "binance_legacy" and len(parts) > 1 and parts[1] != "__version__":
            allowed = MAY[layer] | {layer}
            assert parts[1] in allowed, f"{layer} must not import {name}; it may use {sorted(allowed)}"


@pytest.mark.parametrize("name", OF_THE_BOX)
def test_a_room_of_the_exchange_imports_only_from_those_below_it(name):
    others = OF_THE_BOX.keys() - OF_THE_BOX[name] - {name}
    files = sorted((PACKAGE / "exchange" / name).rglob("*.py"))
    assert len(files) > 2
    for path in files:
        for module in imported(path):
            assert not any(module.startswith(f"binance_legacy.exchange.{other}.") for other in others), (
                path,
                module,
            )


@pytest.mark.parametrize("path", module_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_twisted_is_imported_only_where_bytes_time_and_threads_are(path):
    name = path.relative_to(PACKAGE).as_posix().removesuffix(".py")
    if name.split("/")[0] not in WITH_TWISTED and name not in WITH_TWISTED:
        for module in imported(path):
            assert module.split(".")[0] not in ("twisted", "autobahn"), f"{name} imports {module}"


def test_the_layers_named_here_exist():
    """A renamed layer would otherwise pass unseen."""
    rooms = {room(path) for path in module_files()}
    assert {"wire", "endpoints", "engine", "exchange"} <= rooms
