"""The socket managers of python-binance 1.x: `BinanceSocketManager` to be awaited, `ThreadedWebsocketManager` not.

::

    client = await AsyncClient.create()
    bm = BinanceSocketManager(client)
    async with bm.trade_socket('BNBBTC') as socket:
        message = await socket.recv()

Each ``..._socket`` method gives a `ReconnectingWebsocket`. Readers of the same stream share one line, and each has
every message. (The manager of 0.7, a thread that calls back, is `binance_legacy.websockets.BinanceSocketManager`.)
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import logging
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from .async_client import AsyncClient
from .enums import ContractType, FuturesType
from .reconnecting_websocket import MAX_QUEUE_SIZE, KeepAliveWebsocket, ReconnectingWebsocket
from .threaded_stream import ThreadedApiManager, ThreadedWebsocketManager
from .wire import plans, streamnames, venues
from .ws.constants import KEEPALIVE_TIMEOUT

if TYPE_CHECKING:
    from .engine.opener import Opener
    from .engine.shared import Shared
    from .engine.socket import Socket

__all__ = [
    "KEEPALIVE_TIMEOUT",
    "AsyncClient",
    "BinanceSocketManager",
    "BinanceSocketType",
    "ContractType",
    "FuturesType",
    "KeepAliveWebsocket",
    "ReconnectingWebsocket",
    "ThreadedApiManager",
    "ThreadedWebsocketManager",
]

log = logging.getLogger("binance_legacy.streams")

S = TypeVar("S", bound=ReconnectingWebsocket)

Open = Callable[..., "Socket"]
Handler = Callable[[Any], Any]


class BinanceSocketType(str, Enum):  # noqa: UP042 - as in 1.x
    """What a socket is about."""

    SPOT = "Spot"
    USD_M_FUTURES = "USD_M_Futures"
    COIN_M_FUTURES = "Coin_M_Futures"
    OPTIONS = "Vanilla_Options"
    ACCOUNT = "Account"


class BinanceSocketManager:
    """Gives sockets to be awaited.

    Parameters:
        client: an `AsyncClient` (a `Client` will do); its domain, its test network and its key are the sockets'.
        user_timeout: seconds between two keep-alives of an account's listen key, where there is one.
        max_queue_size: messages that may wait to be read, of each socket.
        verbose: what happens to lines is logged (``binance_legacy``, level DEBUG).
        loop: not needed; taken because 1.0 took it, also in the place of `user_timeout`.
        isolate: sockets of the same stream have a line each, instead of sharing one.
    """

    STREAM_URL = "wss://stream.binance.{}:9443/"
    STREAM_TESTNET_URL = "wss://stream.testnet.binance.vision/"
    STREAM_DEMO_URL = "wss://demo-stream.binance.com/"
    FSTREAM_URL = "wss://fstream.binance.{}/"
    FSTREAM_TESTNET_URL = "wss://fstream.binancefuture.com/"
    FSTREAM_DEMO_URL = "wss://fstream.binancefuture.com/"
    DSTREAM_URL = "wss://dstream.binance.{}/"
    DSTREAM_TESTNET_URL = "wss://dstream.binancefuture.com/"
    DSTREAM_DEMO_URL = "wss://dstream.binancefuture.com/"

    WEBSOCKET_DEPTH_5 = "5"
    WEBSOCKET_DEPTH_10 = "10"
    WEBSOCKET_DEPTH_20 = "20"

    def __init__(
        self,
        client: Any,
        user_timeout: Any = KEEPALIVE_TIMEOUT,
        max_queue_size: int = MAX_QUEUE_SIZE,
        verbose: bool = False,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if user_timeout is None or isinstance(user_timeout, asyncio.AbstractEventLoop):
            user_timeout = KEEPALIVE_TIMEOUT
        importlib.import_module(
            ".engine.opener", __package__
        )  # takes a while, and a loop's first socket would wait
        self._client = client
        self._user_timeout = user_timeout
        self._max_queue_size = max_queue_size
        self.testnet = getattr(client, "testnet", False) and isinstance(client, AsyncClient)
        self.demo = getattr(client, "demo", False)
        self._made_opener: Opener | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._set_addresses(str(getattr(client, "tld", "com")))
        if verbose:
            logging.getLogger("binance_legacy").setLevel(logging.DEBUG)

    def _set_addresses(self, tld: str) -> None:
        venue = "TESTNET_" if self.testnet else "DEMO_" if self.demo else ""
        for name in ("STREAM", "FSTREAM", "DSTREAM"):
            own = f"{name}_URL" in vars(self)
            template = getattr(self, f"{name}_URL" if own else f"{name}_{venue}URL")
            setattr(self, f"{name}_URL", template.replace("{}", tld))

    @functools.cached_property
    def _shared(self) -> Shared:
        from .engine.shared import Shared

        return Shared()

    @property
    def _opener(self) -> Opener:
        """Made in the loop that opens the first socket: there the client's coroutines are awaited, while it lives."""
        from .engine.connection import PatientFactory
        from .engine.errands import Errands
        from .engine.opener import Opener

        if self._made_opener is None or (self._home is not None and self._home.is_closed()):
            self._home = asyncio.get_running_loop() if isinstance(self._client, AsyncClient) else None
            self._made_opener = Opener(self._client, _Named(PatientFactory), errands=Errands(self._home))
        return self._made_opener

    def status(self) -> dict[str, dict[str, Any]]:
        """How each open line fares, by its path; as `websockets.BinanceSocketManager.status`."""
        return self._shared.status()

    # -- what the sockets are made of ---------------------------------------------------------------------

    def _give(self, path: str, make: Open, kind: type[S]) -> S:
        return kind._of(path, lambda **outlet: self._shared.tap(path, make, **outlet), self._max_queue_size)

    def _made(self, how: str, *given: Any, **outlet: Any) -> Socket:
        socket: Socket = getattr(self._opener, how)(*given, **outlet)
        return socket

    def _spot(self, names: Sequence[str], combined: bool = False) -> ReconnectingWebsocket:
        base = self.STREAM_URL
        path = "streams=" + "/".join(names) if combined else names[0]
        make = functools.partial(self._made, "spot", path, base, names, combined)
        return self._give(path, make, ReconnectingWebsocket)

    def _futures(
        self, names: Sequence[str], futures_type: FuturesType = FuturesType.USD_M, combined: bool = True
    ) -> ReconnectingWebsocket:
        coin = _futures_type(futures_type) is FuturesType.COIN_M
        base, margin = (self.DSTREAM_URL, plans.COIN_M) if coin else (self.FSTREAM_URL, plans.USD_M)
        key = f"{'coin:' if coin else 'futures:'}{'/'.join(names)}"
        make = functools.partial(self._made, "futures", key, base, names, margin, combined)
        return self._give(key, make, ReconnectingWebsocket)

    def _options(self, names: Sequence[str], combined: bool = False) -> ReconnectingWebsocket:
        base, key = self.FSTREAM_URL, f"options:{'/'.join(names)}"
        make = functools.partial(self._made, "options", key, base, names, combined, False)
        return self._give(key, make, ReconnectingWebsocket)

    def _account(self, path: str, kind: str, symbol: str = "") -> KeepAliveWebsocket:
        self._check_key(path)
        client = self._client

        def make(**outlet: Any) -> Socket:
            return self._opener.account(path, client._make_key(kind, symbol), **outlet)

        return self._give(path, make, KeepAliveWebsocket)

    def _keyed(self, path: str, names: tuple[str, str], address: str) -> KeepAliveWebsocket:
        """An account that still has listen keys; `names` of the client's methods that give one and keep it."""
        self._check_key(path)
        client, ask, keep = self._client, *names
        return self._kept(
            path, lambda: getattr(client, ask)(), lambda key: getattr(client, keep)(key), address
        )

    def _kept(self, path: str, ask: Callable[[], Any], keep: Handler, address: str) -> KeepAliveWebsocket:
        def make(**outlet: Any) -> Socket:
            from .engine.keys import Kept

            kept = Kept(ask, keep, self._user_timeout)
            return self._opener.keyed(path, kept, lambda key: address + key, **outlet)

        return self._give(path, make, KeepAliveWebsocket)

    def _check_key(self, path: str) -> None:
        if not getattr(self._client, "API_KEY", None):
            raise ValueError(
                f"the socket {path!r} is an account's and needs a key: AsyncClient.create(api_key, api_secret)"
            )

    # -- spot ---------------------------------------------------------------------------------------------

    def depth_socket(
        self, symbol: str, depth: str | None = None, interval: int | None = None
    ) -> ReconnectingWebsocket:
        """An order book's differences (``depthUpdate``), or its best levels.

        Parameters:
            symbol: e.g. ``'BNBBTC'``.
            depth: ``WEBSOCKET_DEPTH_5``, ``_10`` or ``_20`` for the best levels; None (or ``'1'``): differences.
            interval: milliseconds between messages: 100, or None (or 0) for 1000.

        Raises:
            ValueError: depth or interval is none of these, or `symbol` is none.
        """
        if depth and str(depth) not in ("1", *streamnames.DEPTH_LEVELS):
            raise ValueError(
                f"depth {depth!r} is not offered; use one of '5', '10', '20', or None for differences"
            )
        if interval and interval not in (100, 1000):
            raise ValueError("Websocket interval value not allowed. Allowed values are [0, 100]")
        levels = depth if depth and str(depth) != "1" else ""
        speed = "@100ms" if interval == 100 else ""
        return self._spot([f"{_symbol(symbol)}@depth{levels}{speed}"])

    def kline_socket(self, symbol: str, interval: str = "1m") -> ReconnectingWebsocket:
        """Candles: ``{'e': 'kline', 'k': {...}}``; `interval` is one of the ``KLINE_INTERVAL_*``."""
        return self._spot([f"{_symbol(symbol)}@kline_{_interval(interval)}"])

    def miniticker_socket(self, update_time: int = 1000) -> ReconnectingWebsocket:
        """All markets' small 24 h tickers, a list each `update_time` milliseconds of those that changed."""
        if isinstance(update_time, bool) or not isinstance(update_time, int) or update_time <= 0:
            raise ValueError(
                f"update_time is {update_time!r}; it must be a number of milliseconds, such as 3000"
            )
        return self._spot([f"!miniTicker@arr@{update_time}ms"])

    def trade_socket(self, symbol: str) -> ReconnectingWebsocket:
        """Trades: ``{'e': 'trade', 's', 't': id, 'p': price, 'q': quantity, 'T', 'm'}``."""
        return self._spot([f"{_symbol(symbol)}@trade"])

    def aggtrade_socket(self, symbol: str) -> ReconnectingWebsocket:
        """Aggregate trades: ``{'e': 'aggTrade', 's', 'a', 'p', 'q', 'f', 'l', 'T', 'm'}``."""
        return self._spot([f"{_symbol(symbol)}@aggTrade"])

    def symbol_miniticker_socket(self, symbol: str) -> ReconnectingWebsocket:
        """One market's small 24 h ticker."""
        return self._spot([f"{_symbol(symbol)}@miniTicker"])

    def symbol_ticker_socket(self, symbol: str) -> ReconnectingWebsocket:
        """One market's 24 h ticker, each second."""
        return self._spot([f"{_symbol(symbol)}@ticker"])

    def ticker_socket(self, callback: Handler | None = None) -> ReconnectingWebsocket:
        """All markets' 24 h tickers: each second a list of those that changed, put together from each symbol's.

        Binance switched ``!ticker@arr`` off on 2026-03-26.

        Parameters:
            callback: called with each message, as the documentation of 1.0 had it; the socket need not be read then,
                and opens at once where a loop runs, else when it is entered.
        """
        socket = self._spot(["!ticker@arr"])
        if callback is None:
            return socket
        return _handed_to(socket, callback)

    def symbol_book_ticker_socket(self, symbol: str) -> ReconnectingWebsocket:
        """One market's best prices: ``{'u', 's', 'b', 'B', 'a', 'A'}``."""
        return self._spot([f"{_symbol(symbol)}@bookTicker"])

    def book_ticker_socket(self) -> ReconnectingWebsocket:
        """All markets' best prices, put together from each symbol's; Binance switched ``!bookTicker`` off in 2022."""
        return self._spot(["!bookTicker"])

    def multiplex_socket(self, streams: Sequence[str]) -> ReconnectingWebsocket:
        """Several streams over one socket: ``{'stream': name, 'data': message}``.

        Parameters:
            streams: names with the symbol in lower case, ``['bnbbtc@aggTrade', 'neobtc@ticker']``; more than 1,024
                take more than one connection.

        Raises:
            TypeError: `streams` is no list of names.
            ValueError: Binance has no such stream; the text says what would be right.
        """
        return self._spot(_names(streams, self._spot_fault), combined=True)

    def _spot_fault(self, name: str) -> str | None:
        plan = plans.spot(name, lambda key: self._client.listen_key(key) is not None)
        return streamnames.fault(name) if plan.how == "stream" and plan.is_plain else None

    # -- accounts -----------------------------------------------------------------------------------------

    def user_socket(self) -> KeepAliveWebsocket:
        """The spot account's events, subscribed to over the WebSocket API on every new line.

        Raises:
            ValueError: the client has no key.
        """
        return self._account("user", "spot")

    def margin_socket(self) -> KeepAliveWebsocket:
        """The cross margin account's events, by a listen token that is renewed in time."""
        return self._account("margin", "margin")

    def isolated_margin_socket(self, symbol: str) -> KeepAliveWebsocket:
        """The events of the isolated margin account of `symbol`, by a listen token that is renewed in time."""
        _symbol(symbol)
        return self._account(f"isolated_margin:{symbol}", "isolated", symbol)

    def futures_user_socket(self) -> KeepAliveWebsocket:
        """The USD-M futures account's events, by a listen key that is kept alive and renewed."""
        address = f"{self.FSTREAM_URL}private/ws/"
        return self._keyed(
            "futures_user", ("futures_stream_get_listen_key", "futures_stream_keepalive"), address
        )

    def futures_socket(self) -> KeepAliveWebsocket:
        """The same as `futures_user_socket`."""
        return self.futures_user_socket()

    def coin_futures_user_socket(self) -> KeepAliveWebsocket:
        """The COIN-M futures account's events, by a listen key that is kept alive and renewed."""
        names = ("futures_coin_stream_get_listen_key", "futures_coin_stream_keepalive")
        return self._keyed("coin_futures_user", names, f"{self.DSTREAM_URL}ws/")

    def coin_futures_socket(self) -> KeepAliveWebsocket:
        """The same as `coin_futures_user_socket`."""
        return self.coin_futures_user_socket()

    def portfolio_margin_socket(self) -> KeepAliveWebsocket:
        """The portfolio margin account's events, by a listen key that is kept alive and renewed."""
        self._check_key("portfolio_margin")
        client = self._client

        async def ask() -> str:
            return str((await client.call("POST", "/papi/v1/listenKey"))["listenKey"])

        def keep(key: str) -> Any:
            return client.call("PUT", "/papi/v1/listenKey")

        return self._kept("portfolio_margin", ask, keep, f"{self.FSTREAM_URL}pm/ws/")

    # -- futures ------------------------------------------------------------------------------------------

    def aggtrade_futures_socket(
        self, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """Aggregate trades of a contract: ``{'stream', 'data': {'e': 'aggTrade', ...}}``."""
        return self._futures([f"{_symbol(symbol)}@aggTrade"], futures_type)

    def symbol_mark_price_socket(
        self, symbol: str, fast: bool = True, futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """A contract's mark price, each second (`fast`) or every 3 s."""
        return self._futures([f"{_symbol(symbol)}@markPrice{'@1s' if fast else ''}"], futures_type)

    def all_mark_price_socket(
        self, fast: bool = True, futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """All contracts' mark prices, each second (`fast`) or every 3 s; only those of `futures_type`."""
        return self._futures([f"!markPrice@arr{'@1s' if fast else ''}"], futures_type)

    def index_price_socket(self, symbol: str, fast: bool = True) -> ReconnectingWebsocket:
        """The index price of a COIN-M pair, ``'BTCUSD'``, each second (`fast`) or every 3 s."""
        return self._futures([f"{_symbol(symbol)}@indexPrice{'@1s' if fast else ''}"], FuturesType.COIN_M)

    def symbol_ticker_futures_socket(
        self, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """A contract's best prices (1.x called them ticker)."""
        return self._futures([f"{_symbol(symbol)}@bookTicker"], futures_type)

    def individual_symbol_ticker_futures_socket(
        self, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """A contract's 24 h ticker."""
        return self._futures([f"{_symbol(symbol)}@ticker"], futures_type)

    def all_ticker_futures_socket(
        self, channel: str = "!bookTicker", futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """All contracts' best prices, or another stream of all of them: ``!ticker@arr``, ``!miniTicker@arr``."""
        return self._futures(_names([channel], plans.futures_fault), futures_type)

    def futures_ticker_socket(self) -> ReconnectingWebsocket:
        """All USD-M contracts' 24 h tickers."""
        return self._futures(["!ticker@arr"])

    def futures_coin_ticker_socket(self) -> ReconnectingWebsocket:
        """All COIN-M contracts' 24 h tickers."""
        return self._futures(["!ticker@arr"], FuturesType.COIN_M)

    def kline_futures_socket(
        self,
        symbol: str,
        interval: str = "1m",
        futures_type: FuturesType = FuturesType.USD_M,
        contract_type: ContractType = ContractType.PERPETUAL,
    ) -> ReconnectingWebsocket:
        """A pair's candles by kind of contract, bare: ``{'e': 'continuous_kline', ...}``."""
        kind = contract_type.value if isinstance(contract_type, ContractType) else str(contract_type)
        name = f"{_symbol(symbol)}_{kind.lower()}@continuousKline_{_interval(interval)}"
        return self._futures([name], futures_type, combined=False)

    def futures_depth_socket(
        self, symbol: str, depth: str = "10", futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """The best levels of a contract's order book: ``'5'``, ``'10'`` or ``'20'`` of them."""
        if str(depth) not in streamnames.DEPTH_LEVELS:
            raise ValueError(f"depth {depth!r} is not offered; use one of '5', '10', '20'")
        return self._futures([f"{_symbol(symbol)}@depth{depth}"], futures_type)

    def futures_rpi_depth_socket(
        self, symbol: str, futures_type: FuturesType = FuturesType.USD_M
    ) -> ReconnectingWebsocket:
        """Differences of a contract's order book, retail price improvement orders included."""
        return self._futures([f"{_symbol(symbol)}@rpiDepth@500ms"], futures_type)

    def futures_multiplex_socket(
        self,
        streams: Sequence[str],
        futures_type: FuturesType = FuturesType.USD_M,
        category: str | None = None,
    ) -> ReconnectingWebsocket:
        """Several futures streams over one socket: ``{'stream': name, 'data': message}``.

        Parameters:
            streams: names with the symbol in lower case. Each is asked for at the door that pushes it.
            futures_type: in what they are margined.
            category: not needed; taken because 1.x took it.

        Raises:
            TypeError, ValueError: as of `multiplex_socket`.
        """
        return self._futures(_names(streams, plans.futures_fault), futures_type)

    # -- options ------------------------------------------------------------------------------------------

    def options_multiplex_socket(self, streams: Sequence[str]) -> ReconnectingWebsocket:
        """Several options streams over one socket: ``{'stream': name, 'data': message}``."""
        return self._options(_names(streams, lambda name: None), combined=True)

    def options_ticker_socket(self, symbol: str) -> ReconnectingWebsocket:
        """An option's 24 h ticker, ``'BTC-271231-100000-C'``."""
        return self._options([f"{_symbol(symbol)}@optionTicker"])

    def options_ticker_by_expiration_socket(self, symbol: str, expiration_date: str) -> ReconnectingWebsocket:
        """The tickers of an underlying's options that end on one day, ``'271231'``."""
        return self._options([f"{_symbol(symbol)}@optionTicker@{expiration_date}"])

    def options_recent_trades_socket(self, symbol: str) -> ReconnectingWebsocket:
        """Trades of an option, or of an underlying's options."""
        return self._options([f"{_symbol(symbol)}@optionTrade"])

    def options_kline_socket(self, symbol: str, interval: str = "1m") -> ReconnectingWebsocket:
        """An option's candles."""
        return self._options([f"{_symbol(symbol)}@kline_{_interval(interval)}"])

    def options_depth_socket(
        self, symbol: str, depth: str = "10", speed: str = "500ms"
    ) -> ReconnectingWebsocket:
        """The best levels of an option's order book, every ``'100ms'`` or ``'500ms'``."""
        if str(depth) not in streamnames.DEPTH_LEVELS:
            raise ValueError(f"depth {depth!r} is not offered; use one of '5', '10', '20'")
        return self._options([f"{_symbol(symbol)}@depth{depth}@{speed}"])

    def options_book_ticker_socket(self, symbol: str) -> ReconnectingWebsocket:
        """An option's best prices."""
        return self._options([f"{_symbol(symbol)}@bookTicker"])

    def options_open_interest_socket(self, symbol: str, expiration_date: str) -> ReconnectingWebsocket:
        """The open interest of an underlying's options that end on one day, ``'271231'``."""
        return self._options([f"{_symbol(symbol)}@openInterest@{expiration_date}"])

    def options_mark_price_socket(self, symbol: str) -> ReconnectingWebsocket:
        """The mark prices and greeks of an underlying's options, ``'BTCUSDT'``."""
        return self._options([f"{_symbol(symbol)}@optionMarkPrice"])

    def options_index_price_socket(self) -> ReconnectingWebsocket:
        """The index prices of all underlyings."""
        return self._options(["!index@arr"])

    def options_new_symbol_socket(self) -> ReconnectingWebsocket:
        """Options that are newly listed."""
        return self._options(["!optionSymbol"])


class _Named:
    """Makes factories that tell a box that a stream's name was looked at here."""

    def __init__(self, kind: Callable[[str], Any]) -> None:
        self._kind = kind

    def __call__(self, url: str) -> Any:
        factory = self._kind(url)
        if venues.box():
            factory.headers[streamnames.NAMES_CHECKED] = "1"
        return factory


def _handed_to(socket: ReconnectingWebsocket, callback: Handler) -> ReconnectingWebsocket:
    """A socket whose messages a callable gets."""
    if not callable(callback):
        raise TypeError(f"the callback must be a function that takes one message, not {callback!r}")
    socket.hand_to(callback)
    return socket


def _futures_type(kind: Any) -> FuturesType:
    if not isinstance(kind, FuturesType):
        raise ValueError(f"futures_type is {kind!r}; it must be FuturesType.USD_M or FuturesType.COIN_M")
    return kind


def _symbol(symbol: Any) -> str:
    if not isinstance(symbol, str) or not streamnames.SYMBOL.fullmatch(symbol):
        raise ValueError(
            f"{symbol!r} is no symbol; write it like 'BNBBTC', with nothing between the two assets"
        )
    return symbol.lower()


def _interval(interval: str) -> str:
    if interval not in streamnames.INTERVALS:
        raise ValueError(
            f"interval {interval!r} is not offered; use one of {', '.join(streamnames.INTERVALS)}"
        )
    return interval


def _names(streams: Sequence[str], fault: Callable[[str], str | None]) -> list[str]:
    if isinstance(streams, str | bytes) or not all(isinstance(name, str) for name in streams):
        raise TypeError(
            f"streams must be a list of stream names such as ['bnbbtc@aggTrade', 'neobtc@ticker'], not {streams!r}"
        )
    names = list(streams)
    if not names:
        raise ValueError("streams is empty; name some, such as ['bnbbtc@aggTrade']")
    faults = [found for found in map(fault, names) if found]
    if faults:
        raise ValueError(faults[0])
    return names
