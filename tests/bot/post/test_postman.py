"""The postman, with a real SMTP server at the other end, and with one that fails at each step."""

import threading
import time

import pytest

from bot.errors import Refused, ShutOut, SubjectlineError, Temporary, Unclear, Unsupported
from bot.post import Patience, Postman
from bot.sandbox.mail import Fault, ImapServer, SmtpSink
from tests.bot.post.test_inspection import ANN, BOT, VECTOR, letter
from tests.fixtures.dovecot import Mailbox, certificate, server_context, wait_for
from tests.fixtures.scripted import FakeSmtp

QUICK = Patience(connect_s=1, read_s=0.5, command_s=1, leave_s=0.2)


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The checkpoints passed."""
    passed: list[str] = []
    monkeypatch.setattr("bot.post.postman.checkpoint", passed.append)
    return passed


def test_sent(smtp_sink: SmtpSink, points: list[str]):
    """The server has the letter, byte by byte, for the one recipient; the points of a crash lie around the final dot."""
    content = letter(body=".one dot\r\n..two\r\nend")
    Postman(smtp_sink.url).send(BOT, ANN, content)
    (received,) = smtp_sink.received
    assert (received.sender, received.recipients, received.content) == (BOT, (ANN,), content)
    assert points == ["letter.connected", "letter.data_sent", "letter.accepted"]


def test_points_around_the_dot(fake_smtp: FakeSmtp, monkeypatch: pytest.MonkeyPatch):
    """At `letter.data_sent` the server has the whole letter and has not answered."""
    heard = threading.Event()
    state: list[tuple[str, bytes]] = []

    def passed(name: str) -> None:
        if name == "letter.data_sent":
            wait_for(lambda: fake_smtp.content.endswith(b"Hello Ann\r\n"))
            state.append((name, fake_smtp.content))
            heard.set()

    fake_smtp.before_dot = lambda: heard.wait(5)
    monkeypatch.setattr("bot.post.postman.checkpoint", passed)
    Postman(fake_smtp.url).send(BOT, ANN, letter())
    assert state == [("letter.data_sent", letter())]


def test_signs_in():
    """With user and password the letter goes; with a wrong password we are not let in and nothing is sent."""
    sink = SmtpSink("bot", "p@ss:word")
    sink.start()
    try:
        Postman(sink.url.replace("p@ss:word", "p%40ss%3Aword")).send(BOT, ANN, letter())
        with pytest.raises(ShutOut, match="535 to AUTH"):
            Postman(sink.url.replace("p@ss:word", "wrong")).send(BOT, ANN, letter())
        with pytest.raises(ShutOut, match="530 to MAIL"):
            Postman(f"smtp://127.0.0.1:{sink.port}").send(BOT, ANN, letter())
    finally:
        sink.stop()
    assert len(sink.received) == 1


@pytest.mark.parametrize("encrypted", [True, False], ids=["smtps", "starttls"])
def test_encrypted(tmp_path, encrypted: bool):
    """Over TLS from the first byte, or from STARTTLS on, to a server somebody vouches for; to no other."""
    trust = certificate(tmp_path)
    sink = SmtpSink("bot", "pw", context=server_context(tmp_path), encrypted=encrypted)
    sink.start()
    url = sink.url.replace("127.0.0.1", "localhost")
    try:
        Postman(url, context=trust).send(BOT, ANN, letter())
        Postman(url, context=trust).greet(BOT)
        with pytest.raises(Temporary, match="SSLCertVerificationError"):
            Postman(url).send(BOT, ANN, letter())
    finally:
        sink.stop()
    assert len(sink.received) == 1


def test_no_encryption_where_demanded(smtp_sink: SmtpSink):
    """Where STARTTLS is demanded and not offered, nothing is sent."""
    with pytest.raises(ShutOut, match="STARTTLS"):
        Postman(smtp_sink.url + "?starttls=1").send(BOT, ANN, letter())
    assert smtp_sink.received == []


def test_password_in_clear(fake_smtp: FakeSmtp, monkeypatch: pytest.MonkeyPatch):
    """To a server beyond this machine no password is said on an open line, unless somebody asked for exactly that."""
    monkeypatch.setattr("bot.post.postman.LOOPBACK", frozenset())
    fake_smtp.answers["EHLO"] = "250-fake\r\n250 AUTH PLAIN"
    fake_smtp.answers["AUTH"] = "235 in"
    url = fake_smtp.url.replace("smtp://", "smtp://bot:pw@")
    with pytest.raises(ShutOut, match="in clear"):
        Postman(url).send(BOT, ANN, letter())
    assert not [line for line in fake_smtp.commands if line.startswith("AUTH")]
    Postman(url + "?starttls=0").send(BOT, ANN, letter())


def test_password_expired(fake_smtp: FakeSmtp, monkeypatch: pytest.MonkeyPatch):
    """A refused password kills no letter and is shown ever more rarely; letters go by themselves when it is taken (F16)."""
    now = [1000.0]
    monkeypatch.setattr("bot.post.postman.monotonic", lambda: now[0])
    fake_smtp.answers |= {"EHLO": "250-fake\r\n250 AUTH PLAIN", "AUTH": "535 expired"}
    postman = Postman(fake_smtp.url.replace("smtp://", "smtp://bot:pw@"), patience=QUICK)
    waits: list[float] = []
    for _ in range(9):
        for _ in range(3):  # letters do not stop wanting to leave; who asks too early calls nobody
            with pytest.raises(ShutOut, match="535 to AUTH") as caught:
                postman.send(BOT, ANN, letter())
        assert caught.value.retry_after
        waits.append(caught.value.retry_after)
        now[0] += waits[-1]
    assert (waits[0], waits[-1], waits) == (60, 900, sorted(waits))
    assert fake_smtp.connections == 9

    fake_smtp.answers["AUTH"] = "235 in"
    postman.send(BOT, ANN, letter())
    fake_smtp.answers["AUTH"] = "535 again"
    with pytest.raises(ShutOut) as caught:
        postman.send(BOT, ANN, letter())
    assert caught.value.retry_after == 60


@pytest.mark.parametrize(
    ("step", "answer", "error"),
    [
        *((step, "421 later", Temporary) for step in ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT")),
        *((step, "550 no", ShutOut) for step in ("GREETING", "EHLO", "MAIL")),
        *((step, "550 no", Refused) for step in ("RCPT", "DATA", "DOT")),
        *((step, None, Temporary) for step in ("GREETING", "EHLO", "MAIL", "RCPT", "DATA")),
        *((step, "what?", Temporary) for step in ("GREETING", "EHLO", "MAIL", "RCPT", "DATA")),
        ("DATA", "250 already", Temporary),
        ("DOT", None, Unclear),
        ("DOT", "what?", Unclear),
        ("DOT", "354 more", Unclear),
        ("QUIT", None, None),
        ("QUIT", "421 no", None),
    ],
)
def test_each_step(fake_smtp: FakeSmtp, step: str, answer: str | None, error: type[SubjectlineError] | None):
    """What fails before the final dot had no effect; what fails behind it nobody knows; what is said is said for good."""
    fake_smtp.answers[step] = answer
    postman = Postman(fake_smtp.url, patience=QUICK)
    if error is None:
        postman.send(BOT, ANN, letter())
        return
    with pytest.raises(SubjectlineError) as caught:
        postman.send(BOT, ANN, letter())
    assert type(caught.value) is error
    assert "example" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [(Fault.LOST, Unclear, 0), (Fault.TAKEN, Unclear, 1), (Fault.SILENT, Unclear, 1), (Fault.ANSWERED, None, 1)],
)
def test_cut_around_the_answer(smtp_sink: SmtpSink, fault: Fault, error: type[SubjectlineError] | None, kept: int):
    """Cut before the answer: unclear, whether the server kept the letter or not. Cut behind it: sent (F34)."""
    smtp_sink.fault = fault
    postman = Postman(smtp_sink.url, patience=QUICK)
    if error:
        with pytest.raises(error):
            postman.send(BOT, ANN, letter())
    else:
        postman.send(BOT, ANN, letter())
    assert len(smtp_sink.received) == kept


def test_answers_per_recipient(smtp_sink: SmtpSink):
    """A full mailbox is tried again, an unknown one is not."""
    smtp_sink.answers = {ANN: "452 4.2.2 full", "bob@example.org": "550 5.1.1 unknown", "DATA": "554 spam"}
    with pytest.raises(Temporary, match="452 to RCPT"):
        Postman(smtp_sink.url).send(BOT, ANN, letter())
    with pytest.raises(Refused, match="550 to RCPT"):
        Postman(smtp_sink.url).send(BOT, "bob@example.org", letter(to="bob@example.org"))
    with pytest.raises(Refused, match="554 to the letter"):
        Postman(smtp_sink.url).send(BOT, "cem@example.org", letter(to="cem@example.org"))


def test_nobody_there(smtp_sink: SmtpSink):
    """A server that is away has not got the letter."""
    smtp_sink.away()
    with pytest.raises(Temporary, match="ConnectionRefusedError"):
        Postman(smtp_sink.url).send(BOT, ANN, letter())
    smtp_sink.back()
    Postman(smtp_sink.url).send(BOT, ANN, letter())
    assert len(smtp_sink.received) == 1


@pytest.mark.parametrize(("step", "error"), [("EHLO", Temporary), ("DOT", Unclear)])
def test_trickle(fake_smtp: FakeSmtp, step: str, error: type[SubjectlineError]):
    """A server that sends a byte now and then is cut off at the deadline of the whole call (T34)."""
    fake_smtp.trickle = step
    began = time.monotonic()
    with pytest.raises(error):
        Postman(fake_smtp.url, total_s=1.0, patience=Patience(read_s=0.5)).send(BOT, ANN, letter())
    assert time.monotonic() - began < 2.0


def test_eight_bits(smtp_sink: SmtpSink, fake_smtp: FakeSmtp):
    """A body of eight bits goes where the server takes it, and becomes a person's task where it does not."""
    content = letter(body="Löschung")
    Postman(smtp_sink.url).send(BOT, ANN, content)
    assert smtp_sink.received[0].content == content
    with pytest.raises(Unsupported):
        Postman(fake_smtp.url).send(BOT, ANN, content)


