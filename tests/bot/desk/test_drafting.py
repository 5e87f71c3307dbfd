"""A letter waits until a person releases it: Ann writes, Hugo reads and releases, Vera may not, Paula is faster."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cards import NextActor, card
from bot.desk.provers import CLAIMS, PROVERS
from bot.drafts import AT_ONCE, LETTERS, restored, stored
from bot.errors import NotAllowed, TooLate
from bot.law import Right
from bot.reminders import Kind
from bot.store.rows import LetterRow
from bot.tickets import State
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, VERA, Stage
from tests.bot.test_letters import OPTIONAL, VALUES

DAY = timedelta(days=1)


@pytest.fixture
def stage(sqlite_store: Any, clock: Any, ids: Any) -> Stage:
    """Nobody releases anything by itself."""
    return Stage(sqlite_store, clock, ids, reads=False)


def drafts(stage: Stage, ticket_id: str) -> list[LetterRow]:
    with stage.store.read() as unit:
        return unit.letters.drafts(ticket_id)


def drafted(stage: Stage) -> tuple[str, LetterRow]:
    """The answer to an access is written, and waits."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.reply_with_code()
    stage.work()
    (letter,) = drafts(stage, ticket_id)
    return ticket_id, letter


def release(stage: Stage, letter: LetterRow, user: str = HUGO) -> None:
    stage.desk.release(user, stage.ids(), letter.id, letter.digest[:16])
    stage.work()


def shown(stage: Stage, ticket_id: str) -> str:
    with stage.store.read() as unit:
        view = stage.desk.view(unit, unit.tickets.get(ticket_id))
        return str(card(view, unit.now))


def rewritten(stage: Stage, letter: LetterRow, **values: Any) -> LetterRow:
    """The draft says something else, as by a fault of ours."""
    with stage.store.begin() as unit:
        content = unit.letters.content(letter.id)
        unit.letters.edit(letter.id, "en", {**content, "values": {**content["values"], **stored(values)}})
        return unit.letters.get(letter.id)


def test_an_answer_waits_until_a_person_releases_it(store: Any, clock: Any, ids: Any) -> None:
    """Nothing leaves and nothing is asked again and again; the card says who acts next; the record says who released it."""
    stage = Stage(store, clock, ids, reads=False)
    ticket_id, letter = drafted(stage)
    sent = len(stage.postman.out)
    assert not stage.engine.step()
    assert stage.request(ticket_id, Right.ACCESS).state == State.ANSWERING
    assert "read and release the letter" in shown(stage, ticket_id)
    assert "the letter with the answer waits for its release" in shown(stage, ticket_id)
    assert stage.desk.tickets(VERA)[0].next_actor == NextActor.HANDLER
    with pytest.raises(NotAllowed, match="Not finished yet"):
        stage.desk.close(HUGO, stage.ids(), ticket_id)
    release(stage, letter)
    assert len(stage.postman.out) == sent + 1
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    with stage.store.read() as unit:
        row = unit.letters.get(letter.id)
        said = next(each for each in unit.trail(ticket_id, 50) if each.verb == "release")
    assert (row.released_by, said.actor, said.detail["digest"]) == (HUGO, HUGO, row.digest)
    assert "release:1" not in shown(stage, ticket_id)


