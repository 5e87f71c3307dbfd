"""What the desk asks of the store, told with Ann, who wrote, and Bob, who clicks. On both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.errors import Temporary
from bot.law import Right
from bot.store import Holding, Purged, Store, Unit
from bot.tickets import Correspondent, Identity, State
from bot.workflow import Act, Line, plan_hash
from tests.fixtures.store import ANN, T0, Clock, a_request, a_ticket

LINES = (Line("shop", "orders", Act.KEEP, 2, "sales", "tax law", "2036-12-31"), Line("shop", "people", Act.DELETE, 1))


def a_mail(unit: Unit, identity: bytes = b"one", **columns: Any) -> str:
    values = {
        "identity": identity,
        "message_id_blind": unit.keys.blind("message-id", "<1@example.org>"),
        "sender_blind": unit.keys.blind("address", ANN.address),
        "mailbox": "INBOX",
        "uidvalidity": 7,
        "uid": 1,
        "verdict": "enquiry",
        "ticket_id": None,
        "reasons": [],
        "size": 3,
        "arrived_at": unit.now,
        "raw": b"raw",
    }
    mail_id = unit.id()
    assert unit.mail.add(id=mail_id, **{**values, **columns})
    return mail_id


def test_references_count_within_their_year(store: Store) -> None:
    """Four digits at least, none left out."""
    with store.begin() as unit:
        assert [*unit.tickets.next_refs(2026, 1), *unit.tickets.next_refs(2026, 2)] == ["DPE-2026-0001", "DPE-2026-0002", "DPE-2026-0003"]
        assert unit.tickets.next_refs(2027, 1) == ["DPE-2027-0001"]


def test_a_ticket_comes_back_as_it_was_stored(store: Store) -> None:
    """By id and by reference; who wrote is asked for apart."""
    with store.begin() as unit:
        ticket = a_ticket(unit, rights=(Right.ACCESS, Right.DELETION), regimes=("gdpr_eu", "ch_fadp"))
    stored = replace(ticket, opened_at=T0)
    with store.read() as unit:
        assert unit.tickets.get(ticket.id) == stored
        assert unit.tickets.by_ref(ticket.ref) == stored
        assert unit.tickets.by_ref("DPE-2026-9999") is None
        assert unit.tickets.by_ref("DPE\0\udc80") is None
        assert unit.tickets.correspondent(ticket.id) == ANN
        with pytest.raises(LookupError):
            unit.tickets.get("nobody")
    with store.begin() as unit:
        assert unit.tickets.lock(ticket.id) == stored
        with pytest.raises(LookupError):
            unit.tickets.lock("nobody")
        moved = Correspondent("ann@new.example", references=("<a>", "<b>"))
        unit.tickets.set_correspondent(ticket.id, moved)
        assert unit.tickets.correspondent(ticket.id) == moved


def test_tickets_are_listed_by_due_date(store: Store) -> None:
    """All, or open ones, or those due before a day."""
    with store.begin() as unit:
        late = a_ticket(unit, due=date(2026, 12, 30))
        soon = a_ticket(unit, due=date(2026, 12, 1))
        closed = a_ticket(unit, due=date(2026, 12, 10), state="closed")
        bobs = a_ticket(unit, due=date(2026, 12, 5), who=replace(ANN, address="bob@example.org"))

        def ids(found: list[Any]) -> list[str]:
            return [each.id for each in found]

        assert ids(unit.tickets.list()) == [soon.id, bobs.id, closed.id, late.id]
        assert ids(unit.tickets.list("open")) == [soon.id, bobs.id, late.id]
        assert ids(unit.overview.late(date(2026, 12, 5), 9)) == [soon.id]
        assert ids(unit.overview.soon(date(2026, 12, 5), date(2026, 12, 23), 9)) == [bobs.id]
        assert ids(unit.tickets.list(limit=1)) == [soon.id]


def test_who_wrote_lately_is_known(store: Store) -> None:
    """By the blind index: who has an open ticket of after this moment, among those asked for."""
    with store.begin() as unit:
        ann, bob, eve = (unit.keys.blind("address", f"{name}@example.org") for name in ("ann", "bob", "eve"))
        a_ticket(unit, who=replace(ANN, address="ann@example.org"))
        a_ticket(unit, who=replace(ANN, address="bob@example.org"), state="closed")
        a_ticket(unit, who=replace(ANN, address="eve@example.org"))
        before = unit.now - timedelta(seconds=1)
        assert unit.tickets.senders_since([ann, bob], before) == {ann}
        assert unit.tickets.senders_since([ann, bob, eve], before) == {ann, eve}
        assert unit.tickets.senders_since([ann, bob, eve], unit.now) == set()


def test_a_ticket_changes_only_for_who_saw_it_last(store: Store) -> None:
    """Compare-and-set on the version; a misspelt column is an error, not a silent nothing."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        changed = unit.tickets.change(ticket.id, 1, identity=Identity.CONFIRMED, why=("a", "b"))
        assert changed == replace(ticket, opened_at=T0, version=2, identity=Identity.CONFIRMED, why=("a", "b"))
        assert unit.tickets.change(ticket.id, 1, outcome="done") is None
        assert unit.tickets.touch(ticket.id) == (3, False)
        for wrong in ("colour", "version", "ref", "sender_blind"):
            with pytest.raises(TypeError, match=wrong):
                unit.tickets.change(ticket.id, 3, **{wrong: 1})


