"""The windows of the team: valid for Slack whatever stands in them, and clear to who never read the law."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import cards
from bot.cards import CardView, Details, NextActor, TicketLine, card
from bot.cards.aside import aside_card, aside_text
from bot.cards.entry import mail_form, new_form
from bot.cards.more import FORMS, blocked_modal, more_modal
from bot.cards.overview import health_blocks, home, person_modal, quiet_form, report_blocks
from bot.cards.refusal import RefusalForm, refusal_form
from bot.cards.team import Health, Home, MailForm, More, Person, Said
from bot.cards.week import Week
from bot.cards.words import DID, Word, word_blocks, word_text
from bot.law import Right
from bot.law.grounds import grounds
from bot.report import Series, report
from bot.tickets import REFUSABLE, Identity, State
from tests.bot.cards.test_card import parsed, text
from tests.bot.cards.views import NOW, VIEW, later
from tests.fixtures.slack import Judge

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
LINE = TicketLine("t1", "DPE-2026-0001", (Right.ACCESS,), later(3), NextActor.HANDLER, (State.RECEIVED,))
MORE = More(
    "t1", "DPE-2026-0001", open=True, owner="U0BOB", mine=False,
    refusable=((Right.ACCESS, "r1"), (Right.DELETION, "r2")), splits=(Right.ACCESS,),
)  # fmt: skip
REFUSAL = RefusalForm(
    "DPE-2026-0001", "r1", 3, Right.ACCESS, grounds(Right.ACCESS, ["gdpr_eu"]), {"crm": "Zoho CRM", "server": "our server"},
)  # fmt: skip
MAIL = MailForm(
    "m1", AT, date(2026, 12, 1), ("another subject",), True, (Right.DELETION,), "de", "zora@quellmann.example", "Zora",
    "Meine Daten", "Bitte löschen Sie alles.",
)  # fmt: skip


@dataclass(frozen=True)
class AWeek:
    monday: date
    received: int
    answered: int
    late: int = 0


@dataclass(frozen=True)
class ABlock:
    id: str
    ref: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class AChart:
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    alternative: str


WEEKS = (AWeek(date(2026, 11, 23), 4, 2, 1), AWeek(date(2026, 11, 30), 0, 3))
HOME = Home(
    handles=True, mine=(LINE,), approvals=(LINE,), nobodys=(LINE,), late=(replace(LINE, due=later(-2)),), soon=(LINE,),
    open="61", overdue="1", weeks=WEEKS, quiet=("18:00", "08:00"),
)  # fmt: skip
EMPTY = Home(
    handles=False, mine=(), approvals=(), nobodys=(), late=(), soon=(), open="0", overdue="0", weeks=(), quiet=None,
    four_eyes=False,
)  # fmt: skip
CHART = AChart("Enquiries, week of 23 Nov", ("23 Nov", "30 Nov"), (Series("received", (4, 0)),), "4 received, then 0.")
HEALTH = Health("61", "1", 2, 1, 1, (("mail/INBOX", AT),), 3)
PERSON = Person((LINE, LINE), ("open", "closed"), (("Zoho CRM", 1), ("our server", None), ("files", 0)), "zora@quellmann.example")


def views() -> list[tuple[str, dict[str, Any]]]:
    full = replace(HOME, **dict.fromkeys(("mine", "approvals", "nobodys", "late", "soon"), (LINE,) * 8))
    flood = replace(MAIL, words="w" * 500_000, subject="s" * 5000, language="xx", rights=(), address="", near_miss=False)
    every = ((right, f"r{number}") for number, right in enumerate(Right))
    return [
        ("more", more_modal(MORE)),
        ("more of mine", more_modal(replace(MORE, mine=True, held=True, refusable=tuple(every)))),
        ("more of a closed one", more_modal(replace(MORE, open=False))),
        *((f"form {name}", form(MORE)) for name, form in FORMS.items()),
        ("assign nobody's", FORMS["assign"](replace(MORE, owner=None))),
        *((f"refuse {right}", refusal_form(replace(REFUSAL, right=right, grounds=grounds(right, ["ch_fadp"])))) for right in REFUSABLE),
        ("refuse", refusal_form(REFUSAL)),
        ("refuse by post", refusal_form(replace(REFUSAL, address=False, confirmed=True, systems={}))),
        ("blocked", blocked_modal([ABlock("b1", "DPE-2026-0001", "U0ANN", AT), ABlock("b2", None, "bot", AT)], NOW)),
        ("nobody blocked", blocked_modal([], NOW)),
        ("new", new_form(NOW.date())),
        ("new from a message", new_form(NOW.date(), "<!channel> " + "x" * 50_000)),
        ("mail", mail_form(MAIL, NOW)),
        ("flooded mail", mail_form(flood, NOW)),
        ("home", home(HOME, NOW)),
        ("full home", home(full, NOW)),
        ("empty home", home(EMPTY, NOW)),
        ("quiet", quiet_form(None)),
        ("person", person_modal(PERSON, NOW)),
        ("nobody", person_modal(replace(PERSON, tickets=(), states=(), systems=()), NOW)),
    ]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(("name", "view"), views(), ids=lambda value: value if isinstance(value, str) else "")
def test_slack_takes_every_window(name: str, view: dict[str, Any], shared: Path) -> None:
    """Valid, under Slack's sizes, no two buttons with one name."""
    Judge(shared / "specs" / "slack").check_view(view)
    assert len(json.dumps(view)) < 250_000, name
    elements = [each for block in view["blocks"] for each in [*block.get("elements", []), block.get("accessory", {})]]
    ids = [each["action_id"] for each in elements if "action_id" in each]
    assert len(ids) == len(set(ids))


