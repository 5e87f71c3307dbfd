"""What the team reads: the same phrases in every language, none in the code, all of them within Slack's limits."""

import ast
import json
import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot import phrases
from bot.cards import answered_text, day
from bot.cards.blocks import moment
from bot.law.calendar import Calendar
from bot.law.regimes import known, regime
from bot.phrases import LANGUAGES, PLURAL, Phrase, Phrases, say, speak
from bot.sandbox import strict
from tests.bot.cards.views import NOTICES
from tests.pictures.__main__ import found

ROOT = Path(__file__).parents[2]
FILES = sorted({path.stem for path in (phrases.ROOT / "en").glob("*.toml")})
KEY = re.compile(rf"(?:{'|'.join(FILES)})(?:\.[a-z0-9_*]+)+")
QUIET = ("law/calendar", "law/count", "law/readings", "tickets", "identity", "drafts", "report", "reminders", "recipients")  # the words of `workflow` stand in letters
HANDLERS = (  # what people press and type in Slack; the others speak to a terminal or to a browser
    "__init__", "buttons", "commands", "door", "forms", "heard", "home", "identity", "letters", "looks", "modals", "moves", "office",
    "recipients", "review", "rights", "tasks", "watch",
)  # fmt: skip
NOT_SLACK = frozenset({  # words of a mail, of the person's copy, of a sum, of a drawing for developers
    "From", "Subject", "Content-Type: text/plain; charset=utf-8", "Re: {} ({})", "What we found", "Name", "Content",
    "by hand {}", "files by hand {}", "veiled {}", ", second person",
})  # fmt: skip


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Inside, the house speaks this language; afterwards English, as in all tests."""
    speak(language)
    try:
        yield
    finally:
        speak("en")


def modules() -> list[Path]:
    rooms = [path for room in ("cards", "desk") for path in (ROOT / "bot" / room).rglob("*.py")]
    alone = [*(ROOT / "bot" / f"{name}.py" for name in QUIET), *(ROOT / "handlers" / f"{name}.py" for name in HANDLERS)]
    return sorted([*rooms, *alone])


def placeholders(phrase: Phrase) -> set[str]:
    texts = [phrase] if isinstance(phrase, str) else list(phrase.values())
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def trees() -> tuple[ast.Module, ...]:
    """Of every module of the rooms that say something."""
    rooms = ("bot/cards", "bot/desk", "bot/intake", "bot/law", "bot/slack", "handlers")
    paths = [*(ROOT / "bot").glob("*.py"), *(path for room in rooms for path in (ROOT / room).rglob("*.py"))]
    return tuple(ast.parse(path.read_text()) for path in sorted(paths))


def keys(node: ast.AST) -> Iterator[str]:
    """What could be a key below this node; a part only known at run time is a star."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
        elif isinstance(each, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in each.values)
        elif isinstance(each, ast.Call) and spelled(each.func) in {"named", "translated"} and isinstance(each.args[0], ast.Constant):
            yield f"{each.args[0].value}.*"


@cache
def named() -> frozenset[str]:
    """Every key the code names anywhere."""
    return frozenset(key for tree in trees() for key in keys(tree) if KEY.fullmatch(key))


@cache
def said() -> frozenset[str]:
    """Every key that is said where it stands; other words of the house look like keys, too."""
    calls = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    asked = (node.args[0] for node in calls if spelled(node.func) in {"say", "Phrases"})
    return frozenset(key for node in asked for key in keys(node) if KEY.fullmatch(key))


def test_every_language_has_the_same_phrases() -> None:
    """The same keys, the same places for values, the same shape of plural."""
    english = phrases.phrases("en")
    for language in LANGUAGES[1:]:
        other = phrases.phrases(language)
        assert english.keys() == other.keys(), sorted(english.keys() ^ other.keys())
        differs = [
            key for key in english
            if isinstance(english[key], str) != isinstance(other[key], str) or placeholders(english[key]) != placeholders(other[key])
        ]
        assert not differs, differs


def test_a_plural_is_told_by_n() -> None:
    """Each form of it may name `n`, and exactly one and other are there."""
    for language in LANGUAGES:
        plurals = [each for each in phrases.phrases(language).values() if isinstance(each, Mapping)]
        assert plurals
        assert all(each.keys() == PLURAL and "{n}" in each["other"] for each in plurals)


