"""Types are a feature: right uses pass mypy --strict, wrong ones are found."""

import functools
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "typing"


@functools.cache
def checked():
    """What the checker says of both files."""
    api = pytest.importorskip("mypy.api", reason="mypy is not installed; it comes with the extra 'lint'")
    files = [str(HERE / name) for name in ("uses.py", "misuses.py")]
    return api.run(["--strict", "--no-error-summary", "--cache-dir", "/dev/null", *files])[0]


def check(name):
    return "".join(line for line in checked().splitlines(True) if f"/{name}:" in line)


def test_a_program_that_uses_the_public_face_type_checks():
    assert check("uses.py") == ""


def test_every_mistake_is_found_and_nothing_else():
    wanted = {
        (number, code)
        for number, line in enumerate((HERE / "misuses.py").read_text().splitlines(), 1)
        for code in re.findall(r"# error: (\S+)", line)
    }
    found = {
        (int(n), code)
        for n, code in re.findall(r"misuses\.py:(\d+): error: .*\[([\w-]+)\]", check("misuses.py"))
    }
    assert found == wanted
