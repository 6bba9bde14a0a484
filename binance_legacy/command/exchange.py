"""``exchange``: the exchange in a box alone, for any Binance client to be pointed at."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from binance_legacy.exchange import options

from . import box
from .table import Command, CommandError

LESSON = """\
Run the exchange in a box by itself until Ctrl-C and print its addresses: any Binance client, in any language,
can be pointed at it.

examples:
  python -m binance_legacy exchange
  python -m binance_legacy exchange --port 9443 --seed 7
  python -m binance_legacy exchange --key mykey:mysecret --balance USDT=5000
  python -m binance_legacy exchange --replay CAPTURE.gz --speed 20
"""


def declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=options.port, default=0, help="TCP port on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument(
        "--key",
        type=options.key,
        action="append",
        default=[],
        metavar="KEY:SECRET",
        help="an API key that may trade, with an account of its own; again for another",
    )
    box.declare_paper(parser)
    box.declare(parser)


def carry_out(given: Namespace) -> int:
    from binance_legacy.exchange.doors.serve import CannotServe, Plan, serve_alone  # imports the reactor

    try:
        speed, balances = box.speed(given), box.balances(given)
        plan = Plan(given.port, given.seed, given.replay, speed, balances, given.key, state=given.state)
        live = box.paper(given)
        if not live:
            return serve_alone(plan)
        from binance_legacy.paper.outside import outside  # imports the engine

        return serve_alone(plan, outside(live if isinstance(live, str) else None))
    except CannotServe as error:
        raise CommandError(str(error)) from None


COMMAND = Command("exchange", "run the exchange in a box by itself", LESSON, declare, carry_out)
