"""Whatever users of margin do, in whatever order: assets and debts are conserved, and nobody is below zero silently."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from binance_legacy.exchange.refusals import Refusal

from .futures_bench import Bench

SYMBOLS = ("BTCUSDT", "ETHUSDT")
HOUR = 3_600_000

users = st.sampled_from(("ann", "bob"))
symbols = st.sampled_from(SYMBOLS)
isolated = st.sampled_from(("FALSE", "FALSE", "TRUE"))
assets = st.sampled_from(("USDT", "BTC", "ETH"))
sizes = st.integers(1, 60)
effects = st.sampled_from(
    (None, "NO_SIDE_EFFECT", "MARGIN_BUY", "MARGIN_BUY", "AUTO_REPAY", "AUTO_BORROW_REPAY")
)
WORTH = {"USDT": Decimal(100), "BTC": Decimal("0.002"), "ETH": Decimal("0.04")}


class Machine(RuleBasedStateMachine):
    """Two users with cross accounts and isolated ones."""

    @initialize(seed=st.integers(1, 3))
    def open(self, seed):
        self.bench = Bench(seed, balances={"USDT": "20000", "BTC": "1", "ETH": "20"})

    def try_to(self, method, path, by, **params):
        try:
            return self.bench.margin(method, path, by, **params)
        except Refusal as refusal:
            assert refusal.code < 0 and refusal.message
            return None

    @rule(by=users, asset=assets, size=sizes, out=st.booleans(), symbol=st.sampled_from(("", *SYMBOLS)))
    def transfer(self, by, asset, size, out, symbol):
        wallet = "ISOLATED_MARGIN" if symbol else "MARGIN"
        way = f"{wallet}_MAIN" if out else f"MAIN_{wallet}"
        try:
            self.bench.transfer(
                way, asset, WORTH[asset] * size, by, **{"from_symbol" if out else "to_symbol": symbol}
            )
        except Refusal as refusal:
            assert refusal.code in (-5013, -3027, -11001)

    @rule(
        by=users,
        asset=assets,
        size=sizes,
        kind=st.sampled_from(("BORROW", "REPAY")),
        of=isolated,
        symbol=symbols,
    )
    def loan(self, by, asset, size, kind, of, symbol):
        self.try_to("POST", "borrow-repay", by, asset=asset, amount=WORTH[asset] * size, type=kind, isIsolated=of,
                    symbol=symbol)  # fmt: skip

    @rule(
        by=users,
        symbol=symbols,
        side=st.sampled_from(("BUY", "SELL")),
        size=sizes,
        of=isolated,
        effect=effects,
    )
    def market_order(self, by, symbol, side, size, of, effect):
        self.try_to("POST", "order", by, symbol=symbol, side=side, type="MARKET", isIsolated=of, sideEffectType=effect,
                    quantity=WORTH[symbol[:3]] * size)  # fmt: skip

    @rule(by=users, symbol=symbols, side=st.sampled_from(("BUY", "SELL")), size=sizes, of=isolated, effect=effects,
          away=st.integers(-20, 20))  # fmt: skip
    def limit_order(self, by, symbol, side, size, of, effect, away):
        last = Decimal(self.bench.market.ticker_price([symbol])[0]["price"])
        price = (last * (1 + Decimal(away) / 1000)).quantize(Decimal("0.01"))
        self.try_to("POST", "order", by, symbol=symbol, side=side, type="LIMIT", timeInForce="GTC", isIsolated=of,
                    sideEffectType=effect, quantity=WORTH[symbol[:3]] * size, price=price)  # fmt: skip

    @rule(by=users, symbol=symbols, side=st.sampled_from(("BUY", "SELL")), size=sizes, of=isolated, effect=effects,
          away=st.integers(1, 30), back=st.sampled_from((None, "TRUE", "FALSE")))  # fmt: skip
    def list_of_orders(self, by, symbol, side, size, of, effect, away, back):
        last = Decimal(self.bench.market.ticker_price([symbol])[0]["price"])
        apart = Decimal(away) / 1000 * (1 if side == "SELL" else -1)
        near, stop = ((last * factor).quantize(Decimal("0.01")) for factor in (1 + apart, 1 - apart))
        self.try_to("POST", "order/oco", by, symbol=symbol, side=side, isIsolated=of, sideEffectType=effect, price=near,
                    quantity=WORTH[symbol[:3]] * size, stopPrice=stop, autoRepayAtCancel=back)  # fmt: skip

    @rule(symbol=symbols, is_buy=st.booleans(), size=sizes)
    def crowd_takes(self, symbol, is_buy, size):
        self.bench.office.trading.trade(symbol, is_buy, WORTH[symbol[:3]] * size)

    @rule(by=users, symbol=symbols, of=isolated)
    def cancel_all(self, by, symbol, of):
        self.try_to("DELETE", "openOrders", by, symbol=symbol, isIsolated=of)

    @rule(symbol=symbols, percent=st.integers(-20, 25))
    def price_moves(self, symbol, percent):
        self.bench.move(1 + Decimal(percent) / 100, symbol, 200)

    @rule(milliseconds=st.sampled_from((100, 1000)))
    def time_passes(self, milliseconds):
        self.bench.advance(milliseconds)

    @rule()
    def hours_pass(self):
        self.bench.advance(2 * HOUR, step=2 * HOUR)

    def accounts(self):
        return list(self.bench.office.margin.accounts()) if hasattr(self, "bench") else []

    @invariant()
    def nothing_appears_or_vanishes(self):
        if hasattr(self, "bench"):
            ledger = self.bench.office.trading.ledger
            assert not any(ledger.sums().values()) and not list(ledger.below_zero())

    @invariant()
    def what_was_lent_is_what_is_owed(self):
        lent = {}
        for account in self.accounts():
            for asset, debt in account.debts.items():
                assert debt.borrowed >= 0 and debt.interest >= 0 and debt.total
                lent[asset] = lent.get(asset, 0) + debt.borrowed
        if hasattr(self, "bench"):
            loans = self.bench.office.trading.ledger.loans
            assert {a: -n for a, n in loans.items() if n} == {a: n for a, n in lent.items() if n}

    @invariant()
    def debts_are_what_the_records_add_up_to(self):
        for account in self.accounts():
            for asset in account.assets():
                loans = [one for one in account.loans if one.asset == asset]
                borrowed = sum(
                    one.amount if one.kind == "BORROW" else one.interest - one.amount for one in loans
                )
                charged = sum(one.amount for one in account.charges if one.asset == asset)
                paid = sum(one.interest for one in loans)
                assert account.owed(asset) == borrowed + charged - paid

    @invariant()
    def only_open_orders_are_pledged(self):
        for account in self.accounts():
            self.bench.office.margin.look_at(account)
            for pledge in account.pledges:
                desk = self.bench.office.trading.desk(pledge.symbol)
                assert any(desk.orders[number].open for number in pledge.orders)
                assert all(desk.orders[number].account is account for number in pledge.orders)
                assert 0 <= pledge.lent <= pledge.need and (pledge.lent or pledge.repays)
            assert account.lender is None

    @invariant()
    def who_is_lost_is_closed_at_once(self):
        if hasattr(self, "bench"):
            margin = self.bench.office.margin
            margin.advance()
            for account in self.accounts():
                assert margin.level(account) > margin.terms(account).lost


def run(examples, steps):
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_margin_is_conserved_whatever_users_do():
    run(5, 30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_margin_is_conserved_for_long():
    run(200, 100)
