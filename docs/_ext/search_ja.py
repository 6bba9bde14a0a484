"""Searching Japanese without a dictionary.

Text is cut where the script changes. Of a run of kanji or katakana the index also holds every pair of characters,
and of kanji each one, so that 板, 約定 and 取引所 are found wherever they stand; longer queries are looked for
inside whole runs by Sphinx's own search.
"""

from __future__ import annotations

import re
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

KANJI: Final = "々〆〇㐀-䶿一-鿿豈-﫿"
KATAKANA: Final = "゠-ヿㇰ-ㇿｦ-ﾟ"
HIRAGANA: Final = "ぁ-ゟ"

_RUN: Final = re.compile(rf"[{KANJI}]+|[{KATAKANA}]+|[{HIRAGANA}]+|[^\W{KANJI}{KATAKANA}{HIRAGANA}]+")
_ONLY_KANJI: Final = re.compile(rf"[{KANJI}]+")
_ONLY_HIRAGANA: Final = re.compile(rf"[{HIRAGANA}]+")
_ONLY_LATIN: Final = re.compile(rf"[^{KANJI}{KATAKANA}{HIRAGANA}]+")

# Particles between the words of a query find nothing, so they are left out where anything else is asked for.
_OTHER: Final = rf"(?:(?![{KANJI}{KATAKANA}{HIRAGANA}])[\p{{L}}\p{{N}}_])+"
_SPLIT_QUERY: Final = f"""
var splitQuery = (query) => {{
  const runs = query.match(/[{KANJI}]+|[{KATAKANA}]+|[{HIRAGANA}]+|{_OTHER}/gu) || [];
  const words = runs.filter((run) => run.length > 2 || !/^[{HIRAGANA}]+$/u.test(run));
  return words.length ? words : runs;
}};
"""


class SearchJapanese(SearchLanguage):
    lang = "ja"
    language_name = "Japanese"
    js_splitter_code = _SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        return [word for run in _RUN.findall(input) for word in _words(run)]

    def word_filter(self, word: str) -> bool:
        return not word.isdigit()


def _words(run: str) -> list[str]:
    """What the index holds of one run: itself, and what shorter queries may be."""
    if _ONLY_LATIN.fullmatch(run):
        return [run]
    if _ONLY_HIRAGANA.fullmatch(run):
        return [run] if len(run) > 2 else []
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    return [run, *pairs, *(run if _ONLY_KANJI.fullmatch(run) else "")]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_search_language(SearchJapanese)
    return {"parallel_read_safe": True}
