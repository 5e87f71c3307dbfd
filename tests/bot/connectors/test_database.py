"""The database connector on SQLite and PostgreSQL: a person is found, planned, exported, erased and proved gone."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from decimal import Decimal

import pytest

from bot.connectors import Found, NotSeen, Seen
from bot.connectors.database import Database
from bot.connectors.ground import reflect
from bot.errors import Misconfigured, PlanChanged, Refused, Temporary, Unsupported
from bot.law import Right
from bot.sandbox import company as people
from bot.workflow import Act, Line
from tests.fixtures.company import TODAY, CompanyDatabase, company_map

LUIS = "luisg@embraer.com.br"


def counts(lines):
    """(table, act) → rows, all lower case and without underscores, so both dialects of a schema read alike."""
    return {(line.place.lower().replace("_", ""), str(line.act)): line.count for line in lines}


# -- Chinook ------------------------------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize("address", [LUIS, LUIS.upper(), f"  {LUIS.title()}\t\n", f"\u00a0{LUIS}"])
def test_a_customer_is_found_in_any_letter_case(chinook: CompanyDatabase, address: str):
    """One customer, seven invoices, thirty-eight lines: whatever way the address is written."""
    server = chinook.connect()
    (found,) = server.find([address])
    assert found.key.lower() == "customer:1"
    assert found.addresses == (LUIS,)
    assert counts(server.plan(Right.ACCESS, found)) == {
        ("customer", "export"): 1, ("invoice", "export"): 7, ("invoiceline", "export"): 38,
    }  # fmt: skip


@pytest.mark.shared
def test_the_map_of_the_sample_database_fits(chinook: CompanyDatabase):
    """No fault on either database."""
    assert chinook.connect().lint() == []


@pytest.mark.shared
def test_vouchers_are_kept_and_the_customer_becomes_nobody(chinook: CompanyDatabase):
    """Invoices stay ten years with their legal ground; the customer's row names nobody; no other row changes."""
    before = chinook.everything()
    server, found, plan = chinook.planned(LUIS)
    assert counts(plan) == {("customer", "anonymise"): 1, ("invoice", "keep"): 7, ("invoiceline", "keep"): 38}
    kept = [line for line in plan if line.act == Act.KEEP]
    assert {(line.basis, line.until) for line in kept} == {("Code of Obligations art. 958f", "2035-12-31")}

    assert list(server.erase(found, plan, "key").values()) == [1]

    assert server.find([LUIS]) == []
    assert server.prove(Right.DELETION, found, [LUIS], plan) == []
    after = chinook.everything()
    changed = {name: Counter(before[name]) - Counter(after[name]) for name in before}
    assert {name: sum(rows.values()) for name, rows in changed.items() if rows} == {found.key.split(":")[0]: 1}
    (row,) = (row for rows in after.values() for row in rows if "erased-1@invalid.example" in row)
    assert "Luís" not in row
    assert "Brazil" in row


@pytest.mark.shared
def test_the_customers_agent_is_another_person(chinook: CompanyDatabase):
    """Nobody follows SupportRepId upwards; an employee is found by his own address, and kept on his own ground."""
    server = chinook.connect()
    (found,) = server.find(["jane@chinookcorp.com"])
    assert found.key.lower() == "employee:3"
    assert counts(server.plan(Right.ACCESS, found)) == {("employee", "export"): 1}
    assert counts(server.plan(Right.DELETION, found)) == {("employee", "keep"): 1}


@pytest.mark.shared
def test_old_vouchers_go_when_their_ground_has_ended(chinook: CompanyDatabase):
    """After the end of 2033 the invoices of 2023 and before are deleted with their lines, the others stay."""
    chinook.now = TODAY.replace(year=2034)
    server, found, plan = chinook.planned(LUIS)
    acts = counts(plan)
    assert acts[("invoice", "delete")] + acts[("invoice", "keep")] == 7
    assert acts[("invoiceline", "delete")] + acts[("invoiceline", "keep")] == 38
    done = server.erase(found, plan, "key")
    assert sum(done.values()) == 1 + acts[("invoice", "delete")] + acts[("invoiceline", "delete")]
    assert server.prove(Right.DELETION, found, [LUIS], plan) == []


