"""Orders beside a tape get what the recording allows, and change nothing of it."""

import gzip
import json
import logging
from decimal import Decimal

import pytest

from binance_legacy.exchange import Exchange
from binance_legacy.exchange.market import capture as captures
from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.refusals import Refusal
from binance_legacy.exchange.trade.paper import FIRST_TRADE
from binance_legacy.exchange.trade.trading import Trading

from .test_trading import User
from .trader import trading as asking

START = 1_700_000_000_000
SYMBOL = "ETHUSDT"


class Tape:
    """A capture of ETHUSDT that a test writes line by line, one a millisecond."""

    def __init__(self):
        self.at, self.number, self.update = START, 100, 1000
        self.lines = ['{"binance_legacy_capture":1}']

    def _line(self, **fields):
        self.at += 1
        self.lines.append(json.dumps({"t": self.at, **fields}))
        return self

    def book(self, bids, asks):
        rows = {
            side: [[f"{p:.8f}", f"{q:.8f}"] for p, q in levels]
            for side, levels in (("bids", bids), ("asks", asks))
        }
        return self._line(
            rest=f"/api/v3/depth?symbol={SYMBOL}&limit=1000", data={"lastUpdateId": self.update, **rows}
        )

    def change(self, bids=(), asks=()):
        self.update += 1
        rows = {
            side: [[f"{p:.8f}", f"{q:.8f}"] for p, q in levels] for side, levels in (("b", bids), ("a", asks))
        }
        data = {"e": "depthUpdate", "E": self.at + 1, "s": SYMBOL, "U": self.update, "u": self.update, **rows}
        return self._line(stream="ethusdt@depth@100ms", data=data)

    def trade(self, price, qty, seller_takes=True):
        self.number += 1
        data = {
            "e": "trade", "E": self.at + 1, "s": SYMBOL, "t": self.number, "p": f"{price:.8f}", "q": f"{qty:.8f}",
            "T": self.at + 1, "m": seller_takes, "M": True,
        }  # fmt: skip
        return self._line(stream="ethusdt@trade", data=data)

    def quote(self, bid, bid_qty, ask, ask_qty):
        self.update += 1
        data = {
            "u": self.update, "s": SYMBOL, "b": f"{bid:.8f}", "B": f"{bid_qty:.8f}", "a": f"{ask:.8f}",
            "A": f"{ask_qty:.8f}",
        }  # fmt: skip
        return self._line(stream="ethusdt@bookTicker", data=data)

    def written(self, folder):
        path = folder / "tape.jsonl"
        path.write_text("\n".join(self.lines) + "\n", "utf-8")
        return path


class Paper:
    """A user beside a tape, which goes on when the test says so."""

    def __init__(self, path, **balances):
        self.market = Market(seed=1, start=0, tapes=[path])
        self.trading = Trading(self.market)
        self.user = User(self.trading, **{"USDT": "1000000", "ETH": "1000", **balances})
        self.market.advance(self.market.tape_start)

    def play(self, lines=None):
        """So many lines more; None: to the end."""
        end = self.market.tape_end if lines is None else self.market.now + lines
        self.market.advance(end)

    def order(self, side, kind="MARKET", **sent):
        if kind == "LIMIT":
            sent = {"timeInForce": "GTC", **sent}
        return self.user.ask("order.place", symbol=SYMBOL, side=side, type=kind, **sent)

    def state(self, order):
        now = self.user.ask("order.status", symbol=SYMBOL, orderId=order["orderId"])
        return now["status"], Decimal(now["executedQty"])


@pytest.fixture
def paper(tmp_path):
    return lambda tape, **balances: Paper(tape.written(tmp_path), **balances)


BOOK = ([(2000, 5), (1999, 10), (1998, 20)], [(2001, 3), (2002, 4), (2005, 10)])


# -- orders that take ---------------------------------------------------------------------------------------


