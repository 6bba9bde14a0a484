"""Whatever users of futures do, in whatever order: nothing appears or vanishes, and positions are what was filled."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from binance_legacy.exchange.futures.positions import FuturesTrade
from binance_legacy.exchange.refusals import Refusal

from .futures_bench import Bench

CONTRACTS = ("BTCUSDT", "ETHUSDT", "BTCUSD_PERP")
INDEXES = ("BTCUSDT", "ETHUSDT")
HOUR = 3_600_000

users = st.sampled_from(("ann", "bob"))
contracts = st.sampled_from(CONTRACTS)
sides = st.sampled_from(("BUY", "SELL"))
position_sides = st.sampled_from((None, None, None, "LONG", "SHORT"))
sizes = st.integers(1, 400)
apart = st.integers(-30, 30)
flags = st.sampled_from((None, None, None, "true"))
untils = st.sampled_from(("GTC", "GTC", "GTC", "IOC", "FOK", "GTX"))
which = st.integers(0, 20)


class Machine(RuleBasedStateMachine):
    """Two users and the crowd on three contracts of both margins."""

    def __init__(self):
        super().__init__()
        self.refused = 0

    @initialize(seed=st.integers(1, 3))
    def open(self, seed):
        self.bench = Bench(seed)

    def path(self, symbol, name):
        return f"/{'dapi' if '_PERP' in symbol else 'fapi'}/v1/{name}"

    def try_to(self, method, symbol, name, by, **params):
        try:
            return self.bench.ask(method, self.path(symbol, name), by, symbol=symbol, **params)
        except Refusal as refusal:
            assert refusal.code < 0 and refusal.message
            self.refused += 1
            return None

    def qty(self, symbol, size):
        if "_PERP" in symbol:
            return size * 20
        return Decimal(size) * (Decimal("0.01") if symbol == "BTCUSDT" else Decimal("0.2"))

    # what users do

    @rule(by=users, symbol=contracts, side=sides, size=sizes, of=position_sides, reduce=flags)
    def market_order(self, by, symbol, side, size, of, reduce):
        self.try_to("POST", symbol, "order", by, side=side, type="MARKET", quantity=self.qty(symbol, size),
                    positionSide=of, reduceOnly=reduce)  # fmt: skip

    @rule(
        by=users,
        symbol=contracts,
        side=sides,
        size=sizes,
        of=position_sides,
        reduce=flags,
        away=apart,
        until=untils,
    )
    def limit_order(self, by, symbol, side, size, of, reduce, away, until):
        price = self.bench.price(1 + Decimal(away) / 1000, symbol)
        self.try_to("POST", symbol, "order", by, side=side, type="LIMIT", quantity=self.qty(symbol, size), price=price,
                    timeInForce=until, positionSide=of, reduceOnly=reduce)  # fmt: skip

    @rule(by=users, symbol=contracts, side=sides, size=sizes, of=position_sides, away=apart, close=flags,
          kind=st.sampled_from(("STOP_MARKET", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET", "STOP")),
          working=st.sampled_from(("MARK_PRICE", "CONTRACT_PRICE")))  # fmt: skip
    def conditional(self, by, symbol, side, size, of, away, close, kind, working):
        price = self.bench.price(1 + Decimal(away) / 1000, symbol)
        asked = {"side": side, "type": kind, "positionSide": of, "workingType": working}
        asked |= {"closePosition": close} if close else {"quantity": self.qty(symbol, size)}
        asked |= {"callbackRate": "0.5"} if kind == "TRAILING_STOP_MARKET" else {"triggerPrice": price}
        asked |= {"price": price} if kind == "STOP" else {}
        self.try_to("POST", symbol, "algoOrder", by, **asked)

    @rule(by=users, symbol=contracts, number=which)
    def cancel(self, by, symbol, number):
        rows = self.bench.ask("GET", self.path(symbol, "openOrders"), by, symbol=symbol)
        if rows:
            self.try_to("DELETE", symbol, "order", by, orderId=rows[number % len(rows)]["orderId"])

    @rule(by=users, symbol=contracts, number=which, size=sizes, away=apart)
    def modify(self, by, symbol, number, size, away):
        rows = self.bench.ask("GET", self.path(symbol, "openOrders"), by, symbol=symbol)
        if rows:
            one = rows[number % len(rows)]
            price = self.bench.price(1 + Decimal(away) / 1000, symbol)
            named = {"orderId": one["orderId"], "side": one["side"]}
            self.try_to("PUT", symbol, "order", by, **named, quantity=self.qty(symbol, size), price=price)

    @rule(by=users, symbol=contracts, leverage=st.sampled_from((1, 3, 20, 50, 75)))
    def leverage(self, by, symbol, leverage):
        self.try_to("POST", symbol, "leverage", by, leverage=leverage)

    @rule(by=users, symbol=contracts, kind=st.sampled_from(("ISOLATED", "CROSSED")))
    def margin_type(self, by, symbol, kind):
        self.try_to("POST", symbol, "marginType", by, marginType=kind)

    @rule(
        by=users,
        symbol=contracts,
        amount=st.integers(1, 300),
        kind=st.sampled_from(("1", "2")),
        of=position_sides,
    )
    def position_margin(self, by, symbol, amount, kind, of):
        amount = Decimal(amount) / (10_000 if "_PERP" in symbol else 1)
        self.try_to("POST", symbol, "positionMargin", by, amount=amount, type=kind, positionSide=of)

    @rule(by=users, dual=st.booleans())
    def mode(self, by, dual):
        self.try_to("POST", "BTCUSDT", "positionSide/dual", by, dualSidePosition=str(dual).lower())

    @rule(by=users, amount=st.integers(1, 3000), way=st.sampled_from(("MAIN_UMFUTURE", "UMFUTURE_MAIN")))
    def transfer(self, by, amount, way):
        wallet = self.bench.office.wallet
        try:
            wallet.transfer(self.bench.office.account(by), way, "USDT", amount * 10**8)
        except Refusal as refusal:
            assert refusal.code == -5013

    # what happens

    @rule(index=st.sampled_from(INDEXES), percent=st.integers(-12, 12))
    def price_moves(self, index, percent):
        self.bench.move(1 + Decimal(percent) / 100, index, 200)

    @rule(seconds=st.sampled_from((0.1, 0.5, 1)))
    def time_passes(self, seconds):
        self.bench.advance(int(seconds * 1000))

    @rule()
    def hours_pass(self):
        self.bench.advance(5 * HOUR, step=5 * HOUR)

    # what always holds

    def tradings(self):
        return [self.bench.trading(margin) for margin in ("um", "cm")] if hasattr(self, "bench") else []

    @invariant()
    def nothing_appears_or_vanishes(self):
        for trading in self.tradings():
            assert not any(trading.ledger.sums().values())
        if hasattr(self, "bench"):
            assert not any(self.bench.office.trading.ledger.sums().values())

    @invariant()
    def positions_are_the_sum_of_fills(self):
        for trading in self.tradings():
            for account in trading.accounts():
                held = {}
                for desk in trading.desks():
                    for trade in desk.trades_of(account):
                        ticket = trade.order.ticket
                        key = ticket.symbol.name, ticket.side_of
                        held[key] = held.get(key, 0) + (trade.qty if ticket.is_buy else -trade.qty)
                told = {key: one.qty for key, one in account.positions.items()}
                assert {key: qty for key, qty in held.items() if qty} == {k: q for k, q in told.items() if q}

    @invariant()
    def a_wallet_is_what_its_income_adds_up_to(self):
        for trading in self.tradings():
            for account in trading.accounts():
                for asset, balance in account.balances.items():
                    come = sum(one.amount for one in account.income if one.asset == asset)
                    assert balance.free == trading.opening.get(asset, 0) + come and balance.locked == 0

    @invariant()
    def gains_of_trades_are_on_record(self):
        for trading in self.tradings():
            for account in trading.accounts():
                trades = [one for desk in trading.desks() for one in desk.trades_of(account)]
                gained = sum(one.gain for one in trades if isinstance(one, FuturesTrade))
                booked = sum(one.amount for one in account.income if one.kind == "REALIZED_PNL")
                assert gained == booked == sum(one.realized for one in account.positions.values())

    @invariant()
    def nobody_without_positions_is_below_zero(self):
        for trading in self.tradings():
            trading.advance()
            for account in trading.accounts():
                held = trading.positions_by_asset(account)
                for asset, balance in account.balances.items():
                    assert balance.free >= 0 or asset in held, (account, asset)
                for one in account.positions.values():
                    assert one.margin >= 0 and (one.qty or (not one.margin and not one.cost))

    @invariant()
    def what_may_only_reduce_waits_for_no_more_than_there_is(self):
        for trading in self.tradings():
            for desk in trading.desks():
                for order in [one for name in desk.open for one in desk.open[name].values()]:
                    ticket, account = order.ticket, order.account
                    if ticket.reduce_only:
                        held = account.position(desk.contract, ticket.side_of).qty
                        assert order.left <= (-held if ticket.is_buy else held)

    @invariant()
    def the_last_event_of_an_order_tells_what_the_order_is(self):
        for by, events in (self.bench.heard if hasattr(self, "bench") else {}).items():
            last = {(e["o"]["s"], e["o"]["i"]): e["o"] for e in events if e["e"] == "ORDER_TRADE_UPDATE"}
            for trading in self.tradings():
                for desk in trading.desks():
                    for order in desk.own(self.bench.account(by, trading.market.margin)):
                        told = last[desk.contract.name, order.id]
                        assert (told["X"], told["z"]) == (order.status, desk.contract.qty_text(order.filled))


def run(examples, steps):
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_futures_are_conserved_whatever_users_do():
    run(5, 30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_futures_are_conserved_for_long():
    run(300, 120)
