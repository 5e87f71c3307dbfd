"""What a team does with its tickets beside answering them, on both databases: own, refuse, hold, sort, join, part."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import event

from bot.cards import NextActor
from bot.errors import NotAllowed, TooLate
from bot.law import Right
from bot.store import MailRow, Unit
from bot.tickets import Identity, Role, State
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, ROLES, VERA, Stage
from tests.bot.desk.test_letterbox import bounce
from tests.fakes import FakeSystem
from tests.fixtures.store import a_request, a_ticket

WHY = ["You asked for the same last week, and the week before.", "Nothing has changed since."]


@pytest.fixture
def stage(store, clock, ids) -> Stage:
    return Stage(store, clock, ids)


@pytest.fixture
def one(sqlite_store, clock, ids) -> Stage:
    """Where the database makes no difference."""
    return Stage(sqlite_store, clock, ids)


def two_systems(stage: Stage) -> Stage:
    stage.desk.systems["crm"] = FakeSystem("crm", {"person:9": (ANN, 2)})  # type: ignore[index]
    return stage


def until_running(stage: Stage, ticket_id: str) -> None:
    """The cooling time is over and the run has begun, but for its first step."""
    stage.work()
    stage.clock.forward(hours=48, seconds=1)
    for _ in range(20):
        if stage.request(ticket_id, Right.DELETION).state == State.RUNNING:
            return
        stage.engine.step(1)
    raise AssertionError("the run did not begin")


def letters(stage: Stage, ticket_id: str) -> list[str]:
    with stage.store.read() as unit:
        return [each.kind for each in unit.letters.of(ticket_id)]


# -- whose it is -------------------------------------------------------------------------------------------------------


def test_a_ticket_is_taken_given_and_handed_over(one: Stage) -> None:
    """One owner at any time; each step in the record and in the thread, and nobody is given what they may not handle."""
    ticket_id = one.open()
    one.desk.take(HUGO, "e1", ticket_id)
    one.desk.take(HUGO, "e1", ticket_id)
    assert one.ticket(ticket_id).owner == HUGO
    with pytest.raises(NotAllowed, match=f"<@{HUGO}> looks after it already"):
        one.desk.take(PAULA, "e2", ticket_id)
    with pytest.raises(NotAllowed, match="may not handle") as refused:
        one.desk.assign(HUGO, "e3", ticket_id, VERA)
    assert refused.value.field == "to"
    one.desk.assign(HUGO, "e4", ticket_id, PAULA)
    one.desk.assign(HUGO, "e5", ticket_id, HUGO)
    assert one.ticket(ticket_id).owner == HUGO
    one.work()
    assert [each for each in one.trail(ticket_id) if each in {"take", "assign", "hand_over"}] == ["take", "hand_over", "take"]
    assert any("handed it over to <@UPAULA>" in each for each in one.channel.replies())
    with pytest.raises(NotAllowed, match="role"):
        one.desk.take(VERA, "e6", ticket_id)


def test_lists_are_by_owner_and_by_who_is_waited_for(stage: Stage) -> None:
    """Mine, and those that wait for the person; the rest of them not."""
    mine, other = stage.open(), stage.open(sender="Ben <ben@example.org>")
    stage.desk.take(HUGO, "e1", mine)
    assert [each.ticket_id for each in stage.desk.tickets(HUGO, "mine")] == [mine]
    assert stage.desk.tickets(HUGO, "waiting") == []
    stage.choose(mine, Right.ACCESS)
    assert [each.ticket_id for each in stage.desk.tickets(VERA, "waiting")] == [mine]
    assert {each.ticket_id for each in stage.desk.tickets(VERA)} == {mine, other}
    assert stage.desk.tickets(VERA, "overdue") == []
    stage.clock.forward(days=40)
    assert other in {each.ticket_id for each in stage.desk.tickets(VERA, "overdue")}


def test_a_list_asks_no_more_often_for_many_than_for_one(one: Stage) -> None:
    """Whatever the tickets are at: their requests, drafts and tasks are read at once."""
    asked: list[str] = []
    with one.store.begin() as unit:
        tickets = [a_ticket(unit) for _ in range(4)]
        for each in tickets:
            a_request(unit, each, state=State.PROVING)
        event.listen(unit.connection, "before_cursor_execute", lambda _c, _u, words, *_: asked.append(words))
        one.desk._rows_of(unit, tickets[:1])
        once = len(asked)
        assert len(one.desk._rows_of(unit, tickets)) == 4
    assert len(asked) == 2 * once


def test_the_home_shows_what_waits_for_its_reader(stage: Stage) -> None:
    """Plans for whoever may approve them, and not their own; own tickets; nobody's; counts and weeks."""
    ticket_id, request = stage.planned_deletion()
    loose = stage.open(sender="Ben <ben@example.org>")
    assert request.chosen_by == HUGO
    paula, hugo = stage.desk.home(PAULA), stage.desk.home(HUGO)
    assert [each.ticket_id for each in paula.approvals] == [ticket_id]
    assert hugo.approvals == ()
    assert [each.ticket_id for each in paula.nobodys] == [loose]
    assert (paula.open, paula.overdue) == ("2", "0")
    assert [each.received for each in paula.weeks][-1] == 2
    assert stage.desk.home(VERA).nobodys == ()
    stage.desk.reject(PAULA, "e1", request.id)
    assert [(each.ticket_id, each.next_actor) for each in stage.desk.home(HUGO).mine] == [(ticket_id, NextActor.HANDLER)]
    with pytest.raises(NotAllowed):
        stage.desk.home(EVE)