def test_the_code_and_the_templates_know_the_same_phrases() -> None:
    """What the code names is there, and what is there is named by the code."""
    there = phrases.phrases("en").keys()
    stars = [re.compile(re.escape(each).replace(r"\*", "[^.]+")) for each in named() if "*" in each]
    unknown = [each for each in said() if "*" not in each and each not in there]
    assert not unknown, sorted(unknown)
    unused = [key for key in there if key not in named() and not any(star.fullmatch(key) for star in stars)]
    assert not unused, sorted(unused)
    assert all(any(star.fullmatch(key) for key in there) for star in stars)


def human(text: str) -> bool:
    """Whether somebody could read this as words: two of them, or one with a capital or an end."""
    return bool(re.search(r"[A-Za-zä-ü”]{2,}[,.:;!?…]* +[“”A-Za-z{]|^[A-Z][a-z]{2,}(?: …|[.:?!])?$|[a-z]{2}[.?!…]$|\{\} [a-z]{3}|[a-z]{3} \{\}", text))


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """The human sentences of a module, but its docstrings, what `raise` and `assert` say to programmers, and logs."""
    tree = ast.parse(path.read_text())
    quiet = unread(tree)
    for node in ast.walk(tree):
        if node in quiet:
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
        if human(text) and not KEY.fullmatch(text) and text not in NOT_SLACK:
            yield getattr(node, "lineno", 0), text


def unread(tree: ast.Module) -> set[ast.AST]:
    """What of a module nobody in Slack reads: docstrings, lists of names, what programmers and machines are told."""
    quiet: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(node.value)
        if isinstance(node, ast.Call) and spelled(node.func) in PROGRAMMERS:
            quiet |= set(ast.walk(node))
        if isinstance(node, ast.JoinedStr):
            quiet |= {each for each in node.values if isinstance(each, ast.Constant)}
        if isinstance(node, ast.ClassDef):  # named as a type before it is there
            quiet |= {each for each in ast.walk(tree) if isinstance(each, ast.Constant) and each.value == node.name}
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            quiet |= set(ast.walk(node.value))
    return quiet


# what is said to programmers, terminals and logs; `compile` and `strftime` speak no language
PROGRAMMERS = frozenset({
    "RuntimeError", "LookupError", "KeyError", "ValueError", "TypeError", "Temporary", "Refused", "Misconfigured", "Unsupported",
    "Unclear", "compile", "strftime", "echo", "info", "warning", "error", "exception", "debug",
})  # fmt: skip


