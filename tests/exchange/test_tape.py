"""A recorded market is played back as it was: every message once, in order, and a book that agrees with it."""

import json
from collections import defaultdict
from itertools import pairwise

import pytest

from binance_legacy.exchange.market import capture
from binance_legacy.exchange.market.capture import CaptureError, Record
from binance_legacy.exchange.market.market import Market
from binance_legacy.exchange.market.tape import RecordedBook, Tape, units

START = 1_723_161_255_000


def ethusdt(realdata):
    return [realdata / "captures" / f"spot_ethusdt_202408{day}.gz" for day in ("08", "09")]


def recorded(paths):
    """What was recorded: payloads by stream, in order."""
    found = defaultdict(list)
    for record in capture.read_all(paths):
        if record.stream:
            found[record.stream].append(record.data)
    return found


def played(market, names, step=100, beyond=0):
    """Everything pushed from the tape's start to its end."""
    found = defaultdict(list)
    for name in names:
        market.subscribe(name)
    for now in range(market.tape_start, market.tape_end + step + beyond, step):
        for name, data in market.advance(now):
            found[name].append(data)
    return found


class Follower:
    """A client's book, kept as Binance documents it: buffer, snapshot, drop what is older, apply the rest."""

    def __init__(self, snapshot):
        self.last = snapshot["lastUpdateId"]
        self.bids = dict(snapshot["bids"])
        self.asks = dict(snapshot["asks"])

    def apply(self, update):
        if update["u"] <= self.last:
            return
        assert update["U"] <= self.last + 1, "a hole"
        for side, levels in ((self.bids, update["b"]), (self.asks, update["a"])):
            for price, qty in levels:
                side[price] = qty
                if float(qty) == 0:
                    del side[price]
        self.last = update["u"]

    def best(self):
        bid, ask = max(self.bids, key=float), min(self.asks, key=float)
        return bid, self.bids[bid], ask, self.asks[ask]


def comparable(follower, updates, tickers):
    """Where a difference and a best price tell of the same update: (how often they agree, how often in all)."""
    by_update = {ticker["u"]: tuple(ticker[key] for key in "bBaA") for ticker in tickers}
    agree = total = 0
    for update in updates:
        follower.apply(update)
        if update["u"] in by_update and follower.last == update["u"]:
            total += 1
            agree += follower.best() == by_update[update["u"]]
    return agree, total


@pytest.fixture(scope="module")
def session(realdata):
    """One session cut at midnight, played as one tape: what was recorded, and what came out."""
    paths = ethusdt(realdata)
    market = Market(start=0, tapes=paths)
    snapshot = market.depth("ETHUSDT", 5000)
    names = [
        f"ethusdt@{kind}" for kind in ("trade", "bookTicker", "depth@100ms", "depth", "aggTrade", "kline_1m")
    ]
    return recorded(paths), played(market, names, 250), snapshot, market


def test_every_recorded_message_comes_exactly_once_in_order_and_unchanged(session):
    was, came, _, _ = session
    for name in ("ethusdt@trade", "ethusdt@bookTicker", "ethusdt@depth@100ms"):
        assert came[name] == was[name]
    assert len(came["ethusdt@trade"]) == 14_515


def test_the_book_from_depth_and_differences_equals_the_recorded_best_price_wherever_comparable(session):
    was, came, snapshot, _ = session
    found = comparable(Follower(snapshot), came["ethusdt@depth@100ms"], was["ethusdt@bookTicker"])
    assert found == (1056, 1056)


def test_differences_built_for_the_slower_stream_have_no_hole_and_give_the_same_book(session):
    was, came, snapshot, _ = session
    slower = came["ethusdt@depth"]
    assert all(after["U"] == before["u"] + 1 for before, after in pairwise(slower))
    agree, total = comparable(Follower(snapshot), slower, was["ethusdt@bookTicker"])
    assert agree == total > 50


def test_aggregate_trades_built_from_trades_cover_each_once(session):
    was, came, _, _ = session
    trades, joined = was["ethusdt@trade"], came["ethusdt@aggTrade"]
    assert (joined[0]["f"], joined[-1]["l"]) == (trades[0]["t"], trades[-1]["t"])
    for before, after in pairwise(joined):
        assert (after["f"], after["a"]) == (before["l"] + 1, before["a"] + 1)
    by_number = {trade["t"]: trade for trade in trades}
    for one in joined:
        parts = [by_number[number] for number in range(one["f"], one["l"] + 1)]
        assert {(part["T"], part["p"], part["m"]) for part in parts} == {(one["T"], one["p"], one["m"])}
        assert sum(units(part["q"]) for part in parts) == units(one["q"])


