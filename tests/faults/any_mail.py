"""What holds of the reading of any bytes whatever: asked of fuzzed mails, and again of every one that once broke it."""

import json

from bot.intake import Reading, Verdict, from_headers, glance, header, identity_text, normal_address, read
from bot.intake.answers import answer
from bot.intake.quoting import own_lines
from tests.bot.intake.writing import RULES

CONCERNS = frozenset({Verdict.ENQUIRY, Verdict.NEAR_MISS, Verdict.REPLY, Verdict.QUARANTINE})


def check(raw: bytes) -> None:
    """Raises AssertionError, or whatever the reading raised."""
    reading = read(raw, RULES)
    text = reading.to_json()
    assert Reading.from_json(text) == reading, "a reading is lost on its way out of the child"
    json.loads(text)["text"].encode("utf-8")
    assert reading.reasons, "a verdict without a reason"
    assert reading.from_address is None or normal_address(reading.from_address) == reading.from_address
    assert not set(reading.subject) & set("\r\n\0"), "a subject of several lines"
    _check_headers(raw, reading)
    own_lines(reading.text)
    answer(reading.text, "deletion")


def _check_headers(raw: bytes, reading: Reading) -> None:
    """What is judged by the headers alone agrees with what is judged by the whole."""
    block, _ = header.split(raw)
    if reading.verdict in CONCERNS:
        assert glance(block, len(raw), RULES), "its body would never have been fetched"
    by_headers = from_headers(raw, RULES, "x")
    assert by_headers.from_address == reading.from_address
    identity_text(raw)
