"""Mail to the team, where Slack will not do: something is overdue, Slack is away or shuts us out, or a deletion was one
too many.
"""  # fmt: skip

from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from bot import cards
from bot.cards import Reminded
from bot.desk.braking import ALARM
from bot.desk.reminding import Reminding
from bot.engine import Job, Kind
from bot.phrases import say
from bot.reminders import Kind as Why
from bot.store import Unit
from bot.workflow import NotSeen, Seen

LISTED = 40  # tickets a digest or a mail tells of
POSTS = frozenset({"card", "remind", "remind_person", "task", "word"})  # the team hears of by mail, if Slack is away
PATIENCE = timedelta(minutes=30)  # TRUST F22
AWAY, SHUT, BACK = "slack_away", "slack_shut", "back"


class Mailing(Reminding):
    """What the team is mailed. References, rights and dates; nothing personal."""

    def _mail_instead(self) -> None:
        """Once a day while something is overdue, and once whenever Slack is away for half an hour, or shuts us out."""
        if not self.house.team_mail:
            return
        with self.store.read() as unit:
            why, reason = self._why_mail(unit)
        if not why:
            return
        with self.store.begin(patient=True) as unit:
            if why == BACK:
                unit.moments.forget(AWAY)
                unit.moments.forget(SHUT)
            elif why == Why.OVERDUE:
                self._mail_team(unit, why, self._today(unit.now).isoformat())
            elif unit.moments.first(why):
                self._mail_team(unit, why, unit.now.strftime("%Y%m%dT%H%M%S"), reason=reason)

    def _why_mail(self, unit: Unit) -> tuple[str, str]:
        """Why the team is mailed now, and what a person has to mend; two empty words: it is not."""
        shut = unit.reminders.shut_out(POSTS)
        away = unit.reminders.waiting(POSTS, unit.now - PATIENCE) is not None
        told = {name for name in (AWAY, SHUT) if unit.moments.get(name)}
        if shut and SHUT not in told:
            return SHUT, shut
        if away and not told:
            return AWAY, ""
        if told and not away and not shut:
            return BACK, ""
        today = self._today(unit.now)
        key = f"remind_mail:{Why.OVERDUE}:{today.isoformat()}:0"
        if not self.hours.is_open(unit.now) or self.engine.states(unit, [key]) or not unit.overview.late(today, 1):
            return "", ""
        return Why.OVERDUE, ""

    def _mail_call(self, job: Job) -> Mapping[str, Any]:
        """It goes to one address of the team, as things stand now."""
        why = job.args["why"]
        with self.store.read() as unit:
            today, now = self._today(unit.now), unit.now
            if why == ALARM:
                found = [unit.tickets.get(job.args["ticket"])]
            else:
                lists = unit.overview
                found = lists.late(today, LISTED) if why == Why.OVERDUE else lists.open(LISTED)
            views = [self._reminded(unit, each) for each in found]
        if not views or job.args["to"] >= len(self.house.team_mail):
            return {}
        values = {**self.house.policy, **mailed(views), "why": why, "reason": job.args.get("reason", "")}
        to = parseaddr(self.house.team_mail[job.args["to"]])[1]
        wire = self.writer.envelope(
            self.writer.write("team_reminder", "en", values), sender=self.house.sender, to=to,
            message_id=self._message_id(job.key.replace(":", ".")), in_reply_to="", references=(), sent_at=now,
            automatic=True,
        )  # fmt: skip
        self.postman.send(self.house.sender, to, wire)
        return {"tickets": len(views)}

    def _mail_probe(self, job: Job) -> Any:
        """Not found in the Sent folder: it goes again with the same Message-ID, for the team that does no harm."""
        message_id = self._message_id(job.key.replace(":", "."))
        return Seen() if self.postman.sent(message_id) else NotSeen()

    # -- kinds ------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        mail = Kind(
            name="remind_mail", call=self._mail_call, probe=self._mail_probe, failed=self._failed,
            timeout_s=self.house.mail_timeout_s, settle_s=self.house.mail_settle_s,
        )  # fmt: skip
        return [*super().kinds(), mail]


def mailed(views: Sequence[Reminded]) -> dict[str, Any]:
    """What the mail to the team may say."""
    return {
        "tickets": [
            {
                "ref": each.ref,
                "rights": [str(right) for right in each.rights] or [say("frame.no_right")],
                "due": each.due,
                "todo": cards.todo(each),
            }
            for each in views
        ],
        "count": len(views),
    }
