"""The card: what it says in each state, which buttons it has, and that Slack takes it."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.cards import (
    CardView,
    ClockMove,
    ClockView,
    NextActor,
    RequestView,
    Unsettled,
    card,
    card_text,
    move_blocks,
    move_text,
    move_told,
    notice_card,
    plainly,
    quarantine_card,
    quarantine_text,
)
from bot.cards.line import sign
from bot.cards.trouble import returned
from bot.drafts import word
from bot.law import Right
from bot.tickets import State
from tests.bot.cards.views import DELETION, MOVE, NOTICES, NOW, PLAN, VIEW, huge, in_state, later
from tests.fixtures.slack import Judge


def elements(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def actions(blocks: list[dict[str, Any]]) -> list[str]:
    return [element["action_id"] for element in elements(blocks)]


def text(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def everything() -> list[tuple[str, list[dict[str, Any]]]]:
    drawn = [(state.value, card(in_state(state), NOW)) for state in State]
    closed = replace(VIEW, closed_on=date(2026, 12, 5), outcome="deletion done")
    return [
        *drawn,
        ("fresh", card(VIEW, NOW)),
        ("closed", card(closed, NOW)),
        ("huge", card(huge(), NOW)),
        ("recipients", card(replace(VIEW, recipients=NOTICES), NOW)),
        *((f"recipient {each.state}", notice_card(each, each.asked)) for each in NOTICES),
        ("quarantine", quarantine_card(3)),
        ("settled quarantine", quarantine_card(0)),
    ]


@pytest.mark.parametrize(("name", "blocks"), everything(), ids=lambda value: value if isinstance(value, str) else "")
def test_slack_takes_every_card(name: str, blocks: list[dict[str, Any]], shared: Path) -> None:
    """Every card is valid Block Kit and keeps the figures of Slack's pages that no schema can say."""
    Judge(shared / "specs" / "slack").check_blocks(blocks)
    rules = {rule["id"]: rule for rule in json.loads((shared / "specs" / "slack" / "rules.json").read_text())["rules"]}
    assert len(blocks) <= rules["blocks_message"]["max"], name
    assert len(text(blocks)) <= rules["blocks_total_chars"]["about"]
    ids = Counter(actions(blocks))
    assert max(ids.values(), default=1) == 1
    for element in (each for each in elements(blocks) if each["type"] == "button"):
        assert len(element["value"]) <= rules["button"]["value"]
        assert len(element["action_id"]) <= rules["button"]["action_id"]
        assert len(element["text"]["text"]) <= rules["button"]["text"]
        if "confirm" in element:
            assert len(element["confirm"]["text"]["text"]) <= rules["confirm"]["text"]
            assert len(element["confirm"]["title"]["text"]) <= rules["confirm"]["title"]


test_slack_takes_every_card = pytest.mark.shared(test_slack_takes_every_card)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (12, "● 12 days, Mon 14 Dec 2026"),
        (8, "● 8 days, Thu 10 Dec 2026"),
        (7, "▲ 7 days, Wed 9 Dec 2026"),
        (1, "▲ 1 day, Thu 3 Dec 2026"),
        (0, "▲ today, Wed 2 Dec 2026"),
        (-1, "■ overdue 1 day, Tue 1 Dec 2026"),
        (-30, "■ overdue 30 days, Mon 2 Nov 2026"),
    ],
)
def test_the_due_date_is_said_in_words_and_by_shape(days: int, said: str) -> None:
    """Time enough, soon and overdue differ by the shape of the sign, not by its colour."""
    assert sign(later(days), NOW.date()) == said


def test_a_fresh_card_says_what_is_known_and_offers_all_four_rights() -> None:
    """Reference, rights, due date, who acts next, language, regimes; the rights asked for stand out."""
    blocks = card(VIEW, NOW)
    shown = text(blocks)
    for said in ("DPE-2026-0001", "access, deletion", "● 12 days", "A handler", "nobody yet", "German", "GDPR, FADP", "*Access, deletion* · received"):
        assert said in shown
    assert actions(blocks) == [
        "choose:access", "choose:correction", "choose:deletion", "choose:restriction",
        "further", "take", "details", "clock", "more",
    ]  # fmt: skip
    primary = [element["action_id"] for element in elements(blocks) if element.get("style") == "primary"]
    assert primary == ["choose:access", "choose:deletion"]
    assert {element["value"] for element in elements(blocks) if "value" in element} == {"t1"}
    (menu,) = [element for element in elements(blocks) if element["action_id"] == "further"]
    assert [each["value"] for each in menu["options"]] == ["portability:t1", "objection:t1"]


