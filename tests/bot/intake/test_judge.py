"""What a mail is: verdicts, in their order, and the reasons for them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.intake import Attachment, Limits, Reading, Rules, Verdict, from_headers, glance, identity_text, read
from bot.law import Right
from tests.bot.intake.writing import INFO, RULES, SUBJECT, mail, multipart

ASKED = "It asks what is known of the writer, or for a copy of it."


def verdict(raw: bytes, rules: Rules = RULES) -> str:
    return read(raw, rules).verdict


@pytest.mark.parametrize(
    "subject",
    [
        "Data Protection Enquiry",
        "data protection enquiry",
        "DATA PROTECTION ENQUIRY",
        "  Data   Protection\tEnquiry ",
        "Data\r\n Protection\r\n\tEnquiry",
        "Data Protection Enquiry.",
        "Data\u00a0Protection Enquiry",
        "Da\u200bta Protection Enquiry",
        "Re: Data Protection Enquiry",
        "RE: re: Re: Data Protection Enquiry",
        "Fwd: Data Protection Enquiry",
        "FW: Data Protection Enquiry",
        "AW: WG: Data Protection Enquiry",
        "Antw: Data Protection Enquiry",
        "TR: Data Protection Enquiry",
        "RIF: Data Protection Enquiry",
        "R: I: Data Protection Enquiry",
        "Re[2]: Data Protection Enquiry",
        "Re (3) : Data Protection Enquiry",
        "Re:Data Protection Enquiry",
        "Re\uff1aData Protection Enquiry",
        "[EXTERN] AW: [External] Data Protection Enquiry",
        "=?utf-8?q?Data_Protection_Enquiry?=",
        "=?UTF-8?B?RGF0YSBQcm90ZWN0aW9uIEVucXVpcnk=?=",
        "=?utf-8*en?q?Data?= =?iso-8859-1?q?_Protection_?= =?us-ascii?b?RW5xdWlyeQ==?=",
        "=?utf-8?q?Data?= =?utf-8?q?Protection?= =?utf-8?q?Enquiry?=",
        "AW: =?utf-8?q?data_protection?= enquiry",
    ],
)
def test_the_subject_of_an_enquiry_is_known_however_it_is_written(subject: str) -> None:
    """Case, spaces, encoded words, prefixes and the marks of gateways do not count."""
    assert verdict(mail(subject)) == "enquiry"


@pytest.mark.parametrize(
    "subject", ["", "Hello", "Enquiry", "Data Protection", "Protection Data Enquiry", "Invoice 4711"]
)
def test_another_subject_opens_nothing(subject: str) -> None:
    """What does not name data protection and asks for nothing is none of our business."""
    assert verdict(mail(subject, "See you on Monday.")) == "other"


@pytest.mark.parametrize(
    "subject",
    ["Your Data Protection Enquiry form", "Data Protection Enquiry: account 4711", "Data Protection Enquiry?"],
)
def test_a_longer_subject_is_shown_and_opens_nothing(subject: str) -> None:
    """A subject that contains the agreed one may be about something else: a person looks."""
    assert verdict(mail(subject, "See you on Monday.")) == "near_miss"


def test_the_company_names_its_own_subjects_and_prefixes() -> None:
    """Both are words, not patterns: a dot is a dot."""
    rules = Rules(subjects=("Datenschutz-Anfrage", "My.Data"), prefixes=("zu",), tags=())
    assert verdict(mail("ZU: datenschutz-anfrage"), rules) == "enquiry"
    assert verdict(mail("my.data", "."), rules) == "enquiry"
    assert verdict(mail("my-data", "."), rules) == "other"
    assert verdict(mail("[EXTERN] My.Data", "."), rules) == "near_miss"
    assert verdict(mail("Data Protection Enquiry", "."), Rules(subjects=("x",), prefixes=(), tags=())) == "other"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": "auto-replied"}, "Auto-Submitted says that a program answered."),
        ({"auto_submitted": "auto-replied; type=x"}, "Auto-Submitted says that a program answered."),
        ({"precedence": "auto_reply"}, "Precedence says that it is an automatic answer."),
        ({"return_path": "<>"}, "Its return path is empty."),
        ({"from_": "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>"}, "A mail system sent it."),
        ({"from_": "MAILER-DAEMON"}, "A mail system sent it."),
        ({"x_failed_recipients": "ann@person.example"}, "It names recipients it could not reach."),
        (
            {"content_type": "multipart/report; report-type=delivery-status; boundary=b"},
            "It is a report of a mail system.",
        ),
        ({"x_autoreply": "yes"}, "Its headers say that it is an automatic answer."),
        ({"x_autorespond": "Data Protection Enquiry"}, "Its headers say that it is an automatic answer."),
        ({"message_id": "<dpe-2026-0001.1@dpe.lumen.example>"}, "It is a letter of ours coming back."),
    ],
)
def test_machine_mail_is_never_taken_for_a_person(headers: dict[str, str], reason: str) -> None:
    """Whatever its subject; the reasons say what gave it away, and that its subject was that of an enquiry."""
    reading = read(mail(**headers), RULES)
    assert reading.verdict == Verdict.MACHINE
    assert reading.automatic
    assert reason in reading.reasons
    assert "The subject is that of an enquiry." in reading.reasons
    assert reading.rights == ()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": "auto-generated; type=x"}, "Auto-Submitted says that a program sent it."),
        ({"precedence": "bulk"}, "Precedence says that it is bulk mail."),
        ({"precedence": "List"}, "Precedence says that it is bulk mail."),
        ({"precedence": "junk"}, "Precedence says that it is bulk mail."),
        ({"list_id": "<news.shop.example>"}, "It came through a mailing list."),
        ({"from_": f"Info <{INFO}>"}, "It comes from an address of our own."),
        ({"from_": f"<{INFO.upper()}>"}, "It comes from an address of our own."),
    ],
)
def test_behind_a_form_or_a_list_there_may_be_a_person(headers: dict[str, str], reason: str) -> None:
    """A request that a program passed on is shown to somebody and answered by nobody; without one it is a machine's."""
    reading = read(mail(**headers), RULES)
    assert (reading.verdict, reading.automatic, reading.rights) == (Verdict.NEAR_MISS, True, (Right.ACCESS,))
    assert reading.reasons == (reason, "The subject is that of an enquiry.", ASKED)
    assert verdict(mail("Sale!", "Buy now.", **headers)) == "machine"
    answer = {"in_reply_to": "<k.1@dpe.lumen.example>"}
    assert verdict(mail(**headers, **answer)) == "machine"


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office: Data Protection Enquiry",
        "Automatic reply: Data Protection Enquiry",
        "Automatische Antwort: Your request DPE-2026-0001",
        "Abwesenheitsnotiz: Ferien",
        "=?utf-8?q?R=C3=A9ponse_automatique=3A_absence?=",
        "Risposta automatica: ferie",
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "Unzustellbar: Ihre Anfrage",
        "Delivery Status Notification (Failure)",
    ],
)
def test_notes_of_absence_and_bounces_are_known_by_their_subject(subject: str) -> None:
    """Also where the program that wrote them says nothing in its headers."""
    assert verdict(mail(subject, "I am away.")) == "machine"


