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
        rotate: after which a line is replaced; Binance ends it at 24 hours.
        overlap: for which the line that is replaced is listened to beside the new one.
        reply: until a request that the exchange does not answer counts as lost.
        request_gap: between two requests on one line; Binance takes 5 a second.
        batch: from one list of all symbols' tickers to the next, where it is put together here.
        symbols: between two looks at which symbols are traded.
        renew_before: before its end a listen token is renewed.
    """

    connect: float = 10.0
    handshake: float = 5.0
    closing: float = 1.0
    ping_every: float = 5.0
    ping_wait: float = 10.0
    steady: float = 10.0
    delays: float = 1.0
    rotate: float = 23.5 * 3600
    overlap: float = 1.0
    reply: float = 10.0
    request_gap: float = 0.25
    batch: float = 1.0
    symbols: float = 60.0
    renew_before: float = 3600.0

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
