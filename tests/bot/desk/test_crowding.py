"""A flood: the channel hears of all of them at once, each card comes in its turn, and a quiet day says nothing."""

import pytest
from sqlalchemy import func, select

from bot.engine import Engine, Limit
from bot.store import Store
from bot.store.schema import work
from tests.bot.desk.office import Mail, Stage
from tests.fixtures.store import Clock, Ids


@pytest.fixture
def stage(sqlite_store: Store, clock: Clock, ids: Ids) -> Stage:
    return Stage(sqlite_store, clock, ids)


def flood(stage: Stage, count: int) -> None:
    """So many people write at once."""
    mails = []
    for number in range(count):
        stage.uid += 1
        raw = (
            f"From: Ann <ann{stage.uid}@example.org>\r\nTo: info@lumen.example\r\nSubject: Data Protection Enquiry\r\n"
            f"Message-ID: <flood-{stage.uid}@example.org>\r\n\r\nPlease {'delete my data' if number % 2 else 'send me a copy'}."
        )
        mails.append(Mail(raw.encode(), stage.uid, stage.clock()))
    stage.desk.receive([(each, stage.read(each.raw)) for each in mails])


def texts(stage: Stage) -> list[str]:
    return [text for _, text in stage.channel.messages.values()]


def announced(stage: Stage) -> int:
    """How many such messages were put on their way."""
    with stage.store.read() as unit:
        return unit.connection.scalar(select(func.count()).select_from(work).where(work.c.kind == "crowd")) or 0


def test_from_twenty_on_one_message_says_so_before_their_cards(stage: Stage) -> None:
    """Counts, the first due, when the last card comes; then every card, once. Nineteen are no flood."""
    flood(stage, 19)
    assert announced(stage) == 0
    flood(stage, 4)
    stage.work()
    assert [text for text in texts(stage) if "came at once" in text] == ["23 enquiries came at once: their cards follow."]
    assert len(texts(stage)) == 1 + 23
    ts = stage.channel.keys[next(key for key in stage.channel.keys if key.startswith("crowd:"))]
    blocks = str(stage.channel.messages[ts][0])
    for words in ("DPE-2026-0001", "11 deletion", "/dpe list open", "clocks run already"):
        assert words in blocks
    assert "example.org" not in blocks


def test_a_flood_that_goes_on_is_said_every_ten_minutes(stage: Stage) -> None:
    """Two hundred mails in four groups are one message; who still writes ten minutes later is another one."""
    for _ in range(4):
        flood(stage, 50)
    assert announced(stage) == 1
    stage.clock.forward(minutes=10)
    flood(stage, 1)
    assert announced(stage) == 2


def test_it_is_the_first_of_what_waits_for_the_channel(sqlite_store: Store, clock: Clock, ids: Ids) -> None:
    """The queue takes one a second: the message does not stand behind two hundred cards."""
    stage = Stage(sqlite_store, clock, ids)
    slow = Engine(sqlite_store, clock, limits={"slack-post": Limit(in_flight=1, per_second=1)})
    for kind in stage.desk.kinds():
        slow.register(kind)
    flood(stage, 200)
    slow.step()
    assert [text for text in texts(stage) if text][:1] == ["200 enquiries came at once: their cards follow."]


def test_cards_that_were_faster_are_no_flood(stage: Stage) -> None:
    """By the time the message would be posted nothing waits any more: it is not."""
    flood(stage, 20)
    with stage.store.begin() as unit:
        for ticket in unit.tickets.list():
            stage.engine.cancel(unit, f"card:{ticket.id}")
    stage.engine.step()
    assert not any("came at once" in text for text in texts(stage))


def test_nothing_is_redrawn_that_nobody_has_seen(stage: Stage) -> None:
    """What changes while a card waits for its turn is on the card when it comes, and costs nothing until then."""
    flood(stage, 1)
    with stage.store.begin() as unit:
        ticket = unit.tickets.by_ref("DPE-2026-0001")
        assert ticket
        stage.desk._redraw(unit, ticket.id)
        assert not stage.engine.queued(unit, "redraw", 1)
    stage.work()
    with stage.store.read() as unit:
        ticket = unit.tickets.get(ticket.id)
    assert ticket.card_version == ticket.version > 1