def spelled(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def test_no_sentence_stands_in_the_code() -> None:
    """All Slack text lives in templates."""
    left = {path.relative_to(ROOT).as_posix(): list(literals(path)) for path in modules()}
    assert not any(left.values()), "\n".join(f"{name}:{line} {text}" for name, found in left.items() for line, text in found)


def test_every_reason_of_intake_has_its_phrase() -> None:
    """A mail is read in a process that knows no language of the team: its reasons are translated when they are drawn."""
    rooms = [*(ROOT / "bot" / "intake").glob("*.py"), ROOT / "bot" / "cell.py", ROOT / "bot" / "opener" / "__main__.py"]
    with spoken("de"):
        for path in rooms:
            reasons = [text for _, text in literals(path) if re.fullmatch(r"[A-Z][^\\|]* [^\\|]*\.", text)]
            for each in (text.replace("{}", "7") for text in reasons):
                assert phrases.translated("intake", each) != each, (path.name, each)
    assert phrases.translated("intake", "The mail has no From header.") == "The mail has no From header."


def test_the_law_is_explained_in_the_team_s_language() -> None:
    """Short names, reasons of an extension, contested questions and holidays; citations and settings stay as they are."""
    laws = [regime(each) for each in known()]
    english = {each.question for law in laws for each in law.contested}
    english |= {reason for law in laws if law.extension for reason in law.extension.reasons}
    with spoken("de"):
        assert not {each for each in english if phrases.translated("law_said", each) == each}
        assert (regime("gdpr_eu").called, regime("lgpd").called) == ("DSGVO", "LGPD")
        assert Calendar("Europe/Zurich", "CH-ZH").why_free(date(2026, 4, 3)) == "Karfreitag"
        assert Calendar("Europe/London", "GB-ENG").why_free(date(2026, 4, 3)) == "Good Friday"
    assert regime("gdpr_eu").called == "GDPR"
    assert Calendar("Europe/Zurich", "CH-ZH").why_free(date(2026, 4, 3)) == "Good Friday"


def test_a_phrase_is_said_with_its_values() -> None:
    """One is one, everything else is other, and a table is read in the language of the moment."""
    assert day(date(2026, 12, 14)) == "Mon 14 Dec 2026"
    with spoken("de"):
        assert day(date(2026, 12, 14)) == "Mo 14. Dez. 2026"
        assert moment(datetime(2026, 3, 1, 9, 5, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)) == "So 1. März 2026, 09:05 Uhr"


def test_what_is_missing_is_an_error() -> None:
    """No phrase, no value, no language: never half a sentence."""
    for wrong in (lambda: say("dates.never"), lambda: say("dates.day"), lambda: speak("xx"), lambda: Phrases({"a": "dates.never"})["a"]):
        with pytest.raises(KeyError):
            wrong()


def test_swiss_spelling() -> None:
    """No sharp s in German."""
    assert not [path for path in (phrases.ROOT / "de").rglob("*.toml") if "ß" in path.read_text(encoding="utf-8")]


def words(shown: Any) -> Iterator[tuple[str, str]]:
    """What kind of place → the text in it: titles, buttons, options and whatever else is drawn."""
    if isinstance(shown, Mapping):
        for place, each in shown.items():
            if isinstance(each, Mapping) and each.get("type") in {"plain_text", "mrkdwn"}:
                yield f"{shown.get('type', 'option')} {place}", each["text"]
            yield from words(each)
    elif isinstance(shown, list):
        for each in shown:
            yield from words(each)


def drawn(language: str) -> dict[tuple[str, str], dict[str, Any]]:
    with spoken(language):
        return {(family, each["name"]): each for family, pictures in found().items() for each in pictures}


def test_slack_takes_everything_in_every_language() -> None:
    """Every card, message, window and App Home keeps Slack's limits, and no word of ours had to be cut for them."""
    english = drawn("en")
    for language in LANGUAGES[1:]:
        other = drawn(language)
        assert other.keys() == english.keys()
        for name, picture in other.items():
            view = picture.get("view")
            faults = strict.view_faults(view) if view else strict.message_faults(picture["blocks"])
            assert not faults, (name, faults)
            cut = [each for each in words(picture) if each[1].endswith("…") and not each[1].endswith(" …")]
            kept = [each for each in words(english[name]) if each[1].endswith("…") and not each[1].endswith(" …")]
            assert len(cut) <= len(kept), (name, cut)


def test_a_sentence_calls_a_button_by_its_name() -> None:
    """What English puts in quotes and a button says, every other language quotes as its own button says it."""
    english = {key: each for key, each in phrases.phrases("en").items() if isinstance(each, str)}
    for language in LANGUAGES[1:]:
        other = phrases.phrases(language)
        for key, sentence in english.items():
            for quoted in re.findall("“([^”]+)”", sentence):
                named_so = [name for name, label in english.items() if bare(label) == bare(quoted)]
                there = {bare(each) for each in re.findall("«([^»]+)»", str(other[key]))}
                assert not named_so or there & {bare(str(other[name])) for name in named_so}, (key, quoted, there)


def bare(label: str) -> str:
    return label.removesuffix(" …")


def test_a_recipient_that_answered_in_german() -> None:
    """What they said stands once, in the card and in the thread."""
    answered = next(each for each in NOTICES if each.wrote and each.plainly)
    with spoken("de"):
        assert answered_text(answered) == "DPE-2026-0001: Empfänger: 2 von 7 haben geantwortet. Host Ltd (Auftragsbearbeiter): hat nichts."


def test_a_card_in_german() -> None:
    """The team reads German; what a stranger wrote and what the company named stays as it is."""
    blocks = json.dumps(drawn("de")["cards", "approving"], ensure_ascii=False)
    for said_so in ("Löschung", "Fällig", "Mo 14. Dez. 2026", "Zurückweisen", "our internal server"):
        assert said_so in blocks
    assert "Due" not in blocks
