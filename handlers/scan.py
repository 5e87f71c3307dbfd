"""`intake scan`: the mailbox of the last weeks, judged mail by mail, and what in it still waits for somebody."""

import imaplib
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import typer

from bot import build
from bot.desk import Desk
from bot.errors import Temporary
from bot.intake import Limits, Reading, Rules, Verdict, from_headers, glance
from bot.opener import Opener
from bot.post import Arrived, look_back
from bot.settings import Settings
from handlers.classify import asks
from handlers.printing import line, say

WAITING = frozenset({Verdict.ENQUIRY, Verdict.NEAR_MISS, Verdict.REPLY, Verdict.QUARANTINE})


@dataclass
class Scan:
    """The look back: counts what passes, remembers what nobody has seen to."""

    desk: Desk
    opener: Opener
    rules: Rules
    show: bool
    hand_over: bool
    tick: Any = None  # of the progress bar
    counts: Counter[str] = field(default_factory=Counter)
    found: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def wants(self, header_block: bytes, size: int) -> bool:
        """Whether the body is needed; a machine's mail is counted by its header."""
        self.tick(1)
        wanted = glance(header_block, size, self.rules)
        self.counts["mails"] += 1
        self.counts[Verdict.MACHINE] += not wanted
        return wanted

    def take(self, mails: Sequence[Arrived]) -> None:
        """These mails are judged, and handed to the desk where that is wished."""
        readings = self.opener.read_many([each.raw for each in mails])
        for (arrived, reading), became in zip(
            (pairs := list(zip(mails, readings, strict=True))), self.desk.became(pairs), strict=True
        ):
            self.counts[reading.verdict] += 1
            if reading.verdict in WAITING and became is None:
                self._waits(arrived, reading)
            elif reading.verdict in WAITING:
                self.counts["known"] += 1

    def unread(self, arrived: Arrived, reason: str) -> None:
        """The server lists this mail and does not hand it out: somebody looks at the mailbox."""
        self.counts[Verdict.QUARANTINE] += 1
        nothing = from_headers(b"", self.rules, f"It could not be taken in ({reason}).")
        self._waits(arrived, replace(nothing, verdict=Verdict.QUARANTINE))

    def _waits(self, arrived: Arrived, reading: Reading) -> None:
        row: dict[str, Any] = {
            "arrived": arrived.arrived_at.date(), "uid": arrived.uid, "verdict": reading.verdict,
            "rights": list(reading.rights), "reasons": list(reading.reasons),
        }  # fmt: skip
        if self.show:
            row |= {"from": reading.from_address or reading.from_written, "subject": reading.subject,
                    "asks": _once([each["sentence"] for each in asks(reading)])}  # fmt: skip
        if self.hand_over:  # weeks later no machine thanks for it: a person decides what is said
            (row["became"],) = self.desk.receive([(arrived, replace(reading, automatic=True))])
        self.found.append(row)


def scan(settings: Settings, days: int, *, show: bool, take: bool, as_json: bool) -> int:
    """Prints what waits, oldest first, then the counts. Temporary where the mailbox cannot be had."""
    rules = build.rules(settings)
    desk = build.clerk(settings)
    with closing(desk.store), Opener(rules, Limits()) as opener:
        build.check_store(desk.store)
        work = Scan(desk, opener, rules, show, take)
        for url in settings.env.imap_urls:
            _look(work, url, days)
    for row in work.found:
        line(row, as_json=as_json)
    over = days if as_json else f"In {days} days"
    line({"days": over, **{name: work.counts[name] for name in ("mails", *Verdict, "known")}}, as_json=as_json)
    if not as_json:
        say(_told(len(work.found), take=take))
    return 0


def _look(work: Scan, url: str, days: int) -> None:
    with typer.progressbar(length=1, label="Reading the mailbox", file=sys.stderr) as bar:

        def begin(count: int) -> None:
            bar.length = max(1, count)

        work.tick = bar.update
        try:
            look_back(url, days, work.desk.clock, begin, work.wants, work.take, work.unread)
        except (imaplib.IMAP4.error, OSError) as fault:
            raise Temporary(f"The mailbox cannot be had ({type(fault).__name__}).") from None


def _once(sentences: Sequence[str]) -> list[str]:
    """Each of them once, and none that only holds another: two signs may rest on one, or on two that stand together."""
    different = dict.fromkeys(sentences)
    return [each for each in different if not any(other != each and other in each for other in different)]


def _told(count: int, *, take: bool) -> str:
    if not count:
        return "Nothing waits: what concerns you has been taken in."
    if take:
        return f"{count} handed to the team: tickets for enquiries, the list of mails to look at for the rest."
    return f"{count} waiting. `--show` says who wrote what; `--take` hands them to the team."
