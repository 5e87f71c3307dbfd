"""What recipients answer, in four languages: plain where it is plain, and a person's to read where it is not."""

import time

import pytest

from bot.intake.answers import Answer, answer
from bot.intake.quoting import own_lines, plain
from bot.recipients import Verdict

NOTICE = (
    "Please delete: data of a customer (DPE-2026-0001)\n\nDelete everything you hold of this person.\n"
    "Answer with one word: “done”, or “no record” if you hold nothing.\n"
)
QUOTED = "\n".join(f"> {line}" for line in NOTICE.splitlines())

DONE = [
    "Erledigt", "erledigt, danke", "Done.", "DONE!", "done", "Fatto", "Fait.", "C'est fait", "C\u2019est fait, merci",
    "Tout est fait.", "Eseguito, grazie.", "Abbiamo provveduto.", "Provveduto.", "Ist erledigt.", "Löschung erfolgt.", "Gelöscht",
    "geloescht", "Wir haben die Daten am 24.11. in allen Systemen gelöscht.", "Die Daten wurden heute vollständig gelöscht.",
    "Wir bestätigen die Löschung.", "Hiermit bestätigen wir Ihnen die vollständige Löschung aller Daten.",
    "The data have been deleted.", "We deleted everything as requested.", "We hereby confirm the deletion.",
    "All data of this customer was erased on 24 November 2026.", "Removed from all our systems.", "Your request has been completed.",
    "Nous avons supprimé toutes les données de cette personne.", "Les données ont été effacées.", "Supprimé.", "Effectué",
    "Nous venons de supprimer ce dossier.", "Nous confirmons la suppression.", "Dati cancellati.", "I dati sono stati eliminati.",
    "Abbiamo cancellato tutti i dati del cliente.", "Confermiamo l'avvenuta cancellazione.", "Sì, fatto.", "Ja, erledigt",
    "Oui, c'est fait.", "Guten Tag\n\nErledigt.\n\nFreundliche Grüsse\nPeter Muster",
    "Sehr geehrte Damen und Herren\nDie Daten sind gelöscht.\nMit freundlichen Grüssen\nNord Vertrieb GmbH\nTel. 030 555 01",
    "Hallo,\nerledigt.\nLG", "Hi\nDone\nPeter", "Erledigt\nPeter Muster", "Dear team,\n\nthis is done.\n\nKind regards\nP. Sample",
    "Hello,\ndeleted. Thanks and best regards\nAnna", "Bonjour,\n\nC'est fait.\n\nCordialement,\nJean Modèle",
    "Buongiorno,\nfatto.\nCordiali saluti", f"Erledigt\n\nAm 24.11.2026 um 09:00 schrieb Lumen:\n{QUOTED}",
    f"On Tue, 24 Nov 2026, Lumen Acoustics wrote:\n{QUOTED}\n\nErledigt.",
    f"Done.\n\nFrom: Lumen Acoustics <info@lumen.example>\nSent: Tuesday, 24 November 2026 09:00\nTo: Nord\nSubject: x\n\n{NOTICE}",
    f"Erledigt.\n\n-----Ursprüngliche Nachricht-----\nVon: Lumen\n{NOTICE}",
    f"Fait.\n\nLe 24 novembre 2026 à 09:00, Lumen Acoustics AG <info@lumen.example> a\nécrit :\n{QUOTED}",
    f"Fatto.\n\nIl giorno 24 nov 2026 alle ore 09:00 Lumen ha scritto:\n\n{NOTICE}", f"Done\nSent from my iPhone\n\n{QUOTED}",
    "Erledigt.\nDPE-2026-0001", "Die Daten wurden gelöscht. Wir haben keine Daten mehr von ihr.",
    "Deleted. We no longer hold anything.", "Nous avons tout supprimé. Nous n'avons plus aucune donnée.",
    "Wir haben die Daten der genannten Person heute in unserem CRM und in der\nBuchhaltung gelöscht.",
    "Kein Problem, erledigt.", "No problem, done!", "È stato cancellato.", "Gelöscht am 24. Mai.", "erledigt. danke", "Vielen Dank für Ihre Nachricht. Erledigt.",
]  # fmt: skip
NO_RECORD = [
    "No record", "no record.", "We have no record of this customer", "We have no record of this person in our systems.",
    "There is no such customer in our database.", "We do not have this person in our CRM.", "We don't know this customer.",
    "Nothing found.", "We hold nothing.", "This person is not known to us.", "This person is unknown to us.",
    "We could not find any data on this address.", "Kein Eintrag", "Keine Daten vorhanden.",
    "Wir haben keine Daten dieser Person.", "Diese Person ist uns nicht bekannt.", "Die Kundin ist bei uns nicht erfasst.",
    "Unbekannt.", "Dazu haben wir nichts.", "Zu dieser Adresse konnten wir nichts gefunden werden, keine Treffer.",
    "Nous n'avons aucune donnée", "Nous n'avons aucune donnée sur cette personne.", "Aucune donnée.", "Aucun enregistrement.",
    "Cette personne n'est pas connue chez nous.", "Client inconnu chez nous.", "Nous ne trouvons rien dans nos systèmes.",
    "Nessun dato.", "Nessuna registrazione.", "Non abbiamo dati di questo cliente.", "Il cliente non risulta nei nostri sistemi.",
    "Persona sconosciuta.", "Guten Tag\nWir führen keine Kundin dieses Namens.\nFreundliche Grüsse", "Wir haben keine Daten mehr.",
    "Hello,\n\nno data held.\n\nBest regards", f"Keine Daten\n\nAm Di., 24. Nov. 2026 schrieb Lumen:\n{QUOTED}",
]  # fmt: skip
READ_BY_A_PERSON = [
    "not done yet", "Noch nicht erledigt", "pas encore", "Pas encore fait.", "non ancora fatto", "Wird erledigt.", "Will be done.",
    "We will delete the data.", "Wir werden die Daten löschen.", "Wird nächste Woche gelöscht.", "Sera fait demain.",
    "Sarà cancellato.", "Die Daten würden gelöscht.", "Should be done by now.", "I think it is done.", "Müsste erledigt sein.",
    "Almost done.", "Fast erledigt", "Only partly deleted.", "Gelöscht bis auf die Rechnungen.", "All deleted except the invoices.",
    "Deleted, but we keep the invoices.", "Erledigt, aber die Rechnungen behalten wir.", "Erledigt. Die Rechnungen behalten wir.",
    "Tout est supprimé sauf les factures.", "Cancellato tutto tranne le fatture.", "Deleted where possible, as far as possible.",
    "who is this?", "Who is this customer?", "Wer ist das?", "Qui est-ce ?", "Chi è?", "Is it done?", "Haben Sie das gelöscht?",
    "Please confirm that the data have been deleted.", "Bitte löschen Sie auch bei Ihnen.", "ok", "Okay, danke", "Danke!", "👍", "",
    "We have received your request and will come back to you.", "Wir haben Ihre Nachricht erhalten (Ticket 4711).",
    "We acknowledge receipt of your message.", "Ihre E-Mail wurde gelöscht.", "Your mail was deleted unread.",
    "We have no record of your request.", "See the attached letter.", "Ich habe es weitergeleitet.", "I asked IT to have it deleted.",
    "Wir haben die Löschung veranlasst.", "We have no data. Deleted.", "Erledigt. Wir haben keine Daten dieser Person.",
    "Keine Daten gelöscht.", "Nothing was deleted.", "Nicht Erledigt", "Wir haben nichts gelöscht.", "Non abbiamo cancellato nulla.",
    "Nous n'avons rien supprimé.", "Die Daten sind gesperrt.", "We have blocked the account.", "We updated the record.",
    "Erledigt.\nGruss\nPeter\nPS: Die Rechnungen von 2024 sind noch da.", "Wenn Sie wollen, ist das erledigt.",
    "We have no record under this name, only under another one.", "Vermutlich keine Daten.", "Nous n'avons probablement aucune donnée.",
    "Was meinen Sie mit erledigt", "Wir haben die Kundin gefunden.", "There are 14 records.", "Nous le faisons.", NOTICE, "x " * 2000,
    "Done. " + "We also looked at everything else there is. " * 40, "Erledigt\nNicht Peter",
    "Die Anfrage hat sich erledigt.", "Deleted in the CRM, still in the ERP.", "Im CRM gelöscht, im ERP verbleibt es.",
    "Gelöscht mit Ausnahme der Rechnungen.", "Deleted and archived.", "Supprimé, les factures restent.", "Wir haben Ihr Konto gelöscht.",
    "We deleted your account.", "Ist das erledigt", "Have you deleted the data", "Avez-vous supprimé les données", "Avete cancellato i dati",
    "Die Löschung wurde unvollständig durchgeführt.", "Der Kunde wurde gelöscht, wir haben aber noch Rechnungen.",
    "Wir haben vor den Ferien alles gelöscht.", "I am out of office. Who is this customer?",
]  # fmt: skip
REFUSED = [
    "We cannot delete these data.", "We are legally obliged to keep the data.", "Wir können die Daten nicht löschen.",
    "Wir lehnen das ab.", "Wegen der gesetzlichen Aufbewahrungspflicht bleiben sie.", "Nous refusons.",
    "Nous ne pouvons pas supprimer ces données.", "Non possiamo cancellare i dati.", "We must keep the invoices.",
]  # fmt: skip
AWAY = [
    "I am out of the office until 3 December. In urgent cases call 030 555 01.",
    "Ich bin bis 3. Dezember abwesend. Ihre Nachricht wird nicht weitergeleitet.",
    "Je suis en congé jusqu'au 3 décembre. Votre message sera lu à mon retour.",
    "Sono in ferie fino al 3 dicembre.", "Automatische Antwort: ich bin nicht im Büro.",
]  # fmt: skip


