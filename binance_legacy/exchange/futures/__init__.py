"""Perpetual futures in the box: their market, positions and margin, conditional orders, funding and liquidation."""
