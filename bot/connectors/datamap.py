"""The data map: which tables hold personal data, how rows belong to a person, what each right does to them.

It is the `[[connectors]]` block of kind `database`; `bot/sandbox/company.toml` is a whole one. `reading.py` makes these
parts of it, `survey.py` holds them against the live schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from bot.connectors.block import Names, Part, Text
from bot.connectors.masks import KEEP, Mask, read_mask
from bot.workflow import WORDS, Act

IDENTITY = "identity"


def _house_word(text: str) -> str:
    if text and text not in WORDS:
        raise ValueError(f"is no word of a correction (words are: {', '.join(WORDS)})")
    return text


Value = bool | int | str  # of a flag


class _Part(Part):
    model_config = ConfigDict(arbitrary_types_allowed=True, populate_by_name=False)


class Column(_Part):
    label: str = ""  # in words for the person (GDPR 12(1)); needed where the column is exported
    category: str = ""  # of the privacy policy, where it is not the table's
    personal: bool = True
    export: bool = True
    why: str = ""  # why a personal column is not exported, for the letter
    mask: Annotated[Mask | None, BeforeValidator(read_mask)] = None
    named: bool = False  # what stands here is struck out of free text by `redact`
    correct: Annotated[str, AfterValidator(_house_word)] = ""  # the word a person corrects it by: "city"
    provided: bool | None = None  # the person gave it to us (GDPR 20(1)); as the table says where this is silent


class Flag(_Part):
    """A column that says whether the application may use a row: what it holds then, and what it holds otherwise."""

    column: Text
    value: Value = Field(union_mode="smart")
    otherwise: Value | None = Field(default=None, alias="else", union_mode="smart")


class Keep(_Part):
    """Rows that must stay: the legal ground, and when it ends for each row."""

    basis: Text
    column: Text  # the date the period counts from
    years: int = Field(ge=1, le=100)
    counted: Literal["date", "year_end"] = "date"  # from that day, or from the end of its year
    then: Literal["delete", "anonymise"]  # what happens to rows whose ground has ended


@dataclass(frozen=True)
class Edge:
    """`child.column -> parent.parent_column`, as declared; a foreign key that is not declared is never followed."""

    child: str
    column: str
    parent: str
    parent_column: str

    def __str__(self) -> str:
        return f"{self.child}.{self.column} -> {self.parent}.{self.parent_column}"


class Table(_Part):
    name: Text
    label: Text
    category: Text
    purpose: str = ""  # where it is not what the policy says of the category
    retention: str = ""
    source: str = ""
    key: Names = Field(min_length=1)
    person: bool = False  # one row is one person
    identity: Names = ()  # columns that hold the person's e-mail address
    belongs: Names = Field(min_length=1)  # "identity" and edges; a row belongs if any of them says so
    shared: bool = False  # rows may have several owners: touched only when no other owner remains
    erase: Literal["delete", "anonymise", "keep", "follow"]  # follow: the fate of the row it hangs on
    keep: Keep | None = None
    restrict: Flag | Literal["follow"] | None = None  # GDPR 18; follow: whoever owns the row is held back, so it is too
    marketing: Flag | None = None  # no more advertising (GDPR 21(3))
    provided: bool = False  # the person gave us what is exported of it
    after: Names = ()  # tables to be handled before this one, beside those the foreign keys tell
    columns: dict[str, Column] = Field(min_length=1)

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for text in self.belongs if (edge := read_edge(text)) is not None)

    @property
    def by_identity(self) -> bool:
        return IDENTITY in self.belongs

    @property
    def masks(self) -> dict[str, Mask]:
        """Column → mask, of those that change something."""
        return {name: each.mask for name, each in self.columns.items() if each.mask not in {None, KEEP}}  # type: ignore[misc]

    @property
    def masking(self) -> bool:
        """Whether any row of it may be anonymised."""
        return self.erase == "anonymise" or (self.keep is not None and self.keep.then == "anonymise")

    @property
    def deleting(self) -> bool:
        """Whether any row of it may be deleted by its own rule; `follow` is as its parent."""
        return self.erase == "delete" or (self.keep is not None and self.keep.then == "delete")

    @property
    def act(self) -> Act | None:
        """The act on every row; None where it depends on the row (`follow`)."""
        return None if self.erase == "follow" else Act(self.erase)

    @property
    def exported(self) -> tuple[str, ...]:
        return tuple(name for name, each in self.columns.items() if each.export)

    @property
    def flag(self) -> Flag | None:
        """What holds its rows back, where it is a column of their own."""
        return self.restrict if isinstance(self.restrict, Flag) else None

    @property
    def personal(self) -> bool:
        return any(each.personal for each in self.columns.values())

    @property
    def corrected(self) -> dict[str, str]:
        """Column → the word it is corrected by."""
        return {name: each.correct for name, each in self.columns.items() if each.correct}

    @property
    def handed_over(self) -> tuple[str, ...]:
        """Exported columns the person gave us; keys and other numbers of ours are not among them."""
        return tuple(
            name for name in self.exported
            if (self.columns[name].provided if self.columns[name].provided is not None
                else self.provided and self.columns[name].personal)
        )  # fmt: skip

    @property
    def withheld(self) -> dict[str, str]:
        """Personal columns that are not exported, in words → why."""
        return {each.label or name: each.why for name, each in self.columns.items() if each.why and not each.export}


class Ignore(_Part):
    """A foreign key that leads to a person and is waved through: of a whole table, or of one column of it."""

    table: Text
    column: str = ""
    reason: Text


class Unreached(_Part):
    """A place this connector does not reach (backups, replicas, search indexes, history tables)."""

    place: Text
    reason: Text


class Header(_Part):
    kind: Literal["database"]
    name: Text
    label: Text
    url_env: str = ""
    db_schema: str | None = Field(default=None, alias="schema")
    fingerprint: str = ""
    normaliser: Literal["lower_trim", "exact"] = "lower_trim"
    statement_s: float = Field(default=10, gt=0, le=120)  # hard limit of one statement, and of the work between two
    tables: tuple[Any, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    activity: Names = ()  # "table.column" of the dates that show that an account is in use


@dataclass(frozen=True)
class DataMap:
    header: Header
    tables: Mapping[str, Table]

    @property
    def people(self) -> tuple[Table, ...]:
        return tuple(each for each in self.tables.values() if each.person)

    @property
    def identified(self) -> tuple[Table, ...]:
        """Tables that hold addresses of people."""
        return tuple(each for each in self.tables.values() if each.identity)

    def ignored(self, table: str, column: str) -> bool:
        return any(each.table == table and each.column in {"", column} for each in self.header.ignore)


def read_edge(text: str) -> Edge | None:
    """`child.fk -> parent.key` as an Edge; None if it is none."""
    left, arrow, right = (part.strip() for part in text.partition("->"))
    child, dot, column = left.rpartition(".")
    parent, other_dot, parent_column = right.rpartition(".")
    if not (arrow and dot and other_dot and child and column and parent and parent_column):
        return None
    return Edge(child, column, parent, parent_column)
