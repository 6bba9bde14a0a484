"""How programs with a socket manager live and end: each test runs a script of its own, as a user would."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from .engine.stream_server import StreamServer

PREAMBLE = """
import os, sys, threading, time
from binance_legacy.websockets import BinanceSocketManager
from twisted.internet import reactor

class Client:
    testnet = False

URL = sys.argv[1]
BinanceSocketManager.STREAM_URL = URL
"""


@pytest.fixture
def server():
    server = StreamServer()
    server.greeting = lambda path: [{"e": "trade", "t": 1}]
    server.processes = []
    yield server
    for process in server.processes:
        process.kill()
        process.communicate()
    server.close()


def start_script(server, body):
    script = PREAMBLE + textwrap.dedent(body)
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", script, server.url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    server.processes.append(process)
    return process


def run_script(server, body, timeout=20, complaint=""):
    """Output of the script; it must end by itself, with status 0, and with no word on stderr but `complaint`."""
    process = start_script(server, body)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"the program did not end: {process.communicate()}")
    assert process.returncode == 0, err
    assert [line for line in err.splitlines() if not complaint or complaint not in line] == [], err
    return out


def ended_after(process, line):
    """Seconds between the script's printing `line` and its end."""
    for printed in process.stdout:
        if printed.strip() == line:
            break
    began = time.monotonic()
    process.wait(10)
    return time.monotonic() - began


def test_a_script_that_ends_after_start_lives_on(server):
    process = start_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: print(m['t'], flush=True))
        bm.start()
        """,
    )
    assert process.stdout.readline() == "1\n"
    server.broadcast({"e": "trade", "t": 2})
    assert process.stdout.readline() == "2\n"
    assert process.poll() is None


@pytest.mark.parametrize("last_words", ["bm.close()", "reactor.stop()", "bm.close(); reactor.stop()"])
def test_after_close_or_reactor_stop_the_process_ends_in_under_two_seconds(server, last_words):
    process = start_script(
        server,
        f"""
        got = threading.Event()
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: got.set())
        bm.start()
        got.wait(5)
        {last_words}
        print('end', flush=True)
        """,
    )
    assert ended_after(process, "end") < 2
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")


def test_a_daemon_manager_does_not_keep_the_process(server):
    run_script(
        server,
        """
        got = threading.Event()
        bm = BinanceSocketManager(Client())
        bm.daemon = True
        bm.start_trade_socket('BNBBTC', lambda m: got.set())
        bm.start()
        assert got.wait(5)
        """,
    )


def test_the_program_ends_while_the_server_is_down(server):
    server.status = 503
    run_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', print)
        bm.start()
        time.sleep(0.3)
        bm.close()
        """,
        complaint="bnbbtc@trade: lost (reason WebSocket connection upgrade failed [503]",
    )


def test_a_callback_with_the_main_thread_gone_closes_works_and_opens_anew(server):
    out = run_script(
        server,
        """
        def second(message):
            print('second', message['t'], flush=True)
            bm.close()

        def first(message):
            while threading.main_thread().is_alive():   # its last line is long gone
                time.sleep(0.01)
            bm.close()
            time.sleep(0.5)                          # stands for a blocking order
            print('order placed', flush=True)
            bm.start_kline_socket('BNBBTC', second)

        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', first)
        bm.start()
        """,
    )
    assert out == "order placed\nsecond 1\n"


def test_the_program_may_run_the_reactor_itself(server):
    """Sockets opened earlier wait for it, and its own stop is Twisted's."""
    out = run_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: (print(threading.current_thread().name), reactor.stop()))
        reactor.run()
        print('after run')
        """,
    )
    assert out == "MainThread\nafter run\n"


def test_a_manager_joins_a_reactor_that_the_program_runs(server):
    out = run_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        def begin():
            bm.start_trade_socket('BNBBTC', lambda m: (print('got', m['t']), reactor.stop()))
            bm.start()
        reactor.callWhenRunning(begin)
        reactor.run()
        print(reactor.running)
        """,
    )
    assert out == "got 1\nFalse\n"


def test_a_reactor_that_the_program_ran_and_stopped_cannot_start_again_and_says_so(server):
    out = run_script(
        server,
        """
        reactor.callWhenRunning(reactor.stop)
        reactor.run()
        try:
            BinanceSocketManager(Client()).start()
        except Exception as e:
            print(type(e).__name__, e)
        """,
    )
    assert out.startswith("ReactorNotRestartable this program ran the reactor itself")


