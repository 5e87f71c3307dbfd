"""Correction, restriction, objection, portability and the review in a company's database, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import date

import pytest

from bot.errors import PlanChanged, Refused
from bot.law import Right
from bot.sandbox import company as people
from bot.workflow import Act, Change, Line
from tests.fixtures.company import CompanyDatabase

NEW = "mara@neu.example"


def proposed(company: CompanyDatabase, address: str, **wishes: str) -> list[Change]:
    return company.connect().propose(company.one(address), wishes)


def one(company: CompanyDatabase, words: str) -> object:
    ((value,),) = company.sql(words)
    return value


# -- correction ---------------------------------------------------------------------------------------------------


def test_a_new_address_goes_where_the_old_one_stood(company: CompanyDatabase):
    """Account and newsletter, in small letters without space; who was found by the old one is found by the new one."""
    server, mara = company.connect(), company.one(people.MARA)
    changes = server.propose(mara, {"email": f" {NEW.title()} ", "birthday": "1951-03-02", "language": "fr"})
    assert {(each.record, each.name, each.new) for each in changes} == {
        ("account:1", "email", NEW), ("newsletter:1", "email", NEW), ("account:1", "born_on", "1951-03-02"),
    }  # fmt: skip
    assert not [each for each in changes if each.refused]
    assert server.correct(mara, changes, "key") == {"account": 2, "newsletter": 1}
    assert server.correct(mara, changes, "key") == {"account": 2, "newsletter": 1}
    assert server.prove(Right.CORRECTION, mara, [people.MARA], [], changes) == []
    (found,) = server.find([NEW])
    assert found.key == mara.key
    assert server.find([people.MARA]) == []
    assert server.propose(found, {"email": NEW.upper(), "birthday": "1951-03-02"}) == []


def test_an_address_written_otherwise_is_the_same(company: CompanyDatabase):
    """Jonas stands there in capitals, with spaces: his own address changes nothing."""
    assert proposed(company, people.JONAS, email=people.JONAS) == []


@pytest.mark.parametrize(
    ("word", "wish", "why"),
    [
        ("language", "deutsch", "longer than the 2"),
        ("first_name", "", "must not be empty"),
        ("first_name", "Ma\x00ra", "cannot be stored"),
        ("birthday", "31.3.1980", "not a date"),
        ("birthday", "1980-02-30", "not a date"),
        ("email", "mara at home", "not an e-mail address"),
        ("email", people.JONAS, "another record has this value"),
        ("city", "Bern", "belongs to another person"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(company_file: CompanyDatabase, word: str, wish: str, why: str):
    """Too long, empty, no date, somebody else's, a household's: said, without the value, and nobody sets it."""
    before = company_file.everything()
    changes = proposed(company_file, people.MARA, **{word: wish})
    assert changes
    assert all(why in each.refused and (not wish or wish not in each.refused) for each in changes)
    assert company_file.connect().correct(company_file.one(people.MARA), changes, "key") == {}
    assert company_file.everything() == before


def test_what_may_be_empty_can_be_emptied(company: CompanyDatabase):
    """No telephone any more is a correction, too."""
    server, mara = company.connect(), company.one(people.MARA)
    changes = server.propose(mara, {"phone": " "})
    server.correct(mara, changes, "key")
    assert one(company, "SELECT phone FROM account WHERE id = 1") is None
    assert server.prove(Right.CORRECTION, mara, [], [], changes) == []


def test_a_number_and_a_pair_that_is_unique_are_checked(company: CompanyDatabase):
    """A whole number the column can hold; two names together may not be somebody else's."""
    company.sql("ALTER TABLE account ADD COLUMN zip integer")
    company.sql("CREATE UNIQUE INDEX names ON account (first_name, last_name)")
    company.table("account")["columns"]["zip"] = {"label": "Post code", "mask": "null", "correct": "postcode"}
    company.table("account")["columns"]["first_name"]["mask"] = "keyed"
    company.table("address")["columns"]["postcode"].pop("correct")
    company.approve()
    assert company.connect().lint() == []
    for wish in ("8400 ", "84OO", "08400", "9" * 12):
        (change,) = proposed(company, people.MARA, postcode=wish)
        assert bool(change.refused) == (wish != "8400 ")
    (change,) = proposed(company, people.MARA, first_name="Reto")
    assert "another record" in change.refused
    server, mara = company.connect(), company.one(people.MARA)
    changes = server.propose(mara, {"postcode": "8400"})
    assert server.correct(mara, changes, "key") == {"account": 1}
    assert one(company, "SELECT zip FROM account WHERE id = 1") == 8400
    assert server.prove(Right.CORRECTION, mara, [], [], changes) == []


