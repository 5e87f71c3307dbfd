"""Reminders over the desk: real store on both databases, real engine, fake edges. Each is said once, to the right people."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.errors import NotAllowed, Refused, Temporary, Unclear
from bot.law import Right
from bot.reminders import Kind
from bot.store import Keys, Store
from bot.tickets import Identity
from tests.bot.desk.office import ANN, HUGO, PAULA, VERA, Stage
from tests.fixtures.store import Clock, Ids, opened

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Zürich; the stage's first ticket is due on 23 December


HOUSE = {"team_mail": ("team@lumen.example",), "slack_timeout_s": 0.2, "slack_settle_s": 0.0}


@pytest.fixture
def stage(store: Store, clock: Clock, ids: Ids) -> Stage:
    """Hugo owns nothing yet; the team has an address for bad days."""
    return Stage(store, clock, ids, house=HOUSE)


@pytest.fixture
def small(sqlite_store: Store, clock: Clock, ids: Ids) -> Stage:
    """The same on SQLite only, for what does not depend on the database."""
    return Stage(sqlite_store, clock, ids, house=HOUSE)


def swept(stage: Stage, moment: str | None = None) -> None:
    """The clock shows this moment (UTC), and the bot says what is due."""
    if moment:
        stage.clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    stage.desk.remind()
    stage.work()


def threads(stage: Stage) -> list[str]:
    return [stage.channel.messages[ts][1] for ts in stage.channel.threads]


def directs(stage: Stage) -> list[tuple[str, str]]:
    """(to whom, what), in the order they were sent."""
    return [(user, stage.channel.messages[ts][1]) for ts, user in stage.channel.directs.items()]


def digests(stage: Stage) -> list[str]:
    keys = {ts: key for key, ts in stage.channel.keys.items()}
    return [text for ts, (_, text) in stage.channel.messages.items() if keys[ts].startswith("digest:")]


def owned(stage: Stage, **kwargs: str) -> str:
    """A ticket of Hugo's with which nothing has been done yet."""
    ticket_id = stage.open(**kwargs)
    with stage.store.begin() as unit:
        unit.tickets.own(ticket_id, HUGO)
    return ticket_id


def rows(stage: Stage, ticket_id: str) -> list[tuple[str, str]]:
    with stage.store.read() as unit:
        return [(str(each.kind), each.state) for each in unit.reminders.of(ticket_id)]


def test_nobody_has_begun_so_the_channel_hears_of_it(stage: Stage) -> None:
    """One working day after it came: in its thread and in the channel, with dates, who acts next and what to do."""
    ticket_id = stage.open()
    swept(stage)
    assert threads(stage) == []
    swept(stage, "2026-11-24T09:00:30")
    (text,) = threads(stage)
    assert text == (
        "DPE-2026-0001: Nobody has begun with this enquiry. Choose a right on the card, so that the identity check begins."
    )
    assert len(stage.channel.broadcasts) == 1
    assert directs(stage) == []
    blocks = str(stage.channel.messages[stage.channel.broadcasts[0]][0])
    assert "29 days, Wed 23 Dec 2026" in blocks
    assert "Go to the card" in blocks
    assert "https://team.slack.example/archives/C1/p10" in blocks
    swept(stage, "2026-11-24T09:05:00")
    assert len(threads(stage)) == 1
    assert rows(stage, ticket_id) == [("untouched", "said")]
    assert "remind" in stage.trail(ticket_id)


def test_the_owner_is_told_directly_once_a_day(stage: Stage) -> None:
    """Two tickets of one owner: a word in each thread, one message to him with both, and none to anybody else."""
    owned(stage)
    owned(stage, sender="Bea <bea@example.com>")
    swept(stage, "2026-12-08T07:00:10")
    assert [text[:13] for text in threads(stage)] == ["DPE-2026-0001", "DPE-2026-0002"]
    assert directs(stage) == [(HUGO, "DPE-2026-0001: Half of the time is over: 15 days left. And 1 more.")]
    assert stage.channel.broadcasts == []
    swept(stage, "2026-12-08T14:00:00")
    assert len(directs(stage)) == 1


