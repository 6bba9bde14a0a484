"""How a call of 0.7 is held against today's endpoint: what arrives there, and what the script gets."""

from typing import Any, NamedTuple

from binance_legacy.wire import signing

from .conftest import SECRET

OF_EVERY_CALL = {"timestamp", "signature"}


class Case(NamedTuple):
    """One call.

    Attributes:
        name, params: what the script calls.
        today: ``GET /path``, where it must arrive.
        sent: the parameters that must arrive there, and no others.
        answer: what today's endpoint answers.
        legacy: what 0.7 gave for that.
    """

    name: str
    params: dict
    today: str
    sent: dict
    answer: Any
    legacy: Any

    def __str__(self):
        return self.name


def arrived(asked):
    return {name: value for name, value in asked.params.items() if name not in OF_EVERY_CALL}


def hold(case, client):
    """Check one call on the wire; the answer is compared in its types too."""
    client.server.answers[case.today] = case.answer
    before = len(client.server.asked)
    given = getattr(client, case.name)(**case.params)
    (asked,) = client.server.asked[before:]
    assert f"{asked.method} {asked.path}" == case.today
    assert arrived(asked) == case.sent
    assert given == case.legacy and repr(given) == repr(case.legacy), "True is not 1, '1' is not 1.0"
    if "signature" in asked.params:
        assert signing.verify(SECRET, asked.query, asked.body)
    return asked
