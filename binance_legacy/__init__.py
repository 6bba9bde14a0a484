"""Old python-binance 0.7 code, running again: on today's Binance, or offline on an exchange in a box."""

__version__ = "0.1.0"
