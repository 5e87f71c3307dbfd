"""The Mailchimp stand-in is as strict as the service, and does not drift from its contract."""

import asyncio
import base64
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot import connectors
from bot.sandbox import mailchimp as sandbox
from bot.sandbox.company import JONAS, MARA, READER
from bot.sandbox.mailchimp import AT_ONCE, KEY, Exchange
from bot.sandbox.mailchimp.account import hashed
from bot.sandbox.mailchimp.seeds import FIRST_MAIL, RELEASES, SHOP, WELCOME, WORKSHOPS
from bot.sandbox.world import World
from tests.fakes import outside
from tests.fixtures.mailchimp import TODAY, Service

if TYPE_CHECKING:
    from tests.contracts import Contract

BASIC = "Basic " + base64.b64encode(f"any:{KEY}".encode()).decode()
LIST = f"/3.0/lists/{RELEASES}"


class Caller:
    """Calls the stand-in past the connector."""

    def __init__(self, service: Service) -> None:
        self._far_side = service.far_side

    def __call__(self, method: str, target: str, body: Any = None, key: str = BASIC) -> tuple[int, Any]:
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": key, "content-type": "application/json"}
        status, _, content = self._far_side.ask(method, target, headers, sent)
        return status, json.loads(content) if content else None

    def problem(self, method: str, target: str, body: Any = None, key: str = BASIC) -> tuple[int, str]:
        status, told = self(method, target, body, key)
        assert {"type", "title", "status", "detail", "instance"} <= told.keys()
        assert told["status"] == status
        return status, told["title"]


@pytest.fixture
def ask(mailchimp: Service) -> Caller:
    return Caller(mailchimp)


@pytest.fixture
def unjudged(mailchimp: Service) -> Caller:
    """For requests the contract would refuse before the service could."""
    mailchimp.far_side.judge = lambda _: None
    return Caller(mailchimp)


def test_ten_are_a_page_unless_one_says_more(ask: Caller) -> None:
    """Whoever forgets `count` sees ten; a thousand is the most."""
    status, told = ask("GET", f"{LIST}/members")
    assert (status, len(told["members"])) == (200, 10)
    assert told["total_items"] > 30
    _, more = ask("GET", f"{LIST}/members?count=1000&offset=30")
    assert len(more["members"]) == told["total_items"] - 30


def test_only_the_fields_asked_for_are_told(ask: Caller) -> None:
    """By dotted names."""
    _, told = ask("GET", "/3.0/lists?fields=lists.id,total_items&count=1000")
    assert told == {"lists": [{"id": RELEASES}, {"id": WORKSHOPS}], "total_items": 2}


def test_who_is_archived_is_told_only_when_asked_for(ask: Caller) -> None:
    """As the service hides them from its lists; by id they are there."""
    mine = f"/3.0/lists/{WORKSHOPS}/members"
    assert not [each for each in ask("GET", f"{mine}?count=1000")[1]["members"] if each["status"] == "archived"]
    assert [each["id"] for each in ask("GET", f"{mine}?status=archived")[1]["members"]] == [hashed(MARA)]
    assert ask("GET", f"{mine}/{hashed(MARA)}")[1]["status"] == "archived"


def test_nobody_knows_a_date_that_was_never_told(ask: Caller) -> None:
    """It is the empty string."""
    assert ask("GET", f"{LIST}/members/{hashed(READER)}")[1]["timestamp_signup"] == ""


