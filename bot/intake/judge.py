"""Raw bytes into one reading: what a mail is, and why, in words that name nobody."""

from dataclasses import dataclass, field, replace

from bot.intake import arrival, causes, header, hypertext, notes, origin, parts, radar, returned, vouching, words
from bot.intake.envelope import Envelope, asks, hint, issued, nearly_asks, own_addresses
from bot.intake.patterns import pattern
from bot.intake.reading import Limits, Reading, Rules, Verdict
from bot.law import Right

LIMITS = Limits()
REPORT = "A bounce or a receipt: it reports on a mail of ours."
_CONCERNS = frozenset({Verdict.ENQUIRY, Verdict.NEAR_MISS, Verdict.REPLY})
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
    reading = _judge(Envelope.of(fields, rules, limits), found, rules)
    return _reported(reading, raw, rules) if reading.verdict == Verdict.MACHINE else reading


def _reported(reading: Reading, raw: bytes, rules: Rules) -> Reading:
    """With the letters of ours a machine's mail is about, and what it says became of them."""
    about = tuple(each for each in returned.letters(raw, rules.reply_tag) if each != reading.message_id)
    if REPORT not in reading.reasons:
        return reading
    fate = returned.fate(raw)
    return replace(
        reading, reports_on=about, fate=fate, cause=causes.cause(raw) if fate == returned.Fate.FAILED else None
    )


def from_headers(raw: bytes, rules: Rules, reason: str, limits: Limits = LIMITS) -> Reading:
    """The reading of a mail whose body must not be touched again: from its headers alone, with this reason."""
    block, _ = header.split(raw[: limits.header_block + 4096])
    fields = header.headers(block, limits)
    return _judge(Envelope.of(fields, rules, limits), parts.Content(fault=reason, truncated=True), rules)


def glance(block: bytes, size: int, rules: Rules, limits: Limits = LIMITS) -> bool:
    """Whether the body is needed, told by the header block alone: for all mail but what a machine answered.

    Of that only a report on a mail of ours is wanted, and not when `size` (bytes of the whole mail) shows that a report
    is not all it is. What a machine passed on (a list, a form, a portal) is wanted: somebody may be behind it.
    """
    if len(block) > limits.header_block or not hint(rules).search(block):
        return True
    envelope = Envelope.of(header.headers(header.split(block)[0], limits), rules, limits)
    if envelope.reports:
        return size <= limits.text
    return not envelope.machine


@dataclass
class _Opinion:
    """The verdict while it is being found."""

    verdict: Verdict
    reasons: list[str] = field(default_factory=list)


def _judge(envelope: Envelope, found: parts.Content, rules: Rules) -> Reading:
    inside = found.sent_on or parts.Content()
    text = "\n\n".join(each for each in (found.text, inside.subject, inside.text) if each)
    heard = radar.echo(envelope.subject, text)
    filed = radar.filed([each.name for each in found.attachments])
    alone = _alone(envelope, found, heard, filed, rules)
    ref = _REF.search(envelope.subject) if "-" in envelope.subject else None
    whole = _safe(_concern(alone, envelope, found, rules, named=ref is not None), envelope, found)
    concerned = whole.verdict in _CONCERNS or whole.verdict == Verdict.QUARANTINE
    rights = radar.asked(envelope.subject, text, heard) if alone.verdict == Verdict.ENQUIRY else heard.rights
    rights = rights or tuple(right for right in Right if right in filed)
    first = _first_writer(envelope, found, rules) if concerned else origin.Origin()
    return Reading(
        verdict=whole.verdict,
        from_address=envelope.sender.address,
        from_name=envelope.sender.name,
        from_written=envelope.sender.written,
        subject=envelope.subject,
        rights=rights if concerned else (),
        language=words.language(heard.words),
        message_id=envelope.message_id,
        in_reply_to=envelope.in_reply_to,
        references=envelope.references,
        ref=f"DPE-{ref.group(1)}-{ref.group(2)}" if ref else None,
        attachments=tuple(found.attachments),
        reasons=(*whole.reasons, *(_notes(envelope, found, heard) if concerned else ())),
        text=text,
        automatic=whole.verdict == Verdict.MACHINE or envelope.automatic or bool(envelope.carriers),
        origin_address=first.address,
        origin_name=first.name,
        truncated=found.truncated,
        alone=alone.verdict,
        reached=arrival.reached(envelope.received, rules.own_servers) if concerned else (),
        vouched=envelope.vouched,
        doubts=vouching.doubts(envelope.sender, envelope.reply_to, envelope.vouched) if concerned else (),
        agent=concerned and radar.for_another(heard),
    )