@pytest.mark.parametrize("text", DONE)
def test_done_is_done(text: str) -> None:
    """One word or a whole letter, above or below what is quoted, with thanks and signature."""
    assert answer(text, "deletion") == Answer(Verdict.DONE, sure=True)


@pytest.mark.parametrize("text", NO_RECORD)
def test_they_hold_nothing(text: str) -> None:
    """In the ways people say that they know nobody of that name."""
    assert answer(text, "deletion") == Answer(Verdict.NO_RECORD, sure=True)


@pytest.mark.parametrize("text", READ_BY_A_PERSON)
def test_a_person_reads_what_is_not_plain(text: str) -> None:
    """Not yet, in part, a question, a doubt, two answers, another matter, nothing at all: never taken for an answer."""
    assert not answer(text, "deletion").sure


@pytest.mark.parametrize("text", REFUSED)
def test_a_no_is_seen_and_read_by_a_person(text: str) -> None:
    """It is proposed as what it is; on what ground they say no, a person notes."""
    assert answer(text, "deletion") == Answer(Verdict.REFUSED, sure=False)


@pytest.mark.parametrize("text", AWAY)
def test_a_word_of_absence_is_no_answer(text: str) -> None:
    """Even where no header says that a machine wrote it."""
    assert answer(text, "deletion") == Answer(Verdict.AWAY, sure=True)


