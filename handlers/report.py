"""`subjectline report`: the figures as two tables and a few sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.build import TEMPLATES
from bot.drawing import svg
from bot.errors import NotAllowed
from bot.law import known, regime
from bot.report import Figure, Report, Share, counted, groups, span
from handlers.printing import line, say

NAME = 18  # characters of the first column


@dataclass(frozen=True)
class Column:
    heading: str
    value: Callable[[Figure], str]

    def cell(self, text: str) -> str:
        return text.rjust(len(self.heading) + 2)


HOW_MANY = (
    Column("received", lambda each: str(each.received)),
    Column("open", lambda each: _some(each.open)),
    Column("waiting", lambda each: _some(each.waiting)),
    Column("overdue", lambda each: _some(each.overdue)),
    Column("answered", lambda each: _some(each.answered)),
    Column("refused", lambda each: _some(each.refused)),
    Column("withdrawn", lambda each: _some(each.withdrawn)),
    Column("extended", lambda each: _some(each.extended.part)),
)
HOW_FAST = (
    Column("     in time", lambda each: _share(each.by_due)),
    Column("    safe day", lambda each: _share(each.by_unrolled)),
    Column("days: half", lambda each: _number(each.days.median)),
    Column("90 %", lambda each: _number(each.days.ninety)),
    Column("net of pauses: half", lambda each: _number(each.days_net.median)),
    Column("90 %", lambda each: _number(each.days_net.ninety)),
)


def show(report: Report, *, as_json: bool) -> None:
    """The report is printed: as one JSON object with every figure, or as tables."""
    if as_json:
        line(asdict(report), as_json=True)
        return
    for each in lines(report):
        say(each)


def draw(report: Report, file: Path) -> None:
    """The picture lies in this file. NotAllowed when it is not an .svg file: any browser makes other kinds of it."""
    if file.suffix.lower() != ".svg":
        raise NotAllowed("The picture is an SVG: name a file that ends in .svg; a browser prints it to any other kind.")
    file.write_text(svg(report, laws(), TEMPLATES), encoding="utf-8")


def lines(report: Report) -> Iterator[str]:
    """The report, line by line, none wider than 100 characters."""
    yield f"Enquiries {span(report)}: {counted(report)}."
    for columns in (HOW_MANY, HOW_FAST):
        yield ""
        yield from _table(report, columns)
    yield ""
    yield from _notes(report)


def laws() -> dict[str, str]:
    """What people call each law."""
    return {key: regime(key).called for key in known()}


def _table(report: Report, columns: Sequence[Column]) -> Iterator[str]:
    yield (" " * NAME + "".join(each.cell(each.heading) for each in columns)).rstrip()
    yield _row("all", report.all, columns)
    for heading, figures in groups(report, laws()):
        yield heading
        for name, figure in figures:
            yield _row(f"  {name}", figure, columns)


def _row(name: str, figure: Figure, columns: Sequence[Column]) -> str:
    return name[:NAME].ljust(NAME) + "".join(each.cell(each.value(figure)) for each in columns)


def _notes(report: Report) -> Iterator[str]:
    yield "Refused: " + (_listed(report.refusals) or "none") + "."
    yield "Asked of the person: " + (_listed(report.asked) or "nothing") + "."
    yield f"Copies of an identity document asked for: {report.identity_documents} (should be near none)."
    seen = report.near_misses
    yield f"Near misses: {seen.seen}, of which {seen.late} were looked at later than a day."
    if report.notices_open is not None:
        yield f"Notices to recipients still open: {report.notices_open}."
    yield "A request is one right in one ticket. One that two laws may apply to counts under both."
    yield "In time: answered or refused by the last day, of all whose day has come. Safe day: before"
    yield "weekends and holidays move it. Net of pauses: without the days the clock stood still."


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())


def _some(number: int) -> str:
    return str(number) if number else "·"


def _share(share: Share) -> str:
    return f"{share.percent} % of {share.of}" if share.of else "-"


def _number(days: float | None) -> str:
    return "-" if days is None else f"{days:g}"
