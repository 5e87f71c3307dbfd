"""The account misbehaves: its password runs out, its quota is full, its folder may only be read (TRUST, F16). Dovecot.

In each case mails are taken as soon as they can be, one message says what a person has to do, and says when it is over.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from bot.post import Pace, Trouble, Watcher
from tests.fixtures.dovecot import HOST, Dovecot, Mailbox, wait_for
from tests.fixtures.letterbox import TakingIn
from tests.fixtures.mail import mail

AT_FIRST = (True, False) if os.environ.get("SUBJECTLINE_FAULTS") == "long" else (False,)  # or while we watch

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

MOST = 30  # mails the quota allows
PACE = Pace(
    idle_s=0.3, settle_s=0.1, slice_s=0.02, first_s=0.05, longest_s=0.2, refused_s=0.2, look_s=0.1, unflagged_s=0.3
)


class Strict(Dovecot):
    """A Dovecot whose accounts have a password, a quota and rights that may change while it runs."""

    def _text(self) -> str:
        self.password("secret")
        self.rights("lrwstipekxa")
        before, _, after = super()._text().partition("passdb {")
        passdb = f"passdb {{\n driver = passwd-file\n args = {self.folder}/users\n}}"
        return f"""{before}
            {passdb}
            {after[after.index("}") + 1 :]}
            service anvil {{
              unix_listener anvil-auth-penalty {{
                mode = 0
              }}
            }}
            mail_plugins = quota acl
            protocol imap {{
              mail_plugins = quota acl imap_quota
            }}
            plugin {{
              quota = count:User quota
              quota_vsizes = yes
              quota_rule = *:messages={MOST}
              acl = vfile:{self.folder}/rights:cache_secs=0
            }}
        """

    def password(self, word: str) -> None:
        """The account's password is this from now on."""
        (self.folder / "users").write_text(f"ann:{{PLAIN}}{word}\n")

    def restart(self) -> None:
        """Everybody has to sign in again: what a session was allowed it stays allowed."""
        self.kill()
        self.start()

    def rights(self, letters: str) -> None:
        """What the account may do in its INBOX (RFC 4314)."""
        (self.folder / "rights").write_text(f"INBOX user=ann {letters}\n")


@pytest.fixture
def server(dovecot_server: Dovecot) -> Iterator[Strict]:
    assert dovecot_server  # skips where there is none
    made = Strict()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def box(server: Strict) -> Mailbox:
    return server.mailbox("ann")


def said(house: TakingIn, watcher: Watcher) -> list[str]:
    """The messages about the letterbox, after some minutes have gone by."""
    for _ in range(7):
        house.stage.clock.forward(minutes=1)
        house.stage.desk.mind([watcher.condition()])
        house.stage.engine.step()
    shown = house.stage.channel.messages.values()
    return [text for _, text in shown if "mailbox" in text]


def check_alarm(house: TakingIn, watcher: Watcher, words: str, mend: Callable[[], object]) -> None:
    """One message says so, however long it lasts; when it is mended the trouble ends by itself and the message says that."""
    alarms = [f"▲ {words}. {HOST}/INBOX"]
    assert said(house, watcher) == alarms
    assert said(house, watcher) == alarms
    mend()
    wait_for(lambda: watcher.condition().trouble is None)
    assert said(house, watcher) == [f"✓ Over: {words}."]


def trouble(watcher: Watcher, kind: Trouble) -> None:
    wait_for(lambda: watcher.condition().trouble == kind)


@pytest.mark.parametrize("at_first", AT_FIRST)
def test_password_expired(server: Strict, box: Mailbox, taking_in: TakingIn, at_first: bool) -> None:
    """The password is refused: mails wait, and are taken by themselves when it is accepted again."""
    with box.client():  # its folder is there
        pass
    watchers = [] if at_first else [taking_in.watch(box.url, pace=PACE)]
    wait_for(lambda: all(each.heartbeat for each in watchers))
    server.password("another")
    server.restart()
    watcher = watchers[0] if watchers else taking_in.watch(box.url, pace=PACE)
    trouble(watcher, Trouble.REFUSED)
    server.drop(box, mail(1), mail(2))
    check_alarm(taking_in, watcher, "The mailbox refuses the bot", lambda: server.password("secret"))
    wait_for(lambda: taking_in.has(2))


@pytest.mark.parametrize("at_first", AT_FIRST)
def test_quota_full(server: Strict, box: Mailbox, taking_in: TakingIn, at_first: bool) -> None:
    """The mailbox is full and new mails are turned away: what is in it is taken all the same, and somebody is told."""
    box.deliver(mail(0))
    if not at_first:
        watcher = taking_in.watch(box.url, pace=PACE)
        wait_for(lambda: taking_in.has(1))
        assert watcher.condition().trouble is None
    server.drop(box, *map(mail, range(1, MOST)))
    if at_first:
        watcher = taking_in.watch(box.url, pace=PACE)
    trouble(watcher, Trouble.FULL)

    def tidy() -> None:
        with box.client() as client:
            client.delete_messages(client.search()[:10])
            client.expunge()

    check_alarm(taking_in, watcher, "The mailbox is full", tidy)
    wait_for(lambda: taking_in.has(MOST))
    server.drop(box, mail(MOST))
    wait_for(lambda: taking_in.has(MOST + 1))


@pytest.mark.parametrize("at_first", AT_FIRST)
def test_folder_that_may_only_be_read(server: Strict, box: Mailbox, taking_in: TakingIn, at_first: bool) -> None:
    """No flag may be set: mails are taken once all the same, and get their flags when they may have them again."""
    box.deliver(mail(1))
    if at_first:
        server.rights("lr")
    watcher = taking_in.watch(box.url, pace=PACE)
    wait_for(lambda: taking_in.counted()["tickets"] == 1)
    if not at_first:
        wait_for(lambda: taking_in.has(1))
        server.rights("lr")
        server.restart()
    server.drop(box, mail(2))
    trouble(watcher, Trouble.UNFLAGGED)
    wait_for(lambda: taking_in.counted()["tickets"] == 2)
    check_alarm(taking_in, watcher, "The mailbox takes no flags", lambda: server.rights("lrwstipekxa"))
    wait_for(lambda: taking_in.has(2))
