"""Whoever has to do something about the post hears it once, and that it is over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.errors import ShutOut
from tests.bot.desk.office import HUGO, Stage

BOX = "mail.example/INBOX#0a1b2c3d"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(sqlite_store, clock, ids) -> Stage:
    return Stage(sqlite_store, clock, ids)


@dataclass(frozen=True)
class Seen:
    """A mailbox as its watcher sees it."""

    trouble: str | None
    since: datetime | None = None
    seen_at: datetime | None = None
    mailbox: str = BOX


def said(office: Stage) -> list[str]:
    """The texts of what stands in the channel, as it stands there now."""
    office.work()
    return [text for _, text in office.channel.messages.values()]


@pytest.mark.parametrize(
    ("trouble", "minutes", "words"),
    [("refused", 1, "refuses the bot"), ("away", 5, "cannot be reached"), ("full", 0, "is full"), ("unflagged", 0, "no flags")],
)
def test_each_trouble_is_said_once_and_its_end_as_well(office: Stage, trouble: str, minutes: int, words: str) -> None:
    """In one message, as soon as it lasts; when it is over the same message says so, and the next trouble is a new one."""
    began = office.clock()
    wrong = Seen(trouble, began)
    for _ in range(minutes):
        office.desk.mind([wrong])
        assert said(office) == []
        office.clock.forward(minutes=1)
    for _ in range(3):
        office.desk.mind([wrong])
    (text,) = said(office)
    assert text.startswith("▲")
    assert words in text
    for _ in range(2):
        office.desk.mind([Seen(None, seen_at=office.clock())])
    (text,) = said(office)
    assert text.startswith("✓ Over")

    office.clock.forward(minutes=10)
    office.desk.mind([replace(wrong, since=office.clock() - 9 * MINUTE)])
    assert len(said(office)) == 2
    verbs = [row.verb for row in _trail(office)]
    assert (verbs.count("letterbox"), verbs.count("letterbox_over")) == (2, 1)


def test_nothing_is_wrong_with_a_mailbox_another_process_reads(office: Stage) -> None:
    """Two processes watch it and one is cut off: nobody is told, until neither reads it."""
    with office.store.begin() as unit:
        unit.mailboxes.put(BOX, 7, 12)
    began = office.clock()
    for _ in range(10):
        office.clock.forward(minutes=1)
        office.desk.mind([Seen(None, seen_at=office.clock())])
        office.desk.mind([Seen("away", began)])
    assert said(office) == []
    office.clock.forward(minutes=6)
    office.desk.mind([Seen("away", began)])
    assert len(said(office)) == 1


def test_the_message_says_where_and_what_to_do_but_not_whose(office: Stage) -> None:
    """Host, folder, since when, what becomes of the mails; the account is a hash in rows and nothing in Slack."""
    office.desk.mind([Seen("refused", office.clock() - 5 * MINUTE)])
    office.work()
    shown = office.channel.shown()
    for words in ("mail.example/INBOX", "none is lost", "IMAP_URL", "every 15 minutes"):
        assert words in shown
    assert "0a1b2c3d" not in shown


def test_a_quiet_mailbox_is_still_looked_at(office: Stage) -> None:
    """What `/dpe health` says of a mailbox is when it was last read, not when the last mail came."""
    with office.store.begin() as unit:
        unit.mailboxes.put(BOX, 7, 12)
    office.clock.forward(hours=3)
    office.desk.mind([Seen(None, seen_at=office.clock())])
    assert office.desk.health(HUGO).mailboxes == ((BOX, office.clock()),)
    office.desk.mind([Seen(None, seen_at=office.clock() - MINUTE)])  # a late process does not set it back
    assert office.desk.health(HUGO).mailboxes == ((BOX, office.clock()),)


def test_letters_that_cannot_leave(office: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the mail server refuses our password letters wait, nobody's is given up, and somebody hears of it, once (F16)."""
    carried = office.postman.send

    def refuse(*_: Any) -> None:
        raise ShutOut("The mail server answered 535 to AUTH.", 60)

    monkeypatch.setattr(office.postman, "send", refuse)
    office.mail()
    for _ in range(20):
        office.engine.step()
        office.desk.mind([])
        office.clock.forward(minutes=1)
    assert [each for each in office.engine.stuck() if each.state == "dead"] == []
    (alarm,) = [blocks for blocks, text in office.channel.messages.values() if text.startswith("▲ Letters")]
    assert "535 to AUTH" in str(alarm)

    monkeypatch.setattr(office.postman, "send", carried)
    office.clock.forward(minutes=15)
    office.work()
    assert len(office.postman.out) == 1
    office.desk.mind([])
    assert [each for each in said(office) if "Letters" in each] == ["✓ Over: Letters cannot leave."]


def _trail(office: Stage) -> list[Any]:
    with office.store.read() as unit:
        return list(unit.trail())
