"""What is wrong with the channel itself, as far as an app can see: who may read it, and for how long."""

from collections.abc import Iterator

from slack_sdk import WebClient

from bot.slack.calls import call

KEPT = (
    "Slack keeps messages for ever unless the workspace says otherwise, and does not tell an app: set a retention for "
    "the channel (channel name, Settings, Message retention)"
)


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