@pytest.mark.shared
def test_slack_takes_every_answer_and_word(shared: Path) -> None:
    """Reports, health, words of the thread, the message about a near miss."""
    judge = Judge(shared / "specs" / "slack")
    figures = report([], as_of=date(2026, 12, 2), tickets=0)
    for blocks in (
        report_blocks(Week(date(2026, 12, 2), CHART), figures),
        health_blocks(HEALTH, NOW),
        *(word_blocks(Word("DPE-2026-0001", did, "U0ANN", "U0BOB", "deletion")) for did in DID),
        aside_card("m1", near_miss=True, left=True),
        aside_card("m1", near_miss=True, left=False),
    ):
        judge.check_blocks(blocks)


def test_every_line_of_more_says_what_it_means() -> None:
    """A sentence beside each button; what is stark asks once more."""
    blocks = [block for block in more_modal(MORE)["blocks"] if "accessory" in block]
    assert [block["accessory"]["action_id"] for block in blocks] == [
        "do:assign", "snooze", "do:note", "do:hold", "do:not_enquiry", "do:merge",
        "do:split", "do:block", "do:blocked",
    ]  # fmt: skip
    assert all(len(block["text"]["text"]) > 30 for block in blocks)
    asked = {block["accessory"]["action_id"] for block in blocks if "confirm" in block["accessory"]}
    assert asked == {"do:block"}
    assert {block["accessory"]["value"] for block in blocks} == {"t1"}
    (refuse,) = [block["elements"] for block in more_modal(MORE)["blocks"] if block["type"] == "actions"]
    assert [(each["action_id"], each["value"]) for each in refuse] == [("do:refuse:access", "r1"), ("do:refuse:deletion", "r2")]


def test_a_closed_ticket_takes_a_note_and_no_more_verbs() -> None:
    """What moves a ticket is not offered once it is closed."""
    shown = text(more_modal(replace(MORE, open=False))["blocks"])
    assert "do:note" in shown
    assert not any(f"do:{verb}" in shown for verb in ("assign", "refuse", "hold", "merge", "split", "not_enquiry"))


def test_a_hold_is_lifted_where_it_is_on() -> None:
    """And the card says so."""
    assert "do:lift_hold" in text(more_modal(replace(MORE, held=True))["blocks"])
    assert "A legal hold is on" in text(card(replace(VIEW, held=True), NOW))


def test_the_owner_stands_on_the_card_and_acts_next() -> None:
    """Nobody's ticket can be taken; somebody's says whose it is."""
    fresh = text(card(VIEW, NOW))
    assert '"take"' in fresh
    assert "A handler" in fresh
    owned = text(card(replace(VIEW, owner="U0BOB"), NOW))
    assert '"take"' not in owned
    assert owned.count("<@U0BOB>") == 2


