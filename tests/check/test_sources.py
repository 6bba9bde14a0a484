"""Scripts are read as they lie on disk, and what cannot be read is told with its line."""

import json
import os

import pytest

from binance_legacy.check import NothingThere, Script, Unread, check, read, read_text


def named(path):
    return [one.name for one in read([path])]


def test_a_folder_is_read_whole_but_for_what_is_not_the_owners(tmp_path):
    own = ["bot.py", "window.pyw", "study.ipynb", "deep/er/bot.py"]
    foreign = [
        "notes.txt", ".git/hook.py", "__pycache__/bot.py", "env/lib/client.py", "node_modules/x.py", "bot.pyc",
    ]  # fmt: skip
    for name in [*own, *foreign]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"cells": []}' if name.endswith("nb") else "x = 1\n")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    assert sorted(named(tmp_path)) == sorted(str(tmp_path / name) for name in own)


def test_a_file_that_is_named_is_read_whatever_its_ending_and_only_once(tmp_path):
    (tmp_path / "bot.txt").write_text("x = 1\n")
    assert [one.name for one in read([tmp_path / "bot.txt"] * 2)] == [str(tmp_path / "bot.txt")]


def test_a_path_that_is_not_there_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(NothingThere, match=r"there is no file or folder at .*nothing\.py"):
        next(read([tmp_path, tmp_path / "nothing.py"]))


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("x = 1\nprint 'hello'\n", 2, "this looks like Python 2; print is a function"),
        ("exec 'x = 1'\n", 1, "this looks like Python 2; exec is a function"),
        ("x = 0777\n", 1, "octal"),
        ("x = 10L\n", 1, "10L"),
        ("if x:\n        y = 1\n\tz = 1\n", 3, "tabs"),
        ("x = 1\ndef f(:\n", 2, "invalid syntax"),
        ("x = '\0'\n", 1, "null bytes"),
        ("(" * 500 + ")" * 500, 1, "too many nested parentheses"),
        ("-" * 100_000 + "1", 1, "nested too deeply"),
    ],
)
def test_what_is_no_python_3_is_told_with_its_line(tmp_path, source, line, said):
    (one,) = read_text("bot.py", source.encode(), tmp_path)
    assert isinstance(one, Unread)
    assert (one.place.file, one.place.line) == ("bot.py", line)
    assert said in (one.hint or one.why)


def test_what_python_can_read_and_nobody_can_follow_is_told_too(tmp_path):
    chain = "import binance\nx = " + " + ".join(["'a'"] * 2000)
    (script,) = read_text("bot.py", chain.encode(), tmp_path)
    (unread,) = check([script])
    assert unread.why == "it is nested too deeply to be read"


def test_a_script_of_another_encoding_is_read_as_python_reads_it(tmp_path):
    said = "# -*- coding: cp932 -*-\nname = '注文'\n"
    (script,) = read_text("bot.py", said.encode("cp932"), tmp_path)
    assert script.tree.body[0].value.value == "注文"
    (unread,) = read_text("bot.py", "name = '注文'\n".encode("cp932"), tmp_path)
    assert "utf-8" in unread.why


def test_the_warnings_of_a_script_are_its_own(tmp_path):
    (script,) = read_text("bot.py", rb"pattern = '\d'" + b"\nx is 1\n", tmp_path)
    assert isinstance(script, Script)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every file can be read here")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    (tmp_path / "bot.py").write_text("x = 1\n")
    (tmp_path / "bot.py").chmod(0)
    (unread,) = read([tmp_path / "bot.py"])
    assert "cannot be read" in unread.why


def notebook(*cells):
    code = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Title"}, *code]}).encode()


def test_a_notebook_is_read_cell_by_cell_with_its_magic_left_out(tmp_path):
    path = tmp_path / "study.ipynb"
    path.write_bytes(
        notebook(
            "%matplotlib inline\n!pip install python-binance\nx = 1",
            ["y = (7\n", " % 4)\n", "files = !ls\n", "await z"],
            "%%bash\nls -l",
            "print 'old'",
            "client.ping?",
        )
    )
    unread, script = sorted(read([path]), key=lambda one: isinstance(one, Script))
    assert (unread.place.cell, unread.place.line) == (4, 1)
    assert str(unread.place) == f"{path}:cell 4:1"
    places = [script.place(statement.lineno, 1) for statement in script.tree.body]
    assert [(place.cell, place.line) for place in places] == [
        (1, 1), (1, 2), (1, 3), (2, 1), (2, 3), (2, 4), (5, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", '{"worksheets": []}', '{"cells": [{}]}'])
def test_what_is_no_notebook_is_told(tmp_path, text):
    (tmp_path / "study.ipynb").write_text(text)
    (unread,) = read([tmp_path / "study.ipynb"])
    assert "no notebook of version 4" in unread.why
