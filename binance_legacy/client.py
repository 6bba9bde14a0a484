"""The REST client of python-binance 0.7.

    client = Client(api_key, api_secret)
    client.get_order_book(symbol='BNBBTC')

Every call passes through `_get` (or `_post`, `_put`, `_delete`), `_request_api` (or its sisters), `_request` and
`session`, so a script that replaces one of them, on a client or on the class, changes every call, as in 0.7.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import requests

from . import enums
from .endpoints import declare
from .endpoints.declare import Endpoint
from .endpoints.market import MarketEndpoints
from .engine import http
from .exceptions import BinanceAPIException, BinanceRequestException, BinanceWithdrawException
from .helpers import date_to_milliseconds, interval_to_milliseconds
from .wire import signing

__all__ = [
    "BinanceAPIException",
    "BinanceRequestException",
    "BinanceWithdrawException",
    "Client",
    "date_to_milliseconds",
    "hashlib",
    "hmac",
    "interval_to_milliseconds",
    "itemgetter",
    "requests",
    "time",
]


_USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/56.0.2924.87 Safari/537.36"
)
"""0.7's own."""


class Client(MarketEndpoints[Any]):
    """Asks Binance over REST, and waits for the answer.

    Parameters:
        api_key, api_secret: of the account; not needed for market data.
        requests_params: options of `requests` for every call, e.g. ``{'timeout': 20, 'verify': False}``.
        tld: Binance's top-level domain, e.g. ``'us'``.
        testnet: as in 0.7: options calls go to the options exchange's test network. Others do not.

    Attributes:
        session: the `requests.Session`; may be replaced.
        response: the latest answer.
        timestamp_offset: milliseconds that the exchange's clock is ahead of this machine's.

    Raises:
        BinanceAPIException, BinanceRequestException, requests.RequestException: Binance does not answer. The
            constructor asks for its time, as in 0.7.
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
    _requests_params: Mapping[str, Any] | None = None

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        requests_params: Mapping[str, Any] | None = None,
        tld: str = "com",
        testnet: bool = False,
    ) -> None:
        self.API_KEY = api_key
        self.API_SECRET = api_secret
        self.tld = tld
        for name in dir(Client):
            if name.endswith("_URL"):
                setattr(self, name, self._base(getattr(self, name)))
        self.testnet = testnet
        self._requests_params = requests_params
        self.session: Any = self._init_session()
        self.response = None
        self.ping()
        self.timestamp_offset = self.get_server_time()["serverTime"] - int(time.time() * 1000)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.API_URL}>"  # never a key

    def _init_session(self) -> Any:
        session = requests.Session()
        headers = {"Accept": "application/json", "User-Agent": _USER_AGENT}
        if self.API_KEY:
            headers["X-MBX-APIKEY"] = self.API_KEY
        session.headers.update(headers)
        return session

    # -- a row's way out ----------------------------------------------------------------------------------

    def _ask(self, row: Endpoint, params: Mapping[str, Any]) -> Any:
        method = getattr(self, f"_{row.method.lower()}")
        return method(row.rest, row.signed, row.version, data=dict(params))

    _drive = staticmethod(declare.drive)
    _each = staticmethod(declare.each)

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
        return self._request(method, self._create_withdraw_api_uri(path), signed, True, **kwargs)

    def _request_margin_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        return self._request(method, self._create_margin_api_uri(path), signed, **kwargs)

    def _request_website(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        return self._request(method, self._create_website_uri(path), signed, **kwargs)

    def _request_futures_api(self, method: str, path: str, signed: bool = False, **kwargs: Any) -> Any:
        return self._request(method, self._create_futures_api_uri(path), signed, True, **kwargs)

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
        return f"{self._base(base)}/{self.OPTIONS_API_VERSION}/{path}"

    # -- one call -----------------------------------------------------------------------------------------

    def _request(self, method: str, uri: str, signed: bool, force_params: bool = False, **kwargs: Any) -> Any:
        """Send one call and read its answer.

        Parameters:
            method: ``get``, ``post``, ``put`` or ``delete``.
            signed: whether timestamp and signature are added.
            force_params: parameters go into the query string whatever the method.
            kwargs: ``data``, the parameters; else options of `requests`, for this call. Such options may also
                stand among the parameters as ``requests_params``.
        """
        options: dict[str, Any] = {"timeout": 10, **(self._requests_params or {}), **kwargs}
        params = dict(options.pop("data", None) or {})
        options.update(params.pop("requests_params", None) or {})
        if signed:
            params["timestamp"] = int(time.time() * 1000 + self.timestamp_offset)
            sent = signing.encode(
                [*self._order_params(params), ("signature", self._generate_signature(params))]
            )
        else:
            sent = signing.encode(params.items())
        if sent and (method == "get" or force_params):
            options["params"] = sent
        elif sent:
            options["data"] = sent
            options["headers"] = {
                "Content-Type": "application/x-www-form-urlencoded",
                **options.get("headers", {}),
            }
        self.response = http.send(self.session, method, uri, **options)
        return self._handle_response()

    def _order_params(self, data: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Parameters sorted by name, a signature last."""
        return sorted(data.items(), key=lambda item: (item[0] == "signature", item[0]))

    def _generate_signature(self, data: Mapping[str, Any]) -> str:
        return signing.sign(self.API_SECRET or "", signing.encode(self._order_params(data)))

    def _handle_response(self) -> Any:
        """What the latest answer says.

        Raises:
            BinanceAPIException: it is an error.
            BinanceRequestException: it is no JSON.
        """
        if not 200 <= self.response.status_code < 300:
            raise BinanceAPIException(self.response)
        try:
            return self.response.json()
        except ValueError:
            raise BinanceRequestException(f"Invalid Response: {self.response.text[:200]}") from None
