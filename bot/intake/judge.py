"""Raw bytes into one reading: what a mail is, and why, in words that name nobody."""

import functools
import re
from dataclasses import dataclass, field

from bot.intake import address, arrival, charsets, header, hypertext, machines, parts, radar, words
from bot.intake.patterns import byte_pattern, literal, pattern
from bot.intake.reading import Limits, Reading, Rules, Verdict

LIMITS = Limits()
_CONCERNS = frozenset({Verdict.ENQUIRY, Verdict.NEAR_MISS, Verdict.REPLY})
_ADDRESSES = ("from", "sender", "reply-to", "to", "cc", "bcc")
_REF = pattern(r"(?i)\bDPE-([0-9]{4})-([0-9]{4,8})\b")


def read(
    raw: bytes,
    rules: Rules,
    limits: Limits = LIMITS,
    to_text: parts.ToText = hypertext.without_tags,
    *,
    scanned: bool = True,
) -> Reading:
    """What this mail is. Every input has an answer; only MemoryError leaves this function.

    `to_text` turns HTML into words for a mail that has no plain text. Unscanned, the limits of the structure are not
    looked at before it is parsed: only to prove that the child's own limits hold.
    """
    block, body = header.split(raw)
    fields = header.headers(block, limits)
    if len(block) > limits.header_block:
        found = parts.Content(fault=f"The header block is larger than {limits.header_block // 1024} kB.")
    else:
        found = parts.content(fields, body, limits, to_text, scanned=scanned)
    return _judge(_Envelope.of(fields, rules, limits), found, rules)


def from_headers(raw: bytes, rules: Rules, reason: str, limits: Limits = LIMITS) -> Reading:
    """The reading of a mail whose body must not be touched again: from its headers alone, with this reason."""
    block, _ = header.split(raw[: limits.header_block + 4096])
    fields = header.headers(block, limits)
    return _judge(_Envelope.of(fields, rules, limits), parts.Content(fault=reason, truncated=True), rules)


def glance(block: bytes, size: int, rules: Rules, limits: Limits = LIMITS) -> bool:
    """Whether the body is needed, told by the header block alone: for all mail but that of machines.

    Of machine mail only a report on a mail of ours is wanted, and not when `size` (bytes of the whole mail) shows
    that a report is not all it is.
    """
    if len(block) > limits.header_block or not _hint(rules).search(block):
        return True
    envelope = _Envelope.of(header.headers(header.split(block)[0], limits), rules, limits)
    if envelope.reports:
        return size <= limits.text
    return not envelope.machine


@functools.lru_cache(maxsize=8)
def _hint(rules: Rules) -> re.Pattern[bytes]:
    """Something that stands in the header block of machine mail, and of little other mail."""
    names = (
        r"auto-submitted:|precedence:|list-id:|x-failed-recipients:|x-auto|x-mail-auto|x-vacation|return-path:\s*<\s*>|"
        r"content-type:\s*multipart/report"
    )
    ours = [literal(each) for each in (*rules.own_addresses, rules.reply_tag) if each]
    senders = "|".join(["daemon", "mail delivery", *ours])
    return byte_pattern(rf"(?i)(?:^|\n)(?:{names}|(?:from|message-id):.*(?:\n[ \t].*)*(?:{senders}))".encode())


@dataclass(frozen=True)
class _Envelope:
    """What the headers say."""

    sender: address.Sender
    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    machine: tuple[str, ...]
    reports: tuple[str, ...]
    automatic: bool
    faults: tuple[str, ...]
    received: tuple[str, ...]  # topmost first

    @classmethod
    def of(cls, fields: header.Headers, rules: Rules, limits: Limits) -> "_Envelope":
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
            machine=(*_own(sender, message_id, rules), *machines.signs(fields, subject, rules)),
            reports=machines.reports(fields, subject),
            automatic=machines.wants_no_answer(fields),
            faults=tuple(faults),
            received=tuple(charsets.decoded(each) for each in fields.raw.get("received", ())[: arrival.LINES]),
        )


def _own(sender: address.Sender, message_id: str, rules: Rules) -> list[str]:
    if _issued(message_id, rules):
        return ["It is a letter of ours coming back."]
    if sender.address and sender.address in _own_addresses(rules):
        return ["It comes from an address of our own."]
    return []


