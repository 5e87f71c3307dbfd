"""The clock's moves: Ann asks, Hugo asks back, extends, says which law applies; every date is told, old and new."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from bot import law
from bot.drafts import LETTERS
from bot.errors import NotAllowed, Refused, Temporary
from bot.law import Right
from bot.tickets import Identity
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, VERA, Stage

DOUBT = ["Your mail came from another address than the one we know."]
WHY = ["Your data are spread over five systems, two of which have to be read by hand."]
COMPLEX = "complexity of the request"
HOUSE = {"release_at_once": frozenset(LETTERS)}  # what a draft does to the clock: test_drafting.py
DUE = date(2026, 12, 23)  # of a mail of Mon 23 Nov 2026, by the GDPR as by the FADP


@pytest.fixture
def stage(store, clock, ids) -> Stage:
    return Stage(store, clock, ids, house=HOUSE)


@pytest.fixture
def office(sqlite_store, clock, ids) -> Stage:
    """On SQLite alone: what has nothing to do with the database."""
    return Stage(sqlite_store, clock, ids, house=HOUSE)


def only(stage: Stage, *regimes: str, **place: object) -> Stage:
    """The same office with these laws switched on."""
    house = {"holidays_region": "CH-ZH", "zone": "Europe/Zurich", **place}
    regime = {"regimes": regimes, "deadline": law.Deadline(regimes, **house)}
    return Stage(stage.store, stage.clock, stage.ids, house={**HOUSE, **regime})


def ask(stage: Stage, ticket_id: str, kind: str = "identity", **more):
    means = ("address", "facts") if kind == "identity" else ()
    return stage.desk.pause(more.pop("user", HUGO), stage.ids(), ticket_id, kind, DOUBT, means, **more)


def extend(stage: Stage, ticket_id: str, until: date, reason: str = COMPLEX, **more):
    return stage.desk.extend(more.pop("user", HUGO), stage.ids(), ticket_id, until, reason, WHY, **more)


def card(stage: Stage, ticket_id: str) -> str:
    ts = stage.ticket(ticket_id).card_ts
    return str(stage.channel.messages[ts])


def kinds(stage: Stage, ticket_id: str) -> list[str]:
    with stage.store.read() as unit:
        return [each.kind for each in unit.tickets.clock_events(ticket_id)]


# -- questions and answers ---------------------------------------------------------------------------------------------


def test_a_question_of_identity_stops_the_clock_until_the_reply(stage: Stage) -> None:
    """Asked on Monday, answered on Thursday: three days more; letter, card, thread and record say so."""
    ticket_id = stage.open()
    moved = ask(stage, ticket_id)
    assert (moved.before, moved.after, moved.state) == (DUE, DUE, "suspended")
    stage.work()
    ticket = stage.ticket(ticket_id)
    assert (ticket.clock, ticket.paused_since, ticket.due) == ("suspended", date(2026, 11, 23), DUE)
    assert ticket.extension_notice_by is None
    letter = " ".join(stage.postman.texts()[-1].split())
    assert DOUBT[0] in letter
    assert "the time we have for our answer stands still" in letter
    assert "If you answer on 23 November 2026, you hear from us by 23 December 2026" in letter
    assert "stands still" in card(stage, ticket_id)
    assert "The person who wrote" in card(stage, ticket_id)
    assert stage.channel.replies("note:") == [
        "DPE-2026-0001: <@UHUGO> asked who it is. Due Wed 23 Dec 2026, as before. The clock stands still until the answer."
    ]
    stage.clock.forward(days=3)
    assert stage.reply("It is me, customer 4711, ordered on 3 May.") == ticket_id
    stage.work()
    ticket = stage.ticket(ticket_id)
    assert (ticket.clock, ticket.paused_since) == ("running", None)
    assert ticket.unrolled == date(2026, 12, 26)
    assert ticket.due == date(2026, 12, 28)  # Saturday, holiday at that: Monday
    assert "Wed 23 Dec 2026 → Mon 28 Dec 2026" in stage.channel.replies("note:")[-1]
    with stage.store.read() as unit:
        record = {row.verb: row.detail for row in unit.trail(ticket_id)}
    assert record["resume_clock"]["due"] == ["2026-12-23", "2026-12-28"]
    assert record["pause"]["state"] == "suspended"
    assert stage.store.verify_audit() is None


def test_an_answer_of_the_same_day_moves_nothing(office: Stage) -> None:
    """Asked and answered on one day: no day more, and no word in the thread where no date moved."""
    ticket_id = office.open()
    ask(office, ticket_id)
    office.work()
    office.reply("Customer 4711.")
    office.work()
    assert office.ticket(ticket_id).due == DUE
    assert len(office.channel.replies("note:")) == 1


def test_a_handler_records_an_answer_that_came_by_telephone(office: Stage) -> None:
    """The day of the answer counts, not the day somebody wrote it down; no day before the question, none to come."""
    ticket_id = office.open()
    ask(office, ticket_id)
    office.work()
    office.clock.forward(days=7)
    for wrong in (date(2026, 11, 22), date(2026, 12, 1)):
        with pytest.raises(NotAllowed, match="between Mon 23 Nov 2026") as told:
            office.desk.resume_clock(HUGO, office.ids(), ticket_id, wrong)
        assert told.value.field == "on"
    moved = office.desk.resume_clock(HUGO, office.ids(), ticket_id, date(2026, 11, 25))
    assert moved.after == date(2026, 12, 28)  # Fri 25 Dec is a holiday
    with pytest.raises(NotAllowed, match="clock runs"):
        office.desk.resume_clock(PAULA, office.ids(), ticket_id)


def test_a_clarification_stops_the_gdpr_only_with_a_large_amount_of_data(office: Stage) -> None:
    """Recital 63: first it runs on and says so; once that is on record, the next question stops it, the first still not."""
    office = only(office, "gdpr_eu")
    ticket_id = office.open()
    assert ask(office, ticket_id, "clarification").state == "running"
    office.work()
    letter = " ".join(office.postman.texts()[-1].split())
    assert "The day by which we answer stays 23 December 2026" in letter
    assert "The clock runs on, although the person was asked" in card(office, ticket_id)
    office.clock.forward(days=2)
    assert office.desk.large(HUGO, office.ids(), ticket_id).after == DUE
    assert ask(office, ticket_id, "clarification").state == "suspended"
    office.work()
    assert "stands still" in " ".join(office.postman.texts()[-1].split())
    office.clock.forward(days=4)
    office.reply("Only what the shop holds.")
    assert office.ticket(ticket_id).unrolled == date(2026, 12, 27)  # four days, not six


def test_a_law_that_knows_no_pause_keeps_its_date(office: Stage) -> None:
    """Brazil's fifteen days run on through a question; while the GDPR's clock stands, theirs is the date that counts."""
    office = only(office, "gdpr_eu", "lgpd")
    ticket_id = office.open()
    assert office.ticket(ticket_id).due == date(2026, 12, 8)
    moved = ask(office, ticket_id)
    assert (moved.state, moved.after) == ("running", date(2026, 12, 8))
    office.work()
    assert "the law that counts does not stop for it" in card(office, ticket_id)
    assert office.ticket(ticket_id).paused_since == date(2026, 11, 23)


def test_in_the_united_kingdom_the_clock_starts_with_the_answer(office: Stage) -> None:
    """The relevant time: the month runs from what was asked for, and the letter says so."""
    office = only(office, "uk_gdpr")
    ticket_id = office.open()
    assert ask(office, ticket_id).state == "not_started"
    office.work()
    assert "starts with your reply" in " ".join(office.postman.texts()[-1].split())
    office.clock.forward(days=8)
    office.reply("Customer 4711.")
    assert office.ticket(ticket_id).due == date(2027, 1, 4)  # from 1 December: 1 January, a holiday


def test_nobody_is_asked_twice_or_without_a_doubt(office: Stage) -> None:
    """One question at a time; none after identity is confirmed; none without words, means or a known kind."""
    ticket_id = office.open()
    ask(office, ticket_id)
    with pytest.raises(NotAllowed, match="asked on Mon 23 Nov 2026"):
        ask(office, ticket_id, user=PAULA)
    for words, means, field in (([" "], ("facts",), "words"), (DOUBT, (), "means"), (["x" * 2001], ("facts",), "words")):
        with pytest.raises(NotAllowed) as told:
            office.desk.pause(HUGO, office.ids(), ticket_id, "identity", words, means)
        assert told.value.field == field
    with pytest.raises(NotAllowed, match="no move"):
        office.desk.pause(HUGO, office.ids(), ticket_id, "patience", DOUBT)
    office.desk.resume_clock(HUGO, office.ids(), ticket_id)
    office.choose(ticket_id, Right.ACCESS)
    office.reply_with_code()
    assert office.ticket(ticket_id).identity == Identity.CONFIRMED
    with pytest.raises(NotAllowed, match="Without a doubt"):
        ask(office, ticket_id)


def test_a_document_is_the_last_resort_and_counted(office: Stage) -> None:
    """Only where a person chose it does the letter speak of one, to be blacked out; the row remembers that it was asked."""
    ticket_id = office.open()
    with pytest.raises(NotAllowed, match="milder way") as told:
        office.desk.pause(HUGO, "e0", ticket_id, "identity", DOUBT, ["document"])
    assert told.value.field == "means"
    office.desk.pause(HUGO, "e1", ticket_id, "identity", DOUBT, ["document", "facts"])
    office.work()
    assert "Black out everything" in " ".join(office.postman.texts()[-1].split())
    with office.store.read() as unit:
        asked = [each for each in unit.tickets.clock_events(ticket_id) if each.kind == "identity"]
    assert [each.detail["document"] for each in asked] == [True]


# -- the code ----------------------------------------------------------------------------------------------------------


def test_the_code_stops_the_clock_and_its_reply_lets_it_run(stage: Stage) -> None:
    """A question of identity asked at once: the letter says what it does to the date; answered two days later, two more."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    assert (stage.ticket(ticket_id).clock, stage.ticket(ticket_id).identity) == ("suspended", Identity.ASKED)
    letter = " ".join(stage.postman.texts()[-1].split())
    assert "you hear from us by 23 December 2026 at the latest" in letter
    assert stage.channel.replies("note:") == []
    stage.clock.forward(hours=20)
    stage.reply_with_code()
    stage.work()
    ticket = stage.ticket(ticket_id)
    assert (ticket.clock, ticket.identity, ticket.unrolled) == ("running", Identity.CONFIRMED, date(2026, 12, 24))
    assert "The person answered. Due Wed 23 Dec 2026 → Thu 24 Dec 2026." in stage.channel.replies("note:")[-1]
    assert kinds(stage, ticket_id) == ["received", "identity", "answered"]


