"""A pytest plugin, found by pytest wherever this package is installed: the fixture `binance_exchange`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from . import Exchange


@pytest.fixture
def binance_exchange() -> Iterator[Exchange]:
    """A Binance in a box, running and in use: clients and managers made in the test talk to it.

    Each test has an exchange of its own, fresh and with seed 1, so that no test sees what another one did.
    """
    from . import Exchange

    with Exchange(seed=1) as exchange:
        yield exchange.use()
