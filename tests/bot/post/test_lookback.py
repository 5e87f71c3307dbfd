"""A look back over the mailbox: everything is seen once, and nothing there knows of it."""

import datetime as dt

import pytest

from bot.post import Arrived, look_back
from tests.fixtures.dovecot import Mailbox
from tests.fixtures.mail import mail
from tests.fixtures.scripted import FakeImap

NOW = dt.datetime.now(dt.UTC)  # the servers' own clock says when a mail arrived


def seen(server: Mailbox, days: int, wants: bool = True) -> tuple[list[int], list[bytes], list[Arrived]]:
    counted: list[int] = []
    headers: list[bytes] = []
    taken: list[Arrived] = []

    def look(header: bytes, _: int) -> bool:
        headers.append(header)
        return wants

    look_back(server.url, days, lambda: NOW, counted.append, look, taken.extend, print)
    return counted, headers, taken


def test_the_last_days_are_shown_once_and_left_as_they_were(mailbox_server: Mailbox) -> None:
    """Mails of before are not asked for; none is marked as read, none carries our flag."""
    mailbox_server.deliver(mail(1), at=NOW - dt.timedelta(days=200))
    mailbox_server.deliver(mail(2), mail(3, "Hello"), at=NOW - dt.timedelta(days=5))
    counted, headers, taken = seen(mailbox_server, 90)
    assert (counted, len(headers)) == ([2], 2)
    assert [b"<mail-2@" in each.raw or b"<mail-3@" in each.raw for each in taken] == [True, True]
    assert not mailbox_server.flagged()
    with mailbox_server.client() as client:
        assert not client.search(["SEEN"])


def test_a_body_nobody_wants_stays_where_it_is(mailbox_server: Mailbox) -> None:
    """The header is enough to count a machine's mail."""
    mailbox_server.deliver(mail(1))
    assert seen(mailbox_server, 1, wants=False) == ([1], [headers := seen(mailbox_server, 1)[1][0]], [])
    assert b"Message-ID" in headers


def test_an_empty_mailbox_is_no_fault(mailbox_server: Mailbox) -> None:
    """Nothing is there, nothing is shown."""
    assert seen(mailbox_server, 90) == ([0], [], [])


def test_a_mailbox_that_cannot_be_had_says_so(mailbox_server: Mailbox) -> None:
    """The wrong password, and a port nobody listens on."""
    with pytest.raises(Exception, match=r"(?i)auth|login|invalid"):
        look_back(mailbox_server.url.replace(mailbox_server.password, "wrong"), 9, lambda: NOW, print, lambda *_: True, print, print)
    with pytest.raises(OSError, match="refused"):
        look_back("imap://u:p@127.0.0.1:1/INBOX", 9, lambda: NOW, print, lambda *_: True, print, print)


def test_a_mail_that_is_not_handed_out_is_not_passed_over(fake_imap: FakeImap) -> None:
    """The server lists it and keeps it to itself: it is given up by name, and the one beside it is shown."""
    fake_imap.mails = {1: mail(1), 2: mail(2)}
    honest = fake_imap.on_fetch
    fake_imap.instead["FETCH"] = lambda session, tag, rest: honest(session, tag, rest.replace("1,2", "2"))
    shown: list[Arrived] = []
    missed: list[tuple[int, str]] = []
    look_back(
        fake_imap.url, 9, lambda: NOW, lambda _: None, lambda *_: True, shown.extend,
        lambda arrived, reason: missed.append((arrived.uid, reason)),
    )  # fmt: skip
    assert ([each.uid for each in shown], missed) == ([2], [(1, "Missing")])
