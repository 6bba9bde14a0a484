"""Margin in the box: accounts that may owe, interest, orders that borrow and repay, liquidation, tokens."""
