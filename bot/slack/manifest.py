"""The Slack app as data: what it may do and why. `subjectline slack manifest` prints it."""

from typing import Any

# Scope -> (why we need it, the Web API methods that need it). Nothing else is asked for.
SCOPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "chat:write": (
        "posts and redraws the cards in the team's channel, and tells whoever clicked why something did not work",
        ("chat.postMessage", "chat.update", "chat.postEphemeral"),
    ),
    "im:write": ("opens the direct messages with the owner of a ticket, to remind them", ("conversations.open",)),
    "im:history": (
        "looks whether a reminder already stands in those direct messages when Slack's answer to a post was lost",
        ("conversations.history",),
    ),
    "users:read": (
        "looks whether whoever pressed a button is a full member: guests, bots and people from elsewhere are refused",
        ("users.info",),
    ),
    "usergroups:read": (
        "looks who is in the user groups that [roles] of the configuration names, and asks nothing where none is named",
        ("usergroups.users.list",),
    ),
    "channels:read": (
        "looks at the start whether the channel is public or shared with another company, and warns (public channel)",
        ("conversations.info",),
    ),
    "groups:read": ("the same where the channel is private, as it should be", ("conversations.info",)),
    "commands": ("hears the slash command /dpe and the shortcut on messages", ()),
    "channels:history": (
        "looks whether a message already stands in the channel when Slack's answer to a post was lost (public channel)",
        ("conversations.history", "conversations.replies"),
    ),
    "groups:history": (
        "the same where the channel is private, as it should be",
        ("conversations.history", "conversations.replies"),
    ),
}
UNSCOPED = (  # called, and free for any app
    "auth.test", "chat.getPermalink", "views.open", "views.push", "views.update", "views.publish",
)  # fmt: skip
SHORTCUT = "open_ticket"  # callback id of the shortcut on a message
APP_TOKEN_SCOPES = {"connections:write": "Socket Mode: hears Slack without a public address"}
EVENTS = {"app_home_opened": "draws the App Home of whoever opens it"}


def manifest(name: str = "Subjectline", url: str = "") -> dict[str, Any]:
    """The manifest for Slack's “create an app from a manifest”: Socket Mode, or HTTP to `url` where one is given."""
    door = f"{url.rstrip('/')}/slack/events" if url else ""
    request_url = {"request_url": door} if door else {}
    command = {
        "command": "/dpe",
        "description": "Data-protection enquiries: what is open, what is due, why",
        "usage_hint": "help | list [mine|open|overdue|waiting] | show REF | new | find ADDRESS | report | health",
        "should_escape": False,
    }
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": "Answers people who ask the company about their own data, with your team in charge.",
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,  # where a direct message of the app stands; nobody writes to it
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": name, "always_online": False},
            "shortcuts": [
                {
                    "name": "Data-protection ticket",
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Open a data-protection ticket for what this message says",
                }
            ],
            "slash_commands": [command | ({"url": door} if door else {})],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": request_url | {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True} | request_url,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not door,
            "token_rotation_enabled": False,
        },
    }


def reasons() -> dict[str, str]:
    """Why each scope is asked for."""
    return {scope: why for scope, (why, _) in SCOPES.items()} | APP_TOKEN_SCOPES
