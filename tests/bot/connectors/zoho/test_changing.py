"""Correction, restriction and the stop of advertising: exactly so far, no workflow set off, and back again."""

from typing import Any

import pytest

from bot.connectors import Change
from bot.errors import PlanChanged, Refused, Temporary
from bot.law import Right
from bot.sandbox.company import MARA, READER
from bot.workflow import Act, Line
from tests.fixtures.zoho import Service

KEY = "ticket:crm:step:1"


def proposed(zoho: Service, **wishes: str) -> list[Change]:
    return zoho.connect().propose(zoho.found(MARA), wishes)


def test_a_wish_becomes_a_change_in_each_module_that_has_the_field(zoho: Service) -> None:
    """By the house's words; what is so already is no change; a converted lead is told to be out of reach."""
    changes = proposed(zoho, city="Bern", first_name="Mara", phone="+41 44 555 01 01", nickname="Mari")
    by_place = {(each.place, each.name): each for each in changes}
    change = by_place["Contacts", "Mailing_City"]
    assert (change.word, change.label, change.old, change.new, change.refused) == (
        "city", "Mailing City", "Winterthur", "Bern", "",
    )  # fmt: skip
    assert "converted" in by_place["Leads", "City"].refused
    assert {*by_place} == {("Contacts", "Mailing_City"), ("Leads", "City"), ("Callbacks", "Phone")}


@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        ("email", "not an address", "not an e-mail address"),
        ("phone", "ring me", "not a telephone number"),
        ("born_on", "2. Februar", "not a date"),
        ("last_name", "", "must not be empty"),
        ("salutation", "Her Majesty", "not one of: Mr., Mrs."),
        ("first_name", "M" * 41, "longer than the 40"),
        ("language", "Klingon", "not one of: German"),
        ("hearing", "fine", "hidden"),
        ("since", "2020-01-01", "does not let"),
    ],
)
def test_what_a_field_will_not_take_is_told_before(zoho: Service, word: str, value: str, why: str) -> None:
    """In words without the value; nothing is sent."""
    words = {"language": ["Newsletter_Language"], "hearing": ["Hearing"], "since": ["Created_Time"]}
    crm = zoho.connect(words=words)
    (change,) = (each for each in crm.propose(zoho.found(MARA), {word: value}) if each.place == "Contacts")
    assert why in change.refused
    assert value not in change.refused or not value
    assert crm.correct(zoho.found(MARA), [change], KEY) == {}


def test_choices_dates_and_flags_arrive_in_zoho_s_own_form(zoho: Service) -> None:
    """And no workflow runs."""
    words = {"language": ["Newsletter_Language"], "no_mail": ["Email_Opt_Out"]}
    crm, found = zoho.connect(words=words), zoho.found(MARA)
    wishes = {"language": "French", "born_on": "1952-03-04", "no_mail": "yes", "second_email": ""}
    changes = [each for each in crm.propose(found, wishes) if not each.refused]
    assert crm.correct(found, changes, KEY) == {"Contacts": 4}
    row = zoho.record("Contacts", First_Name="Mara")
    assert (row["Newsletter_Language"], row["Date_of_Birth"], row["Secondary_Email"]) == ("French", "1952-03-04", None)
    assert row["Email_Opt_Out"] is True
    assert zoho.book.state.workflows == []


def test_a_change_beside_ours_is_kept(zoho: Service) -> None:
    """Of two fields of one record one has a third value: nothing is written, not even the other."""
    crm, found = zoho.connect(), zoho.found(MARA)
    changes = [each for each in proposed(zoho, city="Bern", street="Aareweg 1") if not each.refused]
    mara = zoho.record("Contacts", First_Name="Mara")
    mara["Mailing_City"] = "Thun"
    with pytest.raises(PlanChanged):
        crm.correct(found, changes, KEY)
    assert (mara["Mailing_City"], mara["Mailing_Street"]) == ("Thun", "Ahornweg 4")


def test_a_record_of_somebody_else_s_is_not_corrected(zoho: Service) -> None:
    """Whatever a change says."""
    other = zoho.record("Contacts", First_Name="Reto")["id"]
    change = Change("crm", "Contacts", other, "Mailing_City", "city", "City", None, "Bern")
    with pytest.raises(PlanChanged):
        zoho.connect().correct(zoho.found(MARA), [change], KEY)


def test_a_correction_of_the_address_follows(zoho: Service) -> None:
    """The old one finds nobody there any more, the reference still does."""
    crm, found = zoho.connect(), zoho.found(READER)
    changes = crm.propose(found, {"email": "lena.new@example.org"})
    crm.correct(found, changes, KEY)
    assert crm.find([READER]) == []
    assert crm.prove(Right.CORRECTION, found, [READER], [], changes) == []
    assert crm.plan(Right.DELETION, found)


def test_a_restricted_record_can_be_corrected_and_stays_restricted(zoho: Service) -> None:
    """Our lock is off for the moment of the change."""
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.RESTRICTION, found)
    crm.restrict(found, lines, KEY)
    changes = [each for each in proposed(zoho, city="Bern") if not each.refused]
    crm.correct(found, changes, KEY)
    assert crm.prove(Right.CORRECTION, found, [], [], changes) == []
    assert crm.prove(Right.RESTRICTION, found, [], lines) == []


