"""Importing this module installs the alias: the first line of a notebook.

>>> import binance_legacy.alias.auto
>>> from binance.client import Client
"""

from binance_legacy.alias import install

install()
