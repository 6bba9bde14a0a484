"""Margin trading: cross and isolated accounts, loans, orders. (Binance, *Margin trading*.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..exceptions import BinanceAPIException
from .declare import Answer, Endpoints, Moved, Params, Steps, asks, endpoint, open_steps, retired

_ENDED = "2024-03-31"
_ILLEGAL = range(-1130, -1099)  # a parameter that the exchange does not know


def _margin(path: str, method: str = "GET") -> Moved:
    return Moved(f"{method} /sapi/v1/margin/{path}", _ENDED)


# -- today's questions -------------------------------------------------------------------------------------


def _with(**fixed: Any) -> Callable[[Params], Params]:
    """How an endpoint is asked that wants to be told what the old one's name said."""

    def ask(params: Params) -> Params:
        return {**params, **fixed}

    return ask


def _loan(kind: str) -> Callable[[Params], Params]:
    """``isIsolated`` must be sent today; without it 0.7's account was the cross one."""

    def ask(params: Params) -> Params:
        return {"isIsolated": "FALSE", **params, "type": kind}

    return ask


def _records(kind: str) -> Callable[[Params], Params]:
    def ask(params: Params) -> Params:
        return {**{name: value for name, value in params.items() if name != "archived"}, "type": kind}

    return ask


def _symbols(params: Params) -> Params:
    """A list of symbols as Binance wants it, with commas."""
    symbols = params.get("symbols")
    return {**params, "symbols": ",".join(symbols)} if isinstance(symbols, list | tuple) else params


# -- old answers -------------------------------------------------------------------------------------------


def _first(name: str) -> Callable[[Any, Params], Any]:
    """The one row that was asked for, of a list that may hold more."""

    def shape(answer: Any, params: Params) -> Any:
        if not isinstance(answer, list):
            return answer
        wanted = str(params.get(name, "")).upper()
        keys = (name, "assetName")
        return next(
            (row for row in answer if wanted in (row.get(key) for key in keys)), answer[0] if answer else {}
        )

    return shape


def _account(answer: Any, params: Params) -> Any:
    both = answer.get("transferInEnabled", True) and answer.get("transferOutEnabled", True)
    return {"transferEnabled": both, **answer}


def _cancelled(answer: Any, params: Params) -> Any:
    number = answer.get("orderId")
    return {**answer, "orderId": int(number)} if isinstance(number, str) and number.isdigit() else answer


def _loans(answer: Any, params: Params) -> Any:
    return {"rows": [_loan_row(row) for row in answer["rows"]], "total": answer["total"]}


def _loan_row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("isolatedSymbol", "txId", "asset", "principal", "timestamp", "status")
    changed = {**row, "principal": row.get("principal") or row.get("amount")}
    return {name: changed[name] for name in names if changed.get(name) is not None}


def _repayments(answer: Any, params: Params) -> Any:
    rows = [{name: value for name, value in row.items() if name != "type"} for row in answer["rows"]]
    return {"rows": rows, "total": answer["total"]}


