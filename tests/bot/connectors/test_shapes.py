"""Shapes of databases beyond the sandbox's: odd names, long keys, addresses in a table of their own, types of PostgreSQL."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.connectors.ground import fold
from bot.errors import PlanChanged, Refused
from bot.law import Right
from bot.workflow import Act
from tests.fixtures.company import CompanyDatabase

ANN, BOB = "ann@example.com", "bob@example.com"


def table(name: str, belongs: str | list[str], erase: str, columns: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A table of a map, with everything in it exported under its own name."""
    said = {each: {"label": each, **what} for each, what in columns.items()}
    return {"name": name, "label": name, "category": "Things", "key": "id", "belongs": belongs, "erase": erase, "columns": said, **more}


def keep_nothing(*names: str) -> dict[str, dict[str, Any]]:
    return {name: {} for name in names}


@pytest.fixture
def shop(empty_database: CompanyDatabase) -> CompanyDatabase:
    """Ann and Bob, addresses in a table of their own, orders with a key of two columns, names that need quotes."""
    for words in (
        'CREATE TABLE "Person ""x""" (id varchar(20) PRIMARY KEY, "Full Name" varchar(40), "select" varchar(40) NOT NULL UNIQUE)',
        'CREATE TABLE mailbox (id integer PRIMARY KEY, person varchar(20) REFERENCES "Person ""x""" (id), address varchar(80))',
        'CREATE TABLE "Order" (person varchar(20) REFERENCES "Person ""x""" (id), n integer, what varchar(40), PRIMARY KEY (person, n))',
        "INSERT INTO \"Person \"\"x\"\"\" VALUES ('a:1', 'Ann Fox', 'ann'), ('b''; --', 'Bob', 'bob')",
        "INSERT INTO mailbox VALUES (1, 'a:1', ' ANN@Example.com'), (2, 'a:1', 'fox@example.com'), (3, 'b''; --', 'bob@example.com')",
        "INSERT INTO \"Order\" VALUES ('a:1', 1, 'tea'), ('a:1', 2, 'cups'), ('b''; --', 1, 'coffee')",
    ):
        empty_database.sql(words.replace(":", "\\:"))
    who = 'Person "x"'
    empty_database.config["tables"] = [
        table(who, "identity", "anonymise", {
            "id": {"personal": False}, "Full Name": {"mask": "null", "named": True}, "select": {"mask": "keyed"},
        }, person=True, identity=["Full Name"]),
        table("mailbox", f"mailbox.person -> {who}.id", "delete", keep_nothing("id", "person", "address"), identity="address"),
        table("Order", f"Order.person -> {who}.id", "delete", keep_nothing("person", "n", "what"), key=["person", "n"]),
    ]  # fmt: skip
    empty_database.approve()
    return empty_database


def test_a_person_is_found_through_addresses_in_another_table(shop: CompanyDatabase):
    """Both addresses lead up their edge to one person; the key may be any text."""
    server = shop.connect()
    assert server.lint() == []
    (ann,) = server.find([ANN, "fox@example.com"])
    assert ann.key == 'Person "x":a:1'
    assert set(ann.addresses) >= {"ANN@Example.com", "fox@example.com"}
    (bob,) = server.find([BOB.upper()])
    assert bob.key == "Person \"x\":b'; --"


def test_odd_names_and_long_keys_are_planned_erased_and_proved(shop: CompanyDatabase):
    """Quoted by the dialect, two-column keys in one list, Bob untouched."""
    server, bob, plan = shop.planned(BOB)
    assert {(line.place, str(line.act), line.count) for line in plan} == {
        ('Person "x"', "anonymise", 1), ("mailbox", "delete", 1), ("Order", "delete", 1),
    }  # fmt: skip
    server, ann, plan = shop.planned(ANN)
    assert server.erase(ann, plan, "key") == {'Person "x"': 1, "mailbox": 2, "Order": 2}
    assert server.find([ANN, "fox@example.com"]) == []
    assert server.prove(Right.DELETION, ann, [ANN], plan) == []
    assert [each.key for each in server.find([BOB])] == [bob.key]
    assert shop.sql('SELECT what FROM "Order"') == [("coffee",)]


