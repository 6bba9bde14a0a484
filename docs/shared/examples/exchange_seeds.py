from binance_legacy.client import Client
from binance_legacy.exchange import Exchange


# part: candles
def week(seed):
    with Exchange(seed=seed) as exchange:
        exchange.use()
        return Client().get_klines(symbol="BTCUSDT", interval="1d", startTime=1577836800000, limit=7)


assert week(7) == week(7)
assert week(7) != week(8)
# end
