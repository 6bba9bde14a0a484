"""Scripts of the 0.7 era run under ``run --offline`` as they are, and leave nothing behind."""

import contextlib
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from .interpreters import environment, run

SCRIPTS = Path(__file__).parent / "scripts"


def offline(*arguments, **options):
    return run("-W", "error", "-m", "binance_legacy", "run", "--offline", *arguments, **options)


def box_port(said):
    return int(re.search(r"^offline: exchange in a box at http://127\.0\.0\.1:(\d+) ", said, re.M)[1])


def closed(port, patience=3.0):
    """Whether nobody listens at `port` any more, or stops to within `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(0.02)
            continue
        return True
    return False


@pytest.mark.parametrize("ending", ["close", "reactor"])
def test_every_socket_of_the_japanese_page_speaks_and_the_script_ends(ending):
    done = offline(SCRIPTS / "japanese_page.py", ending)
    assert (done.returncode, done.stdout) == (0, "missing: []\n"), done.stderr
    assert closed(box_port(done.stderr))


def test_a_moving_average_is_unbroken_from_the_past_into_the_live_candle():
    done = offline("--quiet", SCRIPTS / "moving_average.py")
    assert done.stdout == "candles: True  gaps: []  steady: True\n", done.stderr
    assert (done.returncode, done.stderr) == (0, "")


def test_addresses_set_by_hand_are_answered_and_proxies_left_alone():
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = offline("--quiet", SCRIPTS / "hand_set_addresses.py", env=environment(**nowhere))
    assert done.returncode == 0, done.stderr
    client, requests, refusal, stream = done.stdout.splitlines()
    assert (client, requests, stream) == ("client True", "requests True", "stream True")
    assert refusal.startswith("offline: ") and "prices.example.com" in refusal


def test_a_bot_trades_inside_its_callbacks_and_run_tells_how_it_did():
    done = offline("--balance", "BTC=2,ETH=3", SCRIPTS / "trading_bot.py")
    assert done.returncode == 0, done.stderr
    *trips, refused, waiting = done.stdout.splitlines()
    assert len(trips) == 6 and all(trip.startswith("trip ") for trip in trips)
    assert refused == "-2010 Account has insufficient balance for requested action."
    trades = int(waiting.removeprefix("NEW 1 "))
    assert trades >= 12
    told = done.stderr.splitlines()[1:]
    assert told[0] == f"offline: 13 orders, {trades} trades, 1 order still open"
    rows = {name: tuple(map(float, numbers)) for name, *numbers in map(str.split, told[2:4])}
    assert set(rows) == {"BTC", "ETH"} and rows["BTC"][0] == 2 and rows["ETH"][:2] == (3, 2.9994)
    won = sum(float(trip.split()[2]) for trip in trips)
    fees = float(re.search(r"([0-9.]+) BTC$", told[4])[1])
    assert rows["BTC"][2] == pytest.approx(won - fees, abs=2e-7)
    assert re.match(r"  profit [-+][0-9.,]+ USDT at the last prices; commissions ", told[4])


AFTER_THE_END = """
import threading, time
from binance.client import Client
client = Client("REALKEY", "REALSECRET")
over = threading.Event()
def trade():
    while not over.is_set():
        try:
            client.order_market_buy(symbol="BTCUSDT", quantity="0.0001")
        except Exception as error:
            print(type(error).__name__, "api.binance.com" in str(error), flush=True)
            time.sleep(0.001)
for _ in range(3):
    threading.Thread(target=trade, daemon=True).start()
