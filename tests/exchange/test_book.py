"""The book matches by price, then by time, and loses nothing."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from binance_legacy.exchange.market.book import Book, Fill, Until


@pytest.fixture
def book():
    return Book()


def prices(fills):
    return [(fill.price, fill.qty) for fill in fills]


def test_a_limit_order_that_meets_nobody_rests(book):
    outcome = book.limit(True, 100, 5, "ann")
    assert (outcome.fills, outcome.left, outcome.rests) == ([], 5, True)
    assert book.best() == (100, 5, 0, 0)
    assert book.orders[outcome.id].owner == "ann"


def test_a_taker_gets_the_makers_price_and_both_are_named(book):
    maker = book.limit(False, 100, 5, "ann").id
    taker = book.limit(True, 103, 2, "bob")
    assert taker.fills == [Fill(maker, "ann", taker.id, "bob", 100, 2, False)]
    assert book.best() == (0, 0, 100, 3)


def test_the_better_price_goes_first_then_the_older_order(book):
    book.limit(False, 101, 1, "late price")
    book.limit(False, 100, 1, "first")
    book.limit(False, 100, 1, "second")
    owners = [fill.maker_owner for fill in book.market(True, 3).fills]
    assert owners == ["first", "second", "late price"]


def test_a_partly_filled_maker_keeps_its_place(book):
    book.limit(True, 100, 5, "first")
    book.limit(True, 100, 5, "second")
    book.market(False, 2)
    assert [fill.maker_owner for fill in book.market(False, 4).fills] == ["first", "second"]


def test_what_a_limit_order_does_not_fill_rests_at_its_price(book):
    book.limit(False, 100, 2)
    outcome = book.limit(True, 101, 5)
    assert prices(outcome.fills) == [(100, 2)]
    assert outcome.rests
    assert book.best() == (101, 3, 0, 0)


def test_a_market_order_walks_the_levels_and_the_rest_lapses(book):
    book.limit(False, 100, 2)
    book.limit(False, 105, 2)
    outcome = book.market(True, 9)
    assert prices(outcome.fills) == [(100, 2), (105, 2)]
    assert (outcome.left, outcome.rests) == (5, False)
    assert book.best_ask is None


def test_a_market_order_by_amount_spends_no_more_than_that(book):
    book.limit(False, 100, 2)
    book.limit(False, 150, 9)
    outcome = book.market_quote(True, 200 + 3 * 150 + 149)
    assert prices(outcome.fills) == [(100, 2), (150, 3)]
    assert outcome.left == 149


def test_a_market_order_by_amount_is_cut_to_the_quantity_step():
    book = Book(step=10)
    book.limit(False, 7, 100)
    outcome = book.market_quote(True, 7 * 27)
    assert prices(outcome.fills) == [(7, 20)]
    assert outcome.left == 49


def test_immediate_or_cancel_never_rests(book):
    book.limit(False, 100, 2)
    outcome = book.limit(True, 100, 5, until=Until.IMMEDIATE)
    assert (prices(outcome.fills), outcome.left, outcome.rests) == ([(100, 2)], 3, False)
    assert book.orders == {}


@pytest.mark.parametrize(("limit", "filled"), [(101, True), (100, False)])
def test_fill_or_kill_takes_all_or_nothing(book, limit, filled):
    book.limit(False, 100, 2)
    book.limit(False, 101, 2)
    outcome = book.limit(True, limit, 4, until=Until.FILLED_WHOLE)
    assert sum(fill.qty for fill in outcome.fills) == (4 if filled else 0)
    assert not outcome.rests
    assert len(book.orders) == (0 if filled else 2)


def test_post_only_lapses_instead_of_taking(book):
    book.limit(False, 100, 2)
    assert book.would_take(True, 100)
    outcome = book.limit(True, 100, 1, post_only=True)
    assert (outcome.fills, outcome.rests) == ([], False)
    assert book.limit(True, 99, 1, post_only=True).rests


def test_canceling_gives_the_order_back_once(book):
    number = book.limit(True, 100, 5).id
    order = book.cancel(number)
    assert order is not None
    assert (order.price, order.qty) == (100, 5)
    assert book.cancel(number) is None
    assert book.best_bid is None


def test_each_call_that_changes_the_book_counts_one_update(book):
    number = book.limit(True, 100, 5).id
    book.limit(False, 101, 5)
    assert book.update_id == 2
    book.market(True, 1)
    assert book.update_id == 3
    book.cancel(number)
    book.cancel(number)
    book.market(False, 1)
    assert book.update_id == 4, "neither a vain cancel nor a market order without takers changes anything"


def test_changes_are_final_quantities_and_told_once(book):
    book.limit(True, 100, 5)
    book.limit(True, 99, 5)
    book.market(False, 5)
    changes = book.take_changes()
    assert changes == (1, 3, {100: 0, 99: 5}, {})
    assert list(changes.bids) == [100, 99], "best first, as Binance lists them"
    assert book.take_changes() is None


def test_top_lists_the_best_levels_first(book):
    for price in (98, 100, 99):
        book.limit(True, price, price)
        book.limit(False, price + 10, price)
    assert book.top(2) == ([(100, 100), (99, 99)], [(108, 98), (109, 99)])


@pytest.mark.parametrize(("price", "qty"), [(0, 1), (1, 0), (-1, 1)])
def test_nothing_without_price_and_quantity_comes_in(book, price, qty):
    with pytest.raises(ValueError, match="above zero"):
        book.limit(True, price, qty)
    if qty <= 0:
        with pytest.raises(ValueError, match="above zero"):
            book.market(True, qty)


SIDES = st.booleans()
PRICES = st.integers(90, 110)
QUANTITIES = st.integers(1, 20)


class BookMachine(RuleBasedStateMachine):
    """Random orders against a book, and a naive model of who stands where."""

    @initialize()
    def begin(self):
        self.book = Book(update_id=1000)
        self.resting = {}  # id -> [is_buy, price, qty]
        self.mirror = {True: {}, False: {}}
        self.last_update = 1000

    def expected_makers(self, is_buy, limit):
        """Ids in the order in which they must be filled."""
        sign = 1 if is_buy else -1
        there = [
            (sign * price, number)
            for number, (buys, price, _) in self.resting.items()
            if buys != is_buy and (limit is None or sign * price <= sign * limit)
        ]
        return [number for _, number in sorted(there)]

    def check_fills(self, is_buy, limit, outcome):
        makers = self.expected_makers(is_buy, limit)
        assert [fill.maker_id for fill in outcome.fills] == makers[: len(outcome.fills)]
        for index, fill in enumerate(outcome.fills):
            assert fill.taker_id == outcome.id
            order = self.resting[fill.maker_id]
            assert fill.price == order[1]
            assert fill.buyer_is_maker == order[0]
            order[2] -= fill.qty
            assert order[2] == 0 or index == len(outcome.fills) - 1, "only the last maker keeps something"
            if order[2] == 0:
                del self.resting[fill.maker_id]
        if outcome.left:
            assert len(outcome.fills) == len(makers), "something is left though somebody still stood there"

    @rule(is_buy=SIDES, price=PRICES, qty=QUANTITIES, until=st.sampled_from(Until), post=st.booleans())
    def limit(self, is_buy, price, qty, until, post):
        crosses = bool(self.expected_makers(is_buy, price))
        there = sum(self.resting[number][2] for number in self.expected_makers(is_buy, price))
        outcome = self.book.limit(is_buy, price, qty, "me", until, post)
        assert sum(fill.qty for fill in outcome.fills) + outcome.left == qty
        refused = crosses and (post or (until is Until.FILLED_WHOLE and there < qty))
        if refused:
            assert (outcome.fills, outcome.rests) == ([], False)
            return
        self.check_fills(is_buy, price, outcome)
        assert outcome.rests == (outcome.left > 0 and until is Until.CANCELED)
        if outcome.rests:
            self.resting[outcome.id] = [is_buy, price, outcome.left]

    @rule(is_buy=SIDES, qty=QUANTITIES)
    def market(self, is_buy, qty):
        outcome = self.book.market(is_buy, qty)
        assert sum(fill.qty for fill in outcome.fills) + outcome.left == qty
        self.check_fills(is_buy, None, outcome)

    @rule(is_buy=SIDES, quote=st.integers(1, 5000))
    def market_quote(self, is_buy, quote):
        outcome = self.book.market_quote(is_buy, quote)
        assert sum(fill.qty * fill.price for fill in outcome.fills) + outcome.left == quote
        self.check_fills(is_buy, None, outcome._replace(left=0))

    @precondition(lambda self: self.resting)
    @rule(data=st.data())
    def cancel(self, data):
        number = data.draw(st.sampled_from(sorted(self.resting)))
        _, price, qty = self.resting.pop(number)
        order = self.book.cancel(number)
        assert (order.price, order.qty) == (price, qty)

    @rule()
    def follow(self):
        """Whoever applies the changes has the same book."""
        changes = self.book.take_changes()
        if changes is None:
            assert self.book.update_id == self.last_update
        else:
            assert (changes.first, changes.last) == (self.last_update + 1, self.book.update_id)
            self.last_update = changes.last
            self.mirror[True].update(changes.bids)
            self.mirror[False].update(changes.asks)
        bids, asks = self.book.top(1000)
        assert {p: q for p, q in self.mirror[True].items() if q} == dict(bids)
        assert {p: q for p, q in self.mirror[False].items() if q} == dict(asks)

    @invariant()
    def never_crossed(self):
        bid, ask = self.book.best_bid, self.book.best_ask
        assert bid is None or ask is None or bid < ask

    @invariant()
    def holds_exactly_what_rests(self):
        totals = {True: Counter(), False: Counter()}
        for is_buy, price, qty in self.resting.values():
            totals[is_buy][price] += qty
        bids, asks = self.book.top(1000)
        assert bids == sorted(totals[True].items(), reverse=True)
        assert asks == sorted(totals[False].items())
        assert self.book.orders.keys() == self.resting.keys()
        assert self.book.best_bid == (bids[0][0] if bids else None)
        assert self.book.best_ask == (asks[0][0] if asks else None)


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