def test_a_code_that_has_run_out_is_asked_anew(office: Stage) -> None:
    """The reply without a living code ends the first pause; the new code begins another one on the same day."""
    ticket_id = office.open()
    office.choose(ticket_id, Right.ACCESS)
    office.clock.forward(days=3)
    office.reply("Sorry, I was away.")
    office.work()
    ticket = office.ticket(ticket_id)
    assert (ticket.clock, ticket.paused_since, ticket.unrolled) == ("suspended", date(2026, 11, 26), date(2026, 12, 26))
    office.clock.forward(days=1)
    office.reply_with_code("0000 1111")
    assert office.ticket(ticket_id).unrolled == date(2026, 12, 27)


@pytest.mark.parametrize(("days", "pauses", "state"), [(7, 7, "suspended"), (8, 7, "running"), (0, 0, "running")])
def test_a_code_that_comes_late_stops_nothing(office: Stage, days: int, pauses: int, state: str) -> None:
    """EDPB 01/2022 para 159: without undue delay. A week, or what the house has set; the letter is true either way."""
    office = Stage(office.store, office.clock, office.ids, house={**HOUSE, "code_pauses_days": pauses})
    ticket_id = office.open()
    office.clock.forward(days=days)
    office.choose(ticket_id, Right.ACCESS)
    ticket = office.ticket(ticket_id)
    assert (ticket.clock, ticket.identity) == (state, Identity.ASKED)
    letter = " ".join(office.postman.texts()[-1].split())
    assert ("The day by which we answer stays 23 December 2026" in letter) == (state == "running")


