"""Every docstring of the reference is there in Japanese."""

from __future__ import annotations

import re

import pytest

from .conftest import SPHINX

pytest.importorskip("sphinx", reason=SPHINX)

from docs import catalogue

CODE = re.compile(r"``.+?``")


def test_nothing_is_untranslated_or_stale() -> None:
    """A failure here: run ``python -m docs translate`` and translate what it lists."""
    complaints = catalogue.complaints()
    assert not complaints, "\n".join(["", *complaints, "say: python -m docs translate"])


def test_japanese_keeps_the_code_of_the_english_text() -> None:
    """What stands between double backquotes is code, and equal in both languages."""
    wrong = [
        str(message.id)
        for message in catalogue.read()
        if message.id and sorted(CODE.findall(str(message.id))) != sorted(CODE.findall(str(message.string)))
    ]
    assert wrong == []
