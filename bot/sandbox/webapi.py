"""The methods of the Web API as the stand-in answers them, one function each, over a `Workspace`."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox import strict
from bot.sandbox.workspace import APP, BOT, BOT_USER, DOMAIN, TEAM, Conversation, SlackError, Workspace, kept_blocks

Answer = dict[str, Any]
Arguments = dict[str, Any]


def answer(workspace: Workspace, method: str, arguments: Arguments) -> Answer:
    """What Slack answers, the effect included. SlackError where it says no."""
    with workspace.lock:
        return {"ok": True, **_METHODS[method](workspace, arguments)}


def check_arguments(method: str, arguments: Mapping[str, Any]) -> None:
    """SlackError(invalid_arguments), if one is missing or unknown."""
    facts = strict.METHODS[method]
    faults = [f"[ERROR] missing required field: {name}" for name in sorted(facts.needs - arguments.keys())]
    unknown = arguments.keys() - facts.needs - facts.may - strict.EVERYWHERE
    faults += [f"[ERROR] unknown argument: {name}" for name in sorted(unknown)]
    if faults:
        raise SlackError("invalid_arguments", faults)


def content(arguments: Arguments) -> dict[str, Any]:
    """Text, blocks and metadata of a message, checked."""
    kept: dict[str, Any] = {}
    if arguments.get("blocks") is not None:
        kept["blocks"] = _blocks(arguments["blocks"])
    for name in ("attachments", "text", "thread_ts"):
        if arguments.get(name) is not None:
            kept[name] = (
                str(arguments[name]) if name != "attachments" else _json(arguments[name], "invalid_attachments")
            )
    if "markdown_text" in arguments:
        if "text" in kept or "blocks" in kept:
            raise SlackError("markdown_text_conflict")
        kept["text"] = str(arguments["markdown_text"])
    if not kept.get("text") and not kept.get("blocks") and not kept.get("attachments"):
        raise SlackError("no_text")
    if arguments.get("metadata") is not None:
        metadata = _json(arguments["metadata"], "invalid_metadata_format")
        fault = strict.metadata_fault(metadata) if metadata != {} else None
        if fault:
            raise SlackError(fault)
        kept["metadata"] = metadata
    return kept


def _blocks(given: Any) -> list[dict[str, Any]]:
    blocks = _json(given, "invalid_blocks_format")
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not blocks:
        return []
    faults = strict.message_faults(blocks)
    if faults:
        raise SlackError("invalid_blocks", [f"[ERROR] {fault}" for fault in faults], errors=faults)
    if strict.too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    return kept_blocks(blocks)


def _view(given: Any, kind: str) -> dict[str, Any]:
    view = _json(given, "invalid_arguments")
    faults = strict.view_faults(view)
    if not faults and view["type"] != kind:
        faults = [f"must be a {kind} [json-pointer:/view/type]"]
    if faults:
        raise SlackError("invalid_arguments", [f"[ERROR] {fault}" for fault in faults])
    if len(json.dumps(view)) > strict.VIEW_CHARACTERS:
        raise SlackError("view_too_large")
    return view


def _json(given: Any, code: str) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        raise SlackError(code) from None


def _true(value: Any) -> bool:
    return value in {True, "1", "true", "True"}


# --- messages


def _open_channel(workspace: Workspace, arguments: Arguments) -> Conversation:
    channel = workspace.conversation(str(arguments["channel"]))
    if channel.archived:
        raise SlackError("is_archived")
    return channel


def _post(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = _open_channel(workspace, arguments)
    given = content(arguments)
    given["text"] = given.get("text", "")[: strict.TEXT_POSTED]
    if given.get("thread_ts"):
        parent = workspace.message(channel, given["thread_ts"])
        parent["reply_count"] = parent.get("reply_count", 0) + 1
        given["parent_user_id"] = parent["user"]
        if _true(arguments.get("reply_broadcast")):
            given["subtype"] = "thread_broadcast"  # stands in the channel, too
    message = workspace.post(channel, given)
    return {"channel": channel.id, "ts": message["ts"], "message": dict(message)}


def _update(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = _open_channel(workspace, arguments)
    message = workspace.message(channel, str(arguments["ts"]))
    if message["user"] != BOT_USER:
        raise SlackError("cant_update_message")
    given = content(arguments)
    if len(given.get("text", "")) > strict.TEXT_UPDATED:
        raise SlackError("msg_too_long")
    workspace.edit(message, given)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": dict(message)}


def _delete(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = workspace.conversation(str(arguments["channel"]))
    message = workspace.message(channel, str(arguments["ts"]))
    if message["user"] != BOT_USER:
        raise SlackError("cant_delete_message")
    workspace.remove(channel, message)
    return {"channel": channel.id, "ts": message["ts"]}


def _ephemeral(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = _open_channel(workspace, arguments)
    if arguments["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    given = content(arguments)
    if len(given.get("text", "")) > strict.TEXT_POSTED:
        raise SlackError("msg_too_long")
    return {"message_ts": workspace.whisper(str(arguments["user"]), channel.id, given)["ts"]}


def _permalink(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = workspace.conversation(str(arguments["channel"]))
    ts = workspace.message(channel, str(arguments["message_ts"]))["ts"]
    return {
        "channel": channel.id,
        "permalink": f"https://{DOMAIN}.slack.example/archives/{channel.id}/p{ts.replace('.', '')}",
    }


def _page(messages: list[dict[str, Any]], arguments: Arguments, default: int) -> tuple[list[dict[str, Any]], str]:
    inclusive = _true(arguments.get("inclusive"))
    oldest, latest = _ts(arguments, "oldest", 0.0), _ts(arguments, "latest", float("inf"))
    chosen = [
        each
        for each in messages
        if oldest < float(each["ts"]) < latest or (inclusive and float(each["ts"]) in {oldest, latest})
    ]
    try:
        start = int(str(arguments.get("cursor") or 0))
        size = min(int(arguments.get("limit", default)), 999)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if not _true(arguments.get("include_all_metadata")):
        chosen = [{name: value for name, value in each.items() if name != "metadata"} for each in chosen]
    end = start + size
    return chosen[start:end], str(end) if end < len(chosen) else ""


def _ts(arguments: Arguments, name: str, default: float) -> float:
    try:
        return float(arguments.get(name) or default)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _history(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = workspace.conversation(str(arguments["channel"]))
    newest_first = [each for each in reversed(channel.messages) if "thread_ts" not in each or "subtype" in each]
    messages, cursor = _page(newest_first, arguments, 100)
    more = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {
        "messages": messages,
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **more,
    }


def _replies(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = workspace.conversation(str(arguments["channel"]))
    ts = str(arguments["ts"])
    thread = [each for each in channel.messages if ts in {each["ts"], each.get("thread_ts")}]
    if not thread:
        raise SlackError("thread_not_found")
    messages, cursor = _page(thread, arguments, 1000)
    return {"messages": messages, "has_more": bool(cursor)}


# --- people and places


def _conversation(channel: Conversation) -> dict[str, Any]:
    if channel.partner:
        return {"id": channel.id, "is_im": True, "user": channel.partner, "is_archived": False, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
        "is_member": BOT_USER in channel.members,
        "created": 1_700_000_000,
        "creator": next(iter(sorted(channel.members))),
        "context_team_id": TEAM,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _info(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = workspace.conversation(str(arguments["channel"]))
    shown = _conversation(channel)
    if _true(arguments.get("include_num_members")):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def _members(workspace: Workspace, arguments: Arguments) -> Answer:
    return {"members": sorted(workspace.conversation(str(arguments["channel"])).members)}


def _open_direct(workspace: Workspace, arguments: Arguments) -> Answer:
    if arguments.get("channel"):
        return {"channel": {"id": workspace.conversation(str(arguments["channel"])).id}}
    users = [each for each in str(arguments.get("users") or "").split(",") if each]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")  # group messages are not played here
    if users[0] not in workspace.users:
        raise SlackError("user_not_found")
    opened = workspace.direct(users[0])
    return {"channel": _conversation(opened) if _true(arguments.get("return_im")) else {"id": opened.id}}


def _user(workspace: Workspace, arguments: Arguments) -> Answer:
    user = workspace.users.get(str(arguments["user"]))
    if user is None:
        raise SlackError("user_not_found")
    return {
        "user": {
            "id": user.id,
            "team_id": user.team,
            "name": user.name,
            "real_name": user.real_name,
            "deleted": user.deleted,
            "tz": "Europe/Zurich",
            "is_bot": user.bot,
            "is_restricted": user.restricted,
            "is_ultra_restricted": False,
            "is_admin": False,
            "is_owner": False,
            "profile": {"real_name": user.real_name, "display_name": user.name, "team": user.team},
        }
    }


def _by_email(_workspace: Workspace, _arguments: Arguments) -> Answer:
    raise SlackError("users_not_found")  # the sandbox's people have no address in Slack


def _auth(_workspace: Workspace, _arguments: Arguments) -> Answer:
    return {
        "url": f"https://{DOMAIN}.slack.example/",
        "team": "Sandbox",
        "user": "subjectline",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def _team(_workspace: Workspace, _arguments: Arguments) -> Answer:
    return {"team": {"id": TEAM, "name": "Sandbox", "domain": DOMAIN, "email_domain": ""}}


def _bot(_workspace: Workspace, _arguments: Arguments) -> Answer:
    return {
        "bot": {
            "id": BOT,
            "deleted": False,
            "name": "subjectline",
            "updated": 1_700_000_000,
            "app_id": APP,
            "user_id": BOT_USER,
        }
    }


def _group(workspace: Workspace, arguments: Arguments) -> Answer:
    users = workspace.groups.get(str(arguments["usergroup"]))
    if users is None:
        raise SlackError("no_such_subteam")
    return {"users": list(users)}


# --- views


def _open_view(workspace: Workspace, arguments: Arguments) -> Answer:
    view = _view(arguments["view"], "modal")
    trigger = workspace.exchange(arguments.get("trigger_id"))
    return {"view": dict(workspace.show(trigger.user, view))}


def _push_view(workspace: Workspace, arguments: Arguments) -> Answer:
    view = _view(arguments["view"], "modal")
    trigger = workspace.exchange(arguments.get("trigger_id"))
    stack = workspace.modals.get(trigger.user)
    if not stack or trigger.in_view is None:
        raise SlackError("not_found")
    if len(stack) >= strict.VIEW_STACK:
        raise SlackError("push_limit_reached")
    return {"view": dict(workspace.show(trigger.user, view, push=True))}


def _update_view(workspace: Workspace, arguments: Arguments) -> Answer:
    old = workspace.view(arguments.get("view_id"), arguments.get("external_id"))
    view = _view(arguments["view"], old["type"])
    if arguments.get("hash") and arguments["hash"] != old["hash"]:
        raise SlackError("hash_conflict")
    return {"view": dict(workspace.replace(old, view))}


def _publish(workspace: Workspace, arguments: Arguments) -> Answer:
    view = _view(arguments["view"], "home")
    user = str(arguments["user_id"])
    if user not in workspace.users:
        raise SlackError("invalid_arguments", ["[ERROR] invalid `user_id`"])
    old = workspace.homes.get(user)
    if arguments.get("hash") and old and arguments["hash"] != old["hash"]:
        raise SlackError("hash_conflict")
    return {"view": dict(workspace.publish(user, view))}


def _validate(_workspace: Workspace, arguments: Arguments) -> Answer:
    if len(arguments) != 1:
        raise SlackError("invalid_arguments", ["must provide exactly one of `blocks`, `view`, or `message`"])
    name, given = next(iter(arguments.items()))
    value = _json(given, "invalid_arguments")
    blocks = value.get("blocks") if name == "message" and isinstance(value, dict) else value
    faults = strict.view_faults(value) if name == "view" else strict.message_faults(blocks)
    if faults:
        raise SlackError(
            f"invalid_{name}", errors=[{"code": "failed_constraint", "message": fault} for fault in faults]
        )
    return {}


def _test(_workspace: Workspace, arguments: Arguments) -> Answer:
    if "error" in arguments:
        raise SlackError(str(arguments["error"]), args=arguments)
    return {"args": arguments} if arguments else {}


_METHODS: Mapping[str, Callable[[Workspace, Arguments], Answer]] = {
    "api.test": _test,
    "auth.test": _auth,
    "blocks.validate": _validate,
    "bots.info": _bot,
    "chat.delete": _delete,
    "chat.getPermalink": _permalink,
    "chat.postEphemeral": _ephemeral,
    "chat.postMessage": _post,
    "chat.update": _update,
    "conversations.history": _history,
    "conversations.info": _info,
    "conversations.members": _members,
    "conversations.open": _open_direct,
    "conversations.replies": _replies,
    "team.info": _team,
    "usergroups.users.list": _group,
    "users.info": _user,
    "users.lookupByEmail": _by_email,
    "views.open": _open_view,
    "views.publish": _publish,
    "views.push": _push_view,
    "views.update": _update_view,
}