def test_what_comes_later_the_same_day_waits_for_the_digest_unless_it_changed(stage: Stage) -> None:
    """One message a person and day; a clock that was moved since, or a last day, is worth a second one."""
    owned(stage)
    swept(stage, "2026-12-08T07:00:10")
    stage.clock.now = datetime(2026, 12, 8, 8, 0, tzinfo=UTC)
    other = owned(stage, sender="Bea <bea@example.com>")
    with stage.store.begin() as unit:
        stage.desk._remind_on(unit, unit.tickets.get(other), Kind.LETTER, [date(2026, 12, 8)])
    swept(stage, "2026-12-08T09:00:00")
    assert len(directs(stage)) == 1
    assert len(threads(stage)) == 2
    swept(stage, "2026-12-09T07:00:10")
    assert digests(stage)[-1].startswith("Enquiries today")
    assert "DPE-2026-0002" in str(list(stage.channel.messages.values())[-1])
    with stage.store.read() as unit:
        assert unit.reminders.told_in("rest") == []


def test_a_date_that_moved_is_worth_a_second_message(small: Stage) -> None:
    """In the morning half time; at noon the law is set anew and the last week is here at once."""
    ticket_id = owned(small)
    swept(small, "2026-12-08T07:00:10")
    with small.store.begin() as unit:
        ticket = unit.tickets.lock(ticket_id)
        changed = unit.tickets.change(ticket_id, ticket.version, unrolled=date(2026, 12, 14), due=date(2026, 12, 14))
        assert changed
        unit.tickets.add_clock_event(unit.id(), ticket_id, "regime", date(2026, 12, 8), {}, PAULA)
        small.desk._redraw(unit, ticket_id)
    swept(small, "2026-12-08T11:00:00")
    assert [text for _, text in directs(small)][1:] == ["DPE-2026-0001: 6 days left."]


def test_overdue_is_said_daily_to_a_second_person_and_by_mail(stage: Stage) -> None:
    """The owner, an approver who is not the owner, one mail a day to the team that names nobody; not at weekends."""
    ticket_id = owned(stage)
    stage.postman.out.clear()
    for day in ("2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28"):
        swept(stage, f"{day}T07:00:10")
        swept(stage, f"{day}T12:00:00")
    told = directs(stage)
    assert [user for user, _ in told] == [HUGO, PAULA] * 3
    assert told[0][1] == "DPE-2026-0001: Overdue: the last day was Wed 23 Dec 2026, 1 day ago."
    mails = [content for _, to, content in stage.postman.out if to == "team@lumen.example"]
    assert len(mails) == 3
    for word in (ANN, "Ann", "Keller"):
        assert word.encode() not in mails[0]
    assert b"DPE-2026-0001" in mails[0]
    assert b"Overdue: data-protection enquiries (1)" in mails[0]
    assert [kind for kind, _ in rows(stage, ticket_id)].count("overdue") == 3


def test_three_days_asleep_come_as_one(stage: Stage) -> None:
    """F43: the machine slept from the 18th to the 21st; one word, one message, one digest."""
    ticket_id = owned(stage)
    swept(stage, "2026-12-16T07:00:10")
    before = len(threads(stage))
    swept(stage, "2026-12-22T10:00:00")
    assert len(threads(stage)) == before + 1
    assert threads(stage)[-1].startswith("DPE-2026-0001: 1 day left.")
    assert [text for _, text in directs(stage)][-1].startswith("DPE-2026-0001: 1 day left.")
    assert set(rows(stage, ticket_id)[-3:]) == {("days_3", "said"), ("extension", "said"), ("days_1", "said")}
    assert len([each for each in stage.channel.keys if each.startswith("digest:")]) == 2


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_jumps_moves_no_deadline_and_says_nothing_twice(jump: timedelta, small: Stage) -> None:
    """F40: every twenty minutes of two days, the clock moved in between and back."""
    ticket_id = owned(small)
    before = small.ticket(ticket_id)
    swept(small, "2026-12-08T05:00:00")
    for number in range(40):
        step = timedelta(minutes=20) if number not in {12, 24} else (jump if number == 12 else -jump)
        small.clock.now += step
        swept(small)
    after = small.ticket(ticket_id)
    assert (after.unrolled, after.due) == (before.unrolled, before.due)
    texts = threads(small)
    assert len(set(texts)) == len(texts)
    assert [text for text in texts if "Half of the time" in text]
    people = [text for _, text in directs(small)]
    assert len(set(people)) == len(people)


