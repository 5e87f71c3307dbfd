"""No mail of a program gets an answer of ours (TRUST T12): vacation notes, bounces, lists, and our own letters back."""

import pytest

from tests.bot.desk.office import Stage

NOTE = "I am away until Monday. Which data do you hold about me? Please delete my account."
DAEMON = "MAILER-DAEMON@mx.example"
SAMPLES: list[dict[str, str]] = [
    *({"Auto_Submitted": each} for each in ("auto-replied", "auto-generated", "auto-notified", "AUTO-REPLIED (vacation)")),
    *({"Precedence": each} for each in ("bulk", "list", "junk", "auto_reply")),
    *({"List_Id": each} for each in ("<news.example>", "News <news.example>")),
    *({"Return_Path": each, "Auto_Submitted": "auto-replied"} for each in ("<>", "< >")),
    {"Return_Path": "<>"}, {"X_Autoreply": "yes"}, {"X_Autorespond": "Away"}, {"X_Auto_Response_Suppress": "All"},
    {"sender": DAEMON, "subject": "Undelivered Mail Returned to Sender"},
    {"sender": DAEMON, "subject": "Data Protection Enquiry"},
    {"sender": "postmaster@mx.example", "subject": "Delivery Status Notification (Failure)"},
    {"sender": "noreply@shop.example", "Auto_Submitted": "auto-generated"},
    {"sender": "info@lumen.example", "Auto_Submitted": "auto-replied"}, {"sender": "info@lumen.example", "Return_Path": "<>"},
    {"subject": "Automatic reply: Your enquiry", "Auto_Submitted": "auto-replied"},
    {"subject": "Abwesenheitsnotiz: Ihre Anfrage", "X_Autoreply": "yes"},
]  # fmt: skip


@pytest.mark.parametrize("answers", [False, True])
def test_a_program_gets_no_answer(sqlite_store, clock, ids, answers: bool) -> None:
    """24 samples, by themselves and as answers to a letter of ours: 0 letters go out."""
    stage = Stage(sqlite_store, clock, ids)
    thread = {}
    if answers:
        stage.open()
        thread = {"In_Reply_To": "<i000002@dpe.lumen.example>", "References": "<mail-1@example.com>"}
    before = len(stage.postman.out)
    assert len(SAMPLES) == 24
    for number, sample in enumerate(SAMPLES):
        stage.mail(NOTE, **{"sender": f"Ann <ann{number}@example.com>", **thread, **sample})
    stage.work()
    assert len(stage.postman.out) == before
    stage.mail(NOTE, sender="Zoe <zoe@example.com>")
    stage.work()
    assert len(stage.postman.out) == before + 1, "the same words of a person are answered"
