"""Answers read in one pass say what imapclient reads in them, or are left to it."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from bot.fetched import plainly

DATES = st.datetimes(timezones=st.builds(
    lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)), st.integers(-12 * 60, 14 * 60)
)).filter(lambda each: 1990 <= each.year < 2090)  # fmt: skip
KEYS = st.sampled_from([b"BODY[HEADER]<0>", b"BODY[]", b"BODY[]<0>", b"BODY[HEADER]"])


@st.composite
def answered(draw: st.DrawFn) -> list[Any]:
    """One mail as imaplib hands it over: pieces in any order before and behind the literal."""
    date = draw(DATES).strftime("%d-%b-%Y %H:%M:%S %z").encode()
    if draw(st.booleans()):
        date = b" " + date[1:] if date.startswith(b"0") else date
    pieces = [b"UID %d" % draw(st.integers(1, 99)), b"RFC822.SIZE %d" % draw(st.integers(0, 10**9)), b'INTERNALDATE "%b"' % date]
    pieces = draw(st.permutations(pieces[: draw(st.integers(1, 3))]))
    before = draw(st.integers(0, len(pieces)))
    literal = draw(st.binary(max_size=40))
    head = b" ".join([*pieces[:before], draw(KEYS), b"{%d}" % len(literal)])
    tail = b"".join(b" " + each for each in pieces[before:])
    return [(b"%d (%b" % (draw(st.integers(1, 10**6)), head), literal), tail + b")"]


@given(st.lists(answered(), max_size=4))
def test_as_imapclient_reads_it(mails: list[list[Any]]) -> None:
    """UID, size, moment and text of each mail, whatever their order."""
    data = [each for pair in mails for each in pair]
    assert plainly(data) == dict(parse_fetch_response(data, normalise_times=False))


@pytest.mark.parametrize(
    "data",
    [
        [None],
        [b"1 (UID 5 RFC822.SIZE 3)"],
        [(b"1 (UID 5 FLAGS (\\Seen) BODY[] {2}", b"ab"), b")"],
        [(b"1 (UID 5 BODY[] {2}", b"ab"), b" FLAGS ())"],
        [(b"1 (UID 5 BODY[] {2}", b"ab"), b")", b"2 (UID 6 FLAGS ())", (b"3 (UID 7 BODY[] {1}", b"a")],
        [(b"1 (UID 5 BODY[HEADER] {1}", b"a"), (b" BODY[TEXT] {1}", b"b"), b")"],
        [(b"1 (BODY[] {2}", b"ab"), b")"],
        [(b"1 (UID 5 BODY[] {3}", b"ab"), b")"],
        [(b'1 (UID 5 X "a" BODY[] {2}', b"ab"), b")"],
    ],
)
def test_another_shape_is_left_to_imapclient(data: list[Any]) -> None:
    """Whatever the one pass would have to guess at."""
    assert plainly(data) is None


@pytest.mark.parametrize("date", [b"31-Feb-2026 08:00:00 +0100", b"yesterday", b"01-Xyz-2026 08:00:00 +0100", b"1-Nov-2026 08:00:00 +2500"])
def test_no_moment_is_none(date: bytes) -> None:
    """A server's nonsense for a date does not stop the mail."""
    found = plainly([(b'1 (UID 5 INTERNALDATE "%b" BODY[] {2}' % date, b"ab"), b")"])
    assert found == {5: {b"SEQ": 1, b"INTERNALDATE": None, b"BODY[]": b"ab"}}