def _alone(
    envelope: Envelope, found: parts.Content, heard: radar.Echo, filed: frozenset[Right], rules: Rules
) -> _Opinion:
    """What the mail is by its own words."""
    inside = found.sent_on.subject if found.sent_on else ""
    if asks(envelope.subject, rules):
        if _sent_on(envelope, rules):
            return _Opinion(Verdict.NEAR_MISS, ["A colleague sent it on: who wrote first has to be confirmed."])
        return _Opinion(Verdict.ENQUIRY, ["The subject is that of an enquiry.", *heard.reasons])
    if nearly_asks(envelope.subject, rules) or (inside and nearly_asks(inside, rules)):
        return _Opinion(Verdict.NEAR_MISS, ["The subject contains that of an enquiry."])
    if heard.enough:
        return _Opinion(Verdict.NEAR_MISS, [*heard.reasons])
    if filed:
        return _Opinion(Verdict.NEAR_MISS, ["A file with it is named after a right of the law on data protection."])
    return _Opinion(Verdict.OTHER, ["Nothing in it speaks of personal data."])


def _sent_on(envelope: Envelope, rules: Rules) -> bool:
    """Whether somebody of our own house forwarded it."""
    domain = (envelope.sender.address or "").rpartition("@")[2]
    ours = {each.rpartition("@")[2] for each in own_addresses(rules)}
    return domain in ours and origin.forwarded(envelope.subject)


def _first_writer(envelope: Envelope, found: parts.Content, rules: Rules) -> origin.Origin:
    """Who seems to have written what was sent on, or filled in the form; nobody where the sender is the writer."""
    own = own_addresses(rules) | {envelope.sender.address or ""}
    if found.sent_on and (inside := origin.of_header(found.sent_on.author, own)).address:
        return inside
    if origin.forwarded(envelope.subject) and (first := origin.first_writer(found.text, own)).address:
        return first
    return origin.of_header(envelope.reply_to, own) if envelope.carriers else origin.Origin()


def _notes(envelope: Envelope, found: parts.Content, heard: radar.Echo) -> list[str]:
    """What a person should know besides."""
    several = [notes.SEVERAL] if radar.several(heard) else []
    return [*envelope.sender.notes, *found.wrapping.notes(), *several]


def _concern(alone: _Opinion, envelope: Envelope, found: parts.Content, rules: Rules, *, named: bool) -> _Opinion:
    """What the mail is, before asking whether it may be trusted: a machine's, a reply, or what it is alone."""
    reports = [*envelope.reports, *(["It carries a delivery report."] if found.delivery_report else [])]
    if envelope.machine or reports:
        about = [REPORT] if reports else []
        return _Opinion(Verdict.MACHINE, [*envelope.machine, *reports, *about, *_own_words(alone)])
    meeting = ["It is an invitation to a meeting, or an answer to one."] if found.wrapping.meeting else []
    answers = any(issued(each, rules) for each in (*envelope.in_reply_to, *envelope.references))
    if carried := [*envelope.carriers, *meeting]:
        verdict = Verdict.NEAR_MISS if alone.verdict in _CONCERNS and not answers else Verdict.MACHINE
        return _Opinion(verdict, [*carried, *_own_words(alone)])
    if answers:
        return _Opinion(Verdict.REPLY, ["It answers a letter of ours.", *_own_words(alone)])
    if named:
        return _Opinion(Verdict.REPLY, ["The subject names a ticket.", *_own_words(alone)])
    return alone


def _own_words(alone: _Opinion) -> list[str]:
    return alone.reasons if alone.verdict in _CONCERNS else []


def _safe(opinion: _Opinion, envelope: Envelope, found: parts.Content) -> _Opinion:
    """The same, or quarantine where it concerns us (or may, unread) and cannot be trusted."""
    if opinion.verdict == Verdict.MACHINE:
        return opinion
    doubts = [each for each in (found.cut, envelope.sender.fault, *envelope.faults) if each]
    hidden = found.wrapping.hides(found.text)
    if hidden and opinion.verdict not in {Verdict.ENQUIRY, Verdict.REPLY}:
        return _Opinion(Verdict.QUARANTINE, [hidden, *doubts, *_own_words(opinion)])
    if found.fault or (doubts and opinion.verdict in _CONCERNS):
        return _Opinion(Verdict.QUARANTINE, [*([found.fault] if found.fault else []), *doubts, *_own_words(opinion)])
    return _Opinion(opinion.verdict, [*opinion.reasons, *([hidden] if hidden else [])])
