"""How the options that describe an exchange are read from a command line: a value, or one sentence."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Final

_ASSET: Final = re.compile("[A-Z0-9]{1,20}")
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,8})?")


def seed(text: str) -> int:
    """Which simulated market."""
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a seed; give a whole number, such as 7") from None


def speed(text: str) -> float:
    """Market seconds per second."""
    return above_zero(text, "is not a speed; give market seconds per second, such as 20")


def port(text: str) -> int:
    """A TCP port, 0 for any free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port; give a number from 0 (any free one) to 65535")
    return int(text)


def capture(text: str) -> Path:
    """A file that can be read."""
    try:
        return readable(text)
    except OSError as error:
        raise ArgumentTypeError(unreadable(text, error)) from None


def state(text: str) -> Path:
    """A file that keeps the exchange's state, or will."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise ArgumentTypeError(f"{text!r} can be no file: its folder is not there, or it is a folder itself")
    return path


def balances(text: str) -> dict[str, str]:
    """Assets and amounts, ``USDT=10000,BTC=1``."""
    found: dict[str, str] = {}
    for part in text.split(","):
        asset, _, amount = part.strip().partition("=")
        if not _ASSET.fullmatch(asset) or not _AMOUNT.fullmatch(amount):
            raise ArgumentTypeError(
                f"{part!r} is not a balance; write ASSET=AMOUNT, such as USDT=10000,BTC=1: assets in upper case, "
                "amounts with at most 8 decimals"
            )
        if asset in found:
            raise ArgumentTypeError(f"{asset} is given twice")
        found[asset] = amount
    return found


def key(text: str) -> tuple[str, str]:
    """An API key and its secret, ``KEY:SECRET``."""
    name, _, secret = text.partition(":")
    if not name or not secret:
        raise ArgumentTypeError("a key is written KEY:SECRET, both as the client is given them")
    return name, secret


def above_zero(text: str, otherwise: str) -> float:
    """A number above zero and below infinity; `otherwise` is said of what is none."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"{text!r} {otherwise}")
    return number


def readable(path: str) -> Path:
    """The path of a file that can be opened.

    Raises:
        OSError: it cannot.
    """
    file = Path(path)
    with file.open("rb"):
        return file


def unreadable(path: str, error: OSError) -> str:
    """The sentence about a capture that cannot be opened."""
    return f"the capture {path} cannot be read: {error.strerror}"
