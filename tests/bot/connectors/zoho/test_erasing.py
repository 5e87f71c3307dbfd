"""Deletion: each thing once, nothing by halves for ever, and no success believed that is none (TRUST F30 to F33)."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.connectors import Found
from bot.connectors.zoho import Zoho
from bot.errors import PlanChanged, Refused, SubjectlineError, Temporary, Unclear
from bot.law import Right
from bot.sandbox.company import MARA, RETO
from bot.workflow import Act, Line, Seen
from tests.fixtures.zoho import BLOCK, Service

KEY = "ticket:crm:erase:1"
MODULES = "(Contacts|Leads|Callbacks|Tasks)"
DELETE = rf"DELETE /crm/v8/{MODULES}/\d+$"
PURGE = r"DELETE /crm/v8/settings/recycle_bin/"
PUT = "PUT /crm/v8/Deals/"


@dataclass
class Run:
    """A deletion as the engine carries it: tried again where nothing happened, looked at where nobody knows."""

    crm: Zoho
    found: Found
    lines: Sequence[Line]
    errors: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def until_done(self, tries: int = 8) -> None:
        for _ in range(tries):
            try:
                self.counts = dict(self.crm.erase(self.found, self.lines, KEY))
            except Unclear as error:
                self.errors.append(type(error).__name__)
                seen = self.crm.erased(self.found, self.lines, KEY)
                if isinstance(seen, Seen):
                    self.counts = {name: int(count) for name, count in seen.result.items()}
                    return
            except Temporary as error:
                self.errors.append(type(error).__name__)
            else:
                return
        raise AssertionError(self.errors)

    def left(self) -> list[Line]:
        return self.crm.prove(Right.DELETION, self.found, [MARA], self.lines)


def begun(service: Service, *, wired: bool = False, **changes: object) -> Run:
    """The plan is made; the far side is as it always was."""
    crm = service.connect(wired=wired, **changes)
    (found,) = crm.find([MARA])
    lines = [line for line in crm.plan(Right.DELETION, found) if line.act != Act.TASK]
    return Run(crm, found, lines)


def gone(service: Service) -> list[str]:
    """Every record that went for good, as often as it did."""
    return sorted(f"{module}:{number}" for module, each in service.book.state.gone.items() for number, _ in each)


WANTED = {"Contacts": 1, "Leads": 1, "Callbacks": 1, "Tasks": 1, "Deals": 1, "Notes": 2, "Attachments": 2}


def check_done_once(service: Service, run: Run) -> None:
    """Exactly the plan, each record deleted once, nothing of hers anywhere but in what stays."""
    assert run.counts == WANTED
    assert run.left() == []
    assert len(gone(service)) == len(set(gone(service))) == 4
    assert service.book.state.bin == {}
    assert service.book.state.workflows == []
    names = {f"'{MARA}'", "theremin", "hearing aid", "ring mara", "tremolo studio for"}
    places = {place for name in names for place, _ in service.book.everything_of(name)}
    assert places <= {"emails", "timelines"}  # the tasks of the plan


# -- what it does -----------------------------------------------------------------------------------------------------


def test_the_plan_names_what_people_have_to_do(zoho: Service) -> None:
    """E-mails have no call that deletes them; what the law keeps says how long."""
    crm, found = zoho.connect(), zoho.found(MARA)
    by_place = {(line.place, line.act): line for line in crm.plan(Right.DELETION, found)}
    assert by_place["Emails", Act.TASK].count == 13
    assert "Emails" in by_place["Emails", Act.TASK].words
    kept = by_place["Invoices", Act.KEEP]
    assert (kept.count, kept.until, kept.category) == (1, "2035-12-31", "Invoices")
    assert by_place["Deals", Act.ANONYMISE].count == 1
    assert {name: line.count for (name, act), line in by_place.items() if act == Act.DELETE} == {
        name: count for name, count in WANTED.items() if name != "Deals"
    }


def test_all_of_it_goes_and_what_the_law_keeps_stays(zoho: Service) -> None:
    """Out of the recycle bin as well; no workflow ran; Reto and the invoice are untouched."""
    reto = sorted(zoho.book.everything_of(RETO))
    invoice = dict(zoho.record("Invoices", Subject="R2025-0001"))
    run = begun(zoho)
    run.until_done()
    check_done_once(zoho, run)
    assert [place for place in zoho.book.everything_of(RETO) if place[0] != "emails"] == [
        place for place in reto if place[0] != "emails"
    ]
    after = zoho.record("Invoices", Subject="R2025-0001")
    assert {**invoice, "Contact_Name": None} == dict(after)  # what it pointed at is gone
    deal = zoho.record("Deals", Amount=2490.0)
    assert deal["Deal_Name"].startswith("erased-")


def test_without_a_rule_people_decide(zoho: Service) -> None:
    """Deals and tasks of hers are named, and not touched."""
    crm, found = zoho.connect(modules={}), zoho.found(MARA, modules={})
    lines = crm.plan(Right.DELETION, found)
    tasks = {line.place: line.count for line in lines if line.act == Act.TASK}
    assert {"Deals": 1, "Invoices": 1, "Tasks": 1}.items() <= tasks.items()
    crm.erase(found, lines, KEY)
    assert zoho.record("Deals", Amount=2490.0)["Deal_Name"].startswith("Tremolo")


def test_a_company_may_want_people_s_records_decided_on_one_by_one(zoho: Service) -> None:
    """`erase = "task"` deletes nobody by itself."""
    lines = zoho.connect(erase="task", modules={}).plan(Right.DELETION, zoho.found(MARA))
    assert {line.act for line in lines} == {Act.TASK}


def test_when_the_ground_for_keeping_has_ended_it_goes(zoho: Service) -> None:
    """Ten years after the end of the year."""
    zoho.clock.forward(days=365 * 10)
    lines = zoho.connect().plan(Right.DELETION, zoho.found(MARA))
    assert [(line.act, line.count) for line in lines if line.place == "Invoices"] == [(Act.DELETE, 1)]


def test_a_person_who_must_stay_is_made_anonymous(zoho: Service) -> None:
    """Notes, attachments and picture go; history and hidden fields are a person's task; again there is nothing to do."""
    masks = {"First_Name": "null", "Last_Name": "fixed", "Email": {"keyed": "erased-{key}@invalid.example"},
             "Secondary_Email": "null", "Phone": "null", "Description": "redact", "Date_of_Birth": "year",
             "Mailing_Street": "null", "Mailing_City": "null", "Mailing_Zip": {"prefix": 2}}  # fmt: skip
    rules = {"modules": {**BLOCK["modules"], "Contacts": {"erase": "anonymise", "masks": masks}}}
    mara = zoho.record("Contacts", First_Name="Mara")
    mara["Description"] = "Mara plays the theremin; write to Mara.Lindt@example.com."
    number = mara["id"]
    run = begun(zoho, **rules)
    tasks = {line.place for line in run.crm.plan(Right.DELETION, run.found) if line.act == Act.TASK}
    assert {"Contacts history", "Contacts hidden fields"} <= tasks
    run.until_done()
    assert run.left() == []
    row = zoho.book.state.records["Contacts"][number]
    assert row["Email"] == f"erased-{number}@invalid.example"
    assert row["Description"] == "[erased] plays the theremin; write to [erased]."
    assert (row["Date_of_Birth"], row["Mailing_Zip"], row["Record_Image"]) == ("1951-01-01", "84", None)
    assert not zoho.book.state.notes[number]
    assert not zoho.book.state.attachments[number]
    assert zoho.connect(**rules).find([MARA]) == []