def test_quiet_hours_hold_back_what_is_not_urgent(one: Stage) -> None:
    """From 08:00 to 12:00 Hugo hears nothing of half time; afterwards he does."""
    ticket_id = one.open()
    one.desk.take(HUGO, "e1", ticket_id)
    one.desk.set_quiet(HUGO, "e2", "08:00", "12:00")
    assert one.desk.home(HUGO).quiet == ("08:00", "12:00")
    one.clock.now = one.clock.now.replace(hour=8, minute=30) + timedelta(days=16)
    one.desk.remind()
    one.work()
    assert HUGO not in one.channel.directs.values()
    one.clock.forward(hours=4)
    one.desk.remind()
    one.work()
    assert HUGO in one.channel.directs.values()
    one.desk.set_quiet(HUGO, "e3", "08:00", "08:00")
    assert one.desk.home(HUGO).quiet is None
    with pytest.raises(NotAllowed, match="18:00"):
        one.desk.set_quiet(HUGO, "e4", "late", "08:00")


# -- refused -----------------------------------------------------------------------------------------------------------


def test_a_refusal_says_why_by_which_law_and_what_the_person_can_do(stage: Stage) -> None:
    """The letter has the reasons, the article, authority and court; the ticket can be closed; the report counts it."""
    ticket_id = stage.open("Which data do you hold about me?")
    request = stage.request(ticket_id, Right.ACCESS)
    stage.desk.regime(HUGO, "e0", ticket_id, ["gdpr_eu"], "letter")
    told = stage.desk.refuse(HUGO, "e1", request.id, "excessive", WHY, no_fee=["A fee would not change that."])
    assert "is a draft: read it there and release it" in told
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.REFUSED
    letter = " ".join(stage.postman.texts()[-1].split())
    for said in (*WHY, "GDPR art. 12(5)", "A fee would not", "complain to a data protection authority", "go to court"):
        assert said in letter
    assert "does not say whether we hold data" in letter
    assert "our server" not in letter
    assert not any(word in stage.channel.shown() for word in WHY)
    stage.desk.close(HUGO, "e2", ticket_id)
    assert stage.desk.report(HUGO)[1].refusals == {"Manifestly unfounded or excessive": 1}
    assert stage.desk.refuse(HUGO, "e1", request.id, "excessive", WHY, no_fee=WHY).startswith("This was saved already")


