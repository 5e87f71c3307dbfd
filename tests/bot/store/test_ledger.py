"""The ledger of what was erased, on both databases."""

from datetime import date, timedelta

import pytest

from bot.store import Keys, Purged, Store
from bot.store.sightings import AGAIN, CONSENT, GONE, KNOWN
from tests.fixtures.store import Clock

ANN, BEN = "ann@example.org", "ben@example.org"


def entered(store: Store, *addresses: str, run: str = "r1", proved: bool = True) -> None:
    with store.begin() as unit:
        unit.ledger.enter(run, "DPE-2026-0001", addresses)
        if proved:
            unit.ledger.proved(run)


def seen(store: Store, address: str = ANN, system: str = "server", key: str = "7") -> bool:
    with store.begin() as unit:
        return unit.sightings.note(unit.ledger.hash(address), system, unit.sightings.who(system, key), address=address)


def states(store: Store, alarm_id: str) -> list[str]:
    with store.read() as unit:
        return [each.state for each in unit.sightings.of(alarm_id)]


def test_an_address_is_known_again_however_it_is_written(store: Store) -> None:
    """Case, outer space and the way a domain is written do not count; another address is another one."""
    entered(store, "Ann@Bücher.example")
    with store.read() as unit:
        assert unit.ledger.erased(" ann@xn--bcher-kva.EXAMPLE ")
        assert not unit.ledger.erased("anne@bücher.example")
        assert set(unit.ledger.among([ANN, "ANN@bücher.example"]).values()) == {"ANN@bücher.example"}


def test_nobody_learns_an_address_from_it(store: Store) -> None:
    """A hash of another key is another one: without the key nobody can guess."""
    entered(store, ANN)
    with store.read() as unit:
        assert unit.ledger.hash(ANN) != Keys(bytes(32)).erased(ANN)
        assert unit.ledger.hash(ANN) == unit.keys.erased(ANN)


def test_what_no_mail_program_takes_for_an_address_is_compared_as_it_stands(store: Store) -> None:
    """A system may hold anything."""
    entered(store, "Ann at example", " ")
    with store.read() as unit:
        assert unit.ledger.erased("ann at EXAMPLE ")
        assert not unit.ledger.erased("")


def test_it_is_watched_for_once_the_run_is_proved(store: Store) -> None:
    """Before that the person may still be there; but their address is written nowhere."""
    entered(store, ANN, proved=False)
    with store.read() as unit:
        assert unit.ledger.erased(ANN)
        assert not unit.ledger.any()
        assert unit.ledger.among([ANN]) == {}
    with store.begin() as unit:
        unit.ledger.proved("r1")
        assert unit.ledger.any()
        assert list(unit.ledger.among([ANN, BEN]).values()) == [ANN]


def test_a_second_run_of_the_same_request_is_proved_anew(store: Store) -> None:
    """What stands is not there twice; another request's entry stands by itself."""
    entered(store, ANN)
    entered(store, ANN, BEN, proved=False)
    entered(store, ANN, run="r2")
    with store.begin() as unit:
        assert [*unit.ledger.among([ANN, BEN]).values()] == [ANN]
        assert unit.ledger.lift(unit.ledger.hash(ANN), "UHUGO", date(2026, 11, 23), "the shop") == 2


def test_new_consent_is_on_record_and_sealed(store: Store) -> None:
    """Who, when and where; the address may be written and is not watched for."""
    entered(store, ANN)
    with store.begin() as unit:
        mark = unit.ledger.hash(ANN)
        assert unit.ledger.lift(mark, "UHUGO", date(2026, 11, 20), "newsletter form") == 1
        assert unit.ledger.lift(mark, "UHUGO", date(2026, 11, 21), "again") == 0
        assert unit.ledger.why(mark, "r1") == "newsletter form"
        assert not unit.ledger.erased(ANN)
        assert not unit.ledger.any()


def test_an_old_entry_is_forgotten_with_all_that_was_seen_of_it(store: Store, clock: Clock) -> None:
    """Younger ones stay."""
    entered(store, ANN)
    seen(store)
    clock.forward(days=10)
    entered(store, BEN, run="r2")
    with store.begin() as unit:
        before = unit.now - timedelta(days=5)
        assert unit.ledger.old(before)
        assert unit.ledger.forget(before) == 1
        assert not unit.ledger.old(before)
        assert not unit.ledger.erased(ANN)
        assert unit.ledger.erased(BEN)
        assert unit.sightings.there("server") == 0


