"""`subjectline ticket task`: what people do by hand for one ticket, and files for a person's copy."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import build
from bot import settings as configuration
from bot.desk import Desk
from bot.desk.attesting import LARGEST, Said
from bot.errors import NotAllowed
from bot.store.rows import TaskRow
from bot.workflow import REASONS, Outcome
from handlers.entering import As, event, me
from handlers.printing import line
from handlers.ticket import KEY, Json, Ref


def task(
    ref: Ref,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Of the task; without it all are listed.")] = 0,
    file: Annotated[list[Path] | None, typer.Option(help="A file for the copy; several for several.")] = None,
    done: Annotated[str, typer.Option(metavar="WORDS", help="It is done: where you looked, what you did.")] = "",
    found: Annotated[Path | None, typer.Option(help="With --done: a text that goes into the copy.")] = None,
    nothing: Annotated[str, typer.Option(metavar="WORDS", help="Nothing is held: where you looked.")] = "",
    held: Annotated[str, typer.Option(metavar="WORDS", help="Nobody knew who asks; something is held.")] = "",
    cannot: Annotated[str, typer.Option(metavar="WORDS", help="It cannot be done; with --reason.")] = "",
    reason: Annotated[str, typer.Option(metavar="|".join(REASONS), help="With --cannot.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """What has to be done by hand; adds files to a copy, and says what became of one task.

    Example: subjectline ticket task DPE-2026-0001 1 --file letter.pdf --done "Looked under K, copied the letter."
    """
    words = {Outcome.DONE: done, Outcome.NOTHING: nothing, Outcome.HELD: held, Outcome.CANNOT: cannot}
    outcomes = [each for each, text in words.items() if text]
    if len(outcomes) > 1:
        raise NotAllowed("One of --done, --nothing, --held and --cannot.", field="outcome")
    contents = [_content(each) for each in file or ()]
    text = _content(found).decode("utf-8-sig", "replace") if found else ""
    desk = build.clerk(configuration.load(needs=KEY))
    with closing(desk.store):
        tasks = _tasks(desk, ref)
        chosen = [each for each in tasks if each.number == number]
        if number and not chosen:
            raise NotAllowed(f"{ref} has no task {number}.")
        for path, content in zip(file or (), contents, strict=True):
            desk.task_file(user or me(), event(), _one(chosen).id, path.name, content)
        for outcome in outcomes:
            said = Said(str(outcome), words[outcome], text, reason)
            desk.task_done(user or me(), event(), _one(chosen).id, said)
        for row in _rows(_tasks(desk, ref), number):
            line(row, as_json=as_json)


def _tasks(desk: Desk, ref: str) -> list[TaskRow]:
    with desk.store.read() as unit:
        found = unit.tickets.by_ref(ref.strip().upper())
        if found is None:
            raise NotAllowed(f"There is no ticket {ref}.")
        return unit.tasks.of(found.id)


def _one(chosen: list[TaskRow]) -> TaskRow:
    if not chosen:
        raise NotAllowed("Say which task: its number.")
    return chosen[0]


def _rows(tasks: list[TaskRow], number: int) -> Iterator[dict[str, Any]]:
    """Nothing personal."""
    for each in tasks:
        if number in {0, each.number}:
            yield {
                "task": each.number, "system": each.system, "place": each.place, "do": each.words, "state": each.state,
                "outcome": each.outcome, "asked": each.assignee, "done_by": each.done_by, "seen_by": each.looked_by,
            }  # fmt: skip


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise NotAllowed(f"A file has at most {LARGEST // 10**6} MB.", field="file")
        return path.read_bytes()
    except OSError as error:
        raise NotAllowed(f"A file cannot be read ({type(error).__name__}).", field="file") from None
