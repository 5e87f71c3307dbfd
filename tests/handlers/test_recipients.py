"""Recipients in Slack: the line on the card, the list, what they wrote, and what a person says of it."""

from dataclasses import replace

import pytest

from bot.cards import notice_card, notice_text
from bot.recipients import Verdict
from bot.sandbox.slack import ANN, EVE
from tests.bot.cards.views import NOTICES, VIEW
from tests.handlers.slack_desk import Floor

UNSURE, TOLD, BY_HAND = NOTICES[:3]


def asking(office: Floor) -> str:
    """The message about a reply nobody understands."""
    return office.show(notice_card(UNSURE, UNSURE.asked), notice_text(UNSURE))


def opened(office: Floor, ts: str, action: str, word: str) -> dict:
    office.slack.click(ANN.id, ts, action)
    return office.modal(ANN.id, word)


@pytest.mark.parametrize("verdict", [Verdict.DONE, Verdict.NO_RECORD, Verdict.NOTHING])
def test_a_reply_is_settled_by_one_press(office: Floor, verdict: Verdict) -> None:
    """With the stamp of the message: a press on an older one is refused by the desk."""
    office.slack.click(ANN.id, asking(office), f"notice_says:{verdict}")
    assert office.asked("notice_says") == (ANN.id, "n1", 2, verdict)


def test_a_refusal_names_its_ground(office: Floor) -> None:
    """In a form; what it was opened from stands in it."""
    opened(office, asking(office), "notice_refused", "submit': {")
    office.slack.submit(ANN.id, values={"why": "law"})
    assert office.asked("notice_says") == (ANN.id, "n1", 2, Verdict.REFUSED, "law")
    office.modal(ANN.id, "Noted.")


def test_a_refusal_of_an_older_reply_is_told_at_once(office: Floor) -> None:
    """Somebody was faster: no form opens."""
    stale = replace(UNSURE, asked=1)
    opened(office, office.show(notice_card(stale, 1), "x"), "notice_refused", "faster")
    assert "notice_says" not in [verb for verb, _ in office.desk.asked]


def test_what_they_wrote_stands_in_a_modal(office: Floor) -> None:
    """And nowhere in the channel."""
    view = opened(office, asking(office), "notice_read", "all but the invoices")
    assert "Zora" in str(view)
    assert "Zora" not in str(office.slack.messages())


def test_the_card_leads_to_the_list(office: Floor) -> None:
    """Every recipient with its state, the company's name, and what may be done now."""
    ts = office.card(replace(VIEW, recipients=NOTICES))
    assert "Recipients: 5 told, 2 answered, 1 to be read, 1 to be told by hand, 1 no longer asked" in str(office.slack.messages())
    view = opened(office, ts, "notices", "Silent Ltd")
    for said in ("Nord & Söhne GmbH (distributor)", "perhaps: they did it", "the letter is on its way", "answered: they hold nothing",
                 "answered: they refuse (A law obliges them to keep the data)", "nobody asks any more: They do not answer"):  # fmt: skip
        assert said in str(view)
    office.slack.click_view(ANN.id, "notice_says:no_record:2")
    assert office.asked("notice_says") == (ANN.id, "n2", 0, Verdict.NO_RECORD)
    office.modal(ANN.id, "Noted.")


@pytest.mark.parametrize(
    ("action", "values", "verb", "given"),
    [
        ("notice_stop:2", {"why": "silent"}, "notice_stop", ("n2", "silent")),
        ("notice_told:3", {"how": "telephone", "says": "done"}, "notice_told", ("n3", "telephone", Verdict.DONE)),
        ("notice_told:3", {"how": "letter"}, "notice_told", ("n3", "letter", None)),
    ],
)
def test_forms_open_over_the_list(office: Floor, action: str, values: dict, verb: str, given: tuple) -> None:
    """Told by hand, with what they said; or nobody asks any more, with the reason."""
    opened(office, office.card(replace(VIEW, recipients=NOTICES)), "notices", "Silent Ltd")
    office.slack.click_view(ANN.id, action)
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values=values)
    assert office.asked(verb) == (ANN.id, *given)


def test_who_is_to_be_told_by_hand_is_asked_for_in_the_thread(office: Floor) -> None:
    """The message has its form, too."""
    ts = office.show(notice_card(BY_HAND, 1), notice_text(BY_HAND))
    assert "to delete what they hold of this person" in str(office.slack.messages())
    opened(office, ts, "notice_told", "submit': {")
    office.slack.submit(ANN.id, values={"how": "person"})
    assert office.asked("notice_told") == (ANN.id, "n3", "person", None)


def test_a_settled_message_has_no_buttons(office: Floor) -> None:
    """Neither has one about an older reply."""
    for view, asked in ((UNSURE, 1), (TOLD, 1), (NOTICES[5], 1)):
        assert "actions" not in [block["type"] for block in notice_card(view, asked)]
    assert notice_card(UNSURE, 1)


def test_strangers_see_nothing(office: Floor) -> None:
    """Told why not; the desk is not asked."""
    office.slack.click(EVE.id, office.card(replace(VIEW, recipients=NOTICES)), "notices")
    office.modal(EVE.id, "no role in this bot")
    assert office.desk.asked == []
