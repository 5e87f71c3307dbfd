"""One ticket in every state, for the tests of the cards."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cards import (
    CardView,
    ClockForm,
    ClockMove,
    ClockView,
    NextActor,
    NoticeView,
    PlanLine,
    Progress,
    RequestView,
    TaskView,
    Unsettled,
)
from bot.law import Right
from bot.recipients import Standing, Verdict
from bot.tickets import Identity, State

NOW = datetime(2026, 12, 2, 9, 30, tzinfo=ZoneInfo("Europe/Zurich"))

PLAN = (
    PlanLine("our internal server", "customer", "delete", 1),
    PlanLine("our internal server", "support_case", "delete", 5),
    PlanLine("our internal server", "newsletter", "anonymise", 2),
    PlanLine("our internal server", "invoice", "keep", 3, "Art. 958f CO: books", date(2036, 12, 31)),
)

CLOCK = ClockView(
    notice_by=date(2026, 12, 14), offers=("identity", "clarification", "extension", "regime", "large")
)
VIEW = CardView(
    ticket_id="t1",
    ref="DPE-2026-0001",
    rights=(Right.ACCESS, Right.DELETION),
    received_on=date(2026, 11, 14),
    due=date(2026, 12, 14),
    unrolled=date(2026, 12, 14),
    why=("gdpr_eu: one month from 14 Nov 2026 is 14 Dec 2026",),
    language="de",
    regimes=("gdpr_eu", "ch_fadp"),
    next_actor=NextActor.HANDLER,
    clock=CLOCK,
)
MOVE = ClockMove("DPE-2026-0001", "identity", "U0ANN", date(2026, 12, 2), VIEW.due, VIEW.due, "suspended")
FORM = ClockForm(
    ticket_id="t1", ref="DPE-2026-0001", kind="identity", stamp=3, today=NOW.date(), due=VIEW.due, unrolled=VIEW.due,
    view=CLOCK, regimes=VIEW.regimes, on=("gdpr_eu", "ch_fadp"), latest=date(2027, 2, 14),
    reasons=("complexity of the request", "number of the requests"),
)  # fmt: skip

TASK = TaskView(
    "k1", "DPE-2026-0001", 1, Right.DELETION, "our recruitment folder", "application papers", "Shred the papers.", 1, "U0ANN"
)

_TOLD = date(2026, 11, 25)
NOTICES = (  # one recipient in every state
    NoticeView("n1", VIEW.ref, "Nord & Söhne GmbH", "distributor", "deletion", Standing.UNSURE, 2, Verdict.DONE,
               told_on=_TOLD, wrote=True, answered=2, total=7),
    NoticeView("n2", VIEW.ref, "Sud SA", "distributor", "deletion", Standing.TOLD, told_on=_TOLD, total=7),
    NoticeView("n3", VIEW.ref, "Papier AG", "recipient", "deletion", Standing.BY_HAND, 1, by_mail=False, total=7),
    NoticeView("n4", VIEW.ref, "Est Srl", "partner", "deletion", Standing.TO_TELL, total=7),
    NoticeView("n5", VIEW.ref, "Host Ltd", "processor", "deletion", Standing.ANSWERED, 0, Verdict.NO_RECORD,
               told_on=_TOLD, ended_on=_TOLD, wrote=True, plainly=True, answered=2, total=7),
    NoticeView("n6", VIEW.ref, "Ouest SA", "distributor", "deletion", Standing.ANSWERED, 1, Verdict.REFUSED, "law",
               told_on=_TOLD, ended_on=_TOLD, wrote=True, answered=2, total=7),
    NoticeView("n7", VIEW.ref, "Silent Ltd", "distributor", "deletion", Standing.DROPPED, 0, None, "silent",
               told_on=_TOLD, ended_on=_TOLD, total=7),
)  # fmt: skip

DELETION = RequestView(
    id="r1",
    right=Right.DELETION,
    state=State.APPROVING,
    chosen_by="U0ANN",
    plan_id="p1",
    plan=PLAN,
)


ACTS = {
    State.IDENTIFYING: NextActor.PERSON, State.PLANNING: NextActor.BOT, State.PLANNED: NextActor.BOT,
    State.APPROVING: NextActor.APPROVER, State.COOLING: NextActor.BOT, State.RUNNING: NextActor.BOT,
    State.PROVING: NextActor.BOT, State.ANSWERING: NextActor.BOT,
}  # fmt: skip
KNOWN = {State.RECEIVED: Identity.UNKNOWN, State.IDENTIFYING: Identity.ASKED} | {
    state: Identity.CONFIRMED for state in State if state not in {State.RECEIVED, State.IDENTIFYING, State.REFUSED}
}


def in_state(state: State, **more: object) -> CardView:
    """The ticket with its deletion in this state, as full as a request can be there."""
    request = replace(DELETION, state=state)
    if state in {State.RECEIVED, State.IDENTIFYING, State.PLANNING}:
        request = replace(request, plan_id=None, plan=())
    if state == State.COOLING:
        request = replace(request, decided_by="U0BOB", cooling_until=datetime(2026, 12, 4, 8, 5, tzinfo=UTC))
    if state in {State.RUNNING, State.PROVING, State.ANSWERING, State.DONE}:
        left = None if state == State.RUNNING else 0
        request = replace(request, decided_by="U0BOB", progress=(Progress("our internal server", "running", 9, left),))
    if state == State.DONE:
        request = replace(request, answered_on=date(2026, 12, 5))
    if state == State.NEEDS_PERSON:
        request = replace(request, reason="Two records share the address on file.", back_to=State.IDENTIFYING)
    standing = {"next_actor": ACTS.get(state, VIEW.next_actor), "identity": KNOWN.get(state, VIEW.identity)}
    return replace(VIEW, requests=(request,), **{**standing, **more})  # type: ignore[arg-type]


def huge() -> CardView:
    """Four requests with plans of 200 places, twenty systems, twenty lost answers: more than any message may hold."""
    plan = tuple(PlanLine(f"system {n % 20}", f"place_{n}" * 8, "delete", 10_000 + n, "x" * 300) for n in range(200))
    requests = tuple(
        RequestView(
            id=f"r{n}", right=right, state=State.NEEDS_PERSON, reason="why " * 500, plan_id=f"p{n}", plan=plan,
            changes=tuple(f"system place_{i}: delete 1 → 2 {'x' * 300}" for i in range(100)),
            progress=tuple(Progress(f"system {i}" * 20, "running", 9, 3) for i in range(20)),
        )
        for n, right in enumerate(Right)
    )  # fmt: skip
    lost = tuple(Unsettled(f"work:{n}", "the letter " * 40, letter=bool(n % 2)) for n in range(20))
    return replace(VIEW, requests=requests, unsettled=lost, owner="U0ANN", four_eyes=False, can_close=True)


def later(days: int) -> date:
    """A date so many days after `NOW`."""
    return (NOW + timedelta(days=days)).date()
