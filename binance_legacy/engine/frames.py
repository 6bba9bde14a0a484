"""Whole plain text frames, straight from the bytes of a read to messages.

Nearly all that Binance sends are text frames in one piece, unmasked and under 64 KiB (RFC 6455, 5.2). Those are
read here. Everything else - control frames, fragments, large or binary frames, and whatever is not as it should
be - is left to autobahn, byte for byte.
"""

from __future__ import annotations

from typing import Any

import orjson

WHOLE_TEXT = 0x81  # FIN, opcode 1
TWO_BYTE_SIZE = 126


def read(data: bytes, messages: list[Any]) -> int:
    """Append to `messages` what the plain frames at the start of `data` say; how many bytes they took.

    Stops before the first byte that is not a whole plain text frame of JSON.
    """
    loads = orjson.loads
    at, end = 0, len(data)
    while end - at >= 2 and data[at] == WHOLE_TEXT:
        size = data[at + 1]
        begin = at + 2
        if size >= TWO_BYTE_SIZE:
            if size > TWO_BYTE_SIZE or end - at < 4:
                break
            size = data[at + 2] << 8 | data[at + 3]
            if size < TWO_BYTE_SIZE:
                break  # not the shortest form: autobahn says what is wrong with it
            begin = at + 4
        stop = begin + size
        if stop > end:
            break
        try:
            messages.append(loads(data[begin:stop]))
        except ValueError:
            break
        at = stop
    return at


def unfinished(data: bytes) -> bool:
    """Whether `data` is the beginning of a plain text frame whose end the next read brings."""
    size = len(data)
    if not size or data[0] != WHOLE_TEXT:
        return False
    if size == 1:
        return True
    if data[1] < TWO_BYTE_SIZE:
        return size < 2 + data[1]
    return data[1] == TWO_BYTE_SIZE and (size < 4 or size < 4 + (data[2] << 8 | data[3]))
