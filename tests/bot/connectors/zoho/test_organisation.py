"""The block against the organisation, the looks over everybody, and the limits of the service."""

import dataclasses
import threading
from datetime import date
from typing import Any

import pytest

from bot.connectors import Outside
from bot.connectors.zoho import connector
from bot.errors import Misconfigured, Refused, Temporary, Unsupported
from bot.sandbox.company import JONAS, MARA, READER, RETO
from bot.sandbox.zoho import fields
from tests.fixtures.zoho import BLOCK, Service

# -- the block --------------------------------------------------------------------------------------------------------

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"Nowhere": {"erase": "delete"}}, "modules.Nowhere: Zoho CRM has no such module"),
    ({"Deals": {"erase": "anonymise", "masks": {"Name": "fixed"}}}, "there is no field Name"),
    ({"Deals": {"erase": "anonymise", "masks": {"Deal_Name": "null"}}}, "null on a column that is NOT NULL"),
    ({"Deals": {"erase": "anonymise", "masks": {"Created_Time": "year"}}}, "does not let this field be changed"),
    ({"Contacts": {"erase": "anonymise", "masks": {"Email": "fixed"}}}, "takes “null” or “keyed” only"),
    ({"Contacts": {"erase": "anonymise", "masks": {"Email": "null"}}}, "Secondary_Email holds an address"),
    ({"Tasks": {"erase": "anonymise", "masks": {"Status": "fixed"}}}, "none of the field's choices"),
    ({"Contacts": {"erase": "anonymise", "masks": {"Hearing": "null"}}}, "does not let this field be changed"),
    ({"Beta_Testers": {"named": ["Nickname"]}}, "there is no field Nickname"),
]


@pytest.mark.parametrize(("rules", "told"), FAULTS, ids=[told[:40] for _, told in FAULTS])
def test_what_does_not_fit_the_organisation_is_told(zoho: Service, rules: dict[str, Any], told: str) -> None:
    """Before anything of anybody's is touched."""
    assert told in " ".join(zoho.connect(modules=rules).lint())


def test_a_word_for_a_field_nobody_has_is_told(zoho: Service) -> None:
    """It would silently correct nothing."""
    assert zoho.connect(words={"city": ["Town"]}).lint() == ["words.city: no module has a field Town."]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"edition": "gold"}, "edition"),
        ({"colour": "blue"}, "colour is not known here"),
        ({"category": None}, "category"),
        ({"modules": {"Deals": {"erase": "anonymise"}}}, "names no masks"),
        ({"modules": {"Deals": {"erase": "keep"}}}, "names no ground"),
        ({"modules": {"Deals": {"erase": "delete", "keep": BLOCK["modules"]["Invoices"]["keep"]}}}, "does not keep"),
        ({"modules": {"Deals": {"erase": "anonymise", "masks": {"Deal_Name": "blur"}}}}, "is no mask"),
    ],
)
def test_a_block_that_cannot_be_read_says_why(zoho: Service, changes: dict[str, Any], told: str) -> None:
    """All at once, without a call."""
    env = zoho.far_side.environment()
    house = Outside(lambda name: env.get(name, ""), zoho.clock, zoho.shelf, lambda _: False)
    given = {name: value for name, value in {**BLOCK, **changes}.items() if value is not None}
    with pytest.raises(Misconfigured) as caught:
        connector(given, house)
    assert told in str(caught.value)
    assert zoho.wire.calls == []


