import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.store import Keys, Purged, Store, Unreadable
from bot.store.crypto import DataKey
from bot.store.schema import data_key
from tests.fixtures.store import ANN, SECRET, a_ticket

KEY = DataKey(SECRET)
PLACE = ("ticket", "correspondent_sealed", "i1")


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_in_its_place(value: bytes) -> None:
    """Version 1, key id 4, nonce 12, text, tag 16: 33 bytes more than the value."""
    sealed = KEY.seal(*PLACE, value)
    assert KEY.open(*PLACE, sealed) == value
    assert len(sealed) == len(value) + 33
    assert sealed[:5] == b"\x01" + KEY.id


def test_equal_values_do_not_look_equal() -> None:
    """Every sealing has its own nonce."""
    assert len({KEY.seal(*PLACE, b"the same") for _ in range(1000)}) == 1000


def test_a_moved_value_does_not_open() -> None:
    """Table, column and row are part of the seal."""
    sealed = KEY.seal(*PLACE, b"Ann")
    table, column, row = PLACE
    for place in [("mail", column, row), (table, "raw_sealed", row), (table, column, "i2")]:
        with pytest.raises(Unreadable, match="was changed or belongs elsewhere"):
            KEY.open(*place, sealed)


def test_a_changed_value_does_not_open() -> None:
    """Each single byte counts, and so does the length; no message repeats the value."""
    sealed = KEY.seal(*PLACE, b"Ann Archer")
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        with pytest.raises(Unreadable) as caught:
            KEY.open(*PLACE, bytes(changed))
        assert "Ann" not in str(caught.value)
    for cut in (b"", sealed[:32], sealed[:-1], sealed + b"\0"):
        with pytest.raises(Unreadable):
            KEY.open(*PLACE, cut)


def test_the_main_key_is_32_bytes() -> None:
    """Anything else is a sentence about the setting, which does not repeat it."""
    for wrong in (b"", b"secret", SECRET[:-1], SECRET + b"!"):
        with pytest.raises(Misconfigured, match="SUBJECTLINE_KEY must be") as caught:
            Keys(wrong)
        assert not wrong or repr(wrong)[2:-1] not in str(caught.value)


def test_blind_hashes_find_equal_values_and_nothing_else() -> None:
    """16 bytes, one answer per kind, value and main key; foreign text of any kind is taken."""
    keys, other = Keys(SECRET), Keys(os.urandom(32))
    blind = keys.blind("address", "ann@example.org")
    assert len(blind) == 16
    assert blind == Keys(SECRET).blind("address", "ann@example.org")
    different = {
        blind,
        other.blind("address", "ann@example.org"),
        keys.blind("mail", "ann@example.org"),
        keys.blind("address", "bob@example.org"),
        keys.blind("address", "\udc80\0"),
        keys.digest("address", "ann@example.org")[:16],
    }
    assert len(different) == 6
    assert len(keys.digest("code", "12345678")) == 32


def test_the_keys_do_not_show_themselves() -> None:
    """Neither in a traceback's locals nor in a log."""
    for thing in (Keys(SECRET), KEY):
        assert not {SECRET.hex(), repr(SECRET), base64.b64encode(SECRET).decode()} & {repr(thing), str(thing)}


def test_a_unit_seals_json_with_bytes_and_broken_text(store: Store) -> None:
    """Whatever a mail held comes back as it was."""
    value = {"wire": b"\x00\xff", "words": "Grüezi \udc80 \0", "list": [1, None, True, {"deep": b""}]}
    with store.begin() as unit:
        unit.new_key("ticket:a")
        sealed = unit.seal_json("ticket:a", "letter", "content_sealed", "l", value)
        assert unit.open_json("ticket:a", "letter", "content_sealed", "l", sealed) == value
        with pytest.raises(TypeError, match="set cannot be sealed"):
            unit.seal_json("ticket:a", "letter", "content_sealed", "l", {1})


def test_each_ticket_has_a_key_of_its_own(store: Store) -> None:
    """What one ticket's key sealed the other's does not open."""
    with store.begin() as unit:
        one, two = a_ticket(unit), a_ticket(unit)
        sealed = unit.seal(f"ticket:{one.id}", *PLACE, b"Ann")
        with pytest.raises(Unreadable, match="under another key"):
            unit.open(f"ticket:{two.id}", *PLACE, sealed)


def test_without_its_key_a_ticket_cannot_be_read(store: Store) -> None:
    """The purge leaves the ticket and its dates, and says in words why the rest is gone."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
    with store.begin() as unit:
        assert unit.tickets.correspondent(ticket.id) == ANN
        unit.destroy_key(f"ticket:{ticket.id}")
        with pytest.raises(Purged, match="have been destroyed"):
            unit.tickets.correspondent(ticket.id)
    with store.read() as unit:
        assert unit.tickets.get(ticket.id).ref == ticket.ref
        with pytest.raises(Purged):
            unit.tickets.correspondent(ticket.id)


def test_another_main_key_opens_nothing_and_is_told_so(store: Store) -> None:
    """`check` says it before anybody runs into it."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
    assert store.check() == []
    store.keys = Keys(os.urandom(32))
    with store.read() as unit, pytest.raises(Unreadable, match="wrapped by main key"):
        unit.tickets.correspondent(ticket.id)
    assert store.check() == ["SUBJECTLINE_KEY is not the key of this database: 1 tickets cannot be read."]


def test_swapped_wrapped_keys_do_not_open(sqlite_store: Store) -> None:
    """A wrapped key is bound to its owner: nobody reads one ticket with the row of another."""
    with sqlite_store.begin() as unit:
        one, two = a_ticket(unit), a_ticket(unit)
        other = unit.connection.execute(data_key.select().where(data_key.c.owner == f"ticket:{two.id}")).one()
        mine = data_key.update().where(data_key.c.owner == f"ticket:{one.id}")
        unit.connection.execute(mine.values(wrapped=other.wrapped))
    with sqlite_store.read() as unit, pytest.raises(Unreadable, match=r"data_key\.wrapped"):
        unit.tickets.correspondent(one.id)
