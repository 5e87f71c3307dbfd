"""Forms in Slack: what the fields of a view or a card hold, in the shape of Slack's payloads."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox import strict

Block = dict[str, Any]


def filled(blocks: list[Block], values: Mapping[str, Any]) -> dict[str, Any]:
    """`state.values` of a view whose fields were filled in; what was not touched keeps its initial value.

    ValueError, if a required field is empty or a field does not exist: Slack's client would send nothing.
    """
    state: dict[str, Any] = {}
    known: set[str] = set()
    for block, element in strict.elements(blocks):
        action_id = element["action_id"]
        if element["type"] == "button":
            continue
        known.add(action_id)
        given = chosen_state(element, values[action_id]) if action_id in values else _initial(element)
        if block["type"] == "input" and not block.get("optional") and _empty(given):
            raise ValueError(f"{action_id} is required: the form is not sent")
        state.setdefault(block["block_id"], {})[action_id] = {"type": element["type"], **given}
    if unknown := set(values) - known:
        raise ValueError(f"the form has no field {sorted(unknown)}")
    return state


def _empty(given: Mapping[str, Any]) -> bool:
    return all(value in (None, "", []) for value in given.values())


_PICKED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
}
_ONE = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_SEVERAL = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})


def chosen_state(element: Block, chosen: Any) -> dict[str, Any]:
    """The fields by which a payload says what was chosen in this element."""
    kind = element["type"]
    if kind in _ONE:
        return {"selected_option": _option(element, chosen) if chosen is not None else None}
    if kind in _SEVERAL:
        return {"selected_options": [_option(element, each) for each in chosen or ()]}
    return {_PICKED.get(kind, "value"): chosen}


def _initial(element: Block) -> dict[str, Any]:
    kind = element["type"]
    if kind in _ONE:
        return {"selected_option": element.get("initial_option")}
    if kind in _SEVERAL:
        return {"selected_options": element.get("initial_options", [])}
    name = _PICKED.get(kind, "value")
    return {name: element.get(name.replace("selected_", "initial_") if name != "value" else "initial_value")}


def _option(element: Block, value: Any) -> Block:
    groups = [group["options"] for group in element.get("option_groups", ())]
    for option in [*element.get("options", ()), *(each for group in groups for each in group)]:
        if option["value"] == value:
            return option
    raise ValueError(f"{element['action_id']} has no option {value}")