@pytest.mark.parametrize(
    "headers", [{"auto_submitted": "no"}, {"precedence": "first-class"}, {"return_path": "<ann@person.example>"}]
)
def test_the_same_headers_on_a_persons_mail(headers: dict[str, str]) -> None:
    """What only looks like a sign is none."""
    reading = read(mail(**headers), RULES)
    assert reading.verdict == Verdict.ENQUIRY
    assert not reading.automatic


def test_a_mailbox_fed_through_a_list_still_hears_people() -> None:
    """The list named in the configuration is no sign of a machine; another one is."""
    rules = Rules(own_lists=("info.lumen.example",))
    through = {"list_id": "Info <info.lumen.example>", "precedence": "list"}
    assert verdict(mail(**through), rules) == "enquiry"
    assert verdict(mail(list_id="<other.example>"), rules) == "near_miss"


def test_a_bounce_says_that_it_reports_on_a_mail_of_ours() -> None:
    """By its headers, or by a delivery report among its parts."""
    report = multipart(
        ("Content-Type: text/plain", "Sorry."),
        ("Content-Type: message/delivery-status", "Status: 5.1.1"),
        subject="Sorry",
    )
    for raw in (report, mail("Undelivered Mail Returned to Sender")):
        reading = read(raw, RULES)
        assert reading.verdict == Verdict.MACHINE
        assert "A bounce or a receipt: it reports on a mail of ours." in reading.reasons


