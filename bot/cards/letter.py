"""Letters that wait for their release: their lines on the card, and the windows to read, edit and check one.

A line on the card says which letter it is and never what stands in it; its words, and what they rest on, are drawn for
one permitted user's modal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.cards.blocks import (
    VIEW_BLOCKS,
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    divider,
    escape,
    modal,
    moment,
    paragraph,
    plain,
    section,
    words,
)
from bot.cards.inputs import LONGEST, choice, entry, logged, prose
from bot.cards.views import DraftView
from bot.phrases import Phrases, say

LANGUAGES = Phrases({"en": "card.english", "de": "card.german", "fr": "card.french", "it": "card.italian"})
SHOWN = 3  # drafts of one ticket that have their buttons on the card
WRAPPED = 48  # characters: a line of a mail that is longer may go on in the next one
LETTER = 60  # sections of a letter's text


@dataclass(frozen=True)
class Statement:
    """Something a letter says, and the rows it rests on. Without one it cannot be released."""

    says: str = field(repr=False)
    rests: tuple[str, ...] = ()  # each row in words
    opens: tuple[str, str, str] | None = None  # a window that shows them: text of its button, action, value


@dataclass(frozen=True)
class LetterView:
    """A draft as it would leave now: for one permitted user's modal."""

    draft: DraftView
    ref: str
    language: str
    made_at: datetime
    to: str = field(repr=False)  # address
    subject: str = field(repr=False)
    text: str = field(repr=False)
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    can_drop: bool = False  # it may stay unsent
    can_redo: bool = False  # it is an answer, which may be written anew

    @property
    def missing(self) -> tuple[Statement, ...]:
        """What it says and no row shows."""
        return tuple(each for each in self.statements if not each.rests)


@dataclass(frozen=True)
class LetterForm:
    """What the form to edit a draft is drawn from: for one permitted user's modal."""

    draft: DraftView
    ref: str
    language: str
    added: str = field(repr=False)  # words of ours beside what the letter says by itself
    ours: str | None = field(default=None, repr=False)  # what a person wrote when it was drafted; None: nothing


# -- on the card -------------------------------------------------------------------------------------------------------


def draft_lines(drafts: Sequence[DraftView], ticket_id: str, mark: str) -> list[Block]:
    """A line for each draft with its buttons; all of them are released by one press where there are several."""
    if not drafts:
        return []
    blocks: list[Block] = [divider()]
    for number, each in enumerate(drafts[:SHOWN], start=1):
        told = say("letter.waits", name=escape(each.name), to=escape(cut(each.to, 100)))
        blocks.append(section(told))
        blocks += actions([
            button(say("letter.read"), f"letter:{number}", each.id, style="primary"),
            button(say("letter.release"), f"release:{number}", f"{each.id}:{each.stamp}", confirm=_sure(each)),
        ])  # fmt: skip
    if len(drafts) > SHOWN:
        blocks.append(context(say("letter.more_waiting", drafts=len(drafts) - SHOWN)))
    if len(drafts) > 1:
        ask = confirm(
            say("letter.release_all_sure", drafts=len(drafts)),
            say("letter.release_all_told"), say("letter.release_all"),
        )  # fmt: skip
        blocks += actions(
            [
                button(
                    say("letter.release_all_button", drafts=len(drafts)),
                    "release_all",
                    f"{ticket_id}:{mark}",
                    confirm=ask,
                )
            ]
        )
    return blocks


def _sure(draft: DraftView) -> Block:
    told = say("letter.release_told", upper=draft.name[:1].upper(), name=draft.name[1:], to=draft.to)
    return confirm(say("letter.release_sure"), told, say("letter.release"))


# -- windows -----------------------------------------------------------------------------------------------------------


