"""Sub-accounts of a master account. (Binance, *Sub-account*.)"""

from __future__ import annotations

from typing import Any

from .account import wapi
from .declare import Answer, Endpoints, Params, Steps, asks, endpoint, open_steps, retired
from .wallet import transfer_type

_MOST_ACCOUNTS = 200
_FUTURES_PAGE = 20


# -- today's questions -------------------------------------------------------------------------------------


def _list(params: Params) -> Params:
    """0.7's `status` is today's `isFreeze`; a page has one row unless `limit` says more."""
    asked = {name: value for name, value in params.items() if name != "status"}
    if params.get("status") in ("enabled", "disabled"):
        asked["isFreeze"] = "true" if params["status"] == "disabled" else "false"
    return {"limit": _MOST_ACCOUNTS, **asked}


def _from_spot_to_spot(params: Params) -> Params:
    return {"fromAccountType": "SPOT", "toAccountType": "SPOT", **params}


def _of_email(params: Params) -> Params:
    return {name: value for name, value in params.items() if name != "symbol"}


# -- old answers -------------------------------------------------------------------------------------------


def _accounts(answer: Any, params: Params) -> Any:
    rows = [
        {
            "email": row.get("email"),
            "status": "disabled" if row.get("isFreeze") else "enabled",
            "activated": True,  # these three are told by get_subaccount_futures_margin_status alone
            "mobile": "",
            "gAuth": False,
            "createTime": row.get("createTime"),
        }
        for row in answer["subAccounts"]
    ]
    return {"success": True, "subAccounts": rows}


def _transferred(answer: Any, params: Params) -> Any:
    return {"success": True, "txnId": str(answer["tranId"])}


def _assets(answer: Any, params: Params) -> Any:
    wanted = params.get("symbol")
    rows = [
        {"asset": row["asset"], "free": row["free"], "locked": row["locked"]}
        for row in answer["balances"]
        if wanted is None or row["asset"] == wanted
    ]
    return {"success": True, "balances": rows}


