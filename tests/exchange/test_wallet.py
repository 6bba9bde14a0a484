"""The wallets behind ``/sapi``: what comes in, goes out, turns into something else, and is on record."""

import pytest

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.trade.wallet import DUST_FEE, ON_ITS_WAY
from binance_legacy.wire import signing

from .trader import trading

DAY = 86_400_000
OPENING = {"USDT": "1000", "BTC": "1", "TRX": "5", "BNB": "1"}


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=1, balances=OPENING) as running:
        yield running


@pytest.fixture
def trader(exchange, request):
    key = request.node.name[:60]
    exchange.register(key, "s" * 64, account=key)
    with trading(exchange, key) as one:
        one.account = key
        yield one


def ask(trader, path, method="GET", **params):
    status, answer = trader.http(method, f"/sapi/v1/{path}", **params)
    assert status == 200, answer
    return answer


def error(trader, path, method="GET", **params):
    status, answer = trader.http(method, f"/sapi/v1/{path}", **params)
    return status, answer["code"], answer["msg"]


def free(trader, asset):
    return {row["asset"]: row["free"] for row in trader.rest("account.status")[1]["balances"]}[asset]


def test_a_deposit_is_credited_and_on_record(exchange, trader):
    exchange.deposit("USDT", "5.5", account=trader.account)
    assert free(trader, "USDT") == "1005.50000000"
    (row,) = ask(trader, "capital/deposit/hisrec")
    assert (row["coin"], row["amount"], row["status"]) == ("USDT", "5.50000000", 1)
    assert row["address"] == ask(trader, "capital/deposit/address", coin="USDT")["address"]
    assert ask(trader, "capital/deposit/hisrec", coin="BTC") == []
    assert ask(trader, "capital/deposit/hisrec", txId=row["txId"]) == [row]
    assert ask(trader, "capital/deposit/hisrec", startTime=row["insertTime"] + 1) == []


def test_a_withdrawal_costs_its_fee_and_is_completed_after_a_while(exchange, trader):
    fee = float(ask(trader, "asset/assetDetail", asset="USDT")["USDT"]["withdrawFee"])
    made = ask(
        trader, "capital/withdraw/apply", "POST", coin="USDT", address="0x1", amount="100", withdrawOrderId="w1",
        name="my wallet",
    )  # fmt: skip
    assert free(trader, "USDT") == "900.00000000"
    (row,) = ask(trader, "capital/withdraw/history", withdrawOrderId="w1")
    assert (row["id"], row["status"], row["txId"]) == (made["id"], 4, "")
    assert float(row["amount"]) == 100 - fee and float(row["transactionFee"]) == fee
    exchange.advance(ON_ITS_WAY / 1000)
    (row,) = ask(trader, "capital/withdraw/history", idList=made["id"])
    assert row["status"] == 6 and row["txId"] and row["completeTime"] > row["applyTime"]
    assert ask(trader, "capital/withdraw/history", status=4) == []


def test_a_withdrawal_that_cannot_be_is_refused(trader):
    asked = {"coin": "USDT", "address": "0x1", "amount": "5000"}
    path = "capital/withdraw/apply"
    assert error(trader, path, "POST", **asked) == (400, -4026, "The user has insufficient balance available")
    assert error(trader, path, "POST", **{**asked, "amount": "0.1"})[1] == -4022
    assert error(trader, path, "POST", **{**asked, "coin": "NOSUCH"})[1] == -4018
    assert error(trader, path, "POST", coin="USDT", amount="5")[1] == -1102
    assert free(trader, "USDT") == "1000.00000000"


def test_dust_turns_into_bnb_for_a_fee(trader):
    before = float(free(trader, "BNB"))
    found = ask(trader, "asset/dust-btc", "POST")
    assert [row["asset"] for row in found["details"]] == ["TRX"]
    done = ask(trader, "asset/dust", "POST", asset="TRX")
    (row,) = done["transferResult"]
    gained, fee = float(row["transferedAmount"]), float(row["serviceChargeAmount"])
    assert fee == pytest.approx((gained + fee) * DUST_FEE / 1e8, abs=2e-8)
    assert (
        float(free(trader, "BNB")) == pytest.approx(before + gained) and free(trader, "TRX") == "0.00000000"
    )
    log = ask(trader, "asset/dribblet")
    assert (
        log["total"] == 1
        and log["userAssetDribblets"][0]["userAssetDribbletDetails"][0]["fromAsset"] == "TRX"
    )
    assert error(trader, "asset/dust", "POST", asset="TRX")[1] == -5005
    words = "The residual balances of the BTC have exceeded 0.001BTC, Please re-choose."
    assert error(trader, "asset/dust", "POST", asset="BTC") == (400, -5004, words)


def test_several_assets_are_named_one_after_another(exchange, trader):
    exchange.deposit("DOGE", "10", account=trader.account)
    now = trader.sign({})["timestamp"]
    text = signing.signed(trader.secret, [("asset", signing.Repeated(["TRX", "DOGE"])), ("timestamp", now)])
    status, done = trader.http("POST", "/sapi/v1/asset/dust", signed=text)
    assert status == 200 and [row["fromAsset"] for row in done["transferResult"]] == ["TRX", "DOGE"]


