"""The sockets of python-binance 1.0.37, as they were recorded, stand here whole: classes, methods, parameters."""

import importlib
import inspect
import json
import re
from pathlib import Path

import pytest

from binance_legacy.alias import our_name

SURFACE = json.loads((Path(__file__).parent / "data" / "sockets_1_0_37.json").read_text("utf-8"))

OTHERWISE = {
    "ticker_socket": "the documentation of 1.0 hands it a callable, which then gets each message",
    "futures_multiplex_socket": "`category` is not needed, as each stream is asked for at its own door",
    "start_options_depth_socket": None,
}
"""Methods whose parameters differ from the recorded ones, and why; None for those that do not."""

AWAITED = {
    "DepthCacheManager",
    "FuturesDepthCacheManager",
    "OptionsDepthCacheManager",
    "BaseDepthCacheManager",
}
"""Of `binance.ws.depthcache`; of 0.7 in `binance.depthcache`, and which one is made the client says."""

OF_ANOTHER_LIBRARY = {
    "ReconnectingWebsocket": set(),
    "KeepAliveWebsocket": set(),
    "WebsocketAPI": {
        "MAX_RECONNECTS", "MAX_RECONNECT_SECONDS", "MIN_RECONNECT_WAIT", "NO_MESSAGE_RECONNECT_TIMEOUT", "recv",
        "before_reconnect", "json_dumps", "json_loads", "connection_lock", "register_subscription_queue",
        "unregister_subscription_queue",
    },
}  # fmt: skip
"""What belonged to how 1.x read its socket, and has no meaning here."""


def cases():
    for module, classes in SURFACE.items():
        for name, members in classes.items():
            for member, recorded in members.items():
                if member not in OF_ANOTHER_LIBRARY.get(name, ()):
                    yield pytest.param(module, name, member, recorded, id=f"{name}.{member}")


def ours(module, name):
    found = importlib.import_module(our_name(f"binance.ws.{module}"))
    if module == "depthcache" and name in AWAITED:
        found = importlib.import_module("binance_legacy.depthcache_async")
    return getattr(found, name)


@pytest.mark.parametrize(("module", "name", "member", "recorded"), list(cases()))
def test_every_recorded_method_is_there_with_its_parameters(module, name, member, recorded):
    thing = inspect.getattr_static(ours(module, name), member)
    if not isinstance(recorded, str) or not recorded.startswith("("):
        value = getattr(ours(module, name), member)
        assert getattr(value, "value", value) == recorded
        return
    own = [p for p in inspect.signature(thing).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    names = [p.name for p in own if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    wanted = [part for part in parameters(recorded) if part not in ("args", "kwargs")]
    if OTHERWISE.get(member):
        assert set(wanted) <= {*names, "category"}
    else:
        assert names[: len(wanted)] == wanted


def parameters(signature):
    """The names in a recorded signature; annotations and defaults do not count."""
    depth, names, word = 0, [], ""
    for letter in signature[1 : signature.rindex(")")] + ",":
        depth += letter in "[(<{"
        depth -= letter in "])>}"
        if letter == "," and depth == 0:
            names.append(re.match(r"\s*\*{0,2}(\w+)", word)[1] if word.strip() else "")
            word = ""
        else:
            word += letter
    return [name for name in names if name]


def test_signatures_are_read_by_their_names():
    read = parameters("(self, a: Dict[str, Any] = (1, 2), *args, b=1, **kwargs)")
    assert read == ["self", "a", "args", "b", "kwargs"]


def test_every_name_that_the_package_gave_is_given():
    import binance_legacy

    for name in (
        "AsyncClient", "BinanceSocketManager", "BinanceSocketType", "Client", "ContractType", "DepthCacheManager",
        "FuturesDepthCacheManager", "FuturesType", "HistoricalKlinesType", "KEEPALIVE_TIMEOUT", "KeepAliveWebsocket",
        "OptionsDepthCacheManager", "ReadLoopClosed", "ReconnectingWebsocket", "ThreadedDepthCacheManager",
        "ThreadedWebsocketManager", "WSListenerState", "BinanceAPIException", "KLINE_INTERVAL_1MINUTE", "SIDE_BUY",
    ):  # fmt: skip
        assert getattr(binance_legacy, name) is not None and name in binance_legacy.__all__
