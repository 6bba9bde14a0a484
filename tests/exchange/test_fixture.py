"""The pytest plugin that comes with the package."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import binance_legacy

ROOT = Path(binance_legacy.__file__).parents[1]


def run(source, folder):
    """A pytest of its own on a file of tests, with the plugin."""
    (folder / "test_it.py").write_text(textwrap.dedent(source), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    plugin = ["-p", "no:binance_legacy", "-p", "binance_legacy.exchange.fixture"]  # installed or not
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", *plugin, "-p", "no:cacheprovider"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_test_gets_an_exchange_of_its_own_in_use_and_undone_afterwards(tmp_path):
    source = """
        from urllib.request import urlopen
        from binance_legacy.wire import venues

        seen = []

        def test_one(binance_exchange):
            assert venues.box() == binance_exchange.rest_url
            assert b"serverTime" in urlopen(binance_exchange.rest_url + "/api/v3/time").read()
            seen.append(binance_exchange.pid)

        def test_two(binance_exchange):
            assert binance_exchange.pid not in seen

        def test_without():
            assert venues.box() is None
    """
    ended = run(source, tmp_path)
    assert "3 passed" in ended.stdout, ended.stdout + ended.stderr


def test_the_plugin_does_not_bring_in_the_reactor(tmp_path):
    source = """
        import sys

        def test_nothing_is_imported():
            assert not [name for name in sys.modules if name.split(".")[0] in ("twisted", "autobahn")]
    """
    ended = run(source, tmp_path)
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr
