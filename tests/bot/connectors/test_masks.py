"""Masks: what each gives, what it fits, and that twice is the same as once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connectors.masks import Mask, Sort, lossy, masked, read_mask, redacted, same, unfit, words_of

TEXT = Sort("text", nullable=True, length=40)
FIRM = Sort("text", nullable=False, length=40)
DATE = Sort("date", nullable=True)
MOMENT = Sort("moment", nullable=False)
ZONED = Sort("moment", nullable=False, zoned=True)
NUMBER = Sort("number", nullable=False)
ADDRESS = Sort("address", nullable=False)


@pytest.mark.parametrize(
    ("mask", "value", "sort", "gives"),
    [
        ("keep", "Ann", TEXT, "Ann"),
        ("null", "Ann", TEXT, None),
        ("fixed", "Ann", TEXT, "erased"),
        ({"fixed": "gone"}, "Ann", TEXT, "gone"),
        ({"fixed": 0}, 42, NUMBER, 0),
        ("keyed", "ann", TEXT, "erased-42"),
        ({"keyed": "erased-{key}@invalid.example"}, "ann@example.com", TEXT, "erased-42@invalid.example"),
        ({"prefix": 2}, "8400", TEXT, "84"),
        ("year", "1984-05-17", DATE, "1984-01-01"),
        ("year", "1984-05-17 13:14:15", MOMENT, "1984-01-01 00:00:00"),
        ("year", "1984-05-17 13:14:15.123456+02", ZONED, "1984-01-01 00:00:00+02"),
        ("month", "1984-05-17T13:14", MOMENT, "1984-05-01T00:00:00"),
        ("year", "17 May 1984", DATE, None),
        ("year", "infinity", MOMENT, "1970-01-01 00:00:00"),
        ("ip_net", "203.0.113.77", TEXT, "203.0.113.0"),
        ("ip_net", "203.0.113.77/32", ADDRESS, "203.0.113.0/32"),
        ("ip_net", "2001:db8:1:2:3:4:5:6", TEXT, "2001:db8:1::"),
        ("ip_net", "behind a proxy", TEXT, None),
        ("ip_net", "behind a proxy", FIRM, "erased"),
        ("zero", 12.5, NUMBER, 0),
        ("zero", "1984-05-17", DATE, "1970-01-01"),
        ("zero", "1984-05-17 10:00:00+02", ZONED, "1970-01-01 00:00:00+00"),
        ("zero", "203.0.113.77", ADDRESS, "0.0.0.0"),
        ("redact", "Ask Ann, she knows", TEXT, "Ask [erased], she knows"),
        *((mask, None, TEXT, None) for mask in ("fixed", "keyed", "year", "redact", "zero", "ip_net")),
    ],
)  # fmt: skip
def test_what_a_mask_gives(mask: object, value: object, sort: Sort, gives: object):
    """Empty stays empty; what is not what the column promises does not stay as it is."""
    assert masked(read_mask(mask), value, (42,), sort, ["Ann"]) == gives


@pytest.mark.parametrize(
    "given",
    ["erase", "", "random", "hmac", "delete_row", 7, None, {}, {"prefix": "2"}, {"prefix": 0}, {"prefix": 99}, {"fixed": None},
     {"keyed": "erased"}, {"keyed": "x-{key}@gmail.com"}, {"fixed": "a@b.ch"}, {"fixed": "x", "prefix": 1}, ["null"]],
)  # fmt: skip
def test_what_is_no_mask(given: object):
    """Unknown words, wrong arguments, and addresses to which a mail could leave."""
    with pytest.raises(ValueError, match=r"mask|keyed|prefix"):
        read_mask(given)


@pytest.mark.parametrize(
    ("mask", "sort", "why"),
    [
        ("null", FIRM, "NOT NULL"),
        ("fixed", DATE, "does not fit"),
        ({"fixed": "erased"}, NUMBER, "does not fit"),
        ({"fixed": 7}, TEXT, "does not fit"),
        ({"fixed": "much too long for this"}, Sort("text", nullable=True, length=5), "22 characters"),
        ({"keyed": "erased-{key}@invalid.example"}, Sort("text", nullable=True, length=30), "the column holds 30"),
        ({"prefix": 2}, NUMBER, "does not fit"),
        ("year", NUMBER, "does not fit"),
        ("ip_net", DATE, "does not fit"),
        ("zero", TEXT, "does not fit"),
        ("redact", NUMBER, "does not fit"),
        ("fixed", Sort("bytes", nullable=True), "does not fit"),
        ("fixed", Sort("other", nullable=True), "does not fit"),
        ("null", Sort("other", nullable=True), None),
        ("null", Sort("bytes", nullable=True), None),
        ("keep", FIRM, None),
        ("keyed", FIRM, None),
        ({"fixed": True}, Sort("flag", nullable=False), None),
        ("zero", Sort("flag", nullable=False), None),
    ],
)
def test_what_a_mask_fits(mask: object, sort: Sort, why: str | None):
    """A mask the column cannot take is a fault of the map, said before anything is run."""
    found = unfit(read_mask(mask), sort)
    assert found is None if why is None else why in (found or "")


def test_lossy_masks_are_not_for_unique_columns():
    """Two people must not become equal where the database forbids it."""
    assert lossy(Mask("fixed", "erased"))
    assert lossy(Mask("redact"))
    assert not lossy(Mask("keyed", "erased-{key}"))
    assert not lossy(Mask("null"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ANN.FOX@example.com wrote", "[erased] wrote"),
        ("ann fox, Fox & Ann", "[erased], [erased] & [erased]"),
        ("Annabelle and the firefox", "Annabelle and the firefox"),
        ("(Ann)", "([erased])"),
        ("Zoë wrote; zoës friend did not", "[erased] wrote; zoës friend did not"),
        ("MÜLLER-Ann", "[erased]-[erased]"),
        ("no one", "no one"),
        ("", ""),
    ],
)
def test_words_are_struck_out_where_they_stand_alone(text: str, left: str):
    """Whatever their case, whole words only, letters beyond ASCII too."""
    assert redacted(text, words_of(["ann.fox@example.com", "Ann Fox", "Zoë", "Müller"])) == left


def test_what_names_somebody():
    """A name also by its parts; numbers and short words only as a whole."""
    assert words_of(["Ann De Vries", "+41 44 555"]) == ("+41 44 555", "Ann", "Ann De Vries", "Vries")


MASKS = ["null", "fixed", "keyed", "year", "month", "ip_net", "redact", {"prefix": 2}]
values = st.one_of(st.text(max_size=40), st.dates().map(str), st.datetimes().map(str), st.ip_addresses().map(str))


@settings(deadline=None)  # a busy machine is no fault
@given(st.sampled_from(MASKS), values, st.sampled_from([TEXT, FIRM]), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_twice_is_the_same_as_once(mask: object, value: str, sort: Sort, words: list[str]):
    """So whether a row still holds something can be asked at any time, and a second run changes nothing."""
    words = [word for word in words if word.strip() and word not in "[erased]"]
    once = masked(read_mask(mask), value, (7,), sort, words)
    assert same(masked(read_mask(mask), once, (7,), sort, words), once)


def test_padding_of_a_fixed_width_column_does_not_count():
    """CHAR(10) gives back `erased    `."""
    assert same("erased    ", "erased")
    assert not same(" erased", "erased")
    assert not same(None, "")