def test_of_several_records_that_differ_none_is_guessed(company: CompanyDatabase):
    """Two licences with other names on them: a person decides which one is meant."""
    company.table("licence")["columns"]["product"]["correct"] = "name"
    found = proposed(company, people.MARA, name="Hall Designer")
    assert [each.refused for each in found if "several records" in each.refused] == [each.refused for each in found]
    company.sql("UPDATE licence SET product = 'Old' WHERE account_id = 1")
    assert [each.refused for each in proposed(company, people.MARA, name="Hall Designer")] == ["", ""]


def test_nothing_is_set_beside_what_was_approved(company: CompanyDatabase):
    """A third value, a row of somebody else's, a column that is not declared, an address taken since: PlanChanged."""
    server, mara = company.connect(), company.one(people.MARA)
    changes = server.propose(mara, {"phone": "+41 1", "email": NEW})
    phone = next(each for each in changes if each.name == "phone")
    company.sql("UPDATE account SET second_email = :new WHERE id = 30", new=NEW)
    before = company.everything()
    for wrong in (
        changes,
        [replace(phone, old="something else")],
        [replace(phone, record="account:2", old="+41 44 555 01 02")],
        [replace(phone, name="password_hash")],
        [replace(phone, place="sqlite_master")],
    ):
        with pytest.raises(PlanChanged):
            server.correct(mara, wrong, "key")
    assert company.everything() == before


def test_whoever_moves_in_meanwhile_keeps_their_address(company: CompanyDatabase):
    """Ana lived alone when it was proposed; now the row is a household's, and nothing is set."""
    server, ana = company.connect(), company.one("ana.ferreira@example.net")
    changes = server.propose(ana, {"city": "Thun", "street": "Feldrain 9"})
    assert {(each.name, each.refused) for each in changes} == {("town", ""), ("street", "")}
    company.sql("UPDATE account SET address_id = 6 WHERE id = 7")
    before = company.everything()
    with pytest.raises(PlanChanged):
        server.correct(ana, changes, "key")
    assert company.everything() == before
    company.sql("UPDATE account SET address_id = 7 WHERE id = 7")
    assert server.correct(ana, changes, "key") == {"address": 2}


# -- restriction and marketing ------------------------------------------------------------------------------------


def test_what_was_held_back_before_stays_so(company: CompanyDatabase):
    """Two flags, one of them set by somebody else before: the end of ours leaves theirs."""
    company.sql("UPDATE newsletter SET held_back = true WHERE id = 1")
    company.sql("INSERT INTO newsletter VALUES (99, 'mara.lindt@example.com', 'x', '2026-01-01 00:00:00', 'wanted', false)")
    server, mara = company.connect(), company.one(people.MARA)
    lines = server.plan(Right.RESTRICTION, mara)
    assert {(line.place, line.act, line.count) for line in lines} == {
        ("account", Act.RESTRICT, 1), ("newsletter", Act.RESTRICT, 1),
    }  # fmt: skip
    assert server.restrict(mara, lines, "key") == {"account": 1, "newsletter": 1}
    assert server.plan(Right.RESTRICTION, mara) == []
    lifted = [replace(line, act=Act.LIFT) for line in lines]
    assert server.lift(mara, lifted, "key") == {"account": 1, "newsletter": 1}
    assert company.sql("SELECT id FROM newsletter WHERE held_back") == [(1,)]
    assert server.prove(Right.RESTRICTION, mara, [], lifted) == []