def test_what_was_restricted_can_still_be_deleted(zoho: Service) -> None:
    """Our own lock is taken off; somebody else's is a refusal, and nothing is deleted behind it."""
    crm, found = zoho.connect(), zoho.found(MARA)
    crm.restrict(found, crm.plan(Right.RESTRICTION, found), KEY)
    run = begun(zoho)
    run.until_done()
    check_done_once(zoho, run)


def test_a_lock_of_somebody_else_s_is_respected(zoho: Service) -> None:
    """A person has to look."""
    run = begun(zoho)
    mara = zoho.record("Contacts", First_Name="Mara")["id"]
    zoho.book.state.locks[mara] = {"id": "1", "Locked_Reason__s": "Under audit."}
    with pytest.raises(Refused, match="RECORD_LOCKED"):
        run.crm.erase(run.found, run.lines, KEY)
    assert mara in zoho.book.state.records["Contacts"]
    del zoho.book.state.locks[mara]
    run.until_done()
    check_done_once(zoho, run)


def test_what_somebody_deleted_meanwhile_is_swept_from_the_bin(zoho: Service) -> None:
    """All of it was gone when we came: the same counts, and the recycle bin is asked all the same."""
    run = begun(zoho)
    other = begun(zoho)
    for ref in run.found.key.split(";"):
        zoho.book.discard(*ref.split(":"), workflows=False)
    for module in ("Tasks", "Deals"):
        for number in [each["id"] for each in zoho.book.state.records[module].values()]:
            zoho.book.discard(module, number, workflows=False)
    run.until_done()
    assert run.counts == WANTED
    assert {each.module for each in zoho.book.state.bin.values()} == {"Tasks", "Deals"}  # not hers any more
    assert other.crm.erased(other.found, other.lines, KEY) == Seen(WANTED)