# -- extension ---------------------------------------------------------------------------------------------------------


def test_an_extension_tells_the_person_why_and_until_when(stage: Stage) -> None:
    """Row, letter, card, thread, record: the new date is the one the person was told, and the reasons are in the letter."""
    ticket_id = stage.open()
    stage.clock.forward(days=20)
    moved = extend(stage, ticket_id, date(2027, 2, 1), part=["Your invoices come today."])
    assert (moved.before, moved.after) == (DUE, date(2027, 2, 1))
    stage.work()
    ticket = stage.ticket(ticket_id)
    assert (ticket.due, ticket.unrolled) == (date(2027, 2, 1), date(2027, 2, 1))
    letter = " ".join(stage.postman.texts()[-1].split())
    for told in (COMPLEX, WHY[0], "by 1 February 2027", "by 23 December 2026, and we are sorry", "invoices come today",
                 "complain to a data protection authority", "FDPIC"):  # fmt: skip
        assert told in letter
    assert "Extended by the notice of Sun 13 Dec 2026" in card(stage, ticket_id)
    (said,) = stage.channel.replies("note:")
    assert said.startswith("DPE-2026-0001: <@UHUGO> extended and wrote to the person (complexity of the request).")
    assert said.endswith("Due Wed 23 Dec 2026 → Mon 1 Feb 2027.")
    assert WHY[0] not in stage.channel.shown()
    with stage.store.read() as unit:
        assert not any(WHY[0] in str(row.detail) for row in unit.trail(ticket_id))
        assert WHY[0] not in str([each.detail for each in unit.tickets.clock_events(ticket_id)])
    with pytest.raises(NotAllowed, match="no later than now") as told:
        extend(stage, ticket_id, date(2027, 1, 20))
    assert told.value.field == "until"