def test_a_market_order_walks_the_recorded_levels(paper):
    one = paper(Tape().book(*BOOK).trade(2000, 1).change())
    answer = one.order("BUY", quantity="8")
    assert [(fill["price"], fill["qty"]) for fill in answer["fills"]] == [
        ("2001.00000000", "3.00000000"),
        ("2002.00000000", "4.00000000"),
        ("2005.00000000", "1.00000000"),
    ]
    assert answer["cummulativeQuoteQty"] == "16016.00000000"  # 3 * 2001 + 4 * 2002 + 1 * 2005
    assert [fill["tradeId"] for fill in answer["fills"]] == [FIRST_TRADE, FIRST_TRADE + 1, FIRST_TRADE + 2]


def test_what_was_taken_stays_taken_until_its_level_is_gone(paper):
    tape = (
        Tape()
        .book(*BOOK)
        .trade(2000, 1)
        .change(asks=[(2002, 6)])
        .change(asks=[(2001, 0)])
        .change(asks=[(2001, 2)])
    )
    one = paper(tape)
    assert one.order("BUY", quantity="3")["fills"][0]["price"] == "2001.00000000"
    assert one.order("BUY", quantity="4")["fills"][0]["price"] == "2002.00000000"
    one.play(2)  # two more came to stand at 2002
    assert [fill["qty"] for fill in one.order("BUY", quantity="3")["fills"]] == ["2.00000000", "1.00000000"]
    one.play()
    assert one.order("BUY", quantity="1")["fills"][0]["price"] == "2001.00000000"


def test_nothing_of_the_recording_changes(paper):
    tape = Tape().book(*BOOK).trade(2000, 1).change().trade(2000, 2)
    alone, beside = paper(tape), paper(tape)
    told = []
    for one in (alone, beside):
        for name in ("ethusdt@trade", "ethusdt@depth@100ms"):
            one.market.subscribe(name)
    beside.order("BUY", quantity="3")
    beside.order("BUY", "LIMIT", quantity="3", price="2000.5")
    for one in (alone, beside):
        told.append(one.market.advance(one.market.tape_end))
    assert told[0] == told[1] and told[0]
    assert alone.market.depth(SYMBOL, 100) == beside.market.depth(SYMBOL, 100)
    assert sum(beside.trading.ledger.sums().values()) == 0


def test_an_order_that_must_be_filled_whole_or_not_at_all_counts_what_is_recorded(paper):
    one = paper(Tape().book(*BOOK).trade(2000, 1).change())
    assert one.order("BUY", "LIMIT", quantity="8", price="2002", timeInForce="FOK")["status"] == "EXPIRED"
    assert one.order("BUY", "LIMIT", quantity="7", price="2002", timeInForce="FOK")["status"] == "FILLED"


# -- orders that rest ---------------------------------------------------------------------------------------


def test_an_order_waits_until_what_stood_before_it_has_traded(paper):
    tape = Tape().book(*BOOK).trade(2001, 1, False).trade(2000, 4).trade(2000, 0.5).trade(2000, 2)
    one = paper(tape)
    order = one.order("BUY", "LIMIT", quantity="2", price="2000")
    one.play(2)
    assert one.state(order) == ("NEW", 0), "4 of 5 ahead of it have traded"
    one.play(1)
    assert one.state(order) == ("NEW", 0)
    one.play(1)
    assert one.state(order) == ("PARTIALLY_FILLED", Decimal("1.5")), "0.5 was still ahead"
    (trade,) = one.user.ask("myTrades", symbol=SYMBOL)
    assert (trade["price"], trade["isMaker"], trade["time"]) == ("2000.00000000", True, one.market.now)


def test_what_is_withdrawn_counts_where_less_stands_there_than_was_ahead(paper):
    tape = Tape().book(*BOOK).trade(2001, 1, False)
    tape.change(bids=[(2000, 8)]).change(bids=[(2000, 6)]).change(bids=[(2000, 1)]).trade(2000, 1.5)
    one = paper(tape)
    order = one.order("BUY", "LIMIT", quantity="2", price="2000")
    one.play(3)  # others came, and some left: all of them behind it
    assert one.state(order) == ("NEW", 0)
    one.play()
    assert one.state(order) == ("PARTIALLY_FILLED", Decimal("0.5"))


def test_a_trade_of_buyers_does_not_serve_a_buyer_who_waits(paper):
    one = paper(Tape().book(*BOOK).trade(2001, 1, False).trade(2000, 9, False).change())
    order = one.order("BUY", "LIMIT", quantity="1", price="2000")
    one.play()
    assert one.state(order) == ("NEW", 0)


