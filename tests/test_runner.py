"""A script under ``run`` sees, prints and returns what it would under Python itself."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from .interpreters import environment, run

SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture
def script(tmp_path):
    """Writes a script and gives its path."""

    def write(code, name="bot.py"):
        file = tmp_path / name
        file.write_text(dedent(code), "utf-8")
        return file

    return write


def under_run(*arguments, **options):
    return run("-W", "error", "-m", "binance_legacy", "run", *arguments, **options)


def same_as_python(*arguments, cwd=None):
    """Run a program both ways; both must end alike. Returns how it ended."""
    plain = run("-W", "error", *arguments, cwd=cwd)
    ours = under_run(*arguments, cwd=cwd)
    assert (ours.returncode, ours.stdout, ours.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    return ours


def test_a_script_is_told_the_same_about_itself(tmp_path):
    told = json.loads(same_as_python(SCRIPTS / "identity.py", "--seed", "-x", "--", "word").stdout)
    assert told["argv"] == [str(SCRIPTS / "identity.py"), "--seed", "-x", "--", "word"]
    assert told["main"] and told["pickled"]


def test_a_relative_path_and_a_symbolic_link_mean_what_they_mean_to_python(tmp_path):
    same_as_python(Path("scripts") / ".." / "scripts" / "identity.py", cwd=SCRIPTS.parent)
    try:
        (tmp_path / "link.py").symlink_to(SCRIPTS / "identity.py")
    except OSError:
        pytest.skip("this system does not let a test make symbolic links")
    same_as_python(tmp_path / "link.py")


def test_a_module_runs_as_with_dash_m(script):
    script(
        "import sys; from . import part; print(__name__, __package__, __spec__.name, sys.argv[1:])", "bot.py"
    )
    folder = script("", "__init__.py").parent
    script("x = 1", "part.py")
    script("print('the package itself', __spec__.name)", "__main__.py")
    assert same_as_python("-m", f"{folder.name}.bot", "-m", cwd=folder.parent).stdout.endswith("['-m']\n")
    same_as_python("-m", folder.name, cwd=folder.parent)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("def f(): 1/0\ntry: f()\nexcept ZeroDivisionError: f()", 1),
        ("try: {}['a']\nexcept KeyError as e: raise ValueError('no') from e", 1),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('said at the end')", 1),
        ("raise SystemExit", 0),
        ("import sys; sys.excepthook = lambda *a: print('hooked', a[0], a[2].tb_lineno)\nx", 1),
        ("import atexit, threading, time\natexit.register(print, 'last')\n"
         "threading.Thread(target=lambda: (time.sleep(.1), print('then'))).start()\nprint('first')", 0),
        ("import concurrent.futures as c\np = c.ThreadPoolExecutor(1)\np.submit(print, 'pooled')", 0),
        ("import json\njson.loads('{')", 1),
        ("exec('1 +')", 1),
        ("def f(:", 1),
        ("x = 1\n  y = 2", 1),
        ("x = (1,", 1),
        ("return 5", 1),
        ("# coding: nosuch\nx = 1", 1),
        ("x = 1\n\0y", 1),
    ],
)  # fmt: skip
def test_output_tracebacks_and_exit_codes_are_pythons_own(script, code, status):
    assert same_as_python(script(code)).returncode == status


@pytest.mark.parametrize(
    "source",
    [b"x = 1\nprint('caf\xe9')\n", b"# coding: utf-8\nx = '\xe9'\n", b"\xff\xfex\0", b"\xef\xbb\xbfprint(1)"],
)
def test_a_script_in_another_encoding_is_refused_in_pythons_own_words(tmp_path, source):
    (tmp_path / "bot.py").write_bytes(source)
    same_as_python(tmp_path / "bot.py")
    same_as_python("bot.py", cwd=tmp_path)


def test_the_main_thread_has_a_current_loop_and_no_warning_is_heard(script):
    file = script("""
        import asyncio
        loop = asyncio.get_event_loop()
        assert loop is asyncio.get_event_loop_policy().get_event_loop()
        print(loop.run_until_complete(asyncio.sleep(0, 'looped')))
        asyncio.run(asyncio.sleep(0))
    """)
    done = run("-W", "error::ResourceWarning", "-m", "binance_legacy", "run", file)
    assert (done.stdout, done.stderr, done.returncode) == ("looped\n", "", 0)


def test_binance_means_this_package_in_the_script(script):
    file = script("import binance, binance.wire.venues as v; print(binance.__name__, v.__name__)")
    assert under_run(file).stdout == "binance_legacy binance_legacy.wire.venues\n"


def test_our_package_wins_over_a_binance_folder_beside_the_script_and_over_one_installed(script, tmp_path):
    (tmp_path / "binance").mkdir()
    (tmp_path / "binance" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    assert under_run(script("import binance; print(binance.__name__)")).stdout == "binance_legacy\n"
    done = under_run(SCRIPTS / "identity.py", env=environment(tmp_path))
    assert done.returncode == 0, done.stderr


def test_a_process_that_the_script_starts_finds_binance_without_knowing_where_we_lie(script, tmp_path):
    child = script("import binance; print(binance.__name__)", "child.py")
    file = script(f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, {str(child)!r}]))")
    code = f"import sys; sys.path.insert(0, {str(SCRIPTS.parent.parent)!r}); " + (
        f"from binance_legacy.command import main; sys.exit(main(['run', {str(file)!r}]))"
    )
    env = environment()
    del env["PYTHONPATH"]
    done = run("-c", code, cwd=tmp_path, env=env)
    assert (done.stdout, done.returncode) == ("binance_legacy\n", 0), done.stderr


@pytest.mark.skipif(
    not hasattr(signal, "SIGINT") or os.name == "nt", reason="sends SIGINT as a POSIX terminal does"
)
def test_ctrl_c_ends_the_script_cleanly_with_130(script):
    file = script("""
        import time
        try:
            print('up', flush=True)
            time.sleep(60)
        finally:
            print('tidied')
    """)
    bot = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "binance_legacy", "run", file],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert bot.stdout.readline() == "up\n"
    bot.send_signal(signal.SIGINT)
    assert (*bot.communicate(timeout=20), bot.returncode) == ("tidied\n", "", 130)


@pytest.mark.skipif(os.name == "nt", reason="raises SIGINT as a POSIX terminal does")
def test_a_ctrl_c_that_python_drops_ends_the_script_all_the_same(script):
    file = script("""
        import signal, time
        class Deleted:
            def __del__(self):
                signal.raise_signal(signal.SIGINT)
                time.sleep(0)
        Deleted()
        time.sleep(15)
        print('ran on')
    """)
    done = under_run(file)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 130)


def test_a_caught_ctrl_c_is_the_scripts_own_affair(script):
    assert (
        same_as_python(
            script("try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: print('mine')")
        ).returncode
        == 0
    )