def test_an_extension_has_its_limits(office: Stage) -> None:
    """Three months in all by the GDPR, with the days of pauses; reasons of the law only; and words are needed."""
    office = only(office, "gdpr_eu")
    ticket_id = office.open()
    ask(office, ticket_id)
    office.work()
    with pytest.raises(NotAllowed, match="stands still"):
        extend(office, ticket_id, date(2027, 1, 20))
    office.clock.forward(days=4)
    office.reply("Customer 4711.")
    office.clock.forward(days=1)
    form = office.desk.clock_form(HUGO, ticket_id, "extension")
    assert (form.latest, form.reasons[0]) == (date(2027, 2, 27), COMPLEX)
    with pytest.raises(NotAllowed, match="GDPR lets it wait until Sat 27 Feb 2027") as told:
        extend(office, ticket_id, date(2027, 2, 28))
    assert told.value.field == "until"
    with pytest.raises(NotAllowed, match="these reasons only: complexity") as told:
        extend(office, ticket_id, date(2027, 2, 27), "too much to do")
    assert told.value.field == "reason"
    with pytest.raises(NotAllowed, match="has to be said") as told:
        office.desk.extend(HUGO, "e1", ticket_id, date(2027, 2, 27), COMPLEX, ["  "])
    assert told.value.field == "words"
    assert extend(office, ticket_id, date(2027, 2, 27)).after == date(2027, 3, 1)  # a Saturday


