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
from bot.cards.card import row
from bot.cards.inputs import entry, logged
from bot.cards.team import Health, Home, Person, WeekCount
from bot.cards.views import TicketLine
from bot.cards.week import Week, chart
from bot.phrases import month, say
from bot.report import Report, counted, span

BAR = 20  # signs of the longest bar


def home(view: Home, now: datetime) -> Block:
    """What waits for its reader first. Sections, because tables are not allowed there."""
    blocks = [
        header(say("overview.data_protection_enquiries")),
        context(
            say(
                "overview.open_overdue_as_of_commands_dpe_help",
                open=view.open,
                overdue=view.overdue,
                now=moment(now, now),
            )
        ),
    ]
    if not view.four_eyes:
        blocks.append(context(say("overview.four_eyes_are_off_one_person_alone")))
    waiting = [
        *_list(say("overview.plans_that_wait_for_your_approval"), view.approvals, now),
        *_list(say("overview.yours_and_you_act_next"), view.mine, now),
        *_list(say("overview.nobody_looks_after_these"), view.nobodys, now),
    ]
    blocks += waiting or [section(say("overview.what_waits_for_you")), paragraph(say("overview.nothing_thank_you"))]
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
            section(say("overview.the_last_weeks")),
            paragraph(say("overview.no_enquiry_came_and_none_was_answered")),
        ]
    most = max(max(each.received, each.answered) for each in weeks)
    came, gone = say("overview.came"), say("notice.have_answered")
    wide = max(len(came), len(gone))
    bars = [
        f"{_short(each.monday)}  {came:<{wide}} {_bar(each.received, most)} {each.received}\n"
        f"{'':{len(_short(each.monday))}}  {gone:<{wide}} {_bar(each.answered, most)} {each.answered}"
        for each in weeks
    ]
    words = [
        say(
            "overview.week_of_received_answered",
            monday=day(each.monday),
            received=each.received,
            answered=each.answered,
            late=say("overview.of_them_late", late=each.late) if each.late else "",
        )
        for each in weeks
        if each.received or each.answered
    ]
    quiet = "" if len(words) == len(weeks) else say("overview.in_the_other_weeks_nothing_came")
    drawn = "\n".join(bars)
    return [section(say("overview.the_last_weeks_2", drawn=drawn)), context(escape(" ".join(words) + quiet))]


def _bar(number: int, most: int) -> str:
    return "▇" * (max(1, round(number * BAR / most)) if number else 0)


def _short(monday: date) -> str:
    return f"{monday.day:>2} {month(monday)}"


def _settings(view: Home) -> list[Block]:
    told = say("overview.you_set_no_quiet_hours_reminders_come")
    if view.quiet:
        told = say("overview.between_and_you_hear_of_what_is_due", quiet=view.quiet[0], quiet2=view.quiet[1])
    return [section(say("overview.your_settings", told=told), button(say("overview.quiet_hours"), "quiet", "quiet"))]


def quiet_form(quiet: tuple[str, str] | None) -> Block:
    begins, ends = quiet or ("18:00", "08:00")
    blocks = [
        paragraph(say("overview.between_these_times_you_hear")),
        entry("begins", say("modals.from"), {"type": "timepicker", "action_id": "begins", "initial_time": begins}),
        entry("ends", say("overview.until"), {"type": "timepicker", "action_id": "ends", "initial_time": ends}),
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
        told = {None: say("overview.could_not_be_asked_now"), 0: say("overview.knows_nobody")}.get(
            number, say("overview.knows", number=number)
        )
        blocks.append(paragraph(f"{cut(label, 80)}: {told}"))
    return modal(say("windows.under_this_address"), blocks[:VIEW_BLOCKS])


def report_blocks(week: Week, report: Report) -> list[Block]:
    """The chart of the week as the channel gets it, and the year's figures in words."""
    whole = report.all
    share = (
        say("overview.of_in_time", percent=whole.by_due.percent, of=whole.by_due.of)
        if whole.by_due.of
        else say("overview.none_due_yet")
    )
    lines = [
        say("overview.enquiries", report=span(report), report2=counted(report)),
        say("overview.open_overdue_wait_for_the_person", open=whole.open, overdue=whole.overdue, waiting=whole.waiting),
        say(
            "overview.answered_refused_withdrawn",
            answered=whole.answered,
            refused=whole.refused,
            withdrawn=whole.withdrawn,
            share=share,
        ),
        *([_days(whole.days.median, whole.days.ninety)] if whole.days.median is not None else []),
        say(
            "overview.near_misses_of_which_looked_at_later", seen=report.near_misses.seen, late=report.near_misses.late
        ),
        say("overview.all_tables_subjectline_report"),
    ]
    return [header(say("overview.as_of", until=day(week.until))), *chart(week.chart), paragraph("\n".join(lines))]


def _days(median: float, ninety: int | None) -> str:
    return say("overview.half_were_answered_within_days_nine", median=median, ninety=ninety)


def health_blocks(health: Health, now: datetime) -> list[Block]:
    """How the bot is, a line each, with what to do where something is wrong."""
    lines = [
        say("overview.the_bot_and_its_database_answer", now=moment(now, now)),
        say("overview.open_overdue", open=health.open, overdue=health.overdue),
        *(_box(seen, now) for _, seen in health.mailboxes),
        say("overview.pieces_of_work_begin_now", waiting=health.waiting)
        if health.waiting
        else say("overview.no_work_waits"),
    ]
    if health.unsettled:
        lines.append(say("overview.of_acts_the_answer_was_lost_the_cards", unsettled=health.unsettled))
    if health.dead:
        lines.append(say("overview.pieces_of_work_were_given_up_the_cards", dead=health.dead))
    if health.aside:
        lines.append(say("overview.mails_wait_in_the_quarantine", aside=health.aside))
    return [paragraph("\n".join(lines))]


def _box(seen: datetime, now: datetime) -> str:
    late = now - seen > timedelta(minutes=30)
    told = say("overview.more_than_half_an_hour_ago_see") if late else say("overview.just_now")
    return say("overview.the_mailbox_was_looked", late="▲" if late else "✓", told=told, seen=moment(seen, now))
