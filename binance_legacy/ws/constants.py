"""The constants of 1.x's sockets."""

from enum import Enum

__all__ = ["KEEPALIVE_TIMEOUT", "Enum", "WSListenerState"]

KEEPALIVE_TIMEOUT = 5 * 60
"""Seconds between two keep-alives of a listen key."""


class WSListenerState(Enum):
    """How a socket fares."""

    INITIALISING = "Initialising"
    STREAMING = "Streaming"
    RECONNECTING = "Reconnecting"
    EXITING = "Exiting"
