"""Every call about an account's wallets that is served. (Binance, *Wallet*: ``/sapi``.)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from .. import refusals
from ..market.bars import DAY
from ..market.listing import ASSETS
from ..parameters import END, START, Parameter, amount, flag, number, one_of, word
from .calls import Asked, Call, Weight
from .ledger import UNIT, Account, text
from .wallet import (
    DUST_FEE,
    ON_ITS_WAY,
    WALLETS,
    Dusted,
    Wallet,
    Withdrawal,
    day_and_time,
    least_withdrawal,
    whole_day,
    withdraw_fee,
)

Answer = Any

_ZERO: Final = "0.00000000"
_COMPLETED: Final = 6
_PROCESSING: Final = 4
_CREDITED: Final = 1
_LONGEST_SPAN: Final = 90 * DAY
_DAYS: Final = 7
_MOST_DAYS: Final = 30
_ENABLED: Final = (
    "enableReading",
    "enableSpotAndMarginTrading",
    "enableWithdrawals",
    "enableInternalTransfer",
)
_DISABLED: Final = (
    "ipRestrict", "enableMargin", "enableFutures", "permitsUniversalTransfer", "enableVanillaOptions",
    "enableFixApiTrade", "enableFixReadOnly", "enablePortfolioMarginTrading",
)  # fmt: skip


def _within(times: Iterable[Any], asked: Asked, longest: int = _LONGEST_SPAN) -> list[Any]:
    """The rows between two times, newest first; of the last 90 days where none is given."""
    start, end = asked["startTime"], asked["endTime"]
    if start is not None and end is not None and (end < start or end - start > longest):
        raise refusals.too_far_apart(longest // (DAY // 24)) if end >= start else refusals.bad_combination()
    rows = [one for one in times if (start is None or one.time >= start) and (end is None or one.time <= end)]
    return rows[::-1]


def _page(rows: list[Any], asked: Asked) -> list[Any]:
    first = asked["offset"] or 0
    return rows[first : first + asked["limit"]]


# -- deposits and withdrawals -------------------------------------------------------------------------------


def _coins(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/capital/config/getall``."""
    return [_coin(account, asset) for asset in ASSETS]


def _coin(account: Account, asset: str) -> dict[str, Any]:
    held = account.balances.get(asset)
    return {
        "coin": asset,
        "depositAllEnable": True,
        "free": text(held.free if held else 0),
        "freeze": _ZERO,
        "ipoable": _ZERO,
        "ipoing": _ZERO,
        "isLegalMoney": False,
        "locked": text(held.locked if held else 0),
        "name": asset,
        "networkList": [_network(asset)],
        "storage": _ZERO,
        "trading": True,
        "withdrawAllEnable": True,
        "withdrawing": _ZERO,
    }


def _network(asset: str) -> dict[str, Any]:
    return {
        "addressRegex": "^(0x)[0-9A-Fa-f]{40}$",
        "coin": asset,
        "depositDesc": "",
        "depositEnable": True,
        "isDefault": True,
        "memoRegex": "",
        "minConfirm": 1,
        "name": asset,
        "network": asset,
        "specialTips": "",
        "unLockConfirm": 0,
        "withdrawDesc": "",
        "withdrawEnable": True,
        "withdrawFee": text(withdraw_fee(asset)),
        "withdrawIntegerMultiple": "0.00000001",
        "withdrawMax": "9999999999.99999999",
        "withdrawMin": text(least_withdrawal(asset)),
        "sameAddress": False,
        "estimatedArrivalTime": 1,
        "busy": False,
    }