def test_an_end_that_would_free_more_is_refused(company: CompanyDatabase):
    """Somebody has held back another row since: they have a reason, so a person looks."""
    company.sql("INSERT INTO newsletter VALUES (99, 'mara.lindt@example.com', 'x', '2026-01-01 00:00:00', 'wanted', true)")
    server, mara = company.connect(), company.one(people.MARA)
    lines = server.plan(Right.RESTRICTION, mara)
    server.restrict(mara, lines, "key")
    before = company.everything()
    with pytest.raises(Refused, match="More rows of newsletter"):
        server.lift(mara, [replace(line, act=Act.LIFT, mark="") for line in lines], "key")
    assert company.everything() == before


def test_what_no_flag_reaches_is_a_task(company: CompanyDatabase):
    """Sign-ins without a flag, and a flag that says neither yes nor no: a person, with words."""
    company.table("login_log").pop("restrict")
    company.table("newsletter")["restrict"] = {"column": "topics", "value": "held", "else": "free"}
    server, mara = company.connect(), company.one(people.MARA)
    lines = server.plan(Right.RESTRICTION, mara)
    assert [(line.place, line.act, line.count, bool(line.words)) for line in lines] == [
        ("account", Act.RESTRICT, 1, False), ("newsletter", Act.TASK, 1, True), ("login_log", Act.TASK, 9, True),
    ]  # fmt: skip
    server.restrict(mara, lines, "key")
    assert server.prove(Right.RESTRICTION, mara, [], lines) == []


def test_an_objection_outlives_the_end_of_a_restriction(company: CompanyDatabase):
    """Held back, silenced, free again: still silent; who is silent already needs no line."""
    server, mara = company.connect(), company.one(people.MARA)
    held = server.plan(Right.RESTRICTION, mara)
    server.restrict(mara, held, "key")
    loud = server.plan(Right.OBJECTION, mara)
    assert {(line.place, line.act) for line in loud} == {("account", Act.STOP), ("newsletter", Act.STOP)}
    assert server.stop_marketing(mara, loud, "key") == {"account": 1, "newsletter": 1}
    server.lift(mara, [replace(line, act=Act.LIFT) for line in held], "key")
    assert server.prove(Right.OBJECTION, mara, [], loud) == []
    assert server.plan(Right.OBJECTION, mara) == []
    assert one(company, "SELECT state FROM newsletter WHERE id = 1") == "refused"


def test_a_mailbox_of_two_is_silenced_for_either(company: CompanyDatabase):
    """What is sent there reaches both; the other one's own account is left alone."""
    company.sql("INSERT INTO newsletter VALUES (99, 'familie.brunner@example.net', 'x', '2026-01-01 00:00:00', 'wanted', false)")
    server = company.connect()
    first, _ = server.find([people.COUPLE])
    loud = server.plan(Right.OBJECTION, first)
    assert server.stop_marketing(first, loud, "key") == {"account": 1, "newsletter": 1}
    assert server.prove(Right.OBJECTION, first, [people.COUPLE], loud) == []
    held = server.plan(Right.RESTRICTION, first)
    server.restrict(first, held, "key")
    assert server.prove(Right.RESTRICTION, first, [people.COUPLE], held) == []
    assert company.sql("SELECT id FROM account WHERE held_back") == [(4,)]


def test_nobody_advertises_where_no_flag_is(company_file: CompanyDatabase):
    """No line, and nothing to prove."""
    for name in ("account", "newsletter"):
        company_file.table(name).pop("marketing")
    server, mara = company_file.connect(), company_file.one(people.MARA)
    assert server.plan(Right.OBJECTION, mara) == []
    assert server.prove(Right.OBJECTION, mara, [], []) == []


