"""The weekly report: a chart, and the same in words below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.cards.blocks import Block, chunks, clean, cut, day, header, paragraph
from bot.phrases import say


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
    chart: Chart


def week_card(week: Week) -> list[Block]:
    """The weekly report: a chart, and the same in words below it."""
    return [header(say("week.until", until=day(week.until))), *chart(week.chart)]


def week_text(week: Week) -> str:
    """The same in one line."""
    return cut(say("week.until_text", until=day(week.until), alternative=week.chart.alternative), 1000)


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
