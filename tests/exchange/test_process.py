"""The exchange's process: it starts when told, says why when it cannot, and always ends with its parent."""

import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
import requests

import binance_legacy
from binance_legacy.exchange import Exchange, ExchangeError
from binance_legacy.exchange.doors.serve import main
from binance_legacy.wire import venues

PACKAGE = Path(binance_legacy.__file__).parent
FOLDERS = str(PACKAGE.parent)
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and fork are POSIX's")


def answers(url):
    """Whether an exchange answers there."""
    try:
        return requests.get(url + "/api/v3/ping", timeout=5).ok
    except requests.ConnectionError:
        return False


def wait_until_silent(url, within):
    deadline = time.monotonic() + within
    while answers(url):
        assert time.monotonic() < deadline, f"{url} still answers after {within} s"
        time.sleep(0.02)


def program(text, *arguments, **options):
    """A Python of its own that runs `text`, after having started an exchange and printed where it is."""
    start = """
        import os, sys, time
        from binance_legacy.exchange import Exchange
        exchange = Exchange()
        exchange.start()
        print(exchange.rest_url, flush=True)
    """
    source = textwrap.dedent(start) + textwrap.dedent(text)
    environment = {**os.environ, "PYTHONPATH": FOLDERS}
    return subprocess.Popen(
        [sys.executable, "-c", source, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )


# -- starting and stopping --------------------------------------------------------------------------------


def test_start_and_stop_can_be_repeated_and_leave_nothing_behind():
    def held():
        folder = Path("/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd")
        return len(list(folder.iterdir())) if os.name == "posix" else 0

    exchange = Exchange()
    exchange.stop()
    before = held(), threading.active_count()
    for _ in range(2):
        exchange.start()
        exchange.start()
        url, pid = exchange.rest_url, exchange.pid
        assert answers(url)
        exchange.stop()
        exchange.stop()
        assert not answers(url)
        assert exchange.pid is None
        if os.name == "posix":
            with pytest.raises(ProcessLookupError):  # gone, and no zombie either
                os.kill(pid, 0)
    now = held(), threading.active_count()
    assert all(after <= was for after, was in zip(now, before, strict=True)), (now, before)


def test_the_addresses_are_plain_loopback_ones_and_known_only_while_it_runs(exchange):
    port = exchange.rest_url.rpartition(":")[2]
    assert exchange.rest_url == f"http://127.0.0.1:{port}"
    assert exchange.stream_url == f"ws://127.0.0.1:{port}"
    with pytest.raises(ExchangeError, match="does not run"):
        _ = Exchange().rest_url


def test_one_that_is_forgotten_ends():
    exchange = Exchange()
    exchange.start()
    url = exchange.rest_url
    del exchange
    gc.collect()
    assert not answers(url)


def test_two_at_once_are_two_markets_and_the_same_seed_has_the_same_past(exchange):
    past = "/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime=1600000000000&limit=5"
    with Exchange(seed=1) as same, Exchange(seed=6) as other:
        rows = [requests.get(one.rest_url + past, timeout=20).json() for one in (exchange, same, other)]
    assert rows[0] == rows[1] != rows[2]
    assert len(rows[0]) == 5


def test_without_a_tape_the_market_can_run_faster_than_time():
    with Exchange(speed=100) as exchange:
        first = requests.get(exchange.rest_url + "/api/v3/time", timeout=10).json()["serverTime"]
        time.sleep(0.3)
        last = requests.get(exchange.rest_url + "/api/v3/time", timeout=10).json()["serverTime"]
    assert last - first > 25_000


# -- what cannot start ------------------------------------------------------------------------------------


def test_a_port_in_use_is_named(exchange):
    port = int(exchange.rest_url.rpartition(":")[2])
    with pytest.raises(ExchangeError, match=f"port {port} on 127.0.0.1 is in use"):
        Exchange(port=port).start()


def test_an_unreadable_capture_is_named_with_its_line(tmp_path):
    path = tmp_path / "bad capture.jsonl"
    path.write_text('{"binance_legacy_capture":1}\n{"t":1}\n{"t":2}\n', "utf-8")
    with pytest.raises(ExchangeError, match=r"bad capture\.jsonl, line 2: "):
        Exchange(replay=path).start()


def test_a_missing_capture_is_named(tmp_path):
    with pytest.raises(ExchangeError, match=r"^the capture .*nowhere\.gz cannot be read: No such file"):
        Exchange(replay=[tmp_path / "nowhere.gz"]).start()


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("speed", 0, "market seconds per second"), ("speed", float("inf"), "market seconds per second"),
        ("speed", "fast", "market seconds per second"), ("speed", None, "market seconds per second"),
        ("port", -1, "a number from 0"), ("port", 65536, "a number from 0"), ("port", "http", "a number from 0"),
        ("seed", "x", "a whole number, such as 7"), ("seed", 1.5, "a whole number, such as 7"),
        ("replay", [], "one capture or several, or None for a simulated market"),
        ("replay", 7, "one capture or several, or None for a simulated market"),
        ("replay", [None], "one capture or several, or None for a simulated market"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_starts(name, value, right):
    with pytest.raises(ValueError, match=rf"^{name} is {re.escape(repr(value))}; give {right}"):
        Exchange(**{name: value})


def test_a_child_that_cannot_even_begin_is_reported(monkeypatch, capfd):
    monkeypatch.setattr(sys, "executable", shutil.which("false") or sys.executable)
    if not shutil.which("false"):
        pytest.skip("there is no program here that fails at once")
    with pytest.raises(ExchangeError, match="ended at once with code 1"):
        Exchange().start()


# -- the parent's end -------------------------------------------------------------------------------------


@POSIX
def test_it_ends_within_a_second_when_its_parent_is_killed():
    with program("time.sleep(60)") as parent:
        url = parent.stdout.readline().strip()
        assert answers(url)
        parent.kill()
        wait_until_silent(url, 1.0)


@pytest.mark.parametrize("end", ["raise RuntimeError('oh')", "os._exit(0)"])
def test_it_ends_with_a_parent_that_just_ends(end):
    with program(end, stderr=subprocess.DEVNULL) as parent:
        url = parent.stdout.readline().strip()
        parent.wait(10)
        wait_until_silent(url, 1.0)


@POSIX
def test_a_forked_child_can_use_it_but_does_not_keep_it_alive():
    text = """
        if os.fork() == 0:
            import requests
            requests.get(exchange.rest_url + "/api/v3/ping").raise_for_status()
            exchange.stop()  # not its own to end
            print("child", os.getpid(), exchange.pid, flush=True)
            time.sleep(60)
            os._exit(0)
        time.sleep(60)
    """
    with program(text) as parent:
        url = parent.stdout.readline().strip()
        _, child, known = parent.stdout.readline().split()
        try:
            assert known == "None"
            assert answers(url)
            parent.kill()
            wait_until_silent(url, 1.0)
            os.kill(int(child), 0)  # the child is still there
        finally:
            os.kill(int(child), signal.SIGKILL)


@POSIX
def test_a_forked_child_that_ends_properly_leaves_it_running():
    text = """
        if os.fork() == 0:
            sys.exit()
        os.wait()
        print("ended", flush=True)
        time.sleep(60)
    """
    with program(text) as parent:
        url = parent.stdout.readline().strip()
        assert parent.stdout.readline() == "ended\n"
        assert answers(url)
        parent.kill()


@POSIX
def test_ctrl_c_is_for_the_parent(exchange):
    os.kill(exchange.pid, signal.SIGINT)
    time.sleep(0.1)
    assert answers(exchange.rest_url)
    assert os.getpgid(exchange.pid) != os.getpgid(0)


def test_it_is_found_as_its_parent_found_it_and_no_script_beside_shadows_a_module(tmp_path):
    home = tmp_path / "a folder with spaces"
    shutil.copytree(PACKAGE, home / "lib" / "binance_legacy", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("queue", "calendar", "secrets", "twisted", "json", "market"):
        (home / f"{name}.py").write_text("raise SystemExit('shadowed')", "utf-8")
    source = """
        import sys
        own = sys.path.pop(0)
        sys.path.insert(0, "lib")
        from binance_legacy.exchange import Exchange
        import binance_legacy
        assert "spaces" in binance_legacy.__file__, binance_legacy.__file__
        sys.path.insert(0, own)
        with Exchange() as exchange:
            print(exchange.rest_url)
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        cwd=home, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("http://127.0.0.1:")


# -- use --------------------------------------------------------------------------------------------------


def test_use_lasts_until_stop():
    before = venues.box()
    with Exchange() as exchange:
        assert venues.box() == before
        assert exchange.use() is exchange
        assert venues.box() == os.environ[venues.BOX_VARIABLE] == exchange.rest_url
    assert venues.box() == before


def test_the_one_used_before_comes_back_in_whatever_order_they_end():
    before = venues.box()
    first, second = Exchange(), Exchange()
    for exchange in (first, second):
        exchange.start()
        exchange.use()
    with Exchange() as third:
        third.use()
        second.stop()
        assert venues.box() == third.rest_url
    assert venues.box() == first.rest_url
    first.stop()
    assert venues.box() == before


# -- alone ------------------------------------------------------------------------------------------------


def alone(*arguments):
    environment = {**os.environ, "PYTHONPATH": FOLDERS}
    return subprocess.Popen(
        [sys.executable, "-m", "binance_legacy.exchange", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


@POSIX
def test_alone_it_prints_its_addresses_and_ends_cleanly_at_ctrl_c():
    with alone("--seed", "3") as running:
        lines = [running.stdout.readline() for _ in range(3)]
        url = lines[1].split()[1]
        assert answers(url)
        assert lines[2].split()[1] == url.replace("http", "ws")
        running.send_signal(signal.SIGINT)
        assert running.wait(5) == 130
        assert running.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--port", "99999"), "'99999' is not a port; give a number from 0 (any free one) to 65535"),
        (("--speed", "fast"), "'fast' is not a speed; give market seconds per second, such as 20"),
        (("--seed", "x"), "'x' is not a seed; give a whole number, such as 7"),
        (("--replay", "nowhere.gz"), "the capture nowhere.gz cannot be read: No such file or directory"),
    ],
)
def test_alone_it_says_in_a_sentence_what_was_wrong(arguments, says, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, error = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert error.splitlines()[-1].endswith(says)


def test_alone_a_capture_that_cannot_be_read_is_named():
    with alone("--replay", "nowhere.gz") as running:
        out, error = running.communicate(timeout=20)
        assert (running.returncode, out) == (2, "")
        assert "the capture nowhere.gz cannot be read: No such file" in error.splitlines()[-1]


def test_alone_a_port_in_use_is_named(exchange):
    port = exchange.rest_url.rpartition(":")[2]
    with alone("--port", port) as running:
        out, error = running.communicate(timeout=20)
        assert (running.returncode, out) == (2, "")
        assert error == (
            f"binance_legacy.exchange: port {port} on 127.0.0.1 is in use by another program; "
            "give another, or 0 for any free one\n"
        )
