"""A process that a script starts finds this package, and what it needs, whichever Python it is."""

import importlib.machinery
import os
import re
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from binance_legacy.alias import SHIM, children

from .interpreters import HOME, environment, run

WITHOUT_SITE = "-S"  # a Python without its site-packages: as another environment's, which has other ones
POSIX = pytest.mark.skipif(os.name == "nt", reason="writes a program as POSIX starts it")


@pytest.fixture
def child(tmp_path):
    """Runs a script that starts Python with the given arguments on a child that uses the client's modules."""
    file = tmp_path / "child.py"
    file.write_text("import binance, binance.client, requests; print(binance.__name__)\n", "utf-8")

    def start(*command, preparation="", **changes):
        script = tmp_path / "bot.py"
        command = [*map(str, command), str(file)]
        script.write_text(
            f"import os, subprocess, sys\n{dedent(preparation)}\nsys.exit(subprocess.call({command!r}))\n",
            "utf-8",
        )
        return run("-W", "error", "-m", "binance_legacy", "run", script, env=environment(**changes))

    return start


def test_a_python_without_the_libraries_is_lent_its_parents(child):
    done = child(sys.executable, WITHOUT_SITE)
    assert (done.stdout, done.stderr, done.returncode) == ("binance_legacy\n", "", 0)


def test_one_of_another_version_is_told_in_one_sentence_what_to_do(child):
    done = child(
        sys.executable,
        WITHOUT_SITE,
        preparation=f"""
        own = os.environ[{children.PARENT!r}].split(os.pathsep)
        os.environ[{children.PARENT!r}] = os.pathsep.join([own[0], ".another-abi.so", *own[2:]])
        """,
    )
    sentence = done.stderr.splitlines()[-1]
    assert (done.stdout, done.returncode) == ("", 1)
    assert sentence.startswith("ImportError: this process runs on Python ")
    assert "which lacks what binance_legacy needs (twisted, " in sentence and "requests" in sentence
    assert f"start it with sys.executable, {sys.executable} there" in sentence


def test_one_whose_environment_was_replaced_but_for_pythonpath_is_told_too(tmp_path):
    (tmp_path / "child.py").write_text("import binance\n", "utf-8")
    done = run(WITHOUT_SITE, tmp_path / "child.py", env=environment(SHIM))
    assert done.stderr.splitlines()[-1].startswith("ImportError: this process runs on Python ")


def test_a_python_that_has_the_libraries_itself_uses_its_own(tmp_path):
    code = "import sys; before = list(sys.path); import binance; print(sys.path == before)"
    parent = os.pathsep.join([sys.executable, importlib.machinery.EXTENSION_SUFFIXES[0], str(tmp_path)])
    done = run("-c", code, env=environment(SHIM, **{children.PARENT: parent}))
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_only_folders_that_hold_what_is_needed_are_lent(tmp_path):
    _, _, *folders = children.parent().split(os.pathsep)
    assert folders and all(
        any((Path(folder) / name).exists() for name in children.NEEDED) for folder in folders
    )


def test_the_libraries_named_are_those_that_the_package_installs():
    required = re.search(r"install_requires=\[(.*?)\]", (HOME / "setup.py").read_text("utf-8"), re.S)[1]
    distributions = re.findall(r'"([A-Za-z_]+)', required)
    modules = {"Twisted": "twisted", "pyOpenSSL": "OpenSSL"}
    assert {modules.get(name, name) for name in distributions} == set(children.NEEDED)


def stranger(folder, name="python"):
    """A program of that name, which is not our Python."""
    folder.mkdir()
    file = folder / name
    file.write_text("#!/bin/sh\necho a stranger\n")
    file.chmod(0o755)
    return folder


@POSIX
@pytest.mark.parametrize("name", ["python", "python3"])
def test_python_by_its_name_is_the_parents_own(child, tmp_path, name):
    if not (Path(sys.executable).parent / name).exists():
        pytest.skip(f"this Python has no {name} beside it")
    folder = stranger(tmp_path / "bin", name)
    done = child(name, PATH=os.pathsep.join([str(folder), os.environ["PATH"]]))
    assert (done.stdout, done.stderr) == ("binance_legacy\n", "")


@POSIX
def test_a_path_that_leads_to_the_parents_own_python_is_left_as_it_is(tmp_path):
    own = str(Path(sys.executable).parent)
    path = os.pathsep.join([str(stranger(tmp_path / "bin", "pip")), own, os.defpath])
    script = tmp_path / "bot.py"
    script.write_text("import os; print(os.environ['PATH'])", "utf-8")
    done = run("-m", "binance_legacy", "run", script, env=environment(PATH=path))
    assert done.stdout.strip() == path
