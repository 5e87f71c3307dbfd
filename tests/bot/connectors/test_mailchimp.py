"""The Mailchimp connector over its stand-in: the contract of all connectors, and what is Mailchimp's own."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from bot.connectors import Change, Found, Table
from bot.connectors.mailchimp import Mailchimp, connector
from bot.connectors.mailchimp.holdings import HELD_BACK
from bot.errors import Misconfigured, PlanChanged, Refused, Temporary, Unsupported
from bot.law import Right
from bot.sandbox.company import COUPLE, JONAS, MARA, READER, RETO
from bot.sandbox.mailchimp import KEY
from bot.sandbox.mailchimp.account import READABLE, Problem
from bot.sandbox.mailchimp.seeds import RELEASES, SECOND_MAIL, SHOP, WELCOME, WORKSHOPS
from bot.workflow import Act
from tests.bot.connectors import contract
from tests.fakes import outside
from tests.fixtures.mailchimp import BLOCK, TODAY, Service


class MailchimpStage(contract.Stage):
    address = MARA
    other = READER
    wishes: ClassVar[Mapping[str, str]] = {"email": "maria.lindt@example.com", "first_name": "Maria", "city": "Bern"}
    personal: ClassVar[Sequence[str]] = ("lindt", "ahornweg", "555 01 01", "203.0.113.6", "maria", "bern")

    def __init__(self, service: Service) -> None:
        self.service = service
        self._before = copy.deepcopy(service.account)

    def connect(self) -> Mailchimp:
        return self.service.connect()

    def look(self) -> Any:
        return copy.deepcopy(self.service.everything())

    def of(self, address: str) -> Any:
        return self.service.of(address)

    def deletions(self) -> int:
        return len(self.service.account.deleted)

    def more(self) -> None:
        orders = self.service.account.stores[SHOP].orders
        orders["R999"] = {**orders["R001-0"], "id": "R999"}

    def bring_back(self) -> None:
        self.service.far_side.account = copy.deepcopy(self._before)

    def another_value(self, change: Change) -> None:
        customers = self.service.account.stores[SHOP].customers
        found = customers.get(change.record)
        found = found or self.service.account.audiences[RELEASES].members[change.record].record["merge_fields"]
        tag, _, part = change.name.partition(".")
        if part:
            found[tag][part] = "Somewhere"
        else:
            found[tag] = "Somebody"

    def away(self) -> None:
        self.service.wire.away = True


class TestContract(contract.Contract):
    """Every promise of the contract."""

    @pytest.fixture
    def stage(self, mailchimp: Service) -> Iterator[contract.Stage]:
        yield MailchimpStage(mailchimp)
        assert mailchimp.account.triggered == []


# -- what is Mailchimp's own ------------------------------------------------------------------------------------------


def one(service: Service, address: str = MARA) -> tuple[Mailchimp, Found]:
    connector = service.connect()
    (found,) = connector.find([address])
    return connector, found


def test_people_are_found_in_every_state_and_in_the_shop(mailchimp: Service) -> None:
    """Archived, unsubscribed, bounced, stored in capitals, or known to the shop alone; the search is not asked."""
    connector = mailchimp.connect()
    for address in (JONAS, COUPLE, RETO, READER):
        assert [each.addresses for each in connector.find([address])] == [(address,)]
    for state in READABLE:
        mailchimp.member(JONAS).record["status"] = state
        assert connector.find([JONAS])
    assert not [call for call in mailchimp.wire.calls if "search" in call]


def test_the_key_of_a_person_is_the_services_own(mailchimp: Service) -> None:
    """The hash of the address: it stands in no URL in plain."""
    connector, found = one(mailchimp)
    connector.plan(Right.DELETION, found)
    assert found.key == "9e90ba35a08ea3e94aa873102f3c4057"
    assert not [call for call in mailchimp.wire.calls if "@" in call or "%40" in call]


def test_every_page_is_read(mailchimp: Service) -> None:
    """A thousand at a time, to the end: contacts for the watch, and the feed, which does not say how long it is."""
    mailchimp.far_side.judge = lambda _: None  # thousands of items of sixteen kinds: seconds
    releases = mailchimp.account.audiences[RELEASES]
    for number in range(1_050):
        releases.add({"email_address": f"many{number}@example.net", "status": "subscribed"}, skip=True)
    member = mailchimp.member(MARA)
    member.feed = [{**member.feed[0], "campaign_id": f"{number:010x}"} for number in range(2_100)]
    connector, found = one(mailchimp)
    told = list(connector.addresses())
    assert len({each for each in told if each.startswith("many")}) == 1_050
    assert MARA.upper() in told  # archived in the other audience
    tables = {table.name: table for table in connector.export(found) if isinstance(table, Table)}
    assert len(tables["Releases activity"].rows) == 2_100


def test_the_copy_speaks_in_names(mailchimp: Service) -> None:
    """Merge fields, interests and permissions in words; nothing is written as ""; our staff is not named."""
    feed, noted = mailchimp.member(MARA).feed, TODAY.isoformat()
    feed.append({"activity_type": "note", "created_at_timestamp": noted, "updated_at_timestamp": noted, "note_id": "31",
                 "note_text": "Knows gloves.", "created_by": "Ann Amsler", "avatar_url": "https://ann.example"})  # fmt: skip
    connector, found = one(mailchimp)
    tables = {table.name: table for table in connector.export(found) if isinstance(table, Table)}
    contact = dict(zip(tables["Releases"].columns, tables["Releases"].rows[0], strict=True))
    assert (contact["FNAME"], contact["ADDRESS.city"], contact["BIRTHDAY"]) == ("Mara", "Winterthur", "02/02")
    assert tables["Releases"].labels["ADDRESS.city"] == "Address: city"
    assert tables["Releases interests"].rows == (("What do you play?", "Hang"),)
    assert ("You may write me e-mails", True) in tables["Releases permissions"].rows
    assert {row[0] for row in tables["Releases tags"].rows} == {"workshop guest", "beta"}
    assert tables["Releases notes"].withheld
    assert len(tables["Releases activity"].rows) == 29
    assert "Knows gloves." in tables["Releases activity"].rows[-1]
    assert tables["Releases events"].rows[0][2] == '{"program": "Tremolo Studio"}'
    assert {row[0] for row in tables["Klangfinger shop orders lines"].rows} == {"R001-0", "R001-1"}
    assert tables["Welcome series (mails waiting)"].rows[0][0] == "Welcome series"
    everything = str([each.rows for each in tables.values()])
    assert "Ann Amsler" not in everything
    assert "ann.example" not in everything
    assert "''" not in everything
    assert {"email_address", "FNAME", "ADDRESS.city"} <= {*tables["Releases"].provided}
    assert "ip_opt" not in tables["Releases"].provided


def test_the_block_says_what_the_policy_says(mailchimp: Service) -> None:
    """Words of the place, else of all shops, else of the block."""
    audiences = [{"id": RELEASES, "label": "Releases", "purpose": "To tell you of new programs."}]
    connector, found = mailchimp.connect(audiences=audiences), one(mailchimp)[1]
    tables = {table.name: table for table in connector.export(found) if isinstance(table, Table)}
    assert tables["Releases tags"].purpose == "To tell you of new programs."
    assert tables["Releases tags"].category == "Newsletter"
    assert tables["Workshops"].purpose == "To send you the news you asked for."
    shop = tables["Klangfinger shop orders"]
    assert (shop.category, shop.retention) == ("Customer data", "Until you unsubscribe.")


def test_the_search_is_a_hint_for_a_person(mailchimp: Service) -> None:
    """It still knows a contact by an old address: a task. What it names and is not there any more is nothing."""
    mailchimp.far_side.lag = True
    mailchimp.account.audiences[RELEASES].change(mailchimp.member(READER).record["id"], {"email_address": "l@example.org"})
    connector, found = one(mailchimp, READER)  # still in the other audience
    hint = next(line for line in connector.plan(Right.DELETION, found) if line.place == "search")
    assert (hint.act, hint.count, bool(hint.words)) == (Act.TASK, 1, True)
    mailchimp.account.audiences[RELEASES].forget("l@example.org")
    assert not [line for line in connector.plan(Right.DELETION, found) if line.place == "search"]


# -- correction -------------------------------------------------------------------------------------------------------


def test_a_changed_address_is_followed_to_its_new_id(mailchimp: Service) -> None:
    """In both audiences; the shop keeps its own, and says so; proved under the new id."""
    connector, found = one(mailchimp)
    changes = connector.propose(found, {"email": "maria@example.com"})
    assert [each.refused for each in changes] == ["", "", "the shop itself keeps the address; change it there"]
    own = [each for each in changes if not each.refused]
    assert connector.correct(found, own, "key") == {"Releases": 1, "Workshops": 1}
    for audience in (RELEASES, WORKSHOPS):
        assert mailchimp.member("maria@example.com", audience).record["email_address"] == "maria@example.com"
    assert connector.prove(Right.CORRECTION, found, [], [], own) == []
    assert connector.correct(found, own, "key") == {"Releases": 1, "Workshops": 1}


def test_a_part_of_an_address_keeps_the_others(mailchimp: Service) -> None:
    """The service takes an address whole; what is left out of it would be lost."""
    connector, found = one(mailchimp)
    changes = [each for each in connector.propose(found, {"city": "Bern", "postcode": "3011"}) if not each.refused]
    assert {(each.place, each.name, each.old) for each in changes} >= {("Releases", "ADDRESS.city", "Winterthur")}
    connector.correct(found, changes, "key")
    address = mailchimp.member(MARA).record["merge_fields"]["ADDRESS"]
    assert (address["addr1"], address["city"], address["zip"]) == ("Ahornweg 4", "Bern", "3011")
    customer = mailchimp.account.stores[SHOP].customers["K0001"]
    assert (customer["address"]["city"], customer["address"]["address1"]) == ("Bern", "Ahornweg 4")


@pytest.mark.parametrize(
    ("tag", "fine", "bad"),
    [
        ("FNAME", "Maria", "x" * 256),
        ("SYSTEM", "macOS", "OS/2"),
        ("SYSTEM", "Windows", ""),
        ("BIRTHDAY", "12/31", "31/12"),
        ("SINCE", "2010-01-31", "31.1.2010"),
        ("SITE", "https://example.org/x", "example"),
        ("HANDS", "2.5", "two"),
        ("ADDRESS.city", "Bern", ""),
        ("ADDRESS.moon", "", "Bern"),
        ("language", "fr_CA", "French"),
    ],
)
def test_what_the_service_would_refuse_is_said_before(mailchimp: Service, tag: str, fine: str, bad: str) -> None:
    """The proposal says so, and the service agrees about what is fine."""
    connector, found = mailchimp.connect(words={"it": tag}), one(mailchimp)[1]
    here = [each for each in connector.propose(found, {"it": bad}) if each.place == "Releases"]
    assert [bool(each.refused) for each in here] == [True]
    assert bad not in here[0].refused or len(bad) < 2
    with pytest.raises(PlanChanged):
        connector.correct(found, here, "key")
    if fine:
        taken = [each for each in connector.propose(found, {"it": fine}) if each.place == "Releases"]
        assert sum(connector.correct(found, taken, "key").values()) == 1


@pytest.mark.parametrize("kind", ["phone", "zip"])
def test_an_american_form_is_asked_for_where_the_field_wants_it(mailchimp: Service, kind: str) -> None:
    """Telephone and post code of the United States."""
    field = next(each for each in mailchimp.account.audiences[RELEASES].merge_fields if each["tag"] == "PHONE")
    field |= {"type": kind, "options": {"phone_format": "US"}}
    connector, found = one(mailchimp)
    fine = {"phone": "404-555-0100", "zip": "30301"}[kind]
    for wish, refused in ((fine, False), ("+41 44 555 01 02", True)):
        change = next(each for each in connector.propose(found, {"phone": wish}) if each.place == "Releases")
        assert bool(change.refused) == refused


def test_an_address_somebody_else_has_is_refused(mailchimp: Service) -> None:
    """Two contacts cannot become one by a correction; nonsense is no address; the same in capitals moves nobody."""
    connector, found = one(mailchimp)
    (taken, *_) = connector.propose(found, {"email": READER})
    assert "another contact" in taken.refused
    (nonsense, *_) = connector.propose(found, {"email": "mara at home"})
    assert nonsense.refused
    (loud, *_) = connector.propose(found, {"email": MARA.title()})
    assert loud.refused == ""
    connector.correct(found, [loud], "key")
    assert mailchimp.member(MARA).record["email_address"] == MARA.title()


def test_a_field_nobody_has_is_no_change(mailchimp: Service) -> None:
    """A house word without a place here, and a value that is there already."""
    connector, found = one(mailchimp)
    assert connector.propose(found, {"shoe_size": "39", "first_name": "Mara"}) == []


# -- restriction and objection ----------------------------------------------------------------------------------------


def test_a_restricted_contact_is_silent_and_marked(mailchimp: Service) -> None:
    """Unsubscribed, nothing agreed to, out of the automation, tagged; what is archived stays archived."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.RESTRICTION, found)
    tasks = {line.place for line in lines if line.act == Act.TASK}
    assert tasks == {"advertisements, post cards", "Klangfinger shop mails"}
    connector.restrict(found, lines, "key")
    member = mailchimp.member(MARA)
    assert member.status == "unsubscribed"
    assert not [each for each in member.record["marketing_permissions"] if each["enabled"]]
    assert HELD_BACK in {tag["name"] for tag in member.tags}
    assert mailchimp.member(MARA, WORKSHOPS).status == "archived"
    assert not mailchimp.account.workflows[WELCOME].queues[SECOND_MAIL]
    assert mailchimp.account.triggered == []


