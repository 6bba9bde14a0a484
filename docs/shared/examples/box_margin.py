"""A short sale on margin, in an exchange in a box: borrow, sell, buy back, repay."""

from binance.client import Client

from binance_legacy.exchange import Exchange

with Exchange() as exchange:
    exchange.use()
    client = Client("any-key", "any-secret")

    client.transfer_spot_to_margin(asset="USDT", amount="2000")
    sold = client.create_margin_order(
        symbol="BTCUSDT", side="SELL", type="MARKET", quantity=0.01, sideEffectType="MARGIN_BUY"
    )
    print(sold["marginBuyBorrowAmount"], sold["marginBuyBorrowAsset"])  # 0.01000000 BTC

    client.create_margin_order(
        symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.0101, sideEffectType="AUTO_REPAY"
    )
    (row,) = [row for row in client.get_margin_account()["userAssets"] if row["asset"] == "BTC"]
    print(row["borrowed"])  # 0.00000000
