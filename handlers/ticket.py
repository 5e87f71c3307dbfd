"""`subjectline ticket …`: one ticket, and the moves of its clock, each one desk call in the name of a team member."""

import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot import build, cards
from bot import settings as configuration
from bot.cards import ClockMove
from bot.desk import Desk
from bot.desk.recorded import QUESTIONS, moved
from bot.errors import NotAllowed
from bot.store import Store, Unit
from bot.tickets import Ticket
from handlers.printing import line, say

KEY = frozenset({"SUBJECTLINE_KEY"})


class Reference(TyperGroup):
    """A word that is no command is a reference: `ticket REF` is `ticket show REF`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


def day(text: str) -> date:
    """A day as it is typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no day such as 2027-01-20") from None


app = typer.Typer(cls=Reference, no_args_is_help=True,
                  help="One ticket (ticket REF), and the moves of its clock.")  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="Its reference, such as DPE-2026-0001.")]
As = Annotated[str, typer.Option("--as", metavar="USER", help="Slack user id in whose name, and with whose roles.")]
Words = Annotated[list[str], typer.Option(help="A paragraph for the letter, in your words; several times for several.")]


@app.command()
def show(ref: Ref, as_json: Json = False) -> None:
    """One ticket: its clock, requests and record; nothing personal. Example: subjectline ticket DPE-2026-0001"""
    with closing(_store()) as store, store.read() as unit:
        found = _found(unit, ref)
        line(row(found), as_json=as_json)
        for each in unit.requests.of(found.id):
            line({"right": each.right, "state": each.state, "reason": each.reason, "result": dict(each.result)},
                 as_json=as_json)  # fmt: skip
        for text in found.why:
            line({"clock": text}, as_json=as_json)
        for each in unit.trail(found.id):
            line({"at": each.at.isoformat(), "who": each.actor, "did": each.verb, **each.detail}, as_json=as_json)


@app.command()
def clock(ref: Ref, as_json: Json = False) -> None:
    """How its date came about, step by step, and what was recorded. Example: subjectline ticket clock DPE-2026-0001"""
    with closing(_store()) as store, store.read() as unit:
        found = _found(unit, ref)
        rows = unit.tickets.clock_events(found.id)
    line({**row(found), "unrolled": found.unrolled, "clock": found.clock, "waiting_since": found.paused_since,
          "extension_notice_by": found.extension_notice_by}, as_json=as_json)  # fmt: skip
    for text in found.why:
        line({"step": text}, as_json=as_json)
    for each in rows:
        before, after = moved(each) or (None, None)
        line({"on": each.on_date, "recorded": each.kind, "by": each.by, "due_before": before, "due": after},
             as_json=as_json)  # fmt: skip


@app.command()
def pause(
    ref: Ref, kind: Annotated[str, typer.Argument(metavar="|".join(QUESTIONS))], words: Words, user: As,
    means: Annotated[list[str] | None, typer.Option(metavar="|".join(cards.MEANS), help="How one can show it.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Asks the person who it is, or what is meant; the clock stands still where the law lets it.

    Example: subjectline ticket pause DPE-2026-0001 identity --words "…" --means facts --as U0123456789
    """
    _move(ref, lambda desk, event, ticket: desk.pause(user, event, ticket, kind, words, means or ()), as_json=as_json)


@app.command()
def resume(
    ref: Ref, user: As,
    on: Annotated[date | None, typer.Option(parser=day, help="The day the answer came; today, if not named.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The person has answered: the clock runs again.

    Example: subjectline ticket resume DPE-2026-0001 --as U0123456789
    """
    _move(ref, lambda desk, event, ticket: desk.resume_clock(user, event, ticket, on), as_json=as_json)


@app.command()
def extend(
    ref: Ref, user: As, words: Words,
    until: Annotated[date, typer.Option(parser=day, help="The day the answer comes by.")],
    reason: Annotated[str, typer.Option(help="One the law allows, or its beginning: complexity, number.")],
    part: Annotated[list[str] | None, typer.Option(help="What can be answered now, for the letter.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Tells the person today, with reasons, that the answer comes later.

    Example: subjectline ticket extend DPE-2026-0001 --until 2027-01-20 --reason complexity --words "…" --as U0123456789
    """
    _move(
        ref, lambda desk, event, ticket: desk.extend(user, event, ticket, until, reason, words, part or ()),
        as_json=as_json,
    )  # fmt: skip


@app.command()
def large(
    ref: Ref, user: As,
    taken_back: Annotated[bool, typer.Option("--no", help="It is not a large amount after all.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Records that a large amount of data is concerned.

    Example: subjectline ticket large DPE-2026-0001 --as U0123456789
    """
    _move(ref, lambda desk, event, ticket: desk.large(user, event, ticket, large=not taken_back), as_json=as_json)


@app.command()
def regime(
    ref: Ref, laws: Annotated[list[str], typer.Argument(help="ch_fadp, gdpr_eu …; all that are on: nobody knows.")],
    user: As, how: Annotated[str, typer.Option(metavar="|".join(cards.HOW), help="How it is known.")],
    as_json: Json = False,
) -> None:  # fmt: skip
    """Says which law applies to the person.

    Example: subjectline ticket regime DPE-2026-0001 ch_fadp --how address --as U0123456789
    """
    _move(ref, lambda desk, event, ticket: desk.regime(user, event, ticket, laws, how), as_json=as_json)


def row(each: Ticket) -> dict[str, Any]:
    """A ticket in one line; nothing personal."""
    return {
        "ref": each.ref,
        "rights": list(each.rights),
        "state": each.state,
        "due": each.due,
        "identity": each.identity,
    }


def _move(ref: str, verb: Callable[[Desk, str, str], ClockMove | None], *, as_json: bool) -> None:
    desk = build.clerk(configuration.load(needs=KEY))
    with closing(desk.store):
        with desk.store.read() as unit:
            ticket = _found(unit, ref)
        made = verb(desk, f"cli:{uuid.uuid4()}", ticket.id)
    assert made is not None  # an event of its own: nothing was delivered twice
    if as_json:
        row = {"ref": made.ref, "recorded": made.kind, "on": made.on, "due_before": made.before, "due": made.after,
               "clock": made.state}  # fmt: skip
        line(row | ({"waits": "for the release of its letter"} if made.waits else {}), as_json=True)
    else:
        say(cards.move_told(made))


def _store() -> Store:
    return build.store(configuration.load(needs=KEY))


def _found(unit: Unit, ref: str) -> Ticket:
    found = unit.tickets.by_ref(ref.strip().upper())
    if found is None:
        raise NotAllowed(f"There is no ticket {ref}.")
    return found