def test_a_database_that_forgets_the_flag_is_found_out(company_file: CompanyDatabase):
    """A trigger frees the row again: the proof names the table."""
    company_file.sql(
        "CREATE TRIGGER free AFTER UPDATE OF held_back ON account BEGIN UPDATE account SET held_back = 0 WHERE id = new.id; END"
    )
    server, mara = company_file.connect(), company_file.one(people.MARA)
    lines = server.plan(Right.RESTRICTION, mara)
    server.restrict(mara, lines, "key")
    assert server.prove(Right.RESTRICTION, mara, [], lines) == [Line("server", "account", Act.RESTRICT, 1, "Customer data")]


# -- portability, the watch, the review ---------------------------------------------------------------------------


def test_the_package_knows_what_the_person_gave(company_file: CompanyDatabase):
    """What they wrote and entered, not what our shop made; and no key of ours."""
    server, mara = company_file.connect(), company_file.one(people.MARA)
    given = {table.name: set(table.provided) for table in server.export(mara)}
    assert {"email", "first_name", "photo", "news"} <= given["account"]
    assert not {"id", "created_at", "held_back", "password_hash"} & given["account"]
    assert given["support_ticket"] == {"subject", "body"}
    assert given["invoice"] == given["login_log"] == set()


def test_every_address_is_listed_and_none_that_a_mask_left(company: CompanyDatabase, monkeypatch: pytest.MonkeyPatch):
    """Page by page, both columns of the account and the newsletter; who was erased is not among them."""
    monkeypatch.setattr("bot.connectors.looking_over.PAGE", 7)
    told = [each.lower() for each in company.connect().addresses()]
    assert {people.MARA, "mara@lindt-klang.example", people.JONAS, people.READER, people.COUPLE} <= set(told)
    assert len(told) == 40 + 1 + 9
    server, mara, plan = company.planned(people.MARA)
    server.erase(mara, plan, "key")
    rest = [each.lower() for each in server.addresses()]
    assert len(rest) == len(told) - 3
    assert not [each for each in rest if "lindt-klang" in each or "invalid" in each]


def test_accounts_without_activity_come_in_order_and_resume(company: CompanyDatabase):
    """By dates in the row, one edge or two below; three at a time or all at once are the same; the erased are gone."""
    company.config["activity"] = ["account.created_at", "login_log.at", "invoice_line.seen_on"]
    company.sql("ALTER TABLE invoice_line ADD COLUMN seen_on date")
    company.table("invoice_line")["columns"]["seen_on"] = {"label": "Seen on"}
    company.approve()
    company.sql("DELETE FROM login_log WHERE account_id NOT IN (3, 9)")
    company.sql("UPDATE account SET created_at = '2026-01-05 00:00:00' WHERE id > 10")
    seen = "(SELECT min(l.id) FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id WHERE i.account_id = 5)"
    company.sql(f"UPDATE invoice_line SET seen_on = '2024-12-31' WHERE id = {seen}")
    server, mara, plan = company.planned(people.MARA)
    server.erase(mara, plan, "key")
    every = server.idle(date(2025, 1, 1), "", 100)
    assert [each.person.key for each in every] == [f"account:{key}" for key in (2, 4, 5, 6, 7, 8, 10)]
    assert {each.person.key: each.last for each in every}["account:5"] == date(2024, 12, 31)
    assert every[0].person.addresses == (people.RETO,)
    parts = [first := server.idle(date(2025, 1, 1), "", 3), server.idle(date(2025, 1, 1), first[-1].person.key, 9)]
    assert [*parts[0], *parts[1]] == every
    assert len(first) == 3
    assert "account:5" not in {each.person.key for each in server.idle(date(2024, 12, 31), "", 100)}
    assert server.idle(date(2025, 1, 1), "account:40", 5) == []