@pytest.mark.parametrize(
    ("method", "target", "body", "told"),
    [
        ("GET", f"{LIST}/members/{hashed('nobody@example.test')}", None, (404, "Resource Not Found")),
        ("GET", "/3.0/lists/none", None, (404, "Resource Not Found")),
        ("POST", f"{LIST}/members", {"email_address": MARA, "status": "subscribed"}, (400, "Member Exists")),
        ("POST", f"{LIST}/members", {"email_address": "new@example.org", "status": "subscribed"}, (400, "Invalid Resource")),
        ("POST", f"{LIST}/members", {"email_address": "new", "status": "subscribed"}, (400, "Invalid Resource")),
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"merge_fields": {"BIRTHDAY": "30/02"}}, (400, "Invalid Resource")),
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"merge_fields": {"SYSTEM": ""}}, (400, "Invalid Resource")),
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"merge_fields": {"ADDRESS": {"city": "Bern"}}}, (400, "Invalid Resource")),
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"email_address": READER}, (400, "Member Exists")),
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"interests": {"no": True}}, (400, "Invalid Resource")),
        ("PATCH", f"/3.0/lists/{WORKSHOPS}/members/{hashed(READER)}", {"status": "subscribed"}, (400, "Member In Compliance State")),
        ("DELETE", f"/3.0/lists/{WORKSHOPS}/members/{hashed(MARA)}", None, (405, "Method Not Allowed")),
        ("POST", f"/3.0/automations/{WELCOME}/removed-subscribers", {"email_address": JONAS}, (404, "Resource Not Found")),
        ("DELETE", f"/3.0/ecommerce/stores/{SHOP}/orders/none", None, (404, "Resource Not Found")),
    ],
)  # fmt: skip
def test_the_service_says_no(ask: Caller, method: str, target: str, body: Any, told: tuple[int, str]) -> None:
    """In problem JSON, with a title that names the reason."""
    assert ask.problem(method, target, body) == told


@pytest.mark.parametrize(
    ("method", "target", "body", "told"),
    [
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"status": "archived"}, (400, "Invalid Resource")),
        ("PATCH", f"{LIST}/members/{hashed(MARA)}", {"status": "transactional"}, (400, "Invalid Resource")),
        ("GET", f"{LIST}/members?count=1001", None, (400, "Invalid Resource")),
        ("POST", f"{LIST}/members/{hashed(MARA)}/tags", {"tags": [{"name": "x", "status": "on"}]}, (400, "Invalid Resource")),
        ("PUT", "/3.0/ping", None, (405, "Method Not Allowed")),
        ("GET", "/3.0/nothing", None, (404, "Resource Not Found")),
    ],
)  # fmt: skip
def test_what_the_contract_forbids_the_service_refuses_too(
    unjudged: Caller, method: str, target: str, body: Any, told: tuple[int, str]
) -> None:
    """States that cannot be written, pages that are too long, paths that are none."""
    assert unjudged.problem(method, target, body) == told


def test_a_wrong_key_opens_nothing(unjudged: Caller) -> None:
    """Basic with any name, or Bearer, which the contract does not know; anything else is 401."""
    assert unjudged("GET", "/3.0/ping", key=f"Bearer {KEY}")[0] == 200
    assert unjudged.problem("GET", "/3.0/ping", key="Basic " + base64.b64encode(b"any:other").decode()) == (401, "API Key Invalid")


def test_an_archived_contact_keeps_everything(ask: Caller, mailchimp: Service) -> None:
    """DELETE is no erasure."""
    assert ask("DELETE", f"{LIST}/members/{hashed(MARA)}") == (204, None)
    assert ask("GET", f"{LIST}/members/{hashed(MARA)}")[1]["merge_fields"]["LNAME"] == "Lindt"
    assert mailchimp.account.deleted == []


def test_a_forgotten_address_cannot_come_back(ask: Caller) -> None:
    """Not by POST, not by PUT, not as somebody's new address; the shop keeps what it has."""
    assert ask("POST", f"{LIST}/members/{hashed(MARA)}/actions/delete-permanent") == (204, None)
    assert ask("GET", f"{LIST}/members/{hashed(MARA)}")[0] == 404
    body = {"email_address": MARA, "status": "subscribed", "status_if_new": "subscribed"}
    post = ask.problem("POST", f"{LIST}/members", {name: body[name] for name in ("email_address", "status")})
    put = ask.problem("PUT", f"{LIST}/members/{hashed(MARA)}", body)
    patch = ask.problem("PATCH", f"{LIST}/members/{hashed(READER)}", {"email_address": MARA})
    assert {post, put, patch} == {(400, "Forgotten Email Not Subscribed")}
    assert ask("GET", f"/3.0/ecommerce/stores/{SHOP}/customers?email_address={MARA}")[1]["total_items"] == 1


def test_put_makes_or_changes(ask: Caller) -> None:
    """An upsert, which may write `transactional` too."""
    body = {"email_address": "new@example.org", "status_if_new": "transactional", "merge_fields": {"SYSTEM": "Linux"}}
    assert ask("PUT", f"{LIST}/members/{hashed('new@example.org')}", body)[1]["status"] == "transactional"
    again = {**body, "merge_fields": {"SYSTEM": "macOS"}}
    assert ask("PUT", f"{LIST}/members/{hashed('new@example.org')}", again)[1]["merge_fields"]["SYSTEM"] == "macOS"


