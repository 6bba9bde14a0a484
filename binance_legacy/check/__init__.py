"""What will become of old scripts today, read from their source; nothing of them is run.

    for finding in check.check(check.read([Path("bots")])): ...

`sources` reads files, `kinds` finds out which of their names are clients and managers, `uses` which calls, streams and
addresses of Binance they use, and `verdicts` what happens to each today, from the catalogue of endpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .kinds import Kind, Kinds, infer
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


def check(scripts: Sequence[Script]) -> Iterator[Finding]:
    """Every use of Binance in scripts that may import one another, in the order in which they stand."""
    known = _infer_together(scripts)
    about = _about_binance(scripts, known)
    for script in scripts:
        if script.name in about:
            yield from _findings(script, known[script.name])


def _findings(script: Script, kinds: Kinds) -> Iterator[Finding]:
    for use in uses_of(script.tree, kinds):
        said = verdict(use)
        if said is not None:
            yield Finding(script.place(use.line, use.column), use, said)


def _infer_together(scripts: Iterable[Script]) -> Mapping[str, Kinds]:
    """What the names of each script are; names imported from another of them are what they are there."""
    scripts = list(scripts)
    known = {script.name: infer(script.tree, {}, script.is_local) for script in scripts}
    for _ in range(2):  # over one module in between
        exports: dict[str, Mapping[str, Kind]] = {s.module: known[s.name].exports() for s in scripts}
        known.update(
            (s.name, infer(s.tree, exports, s.is_local))
            for s in scripts
            if known[s.name].imports_local(exports)
        )
    return known


def _about_binance(scripts: Sequence[Script], known: Mapping[str, Kinds]) -> set[str]:
    """The scripts that use Binance, themselves or through a script that they import."""
    about = {script.name for script in scripts if known[script.name].about_binance}
    grown = True
    while grown:
        modules = {script.module for script in scripts if script.name in about}
        more = {s.name for s in scripts if known[s.name].imports_local(modules)} - about
        about |= more
        grown = bool(more)
    return about