def test_a_dividend_is_paid_and_on_record(exchange, trader):
    exchange.pay_dividend("BNB", "0.25", "Launchpool", account=trader.account)
    told = ask(trader, "asset/assetDividend", asset="BNB")
    assert told["total"] == 1
    assert (told["rows"][0]["amount"], told["rows"][0]["enInfo"]) == ("0.25000000", "Launchpool")
    assert free(trader, "BNB") == "1.25000000"


def test_an_asset_moves_between_the_wallets_of_an_account(trader):
    made = ask(trader, "asset/transfer", "POST", type="MAIN_FUNDING", asset="USDT", amount="400")
    assert free(trader, "USDT") == "600.00000000"
    (funding,) = ask(trader, "asset/get-funding-asset", "POST")
    assert (funding["asset"], funding["free"]) == ("USDT", "400.00000000")
    told = ask(trader, "asset/transfer", type="MAIN_FUNDING")
    assert told["total"] == 1 and told["rows"][0]["tranId"] == made["tranId"]
    assert ask(trader, "asset/transfer", type="FUNDING_MAIN") == {"total": 0}
    told = ask(trader, "asset/wallet/balance", quoteAsset="USDT")
    wallets = {row["walletName"]: float(row["balance"]) for row in told}
    assert wallets["Funding"] == 400.0 and wallets["Spot"] > 600.0
    ask(trader, "asset/transfer", "POST", type="FUNDING_MAIN", asset="USDT", amount="400")
    assert free(trader, "USDT") == "1000.00000000"
    short = error(trader, "asset/transfer", "POST", type="FUNDING_MAIN", asset="USDT", amount="1")
    assert short == (400, -5013, "Asset transfer failed: insufficient balance")
    assert error(trader, "asset/transfer", "POST", type="MAIN_MOON", asset="USDT", amount="1")[1] == -1130


def test_a_snapshot_shows_the_ends_of_days_as_they_were(exchange, trader):
    before = ask(trader, "accountSnapshot", type="SPOT")["snapshotVos"]
    assert len(before) == 7 and all((row["updateTime"] + 1) % DAY == 0 for row in before)
    assert {row["asset"]: float(row["free"]) for row in before[-1]["data"]["balances"]} == {
        asset: float(amount) for asset, amount in OPENING.items()
    }
    price = trader.price("BTCUSDT")
    trader.rest("order.place", symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.1")
    exchange.deposit("USDT", "1", account=trader.account)
    held = float(free(trader, "USDT"))
    exchange.advance(86_400)
    exchange.deposit("USDT", "50", account=trader.account)
    after = ask(trader, "accountSnapshot", type="SPOT")["snapshotVos"]
    days = [{row["asset"]: float(row["free"]) for row in one["data"]["balances"]} for one in after]
    assert days[-1]["USDT"] == held and days[-1]["BTC"] == 0.9 and days[-2]["USDT"] == 1000.0
    worth = float(after[-1]["data"]["totalAssetOfBtc"])
    assert worth == pytest.approx(0.9 + held / float(price), rel=0.3)
    assert error(trader, "accountSnapshot", type="SPOT", limit=31)[1] == -1130


def test_the_account_tells_its_standing(trader):
    assert ask(trader, "account/status") == {"data": "Normal"}
    assert ask(trader, "account/apiTradingStatus")["data"]["isLocked"] is False
    assert ask(trader, "account/apiRestrictions")["enableSpotAndMarginTrading"] is True
    assert ask(trader, "account/info")["vipLevel"] == 0
    coins = {row["coin"]: row for row in ask(trader, "capital/config/getall")}
    assert coins["BTC"]["free"] == "1.00000000" and len(coins["BTC"]["networkList"]) == 1
    assert ask(trader, "asset/tradeFee", symbol="BTCUSDT") == [
        {"symbol": "BTCUSDT", "makerCommission": "0.001", "takerCommission": "0.001"}
    ]
    assert len(ask(trader, "asset/tradeFee")) > 1000
    status, assets = trader.http("POST", "/sapi/v3/asset/getUserAsset", needBtcValuation="true")
    assert status == 200 and {row["asset"] for row in assets} == set(OPENING)
    assert {row["asset"]: row["btcValuation"] for row in assets}["BTC"] == "1.00000000"


def test_commissions_are_paid_in_bnb_where_that_is_wanted(trader):
    assert ask(trader, "bnbBurn") == {"spotBNBBurn": False, "interestBNBBurn": False}
    assert ask(trader, "bnbBurn", "POST", spotBNBBurn="true")["spotBNBBurn"] is True
    _, sold = trader.rest("order.place", symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.01")
    assert {fill["commissionAsset"] for fill in sold["fills"]} == {"BNB"}


def test_the_weights_of_sapi_are_counted_apart(trader):
    ask(trader, "account/status")
    assert int(trader.headers["X-SAPI-USED-IP-WEIGHT-1M"]) >= 1
    assert "X-MBX-USED-WEIGHT-1M" not in trader.headers
    ask(trader, "capital/withdraw/history")
    assert int(trader.headers["X-SAPI-USED-UID-WEIGHT-1M"]) >= 18_000
    for _ in range(10):
        last = trader.http("GET", "/sapi/v1/capital/withdraw/history")
    assert last[0] == 429 and last[1]["code"] == -1003


def test_an_unknown_symbol_is_told_so(trader):
    assert error(trader, "asset/tradeFee", symbol="NOSUCH") == (400, -1121, "Invalid symbol.")
