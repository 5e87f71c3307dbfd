"""The copy: everything by its labels, files as files, and what is missing named."""

from collections.abc import Mapping

import pytest

from bot.connectors import File, Table
from bot.errors import Temporary
from bot.law import Right
from bot.sandbox.company import COUPLE, MARA, READER, RETO
from bot.sandbox.zoho.seeds import PHOTO
from bot.workflow import Act
from tests.fixtures.zoho import Service


def copy_of(zoho: Service, address: str = MARA) -> tuple[Mapping[str, Table], Mapping[str, File]]:
    pieces = list(zoho.connect().export(zoho.found(address)))
    tables = {each.name: each for each in pieces if isinstance(each, Table)}
    files = {each.name: each for each in pieces if isinstance(each, File)}
    return tables, files


def row(table: Table, number: int = 0) -> dict[str, object]:
    """One row in words."""
    return {table.labels[name]: value for name, value in zip(table.columns, table.rows[number], strict=True)}


def test_records_come_by_their_labels_with_what_the_policy_says(zoho: Service) -> None:
    """Exact values; lookups and choices in words; nothing of the service's own."""
    tables, _ = copy_of(zoho)
    contact = row(tables["Contacts"])
    assert {
        "First Name": "Mara", "Email": MARA, "Account Name": "Lindt Klang", "Date of Birth": "1951-02-02",
        "Email Opt Out": False,
    }.items() <= contact.items()  # fmt: skip
    assert row(tables["Leads"])["Instruments played"] == "Theremin"
    assert row(tables["Contacts.Machines"])["Serial"] == "TS-001-00"
    assert row(tables["Deals"])["Amount"] == 2490.0
    table = tables["Invoices"]
    assert (table.label, table.category, table.source) == ("Invoices", "Invoices", "You, and our people who spoke with you.")
    assert tables["Contacts"].category == "Customer relations"
    assert row(tables["Callbacks"])["Wish"] == "Afternoons, please."


def test_what_is_held_and_not_disclosed_is_named(zoho: Service) -> None:
    """Fields hidden from the API, and the names of employees; their values are nowhere."""
    tables, files = copy_of(zoho)
    withheld = tables["Contacts"].withheld
    assert "by hand" in withheld["Hearing"]
    assert "employee" in withheld["Owner"]
    assert "Ines Kramer" not in str({name: each.rows for name, each in tables.items()})
    assert "hearing aid" not in str(tables) + str(files)
    crm, found = zoho.connect(), zoho.found(MARA)
    tasks = {line.place: line for line in crm.plan(Right.ACCESS, found) if line.act == Act.TASK}
    assert "by hand" in tasks["Contacts"].words
    assert tasks["Links"].count == 1


def test_notes_history_and_links_come_as_tables(zoho: Service) -> None:
    """Old values are hers too; who changed them is not."""
    mara = zoho.record("Contacts", First_Name="Mara")
    zoho.book.change("Contacts", mara["id"], {"Mailing_City": "Bern"}, [])
    tables, _ = copy_of(zoho)
    assert [each[0] for each in tables["Notes"].rows] == ["Fair", "Reto"]
    changed = [each for each in tables["History"].rows if each[3] == "Mailing City"]
    assert [(each[4], each[5]) for each in changed] == [("Winterthur", "Bern")]
    assert row(tables["Links"])["Leads to"] == "https://studio.example/lindt"


def test_attachments_and_the_picture_come_as_they_are(zoho: Service) -> None:
    """Byte by byte; somebody looks at what may name others."""
    _, files = copy_of(zoho)
    (form,) = (each for name, each in files.items() if "order form" in name)
    assert b"".join(form.pieces).startswith(b"%PDF-1.4")
    assert form.look
    (picture,) = (each for name, each in files.items() if name.startswith("Photos/"))
    assert (b"".join(picture.pieces), picture.look) == (PHOTO, "")


