"""What people decide of pieces of a copy that may be about others: as it is, without some words, or left out."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.cards.looks import AT_ONCE, LookForm, PieceView
from bot.checkpoints import checkpoint
from bot.desk.choosing import Choosing
from bot.desk.sifting import BLACK, KEEP, OUT
from bot.errors import NotAllowed
from bot.phrases import say
from bot.store import Unit
from bot.store.looks import Look
from bot.tickets import Request, Role, State, check_role

WORDS = 100  # to be blacked out at once
DECIDED = "errors.all_decided"


class Redacting(Choosing):
    """The verbs of looking through a copy. Each piece is decided once; when all are, the copy is packed."""

    def look_form(self, user: str, request_id: str) -> LookForm:
        """The next pieces, with what they say, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            request = unit.requests.get(request_id)
            undecided = self._undecided(unit, request)
            shown = undecided[:AT_ONCE]
            unit.audit(user, "look_through", request.ticket_id, request.id, pieces=[each.id for each in shown])
            ref = unit.tickets.get(request.ticket_id).ref
            pieces = [self._piece_view(unit, each) for each in shown]
        return LookForm(ref, request.id, pieces, len(undecided) - len(shown))

    def looked_through(
        self, user: str, event: str, request_id: str, verdicts: Mapping[str, str], words: Sequence[str], rest: str = ""
    ) -> int:
        """How many pieces nobody has decided yet; with the last one the copy goes on its way.

        `verdicts`: id of a look → keep, black, out; `rest`: for all others at once, and never keep. `words` are blacked
        out in what is decided black. NotAllowed, naming the field, where something cannot be.
        """
        check_role(self.actor(user), Role.HANDLER)
        told = [each.strip() for each in words if each.strip()]
        if len(told) > WORDS:
            raise NotAllowed(say("errors.words_at_once", words=WORDS), field="words")
        if not set(verdicts.values()) <= {KEEP, BLACK, OUT} or rest not in {"", BLACK, OUT}:
            raise NotAllowed(say("errors.old_form"))
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return unit.looks.open(request_id)
            _, request = self._request(unit, request_id)
            for each in self._undecided(unit, request):
                self._decide(unit, each, user, verdicts.get(each.id) or rest, told, given=each.id in verdicts)
            left = unit.looks.open(request.id)
            decided = Counter(each.verdict for each in unit.looks.of(request.id) if each.verdict)
            unit.audit(user, "looked_through", request.ticket_id, request.id, left=left, decided=dict(decided))
            checkpoint("look.decided")
            if left:
                self._redraw(unit, request.ticket_id)
            else:
                self._looked_at_all(unit, request, user)
            return left

    def _undecided(self, unit: Unit, request: Request) -> list[Look]:
        """By system; NotAllowed where nothing waits for anybody's look."""
        looks = [each for each in unit.looks.of(request.id) if each.verdict is None]
        if request.state != State.NEEDS_PERSON or request.back_to != State.ANSWERING or not looks:
            raise NotAllowed(say(DECIDED))
        return sorted(looks, key=lambda each: (each.system, each.kind, each.id))

    def _decide(self, unit: Unit, look: Look, user: str, verdict: str, words: Sequence[str], *, given: bool) -> None:
        if verdict == BLACK and not unit.looks.piece(look.id)["says"]:
            if given:
                told = say("errors.piece_unread")
                raise NotAllowed(told, field=f"piece_{look.id}")
            verdict = OUT
        if verdict:
            unit.looks.decide(look, verdict, words if verdict == BLACK else (), user)

    def _looked_at_all(self, unit: Unit, request: Request, user: str) -> None:
        """Nobody is waited for any more: back to the answer, by the hand that decided the last piece."""
        self._again(unit, self._resume(unit, request, self.actor(user)))

    def _piece_view(self, unit: Unit, look: Look) -> PieceView:
        piece = unit.looks.piece(look.id)
        return PieceView(look.id, self._label(look.system), look.why, piece["name"], piece["says"])
