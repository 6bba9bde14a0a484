"""What several test modules share."""

import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of genuine recordings beside the checkout; a test that asks for it is skipped without."""
    folder = Path(__file__).parents[2] / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip(f"the genuine recordings are not at {folder}")
    return folder


@pytest.fixture(scope="module", autouse=True)
def _no_line_left():
    """A module's tests leave no socket that goes on trying: it would go on through all that follow."""
    yield
    reactor = sys.modules.get("twisted.internet.reactor")
    waiting = (
        [call for call in reactor.getDelayedCalls() if "_connect_again" in str(call.func)] if reactor else []
    )
    assert waiting == []
