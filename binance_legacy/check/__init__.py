"""What will become of old scripts today, read from their source; nothing of them is run.

    scripts = [one for one in check.read([Path("bots")]) if isinstance(one, check.Script)]
    for finding in check.check(scripts): ...

`sources` reads files, `glance` sees which of them are about Binance, `kinds` and `binding` find out which of their
names are clients and managers, `uses` which calls, streams and addresses of Binance they use, and `verdicts` what
happens to each today, from the catalogue of endpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from .binding import infer
from .glance import Glance, about_binance
from .kinds import Kinds, Neighbours
from .sources import NothingThere, Place, Script, Unread, read, read_text
from .uses import Use, uses_of
from .verdicts import GOOD, STATUSES, Verdict, verdict

__all__ = [
    "GOOD", "STATUSES", "Finding", "NothingThere", "Place", "Script", "Unread", "Use", "Verdict",
    "check", "read", "read_text", "verdict",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One use of Binance in a script, and what becomes of it today.

    Attributes:
        place: file, line and column, and the cell of a notebook.
        use: what stands there.
        verdict: what happens today.
    """

    place: Place
    use: Use
    verdict: Verdict


def check(scripts: Sequence[Script]) -> Iterator[Finding | Unread]:
    """Every use of Binance in scripts that may import one another, in the order in which they stand."""
    looked_at = about_binance(scripts)
    known = _infer_together(looked_at)
    for script, _ in looked_at:
        try:
            yield from list(_findings(script, known[script.name]))
        except (KeyError, RecursionError):
            yield Unread(Place(script.name, 1), "it is nested too deeply to be read")


def _findings(script: Script, kinds: Kinds) -> Iterator[Finding]:
    for use in uses_of(script.tree, kinds):
        said = verdict(use)
        if said is not None:
            yield Finding(script.place(use.line, use.column), use, said)


def _infer_together(scripts: Sequence[tuple[Script, Glance]]) -> Mapping[str, Kinds]:
    """What the names of each script are; names imported from another of them are what they are there."""
    modules = {script.module for script, _ in scripts}
    known = dict(_infer_each((script for script, _ in scripts), {}))
    importers = [script for script, look in scripts if look.imports_any(modules)]
    for _ in range(2 if importers else 0):  # over one module in between
        exports = {
            script.module: known[script.name].exports() for script, _ in scripts if script.name in known
        }
        known.update(_infer_each(importers, exports))
    return known


def _infer_each(scripts: Iterable[Script], neighbours: Neighbours) -> Iterator[tuple[str, Kinds]]:
    for script in scripts:
        with suppress(RecursionError):
            yield script.name, infer(script.tree, neighbours, script.is_local)