def test_what_needs_no_release_leaves_at_once(stage: Stage) -> None:
    """The acknowledgement and the code; the record says that the configuration released them."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    with stage.store.read() as unit:
        assert [(each.kind, each.released_by) for each in unit.letters.of(ticket_id)] == [
            ("acknowledgement", "bot"), ("identity_code", "bot"),
        ]  # fmt: skip
    assert len(stage.postman.out) == 2


def test_who_may_release_and_only_once(stage: Stage) -> None:
    """A viewer and a stranger may not; a second delivery does nothing; whoever comes late reads who was faster."""
    _, letter = drafted(stage)
    for user in (VERA, EVE):
        with pytest.raises(NotAllowed, match="role"):
            stage.desk.release(user, stage.ids(), letter.id, letter.digest[:16])
    stage.desk.release(PAULA, "one", letter.id, letter.digest[:16])
    stage.desk.release(PAULA, "one", letter.id, letter.digest[:16])
    stage.work()
    assert sum("Your data: our answer" in str(each[2]) for each in stage.postman.out) == 1
    with pytest.raises(TooLate, match=f"<@{PAULA}> was faster"):
        release(stage, letter)
    with pytest.raises(TooLate):
        stage.desk.letter(HUGO, letter.id)


def test_a_letter_is_read_as_it_would_leave_but_for_its_secret(stage: Stage) -> None:
    """The whole text with what it rests on, in a modal only; the link of the copy is nobody's but the person's."""
    ticket_id, letter = drafted(stage)
    view = stage.desk.letter(HUGO, letter.id)
    with stage.store.read() as unit:
        content = unit.letters.content(letter.id)
        assert "look_letter" in [each.verb for each in unit.trail(ticket_id, 50)]
    assert (view.to, view.draft.to) == (ANN, "the person who wrote")
    assert "Yes, we hold and use personal data about you" in " ".join(view.text.split())
    assert content["secret"]
    assert content["secret"] in content["text"]
    assert "/enquiry/" in content["text"]
    assert content["secret"] not in view.text
    assert "/enquiry/" not in view.text
    assert not view.missing
    assert any("We looked in" in each.says and "Plan 1" in each.rests[0] for each in view.statements)
    assert any(each.says == "We hold data about them" and "Plan 1" in each.rests[0] for each in view.statements)
    assert any(each.opens == ("Why this date", "clock", ticket_id) for each in view.statements)
    assert content["subject"] not in shown(stage, ticket_id)


def test_what_no_row_shows_cannot_be_released(stage: Stage) -> None:
    """A line nobody carried out, a value nobody can prove: the letter stays, and the card's window names it."""
    ticket_id, letter = drafted(stage)
    line = {"system": "our server", "place": "orders", "act": "delete", "count": 7}
    invented = [{**line, "category": "", "basis": None, "until": None}]
    false = rewritten(stage, letter, erased=invented)
    with pytest.raises(NotAllowed, match="Nothing on record shows something it says"):
        release(stage, false)
    assert [each.says for each in stage.desk.letter(HUGO, letter.id).missing] == ["delete: 7, our server · orders"]
    strange = rewritten(stage, letter, erased=[], promise="You get a present.")
    with pytest.raises(NotAllowed, match="Nothing on record"):
        release(stage, strange)
    assert stage.request(ticket_id, Right.ACCESS).state == State.ANSWERING
    assert len(stage.postman.out) == 2


def test_a_letter_whose_package_is_gone_is_written_anew(stage: Stage) -> None:
    """Nobody released it for weeks: the link it names leads nowhere, so it is packed again, and that letter leaves."""
    ticket_id, letter = drafted(stage)
    stage.clock.forward(days=15)
    stage.desk.sweep()
    with pytest.raises(NotAllowed, match="Nothing on record"):
        release(stage, letter)
    stage.desk.redo_letter(HUGO, stage.ids(), letter.id)
    stage.work()
    (again,) = drafts(stage, ticket_id)
    assert again.id != letter.id
    release(stage, again)
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE


def test_the_days_of_a_link_begin_with_the_release(stage: Stage) -> None:
    """Whoever waited a week for the release has all fourteen days for the download."""
    ticket_id, letter = drafted(stage)
    stage.clock.forward(days=7)
    release(stage, letter)
    with stage.store.read() as unit:
        (package,) = unit.packages.of(ticket_id)
        assert unit.now + 13 * DAY < package.expires_at <= unit.now + 14 * DAY
    assert "The link works until 14 December 2026" in stage.postman.texts()[-1]


def test_our_own_words_say_how_they_are_known(stage: Stage) -> None:
    """Edited, in another language, with a word of ours: that needs a note; what was read before cannot be released."""
    ticket_id, letter = drafted(stage)
    edit = {"language": "de", "added": ["Frau Muster ruft Sie morgen an."]}
    with pytest.raises(NotAllowed, match="Say how that is known") as caught:
        stage.desk.edit_letter(HUGO, stage.ids(), letter.id, letter.digest[:16], **edit)
    assert caught.value.field == "known"
    stage.desk.edit_letter(HUGO, stage.ids(), letter.id, letter.digest[:16], **edit, known="She promised it to me.")
    with pytest.raises(TooLate, match="edited since you read it"):
        release(stage, letter)
    (new,) = drafts(stage, ticket_id)
    view = stage.desk.letter(HUGO, letter.id)
    assert next(each.rests[0] for each in view.statements if each.says.startswith("Frau Muster")).endswith(f"by {HUGO}")
    assert "promised" in stage.desk.details(HUGO, ticket_id).said[0].words
    assert stage.desk.letter_form(HUGO, letter.id).added == "Frau Muster ruft Sie morgen an."
    release(stage, new)
    assert "Guten Tag" in stage.postman.texts()[-1]
    assert "Frau Muster ruft Sie morgen an." in stage.postman.texts()[-1]