def test_a_correction_that_dies_between_change_and_lock_does_not_open_the_record(zoho: Service) -> None:
    """Done again, there is nothing left to change, and the lock is on."""
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.RESTRICTION, found)
    crm.restrict(found, lines, KEY)
    changes = [each for each in proposed(zoho, city="Bern") if not each.refused]
    zoho.wire.fails_when = lambda method, path: method == "POST" and "Locking" in path
    with pytest.raises(Temporary):
        crm.correct(found, changes, KEY)
    zoho.wire.fails_when = None
    assert zoho.book.state.locks == {}
    crm.correct(found, changes, KEY)
    assert crm.prove(Right.RESTRICTION, found, [], lines) == []
    assert zoho.record("Contacts", First_Name="Mara")["Mailing_City"] == "Bern"


def test_a_restriction_locks_where_zoho_can_and_is_a_task_where_not(zoho: Service) -> None:
    """No e-mails, the basis says why; a lead that was converted is only stored and needs nothing."""
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.RESTRICTION, found)
    assert [(line.place, line.act, line.count) for line in lines] == [
        ("Callbacks", Act.TASK, 1), ("Contacts", Act.RESTRICT, 1),
    ]  # fmt: skip
    assert crm.restrict(found, lines, KEY) == {"Contacts": 1}
    mara = zoho.record("Contacts", First_Name="Mara")
    assert mara["Email_Opt_Out"] is True
    assert mara["Data_Processing_Basis_Details"]["Contact_Through_Email"] is False
    assert "GDPR" in zoho.book.state.locks[mara["id"]]["Locked_Reason__s"]


@pytest.mark.parametrize("before", [False, True])
def test_after_a_restriction_it_is_as_it_was(zoho: Service, before: bool) -> None:
    """Who had said no to e-mails before still says no."""
    mara = zoho.record("Contacts", First_Name="Mara")
    mara["Email_Opt_Out"] = before
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.RESTRICTION, found)
    crm.restrict(found, lines, KEY)
    crm.restrict(found, lines, KEY)
    zoho.connect().lift(found, lifting(lines), KEY)
    assert (mara["Email_Opt_Out"], mara["Data_Processing_Basis_Details"]) == (before, None)
    assert zoho.book.state.locks == {}
    assert not any(name.startswith("zoho:before:") for name in zoho.shelf.values)


def lifting(lines: list[Line]) -> list[Line]:
    own = [line for line in lines if line.act == Act.RESTRICT]
    return [Line(line.system, line.place, Act.LIFT, line.count, line.category) for line in own]


def test_an_objection_during_a_restriction_outlives_it(zoho: Service) -> None:
    """The advertising does not begin again by itself."""
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.RESTRICTION, found)
    crm.restrict(found, lines, KEY)
    crm.stop_marketing(found, crm.plan(Right.OBJECTION, found), KEY)
    crm.lift(found, lifting(lines), KEY)
    assert zoho.record("Contacts", First_Name="Mara")["Email_Opt_Out"] is True
    assert zoho.book.state.locks == {}


def test_a_lock_of_somebody_else_s_stays(zoho: Service) -> None:
    """Neither changed nor taken off by us."""
    mara = zoho.record("Contacts", First_Name="Mara")
    lock: dict[str, Any] = {"id": "1", "Locked_Reason__s": "Under audit."}
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.RESTRICTION, found)
    crm.restrict(found, lines, KEY)
    zoho.book.state.locks[mara["id"]] = lock
    crm.lift(found, lifting(lines), KEY)
    assert zoho.book.state.locks[mara["id"]] == lock
    with pytest.raises(Refused, match="RECORD_LOCKED"):
        crm.correct(found, [each for each in proposed(zoho, city="Bern") if not each.refused], KEY)


def test_an_objection_is_said_where_there_is_a_field_for_it(zoho: Service) -> None:
    """And a task where there is none; the records stay, to show it."""
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.OBJECTION, found)
    assert {(line.place, line.act) for line in lines} == {("Contacts", Act.STOP), ("Callbacks", Act.TASK)}
    assert crm.stop_marketing(found, lines, KEY) == {"Contacts": 1}
    assert crm.prove(Right.OBJECTION, found, [], lines) == []
    assert zoho.book.state.workflows == []
    zoho.record("Contacts", First_Name="Mara")["Email_Opt_Out"] = False
    assert [line.count for line in crm.prove(Right.OBJECTION, found, [], lines)] == [1]


def test_a_lie_about_a_change_is_found_out(zoho: Service) -> None:
    """F33: “SUCCESS”, and the record is as it was."""
    crm, found = zoho.connect(), zoho.found(MARA)
    changes = [each for each in proposed(zoho, city="Bern") if not each.refused]
    lines = crm.plan(Right.RESTRICTION, found)
    zoho.wire.cause("lie", "(PUT|POST .*Locking)", 50)
    crm.correct(found, changes, KEY)
    crm.restrict(found, lines, KEY)
    assert [line.count for line in crm.prove(Right.CORRECTION, found, [], [], changes)] == [1]
    assert [line.count for line in crm.prove(Right.RESTRICTION, found, [], lines)] == [1]