def test_a_ticket_gets_one_owner(store: Store) -> None:
    """Bob takes it; Carol comes too late."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        assert unit.tickets.own(ticket.id, "U_BOB")
        assert not unit.tickets.own(ticket.id, "U_CAROL")
        assert unit.tickets.get(ticket.id).owner == "U_BOB"


def test_a_card_never_goes_back_to_an_older_version(store: Store) -> None:
    """Two redraws overtake each other; the newer stays."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        unit.tickets.card_shown(ticket.id, "C1", "1.0", 5)
        unit.tickets.card_shown(ticket.id, "C1", "1.0", 4)
        shown = unit.tickets.get(ticket.id)
        assert (shown.card_channel, shown.card_ts, shown.card_version, shown.version) == ("C1", "1.0", 5, 1)


def test_the_clock_has_its_events_in_order(store: Store, clock: Clock) -> None:
    """With who made them and when."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        unit.tickets.add_clock_event("e2", ticket.id, "received", date(2026, 11, 23), {}, "bot")
    clock.forward(days=1)
    with store.begin() as unit:
        unit.tickets.add_clock_event("e1", ticket.id, "extended", date(2027, 2, 23), {"months": 2}, "U_BOB")
        found = unit.tickets.clock_events(ticket.id)
    assert [(each.id, each.kind, each.on_date, dict(each.detail), each.by, each.at) for each in found] == [
        ("e2", "received", date(2026, 11, 23), {}, "bot", T0),
        ("e1", "extended", date(2027, 2, 23), {"months": 2}, "U_BOB", T0 + timedelta(days=1)),
    ]


def test_a_request_moves_once_from_where_it_is(store: Store) -> None:
    """Whoever holds an older view of it gets nothing."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        deletion = a_request(unit, ticket, Right.DELETION)
        access = a_request(unit, ticket)
        assert unit.requests.of(ticket.id) == [access, deletion]
        with pytest.raises(IntegrityError), unit.connection.begin_nested():
            a_request(unit, ticket)
        moved = unit.requests.move(access, State.IDENTIFYING, chosen_by="U_BOB", chosen_at=unit.now)
        assert moved is not None
        assert moved == replace(access, state=State.IDENTIFYING, version=2, chosen_by="U_BOB", chosen_at=T0)
        assert unit.requests.move(access, State.REFUSED) is None
        waiting = unit.requests.move(moved, State.NEEDS_PERSON, back_to=State.IDENTIFYING, reason="two people")
        assert waiting is not None
        assert unit.requests.get(access.id) == waiting
        with pytest.raises(TypeError, match="ticket_id"):
            unit.requests.move(waiting, State.REFUSED, ticket_id="other")
        with pytest.raises(LookupError):
            unit.requests.get("nobody")


def test_a_result_is_noted_on_what_was_seen(store: Store) -> None:
    """Else somebody else's count would be lost."""
    with store.begin() as unit:
        request = a_request(unit, a_ticket(unit))
        noted = unit.requests.note(request, {"shop": {"done": 3}})
        assert noted == replace(request, version=2, result={"shop": {"done": 3}})
        with pytest.raises(Temporary):
            unit.requests.note(request, {})


