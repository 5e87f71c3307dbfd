"""Who asks: where it stands, the mildest next step and why, and the forms behind each step.

Only here stand an address the mail names and the facts a person gives, in fields of a form: nothing of it is in the
channel, and what is compared is forgotten with the comparison.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.cards.blocks import Block, button, confirm, context, divider, escape, member, modal, paragraph, plain, section
from bot.cards.inputs import choice, entry, one_line
from bot.identity import FACTS, LADDER, Rung, Step, Vouched
from bot.law import Right
from bot.phrases import Phrases, capital, named, say, small
from bot.tickets import Identity

STANDS = Phrases(
    {
        Identity.UNKNOWN: "identity.nobody_knows_yet_who_wrote",
        Identity.ASKED: "identity.the_person_was_asked_nothing_has_come",
        Identity.VOUCHED: "identity.our_own_mail_server_vouches",
        Identity.CONFIRMED: "identity.it_is_confirmed_who_wrote",
        Identity.NOBODY: "identity.no_system_knows_the_address",
    }
)
SENDER = Phrases(
    {
        Vouched.PASS: "identity.our_own_mail_server_says",
        Vouched.FAIL: "identity.our_own_mail_server_says_that_the_2",
        Vouched.NONE: "identity.our_own_mail_server_says_nothing",
    }
)
RUNG = Phrases(
    {
        Rung.MAIL: "identity.an_answer_from_the_address_on_file",
        Rung.CODE: "identity.a_code_to_the_address_on_file",
        Rung.FACTS: "identity.two_facts_that_are_on_file",
        Rung.DOCUMENT: "identity.a_document_by_a_person_s_decision",
        Rung.AUTHORITY: "identity.somebody_acts_for_somebody_else_look",
        Rung.SECOND: "identity.a_second_person_agrees_to_the_address",
    }
)
DO = Phrases(
    {  # action → (what the button says, what it is, style)
        "claim": ("identity.address_on_file", "identity.they_name_another_address_a_code_goes"),
        "code": ("identity.send_a_new_code", "identity.to_the_address_on_file_it_names"),
        "facts": ("identity.compare_two_facts", "identity.what_they_write_is_compared"),
        "ask": ("identity.ask_in_a_letter", "identity.you_say_what_raises_the_doubt"),
        "authority": ("identity.authority_was_shown", "identity.you_have_looked_at_what_says"),
        "document": ("identity.document_was_shown", "identity.the_last_resort_you_have_looked"),
        "second": ("identity.i_agree_to_the_address", "identity.the_answer_goes_to_an_address"),
        "agent": ("identity.they_act_for_somebody", "identity.a_lawyer_a_parent_a_portal_then"),
        "itself": ("identity.they_write_for_themselves", "identity.the_mail_only_reads_as_if_they_acted"),
    }
)


@dataclass(frozen=True)
class IdentityView:
    """How it stands with who asks. `named` is for one modal of one permitted user."""

    ticket_id: str
    ref: str
    identity: Identity
    vouched: Vouched
    doubts: tuple[str, ...] = ()
    agent: bool = False
    steps: tuple[tuple[Right, Step | None], ...] = ()  # of each right that waits; None: the systems were not asked yet
    offers: tuple[str, ...] = ()  # of DO, as far as they are open now
    shown: tuple[tuple[str, str, str, str | None], ...] = ()  # kind, state, by, second
    named: str = field(default="", repr=False)  # an address the mail names beside its sender's

    @property
    def next(self) -> Rung | None:
        """The mildest next step of the right that needs most."""
        return next((step.next for _, step in self.steps if step and not step.enough), None)


def identity_modal(view: IdentityView) -> Block:
    """Where it stands, what comes next and why, and everything else that may be done."""
    blocks = [
        context(escape(view.ref)),
        paragraph(STANDS[view.identity]),
        paragraph("\n".join([SENDER[view.vouched], *(f"▲ {each}" for each in view.doubts)])),
        *_steps(view),
        divider(),
        *_ladder(view),
        *_shown(view),
    ]
    if view.offers:
        blocks.append(divider())
    first = _first(view)
    ordered = sorted(view.offers, key=lambda each: each != first)
    blocks += [_offer(each, view, first=each == first) for each in ordered]
    return modal(say("windows.identity"), blocks, metadata=view.ticket_id)


def _steps(view: IdentityView) -> list[Block]:
    """Of each right whether it is enough, or what comes next, and why."""
    blocks = []
    for right, step in view.steps:
        if step is None:
            told = say("identity.choose_it_on_the_card_first_then")
        elif step.enough:
            told = say("identity.enough", why=" ".join(step.why))
        else:
            told = say(
                "identity.next",
                next=small(RUNG[step.next]) if step.next else say("identity.refuse_or_another_way"),
                why=" ".join(step.why),
            )
        blocks.append(section(f"*{capital(named('right', right))}* · {escape(told)}"))
    return blocks or [paragraph(say("identity.no_right_waits"))]


def _ladder(view: IdentityView) -> list[Block]:
    """The steps, mildest first, the next one marked."""
    rungs = [*LADDER, *(each for each in (view.next,) if each and each not in LADDER)]
    told = [f"{'→' if each == view.next else '·'} {RUNG[each]}" for each in rungs]
    return [paragraph("\n".join([say("identity.the_mildest_first_gdpr_12"), *told]))]


def _shown(view: IdentityView) -> list[Block]:
    said = []
    for kind, state, by, second in view.shown:
        who = say("identity.the_person") if by == "person" else member(by)
        also = say("identity.agreed_by", second=member(second)) if second else ""
        said.append(context(f"{escape(_KIND.get((kind, state), kind))}: {who}{also}"))
    return said[-8:]


_KIND = Phrases(
    {
        ("claim", "held"): "identity.an_address_on_file_was_named",
        ("code", "held"): "identity.a_code_came_back",
        ("facts", "open"): "identity.facts_are_being_compared",
        ("facts", "held"): "identity.two_facts_were_right",
        ("facts", "failed"): "identity.facts_were_wrong",
        ("document", "held"): "identity.a_document_was_checked_and_not_kept",
        ("authority", "held"): "identity.an_authority_was_looked",
        ("agent", "held"): "identity.it_was_said_for_whom_they_write",
        ("code", "failed"): "identity.a_code_came_back_and_was_disowned",
        ("disowned", "failed"): "reasons.disowned",
    }
)


def _first(view: IdentityView) -> str:
    """The button of the next step, where one does it."""
    if view.named and "claim" in view.offers:
        return "claim"
    steps = {
        Rung.CODE: "code", Rung.FACTS: "facts", Rung.DOCUMENT: "ask", Rung.SECOND: "second", Rung.AUTHORITY: "ask",
    }  # fmt: skip
    return steps.get(view.next, "") if view.next else ""


def _offer(name: str, view: IdentityView, *, first: bool) -> Block:
    text, told = DO[name]
    ask = None
    if name in {"second", "agent", "itself"}:
        ask = confirm(f"{text}?", told, say("identity.yes"))
    style = "primary" if first else ""
    value = f"identity:{view.ticket_id}" if name == "ask" else view.ticket_id
    action = "clock_menu" if name == "ask" else f"identity_{name}"
    return section(escape(told), button(text, action, value, style=style, confirm=ask))


# -- the forms -------------------------------------------------------------------------------------------------------


def claim_form(view: IdentityView) -> Block:
    told = say("identity.only_an_address_that_a_system_holds")
    field_ = one_line("address", say("identity.the_address_they_say_is_on_file"), initial=view.named, longest=320)
    return _form(
        say("identity.address_on_file_2"),
        say("identity.look_it_up"),
        "claim",
        view,
        [paragraph(told), {**field_, "optional": False}],
    )


def facts_form(view: IdentityView) -> Block:
    told = say("identity.two_different_facts_as_the_person_wrote")
    blocks = [paragraph(told)]
    for number in ("1", "2"):
        blocks.append(entry(f"kind{number}", say("identity.fact", number=number), choice(f"kind{number}", FACTS)))
        blocks.append({**one_line(f"fact{number}", say("identity.as_they_wrote_it"), longest=100), "optional": False})
    return _form(say("identity.two_facts"), say("identity.compare"), "facts", view, blocks)


def document_form(view: IdentityView) -> Block:
    told = say("identity.you_have_looked_at_an_identity_document")
    return _form(say("identity.document"), say("identity.i_have_looked"), "document", view, [paragraph(told)])


def authority_form(view: IdentityView) -> Block:
    told = say("identity.you_have_looked_at_the_power")
    return _form(say("identity.authority"), say("identity.i_have_looked"), "authority", view, [paragraph(told)])


def _form(title: str, submit: str, name: str, view: IdentityView, blocks: list[Block]) -> Block:
    made = modal(title, [context(escape(view.ref)), *blocks], metadata=view.ticket_id)
    return {**made, "submit": plain(submit), "close": plain(say("frame.not_now")), "callback_id": f"identity_{name}"}


FORMS: Mapping[str, Callable[[IdentityView], Block]] = {
    "claim": claim_form,
    "facts": facts_form,
    "document": document_form,
    "authority": authority_form,
}
INSIDE = ("code", "second", "agent", "itself")  # buttons of the modal that need no form