@pytest.mark.parametrize("day", [1, 30, 62])  # 5 March is the last the GDPR allows here
def test_the_date_that_was_told_is_the_date_that_counts(office: Stage, day: int) -> None:
    """Whatever was paused before: no day is added to the date the person was told, and none is taken away."""
    ticket_id = office.open()
    ask(office, ticket_id)
    office.work()
    office.clock.forward(days=10)
    office.reply("Customer 4711.")
    office.work()
    until = date(2027, 1, 2) + timedelta(days=day)
    extend(office, ticket_id, until)
    assert office.ticket(ticket_id).unrolled == until


def test_an_extension_that_comes_too_late_is_refused(office: Stage) -> None:
    """On the last day it works; a day later no letter goes out that would have no effect."""
    ticket_id, late = office.open(), office.open()
    office.clock.forward(days=30)
    assert extend(office, ticket_id, date(2027, 1, 20)).after == date(2027, 1, 20)
    office.clock.forward(days=1)
    office.work()
    sent = len(office.postman.out)
    with pytest.raises(NotAllowed, match="Too late: the person had to be told by Wed 23 Dec 2026"):
        extend(office, late, date(2027, 1, 20))
    office.work()
    assert len(office.postman.out) == sent
    assert office.ticket(late).due == DUE


def test_a_law_without_extension_is_not_extended(office: Stage) -> None:
    """Brazil's and Australia's dates stay; where another law counts first, theirs is the limit all the same."""
    brazil = only(office, "lgpd")
    with pytest.raises(NotAllowed, match="LGPD, which knows no extension"):
        extend(brazil, brazil.open(), date(2027, 1, 4), "any")
    both = only(office, "gdpr_eu", "au_app")
    both.clock.now = both.clock.now.replace(month=2, day=10)  # a month of 28 days: the GDPR's date comes first
    ticket_id = both.open(sender="Bea <bea@example.com>")
    assert both.ticket(ticket_id).due == date(2026, 3, 10)
    with pytest.raises(NotAllowed, match="lets it wait until Thu 12 Mar 2026"):
        extend(both, ticket_id, date(2026, 4, 1))


def test_in_switzerland_the_notice_names_any_date_one_can_keep(office: Stage) -> None:
    """DPO 18(2): no length in the law; a date of the next century is a slip of the finger."""
    swiss = only(office, "ch_fadp")
    ticket_id = swiss.open()
    form = swiss.desk.clock_form(HUGO, ticket_id, "extension")
    assert form.latest is None
    with pytest.raises(NotAllowed, match="more than a year"):
        extend(swiss, ticket_id, date(2126, 1, 5), form.reasons[0])
    assert extend(swiss, ticket_id, date(2027, 4, 6), form.reasons[0]).after == date(2027, 4, 6)


def test_a_notice_that_leaves_late_counts_from_the_day_it_left(stage: Stage) -> None:
    """Written on the last day, sent two days later: it has no effect, the old date is back, and everybody is told."""
    ticket_id = stage.open()
    stage.clock.forward(days=30)
    stage.postman.fails = [Temporary("The mail server is away.", retry_after=2 * 86400)]
    assert extend(stage, ticket_id, date(2027, 1, 20)).after == date(2027, 1, 20)
    stage.work()
    stage.clock.forward(days=2, hours=6)
    stage.work()
    assert stage.ticket(ticket_id).due == DUE
    assert "found that the letter left on Fri 25 Dec 2026 only" in stage.channel.replies("note:")[-1]
    assert "Wed 20 Jan 2027 → Wed 23 Dec 2026" in stage.channel.replies("note:")[-1]
    assert kinds(stage, ticket_id)[-1] == "sent"


def test_a_letter_that_never_left_moved_nothing(stage: Stage) -> None:
    """The server refuses the address: nobody was told, so the extension is none, and the thread says so."""
    ticket_id = stage.open()
    stage.postman.fails = [Refused("550 no such mailbox")]
    extend(stage, ticket_id, date(2027, 1, 20))
    while stage.engine.step():
        stage.clock.forward(seconds=1)
    assert stage.ticket(ticket_id).due == DUE
    assert "could not send the letter" in stage.channel.replies("note:")[-1]