def test_a_lifted_restriction_switches_no_subscription_on(mailchimp: Service) -> None:
    """The mark goes; mails come again only when the person asks for them."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.RESTRICTION, found)
    connector.restrict(found, lines, "key")
    assert connector.lift(found, lines, "lift") == {"Releases": 1, "Workshops": 1}
    member = mailchimp.member(MARA)
    assert HELD_BACK not in {tag["name"] for tag in member.tags}
    assert {"beta", "workshop guest"} <= {tag["name"] for tag in member.tags}
    assert member.status == "unsubscribed"


def test_an_objection_is_kept_where_it_can_be_shown(mailchimp: Service) -> None:
    """Archived contacts become unsubscribed too; nobody is deleted; no tag is needed."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.OBJECTION, found)
    connector.stop_marketing(found, lines, "key")
    assert [mailchimp.member(MARA, each).status for each in (RELEASES, WORKSHOPS)] == ["unsubscribed"] * 2
    assert HELD_BACK not in {tag["name"] for tag in mailchimp.member(MARA).tags}
    assert mailchimp.account.deleted == []


@pytest.mark.parametrize(
    ("right", "spoil"),
    [
        (Right.OBJECTION, {"status": "subscribed"}),
        (Right.OBJECTION, {"status": "archived"}),
        (Right.OBJECTION, {"marketing_permissions": [{"enabled": True, "marketing_permission_id": "9f8e7d", "text": "x"}]}),
        (Right.RESTRICTION, {"status": "pending"}),
        (Right.RESTRICTION, {"tags": "none"}),
    ],
)
def test_what_does_not_stand_as_it_was_said_is_found(mailchimp: Service, right: Right, spoil: dict[str, Any]) -> None:
    """Status, permissions and the tag, each by itself."""
    connector, found = one(mailchimp)
    lines = connector.plan(right, found)
    act = connector.stop_marketing if right == Right.OBJECTION else connector.restrict
    act(found, lines, "key")
    assert connector.prove(right, found, [], lines) == []
    member = mailchimp.member(MARA)
    if "tags" in spoil:
        member.tags = []
    else:
        member.record |= spoil
    assert [line.place for line in connector.prove(right, found, [], lines)] == ["Releases"]


