"""Reports on letters of ours, mails somebody sent on, and mails whose words are wrapped."""

import pytest

from bot.intake import Cause, Reading, Verdict, read
from bot.intake.returned import Fate
from bot.law import Right
from tests.bot.intake.writing import INFO, RULES, mail, multipart

OURS = "<k1.0a1b2c3d4e5f6071@dpe.lumen.example>"
ORIGINAL = f"Message-ID: {OURS}\r\nSubject: Your enquiry\r\n\r\nDear Ann, …"


def report(status: str, *, kind: str = "delivery-status", original: str = ORIGINAL) -> Reading:
    return read(
        multipart(
            ("Content-Type: text/plain", "This is what happened."),
            (f"Content-Type: message/{kind}", status),
            ("Content-Type: message/rfc822", original),
            kind=f"report; report-type={kind}", subject="Delivery Status Notification",
            from_="MAILER-DAEMON@mx.example", return_path="<>",
        ),
        RULES,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        ("Reporting-MTA: dns; mx.example\r\n\r\nAction: failed\r\nStatus: 5.1.1", Fate.FAILED),
        ("Action: delayed\r\nStatus: 4.4.1", Fate.LATE),
        ("Action: delayed\r\n\r\nAction: failed\r\nStatus: 5.1.1", Fate.FAILED),
        ("Action: delivered\r\nStatus: 2.0.0", Fate.ARRIVED),
        ("Action: expanded\r\nStatus: 2.0.0", Fate.ARRIVED),
        ("Status: 5.0.0", Fate.FAILED),
    ],
)
def test_a_report_names_the_letter_and_what_became_of_it(status: str, fate: Fate) -> None:
    """Both reach whoever asks through JSON as well."""
    reading = report(status)
    assert (reading.verdict, reading.fate, reading.reports_on) == (Verdict.MACHINE, fate, (OURS,))
    assert Reading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("Action: failed\r\nStatus: 5.1.1", Cause.UNKNOWN),
        ("Action: failed\r\nStatus: 5.2.1", Cause.UNKNOWN),
        ("Action: failed\r\nStatus: 5.2.2", Cause.FULL),
        ("Action: failed\r\nStatus: 5.3.4", Cause.LARGE),
        ("Action: failed\r\nStatus: 5.7.26", Cause.REFUSED),
        ("Action: failed\r\nStatus: 5.1.8", Cause.REFUSED),
        ("Action: failed\r\nStatus: 4.4.7", Cause.AWAY),
        ("Action: failed\r\nStatus: 4.4.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <x>: gone", Cause.UNKNOWN),
        ("Action: failed\r\nStatus: 5.0.0", Cause.OTHER),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 no such user here", Cause.UNKNOWN),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 552 mailbox is full", Cause.FULL),
        ("Action: failed\r\nStatus: 5.5.0\r\nDiagnostic-Code: smtp; 554 Message rejected as spam", Cause.REFUSED),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; Das Postfach ist voll", Cause.FULL),
        ("Action: delayed\r\nStatus: 4.2.2", None),
    ],
)
def test_a_report_says_why_a_letter_did_not_arrive(status: str, cause: Cause | None) -> None:
    """By its code, the final one first; else by its words. It decides what a person is told to do next."""
    reading = report(status)
    assert reading.cause == cause
    assert Reading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("Sorry, no mailbox here by that name. (#5.1.1)", Cause.UNKNOWN),
        ("Your message was detected as spam and was not delivered.", Cause.REFUSED),
        ("Der Empfänger ist unbekannt.", Cause.UNKNOWN),
        ("La boîte est pleine.", Cause.FULL),
        ("Indirizzo sconosciuto.", Cause.UNKNOWN),
        ("all hosts have been failing: connection timed out", Cause.AWAY),
        ("message size exceeds the limit", Cause.LARGE),
        ("It did not work.", Cause.OTHER),
    ],
)
def test_servers_that_send_no_report_say_it_in_words(words: str, cause: Cause) -> None:
    """In the languages of the house; a version such as 3.5.1 in a header of theirs is no code."""
    raw = mail("Undelivered Mail Returned to Sender", f"{words}\r\n\r\n{ORIGINAL}", from_="MAILER-DAEMON@mx.example", x_mailer="mx 5.2.2")
    assert read(raw, RULES).cause == cause