def test_a_refusal_warns_where_nobody_is_confirmed() -> None:
    """Only then; and the part is offered only where it can be left out."""
    shown = text(refusal_form(REFUSAL)["blocks"])
    assert "Who wrote is not confirmed" in shown
    assert "Only a part?" in shown
    assert "not confirmed" not in text(refusal_form(replace(REFUSAL, confirmed=True))["blocks"])
    assert "Only a part?" not in text(refusal_form(replace(REFUSAL, systems={}))["blocks"])
    assert refusal_form(REFUSAL)["private_metadata"] == "r1:3"


def test_the_home_shows_what_waits_first_and_says_its_chart_in_words() -> None:
    """Approvals, own, nobody's, overdue, next; bars, and every number of them in a sentence."""
    shown = text(home(HOME, NOW)["blocks"])
    order = ["wait for your approval", "Yours, and you act next", "Nobody looks after", "*Overdue*", "*Due next*"]
    places = [shown.index(each) for each in order]
    assert places == sorted(places)
    assert "61 open, 1 overdue" in shown
    assert "Week of Mon 23 Nov 2026: 4 received, 2 answered, 1 of them late." in shown
    assert "Between 18:00 and 08:00" in shown
    empty = text(home(EMPTY, NOW)["blocks"])
    assert "Nothing. Thank you." in empty
    assert "Four eyes are off" in empty


def test_words_of_a_person_stand_in_plain_text_only() -> None:
    """Mail, address and note: nowhere where Slack would parse them, and never in a repr."""
    evil = "<!channel> <@U0EVE> <https://evil.example|bank>"
    mail = replace(MAIL, words=evil, subject=evil, reasons=(evil,))
    details = Details("t1", "DPE-2026-0001", AT, "en", Identity.ASKED, "a@b.example", said=(Said("note", "U0ANN", AT, evil),))
    for view in (mail_form(mail, NOW), person_modal(replace(PERSON, address=evil), NOW), cards.details_modal(details, NOW),
                 new_form(NOW.date(), evil)):  # fmt: skip
        assert not any(token in part for part in parsed(view["blocks"]) for token in ("<!", "<@U0EVE", "<http"))
    for shown in (repr(MAIL), repr(PERSON), repr(details), repr(Said("note", "U0ANN", AT, evil))):
        assert not any(word in shown for word in ("quellmann", "Bitte", "evil"))


def test_a_near_miss_says_what_to_do_and_is_settled_in_place() -> None:
    """Open / Not one, and nothing of the mail; another mail put aside keeps its words."""
    shown = aside_card("m1", near_miss=True, left=True)
    buttons = [each["action_id"] for each in shown[-1]["elements"]]
    assert buttons == ["open_mail", "not_one", "quarantined:0"]
    assert "within a day" in text(shown)
    assert len(aside_card("m1", near_miss=True, left=False)) == 2
    assert "could not be read" in text(aside_card("m1", near_miss=False, left=True))
    assert aside_text(near_miss=True, left=True) == "Near miss: a mail looks like an enquiry."
    assert aside_text(near_miss=True, left=False) == "Near miss: settled."
    assert aside_text(near_miss=False, left=True) == "Quarantine: 1 to look at."


def test_a_word_of_the_thread_names_team_members_only() -> None:
    """Who did what; a reference or a colleague, and nothing that is a token by itself."""
    assert word_text(Word("DPE-2026-0001", "assign", "U0ANN", "U0BOB")) == (
        "DPE-2026-0001: <@U0ANN> asked <@U0BOB> to look after it."
    )
    assert "The bot stopped a deletion: too many." in word_text(Word("DPE-2026-0001", "paused", "bot", what="too many"))
    assert "<!" not in word_text(Word("<!channel>", "merge", "<!here>", "<!x>", "<!y>"))


def test_health_says_what_is_wrong() -> None:
    """A line each, with a sign that needs no colour."""
    shown = text(health_blocks(HEALTH, NOW))
    for said in ("61 open, 1 overdue", "Of 1 acts the answer was lost", "1 pieces of work were given up", "3 mails wait"):
        assert said in shown
    assert "more than half an hour ago" in shown
    assert "No work waits" in text(health_blocks(Health("0", "0", 0, 0, 0, (("m", NOW),), 0), NOW))


def test_the_card_still_has_no_place_for_a_person() -> None:
    """What was added to it is a yes or no."""
    assert CardView.__dataclass_fields__["held"].type in {bool, "bool"}