BUTTONS = {
    State.RECEIVED: {"choose:deletion", "withdraw:deletion"},
    State.IDENTIFYING: {"withdraw:deletion"},
    State.APPROVING: {"approve:deletion", "reject:deletion"},
    State.COOLING: {"stop:deletion"},
    State.PROVING: {"plan:deletion"},
    State.ANSWERING: {"plan:deletion"},
    State.DONE: {"plan:deletion"},
    State.NEEDS_PERSON: {"resume:deletion", "withdraw:deletion"},
    State.REFUSED: {"plan:deletion"},
    State.WITHDRAWN: {"plan:deletion"},
}


@pytest.mark.parametrize("state", State)
def test_a_button_is_there_only_while_it_applies(state: State) -> None:
    """Each state shows its own buttons and no others: a stale button cannot be pressed."""
    view = in_state(state)
    if state in {State.RECEIVED, State.IDENTIFYING, State.PLANNING}:
        view = replace(view, requests=(replace(view.requests[0], plan=(), plan_id=None),))
    shown = {action for action in actions(card(view, NOW)) if action.endswith(":deletion")}
    assert shown == BUTTONS.get(state, set())


def test_approving_asks_first_and_says_in_numbers_what_will_happen() -> None:
    """The dialog counts rows by act, and says when it starts; the value binds request and plan."""
    approve = next(e for e in elements(card(in_state(State.APPROVING), NOW)) if e["action_id"] == "approve:deletion")
    asked = approve["confirm"]["text"]["text"]
    for said in ("6 to delete", "2 to anonymise", "3 kept", "after 48 hours"):
        assert said in asked
    assert approve["value"] == "r1:p1"
    assert approve["confirm"]["style"] == "danger"


def test_the_plan_says_what_is_kept_on_which_ground_and_until_when() -> None:
    """Per place: the act, the count, and for what is kept its ground and its end."""
    shown = text(card(in_state(State.APPROVING), NOW))
    assert "our internal server · invoice: 3 kept (Art. 958f CO: books), until Wed 31 Dec 2036" in shown
    assert "a second person must approve this plan" in shown
    assert "Chosen by <@U0ANN>" in shown


def test_cooling_says_when_it_starts_in_the_houses_zone() -> None:
    """08:05 UTC is 09:05 in Zurich."""
    assert "starts Fri 4 Dec 2026, 09:05" in text(card(in_state(State.COOLING), NOW))


def test_progress_is_counted_per_system() -> None:
    """Before the proof what was found, after it what is left."""
    assert "our internal server: 9 found, at work" in text(card(in_state(State.RUNNING), NOW))
    assert "our internal server: 9 found → 0 left" in text(card(in_state(State.PROVING), NOW))
    assert "answered Sat 5 Dec 2026" in text(card(in_state(State.DONE), NOW))
    (plan,) = [block for block in card(in_state(State.PROVING), NOW) if block["type"] == "plan"]
    assert plan["title"]["text"] == "1 of 1 system done, 9 found → 0 left"
    assert [task["status"] for task in plan["tasks"]] == ["complete"]
    assert "1 of 1 system done, 9 found → 0 left" in card_text(in_state(State.PROVING))
    assert "✓ our internal server: 9 found → 0 left" in text(plainly(card(in_state(State.PROVING), NOW)))


def test_a_request_that_needs_a_person_says_why() -> None:
    """The reason stands on the card, with the way back."""
    shown = text(card(in_state(State.NEEDS_PERSON), NOW))
    assert "Why: Two records share the address on file." in shown
    assert "Try again" in shown


def test_a_voided_approval_shows_the_difference() -> None:
    """The data changed after the approval: the card says so and what."""
    request = replace(DELETION, changes=("our internal server customer: delete 1 → 2",))
    shown = text(card(replace(VIEW, requests=(request,)), NOW))
    assert "the earlier approval is void" in shown
    assert "customer: delete 1 → 2" in shown


def test_four_eyes_switched_off_is_said_on_every_open_card() -> None:
    """The one-person company reads on each card that nobody checks."""
    for state in State:
        shown = text(card(in_state(state, four_eyes=False), NOW))
        assert "Four eyes are off" in shown
        assert "second person must approve" not in shown
    assert "Four eyes" not in text(card(VIEW, NOW))