# -- the sandbox company ------------------------------------------------------------------------------------------


def test_mara_is_exported_whole_and_exactly(company: CompanyDatabase):
    """Every table of hers, columns with words, no secret, no key of ours, numbers and pictures as they are."""
    server = company.connect()
    tables = {table.name: table for table in server.export(company.one(people.MARA))}
    assert {name: len(table.rows) for name, table in tables.items()} == {
        "account": 1, "address": 1, "licence": 2, "invoice": 5, "invoice_line": 10, "support_ticket": 1,
        "newsletter": 1, "login_log": 9,
    }  # fmt: skip
    account = tables["account"]
    row = dict(zip(account.columns, account.rows[0], strict=True))
    assert row["email"] == people.MARA
    assert row["born_on"] == "1951-02-02"
    assert row["photo"].startswith(b"\x89PNG")
    assert "password_hash" not in row
    assert account.label == "Customer account"
    assert account.labels["born_on"] == "Date of birth"
    totals = {Decimal(str(value)) for value in (row[3] for row in tables["invoice"].rows)}
    assert all(total == round(total, 2) for total in totals)


def test_many_rows_come_a_few_hundred_at_a_time(company: CompanyDatabase):
    """1,200 sign-ins: counted in one line of the plan, copied in order and in pieces, from one picture."""
    company.sql("DELETE FROM login_log WHERE account_id = 1")
    company.sql(
        "INSERT INTO login_log (id, account_id, at, ip, browser, succeeded) WITH RECURSIVE n(i) AS (SELECT 100000 UNION "
        "ALL SELECT i + 1 FROM n WHERE i < 101199) SELECT i, 1, at, ip, browser, succeeded FROM n, "
        "(SELECT at, ip, browser, succeeded FROM login_log LIMIT 1) one"
    )
    server, mara = company.connect(), company.one(people.MARA)
    assert {line.place: line.count for line in server.plan(Right.ACCESS, mara)}["login_log"] == 1200
    pieces = [table for table in server.export(mara) if table.name == "login_log"]
    assert [len(each.rows) for each in pieces] == [500, 500, 200]
    assert len({repr(each).partition("rows")[0] for each in pieces}) == 1
    copying = server.export(mara)
    next(copying)
    if company.kind == "postgresql":  # of a SQLite file, whoever copies keeps writers out
        company.sql("DELETE FROM login_log WHERE account_id = 1")
    assert sum(len(table.rows) for table in copying if table.name == "login_log") == 1200


def test_jonas_in_capital_letters_is_found_and_erased(company: CompanyDatabase):
    """Stored in capitals with spaces around, asked for in small letters: found, erased, proved."""
    server, found, plan = company.planned(people.JONAS)
    assert found.addresses == (people.JONAS.upper(),)
    server.erase(found, plan, "key")
    assert server.find([people.JONAS, people.JONAS.upper()]) == []
    assert server.prove(Right.DELETION, found, [people.JONAS], plan) == []
    assert not [row for rows in company.everything().values() for row in rows if "Altherr" in repr(row)]


def test_a_person_nobody_knows_is_nobody(company: CompanyDatabase):
    """No hit, and none for pieces of an address or for wildcards either."""
    server = company.connect()
    assert server.find([people.NOBODY]) == []
    assert server.find(["mara.lindt", "@example.com", "%", "mara_lindt@example.com", ""]) == []
    assert server.find([]) == []


def test_two_people_on_one_address_are_two(company: CompanyDatabase):
    """Never merged: whoever asks for both gets two people, and a human decides."""
    found = company.connect().find([people.COUPLE])
    assert [each.key for each in found] == ["account:4", "account:5"]


def test_of_two_people_on_one_address_only_the_one_meant_is_erased(company: CompanyDatabase):
    """When the human has decided, the other one stays and the plan says so."""
    server = company.connect()
    first, second = server.find([people.COUPLE])
    plan = server.plan(Right.DELETION, first)
    assert Line("server", "account", Act.KEEP, 1, "Customer data", "also belongs to another person") in plan
    server.erase(first, plan, "key")
    assert server.find([people.COUPLE]) == [second]
    assert server.prove(Right.DELETION, first, [people.COUPLE], plan) == []


