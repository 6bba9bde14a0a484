"""What the pages and examples show runs, against an exchange in the box."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

import pytest

from binance_legacy.exchange import Exchange

from .conftest import SPHINX, Pages

pytest.importorskip("sphinx", reason=SPHINX)

from docutils import nodes

from binance_legacy import command
from docs import EXAMPLES, HERE, LANGUAGES, parity
from docs.__main__ import parser

ROOT = HERE.parent
PAGES = sorted(
    path.relative_to(HERE / "en").with_suffix("").as_posix()
    for path in (HERE / "en").rglob("*.rst")
    if "code-block:: python" in path.read_text("utf-8")
)
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))

AT_ONCE = 4
PAGE_ENDS_AFTER = 60.0
LONGEST_EXAMPLE = 40.0
ENOUGH_LINES = 3
"""After so many, Ctrl-C is pressed for an example that goes on for ever."""

NOT_RUN_AT_MOST = 12
CAPTURE = re.compile(r"\w+\.gz")
DEAD = {"!ticker@arr", "!bookTicker"}
"""Streams that Binance switched off; pages say so."""


def blocks(page: nodes.document) -> list[tuple[int, str]]:
    """The Python blocks of a page, with the lines they stand on; without examples, and without what is not run."""
    return [
        (block.line or 1, block.astext())
        for block in page.findall(nodes.literal_block)
        if block.get("language") == "python" and "example" not in block and not is_not_run(block)
    ]


def is_not_run(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.container) and "not_run" in node:
            return True
    return False


# -- running, a few at once ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The environment of programs that talk to an exchange in the box."""
    with Exchange(seed=1) as exchange:
        exchange.use()
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        yield {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool


def run_page(page: list[tuple[int, str]], environment: dict[str, str], folder: Path) -> dict[str, list[str]]:
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("page.py"))],
        input=json.dumps(page),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PAGE_ENDS_AFTER,
        cwd=folder,
        env=environment,
    )
    assert run.stdout, f"the page ended the program: {run.stderr}"
    answer: dict[str, list[str]] = json.loads(run.stdout)
    return answer


@pytest.fixture(scope="module")
def pages_run(
    examples_run: object,
    english: Pages,
    environment: dict[str, str],
    pool: ThreadPoolExecutor,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Future[dict[str, list[str]]]]:
    """Every page's run, by its name; the examples are under way while the pages are built."""
    return {
        name: pool.submit(run_page, blocks(english[name]), environment, tmp_path_factory.mktemp("page"))
        for name in PAGES
    }


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run_and_its_sockets_bring_messages(
    page: str, pages_run: dict[str, Future[dict[str, list[str]]]]
) -> None:
    outcome = pages_run[page].result()
    assert not outcome["errors"], "\n".join(outcome["errors"])
    assert set(outcome["silent"]) <= DEAD


def test_the_blocks_of_the_japanese_pages_are_those_that_ran(english: Pages, japanese: Pages) -> None:
    """Equal token for token, so that running the English ones has run these."""
    for name, page in english.items():
        ours, theirs = ([parity.tokens(code) for _, code in blocks(tree)] for tree in (page, japanese[name]))
        assert ours == theirs, name


def test_few_blocks_are_not_run_and_each_says_why(english: Pages, japanese: Pages) -> None:
    for pages in (english, japanese):
        skipped = [
            node for tree in pages.values() for node in tree.findall(nodes.container) if "not_run" in node
        ]
        assert len(skipped) <= NOT_RUN_AT_MOST
        assert all(node["not_run"].strip() for node in skipped)


# -- examples -----------------------------------------------------------------------------------------------


def run_example(name: str, environment: dict[str, str], folder: Path) -> tuple[int | None, str, str]:
    """Its exit code (None: it ran on and was ended), and what it wrote."""
    script = Path(shutil.copy(EXAMPLES / name, folder))
    lines: list[str] = []
    with (folder / "stderr").open("w+", encoding="utf-8") as err, start(script, err, environment) as process:
        late = threading.Timer(LONGEST_EXAMPLE, process.kill)
        late.start()
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if goes_on(script) and len(lines) == ENOUGH_LINES:
                process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
        code = process.wait()
        late.cancel()
        err.seek(0)
        return None if goes_on(script) else code, "".join(lines), err.read()


def goes_on(script: Path) -> bool:
    """Whether a script lives on after its last line, for ever."""
    return script.read_text("utf-8").rstrip().endswith("bm.start()")


def start(script: Path, err: TextIO, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start an example as its page says; one that consists of tests by pytest."""
    command = [sys.executable, "-m", "binance_legacy", "run", str(script)]
    if "\ndef test_" in script.read_text("utf-8"):
        script.with_name("conftest.py").write_text("import binance_legacy.alias.auto\n", "utf-8")
        plugin = ["-p", "no:cacheprovider", "-p", "binance_legacy.exchange.fixture"]
        command = [sys.executable, "-m", "pytest", "-q", *plugin, str(script)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=err,
        text=True,
        encoding="utf-8",
        cwd=script.parent,
        env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


@pytest.fixture(scope="module")
def examples_run(
    environment: dict[str, str], pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Future[tuple[int | None, str, str]]]:
    """Every example's run, by its name."""
    return {
        name: pool.submit(run_example, name, environment, tmp_path_factory.mktemp("example"))
        for name in SCRIPTS
    }


@pytest.mark.parametrize("example", SCRIPTS)
def test_an_example_ends_well_or_goes_on_with_messages(
    example: str, examples_run: dict[str, Future[tuple[int | None, str, str]]]
) -> None:
    code, out, err = examples_run[example].result()
    assert "Traceback" not in err, err
    if goes_on(EXAMPLES / example):
        assert len(out.splitlines()) >= ENOUGH_LINES, err
    else:
        assert code == 0, err


@pytest.mark.parametrize("example", SCRIPTS)
def test_an_example_is_shown_in_both_languages(example: str, english: Pages, japanese: Pages) -> None:
    for pages in (english, japanese):
        shown = {
            block.get("example") for tree in pages.values() for block in tree.findall(nodes.literal_block)
        }
        assert example in shown


# -- commands -----------------------------------------------------------------------------------------------


def commands(page: nodes.document) -> Iterator[list[str]]:
    """The words of every command line on a page."""
    for block in page.findall(nodes.literal_block):
        if block.get("language") == "console":
            for line in block.astext().splitlines():
                if line.startswith("$ "):
                    yield shlex.split(line[2:], comments=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_ours_can_be_given(
    language: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ours = {"binance_legacy": command._parser(), "docs": parser()}
    pages: Pages = request.getfixturevalue({"en": "english", "ja": "japanese"}[language])
    given = [words for page in pages.values() for words in commands(page)]
    assert given
    for program, *arguments in given:
        for name in filter(CAPTURE.fullmatch, arguments):
            Path(name).touch()
        if program.startswith("python") and arguments[:1] == ["-m"] and arguments[1] in ours:
            ours[arguments[1]].parse_args(arguments[2:])