@pytest.mark.parametrize(
    ("ground", "words", "more", "field"),
    [
        ("excessive", [" "], {}, "words"),
        ("rude", WHY, {}, "ground"),
        ("own_interest", WHY, {}, "ground"),
        ("excessive", WHY, {}, "no_fee"),
    ],
)
def test_a_refusal_needs_a_ground_of_the_law_and_reasons(one: Stage, ground, words, more, field) -> None:
    """What is missing is said at its field; nothing has happened."""
    ticket_id = one.open("Which data do you hold about me?")
    request = one.request(ticket_id, Right.ACCESS)
    with pytest.raises(NotAllowed) as refused:
        one.desk.refuse(HUGO, "e1", request.id, ground, words, **more)
    assert refused.value.field == field
    assert one.request(ticket_id, Right.ACCESS).state == State.RECEIVED
    assert "refusal" not in letters(one, ticket_id)


def test_an_objection_to_advertising_is_never_refused(one: Stage) -> None:
    """GDPR 21(3)."""
    ticket_id = one.open("I object to any advertising.")
    request = one.request(ticket_id, Right.OBJECTION)
    with pytest.raises(NotAllowed, match="no exception"):
        one.desk.refuse(HUGO, "e1", request.id, "not_met", WHY)
    with pytest.raises(NotAllowed, match="no exception"):
        one.desk.refusal_form(HUGO, request.id)
    assert Right.OBJECTION not in [right for right, _ in one.desk.more(HUGO, ticket_id).refusable]


def test_what_is_done_cannot_be_refused_and_who_was_faster_is_named(one: Stage) -> None:
    """After the run; and from a form that was opened before somebody else acted."""
    ticket_id, request = one.planned_deletion()
    form = one.desk.refusal_form(HUGO, request.id)
    one.desk.approve(PAULA, "e1", request.id, request.plan_id)
    with pytest.raises(NotAllowed, match=f"<@{PAULA}> was faster \\(approve"):
        one.desk.refuse(HUGO, "e2", request.id, "kept_by_law", WHY, seen=form.version)
    one.cooled()
    with pytest.raises(NotAllowed, match="cannot be refused any more"):
        one.desk.refusal_form(HUGO, request.id)
    assert one.desk.more(HUGO, ticket_id).refusable == ()
    with pytest.raises(TooLate, match=f"no longer possible.*<@{HUGO}> was faster \\(letter released"):
        one.desk.approve(PAULA, "e3", request.id, request.plan_id)


def test_an_approved_deletion_can_be_refused_before_it_runs(one: Stage) -> None:
    """The plan is void, and nothing is deleted when its time comes."""
    ticket_id, request = one.planned_deletion()
    one.desk.approve(PAULA, "e1", request.id, request.plan_id)
    one.desk.refuse(HUGO, "e2", request.id, "kept_by_law", WHY)
    one.cooled()
    assert one.system.erasures == []
    assert one.request(ticket_id, Right.DELETION).state == State.REFUSED
    assert "does not say whether" not in one.postman.texts()[-1]


def test_a_part_of_a_copy_is_left_out_and_the_answer_says_which_and_why(stage: Stage) -> None:
    """No letter of its own: it would show that something is held before anybody is confirmed."""
    ticket_id = two_systems(stage).open("Which data do you hold about me?")
    stage.desk.regime(HUGO, "e0", ticket_id, ["gdpr_eu"], "letter")
    request = stage.request(ticket_id, Right.ACCESS)
    assert set(stage.desk.refusal_form(HUGO, request.id).systems) == {"server", "crm"}
    with pytest.raises(NotAllowed, match="Leave at least one"):
        stage.desk.refuse(HUGO, "e1", request.id, "others", WHY, systems=["crm", "server"])
    stage.desk.refuse(HUGO, "e2", request.id, "others", ["They are about your neighbour."], systems=["crm"])
    assert "refusal" not in letters(stage, ticket_id)
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    letter = " ".join(stage.postman.texts()[-1].split())
    assert "our crm: They are about your neighbour. (GDPR art. 15(4))" in letter
    assert set(stage.request(ticket_id, Right.ACCESS).result) >= {"server"}
    assert "crm" not in stage.request(ticket_id, Right.ACCESS).result


