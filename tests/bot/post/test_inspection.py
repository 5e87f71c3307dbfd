"""The last look at a letter: what may go, and what must not (TRUST, T11)."""

import string
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refused, Unsupported
from bot.post import check_letter

BOT, ANN = "dpo@example.com", "ann@example.org"
VECTOR = "Re: =?utf-8?q?x=0d=0aBcc:_v=40x?="


def letter(
    *more: str, to: str = ANN, sender: str = BOT, subject: str = "Your enquiry", body: str = "Hello Ann"
) -> bytes:
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", "Date: Sun, 22 Nov 2026 10:00:00 +0000"]
    return "\r\n".join([*lines, "Message-ID: <letter-1@example.com>", *more, "", body, ""]).encode()


@pytest.mark.parametrize(
    "good",
    [
        letter(),
        letter().replace(b"\r\n", b"\n"),
        letter(to=f"<{ANN}>"),
        letter(sender=f"Example Ltd <{BOT}>"),
        letter(sender=f'"Example, Ltd." <{BOT}>'),
        letter(sender=f"=?utf-8?q?M=C3=BCller?= <{BOT}>"),
        letter(subject="=?utf-8?b?TMO2c2NodW5n?="),
        letter("References: <a@example.org>\r\n\t<b@example.org>", "In-Reply-To: <b@example.org>"),
        letter("Auto-Submitted: auto-replied", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"),
        letter(body="Bcc: in the body is no header\r\n.\r\nKind regards"),
    ],
)
def test_goes(good: bytes):
    """A letter as ours are goes as it is, every line ended with CRLF."""
    assert check_letter(BOT, ANN, good) == good.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "bad",
    [
        letter(f"Bcc: {ANN}"),
        letter("bcc : eve@example.net"),
        letter("Cc: eve@example.net"),
        letter("X-Anything: goes"),
        letter("Resent-To: eve@example.net"),
        letter("Subject: twice"),
        letter(f"To: {ANN}"),
        letter(to=f"{ANN}, eve@example.net"),
        letter(to="eve@example.net"),
        letter(to=f"Ann <{ANN}>"),
        letter(to=f"{ANN} (eve@example.net)"),
        letter(to=ANN.upper()),
        letter(sender="eve@example.net"),
        letter(sender=f"{BOT}, eve@example.net"),
        letter(sender=f"{BOT} <eve@example.net>"),
        letter(sender=f"eve@example.net <{BOT}>"),
        letter(subject=VECTOR),
        letter(subject="Re: x\rBcc: v@x"),
        letter(subject="Re: x\nBcc: v@x"),
        letter(subject="Re: x\r\nBcc: v@x"),
        letter(subject="Re: x\0"),
        letter(subject="Re: x\x0bBcc: v@x"),
        letter(subject="Löschung"),
        letter(subject="=?utf-8?q?a=00b?="),
        letter(subject="=?utf-8?q?a=E2=80=A8b?="),
        letter(subject="=?nosuch?q?a=0db?="),
        letter(subject="=?utf-8?b?////0?="),
        letter("no field"),
        b" folded: from nothing\r\n" + letter(),
        b"\r\n" + letter(),
        b"\r\n\r\n" + letter(),
        letter().partition(b"\r\n\r\n")[0],
        letter(body="x" * 999),
        letter(body="x\0y"),
        letter().replace(b"Date:", b"Dated:"),
        letter().replace(b"Message-ID: <letter-1@example.com>\r\n", b""),
        b"",
    ],
)  # fmt: skip
def test_does_not_go(bad: bytes):
    """Anything else is refused, and the refusal repeats none of it."""
    with pytest.raises(Refused) as caught:
        check_letter(BOT, ANN, bad)
    assert "eve" not in str(caught.value)
    assert "ann" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org>\r\nRCPT TO:<eve@example.net",
        "ann@example.org bob@x.y",
        "<ann@example.org>",
        '"a b"@x.org',
        "ann",
        "a@b@c.org",
        "ann@ex_ample.org",
        "ann@[127.0.0.1]",
        "",
    ],
)
def test_no_plain_mailbox(address: str):
    """What is not one plain mailbox is never put into a command."""
    with pytest.raises(Refused):
        check_letter(BOT, address, letter(to=address))
    with pytest.raises(Refused):
        check_letter(address, ANN, letter(sender=address))


def test_newer_protocol():
    """An address only SMTPUTF8 carries becomes a person's task."""
    with pytest.raises(Unsupported):
        check_letter(BOT, "änn@example.org", letter())


def test_deceived_library():
    """A library that turns the decoded subject into a header (Python before 3.11.10) is caught by the names it writes."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Message-ID"] = BOT, ANN, "<letter-1@example.com>"
    message["Date"] = "Sun, 22 Nov 2026 10:00:00 +0000"
    try:
        message["Subject"] = VECTOR
        message.set_content("Hello")
        content = message.as_bytes()
    except (ValueError, MessageError):  # later Pythons refuse here already
        return
    with pytest.raises(Refused):
        check_letter(BOT, ANN, content)


_NASTY = st.text(
    st.sampled_from(string.ascii_letters + " =?_:<>@,;\"'().\r\n\t\0\x85\u2028é߷" + string.digits), max_size=60
)


@settings(max_examples=500, deadline=None)
@given(_NASTY | st.builds("=?utf-8?q?{}?=".format, _NASTY))
def test_no_subject_makes_a_header(subject: str):
    """Whatever the subject, what passes has only our headers, one recipient, and a subject of one line."""
    content = letter().replace(b"Your enquiry", subject.encode())
    try:
        wire = check_letter(BOT, ANN, content)
    except Refused:
        return
    parsed = message_from_bytes(wire)
    assert sorted(parsed.keys()) == ["Date", "From", "Message-ID", "Subject", "To"]
    assert parsed.get_all("To") == [ANN]
