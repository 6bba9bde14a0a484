"""Orders, positions and accounts of futures as Binance writes them: answers of calls, and events of user data.

(Binance, *Derivatives: USDS-M and COIN-M Futures*; since 2026-06 the answers to placing and canceling leave out
``avgPrice`` and ``cumQuote``.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ..trade.orders import UserOrder
from .algos import TRAILING, Algo
from .contracts import UNIT, Contract
from .positions import (
    FuturesAccount,
    FuturesTrade,
    Income,
    Position,
    contract_of,
    ticket_of,
)
from .publisher import scaled_text
from .risk import Mark, Risk, Standing

Row = dict[str, Any]

_EXECUTIONS: Final = {"TRADE_PREVENTION": "EXPIRED", "REPLACED": "AMENDMENT"}
_AVERAGE_PLACES: Final = 5
_PROTECTED: Final = "0.0500"


# -- orders -------------------------------------------------------------------------------------------------


def average(order: UserOrder) -> str:
    """The average price of an order's fills."""
    if not order.filled:
        return "0.00000"
    contract = contract_of(order)
    if contract.is_linear:
        price = order.cost * 10**contract.qty_places // order.filled
    else:
        price = order.filled * contract.size * UNIT * UNIT // max(1, order.cost)
    return _rounded(price, _AVERAGE_PLACES)


def _rounded(value: int, places: int) -> str:
    """A whole number of 1e-8 with fewer decimals, the rest cut off."""
    return scaled_text(value)[: places - 8 or None]


def order_row(order: UserOrder, sums: bool = True) -> Row:
    """An order; `sums`: with what was paid for it."""
    contract, ticket = contract_of(order), ticket_of(order)
    total = "cumQuote" if contract.is_linear else "cumBase"
    row: Row = {
        "orderId": order.id,
        "symbol": contract.name,
        "status": order.status,
        "clientOrderId": order.client_id,
        "price": contract.price_text(ticket.price),
        "avgPrice": average(order),
        "origQty": contract.qty_text(order.qty),
        "executedQty": contract.qty_text(order.filled),
        total: _rounded(order.cost, _AVERAGE_PLACES) if contract.is_linear else scaled_text(order.cost),
        "timeInForce": ticket.asked_until,
        "type": ticket.kind if ticket.kind == "MARKET" else "LIMIT",
        "reduceOnly": ticket.reduce_only,
        "closePosition": ticket.close_position,
        "side": ticket.side,
        "positionSide": ticket.side_of,
        "stopPrice": contract.price_text(0),
        "workingType": ticket.working_type,
        "priceProtect": ticket.price_protect,
        "origType": ticket.asked_kind,
        "priceMatch": "NONE",
        "selfTradePreventionMode": ticket.mode,
        "goodTillDate": ticket.good_till,
        "time": order.created,
        "updateTime": order.updated,
    }
    if not contract.is_linear:
        row["pair"] = contract.pair
    return row if sums else {name: row[name] for name in row if name not in ("avgPrice", total, "time")}


def placed(order: UserOrder) -> Row:
    """The answer to placing or canceling an order."""
    row = order_row(order, sums=False)
    return {**row, "cumQty": row["executedQty"]}


def trade_row(one: FuturesTrade) -> Row:
    """A row of ``userTrades``."""
    order = one.order
    contract, ticket = contract_of(order), ticket_of(order)
    linear: Row = {"quoteQty": scaled_text(one.cost)}
    inverse: Row = {
        "pair": contract.pair,
        "marginAsset": contract.margin_asset,
        "baseQty": scaled_text(one.cost),
    }
    return {
        "symbol": contract.name,
        "id": one.id,
        "orderId": order.id,
        "side": ticket.side,
        "price": contract.price_text(one.price),
        "qty": contract.qty_text(one.qty),
        "realizedPnl": scaled_text(one.gain),
        **(linear if contract.is_linear else inverse),
        "commission": scaled_text(one.commission),
        "commissionAsset": one.commission_asset,
        "time": one.time,
        "positionSide": ticket.side_of,
        "buyer": ticket.is_buy,
        "maker": one.is_maker,
    }


def force_row(order: UserOrder) -> Row:
    """A row of ``forceOrders``: an order by which the exchange closed a position."""
    row = order_row(order)
    names = ("orderId", "symbol", "status", "clientOrderId", "price", "avgPrice", "origQty", "executedQty")
    rest = (
        "timeInForce",
        "type",
        "reduceOnly",
        "closePosition",
        "side",
        "positionSide",
        "stopPrice",
        "workingType",
    )
    total = "cumQuote" if contract_of(order).is_linear else "cumBase"
    return {name: row[name] for name in (*names, total, *rest, "origType", "time", "updateTime")}