def test_a_question_stops_the_clock_when_it_is_released(stage: Stage) -> None:
    """Until then nobody was asked: the clock runs. Then it stands still from that day on."""
    ticket_id = stage.open()
    told = stage.desk.pause(HUGO, stage.ids(), ticket_id, "identity", ["Which of two Anns?"], ["facts"])
    assert told is not None
    assert told.waits
    stage.work()
    assert (stage.ticket(ticket_id).paused_since, len(stage.postman.out)) == (None, 1)
    with pytest.raises(NotAllowed, match="waits for its release already"):
        stage.desk.pause(HUGO, stage.ids(), ticket_id, "identity", ["Which?"], ["facts"])
    stage.clock.forward(days=2)
    (letter,) = drafts(stage, ticket_id)
    assert "If you answer on 25 November 2026" in " ".join(stage.desk.letter(HUGO, letter.id).text.split())
    release(stage, letter, PAULA)
    assert stage.ticket(ticket_id).paused_since == stage.ticket(ticket_id).received_on + 2 * DAY
    assert "Which of two Anns?" in stage.postman.texts()[-1]


def test_an_extension_that_comes_too_late_cannot_be_released(stage: Stage) -> None:
    """Its notice must leave within the first period: after that the draft stays, and can be discarded."""
    ticket_id = stage.open()
    due = stage.ticket(ticket_id).due
    stage.desk.extend(HUGO, stage.ids(), ticket_id, due + 20 * DAY, "complexity", ["Five systems."])
    (letter,) = drafts(stage, ticket_id)
    assert stage.ticket(ticket_id).due == due
    stage.clock.forward(days=40)
    with pytest.raises(NotAllowed):
        release(stage, letter)
    assert "Nobody is written to" in stage.desk.drop_letter(HUGO, stage.ids(), letter.id)
    assert (drafts(stage, ticket_id), stage.ticket(ticket_id).due) == ([], due)


def test_an_extension_counts_from_its_release(stage: Stage) -> None:
    """The new date stands in the letter that was released, and on the ticket from then on."""
    ticket_id = stage.open()
    until = stage.ticket(ticket_id).due + 20 * DAY
    stage.desk.extend(HUGO, stage.ids(), ticket_id, until, "complexity", ["Five systems."])
    (letter,) = drafts(stage, ticket_id)
    release(stage, letter)
    assert stage.ticket(ticket_id).due >= until
    assert "Five systems." in stage.postman.texts()[-1]


