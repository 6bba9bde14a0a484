"""A Ctrl-C that Python drops, because it came inside ``__del__`` or a weakref callback, is given again."""

import os
import subprocess
import sys
import textwrap

import pytest

from ..interpreters import environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

DROPPED = """
import signal, sys, threading, time, weakref
from binance_legacy.engine import interrupt
interrupt.watch()

def ctrl_c(*_):
    signal.raise_signal(signal.SIGINT)
    for _ in range(100):
        pass

class Deleted:
    __del__ = ctrl_c

class Seen:
    pass
"""


def ended(code):
    """How a program ends in which `code` follows: output, errors, status."""
    script = DROPPED + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=20
    )
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize(
    "drop",
    [
        "Deleted()",
        "seen = Seen(); watcher = weakref.ref(seen, ctrl_c); del seen",
        "[Deleted() for _ in range(20)]",
    ],
)
def test_the_program_is_interrupted_all_the_same_even_in_the_middle_of_a_sleep(drop):
    out, err, _ = ended(f"""
        try:
            {drop}
            time.sleep(15)
            print('ran on')
        except KeyboardInterrupt:
            print('interrupted')
    """)
    assert (out, err) == ("interrupted\n", "")


def test_what_else_cannot_be_raised_is_told_as_before():
    out, err, status = ended("""
        class Broken:
            def __del__(self):
                raise ValueError('in the bot')
        Broken()
        print('ran on')
    """)
    assert (out, status) == ("ran on\n", 0)
    assert "Exception ignored in" in err and "ValueError: in the bot" in err


def test_a_hook_of_the_programs_own_hears_everything_else():
    out, err, status = ended("""
        sys.unraisablehook = lambda what: print('mine', what.exc_type.__name__)
        interrupt.watch()
        interrupt.watch()
        class Broken:
            def __del__(self):
                raise ValueError
        Broken()
    """)
    assert (out, err, status) == ("mine ValueError\n", "", 0)


def test_a_handler_of_the_programs_own_is_not_called_twice_for_one_ctrl_c():
    out, err, _ = ended("""
        def mine(*_):
            print('handled')
            raise KeyboardInterrupt
        signal.signal(signal.SIGINT, mine)
        Deleted()
        time.sleep(0.3)
        print('ran on')
    """)
    assert out == "handled\nran on\n"
    assert "Exception ignored in" in err


def test_another_threads_keyboard_interrupt_is_nobodys_ctrl_c():
    out, err, status = ended("""
        class Raises:
            def __del__(self):
                raise KeyboardInterrupt
        thread = threading.Thread(target=Raises)
        thread.start()
        thread.join()
        time.sleep(0.3)
        print('ran on')
    """)
    assert (out, status) == ("ran on\n", 0)
    assert "Exception ignored in" in err


def test_one_past_the_last_line_does_what_it_does_in_plain_python():
    code = """
        import atexit
        atexit.register(print, 'tidied')
        def late():
            time.sleep(0.3)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(0.3)
        threading.Thread(target=late).start()
    """
    plain = ended("sys.unraisablehook = sys.__unraisablehook__" + textwrap.dedent(code))
    assert ended(code) == plain
    assert plain[0] == "tidied\n"