# -- which law, how much -----------------------------------------------------------------------------------------------


def test_the_law_is_set_with_a_reason_and_taken_back(stage: Stage) -> None:
    """In February the FADP's thirty days end later than the GDPR's month: who is known to be Swiss has until then."""
    stage.clock.now = stage.clock.now.replace(month=2, day=10)
    ticket_id = stage.open()
    assert stage.ticket(ticket_id).due == date(2026, 3, 10)
    moved = stage.desk.regime(HUGO, "e1", ticket_id, ["ch_fadp"], "address")
    assert (moved.before, moved.after) == (date(2026, 3, 10), date(2026, 3, 12))
    stage.work()
    ticket = stage.ticket(ticket_id)
    assert ticket.regimes == ("ch_fadp",)
    assert "set the law: FADP (the address on file is there)" in stage.channel.replies("note:")[-1]
    assert "A person has set which law applies." in card(stage, ticket_id)
    with stage.store.read() as unit:
        (row,) = [row for row in unit.trail(ticket_id) if row.verb == "regime"]
    assert (row.actor, row.detail["due"]) == (HUGO, ["2026-03-10", "2026-03-12"])
    for wrong, how, field in (([], "address", "regimes"), (["lgpd"], "address", "regimes"), (["gdpr_eu"], "", "how")):
        with pytest.raises(NotAllowed) as told:
            stage.desk.regime(HUGO, stage.ids(), ticket_id, wrong, how)
        assert told.value.field == field
    with pytest.raises(NotAllowed, match="apply already"):
        stage.desk.regime(PAULA, stage.ids(), ticket_id, ["ch_fadp"], "letter")
    assert stage.desk.regime(PAULA, stage.ids(), ticket_id, ["ch_fadp", "gdpr_eu"], "letter").after == date(2026, 3, 10)
    with stage.store.read() as unit:
        assert unit.tickets.clock_events(ticket_id)[-1].detail["regimes"] is None


def test_a_large_amount_of_data_is_recorded_once(office: Stage) -> None:
    """On record, twice is told; and taken back."""
    ticket_id = office.open()
    office.desk.large(HUGO, "e1", ticket_id)
    with pytest.raises(NotAllowed, match="already"):
        office.desk.large(PAULA, "e2", ticket_id)
    office.work()
    assert "A large amount of data is on record." in card(office, ticket_id)
    office.desk.large(HUGO, "e3", ticket_id, large=False)
    office.work()
    assert "large amount" not in card(office, ticket_id)


# -- who may, and who was faster ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [VERA, EVE])
def test_who_may_not_moves_no_clock(office: Stage, user: str) -> None:
    """A viewer may look, a stranger not even that; neither moves anything."""
    ticket_id = office.open()
    moves = (
        lambda: ask(office, ticket_id, user=user),
        lambda: extend(office, ticket_id, date(2027, 1, 20), user=user),
        lambda: office.desk.resume_clock(user, office.ids(), ticket_id),
        lambda: office.desk.large(user, office.ids(), ticket_id),
        lambda: office.desk.regime(user, office.ids(), ticket_id, ["ch_fadp"], "address"),
        lambda: office.desk.clock_form(user, ticket_id, "large"),
    )
    for each in moves:
        with pytest.raises(NotAllowed, match="role"):
            each()
    assert kinds(office, ticket_id) == ["received"]
    if user == EVE:
        with pytest.raises(NotAllowed):
            office.desk.explain(user, ticket_id)
    else:
        assert office.desk.explain(user, ticket_id)[0] == office.ticket(ticket_id).why


def test_one_press_moves_the_clock_once(stage: Stage) -> None:
    """The same delivery twice is one question and one letter; a form drawn before somebody else's move is told so."""
    ticket_id = stage.open()
    seen = stage.desk.clock_form(HUGO, ticket_id, "extension").stamp
    assert stage.desk.pause(HUGO, "same", ticket_id, "clarification", DOUBT) is not None
    assert stage.desk.pause(HUGO, "same", ticket_id, "clarification", DOUBT) is None
    with pytest.raises(NotAllowed, match="Somebody was faster"):
        extend(stage, ticket_id, date(2027, 1, 20), user=PAULA, seen=seen)
    stage.work()
    assert kinds(stage, ticket_id) == ["received", "clarification"]
    assert sum("Our question" in text for text in stage.postman.texts()) == 1


