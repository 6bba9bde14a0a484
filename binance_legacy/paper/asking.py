"""Questions about the public market that a paper box asks the live exchange: here REST's bytes leave."""

from __future__ import annotations

import logging
import re
import threading
import time

import requests

from binance_legacy.exchange.doors.rest import Answer
from binance_legacy.exchange.refusals import Refusal, unsupported
from binance_legacy.wire import venues

from .gate import is_public

log = logging.getLogger("binance_legacy.exchange")

_HOSTS = {
    "api": "https://api.binance.com", "fapi": "https://fapi.binance.com", "dapi": "https://dapi.binance.com",
    "eapi": "https://eapi.binance.com",
}  # fmt: skip
_PASSED_ON = ("content-type", "retry-after")
_PASSED_HEADER = re.compile("x-mbx-used-weight.*", re.IGNORECASE)
_TIMEOUT = 10.0
_TOLD_TO_WAIT = (418, 429)


def interrupted(what: str) -> Refusal:
    """The live exchange cannot be reached, so nobody knows what would be right."""
    text = "Internal error; unable to process your request. Please try again."
    return Refusal(-1001, f"{text} ({what}: the line to the live exchange is interrupted)", 503)


class Asking:
    """Asks, in any thread; each has a session of its own. Who was told to wait does.

    Parameters:
        trust_env: whether the environment's proxies are used.
    """

    def __init__(self, trust_env: bool) -> None:
        self._trust_env = trust_env
        self._own = threading.local()
        self._wait: tuple[float, Answer] | None = None  # until when nobody asks, and why

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = self._trust_env
            self._own.session.auth = lambda request: request  # none, not even one that a .netrc has
        session: requests.Session = self._own.session
        return session

    def ask(self, path: str, query: str) -> Answer:
        """What the live exchange answers; its failure is an answer too.

        Raises:
            Refusal: this is not of the public market.
        """
        if not is_public("GET", path, query):  # whoever asks: here bytes leave
            raise unsupported(f"{path} is not of the public market, and is not asked outside")
        if self._wait is not None and time.monotonic() < self._wait[0]:
            return self._wait[1]
        url = venues.reroute(_HOSTS[path.split("/", 2)[1]] + path) + (f"?{query}" if query else "")
        try:
            answer = self._session().get(url, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            log.warning("the live exchange does not answer: %s", error)
            refusal = interrupted(path)
            return Answer(refusal.status, {"Content-Type": "application/json"}, refusal.body())
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() in _PASSED_ON or _PASSED_HEADER.fullmatch(name)
        }
        told = Answer(answer.status_code, headers, answer.content)
        if answer.status_code in _TOLD_TO_WAIT:
            self._wait = time.monotonic() + _seconds(answer.headers.get("Retry-After")), told
        return told


def _seconds(text: str | None) -> float:
    return float(text) if text is not None and text.isdecimal() else 1.0