def test_a_trade_beyond_its_price_serves_an_order_with_no_more_than_was_traded(paper):
    one = paper(Tape().book(*BOOK).trade(2001, 1, False).trade(1999, 3).change())
    order = one.order("BUY", "LIMIT", quantity="5", price="2000")
    one.play()
    assert one.state(order) == ("PARTIALLY_FILLED", 3)
    assert one.user.ask("myTrades", symbol=SYMBOL)[0]["price"] == "2000.00000000"


def test_an_order_within_the_spread_is_first_in_line(paper):
    one = paper(Tape().book(*BOOK).trade(2001, 1, False).trade(2000, 1).change())
    order = one.order("BUY", "LIMIT", quantity="1", price="2000.5")
    one.play()
    assert one.state(order) == ("FILLED", 1)


def test_a_recorded_offer_that_comes_to_its_price_trades_with_it(paper):
    one = paper(
        Tape().book(*BOOK).trade(2001, 1, False).change(bids=[(2000, 0)], asks=[(1999.5, 2)]).change()
    )
    order = one.order("BUY", "LIMIT", quantity="5", price="2000")
    one.play()
    assert one.state(order) == ("PARTIALLY_FILLED", 2), "once, however long the offer stands"


def test_orders_of_users_share_what_there_is_in_their_turn(paper):
    one = paper(Tape().book(*BOOK).trade(2001, 1, False).trade(2000, 7).trade(2000, 2))
    first = one.order("BUY", "LIMIT", quantity="1", price="2000")
    second = one.order("BUY", "LIMIT", quantity="3", price="2000")
    one.play(2)
    assert (one.state(first), one.state(second)) == (("FILLED", 1), ("PARTIALLY_FILLED", 1))
    one.play()
    assert one.state(second) == ("FILLED", 3)


def test_sellers_are_served_alike(paper):
    one = paper(
        Tape().book(*BOOK).trade(2001, 1, False).trade(2001, 3.5, False).trade(2003, 1, False).change()
    )
    at_touch = one.order("SELL", "LIMIT", quantity="2", price="2001")
    above = one.order("SELL", "LIMIT", quantity="1", price="2002")
    one.play(2)
    assert one.state(at_touch) == ("PARTIALLY_FILLED", Decimal("1.5"))
    one.play()
    assert (one.state(at_touch), one.state(above)) == (("FILLED", 2), ("PARTIALLY_FILLED", Decimal("0.5")))


def test_cancelling_and_amending_leave_others_their_turn(paper):
    one = paper(Tape().book(*BOOK).trade(2001, 1, False).trade(2000, 6).change())
    gone = one.order("BUY", "LIMIT", quantity="1", price="2000")
    kept = one.order("BUY", "LIMIT", quantity="3", price="2000")
    one.user.ask("order.cancel", symbol=SYMBOL, orderId=gone["orderId"])
    one.user.ask("order.amend.keepPriority", symbol=SYMBOL, orderId=kept["orderId"], newQty="0.5")
    one.play()
    assert one.state(gone) == ("CANCELED", 0) and one.state(kept) == ("FILLED", Decimal("0.5"))


# -- orders that wait for a price ---------------------------------------------------------------------------


def test_a_recorded_price_starts_a_stop_and_the_user_s_own_trades_do_not(paper):
    tape = Tape().book(*BOOK).trade(2001, 1, False).trade(2001.5, 1, False).trade(1999, 1).change()
    one = paper(tape)
    one.play(1)
    stop = one.order("SELL", "STOP_LOSS", quantity="1", stopPrice="1999.5")
    one.order("SELL", quantity="6")  # takes 2000 and some of 1999
    one.play(1)
    assert one.state(stop)[0] == "NEW"
    one.play()
    assert one.state(stop) == ("FILLED", 1)
    assert one.user.ask("myTrades", symbol=SYMBOL)[-1]["price"] == "1999.00000000"


