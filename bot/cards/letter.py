"""Letters that wait for their release: their lines on the card, and the windows to read, edit and check one.

A line on the card says which letter it is and never what stands in it; its words, and what they rest on, are drawn for
one permitted user's modal.
"""

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
from bot.cards.inputs import LONGEST, choice, entry, prose
from bot.cards.views import DraftView

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "it": "Italian"}
SHOWN = 3  # drafts of one ticket that have their buttons on the card
LETTER = 60  # sections of a letter's text
PERSON = "the person who wrote"
LOGGED = "this view was written into the audit log"


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
        told = f"✉ *A letter waits for its release:* {escape(each.name)}, to {escape(cut(each.to, 100))}"
        blocks.append(section(told))
        blocks += actions([
            button("Read …", f"letter:{number}", each.id, style="primary"),
            button("Release", f"release:{number}", f"{each.id}:{each.stamp}", confirm=_sure(each)),
        ])  # fmt: skip
    if len(drafts) > SHOWN:
        blocks.append(context(f"… and {len(drafts) - SHOWN} more after these."))
    if len(drafts) > 1:
        ask = confirm(
            f"Release all {len(drafts)} letters?",
            "Each goes to whom it is addressed, as it says now. What has left cannot be taken back.", "Release all",
        )  # fmt: skip
        blocks += actions([button(f"Release all {len(drafts)}", "release_all", f"{ticket_id}:{mark}", confirm=ask)])
    return blocks


def _sure(draft: DraftView) -> Block:
    told = f"{draft.name[:1].upper()}{draft.name[1:]} goes to {draft.to}, as it says now. It cannot be taken back."
    return confirm("Release this letter?", told, "Release")


# -- windows -----------------------------------------------------------------------------------------------------------


def letter_modal(view: LetterView, now: datetime) -> Block:
    """The letter as it would leave now, with what can be done with it."""
    draft = view.draft
    head = f"{draft.name}, {LANGUAGES.get(view.language, view.language)}, drafted {moment(view.made_at, now)}"
    blocks = [
        context(f"{escape(view.ref)} · {escape(head)} · {LOGGED}"),
        paragraph(f"To: {cut(view.to, 300)}"),
        paragraph(f"Subject: {cut(view.subject, 300)}"),
        divider(),
        *words(view.text, LETTER),
        divider(),
    ]
    if view.missing:
        told = "; ".join(cut(each.says, 120) for each in view.missing[:5])
        blocks.append(paragraph(f"▲ It cannot be released: nothing on record shows this: {told}"))
    else:
        told = f"Each of the {len(view.statements)} things it says rests on the record. “What it rests on …” shows how."
        blocks.append(paragraph(told))
    row = [] if view.missing else [button("Release", "release_read", f"{draft.id}:{draft.stamp}", style="primary")]
    row += [button("Edit …", "letter_edit", draft.id), button("What it rests on …", "letter_rests", draft.id)]
    if view.can_redo:
        ask = confirm("Write it anew?", "What is on record now is looked at once more; this draft goes.", "Write anew")
        row.append(button("Write anew", "letter_anew", draft.id, confirm=ask))
    if view.can_drop:
        ask = confirm("Discard it?", "Nobody is written to, and nothing follows from it.", "Discard", danger=True)
        row.append(button("Discard", "letter_drop", draft.id, confirm=ask))
    return modal("A letter", [*blocks, *actions(row)], metadata=draft.id)


def rests_modal(view: LetterView) -> Block:
    """Statement by statement what the letter rests on, with a way to the rows themselves."""
    blocks: list[Block] = [context(f"{escape(view.ref)} · {escape(view.draft.name)} · {LOGGED}")]
    number = 0
    for each in view.statements:
        opens = None
        if each.opens:
            number += 1
            text, action, value = each.opens
            opens = button(text, f"{action}:{number}" if action in NUMBERED else action, value)
        blocks.append(paragraph(f"“{cut(each.says, 600)}”", opens))
        blocks.append(paragraph(cut("; ".join(each.rests) or "▲ Nothing on record shows this.", 1000)))
    if len(blocks) > VIEW_BLOCKS:
        blocks = [*blocks[: VIEW_BLOCKS - 1], context("… and more after these.")]
    return modal("What it rests on", blocks, metadata=view.draft.id)


NUMBERED = frozenset({"task_look"})  # whose action bears a number, because several may stand in one view


def letter_form(form: LetterForm) -> Block:
    """What may be changed of a draft: our own words, and the language. What the record says stays as it is."""
    blocks: list[Block] = [
        context(escape(f"{form.ref} · {form.draft.name}")),
        paragraph(
            "What the letter says of data, dates and recipients comes from the record and is not edited: if it is "
            "wrong, the record is. Yours are the words below."
        ),
        _initial(entry("language", "Language of the letter", choice("language", LANGUAGES)), form.language),
    ]
    if form.ours is not None:
        blocks.append(_written(prose("ours", "What you write to them", "It stands in the letter."), form.ours))
    hint = "Between the letter and the greeting. Nothing of it is checked: it goes out as you write it."
    blocks.append(_written(prose("added", "A word of your own", hint, optional=True), form.added))
    hint = "Needed for a word of your own, and kept as a note. What nobody can show cannot be released."
    blocks.append(prose("known", "How is that known?", hint, optional=True))
    view = modal("Edit the letter", blocks, metadata=f"{form.draft.id}:{form.draft.stamp}")
    return {**view, "submit": plain("Keep"), "close": plain("Not now"), "callback_id": "letter_edit"}


def _written(block: Block, text: str) -> Block:
    if text:
        block["element"]["initial_value"] = text[:LONGEST]
    return block


def _initial(block: Block, value: str) -> Block:
    found = [each for each in block["element"]["options"] if each["value"] == value]
    if found:
        block["element"]["initial_option"] = found[0]
    return block
