"""Buttons that open a modal, and the one button inside of one."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from bot.errors import NotAllowed
from handlers.door import Heard


def details(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.details_modal(desk.details(heard.user, heard.value), now)


def clock(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    return cards.clock_modal(desk.explain(heard.user, heard.value))


def plan(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    del now
    view = desk.ticket(heard.user, heard.value)
    for request in view.requests:
        if request.right == heard.word and request.plan:
            return cards.plan_modal(view, request)
    raise NotAllowed("There is no plan any more. The card shows where the request is.")


def quarantine(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.quarantine_modal(desk.quarantine(heard.user), now)


def quarantined(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.quarantined_modal(desk.quarantined(heard.user, heard.value), now)


def settle_mail(heard: Heard, desk: Desk) -> str:
    desk.settle_mail(heard.user, heard.event, heard.value)
    return "Settled. The mail has left the list; what you did with it is yours to file."
