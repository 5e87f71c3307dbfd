"""What comes in: one outside event, one desk call."""

import re

from slack_bolt import Ack, App, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError

from bot import cards
from bot.cards.more import FORMS
from bot.desk import Desk
from bot.law import Right
from bot.slack import Channel, Groups, Workspace
from bot.slack.manifest import SHORTCUT
from handlers import (
    buttons,
    commands,
    home,
    identity,
    letters,
    looks,
    modals,
    moves,
    office,
    recipients,
    review,
    rights,
    tasks,
    watch,
)
from handlers.door import Door, log

RIGHT = f"({'|'.join(Right)})"
AT_ONCE = f"({'|'.join(right for right in Right if right not in {Right.CORRECTION, Right.RESTRICTION})})"


def register(app: App, desk: Desk, workspace: Workspace | None = None) -> None:
    """Every listener is bound. Without a `workspace`, that of the desk's own channel is asked of Slack when needed."""
    if workspace is None:
        channel = desk.channel.id if isinstance(desk.channel, Channel) else ""
        roles = desk.house.roles
        workspace = Workspace(app.client, channel, roles=roles if isinstance(roles, Groups) else None)
    door = Door(desk, workspace, app.listener_runner.listener_executor.submit)
    app.action(re.compile(f"^choose:{AT_ONCE}$"))(door.button(buttons.choose))
    app.action(re.compile("^choose:(correction|restriction)$"))(door.modal("windows.one_moment", rights.open_form))
    _rights(app, door)
    _office(app, door)
    _letters(app, door)
    _identity(app, door)
    for verb in (buttons.approve, buttons.reject, buttons.stop, buttons.resume, buttons.withdraw):
        app.action(re.compile(f"^{verb.__name__}:{RIGHT}$"))(door.button(verb))
    app.action(re.compile(r"^settle:(seen|again)(:\d+)?$"))(door.button(buttons.settle))
    app.action("close")(door.button(buttons.close))
    app.action("details")(door.modal("windows.the_enquiry", modals.details))
    app.action("clock")(door.modal("windows.why_this_date", modals.clock))
    app.action(cards.MENU)(door.modal("windows.clock", modals.clock_move))
    for kind, move in moves.FORMS.items():
        app.view(f"clock_{kind}")(door.form("windows.clock", move))
    app.action(re.compile(f"^tasks:{RIGHT}$"))(door.modal("windows.by_hand", tasks.tasks))
    app.action(re.compile(r"^task_done:\d+$"))(door.modal("windows.done_by_hand", tasks.open_form))
    app.view("task_done")(door.form("windows.taken", tasks.done))
    app.action(re.compile(r"^task_look:\d+$"))(door.modal("windows.what_was_done", tasks.look))
    app.action("task_seen")(door.inside("windows.what_was_done", tasks.seen))
    app.action(re.compile(f"^plan:{RIGHT}$"))(door.modal("windows.the_whole_plan", modals.plan))
    app.action("quarantine")(door.modal("windows.quarantine", modals.quarantine))
    app.action(re.compile(r"^quarantined:\d+$"))(door.modal("windows.quarantined_mail", modals.quarantined))
    app.action("settle_mail")(door.inside("windows.quarantined_mail", modals.settle_mail))
    app.action("snooze")(door.modal("windows.remind_me_later", modals.snooze))
    app.action(re.compile(r"^snooze_until:\d+$"))(door.inside("windows.remind_me_later", modals.snooze_until))
    app.action("accounts")(door.modal("windows.old_accounts", review.open_accounts))
    app.view("review")(door.form("windows.old_accounts", review.decide))
    app.action("approve_all")(door.button(review.approve_all))
    app.action("call_off")(door.button(review.call_off))
    app.action("erase_again")(door.button(watch.erase_again))
    app.action("consent")(door.modal("windows.new_consent", watch.open_consent))
    app.view("consent")(door.form("windows.new_consent", watch.consent))
    app.action("notices")(door.modal("windows.recipients", recipients.listed))
    app.action(re.compile(r"^notice_says:(done|no_record|nothing)$"))(door.button(recipients.says))
    app.action(re.compile(r"^notice_says:(done|no_record|nothing):\d+$"))(
        door.inside("windows.recipients", recipients.says_inside)
    )
    app.action(re.compile(r"^notice_read(:\d+)?$"))(door.modal("windows.what_they_wrote", recipients.read))
    for name, opened in recipients.OPENED.items():
        app.action(re.compile(rf"^notice_{name}(:\d+)?$"))(door.modal("windows.a_recipient", opened))
    for name, form in recipients.FORMS.items():
        app.view(f"notice_{name}")(door.form("windows.a_recipient", form))
    app.action(re.compile(r"^card(:\d+)?$"))(followed)
    app.action(re.compile(".*"))(door.button(buttons.unknown))
    app.view(re.compile(".*"))(door.form("windows.clock", moves.unknown))
    app.command(commands.COMMAND)(door.command(commands.typed, commands.WINDOWS))
    app.command(re.compile(".*"))(door.command(commands.unknown))
    app.event("app_home_opened")(door.home(home.opened))
    app.error(strange)