def test_lost_answers_are_put_to_a_person() -> None:
    """A letter may have arrived, a step may be done: two buttons each, with the work's key, ids unique."""
    lost = (Unsettled("t1:access_answer:1", "the letter “access answer”"), Unsettled("r1:erase:server", "x", letter=False))
    blocks = card(replace(VIEW, unsettled=lost), NOW)
    buttons = {e["action_id"]: e for e in elements(blocks) if e["action_id"].startswith("settle")}
    assert list(buttons) == ["settle:seen", "settle:again", "settle:seen:2", "settle:again:2"]
    assert buttons["settle:seen"]["value"] == "t1:access_answer:1"
    assert buttons["settle:seen"]["text"]["text"] == "It arrived"
    assert buttons["settle:again:2"]["text"]["text"] == "Do it again"
    assert "second time" in buttons["settle:again:2"]["confirm"]["text"]["text"]


def test_a_closed_card_is_reference_and_outcome_only() -> None:
    """No button, no date, no language: the bare number and what became of it."""
    blocks = card(replace(in_state(State.DONE), closed_on=date(2026, 12, 5), outcome="deletion done"), NOW)
    assert [block["type"] for block in blocks] == ["header", "section"]
    assert "Closed on Sat 5 Dec 2026: deletion done" in text(blocks)
    assert "German" not in text(blocks)


def test_close_is_offered_when_the_desk_allows_it() -> None:
    """The card does not decide: it shows what the desk filled in."""
    assert "close" not in actions(card(in_state(State.DONE), NOW))
    assert "close" in actions(card(in_state(State.DONE, can_close=True), NOW))


def test_a_plan_too_long_for_a_card_is_cut_honestly() -> None:
    """The totals stay, the number of lines left out is said, and a button shows the whole."""
    long = replace(DELETION, plan=PLAN * 20)
    blocks = card(replace(VIEW, requests=(long,)), NOW)
    assert "120 to delete, 60 kept" in text(blocks).replace("40 to anonymise, ", "")
    assert "… and 60 more: press “Whole plan”" in text(blocks)
    assert "plan:deletion" in actions(blocks)


CLOCKS = [
    (ClockView(), "The clock runs."),
    (ClockView(notice_by=date(2026, 12, 14)), "The clock runs. An extension can be announced until Mon 14 Dec 2026."),
    (ClockView("suspended", (("identity", date(2026, 11, 20)),)), "stands still: the person was asked who it is on Fri 20 Nov"),
    (ClockView("not_started", (("identity", date(2026, 11, 20)),)), "The clock starts with the answer"),
    (ClockView("running", (("clarification", date(2026, 11, 20)),)), "runs on, although the person was asked what is meant"),
    (ClockView(notice_by=date(2026, 12, 14), extended_on=date(2026, 12, 1)), "Extended by the notice of Tue 1 Dec 2026."),
    (ClockView(large=True, chosen=True), "A large amount of data is on record. A person has set which law applies."),
]


@pytest.mark.parametrize(("clock", "said"), CLOCKS, ids=range(len(CLOCKS)))
def test_the_clock_has_its_line(clock: ClockView, said: str) -> None:
    """How it stands, in words; whoever opens the menu gets the moves that are open and no more than it has room for."""
    shown = card(replace(VIEW, clock=replace(clock, offers=(*"abcdefg", "identity", "large"))), NOW)
    assert said in text(shown)
    (menu,) = [block["accessory"] for block in shown if block.get("accessory", {}).get("type") == "overflow"]
    assert [each["value"] for each in menu["options"]] == ["identity:t1", "large:t1"]
    assert not [block for block in card(replace(VIEW, clock=clock), NOW) if "accessory" in block]
    if clock.state != "running":
        assert "‖" in text(shown)
        assert "● " not in text(shown)


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (MOVE, "<@U0ANN> asked who it is. Due Mon 14 Dec 2026, as before. The clock stands still until the answer."),
        (replace(MOVE, by="bot", code=True), "The bot asked with a code who it is."),
        (replace(MOVE, kind="answered", by="person", after=later(20), state="running"),
         "The person answered. Due Mon 14 Dec 2026 → Tue 22 Dec 2026."),
        (replace(MOVE, kind="answered"), "<@U0ANN> recorded the answer of Wed 2 Dec 2026."),
        (replace(MOVE, kind="regime", regimes=("ch_fadp", "moon"), reason="the person says so"),
         "set the law: FADP, moon (the person says so)."),
        (replace(MOVE, kind="regime"), "set the law: all that are on"),
        (replace(MOVE, kind="large"), "took back “large amount of data”"),
        (replace(MOVE, kind="rules", by="bot", state="not_started"), "starts with the answer."),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_move_says_who_did_what_and_both_dates(move: ClockMove, said: str) -> None:
    """In the thread, in the fallback text, and to whoever did it."""
    assert said in move_text(move)
    assert str(move_told(move)).startswith("DPE-2026-0001: you ")
    assert move_text(move).partition(". ")[2] in text(move_blocks(move))


