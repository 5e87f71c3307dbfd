"""`subjectline doctor`: every check one line, and what to do. First checks; each release adds some."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import get_args

from bot import build
from bot import settings as configuration
from bot.errors import Misconfigured, SubjectlineError
from bot.letters.glossary import Glossary, texts
from bot.post import Patience, Place, dial, place
from bot.settings import Settings
from bot.settings.sections import Language
from bot.slack import KEPT, Groups, channel_faults, client, scope_faults
from bot.tickets import Role
from handlers.printing import line, say

CONFIG = 78
# The header parser of older patch releases lets an encoded line break through (docs/mail.md)
PATCHED = {(3, 11): 10, (3, 12): 5}
NAMES = {"name", "kind", "email", "language", "because"}  # of a recipient: the same in every language
SIGNS = {"ok": "ok     ", "warning": "warning", "error": "error  "}


@dataclass(frozen=True)
class Finding:
    """One check: its name, `ok`, `warning` or `error`, what was seen, and what to do about it."""

    check: str
    state: str
    seen: str
    todo: str = ""


def report(*, as_json: bool) -> int:
    """Prints every finding; 0 when nothing is wrong, 1 for an error, 78 when the configuration cannot be used."""
    worst = 0
    for each in findings():
        worst = max(worst, severity(each))
        if as_json:
            line(vars(each), as_json=True)
        else:
            say(f"{SIGNS[each.state]}  {each.check}: {each.seen}{f'  → {each.todo}' if each.todo else ''}")
    return worst


def severity(finding: Finding) -> int:
    """What the finding makes of the exit status."""
    if finding.state != "error":
        return 0
    return CONFIG if finding.check == "configuration" else 1


def findings() -> Iterator[Finding]:
    """The checks in the order in which a fault would hurt."""
    yield python()
    try:
        settings = configuration.load()
    except Misconfigured as error:
        yield from (Finding("configuration", "error", fault, "set it and run doctor again") for fault in error.faults)
        return
    yield Finding("configuration", "ok", "read and complete")
    checks: list[tuple[str, Callable[[Settings], Iterator[Finding]]]] = [
        ("database", database), ("mailbox", mailbox), ("mail out", mail_out), ("slack", slack),
        ("systems", systems), ("safety", safety), ("people", people), ("letters", letters),
    ]  # fmt: skip
    for name, check in checks:
        try:
            yield from check(settings)
        except Misconfigured as error:
            yield from (Finding(name, "error", fault, "correct it in subjectline.toml") for fault in error.faults)
        except SubjectlineError as error:
            yield Finding(name, "error", str(error), "see docs/running.md")
        except Exception as error:  # noqa: BLE001  the door: a check that falls is a finding, without foreign words
            yield Finding(name, "error", f"cannot be reached ({type(error).__name__})", "is the address right?")


def python() -> Finding:
    """Whether this Python's own mail parser is safe."""
    major, minor, micro = sys.version_info[:3]
    seen = f"{major}.{minor}.{micro}"
    if micro < PATCHED.get((major, minor), 0):
        want = f"{major}.{minor}.{PATCHED[(major, minor)]}"
        return Finding("python", "warning", seen, f"{want} or newer closes a header injection; ours is guarded besides")
    return Finding("python", "ok", seen)


def database(settings: Settings) -> Iterator[Finding]:
    with closing(build.store(settings)) as store:
        faults = store.check()
        yield from (Finding("database", "error", fault, "subjectline db upgrade") for fault in faults)
        if faults:
            return
        yield Finding("database", "ok", f"{store.dialect}, fits this release")
        broken = store.verify_audit()
        if broken:
            yield Finding("record", "error", f"row {broken.seq}: {broken.why}", "restore a backup, ask who did it")
        else:
            yield Finding("record", "ok", "the chain is whole")


def mailbox(settings: Settings) -> Iterator[Finding]:
    for url in settings.env.imap_urls:
        yield from _folder(place(url))