def test_two_people_who_ask_at_once_ask_once(stage: Stage) -> None:
    """One question, one letter; the other reads that it was asked."""
    ticket_id = stage.open()

    def press(user: str) -> str:
        try:
            ask(stage, ticket_id, "clarification", user=user)
        except NotAllowed as refusal:
            return str(refusal)
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(press, (HUGO, PAULA)))
    assert told == ["This was asked on Mon 23 Nov 2026 and has no answer yet.", "asked"]
    assert kinds(stage, ticket_id).count("clarification") == 1
    stage.work()
    assert sum("Our question" in text for text in stage.postman.texts()) == 1


def test_a_closed_ticket_has_no_moves(office: Stage) -> None:
    """The clock of what is over is left alone."""
    ticket_id = office.open()
    office.desk.withdraw(HUGO, "e1", office.request(ticket_id, Right.ACCESS).id)
    office.desk.close(HUGO, "e2", ticket_id)
    with pytest.raises(NotAllowed, match="is closed"):
        ask(office, ticket_id)
    with pytest.raises(NotAllowed, match="is closed"):
        office.desk.clock_form(HUGO, ticket_id, "large")


def test_a_reply_to_a_closed_ticket_ends_its_pause(office: Stage) -> None:
    """Closed while the person was asked; the answer reopens it and its clock runs."""
    ticket_id = office.open()
    ask(office, ticket_id)
    office.desk.withdraw(HUGO, "e1", office.request(ticket_id, Right.ACCESS).id)
    office.work()
    office.desk.close(HUGO, "e2", ticket_id)
    office.clock.forward(days=2)
    assert office.reply("Customer 4711.") == ticket_id
    ticket = office.ticket(ticket_id)
    assert (ticket.state, ticket.clock, ticket.unrolled) == ("open", "running", date(2026, 12, 25))


# -- what people see ---------------------------------------------------------------------------------------------------


def test_the_menu_offers_what_is_open(office: Stage) -> None:
    """Ask, extend, law, size; once asked the answer comes first and the same question is not offered again."""
    ticket_id = office.open()

    def offers() -> tuple[str, ...]:
        with office.store.read() as unit:
            return office.desk.clock_view(unit, unit.tickets.get(ticket_id)).offers

    assert offers() == ("identity", "clarification", "extension", "regime", "large")
    ask(office, ticket_id)
    assert offers() == ("answered", "clarification", "regime", "large")
    office.desk.resume_clock(HUGO, office.ids(), ticket_id)
    office.clock.forward(days=31)
    assert "extension" not in offers()


def test_how_a_date_came_about_is_told_step_by_step(office: Stage) -> None:
    """Receipt, length, what moved it and who; for the command as for the button."""
    ticket_id = office.open()
    extend(office, ticket_id, date(2027, 2, 1))
    why, view = office.desk.explain(VERA, ticket_id)
    assert any("received Mon 23 Nov 2026" in line for line in why)
    assert any("Extended by the notice of Mon 23 Nov 2026" in line for line in why)
    assert [(each.kind, each.by, each.after) for each in view.moves] == [("extension", HUGO, date(2027, 2, 1))]
    assert office.desk.ticket(VERA, "DPE-2026-0001").clock == view


def test_the_thread_waits_for_its_card(office: Stage) -> None:
    """Slack is away: the word in the thread comes after the card, once."""
    office.channel.fails = [Temporary("Slack is away.", retry_after=60)] * 3
    ticket_id = office.mail()
    extend(office, ticket_id, date(2027, 2, 1))
    office.work()
    for _ in range(6):
        office.clock.forward(minutes=2)
        office.work()
    assert len(office.channel.replies("note:")) == 1
    assert office.channel.threads[office.channel.keys[f"note:{_row(office, ticket_id)}"]] == office.ticket(ticket_id).card_ts


