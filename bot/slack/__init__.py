"""Slack: posting into the team's channel, hearing its clicks by Socket Mode or signed HTTP. slack-bolt unchanged."""

from bot.slack.calls import client
from bot.slack.channel import Channel, Workspace
from bot.slack.hearing import app, close, routes
from bot.slack.socket import Socket

__all__ = ["Channel", "Socket", "Workspace", "app", "client", "close", "routes"]
