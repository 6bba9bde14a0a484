"""The short way from bytes to messages gives what autobahn's long way gives, however the bytes are cut."""

import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from binance_legacy.engine import frames


def frame(payload, first=0x81):
    size = len(payload)
    head = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 65536 else None
    return bytes([first]) + (head or b"\x7f" + struct.pack(">Q", size)) + payload


def text(value):
    return frame(json.dumps(value).encode())


messages = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=200), max_size=4), max_size=8)


@given(messages, st.data())
def test_messages_come_out_whole_and_in_order_wherever_the_reads_are_cut(sent, data):
    stream = b"".join(map(text, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    got, tail = [], b""
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        piece = tail + stream[begin:end]
        tail = piece[frames.read(piece, got) :]
        assert not tail or frames.unfinished(tail)
    assert got == sent and tail == b""


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_and_what_it_took_were_whole_frames(data):
    got = []
    taken = frames.read(data, got)
    assert 0 <= taken <= len(data)
    again = []
    assert frames.read(data[:taken], again) == taken and len(again) == len(got)


def stops_at(other):
    """What is left when `other` stands between two plain frames: it and all after it, and no message lost."""
    got = []
    data = text({"t": 1}) + other + text({"t": 2})
    rest = data[frames.read(data, got) :]
    return got == [{"t": 1}] and rest == other + text({"t": 2}) and not frames.unfinished(rest)


def test_everything_that_is_not_a_plain_text_frame_is_left_to_autobahn():
    assert stops_at(frame(b"1234", 0x89)), "a ping"
    assert stops_at(frame(b"\x03\xe8", 0x88)), "a close"
    assert stops_at(frame(b'{"t":', 0x01)), "a fragment"
    assert stops_at(frame(b"{}", 0x82)), "binary"
    assert stops_at(frame(b"{}", 0xC1)), "a reserved bit"
    assert stops_at(b"\x81\x82\0\0\0\0{}"), "masked, which a server must not"
    assert stops_at(b"\x81\x7e\0\x02{}"), "a size in longer form than it needs"
    assert stops_at(frame(b"[" + b"1," * 40000 + b"1]")), "larger than 64 KiB"
    assert stops_at(frame(b"{not json")), "no JSON"
    assert stops_at(frame(b'"\xff"')), "no UTF-8"
