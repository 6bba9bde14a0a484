"""Whatever users do, in whatever order: nothing appears or vanishes, and the events tell what the answers tell."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.trade.desk import Desk
from binance_legacy.exchange.trade.ledger import text
from binance_legacy.exchange.trade.spot_calls import BY_NAME
from binance_legacy.exchange.trade.trading import CLOSED, Trading

START = 1_723_161_254_321
SYMBOLS = ("BTCUSDT", "ETHBTC")
OWNERS = ("ann", "bob", "cat")
ENDED = {"FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"}
STEPS = 200
NONE = "0.00000000"
QUANTUM = {"BTCUSDT": 500, "ETHBTC": 20}
"""The smallest quantity that is asked for, in the symbol's units; everything else is a small multiple of it."""

ABSURD = (
    {"price": "0"}, {"quantity": "0"}, {"quantity": "0.00000001"}, {"quantity": "-1"}, {"price": "1e5"},
    {"price": "0.000000001"}, {"price": "99999999"}, {"side": "HOLD"}, {"type": "PEGGED"}, {"timeInForce": "GTX"},
    {"quantity": "80000000"}, {"stopPrice": "1"}, {"trailingDelta": "100"}, {"selfTradePreventionMode": "NONE"},
    {"timeInForce": None}, {"price": None}, {"symbol": None}, {"icebergQty": "99"}, {"newClientOrderId": "a b"},
    {"timeInForce": "IOC", "icebergQty": "0.01"}, {"quoteOrderQty": "100"}, {"strategyType": "5"},
    {"type": "LIMIT_MAKER"}, {"type": "STOP_LOSS_LIMIT"}, {"type": "MARKET"}, {"unknown": "1"},
    {"type": "TAKE_PROFIT_LIMIT", "trailingDelta": "1"}, {"price": "0.000001"},
)  # fmt: skip
"""What turns a good order into one that must be refused."""

owners = st.sampled_from(("ann", "ann", "ann", "bob", "cat"))
symbols = st.sampled_from(SYMBOLS)
sides = st.sampled_from(("BUY", "SELL"))
steps = st.integers(-9, 9)
sizes = st.integers(1, 24)
names = st.sampled_from((None, None, None, "a", "b", "c", "d"))
answers = st.sampled_from((None, "ACK", "RESULT", "FULL"))
preventions = st.sampled_from((None, "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"))
kinds = st.sampled_from(
    (
        "LIMIT", "LIMIT", "LIMIT", "LIMIT_MAKER", "LIMIT_MAKER", "MARKET", "QUOTE", "STOP_LOSS", "STOP_LOSS_LIMIT",
        "TAKE_PROFIT", "TAKE_PROFIT_LIMIT", "TRAIL_LOSS", "TRAIL_PROFIT_LIMIT",
    )
)  # fmt: skip
untils = st.sampled_from(("GTC", "GTC", "GTC", "IOC", "FOK"))
which = st.integers(0, 30)
RESTRICTIONS = ("ONLY_NEW", "ONLY_PARTIALLY_FILLED")
waits = st.sampled_from((0, 1, 40, 250, 1000, 3000))


def units(text):
    """A text of eight decimals as a whole number of 1e-8."""
    whole, decimals = text.split(".")
    assert len(decimals) == 8
    return int(whole + decimals)