def _rights(app: App, door: Door) -> None:
    """What single rights need more than a press."""
    app.action("further")(door.button(buttons.further))
    app.action("changes")(door.modal("windows.old_and_new", rights.changes))
    app.action("lift")(door.modal("windows.end_restriction", rights.open_lifting))
    app.action("keep")(door.button(buttons.keep))
    for name, form in rights.FORMS.items():
        app.view(f"right_{name}")(door.form("windows.taken", form))


def _identity(app: App, door: Door) -> None:
    """Who asks."""
    app.action("identity")(door.modal("windows.identity", identity.open_identity))
    forms = "|".join(identity.FORMS)
    app.action(re.compile(f"^identity_({forms})$"))(door.modal("windows.identity", identity.open_form))
    for name, press in identity.INSIDE.items():
        app.action(f"identity_{name}")(door.inside("windows.identity", press))
    for name, form in identity.FORMS.items():
        app.view(f"identity_{name}")(door.form("windows.taken", form))


def _office(app: App, door: Door) -> None:
    """What a team does with a ticket beside answering it."""
    app.action("take")(door.button(office.take))
    app.action("more")(door.modal("windows.more", office.open_more))
    app.action(re.compile(f"^do:(blocked|{'|'.join(FORMS)})$"))(door.modal("windows.one_moment", office.open_form))
    app.action(re.compile(f"^do:refuse:{RIGHT}$"))(door.modal("windows.refuse", office.open_form))
    app.action("do:lift_hold")(door.inside("windows.legal_hold", office.lift_hold))
    app.action("do:end_links")(door.inside("windows.more", office.end_links))
    app.action("do:give_up")(door.inside("windows.more", office.give_up))
    app.action("do:block")(door.inside("windows.block_sender", office.block))
    app.action(re.compile(r"^unblock:\d+$"))(door.inside("windows.blocked_senders", office.unblock))
    app.action(re.compile(r"^open_mail(:\d+)?$"))(door.modal("windows.open_as_enquiry", office.open_mail))
    app.action("not_one")(door.button(office.not_one))
    app.action(re.compile(r"^whole_mail:\d+$"))(door.modal("modals.whole_mail", modals.whole_mail))
    app.action("mail_again")(door.button(office.mail_again))
    app.action(re.compile(r"^not_one:\d+$"))(door.inside("windows.not_an_enquiry", office.not_one_inside))
    app.action(re.compile(f"^looks:{RIGHT}$"))(door.modal("windows.before_it_goes_out", looks.open_form))
    app.view("looks")(door.form("windows.taken", looks.decided))
    app.action("passphrase")(door.modal("windows.passphrase", office.open_passphrase))
    app.action("passphrase_told")(door.inside("windows.passphrase", office.passphrase_told))
    app.action("posted")(door.button(office.posted))
    app.action("quiet")(door.modal("windows.quiet_hours", office.open_quiet))
    for name, form in office.FORMS.items():
        app.view(f"office_{name}")(door.form("windows.taken", form))
    app.shortcut(SHORTCUT)(door.shortcut("windows.new_enquiry", office.shortcut))


def _letters(app: App, door: Door) -> None:
    """Letters that wait for their release."""
    app.action(re.compile(r"^letter:\d+$"))(door.modal("windows.a_letter", letters.read))
    app.action("letter_rests")(door.modal("windows.what_it_rests_on", letters.rests))
    app.action("letter_edit")(door.modal("windows.edit_the_letter", letters.open_form))
    app.view("letter_edit")(door.form("windows.the_letter", letters.edit))
    app.action(re.compile(r"^release:\d+$"))(door.button(letters.release))
    app.action("release_all")(door.button(letters.release_all))
    app.action("release_read")(door.inside("windows.a_letter", letters.release_read))
    app.action("letter_anew")(door.inside("windows.a_letter", letters.anew))
    app.action("letter_drop")(door.inside("windows.a_letter", letters.drop))


def followed(ack: Ack) -> None:
    """A button that leads to an address was pressed: Slack has opened it, and only tells us."""
    ack()


def strange(error: Exception) -> BoltResponse:
    """What no listener is for is taken and forgotten; what Bolt itself cannot read is refused."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200, body="")
    log.warning("slack_unreadable", error=type(error).__name__)
    return BoltResponse(status=400, body="")