def _address(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/capital/deposit/address``."""
    if asked["coin"] not in ASSETS:
        raise refusals.Refusal(-4018, "We don't have this asset.")
    address = wallet.address(account, asked["coin"], asked["network"] or "")
    return {"address": address, "coin": asked["coin"], "tag": "", "url": ""}


def _deposits(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/capital/deposit/hisrec``."""
    rows = [
        {
            "id": one.id,
            "amount": text(one.amount),
            "coin": one.asset,
            "network": one.asset,
            "status": _CREDITED,
            "address": one.address,
            "addressTag": "",
            "txId": one.txid,
            "insertTime": one.time,
            "completeTime": one.time,
            "transferType": 0,
            "confirmTimes": "1/1",
            "unlockConfirm": 0,
            "walletType": 0,
        }
        for one in _within(wallet.record(account).deposits, asked)
        if asked["coin"] in (None, one.asset) and asked["txId"] in (None, one.txid)
    ]
    return _page([row for row in rows if asked["status"] in (None, row["status"])], asked)


def _withdraw(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/capital/withdraw/apply``."""
    one = wallet.withdraw(
        account, asked["coin"], asked["amount"], asked["address"], asked["addressTag"] or "",
        asked["network"] or asked["coin"], asked["withdrawOrderId"] or "",
    )  # fmt: skip
    return {"id": one.id}


def _withdrawals(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/capital/withdraw/history``."""
    wanted = asked["idList"].split(",") if asked["idList"] else None
    rows = [
        _withdrawal(one, wallet.now)
        for one in _within(wallet.record(account).withdrawals, asked)
        if asked["coin"] in (None, one.asset)
        and asked["withdrawOrderId"] in (None, one.order_id)
        and (wanted is None or one.id in wanted)
    ]
    return _page([row for row in rows if asked["status"] in (None, row["status"])], asked)


def _withdrawal(one: Withdrawal, now: int) -> dict[str, Any]:
    done = now >= one.time + ON_ITS_WAY
    row = {
        "id": one.id,
        "amount": text(one.amount),
        "transactionFee": text(one.fee),
        "coin": one.asset,
        "status": _COMPLETED if done else _PROCESSING,
        "address": one.address,
        "addressTag": one.tag,
        "txId": one.txid if done else "",
        "applyTime": day_and_time(one.time),
        "network": one.network,
        "transferType": 0,
        "withdrawOrderId": one.order_id,
        "info": "",
        "confirmNo": int(done),
        "walletType": 0,
        "txKey": "",
    }
    return {**row, "completeTime": day_and_time(one.time + ON_ITS_WAY)} if done else row


# -- assets -------------------------------------------------------------------------------------------------


def _details(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/asset/assetDetail``."""
    chosen = ASSETS if asked["asset"] is None else [one for one in (asked["asset"],) if one in ASSETS]
    return {
        asset: {
            "minWithdrawAmount": text(least_withdrawal(asset)),
            "depositStatus": True,
            "withdrawFee": text(withdraw_fee(asset)),
            "withdrawStatus": True,
        }
        for asset in chosen
    }


def _fees(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/asset/tradeFee``."""
    market = wallet.trading.market
    names = market.names() if asked["symbol"] is None else [market.symbol(asked["symbol"]).name]
    maker, taker = (_rate(rate) for rate in (account.maker_rate, account.taker_rate))
    return [{"symbol": name, "makerCommission": maker, "takerCommission": taker} for name in names]


def _rate(rate: int) -> str:
    return text(rate).rstrip("0").rstrip(".")


def _user_assets(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v3/asset/getUserAsset``."""
    rows = []
    for asset, held in sorted(account.balances.items()):
        if (held.free or held.locked) and asked["asset"] in (None, asset):
            row = {"asset": asset, "free": text(held.free), "locked": text(held.locked)}
            row |= dict.fromkeys(("freeze", "withdrawing", "ipoable"), "0")
            total = held.free + held.locked
            row["btcValuation"] = (
                text(wallet.worth(asset, total, "BTC")) if asked["needBtcValuation"] else "0"
            )
            rows.append(row)
    return rows


def _funding(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/asset/get-funding-asset``."""
    held = wallet.record(account).others.get("FUNDING", {})
    return [
        {
            "asset": asset,
            "free": text(held[asset]),
            "locked": "0",
            "freeze": "0",
            "withdrawing": "0",
            "btcValuation": text(wallet.worth(asset, held[asset], "BTC"))
            if asked["needBtcValuation"]
            else "0",
        }
        for asset in sorted(held)
        if held[asset] and asked["asset"] in (None, asset)
    ]


def _wallets(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/asset/wallet/balance``: in BTC, or in what was asked for."""
    quote = asked["quoteAsset"] or "BTC"
    return [
        {
            "activate": True,
            "balance": text(
                sum(wallet.worth(asset, qty, quote) for asset, qty in wallet.totals(account, name).items())
            ),
            "walletName": shown,
        }
        for name, shown in WALLETS.items()
    ]


def _dividends(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/asset/assetDividend``."""
    chosen = [
        one
        for one in _within(wallet.record(account).dividends, asked, 2 * _LONGEST_SPAN)
        if asked["asset"] in (None, one.asset)
    ]
    rows = [
        {
            "id": one.id,
            "amount": text(one.amount),
            "asset": one.asset,
            "divTime": one.time,
            "enInfo": one.info,
            "tranId": one.id,
        }
        for one in chosen[: asked["limit"]]
    ]
    return {"rows": rows, "total": len(chosen)}


# -- dust ---------------------------------------------------------------------------------------------------


def _dust(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/asset/dust``."""
    done = wallet.turn_into_bnb(account, asked["asset"].split(","))
    return {
        "totalServiceCharge": text(sum(one.fee for one in done)),
        "totalTransfered": text(sum(one.gained for one in done)),
        "transferResult": [
            {
                "amount": text(one.amount),
                "fromAsset": one.asset,
                "operateTime": one.time,
                "serviceChargeAmount": text(one.fee),
                "tranId": one.id,
                "transferedAmount": text(one.gained),
            }
            for one in done
        ],
    }


def _convertible(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/asset/dust-btc``."""
    rows = [
        {
            "asset": asset,
            "assetFullName": asset,
            "amountFree": text(qty),
            "toBTC": text(in_btc),
            "toBNB": text(in_bnb),
            "toBNBOffExchange": text(in_bnb - in_bnb * DUST_FEE // UNIT),
            "exchange": text(in_bnb * DUST_FEE // UNIT),
        }
        for asset, qty, in_btc, in_bnb in wallet.dust(account)
    ]
    found = list(wallet.dust(account))
    return {
        "details": rows,
        "totalTransferBtc": text(sum(in_btc for _, _, in_btc, _ in found)),
        "totalTransferBNB": text(sum(in_bnb for *_, in_bnb in found)),
        "dribbletPercentage": "0.02",
    }


def _dust_log(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/asset/dribblet``."""
    start, end = asked["startTime"] or 0, asked["endTime"] or wallet.now
    calls = [call for call in wallet.record(account).dusted if start <= call[0].time <= end]
    return {"total": len(calls), "userAssetDribblets": [_dribblet(call) for call in calls[::-1]]}


def _dribblet(call: list[Dusted]) -> dict[str, Any]:
    return {
        "operateTime": call[0].time,
        "totalTransferedAmount": text(sum(one.gained for one in call)),
        "totalServiceChargeAmount": text(sum(one.fee for one in call)),
        "transId": call[0].id,
        "userAssetDribbletDetails": [
            {
                "transId": one.id,
                "serviceChargeAmount": text(one.fee),
                "amount": text(one.amount),
                "operateTime": one.time,
                "transferedAmount": text(one.gained),
                "fromAsset": one.asset,
            }
            for one in call
        ],
    }


# -- the account --------------------------------------------------------------------------------------------


def _status(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/account/status``."""
    return {"data": "Normal"}


def _trading_status(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/account/apiTradingStatus``."""
    return {
        "data": {
            "isLocked": False,
            "plannedRecoverTime": 0,
            "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300},
            "updateTime": account.opened,
        }
    }


def _info(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/account/info``."""
    off = ("isMarginEnabled", "isFutureEnabled", "isOptionsEnabled", "isPortfolioMarginRetailEnabled")
    return {"vipLevel": 0, **dict.fromkeys(off, False)}


def _restrictions(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/account/apiRestrictions``."""
    return {
        **dict.fromkeys(_DISABLED, False),
        "createTime": account.opened,
        **dict.fromkeys(_ENABLED, True),
    }


def _snapshot(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/accountSnapshot``: the ends of the last whole days, oldest first."""
    if asked["type"] != "SPOT":
        raise refusals.unsupported(f"snapshots of {asked['type']} are not served by this exchange yet")
    if not _DAYS <= asked["limit"] <= _MOST_DAYS:
        raise refusals.invalid("limit")
    last = whole_day(wallet.now if asked["endTime"] is None else min(asked["endTime"], wallet.now))
    last = last - DAY if last > wallet.now else last
    earliest = max(asked["startTime"] or 0, wallet.now - _MOST_DAYS * DAY)
    times = [at for at in (last - day * DAY for day in range(asked["limit"])) if at >= earliest]
    days = [_day(wallet, wallet.balances_at(account, at + 1), at) for at in times[::-1]]
    return {"code": 200, "msg": "", "snapshotVos": days}


def _day(wallet: Wallet, held: dict[str, int], at: int) -> dict[str, Any]:
    total = sum(wallet.worth(asset, qty, "BTC") for asset, qty in held.items())
    rows = [
        {"asset": asset, "free": text(held[asset]), "locked": "0"} for asset in sorted(held) if held[asset]
    ]
    return {"data": {"balances": rows, "totalAssetOfBtc": text(total)}, "type": "spot", "updateTime": at}


def _transfer(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/asset/transfer``."""
    symbols = asked["fromSymbol"] or "", asked["toSymbol"] or ""
    return {"tranId": wallet.transfer(account, asked["type"], asked["asset"], asked["amount"], *symbols).id}


def _transfers(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/asset/transfer``."""
    chosen = [one for one in _within(wallet.record(account).transfers, asked) if one.kind == asked["type"]]
    size = min(asked["size"], 100)
    first = (asked["current"] - 1) * size
    rows = [
        {
            "asset": one.asset,
            "amount": text(one.amount),
            "type": one.kind,
            "status": "CONFIRMED",
            "tranId": one.id,
            "timestamp": one.time,
        }
        for one in chosen[first : first + size]
    ]
    return {"total": len(chosen), "rows": rows} if chosen else {"total": 0}


def _switched(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/account/enableFastWithdrawSwitch`` and ``disable...``: all withdrawals are equally fast here."""
    return {}


def _burn(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``GET /sapi/v1/bnbBurn``."""
    return {"spotBNBBurn": account.burns_bnb, "interestBNBBurn": False}


def _set_burn(wallet: Wallet, account: Account, asked: Asked) -> Answer:
    """``POST /sapi/v1/bnbBurn``."""
    if asked["interestBNBBurn"]:
        raise refusals.unsupported("interest is not charged by this exchange yet, so it is not paid in BNB")
    if asked["spotBNBBurn"] is not None:
        account.burns_bnb = asked["spotBNBBurn"]
        wallet.trading.ledger.marks.account(account)
    return _burn(wallet, account, asked)


# -- the table ----------------------------------------------------------------------------------------------


def _limit(default: int, most: int) -> Parameter:
    """As `parameters.limit`, for calls that go by pages."""
    return Parameter("limit", lambda name, sent: min(number(name, sent), most), default)


_ASSET: Final = Parameter("asset", word)
_COIN: Final = Parameter("coin", word)
_NETWORK: Final = Parameter("network", word)
_STATUS: Final = Parameter("status", number)
_OFFSET: Final = Parameter("offset", number)
_VALUED: Final = Parameter("needBtcValuation", flag, False)
_SIZE: Final = Parameter("accountType", one_of("SPOT"))
_TYPE: Final = Parameter("type", word, mandatory=True)
_ANY: Final = Parameter("quoteAsset", word)


def _wanted(parameter: Parameter) -> Parameter:
    return Parameter(parameter.name, parameter.read, mandatory=True)


def _ask(path: str, answer: Any, *parameters: Parameter, weight: Weight = 1, pool: str = "sapi") -> Call:
    return Call("GET", path, "", "USER_DATA", parameters, weight, answer, pool=pool)


def _do(path: str, answer: Any, *parameters: Parameter, weight: Weight = 1, pool: str = "sapi") -> Call:
    return Call("POST", path, "", "TRADE", parameters, weight, answer, pool=pool)


WALLET_CALLS: Final = (
    _ask("/sapi/v1/capital/config/getall", _coins, weight=10),
    _ask(
        "/sapi/v1/capital/deposit/address", _address, _wanted(_COIN), _NETWORK, Parameter("amount", amount), weight=10,
    ),
    _ask(
        "/sapi/v1/capital/deposit/hisrec", _deposits, Parameter("includeSource", flag), _COIN, _STATUS, START, END,
        _OFFSET, _limit(1000, 1000), Parameter("txId", word),
    ),
    _do(
        "/sapi/v1/capital/withdraw/apply", _withdraw, _wanted(_COIN), Parameter("withdrawOrderId", word), _NETWORK,
        Parameter("address", word, mandatory=True), Parameter("addressTag", word),
        Parameter("amount", amount, mandatory=True), Parameter("transactionFeeFlag", flag), Parameter("name", word),
        Parameter("walletType", number), weight=900, pool="uid",
    ),
    _ask(
        "/sapi/v1/capital/withdraw/history", _withdrawals, _COIN, Parameter("withdrawOrderId", word), _STATUS, _OFFSET,
        _limit(1000, 1000), Parameter("idList", word), START, END, weight=18000, pool="uid",
    ),
    _ask("/sapi/v1/asset/assetDetail", _details, _ASSET),
    _ask("/sapi/v1/asset/tradeFee", _fees, Parameter("symbol", word)),
    _do("/sapi/v3/asset/getUserAsset", _user_assets, _ASSET, _VALUED, weight=5),
    _do("/sapi/v1/asset/get-funding-asset", _funding, _ASSET, _VALUED),
    _ask("/sapi/v1/asset/wallet/balance", _wallets, _ANY, Parameter("needBalanceDetail", flag), weight=60),
    _ask("/sapi/v1/asset/assetDividend", _dividends, _ASSET, START, END, _limit(20, 500), weight=10),
    Call(
        "POST", "/sapi/v1/asset/dust", "", "TRADE", (_wanted(_ASSET), _SIZE), 10, _dust, pool="uid",
        repeated=frozenset(("asset",)),
    ),
    _do("/sapi/v1/asset/dust-btc", _convertible, _SIZE),
    _ask("/sapi/v1/asset/dribblet", _dust_log, _SIZE, START, END),
    _ask("/sapi/v1/account/status", _status),
    _ask("/sapi/v1/account/apiTradingStatus", _trading_status),
    _ask("/sapi/v1/account/info", _info),
    _do("/sapi/v1/account/enableFastWithdrawSwitch", _switched),
    _do("/sapi/v1/account/disableFastWithdrawSwitch", _switched),
    _ask("/sapi/v1/account/apiRestrictions", _restrictions),
    _ask(
        "/sapi/v1/accountSnapshot", _snapshot, Parameter("type", one_of("SPOT", "MARGIN", "FUTURES"), mandatory=True),
        START, END, Parameter("limit", number, _DAYS), weight=2400,
    ),
    _do(
        "/sapi/v1/asset/transfer", _transfer, _TYPE, _wanted(_ASSET), Parameter("amount", amount, mandatory=True),
        Parameter("fromSymbol", word), Parameter("toSymbol", word), weight=900, pool="uid",
    ),
    _ask(
        "/sapi/v1/asset/transfer", _transfers, _TYPE, START, END, Parameter("current", number, 1),
        Parameter("size", number, 10), Parameter("fromSymbol", word), Parameter("toSymbol", word),
    ),
    _ask("/sapi/v1/bnbBurn", _burn),
    _do("/sapi/v1/bnbBurn", _set_burn, Parameter("spotBNBBurn", flag), Parameter("interestBNBBurn", flag)),
)  # fmt: skip
"""Every call that is served."""
