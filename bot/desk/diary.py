"""The calendar of deadlines: what is still to be answered, in words that name nobody."""

from bot.cards.names import NEXT
from bot.desk.carding import next_actor
from bot.diary import Appointment
from bot.phrases import named, say, small
from bot.store import Unit
from bot.store.diary import ToAnswer
from bot.tickets import FINAL, Request, Ticket, spoken

MOST = 1000  # appointments in one calendar: more than a team could keep


def appointments(unit: Unit, domain: str) -> list[Appointment]:
    """The deadlines still to be kept, the soonest first. `domain` makes their ids unlike those of anybody else."""
    return [_appointment(each, domain) for each in unit.diary.to_answer(MOST)]


def _appointment(each: ToAnswer, domain: str) -> Appointment:
    ticket = each.ticket
    return Appointment(
        uid=f"{ticket.id}@{domain}",
        ref=ticket.ref,
        rights=tuple(request.right for request in each.requests if owed(request)) or ticket.rights,
        on=ticket.unrolled,
        due=ticket.due,
        said=_said(each),
        stands=_stands(ticket),
        sequence=each.moves,
        changed_at=each.changed_at,
    )


def owed(request: Request) -> bool:
    """Whether the person still waits for an answer; the end of a restriction is none."""
    return request.state not in FINAL and request.ended_on is None


def _stands(ticket: Ticket) -> bool:
    return ticket.clock != "running"


def _said(each: ToAnswer) -> str:
    states = [f"{named('right', request.right)} {spoken(request.state)}" for request in each.requests]
    told = [say("diary.now", states=", ".join(states))] if states else [say("diary.not_begun")]
    if _stands(each.ticket):
        told.append(say("diary.stands"))
    return " ".join([*told, say("diary.next", actor=small(NEXT[next_actor(each.ticket, list(each.requests))]))])
