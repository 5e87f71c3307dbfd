"""A person who writes in German, French or Italian hears from us in that language, from the first letter to the last."""

from email import message_from_bytes
from email.policy import default

import pytest

from bot.law import Right
from bot.tickets import State
from tests.bot.desk.office import ANN, PAULA, Stage

WROTE = {
    "de": "Guten Tag\n\nBitte löschen Sie alle Daten, die Sie über mich gespeichert haben.\n\nFreundliche Grüsse\nAnn Keller",
    "fr": "Bonjour\n\nJe vous prie d'effacer toutes les données que vous avez sur moi.\n\nMeilleures salutations\nAnn Keller",
    "it": "Buongiorno\n\nVi chiedo di cancellare tutti i dati che avete su di me.\n\nCordiali saluti\nAnn Keller",
}
HEARD = {
    "de": ("erhalten", "bestätigen", "Waren Sie das?", "gelöscht"),
    "fr": ("reçu", "confirmer", "est-ce bien vous", "effacées"),
    "it": ("ricevuto", "Confermi", "era lei", "cancellati"),
}


@pytest.mark.parametrize("language", sorted(WROTE))
def test_every_letter_of_a_deletion_is_in_the_persons_language(store, clock, ids, language: str) -> None:
    """Acknowledgement, code, notice and answer; what Slack shows stays in the team's."""
    stage = Stage(store, clock, ids)
    ticket_id = stage.open(WROTE[language])
    stage.choose(ticket_id, Right.DELETION)
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    stage.clock.forward(days=3)
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert stage.ticket(ticket_id).language == language
    subjects = [str(message_from_bytes(wire, policy=default)["Subject"]) for _, to, wire in stage.postman.out if to == ANN]
    assert [word for word, subject in zip(HEARD[language], subjects, strict=True) if word not in subject] == []
    assert not [text for text in stage.postman.texts() if "Hello" in text]