def test_a_part_of_a_deletion_is_refused_by_letter_and_planned_anew(one: Stage) -> None:
    """The approval was of the whole: void; the new plan has the rest; the person reads it at once."""
    ticket_id, request = two_systems(one).planned_deletion()
    one.desk.refuse(HUGO, "e1", request.id, "kept_by_law", WHY, systems=["crm"])
    one.work()
    planned = one.request(ticket_id, Right.DELETION)
    assert (planned.state, planned.plan_id != request.plan_id) == (State.APPROVING, True)
    assert "our crm" in one.postman.texts()[-1]
    one.desk.approve(PAULA, "e2", request.id, planned.plan_id)
    one.cooled()
    assert one.desk.systems["crm"].people
    assert not one.system.people


def test_a_refusal_without_an_address_is_written_by_post(one: Stage) -> None:
    """A letter came: no mail goes anywhere, and the handler reads what has to stand in theirs."""
    from bot.desk import Entry

    ticket = one.desk.enter(HUGO, "e0", Entry("post", date(2026, 11, 20), rights=(Right.ACCESS,)))
    request = one.request(ticket.id, Right.ACCESS)
    assert one.desk.refusal_form(HUGO, request.id).address is False
    assert "by post" in one.desk.refuse(HUGO, "e1", request.id, "unidentified", WHY)
    assert one.request(ticket.id, Right.ACCESS).state == State.REFUSED
    assert letters(one, ticket.id) == []


# -- notes and holds ---------------------------------------------------------------------------------------------------


def test_a_note_is_read_in_the_details_and_nowhere_else(one: Stage) -> None:
    """Sealed; the thread says that there is one; the record holds none of its words."""
    ticket_id = one.open()
    one.desk.note(HUGO, "e1", ticket_id, "She called: wombat-12.")
    one.work()
    assert [each.words for each in one.desk.details(PAULA, ticket_id).said] == ["She called: wombat-12."]
    assert "wombat" not in one.channel.shown()
    with one.store.read() as unit:
        assert "wombat" not in str(unit.trail(ticket_id))
    for empty in ("", "x" * 3000):
        with pytest.raises(NotAllowed) as refused:
            one.desk.note(HUGO, "e2", ticket_id, empty)
        assert refused.value.field == "words"


def test_a_legal_hold_stops_what_was_approved_until_somebody_else_lifts_it(stage: Stage) -> None:
    """Nothing is destroyed meanwhile, in no ticket of the same address; lifted, it goes on by a person's word."""
    ticket_id, request = stage.planned_deletion()
    other = stage.open("And tell me which data you hold.")
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id)
    stage.desk.hold(HUGO, "e2", other, "A claim in court: quokka-7.")
    stage.cooled()
    held = stage.request(ticket_id, Right.DELETION)
    assert (held.state, stage.system.erasures) == (State.NEEDS_PERSON, [])
    assert "legal hold" in (held.reason or "")
    assert "quokka" not in stage.channel.shown()
    with pytest.raises(NotAllowed, match="already"):
        stage.desk.hold(PAULA, "e3", ticket_id, "again")
    with pytest.raises(NotAllowed, match="second person"):
        stage.desk.lift_hold(HUGO, "e4", ticket_id)
    stage.desk.resume(HUGO, "e5", request.id)
    stage.cooled()
    assert stage.system.erasures == []
    stage.desk.lift_hold(PAULA, "e6", ticket_id)
    with pytest.raises(NotAllowed, match="no legal hold"):
        stage.desk.lift_hold(PAULA, "e7", ticket_id)
    stage.desk.resume(HUGO, "e8", request.id)
    stage.cooled()
    assert len(stage.system.erasures) == 1
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def test_the_day_of_a_hold_is_a_day_here(one: Stage) -> None:
    """Half past midnight in Zürich is no longer the day it still is in Greenwich."""
    ticket_id, request = one.planned_deletion()
    one.desk.approve(PAULA, "e1", request.id, request.plan_id)
    other = one.open("And tell me which data you hold.")
    one.clock.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    one.desk.hold(HUGO, "e2", other, "A claim.")
    one.cooled()
    assert "since Tue 24 Nov 2026" in (one.request(ticket_id, Right.DELETION).reason or "")


