"""Make every ``import binance...`` of old code mean this package, as one module object per module.

Putting ``sys.modules["binance"] = binance_legacy`` is not enough: ``from binance.exceptions import X`` would
then load the file a second time, and ``except X`` would not catch. A finder answers for each old name, with
the module that already exists or is imported now; nothing is imported before it is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

__all__ = ["AliasError", "install", "stand_in", "uninstall"]

NAMES = {"binance": "binance_legacy"}
"""Old module name -> ours. What lies below follows (``binance.client``: ``binance_legacy.client``)."""

MOVED = {
    "binance.ws.depthcache": "binance_legacy.depthcache",
    "binance.ws.keepalive_websocket": "binance_legacy.reconnecting_websocket",
    "binance.ws.reconnecting_websocket": "binance_legacy.reconnecting_websocket",
    "binance.ws.streams": "binance_legacy.streams",
    "binance.ws.threaded_stream": "binance_legacy.threaded_stream",
}
"""Modules that lie elsewhere here."""

SHIM = Path(__file__).parent / "shim"
"""Folder for ``PYTHONPATH``: its ``binance.py`` gives this package to the processes that a script starts."""

_log = logging.getLogger("binance_legacy.alias")
_specs: dict[str, ModuleSpec] = {}


class AliasError(ImportError):
    """Another package already answers for ``binance`` in this process."""


def our_name(old: str) -> str | None:
    """The name here of an old module name, whether or not there is such a module; None for a foreign name."""
    if old in NAMES or old in MOVED:
        return NAMES.get(old) or MOVED[old]
    parent, _, child = old.rpartition(".")
    ours = our_name(parent) if parent else None
    return f"{ours}.{child}" if ours else None


class _OurModule(Loader):
    """Gives the one module object of this package under an old name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.name)
        own = module.__spec__
        if own is not None and own.name == self.name:
            _specs[self.name] = own
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Undo what the import system did on the way here: the module keeps its own ``__spec__``."""
        module.__spec__ = _specs[self.name]


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        ours = our_name(fullname)
        own = importlib.util.find_spec(ours) if ours else None
        if ours is None or own is None:
            return None
        spec = ModuleSpec(fullname, _OurModule(ours), origin=own.origin)
        spec.submodule_search_locations = own.submodule_search_locations
        return spec


_finder = _Finder()


def install() -> None:
    """Let ``binance`` and all its modules mean this package, from the next import on. Twice is harmless.

    Raises:
        AliasError: another ``binance`` is already loaded; names its file and version.
    """
    for name, ours in NAMES.items():
        loaded = sys.modules.get(name)
        if loaded is not None and loaded is not sys.modules.get(ours):
            raise AliasError(
                f"{name} is already loaded from {_describe(loaded.__spec__, loaded)}; "
                "install the alias before anything imports it"
            )
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
        _mention_others()


def uninstall() -> None:
    """Take the names back: the next ``import binance`` finds what it would find without this package."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name in sys.modules if our_name(name)]:
        if sys.modules[name] is sys.modules.get(our_name(name) or ""):
            del sys.modules[name]


def stand_in(name: str) -> None:
    """Let this package take the place of the module `name`, which is being imported and calls this.

    For one-line files called ``binance.py``, as ``adopt`` writes them. Does nothing under another name, so
    that such a file can be run or looked at. Where an exchange in a box is named by the environment, the
    process is also kept from contacting anything else.
    """
    if name not in NAMES:
        return
    del sys.modules[name]
    install()
    sys.modules[name] = importlib.import_module(NAMES[name])
    from binance_legacy.wire import venues

    if venues.box():
        from binance_legacy import offline

        offline.guard()


def _mention_others() -> None:
    for name in NAMES:
        other = PathFinder.find_spec(name)
        if other is not None and not _is_stand_in(other):
            _log.info("%s is binance_legacy here, not %s", name, _describe(other))


def _is_stand_in(spec: ModuleSpec) -> bool:
    """Whether a module is a one-line file that only calls `stand_in`."""
    if spec.origin is None or spec.submodule_search_locations is not None:
        return False
    try:
        return b"binance_legacy.alias" in Path(spec.origin).read_bytes()
    except OSError:  # it lies in a zip, say: no file that we wrote
        return False


def _describe(spec: ModuleSpec | None, module: ModuleType | None = None) -> str:
    """Where a foreign module lies, and which version of which distribution it is, as far as can be told."""
    folders = list(spec.submodule_search_locations or []) if spec else []
    place = getattr(module, "__file__", None) or (spec.origin if spec else None) or next(iter(folders), None)
    if place is None:
        return "an unknown place"
    known = _distribution(spec.name if spec else "", Path(place)) or getattr(module, "__version__", None)
    return f"{place} ({known})" if known else place


def _distribution(name: str, place: Path) -> str | None:
    """Name and version of the installed distribution that a module at `place` belongs to."""
    from importlib.metadata import distribution, packages_distributions  # slow, and seldom asked

    for candidate in map(distribution, packages_distributions().get(name, [])):
        if Path(str(candidate.locate_file(""))).resolve() in place.resolve().parents:
            return f"{candidate.name} {candidate.version}"
    return None