def test_persons_are_sealed_and_remembered_even_when_nobody_was_found(store: Store) -> None:
    """`located` tells "not asked yet" from "nobody"."""
    with store.begin() as unit:
        request = a_request(unit, a_ticket(unit))
        assert unit.requests.persons(request.id) == {}
        assert not unit.requests.located(request.id)
        unit.requests.set_persons(request.id, {})
        assert unit.requests.located(request.id)
        persons = {"shop": {"key": "Customer:42", "addresses": ["ann@example.org"]}}
        unit.requests.set_persons(request.id, persons)
        assert unit.requests.persons(request.id) == persons


def test_exports_are_held_until_the_request_is_over(store: Store) -> None:
    """One per system, the newest; when the request ends, they are named as over; dropped one by one."""
    with store.begin() as unit:
        request = a_request(unit, a_ticket(unit))
        assert unit.holdings.of(request.id) == {}
        old, new, crm = (Holding(request.id, *rest, "d" * 64) for rest in (
            ("shop", "old", 1, 10), ("shop", "new", 2, 1 << 40), ("crm", "crm", 0, 0),
        ))  # fmt: skip
        for each in (old, new, crm):
            unit.holdings.put(each)
        new, crm = (replace(each, at=unit.now) for each in (new, crm))
        assert unit.holdings.of(request.id) == {"crm": crm, "shop": new}
        assert unit.holdings.files() == {"new", "crm"}
        assert unit.holdings.over() == []
        unit.requests.move(request, State.WITHDRAWN)
        assert sorted(each.file for each in unit.holdings.over()) == ["crm", "new"]
        unit.holdings.drop(request.id, "shop")
        assert unit.holdings.of(request.id) == {"crm": crm}


def test_the_key_of_exports_goes_with_the_tickets_key(store: Store) -> None:
    """The same each time, another for each ticket, and none after the purge."""
    with store.begin() as unit:
        first, second = (a_request(unit, a_ticket(unit)) for _ in range(2))
        assert unit.holdings.key(first.id) == unit.holdings.key(first.id) != unit.holdings.key(second.id)
        unit.destroy_key(f"ticket:{first.ticket_id}")
        with pytest.raises(Purged):
            unit.holdings.key(first.id)


def test_plans_are_numbered_and_come_back_exactly(store: Store) -> None:
    """The hash fits the lines that come back; the plan before shows what changed."""
    with store.begin() as unit:
        request = a_request(unit, a_ticket(unit), Right.DELETION)
        assert unit.plans.add("p1", request.id, LINES, plan_hash(LINES)) == 1
        assert unit.plans.add("p2", request.id, LINES[:1], plan_hash(LINES[:1])) == 2
        first, second = unit.plans.get("p1"), unit.plans.get("p2")
        assert first.lines == LINES
        assert plan_hash(first.lines) == first.hash
        assert unit.plans.before(first) is None
        assert unit.plans.before(second) == first
        assert unit.plans.void("p1")
        assert not unit.plans.void("p1")
        assert unit.plans.get("p1").void_at == T0
        with pytest.raises(LookupError):
            unit.plans.get("p3")


def test_a_question_is_decided_once(store: Store) -> None:
    """And only where it was asked."""
    with store.begin() as unit:
        request = a_request(unit, a_ticket(unit), Right.DELETION)
        unit.plans.add("p1", request.id, LINES, "h")
        assert unit.plans.approval("p1") is None
        assert not unit.plans.decide("p1", "approved", "U_BOB")
        assert unit.plans.ask("p1", "h")
        assert not unit.plans.ask("p1", "other")
        assert unit.plans.decide("p1", "approved", "U_BOB")
        assert not unit.plans.decide("p1", "rejected", "U_CAROL")
        found = unit.plans.approval("p1")
        assert found is not None
        assert (found.hash, found.decision, found.by, found.at) == ("h", "approved", "U_BOB", T0)


def test_a_mail_is_taken_once(store: Store) -> None:
    """The second with the same identity changes nothing and leaves no key behind."""
    with store.begin() as unit:
        mail_id = a_mail(unit)
        again = {**unit.mail.get(mail_id).__dict__, "id": "other", "raw": b"other"}
        for name in ("taken_at", "settled_at", "settled_by"):
            del again[name]
        assert not unit.mail.add(**again)
        assert unit.mail.known([b"one", b"two"]) == {b"one": unit.mail.get(mail_id)}
        assert unit.mail.raw(mail_id) == b"raw"
        assert unit.connection.exec_driver_sql("SELECT count(*) FROM data_key").scalar_one() == 1


