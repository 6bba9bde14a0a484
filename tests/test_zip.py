"""The package also works from within a zip, as zipapp makes them."""

import os
import zipfile

import pytest

from .interpreters import HOME, environment, run


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The package in a zip that starts the command line, as ``python -m zipapp -m ...`` writes it."""
    path = tmp_path_factory.mktemp("zipped") / "binance legacy.pyz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for source in sorted((HOME / "binance_legacy").rglob("*")):
            if source.suffix in (".py", ".tsv", ".typed"):
                file.write(source, source.relative_to(HOME).as_posix())
        file.writestr(
            "__main__.py", "import sys\nfrom binance_legacy.__main__ import main\nsys.exit(main())\n"
        )
    return path


def from_zip(archive, *arguments, cwd):
    kept = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    return run("-W", "error", archive, *arguments, cwd=cwd, env=kept)


def test_a_bot_runs_offline_from_a_zip_and_so_does_the_python_that_it_starts(archive, tmp_path):
    (tmp_path / "bot.py").write_text(
        "import subprocess, sys\n"
        "from binance.client import Client\n"
        "import binance\n"
        "print(Client().get_symbol_ticker(symbol='BTCUSDT')['symbol'], binance.__file__, flush=True)\n"
        "if sys.argv[1:]:\n"
        "    sys.exit(subprocess.call([sys.executable, __file__]))\n"
    )
    done = from_zip(archive, "run", "--offline", "--quiet", "bot.py", "child", cwd=tmp_path)
    line = f"BTCUSDT {os.path.join(archive, 'binance_legacy', '__init__.py')}\n"  # noqa: PTH118
    assert (done.stdout, done.stderr, done.returncode) == (line * 2, "", 0)


def test_the_demo_runs_from_a_zip(archive, tmp_path):
    done = from_zip(archive, "demo", "--seconds", "2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "market_watch.py" in done.stdout


def test_tests_have_their_exchange_from_a_zip(archive, tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(archive)!r})
from binance_legacy.exchange import Exchange
with Exchange() as exchange:
    print(exchange.rest_url)
"""
    kept = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    done = run("-W", "error", "-c", code, cwd=tmp_path, env=kept)
    assert done.stdout.startswith("http://127.0.0.1:"), done.stderr
