"""``check`` says the right thing of every line of old scripts, to a person, to a pipe and to a program."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from binance_legacy.check import Place
from binance_legacy.command import main
from binance_legacy.command.findings import Row, as_table, may_be_coloured

from .interpreters import environment

SCRIPTS = Path(__file__).parent / "scripts"
TRIED = ["check_portfolio_bot.py", "check_stream_recorder.py"]
PYTHON_2 = SCRIPTS / "check_python2_ticker.txt"


@pytest.fixture
def said(capsys):
    """Carries out ``check`` in this process: exit code, standard output, standard error."""

    def say(*arguments):
        try:
            status = main(["check", *map(str, arguments)])
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return say


def findings(said, *arguments):
    _, out, _ = said("--json", *arguments)
    return json.loads(out)["findings"]


def expected(path):
    """What the comments ``# -> status; status`` of a script say, by line; each status with its alternatives."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if "  # -> " in line:
            for status in line.partition("  # -> ")[2].split("; "):
                yield number, set(status.split(" | "))


@pytest.mark.parametrize("name", TRIED)
def test_every_line_of_an_old_script_gets_the_verdict_that_stands_beside_it(said, name):
    wanted = list(expected(SCRIPTS / name))
    found = findings(said, SCRIPTS / name)
    statuses = [("probably " if row["probably"] else "") + row["status"] for row in found]
    assert [row["line"] for row in found] == [line for line, _ in wanted]
    for row, status, (_, right) in zip(found, statuses, wanted, strict=True):
        assert status in right, row


def test_the_old_scripts_hold_every_kind_of_verdict():
    stated = {status for name in TRIED for _, right in expected(SCRIPTS / name) for status in right}
    assert {"alive", "answered", "gone", "not found", "not served", "probably alive"} <= stated