def test_candles_closed_on_the_stream_equal_the_recorded_trades_and_the_asked_candles(session):
    was, came, _, market = session
    asked = {row[0]: row for row in market.klines("ETHUSDT", "1m", limit=30)}
    closed = [message["k"] for message in came["ethusdt@kline_1m"] if message["k"]["x"]]
    starts = [candle["t"] for candle in closed]
    assert starts == list(range(starts[0], starts[-1] + 1, 60_000)), "each once, none left out"
    for candle in closed:
        row = asked[candle["t"]]
        assert [candle[key] for key in "tohlcvTqnVQB"] == row
    for candle in closed[1:]:  # the first began before the tape
        trades = [trade for trade in was["ethusdt@trade"] if candle["t"] <= trade["T"] <= candle["T"]]
        assert candle["n"] == len(trades)
        assert (candle["f"], candle["L"]) == (trades[0]["t"], trades[-1]["t"])
        assert (candle["o"], candle["c"]) == (trades[0]["p"], trades[-1]["p"])
        assert units(candle["v"]) == sum(units(trade["q"]) for trade in trades)
        taken = [trade for trade in trades if not trade["m"]]
        assert units(candle["V"]) == sum(units(trade["q"]) for trade in taken)


def test_a_past_ends_at_the_tapes_first_price_and_its_trades_count_up_to_the_tapes_first(session):
    was, _, _, market = session
    first = was["ethusdt@trade"][0]
    rows = market.historical_trades("ETHUSDT", 200, first["t"] - 100)
    assert [row["id"] for row in rows] == list(range(first["t"] - 100, first["t"] + 100))
    assert all(before["time"] <= after["time"] for before, after in pairwise(rows))
    assert abs(float(rows[99]["price"]) / float(first["p"]) - 1) < 0.005
    closes = [float(row[4]) for row in market.klines("ETHUSDT", "1m", limit=60)]
    assert all(abs(after / before - 1) < 0.02 for before, after in pairwise(closes))


def test_after_its_end_a_tape_is_silent_with_its_final_state(realdata):
    market = Market(start=0, tapes=[realdata / "captures" / "cf_20210404_btc_eth_dot_kline.gz"])
    for kind in ("trade", "bookTicker", "depth@100ms", "depth", "kline_1s", "kline_1h", "ticker", "aggTrade"):
        market.subscribe(f"ethusdt@{kind}")
    market.advance(market.tape_end + 5_000)
    before = market.depth("ETHUSDT"), market.klines("ETHUSDT", "1m"), market.ticker_24h(["ETHUSDT"])
    assert market.advance(market.tape_end + 3_600_000) == []
    assert (market.depth("ETHUSDT"), market.klines("ETHUSDT", "1m"), market.ticker_24h(["ETHUSDT"])) == before


@pytest.mark.parametrize("step", [1_000, 31_000])
def test_the_size_of_steps_changes_nothing(realdata, step):
    path = [realdata / "captures" / "cf_20210404_btc_eth_dot_kline.gz"]
    names = ["ethusdt@aggTrade", "ethusdt@depth", "ethusdt@kline_1s", "btcusdt@depth5", "dotusdt@bookTicker"]
    fine, coarse = Market(start=0, tapes=path), Market(start=0, tapes=path)
    assert played(fine, names, 100) == played(coarse, names, step)


def test_a_client_is_in_step_from_the_first_message_whenever_it_asks_for_the_book(realdata):
    path = [realdata / "captures" / "cf_20210404_btc_eth_dot_kline.gz"]
    for symbol in ("BTCUSDT", "ETHUSDT", "DOTUSDT"):
        market = Market(start=0, tapes=path)
        name = f"{symbol.lower()}@depth@100ms"
        market.subscribe(name)
        buffered, followers = [], [Follower(market.depth(symbol, 5000))]
        for now in range(market.tape_start, market.tape_end + 1000, 1000):
            buffered += [data for _, data in market.advance(now)]
            if now % 20_000 < 1000:
                followers.append(Follower(market.depth(symbol, 5000)))
        for follower in followers:
            for update in buffered:
                follower.apply(update)
        final = Follower(market.depth(symbol, 5000))
        assert {(f.last, *f.best()) for f in followers} == {(final.last, *final.best())}