def _folder(where: Place) -> Iterator[Finding]:
    server = dial(where, Patience())
    try:
        chosen = server.select_folder(where.folder, readonly=False)
        flags = chosen.get(b"PERMANENTFLAGS", ())
        yield Finding("mailbox", "ok", f"{chosen.get(b'EXISTS', 0)} mails in {where.folder}")
        if not flags:
            yield Finding("mailbox", "warning", "the folder takes no flags", "give the account the right to write them")
        if b"IDLE" not in server.capabilities():
            yield Finding("mailbox", "warning", "the server knows no IDLE", "mails are noticed every 15 s instead")
    finally:
        server.drop()


def mail_out(settings: Settings) -> Iterator[Finding]:
    build.postman(settings).greet(settings.company.email)
    yield Finding("mail out", "ok", "the server takes our letters")


def slack(settings: Settings) -> Iterator[Finding]:
    web = client(settings.env.slack_bot_token, settings.env.slack_api_url)
    apart = list(scope_faults(web))
    yield Finding("slack", "ok", "the bot token is good")
    yield from (Finding("scopes", "warning", *fault) for fault in apart)
    for seen, todo in channel_faults(web, settings.env.slack_channel):
        yield Finding("channel", "warning", seen, todo)
    if days := settings.safety.slack_keeps_days:
        yield Finding("channel", "ok", f"somebody has told Slack to keep its messages for {days} days")
    else:
        yield Finding("channel", "warning", "nobody can see from here how long it keeps messages", KEPT)


def systems(settings: Settings) -> Iterator[Finding]:
    found = build.systems(settings, build.store(settings))
    if not found:
        yield Finding("systems", "warning", "none configured", "add [[connectors]] to subjectline.toml")
    for name, each in found.items():
        faults = each.lint()
        yield from (Finding(name, "error", fault, "correct the data map") for fault in faults)
        if not faults:
            yield Finding(name, "ok", "the data map fits the system")


def safety(settings: Settings) -> Iterator[Finding]:
    chosen = settings.safety
    if not chosen.four_eyes:
        yield Finding("safety", "warning", "four_eyes is off", "one person alone can delete; every card says so")
    if chosen.cooling_hours == 0:
        yield Finding("safety", "warning", "no cooling time", "an approved deletion runs at once; 48 hours is safe")
    if not settings.intake.authserv_id:
        told = "the word of your mail server on senders is not used: whoever asks gets a code ([intake] authserv_id)"
        yield Finding("safety", "ok", told)
    if chosen.four_eyes and chosen.cooling_hours:
        yield Finding("safety", "ok", f"two people and {chosen.cooling_hours:g} hours before anything is deleted")


def letters(settings: Settings) -> Iterator[Finding]:
    """Letters in other languages hold the company's own words as the glossary has them, or untranslated."""
    said = settings.policy.model_dump(exclude={"recipients": {"__all__": NAMES}})
    for language in (each for each in get_args(Language) if each != "en"):
        missing = Glossary({**settings.letters.glossary}).missing(texts(said), language)
        missing = [each for each in missing if not each.startswith("https://")]
        if missing:
            yield Finding(
                "letters", "warning", f"{language}: {len(missing)} texts of your policy have no translation, the first "
                f"is “{missing[0][:40]}”", f"add them to [letters.glossary.{language}]",
            )  # fmt: skip
        else:
            yield Finding("letters", "ok", f"{language}: your policy is said in its words")


def people(settings: Settings) -> Iterator[Finding]:
    roles = settings.roles
    approvers = {*roles.approvers, *roles.admins}
    handlers = {*roles.handlers, *roles.admins}
    if groups := roles.by_group():
        found = Groups(client(settings.env.slack_bot_token, settings.env.slack_api_url), roles.by_user(), groups)
        found.refresh()
        approvers = {user for user, each in found.items() if each & {Role.APPROVER, Role.ADMIN}}
        handlers = {user for user, each in found.items() if each & {Role.HANDLER, Role.ADMIN}}
    if settings.safety.four_eyes and len(approvers | handlers) < 2:
        yield Finding("people", "error", "nobody could approve what another planned", "name a second person in [roles]")
    else:
        yield Finding("people", "ok", f"{len(handlers)} handlers, {len(approvers)} approvers")
