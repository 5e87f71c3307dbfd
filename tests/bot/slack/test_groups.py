"""Roles from user groups: as Slack says when somebody presses, and nobody's for long when it says nothing."""

import pytest

from bot.errors import Refused, Temporary
from bot.sandbox.slack import ANN, BOB, Slack
from bot.slack import Groups, Workspace, client
from bot.tickets import Role

HANDLERS = "S0HANDLERS"


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def groups(slack: Slack, now: list[float]) -> Groups:
    """Bob approves by the configuration; whoever is in the group handles."""
    slack.workspace.groups[HANDLERS] = [ANN.id, BOB.id]
    web = client(slack.bot_token, slack.api_url, lambda _: None)
    named = {BOB.id: frozenset({Role.APPROVER})}
    return Groups(web, named, {Role.HANDLER: [HANDLERS]}, tick=lambda: now[0])


def test_a_role_of_a_group_ends_a_minute_after_the_group(groups: Groups, slack: Slack, now: list[float]) -> None:
    """Both ways count together; who left may act for a minute at most, and Slack is asked once a minute."""
    groups.refresh()
    assert dict(groups) == {ANN.id: {Role.HANDLER}, BOB.id: {Role.HANDLER, Role.APPROVER}}
    slack.workspace.groups[HANDLERS] = []
    groups.refresh()
    assert ANN.id in groups
    assert len(slack.called("usergroups.users.list")) == 1
    now[0] = 61.0
    groups.refresh()
    assert dict(groups) == {BOB.id: {Role.APPROVER}}


def test_while_slack_says_nothing_a_role_of_a_group_lasts_ten_minutes(
    groups: Groups, slack: Slack, now: list[float]
) -> None:
    """Then those of the configuration alone count, and whoever pressed is told to try again."""
    groups.refresh()
    slack.fault("usergroups.users.list", "reset", times=100)
    now[0] = 599.0
    groups.refresh()
    assert ANN.id in groups
    now[0] = 601.0
    with pytest.raises(Temporary):
        groups.refresh()
    assert list(groups) == [BOB.id]


def test_a_group_there_is_not_is_said(groups: Groups, slack: Slack) -> None:
    """Before a press counts, its door looks; the error names the group's fault, and nobody gets in."""
    slack.workspace.groups.clear()
    door = Workspace(client(slack.bot_token, slack.api_url), slack.channel, roles=groups)
    with pytest.raises(Refused, match="no_such_subteam"):
        door.look_at_roles()
    assert list(groups) == [BOB.id]
