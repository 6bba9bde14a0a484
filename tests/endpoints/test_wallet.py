"""Deposits, withdrawals and transfers, on the wire."""

import pytest

from binance_legacy.client import Client
from binance_legacy.endpoints.declare import catalogue
from binance_legacy.exceptions import BinanceAPIException

from .moved import Case, arrived, hold

DEPOSIT = {
    "id": "769800519366885376",
    "amount": "0.04670582",
    "coin": "ETH",
    "network": "ETH",
    "status": 1,
    "address": "0x6915f16f8791d0a1cc2bf47c13a6b2a92000504b",
    "addressTag": "",
    "txId": "0xdf33b22bdb2b28b1f75ccd201a4a4m6e7g83jy5fc5d5a9d1340961598cfcb0a1",
    "insertTime": 1508198532000,
    "confirmTimes": "12/12",
}
WITHDRAWAL = {
    "id": "7213fea8e94b4a5593d507237e5a555b",
    "amount": "8.91000000",
    "transactionFee": "0.004",
    "coin": "USDT",
    "status": 6,
    "address": "0x94df8b352de7f46f64b01d3666bf6e936e44ce60",
    "txId": "0xb5ef8c13b968a406cc62a93a8bd80f9e9a906ef1b3fcf20a2e48573c17659268",
    "applyTime": "2019-10-12 11:12:02",
    "network": "ETH",
    "withdrawOrderId": "WITHDRAWtest123",
}
OLD_WITHDRAWAL = {
    "id": "7213fea8e94b4a5593d507237e5a555b",
    "amount": 8.91,
    "address": "0x94df8b352de7f46f64b01d3666bf6e936e44ce60",
    "asset": "USDT",
    "applyTime": 1570878722000,
    "txId": "0xb5ef8c13b968a406cc62a93a8bd80f9e9a906ef1b3fcf20a2e48573c17659268",
    "status": 6,
    "withdrawOrderId": "WITHDRAWtest123",
}
APPLY = "POST /sapi/v1/capital/withdraw/apply"
FEE = {"BTC": {"withdrawFee": "0.0005", "minWithdrawAmount": "0.001"}}

MOVED = [
    Case(
        "withdraw",
        {"asset": "ETH", "address": "0x6915", "amount": 0.00001, "name": "my wallet"},
        APPLY,
        {"coin": "ETH", "address": "0x6915", "amount": "0.00001", "name": "my wallet"},
        {"id": "7213fea8"},
        {"msg": "success", "success": True, "id": "7213fea8"},
    ),
    Case(
        "withdraw",
        {"asset": "ETH", "address": "0x6915", "amount": 100},
        APPLY,
        {"coin": "ETH", "address": "0x6915", "amount": "100", "name": "ETH"},
        {"id": "7213fea8"},
        {"msg": "success", "success": True, "id": "7213fea8"},
    ),
    Case(
        "withdraw",
        {"coin": "ETH", "network": "BSC", "address": "0x6915", "amount": 100},
        APPLY,
        {"coin": "ETH", "network": "BSC", "address": "0x6915", "amount": "100"},
        {"id": "7213fea8"},
        {"msg": "success", "success": True, "id": "7213fea8"},
    ),
    Case(
        "get_deposit_history",
        {"asset": "ETH", "status": 1},
        "GET /sapi/v1/capital/deposit/hisrec",
        {"coin": "ETH", "status": "1"},
        [DEPOSIT],
        {
            "success": True,
            "depositList": [
                {
                    "insertTime": 1508198532000,
                    "amount": 0.04670582,
                    "asset": "ETH",
                    "address": DEPOSIT["address"],
                    "addressTag": "",
                    "txId": DEPOSIT["txId"],
                    "status": 1,
                }
            ],
        },
    ),
    Case(
        "get_deposit_history",
        {},
        "GET /sapi/v1/capital/deposit/hisrec",
        {},
        [],
        {"success": True, "depositList": []},
    ),
    Case(
        "get_withdraw_history",
        {"asset": "USDT", "startTime": 1570000000000},
        "GET /sapi/v1/capital/withdraw/history",
        {"coin": "USDT", "startTime": "1570000000000"},
        [WITHDRAWAL],
        {"success": True, "withdrawList": [OLD_WITHDRAWAL]},
    ),
    Case(
        "get_withdraw_history",
        {},
        "GET /sapi/v1/capital/withdraw/history",
        {},
        [],
        {"success": True, "withdrawList": []},
    ),
    Case(
        "get_withdraw_history_id",
        {"withdraw_id": WITHDRAWAL["id"]},
        "GET /sapi/v1/capital/withdraw/history",
        {"idList": WITHDRAWAL["id"]},
        [{**WITHDRAWAL, "id": "another"}, WITHDRAWAL],
        OLD_WITHDRAWAL,
    ),
    Case(
        "get_deposit_address",
        {"asset": "BTC", "status": True},
        "GET /sapi/v1/capital/deposit/address",
        {"coin": "BTC"},
        {
            "address": "1HPn8Rx2y6nNSfagQBKy27GB99Vbzg89wv",
            "coin": "BTC",
            "tag": "",
            "url": "https://btc.com/1HPn8",
        },
        {"success": True, "address": "1HPn8Rx2y6nNSfagQBKy27GB99Vbzg89wv", "addressTag": "", "asset": "BTC"},
    ),
    Case(
        "get_withdraw_fee",
        {"asset": "BTC"},
        "GET /sapi/v1/asset/assetDetail",
        {"asset": "BTC"},
        FEE,
        {"success": True, "asset": "BTC", "withdrawFee": "0.0005"},
    ),
    Case(
        "get_withdraw_fee",
        {"asset": "XYZ"},
        "GET /sapi/v1/asset/assetDetail",
        {"asset": "XYZ"},
        FEE,
        {"success": False, "msg": "asset XYZ is not known", "asset": "XYZ"},
    ),
    Case("disable_fast_withdraw_switch", {}, "POST /sapi/v1/account/disableFastWithdrawSwitch", {}, {}, {}),
    Case("enable_fast_withdraw_switch", {}, "POST /sapi/v1/account/enableFastWithdrawSwitch", {}, {}, {}),
]


