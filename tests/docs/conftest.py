"""The site, built once for all these tests, where Sphinx is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from docutils import nodes

Pages: TypeAlias = "dict[str, nodes.document]"
SPHINX = "the pages are built with the extra 'docs': pip install '.[docs]'"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which both trees were built, from nothing."""
    from docs import site

    folder = tmp_path_factory.mktemp("docs")
    site.build(built=folder)
    return folder


@pytest.fixture(scope="session")
def english(built: Path) -> Pages:
    from docs.doctrees import read_pages

    return read_pages("en", built)


@pytest.fixture(scope="session")
def japanese(built: Path) -> Pages:
    from docs.doctrees import read_pages

    return read_pages("ja", built)