def test_one_person_on_two_addresses_is_one(company: CompanyDatabase):
    """Both addresses on file lead to one Found that carries both."""
    (found,) = company.connect().find(["mara@lindt-klang.example", people.MARA])
    assert found.addresses == (people.MARA, "mara@lindt-klang.example")


def test_somebody_known_only_to_the_newsletter_is_somebody(company: CompanyDatabase):
    """Found by her address alone, erased, and then unknown."""
    server, found, plan = company.planned(people.READER.upper())
    assert (found.key, found.addresses) == ("newsletter:3", (people.READER,))
    assert counts(plan) == {("newsletter", "delete"): 1}
    assert server.erase(found, plan, "key") == {"newsletter": 1}
    assert server.find([people.READER]) == []
    assert server.prove(Right.DELETION, found, [people.READER], plan) == []


def test_a_household_keeps_its_address_until_the_last_has_gone(company: CompanyDatabase):
    """Mara and Reto share a row: it stays with her erasure and goes with his."""
    server, mara, plan = company.planned(people.MARA)
    assert Line("server", "address", Act.KEEP, 1, "Customer data", "also belongs to another person") in plan
    server.erase(mara, plan, "key")
    assert server.prove(Right.DELETION, mara, [people.MARA], plan) == []
    server, reto, plan = company.planned(people.RETO)
    assert counts(plan)[("address", "delete")] == 1
    server.erase(reto, plan, "key")
    assert company.sql("SELECT count(*) FROM address WHERE id = 1") == [(0,)]


def test_free_text_loses_the_person_and_keeps_its_sense(company: CompanyDatabase):
    """Name and address are struck out of what she wrote, the question itself stays."""
    server, mara, plan = company.planned(people.MARA)
    server.erase(mara, plan, "key")
    ((subject, body, opened),) = company.sql("SELECT subject, body, opened_at FROM support_ticket WHERE account_id = 1")
    assert subject == "Camera and two loudspeakers ([erased])"
    assert "gesture camera loses my left hand" in body
    assert not [word for word in ("Mara", "Lindt", people.MARA) if word.lower() in body.lower()]
    assert str(opened).startswith("2026-02-01")


def test_done_twice_changes_nothing_more(company: CompanyDatabase):
    """The second run of the same step answers the same and touches nothing."""
    server, mara, plan = company.planned(people.MARA)
    first = server.erase(mara, plan, "key")
    after = company.everything()
    assert server.erase(mara, plan, "key") == first
    assert company.everything() == after


def test_the_probe_tells_before_from_after(company: CompanyDatabase):
    """Before the run nothing is seen, after it everything; the counts are those of the run."""
    server, mara, plan = company.planned(people.MARA)
    assert server.erased(mara, plan, "key") == NotSeen()
    done = server.erase(mara, plan, "key")
    assert server.erased(mara, plan, "key") == Seen(done)


def test_the_probe_cannot_tell_when_others_have_been_at_the_rows(company: CompanyDatabase):
    """Half of it gone by another hand is neither done nor undone: a person decides."""
    server, mara, plan = company.planned(people.MARA)
    company.sql("DELETE FROM licence WHERE account_id = 1")
    assert server.erased(mara, plan, "key") is None


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO newsletter VALUES (99, 'Mara.Lindt@example.com', 'releases', '2026-01-01 00:00:00', 'wanted', false)",
        "DELETE FROM licence WHERE account_id = 1",
        "UPDATE account SET address_id = 3 WHERE id = 2",
        "UPDATE invoice SET issued_on = '2026-11-01' WHERE account_id = 1",
    ],
    ids=["one more", "some fewer", "no longer shared", "kept longer"],
)
def test_a_plan_that_no_longer_fits_is_not_run(company: CompanyDatabase, change: str):
    """Between approval and run the data changed: nothing is done, and the difference names places, not values."""
    server, mara, plan = company.planned(people.MARA)
    company.sql(change)
    before = company.everything()
    with pytest.raises(PlanChanged) as told:
        server.erase(mara, plan, "key")
    assert company.everything() == before
    assert "mara" not in str(told.value).lower()