def test_a_tag_sets_off_automations_unless_it_says_otherwise(ask: Caller, mailchimp: Service) -> None:
    """The mark that tests read."""
    tags = {"tags": [{"name": "x", "status": "active"}]}
    ask("POST", f"{LIST}/members/{hashed(MARA)}/tags", {**tags, "is_syncing": True})
    assert mailchimp.account.triggered == []
    ask("POST", f"{LIST}/members/{hashed(MARA)}/tags", tags)
    assert mailchimp.account.triggered == ["tag x"]


def test_who_left_an_automation_is_on_its_list(ask: Caller) -> None:
    """And cannot be found in its queue."""
    flow = f"/3.0/automations/{WELCOME}"
    assert ask("POST", f"{flow}/removed-subscribers", {"email_address": MARA})[0] == 200
    assert ask("GET", f"{flow}/removed-subscribers")[1]["subscribers"][0]["id"] == hashed(MARA)
    assert ask("GET", f"{flow}/removed-subscribers/{hashed(MARA)}")[0] == 200
    assert ask("GET", f"{flow}/emails/{FIRST_MAIL}/queue")[1]["total_items"] == 0


def test_the_search_finds_parts_and_may_lag_behind(ask: Caller, mailchimp: Service) -> None:
    """Exact for an address; what happened since is not known to it."""
    assert ask("GET", f"/3.0/search-members?query={MARA}")[1]["exact_matches"]["total_items"] == 2
    assert ask("GET", f"/3.0/search-members?query=lind&list_id={RELEASES}")[1]["full_search"]["total_items"] == 1
    mailchimp.far_side.lag = True
    mailchimp.account.audiences[RELEASES].forget(MARA)
    assert ask("GET", f"/3.0/search-members?query={MARA}")[1]["exact_matches"]["total_items"] == 2
    mailchimp.far_side.lag = False
    assert ask("GET", f"/3.0/search-members?query={MARA}")[1]["exact_matches"]["total_items"] == 1


def test_a_lie_changes_nothing(mailchimp: Service) -> None:
    """It is answered as if it had been done."""
    before = mailchimp.everything()
    headers = {"authorization": BASIC}
    path = f"{LIST}/members/{hashed(MARA)}/actions/delete-permanent"
    assert mailchimp.far_side.ask("POST", path, headers, b"", lie=True)[0] == 204
    assert mailchimp.everything() == before


def test_a_visitor_sees_places_and_people(mailchimp: Service) -> None:
    """What the demo's page shows, before and after."""
    rows = mailchimp.far_side.rows()
    assert {*rows} == {"New programs", "Workshops", "Klangfinger shop", "Welcome"}
    mara = {"email": MARA, "status": "subscribed", "tags": "workshop guest, beta", "LNAME": "Lindt", "interests": "Hang"}
    assert mara.items() <= rows["New programs"][0].items()
    assert (rows["New programs"][0]["activity"], rows["New programs"][0]["permissions"]) == (28, "You may write me e-mails")
    assert {"customer": MARA, "orders": 2, "carts": 1}.items() <= rows["Klangfinger shop"][0].items()
    assert [each["waiting"] for each in rows["Welcome"]] == [MARA]
    for place, held in rows.items():
        assert len({each["id"] for each in held}) == len(held), place
        assert any(each["of"] == [MARA] for each in held)


def test_the_eleventh_call_is_turned_away(wired_mailchimp: Service) -> None:
    """Ten connections at once for the whole account."""
    far_side = wired_mailchimp.far_side
    far_side.slow_s = 0.5

    async def all_at_once() -> list[int]:
        limits = httpx.Limits(max_connections=AT_ONCE + 2)
        headers = {"Authorization": BASIC}
        async with httpx.AsyncClient(limits=limits, trust_env=False, headers=headers, timeout=10) as client:
            asked = (client.get(f"{far_side.url}/ping") for _ in range(AT_ONCE + 2))
            return [each.status_code for each in await asyncio.gather(*asked)]

    assert sorted(asyncio.run(all_at_once())) == [200] * AT_ONCE + [429] * 2


def test_a_garbled_body_is_a_parse_error(unjudged: Caller, mailchimp: Service) -> None:
    """Not a crash."""
    status, _, content = mailchimp.far_side.ask("POST", f"{LIST}/members", {"authorization": BASIC}, b"{")
    assert (status, json.loads(content)["title"]) == (400, "JSON Parse Error")


