"""Letter sources: Jinja2 in an immutable sandbox, cut down until a template can say things but compute nothing.

TRUST, T10: a sandbox does not stop `'a' * 10**9` or nested loops over literals. So a letter may use the words below
only: no calls, no arithmetic, no loops over anything but values. What cannot be written cannot run away, and no child
process is needed to stop it; a template with more is refused when it is read. Loops cost what the values hold.

A value never meets the markup (`bot/letters/markup.py`): it travels as a token that the printer opens at the very end.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.letters.markup import token

LOOPS = 3  # nested deeper than this, a loop computes
WORDS = (
    nodes.Template, nodes.Block, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.Filter, nodes.Test, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Include, nodes.List,
)  # fmt: skip


class Source(ImmutableSandboxedEnvironment):
    """The letters of one language: `templates/letters/<language>/`, with its words in `language.toml`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            finalize=token,  # instead of autoescape: values are set apart here and escaped by the printer
            autoescape=False,  # the HTML layout escapes everything, template text included
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.words = tomllib.loads((folder / "language.toml").read_text(encoding="utf-8"))
        default = self.filters["default"]
        self.filters = {"day": self.day, "time": self._time, "series": self._series, "default": default}
        self.tests = {"defined": self.tests["defined"]}
        self.globals = {"words": self.words}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        check(tree, name)
        return tree

    def day(self, day: date) -> str:
        """`22 November 2026`, as the language writes it."""
        number = self.words["first"] if day.day == 1 else day.day
        return self.words["date"].format(day=number, month=self.words["months"][day.month - 1], year=day.year)

    def _time(self, moment: datetime) -> str:
        """`22 November 2026, 10:15`."""
        return self.words["moment"].format(date=self.day(moment), time=f"{moment:%H:%M}")

    def _series(self, items: Iterable[str], mapping: Mapping[str, str] | None = None) -> str:
        """`a, b and c`; through the words of `mapping` where one is given."""
        words = [mapping[each] if mapping else each for each in items]
        return f" {self.words['and']} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def check(tree: nodes.Template, name: str | None) -> None:
    """Nothing, if the template only says things; TemplateSyntaxError for whatever computes."""
    for node, loops in _walk(tree, 0):
        if not isinstance(node, WORDS):
            raise TemplateSyntaxError(f"a letter does not use {type(node).__name__}", node.lineno, name)
        if isinstance(node, nodes.For) and (loops > LOOPS or node.recursive or not _is_value(node.iter)):
            raise TemplateSyntaxError("a letter loops over values only", node.lineno, name)
        if isinstance(node, nodes.List) and node.items:
            raise TemplateSyntaxError("a letter writes no list but the empty one", node.lineno, name)
        if isinstance(node, nodes.Include) and not isinstance(node.template, nodes.Const):
            raise TemplateSyntaxError("a letter includes parts by their name only", node.lineno, name)


def _walk(node: nodes.Node, loops: int) -> Iterator[tuple[nodes.Node, int]]:
    loops += isinstance(node, nodes.For)
    yield node, loops
    for child in node.iter_child_nodes():
        yield from _walk(child, loops)


def _is_value(node: nodes.Node) -> bool:
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Filter):
        inner: Any = node.node
        node = inner
    return isinstance(node, nodes.Name)
