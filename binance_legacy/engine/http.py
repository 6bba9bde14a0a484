"""Where a REST call's bytes leave: through the session that a client, or its script, chose."""

from __future__ import annotations

import functools
import logging
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from ..exceptions import BinanceRequestException, without_signatures
from ..wire import venues

_MOST_REDIRECTS = 5
_CUT_OFF = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)


class _Discreet(logging.Filter):
    """Leaves signatures out of what `urllib3` logs of each call."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(without_signatures(a) if isinstance(a, str) else a for a in record.args)
        return True


for name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(name).addFilter(_Discreet())


def send(session: Any, method: str, url: str, **options: Any) -> Any:
    """Send one call.

    While a box is in use, Binance's addresses are answered by it and no other leaves this machine, whatever
    `session` is and wherever an answer redirects. A call to this machine never goes through a proxy.

    Parameters:
        session: a `requests.Session`, or what a script put in its place.
        method: ``get``, ``post``, ``put`` or ``delete``: that method of the session is called.
        options: of `requests.Session.request`.

    Raises:
        OfflineError: a box is in use, and the address is neither Binance's nor this machine.
        requests.RequestException: no answer came; its text names no signature.
        BinanceRequestException: the answer broke off.
    """
    try:
        return _send(session, method, url, options)
    except _CUT_OFF as error:
        raise BinanceRequestException(
            f"Invalid Response: cut off: {without_signatures(str(error))}"
        ) from None
    except requests.exceptions.InvalidHeader as error:  # its text shows the header: the key
        error.args = ("a header, such as the API key, begins with a space or has a line break",)
        raise error from None
    except requests.RequestException as error:
        if "signature=" in str(error):
            error.args = (without_signatures(str(error)), *error.args[1:])
        raise error from None


def _send(session: Any, method: str, url: str, options: dict[str, Any]) -> Any:
    offline = venues.box() is not None
    address = venues.reroute(url) if offline else url
    direct = _no_proxies(address)
    if direct:
        options["proxies"] = direct.copy()
    if offline or direct:
        return _follow(session, method, address, options)
    return getattr(session, method)(address, **options)


@functools.lru_cache(maxsize=512)
def _no_proxies(address: str) -> dict[str, None]:
    """For an address on this machine, every way in which a session may name a proxy for it, taken back."""
    parts = urlsplit(address)
    if not venues.is_loopback(parts.hostname or ""):
        return {}
    names = ("http", "https", "all", f"{parts.scheme}://{parts.hostname}", f"all://{parts.hostname}")
    return dict.fromkeys(names)


def _follow(session: Any, method: str, address: str, options: dict[str, Any]) -> Any:
    """Send it, and follow redirects only to where calls may go.

    Not left to `requests`: to keep proxies out it would change the environment, which other threads read.
    """
    follows = options.get("allow_redirects", True)
    options["allow_redirects"] = False
    answer = getattr(session, method)(address, **options)
    for _ in range(_MOST_REDIRECTS):
        if not (follows and getattr(answer, "is_redirect", False)):
            break
        address = venues.reroute(urljoin(address, answer.headers["location"]))
        answer = session.get(address, **{k: v for k, v in options.items() if k not in ("data", "params")})
    return answer