time.sleep(1)
import atexit
atexit._run_exitfuncs()
time.sleep(0.3)
over.set()  # a daemon thread that prints while Python ends makes Python abort
time.sleep(0.3)
"""


def test_threads_that_outlive_the_box_never_reach_binance(tmp_path):
    (tmp_path / "bot.py").write_text(AFTER_THE_END, "utf-8")
    done = offline(tmp_path / "bot.py")
    assert done.returncode == 0, done.stderr
    assert "ConnectionError False" in done.stdout and "True" not in done.stdout


def test_quiet_says_nothing_of_the_account_and_a_bad_balance_is_one_sentence():
    done = offline("--quiet", SCRIPTS / "trading_bot.py")
    assert (done.returncode, done.stderr) == (0, "")
    done = offline("--balance", "USDT", SCRIPTS / "trading_bot.py")
    assert done.returncode == 2 and "'USDT' is not a balance; write ASSET=AMOUNT" in done.stderr


def test_processes_of_every_kind_find_the_box_and_the_guard():
    done = offline("--quiet", SCRIPTS / "processes.py")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "another script True" in lines
    workers = [line.partition(" ") for line in lines if line != "another script True"]
    assert {method for method, _, _ in workers} == set(multiprocessing.get_all_start_methods())
    assert {told for _, _, told in workers} == {"binance_legacy.exceptions served: True refused: True"}


@pytest.fixture
def living(tmp_path):
    """A bot that lives on after its last line, with a socket open; its process and the port of its box."""
    (tmp_path / "bot.py").write_text(
        "from binance.client import Client\n"
        "from binance.websockets import BinanceSocketManager\n"
        "bm = BinanceSocketManager(Client('', ''))\n"
        "bm.start_symbol_book_ticker_socket('BTCUSDT', lambda msg: print('heard', flush=True))\n"
        "bm.start()\n"
    )
    bot = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "binance_legacy", "run", "--offline", str(tmp_path / "bot.py")],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    watchdog = threading.Timer(30, bot.kill)
    watchdog.start()
    try:
        said = bot.stderr.readline()
        assert bot.stdout.readline() == "heard\n"
        yield bot, box_port(said)
    finally:
        watchdog.cancel()
        bot.kill()
        bot.communicate()


@pytest.mark.skipif(os.name == "nt", reason="sends signals as a POSIX terminal does")
def test_ctrl_c_in_a_terminal_ends_bot_and_box_without_a_word(living):
    bot, port = living
    os.killpg(bot.pid, signal.SIGINT)  # a terminal sends it to the box too
    _, said = bot.communicate(timeout=10)
    assert bot.returncode in (130, -signal.SIGINT)
    assert said == ""
    assert closed(port)


@pytest.mark.skipif(os.name == "nt", reason="sends signals as a POSIX terminal does")
def test_the_box_ends_with_a_bot_that_is_killed(living):
    bot, port = living
    bot.kill()
    bot.communicate()
    assert closed(port)


def test_an_uncaught_error_ends_the_box_and_gives_exit_code_1(tmp_path):
    (tmp_path / "bot.py").write_text("1 / 0\n")
    done = offline(tmp_path / "bot.py")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("  File")] == [
        f'  File "{tmp_path / "bot.py"}", line 1, in <module>'
    ]
    assert closed(box_port(done.stderr))


def test_a_capture_that_cannot_be_read_is_named_and_nothing_starts(tmp_path):
    (tmp_path / "broken.gz").write_bytes(b"this is not a recording")
    (tmp_path / "bot.py").write_text("print('started')\n")
    done = offline("--replay", tmp_path / "broken.gz", tmp_path / "bot.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert "broken.gz" in done.stderr and "Traceback" not in done.stderr


def test_a_futures_bot_of_0_7_trades_with_stops_on_its_streams_and_run_tells_how_it_did():
    done = offline(SCRIPTS / "futures_bot.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "5",
        "-4046 No need to change margin type.",
        "FILLED ['LIMIT', 'STOP_MARKET', 'TAKE_PROFIT_MARKET']",
        "BTCUSDT 0.050 5 isolated",
        "200 []",
        "True ['aggTrade', 'bookTicker', 'markPriceUpdate']",
        "True",
    ]
    told = done.stderr.splitlines()[1:]
    assert re.fullmatch(r"offline: futures: 3 orders, \d+ trades, 0 positions still open", told[0])
    asset, before, _, change = told[1].split()
    assert (asset, before) == ("USDT", "10,000.00000000") and float(change) < 0


def test_a_margin_bot_of_0_7_borrows_sells_short_hears_of_it_and_repays():
    done = offline(SCRIPTS / "margin_bot.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "True",
        "60",
        "True",
        "0.02 True",
        "FILLED False",
        "1",
        "CANCELED",
        "True",
        "0.0 1",
        "-3006 Your borrow amount has exceed maximum borrow amount.",
        "['balanceUpdate', 'executionReport', 'outboundAccountPosition']",
        "True ['ETHUSDT']",
        "[('ETHUSDT', 'BUY')]",
        "1 0.00000000",
    ]
    told = done.stderr.splitlines()[1:]
    assert re.fullmatch(r"offline: 5 orders, \d+ trades, 0 orders still open", told[0])
    assert re.match(r"  profit -[0-9.]+ USDT at the last prices", told[-1])
