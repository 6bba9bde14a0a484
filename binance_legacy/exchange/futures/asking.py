"""What calls tell of orders, positions, accounts and settings of futures, and what they set.

Each function takes what a call has read (values by the parameters' names) and gives its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from .. import refusals
from ..market.bars import DAY
from ..trade.orders import UserOrder
from . import placing, reports
from .contracts import UNIT, Contract, bracket_rows
from .positions import BOTH, FuturesAccount, FuturesTrade, Position, refused
from .publisher import scaled_text
from .trading import FuturesTrading

Sent = Mapping[str, Any]
Answer = Any

_WEEK: Final = 7 * DAY
_MOST_LEVERAGE: Final = 125
_DONE: Final = {"code": 200, "msg": "success"}
_T = TypeVar("_T")


def _between(rows: Iterable[_T], sent: Sent, time: Any, limit: int) -> list[_T]:
    """Rows between two times, oldest first; those of the last seven days where none is given."""
    start, end = sent.get("startTime"), sent.get("endTime")
    if start is not None and end is not None and end - start > _WEEK:
        raise refused(-4166, "Search window is restricted to recent 90 days and 7 days at once.")
    chosen = [
        row for row in rows if (start is None or time(row) >= start) and (end is None or time(row) <= end)
    ]
    return chosen[:limit] if start is not None else chosen[-limit:]


# -- orders -------------------------------------------------------------------------------------------------


def _found(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> UserOrder:
    number, name = sent.get("orderId"), sent.get("origClientOrderId")
    if number is None and name is None:
        raise refusals.neither("origClientOrderId", "orderId")
    desk = trading.desk(sent["symbol"])
    for one in reversed(desk.own(account)):
        if one.id == number if number is not None else one.client_id == name:
            return one
    raise refusals.no_such_order()


def order(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/order``."""
    return reports.order_row(_found(trading, account, sent))


