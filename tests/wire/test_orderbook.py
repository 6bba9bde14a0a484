"""Which differences make the book, against a slow model of an exchange's book."""

import random

import pytest

from binance_legacy.wire.orderbook import Follower


class Exchange:
    """A book whose every update has a number, and which tells of them in bunches."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.number = 100
        self.sides = {"b": {}, "a": {}}
        self.history = {}
        for _ in range(40):
            self.change()

    def change(self):
        self.number += 1
        middle = 1000 + self.chance.randint(-3, 3)
        side = self.chance.choice("ba")
        price = middle - self.chance.randint(1, 9) if side == "b" else middle + self.chance.randint(1, 9)
        quantity = self.chance.randint(0, 3)
        other = self.sides["a" if side == "b" else "b"]
        crossed = [p for p in other if (p <= price if side == "b" else p >= price)]
        changes = [(side, price, quantity), *[("a" if side == "b" else "b", p, 0) for p in crossed]]
        for where, level, amount in changes:
            self.sides[where].pop(level, None)
            if amount:
                self.sides[where][level] = amount
        self.history[self.number] = self.best()
        return changes

    def best(self):
        return max(self.sides["b"], default=None), min(self.sides["a"], default=None)

    def difference(self, futures, before):
        first = self.number + 1
        levels = {"b": {}, "a": {}}
        for _ in range(self.chance.randint(1, 5)):
            for side, price, quantity in self.change():
                levels[side][price] = quantity
        told = {"U": first, "u": self.number, **{side: list(both.items()) for side, both in levels.items()}}
        return {**told, "pu": before} if futures else told

    def snapshot(self):
        return self.number, {side: dict(levels) for side, levels in self.sides.items()}


class Book:
    """A book kept by a `Follower`, from plain dictionaries."""

    def __init__(self):
        self.follower = Follower()
        self.sides = {"b": {}, "a": {}}

    def take(self, difference):
        if self.follower.take(difference):
            self.apply(difference)

    def apply(self, difference):
        for side, levels in self.sides.items():
            for price, quantity in difference[side]:
                levels.pop(price, None)
                if quantity:
                    levels[price] = quantity

    def put_in(self, snapshot):
        number, sides = snapshot
        on_top = self.follower.snapshot(number)
        if on_top is None:
            return
        self.sides = {side: dict(levels) for side, levels in sides.items()}
        for difference in on_top:
            self.apply(difference)

    def best(self):
        return max(self.sides["b"], default=None), min(self.sides["a"], default=None)


@pytest.mark.parametrize("futures", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_after_cuts_holes_repeats_and_late_snapshots_the_best_prices_are_never_wrong(seed, futures):
    exchange, book = Exchange(seed), Book()
    chance = random.Random(-seed)
    late, before, checked, old = [], exchange.number, 0, []
    for _ in range(2500):
        difference = exchange.difference(futures, before)
        before = exchange.number
        fate = chance.random()
        if fate < 0.03:
            late.append(difference)  # comes once more, or never
        elif fate < 0.06:
            old.append(difference)
            book.take(difference)
            book.take(difference)
        elif fate < 0.08:
            book.follower.lose()
        else:
            book.take(difference)
        if old and chance.random() < 0.02:
            book.take(chance.choice(old[-5:]))
        if chance.random() < 0.02:
            book.follower.refresh()
        if not book.follower.in_step or chance.random() < 0.02:
            old_snapshot = exchange.snapshot()
            if chance.random() < 0.5:
                late_difference = exchange.difference(futures, before)
                before = exchange.number
                book.take(late_difference)
            book.put_in(old_snapshot)
        if book.follower.in_step:
            checked += 1
            assert book.best() == exchange.history[book.follower.last]
    assert checked > 1500 and book.follower.gaps > 20


def differences(*numbers):
    return [{"U": first, "u": last} for first, last in numbers]


def test_a_difference_that_straddles_the_snapshot_is_the_first_to_be_applied():
    follower = Follower()
    for difference in differences((1, 5), (6, 10), (11, 15)):
        assert not follower.take(difference)
    assert [d["u"] for d in follower.snapshot(8)] == [10, 15]
    assert follower.last == 15 and follower.take({"U": 16, "u": 16})


def test_a_snapshot_older_than_the_first_difference_is_refused():
    follower = Follower()
    follower.take({"U": 10, "u": 12})
    assert follower.snapshot(5) is None and not follower.in_step
    assert follower.snapshot(9) is not None and follower.last == 12


def test_a_snapshot_newer_than_every_difference_stands_alone_and_the_next_one_may_straddle_it():
    follower = Follower()
    follower.take({"U": 1, "u": 3})
    assert follower.snapshot(20) == []
    assert not follower.take({"U": 15, "u": 18}) and follower.in_step, "the snapshot has it"
    assert follower.take({"U": 18, "u": 25})


def test_a_hole_puts_the_book_out_of_step_and_is_counted_once():
    follower = Follower()
    follower.snapshot(10)
    assert follower.take({"U": 11, "u": 12})
    assert not follower.take({"U": 14, "u": 15}) and not follower.in_step
    assert not follower.take({"U": 16, "u": 17}) and follower.gaps == 1
    assert follower.snapshot(15) == [{"U": 16, "u": 17}]


def test_a_refresh_goes_on_with_the_old_book_until_the_new_snapshot_is_there():
    follower = Follower()
    follower.snapshot(10)
    follower.refresh()
    assert follower.take({"U": 11, "u": 12}) and follower.take({"U": 13, "u": 14})
    assert follower.snapshot(12) == [{"U": 13, "u": 14}] and follower.last == 14


def test_a_snapshot_of_a_refresh_that_does_not_fit_leaves_the_old_book_as_it_is():
    follower = Follower()
    follower.snapshot(10)
    follower.refresh()
    follower.take({"U": 11, "u": 12})
    assert follower.snapshot(5) is None and follower.last == 12 and follower.take({"U": 13, "u": 13})


def test_futures_differences_follow_by_the_number_of_the_one_before():
    follower = Follower()
    follower.snapshot(10)
    assert follower.take({"U": 8, "u": 12, "pu": 7}), "the first straddles the snapshot"
    assert follower.take({"U": 20, "u": 22, "pu": 12}), "its own numbers may leap"
    assert not follower.take({"U": 23, "u": 24, "pu": 21}) and not follower.in_step