def test_a_code_that_ran_out_is_not_revived_by_a_clock_set_back(stage: Stage) -> None:
    """F40: a day later the code is void; a day back again it still is, and so is one that was replaced by a newer."""
    ticket_id = stage.open()
    stage.choose(ticket_id, Right.ACCESS)
    stage.clock.forward(days=1, minutes=1)
    swept(stage)
    stage.clock.forward(days=-1)
    stage.reply_with_code()
    stage.work()
    assert stage.ticket(ticket_id).identity == Identity.ASKED
    with stage.store.read() as unit:
        assert unit.codes.live(ticket_id) is not None  # the new one, sent for the reply
    stage.clock.forward(days=-2)
    with stage.store.read() as unit:
        assert unit.codes.live(ticket_id) is not None
        assert unit.codes.since(ticket_id, MONDAY - timedelta(days=9)) == 2


def test_a_lost_answer_is_looked_up_and_nothing_is_said_twice(small: Stage) -> None:
    """Slack took the word in the thread and the message, and both answers were lost: found again by their keys."""
    owned(small)
    small.clock.now = datetime(2026, 12, 8, 7, 0, 10, tzinfo=UTC)
    post = small.channel.post

    def lost(*args: object, **kwargs: object) -> tuple[str, str]:
        post(*args, **kwargs)  # type: ignore[arg-type]
        raise Unclear("the answer was lost")

    small.channel.post = lost  # type: ignore[method-assign]
    small.desk.remind()
    small.engine.step()
    small.channel.post = post  # type: ignore[method-assign]
    keys = [key for key in small.channel.keys if key.startswith(("remind:", "remind_person:"))]
    assert len(keys) == 2
    for key in keys:
        small.settled(key)
    assert len(threads(small)) == 1
    assert len(directs(small)) == 1


def test_what_slack_could_not_take_is_said_once_with_the_newest_state(small: Stage) -> None:
    """F22: Slack is away for days; afterwards one word in the thread, one message, one digest: those of today."""
    owned(small)
    small.channel.fails = [Temporary("Slack cannot be reached")] * 10_000
    for day in ("2026-12-16", "2026-12-18", "2026-12-22"):
        small.clock.now = datetime.fromisoformat(f"{day}T07:00:10").replace(tzinfo=UTC)
        small.desk.remind()
        for _ in range(3):
            small.engine.step()
            small.clock.forward(minutes=2)
    small.channel.fails.clear()
    for _ in range(3):
        small.clock.forward(minutes=2)
        small.work()
    assert [text[:40] for text in threads(small)] == ["DPE-2026-0001: 1 day left. Choose a righ"]
    assert [user for user, _ in directs(small)] == [HUGO]
    assert len(digests(small)) == 1


def test_slack_away_for_half_an_hour_is_told_by_mail_once(small: Stage) -> None:
    """A mail with references only while something waits to be said; a second outage is told anew."""
    owned(small)
    small.postman.out.clear()
    small.clock.now = datetime(2026, 12, 16, 7, 0, 10, tzinfo=UTC)

    def outage(minutes: int) -> None:
        for _ in range(0, minutes, 5):
            small.clock.forward(minutes=5)
            small.desk.remind()
            small.engine.step()

    small.channel.fails = [Temporary("Slack cannot be reached")] * 10_000
    small.desk.remind()
    outage(25)
    assert small.postman.out == []
    outage(60)
    (mail,) = small.postman.out
    assert mail[1] == "team@lumen.example"
    assert b"Slack cannot be reached" in mail[2]
    assert b"DPE-2026-0001" in mail[2]
    assert b"Auto-Submitted: auto-replied" in mail[2]
    assert ANN.encode() not in mail[2]
    small.channel.fails.clear()
    outage(5)
    small.channel.fails = [Temporary("Slack cannot be reached")] * 10_000
    small.mail(sender="Bea <bea@example.com>")
    outage(60)
    assert len([to for _, to, _ in small.postman.out if to == "team@lumen.example"]) == 2