@functools.lru_cache(maxsize=8)
def _own_addresses(rules: Rules) -> frozenset[str]:
    return frozenset(found for each in rules.own_addresses if (found := address.normal_address(each)))


def _issued(message_id: str, rules: Rules) -> bool:
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


def _asks(subject: str, rules: Rules) -> bool:
    return _same(bare_subject(subject, rules)) in {_same(each) for each in rules.subjects}


def _nearly_asks(subject: str, rules: Rules) -> bool:
    return any(_same(each) in _same(subject) for each in rules.subjects if each)


@dataclass
class _Opinion:
    """The verdict while it is being found."""

    verdict: Verdict
    reasons: list[str] = field(default_factory=list)


def _judge(envelope: _Envelope, found: parts.Content, rules: Rules) -> Reading:
    asks = _asks(envelope.subject, rules)
    heard = radar.echo(envelope.subject, found.text)
    rights = radar.asked(envelope.subject, found.text, heard) if asks else heard.rights
    ref = _REF.search(envelope.subject) if "-" in envelope.subject else None
    alone = _Opinion(Verdict.OTHER, ["Nothing in it speaks of personal data."])
    if asks:
        alone = _Opinion(Verdict.ENQUIRY, ["The subject is that of an enquiry."])
    elif _nearly_asks(envelope.subject, rules):
        alone = _Opinion(Verdict.NEAR_MISS, ["The subject contains that of an enquiry."])
    elif heard.enough:
        alone = _Opinion(Verdict.NEAR_MISS, [*heard.reasons])
    whole = _safe(_concern(alone, envelope, found, rules, named=ref is not None), envelope, found)
    concerned = whole.verdict in _CONCERNS or whole.verdict == Verdict.QUARANTINE
    return Reading(
        verdict=whole.verdict,
        from_address=envelope.sender.address,
        from_name=envelope.sender.name,
        from_written=envelope.sender.written,
        subject=envelope.subject,
        rights=rights if concerned else (),
        language=words.language(words.folded(f"{envelope.subject}.\n{found.text}")),
        message_id=envelope.message_id,
        in_reply_to=envelope.in_reply_to,
        references=envelope.references,
        ref=f"DPE-{ref.group(1)}-{ref.group(2)}" if ref else None,
        attachments=tuple(found.attachments),
        reasons=(*whole.reasons, *(envelope.sender.notes if concerned else ())),
        text=found.text,
        automatic=whole.verdict == Verdict.MACHINE or envelope.automatic,
        truncated=found.truncated,
        alone=alone.verdict,
        reached=arrival.reached(envelope.received, rules.own_servers) if concerned else (),
    )


def _concern(alone: _Opinion, envelope: _Envelope, found: parts.Content, rules: Rules, *, named: bool) -> _Opinion:
    """What the mail is, before asking whether it may be trusted: a machine's, a reply, or what it is alone."""
    reports = [*envelope.reports, *(["It carries a delivery report."] if found.delivery_report else [])]
    if envelope.machine or reports:
        about = ["A bounce or a receipt: it reports on a mail of ours."] if reports else []
        return _Opinion(Verdict.MACHINE, [*envelope.machine, *reports, *about, *_own_words(alone)])
    if any(_issued(each, rules) for each in (*envelope.in_reply_to, *envelope.references)):
        return _Opinion(Verdict.REPLY, ["It answers a letter of ours.", *_own_words(alone)])
    if named:
        return _Opinion(Verdict.REPLY, ["The subject names a ticket.", *_own_words(alone)])
    return alone


def _own_words(alone: _Opinion) -> list[str]:
    return alone.reasons if alone.verdict in _CONCERNS else []


def _safe(opinion: _Opinion, envelope: _Envelope, found: parts.Content) -> _Opinion:
    """The same, or quarantine where it concerns us (or may, unread) and cannot be trusted."""
    if opinion.verdict == Verdict.MACHINE:
        return opinion
    doubts = [each for each in (found.cut, envelope.sender.fault, *envelope.faults) if each]
    if found.fault or (doubts and opinion.verdict in _CONCERNS):
        return _Opinion(Verdict.QUARANTINE, [*([found.fault] if found.fault else []), *doubts, *_own_words(opinion)])
    return opinion
