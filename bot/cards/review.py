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
from bot.cards.card import SILENT, card, facts, plan_line, totals, unsettled
from bot.cards.progress import signed_line
from bot.cards.inputs import choice, day_picker, entry, prose
from bot.cards.modals import LOGGED
from bot.cards.views import CardView, PlanLine, Progress, RequestView
from bot.tickets import State, spoken, together

NEVER = "never"  # no activity is known
CHOICES = {"keep": "Keep", "anonymise": "Anonymise", "delete": "Delete"}
DECIDED = {"open": "to decide", "kept": "kept", "erase": "to delete or anonymise"}
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
        header(f"Old accounts · {cut(view.label, 80)}"),
        paragraph(f"{_accounts(count)} without activity since before {day(view.before)}. Last active {years}."),
        *lines([f"{number} {DECIDED[state]}" for state, number in sorted(view.states.items())], 3, "…"),
    ]
    if view.refs:
        blocks += lines([f"In: {', '.join(view.refs)}"], 1, "…")
    if view.blind:
        told = f"Not reviewed, because they cannot tell who was last active: {', '.join(view.blind)}."
        blocks.append(context(escape(cut(told, 900))))
    return [*blocks, *(actions([button("Look …", "accounts", view.id, style="primary")]) if view.open else [])]


def batch_text(view: ReviewView) -> str:
    """The same in one line."""
    left = f"{view.open} to decide" if view.open else "all decided"
    return f"Old accounts in {view.label}: {left}."


def accounts_form(batch_id: str, found: Sequence[tuple[str, str, date | None]], today: date) -> Block:
    """Account by account what becomes of it. The desk has written the audit row."""
    blocks = [paragraph("What is not chosen stays undecided. Nothing happens before a second person has approved.")]
    for account_id, whose, last in found:
        hint = f"Last active {day(last)}" if last else "No activity is known"
        blocks.append(entry(account_id, cut(whose, 300), choice(account_id, CHOICES), hint=hint, optional=True))
    year = today.replace(year=today.year + 1, day=min(today.day, 28))
    blocks += [
        divider(),
        prose("why", "Why are those kept?", "Where some are kept: so that it can be shown later.", optional=True),
        entry("until", "Kept until", day_picker("until", year), hint="Nobody asks before that day.", optional=True),
        context(LOGGED),
    ]
    view = modal("Old accounts", blocks, metadata=batch_id)
    return {**view, "submit": plain("Decide"), "close": plain("Not now"), "callback_id": "review"}


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
    told = ", ".join(f"{number} {spoken(state)}" for state, number in states.items())
    plan = merged([line for each in view.requests if each.state != State.WITHDRAWN for line in each.plan])
    blocks = [
        *facts(view, now), context(SILENT["review"]), section(f"*{_accounts(len(view.requests))}* · {told}"),
    ]  # fmt: skip
    if plan:
        blocks.append(section(f"*Plan:* {escape(totals(plan))}"))
        blocks += lines([plan_line(each) for each in plan], limit, "… and {} more places")
    changed = [change for each in view.requests for change in each.changes]
    if changed:
        blocks.append(context("*The data changed, so the earlier approval is void.* The difference:"))
        blocks += lines(changed, max(limit, 3), "… and {} more places")
    state = State.PROVING if State.PROVING in states else State.RUNNING
    progress = _progress([each for request in view.requests for each in request.progress])
    blocks += lines([signed_line(each, state) for each in progress], 6, "… and {} more systems")
    until = [each.cooling_until for each in view.requests if each.cooling_until]
    if until:
        blocks.append(context(f"Starts {moment(min(until), now)}; until then it may be stopped."))
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
    ask = confirm("Leave this account alone?", "Nothing is done about it. The next review asks again.", "Leave it")
    return [
        paragraph(f"▲ An account needs a person: {cut(first.reason or '', 600)}" + (f" And {more} more." * (more > 0))),
        *actions([
            button("Try again", f"resume:{first.right}", first.id, style="primary"),
            button("Leave it alone", f"withdraw:{first.right}", first.id, confirm=ask),
        ]),
    ]  # fmt: skip


def _buttons(view: CardView, plan: Sequence[PlanLine]) -> list[Block]:
    waiting = [(each.id, each.plan_id) for each in view.requests if each.state == State.APPROVING]
    row: list[Block] = []
    if waiting:
        wait = f" It starts after {view.cooling_hours:g} hours." if view.cooling_hours else ""
        ask = confirm(
            f"Approve {_accounts(len(waiting))}?", f"{totals(plan).capitalize()}.{wait}", "Approve", danger=True
        )
        value = f"{view.ticket_id}:{together(waiting)}"
        row.append(button(f"Approve all {len(waiting)}", "approve_all", value, style="danger", confirm=ask))
    if waiting or any(each.state == State.COOLING for each in view.requests):
        ask = confirm("Call it off?", "Nothing is done about these accounts. The next review asks again.", "Call off")
        row.append(button("Call it off", "call_off", view.ticket_id, confirm=ask))
    row.append(button("Why this date", "clock", view.ticket_id))
    if view.can_close:
        ask = confirm(f"Close {view.ref}?", "The card shrinks to its reference and the outcome.", "Close")
        row.append(button("Close", "close", view.ticket_id, confirm=ask))
    return row


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number} accounts"