def test_mail_that_asks_for_no_automatic_answer_gets_none() -> None:
    """A person's enquiry all the same."""
    reading = read(mail(x_auto_response_suppress="All"), RULES)
    assert reading.verdict == Verdict.ENQUIRY
    assert reading.automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"in_reply_to": "<k.1@dpe.lumen.example>"},
        {"references": "<a@b.example> <k.1@DPE.LUMEN.EXAMPLE>\r\n <c@d.example>"},
        {"references": "<a@b.example><k.1@dpe.lumen.example>"},
    ],
)
def test_an_answer_to_a_letter_of_ours_is_a_reply(headers: dict[str, str]) -> None:
    """Whose it is, the desk decides; `alone` says what it would be without us."""
    reading = read(mail("Re: your letter", "12345678", **headers), RULES)
    assert (reading.verdict, reading.alone) == (Verdict.REPLY, Verdict.OTHER)
    assert read(mail(**headers), RULES).alone == Verdict.ENQUIRY


@pytest.mark.parametrize("subject", ["Re: Your enquiry DPE-2026-0001", "re: [dpe-2026-0001] more", "DPE-2026-0001"])
def test_a_reference_in_the_subject_makes_a_reply(subject: str) -> None:
    """The reference comes out in the one form it is stored in."""
    reading = read(mail(subject, "hello"), RULES)
    assert (reading.verdict, reading.ref) == (Verdict.REPLY, "DPE-2026-0001")


@pytest.mark.parametrize("subject", ["XDPE-2026-0001", "DPE-26-1", "DPE-2026-00012345678"])
def test_what_is_no_reference(subject: str) -> None:
    """Something that only resembles one names no ticket."""
    assert read(mail(subject, "hello"), RULES).ref is None


def test_references_to_other_peoples_mail_are_no_reply() -> None:
    """A domain that only ends like ours is not ours."""
    assert verdict(mail("Re: x", "y", in_reply_to="<1@evil-dpe.lumen.example> <2@dpe.lumen.example.evil>")) == "other"


@pytest.mark.parametrize("from_", ["a@b.example, c@d.example", "alice@example.org <bob@evil.example>", "nobody", None])
def test_an_enquiry_without_one_sender_is_quarantined(from_: str | None) -> None:
    """A person looks; nothing is guessed. The reasons say that the headers show an enquiry."""
    reading = read(mail(from_=from_), RULES)
    assert (reading.verdict, reading.from_address, reading.alone) == (Verdict.QUARANTINE, None, Verdict.ENQUIRY)
    assert "The subject is that of an enquiry." in reading.reasons
    assert reading.rights == (Right.ACCESS,)


def test_a_reply_without_one_sender_is_quarantined() -> None:
    """So is a near miss; other mail with a broken sender is nobody's business."""
    assert verdict(mail("Re: DPE-2026-0001", from_="x")) == "quarantine"
    assert verdict(mail("Hello", "Please delete my account.", from_="x")) == "quarantine"
    assert verdict(mail("Sale!", "Buy now.", from_="x")) == "other"