def test_a_contact_that_moved_is_not_silenced_by_an_old_plan(mailchimp: Service) -> None:
    """In an audience more or less than what was approved: PlanChanged, nothing done."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.RESTRICTION, found)
    mailchimp.account.audiences[WORKSHOPS].forget(MARA)
    with pytest.raises(PlanChanged):
        connector.restrict(found, lines, "key")
    assert mailchimp.member(MARA).status == "subscribed"


def test_without_advertising_nobody_has_to_look_there(mailchimp: Service) -> None:
    """The block says that the account makes no ads; and whoever buys nothing has no shop."""
    connector, found = mailchimp.connect(advertising=False), one(mailchimp, READER)[1]
    assert {line.act for line in connector.plan(Right.OBJECTION, found)} == {Act.STOP}


# -- erasure ----------------------------------------------------------------------------------------------------------


def test_an_erasure_goes_from_the_outside_in(mailchimp: Service) -> None:
    """Carts, orders (asked for again), customer; automation; then the contact for good in each audience."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.DELETION, found)
    mailchimp.wire.calls.clear()
    connector.erase(found, lines, "key")
    writes = [call.replace("/3.0", "") for call in mailchimp.wire.calls if not call.startswith("GET")]
    assert [call.split("/")[-2 if "DELETE" in call else -1] for call in writes] == [
        "carts", "orders", "orders", "customers", "removed-subscribers", "delete-permanent", "delete-permanent",
    ]  # fmt: skip
    for audience in (RELEASES, WORKSHOPS):
        with pytest.raises(Problem, match="Forgotten Email Not Subscribed"):
            mailchimp.account.audiences[audience].add({"email_address": MARA, "status": "subscribed"}, skip=True)