def test_the_ground_of_what_is_kept_is_part_of_the_plan(company: CompanyDatabase):
    """A plan approved with another date of end is not this plan."""
    server, mara, plan = company.planned(people.MARA)
    forged = [line if line.until is None else Line(*list(vars(line).values())[:-1], "2026-12-31") for line in plan]  # type: ignore[arg-type]
    with pytest.raises(PlanChanged):
        server.erase(mara, forged, "key")


def test_a_delete_wider_than_previewed_is_rolled_back(company: CompanyDatabase):
    """The key of a table turns out not to be unique: the statement touches more rows than counted, and nothing stays done."""
    server, mara, plan = company.planned(people.MARA)
    table = company.table("login_log")
    table["key"] = "succeeded"
    server = company.connect()
    server._surveyed = (float("inf"), *_ground(company, server))  # as if the survey had missed it
    server._register = lambda connection, **_: type(server)._register(server, connection)  # type: ignore[method-assign]
    before = company.everything()
    plan = server.plan(Right.DELETION, mara)
    with pytest.raises(Refused, match="touched"):
        server.erase(mara, plan, "key")
    assert company.everything() == before


def _ground(company: CompanyDatabase, server):
    with server._reach.reading() as connection:
        return reflect(connection, None), []


def test_rows_that_hide_from_the_run_roll_it_back(company: CompanyDatabase):
    """A trigger keeps a row from being deleted (F33): the count differs, and all is as before."""
    if company.kind == "sqlite":
        company.sql(
            "CREATE TRIGGER stay BEFORE DELETE ON licence WHEN old.active BEGIN SELECT raise(IGNORE); END"
        )
    else:
        company.sql("CREATE FUNCTION stay() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql")
        company.sql("CREATE TRIGGER stay BEFORE DELETE ON licence FOR EACH ROW EXECUTE FUNCTION stay()")
    server, mara, plan = company.planned(people.MARA)
    before = company.everything()
    with pytest.raises(Refused):
        server.erase(mara, plan, "key")
    assert company.everything() == before


def test_a_mask_that_does_not_hold_rolls_everything_back(company: CompanyDatabase):
    """Something in the database writes the name back: seen before the commit, nothing stays done."""
    if company.kind == "sqlite":
        company.sql(
            "CREATE TRIGGER back AFTER UPDATE OF first_name ON account BEGIN "
            "UPDATE account SET first_name = old.first_name WHERE id = old.id; END"
        )
    else:
        company.sql(
            "CREATE FUNCTION back() RETURNS trigger AS 'BEGIN NEW.first_name := OLD.first_name; RETURN NEW; END' LANGUAGE plpgsql"
        )
        company.sql("CREATE TRIGGER back BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION back()")
    server, mara, plan = company.planned(people.MARA)
    before = company.everything()
    with pytest.raises(Refused, match="rolled back"):
        server.erase(mara, plan, "key")
    assert company.everything() == before


