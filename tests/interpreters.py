"""Fresh interpreters for tests of what happens to a whole process."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

HOME = Path(__file__).parent.parent


def environment(*folders, **changes):
    """This process's environment, with this package importable after `folders` and no settings of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BINANCE_LEGACY"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(map(str, [*folders, HOME])), **changes}


def run(*arguments, cwd=None, env=None, timeout=60):
    """Run Python with `arguments` to its end; never raises for its exit code."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
    )


def python(code, cwd=None, env=None):
    """Run `code`, which must end well and without a warning; what it printed."""
    done = run("-W", "error", "-c", dedent(code), cwd=cwd, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()
