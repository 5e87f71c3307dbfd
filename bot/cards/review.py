"""The review of old accounts: the message of a batch, the form of its decisions, and the card of what was decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.cards.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    day,
    divider,
    escape,
    fits,
    header,
    lines,
    modal,
    moment,
    paragraph,
    plain,
    section,
)
from bot.cards.card import card, facts
from bot.cards.inputs import choice, day_picker, entry, logged, prose
from bot.cards.names import SILENT
from bot.cards.plan import plan_line, totals
from bot.cards.progress import signed_line
from bot.cards.trouble import unsettled
from bot.cards.views import CardView, PlanLine, Progress, RequestView
from bot.phrases import Phrases, capital, named, say
from bot.tickets import State, together

NEVER = "never"  # no activity is known
CHOICES = Phrases({"keep": "review.keep", "anonymise": "review.anonymise", "delete": "card.delete"})
DECIDED = Phrases({"open": "review.to_decide", "kept": "review.kept", "erase": "review.to_delete_or_anonymise"})
SHOWN = 12  # places of all plans together


@dataclass(frozen=True)
class ReviewView:
    """What a batch is drawn from: counts by year, nobody's name."""

    id: str
    label: str  # of the system
    before: date  # without activity since
    years: tuple[tuple[str, int], ...]  # year of the last activity -> accounts
    states: Mapping[str, int] = field(default_factory=dict)  # open, kept, erase -> accounts
    refs: tuple[str, ...] = ()  # of the tickets they are erased in
    blind: tuple[str, ...] = ()  # labels of systems that cannot tell

    @property
    def open(self) -> int:
        return self.states.get("open", 0)


# -- the batch --------------------------------------------------------------------------------------------------------


def batch_card(view: ReviewView) -> list[Block]:
    """The message in the channel."""
    count = sum(number for _, number in view.years)
    years = ", ".join(f"{year}: {number}" for year, number in view.years)
    blocks = [
        header(say("review.title", label=cut(view.label, 80))),
        paragraph(
            say(
                "review.told",
                count=_accounts(count),
                before=day(view.before),
                years=years,
            )
        ),
        *lines([f"{number} {DECIDED[state]}" for state, number in sorted(view.states.items())], 3, "frame.and_so_on"),
    ]
    if view.refs:
        blocks += lines([say("review.tickets", refs=", ".join(view.refs))], 1, "frame.and_so_on")
    if view.blind:
        told = say("review.blind", blind=", ".join(view.blind))
        blocks.append(context(escape(cut(told, 900))))
    return [
        *blocks,
        *(actions([button(say("review.look"), "accounts", view.id, style="primary")]) if view.open else []),
    ]


def batch_text(view: ReviewView) -> str:
    """The same in one line."""
    left = say("review.left", open=view.open) if view.open else say("review.all_decided")
    return say("review.text", label=view.label, left=left)


def accounts_form(batch_id: str, found: Sequence[tuple[str, str, date | None]], today: date) -> Block:
    """Account by account what becomes of it. The desk has written the audit row."""
    blocks = [paragraph(say("review.intro"))]
    for account_id, whose, last in found:
        hint = say("review.last_active", last=day(last)) if last else say("review.no_activity")
        blocks.append(entry(account_id, cut(whose, 300), choice(account_id, CHOICES), hint=hint, optional=True))
    year = today.replace(year=today.year + 1, day=min(today.day, 28))
    blocks += [
        divider(),
        prose("why", say("review.why"), say("review.why_hint"), optional=True),
        entry(
            "until",
            say("review.kept_until"),
            day_picker("until", year),
            hint=say("review.kept_until_hint"),
            optional=True,
        ),
        context(logged()),
    ]
    view = modal(say("windows.old_accounts"), blocks, metadata=batch_id)
    return {
        **view,
        "submit": plain(say("looks.decide")),
        "close": plain(say("frame.not_now")),
        "callback_id": "review",
    }


# -- the card of what was decided -------------------------------------------------------------------------------------


def review_card(view: CardView, now: datetime) -> list[Block]:
    """All accounts of the ticket together: their plans in one, one approval, one proof; what is stuck one by one."""
    if view.closed_on:
        return card(view, now)
    for limit in (SHOWN, 4, 0):
        blocks = _review(view, now, limit)
        if fits(blocks):
            break
    return blocks


