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
        Identity.UNKNOWN: "identity.is_unknown",
        Identity.ASKED: "identity.is_asked",
        Identity.VOUCHED: "identity.is_vouched",
        Identity.CONFIRMED: "identity.is_confirmed",
        Identity.NOBODY: "identity.is_nobody",
    }
)
SENDER = Phrases(
    {
        Vouched.PASS: "identity.sender_true",
        Vouched.FAIL: "identity.sender_false",
        Vouched.NONE: "identity.sender_unsaid",
    }
)
RUNG = Phrases(
    {
        Rung.MAIL: "identity.step_answer",
        Rung.CODE: "identity.step_code",
        Rung.FACTS: "identity.step_facts",
        Rung.DOCUMENT: "identity.step_document",
        Rung.AUTHORITY: "identity.step_authority",
        Rung.SECOND: "identity.step_second",
    }
)
DO = Phrases(
    {  # action → (what the button says, what it is, style)
        "claim": ("identity.do_address", "identity.do_address_told"),
        "code": ("identity.do_code", "identity.do_code_told"),
        "facts": ("identity.do_facts", "identity.do_facts_told"),
        "ask": ("identity.do_ask", "identity.do_ask_told"),
        "authority": ("identity.do_authority", "identity.do_authority_told"),
        "document": ("identity.do_document", "identity.do_document_told"),
        "second": ("identity.do_agree", "identity.do_agree_told"),
        "agent": ("identity.do_behalf", "identity.do_behalf_told"),
        "itself": ("identity.do_themselves", "identity.do_themselves_told"),
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
            told = say("identity.choose_first")
        elif step.enough:
            told = say("identity.enough", why=" ".join(step.why))
        else:
            told = say(
                "identity.next",
                next=small(RUNG[step.next]) if step.next else say("identity.no_next"),
                why=" ".join(step.why),
            )
        blocks.append(section(f"*{capital(named('right', right))}* · {escape(told)}"))
    return blocks or [paragraph(say("identity.no_right_waits"))]


def _ladder(view: IdentityView) -> list[Block]:
    """The steps, mildest first, the next one marked."""
    rungs = [*LADDER, *(each for each in (view.next,) if each and each not in LADDER)]
    told = [f"{'→' if each == view.next else '·'} {RUNG[each]}" for each in rungs]
    return [paragraph("\n".join([say("identity.mildest_first"), *told]))]


def _shown(view: IdentityView) -> list[Block]:
    said = []
    for kind, state, by, second in view.shown:
        who = say("identity.the_person") if by == "person" else member(by)
        also = say("identity.agreed_by", second=member(second)) if second else ""
        said.append(context(f"{escape(_KIND.get((kind, state), kind))}: {who}{also}"))
    return said[-8:]


_KIND = Phrases(
    {
        ("claim", "held"): "identity.had_address",
        ("code", "held"): "identity.had_code",
        ("facts", "open"): "identity.had_comparing",
        ("facts", "held"): "identity.had_facts",
        ("facts", "failed"): "identity.had_wrong_facts",
        ("document", "held"): "identity.had_document",
        ("authority", "held"): "identity.had_authority",
        ("agent", "held"): "identity.had_behalf",
        ("code", "failed"): "identity.had_disowned",
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
    told = say("identity.address_told")
    field_ = one_line("address", say("identity.address_label"), initial=view.named, longest=320)
    return _form(
        say("identity.address_title"),
        say("identity.look_it_up"),
        "claim",
        view,
        [paragraph(told), {**field_, "optional": False}],
    )


def facts_form(view: IdentityView) -> Block:
    told = say("identity.facts_told")
    blocks = [paragraph(told)]
    for number in ("1", "2"):
        blocks.append(entry(f"kind{number}", say("identity.fact", number=number), choice(f"kind{number}", FACTS)))
        blocks.append({**one_line(f"fact{number}", say("identity.fact_value"), longest=100), "optional": False})
    return _form(say("identity.facts_title"), say("identity.compare"), "facts", view, blocks)


def document_form(view: IdentityView) -> Block:
    told = say("identity.document_told")
    return _form(say("identity.document_title"), say("identity.looked"), "document", view, [paragraph(told)])


def authority_form(view: IdentityView) -> Block:
    told = say("identity.authority_told")
    return _form(say("identity.authority_title"), say("identity.looked"), "authority", view, [paragraph(told)])


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