def test_somebody_of_that_name_in_the_bin_is_a_task(zoho: Service) -> None:
    """Deleted by hand before: the bin tells a name and no address."""
    old = zoho.book.add("Contacts", First_Name="Mara", Last_Name="Lindt", Email="mara@old.example")
    zoho.book.discard("Contacts", old, workflows=False)
    lines = zoho.connect().plan(Right.DELETION, zoho.found(MARA))
    assert [(line.act, line.count) for line in lines if line.place == "Recycle bin"] == [(Act.TASK, 1)]


def test_the_grounds_count_as_well(zoho: Service) -> None:
    """An invoice with another date is another plan."""
    run = begun(zoho)
    zoho.record("Invoices", Subject="R2025-0001")["Invoice_Date"] = "2026-02-12"
    before = zoho.everything()
    with pytest.raises(PlanChanged):
        run.crm.erase(run.found, run.lines, KEY)
    assert zoho.everything() == before


def test_the_journal_holds_no_values_and_ends_with_the_proof(zoho: Service) -> None:
    """Ids, acts and digests while it is needed; nothing at all afterwards."""
    run = begun(zoho)
    run.until_done()
    (page,) = (value.decode() for name, value in zoho.shelf.values.items() if name.startswith("zoho:run:"))
    assert not any(word in page.lower() for word in ("mara", "lindt", "tremolo", "@"))
    assert run.left() == []
    assert not any(name.startswith("zoho:run:") for name in zoho.shelf.values)