def test_somebody_is_news_once_until_they_are_gone(store: Store, clock: Clock) -> None:
    """Unique by address, system and reappearance; the address is forgotten when they are gone."""
    entered(store, ANN)
    assert [seen(store), seen(store), seen(store, key="8")] == [True, False, True]
    with store.begin() as unit:
        alarm = unit.sightings.sound(unit.sightings.untold())
        assert (alarm.counts, alarm.addresses) == ({"server": 1}, 1)
        assert unit.sightings.untold() == []
        first = unit.sightings.of(alarm.id)[0]
        assert unit.sightings.address(first.id) == ANN
    since = clock.forward(minutes=1)
    seen(store)
    with store.begin() as unit:
        assert unit.sightings.passed("other", since) == []
        assert unit.sightings.passed("server", since) == [alarm.id]
    assert sorted(states(store, alarm.id)) == [AGAIN, GONE]
    assert seen(store, key="8")
    with store.read() as unit:
        (again,) = unit.sightings.untold()
        assert unit.sightings.address(again.id) == ANN
        assert unit.sightings.there("server") == 1


def test_who_was_there_at_the_proof_is_no_news(store: Store) -> None:
    """Other people with the address; and who was taken for news before is none any more."""
    entered(store, ANN)
    with store.begin() as unit:
        mark, who = unit.ledger.hash(ANN), unit.sightings.who("server", "7")
        assert not unit.sightings.note(mark, "server", who, known=True)
        assert unit.sightings.known("server", [mark]) == {(mark, who)}
    assert not seen(store)
    assert seen(store, key="8")
    with store.begin() as unit:
        unit.sightings.note(mark, "server", unit.sightings.who("server", "8"), known=True)
        assert unit.sightings.untold() == []


def test_decided_is_decided(store: Store) -> None:
    """The ticket holds the address from then on, or nobody does."""
    entered(store, ANN, BEN)
    seen(store)
    seen(store, BEN)
    with store.begin() as unit:
        alarm = unit.sightings.sound(unit.sightings.untold())
        one, other = unit.sightings.to_decide(alarm.id)
        unit.sightings.planned(one.id, "t1")
        assert unit.sightings.consents(other.hash) == [alarm.id]
        assert unit.sightings.to_decide(alarm.id) == []
        assert unit.sightings.get(one.id).ticket_id == "t1"
    assert sorted(states(store, alarm.id)) == [CONSENT, "planned"]
    with store.read() as unit, pytest.raises(Purged):
        unit.sightings.address(one.id)
    with store.begin() as unit:
        assert unit.sightings.over("r1") == [alarm.id]
    assert sorted(states(store, alarm.id)) == [CONSENT, GONE]
    assert KNOWN not in states(store, alarm.id)


def test_a_system_that_cannot_list_is_remembered_as_such(store: Store) -> None:
    """Until it can."""
    with store.begin() as unit:
        unit.sightings.looked("files", None, 0)
        unit.sightings.looked("server", 12, 0)
        assert unit.sightings.blind() == ["files"]
        unit.sightings.looked("files", 3, 0)
        assert unit.sightings.blind() == []


def test_a_copy_brings_back_what_a_restored_database_has_lost(store: Store) -> None:
    """Entries that are missing, and what became of those that are there; a second time nothing more."""
    entered(store, ANN, BEN)
    with store.begin() as unit:
        unit.ledger.lift(unit.ledger.hash(BEN), "UHUGO", date(2026, 11, 23), "shop")
        copy = list(unit.ledger.rows())
        unit.ledger.forget(unit.now + timedelta(days=1))
        unit.ledger.enter("r1", "DPE-2026-0001", [BEN])
    with store.begin() as unit:
        assert [unit.ledger.restore(each) for each in copy] == [True, True]
        assert [unit.ledger.restore(each) for each in copy] == [False, False]
        assert (unit.ledger.erased(ANN), unit.ledger.erased(BEN)) == (True, False)
        assert list(unit.ledger.rows()) == copy
