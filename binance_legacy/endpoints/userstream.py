"""Listen keys of spot and margin, which Binance took away on 2026-02-20.

A key is still a text of 60 characters, made here. What opens a socket on it subscribes to the account's events over the
WebSocket API: with a signature for the spot account, with a listen token for a margin account. (Binance, *WebSocket
API: User data stream*; *Margin: Listen token*.)
"""

from __future__ import annotations

import secrets
import string
import weakref
from dataclasses import dataclass, replace
from typing import Any

from ..exceptions import BinanceAPIException
from .declare import Answer, Endpoints, Moved, Retired, Steps, asks, endpoint, steps

_ENDED = "2026-02-20"
_LETTERS = string.ascii_letters + string.digits
_HOUR = 60 * 60 * 1000
_RENEWED_BEFORE = 2 * _HOUR
"""A token that ends sooner than this is asked for anew when its key is kept alive."""

_WANT_A_SIGNATURE = (-1102, -2015)


@dataclass(frozen=True, slots=True)
class ListenKey:
    """What a listen key stands for.

    Attributes:
        key: the text of 60 characters.
        kind: ``spot``, ``margin`` or ``isolated``.
        expires: the time, milliseconds, until which it is valid unless it is kept alive.
        symbol: of the isolated account.
        token: the listen token of a margin account, and the time, milliseconds, until which it is valid.
        token_expires: see `token`.
    """

    key: str
    kind: str
    expires: int
    symbol: str = ""
    token: str = ""
    token_expires: int = 0


_makers: weakref.WeakValueDictionary[str, UserStreamEndpoints[Any]] = weakref.WeakValueDictionary()


def maker_of(key: str) -> UserStreamEndpoints[Any] | None:
    """The client in this process that made a listen key, as long as it lives; None for any other text."""
    return _makers.get(key)