@pytest.mark.parametrize(
    "begin", ["threading.Thread(target=work).start()", "threading.Timer(0.1, work).start()"]
)
def test_a_thread_that_a_callback_starts_lives_on_after_the_managers_as_in_0_7(server, begin):
    out = run_script(
        server,
        f"""
        def work():
            time.sleep(1)
            print('order placed')

        def callback(message):
            {begin}
            reactor.stop()

        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', callback)
        bm.start()
        bm.join()   # from Python 3.12 on no thread can be started once the main one is at its end
        """,
    )
    assert out == "order placed\n"


def test_host_names_are_looked_up_also_after_the_script_s_last_line(server):
    server.greeting = lambda path: []
    process = start_script(
        server,
        """
        BinanceSocketManager.STREAM_URL = URL.replace('127.0.0.1', 'localhost')
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: print(m['t'], flush=True))
        bm.start()
        """,
    )
    for number in range(3):
        server.wait(lambda wanted=number + 1: len(server.requests) == wanted)
        (line,) = server.wait_open(1)
        line.send({"e": "trade", "t": number})
        assert process.stdout.readline() == f"{number}\n"
        line.abort()


def test_what_the_program_runs_on_the_reactor_returns_before_the_process_ends(server):
    out = run_script(
        server,
        """
        def finish():
            reactor.stop()
            time.sleep(1.5)
            print('positions closed')

        reactor.addSystemEventTrigger('before', 'shutdown', lambda: (time.sleep(1.5), print('saved')))
        bm = BinanceSocketManager(Client())
        bm.start()
        reactor.callFromThread(reactor.callLater, 0.1, finish)
        """,
    )
    assert out == "positions closed\nsaved\n"


def test_a_pool_thread_that_the_main_thread_asked_for_does_not_keep_the_process(server):
    run_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        bm.start()
        time.sleep(0.2)
        reactor.callInThread(time.sleep, 0.1)
        time.sleep(0.3)
        bm.close()
        """,
    )


def test_stopping_a_reactor_that_does_not_run_raises_and_ends_nothing(server):
    out = run_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: (print(m['t']), bm.close()))
        try:
            reactor.stop()
        except Exception as e:
            print(type(e).__name__)
        bm.start()
        """,
    )
    assert out == "ReactorNotRunning\n1\n"


def test_one_manager_that_cannot_be_ended_does_not_keep_the_others(server):
    process = start_script(
        server,
        """
        class Broken(BinanceSocketManager):
            def stop_socket(self, conn_key):
                raise ValueError('in the bot')

        for cls in (Broken, BinanceSocketManager):
            bm = cls(Client())
            bm.start_trade_socket('BNBBTC', lambda m: None)
            bm.start()
        time.sleep(0.3)
        reactor.stop()
        bm.join(5)
        print(bm.is_alive(), flush=True)
        os._exit(0)
        """,
    )
    out, err = process.communicate(timeout=20)
    assert out == "False\n" and "ValueError: in the bot" in err


needs_signals = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")


@needs_signals
@pytest.mark.parametrize("main", ["", "time.sleep(60)", "bm.join()"])
def test_ctrl_c_ends_the_program_within_two_seconds_as_interrupted(server, main):
    process = start_script(
        server,
        f"""
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: print('streaming', flush=True))
        bm.start()
        {main}
        """,
    )
    assert process.stdout.readline() == "streaming\n"
    time.sleep(0.2)  # the main thread reaches its last line
    process.send_signal(signal.SIGINT)
    process.wait(2)
    _, err = process.communicate()
    assert process.returncode == -signal.SIGINT, err
    assert "Exception ignored" not in err


@needs_signals
def test_a_script_that_catches_ctrl_c_goes_on_streaming(server):
    process = start_script(
        server,
        """
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: (ready.wait(), print(m['t'], flush=True)))
        ready = threading.Event()
        bm.start()
        try:
            ready.set()
            time.sleep(60)
        except KeyboardInterrupt:
            print('really?', flush=True)
            time.sleep(1)
            bm.close()
        """,
    )
    assert process.stdout.readline() == "1\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "really?\n"
    server.broadcast({"e": "trade", "t": 2})
    assert process.stdout.readline() == "2\n"
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, "")


