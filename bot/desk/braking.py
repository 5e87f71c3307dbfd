"""What stops an approved run before its first act: a legal hold, or too many deletions within an hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import Refused
from bot.law.calendar import short
from bot.phrases import say
from bot.store import Hold, Unit
from bot.tickets import DESTRUCTIVE, PROPOSED, Request

MOST = 5  # destructive runs an hour (TRUST T08)
HOUR = timedelta(hours=1)
ALARM = "too_many"  # why the team gets a mail
DESTROYS = frozenset({"erase", "correct"})  # steps nobody can undo: what was there is gone


def brake(unit: Unit, request: Request, zone: str) -> tuple[str, str]:
    """(short word, why) an approved run of this request may not begin now; two empty words: it may."""
    if request.right in PROPOSED and (holds := unit.holds.of(request.ticket_id)):
        return say("reasons.hold"), held(holds, zone)
    if room_at(unit, request) > unit.now:
        return say("reasons.many_an_hour", most=MOST), say("reasons.too_many", most=MOST)
    return "", ""


def room_at(unit: Unit, request: Request) -> datetime:
    """From when on this request's run is not one too many within an hour; now, if it is none."""
    begun = unit.overview.begun_since(unit.now - HOUR, request.ticket_id) if request.right in DESTRUCTIVE else []
    return begun[MOST - 1] + HOUR if len(begun) >= MOST else unit.now


def check_hold(unit: Unit, request: Request, zone: str) -> None:
    """Nothing, if this request's step may destroy something now; Refused, for a person, while a legal hold is on."""
    if holds := unit.holds.of(request.ticket_id):
        raise Refused(held(holds, zone))


def held(holds: list[Hold], zone: str) -> str:
    """Why nothing is destroyed, in words for the card."""
    first = holds[0]
    return say("reasons.held", at=short(first.at.astimezone(ZoneInfo(zone)).date()), ref=first.ref)