# -- the judge --------------------------------------------------------------------------------------------------------


def exchange(method: str, target: str, body: Any = None, status: int = 200, answer: str = "{}", **headers: str) -> Exchange:
    sent = b"" if body is None else json.dumps(body).encode()
    told = {"authorization": BASIC, "content-type": "application/json", **headers}
    kind = "application/json" if status < 400 else "application/problem+json; charset=utf-8"
    return Exchange(method, f"https://us21.api.mailchimp.com/3.0{target}", told, sent, status, kind, answer.encode())


@pytest.mark.shared
def test_the_judge_lets_the_right_ones_pass(mailchimp_contract: "Contract") -> None:
    """A good request with a good answer, an empty date, a problem, no content."""
    for fine in (
        exchange("GET", "/ping", answer='{"health_status": "fine"}'),
        exchange("GET", "/lists/x/members/y", answer='{"timestamp_opt": "", "status": "archived"}'),
        exchange("PATCH", "/lists/x/members/y", {"status": "unsubscribed", "merge_fields": {"FNAME": "x"}}),
        exchange("POST", "/lists/x/members/y/actions/delete-permanent", status=204, answer=""),
    ):
        assert mailchimp_contract.of(fine) == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (exchange("GET", "/nothing"), "the vendor has no GET"),
        (exchange("POST", "/ping"), "the vendor has no POST"),
        (exchange("GET", "/ping?cuont=3"), "no parameter cuont"),
        (exchange("GET", "/lists/x/members?count=1001", answer='{"members": []}'), "maximum of 1000"),
        (exchange("GET", "/search-members"), "Missing required query parameter: query"),
        (exchange("PATCH", "/lists/x/members/y", {"satus": "subscribed"}), "'satus' was unexpected"),
        (exchange("PATCH", "/lists/x/members/y", {"location": {"lat": 1}}), "'lat' was unexpected"),
        (exchange("PATCH", "/lists/x/members/y", {"status": "archived"}), "is not one of"),
        (exchange("PATCH", "/lists/x/members/y", {"vip": "yes"}), "is not of type 'boolean'"),
        (exchange("POST", "/automations/x/removed-subscribers", {}), "'email_address' is a required property"),
        (exchange("GET", "/ping", authorization=""), "Security"),
        (exchange("GET", "/lists/x/members/y", answer='{"status": "gone"}'), "is not one of"),
        (exchange("GET", "/lists/x/members/y", answer='{"timestamp_opt": "yesterday"}'), "date-time"),
        (exchange("GET", "/lists/x", status=404, answer='{"title": "Resource Not Found"}'), "'detail' is a required property"),
    ],
)  # fmt: skip
def test_the_judge_refuses_what_the_contract_forbids(mailchimp_contract: "Contract", wrong: Exchange, told: str) -> None:
    """Unknown paths, methods, parameters and keys, wrong enums and types, missing keys, wrong answers."""
    assert told in "; ".join(mailchimp_contract.of(wrong))


@pytest.mark.shared
def test_the_judge_keeps_what_it_saw(mailchimp_contract: "Contract") -> None:
    """Until somebody asks; a test without any exchange is told so too."""
    far_side = sandbox.Mailchimp(lambda: TODAY)
    far_side.judge = mailchimp_contract
    far_side.ask("GET", "/3.0/ping?colour=red", {"authorization": BASIC}, b"")
    with pytest.raises(AssertionError, match="no parameter colour"):
        mailchimp_contract.check()
    with pytest.raises(AssertionError, match="nothing was judged"):
        mailchimp_contract.check()
    far_side.stop()


# -- in the demo's world ----------------------------------------------------------------------------------------------


def test_the_demo_world_holds_it(tmp_path: Path) -> None:
    """With its block in the configuration and its key in the environment; Mara is there."""
    with World(tmp_path, vendors=True) as world:
        environment = world.environment()
        blocks = tomllib.loads((tmp_path / "subjectline.toml").read_text())["connectors"]
        found, faults = connectors.load(blocks, outside(world.clock, **environment))
        assert faults == []
        (newsletter,) = [each for each in found if each.name == "newsletter"]
        assert newsletter.lint() == []
        assert newsletter.find([MARA])
        for each in found:
            each.close()
