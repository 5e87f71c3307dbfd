"""The report as a picture: one SVG file that any browser, letter or slide shows, and that a screen reader reads.

Everything is placed here, by arithmetic; the template only writes it down. Colours are those of Okabe and Ito, which
people who do not see all colours tell apart; besides, every part has its number, and what is late is hatched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.report import Days, Figure, Report, Share, counted, groups, span

WIDTH = 960
TOP, ROW, HEAD = 128, 30, 28  # pixels: where the rows begin, a row, a heading between rows
BECAME, TIME, TOOK = 190, 480, 700  # pixels: where each column of pictures begins
BAR, SHORT, SCALE = 250, 120, 224  # pixels: how wide each is
DIGIT = 7.5  # pixels of a digit
STEPS = (7, 10, 20, 30, 60, 90, 180, 365)  # days between the lines behind the third column

LEGEND = (("answered", 24), ("refused", 124), ("withdrawn", 214), ("open", 318), ("overdue", 388))  # in the bars' order


@dataclass(frozen=True)
class Part:
    """A piece of a bar."""

    kind: str
    x: float
    width: float
    label: str  # empty where there is no room


@dataclass(frozen=True)
class Range:
    """From the median to the ninetieth percentile."""

    median: float
    ninety: float
    label: str


@dataclass(frozen=True)
class Line:
    """One group of requests."""

    name: str
    y: float
    received: str
    parts: tuple[Part, ...]
    in_time: float  # pixels of the bar
    safe: float | None  # pixels from its beginning to the mark; None where nothing was decided
    percent: str
    gross: Range | None
    net: Range | None  # where it differs
    words: str  # all of it


@dataclass(frozen=True)
class Drawing:
    title: str
    subtitle: str
    words: str  # the whole picture, for whoever does not see it
    height: float
    lines: tuple[Line, ...]
    headings: tuple[tuple[str, float], ...]
    ticks: tuple[tuple[str, float], ...]  # days


def svg(report: Report, names: Mapping[str, str], templates: Path) -> str:
    """The picture of this report; `names` are those of groups that people call otherwise."""
    source = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates / "report"), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    constants = {"width": WIDTH, "became": BECAME, "time": TIME, "took": TOOK, "bar": BAR, "short": SHORT, "top": TOP}
    return source.get_template("figures.svg.j2").render(constants, drawing=drawn(report, names), legend=LEGEND)


def drawn(report: Report, names: Mapping[str, str]) -> Drawing:
    """Where everything stands."""
    most = max((each.days.ninety or 0 for each in (report.all, *report.by_right, *report.by_regime)), default=0)
    step = next((each for each in STEPS if most <= each * 4), STEPS[-1])
    end = max(most, step * 4)
    lines, headings = list[Line](), list[tuple[str, float]]()
    y = float(TOP)
    lines.append(_line("all", report.all, y, end))
    for heading, figures in groups(report, names):
        y += HEAD + ROW / 2
        headings.append((heading, y))
        for name, figure in figures:
            y += ROW
            lines.append(_line(name, figure, y, end))
    subtitle = f"{span(report)}: {counted(report)}"
    return Drawing(
        title="Data-protection enquiries",
        subtitle=subtitle[0].upper() + subtitle[1:],
        words=" ".join([f"Enquiries {subtitle}.", *(each.words for each in lines)]),
        height=y + ROW + 76,
        lines=tuple(lines),
        headings=tuple(headings),
        ticks=tuple((str(days), TOOK + days / end * SCALE) for days in range(0, end + 1, step)),
    )


def _line(name: str, figure: Figure, y: float, end: int) -> Line:
    due, safe = figure.by_due, figure.by_unrolled
    return Line(
        name=name,
        y=y,
        received=str(figure.received),
        parts=tuple(_parts(figure)),
        in_time=due.part / due.of * SHORT if due.of else 0,
        safe=safe.part / safe.of * SHORT if safe.of else None,
        percent=f"{due.percent} %" if due.of else "none due yet",
        gross=_range(figure.days, end),
        net=_range(figure.days_net, end) if figure.days_net != figure.days else None,
        words=_words(name, figure),
    )


def _parts(figure: Figure) -> Iterator[Part]:
    x = float(BECAME)
    for kind, number in _became(figure).items():
        width = number / figure.received * BAR if figure.received else 0
        if number:
            yield Part(kind, x, width, str(number) if width > DIGIT * len(str(number)) + 3 else "")
        x += width


def _became(figure: Figure) -> dict[str, int]:
    return {
        "answered": figure.answered,
        "refused": figure.refused,
        "withdrawn": figure.withdrawn,
        "open": figure.open - figure.overdue,
        "overdue": figure.overdue,
    }


def _range(days: Days, end: int) -> Range | None:
    if days.median is None or days.ninety is None:
        return None
    x, y = (TOOK + each / end * SCALE for each in (days.median, days.ninety))
    return Range(x, y, f"{days.median:g} / {days.ninety}")


def _words(name: str, figure: Figure) -> str:
    became = ", ".join(f"{number} {kind}" for kind, number in _became(figure).items() if number)
    told = [f"{name}: {figure.received} received{f', {became}' if became else ''}."]
    if figure.by_due.of:
        told.append(f"{_share(figure.by_due)} in time, {_share(figure.by_unrolled)} by the safe day.")
    if figure.days.median is not None:
        told.append(f"Half answered within {figure.days.median:g} days, nine of ten within {figure.days.ninety}.")
    if figure.days_net != figure.days:
        told.append(f"Net of pauses {figure.days_net.median:g} and {figure.days_net.ninety} days.")
    return " ".join(told)


def _share(share: Share) -> str:
    return f"{share.part} of {share.of}"