def test_nothing_from_outside_becomes_a_token() -> None:
    """Even where the desk's own words would carry markup, Slack parses none of it but team members."""
    evil = "<!channel> <@U0EVE> <https://evil|bank> & *bold*"
    lost = (Unsettled("k", evil),)
    request = RequestView("r", Right.ACCESS, State.NEEDS_PERSON, reason=evil, changes=(evil,), plan_id="p",
                          plan=(replace(PLAN[0], system=evil, place=evil, basis=evil),), chosen_by=evil)  # fmt: skip
    view = replace(VIEW, ref=evil, language=evil, regimes=(evil,), requests=(request,), unsettled=lost, owner=evil)
    for block in card(view, NOW):
        for part in parsed(block):
            assert "<!" not in part
            assert "<@U0EVE" not in part
            assert "<http" not in part


def parsed(block: Any) -> list[str]:
    """The texts in which Slack looks for tokens."""
    if isinstance(block, list):
        return [part for each in block for part in parsed(each)]
    if isinstance(block, dict):
        if block.get("type") == "mrkdwn":
            assert block["verbatim"] is True
            return [block["text"]]
        return [part for each in block.values() for part in parsed(each)]
    return []


def test_the_fallback_text_fits_a_lock_screen() -> None:
    """One line without a person."""
    assert card_text(VIEW) == "DPE-2026-0001: access, deletion. Due Mon 14 Dec 2026. Next: a handler."
    assert card_text(replace(VIEW, rights=(), next_actor=NextActor.NOBODY)).endswith("Next: nobody: all done.")
    assert card_text(replace(VIEW, closed_on=date(2026, 12, 5))) == "DPE-2026-0001 is closed."


def test_the_quarantine_message_has_a_button_while_there_is_something_to_settle() -> None:
    """It counts, names nobody, and loses its button with the last mail."""
    assert actions(quarantine_card(1)) == ["quarantine"]
    assert "1 mail came" in text(quarantine_card(1))
    assert actions(quarantine_card(0)) == []
    assert quarantine_text(2) == "Quarantine: 2 to look at."
    assert quarantine_text(0) == "Quarantine: every mail is settled."


def test_a_view_has_no_field_a_person_could_stand_in() -> None:
    """The card's schema: whoever adds a field here decides that it may be read in the channel for ever."""
    assert set(CardView.__dataclass_fields__) == {
        "ticket_id", "ref", "rights", "received_on", "due", "unrolled", "why", "language", "regimes", "next_actor",
        "identity", "requests", "unsettled", "owner", "four_eyes", "cooling_hours", "can_close", "closed_on", "outcome",
        "clock", "snoozed_until", "channel", "held", "recipients", "returned", "to_post", "to_tell", "drafts", "drafts_mark", "notes",
    }  # fmt: skip
    assert set(ClockView.__dataclass_fields__) == {
        "state", "waiting", "notice_by", "extended_on", "large", "chosen", "offers", "moves",
    }  # fmt: skip
    assert set(ClockMove.__dataclass_fields__) == {
        "ref", "kind", "by", "on", "before", "after", "state", "code", "reason", "regimes", "large", "why", "waits",
    }  # fmt: skip


def test_a_ticket_that_was_put_off_says_until_when() -> None:
    """On the card, until the day has come."""
    assert "before Mon 7 Dec 2026" in text(card(replace(VIEW, snoozed_until=date(2026, 12, 7)), NOW))
    assert "reminded" not in text(card(replace(VIEW, snoozed_until=NOW.date()), NOW))


@pytest.mark.parametrize(
    ("kind", "why", "next_means"),
    [
        ("acknowledgement", "other", "Look at the address"), ("acknowledgement", "unknown", "no such address"),
        ("acknowledgement", "full", "once more in a few days"), ("acknowledgement", "away", "could not be reached"),
        ("acknowledgement", "large", "without the large part"), ("acknowledgement", "refused", "by post or call"),
        ("identity_code", "unknown", "other means who it is"), ("identity_code", "full", "once more in a few days"),
        ("access_answer", "other", "the person has no answer"), ("erasure_done", "refused", "the person has no answer"),
        ("refusal", "full", "the person has no answer"),
    ],
)  # fmt: skip
def test_a_letter_that_did_not_arrive_is_said_with_the_next_means(kind: str, why: str, next_means: str) -> None:
    """What it was, why, and what to do."""
    (told,) = returned([(kind, why)])
    assert f"The {word(kind)} did not arrive" in str(told)
    assert next_means in str(told)
