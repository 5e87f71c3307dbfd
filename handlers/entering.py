"""`subjectline ticket new`, `address`, `letter`: what came by post or telephone, an address learnt later, answers."""

import getpass
import os
import sys
import uuid
from contextlib import closing
from datetime import date, time
from pathlib import Path
from typing import Annotated

import typer

from bot import build
from bot import settings as configuration
from bot.desk import Desk, Entry
from bot.desk.office import AT_THE_MACHINE
from bot.errors import NotAllowed
from bot.law import Right
from bot.letters.paper import WINDOWS
from handlers.printing import line
from handlers.ticket import KEY, Json, day


def hour(text: str) -> time:
    """A time of day as it is typed."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no time such as 14:30") from None


As = Annotated[str, typer.Option("--as", metavar="USER", help="Slack user id; else the user of this machine.")]


def new(
    channel: Annotated[str, typer.Option(metavar="post|phone", help="How it came.")],
    received: Annotated[date, typer.Option(parser=day, help="The day it was delivered, or the call was made.")],
    right: Annotated[list[Right] | None, typer.Option(help="Asked for; several times for several.")] = None,
    words: Annotated[Path | None, typer.Option(help="A file with what it says; - for standard input.")] = None,
    name: Annotated[str, typer.Option(help="Who wrote or called.")] = "",
    address: Annotated[str, typer.Option(help="E-mail address, if there is one.")] = "",
    postal: Annotated[str, typer.Option(help="Postal address, lines parted by |: letters go on paper then.")] = "",
    language: Annotated[str, typer.Option(metavar="en|de|fr|it")] = "",
    country: Annotated[str, typer.Option(metavar="CH", help="Where the person lives, if known: DE, GB, US-CA.")] = "",
    at: Annotated[time | None, typer.Option(parser=hour, help="Time of the call.")] = None,
    elsewhere: Annotated[date | None, typer.Option(parser=day, help="When a distributor or processor had it.")] = None,
    user: As = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Opens a ticket by hand; nothing is sent to the person.

    Example: subjectline ticket new --channel post --received 2026-11-20 --right access --name "Ann Keller"
    """
    entry = Entry(
        channel=channel, received_on=received, at=at, rights=tuple(right or ()), words=_text(words), name=name,
        address=address, postal=postal.replace("|", "\n"), language=language, country=country, elsewhere_on=elsewhere,
    )  # fmt: skip
    desk = _desk()
    with closing(desk.store):
        made = desk.enter(user or me(), event(), entry)
    assert made is not None  # an event of its own: nothing was delivered twice
    row = {"ref": made.ref, "channel": made.channel, "received_on": made.received_on, "due": made.due,
           "unrolled": made.unrolled, "regimes": list(made.regimes), "rights": list(made.rights)}  # fmt: skip
    line(row, as_json=as_json)
    if not as_json:
        for step in made.why:
            line({"step": step}, as_json=False)


def address(
    ref: Annotated[str, typer.Argument(metavar="REF")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Only where the ticket has none yet.")],
    user: As = "",
) -> None:
    """Adds the e-mail address of somebody who wrote by post or called.

    Example: subjectline ticket address DPE-2026-0001 ann@example.com
    """
    desk = _desk()
    with closing(desk.store):
        with desk.store.read() as unit:
            found = unit.tickets.by_ref(ref.strip().upper())
        if found is None:
            raise NotAllowed(f"There is no ticket {ref}.")
        desk.address(user or me(), event(), found.id, address)
    line({"ref": found.ref, "address": "added"}, as_json=False)


def letter(
    ref: Annotated[str, typer.Argument(metavar="REF")],
    out: Annotated[Path, typer.Option(help="Where the PDF goes; an existing file stays as it is.")],
    window: Annotated[str, typer.Option(metavar="|".join(WINDOWS), help="Where the envelope has it.")] = WINDOWS[0],
    user: As = "",
) -> None:  # fmt: skip
    """The oldest letter on paper that waits to be posted, as PDF.

    Example: subjectline ticket letter DPE-2026-0001 --out letter.pdf
    """
    if window not in WINDOWS:
        raise typer.BadParameter(f"“{window}” is none of: {', '.join(WINDOWS)}")
    desk = _desk()
    with closing(desk.store):
        kind, printed = desk.paper(user or me(), ref, window)
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(printed)
    except OSError as error:
        raise NotAllowed(f"The file cannot be written ({type(error).__name__}).") from None
    line({"ref": ref.strip().upper(), "letter": kind, "file": str(out), "bytes": len(printed)}, as_json=False)


def _desk() -> Desk:
    return build.clerk(configuration.load(needs=KEY))


def event() -> str:
    """No two commands are one."""
    return f"cli:{uuid.uuid4()}"


def me() -> str:
    """Whoever the operating system says is working here."""
    try:
        return f"{AT_THE_MACHINE}{getpass.getuser()}"[:32]
    except (OSError, KeyError):  # a container without a user's name
        return f"{AT_THE_MACHINE}unknown"


def _text(source: Path | None) -> str:
    if source is None:
        return ""
    try:
        raw = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotAllowed(f"The words cannot be read ({type(error).__name__}).", field="words") from None
