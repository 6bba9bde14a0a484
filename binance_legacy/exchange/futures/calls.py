"""Every call about orders, positions and accounts of futures that is served, of both margins.

(Binance, *Derivatives: USDS-M Futures*, *COIN-M Futures*.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .. import refusals
from ..parameters import (
    END,
    FROM_ID,
    OPTIONAL_SYMBOL,
    START,
    SYMBOL,
    Parameter,
    amount,
    choice,
    client_id,
    flag,
    limit,
    number,
    one_of,
    word,
)
from ..trade.calls import Asked, Call, Weight
from ..trade.ledger import Account
from . import asking, placing
from .algos import BY_MARK, KINDS
from .contracts import COIN_M, USD_M
from .desk import BY_LAST
from .keys import ListenKeys
from .positions import FuturesAccount
from .trading import FuturesTrading

Answer = Callable[[FuturesTrading, FuturesAccount, Asked], Any]


class Exchange:
    """One of the two futures exchanges, as calls need it.

    Args:
        trading: its orders and accounts.
        keys: its listen keys.
    """

    def __init__(self, trading: FuturesTrading, keys: ListenKeys) -> None:
        self.trading: Final = trading
        self.keys: Final = keys
        self.other: Exchange | None = None

    @property
    def margin(self) -> str:
        """``um`` or ``cm``."""
        return self.trading.market.margin

    def outcome(self, owner: Account) -> list[dict[str, Any]]:
        """How a user has done here: nothing where he has no account yet."""
        known = owner.name in self.trading.ledger.accounts
        return self.trading.outcome(self.trading.account(owner)) if known else []

    @property
    def awaited(self) -> bool:
        """Whether anybody waits for what happens."""
        return self.trading.awaited


@dataclass(frozen=True, slots=True)
class FuturesCall(Call):
    """A call about futures: parameters that it does not know are passed over, as on the real exchange."""

    def read(self, sent: Mapping[str, str]) -> Asked:
        """The values of the parameters that were sent.

        Raises:
            Refusal: one is missing or malformed.
        """
        return {one.name: one.value(dict(sent)) for one in self.parameters}


# -- parameters ---------------------------------------------------------------------------------------------

_side: Final = choice(refusals.invalid_side, "BUY", "SELL")
_kind: Final = choice(refusals.invalid_order_type, "LIMIT", "MARKET", *KINDS)
_algo_kind: Final = choice(refusals.invalid_order_type, *KINDS)
_until: Final = choice(refusals.invalid_time_in_force, "GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC")


def _upper(read: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """Reads a word in whichever case it was written."""
    return lambda name, text: read(name, text.upper())


_SIDE: Final = Parameter("side", _upper(_side), mandatory=True)
_POSITION_SIDE: Final = Parameter("positionSide", _upper(one_of("BOTH", "LONG", "SHORT")))
_REDUCE_ONLY: Final = Parameter("reduceOnly", flag)
_CLOSE: Final = Parameter("closePosition", flag)
_WORKING: Final = Parameter("workingType", one_of(BY_LAST, BY_MARK))
_PROTECT: Final = Parameter("priceProtect", flag)
_PREVENTION: Final = Parameter(
    "selfTradePreventionMode", one_of("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH")
)
_ANSWER_AS: Final = Parameter("newOrderRespType", choice(refusals.invalid_response_type, "ACK", "RESULT"))
_GOOD_TILL: Final = Parameter("goodTillDate", number)
_ORDER_ID: Final = Parameter("orderId", number)
_OLD_NAME: Final = Parameter("origClientOrderId", client_id)
_ALGO_ID: Final = Parameter("algoId", number)
_ALGO_NAME: Final = Parameter("clientAlgoId", client_id)
_PAIR: Final = Parameter("pair", word)
_ROWS: Final = limit(500, 1000)

_ORDER: Final = (
    SYMBOL, _SIDE, _POSITION_SIDE, Parameter("type", _upper(_kind), mandatory=True),
    Parameter("timeInForce", _upper(_until)), Parameter("quantity", amount), _REDUCE_ONLY, Parameter("price", amount),
    Parameter("newClientOrderId", client_id), _PREVENTION, _ANSWER_AS, _GOOD_TILL,
)  # fmt: skip
_MODIFIED: Final = (
    SYMBOL, _SIDE, _ORDER_ID, _OLD_NAME, Parameter("quantity", amount), Parameter("price", amount),
)  # fmt: skip
_ALGO: Final = (
    Parameter("algoType", word), SYMBOL, _SIDE, _POSITION_SIDE,
    Parameter("type", _upper(_algo_kind), mandatory=True), Parameter("timeInForce", _upper(_until)),
    Parameter("quantity", amount), Parameter("price", amount), Parameter("triggerPrice", amount), _WORKING, _CLOSE,
    _PROTECT, _REDUCE_ONLY, Parameter("activatePrice", amount), Parameter("callbackRate", amount), _ALGO_NAME,
    _PREVENTION, _GOOD_TILL,
)  # fmt: skip


def _wanted(name: str, read: Callable[[str, str], Any]) -> Parameter:
    return Parameter(name, read, mandatory=True)


_MANY: Final = _wanted("batchOrders", word)
_MARGIN_TYPE: Final = _wanted("marginType", _upper(one_of("ISOLATED", "CROSSED")))
_ASSET: Final = Parameter("marginAsset", word)
_INCOME: Final = Parameter("incomeType", word)
_HOW: Final = Parameter("type", one_of("1", "2"))
_SPAN: Final = (START, END, _ROWS)


def _read(parameters: tuple[Parameter, ...]) -> placing.Read:
    return lambda sent: {one.name: one.value(dict(sent)) for one in parameters}


def _open_weight(asked: Asked) -> int:
    return 40 if asked["symbol"] is None else 1


# -- listen keys --------------------------------------------------------------------------------------------


def _open_key(world: Exchange, account: Account, asked: Asked) -> Any:
    return {"listenKey": world.keys.open(world.trading.account(account)).text}


def _keep_key(world: Exchange, account: Account, asked: Asked) -> Any:
    return {"listenKey": world.keys.keep(world.trading.account(account)).text}


def _close_key(world: Exchange, account: Account, asked: Asked) -> Any:
    world.keys.close(world.trading.account(account))
    return {}


def _set_mode(world: Exchange, account: Account, asked: Asked) -> Any:
    """Hedge or one-way mode; of both margins at once."""
    answer = asking.set_position_mode(world.trading, world.trading.account(account), asked)
    if world.other is not None:
        other = world.other.trading
        other.account(account).dual = asked["dualSidePosition"]
        other.ledger.marks.account(other.account(account))
    return answer


# -- the tables ---------------------------------------------------------------------------------------------


def _own(answer: Answer) -> Callable[[Exchange, Account, Asked], Any]:
    """Lets a function that takes an account of futures answer for the user whose it is."""
    return lambda world, account, asked: answer(world.trading, world.trading.account(account), asked)


def calls(margin: str) -> tuple[FuturesCall, ...]:
    """Every call of a margin."""
    pool = "fapi" if margin == USD_M else "dapi"
    root = f"/{pool}/v1/"

    def call(
        method: str, path: str, answer: Any, *parameters: Parameter, weight: Weight = 1, orders: int = 0
    ) -> FuturesCall:
        security = "USER_DATA" if method == "GET" else "TRADE"
        full = path if path.startswith("/") else root + path
        return FuturesCall(method, full, "", security, parameters, weight, _own(answer), orders, pool=pool)

    def key(method: str, answer: Any) -> FuturesCall:
        return FuturesCall(method, root + "listenKey", "", "USER_STREAM", (), 1, answer, pool=pool)

    def mode(method: str, answer: Any, *parameters: Parameter, weight: int = 1) -> FuturesCall:
        path = root + "positionSide/dual"
        return FuturesCall(method, path, "", "USER_DATA", parameters, weight, answer, pool=pool)

    both = (
        call("POST", "order", placing.place, *_ORDER, orders=1),
        call("PUT", "order", placing.modify, *_MODIFIED, orders=1),
        call("DELETE", "order", placing.cancel, SYMBOL, _ORDER_ID, _OLD_NAME),
        call("DELETE", "allOpenOrders", placing.cancel_all, SYMBOL),
        call("POST", "batchOrders", placing.place_many(_read(_ORDER)), _MANY, weight=5, orders=1),
        call("PUT", "batchOrders", placing.modify_many(_read(_MODIFIED)), _MANY, weight=5, orders=1),
        call(
            "DELETE", "batchOrders", placing.cancel_many, SYMBOL, Parameter("orderIdList", word),
            Parameter("origClientOrderIdList", word),
        ),
        call("POST", "countdownCancelAll", placing.countdown, SYMBOL, _wanted("countdownTime", number), weight=10),
        call("POST", "algoOrder", placing.place_algo, *_ALGO, orders=1),
        call("DELETE", "algoOrder", placing.cancel_algo, _ALGO_ID, _ALGO_NAME),
        call("DELETE", "algoOpenOrders", placing.cancel_all_algos, SYMBOL),
        call("GET", "algoOrder", asking.algo, _ALGO_ID, _ALGO_NAME),
        call("GET", "openAlgoOrders", asking.open_algos, OPTIONAL_SYMBOL, weight=_open_weight),
        call("GET", "allAlgoOrders", asking.all_algos, SYMBOL, _ALGO_ID, *_SPAN, weight=5),
        call("GET", "order", asking.order, SYMBOL, _ORDER_ID, _OLD_NAME),
        call("GET", "openOrder", asking.open_order, SYMBOL, _ORDER_ID, _OLD_NAME),
        call("GET", "openOrders", asking.open_orders, OPTIONAL_SYMBOL, _PAIR, weight=_open_weight),
        call("GET", "allOrders", asking.all_orders, OPTIONAL_SYMBOL, _PAIR, _ORDER_ID, *_SPAN, weight=5),
        call("GET", "userTrades", asking.trades, OPTIONAL_SYMBOL, _PAIR, _ORDER_ID, FROM_ID, *_SPAN, weight=5),
        call("GET", "forceOrders", asking.forced, OPTIONAL_SYMBOL, START, END, limit(50, 100), weight=_open_weight),
        call("GET", "account", asking.account_status, weight=5),
        call("GET", "balance", asking.balance, weight=5),
        call("GET", "positionRisk", asking.position_risk, OPTIONAL_SYMBOL, _PAIR, _ASSET, weight=5),
        call("GET", "adlQuantile", asking.adl, OPTIONAL_SYMBOL, weight=5),
        call("GET", "income", asking.income, OPTIONAL_SYMBOL, _INCOME, START, END, limit(100, 1000), weight=30),
        call("GET", "commissionRate", asking.commission, SYMBOL, weight=20),
        call("GET", "leverageBracket", asking.brackets, OPTIONAL_SYMBOL, _PAIR),
        call("POST", "leverage", asking.set_leverage, SYMBOL, _wanted("leverage", number)),
        call("POST", "marginType", asking.set_margin_type, SYMBOL, _MARGIN_TYPE),
        call(
            "POST", "positionMargin", asking.set_position_margin, SYMBOL, _POSITION_SIDE,
            Parameter("amount", amount, mandatory=True), Parameter("type", one_of("1", "2"), mandatory=True),
        ),
        call(
            "GET", "positionMargin/history", asking.position_margins, SYMBOL, _HOW, *_SPAN,
        ),
        mode("GET", _own(asking.position_mode), weight=30),
        mode("POST", _set_mode, Parameter("dualSidePosition", flag, mandatory=True)),
        key("POST", _open_key),
        key("PUT", _keep_key),
        key("DELETE", _close_key),
    )  # fmt: skip
    if margin == COIN_M:
        return (*both, call("GET", "/dapi/v2/leverageBracket", asking.brackets, OPTIONAL_SYMBOL))
    gone = ("account", "balance", "positionRisk")  # their first versions are not served any more
    return (
        *(one for one in both if one.path.removeprefix(root) not in gone),
        call("POST", "order/test", placing.test, *_ORDER),
        call("GET", "/fapi/v2/account", asking.account_status, weight=5),
        call("GET", "/fapi/v3/account", asking.latest_account, weight=5),
        call("GET", "/fapi/v2/balance", asking.balance, weight=5),
        call("GET", "/fapi/v3/balance", asking.balance, weight=5),
        call("GET", "/fapi/v2/positionRisk", asking.position_risk, OPTIONAL_SYMBOL, weight=5),
        call("GET", "/fapi/v3/positionRisk", asking.latest_position_risk, OPTIONAL_SYMBOL, weight=5),
        call("GET", "accountConfig", asking.account_config, weight=5),
        call("GET", "symbolConfig", asking.symbol_config, OPTIONAL_SYMBOL, weight=5),
        call("GET", "rateLimit/order", asking.order_limits),
        call("GET", "multiAssetsMargin", asking.multi_assets, weight=30),
        call("POST", "multiAssetsMargin", asking.set_multi_assets, _wanted("multiAssetsMargin", flag)),
    )  # fmt: skip