def test_the_bytes_of_a_mail_go_with_its_ticket(store: Store) -> None:
    """A quarantined mail has a key of its own."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        joined = a_mail(unit, b"1", ticket_id=ticket.id)
        alone = a_mail(unit, b"2", verdict="quarantine", reasons=["too deep"])
        bare = a_mail(unit, b"3", raw=None)
        assert [each.id for each in unit.mail.of(ticket.id)] == [joined]
        assert unit.mail.get(alone).reasons == ("too deep",)
    with store.begin() as unit:
        unit.destroy_key(f"ticket:{ticket.id}")
        assert unit.mail.raw(alone) == b"raw"
        for gone in (joined, bare, "nobody"):
            with pytest.raises(Exception, match=r"destroyed|no bytes"):
                unit.mail.raw(gone)
        with pytest.raises(LookupError):
            unit.mail.get("nobody")


def test_a_reply_finds_the_tickets_of_its_thread(store: Store, clock: Clock) -> None:
    """By Message-IDs of mails of the same sender only, oldest first."""
    with store.begin() as unit:
        one = a_ticket(unit)
        a_mail(unit, b"1", ticket_id=one.id)
    clock.forward(hours=1)
    with store.begin() as unit:
        two = a_ticket(unit)
        a_mail(unit, b"2", ticket_id=two.id, message_id_blind=b"m2")
        a_mail(unit, b"3", ticket_id=two.id)
        a_mail(unit, b"4", message_id_blind=b"m4")
        ann, eve = unit.keys.blind("address", ANN.address), unit.keys.blind("address", "eve@example.org")
        first = unit.keys.blind("message-id", "<1@example.org>")
        assert unit.mail.tickets_of([first, b"m2", b"m4"], ann) == [one.id, two.id]
        assert unit.mail.tickets_of([first, b"m2"], eve) == []
        assert unit.mail.tickets_of([], ann) == []


def test_quarantine_shows_what_nobody_has_settled(store: Store) -> None:
    """Bob settles it; Carol's click comes second."""
    with store.begin() as unit:
        a_mail(unit, b"1", ticket_id=a_ticket(unit).id)
        odd = a_mail(unit, b"2", verdict="quarantine")
        assert [each.id for each in unit.mail.quarantined()] == [odd]
        assert unit.mail.settle(odd, "U_BOB")
        assert not unit.mail.settle(odd, "U_CAROL")
        assert unit.mail.quarantined() == []
        assert (unit.mail.get(odd).settled_by, unit.mail.get(odd).settled_at) == ("U_BOB", T0)


