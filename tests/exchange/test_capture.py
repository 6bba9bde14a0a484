"""Captures of every known format are read whole; what cannot be read is named by file and line."""

import gzip
import json
import logging
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.exchange.market import capture
from binance_legacy.exchange.market.capture import CaptureError, Record

TRADE = {
    "e": "trade",
    "E": 2,
    "s": "ETHUSDT",
    "t": 7,
    "p": "1.00000000",
    "q": "2.00000000",
    "T": 1,
    "m": True,
}
DEPTH = {"lastUpdateId": 5, "bids": [["1.0", "2.0"]], "asks": []}
MESSAGE = json.dumps({"stream": "ethusdt@trade", "data": TRADE})
OURS = '{"binance_legacy_capture": 1, "note": "anything"}\n'


def expected(at):
    return [Record(at, "ethusdt@trade", "", TRADE), Record(at + 1, "", "ETHUSDT", DEPTH)]


def written(folder, text, name="capture.txt"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_our_own_lines_are_read_with_times_in_milliseconds_or_microseconds(tmp_path):
    lines = [
        {"t": 1723161254000, "stream": "ethusdt@trade", "data": TRADE},
        {"t": 1723161254000001, "rest": "/api/v3/depth?symbol=ETHUSDT&limit=1000", "data": DEPTH},
    ]
    path = written(tmp_path, OURS + "\n".join(map(json.dumps, lines)) + "\n")
    assert list(capture.read(path)) == expected(1723161254000000)


def test_hftbacktest_lines_are_read_and_a_depth_answer_belongs_to_the_symbol_around_it(tmp_path):
    path = written(
        tmp_path,
        f"1723161254000000999 {json.dumps(DEPTH)}\n1723161254000001999 {MESSAGE}\n"
        f"1723161254000002999 {json.dumps(DEPTH)}\n",
    )
    first, message, second = capture.read(path)
    assert [first.symbol, second.symbol] == ["ETHUSDT", "ETHUSDT"]
    assert message == Record(1723161254000001, "ethusdt@trade", "", TRADE)


def test_cryptofeed_lines_are_read_with_the_answers_among_them(tmp_path):
    path = written(
        tmp_path,
        "wss://stream.binance.com:9443/stream?streams=ethusdt@trade <-> 1617566590.378895\n"
        f"1617566591.5: {MESSAGE}\n"
        '1617566591.5: {"result": null, "id": 1}\n'
        f"https://www.binance.com/api/v1/depth?symbol=ETHUSDT&limit=1000 -> 1617566591.500001: {json.dumps(DEPTH)}\n"
        "https://api.binance.com/api/v3/exchangeInfo -> 1617566592.5: {}\n\n",
    )
    assert list(capture.read(path)) == expected(1617566591500000)


@pytest.mark.parametrize("named", [["a_ws.gz"], ["a_http.gz"], ["a_http.gz", "a_ws.gz"]])
def test_a_pair_of_cryptofeed_files_is_read_as_one_in_order_of_time(tmp_path, named):
    with gzip.open(tmp_path / "a_ws.gz", "wt") as file:
        file.write(f"wss://x/stream <-> 1.0\n1617566591.5: {MESSAGE}\n1617566593.5: {MESSAGE}\n")
    with gzip.open(tmp_path / "a_http.gz", "wt") as file:
        file.write(f"https://x/api/v3/depth?symbol=ETHUSDT&limit=1000 -> 1617566592.5: {json.dumps(DEPTH)}\n")
    records = list(capture.read_all(tmp_path / name for name in named))
    assert [bool(record.stream) for record in records] == [True, False, True]


def test_every_genuine_capture_is_read_whole(realdata):
    counts = {}
    for path in sorted((realdata / "captures").iterdir()):
        records = list(capture.read(path))
        counts[path.name] = sum(bool(record.stream) for record in records)
        assert all(a.at <= b.at for a, b in pairwise(records))
    assert counts["cf_20210404_btc_eth_dot_kline.gz"] == 4716
    assert counts["cf_20210417_ws.gz"] == counts["cf_20210417_http.gz"] == 1228
    assert counts["cf_20211012_ws.gz"] == 265
    assert counts["spot_ethusdt_20240808.gz"] + counts["spot_ethusdt_20240809.gz"] == 79743


TRADE_LINE = (
    '{"t": 1, "stream": "a@trade", "data": {"e": "trade", "E": 1, "s": "A", "t": 7, "p": "1.5", "q": "1", '
    '"T": 1, "m": true}}\n'
)
BOOK = '{"t": 1, "rest": "/api/v3/depth?symbol=A", "data": {"lastUpdateId": 1, "bids": [["1", "2"]], "asks": []}}\n'


@given(
    st.lists(
        st.one_of(
            st.builds(
                Record,
                st.integers(10**15, 2 * 10**15),
                st.sampled_from(["ethusdt@kline_1m", "!miniTicker@arr"]),
                st.just(""),
                st.dictionaries(st.text(min_size=2), st.integers(-(2**53), 2**53)),
            ),
            st.builds(
                Record, st.integers(10**15, 2 * 10**15), st.just(""), st.just("ETHUSDT"), st.just(DEPTH)
            ),
        )
    )
)
def test_what_is_written_is_read_back(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("capture") / "ours.jsonl"
    path.write_bytes(capture.write_header() + b"".join(map(capture.write, records)))
    assert list(capture.read(path)) == records


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("", 1, "empty"),
        ("hello\n", 1, "begins no known format"),
        ('{"a": 1}\n', 1, "binance_legacy_capture"),
        ('{"binance_legacy_capture": 9}\n', 1, "version 9"),
        (OURS + "{nonsense}\n" + OURS, 2, "no valid JSON"),
        (OURS + '{"t": 1, "data": {}}\n', 2, "'stream' is missing"),
        (OURS + '{"t": "soon", "stream": "a@trade", "data": {}}\n', 2, "soon"),
        (
            OURS + '{"t": 1, "stream": "a@trade", "data": {"e": "trade", "t": 1}}\n',
            2,
            "without E, T, m, p, q, s",
        ),
        (OURS + '{"t": 1, "rest": "/api/v3/depth", "data": {}}\n', 2, "names no symbol"),
        (OURS + '{"t": 1, "stream": "a@trade", "data": null}\n', 2, "neither a message nor a list"),
        (OURS + TRADE_LINE.replace('"p": "1.5"', '"p": "x1.5"'), 2, "p of a trade message is no number"),
        (OURS + TRADE_LINE.replace('"p": "1.5"', '"p": -1'), 2, "p of a trade message is no number"),
        (OURS + TRADE_LINE.replace('"t": 7', '"t": "１"'), 2, "t of a trade message is no whole number"),  # noqa: RUF001
        (OURS + BOOK.replace('[["1", "2"]]', '"abc"'), 2, "bids is no list of levels"),
        (OURS + BOOK.replace('[["1", "2"]]', "[null]"), 2, "a level of bids is no pair"),
        (OURS + BOOK.replace('["1", "2"]', '["1", "x"]'), 2, "a quantity of bids is no number"),
        (f"1723161254000000999 {MESSAGE}\nhello\n", 2, "no time in nanoseconds"),
        (f"wss://x\n1.5: {MESSAGE}\nhello\n", 3, "neither an address nor a time"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line_and_the_formats_are_told(tmp_path, text, line, wrong):
    path = written(tmp_path, text)
    with pytest.raises(CaptureError) as caught:
        list(capture.read(path))
    message = str(caught.value)
    assert f"{path}, line {line}: " in message
    assert wrong in message
    assert "hftbacktest" in message
    assert "cryptofeed" in message
    assert "\n" not in message


def test_a_missing_file_a_folder_and_damaged_gzip_data_are_named(tmp_path):
    damaged = tmp_path / "damaged.gz"
    whole = bytearray(gzip.compress(OURS.encode() * 500))
    whole[40:60] = b"\x00" * 20
    damaged.write_bytes(whole)
    for path in (tmp_path / "missing.gz", tmp_path, damaged):
        with pytest.raises(CaptureError) as caught:
            list(capture.read(path))
        assert str(path) in str(caught.value)


def test_a_last_line_cut_short_is_left_out_with_a_warning(tmp_path, caplog):
    path = written(tmp_path, f"1723161254000000999 {MESSAGE}\n1723161254000001999 " + MESSAGE[:40])
    with caplog.at_level(logging.WARNING, "binance_legacy.exchange"):
        assert len(list(capture.read(path))) == 1
    assert f"{path}, line 2 is cut short" in caplog.text


def test_a_gzip_file_without_its_end_gives_what_is_there_with_a_warning(tmp_path, caplog):
    line = f"1723161254000000999 {MESSAGE}\n"
    whole = gzip.compress(b"".join(line.replace("999 ", f"{n:03} ").encode() for n in range(500)), mtime=0)
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with caplog.at_level(logging.WARNING, "binance_legacy.exchange"):
        records = list(capture.read(path))
    assert all(record.data == TRADE for record in records)
    assert "the recorder was stopped" in caplog.text
