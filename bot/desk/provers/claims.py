"""What letters say of a case in words of their own, whatever their values: these rest on rows as well."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.cards.letter import Statement
from bot.desk.notifying import categories
from bot.desk.provers.about import About
from bot.desk.provers.done import ACTS
from bot.phrases import say
from bot.recipients import PLACE, register
from bot.workflow import ACTING, Act, Line, Outcome

Claim = Callable[[About], Iterable[Statement]]
ERASING = frozenset({Act.DELETE, Act.ANONYMISE})


def _value(about: About, name: str) -> Any:
    return about.content["values"].get(name)


def _planned(about: About) -> Sequence[Line]:
    """What the plan does to data of our own systems."""
    return [each for each in about.plan.lines if each.count and each.system != PLACE] if about.plan else []


def looked_again(about: About) -> Iterable[Statement]:
    """Each system the plan touches was asked once more, and nothing is left there."""
    systems = dict.fromkeys(each.system for each in _planned(about) if each.act != Act.TASK)
    proved = [about.rows("proved", system=each)[-1:] for each in systems]
    whole = all(rows and rows[0].detail.get("left") == 0 for rows in proved)
    shown = (*about.planned, *(each for rows in proved for each in about.said(*rows))) if whole else ()
    yield Statement(say("proof.looked_again"), shown, about.whole_plan)


def kept_nothing(about: About) -> Iterable[Statement]:
    """Of a deletion that speaks of nothing that stays, or of nothing that could go."""
    lines = _planned(about)
    if not _value(about, "kept"):
        yield Statement(say("proof.kept_nothing"), _unless(about, [each for each in lines if each.act == Act.KEEP]))
    if not _value(about, "erased") and not _value(about, "by_hand"):
        yield Statement(say("proof.kept_all"), _unless(about, [each for each in lines if each.act in ERASING]))


def none_there(about: About) -> Iterable[Statement]:
    """Of an answer without a line: there was nothing it could have been done to."""
    if not _value(about, "lines") and not _value(about, "by_hand"):
        acted = [each for each in _planned(about) if each.act in ACTING]
        yield Statement(say("proof.none_there"), _unless(about, acted), about.whole_plan)


def _unless(about: About, lines: Sequence[Line]) -> tuple[str, ...]:
    return () if lines else about.planned


def nobody_told(about: About) -> Iterable[Statement]:
    """Of an answer that names no recipient: whoever we pass data on to gets none of what was changed."""
    if any(_value(about, name) for name in ("told", "telling", "untold")):
        return
    changed = categories(about.plan.lines) if about.plan else []
    concerned = [each for each in register(about.house.policy["policy"]["recipients"]) if each.concerned(changed)]
    shown = () if changed and concerned else (*about.planned, say("proof.configuration"))
    yield Statement(say("proof.nobody_told"), shown, about.whole_plan)


def nothing_found(about: About) -> Iterable[Statement]:
    """No system knows the person, and whoever looked by hand found nothing."""
    request = about.request
    persons = about.unit.requests.persons(request.id) if request else {}
    counted = [each for each in _planned(about) if each.act != Act.TASK]
    found = [each for each in about.tasks if each.outcome == Outcome.DONE]
    asked = bool(request) and about.unit.requests.located(request.id)
    empty = asked and not found and (not persons or (bool(about.tasks) and not counted))
    yield Statement(say("proof.nothing_found"), (*about.planned, say("proof.all_asked")) if empty else ())


def something_held(about: About) -> Iterable[Statement]:
    """Somebody, a program or a person, found something to copy."""
    held = [each for each in _planned(about) if each.act != Act.TASK]
    by_hand = [each for each in about.tasks if each.outcome == Outcome.DONE]
    yield Statement(say("proof.something_held"), about.planned if held or by_hand else (), about.whole_plan)


def restricted_before(about: About) -> Iterable[Statement]:
    """A restriction can only end where it had begun."""
    rows = about.rows_of_request("restricted", "task_done")
    yield Statement(say("proof.restricted_before"), about.said(*rows[:1]))


def announced(about: About) -> Iterable[Statement]:
    """The end of a restriction was told before: the letter has left."""
    told = [each for each in about.unit.letters.of(about.ticket.id) if each.kind == "lifting_notice" and each.sent_at]
    ours = {each.id for each in told if each.request_id == about.letter.request_id}
    rows = [each for each in about.rows_of_request("sent") if each.detail.get("id") in ours]
    yield Statement(say("proof.announced"), about.said(*rows[-1:]))


def untouched(about: About, value: Any) -> Iterable[Statement]:
    """Nobody got data because of the ticket, and nothing was changed: the record knows of no act and of no copy."""
    if value:
        acted = [each for each in about.record if each.verb in {*ACTS, "task_done", "pack"}]
        ended = about.said(*about.rows_of_request("give_up")[-1:])
        yield Statement(say("proof.untouched"), () if acted else ended)


CLAIMS: Mapping[str, Sequence[Claim]] = {
    "erasure_done": (looked_again, kept_nothing, nobody_told),
    "correction_done": (looked_again, nobody_told),
    "restriction_done": (none_there, nobody_told),
    "restriction_lifted": (announced, nobody_told),
    "marketing_stop": (none_there,),
    "nothing_held": (nothing_found,),
    "access_answer": (something_held,),
    "portability_answer": (something_held,),
    "lifting_notice": (restricted_before,),
    "recipient_notice": (looked_again,),
}
