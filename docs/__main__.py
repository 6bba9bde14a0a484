"""``python -m docs COMMAND``: build the site, and hold the two languages to one another."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from . import site


def _build(options: Namespace) -> int:
    print(f"built {site.build() / 'index.html'}")
    return 0


def parser() -> ArgumentParser:
    whole = ArgumentParser(prog="python -m docs", description=__doc__)
    commands = whole.add_subparsers(metavar="COMMAND", title="commands", required=True)
    build = commands.add_parser("build", help="build both trees; warnings and broken references are errors")
    build.set_defaults(carry_out=_build)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.carry_out(options))
    except site.BuildFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
