"""Every call about margin accounts that is served. (Binance, *Margin Trading*: ``/sapi/v1/margin``.)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Protocol

from .. import refusals
from ..market.bars import DAY
from ..market.listing import ASSETS, Symbol
from ..parameters import END, START, SYMBOL, Parameter, amount, number, one_of, word
from ..refusals import Refusal
from ..trade import asking, placing, spot_calls
from ..trade.calls import Asked, Call, Weight
from ..trade.ledger import UNIT, Account, text
from ..trade.wallet import Transfer, ways
from .accounts import (
    CROSS,
    CROSS_TERMS,
    ISOLATED_TERMS,
    MARGIN_CALL,
    Interest,
    Loan,
    MarginAccount,
    Terms,
    day_rate,
    hour_interest,
)
from .margin import Margin, is_pair
from .tokens import ListenTokens

Answer = Any

_PAGE: Final = 10
_MOST_ROWS: Final = 100
_MOST_DAYS: Final = 29
_MOST_ISOLATED: Final = 5
_CONFIRMED: Final = "CONFIRMED"


class World(Protocol):
    """What margin calls need of an exchange."""

    @property
    def margin(self) -> Margin: ...
    @property
    def tokens(self) -> ListenTokens: ...


# -- which account ------------------------------------------------------------------------------------------


def _isolated(name: str, text: str) -> bool:
    """Read ``TRUE`` or ``FALSE``, in whichever case."""
    if text.upper() not in ("TRUE", "FALSE"):
        raise refusals.invalid(name)
    return text.upper() == "TRUE"


def _chosen(world: World, owner: Account, asked: Asked) -> MarginAccount:
    """The account that a call is about: the cross one, or the isolated one of its symbol."""
    symbol = asked.get("symbol") or asked.get("isolatedSymbol")
    if not asked.get("isIsolated") and not asked.get("isolatedSymbol"):
        return world.margin.account(owner)
    if not symbol:
        raise refusals.missing("symbol")
    return world.margin.account(owner, symbol, opens=False)


# -- orders -------------------------------------------------------------------------------------------------


def _ordered(call: Callable[..., Any]) -> Callable[[World, Account, Asked], Any]:
    """A call about orders of spot, asked of a margin account; its rows say which kind of account."""

    def answer(world: World, owner: Account, asked: Asked) -> Answer:
        account = _chosen(world, owner, asked)
        return _marked(call(world.margin.trading, account, asked), account)

    return answer


def _canceled(call: Callable[..., Any]) -> Callable[[World, Account, Asked], Any]:
    """A call that cancels orders; what was lent for them goes back."""
    ordered = _ordered(call)

    def answer(world: World, owner: Account, asked: Asked) -> Answer:
        told = ordered(world, owner, asked)
        world.margin.look_at(_chosen(world, owner, asked))
        return told

    return answer


def _placed(enter: Callable[..., Any]) -> Callable[[World, Account, Asked], Any]:
    """A call that places orders, which may borrow and repay."""

    def answer(world: World, owner: Account, asked: Asked) -> Answer:
        account = _chosen(world, owner, asked)
        if not account.enabled:
            raise Refusal(-3021, "Margin account are not allowed to trade this trading pair.")
        if not is_pair(world.margin.trading.market.symbol(asked["symbol"])):
            raise Refusal(-3028, "Not a valid margin pair.")
        told = _marked(world.margin.place(account, asked, enter), account)
        world.margin.look_at(account)
        return told

    return answer


def _marked(answer: Answer, account: MarginAccount) -> Answer:
    if isinstance(answer, list):
        return [_marked(row, account) for row in answer]
    if isinstance(answer, dict) and "symbol" in answer:
        more = {"isIsolated": account.is_isolated}
        if "orderReports" in answer:
            more["orderReports"] = _marked(answer["orderReports"], account)
        return {**answer, **more}
    return answer


# -- accounts -----------------------------------------------------------------------------------------------


def _row(account: MarginAccount, asset: str) -> dict[str, Any]:
    balance = account.balances.get(asset)
    free, locked = (balance.free, balance.locked) if balance else (0, 0)
    debt = account.debts.get(asset)
    borrowed, interest = (debt.borrowed, debt.interest) if debt else (0, 0)
    return {
        "asset": asset,
        "borrowed": text(borrowed),
        "free": text(free),
        "interest": text(interest),
        "locked": text(locked),
        "netAsset": text(free + locked - borrowed - interest),
    }


def _account(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/account``."""
    account = world.margin.account(owner)
    has, owes = world.margin.worth(account)
    return {
        "created": True,
        "borrowEnabled": True,
        "marginLevel": text(world.margin.level(account)),
        "collateralMarginLevel": text(world.margin.level(account)),
        "totalAssetOfBtc": text(has),
        "totalLiabilityOfBtc": text(owes),
        "totalNetAssetOfBtc": text(has - owes),
        "totalCollateralValueInUSDT": text(world.margin.wallet.worth("BTC", has, "USDT")),
        "tradeEnabled": True,
        "transferInEnabled": True,
        "transferOutEnabled": True,
        "accountType": "MARGIN_1",
        "userAssets": [_row(account, asset) for asset in dict.fromkeys([*ASSETS, *account.assets()])],
    }


