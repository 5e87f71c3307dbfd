"""The sandbox's post office: servers a mail program would take for real."""

import datetime as dt
import smtplib
import subprocess
import sys
import time

import pytest
from imapclient import IMAPClient, SocketTimeout

from bot.post import Postman
from bot.sandbox.mail import HOST, Fault, ImapServer, Received, SmtpSink
from tests.bot.post.test_inspection import ANN, BOT, letter
from tests.fixtures.dovecot import wait_for
from tests.fixtures.mail import Desk, mail

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


def inbox(server: ImapServer) -> list[tuple[bytes, dt.datetime]]:
    with IMAPClient(HOST, server.port, ssl=False, timeout=SocketTimeout(5, 5)) as client:
        client.normalise_times = False
        client.login(server.user, server.password)
        client.select_folder("INBOX")
        found = client.fetch(client.search("ALL"), ["BODY.PEEK[]", "INTERNALDATE"])
        return [(each[b"BODY[]"], each[b"INTERNALDATE"]) for each in found.values()]


def test_inbox(imap_server: ImapServer):
    """Empty to begin with; what is delivered lies there with its moment of arrival."""
    assert inbox(imap_server) == []
    imap_server.deliver(mail(1), NOW)
    imap_server.deliver(mail(2), NOW + dt.timedelta(days=40))
    assert inbox(imap_server) == [(mail(1), NOW), (mail(2), NOW + dt.timedelta(days=40))]


def test_wrong_password(imap_server: ImapServer):
    """Nobody gets in with another password."""
    client = IMAPClient(HOST, imap_server.port, ssl=False, timeout=SocketTimeout(5, 5))
    with client, pytest.raises(client.Error):
        client.login(imap_server.user, "wrong")


def test_away_and_back(imap_server: ImapServer):
    """Away, the line is cut and refused; back, it is the same mailbox on the same port."""
    imap_server.deliver(mail(1), NOW)
    client = IMAPClient(HOST, imap_server.port, ssl=False, timeout=SocketTimeout(5, 5))
    client.login(imap_server.user, imap_server.password)
    imap_server.away()
    with pytest.raises((client.Error, OSError)):
        client.noop()
    client.shutdown()
    with pytest.raises(OSError, match="refused"):
        imap_server.deliver(mail(2))
    imap_server.back()
    assert inbox(imap_server) == [(mail(1), NOW)]


def test_two_worlds():
    """Two worlds side by side do not know each other."""
    one, two = ImapServer(), ImapServer()
    one.start()
    two.start()
    try:
        one.deliver(mail(1), NOW)
        assert (len(inbox(one)), len(inbox(two))) == (1, 0)
    finally:
        one.stop()
        two.stop()


def test_answer_travels_home(imap_server: ImapServer, watch):
    """A letter to our own mailbox goes over SMTP into the IMAP server and is noticed by the watcher; others stay outside."""
    sink = SmtpSink(mailbox=imap_server, own=["info@example.com"], clock=lambda: NOW)
    heard: list[Received] = []
    sink.on_letter = heard.append
    sink.start()
    desk = Desk()
    watch(imap_server.url, desk)
    try:
        postman = Postman(sink.url)
        postman.send(ANN, "info@example.com", letter(to="info@example.com", sender=ANN))
        postman.send(BOT, ANN, letter())
    finally:
        sink.stop()
    wait_for(lambda: desk.taken)
    assert inbox(imap_server) == [(letter(to="info@example.com", sender=ANN), NOW)]
    assert [each.recipients for each in sink.received] == [("info@example.com",), (ANN,)]
    assert heard == sink.received


def test_several_recipients(smtp_sink: SmtpSink):
    """One of two recipients refused: the letter is kept for the other."""
    smtp_sink.answers = {ANN: "450 later"}
    with smtplib.SMTP(HOST, smtp_sink.port, timeout=5) as client:
        refused = client.sendmail(BOT, [ANN, "bob@example.org"], letter())
    assert refused == {ANN: (450, b"later")}
    assert smtp_sink.received[0].recipients == ("bob@example.org",)


@pytest.mark.parametrize(("fault", "kept"), [(Fault.LOST, 0), (Fault.TAKEN, 1)])
def test_faults(smtp_sink: SmtpSink, fault: Fault, kept: int):
    """A fault lasts until it is switched off."""
    smtp_sink.fault = fault
    with smtplib.SMTP(HOST, smtp_sink.port, timeout=5) as client, pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail(BOT, [ANN], letter())
    assert len(smtp_sink.received) == kept
    smtp_sink.fault = Fault.NONE
    with smtplib.SMTP(HOST, smtp_sink.port, timeout=5) as client:
        client.sendmail(BOT, [ANN], letter())
    assert len(smtp_sink.received) == kept + 1


def test_ready_at_once():
    """Both servers take connections less than two seconds after the first import, in less than 40 MB more than Python."""
    program = """
import resource, time
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from bot.sandbox.mail import ImapServer, SmtpSink
imap, smtp = ImapServer(), SmtpSink()
imap.start(); smtp.start()
imap.deliver(b"Subject: x\\r\\n\\r\\n")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
smtp.stop(); imap.stop()
"""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert (done.stderr, time.monotonic() - began < 4) == ("", True)  # twice the promise: the machine is shared
    assert int(done.stdout) < 40 * 1024  # kilobytes
