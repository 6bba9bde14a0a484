"""An exchange as slow and obvious as it can be written, to compare the real one with.

Orders are plain dicts, the book is a list that is searched from its beginning each time, amounts are whole numbers of
1e-8. It shares nothing with the package.
"""

import copy

WHOLE = 10**8
ENDED = {"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"}
LIMITED = {"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"}


class Refused(Exception):
    """The order is not taken."""


class SlowExchange:
    """One market, BASE against QUOTE; prices and quantities in 1e-8."""

    def __init__(self, last, step, rate=100_000):
        self.last, self.step, self.rate = last, step, rate
        self.orders, self.queue, self.trades = [], [], []
        self.money = {}
        self.prices = []
        self.turn = 0

    # what somebody has

    def open_account(self, owner, base, quote):
        self.money[owner] = {"BASE": base, "QUOTE": quote}

    def locked(self, owner, asset):
        total = 0
        for one in self.orders:
            if one["owner"] == owner and one["status"] not in ENDED:
                if one["buy"] and asset == "QUOTE":
                    total += (one["price"] or one["guess"]) * one["left"] // WHOLE
                elif not one["buy"] and asset == "BASE":
                    total += one["left"]
        return total

    def free(self, owner, asset):
        return self.money[owner][asset] - self.locked(owner, asset)

    # placing

    def place(
        self,
        owner,
        kind,
        buy,
        qty=0,
        price=0,
        until="GTC",
        stop=0,
        trail=0,
        part=0,
        mode="EXPIRE_MAKER",
        quote=0,
    ):
        one = {
            "owner": owner, "kind": kind, "buy": buy, "qty": qty, "left": qty, "price": price, "until": until,
            "stop": stop, "trail": trail, "part": part, "mode": mode, "status": "NEW", "filled": 0, "cost": 0,
            "waiting": False, "best": None, "number": len(self.orders),
        }  # fmt: skip
        one["guess"] = stop or self.last
        if stop:
            if self.reached(one, self.last):
                raise Refused
            one["waiting"] = True
        elif trail:
            one["waiting"], one["best"] = True, self.last
        if kind == "LIMIT_MAKER" and self.facing(one):
            raise Refused
        if quote:
            one["qty"] = one["left"] = self.worth(one, quote)
            if not one["qty"]:
                raise Refused
        self.orders.append(one)
        if not one["waiting"]:
            self.enter(one)
        self.follow()
        return one

    def cancel(self, one):
        self.leave(one)
        one["status"] = "CANCELED"

    def reached(self, one, price):
        rising = one["buy"] == one["kind"].startswith("STOP_LOSS")
        return price >= one["stop"] if rising else price <= one["stop"]

    # the book

    def facing(self, one):
        """The queue's entry that comes first for an order, or None."""
        found = None
        for entry in self.queue:
            maker = entry["order"]
            if maker["buy"] == one["buy"]:
                continue
            if one["price"] and (
                maker["price"] > one["price"] if one["buy"] else maker["price"] < one["price"]
            ):
                continue
            better = found is None or (
                maker["price"] < found["order"]["price"]
                if one["buy"]
                else maker["price"] > found["order"]["price"]
            )
            if better or (maker["price"] == found["order"]["price"] and entry["turn"] < found["turn"]):
                found = entry
        return found

    def queue_up(self, one):
        self.turn += 1
        shown = min(one["part"], one["left"]) if one["part"] else one["left"]
        self.queue.append({"order": one, "shown": shown, "turn": self.turn})

    def leave(self, one):
        self.queue = [entry for entry in self.queue if entry["order"] is not one]
        one["waiting"] = False

    def enter(self, one):
        if one["until"] == "FOK" and one["price"]:
            other = copy.deepcopy(self)
            twin = other.orders[one["number"]]
            twin["until"] = "IOC"
            other.enter(twin)
            if twin["filled"] < one["qty"]:
                one["status"] = "EXPIRED"
                return
        while one["left"] and (entry := self.facing(one)):
            maker = entry["order"]
            if maker["owner"] == one["owner"]:
                if self.prevent(one, maker):
                    return
                continue
            amount = min(one["left"], entry["shown"])
            self.trade(one, maker, amount)
            entry["shown"] -= amount
            if not entry["shown"]:
                self.leave(maker)
                if maker["left"]:
                    self.queue_up(maker)
        if one["left"]:
            if one["price"] and one["until"] == "GTC":
                self.queue_up(one)
            elif one["status"] not in ENDED:
                one["status"] = "EXPIRED"

    def prevent(self, taker, maker):
        """Both have one owner; whether the taker is done with."""
        mode = taker["mode"]
        if mode == "DECREMENT":
            amount = min(taker["left"], maker["left"])
            for one in (taker, maker):
                one["left"] -= amount
                if not one["left"]:
                    one["status"] = "EXPIRED_IN_MATCH"
                    self.leave(one)
            for entry in self.queue:
                if entry["order"] is maker:
                    entry["shown"] = min(entry["shown"], maker["left"])
            return not taker["left"]
        for one, modes in (
            (maker, ("EXPIRE_MAKER", "EXPIRE_BOTH")),
            (taker, ("EXPIRE_TAKER", "EXPIRE_BOTH")),
        ):
            if mode in modes:
                self.leave(one)
                one["status"], one["left"] = "EXPIRED_IN_MATCH", 0
        return mode != "EXPIRE_MAKER"

    def trade(self, taker, maker, amount):
        price = maker["price"]
        paid = price * amount // WHOLE
        self.trades.append((taker["number"], maker["number"], price, amount))
        for one in (taker, maker):
            money = self.money[one["owner"]]
            if one["buy"]:
                money["QUOTE"] -= paid
                money["BASE"] += amount - amount * self.rate // WHOLE
            else:
                money["BASE"] -= amount
                money["QUOTE"] += paid - paid * self.rate // WHOLE
            one["left"] -= amount
            one["filled"] += amount
            one["cost"] += paid
            one["status"] = "PARTIALLY_FILLED" if one["left"] else "FILLED"
        self.last = price
        self.prices.append(price)

    def worth(self, one, quote):
        """How much an amount of QUOTE buys or sells, as the queue stands."""
        other = copy.deepcopy(self)
        twin = {**one, "left": 0}
        total = 0
        while entry := other.facing(twin):
            maker = entry["order"]
            most = quote * WHOLE // maker["price"] // self.step * self.step
            if maker["owner"] == one["owner"]:
                if one["mode"] == "EXPIRE_MAKER":
                    other.leave(maker)
                    continue
                if one["mode"] != "DECREMENT":
                    break
                amount = min(most, maker["left"])
                entry["shown"] = maker["left"]
            else:
                amount = min(most, entry["shown"])
            if not amount:
                break
            total += amount
            quote -= maker["price"] * amount // WHOLE
            maker["left"] -= amount
            entry["shown"] -= amount
            if not entry["shown"]:
                other.leave(maker)
                if maker["left"]:
                    other.queue_up(maker)
        return total

    # what waits for a price

    def follow(self):
        while self.prices:
            price = self.prices.pop(0)
            hit = [
                one
                for one in self.orders
                if one["waiting"] and one["status"] == "NEW" and self.is_hit(one, price)
            ]
            for one in hit:
                if one["status"] == "NEW" and one["waiting"]:
                    one["waiting"] = False
                    self.enter(one)

    def is_hit(self, one, price):
        if not one["trail"]:
            return self.reached(one, price)
        if one["best"] is None:
            if self.reached(one, price):
                one["best"] = price
            return False
        if one["buy"]:
            one["best"] = min(one["best"], price)
            return price * 10_000 >= one["best"] * (10_000 + one["trail"])
        one["best"] = max(one["best"], price)
        return price * 10_000 <= one["best"] * (10_000 - one["trail"])
