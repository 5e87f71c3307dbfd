"""A letter is read, edited and released by a person, who answers for it; what no row shows cannot be released."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import drafts
from bot.cards import DraftView
from bot.cards.letter import LetterForm, LetterView, Statement
from bot.checkpoints import checkpoint
from bot.desk.attesting import Attesting
from bot.desk.planning import LIFTING_NOTICE
from bot.desk.provers import About, statements
from bot.desk.writing import paragraphs
from bot.drafts import ANSWERS, restored
from bot.errors import NotAllowed, TooLate
from bot.phrases import say
from bot.store import ClockEvent, Unit
from bot.store.rows import LetterRow
from bot.tickets import BOT, Request, Role, State, Ticket, check_role, together

STAMP = 16  # characters of a digest that say which words were read
MAY_STAY = frozenset({*drafts.QUESTIONS, "extension_notice", "not_an_enquiry", "closing", "complaint_acknowledged"})
LONGEST = 20  # paragraphs
OURS = "words_of_ours"  # the value in which a person's own words stand
ADDED = "added"


class Drafting(Attesting):
    """The verbs of drafts. `stamp` is of the words that were read: of others nothing is released."""

    # -- looking ------------------------------------------------------------------------------------------------------

    def letter(self, user: str, letter_id: str) -> LetterView:
        """The draft as it would leave now, and what it rests on, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            letter, ticket = self._draft(unit, letter_id)
            content, found = self._as_now(unit, ticket, letter)
            unit.audit(user, "look_letter", ticket.id, letter.request_id, letter=letter.kind, id=letter.id)
            secrets = [each for each in (content["secret"], self._common(ticket)["enquiry_link"]) if each]
            text = content["text"]
            for each in secrets:  # a link is for the person alone
                text = text.replace(each, "…")
            return LetterView(
                draft=self._draft_view(unit, letter), ref=ticket.ref, language=letter.language, made_at=letter.made_at,
                to=content["to"], subject=content["subject"],
                text=text, statements=found,
                can_drop=letter.kind in MAY_STAY, can_redo=self._answers(unit, letter) is not None,
            )  # fmt: skip

    def letter_form(self, user: str, letter_id: str) -> LetterForm:
        """What the form to edit the draft is drawn from. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            letter, ticket = self._draft(unit, letter_id)
            values = unit.letters.content(letter.id)["values"]
            unit.audit(user, "look_letter", ticket.id, letter.request_id, letter=letter.kind, id=letter.id)
            return LetterForm(
                draft=self._draft_view(unit, letter), ref=ticket.ref, language=letter.language,
                added="\n".join(values.get(ADDED, [])), ours="\n".join(values[OURS]) if OURS in values else None,
            )  # fmt: skip

    def draft_views(self, unit: Unit, ticket_id: str) -> tuple[tuple[DraftView, ...], str]:
        """The ticket's drafts as the channel may see them, and a mark of exactly these."""
        found = unit.letters.drafts(ticket_id)
        return tuple(self._draft_view(unit, each) for each in found), _mark(found)

    def _draft_view(self, unit: Unit, letter: LetterRow) -> DraftView:
        notice = unit.notices.by_letter(letter.id) if letter.kind in drafts.TO_RECIPIENTS else None
        right = unit.requests.get(letter.request_id).right if letter.request_id else None
        to = notice.name if notice else say("letter.to_person")
        return DraftView(letter.id, letter.digest[:STAMP], drafts.name(letter.kind), to, right)

    # -- editing ------------------------------------------------------------------------------------------------------

    def edit_letter(
        self, user: str, event: str, letter_id: str, stamp: str, *, language: str, ours: Sequence[str] | None = None,
        added: Sequence[str] = (), known: str = "",
    ) -> str:  # fmt: skip
        """What was done, in a sentence: the draft is in this language and has these words of ours.

        NotAllowed, naming the field, where nobody says how the added words are known: that is kept as a note.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken")
            letter, ticket = self._draft(unit, letter_id, stamp)
            values = unit.letters.content(letter.id)["values"]
            changes, new = self._edited(values, ours, added)
            if new and not known.strip():
                raise NotAllowed(say("errors.say_how_shown"), field="known")
            if new:
                unit.notes.add(ticket.id, actor.id, f"{drafts.name(letter.kind)}: {known.strip()}")
            letter = replace(letter, language=language or letter.language)
            content = self._printed_anew(unit, letter, ticket, changes)
            unit.letters.edit(letter.id, letter.language, content)
            unit.audit(
                actor.id, "edit_letter", ticket.id, letter.request_id, letter=letter.kind, id=letter.id,
                language=letter.language, known=bool(changes.get(ADDED)),
            )  # fmt: skip
            self._word(unit, ticket, "edit_letter", actor.id, what=drafts.name(letter.kind))
            self._redraw(unit, ticket.id)
        return say("answers.draft_kept")

    def _edited(
        self, values: Mapping[str, Any], ours: Sequence[str] | None, added: Sequence[str]
    ) -> tuple[dict[str, Any], bool]:
        """(values that change, whether there are added words nobody has accounted for yet)."""
        changes: dict[str, Any] = {}
        if OURS in values and ours is not None:
            said = paragraphs(ours)[:LONGEST]
            if not said and values[OURS]:
                raise NotAllowed(say("errors.words_missing"), field="ours")
            changes[OURS] = said
        more = paragraphs(added)[:LONGEST]
        if more != values.get(ADDED, []):
            changes[ADDED] = more
        return changes, bool(changes.get(ADDED))

    # -- releasing ----------------------------------------------------------------------------------------------------

    def release(self, user: str, event: str, letter_id: str, stamp: str) -> None:
        """The draft is on its way, and this user is on record for it. NotAllowed where a row is missing for it."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            letter, ticket = self._draft(unit, letter_id, stamp)
            self._release(unit, letter, actor.id)
            self._word(unit, ticket, "release", actor.id, what=drafts.name(letter.kind))
            checkpoint("letter.released")
        checkpoint("letter.release_committed")

    def release_all(self, user: str, event: str, ticket_id: str, mark: str) -> None:
        """All drafts of the ticket are on their way, if they are those the card showed; all of them, or none."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = unit.tickets.lock(ticket_id)
            found = unit.letters.drafts(ticket_id)
            if not found or _mark(found) != mark:
                raise TooLate(say("errors.letters_changed"))
            for letter in sorted(found, key=lambda each: each.kind not in drafts.TO_RECIPIENTS):
                self._release(unit, letter, actor.id)
            self._word(unit, ticket, "release", actor.id, what=say("answers.letters", n=len(found)))

    def _release(self, unit: Unit, letter: LetterRow, by: str) -> None:
        ticket = unit.tickets.get(letter.ticket_id)
        content, found = self._as_now(unit, ticket, letter)
        if missing := [each.says for each in found if not each.rests]:
            things = say("errors.things_it_says", n=len(missing))
            told = say("errors.nothing_shows", things=things)
            raise NotAllowed(told)
        if move := content.pop("move", None):
            self._release_move(unit, letter, by, restored(move))
            return
        if {"link_until", "locked"} & content["values"].keys():
            self._link_until(unit, letter)
        self._go_out(unit, letter, by, content)

    def _as_now(
        self, unit: Unit, ticket: Ticket, letter: LetterRow
    ) -> tuple[dict[str, Any], tuple[Statement, ...]]:
        """The draft with what has changed since it was written, and what each thing it says rests on."""
        draft = unit.letters.content(letter.id)
        changes = self._since(unit, letter, draft["values"])
        if "move" in draft:
            move = restored(draft["move"])
            row = ClockEvent("", ticket.id, move["kind"], self._today(unit.now), move["detail"], BOT.id, unit.now)
            ticket, effect = self._would(unit, ticket, row)
            changes |= effect
        content = self._printed_anew(unit, letter, ticket, changes)
        about = About(unit, self.house, self.systems, ticket, letter, content)
        return content, statements(about)

    def _since(self, unit: Unit, letter: LetterRow, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a draft says of the moment it leaves: who has been told by now, until when a link works."""
        changes: dict[str, Any] = {}
        if letter.request_id and {"told", "telling"} & values.keys():
            changes |= self._told_values(unit, unit.requests.get(letter.request_id))
        if "link_until" in values:
            changes["link_until"] = self._today(unit.now + timedelta(days=self.house.package_days))
        if letter.kind == LIFTING_NOTICE:
            changes["lifted_on"] = self._today(unit.now + timedelta(days=self.house.lift_notice_days))
        return changes

    def _link_until(self, unit: Unit, letter: LetterRow) -> None:
        """The days of a link begin when the person can hear of it."""
        until = unit.now + timedelta(days=self.house.package_days)
        for each in unit.packages.of(letter.ticket_id):
            if each.request_id == letter.request_id and each.revoked_at is None:
                unit.packages.until(each.id, until)

    # -- otherwise ----------------------------------------------------------------------------------------------------

    def drop_letter(self, user: str, event: str, letter_id: str) -> str:
        """What was done, in a sentence: nobody is written to. NotAllowed for a letter the person is owed."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken")
            letter, ticket = self._draft(unit, letter_id)
            if letter.kind not in MAY_STAY:
                raise NotAllowed(say("errors.letter_owed"))
            self._drop_draft(unit, letter, actor.id)
            self._word(unit, ticket, "drop_letter", actor.id, what=drafts.name(letter.kind))
        return say("answers.draft_discarded")

    def redo_letter(self, user: str, event: str, letter_id: str) -> str:
        """What was done, in a sentence: the answer is written anew from what is on record now, its package too."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken")
            letter, ticket = self._draft(unit, letter_id)
            request = self._answers(unit, letter)
            if request is None:
                raise NotAllowed(say("errors.no_answer_letter"))
            self._drop_draft(unit, letter, actor.id)
            self._escalate(unit, request, say("reasons.letter_anew"))
            self._answer(unit, self._resume(unit, unit.requests.get(request.id), actor))
            self._word(unit, ticket, "redo_letter", actor.id, what=drafts.name(letter.kind))
        return say("answers.letter_anew")

    def _answers(self, unit: Unit, letter: LetterRow) -> Request | None:
        """The request this draft is the answer of."""
        if letter.request_id is None or letter.kind not in ANSWERS:
            return None
        request = unit.requests.get(letter.request_id)
        return request if request.state == State.ANSWERING else None

    def _draft(self, unit: Unit, letter_id: str, stamp: str | None = None) -> tuple[LetterRow, Ticket]:
        """The draft and its ticket, which is locked; TooLate once it is none, or says something else than was read."""
        ticket = unit.tickets.lock(unit.letters.get(letter_id).ticket_id)
        letter = unit.letters.get(letter_id)
        if not letter.waits:
            raise TooLate(self._gone(letter))
        if stamp is not None and stamp != letter.digest[:STAMP]:
            raise TooLate(say("errors.letter_edited"))
        return letter, ticket


def _mark(found: Sequence[LetterRow]) -> str:
    return together((each.id, each.digest) for each in found)