def test_a_hold_on_the_ticket_itself_stops_the_cooling_at_once(one: Stage) -> None:
    """The card says why, before the time would have been over."""
    ticket_id, request = one.planned_deletion()
    one.desk.approve(PAULA, "e1", request.id, request.plan_id)
    one.desk.hold(HUGO, "e2", ticket_id, "A claim.")
    assert one.request(ticket_id, Right.DELETION).state == State.NEEDS_PERSON
    one.cooled()
    assert one.system.erasures == []
    assert [each.kind for each in one.desk.details(HUGO, ticket_id).said] == ["hold"]


def test_a_step_that_is_about_to_destroy_looks_for_a_hold(one: Stage) -> None:
    """Set after the run began, before the step did: nothing is erased, and a person has to look."""
    ticket_id, request = one.planned_deletion()
    one.desk.approve(PAULA, "e1", request.id, request.plan_id)
    until_running(one, ticket_id)
    one.desk.hold(HUGO, "e2", ticket_id, "A claim.")
    one.engine.step(5)
    assert one.system.erasures == []
    assert one.request(ticket_id, Right.DELETION).state == State.NEEDS_PERSON


def test_the_sixth_deletion_within_an_hour_is_stopped_and_said_aloud(stage: Stage) -> None:
    """T08: five begin; the sixth waits for a person, the channel hears of it, and it goes on when somebody says so."""
    people = {f"person:{n}": (f"p{n}@example.org", 1) for n in range(6)}
    stage.system.people.update(people)
    requests = []
    for address, _ in people.values():
        ticket_id = stage.open("Please delete my data.", sender=f"P <{address}>")
        stage.choose(ticket_id, Right.DELETION)
        stage.reply("The code is 1234 5678.", sender=f"P <{address}>")
        stage.work()
        request = stage.request(ticket_id, Right.DELETION)
        stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id)
        requests.append((ticket_id, request.id))
    stage.cooled()
    states = [stage.request(ticket_id, Right.DELETION).state for ticket_id, _ in requests]
    assert sorted(states) == [State.DONE] * 5 + [State.NEEDS_PERSON]
    assert len(stage.system.erasures) == 5
    assert len(stage.channel.broadcasts) == 1
    stopped = next(each for each, state in zip(requests, states, strict=True) if state == State.NEEDS_PERSON)
    stage.desk.resume(HUGO, "again", stopped[1])
    stage.cooled()
    assert stage.request(stopped[0], Right.DELETION).state == State.DONE


# -- sorted ------------------------------------------------------------------------------------------------------------


def test_what_is_no_enquiry_is_closed_without_a_look_and_opens_again_by_a_reply(one: Stage) -> None:
    """With a letter where it is wanted; nothing asked of any system; a reply brings it back."""
    ticket_id = one.open("Please delete my account, and where is my parcel?")
    one.system.fails.append(AssertionError("nobody may look"))
    with pytest.raises(NotAllowed) as refused:
        one.desk.not_enquiry(HUGO, "e0", ticket_id, "boring")
    assert refused.value.field == "why"
    told = one.desk.not_enquiry(HUGO, "e1", ticket_id, "other", letter=True, words=["Our shop answers you."])
    assert "closed as no enquiry" in told
    one.work()
    assert (one.ticket(ticket_id).state, one.ticket(ticket_id).outcome) == ("closed", "no enquiry")
    assert "Our shop answers you." in one.postman.texts()[-1]
    one.system.fails.clear()
    assert one.reply("No, I do mean my data!") == ticket_id
    assert one.ticket(ticket_id).state == "open"


def test_what_has_begun_is_an_enquiry(one: Stage) -> None:
    """While systems are being changed nobody closes it as “no enquiry”."""
    ticket_id, request = one.planned_deletion()
    one.desk.approve(PAULA, "e1", request.id, request.plan_id)
    until_running(one, ticket_id)
    with pytest.raises(TooLate, match=f"begun already. <@{PAULA}>"):
        one.desk.not_enquiry(HUGO, "e2", ticket_id, "test")
    assert one.ticket(ticket_id).state == "open"


