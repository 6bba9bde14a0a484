"""Bytes, time and threads: the reactor, connections, feeds and HTTP."""
