"""The console script `subjectline`: each command reads the configuration, makes one call, prints."""

import json
import sys
from collections.abc import Collection
from contextlib import AbstractContextManager, closing
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot import build
from bot import settings as configuration
from bot.connectors import Connector, Found
from bot.desk import reporting
from bot.errors import Misconfigured, NotAllowed, SubjectlineError
from bot.law import Right
from bot.settings import Settings
from bot.slack import client, scope_faults
from bot.slack import manifest as slack_manifest
from bot.store import Store
from bot.workflow import plan_hash
from handlers import by_hand, classify, doctor, due, entering, feed, report, scan, ticket
from handlers import run as running
from handlers.data import ledger, lift, watch
from handlers.printing import line, say

CONFIG = 78  # sysexits: the configuration cannot be used
KEY = frozenset({"SUBJECTLINE_KEY"})
LISTED = 10_000  # tickets

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False,
                  help="Answers people who ask a company about their own data.")  # fmt: skip
db = typer.Typer(no_args_is_help=True, help="The database.")
intake = typer.Typer(no_args_is_help=True, help="What the letterbox makes of a mail.")
law = typer.Typer(no_args_is_help=True, help="What the law asks, by when.")
data = typer.Typer(no_args_is_help=True, help="Looks over the configured systems: counts, never values.")
audit = typer.Typer(no_args_is_help=True, help="The record.")
slack = typer.Typer(no_args_is_help=True, help="The Slack app.")
for name, group in {"db": db, "intake": intake, "law": law, "data": data, "audit": audit, "slack": slack}.items():
    app.add_typer(group, name=name)
app.add_typer(ticket.app, name="ticket")
data.command()(watch)
data.command()(lift)
data.command()(ledger)
ticket.app.command()(entering.new)
ticket.app.command()(entering.address)
ticket.app.command()(entering.letter)
ticket.app.command()(by_hand.task)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def main() -> None:
    """Runs the command line. Exit 78 and one sentence each for faults of the configuration."""
    try:
        app(standalone_mode=True)
    except Misconfigured as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        sys.exit(CONFIG)
    except SubjectlineError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 8765,
    once: Annotated[bool, typer.Option("--once", help="Walk every right over every system, then stop.")] = False,
    as_json: Json = False,
) -> None:
    """The whole bot against a sandbox world: no account, no network. Example: subjectline demo"""
    from handlers import demo as world  # noqa: PLC0415  the sandbox and its servers are loaded by this command only

    raise typer.Exit(world.once(as_json=as_json) if once else world.serve(port))


@app.command()
def run(words: Annotated[list[str] | None, typer.Argument(help="web, worker, or nothing for both.")] = None) -> None:
    """The bot. Example: subjectline run web worker"""
    parts = set(words or ["web", "worker"])
    if wrong := parts - {"web", "worker"}:
        raise Misconfigured([f"“{word}” is not a part of the bot: web, worker, or nothing for both." for word in wrong])
    running.run(configuration.load(), parts)


@app.command(name="doctor")
def doctor_(as_json: Json = False) -> None:
    """One line per check: ok, warning or error, and what to do. Example: subjectline doctor"""
    raise typer.Exit(doctor.report(as_json=as_json))


@db.command()
def upgrade() -> None:
    """Brings the schema to this release. Example: subjectline db upgrade"""
    build.upgraded(_settings(KEY))
    say("The database is up to date.")


@db.command()
def check() -> None:
    """What stands between the database and this release. Example: subjectline db check"""
    faults = build.store(_settings(KEY)).check()
    for fault in faults:
        say(fault)
    if not faults:
        say("The database fits this release.")
    raise typer.Exit(1 if faults else 0)


@app.command()
def tickets(
    only_open: Annotated[bool, typer.Option("--open", help="Only open ones.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their date whose clock runs.")] = False,
    as_json: Json = False,
) -> None:
    """The tickets by due date; nothing personal. Example: subjectline tickets --open"""
    which = "overdue" if overdue else "open" if only_open else "all"
    for row in _rows(_settings(KEY), which):
        line(row, as_json=as_json)


@app.command(name="report")
def report_(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of receipt.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of receipt.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw them as a picture into this .svg file.")] = None,
    as_json: Json = False,
) -> None:
    """How many enquiries, answered how fast, in time or not. Example: subjectline report --since 2026-01-01"""
    settings = _settings(KEY)
    days = (since and since.date(), until and until.date())
    with closing(build.store(settings)) as store, store.read() as unit:
        found = reporting.figures(unit, build.deadline(settings), settings.company.zone, *days)
    if plot:
        report.draw(found, plot)
    report.show(found, as_json=as_json)


@app.command()
def calendar() -> None:
    """The secret address of the calendar of deadlines, for your calendar program. Example: subjectline calendar"""
    settings = _settings(KEY | {"PUBLIC_URL"})
    if not settings.calendar.on:
        raise NotAllowed("The calendar is switched off: [calendar] on = true switches it on.")
    print(feed.address(settings))


@intake.command(name="classify")
def classify_(files: list[Path]) -> None:
    """One JSON line a mail file; opens no ticket. Example: subjectline intake classify mail.eml"""
    for row in classify.files(files):
        print(json.dumps(row, ensure_ascii=False))