def _review(view: CardView, now: datetime, limit: int) -> list[Block]:
    states = Counter(each.state for each in view.requests)
    told = ", ".join(f"{number} {named('state', state)}" for state, number in states.items())
    plan = merged([line for each in view.requests if each.state != State.WITHDRAWN for line in each.plan])
    blocks = [
        *facts(view, now), context(SILENT["review"]), section(f"*{_accounts(len(view.requests))}* · {told}"),
    ]  # fmt: skip
    if plan:
        blocks.append(section(say("card.plan", plan=escape(totals(plan)))))
        blocks += lines([plan_line(each) for each in plan], limit, "card.more_changes")
    changed = [change for each in view.requests for change in each.changes]
    if changed:
        blocks.append(context(say("card.void")))
        blocks += lines(changed, max(limit, 3), "card.more_changes")
    state = State.PROVING if State.PROVING in states else State.RUNNING
    progress = _progress([each for request in view.requests for each in request.progress])
    blocks += lines([signed_line(each, state) for each in progress], 6, "review.more_systems")
    until = [each.cooling_until for each in view.requests if each.cooling_until]
    if until:
        blocks.append(context(say("review.starts", until=moment(min(until), now))))
    blocks += _stuck([each for each in view.requests if each.state == State.NEEDS_PERSON])
    return [*blocks, *unsettled(view.unsettled), divider(), *actions(_buttons(view, plan))]


def merged(plan: Sequence[PlanLine]) -> list[PlanLine]:
    """The plans of all accounts as one: what happens to how many rows of each place."""
    found: dict[PlanLine, int] = {}
    for line in plan:
        same = replace(line, count=0)
        found[same] = found.get(same, 0) + line.count
    return [replace(line, count=count) for line, count in found.items()]


def _progress(progress: Sequence[Progress]) -> list[Progress]:
    """System by system how far all accounts together are."""
    made = []
    for system in dict.fromkeys(each.system for each in progress):
        mine = [each for each in progress if each.system == system]
        left = None if any(each.left is None for each in mine) else sum(each.left or 0 for each in mine)
        state = next((each.state for each in mine if each.state != "done"), "done")
        made.append(Progress(system, state, sum(each.found for each in mine), left))
    return made


def _stuck(requests: Sequence[RequestView]) -> list[Block]:
    """The first of those that need a person, with its buttons; the others follow when it is settled."""
    if not requests:
        return []
    first, more = requests[0], len(requests) - 1
    why = say("review.needs_person", reason=cut(first.reason or "", 600))
    ask = confirm(say("review.leave_sure"), say("review.leave_told"), say("review.leave_keep"))
    return [
        paragraph(why + (say("review.more", more=more) if more > 0 else "")),
        *actions([
            button(say("card.try_again"), f"resume:{first.right}", first.id, style="primary"),
            button(say("review.leave"), f"withdraw:{first.right}", first.id, confirm=ask),
        ]),
    ]  # fmt: skip


def _buttons(view: CardView, plan: Sequence[PlanLine]) -> list[Block]:
    waiting = [(each.id, each.plan_id) for each in view.requests if each.state == State.APPROVING]
    row: list[Block] = []
    if waiting:
        wait = say("review.cooling", cooling_hours=view.cooling_hours) if view.cooling_hours else ""
        ask = confirm(
            say("review.approve_sure", waiting=_accounts(len(waiting))),
            f"{capital(totals(plan))}.{wait}",
            say("card.approve"),
            danger=True,
        )
        value = f"{view.ticket_id}:{together(waiting)}"
        row.append(
            button(say("review.approve_all", waiting=len(waiting)), "approve_all", value, style="danger", confirm=ask)
        )
    if waiting or any(each.state == State.COOLING for each in view.requests):
        ask = confirm(say("review.call_off_sure"), say("review.call_off_told"), say("review.call_off_keep"))
        row.append(button(say("review.call_off"), "call_off", view.ticket_id, confirm=ask))
    row.append(button(say("windows.why_this_date"), "clock", view.ticket_id))
    if view.can_close:
        ask = confirm(
            say("card.close_sure", ref=view.ref),
            say("card.close_told"),
            say("frame.close"),
        )
        row.append(button(say("frame.close"), "close", view.ticket_id, confirm=ask))
    return row


def _accounts(number: int) -> str:
    return say("review.accounts", n=number)