def test_two_from_headers_are_no_sender() -> None:
    """Programs differ in which one they show."""
    assert verdict(b"From: eve@evil.example\r\n" + mail()) == "quarantine"


def test_what_is_odd_about_a_sender_is_said() -> None:
    """Foreign letters and a name that shows another address; the mail is taken all the same."""
    mixed = read(mail(from_="ann@ex\u0430mple.org"), RULES)
    assert (mixed.verdict, mixed.from_address) == (Verdict.ENQUIRY, "ann@xn--exmple-4nf.org")
    assert any("different scripts" in each for each in mixed.reasons)
    posing = read(mail(from_='"bob@person.example" <eve@evil.example>'), RULES)
    assert any("shows an address" in each for each in posing.reasons)


def test_what_is_shown_hides_nothing() -> None:
    """No change of direction, no zero width, no control, one line."""
    name = "=?utf-8?q?Ann=E2=80=AE_=E2=80=8B=0D=0A_Bcc=3A_eve?="
    reading = read(mail("=?utf-8?q?Data=0D=0ABcc:_x=40y=E2=80=8F?=", from_=f"{name} <ann@person.example>"), RULES)
    assert reading.from_name == "Ann Bcc: eve"
    assert reading.subject == "Data Bcc: x@y"


def test_a_reply_nobody_can_read_says_so() -> None:
    """It belongs to its ticket all the same."""
    reading = read(mail("Re: x", "-----BEGIN PGP MESSAGE-----\n\nx", in_reply_to="<k1.0a1b@dpe.lumen.example>"), RULES)
    assert reading.verdict == Verdict.REPLY
    assert reading.reasons == ("It answers a letter of ours.", "It is encrypted: only who has the key can read it.")


@pytest.mark.parametrize(
    ("name", "rights"),
    [
        ("Auskunftsbegehren_Keller.pdf", (Right.ACCESS,)), ("subject-access-request.docx", (Right.ACCESS,)),
        ("demande_de_suppression.pdf", (Right.DELETION,)), ("Invoice 4711.pdf", ()), ("Loeschung.txt", ()),
    ],
)  # fmt: skip
def test_a_file_named_after_a_right_is_shown_to_a_person(name: str, rights: tuple[Right, ...]) -> None:
    """“See attached” says nothing, and nobody opens the file to see."""
    parts = ("Content-Type: text/plain", "See attached."), (f'Content-Type: application/pdf; name="{name}"', "x")
    reading = read(multipart(*parts, subject="Letter"), RULES)
    assert (reading.verdict, reading.rights) == (Verdict.NEAR_MISS if rights else Verdict.OTHER, rights)


def test_words_that_stand_in_the_html_only_are_judged() -> None:
    """A plain text that only points at the other one hides nothing; one that says something is the text."""
    html = "Content-Type: text/html", f"<p>Please delete all my data.</p><p>{'Thank you very much. ' * 30}</p>"
    stub = "Content-Type: text/plain", "Please use a program that shows HTML."
    raw = multipart(stub, html, kind="alternative", subject="Hello")
    assert read(raw, RULES).rights == (Right.DELETION,)
    whole = "Content-Type: text/plain", "We look forward to seeing you at our booth. " * 8
    assert verdict(multipart(whole, html, kind="alternative", subject="Hello")) == "other"


def test_the_reading_of_an_ordinary_enquiry_is_complete() -> None:
    """Every field, once."""
    raw = multipart(
        ("Content-Type: text/plain; charset=utf-8", "Bitte löschen Sie meine Daten und mein Konto. Mit freundlichen Grüssen, ich und die Katze"),
        ('Content-Type: image/png; name="cat.png"\r\nContent-Transfer-Encoding: base64', "AAAA"),
        in_reply_to="<0@person.example>", references="<0@person.example>",
    )  # fmt: skip
    assert read(raw, RULES) == Reading(
        verdict=Verdict.ENQUIRY,
        from_address="ann@person.example",
        from_name="Ann Example",
        from_written="ann@person.example",
        subject=SUBJECT,
        rights=(Right.DELETION,),
        language="de",
        message_id="<1@person.example>",
        in_reply_to=("<0@person.example>",),
        references=("<0@person.example>",),
        attachments=(Attachment("cat.png", "image/png", 3),),
        reasons=("The subject is that of an enquiry.", "It asks for the writer's data to be deleted.", "It asks for an account to be deleted."),
        text="Bitte löschen Sie meine Daten und mein Konto. Mit freundlichen Grüssen, ich und die Katze",
        alone=Verdict.ENQUIRY,
    )