# -- conditional orders -------------------------------------------------------------------------------------


def algo_row(one: Algo) -> Row:
    """A conditional order."""
    contract = one.contract
    row: Row = {
        "algoId": one.id,
        "clientAlgoId": one.client_id,
        "algoType": "CONDITIONAL",
        "orderType": one.kind,
        "symbol": contract.name,
        "side": one.side,
        "positionSide": one.side_of,
        "timeInForce": one.until,
        "quantity": contract.qty_text(one.qty),
        "algoStatus": one.status,
        "actualOrderId": "" if one.order is None else str(one.order.id),
        "actualPrice": "0.00000" if one.order is None else average(one.order),
        "triggerPrice": _rounded(one.trigger, contract.price_places or 1),
        "price": contract.price_text(one.price),
        "icebergQuantity": None,
        "selfTradePreventionMode": one.mode,
        "workingType": one.working_type,
        "priceMatch": "NONE",
        "closePosition": one.close_position,
        "priceProtect": one.price_protect,
        "reduceOnly": one.reduce_only,
        "createTime": one.created,
        "updateTime": one.updated,
        "triggerTime": one.triggered,
        "goodTillDate": one.good_till,
    }
    if one.kind == TRAILING:
        row |= {"activatePrice": row["triggerPrice"], "callbackRate": _rate_text(one)}
    return row


def _rate_text(one: Algo) -> str:
    return f"{one.rate // 10}.{one.rate % 10}"


def algo_canceled(one: Algo) -> Row:
    """The answer to canceling one."""
    return {"algoId": one.id, "clientAlgoId": one.client_id, "code": "200", "msg": "success"}


def algo_update(one: Algo, at: int) -> Row:
    """``ALGO_UPDATE``."""
    row = algo_row(one)
    order: Row = {
        "caid": one.client_id, "aid": one.id, "at": "CONDITIONAL", "o": one.kind, "s": row["symbol"], "S": one.side,
        "ps": one.side_of, "f": one.until, "q": row["quantity"], "X": one.status, "ai": row["actualOrderId"],
        "ap": row["actualPrice"], "aq": "0" if one.order is None else one.contract.qty_text(one.order.filled),
        "act": "0" if one.order is None else one.order.ticket.kind, "tp": row["triggerPrice"], "p": row["price"],
        "V": one.mode, "wt": one.working_type, "pm": "NONE", "cp": one.close_position, "pP": one.price_protect,
        "R": one.reduce_only, "tt": one.triggered, "gtd": one.good_till, "rm": one.reason,
    }  # fmt: skip
    if one.kind == TRAILING:
        order |= {"AP": row["activatePrice"], "cr": row["callbackRate"]}
    return {"e": "ALGO_UPDATE", "T": at, "E": at, "o": order}


# -- events -------------------------------------------------------------------------------------------------


def order_update(order: UserOrder, what: str, at: int, trade: FuturesTrade | None = None) -> Row:
    """``ORDER_TRADE_UPDATE``: something has happened to an order."""
    contract, ticket = contract_of(order), ticket_of(order)
    told: Row = {
        "s": contract.name, "c": order.client_id, "S": ticket.side,
        "o": "LIQUIDATION" if ticket.is_liquidation else ticket.kind if ticket.kind == "MARKET" else "LIMIT",
        "f": ticket.asked_until, "q": contract.qty_text(order.qty), "p": contract.price_text(ticket.price),
        "ap": average(order), "sp": contract.price_text(0), "x": _EXECUTIONS.get(what, what), "X": order.status,
        "i": order.id, "l": contract.qty_text(trade.qty if trade else 0), "z": contract.qty_text(order.filled),
        "L": contract.price_text(trade.price if trade else 0),
    }  # fmt: skip
    if not contract.is_linear:
        told["ma"] = contract.margin_asset
    if trade is not None:
        told |= {"N": trade.commission_asset, "n": scaled_text(trade.commission)}
    told |= {
        "T": at, "t": trade.id if trade else 0, "b": _waiting(order, True), "a": _waiting(order, False),
        "m": trade.is_maker if trade else False, "R": ticket.reduce_only, "wt": ticket.working_type,
        "ot": ticket.asked_kind, "ps": ticket.side_of, "cp": ticket.close_position,
        "rp": scaled_text(trade.gain if trade else 0), "pP": ticket.price_protect, "si": 0, "ss": 0,
        "V": ticket.mode, "pm": "NONE", "gtd": ticket.good_till,
    }  # fmt: skip
    return {"e": "ORDER_TRADE_UPDATE", "T": at, "E": at, "o": told}