def test_a_blocked_senders_mails_are_put_aside_and_none_is_lost(stage: Stage) -> None:
    """New ones wait for a person, unanswered; replies to what is open still join; the block can be ended."""
    ticket_id = stage.open()
    stage.desk.block(HUGO, "e1", ticket_id)
    with pytest.raises(TooLate, match="already"):
        stage.desk.block(PAULA, "e2", ticket_id)
    sent = len(stage.postman.out)
    aside = stage.mail("Which data do you hold about me? Again.")
    stage.work()
    assert aside.startswith("mail:")
    assert len(stage.postman.out) == sent
    assert [each.reasons[-1] for each in stage.desk.quarantine(HUGO)] == ["the sender is blocked"]
    assert stage.reply("One more thing.") == ticket_id
    assert not stage.mail("Which data?", sender="Ben <ben@example.org>").startswith("mail:")
    (block,) = stage.desk.blocked(HUGO)
    assert (block.ref, block.by) == (stage.ticket(ticket_id).ref, HUGO)
    stage.desk.unblock(PAULA, "e3", block.id)
    with pytest.raises(TooLate, match="faster"):
        stage.desk.unblock(HUGO, "e4", block.id)
    assert not stage.mail("Which data do you hold about me? Third.").startswith("mail:")


def test_a_near_miss_becomes_a_ticket_with_the_clock_of_its_mail(stage: Stage) -> None:
    """Open as enquiry: the day it came counts, its bytes belong to the ticket, a reply joins, two openers one ticket."""
    aside = stage.mail("Please delete all personal data you hold about me under the GDPR.", subject="My account")
    assert aside.startswith("mail:")
    mail_id = aside.removeprefix("mail:")
    stage.work()
    assert any("Near miss" in str(each) for each in stage.channel.messages.values())
    stage.clock.forward(days=3)
    form = stage.desk.mail_form(HUGO, mail_id)
    assert (form.near_miss, form.address, form.rights) == (True, ANN, (Right.DELETION,))
    with pytest.raises(NotAllowed) as refused:
        stage.desk.open_mail(HUGO, "e0", mail_id, "nobody", form.rights, form.language)
    assert refused.value.field == "address"
    ticket = stage.desk.open_mail(HUGO, "e1", mail_id, form.address, form.rights, form.language)
    assert ticket.received_on == date(2026, 11, 23)
    with pytest.raises(TooLate, match=f"<@{HUGO}> has dealt with"):
        stage.desk.open_mail(PAULA, "e2", mail_id, form.address, form.rights, form.language)
    stage.work()
    assert "delete all personal data" in stage.desk.details(HUGO, ticket.id).words
    with stage.store.read() as unit:
        assert b"My account" in unit.mail.raw(mail_id)
    assert stage.desk.quarantine(HUGO) == []
    assert stage.desk.open_mail(HUGO, "e1", mail_id, form.address, form.rights, form.language) is None
    assert stage.postman.out[-1][1] == ANN
    assert stage.reply("Any news?") == ticket.id