def test_the_end_of_a_restriction_waits_for_its_notice(stage: Stage) -> None:
    """Seven days from the day the notice leaves; a notice nobody releases lifts nothing."""
    ticket_id = stage.open("Please restrict the processing of my data.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    release(stage, drafts(stage, ticket_id)[0])
    request = stage.request(ticket_id, Right.RESTRICTION)
    stage.desk.lift(HUGO, stage.ids(), request.id, "The data are correct.")
    plan_id = stage.request(ticket_id, Right.RESTRICTION).plan_id or ""
    stage.desk.approve(PAULA, stage.ids(), request.id, plan_id)
    stage.clock.forward(days=9)
    stage.work()
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.COOLING
    assert "that letter waits for its release" in shown(stage, ticket_id)
    release(stage, drafts(stage, ticket_id)[0])
    assert "ends on 9 December 2026" in " ".join(stage.postman.texts()[-1].split())
    stage.clock.forward(days=7, hours=1)
    stage.work()
    assert [each.kind for each in drafts(stage, ticket_id)] == ["restriction_lifted"]


def test_what_was_drafted_ends_with_what_it_was_for(stage: Stage) -> None:
    """Withdrawn: nobody can release the letter any more, and the ticket can be closed."""
    ticket_id, letter = drafted(stage)
    stage.desk.withdraw(HUGO, stage.ids(), stage.request(ticket_id, Right.ACCESS).id)
    with pytest.raises(TooLate, match="will not be sent"):
        release(stage, letter)
    stage.desk.close(HUGO, stage.ids(), ticket_id)


def test_an_answer_is_owed(stage: Stage) -> None:
    """It cannot be discarded: it is released, or written anew."""
    _, letter = drafted(stage)
    with pytest.raises(NotAllowed, match="owed"):
        stage.desk.drop_letter(HUGO, stage.ids(), letter.id)


def test_several_letters_are_released_by_one_press(stage: Stage) -> None:
    """Exactly those the card showed: with another one since, none of them."""
    ticket_id, _ = drafted(stage)
    with stage.store.read() as unit:
        _, before = stage.desk.draft_views(unit, ticket_id)
    stage.desk.pause(HUGO, stage.ids(), ticket_id, "clarification", ["Which of our shops?"])
    with pytest.raises(TooLate, match="have changed"):
        stage.desk.release_all(HUGO, stage.ids(), ticket_id, before)
    assert "Release all 2" in shown(stage, ticket_id)
    with stage.store.read() as unit:
        _, mark = stage.desk.draft_views(unit, ticket_id)
    stage.desk.release_all(HUGO, stage.ids(), ticket_id, mark)
    stage.work()
    assert (drafts(stage, ticket_id), len(stage.postman.out)) == ([], 4)


def test_somebody_is_reminded_of_a_letter_that_waits(stage: Stage) -> None:
    """From the next working day on, in the card's thread; not any more once it is released."""
    ticket_id, letter = drafted(stage)
    with stage.store.read() as unit:
        planned = [each for each in unit.reminders.of(ticket_id) if each.kind == Kind.LETTER and each.state == "planned"]
    assert planned
    release(stage, letter)
    with stage.store.read() as unit:
        assert not [each for each in unit.reminders.of(ticket_id) if each.kind == Kind.LETTER and each.state == "planned"]


def test_every_value_of_a_letter_somebody_releases_can_be_proved() -> None:
    """A letter cannot come to say something new without a row it rests on."""
    named = {name for kind in set(VALUES) - set(AT_ONCE) for name in {**VALUES[kind], **OPTIONAL.get(kind, {})}}
    assert named - {"made_public"} <= PROVERS.keys()
    assert set(VALUES) <= set(LETTERS)
    assert CLAIMS.keys() <= set(LETTERS)


def test_values_are_kept_as_they_are() -> None:
    """Days and moments, nested as deep as a letter has them."""
    for values in VALUES.values():
        assert restored(stored(values)) == values


def asked(stage: Stage) -> str:
    """Hugo has asked who it is, the letter has left, and Ann does not answer."""
    ticket_id = stage.open()
    stage.desk.pause(HUGO, stage.ids(), ticket_id, "identity", ["Two people have your name."], ["facts"])
    release(stage, drafts(stage, ticket_id)[0])
    return ticket_id


def test_a_question_without_an_answer_is_asked_once_more(stage: Stage) -> None:
    """Ten days after it left, by itself; never again, and not at all once there is an answer."""
    silent, answers = asked(stage), asked(stage)
    stage.desk.resume_clock(HUGO, stage.ids(), answers)
    stage.clock.forward(days=30)
    stage.work()
    with stage.store.read() as unit:
        kinds = {each: [one.kind for one in unit.letters.of(each)] for each in (silent, answers)}
    assert kinds[silent].count("answer_reminder") == 1
    assert "answer_reminder" not in kinds[answers]
    assert "We are still waiting for your answer" in str(stage.postman.out[-1][2])


def test_an_enquiry_nobody_answers_for_is_closed_with_a_letter(stage: Stage) -> None:
    """Not before the reminder's days are over; then what was asked for is withdrawn, and the person is told how to go on."""
    ticket_id = asked(stage)
    assert not stage.desk.more(HUGO, ticket_id).in_vain
    with pytest.raises(NotAllowed, match="was reminded"):
        stage.desk.give_up(HUGO, stage.ids(), ticket_id)
    stage.clock.forward(days=10, hours=1)
    stage.work()
    stage.clock.forward(days=14, hours=1)
    assert stage.desk.more(HUGO, ticket_id).in_vain
    assert "draft" in stage.desk.give_up(HUGO, "once", ticket_id)
    assert "already" in stage.desk.give_up(HUGO, "once", ticket_id)
    assert stage.request(ticket_id, Right.ACCESS).state == State.WITHDRAWN
    release(stage, drafts(stage, ticket_id)[0])
    assert "we have closed your enquiry" in " ".join(stage.postman.texts()[-1].split())
    stage.desk.close(HUGO, stage.ids(), ticket_id)


def test_a_complaint_is_acknowledged_where_the_law_asks_for_it(sqlite_store: Any, clock: Any, ids: Any) -> None:
    """In the United Kingdom (Data Protection Act 2018, s. 164A); elsewhere nobody is asked to."""
    stage = Stage(sqlite_store, clock, ids, house={"regimes": ("uk_gdpr",)})
    ticket_id = stage.open()
    today = stage.ticket(ticket_id).received_on
    assert stage.desk.more(HUGO, ticket_id).complaints
    with pytest.raises(NotAllowed, match="between the enquiry and today"):
        stage.desk.complained(HUGO, stage.ids(), ticket_id, today + DAY)
    assert "draft" in stage.desk.complained(HUGO, "once", ticket_id, today)
    assert "already" in stage.desk.complained(HUGO, "once", ticket_id, today)
    stage.work()
    assert "We have your complaint," in stage.postman.texts()[-1]


def test_elsewhere_no_complaint_is_acknowledged_by_law(stage: Stage) -> None:
    """Neither offered nor taken."""
    ticket_id = stage.open()
    assert not stage.desk.more(HUGO, ticket_id).complaints
    with pytest.raises(NotAllowed, match="No law of this ticket"):
        stage.desk.complained(HUGO, stage.ids(), ticket_id, stage.ticket(ticket_id).received_on)
