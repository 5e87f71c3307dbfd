"""What the headers of a mail say, before its words are looked at."""

import functools
import re
from dataclasses import dataclass

from bot.identity import Vouched
from bot.intake import address, arrival, charsets, header, machines, vouching
from bot.intake.patterns import byte_pattern, literal, pattern
from bot.intake.reading import Limits, Rules

_ADDRESSES = ("from", "sender", "reply-to", "to", "cc", "bcc")


@functools.lru_cache(maxsize=8)
def hint(rules: Rules) -> re.Pattern[bytes]:
    """Something that stands in the header block of machine mail, and of little other mail."""
    names = (
        r"auto-submitted:|precedence:|list-id:|x-failed-recipients:|x-auto|x-mail-auto|x-vacation|return-path:\s*<\s*>|"
        r"content-type:\s*multipart/report"
    )
    ours = [literal(each) for each in (*rules.own_addresses, rules.reply_tag) if each]
    senders = "|".join(["daemon", "mail delivery", *ours])
    return byte_pattern(rf"(?i)(?:^|\n)(?:{names}|(?:from|message-id):.*(?:\n[ \t].*)*(?:{senders}))".encode())


@dataclass(frozen=True)
class Envelope:
    """What the headers say."""

    sender: address.Sender
    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    machine: tuple[str, ...]  # a program answered by itself
    carriers: tuple[str, ...]  # a program passed it on: somebody may be behind it
    reports: tuple[str, ...]
    automatic: bool
    faults: tuple[str, ...]
    received: tuple[str, ...]  # topmost first
    reply_to: str
    vouched: Vouched  # what our own mail server says of the sender

    @classmethod
    def of(cls, fields: header.Headers, rules: Rules, limits: Limits) -> "Envelope":
        sender = address.sender(fields.all("from"))
        subject = charsets.shown(charsets.words(fields.first("subject")))
        message_id = header.message_id(fields)
        faults = list(fields.faults)
        if sum(each.count("@") for name in _ADDRESSES for each in fields.all(name)) > limits.addresses:
            faults.append(f"The mail names more than {limits.addresses} addresses.")
        return cls(
            sender=sender,
            subject=subject,
            message_id=message_id,
            in_reply_to=header.message_ids(fields.all("in-reply-to")),
            references=header.message_ids(fields.all("references")),
            machine=(*_returns(message_id, rules), *machines.signs(fields, subject)),
            carriers=(*_own(sender, rules), *machines.carriers(fields, rules)),
            reports=machines.reports(fields, subject),
            automatic=machines.wants_no_answer(fields),
            reply_to=fields.first("reply-to"),
            vouched=vouching.vouched(fields.all("authentication-results"), rules.authserv_id, sender.address),
            faults=tuple(faults),
            received=tuple(charsets.decoded(each) for each in fields.raw.get("received", ())[: arrival.LINES]),
        )


def _returns(message_id: str, rules: Rules) -> list[str]:
    return ["It is a letter of ours coming back."] if issued(message_id, rules) else []


def _own(sender: address.Sender, rules: Rules) -> list[str]:
    ours = sender.address and sender.address in own_addresses(rules)
    return ["It comes from an address of our own."] if ours else []


@functools.lru_cache(maxsize=8)
def own_addresses(rules: Rules) -> frozenset[str]:
    """Ours, as they are compared."""
    return frozenset(found for each in rules.own_addresses if (found := address.normal_address(each)))


def issued(message_id: str, rules: Rules) -> bool:
    """Whether this Message-ID is under the domain only we issue under. Whether we did, the desk knows."""
    return bool(rules.reply_tag) and message_id.rpartition("@")[2].rstrip("> ").casefold() == rules.reply_tag.casefold()


@functools.lru_cache(maxsize=8)
def _prefix(rules: Rules) -> re.Pattern[str]:
    """What may stand before the subject proper, any number of times: `AW:`, `Re[2]:`, `[EXTERN]`."""
    before = "|".join(literal(each) for each in sorted(rules.prefixes, key=len, reverse=True) if each)
    tags = "|".join(literal(each) for each in rules.tags if each)
    counted = r"(?:\s?[\[(][0-9]{1,3}[\])])?\s*[:\x{FF1A}]"
    forms = [rf"(?:{before})" + counted] * bool(before) + [rf"\[(?:{tags})\]"] * bool(tags)
    return pattern(rf"(?i)^(?:\s*(?:{'|'.join(forms)}))+" if forms else r"^\z")


def bare_subject(subject: str, rules: Rules) -> str:
    """The subject without what programs put before it."""
    return _prefix(rules).sub("", subject, 1).strip()


def _same(text: str) -> str:
    """For comparing subjects: case, spaces and a full stop at the end do not count."""
    return "".join(text.split()).casefold().rstrip(".!:")


def asks(subject: str, rules: Rules) -> bool:
    """Whether this is the subject of an enquiry."""
    return _same(bare_subject(subject, rules)) in {_same(each) for each in rules.subjects}


def nearly_asks(subject: str, rules: Rules) -> bool:
    """Whether it contains that of an enquiry."""
    return any(_same(each) in _same(subject) for each in rules.subjects if each)