def test_an_oco_s_other_leg_ends_when_one_trades(paper):
    one = paper(Tape().book(*BOOK).trade(2001, 1, False).trade(2003, 9, False).change())
    placed = one.user.ask(
        "orderList.place.oco", symbol=SYMBOL, side="SELL", quantity="1", aboveType="LIMIT_MAKER", abovePrice="2002",
        belowType="STOP_LOSS", belowStopPrice="1990",
    )  # fmt: skip
    one.play()
    states = {one.state(order)[0] for order in placed["orders"]}
    assert states == {"FILLED", "EXPIRED"}


# -- what was not recorded ----------------------------------------------------------------------------------


def test_beside_best_prices_alone_an_order_below_them_waits_until_it_is_the_best(paper):
    tape = Tape().quote(2000, 5, 2001, 3).trade(2001, 1, False).trade(1999, 1)
    tape.quote(1999, 2, 2001, 3).trade(1999, 2.5)
    one = paper(tape)
    order = one.order("BUY", "LIMIT", quantity="1", price="1999")
    one.play(3)
    assert one.state(order) == ("NEW", 0), "how much was ahead of it, nobody knows yet"
    one.play()
    assert one.state(order) == ("PARTIALLY_FILLED", Decimal("0.5"))


def test_beside_trades_alone_orders_are_filled_by_trades_beyond_them_and_that_is_said(paper, caplog):
    one = paper(Tape().trade(2000, 1).trade(1999, 1).trade(1998.5, 1, False))
    with caplog.at_level(logging.WARNING):
        order = one.order("BUY", "LIMIT", quantity="1.5", price="1999")
    assert "the tape holds no order book of ETHUSDT" in caplog.text
    one.play(1)
    assert one.state(order) == ("NEW", 0)
    one.play()
    assert one.state(order) == ("PARTIALLY_FILLED", 1)
    assert one.order("BUY", quantity="1")["status"] == "EXPIRED"


def test_what_moves_a_market_is_refused_on_a_tape(paper):
    one = paper(Tape().book(*BOOK).trade(2000, 1).change())
    for steer in (
        lambda: one.trading.move_price(SYMBOL, "2100"),
        lambda: one.trading.trade(SYMBOL, True, "1"),
        lambda: one.trading.halt(SYMBOL),
    ):
        with pytest.raises(Refusal, match="played from a tape"):
            steer()


# -- a genuine recording ------------------------------------------------------------------------------------


class Book:
    """The recorded book, kept by a test in texts."""

    def __init__(self):
        self.sides = {"b": {}, "a": {}}
        self.last = None
        self.waiting = []

    def see(self, record):
        data = record.data
        if record.symbol and self.last is None:
            self.last = data["lastUpdateId"]
            self.sides = {"b": dict(data["bids"]), "a": dict(data["asks"])}
            for change in self.waiting:
                self.apply(change)
        elif record.stream.endswith("@depth@100ms"):
            self.waiting.append(data) if self.last is None else self.apply(data)

    def apply(self, data):
        if data["u"] <= self.last:
            return
        for side in "ba":
            for price, qty in data[side]:
                self.sides[side][price] = qty
                if not Decimal(qty):
                    del self.sides[side][price]
        self.last = data["u"]

    def line(self, side):
        rows = ((Decimal(price), Decimal(qty)) for price, qty in self.sides[side].items())
        return sorted(rows, reverse=side == "b")


@pytest.fixture(scope="module")
def minutes(realdata):
    """The minutes before midnight of a genuine recording."""
    return [realdata / "captures" / "spot_ethusdt_20240808.gz"]


def until_time(paths, end):
    """The recording's records up to a time, as the tape plays them."""
    from binance_legacy.exchange.market.tape import Tape as Recorded

    yield from Recorded(paths).advance(end)


@pytest.mark.parametrize(
    "after", [30_000, *(pytest.param(after, marks=pytest.mark.soak) for after in (90_000, 150_000))]
)
def test_a_market_order_s_average_price_is_that_of_the_recorded_book_walked_by_hand(minutes, after):
    market = Market(seed=1, start=0, tapes=minutes)
    trading = Trading(market)
    user = User(trading, USDT="10000000")
    now = market.tape_start + after
    market.advance(now)
    book = Book()
    for _, record in until_time(minutes, now):
        book.see(record)
    answer = user.ask("order.place", symbol=SYMBOL, side="BUY", type="MARKET", quantity="60")
    left, paid = Decimal(60), Decimal(0)
    for price, qty in book.line("a"):
        part = min(left, qty)
        left, paid = left - part, paid + part * price
    assert left == 0 and len(answer["fills"]) > 3
    assert Decimal(answer["cummulativeQuoteQty"]) == paid