def test_the_proof_looks_under_every_address_of_the_case(mailchimp: Service) -> None:
    """Also under the one the person wrote from, which no system had on file when the plan was made."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.DELETION, found)
    connector.erase(found, lines, "key")
    left = connector.prove(Right.DELETION, found, [READER], lines)
    assert {line.place: line.count for line in left} == {"Releases": 1, "Workshops": 1}


def test_whoever_only_buys_is_erased_in_the_shop(mailchimp: Service) -> None:
    """No contact, one customer, one order; the neighbour's stay."""
    connector, found = one(mailchimp, RETO)
    lines = connector.plan(Right.DELETION, found)
    assert {line.place: line.count for line in lines} == {
        "Klangfinger shop orders": 1, "Klangfinger shop customers": 1,
    }  # fmt: skip
    connector.erase(found, lines, "key")
    assert set(mailchimp.account.stores[SHOP].customers) == {"K0001"}
    assert set(mailchimp.account.stores[SHOP].orders) == {"R001-0", "R001-1"}


def test_less_than_the_plan_is_a_change_unless_it_has_begun(mailchimp: Service) -> None:
    """A contact whose address changed in the meantime is not there, and not erased: nobody may call that done."""
    connector, found = one(mailchimp)
    lines = connector.plan(Right.DELETION, found)
    mailchimp.account.audiences[RELEASES].change(found.key, {"email_address": "maria@example.com"})
    with pytest.raises(PlanChanged):
        connector.erase(found, lines, "key")
    assert mailchimp.account.deleted == []


