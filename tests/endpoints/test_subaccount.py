"""Sub-accounts, on the wire."""

import pytest

from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exceptions import BinanceAPIException, RetiredEndpoint
from binance_legacy.wire import signing

from .conftest import SECRET
from .moved import Case, arrived, hold

LIST = "GET /sapi/v1/sub-account/list"
ONE = {"subUserId": 123, "email": "a@b.com", "isFreeze": False, "createTime": 1544433328000, "remark": ""}
OLD = {
    "email": "a@b.com",
    "status": "enabled",
    "activated": True,
    "mobile": "",
    "gAuth": False,
    "createTime": 1544433328000,
}
HELD = [
    {"asset": "ADA", "free": 10000, "locked": 0, "freeze": 0, "withdrawing": 0},
    {"asset": "BNB", "free": 10003, "locked": 0, "freeze": 0, "withdrawing": 0},
]

MOVED = [
    Case(
        "get_sub_account_list",
        {"email": "a@b.com", "status": "enabled"},
        LIST,
        {"email": "a@b.com", "isFreeze": "false", "limit": "200"},
        {"subAccounts": [ONE]},
        {"success": True, "subAccounts": [OLD]},
    ),
    Case(
        "get_sub_account_list",
        {"limit": 5, "status": "disabled"},
        LIST,
        {"isFreeze": "true", "limit": "5"},
        {"subAccounts": [{**ONE, "isFreeze": True}]},
        {"success": True, "subAccounts": [{**OLD, "status": "disabled"}]},
    ),
    Case(
        "get_sub_account_list",
        {},
        LIST,
        {"limit": "200"},
        {"subAccounts": []},
        {"success": True, "subAccounts": []},
    ),
    Case(
        "create_sub_account_transfer",
        {"fromEmail": "a@b.com", "toEmail": "c@d.com", "asset": "USDT", "amount": "1.5"},
        "POST /sapi/v1/sub-account/universalTransfer",
        {
            "fromEmail": "a@b.com",
            "toEmail": "c@d.com",
            "asset": "USDT",
            "amount": "1.5",
            "fromAccountType": "SPOT",
            "toAccountType": "SPOT",
        },
        {"tranId": 11945860693, "clientTranId": ""},
        {"success": True, "txnId": "11945860693"},
    ),
    Case(
        "get_sub_account_assets",
        {"email": "a@b.com"},
        "GET /sapi/v3/sub-account/assets",
        {"email": "a@b.com"},
        {"balances": HELD},
        {
            "success": True,
            "balances": [
                {"asset": "ADA", "free": 10000, "locked": 0},
                {"asset": "BNB", "free": 10003, "locked": 0},
            ],
        },
    ),
    Case(
        "get_sub_account_assets",
        {"email": "a@b.com", "symbol": "BNB"},
        "GET /sapi/v3/sub-account/assets",
        {"email": "a@b.com"},
        {"balances": HELD},
        {"success": True, "balances": [{"asset": "BNB", "free": 10003, "locked": 0}]},
    ),
]


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    asked = hold(case, legacy)
    assert "@" not in asked.query + asked.body, "an address is encoded before it is signed"


HISTORY = "GET /sapi/v1/sub-account/sub/transfer/history"


def test_transfers_from_and_to_an_account_are_merged_newest_first_each_once(legacy):
    rows = {
        "fromEmail": [{"tranId": 3, "time": 30}, {"tranId": 1, "time": 10}],
        "toEmail": [{"tranId": 2, "time": 20}, {"tranId": 3, "time": 30}],
    }
    legacy.server.answers[HISTORY] = lambda asked: rows[next(name for name in rows if name in asked.params)]
    before = len(legacy.server.asked)
    given = legacy.get_sub_account_transfer_history(email="a@b.com", limit=5)
    assert given == {
        "success": True,
        "transfers": [{"tranId": 3, "time": 30}, {"tranId": 2, "time": 20}, {"tranId": 1, "time": 10}],
    }
    assert [arrived(asked) for asked in legacy.server.asked[before:]] == [
        {"fromEmail": "a@b.com", "limit": "5"},
        {"toEmail": "a@b.com", "limit": "5"},
    ]


def test_today_s_names_of_the_two_ends_are_sent_as_they_are(legacy):
    legacy.server.answers[HISTORY] = []
    assert legacy.get_sub_account_transfer_history(fromEmail="a@b.com") == {"success": True, "transfers": []}
    assert arrived(legacy.server.last) == {"fromEmail": "a@b.com"}


def test_the_futures_of_all_accounts_come_from_every_page(legacy):
    accounts = [{"email": f"{i}@b.com"} for i in range(45)]

    def page(asked):
        number, size = int(asked.params["page"]), int(asked.params["limit"])
        return {"asset": "USDT", "subAccountList": accounts[(number - 1) * size : number * size]}

    legacy.server.answers["/sapi/v1/sub-account/futures/accountSummary"] = page
    assert legacy.get_subaccount_futures_summary() == {"asset": "USDT", "subAccountList": accounts}
    assert legacy.get_subaccount_futures_summary(page=2, limit=10)["subAccountList"] == accounts[10:20]


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"type": "MAIN_UMFUTURE"}, "/sapi/v1/asset/transfer"),
        ({"fromAccountType": "SPOT", "toAccountType": "SPOT"}, "/sapi/v1/sub-account/universalTransfer"),
    ],
)
def test_a_universal_transfer_goes_between_wallets_or_between_accounts(legacy, params, path):
    legacy.server.answers[f"POST {path}"] = {"tranId": 11945860693}
    assert legacy.make_universal_transfer(**params, asset="USDT", amount="1") == {"tranId": 11945860693}
    assert arrived(legacy.server.last) == {**params, "asset": "USDT", "amount": "1"}


def test_enabling_margin_is_gone_and_the_first_transfer_does_it(legacy):
    with pytest.raises(RetiredEndpoint, match=r"2025-06-03; make_subaccount_margin_transfer"):
        legacy.enable_subaccount_margin(email="a@b.com")


def test_a_refusal_of_the_list_is_raised_as_it_is(legacy):
    legacy.server.answers["/sapi/v1/sub-account/list"] = (400, {"code": -12022, "msg": "no master account"})
    with pytest.raises(BinanceAPIException, match="no master account"):
        legacy.get_sub_account_list()


@pytest.mark.parametrize(
    "name",
    [
        "get_sub_account_futures_transfer_history",
        "create_sub_account_futures_transfer",
        "query_subaccount_spot_summary",
        "get_subaccount_deposit_address",
        "get_subaccount_deposit_history",
        "get_subaccount_futures_margin_status",
        "get_subaccount_margin_details",
        "get_subaccount_margin_summary",
        "enable_subaccount_futures",
        "get_subaccount_futures_details",
        "get_subaccount_futures_positionrisk",
        "make_subaccount_futures_transfer",
        "make_subaccount_margin_transfer",
        "make_subaccount_to_subaccount_transfer",
        "make_subaccount_to_master_transfer",
        "get_subaccount_transfer_history",
        "get_universal_transfer_history",
    ],
)
def test_what_is_alive_is_asked_as_ever_with_its_address_encoded_and_signed(legacy, name):
    row = catalogue()[name]
    legacy.server.answers[f"{row.method} {row.path}"] = {"answered": name}
    assert getattr(legacy, name)(email="a b@c.com") == {"answered": name}
    asked = legacy.server.last
    assert arrived(asked) == {"email": "a b@c.com"} and "email=a%20b%40c.com" in asked.query + asked.body
    assert signing.verify(SECRET, asked.query, asked.body)
