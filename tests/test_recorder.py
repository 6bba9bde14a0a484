"""What is recorded plays back as it was, whatever ends the recording."""

import gzip
import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from itertools import pairwise

import pytest
from websockets.sync.client import connect

from binance_legacy.client import Client
from binance_legacy.exchange import Exchange
from binance_legacy.exchange.market import capture
from binance_legacy.recorder import Recorder

from .interpreters import environment, run

STREAMS = [
    "btcusdt@trade",
    "btcusdt@aggTrade",
    "btcusdt@depth@100ms",
    "btcusdt@bookTicker",
    "btcusdt@kline_1m",
]
DEPTH = "btcusdt@depth@100ms"


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=5) as running:
        running.use()
        yield running


@pytest.fixture
def client(exchange):
    exchange.heal()
    return Client()


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def came(recorder, name, count):
    return lambda: recorder.status.messages[name] >= count


def by_stream(path):
    found = defaultdict(list)
    for record in capture.read(path):
        if record.stream:
            found[record.stream].append(record.data)
    return found


def played(path, names, counts):
    """What a box that plays a capture pushes."""
    found = defaultdict(list)
    with (
        Exchange(replay=path, speed=5) as box,
        connect(f"{box.stream_url}/stream?streams={'/'.join(names)}") as line,
    ):
        while any(len(found[name]) < counts[name] for name in names):
            message = json.loads(line.recv(10))
            found[message["stream"]].append(message["data"])
    return found


def test_what_was_recorded_from_the_box_and_played_is_the_same_message_for_message(client, tmp_path):
    path = tmp_path / "box.gz"
    with Recorder(STREAMS, path, client=client) as recorder:
        until(lambda: all(recorder.status.messages[name] >= 3 for name in STREAMS) and recorder.status.books)
    told = recorder.status
    recorded = by_stream(path)
    assert {name: len(rows) for name, rows in recorded.items()} == told.messages
    assert (told.missing, told.files) == (0, [path]) and told.size == path.stat().st_size
    assert played(path, STREAMS, told.messages) == recorded


def test_a_file_that_is_full_is_followed_by_another_that_can_be_played_alone(client, tmp_path):
    path = tmp_path / "part.jsonl.gz"
    with Recorder([DEPTH, "btcusdt@bookTicker"], path, client=client, rotate=2000) as recorder:
        until(lambda: len(recorder.status.files) >= 3 and recorder.status.books >= 3)
    files = recorder.status.files
    assert [file.name for file in files[:3]] == ["part.jsonl.gz", "part.2.jsonl.gz", "part.3.jsonl.gz"]
    rows = [row for file in files for row in by_stream(file)[DEPTH]]
    assert all(after["U"] == before["u"] + 1 for before, after in pairwise(rows))
    assert all(any(record.symbol for record in capture.read(file)) for file in files[:2]), "each has its book"


def test_after_a_hole_the_book_is_recorded_anew_and_the_hole_is_counted(exchange, client, tmp_path, caplog):
    path = tmp_path / "hole.gz"
    with Recorder([DEPTH], path, client=client) as recorder:
        until(lambda: recorder.status.books == 1 and came(recorder, DEPTH, 3)())
        exchange.skip(DEPTH, 2)
        until(lambda: recorder.status.books == 2)
    assert recorder.status.missing == 1 and "differences are missing" in caplog.text


def test_a_book_that_is_refused_is_asked_for_again(exchange, client, tmp_path, caplog):
    exchange.fail(503, times=1, path="/api/v3/depth")
    with Recorder([DEPTH], tmp_path / "refused.gz", client=client) as recorder:
        until(lambda: recorder.status.books == 1)
    assert "no order book of BTCUSDT yet" in caplog.text


def test_an_uncompressed_name_is_plain_text(client, tmp_path):
    path = tmp_path / "plain.jsonl"
    with Recorder(["btcusdt@bookTicker"], path, client=client) as recorder:
        until(came(recorder, "btcusdt@bookTicker", 2))
    lines = path.read_text("utf-8").splitlines()
    assert (
        json.loads(lines[0]) == {"binance_legacy_capture": 1}
        and json.loads(lines[1])["data"]["s"] == "BTCUSDT"
    )


