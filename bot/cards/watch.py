"""Erased, and there again: the message that says so, and the form of those who came back by their own will."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.cards.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    escape,
    header,
    lines,
    modal,
    moment,
    paragraph,
    plain,
)
from bot.cards.inputs import choice, day_picker, entry
from bot.cards.modals import LOGGED

OPTIONS = 100  # in one list of Slack's
STATES = {  # of those an alarm told of
    "again": "nobody has decided yet",
    "planned": "the erasure is planned again",
    "consent": "new consent is on record",
    "gone": "gone again",
    "known": "somebody else has the address",
}


@dataclass(frozen=True)
class AlarmView:
    """What an alarm is drawn from: counts of addresses, nobody's name."""

    id: str
    at: datetime
    addresses: int  # different ones
    counts: tuple[tuple[str, int], ...]  # label of a system -> addresses
    states: Mapping[str, int] = field(default_factory=dict)  # what became of them -> addresses
    refs: tuple[str, ...] = ()  # of the tickets they are erased in
    blind: tuple[str, ...] = ()  # labels of systems that cannot be watched

    @property
    def open(self) -> int:
        """Addresses nobody has decided about."""
        return self.states.get("again", 0)


def alarm_card(view: AlarmView, now: datetime) -> list[Block]:
    """The message in the channel."""
    told = ", ".join(f"{cut(label, 60)} {count}" for label, count in view.counts)
    blocks = [
        header("Erased, and there again"),
        paragraph(
            f"{_addresses(view.addresses)} held again although erased: {told}. An import or a restored backup brings "
            "people back like that."
        ),
        *lines([f"{count}: {STATES[state]}" for state, count in sorted(view.states.items())], 6, "…"),
    ]
    if view.refs:
        blocks += lines([f"In: {', '.join(view.refs)}"], 1, "…")
    blind = f" Not watched, because they cannot list whom they hold: {', '.join(view.blind)}." if view.blind else ""
    blocks.append(context(escape(cut(f"Seen {moment(view.at, now)}.{blind}", 900))))
    return [*blocks, *(_buttons(view) if view.open else [])]


def alarm_text(view: AlarmView) -> str:
    """The same in one line."""
    left = f"{view.open} to decide" if view.open else "all decided"
    return f"{_addresses(view.addresses)} held again although erased: {left}."


def consent_form(alarm_id: str, seen: Sequence[tuple[str, str]], today: date) -> Block:
    """Who came back, where and when. The desk has written the audit row."""
    who = choice("who", dict(seen[:OPTIONS]))
    where: Block = {"type": "plain_text_input", "action_id": "where", "max_length": 200}
    blocks = [
        paragraph("From then on their address may be held again. An earlier consent ended with the erasure."),
        entry("who", "Who has come back?", who),
        entry("where", "Where?", where, hint="The form, the shop, the contract: so that it can be shown later."),
        entry("on", "When?", day_picker("on", today)),
        context(LOGGED),
    ]
    view = modal("New consent", blocks, metadata=alarm_id)
    return {**view, "submit": plain("Record"), "close": plain("Not now"), "callback_id": "consent"}


def _buttons(view: AlarmView) -> list[Block]:
    ask = confirm(
        "Plan the erasure again?",
        "A ticket opens for each of them. Nobody is written to; a second person approves every plan.", "Plan",
    )  # fmt: skip
    return actions([
        button("Plan the erasure again", "erase_again", view.id, style="primary", confirm=ask),
        button("New consent …", "consent", view.id),
    ])  # fmt: skip


def _addresses(number: int) -> str:
    return "1 address is" if number == 1 else f"{number} addresses are"
