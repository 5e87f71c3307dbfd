"""Notices to recipients as people see them: words in the thread, messages that ask somebody, the list."""

from collections.abc import Mapping
from typing import Any

from bot.cards import NoticeView, answered_text, notice_card, notice_text, said_blocks
from bot.desk.packing import Packing
from bot.engine import Job, Kind
from bot.recipients import Standing
from bot.store import Notice, Unit
from bot.tickets import BOT


class Noticing(Packing):
    """What the thread shows of notices. Each message is posted once, found again by its key."""

    def notice_views(self, unit: Unit, ticket_id: str) -> list[NoticeView]:
        """Every notice of the ticket; nothing personal."""
        found = unit.notices.of(ticket_id)
        ref = unit.tickets.get(ticket_id).ref
        answered = sum(each.state == Standing.ANSWERED for each in found)
        return [self._noticed(each, ref, answered, len(found)) for each in found]

    def _notice_view(self, unit: Unit, notice: Notice) -> NoticeView:
        return next(each for each in self.notice_views(unit, notice.ticket_id) if each.id == notice.id)

    def _noticed(self, notice: Notice, ref: str, answered: int, total: int) -> NoticeView:
        return NoticeView(
            id=notice.id, ref=ref, name=notice.name, kind=notice.kind, act=notice.act, state=notice.state,
            asked=notice.asked, verdict=notice.verdict, why=notice.why, by_mail=notice.letter_id is not None,
            told_on=self._today(notice.told_at) if notice.told_at else None,
            ended_on=self._today(notice.answered_at) if notice.answered_at else None,
            wrote=notice.reply_id is not None, plainly=notice.said_by == BOT.id, answered=answered, total=total,
        )  # fmt: skip

    # -- said and asked -----------------------------------------------------------------------------------------------

    def _say_notice(self, unit: Unit, notice: Notice) -> None:
        """The thread says what became of it."""
        args = {"ticket": notice.ticket_id, "notice": notice.id}
        key = f"notice_said:{notice.id}:{unit.id()}"
        self.engine.put(unit, "notice_said", key, args, lane="slack-post", ticket_id=notice.ticket_id)

    def _ask_about(self, unit: Unit, notice: Notice) -> Notice:
        """A message in the thread asks somebody; that of before, if there is one, asks no more."""
        if notice.asked:
            self._ask_no_more(unit, notice)
        notice = unit.notices.change(notice.id, asked=notice.asked + 1)
        args = {"ticket": notice.ticket_id, "notice": notice.id, "asked": notice.asked}
        key = f"notice_ask:{notice.id}:{notice.asked}"
        self.engine.put(unit, "notice_ask", key, args, lane="slack-post", ticket_id=notice.ticket_id)
        return notice

    def _ask_no_more(self, unit: Unit, notice: Notice) -> None:
        """The message that asks shows what became of it, and has no buttons any more."""
        if not notice.asked:
            return
        args = {"ticket": notice.ticket_id, "notice": notice.id, "asked": notice.asked}
        key = f"notice_redraw:{notice.id}:{notice.asked}:{notice.state}"
        self.engine.put(unit, "notice_redraw", key, args, lane=f"card:{notice.id}", ticket_id=notice.ticket_id)

    def _notice_drawn(self, job: Job) -> NoticeView:
        with self.store.read() as unit:
            return self._notice_view(unit, unit.notices.get(job.args["notice"]))

    def _notice_said_call(self, job: Job) -> Mapping[str, Any]:
        view = self._notice_drawn(job)
        return self._in_thread(job, said_blocks(view), answered_text(view))

    def _notice_ask_call(self, job: Job) -> Mapping[str, Any]:
        view = self._notice_drawn(job)
        return self._in_thread(job, notice_card(view, job.args["asked"]), notice_text(view))

    def _notice_redraw_call(self, job: Job) -> Mapping[str, Any]:
        """The message shows the newest state; one that was never posted need not."""
        place = self._place_of(f"notice_ask:{job.args['notice']}:{job.args['asked']}")
        if place:
            view = self._notice_drawn(job)
            self.channel.update(*place, notice_card(view, job.args["asked"]), notice_text(view))
        return {}

    def _noticing_kinds(self) -> list[Kind]:
        return [
            *self._packing_kinds(),
            self._posts("notice_said", self._notice_said_call, self._thread_probe),
            self._posts("notice_ask", self._notice_ask_call, self._thread_probe),
            self._redraws("notice_redraw", self._notice_redraw_call),
        ]