def test_a_person_slack_does_not_let_us_reach_stands_in_the_digest(small: Stage) -> None:
    """Refused for good: nothing is stuck with the one who left; the channel hears of the ticket next morning."""
    owned(small)
    small.clock.now = datetime(2026, 12, 8, 7, 0, 10, tzinfo=UTC)
    post = small.channel.post

    def refusing(*args: object, **kwargs: object) -> tuple[str, str]:
        if kwargs.get("user"):
            raise Refused("user_not_found")
        return post(*args, **kwargs)  # type: ignore[arg-type]

    small.channel.post = refusing  # type: ignore[method-assign]
    small.desk.remind()
    for _ in range(5):
        small.engine.step()
    small.clock.now = datetime(2026, 12, 9, 7, 0, 10, tzinfo=UTC)
    small.desk.remind()
    for _ in range(5):
        small.engine.step()
    assert len(digests(small)) == 1


def test_a_ticket_is_left_alone_until_the_chosen_day_and_no_longer_than_the_law_allows(stage: Stage) -> None:
    """Snoozed over the seven days; on the chosen morning it is said; the choice is in the record; viewers may not."""
    ticket_id = owned(stage)
    stage.clock.now = datetime(2026, 12, 15, 9, 0, tzinfo=UTC)
    stage.desk.remind()
    stage.work()
    said = len(threads(stage))
    ref, days, today = stage.desk.snoozes(HUGO, ticket_id)
    assert (ref, today, days[-1]) == ("DPE-2026-0001", date(2026, 12, 15), date(2026, 12, 23))
    with pytest.raises(NotAllowed, match="until Wed 23 Dec 2026 at most"):
        stage.desk.snooze(HUGO, stage.ids(), ticket_id, date(2026, 12, 24))
    with pytest.raises(NotAllowed):
        stage.desk.snooze(VERA, stage.ids(), ticket_id, date(2026, 12, 21))
    event = stage.ids()
    stage.desk.snooze(HUGO, event, ticket_id, date(2026, 12, 21))
    stage.desk.snooze(HUGO, event, ticket_id, date(2026, 12, 22))  # the same press, delivered again
    swept(stage, "2026-12-16T07:00:10")
    swept(stage, "2026-12-18T07:00:10")
    assert len(threads(stage)) == said
    swept(stage, "2026-12-21T07:00:10")
    assert threads(stage)[-1].startswith("DPE-2026-0001: 2 days left.")
    assert "snooze" in stage.trail(ticket_id)
    stage.clock.now = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed, match="cannot wait"):
        stage.desk.snoozes(HUGO, ticket_id)


def test_a_closed_ticket_is_not_spoken_of_any_more(stage: Stage) -> None:
    """Not by the next sweep, and not by a word that was already on its way."""
    ticket_id = stage.open()
    stage.clock.now = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
    stage.desk.remind()
    with stage.store.begin() as unit:
        ticket = unit.tickets.lock(ticket_id)
        unit.tickets.change(ticket_id, ticket.version, state="closed", closed_at=unit.now, outcome="")
        stage.desk._redraw(unit, ticket_id)
    stage.work()
    assert threads(stage) == []
    swept(stage, "2026-12-24T09:00:00")
    assert threads(stage) == []
    assert digests(stage) == []
    assert rows(stage, ticket_id) == [("untouched", "dropped")]


def test_what_others_wait_for_is_planned_and_forgotten(stage: Stage) -> None:
    """A recipient told on the 24th: days 3 and 7 are said; the answer comes, day 14 is not."""
    ticket_id = owned(stage)
    with stage.store.begin() as unit:
        ticket = unit.tickets.lock(ticket_id)
        days = [date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 8)]
        for of in ("r1", "r2"):
            stage.desk._remind_on(unit, ticket, Kind.RECIPIENT, days, of)
    swept(stage, "2026-11-27T07:00:10")
    assert threads(stage)[-1].startswith("DPE-2026-0001: A recipient has not answered yet, or waits to be told.")
    assert len(threads(stage)) == 1
    swept(stage, "2026-12-01T07:00:10")
    assert len(threads(stage)) == 2
    with stage.store.begin() as unit:
        for of in ("r1", "r2"):
            stage.desk._forget(unit, unit.tickets.lock(ticket_id), Kind.RECIPIENT, of)
    swept(stage, "2026-12-08T07:00:10")
    assert "recipient" not in threads(stage)[-1]


