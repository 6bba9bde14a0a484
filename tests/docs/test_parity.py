"""Both languages have the same pages, of the same build, with the same code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import SPHINX, Pages

pytest.importorskip("sphinx", reason=SPHINX)

from docutils.core import publish_doctree

from docs import LANGUAGES, parity

FETCHED = re.compile(
    r'<(?:script|img|iframe)[^>]*src="https?:|<link[^>]*rel="stylesheet"[^>]*href="https?:|url\("?https?:|@import'
)


def test_both_languages_have_the_same_parts_in_the_same_order(english: Pages, japanese: Pages) -> None:
    assert parity.differences(english, japanese) == []


def test_pages_use_note_tip_and_warning_only(english: Pages, japanese: Pages) -> None:
    assert parity.foreign_admonitions({**english, **japanese}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_says_its_language(language: str, built: Path) -> None:
    page = (built / "html" / language / "index.html").read_text("utf-8")
    assert f'<html class="no-js" lang="{language}"' in page


def test_every_section_has_the_same_address_in_both_languages(english: Pages, japanese: Pages) -> None:
    assert parity.unlabelled(english) + parity.unlabelled(japanese) == []


def test_no_page_fetches_anything_from_elsewhere(built: Path) -> None:
    pages = [*built.rglob("*.html"), *built.rglob("*.css")]
    assert [page.name for page in pages if FETCHED.search(page.read_text("utf-8"))] == []


# -- what the comparison sees ------------------------------------------------------------------------------

ENGLISH = """
.. _first:

First
=====

.. note:: Mind the gap.

.. image:: gap.png
"""
JAPANESE = ENGLISH.replace("First\n=====", "はじめに\n========").replace(
    "Mind the gap.", "すき間に注意してください。"
)


def compare(japanese: str) -> list[str]:
    """What the comparison says of a page in Japanese, against the English one above."""
    options = {"doctitle_xform": False, "report_level": 5}
    trees = [publish_doctree(text, settings_overrides=options) for text in (ENGLISH, japanese)]
    return parity.differences({"page": trees[0]}, {"page": trees[1]})


def test_a_translation_is_no_difference() -> None:
    assert compare(JAPANESE) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((".. note::", ".. tip::"), "English has note, Japanese has tip"),
        (("gap.png", "other.png"), "English has image 'gap.png', Japanese has image 'other.png'"),
        (("_first:", "_second:"), "English has section 'first', Japanese has section 'second'"),
        (("\n.. image:: gap.png\n", ""), "English has image 'gap.png', Japanese has nothing more"),
    ],
)
def test_a_part_that_differs_is_named_with_its_place(change: tuple[str, str], said: str) -> None:
    (difference,) = compare(JAPANESE.replace(*change))
    assert said in difference


def test_a_page_in_one_language_only_is_named() -> None:
    page = publish_doctree(ENGLISH)
    assert parity.differences({"a": page}, {"b": page}) == ["a: is in English only", "b: is in Japanese only"]


def test_python_is_equal_when_its_tokens_are() -> None:
    english = "# a price\nprice = 1  # in BTC\n"
    assert parity.code(english, "python") == parity.code("# 価格\n\nprice = 1\n", "python")
    assert parity.code(english, "python") != parity.code("# 価格\nprice = 2\n", "python")
