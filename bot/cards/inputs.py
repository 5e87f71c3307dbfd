"""The fields of forms. Every field's block and element carry the same name."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.cards.blocks import Block, cut, plain
from bot.phrases import say

LONGEST = 2000  # characters of a handler's own words: a letter takes no longer value


def entry(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """A field; its block and its element carry the same name."""
    made: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}
    return made | ({"hint": plain(hint)} if hint else {})


def one_line(name: str, label: str, initial: str = "", longest: int = 200) -> Block:
    """One line of text that may stay empty."""
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": longest}
    if initial:
        element["initial_value"] = initial[:longest]
    return entry(name, label, element, optional=True)


def prose(name: str, label: str, hint: str, *, optional: bool = False) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": LONGEST}
    return entry(name, label, element, hint=hint, optional=optional)


def day_picker(name: str, initial: date | None) -> Block:
    made: Block = {"type": "datepicker", "action_id": name}
    return made | ({"initial_date": initial.isoformat()} if initial else {})


def _option(value: str, words: str) -> Block:
    return {"text": plain(cut(words, 75)), "value": value}


def choice(name: str, options: Mapping[str, str]) -> Block:
    return {
        "type": "static_select", "action_id": name, "options": [_option(*each) for each in options.items()],
    }  # fmt: skip


def boxes(name: str, options: Mapping[str, str], marked: Iterable[str]) -> Block:
    made = {value: _option(value, words) for value, words in options.items()}
    first = [made[each] for each in marked if each in made]
    boxes: Block = {"type": "checkboxes", "action_id": name, "options": list(made.values())}
    return boxes | ({"initial_options": first} if first else {})


def logged() -> str:
    """What stands in every window that shows a person."""
    return say("modals.logged")
