"""What `--state` costs: orders in a box that keeps them in a file, and in one that does not.

    python tests/benchmarks/keeping.py [ORDERS]

Orders and cancelations go to two boxes' offices, in turns of a hundred and in changing order, so that whatever else
the machine does meets both; each is written before the next one, as for clients who wait for their answers. The last
figures are how long a box takes to go on where another one was, and how large its file is.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from binance_legacy.exchange.doors.office import WholeOffice
from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.state.file import StateFile
from binance_legacy.exchange.state.keeper import Keeper
from binance_legacy.exchange.trade import spot_calls

TURN = 100
PLACE, CANCEL = spot_calls.BY_NAME["order.place"], spot_calls.BY_NAME["order.cancel"]


class Subject:
    """A box without doors, whose state is kept or not."""

    def __init__(self, path=None, start=None):
        self.market = Market(seed=1, start=start or int(time.time() * 1000))
        self.office = WholeOffice(self.market, 1, balances={"USDT": "100000000", "BTC": "1000"})
        self.office.trading.set_filters("BTCUSDT", {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 10**6})
        self.file = None if path is None else StateFile(path)
        self.keeper = None if path is None else Keeper(self.office, self.file, 1)

    def begin(self):
        self.office.register("a" * 64, "s", "ann")
        self.account = self.office.account("ann")
        if self.keeper is not None:
            self.keeper.load()

    def call(self, call, **params):
        answer = call.answer(self.office.trading, self.account, call.read(params))
        if self.keeper is not None:
            self.keeper.keep()
        return answer

    def turn(self):
        """A hundred orders, every tenth of which trades; the others are canceled."""
        self.market.now += 20_000  # so that nobody has placed too many in ten seconds
        price = f"{self.office.trading.desk('BTCUSDT').last / 100 * 0.9:.2f}"
        start = time.perf_counter()
        for number in range(TURN // 2):
            if number % 5 == 0:
                self.call(PLACE, symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.001")
                self.call(PLACE, symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.001")
                continue
            placed = self.call(
                PLACE,
                symbol="BTCUSDT",
                side="BUY",
                type="LIMIT",
                timeInForce="GTC",
                quantity="0.001",
                price=price,
            )
            self.call(CANCEL, symbol="BTCUSDT", orderId=str(placed["orderId"]))
        return time.perf_counter() - start


def main(orders):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "box.db"
        plain, kept = Subject(), Subject(path)
        for one in (plain, kept):
            one.begin()
            one.turn()
        times = {plain: [], kept: []}
        for number in range(orders // TURN):
            for one in (plain, kept) if number % 2 else (kept, plain):
                times[one].append(one.turn())
        for name, one in (("without", plain), ("with", kept)):
            middle = sorted(times[one])[len(times[one]) // 2]
            print(f"{name} --state: {middle / TURN * 1e6:,.0f} us an order, {TURN / middle:,.0f} a second")
        kept.file.close()
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        start = time.perf_counter()
        again = Subject(path, kept.market.now)
        again.keeper.load()
        print(f"going on: {time.perf_counter() - start:.2f} s for {orders:,} orders in {size / 1e6:.1f} MB")
        again.file.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
