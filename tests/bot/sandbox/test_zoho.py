"""The stand-in for Zoho CRM is as strict as the service, and forgets nothing it should remember."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox.company import MARA
from bot.sandbox.zoho import Zoho
from tests.fixtures.store import Clock
from tests.fixtures.zoho import TODAY

Answer = tuple[int, Any]


class Caller:
    """Somebody with the credentials."""

    def __init__(self, far_side: Zoho) -> None:
        self.far_side = far_side
        self.token = self.fresh()[1].get("access_token", "")

    def fresh(self) -> Answer:
        body = (
            f"grant_type=refresh_token&client_id={self.far_side.client_id}&client_secret={self.far_side.client_secret}"
            f"&refresh_token={self.far_side.refresh_token}"
        )
        return self._told(self.far_side.ask("POST", "/oauth/v2/token", {}, body.encode()))

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {"authorization": f"Zoho-oauthtoken {self.token}"}
        content = b"" if body is None else json.dumps(body).encode()
        return self._told(self.far_side.ask(method, f"/crm/v8{path}", headers, content))

    @staticmethod
    def _told(answer: tuple[int, dict[str, str], bytes]) -> Answer:
        status, _, content = answer
        return status, json.loads(content) if content else None


@pytest.fixture
def far_side() -> Iterator[Zoho]:
    made = Zoho(Clock(TODAY))
    yield made
    made.stop()


@pytest.fixture
def caller(far_side: Zoho) -> Caller:
    return Caller(far_side)


@pytest.fixture
def mara(far_side: Zoho) -> str:
    rows = far_side.book.state.records["Contacts"].values()
    return next(row["id"] for row in rows if row["First_Name"] == "Mara")


def test_tokens_are_throttled_end_and_push_each_other_out(far_side: Zoho, caller: Caller) -> None:
    """Ten in ten minutes, an hour each, ten alive; another header is none."""
    for _ in range(9):
        assert "access_token" in caller.fresh()[1]
    assert caller.fresh() == (400, {**caller.fresh()[1], "error": "Access Denied"})
    assert caller.ask("GET", "/org")[0] == 200
    far_side.clock.forward(minutes=11)  # type: ignore[attr-defined]
    caller.fresh()
    assert caller.ask("GET", "/org") == (401, {**caller.ask("GET", "/org")[1], "code": "INVALID_TOKEN"})
    caller.token = caller.fresh()[1]["access_token"]
    far_side.clock.now += timedelta(hours=1)  # type: ignore[attr-defined]
    assert caller.ask("GET", "/org")[0] == 401
    assert far_side.ask("GET", "/crm/v8/org", {"authorization": f"Bearer {caller.token}"}, b"")[0] == 401


def test_nothing_is_an_empty_answer(caller: Caller) -> None:
    """204 without a body, for a search, a query, a record."""
    assert caller.ask("GET", "/Contacts/search?email=nobody@example.test") == (204, None)
    query = "select id from Contacts where Email = 'nobody@example.test' limit 200"
    assert caller.ask("POST", "/coql", {"select_query": query}) == (204, None)
    assert caller.ask("GET", "/Contacts/487600000999999999") == (204, None)


def test_the_search_finds_too_much_too_late_and_hides_the_converted(far_side: Zoho, caller: Caller) -> None:
    """Parts of words; the index of a moment ago; converted leads only on demand."""
    _, told = caller.ask("GET", f"/Contacts/search?email={MARA}")
    assert {row["First_Name"] for row in told["data"]} == {"Mara", "Tamara"}
    assert [row["Last_Name"] for row in caller.ask("GET", f"/Leads/search?email={MARA}")[1]["data"]] == ["Maraschi"]
    assert len(caller.ask("GET", f"/Leads/search?email={MARA}&converted=both")[1]["data"]) == 2
    far_side.book.lags = True
    far_side.book.add("Contacts", Last_Name="New", Email="new@example.org")
    assert caller.ask("GET", "/Contacts/search?email=new@example.org")[0] == 204
    far_side.book.catch_up()
    assert caller.ask("GET", "/Contacts/search?email=new@example.org")[0] == 200
    assert caller.ask("GET", "/Contacts/search")[1]["code"] == "EXPECTED_PARAM_MISSING"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select id from Contacts where Email = 'a' or Email = 'b' or Email = 'c' limit 2", "SYNTAX_ERROR"),
        ("select id from Contacts where Email = 'o'hara' limit 2", "SYNTAX_ERROR"),
        ("select id from Contacts where Email = a limit 2", "SYNTAX_ERROR"),
        ("select id from Contacts", "SYNTAX_ERROR"),
        ("select id from Nowhere where id = 1", "INVALID_QUERY"),
        ("select id from Contacts where Hearing = 'x'", "INVALID_QUERY"),
        ("select id from Contacts where Description = 'x'", "INVALID_QUERY"),
        ("select Nothing from Contacts where id = 1", "INVALID_QUERY"),
        ("select id from Contacts where id = 1 limit 5000", "LIMIT_EXCEEDED"),
    ],
)
def test_a_query_that_zoho_would_not_take_is_not_taken(caller: Caller, query: str, code: str) -> None:
    """Unpaired criteria, open quotes, hidden fields, fields of many lines."""
    status, told = caller.ask("POST", "/coql", {"select_query": query})
    assert (status, told["code"]) == (400, code)


def test_queries_sort_compare_and_page(caller: Caller) -> None:
    """As far as this project asks."""
    query = "select id, Last_Name from Contacts where ((Last_Name = 'Brunner' or Last_Name in ('Lindt')) and id > 1)"
    _, told = caller.ask("POST", "/coql", {"select_query": f"{query} order by id asc limit 2 offset 1"})
    assert told["info"] == {"count": 2, "more_records": True}
    _, rest = caller.ask("POST", "/coql", {"select_query": f"{query} order by id desc limit 2"})
    assert {row["Last_Name"] for row in rest["data"]} == {"Brunner"}


def test_what_is_deleted_lies_in_the_bin_with_its_children_until_it_is_purged(
    far_side: Zoho, caller: Caller, mara: str
) -> None:
    """And everything that pointed at it points at nothing; a workflow runs where nobody said no."""
    assert caller.ask("DELETE", f"/Contacts/{mara}?wf_trigger=false")[0] == 200
    assert far_side.book.state.workflows == []
    assert len(far_side.book.state.bin[mara].children["Notes"]) == 2
    assert caller.ask("GET", f"/settings/recycle_bin/{mara}")[0] == 200
    assert caller.ask("GET", "/Contacts/deleted?type=recycle")[1]["data"][0]["display_name"] == "Mara Lindt"
    assert not any(row["Contact_Name"] for row in far_side.book.state.records["Deals"].values())
    assert caller.ask("DELETE", f"/settings/recycle_bin/{mara}")[0] == 200
    assert caller.ask("GET", f"/settings/recycle_bin/{mara}")[0] == 400
    assert caller.ask("GET", "/Contacts/deleted?type=permanent")[1]["data"][0]["display_name"] is None
    reto = next(row["id"] for row in far_side.book.state.records["Contacts"].values() if row["First_Name"] == "Reto")
    caller.ask("DELETE", f"/Contacts/{reto}")
    assert [each["why"] for each in far_side.book.state.workflows] == ["delete"]


def test_several_at_once_may_fail_in_part(far_side: Zoho, caller: Caller, mara: str) -> None:
    """207, record by record."""
    status, told = caller.ask("DELETE", f"/Contacts?ids={mara},487600000999999999&wf_trigger=false")
    assert (status, [each["status"] for each in told["data"]]) == (207, ["success", "error"])
    assert mara in far_side.book.state.bin


def test_a_change_leaves_its_old_value_and_runs_workflows(far_side: Zoho, caller: Caller, mara: str) -> None:
    """Unless `trigger` is an empty list."""
    given = {"data": [{"id": mara, "Mailing_City": "Bern"}]}
    assert caller.ask("PUT", f"/Contacts/{mara}", {**given, "trigger": []})[0] == 200
    assert far_side.book.state.workflows == []
    assert caller.ask("PUT", f"/Contacts/{mara}", given)[0] == 200
    assert [each["why"] for each in far_side.book.state.workflows] == ["update"]
    _, told = caller.ask("GET", f"/Contacts/{mara}/__timeline")
    assert told["__timeline"][1]["field_history"][0]["_value"] == {"new": "Bern", "old": "Winterthur"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Email": "none"}, "INVALID_DATA"),
        ({"Last_Name": ""}, "MANDATORY_NOT_FOUND"),
        ({"Hearing": "fine"}, "INVALID_DATA"),
        ({"Salutation": "Majesty"}, "INVALID_DATA"),
        ({"Email_Opt_Out": "yes"}, "INVALID_DATA"),
        ({"Date_of_Birth": "2.2.1951"}, "INVALID_DATA"),
        ({"Created_Time": "2020-01-01"}, "INVALID_DATA"),
        ({"First_Name": "M" * 41}, "INVALID_DATA"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(caller: Caller, mara: str, values: Any, code: str) -> None:
    """Inside `data`, as the service does."""
    status, told = caller.ask("PUT", f"/Contacts/{mara}", {"data": [{"id": mara, **values}], "trigger": []})
    assert (status, told["data"][0]["code"]) == (400, code)


def test_a_locked_record_is_neither_changed_nor_deleted(caller: Caller, mara: str) -> None:
    """Where the module has locks at all; until the lock is taken off."""
    lock = {"data": [{"Locked_Reason__s": "Restricted."}]}
    status, told = caller.ask("POST", f"/Contacts/{mara}/Locking_Information__s", lock)
    assert status == 201
    assert caller.ask("POST", f"/Contacts/{mara}/Locking_Information__s", lock)[0] == 403
    change = {"data": [{"id": mara, "Mailing_City": "Bern"}], "trigger": []}
    assert caller.ask("PUT", f"/Contacts/{mara}", change)[1]["data"][0]["code"] == "RECORD_LOCKED"
    assert caller.ask("DELETE", f"/Contacts/{mara}")[1]["code"] == "RECORD_LOCKED"
    number = told["data"][0]["details"]["id"]
    assert caller.ask("DELETE", f"/Contacts/{mara}/Locking_Information__s/{number}")[0] == 200
    assert caller.ask("PUT", f"/Contacts/{mara}", change)[0] == 200
    assert caller.ask("GET", "/Callbacks/1/Locking_Information__s")[0] == 400


def test_hidden_fields_are_in_no_answer(caller: Caller, mara: str) -> None:
    """The metadata say that there is one."""
    assert "Hearing" not in caller.ask("GET", f"/Contacts/{mara}")[1]["data"][0]
    _, told = caller.ask("GET", "/settings/fields?module=Contacts&include=allowed_permissions_to_update")
    (hidden,) = (each for each in told["fields"] if (each["private"] or {}).get("restricted"))
    assert hidden["api_name"] == "Hearing"


def test_mails_come_ten_a_page_and_stay_whatever_is_deleted(far_side: Zoho, caller: Caller, mara: str) -> None:
    """There is no call that deletes them."""
    _, told = caller.ask("GET", f"/Contacts/{mara}/Emails")
    assert (len(told["Emails"]), told["info"]["next_index"]) == (10, "10")
    assert "content" not in told["Emails"][0]
    assert len(caller.ask("GET", f"/Contacts/{mara}/Emails?index=10")[1]["Emails"]) == 3
    caller.ask("DELETE", f"/Contacts/{mara}?wf_trigger=false")
    caller.ask("DELETE", f"/settings/recycle_bin/{mara}")
    assert len(far_side.book.state.emails[mara]) == 13


def test_credits_are_told_from_half_use_and_end(far_side: Zoho, caller: Caller) -> None:
    """Then 429, over the wire as well; the snapshot shows what a visitor may see."""
    headers = {"authorization": f"Zoho-oauthtoken {caller.token}"}
    assert "x-api-credits-remaining" not in far_side.ask("GET", "/crm/v8/org", headers, b"")[1]
    far_side.credits = 20_000
    assert far_side.ask("GET", "/crm/v8/org", headers, b"")[1]["x-api-credits-remaining"] == "19999"
    far_side.start()
    far_side.credits = 0
    answer = httpx.get(f"{far_side.url}/crm/v8/org", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"], answer.headers.get("retry-after")) == (429, "TOO_MANY_REQUESTS", None)
    shown = far_side.snapshot()
    assert shown == far_side.before
    assert {"Notes": 2, "Attachments": 2}.items() <= shown["Contacts"][0].items()


def test_a_visitor_sees_whose_each_record_is(far_side: Zoho) -> None:
    """By its own address, by what it points at, by its name; mails go by hand only."""
    shown = far_side.snapshot()
    hers = {name: [row for row in rows if MARA in row["of"]] for name, rows in shown.items()}
    assert {name: len(rows) for name, rows in hers.items() if rows} == {
        "Contacts": 1, "Leads": 1, "Deals": 1, "Invoices": 1, "Tasks": 1, "Callbacks": 1, "E-mails": 13,
    }  # fmt: skip
    far_side.by_hand(MARA)
    assert [row for row in far_side.snapshot()["E-mails"] if MARA in row["of"]] == []


def test_a_wrong_address_is_told(caller: Caller) -> None:
    """Neither a module nor a call of that name."""
    assert caller.ask("GET", "/Nowhere/1")[1]["code"] == "INVALID_MODULE"
    assert caller.ask("PATCH", "/Contacts/1")[0] == 404
