"""Paper trading; another box stands for Binance, so that it runs without internet."""

from binance.client import Client

from binance_legacy.exchange import Exchange

with Exchange(seed=5) as binance, Exchange(paper=binance.rest_url, balances={"USDT": "1000"}) as paper:
    paper.use()
    client = Client("any-key", "any-secret")

    order = client.create_order(symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.1")
    print(order["status"])  # FILLED
    print(client.get_asset_balance("ETH")["free"])  # 0.09990000
    print(binance.accounts())  # []
