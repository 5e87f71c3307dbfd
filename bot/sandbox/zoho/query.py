"""COQL and search as the stand-in understands them: no more than Zoho documents, and strict about it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.sandbox.zoho.fields import MODULES, Module

Row = dict[str, Any]
_TOKENS = re.compile(r"""\s*('(?:[^']|'')*'|"(?:[^"]|"")*"|\(|\)|,|<=|>=|!=|=|<|>|[A-Za-z_$][\w.$]*|\d+)""")


class QueryError(Exception):
    """The query is not understood: Zoho's code and message."""

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, dict(details or {})


def searched(module: Module, rows: Iterable[Row], given: Mapping[str, str]) -> list[Row]:
    """Rows of the index that match: part of a word is enough, converted ones only if asked for."""
    converted = given.get("converted", "false")
    kinds = {"email": {"email"}, "phone": {"phone"}, "word": {"text", "email", "phone", "textarea"}}
    found = []
    for asked, fitting in kinds.items():
        if asked not in given:
            continue
        names = [each.name for each in module.fields if each.kind in fitting and not each.hidden]
        wanted = _plain(asked, given[asked])
        found = [row for row in rows if any(wanted in _plain(asked, row.get(name)) for name in names)]
        break
    return [row for row in found if converted == "both" or bool(row.get("$converted")) == (converted == "true")]


def _plain(asked: str, value: Any) -> str:
    text = str(value or "").lower()
    return re.sub(r"\D", "", text) if asked == "phone" else text


class Query:
    """`select a, b from Module where (…) order by id asc limit 200`, read once."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._word("select")
        self.columns = self._names()
        self._word("from")
        name = self._take()
        if name not in MODULES:
            raise QueryError("INVALID_QUERY", "invalid module", {"module": name})
        self.module = MODULES[name]
        self._word("where")
        self._criteria = self._expression()
        self._sorted = self._order()
        self.limit, self.offset = self._limit()
        if self._at != len(self._tokens):
            raise _syntax("where")
        self._check_columns([*self.columns, *_columns(self._criteria)])

    def answer(self, rows: Iterable[Row]) -> tuple[list[Row], bool]:
        """The rows asked for, and whether there are more."""
        found = [row for row in rows if _holds(self._criteria, row)]
        if self._sorted:
            name, descending = self._sorted
            found.sort(key=lambda row: str(row.get(name) or ""), reverse=descending)
        page = found[self.offset : self.offset + self.limit]
        shown = [{name: row.get(name) for name in [*self.columns, "id"]} for row in page]
        return shown, len(found) > self.offset + self.limit

    # -- grammar

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        if self._at > len(self._tokens):
            raise _syntax("where")
        return self._tokens[self._at - 1]

    def _word(self, word: str) -> None:
        if self._take().lower() != word:
            raise _syntax(word)

    def _names(self) -> list[str]:
        names = [self._take()]
        while self._peek() == ",":
            self._take()
            names.append(self._take())
        if len(names) > 50:
            raise QueryError("LIMIT_EXCEEDED", "too many columns", {"limit": 50})
        return names

    def _expression(self) -> Any:
        """Two criteria at most side by side: more have to be paired by brackets."""
        left = self._term()
        if self._peek().lower() not in {"and", "or"}:
            return left
        both = (self._take().lower(), left, self._term())
        if self._peek().lower() in {"and", "or"}:
            raise _syntax("where")
        return both

    def _term(self) -> Any:
        if self._peek() == "(":
            self._take()
            inside = self._expression()
            if self._take() != ")":
                raise _syntax("where")
            return inside
        name, operator = self._take(), self._take().lower()
        if operator == "is":
            negated = self._peek().lower() == "not"
            if negated:
                self._take()
            self._word("null")
            return ("null", name, not negated)
        if operator == "in":
            return ("in", name, self._values())
        if operator not in {"=", "!=", "<", ">", "<=", ">="}:
            raise _syntax("where")
        return (operator, name, _value(self._take()))

    def _values(self) -> list[str]:
        if self._take() != "(":
            raise _syntax("where")
        values = [_value(self._take())]
        while self._peek() == ",":
            self._take()
            values.append(_value(self._take()))
        if self._take() != ")" or len(values) > 100:
            raise _syntax("where")
        return values

    def _order(self) -> tuple[str, bool] | None:
        if self._peek().lower() != "order":
            return None
        self._take()
        self._word("by")
        name = self._take()
        return name, self._peek().lower() in {"asc", "desc"} and self._take().lower() == "desc"

    def _limit(self) -> tuple[int, int]:
        if not self._peek():
            return 200, 0
        self._word("limit")
        limit, offset = self._take(), "0"
        if self._peek().lower() == "offset":
            self._take()
            offset = self._take()
        if not limit.isdigit() or not offset.isdigit() or not 0 < int(limit) <= 2000:
            raise QueryError("LIMIT_EXCEEDED", "limit is out of its range", {"limit": 2000})
        return int(limit), int(offset)

    def _check_columns(self, names: Iterable[str]) -> None:
        for name in names:
            known = self.module.by_name.get(name)
            if known is None or known.hidden:
                raise QueryError("INVALID_QUERY", "column given seems to be invalid", {"column_name": name})
        for name in _columns(self._criteria):
            if self.module.by_name[name].kind == "textarea":
                raise QueryError("INVALID_QUERY", "column not supported here", {"column_name": name, "clause": "where"})


def _syntax(near: str) -> QueryError:
    return QueryError("SYNTAX_ERROR", "error in query", {"near": near})


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKENS.match(text, at)
        if match is None:
            raise _syntax(text[at : at + 10])
        found.append(match[1])
        at = match.end()
    return found


def _value(token: str) -> str:
    if token[:1] in {"'", '"'}:
        return token[1:-1].replace(token[0] * 2, token[0])
    if token.isdigit() or token in {"true", "false"}:
        return token
    raise _syntax(token)


def _columns(criteria: Any) -> list[str]:
    kind, left, right = criteria
    return [*_columns(left), *_columns(right)] if kind in {"and", "or"} else [left]


def _holds(criteria: Any, row: Row) -> bool:
    kind, left, right = criteria
    if kind in {"and", "or"}:
        both = _holds(left, row), _holds(right, row)
        return all(both) if kind == "and" else any(both)
    raw = row.get(left)
    value = raw.get("id") if isinstance(raw, dict) else raw
    if kind == "null":
        return (value in (None, "")) == right
    text = str(value if value is not None else "").lower()
    if kind == "in":
        return text in {each.lower() for each in right}
    if value in (None, ""):
        return kind == "!="
    return _COMPARED[kind](text, right.lower())


_COMPARED = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}
