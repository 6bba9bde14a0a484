"""How a dead line is found: one that was silent is asked, one that was asked and stays silent is dropped.

autobahn's own would count a line dead whose answer waits unread behind a slow callback.
"""

from __future__ import annotations

from typing import Any

from autobahn.twisted.websocket import WebSocketClientProtocol

from .reactor import reactor
from .settings import times


class BeatingProtocol(WebSocketClientProtocol):
    """A WebSocket line with a heartbeat, which a subclass begins (`beat_after`) and ends (`stop_beating`).

    Attributes:
        heard: something came since the last beat; set at each read.
        held: nobody reads, so that silence says nothing.
    """

    heard = held = False
    _asked = _doomed = False
    _due = 0.0
    _beating: Any = None

    def beat_after(self, delay: float) -> None:
        """Look at the line in so many seconds, and again and again."""
        self._due = reactor.seconds() + delay
        self._beating = reactor.callLater(delay, self._beat)

    def stop_beating(self) -> None:
        """The line is over."""
        if self._beating is not None and self._beating.active():
            self._beating.cancel()

    def found_dead(self, why: str) -> None:
        """Note why the line is about to be dropped."""
        self.wasNotCleanReason = why

    def _beat(self) -> None:
        now = times()
        late = reactor.seconds() - self._due > now.ping_wait / 2
        if self.heard or late or self.held:
            self.heard = self._asked = self._doomed = False
            self.beat_after(now.ping_every)
        elif not self._asked:
            self._asked = True
            self.sendPing()
            self.beat_after(now.ping_wait)
        elif not self._doomed:
            self._doomed = True  # the reactor runs timers before it reads: one more look at the socket
            self.beat_after(0)
        else:
            self.found_dead(f"no answer to a ping within {now.ping_wait:g} s")
            self.dropConnection(abort=True)