def test_streams_of_all_symbols_are_recorded_as_they_come(client, tmp_path):
    path = tmp_path / "all.gz"
    with Recorder(["!miniTicker@arr"], path, client=client) as recorder:
        until(came(recorder, "!miniTicker@arr", 1))
    assert isinstance(by_stream(path)["!miniTicker@arr"][0], list)


@pytest.mark.parametrize(
    ("streams", "error", "says"),
    [
        ("btcusdt@trade", TypeError, "must be a list"),
        ([], ValueError, "no stream is named"),
        (["BTCUSDT@trade"], ValueError, "lower case"),
        (["btcusdt@trades"], ValueError, "no stream of the kind 'trades'"),
        (["!ticker@arr"], ValueError, "switched the stream"),
        (["a" * 60], ValueError, "is a listen key"),
    ],
)
def test_what_cannot_be_recorded_is_named_at_once_and_no_file_is_made(streams, error, says, tmp_path):
    with pytest.raises(error, match=says):
        Recorder(streams, tmp_path / "never.gz")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    there = tmp_path / "there.gz"
    there.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="is not written over"):
        Recorder(["btcusdt@trade"], there)
    assert there.read_bytes() == b"mine"


def test_a_disk_that_takes_no_more_ends_the_recording_and_says_so(client, tmp_path):
    recorder = Recorder(["btcusdt@bookTicker"], tmp_path / "full.jsonl", client=client)
    recorder.start()
    with (tmp_path / "full.jsonl").open("rb", buffering=0) as reading:
        recorder._files._file = reading  # which refuses what is written, as a full disk does
        with pytest.raises(OSError, match="not open for writing"):
            recorder.wait(20)
        with pytest.raises(OSError, match="not open for writing"):
            recorder.stop()


# -- on the command line ------------------------------------------------------------------------------------


def recording(tmp_path, *arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "binance_legacy", "record", "--offline", *arguments,
         "btcusdt@bookTicker", DEPTH, "--to", str(tmp_path / "cli.gz")],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_it_ends_by_itself_after_the_time_it_was_given_and_says_what_it_has(tmp_path):
    said, complaints = recording(tmp_path, "--seconds", "2").communicate(timeout=60)
    rows = by_stream(tmp_path / "cli.gz")
    assert complaints == "" and said.startswith("recorded: ")
    assert f"btcusdt@bookTicker{len(rows['btcusdt@bookTicker']):>26,}" in said
    assert said.endswith(f"run --offline --replay {tmp_path / 'cli.gz'} my_old_bot.py\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there a console alone sends Ctrl-C")
def test_ctrl_c_ends_it_with_everything_in_the_file(tmp_path):
    process = recording(tmp_path)
    until(lambda: (tmp_path / "cli.gz").exists() and (tmp_path / "cli.gz").stat().st_size > 2000)
    process.send_signal(signal.SIGINT)
    said, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")
    with gzip.open(tmp_path / "cli.gz") as file:  # to its end, with its check sum
        lines = file.read().splitlines()
    assert f"{len(lines) - 2:,} messages, 1 order book" in said


def test_who_kills_it_loses_at_most_the_last_second(tmp_path):
    process = recording(tmp_path)
    until(lambda: (tmp_path / "cli.gz").exists() and (tmp_path / "cli.gz").stat().st_size > 2000)
    process.kill()
    process.communicate(timeout=60)
    assert len(by_stream(tmp_path / "cli.gz")["btcusdt@bookTicker"]) > 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["btcusdt@trades", "--to", "x.gz"], "no stream of the kind 'trades'"),
        (["btcusdt@trade", "--to", "there.gz"], "it is not written over"),
        (["btcusdt@trade", "--to", "x.gz", "--rotate", "big"], "'big' is not a size"),
        (["btcusdt@trade", "--to", "x.gz", "--seed", "3"], "--seed can only be used with --offline"),
        (["btcusdt@trade"], "--to"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_leaves_no_file(arguments, says, tmp_path):
    (tmp_path / "there.gz").write_bytes(b"mine")
    done = run("-m", "binance_legacy", "record", *arguments, cwd=tmp_path)
    assert done.returncode == 2 and says in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["there.gz"]