def test_the_digest_comes_only_when_there_is_something(small: Stage) -> None:
    """A quiet morning says nothing; a ticket due within seven days is in it; never at weekends, never twice."""
    owned(small)
    swept(small, "2026-12-09T07:00:10")
    assert digests(small) == []
    swept(small, "2026-12-17T07:00:10")
    swept(small, "2026-12-17T11:00:10")
    assert digests(small) == ["Enquiries today: 1 due within 7 days."]
    swept(small, "2026-12-19T11:00:10")
    swept(small, "2026-12-24T11:00:10")
    assert digests(small)[1:] == ["Enquiries today: 1 overdue."]


def test_the_week_is_reported_once(small: Stage) -> None:
    """On the first working morning of the week, the week before, as a chart with the same in words."""
    owned(small)
    for day in ("2026-11-28", "2026-11-30", "2026-12-01"):
        swept(small, f"{day}T07:00:10")
    weeks = [ts for key, ts in small.channel.keys.items() if key.startswith("week:")]
    assert len(weeks) == 1
    blocks, text = small.channel.messages[weeks[0]]
    kinds = [block["type"] for block in blocks]
    assert kinds == ["header", "data_visualization", "section"]
    assert "1 received" in text


def test_a_clock_that_was_moved_is_recorded_and_said(small: Stage) -> None:
    """T35: in the record, and in the next digest, once."""
    small.desk.clock_jumped(-86_400.0)
    swept(small, "2026-11-24T09:00:00")
    (ts,) = [ts for key, ts in small.channel.keys.items() if key.startswith("digest:")]
    assert "The machine's clock was moved" in str(small.channel.messages[ts])
    with small.store.read() as unit:
        assert [row.detail for row in unit.trail() if row.verb == "clock_jumped"] == [{"seconds": -86400}]
    swept(small, "2026-11-25T09:00:00")
    assert len(digests(small)) == 1


def test_many_untouched_tickets_are_one_message(small: Stage) -> None:
    """T16: of a dozen enquiries nobody has begun with, five stand in the channel by themselves, the rest come as one."""
    for number in range(12):
        small.open(sender=f"P{number} <p{number}@example.com>")
    small.clock.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    swept(small)
    assert len(threads(small)) == 12
    assert len(small.channel.broadcasts) == 5
    together = [ts for key, ts in small.channel.keys.items() if key.startswith("remind_person:channel:")]
    (ts,) = together
    assert small.channel.messages[ts][1].endswith("And 6 more.")


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_summer_time_at_half_past_two_is_one_reminder(day: str, small: Stage) -> None:
    """F41: people who work at night, on both nights: looked at every ten minutes, half past two is said once."""
    house = {**HOUSE, "work_begins": time(2, 30), "work_ends": time(5), "working_days": frozenset(range(7))}
    night = Stage(small.store, small.clock, small.ids, house=house)
    last = date.fromisoformat(day)
    ticket_id = owned(night)
    with night.store.begin() as unit:
        ticket = unit.tickets.lock(ticket_id)
        unit.tickets.change(ticket_id, ticket.version, received_on=last - timedelta(days=60), unrolled=last, due=last)
        unit.reminders.look_at({ticket_id: datetime.combine(last, time(), UTC) - timedelta(hours=2)})
    night.clock.now = datetime.combine(last, time(), UTC) - timedelta(hours=2)
    for _ in range(6 * 6):
        night.clock.forward(minutes=10)
        swept(night)
    said = [text for text in threads(night) if "Today is the last day" in text]
    assert len(said) == 1
    assert len(threads(night)) == 1
    assert len(directs(night)) == 1