@needs_signals
def test_a_ctrl_c_that_python_drops_can_still_be_caught_while_a_manager_runs(server):
    out = run_script(
        server,
        """
        import signal
        class Deleted:
            def __del__(self):
                signal.raise_signal(signal.SIGINT)
                time.sleep(0)

        bm = BinanceSocketManager(Client())
        bm.start()
        try:
            Deleted()
            time.sleep(15)
        except KeyboardInterrupt:
            print('really?')
            bm.close()
        """,
    )
    assert out == "really?\n"


@needs_signals
def test_ctrl_c_past_the_last_line_runs_the_exit_functions(server):
    process = start_script(
        server,
        """
        import atexit
        atexit.register(print, 'state saved')
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: print('streaming', flush=True))
        bm.start()
        """,
    )
    assert process.stdout.readline() == "streaming\n"
    time.sleep(0.3)  # the main thread reaches its last line
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (-signal.SIGINT, "state saved\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_a_manager_made_before_a_fork_and_started_in_the_child_streams_there(server):
    out = run_script(
        server,
        """
        import multiprocessing
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('BNBBTC', lambda m: (os.write(1, b'child streams\\n'), bm.close()))
        child = multiprocessing.get_context('fork').Process(target=bm.start)
        child.start()
        child.join(10)
        print(child.exitcode)
        """,
    )
    assert out == "child streams\n0\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_forked_children_stream_for_themselves_and_the_parent_streams_on(server):
    process = start_script(
        server,
        """
        import warnings
        warnings.simplefilter('ignore', DeprecationWarning)   # Python warns of fork with threads; old bots do it
        def show(name):
            def callback(message):
                line = f"{name} {os.getpid() == PARENT} {message['t']}\\n"
                os.write(1, line.encode())   # one write: the line stays whole
            return callback

        PARENT = os.getpid()
        bm = BinanceSocketManager(Client())
        bm.start_trade_socket('PARENTBTC', show('parent'))
        bm.start()
        time.sleep(0.3)
        children = []
        for i in range(2):
            pid = os.fork()
            if not pid:
                assert not bm._conns and not bm.is_alive()
                mine = BinanceSocketManager(Client())
                mine.start_trade_socket(f'CHILD{i}BTC', show(f'child{i}'))
                mine.start()
                sys.stdin.read()
                mine.close()
                mine.join(5)
                os._exit(0)
            children.append(pid)
        sys.stdin.read()
        print([os.waitpid(pid, 0)[1] for pid in children], flush=True)
        bm.close()
        """,
    )
    seen = {process.stdout.readline() for _ in range(3)}
    assert seen == {"parent True 1\n", "child0 False 1\n", "child1 False 1\n"}
    server.wait_open(3)
    server.broadcast({"e": "trade", "t": 2})
    seen = {process.stdout.readline() for _ in range(3)}
    assert seen == {"parent True 2\n", "child0 False 2\n", "child1 False 2\n"}
    assert len(server.requests) == 3, "nobody's line was cut by another process"
    out, err = process.communicate(timeout=10)  # closes its stdin: all three end
    assert (out, process.returncode) == ("[0, 0]\n", 0), err


def test_a_thousand_cycles_leave_no_thread_no_descriptor_no_connection(server):
    out = run_script(
        server,
        """
        import gc
        def descriptors():
            return len(os.listdir('/proc/self/fd')) if os.path.isdir('/proc/self/fd') else 0

        got = threading.Semaphore(0)
        bm = BinanceSocketManager(Client())
        bm.start()
        for i in range(1000):
            key = bm.start_trade_socket(f'S{i}BTC', lambda m: got.release())
            if i % 10 == 0:
                assert got.acquire(timeout=5)
            bm.stop_socket(key)
            if i == 100:
                time.sleep(1.2)
                threads, fds = threading.active_count(), descriptors()
        time.sleep(1.5)
        gc.collect()
        print(len(bm._conns), threading.active_count() - threads, max(0, descriptors() - fds))
        bm.close()
        """,
        timeout=60,
    )
    assert out == "0 0 0\n"
    server.wait(lambda: not server.open_lines())