def test_trades_and_candles_come_of_recorded_aggregate_trades_where_trades_are_absent(realdata):
    path = [realdata / "captures" / "cf_20210404_btc_eth_dot_kline.gz"]
    was = recorded(path)["btcusdt@aggTrade"]
    market = Market(start=0, tapes=path)
    came = played(market, ["btcusdt@trade", "btcusdt@aggTrade", "btcusdt@kline_1s"])
    assert came["btcusdt@aggTrade"] == was
    trades = came["btcusdt@trade"]
    assert [trade["t"] for trade in trades] == list(range(was[0]["f"], was[-1]["l"] + 1))
    assert sum(units(trade["q"]) for trade in trades) == sum(units(one["q"]) for one in was)
    rows = market.agg_trades("BTCUSDT", from_id=was[3]["a"], limit=5)
    assert rows == [{key: one[key] for key in "apqflTmM"} for one in was[3:8]]
    assert (
        sum(message["k"]["n"] for message in came["btcusdt@kline_1s"] if message["k"]["x"])
        >= len(trades) - 60
    )


def test_best_prices_and_partial_depth_are_built_from_the_book_where_not_recorded(realdata):
    market = Market(start=0, tapes=[realdata / "captures" / "cf_20210404_btc_eth_dot_kline.gz"])
    came = played(market, ["btcusdt@bookTicker", "btcusdt@depth20", "btcusdt@depth20@100ms"])
    assert len(came["btcusdt@bookTicker"]) > 100
    for before, after in pairwise(came["btcusdt@bookTicker"]):
        assert after["u"] > before["u"]
        assert [after[key] for key in "bBaA"] != [before[key] for key in "bBaA"]
        assert float(after["b"]) < float(after["a"])
    last = came["btcusdt@depth20"][-1]
    assert len(last["bids"]) == len(last["asks"]) == 20
    bids = [float(price) for price, _ in last["bids"]]
    assert bids == sorted(bids, reverse=True)


def test_a_symbol_without_a_recorded_trade_has_a_past_that_ends_at_its_book(realdata):
    market = Market(start=0, tapes=[realdata / "captures" / "cf_20211012_ws.gz"])
    for symbol in ("BLZETH", "RUNEEUR", "LRCBTC"):
        book = market.depth(symbol, 5)
        last = float(market.ticker_price([symbol])[0]["price"])
        assert last == pytest.approx(float(book["bids"][0][0]), rel=0.01)


def test_a_recorded_symbol_that_is_not_listed_is_traded_with_the_steps_recorded(realdata):
    market = Market(start=0, tapes=[realdata / "captures" / "cf_20211012_ws.gz"])
    rows = {row["symbol"]: row for row in market.exchange_info(None)["symbols"]}
    assert (rows["RUNEEUR"]["baseAsset"], rows["RUNEEUR"]["quoteAsset"]) == ("RUNE", "EUR")
    steps = {row["filterType"]: row for row in rows["RUNEEUR"]["filters"]}
    assert steps["PRICE_FILTER"]["tickSize"] == "0.00100000"
    assert len(market.klines("RUNEEUR", "1h", limit=10)) == 10


def test_a_recorded_symbol_of_unknown_assets_is_told_of_and_stays_silent(tmp_path, caplog):
    record = trade(START, 1)._replace(stream="nosuchcoin@trade")
    market = Market(start=0, tapes=[capture_of(tmp_path, record)])
    assert "NOSUCHCOIN" in caplog.text
    assert played(market, ["nosuchcoin@trade"]) == {}


def test_thin_symbols_with_their_answers_in_a_second_file_are_played_too(realdata):
    market = Market(start=0, tapes=[realdata / "captures" / "cf_20210417_ws.gz"])
    was = recorded([realdata / "captures" / "cf_20210417_ws.gz"])
    assert played(market, list(was)) == was
    symbols = {name.partition("@")[0].upper() for name in was}
    assert len(symbols) == 10
    for symbol in symbols:
        book = market.depth(symbol, 1000)
        assert float(book["bids"][0][0]) < float(book["asks"][0][0])


# tapes written for one question each


def capture_of(folder, *records):
    path = folder / "capture.jsonl"
    path.write_bytes(capture.write_header() + b"".join(map(capture.write, records)))
    return path


def message(at, kind, **data):
    return Record(at * 1000, f"ethusdt@{kind}", "", data)