def test_a_complaint_about_a_letter_says_that_it_arrived() -> None:
    """Somebody pressed “spam”: whoever did has read it (RFC 5965)."""
    found = report("Feedback-Type: abuse\r\nVersion: 1", kind="feedback-report")
    assert (found.verdict, found.fate, found.cause) == (Verdict.MACHINE, Fate.ARRIVED, None)


def test_a_read_receipt_is_no_bounce() -> None:
    """Somebody opened the letter: nothing to do."""
    status = "Disposition: manual-action/MDN-sent-manually; displayed"
    assert report(status, kind="disposition-notification").fate == Fate.READ


@pytest.mark.parametrize(
    ("body", "fate"),
    [
        (f"I could not deliver your message.\r\n--- Below is a copy.\r\n{ORIGINAL}", Fate.FAILED),
        (f"Your message has not yet been delivered. No action is required.\r\n{ORIGINAL}", Fate.LATE),
        (f"Sorry.\r\nMessage-ID: {OURS[:20]}=\r\n{OURS[20:]}", Fate.FAILED),
    ],
)
def test_a_bounce_in_plain_words_names_the_letter_too(body: str, fate: Fate) -> None:
    """Servers that know no report paste the letter, sometimes with its lines broken."""
    reading = read(mail("Undelivered Mail Returned to Sender", body, from_="MAILER-DAEMON@mx.example"), RULES)
    assert (reading.fate, reading.reports_on) == (fate, (OURS,))


def test_a_report_is_about_the_letter_it_repeats_not_about_those_before_it() -> None:
    """A letter refers to earlier ones of its thread: they arrived."""
    earlier = "<k0.ffff1b2c3d4e5f60@dpe.lumen.example>"
    thread = f"References: {earlier}\r\nIn-Reply-To: {earlier}\r\nSubject: =?utf-8?q?x?=\r\nMessage-ID:\r\n {OURS}\r\n\r\nDear Ann"
    assert report("Action: failed", original=thread).reports_on == (OURS,)
    assert report("Action: failed", original=f"In-Reply-To: {earlier}\r\n\r\nx").reports_on == (earlier,)


def test_what_is_no_report_says_nothing_of_our_letters() -> None:
    """A person's answer quotes ids, too; and a report on somebody else's mail names none of ours."""
    assert read(mail("Re: x", ORIGINAL, in_reply_to=OURS), RULES).reports_on == ()
    assert report("Action: failed", original="Message-ID: <a@b.example>\r\n\r\nx").reports_on == ()
    away = read(mail("Out of office", "Away.", in_reply_to=OURS, auto_submitted="auto-replied"), RULES)
    assert (away.verdict, away.fate, away.reports_on) == (Verdict.MACHINE, None, ())


BLOCKS = {
    "gmail": "FYI\n\n---------- Forwarded message ---------\nFrom: Wanda Rieder <wanda@person.example>\nDate: Mon\n\nHi",
    "outlook": "Bitte um Erledigung\n\nVon: Wanda Rieder [mailto:wanda@person.example]\nGesendet: Montag\nAn: Verkauf\n\nHallo",
    "apple": "Begin forwarded message:\n\n> From: Wanda Rieder <wanda@person.example>\n> Subject: x\n>\n> Hi",
    "french": "-----Message d'origine-----\nDe : Wanda Rieder <wanda@person.example>\nEnvoyé : lundi\n\nBonjour",
    "italian": "Da: Wanda Rieder <wanda@person.example>\nInviato: lunedì\n\nBuongiorno",
    "through us": f"Von: Info <{INFO}>\n\nFrom: Wanda Rieder <wanda@person.example>\n\nHi",
}


@pytest.mark.parametrize("name", BLOCKS)
def test_who_wrote_first_is_proposed_when_a_colleague_sends_on(name: str) -> None:
    """And never believed: nothing opens by itself, a person confirms."""
    reading = read(mail("WG: Data Protection Enquiry", BLOCKS[name], from_="Max <max@lumen.example>"), RULES)
    assert (reading.verdict, reading.origin_address, reading.origin_name) == (
        Verdict.NEAR_MISS, "wanda@person.example", "Wanda Rieder",
    )  # fmt: skip
    assert reading.reasons[0] == "A colleague sent it on: who wrote first has to be confirmed."
    assert "wanda" not in repr(reading) + " ".join(reading.reasons)


