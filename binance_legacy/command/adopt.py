"""``adopt``: a one-line ``binance.py``, so that ``python bot.py`` needs no change."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .table import PROGRAM, Command, CommandError

LINE = f"from binance_legacy.alias import stand_in; stand_in(__name__)  # written by: {PROGRAM} adopt\n"

LESSON = """\
Write a one-line binance.py into a project's folder. From then on the scripts in that folder import this
package as binance however they are started: python bot.py, systemd, cron, an IDE.

examples:
  python -m binance_legacy adopt ~/bots          python ~/bots/bot.py runs on binance_legacy
  python -m binance_legacy adopt --undo ~/bots   take the file away again
"""


def declare(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder that the scripts lie in")
    parser.add_argument("--undo", action="store_true", help="remove the file that adopt wrote")


def carry_out(options: Namespace) -> int:
    folder: Path = options.folder
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder; name the one that the scripts lie in")
    try:
        said = undo(folder) if options.undo else adopt(folder)
    except OSError as error:
        raise CommandError(f"{folder / 'binance.py'}: {error.strerror}") from None
    sys.stdout.write(said + "\n")
    return 0


def adopt(folder: Path) -> str:
    """Write the file; returns a sentence that says what was done."""
    file = folder / "binance.py"
    if (folder / "binance" / "__init__.py").exists():
        raise CommandError(
            f"{folder / 'binance'} is a package of its own and would be found first; move it away"
        )
    if _foreign(file):
        raise CommandError(f"{file} is a file of your own and was left as it is; move it away first")
    if file.exists():
        return f"{file} is there already: scripts in {folder} import binance_legacy as binance."
    file.write_text(LINE, "utf-8")
    return f"Wrote {file}: scripts in {folder} now import binance_legacy as binance. To undo: adopt --undo {folder}"


def undo(folder: Path) -> str:
    """Remove the file; returns a sentence that says what was done."""
    file = folder / "binance.py"
    if _foreign(file):
        raise CommandError(f"{file} was not written by adopt and was left as it is")
    if not file.exists():
        return f"There is no {file}: nothing to undo."
    file.unlink()
    return f"Removed {file}: scripts in {folder} import whatever binance is installed."


def _foreign(file: Path) -> bool:
    return file.exists() and b"binance_legacy.alias" not in file.read_bytes()


COMMAND = Command("adopt", "let a project's scripts find this package as binance", LESSON, declare, carry_out)