def _row(stage: Stage, ticket_id: str) -> str:
    with stage.store.read() as unit:
        return unit.tickets.clock_events(ticket_id)[-1].id


# -- when the rules change ---------------------------------------------------------------------------------------------


def test_a_holiday_added_later_recomputes_open_tickets(stage: Stage) -> None:
    """The day it was due becomes a holiday: counted anew once, audited, said on card and thread; closed ones are left."""
    ticket_id, closed = stage.open(), stage.open(sender="Bea <bea@example.com>")
    stage.desk.withdraw(HUGO, "e1", stage.request(closed, Right.ACCESS).id)
    stage.desk.close(HUGO, "e2", closed)
    assert stage.desk.recount() == 0
    later = Stage(
        stage.store, stage.clock, stage.ids, channel=stage.channel,
        house={"deadline": law.Deadline(("gdpr_eu", "ch_fadp"), "Europe/Zurich", "CH-ZH", extra_holidays=("12-23",))},
    )  # fmt: skip
    assert later.desk.recount() == 1
    assert later.desk.recount() == 0
    later.work()
    ticket = stage.ticket(ticket_id)
    assert (ticket.due, ticket.unrolled) == (date(2026, 12, 24), DUE)
    assert stage.ticket(closed).due == DUE
    (said,) = stage.channel.replies("note:")
    assert "Due Wed 23 Dec 2026 → Thu 24 Dec 2026" in said
    ts = next(iter(stage.channel.threads))
    assert "Wed 23 Dec 2026 is a holiday of the configuration" in str(stage.channel.messages[ts])
    assert "24 Dec 2026" in card(stage, ticket_id)
    with stage.store.read() as unit:
        (row,) = [row for row in unit.trail(ticket_id) if row.verb == "recount"]
    assert (row.actor, row.detail["due"]) == ("bot", ["2026-12-23", "2026-12-24"])


def test_a_rule_that_moves_no_date_is_taken_over_in_silence(office: Stage) -> None:
    """Another holiday far away: the explanation is new, nobody is told."""
    ticket_id = office.open()
    version = office.ticket(ticket_id).version
    later = only(office, "gdpr_eu", "ch_fadp", extra_holidays=("2027-03-03",))
    assert later.desk.recount() == 1
    assert office.ticket(ticket_id).rules == later.desk.house.rules != office.desk.house.rules
    assert kinds(office, ticket_id) == ["received"]
    assert office.ticket(ticket_id).version == version + 1
    assert later.desk.recount() == 0


def test_a_law_switched_on_later_counts_for_whoever_is_not_known(office: Stage) -> None:
    """Unknown means all that are on; where a person has set the law, it stays that one."""
    ticket_id, swiss = office.open(), office.open(sender="Bea <bea@example.com>")
    office.desk.regime(HUGO, "e1", swiss, ["ch_fadp"], "address")
    later = only(office, "gdpr_eu", "ch_fadp", "lgpd")
    assert later.desk.recount() == 2
    assert office.ticket(ticket_id).regimes == ("gdpr_eu", "ch_fadp", "lgpd")
    assert office.ticket(ticket_id).due == date(2026, 12, 8)
    assert (office.ticket(swiss).regimes, office.ticket(swiss).due) == (("ch_fadp",), DUE)


def test_nothing_personal_reaches_slack_or_the_rows(office: Stage) -> None:
    """What a handler wrote to the person stays in the sealed letter."""
    ticket_id = office.open()
    ask(office, ticket_id)
    office.work()
    assert DOUBT[0] not in office.channel.shown()
    assert ANN not in office.channel.shown()
    with office.store.read() as unit:
        assert DOUBT[0] not in str([each.detail for each in unit.tickets.clock_events(ticket_id)])