def test_a_far_side_that_lies_is_caught_by_the_second_look(company: CompanyDatabase):
    """Nothing was erased although the run says so (F33): the proof lists every table with its rows."""
    server, mara, plan = company.planned(people.MARA)
    left = server.prove(Right.DELETION, mara, [people.MARA], plan)
    assert counts(left) == {
        ("account", "anonymise"): 1, ("supportticket", "anonymise"): 1, ("licence", "delete"): 2,
        ("newsletter", "delete"): 1, ("loginlog", "delete"): 9, ("invoice", "delete"): 2, ("invoiceline", "delete"): 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("INSERT INTO newsletter VALUES (99, ' MARA.LINDT@Example.com ', 'releases', '2026-01-01 00:00:00', 'wanted', false)", "newsletter delete 1"),
        ("UPDATE account SET second_email = 'mara.lindt@example.com' WHERE id = 30", "account anonymise 1"),
        ("UPDATE account SET phone = '+41 44 555 01 01' WHERE id = 1", "account anonymise 1"),
        ("UPDATE support_ticket SET body = 'Yes, mara.lindt@example.com!' WHERE account_id = 1", "support_ticket anonymise 1"),
        ("INSERT INTO login_log VALUES (999, 1, '2026-11-01 00:00:00', '203.0.113.9', null, true)", "login_log delete 1"),
        ("DELETE FROM invoice_line WHERE id = (SELECT max(il.id) FROM invoice_line il JOIN invoice i ON i.id = il.invoice_id WHERE i.account_id = 1)", "invoice_line keep 1"),
    ],
)  # fmt: skip
def test_whatever_comes_back_after_the_run_is_a_remainder(company: CompanyDatabase, change: str, left: str):
    """Each kind of trace alone keeps the proof from holding."""
    server, mara, plan = company.planned(people.MARA)
    server.erase(mara, plan, "key")
    assert server.prove(Right.DELETION, mara, [people.MARA], plan) == []
    company.sql(change)
    (line,) = server.prove(Right.DELETION, mara, [people.MARA], plan)
    assert f"{line.place} {line.act} {line.count}" == left


def test_the_proof_of_an_access_notices_rows_the_package_has_not(company: CompanyDatabase):
    """Counted again by other queries; a licence more than exported is a remainder, one fewer is not."""
    server = company.connect()
    (mara,) = server.find([people.MARA])
    plan = server.plan(Right.ACCESS, mara)
    assert server.prove(Right.ACCESS, mara, [people.MARA], plan) == []
    company.sql("INSERT INTO licence VALUES (999, 1, 'Hall Designer', 'TS-X', 1, '2026-11-01', true)")
    company.sql("DELETE FROM login_log WHERE account_id = 1")
    assert counts(server.prove(Right.ACCESS, mara, [people.MARA], plan)) == {("licence", "export"): 1}


def test_nine_hundred_sign_ins_go_in_blocks(company: CompanyDatabase):
    """More keys than fit in one statement: every one of them goes."""
    values = ", ".join(f"({n}, 1, '2026-11-01 00:00:00', '203.0.113.9', null, true)" for n in range(1000, 2200))
    company.sql(f"INSERT INTO login_log VALUES {values}")
    server, mara, plan = company.planned(people.MARA)
    assert server.erase(mara, plan, "key")["login_log"] == 1209


def test_what_the_connector_cannot_do_it_says(company_file: CompanyDatabase):
    """Where the map declares no column for it, correction, restriction and the review are a person's task."""
    for table in company_file.config["tables"]:
        table.pop("restrict")
        for column in table["columns"].values():
            column.pop("correct", None)
    del company_file.config["activity"]
    server = company_file.connect()
    found = company_file.one(people.MARA)
    for ask in (
        lambda: server.plan(Right.CORRECTION, found),
        lambda: server.plan(Right.RESTRICTION, found),
        lambda: server.propose(found, {"city": "Bern"}),
        lambda: server.idle(TODAY.date(), "", 10),
    ):
        with pytest.raises(Unsupported):
            ask()


# -- hostile input (T22) ------------------------------------------------------------------------------------------

HOSTILE = [
    "' OR '1'='1", "'; DROP TABLE account; --", '" OR ""="', "mara.lindt@example.com' --", "%", "_", "%@%", "*", "\\",
    "\0", "mara.lindt@example.com\0", "a" * 100_000, "=1+1", "{key}", "%(email)s", ":email", "$1", "?", "%s", "${x}",
    "\ud800", "\udcff@example.com", "'||(SELECT password_hash FROM account)||'", "1; DELETE FROM account",
    "mara.lindt@example.com; --", "mara.lindt@example.com/*", "\u202emoc.elpmaxe@tdnil.aram", "m\u0430ra.lindt@example.com",
]  # fmt: skip
KEYS = [
    "account:1 OR 1=1", "account:", "account:1;DROP TABLE account", "account:'1'", "account:9" + "9" * 40, "account:-1",
    "account:None", "account:1.5", "account:\ud800", "account:\0", "accounts:1", 'account";--:1', "sqlite_master:1",
    "pg_class:1", ":", "", "invoice_line:1:2", "newsletter:' OR 1=1 --", "account:0x1", "account: 1", "account:+1", "account:0_1", "account:\uff11",
    "account:1e0", "account:\u202e1", "../account:1", "account%3A1", "account\n:1",
]  # fmt: skip