@pytest.mark.parametrize(
    "after", [60_000, 140_000, *(pytest.param(after, marks=pytest.mark.soak) for after in (20_000, 100_000))]
)
def test_a_limit_order_at_the_touch_is_filled_no_earlier_than_the_recorded_volume_ahead_of_it_allows(
    minutes, after
):
    market = Market(seed=1, start=0, tapes=minutes)
    trading = Trading(market)
    user = User(trading, USDT="10000000")
    placed = market.tape_start + after
    market.advance(placed)
    price, _, _, _ = market.tape_place(SYMBOL).book.best()
    text = market.tape_place(SYMBOL).symbol.price_text(price)
    order = user.ask(
        "order.place", symbol=SYMBOL, side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.5", price=text
    )
    end = placed + 120_000
    market.advance(end)
    filled = [
        (event["T"], Decimal(event["z"]))
        for event in user.events
        if event["e"] == "executionReport" and event["x"] == "TRADE" and event["i"] == order["orderId"]
    ]
    allowed = by_hand(minutes, placed, end, Decimal(text), Decimal("0.5"))
    assert filled == allowed and filled


def by_hand(paths, placed, end, price, qty):
    """When how much of a bid is filled, by the model's four sentences, in decimals."""
    book, ahead, done, told = Book(), None, Decimal(0), []
    taken = {}

    def fill(at, amount):
        nonlocal done
        amount = min(amount, qty - done)
        if amount > 0:
            done += amount
            told.append((at, done))
        return amount

    for at, record in until_time(paths, end):
        before = book.last
        book.see(record)
        if at <= placed:
            continue
        if ahead is None:
            ahead = queue_at(paths, placed, price)
        data = record.data
        if record.stream.endswith("@trade") and data["m"]:
            traded, volume = Decimal(data["p"]), Decimal(data["q"])
            if traded == price:
                waits = min(ahead, volume)
                ahead -= waits
                fill(at, volume - waits)
            elif traded < price:
                fill(at, volume)
        elif book.last != before:
            standing = dict(book.line("b"))
            ahead = min(ahead, standing.get(price, Decimal(0)))
            offers = dict(book.line("a"))
            taken = {p: q for p, q in taken.items() if p in offers}
            for offer, offered in sorted(offers.items()):
                if offer > price:
                    break
                got = fill(at, offered - taken.get(offer, Decimal(0)))
                taken[offer] = taken.get(offer, Decimal(0)) + max(got, Decimal(0))
        if done == qty:
            break
    return told


def queue_at(paths, placed, price):
    book = Book()
    for _, record in until_time(paths, placed):
        book.see(record)
    return dict(book.line("b")).get(price, Decimal(0))


# -- through the doors --------------------------------------------------------------------------------------


def test_a_bot_that_only_places_an_order_lets_the_tape_begin(tmp_path):
    path = Tape().book(*BOOK).trade(2001, 1, False).trade(1999, 3).change().written(tmp_path)
    with Exchange(replay=path) as exchange:
        exchange.register("k" * 64, "s" * 64, balances={"USDT": "10000"})
        with asking(exchange) as one:
            status, order = one.rest(
                "order.place",
                symbol=SYMBOL,
                side="BUY",
                type="LIMIT",
                timeInForce="GTC",
                quantity="1",
                price="2000",
            )
            assert (status, order["status"]) == (200, "NEW")
            while one.rest("order.status", symbol=SYMBOL, orderId=order["orderId"])[1]["status"] != "FILLED":
                pass


def test_a_capture_may_be_compressed(tmp_path):
    path = tmp_path / "tape.gz"
    path.write_bytes(gzip.compress(Tape().book(*BOOK).trade(2000, 1).written(tmp_path).read_bytes()))
    assert len(list(captures.read(path))) == 2