def letter_modal(view: LetterView, now: datetime) -> Block:
    """The letter as it would leave now, with what can be done with it."""
    draft = view.draft
    head = say(
        "letter.drafted",
        name=draft.name,
        language=LANGUAGES.get(view.language, view.language),
        made_at=moment(view.made_at, now),
    )
    blocks = [
        context(f"{escape(view.ref)} · {escape(head)} · {logged()}"),
        paragraph(say("letter.to", to=cut(view.to, 300))),
        paragraph(say("letter.subject", subject=cut(view.subject, 300))),
        divider(),
        *words(unwrapped(view.text), LETTER),
        divider(),
    ]
    if view.missing:
        told = "; ".join(cut(each.says, 120) for each in view.missing[:5])
        blocks.append(paragraph(say("letter.unshown", told=told)))
    else:
        told = say("letter.shown", statements=len(view.statements))
        blocks.append(paragraph(told))
    row = (
        []
        if view.missing
        else [button(say("letter.release"), "release_read", f"{draft.id}:{draft.stamp}", style="primary")]
    )
    row += [
        button(say("letter.edit"), "letter_edit", draft.id),
        button(say("letter.proof"), "letter_rests", draft.id),
    ]
    if view.can_redo:
        ask = confirm(say("letter.anew_sure"), say("letter.anew_told"), say("letter.anew"))
        row.append(button(say("letter.anew"), "letter_anew", draft.id, confirm=ask))
    if view.can_drop:
        ask = confirm(say("letter.discard_sure"), say("letter.discard_told"), say("letter.discard"), danger=True)
        row.append(button(say("letter.discard"), "letter_drop", draft.id, confirm=ask))
    return modal(say("windows.a_letter"), [*blocks, *actions(row)], metadata=draft.id)


def rests_modal(view: LetterView) -> Block:
    """Statement by statement what the letter rests on, with a way to the rows themselves."""
    blocks: list[Block] = [context(f"{escape(view.ref)} · {escape(view.draft.name)} · {logged()}")]
    opened: list[tuple[str, str, str]] = []  # each window has one button
    for each in view.statements:
        opens = None
        if each.opens and each.opens not in opened:
            opened.append(each.opens)
            text, action, value = each.opens
            opens = button(text, f"{action}:{len(opened)}" if action in NUMBERED else action, value)
        blocks.append(paragraph(f"“{cut(each.says, 600)}”", opens))
        rests = "; ".join(each.rests) or say("letter.proof_missing")
        blocks.append(context(escape(cut(rests, 1000))))
    if len(blocks) > VIEW_BLOCKS:
        blocks = [*blocks[: VIEW_BLOCKS - 1], context(say("letter.more_proof"))]
    return modal(say("windows.what_it_rests_on"), blocks, metadata=view.draft.id)


def unwrapped(text: str) -> str:
    """The letter without the line ends of a mail: a window has its own width."""
    lines: list[str] = []
    before = ""
    for line in text.split("\n"):
        goes_on = len(before) > WRAPPED and line.strip() and not _BEGINS.match(line)
        if goes_on:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        before = line
    return "\n".join(lines)


_BEGINS = re.compile(r"- |---|\s*[^\s:.][^:.]{0,39}: |https?://")  # a point, a rule, a detail, a link

NUMBERED = frozenset({"task_look"})  # whose action bears a number, because several may stand in one view


def letter_form(form: LetterForm) -> Block:
    """What may be changed of a draft: our own words, and the language. What the record says stays as it is."""
    blocks: list[Block] = [
        context(escape(f"{form.ref} · {form.draft.name}")),
        paragraph(say("letter.edit_told")),
        _initial(entry("language", say("letter.language"), choice("language", LANGUAGES)), form.language),
    ]
    if form.ours is not None:
        blocks.append(_written(prose("ours", say("letter.words"), say("letter.words_hint")), form.ours))
    hint = say("letter.own_word_hint")
    blocks.append(_written(prose("added", say("letter.own_word"), hint, optional=True), form.added))
    hint = say("letter.basis_hint")
    blocks.append(prose("known", say("evidence.known"), hint, optional=True))
    view = modal(say("windows.edit_the_letter"), blocks, metadata=f"{form.draft.id}:{form.draft.stamp}")
    return {
        **view,
        "submit": plain(say("letter.keep")),
        "close": plain(say("frame.not_now")),
        "callback_id": "letter_edit",
    }


def _written(block: Block, text: str) -> Block:
    if text:
        block["element"]["initial_value"] = text[:LONGEST]
    return block


def _initial(block: Block, value: str) -> Block:
    found = [each for each in block["element"]["options"] if each["value"] == value]
    if found:
        block["element"]["initial_option"] = found[0]
    return block