def open_order(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/openOrder``."""
    found = _found(trading, account, sent)
    if not found.open:
        raise refusals.no_such_order()
    return reports.order_row(found)


def open_orders(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/openOrders``: of a contract, of a pair, or all."""
    name, pair = sent.get("symbol"), sent.get("pair")
    desks = trading.desks() if name is None else (trading.desk(name),)
    return [
        reports.order_row(one)
        for desk in desks
        if pair in (None, desk.contract.pair)
        for one in desk.open_of(account)
    ]


def all_orders(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/allOrders``: from a number on, or between two times, or the latest."""
    name = sent.get("symbol") or _of_pair(trading, sent)
    own, number = trading.desk(name).own(account), sent.get("orderId")
    if number is not None:
        chosen = [one for one in own if one.id >= number][: sent["limit"]]
    else:
        chosen = _between(own, sent, lambda one: one.created, sent["limit"])
    return [reports.order_row(one) for one in chosen]


def _of_pair(trading: FuturesTrading, sent: Sent) -> str:
    pair = sent.get("pair")
    for contract in trading.market.contracts.values():
        if contract.pair == pair:
            return contract.name
    raise refusals.missing("symbol") if pair is None else refusals.invalid_symbol()


def trades(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/userTrades``."""
    desk = trading.desk(sent.get("symbol") or _of_pair(trading, sent))
    own = [one for one in desk.trades_of(account) if isinstance(one, FuturesTrade)]
    if sent.get("orderId") is not None:
        own = [one for one in own if one.order.id == sent["orderId"]]
    if sent.get("fromId") is not None:
        chosen = [one for one in own if one.id >= sent["fromId"]][: sent["limit"]]
    else:
        chosen = _between(own, sent, lambda one: one.time, sent["limit"])
    return [reports.trade_row(one) for one in chosen]


def forced(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/forceOrders``."""
    own = [one for one in trading.liquidations if one.account is account]
    own = [one for one in own if sent.get("symbol") in (None, one.ticket.symbol.name)]
    return [reports.force_row(one) for one in _between(own, sent, lambda one: one.created, sent["limit"])]


def order_limits(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/rateLimit/order``."""
    rows = trading.count(account).rows(trading.now)
    return [{name: value for name, value in row.items() if name != "count"} for row in rows]


# -- conditional orders -------------------------------------------------------------------------------------


def algo(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/algoOrder``."""
    return reports.algo_row(placing.find_algo(trading, account, sent))


def open_algos(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/openAlgoOrders``: of a contract, or all."""
    name = sent.get("symbol")
    desks = trading.desks() if name is None else (trading.desk(name),)
    return [reports.algo_row(one) for desk in desks for one in desk.waiting if one.account is account]


def all_algos(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/allAlgoOrders``."""
    own = [one for one in trading.desk(sent["symbol"]).algos.values() if one.account is account]
    if sent.get("algoId") is not None:
        chosen = [one for one in own if one.id >= sent["algoId"]][: sent["limit"]]
    else:
        chosen = _between(own, sent, lambda one: one.created, sent["limit"])
    return [reports.algo_row(one) for one in chosen]


# -- positions ----------------------------------------------------------------------------------------------


def _positions(account: FuturesAccount, contract: Contract) -> list[Position]:
    """A contract's positions as they are told of: both sides in hedge mode, also those of no quantity."""
    sides = ("LONG", "SHORT") if account.dual else ()
    return [
        account.positions.get((contract.name, side)) or Position(contract, side) for side in (BOTH, *sides)
    ]


def _contracts(trading: FuturesTrading, sent: Sent) -> list[Contract]:
    name, pair, asset = sent.get("symbol"), sent.get("pair"), sent.get("marginAsset")
    if name is not None:
        return [trading.market.contract(name)]
    found = trading.market.contracts.values()
    return [one for one in found if pair in (None, one.pair) and asset in (None, one.margin_asset)]


def position_risk(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v2/positionRisk``, ``GET /dapi/v1/positionRisk``."""
    return [
        reports.position_row(account, one, trading.risk, trading.market.mark(contract.name))
        for contract in _contracts(trading, sent)
        for one in _positions(account, contract)
    ]


def latest_position_risk(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v3/positionRisk``: where there is a position."""
    wanted = {one.name for one in _contracts(trading, sent)}
    return [
        reports.latest_position_row(account, one, trading.risk, trading.market.mark(one.contract.name))
        for one in account.open()
        if one.contract.name in wanted
    ]


def adl(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/adlQuantile``: nobody is deleveraged here, so all stand last in line."""
    names = [one.name for one in _contracts(trading, sent)]
    held = dict.fromkeys(one.contract.name for one in account.open() if one.contract.name in names)
    sides = ("LONG", "SHORT") if account.dual else (BOTH,)
    return [{"symbol": name, "adlQuantile": dict.fromkeys(sides, 0)} for name in held]


# -- accounts -----------------------------------------------------------------------------------------------


def balance(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v2/balance`` and later, ``GET /dapi/v1/balance``."""
    row = reports.balance_row if trading.market.margin == "um" else reports.coin_balance_row
    return [row(account, asset, trading.standing(account, asset)) for asset in trading.assets(account)]


def account_status(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v2/account``, ``GET /dapi/v1/account``."""
    is_linear = trading.market.margin == "um"
    standings = {asset: trading.standing(account, asset) for asset in trading.assets(account)}
    answer: dict[str, Any] = {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "updateTime": account.updated,
    }
    if is_linear:
        answer |= {"multiAssetsMargin": False, "tradeGroupId": -1, **_totals(standings.values())}
    answer["assets"] = [reports.asset_row(asset, one, account.updated) for asset, one in standings.items()]
    answer["positions"] = [
        reports.account_position_row(
            account, one, trading.risk.of_orders(account, contract), trading.market.mark(contract.name)
        )
        for contract in trading.market.contracts.values()
        for one in _positions(account, contract)
    ]
    return answer


def latest_account(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v3/account``."""
    full = account_status(trading, account, sent)
    held = {one.contract.name for one in account.open()}
    rows = [row for row in full["positions"] if row["symbol"] in held]
    kept = {name: value for name, value in full.items() if name.startswith(("total", "available", "max"))}
    return {**kept, "assets": full["assets"], "positions": rows}


def _totals(standings: Iterable[Any]) -> dict[str, str]:
    found = list(standings)

    def total(name: str) -> str:
        return scaled_text(sum(getattr(one, name) for one in found))

    initial = sum(one.of_positions + one.of_orders for one in found)
    return {
        "totalInitialMargin": scaled_text(initial),
        "totalMaintMargin": total("maintenance"),
        "totalWalletBalance": total("wallet"),
        "totalUnrealizedProfit": total("gain"),
        "totalMarginBalance": total("balance"),
        "totalPositionInitialMargin": total("of_positions"),
        "totalOpenOrderInitialMargin": total("of_orders"),
        "totalCrossWalletBalance": total("crossed"),
        "totalCrossUnPnl": total("crossed_gain"),
        "availableBalance": total("available"),
        "maxWithdrawAmount": total("withdrawable"),
    }


def income(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/income``."""
    kind, name = sent.get("incomeType"), sent.get("symbol")
    rows = [one for one in account.income if kind in (None, one.kind) and name in (None, one.symbol)]
    return [reports.income_row(one) for one in _between(rows, sent, lambda one: one.time, sent["limit"])]


def commission(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/commissionRate``."""
    name = trading.market.contract(sent["symbol"]).name
    maker, taker = (scaled_text(rate)[:8] for rate in (account.maker_rate, account.taker_rate))
    return {"symbol": name, "makerCommissionRate": maker, "takerCommissionRate": taker}


def account_config(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/accountConfig``."""
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "dualSidePosition": account.dual,
        "updateTime": account.updated,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }


def symbol_config(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/symbolConfig``."""
    return [
        {
            "symbol": one.name,
            "marginType": "ISOLATED" if one.name in account.isolated else "CROSSED",
            "isAutoAddMargin": False,
            "leverage": account.leverage(one),
            "maxNotionalValue": str(one.most(account.leverage(one)) // UNIT),
        }
        for one in _contracts(trading, sent)
    ]


def brackets(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/leverageBracket``, ``GET /dapi/v1`` and ``v2/leverageBracket``."""
    rows = [{**reports.contract_row(one), "brackets": bracket_rows(one)} for one in _contracts(trading, sent)]
    return rows[0] if sent.get("symbol") is not None and trading.market.margin == "um" else rows


# -- settings -----------------------------------------------------------------------------------------------


def set_leverage(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/leverage``."""
    contract, leverage = trading.market.contract(sent["symbol"]), sent["leverage"]
    if not 1 <= leverage <= min(_MOST_LEVERAGE, contract.brackets[0].leverage):
        raise refused(-4028, f"Leverage {leverage} is not valid")
    _check_leverage(trading, account, contract, leverage)
    account.leverages[contract.name] = leverage
    trading.ledger.marks.account(account)
    account.tell(reports.config_update(contract.name, leverage, trading.now))
    most = str(contract.most(leverage) // UNIT)
    name = "maxNotionalValue" if contract.is_linear else "maxQty"
    return {"leverage": leverage, name: most, "symbol": contract.name}


def _check_leverage(
    trading: FuturesTrading, account: FuturesAccount, contract: Contract, leverage: int
) -> None:
    """Whether what is open may have another leverage."""
    held = [one for one in account.of(contract.name) if one.qty]
    before = account.leverage(contract)
    if held and contract.name in account.isolated and leverage < before:
        raise refused(
            -4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions."
        )
    mark = trading.market.mark(contract.name)
    if any(one.notional(mark) > contract.most(leverage) for one in held):
        raise refused(-2027, "Exceeded the maximum allowable position at current leverage.")
    account.leverages[contract.name] = leverage
    standing = trading.standing(account, contract.margin_asset)
    account.leverages[contract.name] = before
    short = standing.crossed + standing.crossed_gain < standing.of_crossed + standing.of_orders
    if short and leverage < before:
        raise refused(-2028, "Leverage is smaller than permitted: insufficient margin balance.")


def set_margin_type(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/marginType``."""
    contract, isolated = trading.market.contract(sent["symbol"]), sent["marginType"] == "ISOLATED"
    if isolated == (contract.name in account.isolated):
        raise refused(-4046, "No need to change margin type.")
    if trading.open_orders(account, contract.name):
        raise refused(-4047, "Margin type cannot be changed if there exists open orders.")
    if any(one.qty for one in account.of(contract.name)):
        raise refused(-4048, "Margin type cannot be changed if there exists position.")
    trading.ledger.marks.account(account)
    if isolated:
        account.isolated.add(contract.name)
    else:
        account.isolated.discard(contract.name)
    return dict(_DONE)


def set_position_margin(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/positionMargin``: adds to the margin of an isolated position (1), or takes from it (2)."""
    contract, change = trading.market.contract(sent["symbol"]), sent["amount"]
    position = account.position(contract, sent.get("positionSide") or BOTH)
    if contract.name not in account.isolated or not position.qty:
        raise refused(-4051, "Isolated balance insufficient.")
    if not change:
        raise refused(-4055, "Amount must be positive.")
    if sent["type"] == "1":
        if trading.standing(account, contract.margin_asset).available < change:
            raise refused(-4050, "Cross balance insufficient.")
    else:
        mark = trading.market.mark(contract.name)
        need = position.notional(mark) // account.leverage(contract)
        if position.margin + min(0, position.gain(mark)) - change < need:
            raise refused(-4051, "Isolated balance insufficient.")
        change = -change
    trading.ledger.marks.account(account)
    position.margin += change
    position.updated = trading.now
    trading.margin_changes.append((account, position, change, trading.now))
    trading.clearing.changed_account(account, "MARGIN_TRANSFER", contract)
    trading.clearing.tell(trading.now)
    told = "Successfully modify position margin."
    return {"amount": abs(change) / UNIT, "code": 200, "msg": told, "type": int(sent["type"])}


def position_margins(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/positionMargin/history``."""
    own = [row for row in trading.margin_changes if row[0] is account]
    own = [row for row in own if row[1].contract.name == sent["symbol"]]
    own = [row for row in own if sent.get("type") in (None, "1" if row[2] > 0 else "2")]
    return [
        {
            "symbol": position.contract.name,
            "type": 1 if change > 0 else 2,
            "deltaType": "USER_ADJUST",
            "amount": scaled_text(abs(change)),
            "asset": position.contract.margin_asset,
            "time": time,
            "positionSide": position.side,
        }
        for _, position, change, time in _between(own, sent, lambda row: row[3], sent["limit"])
    ]


def position_mode(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/positionSide/dual``."""
    return {"dualSidePosition": account.dual}


def set_position_mode(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/positionSide/dual``; holds for both margins, which the office sees to."""
    wanted = sent["dualSidePosition"]
    if wanted == account.dual:
        raise refused(-4059, "No need to change position side.")
    names = list(trading.market.contracts)
    if any(trading.open_orders(account, name) for name in names):
        raise refused(-4067, "Position side cannot be changed if there exists open orders.")
    if account.open():
        raise refused(-4068, "Position side cannot be changed if there exists position.")
    account.dual = wanted
    trading.ledger.marks.account(account)
    return dict(_DONE)


def multi_assets(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``GET /fapi/v1/multiAssetsMargin``."""
    return {"multiAssetsMargin": False}


def set_multi_assets(trading: FuturesTrading, account: FuturesAccount, sent: Sent) -> Answer:
    """``POST /fapi/v1/multiAssetsMargin``."""
    if sent["multiAssetsMargin"]:
        raise refusals.unsupported("each asset is the margin of its own contracts in this exchange")
    raise refused(-4171, "No need to change multi-assets mode.")