def test_two_processes_at_once_say_everything_once(store: Store, clock: Clock, ids: Ids) -> None:
    """Both sweep the same tickets at the same moment, from two threads each: one word a ticket, one message a person."""
    one = Stage(store, clock, ids, house=HOUSE)
    other = Stage(store, clock, ids, house=HOUSE, channel=one.channel)
    for number in range(12):
        owned(one, sender=f"P{number} <p{number}@example.com>")
    clock.now = datetime(2026, 12, 8, 7, 0, 10, tzinfo=UTC)
    gate = threading.Barrier(4)
    faults: list[Exception] = []

    def sweep(stage: Stage) -> None:
        gate.wait()
        try:
            for _ in range(5):
                stage.desk.remind()
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            faults.append(error)

    sweepers = [threading.Thread(target=sweep, args=[stage]) for stage in (one, other, one, other)]
    for each in sweepers:
        each.start()
    for each in sweepers:
        each.join()
    assert faults == []
    one.work()
    other.work()
    assert len(threads(one)) == 12
    assert sorted(text[:13] for text in threads(one)) == [f"DPE-2026-{number:04d}" for number in range(1, 13)]
    assert len(directs(one)) == 1
    assert len([key for key in one.channel.keys if key.startswith("digest:")]) <= 1


def test_a_restart_says_nothing_again_and_forgets_nothing(sqlite_url: str, keys: Keys, clock: Clock, ids: Ids) -> None:
    """Put on its way, then the process is gone; the next one on the same file says it, once."""
    with opened(sqlite_url, keys, clock, ids) as book:
        first = Stage(book, clock, ids, house=HOUSE)
        owned(first)
        clock.now = datetime(2026, 12, 8, 7, 0, 10, tzinfo=UTC)
        first.desk._look_at_all()  # the word is put, nobody was told yet
    with opened(sqlite_url, keys, clock, ids) as book:
        second = Stage(book, clock, ids, house=HOUSE, channel=first.channel)
        swept(second)
        swept(second)
    assert len(threads(second)) == 1
    assert len(directs(second)) == 1


def test_an_overdue_ticket_nobody_owns_has_a_second_person_and_the_digest(small: Stage) -> None:
    """No owner to tell: an approver hears of it directly, the channel in its morning; once each."""
    small.open()
    swept(small, "2026-12-24T07:00:10")
    assert directs(small) == [(HUGO, "DPE-2026-0001: Overdue: the last day was Wed 23 Dec 2026, 1 day ago.")]
    assert digests(small) == ["Enquiries today: 1 overdue."]
    assert small.channel.broadcasts == []
    assert [key for key in small.channel.keys if key.startswith("remind_person:channel")] == []


def test_a_house_without_tickets_has_no_week(small: Stage) -> None:
    """Nothing to report is no report."""
    swept(small, "2026-11-30T07:00:10")
    assert small.channel.messages == {}


def test_while_the_clock_stands_still_nothing_is_overdue(small: Stage) -> None:
    """The person was asked and does not answer: a word every week, no second person, no mail, no line in the digest."""
    ticket_id = small.open()
    small.choose(ticket_id, Right.ACCESS)
    assert small.ticket(ticket_id).clock == "suspended"
    small.postman.out.clear()
    for day in ("2026-12-24", "2026-12-28", "2027-01-04"):
        swept(small, f"{day}T07:00:10")
    assert {user for user, _ in directs(small)} == {HUGO}
    assert all("has not answered since" in text for _, text in directs(small))
    assert {to for _, to, _ in small.postman.out} == {ANN}  # who is asked once more; the team gets no mail
    assert digests(small) == []


def test_clocks_that_stand_still_hide_nothing_that_is_overdue(small: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many older enquiries wait for their person: mail and digest name the one that is late."""
    for module in ("mailing", "telling"):
        monkeypatch.setattr(f"bot.desk.{module}.LISTED", 1)
    small.choose(small.open(), Right.ACCESS)
    small.clock.forward(days=1)
    small.open("Please delete my data.", sender="Ben <ben@example.org>")
    small.postman.out.clear()
    swept(small, "2026-12-28T07:00:10")
    assert digests(small) == ["Enquiries today: 1 overdue."]
    assert "team@lumen.example" in {to for _, to, _ in small.postman.out}