def test_a_module_somebody_added_is_searched_by_itself(zoho: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes later at the latest, nobody having written anything."""
    crm = zoho.connect()
    assert crm.find(["vic@example.org"]) == []
    made = dataclasses.replace(fields.MODULES["Beta_Testers"], name="Visitors", plural="Visitors")
    monkeypatch.setitem(fields.MODULES, "Visitors", made)
    for held in (zoho.book.state.records, zoho.book.state.gone, zoho.book.state.index):
        held["Visitors"] = {} if held is not zoho.book.state.gone else []  # type: ignore[assignment]
    zoho.book.add("Visitors", Name="Vic Visitor", Email="vic@example.org")
    (found,) = zoho.connect().find(["vic@example.org"])
    assert found.key.startswith("Visitors:")


def test_no_name_that_the_organisation_does_not_know_is_ever_sent(zoho: Service) -> None:
    """A reference that was tampered with leads nowhere."""
    crm, found = zoho.connect(), zoho.found(MARA)
    strange = dataclasses.replace(found, key="../settings:1;Nowhere:2;Contacts:x", addresses=())
    with pytest.raises(Refused, match="no module"):
        crm.export(strange).__next__()
    assert not any("Nowhere" in call for call in zoho.wire.calls)


# -- everybody --------------------------------------------------------------------------------------------------------


def test_every_address_is_listed_page_by_page(zoho: Service) -> None:
    """Converted leads as well; more than a page, by its token."""
    for number in range(130):
        zoho.book.add("Beta_Testers", Name=f"Tester {number}", Email=f"t{number}@example.org")
    told = [each.lower() for each in zoho.connect().addresses()]
    assert {MARA, RETO, JONAS, READER, "mara@lindt-klang.example", "t129@example.org"} <= {*told}
    assert told.count(MARA) == 2  # the contact and the converted lead
    assert zoho.wire.calls.count("GET /crm/v8/Beta_Testers") == 2


def test_who_has_been_away_is_told_once_and_in_order(zoho: Service) -> None:
    """Somebody one of whose records is in use is not idle; a later page goes on where the last one ended."""
    for number in range(3):
        zoho.book.add("Contacts", Last_Name=f"Quiet{number}", Email=f"q{number}@example.org",
                      Last_Activity_Time=f"201{number}-05-01T10:00:00+02:00")  # fmt: skip
    zoho.book.add("Leads", Last_Name="Busy", Company="-", Email="busy@example.org",
                  Last_Activity_Time="2015-05-01T10:00:00+02:00")  # fmt: skip
    zoho.book.add("Contacts", Last_Name="Busy", Email="busy@example.org", Last_Activity_Time="2026-10-01T10:00:00+02:00")
    crm, seen, after = zoho.connect(), [], ""
    while page := crm.idle(date(2020, 11, 23), after, 2):
        seen += page
        after = page[-1].person.key
    assert [each.person.addresses[0].lower() for each in seen] == [
        "q0@example.org", "q1@example.org", "q2@example.org", JONAS,
    ]  # fmt: skip
    assert seen[1].last == date(2011, 5, 1)
    assert crm.idle(date(2010, 1, 1), "", 5) == []


def test_where_nothing_notes_activity_there_is_no_such_list(zoho: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It becomes a person's task."""
    for name in ("Contacts", "Leads"):
        module = fields.MODULES[name]
        kept = tuple(each for each in module.fields if each.name != "Last_Activity_Time")
        monkeypatch.setitem(fields.MODULES, name, dataclasses.replace(module, fields=kept))
    with pytest.raises(Unsupported):
        zoho.connect().idle(date(2020, 1, 1), "", 5)


# -- limits -----------------------------------------------------------------------------------------------------------


def test_no_more_calls_at_once_than_half_the_edition_allows(wired_zoho: Service) -> None:
    """Four at a time in two processes would still fit."""
    wired_zoho.far_side.latency_s = 0.01
    crm = wired_zoho.connect(wired=True, edition="standard")
    threads = [threading.Thread(target=crm.find, args=([MARA],)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert 1 < wired_zoho.far_side.most_at_once <= 5


def test_whoever_is_turned_away_waits_longer_each_time(zoho: Service) -> None:
    """429 comes without a Retry-After."""
    crm = zoho.connect()
    zoho.wire.cause("429", "settings/modules", 3, body={"code": "TOO_MANY_REQUESTS"})
    assert len(crm.find([MARA])) == 1
    assert zoho.waits == [0.5, 1.0, 2.0]
    zoho.wire.cause("429", "coql", 50, body={"code": "TOO_MANY_REQUESTS"})
    with pytest.raises(Temporary, match="TOO_MANY_REQUESTS"):
        crm.find([MARA])


def test_credits_that_are_used_up_are_waited_for(wired_zoho: Service) -> None:
    """The day's are gone: Temporary, whatever is asked."""
    crm = wired_zoho.connect(wired=True)
    wired_zoho.far_side.credits = 0
    with pytest.raises(Temporary):
        crm.find([MARA])
