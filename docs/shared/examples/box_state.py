"""An exchange in a box that is stopped, and goes on where it was."""

from pathlib import Path
from tempfile import TemporaryDirectory

from binance.client import Client

from binance_legacy.exchange import Exchange

with TemporaryDirectory() as folder:
    state = Path(folder) / "box.db"

    with Exchange(state=state) as exchange:
        exchange.use()
        client = Client("any-key", "any-secret")
        order = client.order_limit_buy(symbol="BTCUSDT", quantity=0.01, price="20000")

    with Exchange(state=state) as exchange:
        exchange.use()
        client = Client("any-key", "any-secret")
        (again,) = client.get_open_orders(symbol="BTCUSDT")
        print(again["orderId"] == order["orderId"], again["price"])  # True 20000.00000000