def test_letter_case_counts_where_the_map_says_so(shop: CompanyDatabase):
    """`normaliser = "exact"`: only the very text is the address."""
    exact = shop.connect(normaliser="exact")
    assert exact.find([ANN]) == []
    assert len(exact.find([" ANN@Example.com"])) == 1


def test_the_order_can_be_told_where_keys_do_not_tell_it(shop: CompanyDatabase):
    """`after` is kept, and a contradiction to it is a fault."""
    next(each for each in shop.config["tables"] if each["name"] == "mailbox")["after"] = "Order"
    assert shop.connect().lint() == []
    next(each for each in shop.config["tables"] if each["name"] == "Order")["after"] = "mailbox"
    assert [each for each in shop.connect().lint() if "point at each other" in each]


def test_a_key_of_two_columns_that_covers_too_much_is_a_fault(shop: CompanyDatabase):
    """Half a key is not unique."""
    next(each for each in shop.config["tables"] if each["name"] == "Order")["key"] = "person"
    assert "Table Order: nothing keeps its key (person) unique." in shop.connect().lint()


def test_a_row_somebody_else_hangs_on_meanwhile_is_refused(shop: CompanyDatabase):
    """A foreign key from a table waved through holds the row: nothing is changed, a person has to look."""
    shop.sql("CREATE TABLE note (id integer PRIMARY KEY, m integer REFERENCES mailbox (id))")
    shop.sql("INSERT INTO note VALUES (1, 1)")
    shop.config["ignore"] = [{"table": "note", "reason": "holds no personal data"}]
    shop.approve()
    server, ann, plan = shop.planned(ANN)
    before = shop.everything()
    with pytest.raises(Refused, match=r"23503|SQLITE_CONSTRAINT_FOREIGNKEY"):
        server.erase(ann, plan, "key")
    assert shop.everything() == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\u0130\u212a"), min_size=1, max_size=12))
def test_whatever_is_stored_is_found_by_itself_and_alone(empty_database: CompanyDatabase, local: str):
    """Any printable address, stored and asked for: that row, and never the row beside it."""
    address = f"{local}@example.com"
    if not empty_database.config["tables"]:
        empty_database.sql("CREATE TABLE p (id integer PRIMARY KEY, email varchar(200))")
        columns = {"id": {"personal": False}, "email": {}}
        empty_database.config["tables"] = [table("p", "identity", "delete", columns, person=True, identity="email")]
        empty_database.approve()
    empty_database.sql("DELETE FROM p")
    empty_database.sql("INSERT INTO p VALUES (1, :one), (2, :two)", one=address, two=f"x{address}")
    server = empty_database.connect()
    expected = ["p:1"] if fold(address, "lower_trim").isprintable() else []
    assert [each.key for each in server.find([f"  {address} "])] == expected
    empty_database.close()


