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
from bot.tickets import Identity

STANDS = {
    Identity.UNKNOWN: "Nobody knows yet who wrote.",
    Identity.ASKED: "The person was asked; nothing has come back that settles it.",
    Identity.VOUCHED: "Our own mail server vouches for the address on file: enough to correct and restrict, no more.",
    Identity.CONFIRMED: "It is confirmed who wrote, for the rights that were named when it was shown.",
    Identity.NOBODY: "No system knows the address: there is nothing to disclose.",
}
SENDER = {
    Vouched.PASS: "Our own mail server says that the newest mail comes from where it says. A hint, no proof.",
    Vouched.FAIL: "▲ Our own mail server says that the newest mail does not come from where it says.",
    Vouched.NONE: "Our own mail server says nothing of the newest mail's sender.",
}
RUNG = {
    Rung.MAIL: "An answer from the address on file, for which our own mail server vouches",
    Rung.CODE: "A code to the address on file",
    Rung.FACTS: "Two facts that are on file",
    Rung.DOCUMENT: "A document, by a person's decision: looked at, not kept",
    Rung.AUTHORITY: "Somebody acts for somebody else: look at the authority",
    Rung.SECOND: "A second person agrees to the address that is not on file",
}
DO = {  # action → (what the button says, what it is, style)
    "claim": ("Address on file …", "They name another address: a code goes there, and so does the answer."),
    "code": ("Send a new code", "To the address on file. It names what is asked for; three a day at most."),
    "facts": ("Compare two facts …", "What they write is compared with what is on file, then forgotten."),
    "ask": ("Ask in a letter …", "You say what raises the doubt, and how it can be settled."),
    "authority": ("Authority was shown …", "You have looked at what says that they may act for the other person."),
    "document": ("Document was shown …", "The last resort. You have looked at it; no copy is kept."),
    "second": ("I agree to the address", "The answer goes to an address that is not on file. Not for who proposed it."),
    "agent": ("They act for somebody", "A lawyer, a parent, a portal: then the authority comes first."),
    "itself": ("They write for themselves", "The mail only reads as if they acted for somebody else."),
}


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
    return modal("Identity", blocks, metadata=view.ticket_id)


def _steps(view: IdentityView) -> list[Block]:
    """Of each right whether it is enough, or what comes next, and why."""
    blocks = []
    for right, step in view.steps:
        if step is None:
            told = "choose it on the card first: then every system is asked whom it knows."
        elif step.enough:
            told = f"enough. {' '.join(step.why)}"
        else:
            told = f"next: {RUNG[step.next].lower() if step.next else 'refuse, or another way'}. {' '.join(step.why)}"
        blocks.append(section(f"*{right.capitalize()}* · {escape(told)}"))
    return blocks or [paragraph("No right waits for it.")]


def _ladder(view: IdentityView) -> list[Block]:
    """The steps, mildest first, the next one marked."""
    rungs = [*LADDER, *(each for each in (view.next,) if each and each not in LADDER)]
    told = [f"{'→' if each == view.next else '·'} {RUNG[each]}" for each in rungs]
    return [paragraph("\n".join(["The mildest first (GDPR 12(6)):", *told]))]


def _shown(view: IdentityView) -> list[Block]:
    said = []
    for kind, state, by, second in view.shown:
        who = "the person" if by == "person" else member(by)
        also = f", agreed by {member(second)}" if second else ""
        said.append(context(f"{escape(_KIND.get((kind, state), kind))}: {who}{also}"))
    return said[-8:]


_KIND = {
    ("claim", "held"): "An address on file was named",
    ("code", "held"): "A code came back",
    ("facts", "open"): "Facts are being compared",
    ("facts", "held"): "Two facts were right",
    ("facts", "failed"): "Facts were wrong",
    ("document", "held"): "A document was checked, and not kept",
    ("authority", "held"): "An authority was looked at",
    ("agent", "held"): "It was said for whom they write",
    ("code", "failed"): "A code came back, and was disowned",
}


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
        ask = confirm(f"{text}?", told, "Yes")
    style = "primary" if first else ""
    value = f"identity:{view.ticket_id}" if name == "ask" else view.ticket_id
    action = "clock_menu" if name == "ask" else f"identity_{name}"
    return section(escape(told), button(text, action, value, style=style, confirm=ask))


# -- the forms -------------------------------------------------------------------------------------------------------


def claim_form(view: IdentityView) -> Block:
    told = (
        "Only an address that a system holds gets a code. Whoever can read it is the person; the answer goes there, "
        "not to the address that wrote."
    )
    field_ = one_line("address", "The address they say is on file", initial=view.named, longest=320)
    return _form("Address on file", "Look it up", "claim", view, [paragraph(told), {**field_, "optional": False}])


def facts_form(view: IdentityView) -> Block:
    told = (
        "Two different facts, as the person wrote them. Only the result is kept: not what they wrote, not what is on "
        "file. A name, an e-mail address and a postcode prove nothing."
    )
    blocks = [paragraph(told)]
    for number in ("1", "2"):
        blocks.append(entry(f"kind{number}", f"Fact {number}", choice(f"kind{number}", FACTS)))
        blocks.append({**one_line(f"fact{number}", "As they wrote it", longest=100), "optional": False})
    return _form("Two facts", "Compare", "facts", view, blocks)


def document_form(view: IdentityView) -> Block:
    told = (
        "You have looked at an identity document, blacked out but for name and address, and it is theirs. The record "
        "says “identity document checked”, nothing else. What was attached to their mails is taken out of our copy: "
        "delete the mail from the mailbox, too."
    )
    return _form("Document", "I have looked at it", "document", view, [paragraph(told)])


def authority_form(view: IdentityView) -> Block:
    told = (
        "You have looked at the power of attorney, the judgment or the proof of parental care, it covers this enquiry, "
        "and it names whom they act for. Then name that person's address on file, and a second person agrees."
    )
    return _form("Authority", "I have looked at it", "authority", view, [paragraph(told)])


def _form(title: str, submit: str, name: str, view: IdentityView, blocks: list[Block]) -> Block:
    made = modal(title, [context(escape(view.ref)), *blocks], metadata=view.ticket_id)
    return {**made, "submit": plain(submit), "close": plain("Not now"), "callback_id": f"identity_{name}"}


FORMS: Mapping[str, Callable[[IdentityView], Block]] = {
    "claim": claim_form,
    "facts": facts_form,
    "document": document_form,
    "authority": authority_form,
}
INSIDE = ("code", "second", "agent", "itself")  # buttons of the modal that need no form


def identity_button(ticket_id: str, *, primary: bool = False) -> Block:
    """For the card."""
    return button("Identity …", "identity", ticket_id, style="primary" if primary else "")