def test_neither_reasons_nor_repr_name_a_person() -> None:
    """Both end up in places where nobody may be named."""
    for raw in (
        mail(from_='"x@y.example" <canary@canary.example>'),
        mail("canary", from_="canary"),
        mail(from_="canary@a, b@canary"),
    ):
        reading = read(raw, RULES)
        assert "canary" not in " ".join(reading.reasons)
        assert "canary" not in repr(reading)


def test_glance_asks_for_all_mail_but_that_of_machines() -> None:
    """The header block decides; a report on our mail is wanted unless it is huge, and what a machine passed on always."""
    head = lambda **headers: mail(body="", **headers)  # noqa: E731
    assert glance(head(), 3000, RULES)
    assert glance(head(subject="Hello"), 3000, RULES)
    assert glance(head(from_="x"), 3000, RULES)
    assert glance(head(message_id="<x@lumen.example>"), 3000, RULES)
    assert glance(b"X: y\r\n" * 60_000, 3000, RULES)
    assert not glance(head(auto_submitted="auto-replied"), 3000, RULES)
    assert glance(head(list_id="<a.b>"), 3000, RULES)
    assert glance(head(from_=INFO), 3000, RULES)
    assert not glance(head(message_id="<x@dpe.lumen.example>"), 3000, RULES)
    assert glance(head(from_="MAILER-DAEMON@mx.example", return_path="<>"), 3000, RULES)
    assert not glance(head(from_="MAILER-DAEMON@mx.example", return_path="<>"), 30_000_000, RULES)


def test_a_mail_is_the_same_mail_whatever_its_way() -> None:
    """Received lines, line ends and mailbox do not count; Message-ID and content do."""
    one = mail()
    assert identity_text(one) == identity_text(b"Received: from x by y\r\nDelivered-To: z\r\n" + one)
    assert identity_text(one) == identity_text(one.replace(b"\r\n", b"\n"))
    head, _, body = one.partition(b"\r\n\r\n")
    assert identity_text(one) == identity_text(head, body)
    others = [
        mail(body="Other."),
        mail("Other"),
        mail(message_id="<2@person.example>"),
        mail(from_="x@y.example"),
        mail(message_id=None),
    ]
    assert len({identity_text(each) for each in (one, *others)}) == 6


def test_a_message_id_with_a_space_stays_whole() -> None:
    """Cut at the space, two mails would become one."""
    assert read(mail(message_id="<one two@person.example>"), RULES).message_id == "<one two@person.example>"
    assert read(mail(message_id="no-brackets@person.example"), RULES).message_id == "<no-brackets@person.example>"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("from_", "=?utf-8?q?Ann=0D=0ABcc=3A_eve=40evil=2Eexample?= <ann@person.example>"),
        ("message_id", "<[0123456789abcdef@person.example]>"),
        ("message_id", "<T@["),
        ("to", "(" * 400 + ")" * 400),
        ("date", "(" * 2000),
        ("content_type", "text/plain; charset*=\x80"),
        ("content_type", "multipart/mixed; boundary*" + "0" * 5000 + "=x"),
        ("content_type", "text/plain; " + "a*0*=x;" * 500),
        ("content_transfer_encoding", "\udcff"),
        ("content_disposition", "attachment; filename*=utf-8''%e2%80%ae%"),
        ("references", "<" * 5000),
    ],
)
def test_headers_that_make_the_standard_library_raise(header: str, value: str) -> None:
    """MAIL.md, point 4. They are read, or the mail is quarantined; nothing is raised."""
    assert verdict(mail(**{header: value})) in {"enquiry", "quarantine"}