def test_every_mail_is_a_file_with_its_head(zoho: Service) -> None:
    """Page by page, ten at a time; one that names a third person has to be looked at."""
    _, files = copy_of(zoho)
    mails = {name: b"".join(each.pieces).decode() for name, each in files.items() if name.startswith("Emails/")}
    assert len(mails) == 13
    first = mails["Emails/00001.txt"]
    assert first.startswith("Date: 2026-03-02")
    assert "Ines Kramer <ines@klangfinger.example>" in first
    assert first.endswith("Dear Mara, this is letter 1.")
    looked = [name for name, each in files.items() if name.startswith("Emails/") and each.look]
    assert looked == ["Emails/00012.txt"]
    assert "Copy to: Reto" in mails["Emails/00012.txt"]
    assert mails["Emails/00013.txt"] == "Subject: Nothing in it\n\n"


def test_mails_in_html_stay_so(zoho: Service) -> None:
    """Their head is escaped."""
    mail = zoho.book.state.emails[zoho.record("Contacts", First_Name="Mara")["id"]][0]
    mail.update(mail_format="html", subject="<b>Hello</b>", content="<p>Dear Mara</p>")
    _, files = copy_of(zoho)
    text = b"".join(files["Emails/00001.html"].pieces).decode()
    assert "&lt;b&gt;Hello" in text
    assert text.endswith("<p>Dear Mara</p>")


def test_files_are_fetched_when_they_are_wanted(zoho: Service) -> None:
    """A list of them costs no download; one that is gone meanwhile is Temporary and names nobody."""
    pieces = [each for each in zoho.connect().export(zoho.found(MARA)) if isinstance(each, File)]
    assert not any("/Attachments/" in call or "/photo" in call for call in zoho.wire.calls)
    zoho.wire.away = True
    for each in pieces[:1]:
        with pytest.raises(Temporary) as caught:
            list(each.pieces)
        assert "mara" not in str(caught.value).lower()


def test_what_she_gave_herself_is_marked_for_portability(zoho: Service) -> None:
    """Not what we noted about her; a company's own modules say which of theirs."""
    tables, _ = copy_of(zoho)
    assert {"Email", "First_Name", "Mailing_Street"} <= {*tables["Contacts"].provided}
    assert "Description" not in tables["Contacts"].provided
    assert not tables["Deals"].provided
    crm = zoho.connect(modules={"Beta_Testers": {"provided": ["Name", "Email"]}})
    (table,) = (each for each in crm.export(zoho.found(READER)) if isinstance(each, Table) and each.name == "Beta_Testers")
    assert table.provided == ("Name", "Email")


def test_the_copy_is_of_one_person(zoho: Service) -> None:
    """Nothing of the others who look like her; a person without anything more is a record and its history."""
    tables, _ = copy_of(zoho)
    assert len(tables["Contacts"].rows) == len(tables["Leads"].rows) == 1
    assert RETO not in str(tables["Contacts"].rows)
    reader, files = copy_of(zoho, READER)
    assert {*reader} == {"Beta_Testers", "History"}
    assert not files
    first, second = zoho.connect().find([COUPLE])
    names = [str(next(iter(zoho.connect().export(each))).rows) for each in (first, second)]  # type: ignore[union-attr]
    assert ("Ursina" in names[0]) != ("Ursina" in names[1])


def test_the_proof_sees_what_came_since(zoho: Service) -> None:
    """A note written after the plan is missing in the copy."""
    crm, found = zoho.connect(), zoho.found(MARA)
    lines = crm.plan(Right.ACCESS, found)
    assert crm.prove(Right.ACCESS, found, [MARA], lines) == []
    zoho.book.note(zoho.record("Contacts", First_Name="Mara")["id"], "Late", "One more.")
    assert [(line.place, line.count) for line in crm.prove(Right.ACCESS, found, [MARA], lines)] == [("Notes", 1)]
