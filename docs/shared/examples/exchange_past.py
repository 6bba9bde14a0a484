from decimal import Decimal

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange

HOUR = 60 * 60 * 1000

with Exchange(seed=7) as exchange:
    exchange.use()
    client = Client()
    hours = client.get_klines(symbol="ETHUSDT", interval="1h", limit=500)
    assert len(hours) == 500
    for before, after in zip(hours, hours[1:]):
        assert after[0] == before[0] + HOUR

    # en: Sixty minutes are exactly their hour.
    # ja: 60 本の 1 分足を合わせると、ちょうど 1 時間足になります。
    hour = hours[-2]
    minutes = client.get_klines(symbol="ETHUSDT", interval="1m", startTime=hour[0], limit=60)
    assert minutes[0][1] == hour[1] and minutes[-1][4] == hour[4]
    assert sum(Decimal(row[5]) for row in minutes) == Decimal(hour[5])
