"""The README's first command: something to see at once, and an end by itself."""

import re
import subprocess
import sys
import time
from pathlib import Path

from binance_legacy.command.demo import SCRIPT

from .interpreters import environment, run


def test_trades_candles_and_best_prices_are_shown_at_once_and_it_ends_by_itself():
    began = time.monotonic()
    demo = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "binance_legacy", "demo", "--seconds", "4"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines, first = [], {}
    for line in demo.stdout:
        lines.append(line)
        shown = re.match(r"\d\d:\d\d:\d\d  (\w+) ", line)
        if shown:
            first.setdefault(shown[1], time.monotonic() - began)
    _, said = demo.communicate(timeout=20)
    assert (demo.returncode, said) == (0, "")
    assert {"past", "trade", "candle", "best"} <= set(first)
    assert first["past"] <= min(first[kind] for kind in ("trade", "candle", "best"))
    assert lines[0].startswith("A Binance in a box")
    assert lines[-1] == "  python -m binance_legacy run --offline my_old_bot.py\n"
    assert "\x1b" not in "".join(lines)
    assert time.monotonic() - began < 4 + 10, "it ends by itself"


def test_the_script_it_shows_can_be_copied_and_run(tmp_path):
    copy = tmp_path / "mine.py"
    copy.write_text(Path(SCRIPT).read_text("utf-8"), "utf-8")
    done = run("-m", "binance_legacy", "run", "--offline", copy, "ETHBTC", "3")
    assert done.returncode == 0, done.stderr
    assert re.search(r"  best    bid ", done.stdout)
