"""What the directives, the search and the joining of lines make of their sources."""

from __future__ import annotations

import inspect
import re

import pytest

from .conftest import SPHINX, Pages

pytest.importorskip("sphinx", reason=SPHINX)

from docutils import nodes

from binance_legacy import command, enums
from docs._ext import commands, constants, examples, lines_ja, search_ja

SOURCE = """\
# en: A price.
# ja: 価格です。
price = 1

# part: loop
while True:
    # en: Wait.
    # ja: 待ちます。
    price += 1
# end
done = True
"""


def test_an_example_shows_the_comments_of_its_language_alone() -> None:
    assert examples.shown(SOURCE, "en").startswith("# A price.\nprice = 1\n")
    assert examples.shown(SOURCE, "ja").startswith("# 価格です。\nprice = 1\n")


def test_the_marks_of_parts_are_never_shown() -> None:
    assert "part" not in examples.shown(SOURCE, "en")
    assert "# end" not in examples.shown(SOURCE, "en")


def test_a_part_is_shown_alone() -> None:
    assert examples.shown(SOURCE, "en", "loop") == "while True:\n    # Wait.\n    price += 1"


def test_a_part_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(examples.NoSuchPart, match=re.escape("there is no part 'end'; there are: loop")):
        examples.shown(SOURCE, "en", "end")


@pytest.mark.parametrize(
    ("source", "joined"),
    [
        ("板の\n差分", "板の差分"),
        ("終わり。\nAPI", "終わり。API"),
        ("Binance\nが", "Binance\nが"),
        ("が\nBinance", "が\nBinance"),
        ("of\nthe", "of\nthe"),
    ],
)
def test_lines_are_joined_where_japanese_meets_japanese(source: str, joined: str) -> None:
    assert lines_ja.joined(source) == joined


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("板", "注文板を見る"),
        ("約定", "集約約定のストリーム"),
        ("start_kline_socket", "start_kline_socket は足を開く"),
        ("ソク", "ローソク足"),
    ],
)
def test_the_index_holds_short_words_wherever_they_stand(query: str, text: str) -> None:
    assert query in search_ja.SearchJapanese({}).split(text)


def test_every_constant_is_in_the_table_of_its_group() -> None:
    groups = constants.groups(inspect.getsource(enums))
    assert sorted(name for names in groups.values() for name in names) == sorted(
        name for name in vars(enums) if name.isupper()
    )
    assert groups["Sides"] == ["SIDE_BUY", "SIDE_SELL"]


def test_every_command_s_help_is_on_the_page(english: Pages) -> None:
    shown = [block.astext() for block in english["reference/command-line"].findall(nodes.literal_block)]
    assert shown == [commands.help_of(name) for name in ("", *(each.name for each in command.COMMANDS))]


def test_the_table_of_what_is_served_is_that_of_the_doors():
    from binance_legacy.exchange.doors.rest import DOORS
    from binance_legacy.exchange.futures.calls import calls
    from binance_legacy.exchange.margin.calls import MARGIN_CALLS
    from binance_legacy.exchange.trade.spot_calls import CALLS
    from binance_legacy.exchange.trade.wallet_calls import WALLET_CALLS
    from docs._ext import served

    rows = list(served.rest())
    signed = (CALLS, WALLET_CALLS, MARGIN_CALLS, calls("um"), calls("cm"))
    assert len(rows) == sum(map(len, (*DOORS.values(), *signed))) == len(set(rows))
    assert ("POST /api/v3/order", "order.place", 1) in rows and ("GET /api/v3/ping", "ping", 1) in rows


def test_every_method_of_a_family_is_counted_once():
    from binance_legacy.endpoints.declare import methods
    from docs._ext import served

    assert served.family("account")[1:] == (0, 0) and served.family("market")[1:] == (0, 0)
    answered, missing, gone = served.family("futures_coin")
    assert answered > 30 and missing < 5 and gone >= 1
    assert served.family("options")[1] > 20
    assert sum(sum(served.family(name)) for name in served.FAMILIES) <= len(methods())
