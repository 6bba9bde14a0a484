from decimal import Decimal

import pytest
from binance.client import Client
from binance.exceptions import BinanceAPIException, BinanceOutcomeUnknown


def protect(client, symbol, quantity):
    """Sells when the price has fallen by a tenth."""
    last = Decimal(client.get_symbol_ticker(symbol=symbol)["price"])
    return client.create_order(
        symbol=symbol,
        side="SELL",
        type="STOP_LOSS",
        quantity=quantity,
        stopPrice=f"{last * Decimal('0.9'):.2f}",
    )


def test_the_stop_sells_after_a_crash(binance_exchange):
    client = Client("key", "secret")
    order = protect(client, "BTCUSDT", "0.5")
    last = Decimal(client.get_symbol_ticker(symbol="BTCUSDT")["price"])
    binance_exchange.move_price("BTCUSDT", f"{last * Decimal('0.85'):.2f}")
    assert client.get_order(symbol="BTCUSDT", orderId=order["orderId"])["status"] == "FILLED"
    assert Decimal(client.get_asset_balance("BTC")["free"]) == Decimal("0.5")


def test_an_outage_is_told_and_nothing_is_sold_twice(binance_exchange):
    client = Client("key", "secret")
    binance_exchange.fail(503, path="/api/v3/order")
    with pytest.raises(BinanceOutcomeUnknown):
        protect(client, "BTCUSDT", "0.5")
    assert client.get_open_orders() == []


def test_a_poor_account_is_refused(binance_exchange):
    binance_exchange.register("poor", "secret", balances={"USDT": "5"})
    with pytest.raises(BinanceAPIException) as refused:
        Client("poor", "secret").order_market_buy(symbol="BTCUSDT", quantity="0.5")
    assert refused.value.code == -2010
