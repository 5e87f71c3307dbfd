"""Slack: posting into the team's channel, hearing its clicks by Socket Mode or signed HTTP. slack-bolt unchanged."""

from bot.slack.calls import client
from bot.slack.channel import Channel, Workspace, app_id
from bot.slack.checks import KEPT, SHUT, channel_faults, scope_faults
from bot.slack.groups import Groups
from bot.slack.hearing import bolt, close, routes
from bot.slack.socket import Socket

__all__ = [
    "KEPT",
    "SHUT",
    "Channel",
    "Groups",
    "Socket",
    "Workspace",
    "app_id",
    "bolt",
    "channel_faults",
    "client",
    "close",
    "routes",
    "scope_faults",
]
