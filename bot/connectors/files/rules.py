"""The map of a file share: which files hold personal data, how they belong to a person, what each right does to them.

It is the `[[connectors]]` block of kind `files`. The first rule whose pattern fits a path decides about the file.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from bot.connectors.block import Names, Part, Text
from bot.connectors.tokens import Numbers
from bot.intake.patterns import literal, pattern

NUMBER = "{number}"
Parts = tuple[str, ...]  # a path below the root


class Keep(Part):
    """Files that must stay: the legal ground, and when it ends for each."""

    basis: Text
    years: int = Field(ge=1, le=100)
    counted: Literal["date", "year_end"] = "date"  # from that day, or from the end of its year
    dated: Literal["name", "modified"] = "modified"  # by the day in the file's name (2024-05-31), or by its last change


class Rule(Part):
    name: Text
    files: Text
    category: Text
    label: str = ""
    purpose: str = ""  # where it is not what the policy says of the category
    retention: str = ""
    source: str = ""
    search: Names = ()  # "address", "number": what in a file's text makes it the person's
    several: bool = False  # each of these files speaks of several people: always a person's task
    erase: Literal["delete", "keep"]
    keep: Keep | None = None


class Ignore(Part):
    files: Text
    reason: Text


class Accounts(Part):
    """Who has which account number: a CSV file below the root, or a query of a database."""

    file: str = ""
    number: str = ""  # the column of the number
    addresses: Names = ()  # the columns of e-mail addresses
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    url_env: str = ""
    query: str = ""  # with :address; gives the number, then addresses, for every row of the account


class Share(Part):
    kind: Literal["files"]
    name: Text
    label: Text
    root_env: Text
    number: str = ""  # what an account number looks like
    own: Names = ()  # addresses and domains of ours: they stand in every letter and are nobody else
    locked: Text = ".subjectline"  # below the root, closed to all others: what is restricted, what waits to be gone
    grace_days: int = Field(default=30, ge=0, le=3650)
    largest_mb: int = Field(default=20, ge=1, le=200)  # of a file whose text is searched
    timeout_s: float = Field(default=50, gt=0, le=3600)
    accounts: Accounts | None = None
    rules: tuple[Rule, ...] = Field(min_length=1)
    ignore: tuple[Ignore, ...] = ()


def shown(name: str) -> str:
    """A name with whatever is no text in it made visible."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Glob:
    """`customers/{number}*/letters/**`: `*` and `?` within one name, `**` any number of folders."""

    def __init__(self, text: str, numbers: Numbers | None = None) -> None:
        """ValueError, in words, for what cannot be matched."""
        segments = tuple(text.split("/"))
        if any(each in {"", ".", ".."} for each in segments):
            raise ValueError("is a path below the root, like “customers/*/letters/**”")
        if sum(each.count(NUMBER) for each in segments) > (numbers is not None):
            raise ValueError("may have {number} once, and needs number = “…” to say what one looks like")
        self.first = segments[0]
        self._numbers = numbers
        self._at = next((at for at, each in enumerate(segments) if NUMBER in each), None)
        self._segments = tuple(None if each == "**" else _segment(each) for each in segments)
        before, _, after = segments[self._at or 0].partition(NUMBER)
        self._around = (_segment(before), _segment(after))

    def numbers(self, path: Parts) -> frozenset[str] | None:
        """The account numbers the path names where the pattern says; None where the pattern does not fit."""
        names = [shown(each) for each in path]
        if self._at is None:
            return frozenset() if _fits(self._segments, names) else None
        before, after = self._segments[: self._at], self._segments[self._at + 1 :]
        found: set[str] = set()
        for at, name in enumerate(names):
            there = set(self._named(name))
            if there - found and _fits(before, names[:at]) and _fits(after, names[at + 1 :]):
                found |= there
        return frozenset(found) or None

    def _named(self, name: str) -> Iterator[str]:
        before, after = self._around
        for start, end in self._numbers.spans(name) if self._numbers else ():
            if before.fullmatch(name[:start]) and after.fullmatch(name[end:]):
                yield name[start:end]


def _segment(text: str) -> Any:
    signs = {"*": "(?s:.*)", "?": "(?s:.)"}
    return pattern("".join(signs.get(each) or literal(each) for each in text))