class SubAccountEndpoints(Endpoints[Answer]):
    """Sub-accounts; the key of the master account is needed."""

    @endpoint(
        "GET",
        "/sapi/v1/sub-account/list",
        signed=True,
        moved=wapi("sub-account/list"),
        ask=_list,
        shape=_accounts,
    )
    def get_sub_account_list(self, **params: Any) -> Answer:
        """Ask for the sub-accounts.

        Parameters:
            email, page, limit: may be given.
            status: ``'enabled'`` or ``'disabled'``.

        Returns:
            ``{'success', 'subAccounts'}``; each row has `email`, `status`, `activated`, `mobile`, `gAuth` and
            `createTime`. Binance tells the third to fifth elsewhere today.
        """

    @endpoint("GET", "/sapi/v1/sub-account/sub/transfer/history", signed=True)
    def _sub_transfers(self, **params: Any) -> Answer:
        """As Binance answers."""

    @open_steps
    @asks("_sub_transfers", moved=wapi("sub-account/transfer/history"))
    def get_sub_account_transfer_history(self, **params: Any) -> Steps[Any]:
        """Ask for transfers from and to a sub-account.

        Parameters:
            email: of the sub-account.
            startTime, endTime, page, limit: may be given.

        Returns:
            ``{'success': True, 'transfers': [{'from', 'to', 'asset', 'qty', 'time', ...}, ...]}``.
        """
        asked = {name: value for name, value in params.items() if name != "email"}
        if "email" in params:
            rows = yield self._sub_transfers(fromEmail=params["email"], **asked)
            known = {row.get("tranId") for row in rows}
            to = yield self._sub_transfers(toEmail=params["email"], **asked)
            rows = [*rows, *(row for row in to if row.get("tranId") not in known)]
            rows.sort(key=lambda row: row.get("time") or 0, reverse=True)
        else:
            rows = yield self._sub_transfers(**asked)
        return {"success": True, "transfers": rows} if self.legacy_answers else rows

    @endpoint(
        "POST",
        "/sapi/v1/sub-account/universalTransfer",
        signed=True,
        moved=wapi("sub-account/transfer", method="POST"),
        ask=_from_spot_to_spot,
        shape=_transferred,
    )
    def create_sub_account_transfer(self, **params: Any) -> Answer:
        """Move an asset from one spot account to another.

        Parameters:
            fromEmail, toEmail: the accounts; without one it is the master's.
            asset, amount: required.

        Returns:
            ``{'success': True, 'txnId': '2966662589'}``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/futures/internalTransfer", signed=True)
    def get_sub_account_futures_transfer_history(self, **params: Any) -> Answer:
        """Ask for transfers between the futures accounts of sub-accounts.

        Parameters:
            email, futuresType: required; the type is 1 (in USDT) or 2 (in coins).
            startTime, endTime, page, limit: may be given.

        Returns:
            ``{'success': True, 'futuresType': 2, 'transfers': [{'from', 'to', 'asset', 'qty', 'tranId', 'time'}]}``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/futures/internalTransfer", signed=True)
    def create_sub_account_futures_transfer(self, **params: Any) -> Answer:
        """Move an asset between the futures accounts of two sub-accounts.

        Parameters:
            fromEmail, toEmail, futuresType, asset, amount: required.

        Returns:
            ``{'success': True, 'txnId': '2934662589'}``.
        """

    @endpoint(
        "GET",
        "/sapi/v3/sub-account/assets",
        signed=True,
        weight=60,
        moved=wapi("sub-account/assets"),
        ask=_of_email,
        shape=_assets,
    )
    def get_sub_account_assets(self, **params: Any) -> Answer:
        """Ask what a sub-account has.

        Parameters:
            email: required.
            symbol: an asset, where only that one is wanted.

        Returns:
            ``{'success': True, 'balances': [{'asset': 'ADA', 'free': 10000, 'locked': 0}, ...]}``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/spotSummary", signed=True)
    def query_subaccount_spot_summary(self, **params: Any) -> Answer:
        """Ask what all sub-accounts have, in BTC; `email`, `page` and `size` may be given.

        Returns:
            ``{'totalCount', 'masterAccountTotalAsset', 'spotSubUserAssetBtcVoList': [{'email', 'totalAsset'},
            ...]}``.
        """

    @endpoint("GET", "/sapi/v1/capital/deposit/subAddress", signed=True)
    def get_subaccount_deposit_address(self, **params: Any) -> Answer:
        """Ask where `coin` may be deposited for the sub-account `email`.

        Returns:
            ``{'address', 'coin', 'tag', 'url'}``.
        """

    @endpoint("GET", "/sapi/v1/capital/deposit/subHisrec", signed=True)
    def get_subaccount_deposit_history(self, **params: Any) -> Answer:
        """Ask for the deposits of the sub-account `email`.

        Returns:
            ``[{'amount', 'coin', 'network', 'status', 'address', 'addressTag', 'txId', 'insertTime', ...}, ...]``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/status", signed=True, weight=10)
    def get_subaccount_futures_margin_status(self, **params: Any) -> Answer:
        """Ask whether sub-accounts may use margin and futures; `email` may be given.

        Returns:
            ``[{'email', 'isSubUserEnabled', 'isUserActive', 'insertTime', 'isMarginEnabled', 'isFutureEnabled',
            'mobile'}, ...]``.
        """

    @retired(
        "POST /sapi/v1/sub-account/margin/enable",
        since="2025-06-03",
        nearest="make_subaccount_margin_transfer enables margin with its first transfer",
    )
    def enable_subaccount_margin(self, **params: Any) -> Answer:
        """Enable margin for a sub-account; its first transfer does that today."""

    @endpoint("GET", "/sapi/v1/sub-account/margin/account", signed=True, weight=10)
    def get_subaccount_margin_details(self, **params: Any) -> Answer:
        """Ask for the margin account of the sub-account `email`.

        Returns:
            ``{'email', 'marginLevel', 'totalAssetOfBtc', 'marginUserAssetVoList': [...], ...}``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/margin/accountSummary", signed=True, weight=10)
    def get_subaccount_margin_summary(self, **params: Any) -> Answer:
        """Ask for the margin accounts of all sub-accounts.

        Returns:
            ``{'totalAssetOfBtc', 'totalLiabilityOfBtc', 'totalNetAssetOfBtc', 'subAccountList': [...]}``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/futures/enable", signed=True)
    def enable_subaccount_futures(self, **params: Any) -> Answer:
        """Enable futures for the sub-account `email`.

        Returns:
            ``{'email', 'isFuturesEnabled': True}``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/futures/account", signed=True, weight=10)
    def get_subaccount_futures_details(self, **params: Any) -> Answer:
        """Ask for the futures account of the sub-account `email`.

        Returns:
            ``{'email', 'asset', 'assets': [...], 'canTrade', 'feeTier', ...}``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/futures/accountSummary", signed=True)
    def _futures_summary(self, **params: Any) -> Answer:
        """As Binance answers, a page at a time."""

    @open_steps
    @asks("_futures_summary")
    def get_subaccount_futures_summary(self, **params: Any) -> Steps[Any]:
        """Ask for the futures accounts of all sub-accounts.

        Parameters:
            page, limit: a page of them; Binance wants both today, and without them all pages are asked for.

        Returns:
            ``{'totalInitialMargin', 'totalMarginBalance', ..., 'subAccountList': [...], 'asset'}``.
        """
        if "page" in params or not self.legacy_answers:
            return (yield self._futures_summary(**{"page": 1, "limit": _FUTURES_PAGE, **params}))
        first = yield self._futures_summary(**{"limit": _FUTURES_PAGE, **params, "page": 1})
        accounts, rows, page = [*first["subAccountList"]], len(first["subAccountList"]), 1
        while rows >= int(params.get("limit", _FUTURES_PAGE)):
            page += 1
            more = yield self._futures_summary(**{"limit": _FUTURES_PAGE, **params, "page": page})
            rows = len(more["subAccountList"])
            accounts += more["subAccountList"]
        return {**first, "subAccountList": accounts}

    @endpoint("GET", "/sapi/v1/sub-account/futures/positionRisk", signed=True, weight=10)
    def get_subaccount_futures_positionrisk(self, **params: Any) -> Answer:
        """Ask for the futures positions of the sub-account `email`.

        Returns:
            ``[{'entryPrice', 'leverage', 'maxNotional', 'liquidationPrice', 'markPrice', 'positionAmount', 'symbol',
            'unrealizedProfit'}, ...]``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/futures/transfer", signed=True)
    def make_subaccount_futures_transfer(self, **params: Any) -> Answer:
        """Move an asset between a sub-account's wallets.

        Parameters:
            email, asset, amount: required.
            type: required: 1 spot to USDT futures, 2 back, 3 spot to coin futures, 4 back.

        Returns:
            ``{'txnId': '2966662589'}``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/margin/transfer", signed=True)
    def make_subaccount_margin_transfer(self, **params: Any) -> Answer:
        """Move an asset between a sub-account's spot and margin wallets.

        Parameters:
            email, asset, amount: required.
            type: required: 1 spot to margin, 2 back.

        Returns:
            ``{'txnId': '2966662589'}``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/transfer/subToSub", signed=True)
    def make_subaccount_to_subaccount_transfer(self, **params: Any) -> Answer:
        """Move `amount` of `asset` from this sub-account to the one of `toEmail`.

        Returns:
            ``{'txnId': '2966662589'}``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/transfer/subToMaster", signed=True)
    def make_subaccount_to_master_transfer(self, **params: Any) -> Answer:
        """Move `amount` of `asset` from this sub-account to the master account.

        Returns:
            ``{'txnId': '2966662589'}``.
        """

    @endpoint("GET", "/sapi/v1/sub-account/transfer/subUserHistory", signed=True)
    def get_subaccount_transfer_history(self, **params: Any) -> Answer:
        """Ask for this sub-account's transfers.

        Parameters:
            asset, type, startTime, endTime, limit: may be given; the type is 1 (in) or 2 (out).

        Returns:
            ``[{'counterParty', 'email', 'type', 'asset', 'qty', 'status', 'tranId', 'time', ...}, ...]``.
        """

    @endpoint("POST", "/sapi/v1/sub-account/universalTransfer", signed=True)
    def _between_accounts(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint("POST", "/sapi/v1/asset/transfer", signed=True, weight=300, pool="uid", ask=transfer_type)
    def _between_wallets(self, **params: Any) -> Answer:
        """As Binance answers."""

    @asks("_between_accounts", "_between_wallets")
    def make_universal_transfer(self, **params: Any) -> Answer:
        """Move an asset between accounts, or, where a `type` is given, between the wallets of one.

        Parameters:
            asset, amount: required.
            fromEmail, toEmail, fromAccountType, toAccountType: between accounts, as the last method of this name in
                0.7 took them; the types are ``SPOT``, ``USDT_FUTURE``, ``COIN_FUTURE``, ``MARGIN``,
                ``ISOLATED_MARGIN``.
            type: between wallets, as of `universal_transfer`, and as the first method of this name in 0.7 took it.

        Returns:
            ``{'tranId': 11945860693}``.
        """
        return self._between_wallets(**params) if "type" in params else self._between_accounts(**params)

    @endpoint("GET", "/sapi/v1/sub-account/universalTransfer", signed=True)
    def get_universal_transfer_history(self, **params: Any) -> Answer:
        """Ask for transfers between accounts.

        Parameters:
            fromEmail, toEmail: one of the two.
            startTime, endTime, page, limit: may be given.

        Returns:
            ``{'result', 'totalCount'}``; each row has `tranId`, `fromEmail`, `toEmail`, `asset`, `amount`,
            `fromAccountType`, `toAccountType`, `status` and `createTimeStamp`.
        """