class MarginEndpoints(Endpoints[Answer]):
    """Cross and isolated margin accounts; a key is needed."""

    @endpoint("GET", "/sapi/v1/margin/account", signed=True, weight=10, shape=_account)
    def get_margin_account(self, **params: Any) -> Answer:
        """Ask for the cross margin account.

        Returns:
            ``{'borrowEnabled', 'marginLevel', 'totalAssetOfBtc', 'totalLiabilityOfBtc', 'totalNetAssetOfBtc',
            'tradeEnabled', 'transferEnabled', 'userAssets': [{'asset', 'borrowed', 'free', 'interest', 'locked',
            'netAsset'}, ...], ...}``.
        """

    @endpoint("GET", "/sapi/v1/margin/isolated/account", signed=True, weight=10, ask=_symbols)
    def get_isolated_margin_account(self, **params: Any) -> Answer:
        """Ask for the isolated margin accounts.

        Parameters:
            symbols: at most five, with commas or as a list; all where none is given.

        Returns:
            ``{'assets': [{'baseAsset': {...}, 'quoteAsset': {...}, 'symbol', 'marginLevel', ...}, ...], ...}``.
        """

    @endpoint("GET", "/sapi/v1/margin/allAssets", moved=_margin("asset"), shape=_first("asset"))
    def get_margin_asset(self, **params: Any) -> Answer:
        """Ask for what margin accounts may do with `asset`.

        Returns:
            ``{'assetFullName', 'assetName', 'isBorrowable', 'isMortgageable', 'userMinBorrow', 'userMinRepay'}``.
        """

    @endpoint("GET", "/sapi/v1/margin/allPairs", moved=_margin("pair"), shape=_first("symbol"))
    def get_margin_symbol(self, **params: Any) -> Answer:
        """Ask for the cross margin pair `symbol`.

        Returns:
            ``{'id', 'symbol', 'base', 'quote', 'isMarginTrade', 'isBuyAllowed', 'isSellAllowed'}``.
        """

    @retired(
        "POST /sapi/v1/margin/isolated/create",
        since="2021-05-15",
        nearest="transfer_spot_to_isolated_margin opens an account with its first transfer, and "
        "enable_isolated_margin_account switches one on again",
    )
    def create_isolated_margin_account(self, **params: Any) -> Answer:
        """Open an isolated margin account; the first transfer into it does that today."""

    @endpoint(
        "GET",
        "/sapi/v1/margin/isolated/allPairs",
        signed=True,
        weight=10,
        moved=_margin("isolated/pair"),
        shape=_first("symbol"),
    )
    def get_isolated_margin_symbol(self, **params: Any) -> Answer:
        """Ask for the isolated margin pair `symbol`.

        Returns:
            ``{'symbol', 'base', 'quote', 'isMarginTrade', 'isBuyAllowed', 'isSellAllowed'}``.
        """

    @endpoint("GET", "/sapi/v1/margin/isolated/allPairs", signed=True, weight=10)
    def get_all_isolated_margin_symbols(self, **params: Any) -> Answer:
        """Ask for all isolated margin pairs; rows as `get_isolated_margin_symbol` gives them."""

    @endpoint("POST", "/sapi/v1/bnbBurn", signed=True)
    def toggle_bnb_burn_spot_margin(self, **params: Any) -> Answer:
        """Switch paying fees (`spotBNBBurn`) and interest (`interestBNBBurn`) in BNB on or off.

        Returns:
            ``{'spotBNBBurn': True, 'interestBNBBurn': False}``.
        """

    @endpoint("GET", "/sapi/v1/bnbBurn", signed=True)
    def get_bnb_burn_spot_margin(self, **params: Any) -> Answer:
        """Ask whether fees and interest are paid in BNB; as `toggle_bnb_burn_spot_margin` answers."""

    @endpoint("GET", "/sapi/v1/margin/priceIndex", weight=10)
    def get_margin_price_index(self, **params: Any) -> Answer:
        """Ask for the price index of `symbol`.

        Returns:
            ``{'calcTime', 'price', 'symbol'}``.
        """

    # -- transfers -----------------------------------------------------------------------------------------

    @endpoint("POST", "/sapi/v1/asset/transfer", signed=True, weight=300, pool="uid")
    def _transfer(self, **params: Any) -> Answer:
        """As Binance answers."""

    @endpoint(
        "POST",
        "/sapi/v1/asset/transfer",
        signed=True,
        weight=300,
        pool="uid",
        moved=_margin("transfer", "POST"),
        ask=_with(type="MARGIN_MAIN"),
    )
    def transfer_margin_to_spot(self, **params: Any) -> Answer:
        """Move `amount` of `asset` from the cross margin account to the spot account.

        Returns:
            ``{'tranId': 100000001}``. The key must be allowed to make universal transfers.
        """

    @endpoint(
        "POST",
        "/sapi/v1/asset/transfer",
        signed=True,
        weight=300,
        pool="uid",
        moved=_margin("transfer", "POST"),
        ask=_with(type="MAIN_MARGIN"),
    )
    def transfer_spot_to_margin(self, **params: Any) -> Answer:
        """Move `amount` of `asset` from the spot account to the cross margin account.

        Returns:
            ``{'tranId': 100000001}``. The key must be allowed to make universal transfers.
        """

    def _isolated(self, params: Params, name: str, way: str, over: tuple[str, str]) -> Steps[Any]:
        """A transfer by the one way that Binance's pages name; by way of cross margin where that is not known.

        The SDK's list has the second alone. It is taken only where Binance refused the first for its parameters, so
        that nothing moves twice.
        """
        moved = {key: value for key, value in params.items() if key != "symbol"}
        symbol = {name: params.get("symbol")}
        try:
            return (yield self._transfer(**moved, **symbol, type=way))
        except BinanceAPIException as error:
            if error.code not in _ILLEGAL:
                raise
        for kind in over:
            at = symbol if "ISOLATEDMARGIN" in kind else {}
            try:
                answer = yield self._transfer(**moved, **at, type=kind)
            except BinanceAPIException as error:
                if kind == over[1]:
                    error.add_note("the amount was moved as far as the cross margin account")
                raise
        return answer

    @open_steps
    @asks("_transfer", moved=_margin("isolated/transfer", "POST"))
    def transfer_isolated_margin_to_spot(self, **params: Any) -> Steps[Any]:
        """Move `amount` of `asset` from the isolated account of `symbol` to the spot account.

        Returns:
            ``{'tranId': 100000001}``. The key must be allowed to make universal transfers.
        """
        over = ("ISOLATEDMARGIN_MARGIN", "MARGIN_MAIN")
        return (yield from self._isolated(params, "fromSymbol", "ISOLATED_MARGIN_MAIN", over))

    @open_steps
    @asks("_transfer", moved=_margin("isolated/transfer", "POST"))
    def transfer_spot_to_isolated_margin(self, **params: Any) -> Steps[Any]:
        """Move `amount` of `asset` from the spot account to the isolated account of `symbol`.

        Returns:
            ``{'tranId': 100000001}``. The key must be allowed to make universal transfers.
        """
        over = ("MAIN_MARGIN", "MARGIN_ISOLATEDMARGIN")
        return (yield from self._isolated(params, "toSymbol", "MAIN_ISOLATED_MARGIN", over))

    # -- loans ---------------------------------------------------------------------------------------------

    @endpoint(
        "POST",
        "/sapi/v1/margin/borrow-repay",
        signed=True,
        weight=1500,
        pool="uid",
        moved=_margin("loan", "POST"),
        ask=_loan("BORROW"),
    )
    def create_margin_loan(self, **params: Any) -> Answer:
        """Borrow.

        Parameters:
            asset, amount: required.
            isIsolated, symbol: ``'TRUE'`` and the pair, for an isolated account.

        Returns:
            ``{'tranId': 100000001}``.
        """

    @endpoint(
        "POST",
        "/sapi/v1/margin/borrow-repay",
        signed=True,
        weight=1500,
        pool="uid",
        moved=_margin("repay", "POST"),
        ask=_loan("REPAY"),
    )
    def repay_margin_loan(self, **params: Any) -> Answer:
        """Repay what was borrowed; parameters and answer as `create_margin_loan`."""

    @endpoint(
        "GET",
        "/sapi/v1/margin/borrow-repay",
        signed=True,
        weight=10,
        moved=_margin("loan"),
        ask=_records("BORROW"),
        shape=_loans,
    )
    def get_margin_loan_details(self, **params: Any) -> Answer:
        """Ask what was borrowed.

        Parameters:
            asset: required in 0.7.
            txId, startTime: which ones; endTime, current, size, isolatedSymbol may be given.

        Returns:
            ``{'rows': [{'txId', 'asset', 'principal', 'timestamp', 'status'}, ...], 'total'}``.
        """

    @endpoint(
        "GET",
        "/sapi/v1/margin/borrow-repay",
        signed=True,
        weight=10,
        moved=_margin("repay"),
        ask=_records("REPAY"),
        shape=_repayments,
    )
    def get_margin_repay_details(self, **params: Any) -> Answer:
        """Ask what was repaid; parameters as `get_margin_loan_details`.

        Returns:
            ``{'rows': [{'amount', 'asset', 'interest', 'principal', 'status', 'timestamp', 'txId'}, ...], 'total'}``.
        """

    @endpoint("GET", "/sapi/v1/margin/maxBorrowable", signed=True, weight=50)
    def get_max_margin_loan(self, **params: Any) -> Answer:
        """Ask how much of `asset` can be borrowed.

        Returns:
            ``{'amount': '1.69248805', 'borrowLimit': '60'}``.
        """

    @endpoint("GET", "/sapi/v1/margin/maxTransferable", signed=True, weight=50)
    def get_max_margin_transfer(self, **params: Any) -> Answer:
        """Ask how much of `asset` can be moved out of the margin account.

        Returns:
            ``{'amount': '3.59498107'}``.
        """

    # -- orders --------------------------------------------------------------------------------------------

    @endpoint("POST", "/sapi/v1/margin/order", signed=True, weight=6, pool="uid")
    def create_margin_order(self, **params: Any) -> Answer:
        """Place an order on margin; parameters and answer as `create_order`, and these.

        Parameters:
            isIsolated: ``'TRUE'`` for an isolated account.
            sideEffectType: ``'NO_SIDE_EFFECT'``, ``'MARGIN_BUY'`` (borrows) or ``'AUTO_REPAY'``.
        """

    @endpoint("DELETE", "/sapi/v1/margin/order", signed=True, weight=10, shape=_cancelled)
    def cancel_margin_order(self, **params: Any) -> Answer:
        """Cancel an order on margin; parameters and answer as `cancel_order`, and `isIsolated`."""

    @endpoint("GET", "/sapi/v1/margin/order", signed=True, weight=10)
    def get_margin_order(self, **params: Any) -> Answer:
        """Ask for an order on margin; parameters and answer as `get_order`, and `isIsolated`."""

    @endpoint("GET", "/sapi/v1/margin/openOrders", signed=True, weight=10)
    def get_open_margin_orders(self, **params: Any) -> Answer:
        """Ask for the open orders on margin; parameters and answer as `get_open_orders`, and `isIsolated`."""

    @endpoint("GET", "/sapi/v1/margin/allOrders", signed=True, weight=200)
    def get_all_margin_orders(self, **params: Any) -> Answer:
        """Ask for the orders of `symbol` on margin; parameters and answer as `get_all_orders`, and `isIsolated`."""

    @endpoint("GET", "/sapi/v1/margin/myTrades", signed=True, weight=10)
    def get_margin_trades(self, **params: Any) -> Answer:
        """Ask for the trades on `symbol` on margin; parameters and answer as `get_my_trades`, and `isIsolated`."""
