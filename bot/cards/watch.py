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
from bot.cards.inputs import choice, day_picker, entry, logged
from bot.phrases import Phrases, say

OPTIONS = 100  # in one list of Slack's
STATES = Phrases(
    {  # of those an alarm told of
        "again": "watch.open",
        "planned": "watch.planned",
        "consent": "watch.consented",
        "gone": "watch.gone",
        "known": "watch.other_person",
    }
)


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
        header(say("watch.title")),
        paragraph(say("watch.told", addresses=_addresses(view.addresses), told=told)),
        *lines([f"{count}: {STATES[state]}" for state, count in sorted(view.states.items())], 6, "frame.and_so_on"),
    ]
    if view.refs:
        blocks += lines([say("review.tickets", refs=", ".join(view.refs))], 1, "frame.and_so_on")
    blind = say("watch.blind", blind=", ".join(view.blind)) if view.blind else ""
    blocks.append(context(escape(cut(say("watch.seen", at=moment(view.at, now), blind=blind), 900))))
    return [*blocks, *(_buttons(view) if view.open else [])]


def alarm_text(view: AlarmView) -> str:
    """The same in one line."""
    left = say("review.left", open=view.open) if view.open else say("review.all_decided")
    return say("watch.text", addresses=_addresses(view.addresses), left=left)


def consent_form(alarm_id: str, seen: Sequence[tuple[str, str]], today: date) -> Block:
    """Who came back, where and when. The desk has written the audit row."""
    who = choice("who", dict(seen[:OPTIONS]))
    where: Block = {"type": "plain_text_input", "action_id": "where", "max_length": 200}
    blocks = [
        paragraph(say("watch.consent_told")),
        entry("who", say("watch.consent_who"), who),
        entry("where", say("watch.consent_where"), where, hint=say("watch.consent_where_hint")),
        entry("on", say("watch.consent_when"), day_picker("on", today)),
        context(logged()),
    ]
    view = modal(say("windows.new_consent"), blocks, metadata=alarm_id)
    return {
        **view,
        "submit": plain(say("forms.record")),
        "close": plain(say("frame.not_now")),
        "callback_id": "consent",
    }


def _buttons(view: AlarmView) -> list[Block]:
    ask = confirm(
        say("watch.plan_sure"),
        say("watch.plan_told"), say("watch.plan_keep"),
    )  # fmt: skip
    return actions([
        button(say("watch.plan"), "erase_again", view.id, style="primary", confirm=ask),
        button(say("watch.new_consent"), "consent", view.id),
    ])  # fmt: skip


def _addresses(number: int) -> str:
    return say("watch.addresses_are", n=number)
