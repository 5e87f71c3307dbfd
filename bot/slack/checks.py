"""What is wrong with the channel itself, as far as an app can see: who may read it, and for how long."""

from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk import WebClient

from bot.errors import Refused, ShutOut
from bot.slack.calls import answered, call
from bot.slack.manifest import SCOPES

KEPT = (
    "Slack keeps messages for ever unless the workspace says otherwise, and does not tell an app: set a retention for "
    "the channel (channel name, Settings, Message retention) and name it in [safety] slack_keeps_days"
)

# Slack's error code → what is wrong, and what a person does (docs.slack.dev/reference/methods/chat.postMessage).
SHUT = {
    "is_archived": "the channel is archived: restore it, or name another one in SLACK_CHANNEL",
    "channel_not_found": "there is no such channel for the bot: invite the bot, or correct SLACK_CHANNEL",
    "not_in_channel": "the bot was removed from the channel: invite it again",
    "restricted_action": "the workspace lets nobody but a few post there: add the bot to them",
    "missing_scope": "the app lacks a scope: install it anew from `subjectline slack manifest`",
    "account_inactive": "the app was uninstalled, or its user was removed: install it anew",
    "token_revoked": "the bot token was revoked: install the app anew and set SLACK_BOT_TOKEN",
    "token_expired": "the bot token has expired: set a new one in SLACK_BOT_TOKEN",
    "invalid_auth": "Slack does not know the bot token: correct SLACK_BOT_TOKEN",
    "not_authed": "there is no bot token: set SLACK_BOT_TOKEN",
}


@contextmanager
def let_in() -> Iterator[None]:
    """Inside of it what a person has to mend in Slack first is ShutOut, in words, and no refusal of this one act."""
    try:
        yield
    except Refused as refused:
        if why := SHUT.get(str(refused)):
            raise ShutOut(why) from None
        raise


def scope_faults(web: WebClient) -> Iterator[tuple[str, str]]:
    """(what differs from the manifest, what to do) for each scope of the installed app that is missing or unneeded.

    A header of every answer names the scopes of the token (docs.slack.dev/authentication/installing-with-oauth).
    ShutOut where it does not know the token.
    """
    with let_in():
        told = answered(web.auth_test, repeatable=True).headers.get("x-oauth-scopes", "")
    granted = {each.strip() for each in told.split(",") if each.strip()}
    for scope in sorted(SCOPES.keys() - granted):
        yield f"the scope {scope} is missing: {SCOPES[scope][0]}", SHUT["missing_scope"].partition(": ")[2]
    for scope in sorted(granted - SCOPES.keys()):
        yield f"the scope {scope} is not needed", "take it away and install the app anew"


def channel_faults(web: WebClient, channel: str) -> Iterator[tuple[str, str]]:
    """(what was seen, what to do) for each fault of the channel. Refused or Temporary where Slack does not tell.

    docs.slack.dev/reference/objects/conversation-object. The cards name nobody; references, rights and dates are still
    not for everybody, and not for another company.
    """
    found = call(web.conversations_info, repeatable=True, channel=channel).get("channel") or {}
    if not found.get("is_private"):
        yield "the channel is public: everybody of the workspace reads the cards", "make it private"
    if found.get("is_shared") or found.get("is_ext_shared") or found.get("is_org_shared"):
        yield "the channel is shared with others", "use a channel of your own team only"
    if found.get("is_archived"):
        yield "the channel is archived: nothing can be posted", "restore it, or name another one in SLACK_CHANNEL"