class Told:
    """An account as its events tell it, and the rules by which they come."""

    def __init__(self, log, name):
        self.log = log
        self.name = name
        self.orders = {}
        self.trades = []
        self.balances = {}
        self.news = False
        self.executions = 0

    def hear(self, event):
        self.news = True
        getattr(self, event["e"])(event)

    def has(self, asset, free, locked):
        """What there is of an asset, as texts; none is not kept."""
        self.balances[asset] = free, locked
        if free == locked == NONE:
            del self.balances[asset]

    def outboundAccountPosition(self, event):
        assert list(event) == ["e", "E", "u", "B"]
        for row in event["B"]:
            self.has(row["a"], row["f"], row["l"])

    def balanceUpdate(self, event):
        assert list(event) == ["e", "E", "a", "d", "T"]

    def listStatus(self, event):
        members = [self.orders[event["s"], one["i"]] for one in event["O"]]
        assert all(one["g"] == event["g"] for one in members)
        assert (event["L"] == "ALL_DONE") == all(one["X"] in ENDED for one in members)

    def executionReport(self, event):
        self.log.rank += 1
        Exchange.outcomes[event["x"], event["X"], event["o"], event["m"]] += 1
        key = event["s"], event["i"]
        before, what = self.orders.get(key), event["x"]
        assert event["I"] > self.executions
        self.executions = event["I"]
        if before is None:
            self._begins(event)
        else:
            self._goes_on(before, event)
        if what == "TRADE":
            self._traded(before, event)
        else:
            assert event["t"] == -1 and event["l"] == NONE and event["N"] is None
        event["rank"] = before["rank"] if before is not None and before["w"] else self.log.rank
        event["name"] = event["C"] or event["c"]
        self.orders[key] = event
        if event["w"] and event["X"] not in ENDED:
            self.log.working[key] = event
        else:
            self.log.working.pop(key, None)

    def _begins(self, event):
        legal = {("NEW", "NEW"), ("NEW", "PENDING_NEW"), ("REJECTED", "REJECTED")}
        assert (event["x"], event["X"]) in legal
        assert event["z"] == NONE

    def _goes_on(self, before, event):
        what, status = event["x"], event["X"]
        assert before["X"] not in ENDED, "nothing happens to an order that has ended"
        same = ("s", "i", "S", "o", "f", "p", "P", "g", "O", "V", "Q")
        assert [before[key] for key in same] == [event[key] for key in same]
        shown = min(units(before["F"]), units(event["q"])) if what == "REPLACED" else units(before["F"])
        assert units(event["F"]) == shown
        assert event["T"] >= before["T"]
        assert units(event["z"]) <= units(event["q"])
        filled = units(event["z"]) - units(before["z"])
        legal = {
            "NEW": {"NEW"},
            "TRADE": {"PARTIALLY_FILLED", "FILLED"},
            "REPLACED": {before["X"]},
            "TRADE_PREVENTION": {before["X"], "EXPIRED_IN_MATCH"},
            "CANCELED": {"CANCELED"},
            "EXPIRED": {"EXPIRED"},
            "REJECTED": {"REJECTED"},
        }
        assert status in legal[what]
        if what == "NEW":
            assert before["X"] == "PENDING_NEW" or not before["w"], "an order starts, or its price has come"
        if what == "REJECTED":
            assert before["X"] == "PENDING_NEW"
        if what == "REPLACED":
            assert units(event["q"]) <= units(before["q"])
        else:
            assert event["q"] == before["q"]
        assert filled == units(event["l"])
        assert (filled > 0) == (what == "TRADE")

    def _traded(self, before, event):
        assert before is not None and (before["w"] or before["x"] == "TRADE")
        assert (event["z"] == event["q"]) <= (event["X"] == "FILLED")
        assert units(event["Z"]) - units(before["Z"]) == units(event["Y"])
        own = [trade for trade in self.trades if trade["s"] == event["s"]]
        assert all(trade["i"] != event["i"] or trade["t"] < event["t"] for trade in own)
        price, limit = units(event["L"]), units(event["p"])
        if limit:
            assert price <= limit if event["S"] == "BUY" else price >= limit
        if event["m"]:
            assert price == limit
            self._was_first(before, event)
        self.trades.append(event)

    def _was_first(self, before, event):
        """No order that stood before this one, at the same price, has been passed over."""
        for other in self.log.working.values():
            if (other["s"], other["S"], other["p"]) == (event["s"], event["S"], event["p"]):
                assert other["rank"] >= before["rank"] or units(other["F"])


class Log:
    """What all accounts were told, in one order."""

    def __init__(self):
        self.rank = 0
        self.working = {}