def test_a_script_of_python_2_is_told_with_its_line_and_the_others_are_read(said, tmp_path):
    with pytest.raises(SyntaxError) as error:
        ast.parse(PYTHON_2.read_bytes())
    shutil.copy(PYTHON_2, tmp_path / "a_ticker.py")
    (tmp_path / "bot.py").write_text("from binance.client import Client\nClient().ping()\n")
    status, out, err = said(tmp_path)
    first, second, last = out.splitlines()
    assert first.startswith(
        f"{tmp_path / 'a_ticker.py'}:{error.value.lineno}: not read: this looks like Python 2"
    )
    assert second == f"{tmp_path / 'bot.py'}:2: alive: ping: GET /api/v3/ping"
    assert last == "2 scripts: 1 alive; to be looked at: 1 not read"
    assert (status, err) == (1, "")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Client().ping()", 0),
        ("Client().get_recent_trades(symbol='BNBBTC')", 0),
        ("Client()._get('nothing/known', version='v3')", 0),
        ("x = 'wss://stream.binance.com:9443/ws/!ticker@arr'", 1),
        ("Client().get_klinse()", 1),
        ("from binance.spot import Spot", 1),
        ("print 'x'", 1),
    ],
)
def test_the_exit_code_says_whether_all_of_it_will_work(said, tmp_path, line, status):
    (tmp_path / "bot.py").write_text(f"from binance.client import Client\n{line}\n")
    assert said(tmp_path / "bot.py")[0] == status
    assert said("--problems", tmp_path / "bot.py")[0] == status
    assert said("--json", tmp_path / "bot.py")[0] == status


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing.py"], "there is no file or folder at nothing.py"),
        (["bot.py", "nothing"], "there is no file or folder at nothing"),
        (["empty"], "there is no Python script or notebook in empty"),
        ([], "the following arguments are required: PATH"),
        (["--jason", "bot.py"], "unrecognized arguments: --jason"),
    ],
)
def test_a_wrong_command_line_is_refused_in_one_sentence(said, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bot.py").write_text("x = 1\n")
    status, out, err = said(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err.splitlines()[-1]


def test_only_problems_are_shown_where_that_is_asked_for_and_all_are_counted(said, tmp_path):
    (tmp_path / "bot.py").write_text(
        "from binance.client import Client\nClient().ping()\nClient().get_klinse()\n"
    )
    _, out, _ = said("--problems", tmp_path / "bot.py")
    assert out.splitlines() == [
        f"{tmp_path / 'bot.py'}:3: not found: get_klinse: Client never had a method get_klinse; is get_klines meant?",
        "1 script: 1 alive; to be looked at: 1 not found",
    ]


def test_a_script_without_binance_has_nothing_to_say(said, tmp_path):
    (tmp_path / "bot.py").write_text("print('hello')\n")
    assert said(tmp_path / "bot.py") == (0, "1 script: no use of Binance found\n", "")


def test_the_json_holds_everything(said, tmp_path):
    cells = [
        {"cell_type": "code", "source": "from binance.client import Client\nClient().get_recent_trades()"}
    ]
    (tmp_path / "study.ipynb").write_text(json.dumps({"cells": cells}))
    _, out, _ = said("--json", tmp_path / "study.ipynb")
    assert json.loads(out) == {
        "scripts": 1,
        "counts": {"answered": 1},
        "findings": [
            {
                "file": str(tmp_path / "study.ipynb"), "cell": 1, "line": 2, "column": 10, "what": "call",
                "name": "get_recent_trades", "status": "answered", "since": "2026-03-25", "probably": False,
                "today": ["GET /api/v3/trades"],
                "text": "by GET /api/v3/trades, in the old shape; Binance ended GET /api/v1/trades on 2026-03-25",
            }
        ],
    }  # fmt: skip


def test_standard_input_is_a_script_too():
    source = "from binance.client import Client\nClient().ping()\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "binance_legacy", "check", "-"],
        input=source, capture_output=True, text=True, env=environment(), timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "<stdin>:2: alive: ping: GET /api/v3/ping\n1 script: 1 alive\n"


def test_nothing_of_a_script_is_run(said, tmp_path):
    (tmp_path / "bot.py").write_text(
        "from binance.client import Client\nopen('ran', 'w')\nraise SystemExit(7)\n"
    )
    assert said(tmp_path / "bot.py")[0] == 0
    assert not Path("ran").exists() and not (tmp_path / "ran").exists()


def test_a_reader_that_has_seen_enough_may_leave(tmp_path):
    source = "from binance.client import Client\n" + "Client().ping()\n" * 20_000
    (tmp_path / "bot.py").write_text(source)
    child = subprocess.Popen(
        [sys.executable, "-m", "binance_legacy", "check", str(tmp_path / "bot.py")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path), text=True,
    )  # fmt: skip
    with child:
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == ""
    assert child.returncode == 0


# -- what a person sees -----------------------------------------------------------------------------------


def seen(tmp_path, *arguments, **variables):
    """What a terminal of 100 columns is sent."""
    import pty

    variables = {"TERM": "xterm", "COLUMNS": "100", "LINES": "50", **variables}
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "binance_legacy", "check", *map(str, arguments)],
        stdout=theirs, env=environment(tmp_path, **variables),
    )  # fmt: skip
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux's word for the end
            break
        if not part:
            break
        text += part
    os.close(ours)
    child.wait()
    return text.decode().replace("\r\n", "\n")


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_a_terminal_shows_a_table_in_colour_and_without_colour_where_that_is_asked_for(tmp_path):
    (tmp_path / "bot.py").write_text(
        "from binance.client import Client\nClient().ping()\nClient().get_klinse()\n"
    )
    coloured = seen(tmp_path, tmp_path / "bot.py")
    assert "\033[32malive" in coloured and "\033[31mnot found" in coloured
    plain = seen(tmp_path, tmp_path / "bot.py", NO_COLOR="1")
    assert plain == re.sub(r"\033\[\d+m", "", coloured)
    assert plain.splitlines() == [
        str(tmp_path / "bot.py"),
        "  2  alive       ping        GET /api/v3/ping",
        "  3  not found   get_klinse  Client never had a method get_klinse; is get_klines meant?",
        "",
        "1 script: 1 alive; to be looked at: 1 not found",
    ]


@pytest.mark.parametrize(
    ("variables", "is_terminal", "coloured"),
    [
        ({"WT_SESSION": "1"}, True, True),
        ({"WT_SESSION": "1"}, False, False),
        ({"WT_SESSION": "1", "NO_COLOR": "1"}, True, False),
        ({"WT_SESSION": "1", "NO_COLOR": ""}, True, True),
        ({"WT_SESSION": "1", "TERM": "dumb"}, True, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(variables, is_terminal, coloured):
    assert may_be_coloured(SimpleNamespace(isatty=lambda: is_terminal), variables) is coloured


@pytest.mark.parametrize("width", [20, 60, 80, 120])
def test_a_table_fits_its_terminal_and_loses_nothing(width):
    text = (
        "by GET /sapi/v1/capital/deposit/hisrec, in the old shape; Binance ended GET /wapi/v3/x on 2021-08-01"
    )
    rows = [
        Row(Place("bot.py", 7), "call", "get_deposit_history", "answered", text),
        Row(
            Place("bot.py", 1234), "address", "https://api.binance.com/api/v1/klines?symbol={}", "gone", text
        ),
        Row(Place("bot.ipynb", 3, 1, 12), "call", "ping", "alive", ""),
        Row(Place("bot.ipynb", 3, 1, 13), "script", "", "not read", text, probably=True),
    ]
    table = as_table(rows, width, coloured=False)
    assert "".join(text.split()) in "".join(table.split())
    assert "[12] 3" in table and "probably: by GET" in " ".join(table.split())
    if width >= 80:
        assert max(map(len, table.splitlines())) <= width
