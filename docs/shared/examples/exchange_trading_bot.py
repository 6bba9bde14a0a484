from binance.client import Client
from binance.websockets import BinanceSocketManager
from twisted.internet import reactor

client = Client("any key", "any secret")
prices = []


def process_message(msg):
    prices.append(float(msg["p"]))
    if len(prices) == 5:
        order = client.order_market_buy(symbol="ETHUSDT", quantity="0.5")
        print(order["status"], [(fill["price"], fill["qty"]) for fill in order["fills"]])
    elif len(prices) == 15:
        order = client.order_market_sell(symbol="ETHUSDT", quantity="0.4")
        print(order["status"], client.get_asset_balance("ETH"))
        bm.close()
        reactor.stop()


bm = BinanceSocketManager(client)
bm.start_trade_socket("ETHUSDT", process_message)
bm.start()
bm.join()
