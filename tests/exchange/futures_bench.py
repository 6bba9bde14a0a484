"""A futures exchange without doors: calls are read and answered, the market is moved on by hand."""

from collections import defaultdict
from decimal import Decimal

from binance_legacy.exchange.doors.office import WholeOffice
from binance_legacy.exchange.futures.calls import calls
from binance_legacy.exchange.margin.calls import MARGIN_CALLS
from binance_legacy.exchange.market.market import Market

START = 1_723_161_254_321
MARGIN = {(one.method, one.path): one for one in MARGIN_CALLS}
TABLES = {margin: {(one.method, one.path): one for one in calls(margin)} for margin in ("um", "cm")}


class Bench:
    """One exchange and its users; `ask` as user ``ann`` unless another is named."""

    def __init__(self, seed=1, balances=None, start=START, users=True):
        self.market = Market(seed=seed, start=start)
        self.office = WholeOffice(self.market, seed, balances=balances)
        self.heard = defaultdict(list)
        if users:
            for name in ("ann", "bob"):
                self.office.register(name[0] * 64, "s", name)
            self.hear()

    def hear(self):
        """Keeps the events of all accounts of futures from now on."""
        self.heard.clear()
        for name in ("ann", "bob"):
            for margin in ("um", "cm"):
                listeners = self.account(name, margin).listeners
                listeners[:] = [self.heard[name].append]

    def exchange(self, margin="um"):
        return self.office.futures[margin]

    def trading(self, margin="um"):
        return self.exchange(margin).trading

    def account(self, name="ann", margin="um"):
        return self.trading(margin).account(self.office.account(name))

    def ask(self, method, path, by="ann", **params):
        margin = "cm" if path.startswith("/dapi") else "um"
        path = path if path.startswith("/") else f"/fapi/v1/{path}"
        call = TABLES[margin][method, path]
        sent = {name: str(value) for name, value in params.items() if value is not None}
        return call.answer(self.exchange(margin), self.office.account(by), call.read(sent))

    def margin(self, method, path, by="ann", **params):
        """A call about a margin account."""
        call = MARGIN[method, path if path.startswith("/") else f"/sapi/v1/margin/{path}"]
        sent = {name: str(value) for name, value in params.items() if value is not None}
        return call.answer(self.office, self.office.account(by), call.read(sent))

    def transfer(self, way, asset, amount, by="ann", **symbols):
        """A transfer between two wallets of a user."""
        wallet, owner = self.office.wallet, self.office.account(by)
        return wallet.transfer(owner, way, asset, int(Decimal(str(amount)) * 10**8), **symbols)

    def order(self, side, qty, by="ann", symbol="BTCUSDT", **params):
        params = {"type": "MARKET", "newOrderRespType": "RESULT", **params}
        return self.ask("POST", "order", by, symbol=symbol, side=side, quantity=qty, **params)

    def limit(self, side, qty, price, by="ann", **params):
        params = {"type": "LIMIT", "timeInForce": "GTC", "price": price, **params}
        return self.order(side, qty, by, **params)

    def algo(self, side, kind, by="ann", symbol="BTCUSDT", **params):
        return self.ask("POST", "algoOrder", by, symbol=symbol, side=side, type=kind, **params)

    def advance(self, milliseconds=1000, step=100):
        """Moves the market on; returns what was pushed on the futures' streams."""
        pushed = []
        end = self.market.now + milliseconds
        while self.market.now < end:
            self.market.advance(min(end, self.market.now + step))
            self.office.advance()
            for exchange in self.office.futures.values():
                pushed += exchange.trading.market.advance(self.market.now)
                exchange.trading.advance()
                exchange.keys.advance()
        return pushed

    def mark(self, symbol="BTCUSDT"):
        margin = "cm" if "_PERP" in symbol else "um"
        return Decimal(self.trading(margin).market.mark(symbol)).scaleb(-8)

    def price(self, factor=1, symbol="BTCUSDT"):
        """The mark price times a factor, on a tick."""
        margin = "cm" if "_PERP" in symbol else "um"
        contract = self.trading(margin).market.contract(symbol)
        units = int(self.mark(symbol) * Decimal(str(factor)) * 10**contract.price_places)
        return contract.price_text(units // contract.tick * contract.tick)

    def move(self, factor, symbol="BTCUSDT", milliseconds=300):
        """Moves spot's price by a factor; the contracts follow."""
        row = self.market.ticker_price([symbol])[0]
        price = (Decimal(row["price"]) * Decimal(str(factor))).quantize(Decimal("0.01"))
        self.office.trading.move_price(symbol, price)
        return self.advance(milliseconds)

    def position(self, by="ann", symbol="BTCUSDT", side="BOTH"):
        path = "/dapi/v1/positionRisk" if "_PERP" in symbol else "/fapi/v2/positionRisk"
        rows = self.ask("GET", path, by, symbol=symbol if "_PERP" not in symbol else None)
        return next(row for row in rows if (row["symbol"], row["positionSide"]) == (symbol, side))

    def wallet(self, by="ann", asset="USDT"):
        path = "/fapi/v2/balance" if asset == "USDT" else "/dapi/v1/balance"
        rows = self.ask("GET", path, by)
        return Decimal(next(row["balance"] for row in rows if row["asset"] == asset))

    def events(self, kind, by="ann"):
        return [event for event in self.heard[by] if event["e"] == kind]

    def conserved(self):
        return all(not any(self.trading(margin).ledger.sums().values()) for margin in ("um", "cm"))
