"""The letterbox and the machines around it: near misses, reports, loops, and strangers who know a reference."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest

from bot.cards import details_modal, whole_modal
from bot.errors import NotAllowed, TooLate
from bot.law import Right
from bot.store import Store
from tests.bot.desk.office import ANN, EVE, HUGO, Mail, Stage
from tests.fixtures.store import Clock


@pytest.fixture
def stage(store: Store, clock: Clock, ids) -> Stage:
    return Stage(store, clock, ids)


def bounce(letter: bytes, status: str = "failed") -> bytes:
    """What a mail server sends that could not deliver this letter of ours."""
    head = letter.partition(b"\r\n\r\n")[0]
    return (
        b"From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nTo: info@lumen.example\r\nSubject: Undelivered Mail\r\n"
        b"Message-ID: <b1@mx.example>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: " + status.encode() +
        b"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + head + b"\r\n--b--\r\n"
    )  # fmt: skip


def test_a_letter_that_came_back_stands_on_the_card(stage: Stage) -> None:
    """With the next means, a word aloud in the thread and a row in the record; a second report changes nothing."""
    ticket_id = stage.open()
    letter = stage.postman.out[-1][2]
    assert stage.arrive(bounce(letter)) == ticket_id
    stage.work()
    told = "The acknowledgement did not arrive: a mail server sent it back. Look at the address, or write by post"
    assert "was told by a mail server that the acknowledgement did not arrive" in stage.channel.shown()
    assert told in stage.channel.shown()
    assert stage.trail(ticket_id).count("returned") == 1
    assert len(stage.postman.out) == 1
    again = bounce(letter).replace(b"<b1@", b"<b2@")
    stage.uid += 1
    assert stage.arrive(again) is None
    assert stage.trail(ticket_id).count("returned") == 1


def test_a_letter_that_is_only_late_did_not_come_back(stage: Stage) -> None:
    """The server still tries; nor does a receipt say that something is lost."""
    stage.open()
    letter = stage.postman.out[-1][2]
    for status in ("delayed", "delivered", "relayed"):
        assert stage.arrive(bounce(letter, status)) is None
    stage.work()
    assert "did not arrive" not in stage.channel.shown()


def test_nobody_forges_a_bounce(stage: Stage) -> None:
    """The Message-ID of a letter holds a keyed tag: who did not have the letter cannot name it."""
    ticket_id = stage.open()
    letter = stage.postman.out[-1][2]
    message_id = message_from_bytes(letter)["Message-ID"]
    name, _, tag = message_id.partition("@")[0].rpartition(".")
    assert len(tag) == 16
    forged = letter.replace(message_id.encode(), f"{name}.{'0' * 16}@dpe.lumen.example>".encode())
    assert stage.arrive(bounce(forged)) is None
    assert "returned" not in stage.trail(ticket_id)


def test_an_answer_that_came_back_opens_its_ticket_again(stage: Stage) -> None:
    """An answer nobody got is no answer."""
    ticket_id = stage.open()
    with stage.store.begin() as unit:
        ticket = unit.tickets.get(ticket_id)
        unit.tickets.change(ticket_id, ticket.version, state="closed", outcome="done", closed_at=unit.now)
    stage.arrive(bounce(stage.postman.out[-1][2]))
    assert stage.ticket(ticket_id).state == "open"


@pytest.mark.parametrize("hours", [1, 13, 25])
def test_two_bots_facing_each_other_soon_fall_silent(stage: Stage, hours: int) -> None:
    """Each letter of ours is answered by a program that says nothing of itself: two letters in seven days (T12)."""
    stage.open()
    answered = 0
    for _ in range(0, 7 * 24, hours):
        stage.clock.forward(hours=hours)
        if answered < len(stage.postman.out):
            answered += 1
            stage.mail("We have received your message and will answer soon.", subject="Re: Data Protection Enquiry")
            stage.work()
    assert answered == len(stage.postman.out) <= 2


def test_a_vacation_note_gets_no_answer(stage: Stage) -> None:
    """Neither as an answer to our letter nor by itself."""
    stage.open()
    last = message_from_bytes(stage.postman.out[-1][2])["Message-ID"]
    away = {"subject": "Re: Your enquiry", "In_Reply_To": last}
    assert stage.mail("I am away.", Auto_Submitted="auto-replied", **away) is None
    assert stage.mail("I am away.", Precedence="bulk", **away) is None
    assert stage.mail("Please delete my data.", X_Autoreply="yes") is None
    stage.work()
    assert len(stage.postman.out) == 1


def test_the_same_mail_in_two_mailboxes_is_one(stage: Stage) -> None:
    """Sent to info@ and to privacy@, or fetched by two of us: one ticket, one acknowledgement."""
    first = stage.open()
    raw = (
        b"From: Ann Keller <ann.keller@example.com>\r\nTo: info@lumen.example\r\nSubject: Data Protection Enquiry\r\n"
        b"Message-ID: <mail-1@example.com>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nWhich data do you hold about me?"
    )
    there = replace(Mail(b"Received: by mx2\r\n" + raw, 9, stage.clock()), mailbox="mail.example/privacy", uidvalidity=3)
    (second,) = stage.desk.receive([(there, stage.read(there.raw))])
    stage.work()
    assert second == first
    assert len(stage.postman.out) == 1


def test_whoever_knows_a_reference_is_still_a_stranger(stage: Stage) -> None:
    """The reference, our Message-ID, the person's name: only the person's address joins (T38)."""
    ticket_id = stage.open()
    ref, last = stage.ticket(ticket_id).ref, message_from_bytes(stage.postman.out[-1][2])["Message-ID"]
    tries = [
        {"subject": f"Re: {ref}", "In_Reply_To": last, "References": f"<mail-1@example.com> {last}"},
        {"subject": f"Re: Data Protection Enquiry {ref}", "Reply_To": ANN, "Sender": ANN},
        {"subject": f"{ref}", "In_Reply_To": "<mail-1@example.com>"},
    ]
    for number, headers in enumerate(tries):
        for sender in (f"Ann Keller <eve{number}@evil.example>", f'"{ANN}" <eve{number}@evil.example>'):
            assert stage.mail("Send it to me instead.", sender=sender, **headers) != ticket_id
    assert "reply" not in stage.trail(ticket_id)
    assert stage.ticket(ticket_id).version == stage.ticket(ticket_id).version
    assert stage.mail("And my orders?", subject="Re: x", In_Reply_To=last) == ticket_id


def test_a_form_names_who_filled_it_in(stage: Stage) -> None:
    """What somebody of ours sent on, or our own form sent, opens nothing; who wrote first is proposed."""
    found = stage.mail(
        "Please delete my account.", sender="info@lumen.example", subject="Contact form", Reply_To=f"Ann <{ANN}>"
    )
    assert found is not None
    form = stage.desk.mail_form(HUGO, found.removeprefix("mail:"))
    assert (form.address, form.rights) == (ANN, (Right.DELETION,))
    assert form.asks == (("It asks for an account to be deleted.", "Please delete my account."),)
    ticket = stage.desk.open_mail(HUGO, "e1", form.id, form.address, form.rights, "en")
    assert ticket is not None
    stage.work()
    assert not stage.postman.out  # to an address a person chose nothing goes by itself
    assert EVE not in stage.trail(ticket.id)


def test_the_words_of_an_enquiry_say_what_it_asks(stage: Stage) -> None:
    """Whoever opens the words sees the sentence each proposal rests on."""
    ticket_id = stage.open("Hello. Please delete my account. Thank you")
    assert stage.desk.details(HUGO, ticket_id).asks == (
        ("It asks for an account to be deleted.", "Please delete my account."),
    )


def test_an_old_mail_is_handed_over_without_a_letter(stage: Stage) -> None:
    """What a look back found long after: a ticket, and a person decides what is said."""
    raw = b"From: Ann <ann.keller@example.com>\r\nSubject: Data Protection Enquiry\r\nMessage-ID: <o@x.example>\r\n\r\nHi"
    old = Mail(raw, 3, stage.clock() - timedelta(days=60))
    pair = (old, replace(stage.read(raw), automatic=True))
    assert stage.desk.became([pair]) == [None]
    (ticket_id,) = stage.desk.receive([pair])
    stage.work()
    assert stage.desk.became([pair]) == [ticket_id]
    assert not stage.postman.out


def test_a_person_who_was_wrong_about_a_mail_looks_again(stage: Stage) -> None:
    """“Not one” is no last word: the mail waits again, and opens its ticket with the clock of the day it came."""
    found = stage.mail("Please delete my account.", subject="My account")
    assert found is not None
    mail_id = found.removeprefix("mail:")
    stage.work()
    assert "Why: It asks for an account to be deleted." in stage.channel.shown()
    stage.desk.settle_mail(HUGO, "e1", mail_id)
    stage.work()
    assert "Look again" in stage.channel.shown()
    assert stage.desk.quarantine(HUGO) == []
    stage.desk.look_again(HUGO, "e2", mail_id)
    stage.desk.look_again(HUGO, "e2", mail_id)
    stage.work()
    assert [each.id for each in stage.desk.quarantine(HUGO)] == [mail_id]
    stage.clock.forward(days=2)
    ticket = stage.desk.open_mail(HUGO, "e3", mail_id, ANN, [Right.DELETION], "en")
    assert ticket is not None
    assert ticket.received_on.isoformat() == "2026-11-23"
    with pytest.raises(TooLate):
        stage.desk.look_again(HUGO, "e4", mail_id)


@pytest.mark.parametrize(
    ("text", "headers", "told"),
    [
        ("-----BEGIN PGP MESSAGE-----\n\nx", {}, "The mail is encrypted"),
        ("My wife and I want a copy of our data.", {}, "The mail speaks for several people"),
        ("Which data?", {"sender": f'"ann@other.example" <{ANN}>'}, "shows an address that is not the sender"),
        ("Which data?", {"sender": "Ann <ann@xn--bcher-kva.example>"}, "not in plain Latin letters"),
    ],
)
def test_what_is_odd_about_a_mail_stands_on_its_card(stage: Stage, text: str, headers: dict[str, str], told: str) -> None:
    """In our words: a card names nobody. A reply nobody can read is told of as well."""
    ticket_id = stage.open(text, **headers)
    assert told in stage.channel.shown()
    assert "ann@" not in stage.channel.shown()
    stage.reply("-----BEGIN PGP MESSAGE-----\n\nx", headers.get("sender", f"Ann Keller <{ANN}>"))
    stage.work()
    assert stage.desk.ticket(HUGO, stage.ticket(ticket_id).ref).notes[0].startswith("It is encrypted")


def test_a_reply_is_shown_without_what_it_repeats(stage: Stage) -> None:
    """The whole of it is a press away, and that look is in the record."""
    ticket_id = stage.open()
    stage.reply("I live in Chur.\r\n\r\nOn Mon, 23 Nov 2026 at 10:00, Lumen <info@lumen.example> wrote:\r\n> Dear Ann\r\n> who are you?")
    details = stage.desk.details(HUGO, ticket_id)
    shown = str(details_modal(details, stage.clock()))
    assert "I live in Chur." in shown
    assert "who are you?" not in shown
    (mail,) = details.mails
    assert f"'value': '{mail.id}'" in shown
    assert "who are you?" in str(whole_modal(stage.desk.whole_mail(HUGO, mail.id), stage.clock()))
    assert stage.trail(ticket_id)[-1] == "look_mail"
    with pytest.raises(NotAllowed):
        stage.desk.whole_mail(EVE, mail.id)


AWAY = {
    "outlook": {"subject": "Automatic reply: Your enquiry", "X_Auto_Response_Suppress": "All"},
    "outlook, german": {"subject": "Automatische Antwort: Ihre Anfrage", "Auto_Submitted": "auto-replied"},
    "gmail": {"subject": "Out of office Re: Your enquiry", "Precedence": "bulk", "X_Autoreply": "yes"},
    "vacation": {"subject": "away from my mail", "Precedence": "junk", "Auto_Submitted": "auto-replied (vacation)"},
    "sieve": {"subject": "Auto: Your enquiry", "Auto_Submitted": "auto-replied (rejected)"},
    "notes": {"subject": "Abwesend bis 3.12.", "X_Autogenerated": "Reply"},
    "cpanel": {"subject": "Thank you", "X_Autorespond": "Your enquiry", "Precedence": "auto_reply"},
    "french": {"subject": "Réponse automatique : Votre demande"},
    "italian": {"subject": "Risposta automatica: la Sua richiesta"},
    "absence": {"subject": "Absence du bureau"},
    "fuori": {"subject": "Fuori ufficio: Re: richiesta"},
    "ticket system": {"subject": "[#4711] Received", "Auto_Submitted": "auto-generated", "Precedence": "bulk"},
    "no return path": {"subject": "Re: Your enquiry", "Return_Path": "<>"},
    "exim": {"subject": "Warning: message 1abc delayed 24 hours", "Auto_Submitted": "auto-replied", "Return_Path": "<>"},
    "postfix": {"subject": "Undelivered Mail Returned to Sender", "sender": "MAILER-DAEMON@mx.example", "Return_Path": "<>"},
    "qmail": {"subject": "failure notice", "sender": "MAILER-DAEMON@mx.example"},
    "exchange": {"subject": "Undeliverable: Your enquiry", "sender": "postmaster@mx.example"},
    "german bounce": {"subject": "Unzustellbar: Ihre Anfrage", "sender": "postmaster@mx.example"},
    "gmail bounce": {"subject": "Delivery Status Notification (Failure)", "X_Failed_Recipients": ANN, "sender": "mailer-daemon@mx.example"},
    "receipt": {"subject": "Read: Your enquiry", "Content_Type": 'multipart/report; report-type=disposition-notification; boundary="b"'},
    "newsletter": {"subject": "News", "List_Id": "<news.shop.example>", "List_Unsubscribe": "<mailto:x@shop.example>"},
    "list": {"subject": "[list] hello", "Precedence": "list"},
    "meeting": {"subject": "Accepted: Lunch", "Content_Type": "text/calendar; method=REPLY"},
    "ourselves": {"subject": "Data Protection Enquiry", "sender": "Lumen <info@lumen.example>"},
}  # fmt: skip


def test_two_dozen_notes_of_machines_get_no_answer(stage: Stage) -> None:
    """T12: of programs in four languages, alone and as answers to a letter of ours."""
    assert len(AWAY) >= 24
    stage.open()
    last = message_from_bytes(stage.postman.out[-1][2])["Message-ID"]
    for number, headers in enumerate(AWAY.values()):
        known = {"sender": f"Somebody <somebody{number}@person.example>", **headers}
        stage.mail("I am away until Monday.", **known)
        stage.mail("I am away until Monday.", **known, In_Reply_To=last)
    stage.work()
    assert len(stage.postman.out) == 1