class UserStreamEndpoints(Endpoints[Answer]):
    """Listen keys, as long as a client lives. (Futures still have listen keys of Binance's.)"""

    _listen_keys_made: dict[str, ListenKey] | None = None

    def _exchange_time(self) -> int:
        """The exchange's time, milliseconds."""
        raise NotImplementedError

    def listen_key(self, key: str) -> ListenKey | None:
        """What a listen key that this client made stands for; None where it is none, or has ended."""
        found = (self._listen_keys_made or {}).get(key)
        return found if found and found.expires > self._exchange_time() else None

    def _made_for(self, kind: str, symbol: str = "") -> ListenKey | None:
        made = [*(self._listen_keys_made or {}).values()]
        now = self._exchange_time()
        return next(
            (one for one in made if (one.kind, one.symbol) == (kind, symbol) and one.expires > now), None
        )

    def _make_key(self, kind: str, symbol: str = "") -> ListenKey:
        """The key of an account: for an hour the same one, as Binance gave it."""
        known = self._made_for(kind, symbol)
        until = self._exchange_time() + _HOUR
        if known is not None:
            return self._keep_key(replace(known, expires=until))
        text = "".join(secrets.choice(_LETTERS) for _ in range(60))
        return self._keep_key(ListenKey(text, kind, until, symbol))

    def _keep_key(self, key: ListenKey) -> ListenKey:
        if self._listen_keys_made is None:
            self._listen_keys_made = {}
        self._listen_keys_made[key.key] = key
        _makers[key.key] = self
        return key

    def _prolong(self, key: str) -> ListenKey | None:
        known = self.listen_key(key)
        return self._keep_key(replace(known, expires=self._exchange_time() + _HOUR)) if known else None

    def _forget(self, key: str) -> None:
        (self._listen_keys_made or {}).pop(key, None)

    # -- spot ----------------------------------------------------------------------------------------------

    @asks(moved=Moved("POST /api/v3/userDataStream", _ENDED))
    def stream_get_listen_key(self) -> Answer:
        """Begin a stream of the spot account's events.

        Returns:
            a listen key, a text of 60 characters, the same for an hour.
        """
        return self._give(self._make_key("spot").key)

    @asks(
        gone=Retired(
            "PUT /api/v3/userDataStream",
            _ENDED,
            "nothing needs it: a subscription lives as long as its connection",
            {},
        )
    )
    def stream_keepalive(self, listenKey: str) -> Answer:
        """Keep a listen key for an hour more.

        Returns:
            ``{}``.
        """
        self._prolong(listenKey)
        return self._give({})

    @asks(moved=Moved("DELETE /api/v3/userDataStream", _ENDED))
    def stream_close(self, listenKey: str) -> Answer:
        """End a listen key.

        Returns:
            ``{}``.
        """
        self._forget(listenKey)
        return self._give({})

    # -- margin --------------------------------------------------------------------------------------------

    @endpoint("POST", "/sapi/v1/userListenToken", pool="uid")
    def _listen_token(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("POST", "/sapi/v1/userListenToken", signed=True, pool="uid")
    def _signed_listen_token(self, **params: Any) -> Answer:
        """As Binance answers."""

    def _new_token(self, key: ListenKey) -> Steps[ListenKey]:
        """The key with a token of its own."""
        asked = {"symbol": key.symbol, "isIsolated": True} if key.symbol else {}
        try:
            answer = yield self._listen_token(**asked)
        except BinanceAPIException as error:  # whether a signature is wanted, the documents do not agree on
            if error.code not in _WANT_A_SIGNATURE:
                raise
            answer = yield self._signed_listen_token(**asked)
        return self._keep_key(replace(key, token=answer["token"], token_expires=answer["expirationTime"]))

    @steps
    def _renew_listen_token(self, key: ListenKey) -> Steps[Any]:
        """The key with a token that lasts; the one it has, where that was renewed meanwhile."""
        known = self.listen_key(key.key)
        if known is not None and known.token != key.token and self._lasts(known):
            return known
        return (yield from self._new_token(known or key))

    def _token_key(self, kind: str, symbol: str = "") -> Steps[str]:
        known = self._made_for(kind, symbol)
        if known is not None and self._lasts(known):
            return self._make_key(kind, symbol).key
        key = self._make_key(kind, symbol)
        try:
            yield from self._new_token(key)
        except BaseException:
            if known is None:  # a key without a token opens nothing
                self._forget(key.key)
            raise
        return key.key

    def _lasts(self, key: ListenKey) -> bool:
        return key.token_expires - self._exchange_time() > _RENEWED_BEFORE

    def _keep_token(self, key: str) -> Steps[dict[str, Any]]:
        known = self._prolong(key)
        if known is not None and not self._lasts(known):
            yield from self._new_token(known)
        return {}

    @steps
    @asks("_listen_token", moved=Moved("POST /sapi/v1/userDataStream", _ENDED))
    def margin_stream_get_listen_key(self) -> Steps[Any]:
        """Begin a stream of the cross margin account's events.

        Returns:
            a listen key, a text of 60 characters, the same for an hour.
        """
        return (yield from self._token_key("margin"))

    @steps
    @asks("_listen_token", moved=Moved("PUT /sapi/v1/userDataStream", _ENDED))
    def margin_stream_keepalive(self, listenKey: str) -> Steps[Any]:
        """Keep a listen key for an hour more, and renew its token in time.

        Returns:
            ``{}``.
        """
        return (yield from self._keep_token(listenKey))

    @asks(moved=Moved("DELETE /sapi/v1/userDataStream", _ENDED))
    def margin_stream_close(self, listenKey: str) -> Answer:
        """End a listen key.

        Returns:
            ``{}``.
        """
        self._forget(listenKey)
        return self._give({})

    @steps
    @asks("_listen_token", moved=Moved("POST /sapi/v1/userDataStream/isolated", _ENDED))
    def isolated_margin_stream_get_listen_key(self, symbol: str) -> Steps[Any]:
        """Begin a stream of the events of the isolated margin account of `symbol`.

        Returns:
            a listen key, a text of 60 characters, the same for an hour.
        """
        return (yield from self._token_key("isolated", symbol))

    @steps
    @asks("_listen_token", moved=Moved("PUT /sapi/v1/userDataStream/isolated", _ENDED))
    def isolated_margin_stream_keepalive(self, symbol: str, listenKey: str) -> Steps[Any]:
        """Keep a listen key for an hour more, and renew its token in time.

        Returns:
            ``{}``.
        """
        return (yield from self._keep_token(listenKey))

    @asks(moved=Moved("DELETE /sapi/v1/userDataStream/isolated", _ENDED))
    def isolated_margin_stream_close(self, symbol: str, listenKey: str) -> Answer:
        """End a listen key.

        Returns:
            ``{}``.
        """
        self._forget(listenKey)
        return self._give({})