def _fits(segments: Sequence[Any], names: Sequence[str]) -> bool:
    """Whether all the names fit all the segments; None is any number of names. One pass, whatever the pattern."""
    places = {0}
    for name in names:
        reached: set[int] = set()
        for place in _open(segments, places):
            if place < len(segments):
                segment = segments[place]
                if segment is None:
                    reached.add(place)
                elif segment.fullmatch(name):
                    reached.add(place + 1)
        places = reached
    return len(segments) in _open(segments, places)


def _open(segments: Sequence[Any], places: set[int]) -> set[int]:
    """The places, and those behind a `**` that takes nothing."""
    found = set(places)
    for place in sorted(places):
        while place < len(segments) and segments[place] is None:
            place += 1  # noqa: PLW2901
            found.add(place)
    return found


class Map:
    """The rules of a share, ready to be asked."""

    def __init__(self, share: Share) -> None:
        """Reads all of it; what cannot be used is in `faults`, one sentence each."""
        self.share = share
        self.faults: list[str] = []
        self.numbers = self._numbers(share.number) if share.number else None
        self._rules = [(each, made) for each in share.rules if (made := self._glob(f"Rule {each.name}", each.files))]
        self._ignored = [made for each in share.ignore if (made := self._glob("ignore", each.files))]
        self.faults += [fault for each in share.rules for fault in self._rule_faults(each)]
        self.faults += self._account_faults(share)
        names = [each.name for each in share.rules]
        self.faults += [f"Rule {name} is there twice." for name in sorted(set(names)) if names.count(name) > 1]

    def rule(self, path: Parts) -> tuple[Rule, frozenset[str]] | None:
        """The rule of this file and the account numbers its path names; None where no rule reaches."""
        for rule, glob in self._rules:
            numbers = glob.numbers(path)
            if numbers is not None:
                return rule, numbers
        return None

    def ignored(self, path: Parts) -> bool:
        return any(each.numbers(path) is not None for each in self._ignored)

    def reaches(self, first: str) -> bool:
        """Whether some rule, or a reason to ignore, begins with this name below the root."""
        globs = [*(each for _, each in self._rules), *self._ignored]
        return any(each.first == "**" or Glob(each.first, self.numbers if NUMBER in each.first else None)
                   .numbers((first,)) is not None for each in globs)  # fmt: skip

    def named(self, path: Parts) -> frozenset[str]:
        """Every account number that stands anywhere in the path."""
        if self.numbers is None:
            return frozenset()
        return frozenset(found for name in path for found in self.numbers.within(shown(name)))

    def _numbers(self, make: str) -> Numbers | None:
        try:
            return Numbers(make)
        except ValueError as error:
            self.faults.append(f"number {error}.")
            return None

    def _glob(self, where: str, text: str) -> Glob | None:
        try:
            return Glob(text, self.numbers)
        except ValueError as error:
            self.faults.append(f"{where}: “{text}” {error}.")
            return None

    def _rule_faults(self, rule: Rule) -> Iterator[str]:
        if NUMBER not in rule.files and not rule.search:
            yield f"Rule {rule.name}: neither {NUMBER} in its pattern nor search says whose these files are."
        if odd := sorted(set(rule.search) - {"address", "number"}):
            yield f"Rule {rule.name}: search knows “address” and “number”, not {', '.join(odd)}."
        if "number" in rule.search and not self.share.number:
            yield f"Rule {rule.name}: to search for numbers, say in number = “…” what one looks like."
        if (rule.erase == "keep") != (rule.keep is not None):
            yield f"Rule {rule.name}: erase = “keep” and its legal ground (keep = {{ basis, years }}) go together."

    def _account_faults(self, share: Share) -> Iterator[str]:
        if share.number and share.accounts is None:
            yield "accounts is missing: who has which account number?"
        if share.accounts is None:
            return
        by_file, by_query = bool(share.accounts.file), bool(share.accounts.url_env)
        if by_file == by_query:
            yield "accounts needs either file, number and addresses, or url_env and query."
        elif by_file and not (share.accounts.number and share.accounts.addresses):
            yield "accounts: number and addresses name columns of the file."
        elif by_query and ":address" not in share.accounts.query:
            yield "accounts: query needs :address."
        if not share.number:
            yield "accounts is there, but number = “…” does not say what an account number looks like."
        if "/" in share.locked or share.locked in {".", ".."}:
            yield "locked is one name below the root."
