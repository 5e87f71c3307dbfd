"""The data map's lint: every fault is said, all at once, and nothing runs while there is one."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.connectors.reading import read_map
from bot.errors import Refused, Temporary
from bot.law import Right
from bot.sandbox import company as people
from tests.fixtures.company import CompanyDatabase, company_map

Change = Callable[[CompanyDatabase], Any]


def column(table: str, name: str, **values: Any) -> Change:
    """The map says this of a column."""
    return lambda c: c.table(table)["columns"][name].update(values)


def says(table: str, **values: Any) -> Change:
    """The map says this of a table."""
    return lambda c: c.table(table).update(values)


def flag(table: str, **values: Any) -> Change:
    """The map says this of the flag that holds rows back."""
    return lambda c: c.table(table)["restrict"].update(values)


def schema(words: str) -> Change:
    """The schema is changed and, but for the map, approved."""

    def change(c: CompanyDatabase) -> None:
        c.sql(words)
        c.approve()

    return change


def delete_accounts(company: CompanyDatabase) -> None:
    company.table("account")["erase"] = "delete"
    for each in company.table("account")["columns"].values():
        each.pop("mask", None)


FAULTS: list[tuple[str, Change, str]] = [
    # what the map says of itself
    ("no fingerprint", lambda c: c.config.pop("fingerprint"), "names no fingerprint"),
    ("unknown word", lambda c: c.config.update(colour="blue"), "colour is not known here"),
    ("no label", lambda c: c.config.pop("label"), "label is missing"),
    ("unknown normaliser", lambda c: c.config.update(normaliser="soundex"), "normaliser"),
    ("no tables", lambda c: c.config.update(tables=[]), "No table is marked person"),
    ("tables are no list", lambda c: c.config.update(tables="account"), "No table is marked person"),
    ("table twice", lambda c: c.config["tables"].append(c.table("licence")), "Table licence is there twice."),
    ("unknown act", says("licence", erase="shred"), "Table licence: erase"),
    ("unknown word in a table", says("licence", freeze="yes"), "freeze is not known here"),
    ("no columns", says("licence", columns={}), "Table licence: columns"),
    ("unknown mask", column("account", "phone", mask="blur"), "columns.phone.mask is no mask"),
    ("mask to a real address", column("account", "email", mask={"keyed": "{key}@gmail.com"}), "may exist"),
    ("keep without ground", lambda c: c.table("invoice").pop("keep"), "go together"),
    ("ground without keep", says("invoice", erase="delete"), "go together"),
    ("empty ground", lambda c: c.table("invoice")["keep"].update(basis=" "), "keep.basis is empty"),
    ("keep for ever", lambda c: c.table("invoice")["keep"].pop("then"), "keep.then is missing"),
    ("no way to a person", says("licence", belongs="licence"), "neither “identity” nor an edge"),
    ("identity without column", says("licence", belongs="identity"), "names no identity column"),
    ("edge from elsewhere", says("licence", belongs="invoice.account_id -> account.id"), "does not touch it"),
    ("edge to itself", says("licence", belongs="licence.id -> licence.id"), "to itself"),
    ("edge to nowhere", says("licence", belongs="licence.account_id -> customer.id"), "not in the map"),
    ("edge upwards", says("address", shared=False), "leads up to rows that other people may own"),
    ("circle", says("licence", belongs="licence.account_id -> login_log.id"), None),  # see below
    ("person with a long key", says("account", key=["id", "email"]), "needs a key of one column"),
    ("a name with a colon", says("newsletter", name="news:letter"), "cannot have a colon"),
    ("person by an edge", says("account", belongs=["identity", "account.address_id -> address.id"]), "nothing else"),
    ("follow what is anonymised", says("licence", erase="follow"), "deleted or kept"),
    ("follow two", says("invoice_line", belongs=["invoice_line.invoice_id -> invoice.id", "invoice_line.id -> account.id"]),
     "exactly one edge"),
    ("after nothing", says("licence", after="nothing"), "after names nothing"),
    ("column without mask", lambda c: c.table("account")["columns"]["phone"].pop("mask"), "column phone has no mask"),
    ("mask where all goes", column("licence", "product", mask="fixed"), "never anonymised"),
    ("mask on the key", column("account", "id", mask="zero"), "is the key"),
    ("the address stays", column("account", "second_email", mask="keep"), "identifies the person and stays"),
    ("no words for the person", column("licence", "seats", label=""), "without a label"),
    ("withheld without reason", column("account", "password_hash", why=""), "say why"),
    # the words for correction, restriction, marketing, portability and the review
    ("a word nobody says", column("account", "phone", correct="fax"), "columns.phone.correct is no word of a correction"),
    ("a word twice", column("account", "second_email", correct="email"), "“email” corrects 2 of its columns"),
    ("correcting the key", column("account", "id", correct="name"), "is the key and cannot be corrected"),
    ("correcting a picture", column("account", "photo", correct="name"), "column photo cannot be corrected: its type"),
    ("correcting a moment", column("account", "created_at", correct="name"), "column created_at cannot be corrected"),
    ("correcting an edge", column("account", "address_id", correct="name"), "points to another table and cannot be corrected"),
    ("correcting under a long key", says("newsletter", key=["id", "email"]), "needs a key of one column"),
    ("restricted by no column", flag("account", column="frozen"), "restrict names the column frozen, which is not there"),
    ("restricted by another type", flag("account", value="yes"), "restrict: 'yes' does not fit the column held_back (flag)"),
    ("restricted by a number", flag("account", value=1), "restrict: 1 does not fit the column held_back (flag)"),
    ("restricted from nothing", lambda c: c.table("account")["restrict"].pop("else"), "restrict names no else"),
    ("restricted either way", flag("account", **{"else": True}), "says the same of rows"),
    ("restricted by a name", flag("account", column="phone", value="x", **{"else": ""}), "column phone is no flag"),
    ("restricted by an unknown word", flag("account", since="now"), "since is not known here"),
    ("a shared row restricted", says("address", restrict={"column": "town", "value": "x", "else": "y"}), "a shared row cannot"),
    ("following nobody", says("newsletter", restrict="follow"), "needs a row to follow"),
    ("following the free", lambda c: c.table("invoice").pop("restrict"), "but rows of invoice are not held back"),
    ("silenced by a long word", says("newsletter", marketing={"column": "state", "value": "not wanted"}), "longer than the 8"),
    ("one flag for two", says("account", marketing={"column": "held_back", "value": True}), "share a column"),
    ("provided and kept back", column("account", "password_hash", provided=True), "provided by the person and not exported"),
    ("activity of nothing", lambda c: c.config.update(activity="visit.at"), "visit.at, which is no table.column"),
    ("activity of nobody", lambda c: c.config.update(activity="newsletter.confirmed_at"), "which no edges lead up from"),
    ("activity of a household", lambda c: c.config.update(activity="address.town"), "which no edges lead up from"),
    ("activity without date", lambda c: c.config.update(activity="licence.seats"), "licence.seats, which holds no date"),
    # what the schema says of the map
    ("unknown table", says("newsletter", name="letters"), "Table letters: there is no such table"),
    ("unknown column", lambda c: c.table("licence")["columns"].update(colour={"label": "Colour"}), "no column colour"),
    ("column left out", lambda c: c.table("licence")["columns"].pop("seats"), "column seats has no declared act"),
    ("new column", schema("ALTER TABLE licence ADD COLUMN nickname varchar(20)"), "column nickname has no declared act"),
    ("schema changed", lambda c: c.sql("CREATE TABLE elsewhere (id integer primary key)"), "The schema has changed"),
    ("key not unique", says("login_log", key="at"), "nothing keeps its key (at) unique"),
    ("identity that is no text", says("account", identity=["email", "second_email", "born_on"]), "born_on holds no text"),
    ("retention that is no date", lambda c: c.table("invoice")["keep"].update(column="total"), "total holds no date"),
    ("null on NOT NULL", column("account", "first_name", mask="null"), "column first_name: null on a column that is NOT NULL"),
    ("constant too long", column("account", "language", mask="fixed"), "the column holds 2"),
    ("mask of another type", column("account", "born_on", mask={"prefix": 2}), "does not fit a column of this type (date)"),
    ("mask on an edge", column("support_ticket", "account_id", mask="zero"), "points to another table"),
    ("unique made equal", schema("CREATE UNIQUE INDEX one_name ON account (first_name, last_name)"),
     "gives two people the same value"),
    ("wide edge", says("licence", belongs="licence.product -> account.language"), "not unique: it would reach other"),
    ("edge without column", says("licence", belongs="licence.owner -> account.id"), "licence.owner"),
    ("unmapped table of people", schema("CREATE TABLE visit (id integer primary key, account_id integer REFERENCES account(id))"),
     "Table visit points to account (account_id) and is not in the map"),
    ("unmapped edge", schema("ALTER TABLE licence ADD COLUMN gift_to integer REFERENCES account(id)"),
     "column gift_to points to account, where people are"),
    ("ignore what is not there", lambda c: c.config.update(ignore=[{"table": "visits", "reason": "gone"}]),
     "ignore names visits"),
    ("ignore without reason", lambda c: c.config.update(ignore=[{"table": "licence", "reason": ""}]), "reason is empty"),
    ("deleted under what stays", delete_accounts, "cannot be deleted while invoice.account_id"),
    ("taken along", schema("CREATE TABLE badge (id integer primary key, l integer REFERENCES licence(id) ON DELETE CASCADE)"),
     "takes rows of badge along"),
    ("pointing in a circle", schema("ALTER TABLE address ADD COLUMN owner_id integer REFERENCES account(id)"),
     "they point at each other"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "fault"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_is_said_and_stops_everything(company_file: CompanyDatabase, change: Change, fault: str | None):
    """`lint` names it; find, plan and run refuse."""
    person = company_file.one(people.MARA)
    change(company_file)
    server = company_file.connect()
    faults = server.lint()
    assert fault is None or [each for each in faults if fault in each], faults
    for ask in (
        lambda: server.find([people.MARA]),
        lambda: server.plan(Right.DELETION, person),
        lambda: server.erase(person, [], "key"),
    ):
        with pytest.raises(Refused, match="do not fit"):
            ask()


def test_a_circle_of_edges_is_a_fault(company_file: CompanyDatabase):
    """Rows that belong to rows that belong to them reach nobody."""
    company_file.table("licence")["belongs"] = "licence.account_id -> login_log.id"
    company_file.table("login_log")["belongs"] = "login_log.account_id -> licence.id"
    faults = company_file.connect().lint()
    assert "Table licence: its edges run in a circle or never reach a person." in faults


def test_a_view_is_not_a_table(company: CompanyDatabase):
    """Nothing can be deleted through it for sure."""
    company.sql("CREATE VIEW readers AS SELECT * FROM newsletter")
    company.table("newsletter")["name"] = "readers"
    assert [each for each in company.connect().lint() if "Table readers: it is a view" in each]


def test_all_faults_come_at_once(company: CompanyDatabase):
    """Faults of the words, of the map and of the schema in one list, one sentence each."""
    company.config["colour"] = "blue"
    company.table("licence")["erase"] = "shred"
    company.table("account")["columns"].pop("phone")
    company.table("account")["columns"]["photo"].pop("mask")
    company.table("login_log")["key"] = "at"
    faults = company.connect().lint()
    assert len(faults) >= 5
    for part in ("colour", "Table licence: erase", "phone", "photo", "(at)"):
        assert [each for each in faults if part in each], part
    assert all(each.endswith(".") for each in faults)


@pytest.mark.parametrize("waved", [{"table": "visit"}, {"table": "visit", "column": "account_id"}])
def test_a_table_may_be_waved_through_with_a_reason(company: CompanyDatabase, waved: dict[str, str]):
    """Said once, with why; another column of the same table is not covered by it."""
    company.sql("CREATE TABLE visit (id integer primary key, account_id integer REFERENCES account(id))")
    company.approve()
    company.config["ignore"] = [{**waved, "reason": "counters only, emptied each night"}]
    assert company.connect().lint() == []


def test_a_circle_of_masks_is_broken_by_null(company: CompanyDatabase):
    """The map that fits, fits: shared rows may go because the pointer to them is emptied first."""
    assert company.connect().lint() == []
    company.table("account")["columns"]["address_id"]["mask"] = "keep"
    assert [each for each in company.connect().lint() if "address" in each and "account.address_id stays" in each]


def test_a_changed_schema_stops_a_run_that_was_planned(company: CompanyDatabase):
    """The survey is made anew before each run, however fresh the last one is."""
    server, mara, plan = company.planned(people.MARA)
    company.sql("ALTER TABLE licence ADD COLUMN nickname varchar(20)")
    before = company.everything()
    with pytest.raises(Refused, match="do not fit"):
        server.erase(mara, plan, "key")
    assert company.everything() == before


def test_a_database_that_is_away_is_no_fault_of_the_map(company_file: CompanyDatabase):
    """Lint cannot tell then, and says so as Temporary; no empty file is made."""
    company_file.url += ".elsewhere"
    with pytest.raises(Temporary):
        company_file.connect().lint()
    with pytest.raises(Temporary):
        company_file.connect().lint()


def test_the_demo_map_is_whole():
    """No fault without a database either, and each column has words or a reason."""
    found, faults = read_map(company_map())
    assert faults == []
    assert [table.name for table in found.people] == ["account"]
    assert found.header.unreached[0].place == "nightly backups"


def test_the_demo_map_fits_the_demo_database(company_file: CompanyDatabase):
    """The fingerprint in the file is that of the database the sandbox makes."""
    company_file.config = company_map()
    assert company_file.connect().lint() == []