def _waiting(order: UserOrder, is_buy: bool) -> str:
    """What an order still wants, valued at its limit, where it is of this side."""
    contract, ticket = contract_of(order), ticket_of(order)
    if ticket.is_buy != is_buy or not order.open or not ticket.price:
        return "0"
    return scaled_text(contract.value(contract.scaled(ticket.price), order.left))


def account_update(
    account: FuturesAccount,
    why: str,
    assets: Iterable[str],
    positions: Iterable[Position],
    mark: Mark,
    at: int,
) -> Row:
    """``ACCOUNT_UPDATE``: what an account now has."""
    balances = [
        {
            "a": asset,
            "wb": scaled_text(account.wallet(asset)),
            "cw": scaled_text(account.wallet(asset) - account.set_aside(asset)),
            "bc": "0",
        }
        for asset in assets
    ]
    told = [_position_told(account, one, mark) for one in positions]
    return {"e": "ACCOUNT_UPDATE", "T": at, "E": at, "a": {"B": balances, "P": told, "m": why}}


def _position_told(account: FuturesAccount, one: Position, mark: Mark) -> Row:
    contract = one.contract
    return {
        "s": contract.name,
        "pa": contract.qty_text(one.qty),
        "ep": scaled_text(one.entry),
        "bep": scaled_text(one.break_even),
        "cr": scaled_text(one.realized),
        "up": scaled_text(one.gain(mark(contract.name)) if one.qty else 0),
        "mt": "isolated" if contract.name in account.isolated else "cross",
        "iw": scaled_text(one.margin),
        "ps": one.side,
        "ma": contract.margin_asset,
    }


def config_update(name: str, leverage: int, at: int) -> Row:
    """``ACCOUNT_CONFIG_UPDATE``: the leverage of a contract was changed."""
    return {"e": "ACCOUNT_CONFIG_UPDATE", "T": at, "E": at, "ac": {"s": name, "l": leverage}}


# -- positions and accounts ---------------------------------------------------------------------------------


def position_row(account: FuturesAccount, one: Position, risk: Risk, mark: int) -> Row:
    """A row of ``positionRisk``."""
    contract = one.contract
    notional = one.notional(mark) if one.qty else 0
    sign = -1 if one.qty < 0 else 1
    row: Row = {
        "symbol": contract.name,
        "positionAmt": contract.qty_text(one.qty),
        "entryPrice": scaled_text(one.entry),
        "breakEvenPrice": scaled_text(one.break_even),
        "markPrice": scaled_text(mark),
        "unRealizedProfit": scaled_text(one.gain(mark) if one.qty else 0),
        "liquidationPrice": scaled_text(risk.liquidation_price(account, one)),
        "leverage": str(account.leverage(contract)),
        "maxNotionalValue" if contract.is_linear else "maxQty": str(
            contract.most(account.leverage(contract)) // UNIT
        ),
        "marginType": "isolated" if contract.name in account.isolated else "cross",
        "isolatedMargin": scaled_text(_isolated(account, one, mark)),
        "isAutoAddMargin": "false",
        "positionSide": one.side,
        "notional" if contract.is_linear else "notionalValue": scaled_text(sign * notional),
        "isolatedWallet": scaled_text(one.margin),
        "updateTime": one.updated,
    }
    return row


def _isolated(account: FuturesAccount, one: Position, mark: int) -> int:
    is_isolated = one.contract.name in account.isolated and one.qty
    return one.margin + one.gain(mark) if is_isolated else 0


