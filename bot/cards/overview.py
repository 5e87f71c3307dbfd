"""The App Home, and the answers to `/dpe find`, `report` and `health`. Each chart is there in words, too."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.cards.blocks import (
    VIEW_BLOCKS,
    Block,
    button,
    context,
    cut,
    day,
    divider,
    escape,
    header,
    modal,
    moment,
    paragraph,
    plain,
    section,
)
from bot.cards.inputs import entry, logged
from bot.cards.line import row
from bot.cards.team import Health, Home, Person, WeekCount
from bot.cards.views import TicketLine
from bot.cards.week import Week, chart
from bot.phrases import month, say
from bot.report import Report, counted, span

BAR = 20  # signs of the longest bar


def home(view: Home, now: datetime) -> Block:
    """What waits for its reader first. Sections, because tables are not allowed there."""
    blocks = [
        header(say("overview.title")),
        context(
            say(
                "overview.as_of_now",
                open=view.open,
                overdue=view.overdue,
                now=moment(now, now),
            )
        ),
    ]
    if not view.four_eyes:
        blocks.append(context(say("overview.two_eyes")))
    waiting = [
        *_list(say("overview.approvals"), view.approvals, now),
        *_list(say("overview.mine"), view.mine, now),
        *_list(say("overview.nobodys"), view.nobodys, now),
    ]
    blocks += waiting or [section(say("overview.waits")), paragraph(say("overview.waits_nothing"))]
    blocks += _list(say("commands.overdue"), view.late, now)
    blocks += _list(say("overview.due_next"), view.soon, now)
    blocks += [divider(), *_month(view.weeks), divider(), *_settings(view)]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def _list(title: str, tickets: Sequence[TicketLine], now: datetime) -> list[Block]:
    if not tickets:
        return []
    return [section(f"*{title}*"), *(section(row(each, now.date())) for each in tickets)]


def _month(weeks: Sequence[WeekCount]) -> list[Block]:
    """A bar a week, and every number in words below it."""
    if not any(each.received or each.answered for each in weeks):
        return [
            section(say("overview.weeks")),
            paragraph(say("overview.weeks_empty")),
        ]
    most = max(max(each.received, each.answered) for each in weeks)
    came, gone = say("overview.came"), say("overview.answered")
    wide = max(len(came), len(gone))
    bars = [
        f"{_short(each.monday)}  {came:<{wide}} {_bar(each.received, most)} {each.received}\n"
        f"{'':{len(_short(each.monday))}}  {gone:<{wide}} {_bar(each.answered, most)} {each.answered}"
        for each in weeks
    ]
    words = [
        say(
            "overview.week",
            monday=day(each.monday),
            received=each.received,
            answered=each.answered,
            late=say("overview.week_late", late=each.late) if each.late else "",
        )
        for each in weeks
        if each.received or each.answered
    ]
    quiet = "" if len(words) == len(weeks) else say("overview.weeks_other")
    drawn = "\n".join(bars)
    return [section(say("overview.weeks_drawn", drawn=drawn)), context(escape(" ".join(words) + quiet))]


def _bar(number: int, most: int) -> str:
    return "▇" * (max(1, round(number * BAR / most)) if number else 0)


def _short(monday: date) -> str:
    return f"{monday.day:>2} {month(monday)}"


def _settings(view: Home) -> list[Block]:
    told = say("overview.quiet_none")
    if view.quiet:
        told = say("overview.quiet_told", quiet=view.quiet[0], quiet2=view.quiet[1])
    return [section(say("overview.settings", told=told), button(say("overview.quiet"), "quiet", "quiet"))]


def quiet_form(quiet: tuple[str, str] | None) -> Block:
    begins, ends = quiet or ("18:00", "08:00")
    blocks = [
        paragraph(say("overview.quiet_intro")),
        entry("begins", say("modals.from"), {"type": "timepicker", "action_id": "begins", "initial_time": begins}),
        entry("ends", say("overview.quiet_until"), {"type": "timepicker", "action_id": "ends", "initial_time": ends}),
    ]  # fmt: skip
    view = modal(say("windows.quiet_hours"), blocks)
    return {
        **view,
        "submit": plain(say("letter.keep")),
        "close": plain(say("frame.not_now")),
        "callback_id": "office_quiet",
    }


def person_modal(person: Person, now: datetime) -> Block:
    """What there is under an address, for one permitted user. The desk has written the audit row."""
    blocks = [paragraph(person.address), context(logged()), section(say("overview.tickets"))]
    blocks += [
        section(f"{row(each, now.date())}{('' if state == 'open' else say('overview.closed'))}")
        for each, state in zip(person.tickets[:40], person.states, strict=False)
    ] or [paragraph(say("modals.none"))]
    blocks.append(section(say("overview.systems")))
    for label, number in person.systems:
        told = {None: say("overview.unasked"), 0: say("overview.knows_nobody")}.get(
            number, say("overview.knows", number=number)
        )
        blocks.append(paragraph(f"{cut(label, 80)}: {told}"))
    return modal(say("windows.under_this_address"), blocks[:VIEW_BLOCKS])


def report_blocks(week: Week, report: Report) -> list[Block]:
    """The chart of the week as the channel gets it, and the year's figures in words."""
    whole = report.all
    share = (
        say("overview.in_time", percent=whole.by_due.percent, of=whole.by_due.of)
        if whole.by_due.of
        else say("overview.none_due_yet")
    )
    lines = [
        say("overview.report_title", report=span(report), report2=counted(report)),
        say("overview.report_open", open=whole.open, overdue=whole.overdue, waiting=whole.waiting),
        say(
            "overview.report_closed",
            answered=whole.answered,
            refused=whole.refused,
            withdrawn=whole.withdrawn,
            share=share,
        ),
        *([_days(whole.days.median, whole.days.ninety)] if whole.days.median is not None else []),
        say("overview.report_near", seen=report.near_misses.seen, late=report.near_misses.late),
        say("overview.report_all"),
    ]
    return [header(say("overview.as_of", until=day(week.until))), *chart(week.chart), paragraph("\n".join(lines))]


def _days(median: float, ninety: int | None) -> str:
    return say("overview.report_days", median=median, ninety=ninety)


def health_blocks(health: Health, now: datetime) -> list[Block]:
    """How the bot is, a line each, with what to do where something is wrong."""
    lines = [
        say("overview.health_answers", now=moment(now, now)),
        say("overview.health_open", open=health.open, overdue=health.overdue),
        *(_box(seen, now) for _, seen in health.mailboxes),
        say("overview.health_work", waiting=health.waiting) if health.waiting else say("overview.health_no_work"),
    ]
    if health.unsettled:
        lines.append(say("overview.health_unsettled", unsettled=health.unsettled))
    if health.dead:
        lines.append(say("overview.health_dead", dead=health.dead))
    if health.aside:
        lines.append(say("overview.health_aside", aside=health.aside))
    return [paragraph("\n".join(lines))]


def _box(seen: datetime, now: datetime) -> str:
    late = now - seen > timedelta(minutes=30)
    told = say("overview.health_late") if late else say("overview.health_now")
    return say("overview.health_mailbox", late="▲" if late else "✓", told=told, seen=moment(seen, now))