def test_of_two_who_open_one_mail_at_once_one_does(one: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw that it waits; whoever comes second reads who was faster, and there is one ticket."""
    aside = one.mail("Please delete all personal data you hold about me under the GDPR.", subject="My account")
    mail_id = (aside or "").removeprefix("mail:")
    seen = one.desk._waiting_mail

    def then_faster(unit: Unit, which: str) -> MailRow:
        row = seen(unit, which)
        assert unit.mail.settle(which, PAULA)
        return row

    monkeypatch.setattr(type(one.desk), "_waiting_mail", lambda _, unit, which: then_faster(unit, which))
    with pytest.raises(TooLate, match=PAULA):
        one.desk.open_mail(HUGO, "e1", mail_id, ANN, [Right.ACCESS], "en")
    with one.store.read() as unit:
        assert unit.tickets.list() == []


def test_an_address_a_person_types_gets_nothing_by_itself(one: Stage) -> None:
    """T01: the ticket is theirs, the acknowledgement is not sent, and who they are has to be shown."""
    aside = one.mail("Please delete all personal data you hold about me under the GDPR.", subject="My account")
    one.work()
    sent = len(one.postman.out)
    ticket = one.desk.open_mail(HUGO, "e1", aside.removeprefix("mail:"), "carla@example.org", [Right.DELETION], "en", "Carla")
    one.work()
    assert len(one.postman.out) == sent
    assert one.ticket(ticket.id).identity == Identity.UNKNOWN
    assert one.desk.details(HUGO, ticket.id).address == "carla@example.org"


# -- joined and parted -------------------------------------------------------------------------------------------------


def test_two_mails_of_one_person_become_one_ticket(stage: Stage) -> None:
    """The older goes on with the rights and mails of both; replies to the younger one find it."""
    older = stage.open("Which data do you hold about me?")
    stage.clock.forward(days=2)
    younger = stage.open("Please delete my data.")
    ref = stage.ticket(younger).ref
    merged = stage.desk.merge(HUGO, "e1", older, f" {ref.lower()} ")
    assert merged.id == older
    assert set(merged.rights) >= {Right.ACCESS, Right.DELETION}
    assert stage.ticket(younger).outcome == f"goes on in {merged.ref}"
    stage.work()
    assert len(stage.desk.details(HUGO, older).mails) == 1
    last = stage.postman.out[-1]
    assert last[1] == ANN
    assert stage.reply("And one more thing.") == older
    assert stage.desk.merge(HUGO, "e1", older, ref) is None


def test_what_was_joined_twice_goes_on_in_one_ticket(one: Stage) -> None:
    """A reply to the first of three, or a report that its letter came back, concerns the one that is left."""
    tickets, acknowledged = [], []
    for text in ("Which data do you hold about me?", "Please delete my data.", "Please correct my data."):
        tickets.append(one.open(text))
        acknowledged.append(one.postman.out[-1][2])
        one.clock.forward(days=8)
    left, middle, last = tickets
    one.desk.merge(HUGO, "e1", middle, one.ticket(last).ref)
    one.desk.merge(HUGO, "e2", left, one.ticket(middle).ref)
    named = message_from_bytes(acknowledged[2])["Message-ID"]
    assert one.mail("And one more thing.", subject="Re: Your enquiry", In_Reply_To=named) == left
    one.uid += 1
    assert one.arrive(bounce(acknowledged[1])) == left
    assert [one.ticket(each).state for each in tickets] == ["open", "closed", "closed"]


def test_only_tickets_of_one_address_are_joined(one: Stage) -> None:
    """One person's data must not come to another; what has begun ends where it is."""
    ticket_id, other = one.open(), one.open(sender="Ben <ben@example.org>")
    for ref, why in ((one.ticket(other).ref, "one address"), ("DPE-2026-9999", "no other"), (one.ticket(ticket_id).ref, "no other")):
        with pytest.raises(NotAllowed, match=why) as refused:
            one.desk.merge(HUGO, one.ids(), ticket_id, ref)
        assert refused.value.field == "ref"
    one.clock.forward(days=1)
    younger = one.open("Please delete my data.")
    one.choose(younger, Right.DELETION)
    with pytest.raises(NotAllowed, match="begun already"):
        one.desk.merge(HUGO, "e9", ticket_id, one.ticket(younger).ref)


def test_a_mail_about_two_things_becomes_two_tickets(one: Stage) -> None:
    """The right moves, with the same clock; the last one stays; nothing is sent by itself."""
    ticket_id = one.open("Which data do you hold about me? And please delete my data.")
    sent = len(one.postman.out)
    new = one.desk.split(HUGO, "e1", ticket_id, [Right.DELETION])
    assert (new.rights, new.due) == ((Right.DELETION,), one.ticket(ticket_id).due)
    assert Right.DELETION not in one.ticket(ticket_id).rights
    assert one.request(ticket_id, Right.DELETION).state == State.WITHDRAWN
    for rights, why in (([], "Mark"), ([Right.DELETION], "begun"), ([Right.ACCESS], "at least one")):
        with pytest.raises(NotAllowed, match=why) as refused:
            one.desk.split(HUGO, one.ids(), ticket_id, rights)
        assert refused.value.field == "rights"
    one.work()
    assert len(one.postman.out) == sent
    assert one.desk.split(HUGO, "e1", ticket_id, [Right.ACCESS]) is None


def test_a_mail_for_two_people_becomes_a_ticket_each(one: Stage) -> None:
    """The other person is found under their own address, and nothing of ours answers a mail that is not theirs."""
    ticket_id = one.open("Please delete my data, and those of my wife.")
    with pytest.raises(NotAllowed) as refused:
        one.desk.split(HUGO, "e0", ticket_id, [Right.DELETION], "nobody")
    assert refused.value.field == "address"
    new = one.desk.split(HUGO, "e1", ticket_id, [Right.DELETION], "carla@example.org", "Carla")
    assert one.request(ticket_id, Right.DELETION).state == State.RECEIVED
    with one.store.read() as unit:
        who = unit.tickets.correspondent(new.id)
    assert (who.address, who.name, who.message_id, who.references) == ("carla@example.org", "Carla", "", ())


# -- looked up ---------------------------------------------------------------------------------------------------------


def test_what_there_is_under_an_address_is_looked_up_and_audited(stage: Stage) -> None:
    """Tickets, and people per system; a system that is away says so; the record has no address."""
    ticket_id = two_systems(stage).open()
    stage.desk.systems["crm"].fails.append(NotAllowed("away"))
    found = stage.desk.find(HUGO, f" {ANN.upper()} ")
    assert [each.ticket_id for each in found.tickets] == [ticket_id]
    assert dict(found.systems) == {"our server": 1, "our crm": None}
    with stage.store.read() as unit:
        (row,) = [each for each in unit.trail() if each.verb == "find"]
    assert row.detail == {"tickets": [stage.ticket(ticket_id).ref]}
    with pytest.raises(NotAllowed, match="no e-mail address"):
        stage.desk.find(HUGO, "Ann Keller")
    with pytest.raises(NotAllowed, match="role"):
        stage.desk.find(VERA, ANN)


def test_health_counts_what_is_wrong(one: Stage) -> None:
    """Open, overdue, work, mails aside, the last look into the mailbox."""
    one.open()
    one.mail("Please delete all personal data you hold about me under the GDPR.", subject="My account")
    with one.store.begin() as unit:
        unit.mailboxes.put("mail.example/INBOX", 7, 3)
    health = one.desk.health(VERA)
    assert (health.open, health.overdue, health.aside) == ("1", "0", 1)
    assert [name for name, _ in health.mailboxes] == ["mail.example/INBOX"]
    assert health.unsettled == health.dead == 0


def test_nobody_but_handlers_does_any_of_it(one: Stage) -> None:
    """A viewer looks at lists; nothing else."""
    ticket_id = one.open()
    request = one.request(ticket_id, Right.ACCESS)
    acts = [
        lambda: one.desk.assign(VERA, "x", ticket_id, HUGO),
        lambda: one.desk.more(VERA, ticket_id),
        lambda: one.desk.refusal_form(VERA, request.id),
        lambda: one.desk.refuse(VERA, "x", request.id, "others", WHY),
        lambda: one.desk.note(VERA, "x", ticket_id, "a"),
        lambda: one.desk.hold(VERA, "x", ticket_id, "a"),
        lambda: one.desk.lift_hold(VERA, "x", ticket_id),
        lambda: one.desk.not_enquiry(VERA, "x", ticket_id, "test"),
        lambda: one.desk.block(VERA, "x", ticket_id),
        lambda: one.desk.unblock(VERA, "x", "b"),
        lambda: one.desk.blocked(VERA),
        lambda: one.desk.mail_form(VERA, "m"),
        lambda: one.desk.open_mail(VERA, "x", "m", ANN, [], "en"),
        lambda: one.desk.merge(VERA, "x", ticket_id, "DPE-2026-0002"),
        lambda: one.desk.split(VERA, "x", ticket_id, [Right.ACCESS]),
        lambda: one.desk.check_handler(VERA),
    ]
    before = one.trail(ticket_id)
    for act in acts:
        with pytest.raises(NotAllowed, match="role"):
            act()
    assert one.trail(ticket_id) == before
    assert ROLES[VERA] == frozenset({Role.VIEWER})
