"""The command line teaches, refuses in one sentence, and starts nothing that it cannot finish."""

import os

import pytest

from binance_legacy import __version__
from binance_legacy.command import COMMANDS, main

from .interpreters import environment, run


@pytest.fixture
def said(capsys):
    """Carries out a command line in this process: exit code, standard output, standard error."""

    def say(*arguments):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return say


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_command_teaches_itself_with_examples(said, command):
    status, out, err = said(command.name, "--help")
    assert (status, err) == (0, "")
    assert "examples:" in out and f"python -m binance_legacy {command.name}" in out
    assert "exit codes: 0 done" in out


def test_help_names_every_command_and_where_to_start(said):
    _, out, _ = said("--help")
    assert "start here:" in out
    assert all(f"{command.name} " in out and command.summary in out for command in COMMANDS)


def test_version(said):
    assert said("--version") == (0, f"binance_legacy {__version__}\n", "")


def test_the_same_command_line_through_python_dash_m():
    done = run("-W", "error", "-m", "binance_legacy", "--version")
    assert (done.returncode, done.stdout) == (0, f"binance_legacy {__version__}\n")


CTRL_C_AT_AN_IMPORT = """
import os, signal, sys
class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["AT_THE_IMPORT_OF"]:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, CtrlC())
"""


@pytest.mark.skipif(os.name == "nt", reason="raises SIGINT as a POSIX terminal does")
@pytest.mark.parametrize(
    "module", ["argparse", "binance_legacy.command", "binance_legacy.runner", "binance_legacy.wire.venues"]
)
def test_ctrl_c_while_it_still_imports_is_quiet_too(tmp_path, module):
    (tmp_path / "sitecustomize.py").write_text(CTRL_C_AT_AN_IMPORT)
    env = environment(tmp_path, AT_THE_IMPORT_OF=module)
    done = run("-m", "binance_legacy", "--help", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["run"], "name the script to run"),
        (["run", "--offline"], "name the script to run"),
        (["run", "no_such_bot.py"], "there is no script at no_such_bot.py"),
        (["run", "."], ". is a folder; name the script in it"),
        (["run", "-m", "no_such_module.bot"], "there is no module no_such_module.bot"),
        (["run", "--seed", "3", "bot.py"], "--seed can only be used with --offline"),
        (["run", "--speed", "2", "--replay", __file__, "bot.py"], "--replay and --speed can only be used with"),
        (["run", "--offline", "--replay", "no_such.gz", "bot.py"], "the capture no_such.gz cannot be read"),
        (["run", "--offline", "--speed", "0", "bot.py"], "'0' is not a speed"),
        (["run", "--offline", "--speed", "nan", "bot.py"], "'nan' is not a speed"),
        (["run", "--offline", "--seed", "x", "bot.py"], "argument --seed: 'x' is not a seed; give a whole"),
        (["run", "--oflfine", "bot.py"], "unrecognized arguments: --oflfine"),
        (["exchange", "--port", "70000"], "'70000' is not a port"),
        (["exchange", "--seed", "1.5"], "'1.5' is not a seed; give a whole number, such as 7"),
        (["demo", "--seconds", "-1"], "'-1' is not a number of seconds"),
        (["adopt", "no_such_folder"], "no_such_folder is not a folder"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_refused_in_one_sentence(said, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    status, out, err = said(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err.splitlines()[-1]
    assert "Traceback" not in err


def test_a_script_that_is_not_python_starts_nothing_and_ends_as_under_python(said, tmp_path):
    (tmp_path / "bot.py").write_text("x = 1\nprint 'hello'\n")
    status, out, err = said("run", "--offline", tmp_path / "bot.py")
    assert (status, out) == (1, "")
    assert (
        err.startswith(f'  File "{tmp_path / "bot.py"}", line 2\n')
        and "SyntaxError: Missing parentheses" in err
    )
    assert err.splitlines()[-1].startswith("This looks like Python 2 code")
    assert "offline:" not in err


def test_a_module_that_is_not_python_ends_as_under_python_too(tmp_path):
    (tmp_path / "bot.py").write_text("def f(:\n")
    done = run("-m", "binance_legacy", "run", "-m", "bot", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f'  File "{tmp_path / "bot.py"}", line 1\n')


@pytest.mark.parametrize(
    ("source", "arguments", "hint"),
    [
        ("print('ran')", ["bot.py", "--offline"], "--offline stands after bot.py and is left to it"),
        (
            "print('ran')",
            ["bot.py", "BTCUSDT", "--offline=1"],
            "--offline stands after bot.py and is left to it",
        ),
        ("print('ran') or '--offline'", ["bot.py", "--offline"], None),
        ("print('ran')", ["bot.py", "--seed", "7"], None),
        ("print('ran')", ["--offline", "--quiet", "bot.py", "--seed", "7"], "--seed stands after bot.py"),
        ("print('ran')", ["--offline", "--quiet", "bot.py", "--quiet", "--offline"], None),
    ],
)
def test_an_option_of_ours_behind_the_script_goes_to_it_and_is_mentioned_unless_it_knows_it(
    tmp_path, source, arguments, hint
):
    (tmp_path / "bot.py").write_text(f"import sys; {source}; assert sys.argv[1:]\n")
    done = run("-m", "binance_legacy", "run", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.count("\n") == bool(hint)
    assert (hint or "") in done.stderr


def test_help_says_what_becomes_of_options_behind_the_script(said):
    assert "what stands after SCRIPT goes to it" in " ".join(said("run", "--help")[1].split())


UNREACHABLE = """
from binance.client import Client
import binance.client
Client.API_URL = "http://127.0.0.1:9/api"
{}
"""


@pytest.mark.parametrize(
    ("bot", "hinted"),
    [
        ("Client()", True),
        ("class Mine(Client): pass\nMine('k', 's')", True),
        ("import requests; requests.get('http://127.0.0.1:9/')", False),
        ("try: Client()\nexcept Exception: pass", False),
        ("try: Client()\nexcept Exception: raise ValueError", False),
    ],
)
def test_a_first_call_that_reaches_nobody_is_given_a_hint_at_offline(tmp_path, bot, hinted):
    (tmp_path / "bot.py").write_text(UNREACHABLE.format(bot))
    done = run("-m", "binance_legacy", "run", "bot.py", cwd=tmp_path)
    hint = "binance_legacy run: Binance was not reached; without internet try: run --offline"
    assert (done.stderr.splitlines()[-1:] == [hint]) == hinted
    assert done.returncode == (0 if "pass" in bot.splitlines()[-1] and not hinted else 1)


OLD_BOT = """
from binance.exceptions import BinanceAPIException
from binance.wire.venues import reroute
from binance.enums import *
import binance.helpers, binance_legacy.exceptions
assert BinanceAPIException is binance_legacy.exceptions.BinanceAPIException
print(binance.__name__)
"""


def test_an_adopted_folders_scripts_need_no_runner(said, tmp_path):
    (tmp_path / "bot.py").write_text(OLD_BOT)
    status, out, _ = said("adopt", tmp_path)
    assert status == 0 and f"Wrote {tmp_path / 'binance.py'}" in out
    assert len((tmp_path / "binance.py").read_text().splitlines()) == 1
    done = run("-W", "error", tmp_path / "bot.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "binance_legacy\n", "")


def test_an_adopted_folder_wins_over_an_installed_binance(said, tmp_path):
    (tmp_path / "site" / "binance").mkdir(parents=True)
    (tmp_path / "site" / "binance" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "bot.py").write_text(OLD_BOT)
    said("adopt", tmp_path)
    done = run(tmp_path / "bot.py", env=environment(tmp_path / "site"))
    assert (done.returncode, done.stdout) == (0, "binance_legacy\n"), done.stderr


def test_adopting_twice_is_harmless_and_undo_takes_it_back(said, tmp_path):
    said("adopt", tmp_path)
    before = (tmp_path / "binance.py").read_text()
    assert said("adopt", tmp_path)[0] == 0
    assert (tmp_path / "binance.py").read_text() == before
    status, out, _ = said("adopt", "--undo", tmp_path)
    assert status == 0 and out.startswith("Removed ")
    assert list(tmp_path.iterdir()) == []
    assert said("adopt", "--undo", tmp_path)[0] == 0


def test_a_binance_py_of_ones_own_is_never_touched(said, tmp_path):
    (tmp_path / "binance.py").write_text("mine = 1\n")
    for undo in ([], ["--undo"]):
        status, _, err = said("adopt", *undo, tmp_path)
        assert status == 2
        assert "was left as it is" in err
    assert (tmp_path / "binance.py").read_text() == "mine = 1\n"


def test_a_binance_package_that_would_be_found_first_is_named(said, tmp_path):
    (tmp_path / "binance").mkdir()
    (tmp_path / "binance" / "__init__.py").touch()
    status, _, err = said("adopt", tmp_path)
    assert status == 2 and "is a package of its own and would be found first" in err
    assert not (tmp_path / "binance.py").exists()