def test_structure_over_a_limit_is_quarantined_by_its_headers() -> None:
    """The reason is the limit; the sender and the subject are still read."""
    raw = mail(body="--b\r\n\r\n" * 201, content_type="multipart/mixed; boundary=b")
    reading = read(raw, RULES)
    assert (reading.verdict, reading.from_address, reading.subject) == (
        Verdict.QUARANTINE,
        "ann@person.example",
        SUBJECT,
    )
    assert reading.reasons == ("The mail has more than 200 parts.", "The subject is that of an enquiry.")
    assert (
        verdict(mail("Hi", "--b\r\n\r\n" * 201, content_type="multipart/mixed; boundary=b", list_id="<x>")) == "machine"
    )


def test_large_headers_matter_only_where_the_mail_concerns_us() -> None:
    """A newsletter to a thousand addresses is other mail; an enquiry to sixty is looked at by a person."""
    many = ", ".join(f"p{n}@shop.example" for n in range(60))
    assert verdict(mail(cc=many)) == "quarantine"
    assert verdict(mail("Sale", "Buy.", cc=many)) == "other"
    assert verdict(mail(x_spam="x" * 40_000)) == "quarantine"
    assert verdict(b"X-A: " + b"a" * 300_000 + b"\r\n" + mail("Sale", "Buy.")) == "quarantine"


def test_a_mail_that_must_not_be_opened_is_read_by_its_headers() -> None:
    """With the reason given, and as quarantine unless a machine sent it."""
    reading = from_headers(mail(), RULES, "It hurts.")
    assert (reading.verdict, reading.reasons[0], reading.text, reading.truncated) == (
        Verdict.QUARANTINE,
        "It hurts.",
        "",
        True,
    )
    assert from_headers(mail(auto_submitted="auto-replied"), RULES, "It hurts.").verdict == Verdict.MACHINE
    assert from_headers(b"", RULES, "It is not there.").verdict == Verdict.QUARANTINE


small = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@small
@given(st.binary(max_size=3000))
def test_any_bytes_have_a_reading(raw: bytes) -> None:
    """Nothing is raised, and JSON carries the reading there and back."""
    reading = read(raw, RULES)
    assert Reading.from_json(reading.to_json()) == reading
    assert identity_text(raw)
    assert glance(raw, len(raw), RULES) in {True, False}


@small
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "From",
                "To",
                "Subject",
                "Message-ID",
                "References",
                "Content-Type",
                "Content-Transfer-Encoding",
                "Auto-Submitted",
            ]
        ),
        st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=80)
        | st.sampled_from(
            [
                'multipart/mixed; boundary="b"',
                "text/html; charset=utf-16",
                "=?utf-8?q?=41?=",
                "base64",
                "<a@b>",
                SUBJECT,
            ]
        ),
    ),
    st.lists(
        st.sampled_from(
            [
                "--b",
                "--b--",
                "",
                "Content-Type: text/html",
                "Content-Type: message/rfc822",
                "<div>",
                "=?x?",
                "AAAA",
                "é",
                "my data",
            ]
        ),
        max_size=30,
    ),
)
def test_any_headers_and_lines_have_a_reading(headers: dict[str, str], lines: list[str]) -> None:
    """Mail that is almost mail."""
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + "\r\n".join(lines)
    reading = read(raw.encode(), RULES)
    assert Reading.from_json(reading.to_json()) == reading
    assert "\x00" not in reading.to_json()


def test_limits_are_settings() -> None:
    """A company that wants less gets less."""
    assert read(mail(body="x" * 100), RULES, Limits(text=10)).text == "x" * 10
    assert read(mail(body="x" * 100), RULES, Limits(text=10)).truncated
