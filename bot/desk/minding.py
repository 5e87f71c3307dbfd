"""The letterbox is minded: whoever has to do something about a mailbox, or about letters that cannot leave, hears it.

Once for each trouble, as a message in the channel that says so when it is over. Several processes may watch the same
mailbox: while one of them reads it, nothing is wrong with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot import cards
from bot.cards import LetterboxView
from bot.desk.telling import Telling
from bot.engine import Job, Kind
from bot.store import Unit
from bot.tickets import BOT
from bot.workflow import NotSeen, Seen

LETTERS = frozenset({"letter", "acknowledge", "remind_mail"})  # kinds of work that send mail
UNREAD = {"refused": timedelta(minutes=1), "away": timedelta(minutes=5)}  # how long, before somebody hears of it
TROUBLES = (*UNREAD, "full", "unflagged")
UNSENT = "unsent"


class Condition(Protocol):
    """How a mailbox stands (`post.Condition`)."""

    @property
    def mailbox(self) -> str: ...
    @property
    def trouble(self) -> str | None: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def seen_at(self) -> datetime | None: ...


class Minding(Telling):
    """What becomes of the post."""

    def mind(self, mailboxes: Sequence[Condition]) -> None:
        """When each was last read is written down. Each trouble, and its end, is on its way to the channel, once."""
        with self.store.begin(patient=True) as unit:
            wrong: dict[str, dict[str, str]] = {}
            for each in mailboxes:
                if each.seen_at:
                    unit.mailboxes.seen(each.mailbox, each.seen_at)
                if each.trouble and self._concerns(unit, each):
                    wrong[_name(each.trouble, each.mailbox)] = {
                        "trouble": str(each.trouble), "mailbox": each.mailbox.rpartition("#")[0],
                        "since": (each.since or unit.now).isoformat(),
                    }  # fmt: skip
            if reason := unit.reminders.shut_out(LETTERS):
                wrong[UNSENT] = {"trouble": UNSENT, "reason": reason, "since": unit.now.isoformat()}
            for name in (UNSENT, *_names(mailboxes)):
                self._say_trouble(unit, name, wrong.get(name))

    def _concerns(self, unit: Unit, seen: Condition) -> bool:
        """Whether it lasts long enough, and nobody else can read the mailbox."""
        box = unit.mailboxes.get(seen.mailbox)
        last = max(filter(None, (seen.since, seen.seen_at, box and box.seen_at)), default=unit.now)
        return unit.now - last >= UNREAD.get(str(seen.trouble), timedelta())

    def _say_trouble(self, unit: Unit, name: str, args: Mapping[str, str] | None) -> None:
        told_at = unit.moments.get(name)
        if args and unit.moments.first(name):
            self.engine.put(unit, "letterbox", _key(name, unit.now), dict(args), lane="slack-post")
            unit.audit(BOT.id, "letterbox", trouble=args["trouble"])
        elif told_at and not args:
            unit.moments.forget(name)
            key = _key(name, told_at)
            over = {"alarm": key, "over": unit.now.isoformat()}
            self.engine.put(unit, "letterbox_over", f"{key}:over", over, lane=f"card:{name}")
            unit.audit(BOT.id, "letterbox_over", trouble=name.partition(":")[0])

    def _letterbox_call(self, job: Job) -> Mapping[str, Any]:
        view, now = _view(job.args), self._local(self.clock())
        return {**job.args, **self._in_channel(job, cards.letterbox_card(view, now), cards.letterbox_text(view))}

    def _letterbox_probe(self, job: Job) -> Seen | NotSeen:
        seen = self._channel_probe(job)
        return Seen({**job.args, **seen.result}) if isinstance(seen, Seen) else seen

    def _letterbox_over_call(self, job: Job) -> Mapping[str, Any]:
        """The message says that it is over, where there is one."""
        place = self._place_of(job.args["alarm"])
        if place is None:
            return {}
        with self.store.read() as unit:
            view = _view({**(self.engine.result(unit, job.args["alarm"]) or {}), "over": job.args["over"]})
        self.channel.update(*place, cards.letterbox_card(view, self._local(self.clock())), cards.letterbox_text(view))
        return {}

    # -- kinds ------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        return [
            *super().kinds(),
            self._posts("letterbox", self._letterbox_call, self._letterbox_probe),
            self._redraws("letterbox_over", self._letterbox_over_call),
        ]


def _names(mailboxes: Iterable[Condition]) -> list[str]:
    return [_name(trouble, each.mailbox) for each in mailboxes for trouble in TROUBLES]


def _name(trouble: str, mailbox: str) -> str:
    """The name of a moment: the end of a mailbox's name is the hash of its account."""
    return f"{trouble}:{mailbox.rpartition('#')[2][-16:]}"


def _key(name: str, at: datetime) -> str:
    return f"letterbox:{name}:{at:%Y%m%dT%H%M%S%f}"


def _view(args: Mapping[str, str]) -> LetterboxView:
    return LetterboxView(
        trouble=args["trouble"], since=datetime.fromisoformat(args["since"]), mailbox=args.get("mailbox", ""),
        reason=args.get("reason", ""), over_at=datetime.fromisoformat(args["over"]) if "over" in args else None,
    )  # fmt: skip