def trade(at, number, price="2683.80000000", time=None, qty="1.00000000"):
    return message(
        at, "trade", e="trade", E=at, s="ETHUSDT", t=number, p=price, q=qty, T=time or at, m=True, M=True
    )


def update(at, first, last, *bids):
    return message(at, "depth@100ms", e="depthUpdate", E=at, s="ETHUSDT", U=first, u=last, b=list(bids), a=[])


def test_a_messages_time_is_binances_own_and_never_goes_back(tmp_path):
    ticker = {"u": 1, "s": "ETHUSDT", "b": "1.0", "B": "1.0", "a": "2.0", "A": "1.0"}
    behind = 1300  # the recorder's clock
    path = capture_of(
        tmp_path,
        Record((START - behind) * 1000, "ethusdt@bookTicker", "", ticker),
        trade(START + 10, 1)._replace(at=(START + 15 - behind) * 1000),
        trade(START + 5, 2)._replace(at=(START + 20 - behind) * 1000),
        Record((START + 50 - behind) * 1000, "ethusdt@bookTicker", "", ticker),
    )
    tape = Tape([path])
    assert (tape.start, tape.end) == (START - 5, START + 35)
    times = [time for time, _ in tape.advance(START + 1_000_000)]
    assert times == [START - 5, START + 10, START + 10, START + 35]
    assert list(tape.advance(START + 2_000_000)) == []


def test_trades_recorded_twice_are_counted_once(tmp_path):
    path = capture_of(
        tmp_path, *(trade(START + n, number) for n, number in enumerate((1000, 1001, 1000, 1001, 1002)))
    )
    market = Market(start=0, tapes=[path])
    market.advance(START + 60_000)
    assert [row["id"] for row in market.trades("ETHUSDT", 3)] == [1000, 1001, 1002]
    assert market.trades("ETHUSDT", 4)[0]["id"] == 999


def test_trades_of_one_moment_price_and_side_are_joined_and_others_are_not(tmp_path):
    path = capture_of(
        tmp_path,
        trade(START, 1000),
        trade(START, 1001, qty="2.00000000"),
        trade(START, 1002, price="2683.90000000"),
        trade(START + 1, 1003, price="2683.90000000"),
        trade(START + 500, 1004),
    )
    market = Market(start=0, tapes=[path])
    came = played(market, ["ethusdt@aggTrade"], beyond=1000)["ethusdt@aggTrade"]
    assert [(one["f"], one["l"], one["q"]) for one in came] == [
        (1000, 1001, "3.00000000"), (1002, 1002, "1.00000000"), (1003, 1003, "1.00000000"),
        (1004, 1004, "1.00000000"),
    ]  # fmt: skip


def test_a_book_with_a_hole_is_mended_by_the_next_recorded_answer(caplog):
    first = Record(0, "", "ETHUSDT", {"lastUpdateId": 10, "bids": [["1.0", "1.0"]], "asks": [["2.0", "1.0"]]})
    later = Record(9, "", "ETHUSDT", {"lastUpdateId": 40, "bids": [["1.5", "1.0"]], "asks": [["2.5", "1.0"]]})
    book = RecordedBook(first)
    book.update(update(1, 9, 10, ["1.0", "9.0"]).data)
    assert book.best()[1] == units("1.0"), "what the answer already holds is passed over"
    book.update(update(1, 11, 12, ["1.0", "5.0"]).data)
    book.answered(later)
    assert book.update_id == 12, "a whole book needs no answer"
    book.update(update(2, 20, 30, ["1.2", "1.0"]).data)
    assert "hole" in caplog.text
    book.answered(later)
    assert book.top(5) == ([(units("1.5"), units("1.0"))], [(units("2.5"), units("1.0"))])
    changes = book.take_changes()
    assert (changes.first, changes.last) == (11, 40)
    assert changes.bids == {units("1.0"): 0, units("1.2"): 0, units("1.5"): units("1.0")}


def test_a_capture_without_messages_is_refused(tmp_path):
    with pytest.raises(CaptureError, match="no message in it"):
        Market(start=0, tapes=[capture_of(tmp_path)])


def test_our_own_format_plays_like_the_others(tmp_path, realdata):
    theirs = realdata / "captures" / "cf_20211012_ws.gz"
    ours = capture_of(tmp_path, *capture.read(theirs))
    names = [*recorded([theirs]), "nknusdt@depth5", "nknusdt@kline_1s"]
    assert json.dumps(played(Market(start=0, tapes=[theirs]), names)) == json.dumps(
        played(Market(start=0, tapes=[ours]), names)
    )
