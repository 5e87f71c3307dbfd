"""What the words of a mail ask for, in four languages."""

import pytest

from bot.intake import read
from bot.law import Right
from tests.bot.intake.writing import RULES, mail

A, C, D, R = Right.ACCESS, Right.CORRECTION, Right.DELETION, Right.RESTRICTION


@pytest.mark.parametrize(
    ("language", "words", "rights"),
    [
        ("en", "Please send me a copy of all the data you hold about me. Thank you for your help and regards", {A}),
        ("en", "I have the right to be forgotten. Please delete my account and the data you have.", {D}),
        ("en", "My address is wrong, please correct it, and thank you for that.", {C}),
        ("en", "I request the restriction of processing of my data for the time being, please.", {R}),
        ("en", "Please give me access to my data and then erase everything you have about me.", {A, D}),
        ("de", "Ich bitte um Auskunft über die Daten, die Sie über mich gespeichert haben. Freundliche Grüsse", {A}),
        ("de", "Bitte löschen Sie mein Kundenkonto und alle meine Daten. Vielen Dank und Grüsse", {D}),
        ("de", "Meine Adresse ist falsch. Bitte berichtigen Sie das, ich bin nicht mehr in Winterthur.", {C}),
        ("de", "Ich verlange die Einschränkung der Verarbeitung meiner Daten nach der DSGVO.", {R}),
        ("de", "LOESCHEN SIE ALLE DATEN, die Sie von mir haben, und das bitte sofort.", {D}),
        (
            "fr",
            "Je souhaite exercer mon droit d\u2019accès : quelles données avez-vous sur moi ? Merci et bonjour à vous",
            {A},
        ),
        ("fr", "Veuillez supprimer mes données et mon compte, je vous prie. Cordialement", {D}),
        ("fr", "Merci de rectifier mon adresse, elle est inexacte, et je vous en remercie pour moi.", {C}),
        ("fr", "Je demande la limitation du traitement de mes données pour le moment. Merci", {R}),
        ("it", "Vorrei esercitare il diritto di accesso: quali dati avete su di me? Grazie e cordiali saluti", {A}),
        ("it", "Cancellate i miei dati e il mio account, per favore. Grazie, cordiali saluti", {D}),
        ("it", "Il mio indirizzo è errato, vi prego di rettificare. Grazie, cordiali saluti", {C}),
        ("it", "Chiedo la limitazione del trattamento dei miei dati. Grazie, cordiali saluti", {R}),
    ],
)
def test_rights_are_proposed_from_words_in_four_languages(language: str, words: str, rights: set[Right]) -> None:
    """In an enquiry; and the same words under another subject are a near miss."""
    reading = read(mail(body=words), RULES)
    assert (set(reading.rights), reading.language, reading.verdict) == (rights, language, "enquiry")
    missed = read(mail("Question", words), RULES)
    assert (set(missed.rights), missed.verdict) == (rights, "near_miss")


@pytest.mark.parametrize(
    "words",
    [
        "Pursuant to the GDPR I hereby request what I am entitled to.",
        "Gemäss DSGVO mache ich hiermit meine Rechte geltend.",
        "En vertu du RGPD, je vous demande une réponse.",
        "Ai sensi del GDPR chiedo una risposta.",
        "On behalf of our client and under the Data Protection Act we write to you.",
    ],
)
def test_a_law_in_a_sentence_that_demands_is_a_near_miss(words: str) -> None:
    """Also where no right is named."""
    assert read(mail("Letter", words), RULES).verdict == "near_miss"


@pytest.mark.parametrize(
    "words",
    [
        "Please find our invoice attached. It is due in 30 days.",
        "You asked to reset your password. Click here. If it was not you, delete this mail.",
        "This message is confidential. If you are not the intended recipient, please delete it and all information about me.",
        "Diese Nachricht ist vertraulich. Sollten Sie sie irrtümlich erhalten haben, löschen Sie bitte meine Angaben und informieren Sie uns.",
        "We comply with the GDPR. Our privacy policy is on the website.",
        "Wir halten uns an die DSGVO; unsere Datenschutzerklärung steht auf der Website.",
        "Please cancel the contract for the machine by the end of March.",
        "I deleted the old file and sent the new one to the team.",
        "> Please delete my account and all my data.\n\nDone, thanks. Anna",
        "Please send the parts to my address in Bern.",
    ],
)
def test_ordinary_mail_is_no_near_miss(words: str) -> None:
    """A false alarm costs a click; too many cost attention."""
    assert read(mail("Hello", words), RULES).verdict == "other"


@pytest.mark.parametrize("words", ["", "ok", "12345678", "Hola, quiero mis datos, por favor", "das the le il"])
def test_without_evidence_the_language_is_english(words: str) -> None:
    """The letter's default; a guess would be worse."""
    assert read(mail(body=words), RULES).language == "en"