class Exchange(RuleBasedStateMachine):
    """Three accounts and a crowd on two symbols that share an asset."""

    operations = 0
    outcomes = defaultdict(int)

    @initialize(seed=st.sampled_from((1, 2, 3)), share=st.sampled_from((1, 15)))
    def open(self, seed, share):
        self.market = Market(seed=seed, start=START)
        self.trading = Trading(self.market, seed)
        self.log = Log()
        self.accounts, self.told = {}, {}
        for name in OWNERS:
            account = self.trading.open_account(
                {"USDT": "9000", "BTC": "0.2", "ETH": "2", "BNB": "0.05"}, name
            )
            self.accounts[name] = account
            self.told[name] = told = Told(self.log, name)
            account.listeners.append(told.hear)
            for row in self.quietly("account.status", name)["balances"]:
                told.has(row["asset"], row["free"], row["locked"])
        self.accounts["cat"].burns_bnb = True
        self.places = {name: self.market.place(name) for name in SYMBOLS}
        self.anchors = {name: self.trading.desk(name).last for name in SYMBOLS}
        self.halted = set()
        self.looked = 0

    # asking

    def ask(self, name, owner, **sent):
        """An answer; None where it is refused, and then nothing may have changed."""
        type(self).operations += 1
        call = BY_NAME[name]
        texts = {key: str(value) for key, value in sent.items() if value is not None}
        before = self.state() if call.security == "TRADE" else None
        try:
            answer = call.answer(self.trading, self.accounts[owner], call.read(texts))
        except Refusal as refusal:
            self.outcomes[name, refusal.code] += 1
            if refusal.data is None and before is not None:
                assert self.state() == before
            return None
        self.outcomes[name, "done"] += 1
        return answer

    def state(self):
        """What a refused call must leave as it is."""
        return (
            self.log.rank,
            [
                (asset, held.free, held.locked)
                for one in self.accounts.values()
                for asset, held in one.balances.items()
                if held.free or held.locked
            ],
            [self.trading.order_counts(account) for account in self.accounts.values()],
            [(desk.open_count, len(desk.orders), len(desk.prevented)) for desk in self.trading.desks()],
            [(place.book.update_id, len(place.book.orders)) for place in self.places.values()],
            len(self.trading.lists),
        )

    # amounts

    def price(self, symbol, step):
        """A price of a grid about the first one, so that orders meet."""
        listed = self.market.symbol(symbol)
        return listed.price_text(self.anchors[symbol] * (2000 + step) // 2000)

    def last(self, symbol, step):
        """A price as many steps away from the last one."""
        desk = self.trading.desk(symbol)
        return desk.symbol.price_text(desk.last * (2000 + step) // 2000 + (1 if step > 0 else 0))

    def qty(self, symbol, size):
        return self.market.symbol(symbol).qty_text(QUANTUM[symbol] * size)

    def order(self, symbol, side, kind, until, step, size, prefix=""):
        """The parameters of one order of a type, all with a prefix."""
        found = {"Type": kind, "Price": self.price(symbol, step), "TimeInForce": until}
        if kind in ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"):
            up = (side == "BUY") == kind.startswith("STOP_LOSS")
            found["StopPrice"] = self.last(symbol, (1 + abs(step)) * (1 if up else -1))
        if kind.startswith("TRAIL"):
            found["Type"] = kind = {
                "TRAIL_LOSS": "STOP_LOSS", "TRAIL_PROFIT_LIMIT": "TAKE_PROFIT_LIMIT",
            }[kind]  # fmt: skip
            found["TrailingDelta"] = 10 + 5 * size
            if kind == "TAKE_PROFIT_LIMIT":
                found["StopPrice"] = self.last(symbol, (-1 - abs(step)) * (1 if side == "BUY" else -1))
        if kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT"):
            del found["Price"]
        if kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT", "LIMIT_MAKER"):
            del found["TimeInForce"]
        if prefix:
            return {prefix + key: value for key, value in found.items()}
        return {key[0].lower() + key[1:]: value for key, value in found.items()}

    def parts(self, symbol, size, part):
        """An iceberg's visible part, sometimes."""
        return self.qty(symbol, max(1, size // part)) if part else None

    def one_open(self, number):
        """One of all open orders, or None."""
        accounts, desks = self.accounts.values(), self.trading.desks()
        orders = [order for desk in desks for account in accounts for order in desk.open_of(account)]
        return orders[number % len(orders)] if orders else None

    # rules: one order

    @rule(
        owner=owners, symbol=symbols, side=sides, kind=kinds, until=untils, step=steps, size=sizes, name=names,
        how=answers, mode=preventions, part=st.sampled_from((0, 0, 0, 2, 3, 5)),
    )  # fmt: skip
    def place(self, owner, symbol, side, kind, until, step, size, name, how, mode, part):
        sent = self.order(symbol, side, "MARKET" if kind == "QUOTE" else kind, until, step, size)
        if kind == "QUOTE":
            sent["quoteOrderQty"] = {"BTCUSDT": size * 20, "ETHBTC": f"0.{size:03d}"}[symbol]
        else:
            sent["quantity"] = self.qty(symbol, size)
        if "price" in sent and until == "GTC":
            sent["icebergQty"] = self.parts(symbol, size, part)
        answer = self.ask(
            "order.place", owner, symbol=symbol, side=side, newClientOrderId=name, newOrderRespType=how,
            selfTradePreventionMode=mode, **sent,
        )  # fmt: skip
        if answer is not None:
            assert symbol not in self.halted
            self.check_answer(owner, answer)

    @rule(
        owner=owners, symbol=symbols, side=sides, step=st.integers(-3, 3), size=sizes, mode=preventions,
        parts=st.sampled_from((0, 0, 2, 4)), maker=st.booleans(),
    )  # fmt: skip
    def place_near(self, owner, symbol, side, step, size, mode, parts, maker):
        """Where orders stand and meet: few prices, few owners."""
        sent = self.order(symbol, side, "LIMIT_MAKER" if maker else "LIMIT", "GTC", step, size)
        self.ask(
            "order.place", owner, symbol=symbol, side=side, quantity=self.qty(symbol, size),
            icebergQty=self.parts(symbol, size, parts), selfTradePreventionMode=mode, **sent,
        )  # fmt: skip

    def check_answer(self, owner, answer):
        """The answer tells what the events told, of the order as it was when it was placed."""
        event = self.told[owner].orders[answer["symbol"], answer["orderId"]]
        assert answer["clientOrderId"] == event["name"]
        if "fills" in answer:
            total = sum(units(fill["qty"]) for fill in answer["fills"])
            assert total == units(answer["executedQty"]) <= units(event["z"])

    @rule(owner=owners, symbol=symbols, side=sides, step=steps, flaw=st.sampled_from(ABSURD))
    def place_absurd(self, owner, symbol, side, step, flaw):
        good = {
            "symbol": symbol, "side": side, "type": "LIMIT", "timeInForce": "GTC",
            "quantity": self.qty(symbol, 4), "price": self.price(symbol, step),
        }  # fmt: skip
        assert self.ask("order.place", owner, **{**good, **flaw}) is None

    @rule(number=which, by_name=st.booleans(), only=st.sampled_from((None, None, None, *RESTRICTIONS)))
    def cancel(self, number, by_name, only):
        order = self.one_open(number)
        if order is None:
            return
        found = {"origClientOrderId": order.client_id} if by_name else {"orderId": order.id}
        owner, symbol = order.account.name, order.ticket.symbol.name
        answer = self.ask("order.cancel", owner, symbol=symbol, cancelRestrictions=only, **found)
        if answer is not None:
            rows = answer.get("orderReports", [answer])
            for row in rows:
                event = self.told[owner].orders[symbol, row["orderId"]]
                assert (event["X"], event["c"]) == ("CANCELED", row["clientOrderId"])
                assert (event["C"], event["z"]) == (row["origClientOrderId"], row["executedQty"])

    @rule(owner=owners, symbol=symbols, number=which)
    def cancel_all_or_cancel_what_is_not_there(self, owner, symbol, number):
        if number % 8 == 0:
            done = self.ask("openOrders.cancelAll", owner, symbol=symbol)
            assert done is None or self.quietly("openOrders.status", owner, symbol=symbol) == []
        else:
            assert self.ask("order.cancel", owner, symbol=symbol, orderId=number) is None

    @rule(
        number=which, kind=kinds, step=steps, size=sizes, name=names,
        mode=st.sampled_from(("STOP_ON_FAILURE", "ALLOW_FAILURE")), prevention=preventions,
    )  # fmt: skip
    def cancel_replace(self, number, kind, step, size, name, mode, prevention):
        order = self.one_open(number)
        if order is None:
            return
        owner, symbol = order.account.name, order.ticket.symbol.name
        side = "SELL" if number % 5 == 0 else order.ticket.side
        kind = "LIMIT" if kind in ("QUOTE", "MARKET") else kind
        sent = self.order(symbol, side, kind, "GTC", step, size)
        self.ask(
            "order.cancelReplace", owner, symbol=symbol, side=side, quantity=self.qty(symbol, size * (1 + number % 9)),
            cancelOrderId=order.id + (number % 7 == 6), cancelReplaceMode=mode, newClientOrderId=name,
            selfTradePreventionMode=prevention, **sent,
        )  # fmt: skip

    @rule(number=which, size=sizes, name=names)
    def amend(self, number, size, name):
        order = self.one_open(number)
        if order is None:
            return
        owner, symbol = order.account.name, order.ticket.symbol.name
        qty = max(1, order.qty * size // 24)
        answer = self.ask(
            "order.amend.keepPriority", owner, symbol=symbol, orderId=order.id, newClientOrderId=name,
            newQty=order.ticket.symbol.qty_text(qty),
        )  # fmt: skip
        if answer is not None:
            told = self.told[owner].orders[symbol, order.id]
            assert (told["q"], told["c"]) == (
                answer["amendedOrder"]["qty"],
                answer["amendedOrder"]["clientOrderId"],
            )

    # rules: lists

    @rule(
        owner=owners, symbol=symbols, side=sides, near=st.integers(0, 6), far=st.integers(1, 6), size=sizes,
        limited=st.booleans(), name=names, mode=preventions,
    )  # fmt: skip
    def place_old_oco(self, owner, symbol, side, near, far, size, limited, name, mode):
        sign = -1 if side == "BUY" else 1
        stop = self.last(symbol, -sign * far)
        extra = {"stopLimitPrice": self.last(symbol, -sign * (far + 1)), "stopLimitTimeInForce": "GTC"}
        self.ask(
            "orderList.place", owner, symbol=symbol, side=side, quantity=self.qty(symbol, size),
            price=self.last(symbol, sign * (near + 1)), stopPrice=stop, listClientOrderId=name,
            selfTradePreventionMode=mode, **(extra if limited else {}),
        )  # fmt: skip

    def legs(self, symbol, side, limit, kinds, above, below, prefixes):
        """Two legs of an OCO: a stop and a limit order, or a stop and one that takes profit."""
        stop, profit = kinds
        up = self.order(symbol, side, stop if side == "BUY" else profit, "GTC", above, 9, prefixes[0])
        down = self.order(symbol, side, profit if side == "BUY" else stop, "GTC", below, 9, prefixes[1])
        for one, prefix, sign, far in ((up, prefixes[0], 1, above), (down, prefixes[1], -1, below)):
            if one[prefix + "Type"] == "LIMIT_MAKER":
                one[prefix + "Price"] = self.last(symbol, sign * (far + 1))
        return {**up, **down}

    pairs = st.tuples(
        st.sampled_from(("STOP_LOSS", "STOP_LOSS_LIMIT", "TRAIL_LOSS")),
        st.sampled_from(("LIMIT_MAKER", "LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")),
    )

    @rule(
        owner=owners, symbol=symbols, side=sides, kinds=pairs, above=st.integers(0, 6), below=st.integers(0, 6),
        size=sizes, how=answers,
    )  # fmt: skip
    def place_oco(self, owner, symbol, side, kinds, above, below, size, how):
        sent = self.legs(symbol, side, None, kinds, above, below, ("above", "below"))
        self.ask(
            "orderList.place.oco", owner, symbol=symbol, side=side, quantity=self.qty(symbol, size),
            newOrderRespType=how, **sent,
        )  # fmt: skip

    @rule(
        owner=owners, symbol=symbols, side=sides, step=steps, kind=kinds, other=st.booleans(), size=sizes,
        more=st.integers(-2, 3), until=untils, name=names,
    )  # fmt: skip
    def place_oto(self, owner, symbol, side, step, kind, other, size, more, until, name):
        opposite = side if other else {"BUY": "SELL", "SELL": "BUY"}[side]
        kind = "MARKET" if kind == "QUOTE" else kind
        sent = self.order(symbol, side, "LIMIT", until, step, size, "working")
        sent |= self.order(symbol, opposite, kind, "GTC", step + more, size, "pending")
        self.ask(
            "orderList.place.oto", owner, symbol=symbol, workingSide=side, pendingSide=opposite,
            workingQuantity=self.qty(symbol, size), pendingQuantity=self.qty(symbol, max(1, size + more)),
            listClientOrderId=name, **sent,
        )  # fmt: skip

    @rule(
        owner=owners, symbol=symbols, side=sides, step=steps, kinds=pairs, other=st.booleans(), size=sizes,
        above=st.integers(0, 6), below=st.integers(0, 6),
    )  # fmt: skip
    def place_otoco(self, owner, symbol, side, step, kinds, other, size, above, below):
        opposite = side if other else {"BUY": "SELL", "SELL": "BUY"}[side]
        sent = self.order(symbol, side, "LIMIT", "GTC", step, size, "working")
        sent |= self.legs(symbol, opposite, None, kinds, above, below, ("pendingAbove", "pendingBelow"))
        self.ask(
            "orderList.place.otoco", owner, symbol=symbol, workingSide=side, pendingSide=opposite,
            workingQuantity=self.qty(symbol, size), pendingQuantity=self.qty(symbol, size), **sent,
        )  # fmt: skip

    @rule(owner=owners, number=which)
    def cancel_list(self, owner, number):
        lists = self.trading.open_lists(self.accounts[owner])
        if lists:
            one = lists[number % len(lists)]
            answer = self.ask("orderList.cancel", owner, symbol=one.symbol.name, orderListId=one.id)
            assert answer["listOrderStatus"] == "ALL_DONE"

    # rules: money, the crowd, the clock

    @rule(owner=owners, asset=st.sampled_from(("USDT", "BTC", "ETH", "BNB")), size=sizes, takes=st.booleans())
    def move(self, owner, asset, size, takes):
        type(self).operations += 1
        amount = Decimal(size) / {"USDT": 1, "BTC": 400, "ETH": 40, "BNB": 1000}[asset]
        account = self.accounts[owner]
        if not takes:
            self.trading.deposit(account, asset, amount)
            return
        free, locked = self.trading.balance(account, asset)
        amount *= 40
        if amount <= free:
            self.trading.withdraw(account, asset, amount)
            assert self.trading.balance(account, asset) == (free - amount, locked)
        else:
            before = self.state()
            with pytest.raises(Refusal):
                self.trading.withdraw(account, asset, amount)
            assert self.state() == before

    @rule(symbol=symbols, is_buy=st.booleans(), size=sizes, step=steps, limited=st.booleans())
    def crowd(self, symbol, is_buy, size, step, limited):
        type(self).operations += 1
        limit = self.price(symbol, step) if limited else None
        self.trading.trade(symbol, is_buy, self.qty(symbol, size * size), limit)

    @rule(symbol=symbols, is_buy=st.booleans(), step=steps)
    def sweep(self, symbol, is_buy, step):
        type(self).operations += 1
        self.trading.trade(symbol, is_buy, self.qty(symbol, 20_000), self.price(symbol, step))

    @rule(wait=waits)
    def wait(self, wait):
        type(self).operations += 1
        self.market.advance(self.market.now + wait)
        for symbol in SYMBOLS:
            self.market.place(symbol)  # wakes it, if it fell asleep

    @rule(symbol=symbols, owner=owners, stays=st.integers(0, 9))
    def halt(self, symbol, owner, stays):
        type(self).operations += 1
        self.trading.halt(symbol)
        self.halted.add(symbol)
        with pytest.raises(Refusal) as caught:
            call = BY_NAME["order.place"]
            sent = {"symbol": symbol, "side": "SELL", "type": "MARKET", "quantity": self.qty(symbol, 2)}
            call.answer(self.trading, self.accounts[owner], call.read(sent))
        assert caught.value.message == CLOSED
        if stays:
            self.resume()

    @precondition(lambda self: self.halted)
    @rule()
    def resume(self):
        for symbol in sorted(self.halted):
            self.trading.resume(symbol)
        self.halted.clear()

    # what always holds

    @invariant()
    def nothing_appears_or_vanishes(self):
        ledger = self.trading.ledger
        assert not any(ledger.sums().values())
        assert not list(ledger.below_zero())

    @invariant()
    def what_is_locked_is_locked_for_open_orders(self):
        for name, account in self.accounts.items():
            locks = defaultdict(list)
            for desk in self.trading.desks():
                for order in desk.open_of(account):
                    if order.lock is not None:
                        locks[order.lock].append(order)
                    else:
                        assert order.status == "PENDING_NEW"
                    self.check_open(desk, order)
            held = defaultdict(int)
            for lock, orders in locks.items():
                assert lock.sharers == len(orders)
                assert lock.amount >= max(self.least(order) for order in orders), (
                    name,
                    [order.id for order in orders],
                )
                held[lock.asset] += lock.amount
            for asset, balance in account.balances.items():
                assert balance.locked == held[asset], (name, asset)

    def least(self, order):
        """What an order with a price, or one that sells, will surely need."""
        if order.ticket.is_buy and not order.ticket.price:
            return 0
        return self.trading.desk(order.ticket.symbol.name).need(order)

    def check_open(self, desk: Desk, order):
        assert order.left > 0
        book = self.places[order.ticket.symbol.name].book
        assert (order.resting is not None) == (order.id in book.orders) == order.working
        if order.resting is not None:
            assert order.resting.qty + order.resting.hidden == order.left

    @invariant()
    def the_book_is_never_crossed(self):
        for place in self.places.values():
            bid, ask = place.book.best_bid, place.book.best_ask
            assert bid is None or ask is None or bid < ask

    @invariant()
    def events_and_answers_agree(self):
        self.looked += 1
        for name, told in self.told.items():
            self.check_balances(name, told)
            if self.looked % 5 and not told.news:
                continue
            told.news = False
            rows = {(row["symbol"], row["orderId"]): row for row in self.quietly("openOrders.status", name)}
            still = {key for key, event in told.orders.items() if event["X"] not in ENDED}
            assert rows.keys() == still
            for key, row in rows.items():
                self.check_row(row, told.orders[key])
            if self.looked % 25 == 0:
                self.check_past(name, told)

    def quietly(self, name, owner, **sent):
        """An answer that is not counted."""
        call = BY_NAME[name]
        return call.answer(self.trading, self.accounts[owner], call.read(sent))

    def check_balances(self, name, told):
        held = self.accounts[name].balances.items()
        known = {asset: (text(one.free), text(one.locked)) for asset, one in held if one.free or one.locked}
        assert told.balances == known
        if self.looked % 5:
            return
        answer = self.quietly("account.status", name, omitZeroBalances="true")
        assert told.balances == {row["asset"]: (row["free"], row["locked"]) for row in answer["balances"]}

    def check_row(self, row, event):
        """An order when asked for is as it was told of last."""
        assert row["clientOrderId"] == event["name"]
        pairs = {
            "status": "X", "origQty": "q", "executedQty": "z", "cummulativeQuoteQty": "Z", "price": "p",
            "stopPrice": "P", "icebergQty": "F", "side": "S", "type": "o", "timeInForce": "f", "orderListId": "g",
            "time": "O", "updateTime": "T", "selfTradePreventionMode": "V", "origQuoteOrderQty": "Q",
        }  # fmt: skip
        for asked, told in pairs.items():
            assert row[asked] == event[told], (asked, row, event)
        assert row["workingTime"] == event.get("W", -1)
        assert row["isWorking"] == ("W" in event)
        assert row.get("expiryReason") == event.get("eR")

    def check_past(self, name, told):
        """Everything that ever happened is as it was told of."""
        for symbol in SYMBOLS:
            rows = self.quietly("allOrders", name, symbol=symbol, limit="1000")
            never = {key for key, event in told.orders.items() if event["x"] == event["X"] == "REJECTED"}
            for row in rows:
                event = told.orders[symbol, row["orderId"]]
                never.discard((symbol, row["orderId"]))
                self.check_row(row, event)
                assert self.quietly("order.status", name, symbol=symbol, orderId=str(row["orderId"])) == row
            assert len(rows) == sum(key[0] == symbol and key not in never for key in told.orders)
            trades = self.quietly("myTrades", name, symbol=symbol, limit="1000")
            fields = (
                "id",
                "orderId",
                "price",
                "qty",
                "quoteQty",
                "commission",
                "commissionAsset",
                "time",
                "isMaker",
            )
            assert [tuple(row[field] for field in fields) for row in trades] == [
                tuple(event[field] for field in "tiLlYnNTm") for event in told.trades if event["s"] == symbol
            ]

    def teardown(self):
        if hasattr(self, "trading"):
            for name, told in self.told.items():
                self.check_past(name, told)


def run(examples):
    """Plays so many games of two hundred steps; returns how many operations they had."""
    Exchange.operations = 0
    Exchange.outcomes.clear()
    run_state_machine_as_test(
        Exchange,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return Exchange.operations


def test_two_thousand_operations_leave_every_account_whole_and_told_of_everything():
    assert run(20) >= 2_000


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_operations_leave_every_account_whole_and_told_of_everything():
    assert run(660) >= 100_000
