"""Deposits, withdrawals and transfers between the account's wallets. (Binance, *Wallet*.)"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..wire.signing import Repeated
from .account import number, wapi
from .declare import Answer, Endpoints, Moved, Params, Steps, asks, endpoint, open_steps, renamed

_WITHDRAWAL = (
    "id",
    "amount",
    "address",
    "addressTag",
    "asset",
    "applyTime",
    "txId",
    "status",
    "withdrawOrderId",
)


# -- today's questions -------------------------------------------------------------------------------------


def _withdrawal(params: Params) -> Params:
    named = {"name": params["asset"], **params} if "asset" in params else params
    return renamed(asset="coin")(named)


def _address(params: Params) -> Params:
    return renamed(asset="coin")({name: value for name, value in params.items() if name != "status"})


def each_asset(params: Params) -> Params:
    """``asset=A&asset=B`` where a list of assets is given."""
    assets = params.get("asset")
    return {**params, "asset": Repeated(assets)} if isinstance(assets, list | tuple | set) else params


def transfer_type(params: Params) -> Params:
    """What 0.7 called the C2C wallet is the funding wallet since 2021-11-04."""
    kind = params.get("type")
    return {**params, "type": kind.replace("C2C", "FUNDING")} if isinstance(kind, str) else params


# -- old answers -------------------------------------------------------------------------------------------


def _withdrawn(answer: Any, params: Params) -> Any:
    return {"msg": "success", "success": True, **answer}


def _deposits(answer: Any, params: Params) -> Any:
    rows = [
        {
            "insertTime": row.get("insertTime"),
            "amount": number(row.get("amount")),
            "asset": row.get("coin"),
            "address": row.get("address"),
            "addressTag": row.get("addressTag", ""),
            "txId": row.get("txId"),
            "status": row.get("status"),
        }
        for row in answer
    ]
    return {"success": True, "depositList": rows}


def _withdrawals(answer: Any, params: Params) -> Any:
    return {"success": True, "withdrawList": [_withdrawal_row(row) for row in answer]}


def _withdrawal_row(row: dict[str, Any]) -> dict[str, Any]:
    changed = {
        **row,
        "asset": row.get("coin"),
        "amount": number(row.get("amount")),
        "applyTime": _milliseconds(row.get("applyTime")),
    }
    return {name: changed[name] for name in _WITHDRAWAL if name in changed}


def _milliseconds(text: Any) -> Any:
    """Of ``2019-10-12 11:12:02``, UTC."""
    if not isinstance(text, str):
        return text
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)


def _deposit_address(answer: Any, params: Params) -> Any:
    return {
        "success": True,
        "address": answer["address"],
        "addressTag": answer.get("tag", ""),
        "asset": answer.get("coin"),
    }


def _withdraw_fee(answer: Any, params: Params) -> Any:
    asset = params.get("asset")
    if asset not in answer:
        return {"success": False, "msg": f"asset {asset} is not known", "asset": asset}
    return {"success": True, "asset": asset, "withdrawFee": answer[asset]["withdrawFee"]}


class WalletEndpoints(Endpoints[Answer]):
    """Deposits, withdrawals and transfers; a key is needed."""

    @endpoint("POST", "/sapi/v1/asset/dust", signed=True, weight=10, pool="uid", ask=each_asset)
    def transfer_dust(self, **params: Any) -> Answer:
        """Turn small amounts into BNB.

        Parameters:
            asset: e.g. ``'ONE'``, or a list of assets.

        Returns:
            ``{'totalServiceCharge', 'totalTransfered', 'transferResult'}``; each row of the last has `amount`,
            `fromAsset`, `operateTime`, `serviceChargeAmount`, `tranId` and `transferedAmount`.
        """

    @endpoint("GET", "/sapi/v1/asset/assetDividend", signed=True, weight=10)
    def get_asset_dividend_history(self, **params: Any) -> Answer:
        """Ask which dividends were paid, 20 or `limit` of at most 500, within 180 days.

        Returns:
            ``{'rows': [{'amount', 'asset', 'divTime', 'enInfo', 'tranId'}, ...], 'total'}``.
        """

    @endpoint("POST", "/sapi/v1/asset/transfer", signed=True, weight=300, pool="uid", ask=transfer_type)
    def universal_transfer(self, **params: Any) -> Answer:
        """Move an asset between the account's wallets.

        Parameters:
            type: the way, one of the client's ``SPOT_TO_*`` and so on: ``'MAIN_UMFUTURE'``. ``C2C`` is sent as
                ``FUNDING``, as that wallet is called since 2021-11-04.
            asset, amount: required.
            fromSymbol, toSymbol: of an isolated margin account.

        Returns:
            ``{'tranId': 13526853623}``.
        """

    @endpoint("GET", "/sapi/v1/asset/transfer", signed=True, ask=transfer_type)
    def query_universal_transfer_history(self, **params: Any) -> Answer:
        """Ask which assets were moved between the account's wallets.

        Parameters:
            type: required, as of `universal_transfer`.
            startTime, endTime: milliseconds.
            current, size: the page, from 1, and its rows, at most 100.

        Returns:
            ``{'total', 'rows': [{'asset', 'amount', 'type', 'status', 'tranId', 'timestamp'}, ...]}``.
        """

    @asks("query_universal_transfer_history")
    def new_transfer_history(self, **params: Any) -> Answer:
        """As `query_universal_transfer_history`."""
        return self.query_universal_transfer_history(**params)

    @endpoint(
        "POST",
        "/sapi/v1/capital/withdraw/apply",
        signed=True,
        weight=900,
        pool="uid",
        moved=wapi("withdraw", method="POST", withdraw=True),
        ask=_withdrawal,
        shape=_withdrawn,
    )
    def withdraw(self, **params: Any) -> Answer:
        """Withdraw an asset.

        Parameters:
            asset, address, amount: required; `coin` may stand for `asset`.
            addressTag: where the asset wants one.
            name: of the address; the asset where it is not given, as in 0.7.
            network: where the asset has several.

        Returns:
            ``{'msg': 'success', 'success': True, 'id': '7213fea8e94b4a5593d507237e5a555b'}``.

        Raises:
            BinanceWithdrawException: Binance refused.
            BinanceOutcomeUnknown: Binance failed; it may have been withdrawn.
        """

    @endpoint(
        "GET", "/sapi/v1/asset/assetDetail", signed=True, moved=wapi("withdrawFee"), shape=_withdraw_fee
    )
    def get_withdraw_fee(self, **params: Any) -> Answer:
        """Ask what it costs to withdraw `asset`. (Of 0.7.2 and before.)

        Returns:
            ``{'success': True, 'asset': 'BTC', 'withdrawFee': '0.0005'}``.
        """

    @endpoint(
        "GET",
        "/sapi/v1/capital/deposit/hisrec",
        signed=True,
        moved=wapi("depositHistory"),
        ask=renamed(asset="coin"),
        shape=_deposits,
    )
    def get_deposit_history(self, **params: Any) -> Answer:
        """Ask for the deposits of 90 days.

        Parameters:
            asset, status: which ones; `coin` may stand for `asset`.
            startTime, endTime: milliseconds, at most 90 days apart.
            limit: at most 1000.

        Returns:
            ``{'success', 'depositList'}``; each row has `insertTime`, `amount` (a number), `asset`, `address`,
            `addressTag`, `txId` and `status`.
        """

    @endpoint(
        "GET",
        "/sapi/v1/capital/withdraw/history",
        signed=True,
        weight=18000,
        pool="uid",
        moved=wapi("withdrawHistory"),
        ask=renamed(asset="coin"),
        shape=_withdrawals,
    )
    def get_withdraw_history(self, **params: Any) -> Answer:
        """Ask for the withdrawals of 90 days; parameters as `get_deposit_history`.

        Returns:
            ``{'success', 'withdrawList'}``; each row has `id`, `amount` (a number), `address`, `asset`, `applyTime`
            (milliseconds), `txId` and `status`.
        """

    @open_steps
    @asks("get_withdraw_history", moved=wapi("withdrawHistory"))
    def get_withdraw_history_id(self, withdraw_id: str, **params: Any) -> Steps[Any]:
        """Ask for one withdrawal.

        Parameters:
            withdraw_id: as `withdraw` gave it.
            params: as of `get_withdraw_history`.

        Returns:
            one row of `get_withdraw_history`.

        Raises:
            Exception: there is none, as in 0.7.
        """
        answer = yield self.get_withdraw_history(**{**params, "idList": withdraw_id})
        rows = answer["withdrawList"] if isinstance(answer, dict) else answer
        for row in rows:
            if row.get("id") == withdraw_id:
                return row
        raise Exception("There is no entry with withdraw id", answer)  # noqa: TRY002 - as in 0.7

    @endpoint(
        "GET",
        "/sapi/v1/capital/deposit/address",
        signed=True,
        weight=10,
        moved=wapi("depositAddress"),
        ask=_address,
        shape=_deposit_address,
    )
    def get_deposit_address(self, **params: Any) -> Answer:
        """Ask where `asset` may be deposited.

        Parameters:
            asset: required; `coin` may stand for it.
            network: where the asset has several.

        Returns:
            ``{'success': True, 'address', 'addressTag', 'asset'}``.
        """

    @endpoint("GET", "/sapi/v1/capital/config/getall", signed=True, weight=10)
    def get_all_coins_info(self, **params: Any) -> Answer:
        """Ask for every asset, what of it the account has, and the networks over which it moves.

        Returns:
            ``[{'coin', 'name', 'free', 'locked', 'freeze', 'withdrawing', 'depositAllEnable', 'withdrawAllEnable',
            'networkList': [...], ...}, ...]``.
        """

    @endpoint("GET", "/sapi/v1/accountSnapshot", signed=True, weight=2400)
    def get_account_snapshot(self, **params: Any) -> Answer:
        """Ask what the account had at the end of each of the last days, at most one month back.

        Parameters:
            type: required: ``SPOT``, ``MARGIN`` or ``FUTURES``.
            startTime, endTime: milliseconds.
            limit: days, 7 to 30.

        Returns:
            ``{'code': 200, 'msg': '', 'snapshotVos': [...]}``.
        """

    @endpoint(
        "POST",
        "/sapi/v1/account/disableFastWithdrawSwitch",
        signed=True,
        moved=Moved("POST /sapi/v1/disableFastWithdrawSwitch", "never existed"),
    )
    def disable_fast_withdraw_switch(self, **params: Any) -> Answer:
        """Switch fast withdrawals between accounts of Binance off.

        Returns:
            ``{}``.
        """

    @endpoint(
        "POST",
        "/sapi/v1/account/enableFastWithdrawSwitch",
        signed=True,
        moved=Moved("POST /sapi/v1/enableFastWithdrawSwitch", "never existed"),
    )
    def enable_fast_withdraw_switch(self, **params: Any) -> Answer:
        """Switch fast withdrawals between accounts of Binance on.

        Returns:
            ``{}``.
        """
