"""The review of old accounts: what the team presses."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.phrases import say
from handlers.forms import Fields
from handlers.heard import Heard

OURS = frozenset({"why", "until"})  # fields that are no account


def open_accounts(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.accounts_form(heard.value, desk.accounts(heard.user, heard.value), now.date())


def decide(heard: Heard, fields: Fields, desk: Desk) -> str:
    choices = {each: fields.text(each) for each in sorted(fields.names - OURS) if fields.text(each)}
    until = fields.day("until") if "keep" in choices.values() else None
    ticket = desk.decide(heard.user, heard.event, heard.value, choices, fields.text("why"), until)
    return say("answers.taken_ref", ref=ticket.ref) if ticket else say("answers.taken_only")


def approve_all(heard: Heard, desk: Desk) -> None:
    ticket_id, mark = heard.ids(2)
    desk.approve_all(heard.user, heard.event, ticket_id, mark)


def call_off(heard: Heard, desk: Desk) -> None:
    desk.call_off(heard.user, heard.event, heard.value)
