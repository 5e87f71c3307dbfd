"""Buttons that open a modal, and the one button inside of one."""

from datetime import date, datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.errors import NotAllowed
from bot.phrases import say
from handlers.heard import Heard


def details(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.details_modal(desk.details(heard.user, heard.value), now)


def clock(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.clock_modal(*desk.explain(heard.user, heard.value))


def clock_move(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    kind, ticket_id = heard.ids(2)
    return cards.clock_form(desk.clock_form(heard.user, ticket_id, kind))


def plan(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    view = desk.ticket(heard.user, heard.value)
    for request in view.requests:
        if request.right == heard.word and request.plan:
            return cards.plan_modal(view, request)
    raise NotAllowed(say("errors.no_plan"))


def quarantine(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.quarantine_modal(desk.quarantine(heard.user), now)


def quarantined(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.quarantined_modal(desk.quarantined(heard.user, heard.value), now)


def whole_mail(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.whole_modal(desk.whole_mail(heard.user, heard.value), now)


def snooze(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    ref, days, today = desk.snoozes(heard.user, heard.value)
    return cards.snooze_modal(ref, heard.value, days, today)


def snooze_until(heard: Heard, desk: Desk) -> str:
    ticket_id, day = heard.ids(2)
    until = date.fromisoformat(day)
    desk.snooze(heard.user, heard.event, ticket_id, until)
    return say("answers.snoozed", until=cards.day(until))


def settle_mail(heard: Heard, desk: Desk) -> str:
    desk.settle_mail(heard.user, heard.event, heard.value)
    return say("answers.mail_settled")
