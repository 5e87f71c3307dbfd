"""One function for all addresses, one sender or none (TRUST T03, T04)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import normal_address
from bot.intake.address import mailboxes, odd_letters, sender
from tests.bot.address_vectors import ALICE, CONFUSABLES, VECTORS


@pytest.mark.parametrize(("header", "address"), VECTORS)
def test_every_vector_has_its_one_verdict(header: str, address: str | None) -> None:
    """The same on every supported Python: nothing of the standard parser is used."""
    found = sender([header])
    assert found.address == address
    assert (found.fault is None) == (address is not None)


def test_there_are_sixty_vectors_and_thirty_confusables() -> None:
    """Fewer would not be what was promised."""
    assert len(set(VECTORS)) >= 60
    assert len(set(CONFUSABLES)) >= 30


@pytest.mark.parametrize("address", CONFUSABLES)
def test_an_address_that_looks_like_another_is_never_taken_for_it(address: str) -> None:
    """Neither in the form that is compared nor, so, in the form that is hashed; and a person is told."""
    found = normal_address(address)
    assert found != ALICE
    assert found is None or odd_letters(found)


def test_the_same_address_has_one_form() -> None:
    """However it is written."""
    for one in ("Ann@EXAMPLE.org", " ann@example.org ", "ann@Example.ORG"):
        assert normal_address(one) == "ann@example.org"
    assert (
        normal_address("ann@BÜCHER.example")
        == normal_address("ann@bu\u0308cher.example")
        == "ann@xn--bcher-kva.example"
    )


@given(st.text(max_size=40) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_normalising_twice_changes_nothing(text: str) -> None:
    """And never raises."""
    found = normal_address(text)
    assert found is None or normal_address(found) == found


@given(st.text(st.sampled_from('a@b.c"<>(),;:\\ é='), max_size=60))
def test_a_header_of_specials_has_at_most_one_sender(text: str) -> None:
    """Never an exception, never an address with a bracket or a quote in it."""
    found = sender([text])
    assert (found.address is None) == (found.fault is not None)
    assert not found.address or not set(found.address) & set('<>(),;:"\\ ')
    assert mailboxes(text) is None or all(isinstance(each.address, str) for each in mailboxes(text) or [])


def test_the_sender_as_written_is_kept_for_people() -> None:
    """Also where it is no address."""
    assert sender(["MAILER-DAEMON (Mail Delivery System)"]).written == "MAILER-DAEMON"
    assert sender(["Ann <ann@example.org.>"]).written == "ann@example.org."
    assert sender(["a@b.example, c@d.example"]).written == "a@b.example"
