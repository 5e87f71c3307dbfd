"""What a recipient answers to our notice, in English, German, French and Italian. Pure.

A reply is plain only if everything in it says the same one thing, or nothing but courtesies. A word that could turn
the meaning (a negation, “noch”, “will”, “if”, “except”), a question, another act than the one we asked for, a sentence
nobody here understands: then a person reads it. To ask in vain costs a click; a wrong “done” is a lie in the record.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.intake import phrases
from bot.intake.quoting import is_closing, own_lines, plain
from bot.recipients import Verdict

LONGEST = 1500  # characters of their own: who writes more says more than one thing
CLAUSE = 300
COURTESY = 12  # words


@dataclass(frozen=True)
class Answer:
    """What they say, as far as it can be told. `sure`: nobody has to read it."""

    verdict: Verdict
    sure: bool = False


class _Says(StrEnum):
    DONE = "done"
    NO_RECORD = "no_record"
    NO_LONGER = "no_longer"
    REFUSED = "refused"
    AWAY = "away"
    COURTESY = "courtesy"
    OPEN = "open"  # not yet, a question, a doubt
    OTHER = "other"


def answer(text: str, act: str) -> Answer:
    """What this reply says to somebody who asked for this act (correction, deletion, restriction, lifting)."""
    lines = own_lines(text)
    if sum(map(len, lines)) > LONGEST:
        return Answer(Verdict.UNCLEAR)
    if len(lines) > 1 and _signs(lines[-1], act):
        lines = lines[:-1]
    said = {_says(clause, act) for clause in _clauses(lines)} - {_Says.COURTESY}
    if not said:
        return Answer(Verdict.NOTHING)
    if _Says.AWAY in said and said <= {_Says.AWAY, _Says.OTHER, _Says.OPEN} and "?" not in "".join(lines):
        return Answer(Verdict.AWAY, sure=True)
    if _Says.DONE in said and said <= {_Says.DONE, _Says.NO_LONGER}:
        return Answer(Verdict.DONE, sure=True)
    if said <= {_Says.NO_RECORD, _Says.NO_LONGER}:
        return Answer(Verdict.NO_RECORD, sure=True)
    found = said & {_Says.DONE, _Says.NO_RECORD, _Says.REFUSED}
    return Answer(Verdict(found.pop().value) if len(found) == 1 else Verdict.UNCLEAR)


def _clauses(lines: list[str]) -> list[str]:
    """Their sentences, cut at words of contrast."""
    found: list[str] = []
    for line in lines:
        for part in phrases.CONTRAST.split(line):
            found += _sentences(part)
    return [each for each in found if any(char.isalnum() for char in each)]


def _signs(line: str, act: str) -> bool:
    """Whether this is a name and nothing else."""
    return phrases.NAME.search(line) is not None and _says(line, act) == _Says.OTHER and not _turned(line)


def _turned(text: str) -> bool:
    text = plain(text)
    return any(each.search(text) for each in phrases.DOUBTFUL.values()) or phrases.REFUSED.search(text) is not None


def _sentences(text: str) -> list[str]:
    """Cut at full stops that a capital follows: `am 24.11. gelöscht` is one sentence. A question keeps its mark."""
    found, start = [], 0
    for mark in phrases.SENTENCE.finditer(text):
        if phrases.MONTH.search(plain(text[mark.start() + 1 :])) and text[: mark.start()][-1:].isdigit():
            continue  # `am 24. Mai`
        end = mark.end() - 1 if mark.end() < len(text) and not mark.group(0).rstrip().endswith("?") else mark.end()
        end = max(end, mark.start() + 1)
        found.append(text[start:end].strip())
        start = end
    return [*found, text[start:].strip()]


def _says(clause: str, act: str) -> _Says:
    text = phrases.NO_TROUBLE.sub("", " ".join(plain(clause).split()).rstrip(".!; "))
    done = [each for each in phrases.LANGUAGES if phrases.DONE_OF[act][each].search(text)]
    if phrases.AWAY.search(text):
        return _Says.OPEN if done else _Says.AWAY
    if phrases.REFUSED.search(text):
        return _Says.REFUSED
    if text.endswith("?") or phrases.ASKED.search(text) or len(text) > CLAUSE or phrases.OF_A_MAIL.search(text):
        return _Says.COURTESY if _polite(text) else _Says.OPEN
    if any(each.search(text) for other, verbs in phrases.VERBS.items() if other != act for each in verbs):
        return _Says.OPEN
    return _states(text, done)


def _states(text: str, done: list[str]) -> _Says:
    """What a sentence states that is no question. `done`: the languages in which it speaks of the act as done."""
    if phrases.NO_LONGER.search(text):
        return _Says.OPEN if done else _Says.NO_LONGER
    if done:
        return _Says.OPEN if any(phrases.DOUBTFUL[each].search(text) for each in done) else _Says.DONE
    nothing = [each for each in phrases.LANGUAGES if phrases.HELD[each].search(text)]
    if nothing:
        return _Says.OPEN if any(phrases.UNSURE[each].search(text) for each in nothing) else _Says.NO_RECORD
    return _Says.COURTESY if _polite(text) else _Says.OTHER


def _polite(text: str) -> bool:
    """Whether this says nothing of its own."""
    if text.endswith("?"):
        return False
    if phrases.REFERENCE.search(text):
        return True
    few = len(text.split()) <= COURTESY
    return few and (phrases.POLITE.search(text) is not None or is_closing(text)) and not _turned(text)
