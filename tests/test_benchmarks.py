"""The benchmarks are run by hand; here only that they could be."""

import runpy
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_benchmark_finds_everything_that_it_measures(path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    runpy.run_path(str(path))
