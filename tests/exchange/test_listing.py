"""What is traded in the box, and how the exchange tells of it."""

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.exchange.market.listing import ASSETS, LISTING, exchange_info

SYMBOLS = st.sampled_from(sorted(LISTING))


def test_symbols_that_old_bots_name_are_listed():
    """Also those that Binance has delisted or renamed since."""
    old = ["BTCUSDT", "NEOBTC", "BCCBTC", "BCCUSDT", "BCHABCBTC", "BCHSVUSDT", "VENBTC", "HSRETH", "IOTABTC"]
    old += ["BTCPAX", "BTCTUSD", "BTCUSDC", "BTCUSDS", "BNBBUSD", "ETHBUSD", "XZCETH", "ERDUSDT", "BTCEUR"]
    assert [name for name in old if name not in LISTING] == []
    assert len(LISTING) > 1400


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        LISTING["BTCMOON"]


@given(SYMBOLS)
def test_a_symbol_is_named_after_two_known_assets_and_its_steps_are_positive(name):
    symbol = LISTING[name]
    assert symbol.name == name == symbol.base + symbol.quote
    assert symbol.base in ASSETS and symbol.quote in ASSETS
    assert min(symbol.tick, symbol.step, symbol.min_qty) > 0
    assert symbol.min_qty % symbol.step == 0 and symbol.max_qty > symbol.min_qty
    assert symbol.min_notional > 0


@given(SYMBOLS)
def test_a_usual_price_has_enough_ticks_to_move_by(name):
    symbol = LISTING[name]
    price = ASSETS[symbol.base].usd / ASSETS[symbol.quote].usd
    ticks = price * 10**symbol.price_places / symbol.tick
    assert 50 < ticks < 10**9


@given(SYMBOLS, st.integers(1, 10**9), st.integers(1, 10**9))
def test_texts_have_eight_decimals_and_the_value_counted(name, price, qty):
    symbol = LISTING[name]
    exact = Decimal(price).scaleb(-symbol.price_places)
    assert Decimal(symbol.price_text(price)) == exact
    assert Decimal(symbol.qty_text(qty)) == Decimal(qty).scaleb(-symbol.qty_places)
    assert symbol.number(price) == pytest.approx(float(exact))
    for text in (symbol.price_text(price), symbol.qty_text(qty), symbol.quote_text(price * qty)):
        assert len(text.partition(".")[2]) == 8


def test_a_quote_amount_is_cut_off_after_eight_decimals():
    symbol = LISTING["BTCUSDT"]
    assert (symbol.price_places, symbol.qty_places) == (2, 6)
    assert symbol.quote_text(4_512_345 * 1_234_567) == "55707.92229615"
    eth = LISTING["ETHBTC"]
    assert (eth.price_places, eth.qty_places) == (6, 3)
    assert eth.quote_text(53_333 * 1_999) == "0.10661266"  # 0.106612667


def test_money_stands_still_and_coins_move():
    assert ASSETS["USDT"].usd == ASSETS["BUSD"].usd == 1
    assert ASSETS["USDT"].move < 0.001 < ASSETS["EUR"].move < 0.01 < ASSETS["NEO"].move
    assert ASSETS["USDT"].market == 0 < ASSETS["BTC"].market


def test_exchange_info_has_todays_keys_and_filters(realdata):
    """Every key and filter of the recorded answer, and beside them only what Binance has added since."""
    recorded = json.loads(
        gzip.decompress((realdata / "exchangeInfo/spot_20250807_25sym.json.gz").read_bytes())
    )
    ours = exchange_info([LISTING[row["symbol"]] for row in recorded["symbols"]], 1_754_603_741_167)
    assert set(ours) == set(recorded)
    assert {row["rateLimitType"] for row in ours["rateLimits"]} == {
        row["rateLimitType"] for row in recorded["rateLimits"]
    }
    for mine, theirs in zip(ours["symbols"], recorded["symbols"], strict=True):
        assert set(mine) - set(theirs) == {"opoAllowed", "pegInstructionsAllowed"}
        assert set(theirs) <= set(mine)
        types = {key: type(value) for key, value in theirs.items()}
        assert {key: type(mine[key]) for key in types} == types
        filters = {row["filterType"]: row for row in mine["filters"]}
        for row in theirs["filters"]:
            assert set(filters[row["filterType"]]) == set(row)
        added = set(filters) - {row["filterType"] for row in theirs["filters"]}
        assert added <= {"MAX_NUM_ORDER_LISTS", "MAX_NUM_ORDER_AMENDS", "MARKET_LOT_SIZE"}


def test_the_filters_tell_the_symbols_own_steps():
    symbol = LISTING["NEOBTC"]
    row = exchange_info([symbol], 0)["symbols"][0]
    filters = {one["filterType"]: one for one in row["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == symbol.price_text(symbol.tick)
    assert filters["LOT_SIZE"]["stepSize"] == symbol.qty_text(symbol.step)
    assert filters["NOTIONAL"]["minNotional"] == "0.00010000"
    assert row["status"] == "TRADING"
