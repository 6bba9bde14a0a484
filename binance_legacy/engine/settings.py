"""The engine's times, in one place, so that proofs in real time can run them faster."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Times:
    """How long the engine waits for what, in seconds.

    Attributes:
        connect: until a TCP or TLS connection counts as failed.
        handshake: until a server that does not finish the opening handshake is left.
        closing: until a server that does not answer a close frame is dropped.
        ping_every: between two looks at whether a line was silent, and then is asked whether it lives.
        ping_wait: until a line that does not answer counts as dead.
        steady: after which a line that stays up is a success, though it brought no message.
        delays: what every delay between two attempts is multiplied with (1 = as 0.7's factory says).
    """

    connect: float = 10.0
    handshake: float = 5.0
    closing: float = 1.0
    ping_every: float = 5.0
    ping_wait: float = 10.0
    steady: float = 10.0
    delays: float = 1.0

    def faster(self, factor: float) -> Times:
        """The same times, all `factor` times shorter."""
        return replace(self, **{f.name: getattr(self, f.name) / factor for f in fields(self)})


_times = Times()


def times() -> Times:
    """The times in force; a connection reads them when it is made."""
    return _times


def use_times(new: Times) -> None:
    """Put other times in force, for connections made from now on."""
    global _times
    _times = new