def test_what_does_not_fit_into_one_call_is_gone_on_with(zoho: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some pieces at a time are noted; nothing that is done is looked at again, and each is deleted once."""
    mara = zoho.record("Contacts", First_Name="Mara")["id"]
    for number in range(45):
        zoho.book.add("Tasks", Subject=f"Call {number}", Who_Id={"name": "Mara Lindt", "id": mara})
    run = begun(zoho)
    late = iter([float("inf"), float("inf"), 0.0] * 10)
    monkeypatch.setattr("bot.connectors.zoho.erasing.left_s", lambda: next(late))
    run.until_done()
    assert run.errors == ["Temporary"] * 2
    assert run.counts["Tasks"] == 46
    assert len(gone(zoho)) == len(set(gone(zoho))) == 49
    looked = [call for call in zoho.wire.calls if re.search(r"GET /crm/v8/Tasks/\d+$", call)]
    assert len(looked) < 46 * 3
    assert run.left() == []


# -- F30: whatever the far side does, the answer is right or there is none ------------------------------------------------

SEARCH = r"(search|coql)$"
FAILED = {"data": [{"code": "INTERNAL_ERROR", "details": {}, "message": "internal error", "status": "error"}]}
READING: dict[str, dict[str, Any]] = {
    "429": {"body": {"code": "TOO_MANY_REQUESTS"}},
    "500": {"body": {"code": "INTERNAL_ERROR"}},
    "503": {"raw": b"<html>maintenance</html>"},
    "401": {"body": {"code": "INVALID_TOKEN"}},
    "reset": {},
    "lost": {},
    "garbled": {},
    "empty page": {"change": lambda _: {"data": [], "info": {"count": 0, "more_records": False}}},
    "half a list": {"change": lambda told: told and {**told, "data": told["data"][1:]}},
    "error in a 200": {"change": lambda _: FAILED},
}


@pytest.mark.parametrize("times", [1, 50])
@pytest.mark.parametrize("trouble", READING)
def test_who_somebody_is_is_never_half_known(zoho: Service, trouble: str, times: int) -> None:
    """Trouble once or for long: the whole person, or an error; never “nobody”, never a part."""
    crm = zoho.connect()
    whole = crm.find([MARA])
    how = READING[trouble]
    rule = zoho.wire.cause("changed" if "change" in how else trouble, SEARCH, times, **how)
    try:
        found = crm.find([MARA])
    except (Temporary, Refused):
        found = whole
    assert rule.met
    assert found == whole
    zoho.wire.over()
    zoho.clock.forward(minutes=11)
    assert crm.find([MARA]) == whole


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_a_far_side_that_keeps_us_waiting_is_left_in_time(wired_zoho: Service, kind: str) -> None:
    """The limit is for the whole call, however slowly its bytes come."""
    crm = wired_zoho.connect(wired=True, timeout_s=1.5)
    whole = crm.find([MARA])
    wired_zoho.far_side.trouble.cause(kind, SEARCH)
    begun = time.monotonic()
    with pytest.raises(Temporary):
        crm.find([MARA])
    assert time.monotonic() - begun < 6
    wired_zoho.far_side.trouble.over()
    assert crm.find([MARA]) == whole


# -- F30 to F33: each deletion once ---------------------------------------------------------------------------------------

TROUBLES: dict[str, dict[str, Any]] = {
    "429": {"body": {"code": "TOO_MANY_REQUESTS", "status": "error", "message": "", "details": {}}},
    "500": {"body": {"code": "INTERNAL_ERROR", "status": "error", "message": "", "details": {}}},
    "401": {"body": {"code": "INVALID_TOKEN", "status": "error", "message": "", "details": {}}},
    "reset": {},
    "lost": {},
    "garbled": {},
}


@pytest.mark.parametrize("place", [DELETE, PURGE, PUT])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_record_is_deleted_once_whatever_comes_between(zoho: Service, trouble: str, place: str) -> None:
    """Trouble at the first such calls, before or after they took effect."""
    run = begun(zoho)
    rule = zoho.wire.cause(trouble, place, 1 if trouble == "401" else 2, **TROUBLES[trouble])
    run.until_done()
    assert rule.met
    zoho.wire.over()
    check_done_once(zoho, run)


@pytest.mark.parametrize("kind", ["hang", "late", "lost"])
def test_a_call_that_gives_no_answer_in_time_is_looked_up(wired_zoho: Service, kind: str) -> None:
    """Done or not: after the time it had, a look tells, and the rest is done."""
    run = begun(wired_zoho, wired=True, timeout_s=20.0)
    hasty = wired_zoho.connect(wired=True, timeout_s=2.5)
    wired_zoho.far_side.trouble.cause(kind, DELETE)
    with suppress(SubjectlineError):
        hasty.erase(run.found, run.lines, KEY)
    wired_zoho.far_side.trouble.over()
    run.until_done()
    check_done_once(wired_zoho, run)


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_a_lost_answer_is_settled_without_a_second_destructive_call(zoho: Service, times: int) -> None:
    """F31: the record is looked for, it is gone, and no DELETE is sent again."""
    run = begun(zoho)
    zoho.wire.cause("lost", DELETE, times)
    run.until_done()
    sent = [call for call in zoho.wire.calls if re.search(DELETE, call)]
    assert len(sent) == len(set(sent)) == 4
    check_done_once(zoho, run)


def test_half_done_is_gone_on_with_two_days_later(zoho: Service) -> None:
    """F32: the far side goes away in the middle; another process finishes, with what the first one wrote down."""
    run = begun(zoho)
    deleted = 0

    def after_two(method: str, path: str) -> bool:
        nonlocal deleted
        deleted += method == "DELETE" and "recycle_bin" not in path
        return deleted > 2

    zoho.wire.fails_when = after_two
    for _ in range(3):
        with pytest.raises(SubjectlineError):
            run.crm.erase(run.found, run.lines, KEY)
    already, before = gone(zoho), len(zoho.wire.calls)
    assert 0 < len(already) < 4
    zoho.wire.fails_when = None
    zoho.clock.forward(days=2)
    later = Run(zoho.connect(), run.found, run.lines)
    later.until_done()
    sent = [call for call in zoho.wire.calls[before:] if re.search(DELETE, call)]
    assert not [ref for ref in already for call in sent if call.endswith(ref.partition(":")[2])]
    check_done_once(zoho, later)


@pytest.mark.parametrize("place", [DELETE, PURGE, PUT])
def test_a_lie_is_found_out(zoho: Service, place: str) -> None:
    """F33: “SUCCESS”, and nothing was done. The proof says what is still there."""
    run = begun(zoho)
    zoho.wire.cause("lie", place, 50)
    run.until_done()
    left = {(line.place, line.act): line.count for line in run.left()}
    gone_modules = {"Callbacks": 1, "Contacts": 1, "Leads": 1, "Tasks": 1}
    wanted = {(name, Act.DELETE): count for name, count in gone_modules.items()}
    assert left == ({("Deals", Act.ANONYMISE): 1} if place == PUT else wanted)


@pytest.mark.parametrize("place", [DELETE, PURGE, PUT])
def test_a_success_that_names_an_error_is_none(zoho: Service, place: str) -> None:
    """An error inside a 200: refused, and a person looks."""
    refusal = {"code": "NO_PERMISSION", "details": {}, "message": "permission denied", "status": "error"}
    run = begun(zoho)
    key = "recycle_bin" if place == PURGE else "data"
    zoho.wire.cause("changed", place, change=lambda _: {key: [refusal]})
    with pytest.raises(Refused, match="NO_PERMISSION"):
        run.crm.erase(run.found, run.lines, KEY)


def test_an_old_index_is_no_reason_to_doubt_a_deletion(zoho: Service) -> None:
    """The search still shows the record; asked by its id, it is not there."""
    run = begun(zoho)
    zoho.book.lags = True
    run.until_done()
    assert run.left() == []
    zoho.book.catch_up()
    assert run.left() == []


def test_what_comes_back_is_found_by_the_proof(zoho: Service) -> None:
    """An import in the night brings her back under another id."""
    run = begun(zoho)
    run.until_done()
    zoho.book.add("Leads", First_Name="Mara", Last_Name="Lindt", Email=MARA, Company="-")
    assert [(line.place, line.act, line.count) for line in run.left()] == [("Leads", Act.DELETE, 1)]


def test_whoever_shares_her_address_is_no_remainder(zoho: Service) -> None:
    """Reto reads the same second mailbox: he was there before, and he stays."""
    zoho.book.add("Contacts", First_Name="Reto", Last_Name="Lindt", Email="mara@lindt-klang.example")
    run = begun(zoho)
    run.until_done()
    assert run.left() == []
    assert zoho.record("Contacts", Email="mara@lindt-klang.example")
