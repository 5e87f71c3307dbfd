"""“More …”: everything else that can be done with a ticket, each with what it means, and the forms behind it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.cards.blocks import (
    Block,
    button,
    confirm,
    context,
    escape,
    member,
    modal,
    moment,
    paragraph,
    plain,
    section,
)
from bot.cards.card import VERB
from bot.cards.inputs import boxes, choice, day_picker, entry, one_line, prose
from bot.cards.team import Blocked, More
from bot.law import Right
from bot.phrases import Phrases, named, say

WHY = Phrases(
    {  # a ticket is no enquiry
        "other": "more.it_is_about_something_else",
        "advertising": "more.it_is_advertising_or_spam",
        "test": "more.it_is_a_test",
        "machine": "more.a_machine_wrote_it",
        "twice": "more.it_is_here_twice",
    }
)


def more_modal(more: More) -> Block:
    """What else can be done. Each line says what a press means before it is pressed."""
    blocks: list[Block] = [context(escape(more.ref))]
    if more.open:
        blocks += _whose(more)
        for right, request_id in more.refusable:
            told = say("more.you_write_to_the_person_why_you_do_not")
            blocks.append(
                _verb(
                    say("more.refuse", right=named("right", right)),
                    told,
                    say("more.refuse_2"),
                    f"do:refuse:{right}",
                    request_id,
                )
            )
    if more.open:
        told = say("more.until_a_day_you_choose")
        blocks.append(_verb(say("windows.remind_me_later"), told, say("more.later"), "snooze", more.ticket_id))
        blocks += _ending(more)
    told = say("more.only_whoever_opens_details_reads")
    blocks.append(_verb(say("more.add_a_note"), told, say("more.write"), "do:note", more.ticket_id))
    blocks += _holding(more)
    if more.links:
        told = say("more.whoever_has_the_link_gets_nothing_any_more")
        ask = confirm(say("more.end_the_link_to_the_copy"), told, say("more.end_it"), danger=True)
        blocks.append(
            _verb(say("more.end_the_link_to_the_copy"), told, say("more.end_it"), "do:end_links", more.ticket_id, ask)
        )
    if more.open:
        blocks += _sorting(more)
    told = say("more.new_mails_of_this_sender_are_put_aside")
    blocks.append(_verb(say("more.block_the_sender"), told, say("more.block"), "do:block", more.ticket_id, _block()))
    blocks.append(
        _verb(
            say("windows.blocked_senders"),
            say("more.look_who_is_blocked_and_end"),
            say("modals.look"),
            "do:blocked",
            more.ticket_id,
        )
    )
    return modal(say("windows.more"), blocks, metadata=more.ticket_id)


def _verb(title: str, told: str, text: str, action: str, value: str, ask: Block | None = None) -> Block:
    return section(f"*{escape(title)}*\n{escape(told)}", button(text, action, value, confirm=ask))


def _ending(more: More) -> list[Block]:
    blocks: list[Block] = []
    if more.in_vain:
        told = say("more.give_up_told")
        ask = confirm(say("more.give_up_sure"), told, say("more.close"))
        blocks.append(_verb(say("more.give_up_title"), told, say("more.close"), "do:give_up", more.ticket_id, ask))
    if more.complaints:
        told = say("more.complained_told")
        verb = say("more.complained_verb")
        blocks.append(_verb(say("more.complained_title"), told, verb, "do:complained", more.ticket_id))
    return blocks


def _whose(more: More) -> list[Block]:
    owner = (
        say("more.looks_after_it", owner=member(more.owner)) if more.owner else say("more.nobody_looks_after_it_yet")
    )
    title, text = (
        (say("more.hand_it_over"), say("more.hand_over")) if more.mine else (say("more.assign_it"), say("more.assign"))
    )
    told = say("more.whoever_you_choose_is_told", title=title, owner=owner)
    return [section(told, button(text, "do:assign", more.ticket_id))]


def _holding(more: More) -> list[Block]:
    if more.held:
        second = say("more.somebody_else_than_who_set_it_has_to_do") if more.four_eyes else ""
        told = say("more.what_was_approved_may_be_deleted_again", second=second)
        ask = confirm(say("more.lift_the_legal_hold"), told, say("more.lift"), danger=True)
        return [_verb(say("more.lift_the_legal_hold_2"), told, say("more.lift"), "do:lift_hold", more.ticket_id, ask)]
    if not more.open:
        return []
    told = say("more.nothing_about_this_person_is_deleted")
    return [_verb(say("windows.legal_hold"), told, say("more.hold"), "do:hold", more.ticket_id)]


def _sorting(more: More) -> list[Block]:
    found = [
        _verb(
            say("windows.not_an_enquiry"), say("more.it_is_closed_without_looking_into_any"),
            say("more.close"), "do:not_enquiry", more.ticket_id,
        ),
        _verb(
            say("more.merge"), say("more.the_same_person_wrote_twice_one_ticket"),
            say("more.merge_2"), "do:merge", more.ticket_id,
        ),
    ]  # fmt: skip
    told = say("more.one_mail_asks_for_several_things")
    return [*found, _verb(say("more.split"), told, say("more.split_2"), "do:split", more.ticket_id)]


def _block() -> Block:
    told = say("more.their_new_mails_wait_in_the_quarantine")
    return confirm(say("more.block_this_sender"), told, say("more.block"), danger=True)


# -- the forms behind it -----------------------------------------------------------------------------------------------


def assign_form(more: More) -> Block:
    pick: Block = {"type": "users_select", "action_id": "to"}
    if more.owner and not more.mine:
        pick["initial_user"] = more.owner
    hint = say("more.somebody_who_may_handle_enquiries")
    blocks = [entry("to", say("more.who_looks_after_it_from_now"), pick, hint=hint)]
    return _form(
        say("more.hand_over_2") if more.mine else say("more.assign_2"),
        say("more.give_it_to_them"),
        "assign",
        more.ref,
        more.ticket_id,
        blocks,
    )


def note_form(more: More) -> Block:
    hint = say("more.sealed_with_the_ticket_every_look")
    blocks = [prose("words", say("more.your_note"), hint)]
    return _form(say("more.add_a_note"), say("more.keep_it"), "note", more.ref, more.ticket_id, blocks)


def hold_form(more: More) -> Block:
    told = say("more.from_now_on_nothing_about_this_person")
    blocks = [paragraph(told), prose("words", say("more.why"), say("more.for_example_which_claim_and_who_asked"))]
    return _form(say("windows.legal_hold"), say("more.hold_2"), "hold", more.ref, more.ticket_id, blocks)


def not_enquiry_form(more: More) -> Block:
    rest = {"letter": say("more.tell_the_person_we_took_your_mail")}
    blocks = [
        paragraph(say("more.every_right_that_has_not_begun")),
        entry("why", say("more.what_is_it"), choice("why", WHY)),
        entry("letter", say("more.a_letter"), boxes("letter", rest, ()), optional=True),
        prose(
            "words",
            say("more.words_of_yours_in_the_letter"),
            say("more.for_example_who_answers_instead"),
            optional=True,
        ),
    ]
    return _form(say("windows.not_an_enquiry"), say("more.close_it"), "not_enquiry", more.ref, more.ticket_id, blocks)


def complained_form(more: More) -> Block:
    blocks = [entry("on", say("more.complained_day"), day_picker("on", None))]
    title, keep = say("more.complained_title"), say("more.complained_keep")
    return _form(title, keep, "complained", more.ref, more.ticket_id, blocks)


def merge_form(more: More) -> Block:
    hint = say("more.as_it_stands_on_the_other_card_both")
    field = one_line("ref", say("more.which_other_ticket"), longest=24)
    blocks = [{**field, "optional": False, "hint": plain(hint)}]
    return _form(say("more.merge"), say("more.merge"), "merge", more.ref, more.ticket_id, blocks)


def split_form(more: More) -> Block:
    rights = {str(each): VERB[each] for each in Right}
    told = say("more.of_the_same_person_mark_what_moves")
    blocks = [
        paragraph(told),
        entry("rights", say("more.what_goes_into_the_new_ticket"), boxes("rights", rights, map(str, more.splits[:1]))),
        one_line("address", say("more.another_person_s_e_mail_address")),
        one_line("name", say("more.their_name")),
    ]
    return _form(say("more.split"), say("more.split"), "split", more.ref, more.ticket_id, blocks)


def blocked_modal(blocked: Sequence[Blocked], now: datetime) -> Block:
    """Who is blocked, by the ticket it was set on: open that ticket to see who it is."""
    blocks: list[Block] = []
    for number, each in enumerate(blocked, start=1):
        where = escape(each.ref) if each.ref else say("more.no_ticket")
        told = say("more.the_sender_of_since", where=where, at=moment(each.at, now), by=member(each.by))
        blocks += [section(told, button(say("more.end_it"), f"unblock:{number}", each.id))]
    return modal(say("windows.blocked_senders"), blocks or [paragraph(say("more.nobody_is_blocked"))])


def _form(title: str, submit: str, name: str, ref: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, [context(escape(ref)), *blocks], metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain(say("frame.not_now")), "callback_id": f"office_{name}"}


FORMS: Mapping[str, Callable[[More], Block]] = {
    "assign": assign_form,
    "note": note_form,
    "hold": hold_form,
    "not_enquiry": not_enquiry_form,
    "complained": complained_form,
    "merge": merge_form,
    "split": split_form,
}
