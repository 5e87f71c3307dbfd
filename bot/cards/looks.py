"""The form in which somebody looks through what may be about other people, before a copy goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.cards.blocks import Block, context, cut, divider, escape, modal, paragraph, plain, words
from bot.cards.inputs import choice, entry, logged, prose
from bot.phrases import Phrases, say

AT_ONCE = 10  # pieces in one form
CHOICES = Phrases(
    {
        "keep": "looks.keep",
        "black": "looks.veil",
        "out": "looks.leave_out",
    }
)
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
        paragraph(say("looks.told")),
        context(f"{escape(form.ref)} · {logged()}"),
    ]
    for piece in form.pieces:
        head = paragraph(f"{cut(piece.system, 60)} · {cut(piece.name, 300)}")
        blocks += [divider(), head, context(escape(piece.why))]
        blocks += words(piece.says, 2) if piece.says else [context(say("looks.unreadable"))]
        options = CHOICES if piece.says else UNREAD
        name = f"piece_{piece.id}"
        blocks.append(entry(name, say("looks.outcome"), choice(name, options)))
    hint = say("looks.words_hint")
    blocks += [divider(), prose("words", say("looks.words"), hint, optional=True)]
    if form.further:
        label = say("looks.rest", further=form.further)
        hint = say("looks.rest_hint")
        blocks.append(entry("rest", label, choice("rest", REST), hint=hint, optional=True))
    view = modal(say("windows.before_it_goes_out"), blocks, metadata=form.request_id)
    return {**view, "submit": plain(say("looks.decide")), "close": plain(say("frame.not_now")), "callback_id": "looks"}
