"""What goes out with a copy, in Slack: pieces looked through, letters posted, passphrases told; each is one desk call."""

from dataclasses import replace

from bot.cards import card, card_text
from bot.law import Right
from bot.sandbox.slack import ANN
from bot.tickets import State
from tests.bot.cards.views import DELETION, NOW, VIEW
from tests.handlers.slack_desk import Floor

WAITING = replace(
    DELETION, right=Right.ACCESS, state=State.NEEDS_PERSON, back_to=State.ANSWERING, to_look=9, reason="Look."
)


def shown(office: Floor, **changed: object) -> str:
    view = replace(VIEW, **changed)  # type: ignore[arg-type]
    return office.show(card(view, NOW), card_text(view))


def test_pieces_are_looked_through_in_a_form(office: Floor) -> None:
    """It shows what each says and what may become of it; nothing of it stands in the channel."""
    office.slack.click(ANN.id, shown(office, requests=(WAITING,)), "looks:access")
    view = office.modal(ANN.id, "submit': {")
    assert "Zora Quellmann wrote to Bob." in str(view)
    assert "Its words cannot be read here" in str(view)
    values = {"piece_p1": "black", "piece_p2": "out", "words": "Bob\n Zora \n"}
    office.slack.submit(ANN.id, values=values)
    assert office.asked("looked_through") == (
        ANN.id, WAITING.id, {"p1": "black", "p2": "out"}, ["Bob", "Zora"], "",
    )  # fmt: skip
    office.modal(ANN.id, "7 more to look at")
    assert "uellmann" not in str(office.slack.messages())


def test_all_further_ones_are_decided_at_once(office: Floor) -> None:
    """And then the copy is on its way."""
    office.slack.click(ANN.id, shown(office, requests=(WAITING,)), "looks:access")
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values={"piece_p1": "keep", "piece_p2": "keep", "rest": "black"})
    assert office.asked("looked_through")[2:] == ({"p1": "keep", "p2": "keep"}, [], "black")
    office.modal(ANN.id, "The copy is packed")


def test_a_letter_on_paper_is_said_to_be_posted(office: Floor) -> None:
    """The card says how it is printed; the press is the word that it has gone."""
    place = shown(office, to_post=(("l1", "refusal"), ("l2", "closing letter")))
    assert str(office.slack.messages()).count("subjectline ticket letter DPE-2026-0001") == 2
    office.slack.click(ANN.id, place, "posted")
    assert office.asked("posted") == (ANN.id, "l1")


def test_the_passphrase_is_shown_to_whoever_tells_it(office: Floor) -> None:
    """In a window, never in the channel; then it is kept no longer."""
    office.slack.click(ANN.id, shown(office, to_tell=("k1",)), "passphrase")
    view = str(office.modal(ANN.id, "ABCD-EFGH"))
    assert "never a mail" in view
    office.slack.click_view(ANN.id, "passphrase_told")
    assert office.asked("passphrase_told") == (ANN.id, "k1")
    office.modal(ANN.id, "Kept no longer")
    assert "ABCD-EFGH" not in str(office.slack.messages())
