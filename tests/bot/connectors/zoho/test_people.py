"""Who somebody is: in which modules, however late the index is, and when a person has to decide."""

from typing import Any

import pytest

from bot.connectors.zoho.people import tail
from bot.errors import Refused
from bot.law import Right
from bot.sandbox.company import COUPLE, JONAS, MARA, READER, RETO
from bot.workflow import Act
from tests.fixtures.zoho import Service

MAX = "max.muster@example.org"


def modules(zoho: Service, address: str, **changes: Any) -> list[list[str]]:
    """Of each person found: the modules of their records."""
    found = zoho.connect(**changes).find([address])
    return sorted(sorted(ref.partition(":")[0] for ref in each.key.split(";")) for each in found)


def test_a_person_is_all_their_records(zoho: Service) -> None:
    """A contact, the converted lead it came from, and a callback that knows only her name and number."""
    (mara,) = zoho.connect().find([MARA])
    numbers = [zoho.record("Contacts", First_Name="Mara")["id"], zoho.record("Leads", First_Name="Mara")["id"]]
    assert modules(zoho, MARA) == [["Callbacks", "Contacts", "Leads"]]
    assert all(number in mara.key for number in numbers)
    assert {each.lower() for each in mara.addresses} == {MARA, "mara@lindt-klang.example"}
    assert zoho.connect().find(["MARA@lindt-klang.example "]) == [mara]


def test_other_addresses_lead_to_the_rest_and_not_to_whoever_shares_them(zoho: Service) -> None:
    """Asked for under the second address, she is all of it; her studio's mailbox is Reto's as well."""
    zoho.book.add("Contacts", First_Name="Reto", Last_Name="Lindt", Email="mara@lindt-klang.example")
    zoho.book.add("Beta_Testers", Name="Studio", Email="mara@lindt-klang.example")
    (mara,) = zoho.connect().find([MARA])
    assert [ref.partition(":")[0] for ref in mara.key.split(";")] == ["Callbacks", "Contacts", "Leads"]
    assert len(zoho.connect().find(["mara@lindt-klang.example"])) == 3


def test_a_part_of_an_address_is_somebody_else(zoho: Service) -> None:
    """The search finds Tamara and Maraschi too."""
    found = {key for each in zoho.connect().find([MARA]) for key in each.key.split(";")}
    assert f"Contacts:{zoho.record('Contacts', First_Name='Tamara')['id']}" not in found
    assert f"Leads:{zoho.record('Leads', Last_Name='Maraschi')['id']}" not in found


def test_modules_of_the_company_s_own_are_searched(zoho: Service) -> None:
    """Whatever has a field for e-mail or telephone; companies are no people."""
    assert modules(zoho, READER) == [["Beta_Testers"]]
    assert modules(zoho, JONAS) == [["Leads"]]
    zoho.book.add("Accounts", Account_Name="Mara Lindt", Phone="+41 44 555 01 01")
    assert modules(zoho, MARA) == [["Callbacks", "Contacts", "Leads"]]


def test_a_module_can_be_waved_through(zoho: Service) -> None:
    """With a reason; then it is not searched."""
    ignored = {"modules": {"Beta_Testers": {"ignore": "only nicknames"}}}
    assert zoho.connect(**ignored).find([READER]) == []


def test_a_family_with_one_mailbox_is_several_people(zoho: Service) -> None:
    """Their given names differ: a person decides, nothing is merged."""
    assert modules(zoho, COUPLE) == [["Contacts"], ["Contacts"]]
    zoho.book.add("Beta_Testers", Name="The Brunners", Email=COUPLE)
    assert modules(zoho, COUPLE) == [["Beta_Testers"], ["Contacts"], ["Contacts"]]


@pytest.mark.parametrize(
    ("first", "second", "people"),
    [
        (("Max", "Muster"), ("Max", "Muster"), 1),
        (("Max", "Muster"), ("MAX", "Müster"), 1),
        (("Max", "Muster"), ("M.", "Muster"), 1),
        (("Max", "Muster"), (None, "Muster"), 1),
        (("Max", "Muster"), ("Moritz", "Muster"), 2),
        (("Max", "Muster"), ("Max", "Beispiel"), 2),
    ],
)
def test_names_tell_people_apart(zoho: Service, first: Any, second: Any, people: int) -> None:
    """Case, accents and initials do not speak against one person; another name does."""
    zoho.book.add("Contacts", First_Name=first[0], Last_Name=first[1], Email=MAX)
    zoho.book.add("Leads", First_Name=second[0], Last_Name=second[1], Email=MAX, Company="-")
    assert len(zoho.connect().find([MAX])) == people


