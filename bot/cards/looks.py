"""The form in which somebody looks through what may be about other people, before a copy goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.cards.blocks import Block, context, cut, divider, escape, modal, paragraph, plain, words
from bot.cards.inputs import choice, entry, prose
from bot.cards.modals import LOGGED

AT_ONCE = 10  # pieces in one form
CHOICES = {
    "keep": "Goes out as it is",
    "black": "Black out the words below, and addresses of others",
    "out": "Stays out of the copy",
}
UNREAD = {"keep": CHOICES["keep"], "out": CHOICES["out"]}  # its words cannot be read, so none can be taken out
REST = {"black": CHOICES["black"], "out": CHOICES["out"]}  # what nobody has looked at does not go out as it is


@dataclass(frozen=True)
class PieceView:
    """One piece, for the modal of one permitted person."""

    id: str
    system: str
    why: str
    name: str = field(repr=False)
    says: str = field(repr=False)


@dataclass(frozen=True)
class LookForm:
    """What the form is drawn from. `further`: how many there are beyond those shown."""

    ref: str
    request_id: str
    pieces: Sequence[PieceView] = field(repr=False)
    further: int = 0


def look_form(form: LookForm) -> Block:
    """The pieces with what they say, and what is to become of each."""
    blocks = [
        paragraph(
            "These may be about other people, too. A copy must not harm their rights: let out what only the person "
            "asked for, black out names, or leave a piece out. The letter says that something is missing, and why."
        ),
        context(f"{escape(form.ref)} · {LOGGED}"),
    ]
    for piece in form.pieces:
        head = paragraph(f"{cut(piece.system, 60)} · {cut(piece.name, 300)}")
        blocks += [divider(), head, context(escape(piece.why))]
        blocks += words(piece.says, 2) if piece.says else [context("Its words cannot be read here.")]
        options = CHOICES if piece.says else UNREAD
        name = f"piece_{piece.id}"
        blocks.append(entry(name, "What becomes of it?", choice(name, options)))
    hint = "One a line: names, telephone numbers. Capitals do not matter; e-mail addresses of others go by themselves."
    blocks += [divider(), prose("words", "Which words are to be blacked out?", hint, optional=True)]
    if form.further:
        label = f"And the {form.further} further ones?"
        hint = "Without a choice they are shown next. Files whose words cannot be read stay out then."
        blocks.append(entry("rest", label, choice("rest", REST), hint=hint, optional=True))
    view = modal("Before it goes out", blocks, metadata=form.request_id)
    return {**view, "submit": plain("Decide"), "close": plain("Not now"), "callback_id": "looks"}
