"""A position with a stop, in an exchange in a box; the price is moved, and the stop closes it."""

import time

from binance.client import Client

from binance_legacy.exchange import Exchange

with Exchange() as exchange:
    exchange.use()
    client = Client("any-key", "any-secret")

    client.futures_change_leverage(symbol="BTCUSDT", leverage=10)
    client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.1)
    mark = float(client.futures_mark_price(symbol="BTCUSDT")["markPrice"])
    stop = client.futures_create_order(
        symbol="BTCUSDT", side="SELL", type="STOP_MARKET", stopPrice=round(mark * 0.98, 1), closePosition=True
    )

    exchange.move_price("BTCUSDT", round(mark * 0.97, 2))
    while client.futures_get_order(symbol="BTCUSDT", orderId=stop["orderId"])["status"] != "FILLED":
        time.sleep(0.05)

    (position,) = client.futures_position_information(symbol="BTCUSDT")
    print(position["positionAmt"])  # 0.000
    for row in client.futures_income_history(incomeType="REALIZED_PNL"):
        print(row["income"], row["asset"])
