"""An English section that was edited is read again in Japanese before these tests pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import SPHINX, Pages

pytest.importorskip("sphinx", reason=SPHINX)

from docutils.core import publish_doctree

from docs import follows

TEXTS = {"page#first": "First\nMind the gap.", "page#second": "Second\nA price."}


def test_every_japanese_section_follows_the_english_text(english: Pages) -> None:
    """A failure here shows what changed in English; read the Japanese again, then stamp it as the message says."""
    complaints = follows.complaints(follows.english_sections(english))
    assert not complaints, "\n\n".join(["", *complaints])


def test_an_edited_sentence_is_shown_with_what_to_do(tmp_path: Path) -> None:
    follows.stamp_all(TEXTS, tmp_path)
    (complaint,) = follows.complaints({**TEXTS, "page#first": "First\nMind the step."}, tmp_path)
    assert "-Mind the gap.\n+Mind the step." in complaint
    assert "docs/ja/page.rst" in complaint
    assert complaint.endswith("python -m docs stamp page#first")


def test_white_space_is_no_edit(tmp_path: Path) -> None:
    follows.stamp_all(TEXTS, tmp_path)
    assert follows.complaints({**TEXTS, "page#first": "First\nMind\n  the gap."}, tmp_path) == []


def test_a_stamp_is_for_its_section_alone(tmp_path: Path) -> None:
    follows.stamp_all(TEXTS, tmp_path)
    edited = {key: f"{text}!" for key, text in TEXTS.items()}
    follows.stamp(edited, ["page#first"], tmp_path)
    (complaint,) = follows.complaints(edited, tmp_path)
    assert complaint.startswith("page#second: ")


def test_new_and_vanished_sections_are_told_until_stamped(tmp_path: Path) -> None:
    follows.stamp_all(TEXTS, tmp_path)
    now = {"page#first": TEXTS["page#first"], "page#third": "Third"}
    new, gone = follows.complaints(now, tmp_path)
    assert new.startswith("page#third: the English text is new")
    assert gone == "page#second: is no section any more; to forget it: python -m docs stamp page#second"
    follows.stamp(now, ["page#third", "page#second"], tmp_path)
    assert follows.complaints(now, tmp_path) == []


def test_a_section_that_never_was_cannot_be_stamped(tmp_path: Path) -> None:
    with pytest.raises(follows.NoSuchSection, match="no page has the section page#fourth"):
        follows.stamp(TEXTS, ["page#fourth"], tmp_path)


def test_a_section_s_text_is_without_that_of_the_sections_below() -> None:
    text = "Above\n=====\n\nOne\ntwo.\n\nBelow\n-----\n\nThree.\n"
    tree = publish_doctree(text, settings_overrides={"doctitle_xform": False})
    assert follows.english_sections({"p": tree}) == {"p#above": "Above\nOne two.", "p#below": "Below\nThree."}
