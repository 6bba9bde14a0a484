import multiprocessing

from binance.client import Client


def price(symbol):
    return symbol, Client().get_symbol_ticker(symbol=symbol)["price"]


if __name__ == "__main__":
    # en: each worker process finds binance, and the box, as this one does
    # ja: ワーカープロセスも、このプロセスと同じ binance と取引所を使う
    with multiprocessing.Pool(2) as pool:
        for symbol, latest in pool.map(price, ["BNBBTC", "ETHBTC"]):
            print(symbol, latest)
