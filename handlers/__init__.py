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
    app.action(re.compile("^choose:(correction|restriction)$"))(door.modal("One moment", rights.open_form))
    _rights(app, door)
    _office(app, door)
    _letters(app, door)
    _identity(app, door)
    for verb in (buttons.approve, buttons.reject, buttons.stop, buttons.resume, buttons.withdraw):
        app.action(re.compile(f"^{verb.__name__}:{RIGHT}$"))(door.button(verb))
    app.action(re.compile(r"^settle:(seen|again)(:\d+)?$"))(door.button(buttons.settle))
    app.action("close")(door.button(buttons.close))
    app.action("details")(door.modal("The enquiry", modals.details))
    app.action("clock")(door.modal("Why this date", modals.clock))
    app.action(cards.MENU)(door.modal("Clock", modals.clock_move))
    for kind, move in moves.FORMS.items():
        app.view(f"clock_{kind}")(door.form("Clock", move))
    app.action(re.compile(f"^tasks:{RIGHT}$"))(door.modal("By hand", tasks.tasks))
    app.action(re.compile(r"^task_done:\d+$"))(door.modal("Done by hand", tasks.open_form))
    app.view("task_done")(door.form("Taken", tasks.done))
    app.action(re.compile(r"^task_look:\d+$"))(door.modal("What was done", tasks.look))
    app.action("task_seen")(door.inside("What was done", tasks.seen))
    app.action(re.compile(f"^plan:{RIGHT}$"))(door.modal("The whole plan", modals.plan))
    app.action("quarantine")(door.modal("Quarantine", modals.quarantine))
    app.action(re.compile(r"^quarantined:\d+$"))(door.modal("Quarantined mail", modals.quarantined))
    app.action("settle_mail")(door.inside("Quarantined mail", modals.settle_mail))
    app.action("snooze")(door.modal("Remind me later", modals.snooze))
    app.action(re.compile(r"^snooze_until:\d+$"))(door.inside("Remind me later", modals.snooze_until))
    app.action("accounts")(door.modal("Old accounts", review.open_accounts))
    app.view("review")(door.form("Old accounts", review.decide))
    app.action("approve_all")(door.button(review.approve_all))
    app.action("call_off")(door.button(review.call_off))
    app.action("erase_again")(door.button(watch.erase_again))
    app.action("consent")(door.modal("New consent", watch.open_consent))
    app.view("consent")(door.form("New consent", watch.consent))
    app.action("notices")(door.modal("Recipients", recipients.listed))
    app.action(re.compile(r"^notice_says:(done|no_record|nothing)$"))(door.button(recipients.says))
    app.action(re.compile(r"^notice_says:(done|no_record|nothing):\d+$"))(
        door.inside("Recipients", recipients.says_inside)
    )
    app.action(re.compile(r"^notice_read(:\d+)?$"))(door.modal("What they wrote", recipients.read))
    for name, opened in recipients.OPENED.items():
        app.action(re.compile(rf"^notice_{name}(:\d+)?$"))(door.modal("A recipient", opened))
    for name, form in recipients.FORMS.items():
        app.view(f"notice_{name}")(door.form("A recipient", form))
    app.action(re.compile(r"^card(:\d+)?$"))(followed)
    app.action(re.compile(".*"))(door.button(buttons.unknown))
    app.view(re.compile(".*"))(door.form("Clock", moves.unknown))
    app.command(commands.COMMAND)(door.command(commands.typed, commands.WINDOWS))
    app.command(re.compile(".*"))(door.command(commands.unknown))
    app.event("app_home_opened")(door.home(home.opened))
    app.error(strange)


def _rights(app: App, door: Door) -> None:
    """What single rights need more than a press."""
    app.action("further")(door.button(buttons.further))
    app.action("changes")(door.modal("Old and new", rights.changes))
    app.action("lift")(door.modal("End restriction", rights.open_lifting))
    app.action("keep")(door.button(buttons.keep))
    for name, form in rights.FORMS.items():
        app.view(f"right_{name}")(door.form("Taken", form))


def _identity(app: App, door: Door) -> None:
    """Who asks."""
    app.action("identity")(door.modal("Identity", identity.open_identity))
    app.action(re.compile(f"^identity_({'|'.join(identity.FORMS)})$"))(door.modal("Identity", identity.open_form))
    for name, press in identity.INSIDE.items():
        app.action(f"identity_{name}")(door.inside("Identity", press))
    for name, form in identity.FORMS.items():
        app.view(f"identity_{name}")(door.form("Taken", form))


def _office(app: App, door: Door) -> None:
    """What a team does with a ticket beside answering it."""
    app.action("take")(door.button(office.take))
    app.action("more")(door.modal("More", office.open_more))
    app.action(re.compile(f"^do:(blocked|{'|'.join(FORMS)})$"))(door.modal("One moment", office.open_form))
    app.action(re.compile(f"^do:refuse:{RIGHT}$"))(door.modal("Refuse", office.open_form))
    app.action("do:lift_hold")(door.inside("Legal hold", office.lift_hold))
    app.action("do:block")(door.inside("Block sender", office.block))
    app.action(re.compile(r"^unblock:\d+$"))(door.inside("Blocked senders", office.unblock))
    app.action(re.compile(r"^open_mail(:\d+)?$"))(door.modal("Open as enquiry", office.open_mail))
    app.action("not_one")(door.button(office.not_one))
    app.action(re.compile(r"^not_one:\d+$"))(door.inside("Not an enquiry", office.not_one_inside))
    app.action(re.compile(f"^looks:{RIGHT}$"))(door.modal("Before it goes out", looks.open_form))
    app.view("looks")(door.form("Taken", looks.decided))
    app.action("passphrase")(door.modal("Passphrase", office.open_passphrase))
    app.action("passphrase_told")(door.inside("Passphrase", office.passphrase_told))
    app.action("posted")(door.button(office.posted))
    app.action("quiet")(door.modal("Quiet hours", office.open_quiet))
    for name, form in office.FORMS.items():
        app.view(f"office_{name}")(door.form("Taken", form))
    app.shortcut(SHORTCUT)(door.shortcut("New enquiry", office.shortcut))


def _letters(app: App, door: Door) -> None:
    """Letters that wait for their release."""
    app.action(re.compile(r"^letter:\d+$"))(door.modal("A letter", letters.read))
    app.action("letter_rests")(door.modal("What it rests on", letters.rests))
    app.action("letter_edit")(door.modal("Edit the letter", letters.open_form))
    app.view("letter_edit")(door.form("The letter", letters.edit))
    app.action(re.compile(r"^release:\d+$"))(door.button(letters.release))
    app.action("release_all")(door.button(letters.release_all))
    app.action("release_read")(door.inside("A letter", letters.release_read))
    app.action("letter_anew")(door.inside("A letter", letters.anew))
    app.action("letter_drop")(door.inside("A letter", letters.drop))


def followed(ack: Ack) -> None:
    """A button that leads to an address was pressed: Slack has opened it, and only tells us."""
    ack()


def strange(error: Exception) -> BoltResponse:
    """What no listener is for is taken and forgotten; what Bolt itself cannot read is refused."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200, body="")
    log.warning("slack_unreadable", error=type(error).__name__)
    return BoltResponse(status=400, body="")