@pytest.mark.parametrize(
    ("act", "text"),
    [
        ("correction", "Adresse geändert."), ("correction", "We have updated the address."), ("correction", "Les données ont été corrigées."),
        ("correction", "Dati aggiornati."), ("restriction", "Die Daten sind gesperrt."), ("restriction", "Account blocked."),
        ("restriction", "Nous avons bloqué le compte."), ("restriction", "Bloccato."), ("lifting", "Sperre aufgehoben."),
        ("lifting", "Restriction lifted."), ("lifting", "Le blocage est levé."), ("lifting", "Sbloccato."),
    ],
)  # fmt: skip
def test_each_act_has_its_words(act: str, text: str) -> None:
    """What is done for one act is not done for another: who was asked to delete and blocks has not deleted."""
    assert answer(text, act) == Answer(Verdict.DONE, sure=True)
    assert not answer(text, "deletion").sure


def test_nothing_said_is_known_as_nothing() -> None:
    """Thanks after an answer change nothing."""
    for text in ("Danke!", "", "Thank you very much", "> quoted only"):
        assert answer(text, "deletion") == Answer(Verdict.NOTHING)


def test_what_is_quoted_is_not_theirs() -> None:
    """Whole mails repeated below are cut; a line that was wrapped is one again."""
    assert own_lines(f"Done.\n\n________________________________\nFrom: x\n{NOTICE}") == ["Done."]
    wrapped = "This line is longer than fifty-five characters and goes on\nin the next one."
    assert own_lines(wrapped) == [wrapped.replace("\n", " ")]
    assert own_lines("--\nsignature") == []
    assert plain("Löschen É") == "loeschen e"


def test_a_long_reply_costs_little() -> None:
    """However much was written, a fraction of a second: the patterns know no slow case."""
    began = time.perf_counter()
    answer("nicht " * 200_000, "deletion")
    answer("On a wrote " * 100_000 + "\n> x" * 100_000, "deletion")
    assert time.perf_counter() - began < 2