@pytest.mark.parametrize("case", MOVED, ids=str)
def test_a_moved_call_is_made_where_it_is_today_and_answers_as_it_did(legacy, case):
    hold(case, legacy)


def test_a_withdrawal_that_is_not_there_raises_as_in_0_7(legacy):
    legacy.server.answers["/sapi/v1/capital/withdraw/history"] = [WITHDRAWAL]
    with pytest.raises(Exception, match="There is no entry with withdraw id") as caught:
        legacy.get_withdraw_history_id("nobody", asset="USDT")
    assert type(caught.value) is Exception
    assert caught.value.args[1] == {"success": True, "withdrawList": [OLD_WITHDRAWAL]}


@pytest.mark.parametrize("name", ["get_deposit_history", "get_withdraw_history", "get_deposit_address"])
def test_a_refusal_is_raised_as_it_is(legacy, name):
    legacy.server.answers[catalogue()[name].path] = (401, {"code": -2015, "msg": "Invalid API-key."})
    with pytest.raises(BinanceAPIException, match="Invalid API-key") as caught:
        getattr(legacy, name)(asset="BTC")
    assert type(caught.value) is BinanceAPIException


@pytest.mark.parametrize(
    ("asset", "sent"), [("ONE", ["ONE"]), (["BTC", "USDT"], ["BTC", "USDT"]), (("A B",), ["A%20B"])]
)
def test_dust_of_several_assets_is_named_once_each(legacy, asset, sent):
    legacy.server.answers["/sapi/v1/asset/dust"] = {"transferResult": []}
    legacy.transfer_dust(asset=asset)
    body = legacy.server.last.body.split("&")
    assert [part for part in body if part.startswith("asset=")] == [f"asset={one}" for one in sent]


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("universal_transfer", "POST"),
        ("query_universal_transfer_history", "GET"),
        ("new_transfer_history", "GET"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "sent"), [(Client.SPOT_TO_FIAT, "MAIN_FUNDING"), (Client.SPOT_TO_USDT_FUTURE, "MAIN_UMFUTURE")]
)
def test_the_wallet_that_was_called_c2c_is_the_funding_wallet(legacy, name, method, kind, sent):
    legacy.server.answers[f"{method} /sapi/v1/asset/transfer"] = {"tranId": 1}
    assert getattr(legacy, name)(type=kind, asset="USDT", amount="1") == {"tranId": 1}
    assert arrived(legacy.server.last) == {"type": sent, "asset": "USDT", "amount": "1"}


@pytest.mark.parametrize("name", ["get_asset_dividend_history", "get_all_coins_info", "get_account_snapshot"])
def test_what_is_alive_answers_as_it_is(legacy, name):
    row = catalogue()[name]
    legacy.server.answers[f"{row.method} {row.path}"] = {"answered": name}
    assert getattr(legacy, name)(type="SPOT") == {"answered": name}
    assert arrived(legacy.server.last) == {"type": "SPOT"}


def test_a_script_that_wrote_the_old_path_itself_gets_what_the_old_method_gives(legacy):
    legacy.server.answers["GET /sapi/v1/capital/deposit/hisrec"] = []
    given = legacy._request_withdraw_api("get", "depositHistory.html", True, data={"asset": "ETH"})
    assert given == {"success": True, "depositList": []} and arrived(legacy.server.last) == {"coin": "ETH"}
    with pytest.raises(BinanceAPIException) as caught:
        legacy._request_withdraw_api("get", "nothing.html", True)
    assert (caught.value.status_code, legacy.server.last.path) == (404, "/wapi/v3/nothing.html")