def latest_position_row(account: FuturesAccount, one: Position, risk: Risk, mark: int) -> Row:
    """A row of ``GET /fapi/v3/positionRisk``."""
    contract, old = one.contract, position_row(account, one, risk, mark)
    notional = one.notional(mark)
    kept = (
        "symbol", "positionSide", "positionAmt", "entryPrice", "breakEvenPrice", "markPrice", "unRealizedProfit",
        "liquidationPrice", "isolatedMargin", "notional",
    )  # fmt: skip
    return {name: old[name] for name in kept} | {
        "marginAsset": contract.margin_asset,
        "isolatedWallet": old["isolatedWallet"],
        "initialMargin": scaled_text(notional // account.leverage(contract)),
        "maintMargin": scaled_text(contract.maintenance(notional)),
        "positionInitialMargin": scaled_text(notional // account.leverage(contract)),
        "openOrderInitialMargin": "0",
        "adl": 1,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": one.updated,
    }


def balance_row(account: FuturesAccount, asset: str, standing: Standing) -> Row:
    """A row of ``balance``."""
    return {
        "accountAlias": alias(account),
        "asset": asset,
        "balance": scaled_text(standing.wallet),
        "crossWalletBalance": scaled_text(standing.crossed),
        "crossUnPnl": scaled_text(standing.crossed_gain),
        "availableBalance": scaled_text(standing.available),
        "maxWithdrawAmount": scaled_text(standing.withdrawable),
        "marginAvailable": True,
        "updateTime": account.updated,
    }


def coin_balance_row(account: FuturesAccount, asset: str, standing: Standing) -> Row:
    """A row of ``GET /dapi/v1/balance``."""
    return {
        "accountAlias": alias(account),
        "asset": asset,
        "balance": scaled_text(standing.wallet),
        "withdrawAvailable": scaled_text(standing.withdrawable),
        "crossWalletBalance": scaled_text(standing.crossed),
        "crossUnPnl": scaled_text(standing.crossed_gain),
        "availableBalance": scaled_text(standing.available),
        "updateTime": account.updated,
    }


def alias(account: FuturesAccount) -> str:
    """A short name of the account, as Binance makes one up."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(letters[account.uid // 26**place % 26] for place in range(6))


def asset_row(asset: str, standing: Standing, at: int) -> Row:
    """A row of the ``assets`` of ``account``."""
    return {
        "asset": asset,
        "walletBalance": scaled_text(standing.wallet),
        "unrealizedProfit": scaled_text(standing.gain),
        "marginBalance": scaled_text(standing.balance),
        "maintMargin": scaled_text(standing.maintenance),
        "initialMargin": scaled_text(standing.of_positions + standing.of_orders),
        "positionInitialMargin": scaled_text(standing.of_positions),
        "openOrderInitialMargin": scaled_text(standing.of_orders),
        "crossWalletBalance": scaled_text(standing.crossed),
        "crossUnPnl": scaled_text(standing.crossed_gain),
        "availableBalance": scaled_text(standing.available),
        "maxWithdrawAmount": scaled_text(standing.withdrawable),
        "marginAvailable": True,
        "updateTime": at,
    }


def account_position_row(account: FuturesAccount, one: Position, orders: int, mark: int) -> Row:
    """A row of the ``positions`` of ``account``; `orders` is what open orders need, in 1e-8."""
    contract = one.contract
    notional = one.notional(mark) if one.qty else 0
    initial = notional // account.leverage(contract)
    return {
        "symbol": contract.name,
        "initialMargin": scaled_text(initial + orders),
        "maintMargin": scaled_text(contract.maintenance(notional)),
        "unrealizedProfit": scaled_text(one.gain(mark) if one.qty else 0),
        "positionInitialMargin": scaled_text(initial),
        "openOrderInitialMargin": scaled_text(orders),
        "leverage": str(account.leverage(contract)),
        "isolated": contract.name in account.isolated,
        "entryPrice": scaled_text(one.entry),
        "breakEvenPrice": scaled_text(one.break_even),
        "maxNotional" if contract.is_linear else "maxQty": str(
            contract.most(account.leverage(contract)) // UNIT
        ),
        "bidNotional": "0",
        "askNotional": "0",
        "positionSide": one.side,
        "positionAmt": contract.qty_text(one.qty),
        "notional" if contract.is_linear else "notionalValue": scaled_text(
            -notional if one.qty < 0 else notional
        ),
        "isolatedWallet": scaled_text(one.margin),
        "updateTime": one.updated,
    }


def income_row(one: Income) -> Row:
    """A row of ``income``."""
    return {
        "symbol": one.symbol,
        "incomeType": one.kind,
        "income": scaled_text(one.amount),
        "asset": one.asset,
        "time": one.time,
        "info": one.kind,
        "tranId": one.number,
        "tradeId": one.trade,
    }


def contract_row(contract: Contract) -> Row:
    """A row of ``leverageBracket`` without its brackets."""
    return (
        {"symbol": contract.name} if contract.is_linear else {"symbol": contract.name, "pair": contract.pair}
    )
