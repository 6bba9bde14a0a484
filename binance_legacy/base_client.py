"""What both REST clients are: the constants, the addresses, and a row's way out.

Every call passes through `_get` (or `_post`, `_put`, `_delete`) or one of the `_request_*api`, then `_request`, so a
script that replaces one of them, on a client or on the class, changes every call that goes there, as in 0.7. What
`_request` gives is passed back as it is: an answer, or something to await.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from . import enums
from .endpoints.declare import Answer, Endpoint, Method, Request, methods
from .endpoints.legacy import LegacyEndpoints
from .engine.introduce import introduce
from .exceptions import BinanceRequestException, RetiredEndpoint
from .wire import replies, requests, signing, venues
from .wire.replies import Limits

if TYPE_CHECKING:
    from .engine.requests import Call, Requests

USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/56.0.2924.87 Safari/537.36"
)
"""0.7's own."""

_DOORS = ("/api/", "/sapi/", "/fapi/", "/dapi/", "/eapi/", "/papi/", "/futures/data/")


class BaseClient(LegacyEndpoints[Answer]):
    """Base of `Client` and `AsyncClient`.

    Attributes:
        timestamp_offset: milliseconds that the exchange's clock is ahead of this machine's.
        response: the latest answer.
        limits: how much of Binance's limits the latest answers said is used (`wire.replies.Limits`).
    """

    API_URL = "https://api.binance.{}/api"
    FUTURES_COIN_DATA_URL = "https://dapi.binance.{}/futures/data"
    FUTURES_COIN_URL = "https://dapi.binance.{}/dapi"
    FUTURES_DATA_URL = "https://fapi.binance.{}/futures/data"
    FUTURES_URL = "https://fapi.binance.{}/fapi"
    MARGIN_API_URL = "https://api.binance.{}/sapi"
    OPTIONS_TESTNET_URL = "https://testnet.binanceops.{}/vapi"
    OPTIONS_URL = "https://vapi.binance.{}/vapi"
    WEBSITE_URL = "https://www.binance.{}"
    WITHDRAW_API_URL = "https://api.binance.{}/wapi"

    # of 1.x; 0.7 had one test network, that of options
    PAPI_URL = "https://papi.binance.{}/papi"
    API_TESTNET_URL = "https://testnet.binance.vision/api"
    FUTURES_TESTNET_URL = "https://testnet.binancefuture.com/fapi"
    FUTURES_DATA_TESTNET_URL = "https://testnet.binancefuture.com/futures/data"
    FUTURES_COIN_TESTNET_URL = "https://testnet.binancefuture.com/dapi"
    FUTURES_COIN_DATA_TESTNET_URL = "https://testnet.binancefuture.com/futures/data"
    API_DEMO_URL = "https://demo-api.binance.com/api"
    FUTURES_DEMO_URL = "https://demo-fapi.binance.com/fapi"
    FUTURES_COIN_DEMO_URL = "https://demo-dapi.binance.com/dapi"
    WS_API_URL = "wss://ws-api.binance.{}/ws-api/v3"
    WS_API_TESTNET_URL = "wss://ws-api.testnet.binance.vision/ws-api/v3"
    WS_API_DEMO_URL = "wss://demo-ws-api.binance.com/ws-api/v3"
    WS_FUTURES_URL = "wss://ws-fapi.binance.{}/ws-fapi/v1"
    WS_FUTURES_TESTNET_URL = "wss://testnet.binancefuture.com/ws-fapi/v1"
    WS_FUTURES_DEMO_URL = "wss://testnet.binancefuture.com/ws-fapi/v1"
    REQUEST_TIMEOUT: float = 10
    BASE_ENDPOINT_DEFAULT = ""
    BASE_ENDPOINT_1 = "1"
    BASE_ENDPOINT_2 = "2"
    BASE_ENDPOINT_3 = "3"
    BASE_ENDPOINT_4 = "4"

    FUTURES_API_VERSION = "v1"
    FUTURES_API_VERSION2 = "v2"
    MARGIN_API_VERSION = "v1"
    OPTIONS_API_VERSION = "v1"
    PRIVATE_API_VERSION = "v3"
    PUBLIC_API_VERSION = "v1"
    WITHDRAW_API_VERSION = "v3"

    FUTURE_ORDER_TYPE_LIMIT = enums.FUTURE_ORDER_TYPE_LIMIT
    FUTURE_ORDER_TYPE_LIMIT_MAKER = enums.FUTURE_ORDER_TYPE_LIMIT_MAKER
    FUTURE_ORDER_TYPE_MARKET = enums.FUTURE_ORDER_TYPE_MARKET
    FUTURE_ORDER_TYPE_STOP = enums.FUTURE_ORDER_TYPE_STOP
    FUTURE_ORDER_TYPE_STOP_MARKET = enums.FUTURE_ORDER_TYPE_STOP_MARKET
    FUTURE_ORDER_TYPE_TAKE_PROFIT = enums.FUTURE_ORDER_TYPE_TAKE_PROFIT
    FUTURE_ORDER_TYPE_TAKE_PROFIT_MARKET = enums.FUTURE_ORDER_TYPE_TAKE_PROFIT_MARKET
    KLINE_INTERVAL_12HOUR = enums.KLINE_INTERVAL_12HOUR
    KLINE_INTERVAL_15MINUTE = enums.KLINE_INTERVAL_15MINUTE
    KLINE_INTERVAL_1DAY = enums.KLINE_INTERVAL_1DAY
    KLINE_INTERVAL_1HOUR = enums.KLINE_INTERVAL_1HOUR
    KLINE_INTERVAL_1MINUTE = enums.KLINE_INTERVAL_1MINUTE
    KLINE_INTERVAL_1MONTH = enums.KLINE_INTERVAL_1MONTH
    KLINE_INTERVAL_1SECOND = "1s"
    KLINE_INTERVAL_1WEEK = enums.KLINE_INTERVAL_1WEEK
    KLINE_INTERVAL_2HOUR = enums.KLINE_INTERVAL_2HOUR
    KLINE_INTERVAL_30MINUTE = enums.KLINE_INTERVAL_30MINUTE
    KLINE_INTERVAL_3DAY = enums.KLINE_INTERVAL_3DAY
    KLINE_INTERVAL_3MINUTE = enums.KLINE_INTERVAL_3MINUTE
    KLINE_INTERVAL_4HOUR = enums.KLINE_INTERVAL_4HOUR
    KLINE_INTERVAL_5MINUTE = enums.KLINE_INTERVAL_5MINUTE
    KLINE_INTERVAL_6HOUR = enums.KLINE_INTERVAL_6HOUR
    KLINE_INTERVAL_8HOUR = enums.KLINE_INTERVAL_8HOUR
    ORDER_RESP_TYPE_ACK = enums.ORDER_RESP_TYPE_ACK
    ORDER_RESP_TYPE_FULL = enums.ORDER_RESP_TYPE_FULL
    ORDER_RESP_TYPE_RESULT = enums.ORDER_RESP_TYPE_RESULT
    ORDER_STATUS_CANCELED = enums.ORDER_STATUS_CANCELED
    ORDER_STATUS_EXPIRED = enums.ORDER_STATUS_EXPIRED
    ORDER_STATUS_FILLED = enums.ORDER_STATUS_FILLED
    ORDER_STATUS_NEW = enums.ORDER_STATUS_NEW
    ORDER_STATUS_PARTIALLY_FILLED = enums.ORDER_STATUS_PARTIALLY_FILLED
    ORDER_STATUS_PENDING_CANCEL = enums.ORDER_STATUS_PENDING_CANCEL
    ORDER_STATUS_REJECTED = enums.ORDER_STATUS_REJECTED
    ORDER_TYPE_LIMIT = enums.ORDER_TYPE_LIMIT
    ORDER_TYPE_LIMIT_MAKER = enums.ORDER_TYPE_LIMIT_MAKER
    ORDER_TYPE_MARKET = enums.ORDER_TYPE_MARKET
    ORDER_TYPE_STOP_LOSS = enums.ORDER_TYPE_STOP_LOSS
    ORDER_TYPE_STOP_LOSS_LIMIT = enums.ORDER_TYPE_STOP_LOSS_LIMIT
    ORDER_TYPE_TAKE_PROFIT = enums.ORDER_TYPE_TAKE_PROFIT
    ORDER_TYPE_TAKE_PROFIT_LIMIT = enums.ORDER_TYPE_TAKE_PROFIT_LIMIT
    SIDE_BUY = enums.SIDE_BUY
    SIDE_SELL = enums.SIDE_SELL
    SYMBOL_TYPE_SPOT = enums.SYMBOL_TYPE_SPOT
    TIME_IN_FORCE_FOK = enums.TIME_IN_FORCE_FOK
    TIME_IN_FORCE_GTC = enums.TIME_IN_FORCE_GTC
    TIME_IN_FORCE_IOC = enums.TIME_IN_FORCE_IOC

    AGG_BEST_MATCH = "M"
    AGG_BUYER_MAKES = "m"
    AGG_FIRST_TRADE_ID = "f"
    AGG_ID = "a"
    AGG_LAST_TRADE_ID = "l"
    AGG_PRICE = "p"
    AGG_QUANTITY = "q"
    AGG_TIME = "T"

    COIN_FUTURE_TO_SPOT = "CMFUTURE_MAIN"
    FIAT_TO_MINING = "C2C_MINING"
    FIAT_TO_SPOT = "C2C_MAIN"
    FIAT_TO_USDT_FUTURE = "C2C_UMFUTURE"
    MARGIN_CROSS_TO_SPOT = "MARGIN_MAIN"
    MARGIN_CROSS_TO_USDT_FUTURE = "MARGIN_UMFUTURE"
    MINING_TO_FIAT = "MINING_C2C"
    MINING_TO_SPOT = "MINING_MAIN"
    MINING_TO_USDT_FUTURE = "MINING_UMFUTURE"
    SPOT_TO_COIN_FUTURE = "MAIN_CMFUTURE"
    SPOT_TO_FIAT = "MAIN_C2C"
    SPOT_TO_MARGIN_CROSS = "MAIN_MARGIN"
    SPOT_TO_MINING = "MAIN_MINING"
    SPOT_TO_USDT_FUTURE = "MAIN_UMFUTURE"
    USDT_FUTURE_TO_FIAT = "UMFUTURE_C2C"
    USDT_FUTURE_TO_MARGIN_CROSS = "UMFUTURE_MARGIN"
    USDT_FUTURE_TO_SPOT = "UMFUTURE_MAIN"

    # what a script finds that replaces __init__
    API_KEY: str | None = None
    API_SECRET: str | None = None
    tld = "com"
    testnet = False
    timestamp_offset = 0
    response: Any = None
    session: Any = None
    https_proxy: str | None = None
    _requests_params: Mapping[str, Any] | None = None
    _session_params: Mapping[str, Any] | None = None
    _private_key: signing.PrivateKey | None = None
    _time_unit: str | None = None
    _of_box = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.API_URL}>"  # never a key

    @functools.cached_property
    def _used_limits(self) -> Limits:
        return Limits()

    @functools.cached_property  # so that a script's own attribute may have its name
    def limits(self) -> Limits:
        """How much of Binance's limits is used, as the latest answers said."""
        return self._used_limits

    # -- what a constructor sets ---------------------------------------------------------------------------

    def _set_keys(
        self,
        api_key: str | None,
        api_secret: str | None,
        private_key: str | bytes | Path | None,
        private_key_pass: str | None,
    ) -> None:
        self.API_KEY = api_key
        self.API_SECRET = api_secret
        self._of_box = venues.box() is not None
        if private_key is not None:
            self._private_key = signing.PrivateKey(private_key, private_key_pass)
        if venues.token() is not None and api_key and (api_secret or private_key is not None):
            self._signing_key()  # so that a box knows the key from here on

    def _set_addresses(self, tld: str, base_endpoint: str = "", venue: str = "") -> None:
        """Fill the addresses in: those of a `venue` other than the live one are ``TESTNET`` or ``DEMO``."""
        self.tld = tld
        for name in dir(BaseClient):
            if name.endswith("_URL"):
                setattr(self, name, self._base(getattr(self, name)))
        for name in ("API_URL", "MARGIN_API_URL") if base_endpoint else ():
            setattr(self, name, getattr(self, name).replace("://api.", f"://api{base_endpoint}."))
        for name in _OF_OTHER_VENUES if venue else ():
            setattr(self, f"{name}_URL", getattr(self, f"{name}_{venue}_URL", getattr(self, f"{name}_URL")))

    # -- a row's way out -----------------------------------------------------------------------------------

    def call(self, method: str, path: str, /, *, signed: bool = False, **params: Any) -> Answer:
        """Call any endpoint of Binance's REST API, with the signing, limits and errors of all others.

        Parameters:
            method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
            path: e.g. ``/sapi/v1/simple-earn/account``. Its first part says the host: ``/api``, ``/sapi``, ``/fapi``,
                ``/dapi``, ``/eapi``, ``/papi`` or ``/futures/data`` (of the USD-margined futures).
            signed: whether the endpoint needs a signature.
            params: as Binance documents them.

        Returns:
            the endpoint's own answer.

        Raises:
            ValueError: the method or the path is none of these.
            RetiredEndpoint: the endpoint is one that 0.7 called and that is gone; its text names the method to use.
        """
        verb = method.upper()
        if verb not in ("GET", "POST", "PUT", "DELETE"):
            raise ValueError(f"method is {method!r}; it must be GET, POST, PUT or DELETE")
        refuse_what_is_gone(verb, path)
        if not path.startswith(_DOORS):
            raise ValueError(f"path is {path!r}; it must begin with one of {', '.join(_DOORS)}")
        return self._ask(Endpoint(path, verb, path, signed, host="fapi"), params)

    def _way_out(self, row: Endpoint, params: Mapping[str, Any]) -> Any:
        """Send a row's call by the way that its path names."""
        asked = dict(row.ask(params) if row.ask else params)
        if row.door == "api":
            station = getattr(self, f"_{row.method.lower()}")
            return station(row.rest, row.signed, row.version, data=asked)
        station = getattr(self, self._station(row))
        number = int(row.version[1:]) if row.version[1:].isdigit() else 1
        versions = {} if number == 1 else {"version": number}
        return station(row.method.lower(), row.rest, row.signed, **versions, data=asked)

    def _station(self, row: Endpoint) -> str:
        """Through which of the `_request_*api` a row goes."""
        if row.moved is not None and " /wapi/" in row.moved.was:
            return "_request_withdraw_api"  # as 0.7 went, for scripts that replaced it
        if row.door == "futures":
            return "_request_futures_coin_data_api" if row.host == "dapi" else "_request_futures_data_api"
        return _STATIONS[row.door]

    def _get(self, path: str, signed: bool = False, version: str = PUBLIC_API_VERSION, **kwargs: Any) -> Any:
        return self._request_api("get", path, signed, version, **kwargs)

    def _post(self, path: str, signed: bool = False, version: str = PUBLIC_API_VERSION, **kwargs: Any) -> Any:
        return self._request_api("post", path, signed, version, **kwargs)

    def _put(self, path: str, signed: bool = False, version: str = PUBLIC_API_VERSION, **kwargs: Any) -> Any:
        return self._request_api("put", path, signed, version, **kwargs)

    def _delete(
        self, path: str, signed: bool = False, version: str = PUBLIC_API_VERSION, **kwargs: Any
    ) -> Any:
        return self._request_api("delete", path, signed, version, **kwargs)

    def _request_api(
        self, method: str, path: str, signed: bool = False, version: str = PUBLIC_API_VERSION, **kwargs: Any
    ) -> Any:
        return self._request(method, self._create_api_uri(path, signed, version), signed, **kwargs)

    def _request_withdraw_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        if not path.endswith(".html"):  # all of /wapi did; what took its place lies elsewhere
            uri = _versioned(self._create_margin_api_uri(path), kwargs)
            return self._request(method, uri, signed, True, **kwargs)
        by_hand = _gone().get(f"{method.upper()} /wapi/v3/{path}")
        if by_hand is not None:  # a script that wrote the old path itself has what the old method has
            return getattr(self, by_hand.name)(**(kwargs.get("data") or {}))
        return self._request(method, self._create_withdraw_api_uri(path), signed, True, **kwargs)

    def _request_margin_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        uri = _versioned(self._create_margin_api_uri(path), kwargs)
        return self._request(method, uri, signed, **kwargs)

    def _request_website(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        return self._request(method, self._create_website_uri(path), signed, **kwargs)

    def _request_futures_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        uri = _versioned(self._create_futures_api_uri(path), kwargs)
        return self._request(method, uri, signed, True, **kwargs)

    def _request_futures_data_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        return self._request(method, self._create_futures_data_api_uri(path), signed, True, **kwargs)

    def _request_futures_coin_api(
        self, method: str, path: str, signed: bool = False, version: int = 1, **kwargs: Any
    ) -> Any:
        return self._request(method, self._create_futures_coin_api_url(path, version), signed, True, **kwargs)

    def _request_futures_coin_data_api(
        self, method: str, path: str, signed: bool = False, version: int = 1, **kwargs: Any
    ) -> Any:
        uri = self._create_futures_coin_data_api_url(path, version)
        return self._request(method, uri, signed, True, **kwargs)

    def _request_options_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        return self._request(method, self._create_options_api_uri(path), signed, True, **kwargs)

    def _request_papi_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        uri = _versioned(f"{self._base(self.PAPI_URL)}/v1/{path}", kwargs)
        return self._request(method, uri, signed, True, **kwargs)

    def _request(self, method: str, uri: str, signed: bool, force_params: bool = False, **kwargs: Any) -> Any:
        """Send one call and read its answer."""
        raise NotImplementedError

    # -- a request's way over a WebSocket, whose engine is imported by the first one ------------------------

    def _websocket_lines(self) -> Requests:
        from .engine.requests import Requests

        known = vars(self).get(_LINES)
        return known if known is not None else vars(self).setdefault(_LINES, Requests())  # type: ignore[no-any-return]

    def _leave_websockets(self) -> None:
        """Hang up; requests that are on their way fail."""
        lines = vars(self).pop(_LINES, None)
        if lines is not None:
            lines.close()

    def _websocket_call(self, row: Request, params: Mapping[str, Any]) -> tuple[Call, float | None]:
        """A request, ready to be sent, and how many seconds it may take."""
        from .engine.requests import Call, seconds_of, way_to

        self._stay_in_the_box()
        asked = dict(params)
        options: dict[str, Any] = {"timeout": self.REQUEST_TIMEOUT, **(self._requests_params or {})}
        options.update(asked.pop("requests_params", None) or {})
        asked = {name: requests.sendable(value) for name, value in asked.items() if value is not None}
        if row.signed:
            asked = self._signed_request(row, asked)
        address = self._websocket_address(row.host)
        trust_env = getattr(self.session, "trust_env", (self._session_params or {}).get("trust_env", True))
        number = self._websocket_lines().number()
        way = way_to(address, options, self.https_proxy, trust_env)
        call = Call(row, number, requests.frame(number, row.method, asked), address, way)
        return call, seconds_of(options["timeout"])

    def _websocket_address(self, host: str) -> str:
        url = self._base(self.WS_API_URL if host == "ws-api" else self.WS_FUTURES_URL)
        unit = f"?timeUnit={self._time_unit}" if host == "ws-api" and self._time_unit else ""
        return venues.reroute(url + unit)

    def _signed_request(self, row: Request, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters with key, timestamp and signature.

        Raises:
            BinanceRequestException: this client has no key, or nothing to sign with.
        """
        secret = self.API_SECRET or self._private_key
        lacking = [name for name, value in (("api_key", self.API_KEY), ("api_secret", secret)) if not value]
        if lacking:
            raise BinanceRequestException(
                f"{row.method} must be signed, and this client was made without {' and '.join(lacking)}"
            )
        asked = {**params, "apiKey": self.API_KEY, "timestamp": self._exchange_time()}
        return signing.signed_request(self._signing_key(), asked)

    def _websocket_result(self, call: Call, answer: Mapping[str, Any]) -> Any:
        """What a request gives; an error is raised as that of a REST call is."""
        sent = requests.Sent(call.row.method, "POST" if call.row.changes else "GET", call.address)
        answered = requests.read(answer, sent, self._exchange_time())
        self._used_limits.note(answered.headers)
        return replies.read(answered)

    # -- addresses, read when a call is made; a template where a script replaced __init__ ------------------

    def _base(self, url: str) -> str:
        return url.replace("{}", self.tld)

    def _create_api_uri(self, path: str, signed: bool = True, version: str = PUBLIC_API_VERSION) -> str:
        return f"{self._base(self.API_URL)}/{self.PRIVATE_API_VERSION if signed else version}/{path}"

    def _create_withdraw_api_uri(self, path: str) -> str:
        return f"{self._base(self.WITHDRAW_API_URL)}/{self.WITHDRAW_API_VERSION}/{path}"

    def _create_margin_api_uri(self, path: str) -> str:
        return f"{self._base(self.MARGIN_API_URL)}/{self.MARGIN_API_VERSION}/{path}"

    def _create_website_uri(self, path: str) -> str:
        return f"{self._base(self.WEBSITE_URL)}/{path}"

    def _create_futures_api_uri(self, path: str) -> str:
        return f"{self._base(self.FUTURES_URL)}/{self.FUTURES_API_VERSION}/{path}"

    def _create_futures_data_api_uri(self, path: str) -> str:
        return f"{self._base(self.FUTURES_DATA_URL)}/{path}"

    def _create_futures_coin_api_url(self, path: str, version: int = 1) -> str:
        versions = {1: self.FUTURES_API_VERSION, 2: self.FUTURES_API_VERSION2}
        return f"{self._base(self.FUTURES_COIN_URL)}/{versions[version]}/{path}"

    def _create_futures_coin_data_api_url(self, path: str, version: int = 1) -> str:
        return f"{self._base(self.FUTURES_COIN_DATA_URL)}/{path}"

    def _create_options_api_uri(self, path: str) -> str:
        base = self.OPTIONS_TESTNET_URL if self.testnet else self.OPTIONS_URL
        today = self._base(base).replace("vapi", "eapi")  # the host that 0.7 named is gone since 2022
        return f"{today}/{self.OPTIONS_API_VERSION}/{path}"

    # -- parameters ----------------------------------------------------------------------------------------

    def _call_options(
        self, method: str, signed: bool, force_params: bool, kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the session is told of one call: its parameters as they are sent, its time-out, and what was said."""
        self._stay_in_the_box()
        options: dict[str, Any] = {"timeout": self.REQUEST_TIMEOUT, **(self._requests_params or {}), **kwargs}
        params = dict(options.pop("data", None) or {})
        options.update(params.pop("requests_params", None) or {})
        sent = self._encoded_parameters(params, signed)
        if sent and (method == "get" or force_params):
            options["params"] = sent
        elif sent:
            options["data"] = sent
            options["headers"] = {
                "Content-Type": "application/x-www-form-urlencoded",
                **options.get("headers", {}),
            }
        return options

    def _stay_in_the_box(self) -> None:
        if self._of_box and venues.box() is None:
            raise venues.OfflineError(
                "this client was made for an exchange in a box, which has ended; it does not go on with Binance itself"
            )

    def _encoded_parameters(self, params: dict[str, Any], signed: bool) -> str:
        """Parameters as they are sent, signed where that is asked for."""
        if not signed:
            return signing.encode(params.items())
        key = self._signing_key()
        params["timestamp"] = self._exchange_time()
        if getattr(self._generate_signature, "__func__", None) is not BaseClient._generate_signature:
            params["signature"] = self._generate_signature(params)  # which may add to them, as in 0.7
            return signing.encode(self._order_params(params))
        encoded = signing.encode(self._order_params(params))  # once: what is signed is what is sent
        return f"{encoded}&signature={quote(key.sign(encoded), safe='')}"

    def _exchange_time(self) -> int:
        """The exchange's time, milliseconds."""
        raise NotImplementedError

    @staticmethod
    def _offset(exchange_time: int, here: int) -> int:
        """How far the exchange's clock is ahead, milliseconds; where microseconds were asked for, it tells those."""
        return (exchange_time // 1000 if exchange_time > _MICROSECONDS else exchange_time) - here

    def _order_params(self, data: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Parameters sorted by name, a signature last."""
        names = sorted(data)
        if "signature" in data:
            names.remove("signature")
            names.append("signature")
        return [(name, data[name]) for name in names]

    def _generate_signature(self, data: Mapping[str, Any]) -> str:
        return self._signing_key().sign(signing.encode(self._order_params(data)))

    def _signing_key(self) -> signing.Key:
        key = self._own_key()
        if venues.token() is not None:
            introduce(self.API_KEY, key)
        return key

    def _own_key(self) -> signing.Key:
        if self._private_key is not None:
            return self._private_key
        secret = self.API_SECRET or ""
        return signing.PrivateKey(secret) if "-----BEGIN" in secret else signing.Secret(secret)


_MICROSECONDS = 10**14
"""Times from here on are microseconds: as milliseconds they would lie beyond the year 5000."""

_OF_OTHER_VENUES = (
    "API", "FUTURES", "FUTURES_DATA", "FUTURES_COIN", "FUTURES_COIN_DATA", "WS_API", "WS_FUTURES",
)  # fmt: skip
"""Addresses that the test networks and the demo mode have of their own."""

_LINES = "_lines_of_requests"
"""Where a client keeps its lines to the WebSocket APIs."""

_STATIONS = {
    "sapi": "_request_margin_api",
    "fapi": "_request_futures_api",
    "dapi": "_request_futures_coin_api",
    "eapi": "_request_options_api",
    "papi": "_request_papi_api",
}


def headers_of(client: Any) -> dict[str, str]:
    """What a client's session sends with every call."""
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    if client.API_KEY:
        headers["X-MBX-APIKEY"] = client.API_KEY
    if getattr(client, "_time_unit", None):
        headers["X-MBX-TIME-UNIT"] = client._time_unit
    return headers


def _versioned(uri: str, options: dict[str, Any]) -> str:
    """The address with another version than the first, where `options` name one; taken out of them."""
    version = options.pop("version", 1)
    return uri if version == 1 else uri.replace("/v1/", f"/v{version}/", 1)


def refuse_what_is_gone(method: str, path: str) -> None:
    """Raise where an endpoint is one that 0.7 called and that is gone.

    Raises:
        RetiredEndpoint: it is; the text names the method that answers for it.
    """
    known = _gone().get(f"{method} {path}")
    if known is not None:
        gone = known.moved or known.retired
        assert gone is not None
        nearest = known.retired.nearest if known.retired else f"{known.name} answers for it"
        raise RetiredEndpoint(gone.was, gone.since, nearest)


@functools.cache
def _gone() -> dict[str, Method]:
    """What 0.7 called and is gone, and the method that answers for it: the first one that was declared."""
    found: dict[str, Method] = {}
    for method in methods().values():
        gone = method.moved or method.retired
        if gone is not None:
            found.setdefault(gone.was, method)
    return found