def test_a_mail_sent_on_as_an_attachment_is_read() -> None:
    """Its sender is proposed, its words are judged; a bounce of somebody else's is not."""
    inside = "From: Wanda Rieder <wanda@person.example>\r\nSubject: Konto\r\n\r\nBitte löschen Sie mein Konto."
    raw = multipart(("Content-Type: text/plain", "s. Anhang"), ("Content-Type: message/rfc822", inside), subject="WG: Konto",
                    from_="max@lumen.example")  # fmt: skip
    reading = read(raw, RULES)
    assert (reading.verdict, reading.origin_address, reading.rights) == (
        Verdict.NEAR_MISS, "wanda@person.example", (Right.DELETION,),
    )  # fmt: skip


def test_a_person_who_sends_on_their_own_mail_is_the_writer() -> None:
    """From outside, the subject counts as ever; and without a line that names anybody, nobody is proposed."""
    own = read(mail("Fwd: Data Protection Enquiry", "From: me\nPlease delete my data."), RULES)
    assert (own.verdict, own.origin_address) == (Verdict.ENQUIRY, "")


def test_the_reply_address_of_a_form_is_proposed() -> None:
    """A form on our own page writes in our name: who filled it in stands in Reply-To."""
    raw = mail("Contact form", "Please delete my account.", from_=INFO, reply_to="Wanda <wanda@person.example>")
    reading = read(raw, RULES)
    assert (reading.verdict, reading.origin_address) == (Verdict.NEAR_MISS, "wanda@person.example")
    assert read(mail(reply_to="eve@evil.example"), RULES).origin_address == ""


ARMOUR = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"


@pytest.mark.parametrize(
    ("raw", "verdict", "reason"),
    [
        (multipart(("Content-Type: application/pgp-encrypted", "Version: 1"), ("Content-Type: application/octet-stream", "x"),
                   kind="encrypted", subject="Hello"), "quarantine", "It is encrypted"),
        (mail("Hello", ARMOUR), "quarantine", "It is encrypted"),
        (mail("Hello", "AAAA", content_type="application/pkcs7-mime; smime-type=enveloped-data"), "quarantine", "It is encrypted"),
        (mail("Hello", "AAAA", content_type="application/octet-stream; name=smime.p7m"), "quarantine", "It is encrypted"),
        (mail("Hello", "AAAA", content_type="application/pkcs7-mime; smime-type=signed-data"), "quarantine", "It is signed in"),
        (mail("Hello", "AAAA", content_type="application/ms-tnef"), "quarantine", "Its text is in winmail.dat"),
        (mail(body=ARMOUR), "enquiry", "It is encrypted"),
        (multipart(("Content-Type: text/plain", "Please delete my data."), ("Content-Type: application/pgp-signature", "x"),
                   kind="signed"), "enquiry", "It carries a signature"),
        (multipart(("Content-Type: text/plain", "Please delete my data."), ("Content-Type: application/ms-tnef", "x"),
                   subject="Hello"), "near_miss", "It asks for the writer's data"),
        (multipart(("Content-Type: text/plain", "Lunch?"), ("Content-Type: text/calendar; method=REQUEST", "BEGIN:VCALENDAR"),
                   subject="Lunch"), "machine", "It is an invitation"),
        (multipart(("Content-Type: text/plain", "Please delete my data."), ("Content-Type: text/calendar", "BEGIN:VCALENDAR"),
                   subject="Call"), "near_miss", "It is an invitation"),
    ],
)  # fmt: skip
def test_words_that_are_wrapped_are_never_lost(raw: bytes, verdict: str, reason: str) -> None:
    """Encrypted, signed, Outlook's own, a meeting: shown as what it is."""
    reading = read(raw, RULES)
    assert reading.verdict == verdict
    assert any(each.startswith(reason) for each in reading.reasons), reading.reasons


@pytest.mark.parametrize(
    "words",
    ["Please delete the data of both of us, my data too.", "Meine Frau und ich bitten: löschen Sie meine Daten.",
     "Ma femme et moi : supprimez mes données.", "Mia moglie ed io: cancellate i miei dati."],
)  # fmt: skip
def test_several_people_in_one_mail_are_pointed_out(words: str) -> None:
    """Each of them has to be found and to confirm who they are."""
    told = "It speaks for several people: each of them has rights of their own."
    assert told in read(mail(body=words), RULES).reasons
    assert told not in read(mail(), RULES).reasons
