"""A client of 0.7 whose every address is a server on this machine."""

import pytest

from binance_legacy.client import Client

from ..rest_server import RestServer

KEY, SECRET = "the-api-key", "the-api-secret"


@pytest.fixture
def server():
    server = RestServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def legacy(server):
    """A client of 0.7; `legacy.server` is what it asks."""
    client = Client.__new__(Client)
    client.server = server
    for name in dir(Client):
        if name.endswith("_URL") and "{}" in getattr(Client, name):
            door = getattr(Client, name).split("{}", 1)[1]
            setattr(client, name, server.url + door)
    client.__init__(KEY, SECRET, ping=False)
    return client