# -- configuration ----------------------------------------------------------------------------------------------------


def test_every_fault_of_the_block_is_told_at_once(mailchimp: Service) -> None:
    """Places, automations and words that the live account does not have."""
    connector = mailchimp.connect(
        audiences=[{"id": "nowhere", "label": "Nowhere"}], shops=[{"id": "no-shop", "label": "No shop"}],
        automations=[{"workflow": WELCOME, "emails": ["none"], "label": "Nothing"}], words={"nickname": "NICK"},
    )  # fmt: skip
    assert connector.lint() == [
        "There is no audience nowhere (“Nowhere”).", "There is no shop no-shop (“No shop”).",
        f"There is no e-mail none in an automation {WELCOME} (“Nothing”).",
        "words: no audience has a field NICK (“nickname”).",
    ]  # fmt: skip
    with pytest.raises(Refused, match="nowhere"):
        connector.find([MARA])


def test_a_key_that_is_not_taken_is_a_fault_of_the_configuration(mailchimp: Service) -> None:
    """Of another data centre, or withdrawn."""
    connector = mailchimp.connect(key_env="WITHDRAWN_KEY")
    (fault,) = connector.lint()
    assert fault.startswith("WITHDRAWN_KEY: ")
    with pytest.raises(Refused, match="API Key Invalid"):
        connector.find([MARA])


