"""Erased, and there again: the message, its form, and the card of a ticket nobody wrote."""

from dataclasses import replace
from datetime import date, timedelta

from bot.cards import AlarmView, alarm_card, alarm_text, card, consent_form
from bot.cards.blocks import fits
from bot.law import Right
from tests.bot.cards.views import NOW, VIEW

ALARM = AlarmView(
    "a1", NOW - timedelta(hours=1), 3, (("our internal server", 3), ("our newsletter service", 1)),
    {"again": 1, "planned": 2}, ("DPE-2026-0007", "DPE-2026-0008"), ("our files",),
)  # fmt: skip


def test_it_counts_by_system_and_says_what_became_of_it() -> None:
    """In words; what cannot be watched is named."""
    shown = str(alarm_card(ALARM, NOW))
    assert "3 addresses are held again although erased: our internal server 3, our newsletter service 1." in shown
    assert "1: nobody has decided yet" in shown
    assert "2: the erasure is planned again" in shown
    assert "In: DPE-2026-0007, DPE-2026-0008" in shown
    assert "they cannot list whom they hold: our files" in shown
    assert alarm_text(ALARM) == "3 addresses are held again although erased: 1 to decide."


def test_its_buttons_are_there_as_long_as_somebody_has_to_decide() -> None:
    """Then they are gone."""
    assert [each["action_id"] for each in alarm_card(ALARM, NOW)[-1]["elements"]] == ["erase_again", "consent"]
    done = replace(ALARM, states={"gone": 3}, refs=(), blind=())
    assert "action_id" not in str(alarm_card(done, NOW))
    assert alarm_text(replace(done, addresses=1)) == "1 address is held again although erased: all decided."


def test_it_fits_whatever_there_is() -> None:
    """A hundred systems, five hundred tickets."""
    many = replace(
        ALARM,
        counts=tuple((f"system number {number}", 10_000) for number in range(20)),
        refs=tuple(f"DPE-2026-{number:04d}" for number in range(500)),
        blind=tuple(f"system number {number}" for number in range(100)),
    )
    blocks = alarm_card(many, NOW)
    assert fits(blocks)
    assert all(len(each.get("text", {}).get("text", "")) <= 3000 for each in blocks)


def test_the_form_asks_who_where_and_when() -> None:
    """The addresses stand in the form only; a hundred at most, as Slack takes them."""
    form = consent_form("a1", [(f"s{number}", f"ann{number}@example.org") for number in range(120)], date(2026, 11, 23))
    options = form["blocks"][1]["element"]["options"]
    assert len(options) == 100
    assert options[0]["value"] == "s0"
    assert [each["block_id"] for each in form["blocks"] if each["type"] == "input"] == ["who", "where", "on"]
    assert (form["callback_id"], form["private_metadata"]) == ("consent", "a1")


def test_the_card_of_a_ticket_nobody_wrote_offers_the_deletion_only() -> None:
    """And says why it is there."""
    view = replace(VIEW, channel="watch", rights=(Right.DELETION,), requests=())
    shown = str(card(view, NOW))
    assert "Nobody wrote this" in shown
    assert "choose:deletion" in shown
    assert "choose:access" not in shown
