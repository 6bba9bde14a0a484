import csv

from binance.client import Client

client = Client()
candles = client.get_historical_klines_generator(
    "BNBBTC", Client.KLINE_INTERVAL_1DAY, "1 Dec, 2017", "31 Dec, 2017"
)
with open("bnbbtc.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["opened", "open", "high", "low", "close", "volume"])
    for candle in candles:
        table.writerow(candle[:6])