def _isolated_accounts(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/isolated/account``: those of five symbols at most, or all, with their sums."""
    mine = {symbol: one for symbol, one in world.margin.of(owner).items() if symbol != CROSS}
    wanted = asked["symbols"].split(",") if asked["symbols"] else None
    if wanted is not None and len(wanted) > _MOST_ISOLATED:
        raise refusals.invalid("symbols")
    chosen = list(mine.values()) if wanted is None else [mine[one] for one in wanted if one in mine]
    answer: dict[str, Any] = {"assets": [_isolated_row(world.margin, one) for one in chosen]}
    if wanted is None:
        sums = [world.margin.worth(one) for one in chosen]
        has, owes = (sum(each) for each in zip(*sums, strict=True)) if sums else (0, 0)
        answer |= {
            "totalAssetOfBtc": text(has),
            "totalLiabilityOfBtc": text(owes),
            "totalNetAssetOfBtc": text(has - owes),
        }
    return answer


def _isolated_row(margin: Margin, account: MarginAccount) -> dict[str, Any]:
    symbol = margin.trading.market.symbol(account.symbol)
    level = margin.level(account)
    price = margin.trading.market.last_price(symbol.name) or 0
    return {
        "symbol": symbol.name,
        "isolatedCreated": True,
        "enabled": account.enabled,
        "marginLevel": text(level),
        "marginLevelStatus": _status(level),
        "marginRatio": "5.00000000",
        "indexPrice": text(price),
        "liquidatePrice": text(_liquidation_price(account, symbol)),
        "liquidateRate": text(margin.terms(account).lost),
        "tradeEnabled": account.enabled,
        "baseAsset": _isolated_asset(margin, account, symbol.base),
        "quoteAsset": _isolated_asset(margin, account, symbol.quote),
    }


def _isolated_asset(margin: Margin, account: MarginAccount, asset: str) -> dict[str, Any]:
    row = _row(account, asset)
    net = account.held(asset) - account.owed(asset)
    total = account.held(asset)
    return {
        **row,
        "borrowEnabled": True,
        "netAssetOfBtc": text(margin.wallet.worth(asset, abs(net), "BTC") * (1 if net >= 0 else -1)),
        "repayEnabled": True,
        "totalAsset": text(total),
    }


def _status(level: int) -> str:
    bounds = ((200, "EXCESSIVE"), (150, "NORMAL"), (130, "MARGIN_CALL"), (115, "PRE_LIQUIDATION"))
    return next((name for least, name in bounds if level * 100 >= least * UNIT), "FORCE_LIQUIDATION")


def _liquidation_price(account: MarginAccount, symbol: Symbol) -> int:
    """The price in 1e-8 at which assets would be 1.1 times debts, or 0."""
    base = account.held(symbol.base) * 10 - account.owed(symbol.base) * 11
    quote = account.held(symbol.quote) * 10 - account.owed(symbol.quote) * 11
    if not base or not account.owes:
        return 0
    return max(0, -quote * UNIT // base)


def _enable(world: World, owner: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/margin/isolated/account``."""
    account = world.margin.account(owner, asked["symbol"], opens=False)
    account.enabled = True
    world.margin.trading.ledger.marks.account(account)
    return {"success": True, "symbol": account.symbol}


def _disable(world: World, owner: Account, asked: Asked) -> Answer:
    """``DELETE /sapi/v1/margin/isolated/account``: one that is empty."""
    account = world.margin.account(owner, asked["symbol"], opens=False)
    if account.owes or any(account.held(asset) for asset in account.assets()):
        raise Refusal(-3026, "Your input param is invalid. (the account still has assets or debts)")
    account.enabled = False
    world.margin.trading.ledger.marks.account(account)
    return {"success": True, "symbol": account.symbol}


def _isolated_limit(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/isolated/accountLimit``."""
    enabled = [one for symbol, one in world.margin.of(owner).items() if symbol != CROSS and one.enabled]
    return {"enabledAccount": len(enabled), "maxAccount": 20}


# -- loans --------------------------------------------------------------------------------------------------


def _borrow_or_repay(world: World, owner: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/margin/borrow-repay``."""
    account = _chosen(world, owner, asked)
    do = world.margin.borrow if asked["type"] == "BORROW" else world.margin.repay
    told = {"tranId": do(account, asked["asset"], asked["amount"]).id}
    world.margin.look_at(account)
    return told


def _loans(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/borrow-repay``: newest first."""
    symbol = asked["isolatedSymbol"] or CROSS
    account = world.margin.of(owner).get(symbol)
    rows = [
        _loan_row(one)
        for one in (account.loans if account else ())
        if one.kind == asked["type"]
        and asked["asset"] in (None, one.asset)
        and asked["txId"] in (None, one.id)
        and _within(one.time, asked)
    ]
    return _page(rows, asked)


def _loan_row(one: Loan) -> dict[str, Any]:
    row = {
        "txId": one.id, "asset": one.asset, "principal": text(one.amount - one.interest), "timestamp": one.time,
        "status": _CONFIRMED, "amount": text(one.amount), "interest": text(one.interest), "type": "MANUAL",
    }  # fmt: skip
    return {"isolatedSymbol": one.symbol, **row} if one.symbol else row


def _within(time: int, asked: Asked) -> bool:
    start, end = asked["startTime"], asked["endTime"]
    return (start is None or time >= start) and (end is None or time <= end)


def _page(rows: list[Any], asked: Asked) -> Answer:
    size = min(asked["size"], _MOST_ROWS)
    first = (max(1, asked["current"]) - 1) * size
    return {"rows": rows[::-1][first : first + size], "total": len(rows)}


def _interest(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/interestHistory``: newest first."""
    account = world.margin.of(owner).get(asked["isolatedSymbol"] or CROSS)
    rows = [
        _interest_row(one)
        for one in (account.charges if account else ())
        if asked["asset"] in (None, one.asset) and _within(one.time, asked)
    ]
    return _page(rows, asked)


def _interest_row(one: Interest) -> dict[str, Any]:
    row = {
        "txId": one.id, "interestAccuredTime": one.time, "asset": one.asset, "rawAsset": one.asset,
        "principal": text(one.principal), "interest": text(one.amount), "interestRate": text(day_rate(one.asset)),
        "type": one.kind,
    }  # fmt: skip
    return {**row, "isolatedSymbol": one.symbol} if one.symbol else row


def _rates(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/interestRateHistory``: the same each day, of 7 days where no time is given."""
    rate = text(day_rate(_known(asked["asset"])))
    last = min(world.margin.now, asked["endTime"] or world.margin.now) // DAY * DAY
    first = last - 6 * DAY if asked["startTime"] is None else asked["startTime"]
    days = range(last, max(first, last - _MOST_DAYS * DAY) - 1, -DAY)
    return [
        {"asset": asked["asset"], "dailyInterestRate": rate, "timestamp": day, "vipLevel": 0} for day in days
    ]


def _next_rates(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/next-hourly-interest-rate``."""
    return [
        {"asset": asset, "nextHourlyInterestRate": text(hour_interest(_known(asset), UNIT))}
        for asset in asked["assets"].split(",")
    ]


def _known(asset: str) -> str:
    if asset not in ASSETS:
        raise Refusal(-3027, "Not a valid margin asset.")
    return asset


def _most_loan(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/maxBorrowable``."""
    account = _chosen(world, owner, asked)
    asset = _known(asked["asset"])
    return {
        "amount": text(world.margin.borrowable(account, asset)),
        "borrowLimit": text(world.margin.limit(asset)),
    }


def _most_transfer(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/maxTransferable``."""
    account = _chosen(world, owner, asked)
    return {"amount": text(world.margin.transferable(account, _known(asked["asset"])))}


def _forced(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/forceLiquidationRec``: newest first."""
    account = world.margin.of(owner).get(asked["isolatedSymbol"] or CROSS)
    rows = [
        {**one.order, "updatedTime": one.time}
        for one in (account.forced if account else ())
        if _within(one.time, asked)
    ]
    return _page(rows, asked)


_SENT: Final = {"MAIN": "SPOT", "MARGIN": "CROSS_MARGIN", "ISOLATEDMARGIN": "ISOLATED_MARGIN"}
"""Wallets as the history of margin's transfers calls them; others by their own names."""


def _transfers(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/transfer``: what came into an account and went out of it, newest first."""
    symbol = asked["isolatedSymbol"] or ""
    mine = "ISOLATEDMARGIN" if symbol else "MARGIN", symbol
    rows = [
        row
        for one in world.margin.wallet.record(owner).transfers
        if asked["asset"] in (None, one.asset) and _within(one.time, asked)
        for row in _moved(one, mine)
        if asked["type"] in (None, row["type"])
    ]
    return _page(rows, asked)


def _moved(one: Transfer, mine: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """A transfer as the account sees it that it leaves or comes to; nothing where it is another's."""
    source, target = ways(one.kind)
    ends = {"ROLL_OUT": (source, one.from_symbol), "ROLL_IN": (target, one.to_symbol)}
    for kind, end in ends.items():
        if end == mine:
            yield {
                "amount": text(one.amount), "asset": one.asset, "status": _CONFIRMED, "timestamp": one.time,
                "txId": one.id, "type": kind, "transFrom": _SENT.get(source, source),
                "transTo": _SENT.get(target, target),
                **{name: each for name, each in zip(("fromSymbol", "toSymbol"), (one.from_symbol, one.to_symbol),
                                                    strict=True) if each},
            }  # fmt: skip


# -- what there is ------------------------------------------------------------------------------------------


def _assets(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/allAssets``."""
    return [
        {
            "assetFullName": asset,
            "assetName": asset,
            "isBorrowable": world.margin.has_price(asset),
            "isMortgageable": world.margin.has_price(asset),
            "userMinBorrow": "0.00000000",
            "userMinRepay": "0.00000000",
        }
        for asset in ASSETS
        if asked["asset"] in (None, asset)
    ]


def _symbols(world: World) -> Iterable[Symbol]:
    market = world.margin.trading.market
    return (symbol for symbol in map(market.symbol, market.names()) if is_pair(symbol))


def _pairs(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/allPairs``, ``isolated/allPairs``."""
    return [
        {
            "symbol": one.name,
            "base": one.base,
            "quote": one.quote,
            "id": 351_637_150_141_315_861 + place,
            "isMarginTrade": True,
            "isBuyAllowed": True,
            "isSellAllowed": True,
        }
        for place, one in enumerate(_symbols(world))
        if asked["symbol"] in (None, one.name)
    ]


def _price_index(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/priceIndex``."""
    name = world.margin.trading.market.symbol(asked["symbol"]).name
    price = world.margin.trading.market.last_price(name) or 0
    return {"calcTime": world.margin.now, "price": text(price), "symbol": name}


def _cross_data(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/crossMarginData``."""
    chosen = ASSETS if asked["coin"] is None else [_known(asked["coin"])]
    pairs: dict[str, list[str]] = {asset: [] for asset in ASSETS}
    for one in _symbols(world):
        pairs[one.base].append(one.name)
        pairs[one.quote].append(one.name)
    return [
        {
            "vipLevel": 0,
            "coin": asset,
            "transferIn": True,
            "borrowable": True,
            "dailyInterest": text(day_rate(asset)),
            "yearlyInterest": text(day_rate(asset) * 365),
            "borrowLimit": text(world.margin.limit(asset)),
            "marginablePairs": pairs[asset],
        }
        for asset in chosen
    ]


def _isolated_data(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/isolatedMarginData``."""
    return [
        {
            "vipLevel": 0,
            "symbol": one.name,
            "leverage": str(_leverage(ISOLATED_TERMS)),
            "data": [
                {
                    "coin": asset,
                    "dailyInterest": text(day_rate(asset)),
                    "borrowLimit": text(world.margin.limit(asset)),
                }
                for asset in (one.base, one.quote)
            ],
        }
        for one in _symbols(world)
        if asked["symbol"] in (None, one.name)
    ]


def _leverage(terms: Terms) -> int:
    """How many times what is one's own may be traded with."""
    return terms.borrow // (terms.borrow - UNIT)


def _isolated_tier(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/isolatedMarginTier``: one, for all pairs."""
    symbol = world.margin.trading.market.symbol(asked["symbol"])
    if not is_pair(symbol):
        raise Refusal(-3028, "Not a valid margin pair.")
    row = {
        "symbol": symbol.name, "tier": 1, "effectiveMultiple": str(_leverage(ISOLATED_TERMS)),
        "initialRiskRatio": _ratio(ISOLATED_TERMS.borrow), "liquidationRiskRatio": _ratio(ISOLATED_TERMS.lost),
        "baseAssetMaxBorrowable": text(world.margin.limit(symbol.base)),
        "quoteAssetMaxBorrowable": text(world.margin.limit(symbol.quote)),
    }  # fmt: skip
    return [row] if asked["tier"] in (None, row["tier"]) else []


def _ratio(level: int) -> str:
    return text(level).rstrip("0")


def _collateral(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/crossMarginCollateralRatio``: what there is counts as what it is worth."""
    whole = {"minUsdValue": "0", "discountRate": "1"}
    return [{"collaterals": [whole], "assetNames": [one for one in ASSETS if world.margin.has_price(one)]}]


def _bars(world: World, owner: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/margin/tradeCoeff``: at which margin levels something happens."""
    return {
        "normalBar": _ratio(CROSS_TERMS.borrow),
        "marginCallBar": _ratio(MARGIN_CALL),
        "forceLiquidationBar": _ratio(CROSS_TERMS.lost),
    }


def _token(world: World, owner: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/userListenToken``."""
    if asked["isIsolated"] and not asked["symbol"]:
        raise refusals.missing("symbol")
    symbol = asked["symbol"] if asked["isIsolated"] else CROSS
    token = world.tokens.give(world.margin.account(owner, symbol), asked["validity"])
    return {"token": token.text, "expirationTime": token.until}


# -- the table ----------------------------------------------------------------------------------------------

_ISOLATED: Final = Parameter("isIsolated", _isolated, False)
_EFFECT: Final = Parameter(
    "sideEffectType", one_of("NO_SIDE_EFFECT", "MARGIN_BUY", "AUTO_REPAY", "AUTO_BORROW_REPAY")
)
_AT_CANCEL: Final = Parameter("autoRepayAtCancel", _isolated, True)
_ASSET: Final = Parameter("asset", word)
_THE_ASSET: Final = Parameter("asset", word, mandatory=True)
_PAIR: Final = Parameter("symbol", word)
_OF: Final = Parameter("isolatedSymbol", word)
_SPAN: Final = (START, END, Parameter("current", number, 1), Parameter("size", number, _PAGE))
_KIND: Final = Parameter("type", one_of("BORROW", "REPAY"), mandatory=True)
_ROOT: Final = "/sapi/v1/margin/"


def _order_weight(asked: Asked) -> int:
    return 1500 if asked["sideEffectType"] in ("MARGIN_BUY", "AUTO_BORROW_REPAY") else 6


def _ask(path: str, answer: Any, *parameters: Parameter, weight: Weight = 10) -> Call:
    return Call("GET", _ROOT + path, "", "USER_DATA", parameters, weight, answer, pool="sapi")


def _tell(path: str, answer: Any, *parameters: Parameter, weight: Weight = 1) -> Call:
    """A call that needs a key, but no signature."""
    return Call("GET", _ROOT + path, "", "MARKET_DATA", parameters, weight, answer, pool="sapi")


def _do(method: str, path: str, answer: Any, *parameters: Parameter, weight: Weight, orders: int = 0) -> Call:
    return Call(method, _ROOT + path, "", "TRADE", parameters, weight, answer, orders, pool="uid")


def _spot(name: str) -> tuple[Parameter, ...]:
    """The parameters of a call of spot."""
    return spot_calls.BY_NAME[name].parameters


MARGIN_CALLS: Final = (
    _do(
        "POST", "order", _placed(placing.place), *_spot("order.place"), _ISOLATED, _EFFECT, _AT_CANCEL,
        weight=_order_weight, orders=1,
    ),
    _do(
        "POST", "order/oco", _placed(placing.place_old_oco), *_spot("orderList.place"), _ISOLATED, _EFFECT, _AT_CANCEL,
        weight=_order_weight, orders=2,
    ),
    _do(
        "POST", "order/oto", _placed(placing.place_oto), *_spot("orderList.place.oto"), _ISOLATED, _EFFECT, _AT_CANCEL,
        weight=_order_weight, orders=2,
    ),
    _do(
        "POST", "order/otoco", _placed(placing.place_otoco), *_spot("orderList.place.otoco"), _ISOLATED, _EFFECT,
        _AT_CANCEL, weight=_order_weight, orders=3,
    ),
    _do("DELETE", "order", _canceled(placing.cancel), *_spot("order.cancel"), _ISOLATED, weight=10),
    _do("DELETE", "openOrders", _canceled(placing.cancel_all), SYMBOL, _ISOLATED, weight=1),
    _do("DELETE", "orderList", _canceled(placing.cancel_list), *_spot("orderList.cancel"), _ISOLATED, weight=1),
    _ask("order", _ordered(asking.order), *_spot("order.status"), _ISOLATED),
    _ask("openOrders", _ordered(asking.open_orders), *_spot("openOrders.status"), _ISOLATED),
    _ask("allOrders", _ordered(asking.all_orders), *_spot("allOrders"), _ISOLATED, weight=200),
    _ask("myTrades", _ordered(asking.my_trades), *_spot("myTrades"), _ISOLATED),
    _ask("orderList", _ordered(asking.order_list), *_spot("orderList.status"), _PAIR, _ISOLATED),
    _ask("allOrderList", _ordered(asking.all_lists), *_spot("allOrderLists"), _PAIR, _ISOLATED, weight=200),
    _ask("openOrderList", _ordered(asking.open_lists), *_spot("openOrderLists.status"), _PAIR, _ISOLATED),
    _ask("rateLimit/order", _ordered(asking.order_limits), _PAIR, _ISOLATED, weight=20),
    _ask("account", _account),
    _ask("isolated/account", _isolated_accounts, Parameter("symbols", word)),
    _ask("isolated/accountLimit", _isolated_limit, weight=1),
    Call("POST", _ROOT + "isolated/account", "", "TRADE", (SYMBOL,), 300, _enable, pool="uid"),
    Call("DELETE", _ROOT + "isolated/account", "", "TRADE", (SYMBOL,), 300, _disable, pool="uid"),
    Call(
        "POST", _ROOT + "borrow-repay", "", "TRADE",
        (_THE_ASSET, _ISOLATED, _PAIR, Parameter("amount", amount, mandatory=True), _KIND), 1500, _borrow_or_repay,
        pool="uid",
    ),
    _ask("borrow-repay", _loans, _ASSET, _OF, Parameter("txId", number), _KIND, *_SPAN),
    _ask("interestHistory", _interest, _ASSET, _OF, *_SPAN, weight=1),
    _ask("interestRateHistory", _rates, _THE_ASSET, Parameter("vipLevel", number), START, END, weight=1),
    _ask(
        "next-hourly-interest-rate", _next_rates, Parameter("assets", word, mandatory=True), _ISOLATED, weight=100,
    ),
    _ask("maxBorrowable", _most_loan, _THE_ASSET, _OF, weight=50),
    _ask("maxTransferable", _most_transfer, _THE_ASSET, _OF, weight=50),
    _ask("forceLiquidationRec", _forced, _OF, *_SPAN, weight=1),
    _ask(
        "transfer", _transfers, _ASSET, Parameter("type", one_of("ROLL_IN", "ROLL_OUT")), _OF, *_SPAN, weight=1,
    ),
    _ask(
        "myPreventedMatches", _ordered(asking.prevented_matches), *_spot("myPreventedMatches"), _ISOLATED,
    ),
    _ask("isolated/allPairs", _pairs, _PAIR),
    _ask("isolatedMarginData", _isolated_data, Parameter("vipLevel", number), _PAIR),
    _ask("isolatedMarginTier", _isolated_tier, SYMBOL, Parameter("tier", number), weight=1),
    _ask("tradeCoeff", _bars),
    _tell("crossMarginCollateralRatio", _collateral, weight=100),
    _ask("crossMarginData", _cross_data, Parameter("vipLevel", number), Parameter("coin", word), weight=5),
    _tell("allAssets", _assets, _ASSET),
    _tell("allPairs", _pairs, _PAIR),
    _tell("priceIndex", _price_index, SYMBOL, weight=10),
    Call(
        "POST", "/sapi/v1/userListenToken", "", "USER_STREAM",
        (_PAIR, _ISOLATED, Parameter("validity", number)), 1, _token, pool="uid",
    ),
)  # fmt: skip
"""Every call that is served."""
