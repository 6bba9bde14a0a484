"""Makes a client's key known to the exchange in a box that is in use, so that it can trade there."""

from __future__ import annotations

import http.client
import json
import logging
import threading
from urllib.parse import urlsplit

from ..wire import venues
from ..wire.signing import Key

_log = logging.getLogger("binance_legacy")
_introduced: set[tuple[str, str]] = set()
_lock = threading.Lock()  # threads that share a client wait for the first
_PATIENCE = 10.0


def introduce(api_key: str | None, key: Key) -> None:
    """Let the box in use know a key, once; without one, or where that is not wanted, nothing happens.

    A key that the box knows with another secret stays as it is known: the next call tells so (-1022).

    Parameters:
        api_key: what requests carry.
        key: what signs them.
    """
    token, url = venues.token(), venues.box()
    if token is None or url is None or not api_key or (url, api_key) in _introduced:
        return
    with _lock:
        if (url, api_key) not in _introduced and _tell(url, token, api_key, key):
            _introduced.add((url, api_key))


def _tell(url: str, token: str, api_key: str, key: Key) -> bool:
    """Tell the box of a key; whether it has heard."""
    order = {"order": "register", "api_key": api_key, "secret": key.public}
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_PATIENCE)
    try:
        line.request("POST", "/steer", json.dumps(order), {"Authorization": f"Bearer {token}"})
        answer = json.loads(line.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False  # the call itself will tell what is wrong
    finally:
        line.close()
    if "error" in answer:
        _log.debug("the exchange in the box: %s", answer["error"])
    return True