def test_mails_of_tickets_are_flagged_later(store: Store) -> None:
    """After the commit, in this mailbox, under this UIDVALIDITY; a thousand at once."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        for uid in range(1100, 0, -1):
            a_mail(unit, b"%d" % uid, uid=uid, ticket_id=ticket.id, raw=None)
        a_mail(unit, b"free", uid=2000)
        a_mail(unit, b"old", uid=2001, uidvalidity=6, ticket_id=ticket.id)
        a_mail(unit, b"else", uid=2002, mailbox="Other", ticket_id=ticket.id)
        assert unit.mail.unmarked("INBOX", 7) == list(range(1, 1101))
        unit.mail.marked("INBOX", 7, range(1, 1100))
        assert unit.mail.unmarked("INBOX", 7) == [1100]
        unit.mail.marked("INBOX", 7, [])
        assert unit.mail.unmarked("INBOX", 6) == [2001]


def test_a_watermark_rises_while_uidvalidity_stays(store: Store, clock: Clock) -> None:
    """A late second process does not set it back; a new UIDVALIDITY begins anew."""
    with store.begin() as unit:
        assert unit.mailboxes.get("INBOX") is None
        unit.mailboxes.put("INBOX", 7, 10)
        clock.forward(minutes=1)
        unit.mailboxes.put("INBOX", 7, 4)
        box = unit.mailboxes.get("INBOX")
        assert box is not None
        assert (box.uidvalidity, box.watermark, box.seen_at) == (7, 10, T0)
        unit.mailboxes.put("INBOX", 8, 2)
        box = unit.mailboxes.get("INBOX")
        assert box is not None
        assert (box.uidvalidity, box.watermark) == (8, 2)


def test_a_delivery_is_first_once(store: Store) -> None:
    """However long or odd its key is."""
    with store.begin() as unit:
        for key in ("T1:1.2:approve:U1", "x" * 4000, "\0\udc80"):
            assert unit.events.first(key)
            assert not unit.events.first(key)


def test_a_letter_is_written_once_and_sent_once(store: Store, clock: Clock) -> None:
    """Its words are sealed; rewriting them keeps the digest of what went out."""
    content = {"to": "ann@example.org", "wire": "Subject: x", "secret": "12345678"}
    with store.begin() as unit:
        ticket = a_ticket(unit)
        assert unit.letters.add("l1", "key", ticket.id, None, "identity_code", "en", "<l1@ours>", content)
        assert not unit.letters.add("l2", "key", ticket.id, None, "identity_code", "en", "<l2@ours>", content)
        assert unit.letters.content("l1") == content
        written = unit.letters.get("l1")
        assert unit.letters.by_key("key") == written
        assert unit.letters.by_key("other") is None
    clock.forward(seconds=5)
    with store.begin() as unit:
        assert unit.letters.sent("l1")
        assert not unit.letters.sent("l1")
        unit.letters.rewrite("l1", {"to": "ann@example.org"})
        assert unit.letters.content("l1") == {"to": "ann@example.org"}
        sent = replace(written, sent_at=T0 + timedelta(seconds=5))
        assert unit.letters.of(ticket.id) == [sent]
        assert unit.letters.by_message_ids(["<x>", "<l1@ours>", "\0", "\udc80"]) == [sent]
        assert unit.letters.by_message_ids(["\0"]) == []
        with pytest.raises(LookupError):
            unit.letters.get("l2")


def test_only_the_newest_code_lives(store: Store, clock: Clock) -> None:
    """A new code ends the one before; a used or old one is dead."""
    day = timedelta(days=1)
    with store.begin() as unit:
        ticket = a_ticket(unit)
        assert unit.codes.live(ticket.id) is None
        unit.codes.add("c1", ticket.id, b"d1", b"to", T0 + day)
        unit.codes.add("c2", ticket.id, b"d2", b"to", T0 + day)
        live = unit.codes.live(ticket.id)
        assert live is not None
        assert (live.id, live.digest, live.sent_to_blind, live.tries) == ("c2", b"d2", b"to", 0)
        assert [unit.codes.tried("c2") for _ in range(3)] == [1, 2, 3]
        assert unit.codes.since(ticket.id, T0) == 2
        assert unit.codes.since(ticket.id, T0 + day) == 0
    clock.now = T0 + day
    with store.begin() as unit:
        assert unit.codes.live(ticket.id) is None
        unit.codes.add("c3", ticket.id, b"d3", b"to", unit.now + day)
        assert unit.codes.used("c3")
        assert not unit.codes.used("c3")
        assert unit.codes.live(ticket.id) is None


def test_a_package_is_downloaded_so_often_and_no_more(store: Store, clock: Clock) -> None:
    """Three times, not after it expired, never after it was revoked."""
    until = T0 + timedelta(days=14)
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket)
        for name in ("p1", "p2"):
            unit.packages.add(name, request.id, ticket.id, f"digest {name}", b"address", f"{name}.bin", 9, until)
        assert [unit.packages.download("p1", 3) for _ in range(4)] == [True, True, True, False]
        assert unit.packages.tried("p1") == 1
        found = unit.packages.by_token("digest p1")
        assert found == unit.packages.get("p1")
        assert found is not None
        assert (found.downloads, found.tries, found.revoked_at) == (3, 1, None)
        assert unit.packages.by_token("digest p3") is None
        assert [each.id for each in unit.packages.of(ticket.id)] == ["p1", "p2"]
        assert unit.packages.expired(unit.now) == []
        with pytest.raises(LookupError):
            unit.packages.get("p3")
    clock.now = until
    with store.begin() as unit:
        assert not unit.packages.download("p2", 3)
        assert [each.id for each in unit.packages.expired(unit.now)] == ["p1", "p2"]
        assert unit.packages.revoke("p1")
        assert not unit.packages.revoke("p1")
        assert [each.id for each in unit.packages.expired(unit.now)] == ["p2"]
    clock.now = T0
    with store.begin() as unit:
        assert not unit.packages.download("p1", 9)
        assert unit.packages.download("p2", 3)
