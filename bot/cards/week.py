"""The weekly report: facts, and charts with the same in words below each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.cards.blocks import Block, chunks, clean, cut, day, escape, fields, header, paragraph

CHARTS = 2  # Slack takes no more in one message


class Series(Protocol):
    """One row of numbers of a chart (`report.Series`)."""

    @property
    def name(self) -> str: ...
    @property
    def numbers(self) -> tuple[int, ...]: ...


class Chart(Protocol):
    """A chart and the same in words (`report.Figures`)."""

    @property
    def title(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def series(self) -> Sequence[Series]: ...
    @property
    def alternative(self) -> str: ...


@dataclass(frozen=True)
class Week:
    """The weekly report."""

    until: date  # the last day it counts
    facts: tuple[tuple[str, str], ...]  # name and value, at most ten
    charts: tuple[Chart, ...] = field(default=())


def week_card(week: Week) -> list[Block]:
    """The weekly report: facts, and charts with the same in words below each."""
    blocks = [header(f"The week until {day(week.until)}")]
    if week.facts:
        blocks.append(fields(*((escape(name), escape(value)) for name, value in week.facts[:10])))
    for each in week.charts[:CHARTS]:
        blocks += chart(each)
    return blocks


def week_text(week: Week) -> str:
    """The same in one line."""
    told = ", ".join(f"{name.lower()}: {value}" for name, value in week.facts)
    return f"The week until {day(week.until)}. {told}"


def chart(figures: Chart) -> list[Block]:
    """Slack's own chart, and everything it shows in words, for whoever does not see it.

    docs.slack.dev/reference/block-kit/blocks/data-visualization-block: title of 50 characters, 6 series, 20 points,
    names of 20 characters; the block has no text alternative of its own.
    """
    words = [paragraph(part) for part in chunks(clean(figures.alternative))]
    labels = [cut(each, 20) for each in figures.labels[:20]]
    if not labels or not figures.series:
        return words
    series = [
        {
            "name": cut(each.name, 20),
            "data": [{"label": name, "value": number} for name, number in zip(labels, each.numbers[:20], strict=True)],
        }
        for each in figures.series[:6]
    ]
    drawn = {"type": "bar", "series": series, "axis_config": {"categories": labels}}
    return [{"type": "data_visualization", "title": cut(figures.title, 50), "chart": drawn}, *words]

