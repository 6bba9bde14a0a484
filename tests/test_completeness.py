"""The surface of python-binance 0.7.11, as it was recorded, stands here whole: names, parameters, values."""

import importlib
import inspect
import json
from pathlib import Path

import pytest

SURFACE = json.loads((Path(__file__).parent / "data" / "surface_0_7_11.json").read_text("utf-8"))

_OF_THE_CLIENT = {
    "base_endpoint", "demo", "private_key", "private_key_pass", "ping", "time_unit", "legacy_answers",
    "wait_when_limited",
}  # fmt: skip
ADDED = {
    ("websockets", "BinanceSocketManager"): {"on_notice", "isolate_callbacks", "verify_tls"},
    ("websockets", "BinanceSocketManager.__init__"): {"on_notice", "isolate_callbacks", "verify_tls"},
    ("client", "Client"): _OF_THE_CLIENT,
    ("client", "Client.__init__"): _OF_THE_CLIENT,
}
"""Parameters of ours, keyword-only and with a default."""

ANOTHER = {
    ("websockets", "json"): "ujson is not needed: the standard library's has all that a script calls",
}
"""Re-exported names that mean something else here, and why."""


def members(module):
    for name, recorded in SURFACE[module].items():
        yield name, recorded
        for member, one in recorded.get("members", {}).items():
            yield f"{name}.{member}", one


def found(module, path):
    thing = importlib.import_module(f"binance_legacy.{module}")
    for part in path.split("."):
        thing = inspect.getattr_static(thing, part) if inspect.isclass(thing) else getattr(thing, part)
    return thing.__func__ if isinstance(thing, staticmethod) else thing


def parameters(signature):
    """Name, kind and default of each parameter; annotations do not count."""
    return [(p.name, p.kind, p.default) for p in signature.parameters.values()]


def recorded_signature(text):
    space = {}
    exec(f"def recorded{text}: pass", space)
    return inspect.signature(space["recorded"])


def check(module, path, recorded):
    thing = found(module, path)
    if "value" in recorded:
        value = thing if not isinstance(thing, property) else None
        assert value == recorded["value"], f"{path} is {value!r}, recorded {recorded['value']!r}"
    elif "signature" in recorded:
        ours = parameters(inspect.signature(thing))
        added = [p for p in ours if p[0] in ADDED.get((module, path), ())]
        assert all(p[1] is p[1].KEYWORD_ONLY and p[2] is not inspect.Parameter.empty for p in added)
        assert [p for p in ours if p not in added] == parameters(recorded_signature(recorded["signature"])), (
            path
        )


@pytest.mark.parametrize("module", ["client", "websockets", "enums", "exceptions", "helpers"])
def test_every_recorded_name_is_there_with_its_parameters_defaults_and_values(module):
    missing = []
    for path, recorded in members(module):
        try:
            check(module, path, recorded)
        except AttributeError:
            missing.append(path)
    assert missing == []


def test_classes_stand_where_isinstance_looks_for_them():
    for module in ("websockets", "exceptions"):
        for name, recorded in SURFACE[module].items():
            for base in recorded.get("bases", ()):
                ours = {f"{c.__module__}.{c.__qualname__}" for c in found(module, name).__mro__}
                assert base.replace("binance.", "binance_legacy.", 1) in ours or base in ours, (name, base)


def test_names_that_0_7_modules_imported_can_be_imported_from_them():
    for module, names in SURFACE.items():
        for name, recorded in names.items():
            if "re-exported" in recorded and (module, name) not in ANOTHER:
                thing = getattr(importlib.import_module(f"binance_legacy.{module}"), name)
                assert name in str(recorded["re-exported"]), thing
