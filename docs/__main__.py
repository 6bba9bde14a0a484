"""``python -m docs COMMAND``: build the site, and hold the two languages to one another."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

try:
    from . import BUILT, catalogue, follows, parity, site
    from .doctrees import read_pages
except ModuleNotFoundError as missing:
    sys.exit(f"python -m docs needs {missing.name}; install what the pages need: pip install '.[docs]'")


def _build(options: Namespace) -> int:
    print(f"built {site.build() / 'index.html'}")
    return 0


def _check(options: Namespace) -> int:
    site.build()
    english, japanese = read_pages("en", BUILT), read_pages("ja", BUILT)
    found = [
        *parity.differences(english, japanese),
        *parity.unlabelled(japanese),
        *parity.foreign_admonitions(english),
        *follows.complaints(follows.english_sections(english)),
        *catalogue.complaints(),
    ]
    print("\n\n".join(found) if found else "both languages say the same")
    return bool(found)


def _stamp(options: Namespace) -> int:
    site.build(["en"])
    english = follows.english_sections(read_pages("en"))
    if options.all:
        follows.stamp_all(english)
    else:
        follows.stamp(english, options.sections)
    print(f"stamped {'all' if options.all else ' '.join(options.sections)}")
    return 0


def _translate(options: Namespace) -> int:
    lacking = [
        message for message in catalogue.update() if message.id and not catalogue.is_translated(message)
    ]
    for message in lacking:
        print(f"{message.locations[0][0]}:\n    {message.id}")
    print(f"{len(lacking)} to translate in {catalogue.CATALOGUE}")
    return 0


def parser() -> ArgumentParser:
    whole = ArgumentParser(prog="python -m docs", description=__doc__)
    commands = whole.add_subparsers(metavar="COMMAND", title="commands", required=True)

    def command(name: str, carry_out: Callable[[Namespace], int], lesson: str) -> ArgumentParser:
        own = commands.add_parser(name, help=lesson, description=lesson)
        own.set_defaults(carry_out=carry_out)
        return own

    command("build", _build, "build both trees; warnings and broken references are errors")
    command("check", _check, "build, and say where the languages differ")
    stamp = command("stamp", _stamp, "note that Japanese sections follow the English text as it is now")
    what = stamp.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "sections", metavar="PAGE#SECTION", nargs="*", default=[], help="e.g. websockets#errors"
    )
    what.add_argument("--all", action="store_true", help="every section of every page")
    command(
        "translate", _translate, "bring the catalogue of docstrings up to date and list what to translate"
    )
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.carry_out(options))
    except (site.BuildFailed, follows.NoSuchSection) as error:
        sys.stderr.write(f"{error.args[0]}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
