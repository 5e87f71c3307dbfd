"""Who else was told, will be, or is not; and what a recipient reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.cards.blocks import day
from bot.cards.letter import Statement
from bot.desk.provers.about import About, Prover
from bot.phrases import say
from bot.recipients import register
from bot.store import Notice


def told(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    for each in value:
        found = [one for one in _notices(about) if one.name == each["name"] and one.told_at]
        rows = [row for one in found for row in about.rows("recipient_told") if row.detail.get("notice") == one.id]
        yield Statement(
            say("proof.told", name=each["name"], date=day(each["on"])), about.said(*rows[-1:]), _recipients(about)
        )


def telling(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    for each in value:
        found = [one for one in _notices(about) if one.name == each["name"]]
        rows = [row for one in found for row in about.rows("notice") if row.detail.get("notice") == one.id]
        yield Statement(say("proof.telling", name=each["name"]), about.said(*rows[-1:]), _recipients(about))


def untold(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    known = {(each.name, each.because) for each in register(about.house.policy["policy"]["recipients"])}
    for each in value:
        shown = (say("proof.reason_configured"),) if (each["name"], each["because"]) in known else ()
        yield Statement(say("proof.untold", name=each["name"], because=each["because"]), shown)


def _notices(about: About) -> list[Notice]:
    found = about.unit.notices.of(about.ticket.id)
    return [each for each in found if each.request_id == about.letter.request_id]


def _recipients(about: About) -> tuple[str, str, str]:
    return (say("proof.recipients"), "notices", about.ticket.id)


def of_notice(says: str) -> Prover:
    """Something a recipient reads: of a notice that stands, and whom the systems know."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        rows = [each for each in about.rows("notice") if about.notice and each.detail.get("notice") == about.notice.id]
        told = ", ".join(value) if isinstance(value, list | tuple) else str(value)
        yield Statement(f"{say(says)}: {told}", (*about.planned, *about.said(*rows[-1:])) if rows else ())

    return prove
