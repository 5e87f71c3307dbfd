"""What people decided, wrote or said, and what follows from the record and its clock."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from bot.cards.blocks import day
from bot.cards.letter import Statement
from bot.desk.provers.about import About, Prover
from bot.phrases import named, say, translated
from bot.store.remarks import Refusal
from bot.tickets import BOT, Identity


def refusal_row(about: About, rows: Sequence[Refusal]) -> tuple[str, ...]:
    return tuple(say("proof.refused_by", by=each.by, at=day(about.on(each.at))) for each in rows[-1:])


def refused(says: str) -> Prover:
    """What a refusal says: a person has refused it, on this ground."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        if value in ([], "", False, None):
            return
        told = ", ".join(each["system"] for each in value) if isinstance(value, list) else str(value)
        yield Statement(f"{say(says)}: {told}", refusal_row(about, about.refusals))

    return prove


def ground(about: About, value: str) -> Iterable[Statement]:
    """Of a restriction, as the form names it; of a refusal, one the law of this ticket knows."""
    if about.letter.kind != "refusal":
        chosen = about.rows_of_request("choose")
        wished = about.request and about.unit.requests.wishes(about.request.id).get("ground") == value
        yield Statement(say("proof.ground", ground=value), about.said(*chosen[-1:]) if wished else ())
        return
    rows = [each for each in about.refusals if each.ground == value]
    yield Statement(say("proof.ground", ground=value), refusal_row(about, rows))


def confirmed(about: About, value: Any) -> Iterable[Statement]:
    """Whether it is known who wrote. Nothing that is held may be shown where it is not."""
    holds = not value or about.ticket.identity == Identity.CONFIRMED
    yield Statement(say("proof.known") if value else say("proof.unknown"), (say("proof.identity"),) * holds)


def lifted_on(about: About, value: date) -> Iterable[Statement]:
    approved = about.rows_of_request("approve")
    yield Statement(say("proof.lifted_on", date=day(value)), about.said(*approved[-1:]))


def why_lifted(about: About, value: str) -> Iterable[Statement]:
    yield Statement(value, about.said(*about.rows_of_request("lift")[-1:]))


def own_words(about: About, value: Sequence[str] | str) -> Iterable[Statement]:
    """A person wrote them, and answers for them."""
    edited = [each for each in about.record if each.verb == "edit_letter" and each.detail.get("id") == about.letter.id]
    written = [each for each in about.record if each.verb == "write" and each.detail.get("id") == about.letter.id]
    rows = [each for each in (*written, *edited) if each.actor != BOT.id]
    for each in [value] if isinstance(value, str) else value:
        yield Statement(each, about.said(*rows[-1:]))


def added(about: About, value: Sequence[str]) -> Iterable[Statement]:
    """Words beside the letter's own: whoever wrote them has said how that is known."""
    notes = [each for each in about.record if each.verb == "edit_letter" and each.detail.get("known")]
    rows = [each for each in notes if each.detail.get("id") == about.letter.id]
    for each in value:
        yield Statement(each, about.said(*rows[-1:]), (say("proof.note"), "details", about.ticket.id))


def by_record(says: str, *verbs: str) -> Prover:
    """Something the record itself says."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        told = day(value) if isinstance(value, date) else str(value)
        yield Statement(f"{say(says)}: {told}", about.said(*about.rows_of_request(*verbs)[-1:]))

    return prove


def by_author(says: str) -> Prover:
    def prove(about: About, value: Any) -> Iterable[Statement]:
        told = ", ".join(value) if isinstance(value, list) else translated("law_said", str(value))
        for each in own_words(about, told):
            yield Statement(f"{say(says)}: {told}", each.rests)

    return prove


def by_clock(says: str) -> Prover:
    """A date or a state that follows from what is on record of the clock."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        told = day(value) if isinstance(value, date) else str(value)
        yield Statement(f"{say(says)}: {told}", (say("proof.clock_steps", why=len(about.ticket.why)),), about.clock)

    return prove


def asked_right(about: About, value: str) -> Iterable[Statement]:
    asked = [each.right for each in about.unit.requests.of(about.ticket.id)]
    says = say("proof.asked_right", right=named("right", value))
    yield Statement(says, about.said(*about.record[:1]) if value in asked else ())
