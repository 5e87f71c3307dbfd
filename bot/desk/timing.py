"""What people do with the clock: ask the person, record the answer, extend, say which law applies.

Each is one transaction with the ticket locked, one event, one audit row with old and new date, one word in the card's
thread. `seen` is the stamp of the clock a form was drawn from; another one means somebody was faster.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot import law
from bot.cards import HOW, MEANS, WORDS, ClockForm, ClockMove, ClockView
from bot.checkpoints import checkpoint
from bot.desk.awaiting import Awaiting
from bot.desk.counting import Letter, move
from bot.desk.recorded import (
    ANSWERED,
    CLARIFICATION,
    EXTENSION,
    IDENTITY,
    LARGE,
    QUESTIONS,
    REGIME,
    Notice,
    Question,
    Recorded,
    moved,
    recorded,
)
from bot.desk.writing import paragraphs
from bot.errors import NotAllowed
from bot.law.calendar import short
from bot.phrases import say, translated
from bot.store import Unit
from bot.store.rows import LetterRow
from bot.tickets import Identity, Role, Ticket, check_role

FAR = timedelta(days=3660)  # further than any law lets an answer wait
LONGEST = timedelta(days=366)  # where the law names no limit: whoever means more has mistyped


@dataclass(frozen=True)
class Asked:
    """What stands at hand when a move is checked."""

    ticket: Ticket
    known: Recorded
    clock: law.Clock
    today: date


Act = Callable[[Unit, Asked, str], ClockMove]


class Timing(Awaiting):
    """The verbs of the clock."""

    def pause(
        self, user: str, event: str, ticket_id: str, kind: str, words: Sequence[str], means: Sequence[str] = (),
        seen: int | None = None,
    ) -> ClockMove | None:  # fmt: skip
        """The person is asked, in the handler's words; the clock of each law that stops for it stands still from today.

        `kind` is identity (`words` say what raises the doubt, `means` how it can be settled) or clarification.
        """
        words = said(words, "words", say("errors.question_words"))
        if kind == IDENTITY and not (means and set(means) <= set(MEANS)):
            raise NotAllowed(say("errors.name_means", means=", ".join(MEANS)), field="means")
        if kind == IDENTITY and set(means) == {"document"}:
            told = say("errors.document_last")
            raise NotAllowed(told, field="means")

        def act(unit: Unit, asked: Asked, by: str) -> ClockMove:
            self._check(kind, asked)
            self._check_drafts(unit, asked.ticket, f"{kind}_question")
            values = {"words_of_ours": words, "means": [each for each in MEANS if each in means]}
            detail = {"large": asked.known.large, "document": "document" in means}
            letter = Letter(f"{kind}_question", values)
            return self._record(unit, asked.ticket, by, kind, asked.today, detail, letter)

        return self._press(user, event, ticket_id, seen, act)

    def resume_clock(
        self, user: str, event: str, ticket_id: str, on: date | None = None, seen: int | None = None
    ) -> ClockMove | None:
        """The person has answered, on this day (today, if none is named): the clock runs again."""

        def act(unit: Unit, asked: Asked, by: str) -> ClockMove:
            self._check(ANSWERED, asked)
            first = min(each.on for each in asked.known.waiting)
            day = on or asked.today
            if not first <= day <= asked.today:
                span = say("errors.span_between", first=short(first))
                raise NotAllowed(say("errors.answer_came", span=span), field="on")
            answered = self._answers_came(unit, asked.ticket, by, day)
            assert answered is not None  # checked
            return answered

        return self._press(user, event, ticket_id, seen, act)

    def extend(
        self, user: str, event: str, ticket_id: str, until: date, reason: str, words: Sequence[str],
        part: Sequence[str] = (), seen: int | None = None,
    ) -> ClockMove | None:  # fmt: skip
        """The person is told today, with reasons, that the answer comes by `until`; that date counts now.

        `reason` is one the law allows, or its beginning; `words` say why it is so in this case, `part` what can be
        answered already.
        """
        words = said(words, "words", say("errors.say_why_longer"))
        now = said(part, "part", "") if paragraphs(part) else []

        def act(unit: Unit, asked: Asked, by: str) -> ClockMove:
            self._check(EXTENSION, asked)
            self._check_drafts(unit, asked.ticket, "extension_notice")
            allowed = self._reasons(asked.ticket)
            found = [each for each in allowed if reason and each.startswith(reason)]
            if len(found) != 1:
                named = "; ".join(translated("law_said", each) for each in allowed)
                raise NotAllowed(say("errors.reasons_allowed", allowed=named), field="reason")
            self._check_until(asked, until)
            values = {"reason": found[0], "words_of_ours": words, "part": now, "was_due": asked.ticket.due}
            detail = {"new_due": until.isoformat(), "reason": found[0]}
            letter = Letter("extension_notice", values)
            return self._record(unit, asked.ticket, by, EXTENSION, asked.today, detail, letter)

        return self._press(user, event, ticket_id, seen, act)

    def large(
        self, user: str, event: str, ticket_id: str, *, large: bool = True, seen: int | None = None
    ) -> ClockMove | None:
        """It is on record whether a large amount of data is concerned: from now on a clarification may stop the clock.

        GDPR recital 63. A question asked before told the person something else, and that stays so.
        """

        def act(unit: Unit, asked: Asked, by: str) -> ClockMove:
            if asked.known.large == large:
                raise NotAllowed(say("errors.on_record") if large else say("errors.not_on_record"))
            return self._record(unit, asked.ticket, by, LARGE, asked.today, {"large": large})

        return self._press(user, event, ticket_id, seen, act)

    def regime(
        self, user: str, event: str, ticket_id: str, regimes: Sequence[str], how: str, seen: int | None = None
    ) -> ClockMove | None:
        """A person has said which laws apply, and how that is known; all that are on: nobody knows."""
        on = self.house.regimes
        if how not in HOW:
            raise NotAllowed(say("errors.say_how_known_one", how=", ".join(HOW)), field="how")
        if not regimes or not set(regimes) <= set(on):
            raise NotAllowed(say("errors.name_laws", on=", ".join(on)), field="regimes")

        def act(unit: Unit, asked: Asked, by: str) -> ClockMove:
            chosen = tuple(each for each in on if each in regimes)
            if chosen == (asked.known.regimes or on):
                raise NotAllowed(say("errors.laws_already"), field="regimes")
            detail = {"regimes": None if chosen == on else list(chosen), "how": HOW[how]}
            return self._record(unit, asked.ticket, by, REGIME, asked.today, detail)

        return self._press(user, event, ticket_id, seen, act)

    # -- what all of them share -----------------------------------------------------------------------------------

    def _press(self, user: str, event: str, ticket_id: str, seen: int | None, act: Act) -> ClockMove | None:
        """The move, or None for a second delivery of the same press. NotAllowed in words otherwise."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            asked = self._asked_of(unit, self._open_ticket(unit, ticket_id))
            if seen is not None and seen != asked.known.stamp:
                raise NotAllowed(
                    say("errors.clock_changed", ref=asked.ticket.ref, due=short(asked.ticket.due))
                )
            made = act(unit, asked, actor.id)
            checkpoint("clock.moved")
        checkpoint("clock.committed")
        return made

    def _asked_of(self, unit: Unit, ticket: Ticket) -> Asked:
        known = self._on_record(unit, ticket)
        return Asked(ticket, known, self._clock_of(ticket, known), self._today(unit.now))

    def _release_move(self, unit: Unit, letter: LetterRow, by: str, move: Mapping[str, Any]) -> None:
        """The draft goes out, and its move of the clock counts from today; NotAllowed where it is not so any more."""
        asked = self._asked_of(unit, self._open_ticket(unit, letter.ticket_id))
        kind, detail = str(move["kind"]), dict(move["detail"])
        self._check(kind, asked)
        changes: dict[str, Any] = {}
        if kind == EXTENSION:
            self._check_until(asked, date.fromisoformat(detail["new_due"]))
            changes = {"was_due": asked.ticket.due}
        else:
            detail["large"] = asked.known.large
        self._record(unit, asked.ticket, by, kind, asked.today, detail, Letter(letter.kind, changes, draft=letter))

    # -- may it be done -------------------------------------------------------------------------------------------

    def _check_drafts(self, unit: Unit, ticket: Ticket, letter: str) -> None:
        if any(each.kind == letter for each in unit.letters.drafts(ticket.id)):
            raise NotAllowed(say("errors.letter_waits"))

    def _check(self, kind: str, asked: Asked) -> None:
        """Nothing, if this move is open now; NotAllowed in words otherwise."""
        if kind in QUESTIONS:
            self._check_question(kind, asked)
        elif kind == ANSWERED and not asked.known.waiting:
            raise NotAllowed(say("errors.not_asked"))
        elif kind == EXTENSION:
            self._check_extension(asked)
        elif kind == REGIME and len(self.house.regimes) < 2:
            raise NotAllowed(say("errors.one_law"))
        elif kind not in {ANSWERED, REGIME, LARGE}:
            raise NotAllowed(say("errors.no_clock_move", kind=kind))

    def _check_question(self, kind: str, asked: Asked) -> None:
        if kind == IDENTITY and asked.ticket.identity == Identity.CONFIRMED:
            raise NotAllowed(say("errors.no_doubt"))
        for each in asked.known.waiting:
            if each.kind == kind and not each.code and each.large == asked.known.large:
                raise NotAllowed(say("errors.asked_on", on=short(each.on)))

    def _check_extension(self, asked: Asked) -> None:
        counts = asked.clock.counts
        extension = law.regime(counts.regime).extension
        if extension is None:
            raise NotAllowed(say("errors.no_extension_counts", law=counts.short))
        if asked.clock.state != "running":
            raise NotAllowed(say("errors.stands_still"))
        notice_by = asked.clock.extension_notice_by
        if notice_by is None:
            raise NotAllowed(say("errors.no_extension", law=counts.short))
        if asked.today > notice_by:
            raise NotAllowed(
                say("errors.notice_too_late", notice_by=short(notice_by), article=extension.article)
            )

    def _check_until(self, asked: Asked, until: date) -> None:
        if until <= asked.clock.unrolled:
            raise NotAllowed(say("errors.not_later", due=short(asked.clock.unrolled)), field="until")
        if until > asked.ticket.received_on + LONGEST:
            raise NotAllowed(say("errors.over_a_year"), field="until")
        found = self._extended(asked, until).counts
        if found.unrolled < until:
            words = say("errors.law_at_most", law=found.short, due=short(found.unrolled))
            raise NotAllowed(words, field="until")

    def _extended(self, asked: Asked, until: date) -> law.Clock:
        notices = (*asked.known.notices, Notice("", asked.today, until))
        return self._clock_of(asked.ticket, replace(asked.known, notices=notices))

    def _reasons(self, ticket: Ticket) -> tuple[str, ...]:
        """The reasons allowed: those of the law that binds most, by limiting its extension, if several may apply."""
        extensions = [found for each in ticket.regimes if (found := law.regime(each).extension)]
        limited = [each for each in extensions if each.length]
        return next((each.reasons for each in (*limited, *extensions)), ())

    # -- what people see ------------------------------------------------------------------------------------------

    def clock_form(self, user: str, ticket_id: str, kind: str) -> ClockForm:
        """What a form for this move is drawn from; NotAllowed where the move is not open."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            if ticket.state != "open":
                raise NotAllowed(say("card.is_closed", ref=ticket.ref))
            asked = self._asked_of(unit, ticket)
            self._check(kind, asked)
            view = self.clock_view(unit, ticket)
        latest = self._extended(asked, ticket.received_on + FAR).unrolled if kind == EXTENSION else None
        return ClockForm(
            ticket_id=ticket.id, ref=ticket.ref, kind=kind, stamp=asked.known.stamp, today=asked.today, due=ticket.due,
            unrolled=ticket.unrolled, view=view, regimes=ticket.regimes, on=self.house.regimes,
            reasons=self._reasons(ticket), latest=None if latest == ticket.received_on + FAR else latest,
            stops=self._would_stop(asked, kind),
        )  # fmt: skip

    def _would_stop(self, asked: Asked, kind: str) -> str:
        """The state of the clock if this question were asked today."""
        if kind not in QUESTIONS:
            return asked.clock.state
        question = Question("", kind, asked.today, asked.known.large, code=False)
        return self._clock_of(
            asked.ticket, replace(asked.known, questions=(*asked.known.questions, question))
        ).state

    def clock_view(self, unit: Unit, ticket: Ticket) -> ClockView:
        """How the clock stands, for the card."""
        rows = unit.tickets.clock_events(ticket.id)
        known = recorded(rows)
        return ClockView(
            state=ticket.clock,
            waiting=tuple((each.kind, each.on) for each in known.waiting),
            notice_by=ticket.extension_notice_by,
            extended_on=max((each.on for each in known.notices), default=None),
            large=known.large,
            chosen=known.regimes is not None,
            offers=self._offers(unit, ticket, known) if ticket.state == "open" else (),
            moves=tuple(move(ticket.ref, each) for each in rows if moved(each)),
        )

    def _offers(self, unit: Unit, ticket: Ticket, known: Recorded) -> tuple[str, ...]:
        """The moves that are open, those first that people need first. The menu of a card has room for five."""
        asked = {each.kind for each in known.waiting if not each.code and each.large == known.large}
        notice_by = ticket.extension_notice_by
        may = {
            ANSWERED: bool(known.waiting),
            IDENTITY: ticket.identity != Identity.CONFIRMED and IDENTITY not in asked,
            CLARIFICATION: CLARIFICATION not in asked,
            EXTENSION: notice_by is not None and self._today(unit.now) <= notice_by,
            REGIME: len(self.house.regimes) > 1,
            LARGE: True,
        }
        return tuple(kind for kind, open_ in may.items() if open_)


def said(words: Sequence[str], field: str, otherwise: str) -> list[str]:
    """The paragraphs of a letter. NotAllowed where there is none."""
    found = paragraphs(words)
    if not found:
        raise NotAllowed(otherwise, field=field)
    if sum(map(len, found)) > WORDS:
        raise NotAllowed(say("errors.letter_too_long", words=WORDS), field=field)
    return found
