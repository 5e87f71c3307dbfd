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
from bot.cards.inputs import entry
from bot.cards.modals import LOGGED
from bot.cards.team import Health, Home, Person, WeekCount
from bot.cards.views import TicketLine
from bot.cards.week import Week, chart
from bot.report import Report, counted, span

BAR = 20  # signs of the longest bar


def home(view: Home, now: datetime) -> Block:
    """What waits for its reader first. Sections, because tables are not allowed there."""
    blocks = [
        header("Data-protection enquiries"),
        context(f"{view.open} open, {view.overdue} overdue · as of {moment(now, now)} · commands: `/dpe help`"),
    ]
    if not view.four_eyes:
        blocks.append(context("▲ *Four eyes are off*: one person alone may plan and approve a deletion."))
    waiting = [
        *_list("Plans that wait for your approval", view.approvals, now),
        *_list("Yours, and you act next", view.mine, now),
        *_list("Nobody looks after these", view.nobodys, now),
    ]
    blocks += waiting or [section("*What waits for you*"), paragraph("Nothing. Thank you.")]
    blocks += _list("Overdue", view.late, now)
    blocks += _list("Due next", view.soon, now)
    blocks += [divider(), *_month(view.weeks), divider(), *_settings(view)]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def _list(title: str, tickets: Sequence[TicketLine], now: datetime) -> list[Block]:
    if not tickets:
        return []
    return [section(f"*{title}*"), *(section(row(each, now.date())) for each in tickets)]


def _month(weeks: Sequence[WeekCount]) -> list[Block]:
    """A bar a week, and every number in words below it."""
    if not any(each.received or each.answered for each in weeks):
        return [section("*The last weeks*"), paragraph("No enquiry came, and none was answered.")]
    most = max(max(each.received, each.answered) for each in weeks)
    bars = [
        f"{_short(each.monday)}  {'came':<8} {_bar(each.received, most)} {each.received}\n"
        f"{'':6}  {'answered':<8} {_bar(each.answered, most)} {each.answered}"
        for each in weeks
    ]
    words = [
        f"Week of {day(each.monday)}: {each.received} received, {each.answered} answered"
        f"{f', {each.late} of them late' if each.late else ''}."
        for each in weeks
        if each.received or each.answered
    ]
    quiet = "" if len(words) == len(weeks) else " In the other weeks nothing came and nothing was answered."
    drawn = "\n".join(bars)
    return [section(f"*The last weeks*\n```{drawn}```"), context(escape(" ".join(words) + quiet))]


def _bar(number: int, most: int) -> str:
    return "▇" * (max(1, round(number * BAR / most)) if number else 0)


def _short(monday: date) -> str:
    return f"{monday.day:>2} {day(monday).split()[2]}"


def _settings(view: Home) -> list[Block]:
    told = "You set no quiet hours: reminders come in working hours."
    if view.quiet:
        told = f"Between {view.quiet[0]} and {view.quiet[1]} you hear of what is due today or overdue only."
    return [section(f"*Your settings*\n{told}", button("Quiet hours …", "quiet", "quiet"))]


def quiet_form(quiet: tuple[str, str] | None) -> Block:
    begins, ends = quiet or ("18:00", "08:00")
    blocks = [
        paragraph("Between these times you hear of what is due today or overdue only. Equal times: no quiet hours."),
        entry("begins", "From", {"type": "timepicker", "action_id": "begins", "initial_time": begins}),
        entry("ends", "Until", {"type": "timepicker", "action_id": "ends", "initial_time": ends}),
    ]  # fmt: skip
    view = modal("Quiet hours", blocks)
    return {**view, "submit": plain("Keep"), "close": plain("Not now"), "callback_id": "office_quiet"}


def person_modal(person: Person, now: datetime) -> Block:
    """What there is under an address, for one permitted user. The desk has written the audit row."""
    blocks = [paragraph(person.address), context(LOGGED), section("*Tickets*")]
    blocks += [
        section(f"{row(each, now.date())}{'' if state == 'open' else ' · closed'}")
        for each, state in zip(person.tickets[:40], person.states, strict=False)
    ] or [paragraph("None.")]
    blocks.append(section("*Systems*"))
    for label, number in person.systems:
        told = {None: "could not be asked now", 0: "knows nobody"}.get(number, f"knows {number}")
        blocks.append(paragraph(f"{cut(label, 80)}: {told}"))
    return modal("Under this address", blocks[:VIEW_BLOCKS])


def report_blocks(week: Week, report: Report) -> list[Block]:
    """The chart of the week as the channel gets it, and the year's figures in words."""
    whole = report.all
    share = f"{whole.by_due.percent} % of {whole.by_due.of} in time" if whole.by_due.of else "none due yet"
    lines = [
        f"Enquiries {span(report)}: {counted(report)}.",
        f"{whole.open} open, {whole.overdue} overdue, {whole.waiting} wait for the person.",
        f"{whole.answered} answered, {whole.refused} refused, {whole.withdrawn} withdrawn; {share}.",
        *([_days(whole.days.median, whole.days.ninety)] if whole.days.median is not None else []),
        f"Near misses: {report.near_misses.seen}, of which {report.near_misses.late} looked at later than a day.",
        "All tables: `subjectline report` on the machine.",
    ]
    return [header(f"As of {day(week.until)}"), *chart(week.chart), paragraph("\n".join(lines))]


def _days(median: float, ninety: int | None) -> str:
    return f"Half were answered within {median:g} days, nine of ten within {ninety}."


def health_blocks(health: Health, now: datetime) -> list[Block]:
    """How the bot is, a line each, with what to do where something is wrong."""
    lines = [
        f"✓ The bot and its database answer, {moment(now, now)}.",
        f"{health.open} open, {health.overdue} overdue.",
        *(_box(seen, now) for _, seen in health.mailboxes),
        f"✓ {health.waiting} pieces of work begin now." if health.waiting else "✓ No work waits.",
    ]
    if health.unsettled:
        lines.append(f"▲ Of {health.unsettled} acts the answer was lost: the cards ask what happened.")
    if health.dead:
        lines.append(f"▲ {health.dead} pieces of work were given up: the cards say why.")
    if health.aside:
        lines.append(f"▲ {health.aside} mails wait in the quarantine for somebody to look.")
    return [paragraph("\n".join(lines))]


def _box(seen: datetime, now: datetime) -> str:
    late = now - seen > timedelta(minutes=30)
    told = "more than half an hour ago; see `subjectline doctor`" if late else "just now"
    return f"{'▲' if late else '✓'} The mailbox was looked at {told} ({moment(seen, now)})."