@pytest.mark.parametrize(
    ("changes", "secrets", "told"),
    [
        ({}, {}, ["MAILCHIMP_API_KEY is not set"]),
        ({"key_env": "K"}, {"K": "0123-us"}, ["K is not of the form of a key"]),
        ({"category": ""}, {"MAILCHIMP_API_KEY": KEY}, ["category"]),
        ({"label": "", "timeout_s": 500, "colour": "red"}, {"MAILCHIMP_API_KEY": KEY}, ["label", "timeout_s", "colour"]),
        ({"automations": [{"workflow": "w", "emails": [], "label": "x"}]}, {"MAILCHIMP_API_KEY": KEY}, ["emails"]),
        ({"shops": [{"id": "s", "label": "Releases"}]}, {"MAILCHIMP_API_KEY": KEY}, ["two places are labelled"]),
        ({}, {"MAILCHIMP_API_KEY": KEY, "MAILCHIMP_API_URL": "http://example.org"}, ["https://"]),
    ],
)
def test_a_block_that_cannot_be_used_says_why(changes: dict[str, Any], secrets: dict[str, str], told: list[str]) -> None:
    """All of it at once, and never the key."""
    with pytest.raises(Misconfigured) as caught:
        connector({**BLOCK, **changes}, outside(lambda: TODAY, **secrets))
    assert len(caught.value.faults) == len(told)
    assert all(word in str(caught.value) for word in told)
    assert not [each for each in secrets.values() if each in str(caught.value) and each]


def test_the_data_centre_is_in_the_key() -> None:
    """No address has to be configured."""
    made = connector(BLOCK, outside(lambda: TODAY, MAILCHIMP_API_KEY=KEY))
    assert made._client._url == "https://us21.api.mailchimp.com/3.0"
    made.close()


def test_what_the_service_cannot_do_becomes_a_task(mailchimp: Service) -> None:
    """It keeps no accounts; and a right nobody has heard of."""
    connector, found = one(mailchimp)
    with pytest.raises(Unsupported):
        connector.idle(TODAY.date(), "", 10)
    with pytest.raises(Unsupported):
        connector.plan("flying", found)  # type: ignore[arg-type]


def test_an_account_that_shows_nothing_is_not_believed(mailchimp: Service) -> None:
    """“Nobody of this name” must never come from an empty answer."""
    mailchimp.account.audiences.clear()
    with pytest.raises(Temporary):
        mailchimp.connect(audiences=[]).find([MARA])


def test_two_places_of_one_name_are_told_apart(mailchimp: Service) -> None:
    """By their ids."""
    mailchimp.account.audiences[WORKSHOPS].name = "Releases"
    connector, found = one(mailchimp)
    places = {line.place for line in connector.plan(Right.DELETION, found)}
    assert {RELEASES, WORKSHOPS} <= places
