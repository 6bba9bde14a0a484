"""What several test modules share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of genuine recordings beside the checkout; a test that asks for it is skipped without."""
    folder = Path(__file__).parents[2] / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip(f"the genuine recordings are not at {folder}")
    return folder
