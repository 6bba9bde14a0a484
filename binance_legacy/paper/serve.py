"""The process of a paper box."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from binance_legacy.exchange.doors import serve

from .outside import outside


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a paper box; the arguments are those of ``python -m binance_legacy.exchange``, and ``--live``."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    live = None
    if "--live" in given:
        place = given.index("--live")
        live = given[place + 1]
        del given[place : place + 2]
    return serve.main(given, outside(live))