# -- PostgreSQL ---------------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_the_types_of_postgresql_are_exported_masked_and_proved(company_server: CompanyDatabase):
    """UUID keys, ranges of time, addresses, arrays, JSON, bytes, fixed width, in a schema of its own."""
    company = company_server
    for words in (
        "CREATE SCHEMA crm",
        "CREATE TYPE crm.mood AS ENUM ('glad', 'sad')",
        """CREATE TABLE crm.person (id uuid PRIMARY KEY, email text NOT NULL, code char(10) NOT NULL, born date,
           seen timestamptz NOT NULL, at timestamp NOT NULL, ip inet, net cidr, tags text[], extra jsonb, photo bytea,
           score numeric(8,3) NOT NULL, big bigint NOT NULL, ok boolean NOT NULL, mood crm.mood, span interval, t time)""",
        """INSERT INTO crm.person VALUES ('6f1c2d3e-0000-4000-8000-000000000001', 'Ann@Example.com', 'abc', '1984-05-17',
           '2026-11-22 10:11:12.5+02', '2026-11-22 10:11:12', '203.0.113.77', '2001:db8:1:2::/64', '{a,b}', '{"k": [1]}',
           '\\x89504e47', 12.500, 9007199254740993, true, 'sad', '1 day', '10:11:12')""",
    ):
        company.sql(words.replace(":", "\\:"))
    masks: dict[str, Any] = {
        "id": None, "email": {"keyed": "erased-{key}@invalid.example"}, "code": {"fixed": "gone"}, "born": "year",
        "seen": "month", "at": "zero", "ip": "ip_net", "net": "ip_net", "tags": "null", "extra": "null", "photo": "null",
        "score": "zero", "big": {"fixed": 7}, "ok": "zero", "mood": "null", "span": "null", "t": "null",
    }  # fmt: skip
    columns = {name: {"mask": mask} if mask else {"personal": False} for name, mask in masks.items()}
    company.config = {
        "kind": "database", "name": "server", "label": "our internal server", "schema": "crm",
        "tables": [table("person", "identity", "anonymise", columns, person=True, identity="email")],
    }  # fmt: skip
    faults = company.connect().lint()
    (only,) = faults
    company.config["fingerprint"] = only.split("'")[1]
    server = company.connect()
    assert server.lint() == []
    (ann,) = server.find([ANN])
    assert ann.key == "person:6f1c2d3e-0000-4000-8000-000000000001"
    (held,) = server.export(ann)
    row = dict(zip(held.columns, held.rows[0], strict=True))
    assert (row["born"], row["seen"], row["ip"]) == ("1984-05-17", "2026-11-22 08:11:12.5+00", "203.0.113.77/32")
    assert (row["tags"], row["extra"], row["photo"]) == ("{a,b}", '{"k": [1]}', b"\x89PNG")
    assert (row["big"], str(row["score"]), row["ok"]) == (9007199254740993, "12.500", True)
    plan = server.plan(Right.DELETION, ann)
    assert server.erase(ann, plan, "key") == {"person": 1}
    assert server.prove(Right.DELETION, ann, [ANN], plan) == []
    assert server.plan(Right.DELETION, ann) == []
    ((born, seen, at, ip, net),) = company.sql("SELECT born\\:\\:text, seen\\:\\:text, at\\:\\:text, host(ip), net\\:\\:text FROM crm.person")
    assert (born, at, ip, net) == ("1984-01-01", "1970-01-01 00:00:00", "203.0.113.0", "2001:db8:1::/64")
    assert seen.startswith("2026-11-01 00:00:00")


@pytest.mark.postgres
def test_a_row_that_arrives_while_the_run_waits_is_seen(company_server: CompanyDatabase):
    """Somebody holds the person's row and hangs a licence on it: the run waits, recounts and refuses its old plan."""
    import threading

    import sqlalchemy as sa

    company = company_server
    server, mara, plan = company.planned("mara.lindt@example.com")
    told: list[Exception] = []

    def run() -> None:
        try:
            server.erase(mara, plan, "key")
        except Exception as error:  # noqa: BLE001  looked at below
            told.append(error)

    engine = company._engine()
    with engine.connect() as other:
        other.execute(sa.text("UPDATE account SET phone = '1' WHERE id = 1"))
        waiting = threading.Thread(target=run)
        waiting.start()
        blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not company.sql(blocked):
            threading.Event().wait(0.02)
        other.execute(sa.text("INSERT INTO licence VALUES (999, 1, 'Hall Designer', 'X', 1, '2026-11-22', true)"))
        other.commit()
    waiting.join(20)
    engine.dispose()
    (error,) = told
    assert isinstance(error, PlanChanged)
    assert "licence: delete 2 → 3" in str(error)
    assert Act.DELETE in {line.act for line in plan}
