"""Who may press, and who else reads the channel: as Slack says it, whatever the configuration hopes."""

import pytest

from bot.errors import NotAllowed, Temporary
from bot.sandbox.slack import ANN, Slack
from bot.sandbox.workspace import User
from bot.slack import KEPT, Workspace, channel_faults, client

GUEST = User("U0GUE", "gue", "Gue Guest", restricted=True)
ROBOT = User("U0ROB", "rob", "Rob Robot", bot=True)
GONE = User("U0GON", "gon", "Gon Gone", deleted=True)
PARTNER = User("U0PAR", "par", "Par Partner", team="T0PARTNER")


@pytest.mark.parametrize(
    ("user", "why"),
    [(GUEST, "Guests"), (ROBOT, "Only people"), (GONE, "Only people"), (PARTNER, "own workspace")],
    ids=["guest", "bot", "gone", "partner"],
)
def test_only_full_members_of_our_workspace_may_act(user: User, why: str, slack: Slack) -> None:
    """T06: refused by what Slack says of them now, whatever role they were given."""
    slack.workspace.add_user(user)
    workspace = Workspace(client(slack.bot_token, slack.api_url), slack.channel)
    assert workspace.team
    workspace.check_member(ANN.id)
    with pytest.raises(NotAllowed, match=why):
        workspace.check_member(user.id)


def test_slack_is_asked_once_in_ten_minutes(slack: Slack) -> None:
    """A member who became a guest is noticed after that; while Slack does not tell, nobody is let in unseen."""
    now = [0.0]
    workspace = Workspace(client(slack.bot_token, slack.api_url, lambda _: None), slack.channel, tick=lambda: now[0])
    for _ in range(3):
        workspace.check_member(ANN.id)
    assert len(slack.called("users.info")) == 1
    slack.workspace.add_user(User(ANN.id, "ann", "Ann Amsler", restricted=True))
    now[0] = 601.0
    slack.fault("users.info", "reset", times=3)
    with pytest.raises(Temporary):
        workspace.check_member(ANN.id)
    slack.mend()
    with pytest.raises(NotAllowed, match="Guests"):
        workspace.check_member(ANN.id)


def test_a_channel_others_read_is_found(slack: Slack) -> None:
    """Private and our own: nothing to say. Public, shared, archived: each a sentence and what to do."""
    web = client(slack.bot_token, slack.api_url)
    assert list(channel_faults(web, slack.channel)) == []
    place = slack.workspace.conversations[slack.channel]
    place.private, place.shared, place.archived = False, True, True
    seen = [seen for seen, _ in channel_faults(web, slack.channel)]
    assert [word in each for word, each in zip(("public", "shared", "archived"), seen, strict=True)] == [True] * 3
    assert "retention" in KEPT