def test_an_initial_that_fits_two_joins_neither(zoho: Service) -> None:
    """“J. Brunner” beside Jonas and Julia: three, and a person decides."""
    for first in ("J.", "Jonas", "Julia"):
        zoho.book.add("Contacts", First_Name=first, Last_Name="Brunner", Email=MAX)
    assert len(zoho.connect().find([MAX])) == 3


def test_one_field_for_the_name_is_read_too(zoho: Service) -> None:
    """Where the configuration says that it holds a name."""
    zoho.book.add("Contacts", First_Name="Max", Last_Name="Muster", Email=MAX)
    zoho.book.add("Beta_Testers", Name="Moritz Muster", Email=MAX)
    assert len(zoho.connect().find([MAX])) == 1
    assert len(zoho.connect(modules={"Beta_Testers": {"named": ["Name"]}}).find([MAX])) == 2


def test_a_record_made_a_moment_ago_is_found_before_the_index_knows_it(zoho: Service) -> None:
    """By COQL; one that is gone and still in the index is not."""
    reto = zoho.record("Contacts", First_Name="Reto")["id"]
    zoho.book.lags = True
    zoho.book.add("Leads", First_Name="Mara", Last_Name="Lindt", Email=MARA, Company="-")
    zoho.book.discard("Contacts", reto, workflows=False)
    assert modules(zoho, MARA) == [["Callbacks", "Contacts", "Leads", "Leads"]]
    assert zoho.connect().find([RETO]) == []


def test_an_address_with_a_quote_is_left_to_the_search(zoho: Service) -> None:
    """How COQL wants a quote written is nowhere documented."""
    address = "mo.o'hara@example.org"
    zoho.book.add("Contacts", First_Name="Mo", Last_Name="O'Hara", Email=address)
    assert modules(zoho, address) == [["Contacts"]]
    assert "POST /crm/v8/coql" not in zoho.wire.calls


def test_a_record_that_waits_for_an_approval_is_found(zoho: Service) -> None:
    """The plain search leaves it out."""
    zoho.book.add("Leads", First_Name="Max", Last_Name="Muster", Email=MAX, Company="-",
                  **{"$approval_state": "approval_process_pending"})  # fmt: skip
    assert modules(zoho, MAX) == [["Leads"]]
    assert modules(zoho, MAX, approval_states=[]) == []


def test_more_than_a_page_of_hits_is_read_to_its_end(zoho: Service) -> None:
    """Search and COQL give 200 at once."""
    for number in range(230):
        zoho.book.add("Beta_Testers", Name=f"Round {number}", Email=MAX)
    (found,) = zoho.connect().find([MAX])
    assert found.key.count(";") == 229


def test_a_number_alone_makes_nobody_the_same(zoho: Service) -> None:
    """Reto rings from the same telephone; somebody of the same name with another address is a question."""
    assert zoho.record("Contacts", First_Name="Reto")["id"] not in zoho.found(MARA).key
    other = zoho.book.add("Leads", First_Name="Mara", Last_Name="Lindt", Email="ml@example.net", Company="-",
                          Mobile="044 555 01 01")  # fmt: skip
    crm, found = zoho.connect(), zoho.found(MARA)
    assert other not in found.key
    (line,) = (each for each in crm.plan(Right.DELETION, found) if each.place == "Same name and number")
    assert (line.act, line.count) == (Act.TASK, 1)


@pytest.mark.parametrize(
    ("number", "end"),
    [("+41 44 555 01 01", "445550101"), ("0041445550101", "445550101"), ("044 555 01 01", "445550101"), ("117", "")],
)
def test_numbers_are_compared_by_their_end(number: str, end: str) -> None:
    """The country is written in several ways, and short numbers are nobody's."""
    assert tail(number) == end


def test_a_module_that_hides_its_addresses_is_told(zoho: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """“Nobody” would be no answer."""
    import dataclasses

    from bot.sandbox.zoho import fields

    module = fields.MODULES["Beta_Testers"]
    hidden = tuple(dataclasses.replace(each, hidden=each.name == "Email") for each in module.fields)
    monkeypatch.setitem(fields.MODULES, "Beta_Testers", dataclasses.replace(module, fields=hidden))
    with pytest.raises(Refused, match="hides the e-mail address of Beta_Testers"):
        zoho.connect().find([READER])
    assert "hides the e-mail address" in " ".join(zoho.connect().lint())


def test_an_address_that_is_none_finds_nobody(zoho: Service) -> None:
    """And asks nothing odd of anybody."""
    assert zoho.connect().find(["", "  ", "\x00@example.org"]) == []
