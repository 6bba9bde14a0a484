"""Requests of the WebSocket API by hand, as 1.x had them; a client's ``ws_*`` methods are the shorter way."""

from __future__ import annotations

from typing import Any

from ..exceptions import BinanceAPIException, BinanceWebsocketUnableToConnect
from .constants import WSListenerState

__all__ = ["BinanceAPIException", "BinanceWebsocketUnableToConnect", "WSListenerState", "WebsocketAPI"]


class WebsocketAPI:
    """One line to the WebSocket API, opened when it is needed.

    Parameters:
        url: ``wss://ws-api.binance.{}/ws-api/v3``.
        tld: Binance's top-level domain.
        testnet: taken as 1.x took it; `url` says which exchange it is.
        https_proxy: ``http://proxy.example:3128``, through which it goes.
    """

    TIMEOUT = 10

    def __init__(
        self, url: str, tld: str = "com", testnet: bool = False, https_proxy: str | None = None
    ) -> None:
        from ..async_client import AsyncClient

        self._url = url.replace("{}", tld)
        self._client = AsyncClient(tld=tld, https_proxy=https_proxy)
        self._client.WS_API_URL = self._url

    async def connect(self) -> None:
        """See that the exchange answers.

        Raises:
            BinanceWebsocketUnableToConnect: it does not.
        """
        await self._client.ws_ping()

    async def request(self, id: str, payload: dict[str, Any]) -> Any:
        """Make a request and await its answer.

        Parameters:
            id: taken as 1.x took it; the line numbers its requests itself.
            payload: ``{"method": "depth", "params": {...}}``, signed where that is needed.

        Returns:
            the ``result`` of the answer, or the whole answer where it has none.

        Raises:
            BinanceAPIException: Binance refused.
            BinanceWebsocketUnableToConnect: no answer.
        """
        from ..endpoints.declare import Request

        row = Request(str(payload["method"]), str(payload["method"]))
        return await self._client._ask_over_websocket(row, dict(payload.get("params") or {}))

    async def close(self) -> None:
        """Hang up."""
        await self._client.close_connection()