def test_a_hostile_address_is_nobodys(company: CompanyDatabase):
    """It is bound, never spliced: nobody is found and nothing changes."""
    before = company.everything()
    server = company.connect()
    for value in HOSTILE:
        assert server.find([value]) == [], repr(value[:40])
    assert company.everything() == before


def test_a_hostile_reference_leads_to_nobody(company: CompanyDatabase):
    """Refused, or a person of whom nothing is held; never another person's rows, never a change."""
    before = company.everything()
    server = company.connect()
    for key in KEYS:
        with suppress(Refused):
            assert server.plan(Right.DELETION, Found("server", key)) == [], repr(key)
            server.erase(Found("server", key), [Line("server", "account", Act.DELETE, 40)], "key")
    assert company.everything() == before


HOSTILE_NAMES = ['account"; DROP TABLE account; --', "account'--", "sqlite_master", "main.account", "pg_catalog.pg_user", "ACCOUNT", "account\0"]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_a_hostile_identifier_is_a_fault_of_the_map(company: CompanyDatabase, name: str):
    """Names reach a statement only if the live schema has them, to the letter."""
    company.table("newsletter")["name"] = name
    company.table("licence")["columns"][name] = {"label": "x", "export": False, "personal": False}
    server = company.connect()
    faults = " ".join(server.lint())
    assert f"no column {name}" in faults
    with pytest.raises(Refused, match="do not fit"):
        server.find([people.MARA])


# -- locks, threads, death ----------------------------------------------------------------------------------------


def test_two_runs_at_once_have_one_effect(company: CompanyDatabase):
    """Both answer with the counts of the one run that happened."""
    server, mara, plan = company.planned(people.MARA)
    answers: list[object] = []

    def run():
        while True:
            try:
                answers.append(server.erase(mara, plan, "key"))
            except Temporary:  # the other one holds the lock for long: the engine would try again, too
                continue
            else:
                return

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert server.prove(Right.DELETION, mara, [people.MARA], plan) == []


_RUN = """
import sys, tomllib, json
from datetime import datetime, UTC
from bot.connectors import Found
from bot.connectors.database import Database
from bot.workflow import Line, Act
config, url, key, addresses, lines = json.loads(sys.stdin.read())
server = Database(config, url, lambda: datetime(2026, 11, 22, 10, tzinfo=UTC))
lines = [Line(**{**line, "act": Act(line["act"])}) for line in lines]
server.erase(Found("server", key, tuple(addresses)), lines, "key")
"""


@pytest.mark.parametrize(("point", "done"), [("locked", False), ("changed", False), ("committed", True)])
def test_killed_in_the_middle_all_is_as_before_or_all_is_done(company: CompanyDatabase, point: str, done: bool):
    """kill -9 between change and commit leaves everything as it was; after the commit the probe sees it."""
    server, mara, plan = company.planned(people.MARA)
    before = company.everything()
    order = [company.config, company.url, mara.key, mara.addresses, [asdict(line) for line in plan]]
    killed = subprocess.run(
        [sys.executable, "-c", _RUN], input=json.dumps(order), text=True, timeout=60, check=False, capture_output=True,
        env={**os.environ, "SUBJECTLINE_CRASH_AT": f"database.{point}"},
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (company.everything() == before) is not done
    assert isinstance(server.erased(mara, plan, "key"), Seen if done else NotSeen)
    assert sum(server.erase(mara, plan, "key").values()) == 20
    assert server.prove(Right.DELETION, mara, [people.MARA], plan) == []


def test_an_address_of_another_kind_is_a_fault_of_the_configuration():
    """Neither SQLite nor PostgreSQL: said at once, without the address."""
    for url in ("mysql://root:hunter2@db/x", "nonsense", "", "sqlite://"):
        with pytest.raises(Misconfigured) as told:
            Database(company_map(), url, lambda: TODAY)
        assert "hunter2" not in str(told.value)