def test_injected_header_never_on_the_wire(fake_smtp: FakeSmtp):
    """The letter of a deceived library is refused before the server is even called."""
    for subject in (VECTOR, "x\r\nBcc: v@x"):
        with pytest.raises(Refused):
            Postman(fake_smtp.url).send(BOT, ANN, letter(subject=subject))
    assert fake_smtp.connections == 0


# -- the Sent folder --


def test_in_the_sent_folder(mailbox_server: Mailbox):
    """A letter in the Sent folder was sent. One that is not there may have been sent all the same."""
    with mailbox_server.client() as client:
        folder = (
            "Posted" if client.folder_exists("Posted") else "Sent"
        )  # Dovecot's is marked as \Sent, pymap's only named
        if folder == "Sent":
            client.create_folder("Sent")
        client.append(folder, letter())
    postman = Postman("smtp://127.0.0.1:9", mailbox_server.url)
    assert postman.sent("<letter-1@example.com>") is True
    assert postman.sent("<letter-2@example.com>") is None


def test_no_sent_folder(imap_server: ImapServer):
    """Without a Sent folder, with the server away, or without a mailbox at all, nobody knows."""
    assert Postman("smtp://127.0.0.1:9", imap_server.url).sent("<letter-1@example.com>") is None
    imap_server.away()
    assert Postman("smtp://127.0.0.1:9", imap_server.url).sent("<letter-1@example.com>") is None
    assert Postman("smtp://127.0.0.1:9").sent("<letter-1@example.com>") is None