@intake.command(name="take")
def take_(
    files: list[Path],
    received: Annotated[str, typer.Option(help="The day it reached you: 2026-11-20. Without: today.")] = "",
    as_json: Json = False,
) -> None:
    """Hands mail files to the team, whatever their words. Example: subjectline intake take mail.eml"""
    day = date.fromisoformat(received) if received else None
    for row in classify.hand_over(_settings(KEY), files, day):
        line(row, as_json=as_json)


@intake.command(name="scan")
def scan_(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far to look back.")] = 90,
    show: Annotated[bool, typer.Option("--show", help="Also who wrote, the subject and the sentence.")] = False,
    take: Annotated[bool, typer.Option("--take", help="Hand what was found to the team.")] = False,
    as_json: Json = False,
) -> None:
    """What in the mailbox nobody has seen to; changes nothing there. Example: subjectline intake scan --days 90"""
    raise typer.Exit(scan.scan(_settings(KEY | {"IMAP_URL"}), days, show=show, take=take, as_json=as_json))


@law.command(name="due")
def due_(
    vectors: Annotated[Path | None, typer.Option(help="A file of vectors; - or nothing: standard input.")] = None,
    received: Annotated[str, typer.Option(help="Instead of vectors: a day, or a moment with its offset.")] = "",
    regime: Annotated[list[str] | None, typer.Option(help="With --received; several: the earliest counts.")] = None,
    region: Annotated[str | None, typer.Option(help="With --received: holidays of CH-ZH, DE-BY, none …")] = None,
    why: Annotated[bool, typer.Option("--why", help="Every step of every vector.")] = False,
    as_json: Json = False,
) -> None:
    """Due dates, one JSON line a vector. Example: subjectline law due --received 2026-01-31 --regime gdpr_eu"""
    if received:
        one = {"received": received, "regimes": regime or ["gdpr_eu", "ch_fadp"], "holidays_region": region}
        raise typer.Exit(due.one(one, as_json=as_json))
    raise typer.Exit(due.vectors(vectors, explained=why))


@data.command()
def find(address: str, as_json: Json = False) -> None:
    """How many people each system knows under this address. Example: subjectline data find ann@example.com"""
    for name, system in _systems().items():
        if system.by_hand:
            line({"system": name, "persons": None, "by_hand": "only a person can look there"}, as_json=as_json)
            continue
        line({"system": name, "persons": len(system.find([address]))}, as_json=as_json)


@data.command()
def plan(right: Right, address: str, as_json: Json = False) -> None:
    """What a run would do, in counts, and its hash. Example: subjectline data plan deletion ann@example.com"""
    lines = [
        planned
        for system in _systems().values()
        for person in ([Found(system.name, "")] if system.by_hand else system.find([address]))
        for planned in system.plan(right, person)
    ]
    for each in lines:
        line(asdict(each), as_json=as_json)
    line({"hash": plan_hash(lines), "lines": len(lines)}, as_json=as_json)


@data.command()
def lint(as_json: Json = False) -> None:
    """Checks every data map against its live system. Example: subjectline data lint"""
    faults = build.lint(_systems())
    for fault in faults:
        line({"fault": fault}, as_json=as_json)
    if not faults:
        say("Every data map fits its system.")
    raise typer.Exit(1 if faults else 0)


@audit.command()
def verify() -> None:
    """Checks the chain of the record; exit 1 and the first broken row. Example: subjectline audit verify"""
    with _store() as store:
        broken = store.verify_audit()
    say(f"Broken at row {broken.seq}: {broken.why}" if broken else "The record is whole.")
    raise typer.Exit(1 if broken else 0)


@slack.command(name="manifest")
def manifest_() -> None:
    """The app's manifest, to paste where Slack asks for one. Example: subjectline slack manifest"""
    print(json.dumps(slack_manifest.manifest(), indent=2))


@slack.command(name="check")
def slack_check() -> None:
    """What differs between the manifest and the app as it is installed; exit 1. Example: subjectline slack check"""
    settings = _settings(frozenset({"SLACK_BOT_TOKEN"}))
    apart = list(scope_faults(client(settings.env.slack_bot_token, settings.env.slack_api_url)))
    for seen, todo in apart:
        say(f"{seen}  → {todo}")
    if not apart:
        say("The installed app has exactly the scopes of the manifest.")
    raise typer.Exit(1 if apart else 0)


def _settings(needs: Collection[str]) -> Settings:
    return configuration.load(needs=needs)


def _systems() -> dict[str, Connector]:
    settings = _settings(KEY)
    return build.systems(settings, build.store(settings))


def _store() -> AbstractContextManager[Store]:
    return closing(build.store(_settings(KEY)))


def _rows(settings: Settings, which: str) -> list[dict[str, Any]]:
    with closing(build.store(settings)) as store, store.read() as unit:
        if which == "overdue":
            found = unit.overview.late(unit.now.astimezone(ZoneInfo(settings.company.zone)).date(), LISTED)
        else:
            found = unit.tickets.list(state=None if which == "all" else "open", limit=LISTED)
        return [ticket.row(each) for each in found]
