"""The grammar of Block Kit: what every block, element and view may hold, and how Slack words a fault.

Figures are those of Slack's reference pages for blocks, block elements, composition objects and views. A kind that is
not written here is refused. Which surface shows which block, and what holds over a whole message, stands in `strict`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
TEXT_CHARACTERS = 13_200  # a whole message holds no more, see strict.BLOCK_CHARACTERS
MARKDOWN_CHARACTERS = 12_000


def words(fault: str, at: str) -> str:
    """The fault as Slack answers it, with a pointer to the place."""
    return f"{fault} [json-pointer:{at}]"


def _string(most: int, least: int = 1, pattern: str | None = None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield words("must be a string", at)
        elif len(value) < least:
            yield words(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield words(f"must be less than {most + 1} characters", at)
        elif pattern and not re.fullmatch(pattern, value):
            yield words("does not match the expected format", at)

    return check


def _number(least: float | None = None, most: float | None = None, *, whole: bool = True) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            yield words("must be a number", at)
        elif (least is not None and value < least) or (most is not None and value > most):
            yield words(f"must be between {least} and {most}", at)

    return check


def _flag(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield words("must be a boolean", at)


def _choice(*values: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            yield words(f"must be one of: {', '.join(values)}", at)

    return check


def _items(check_one: Check, least: int, most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield words("must be an array", at)
            return
        if len(value) < least:
            yield words(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            yield words(f"no more than {most} items allowed", at)
        for number, each in enumerate(value):
            yield from check_one(each, f"{at}/{number}")

    return check


def _shape(needs: Mapping[str, Check], may: Mapping[str, Check] | None = None, *, one_of: Sequence[str] = ()) -> Check:
    known = {**needs, **(may or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield words("must be an object", at)
            return
        for name in needs:
            if name not in value:
                yield words(f"missing required field: {name}", at)
        if one_of and not any(name in value for name in one_of):
            yield words(f"must define one of: {', '.join(one_of)}", at)
        for name, each in value.items():
            if name not in known:
                yield words(f"no more fields allowed: {name}", at)
            else:
                yield from known[name](each, f"{at}/{name}")

    return check


def _typed(table: Mapping[str, Check]) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield words("must be an object", at)
        elif "type" not in value:
            yield words("missing required field: type", at)
        elif value["type"] not in table:
            yield words(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from table[value["type"]](value, at)

    return check


def _texts(most: int) -> dict[str, Check]:
    return {
        "plain_text": _shape({"type": _any, "text": _string(most)}, {"emoji": _flag}),
        "mrkdwn": _shape({"type": _any, "text": _string(most)}, {"verbatim": _flag}),
    }


def _text(most: int, *kinds: str) -> Check:
    inside = _texts(most)
    return _typed({kind: inside[kind] for kind in (kinds or tuple(inside))})


def _any(_value: Any, _at: str) -> Iterator[str]:
    yield from ()


def _url(value: Any, at: str) -> Iterator[str]:
    yield from _string(3000, pattern=r"[a-z][a-z0-9+.-]*:\S+")(value, at)


# --- composition objects and elements -----------------------------------------------------------------------------

_ID = _string(255)
_LABEL = _text(75, "plain_text")
_HINT = _text(2000, "plain_text")
_DATE = _string(10, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TIME = _string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
_DECIMAL = _string(40, pattern=r"-?\d+(\.\d+)?")
_PERSON = _string(20, pattern=r"[UW][A-Z0-9]+")
_CHANNEL = _string(20, pattern=r"[CG][A-Z0-9]+")
_STYLE = _choice("primary", "danger")
_CONFIRM = _shape(
    {
        "title": _text(100, "plain_text"),
        "text": _text(300),
        "confirm": _text(30, "plain_text"),
        "deny": _text(30, "plain_text"),
    },
    {"style": _STYLE},
)
_OPTION = _shape({"text": _LABEL, "value": _string(150)}, {"description": _LABEL})
_RICH_OPTION = _shape({"text": _text(75), "value": _string(150)}, {"description": _text(75)})
_URL_OPTION = _shape({"text": _LABEL, "value": _string(150)}, {"description": _LABEL, "url": _url})
_GROUP = _shape({"label": _LABEL, "options": _items(_OPTION, 1, 100)})
_DISPATCH = _shape({"trigger_actions_on": _items(_choice("on_enter_pressed", "on_character_entered"), 1, 2)})
_FILTER = _shape(
    {},
    {
        "include": _items(_choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": _flag,
        "exclude_bot_users": _flag,
    },
)


def _element(needs: Mapping[str, Check], may: Mapping[str, Check], *, one_of: Sequence[str] = ()) -> Check:
    return _shape({"type": _any, **needs}, {"action_id": _ID, **may}, one_of=one_of)


_FOCUS = {"focus_on_load": _flag}
_HOLDER = {"placeholder": _text(150, "plain_text")}
_PICK = {"confirm": _CONFIRM, **_FOCUS, **_HOLDER}
_WRITE = {"dispatch_action_config": _DISPATCH, **_FOCUS, **_HOLDER}
_MANY = {"max_selected_items": _number(1)}
_LISTS = {"options": _items(_OPTION, 1, 100), "option_groups": _items(_GROUP, 1, 100)}
_RICH_OPTIONS = _items(_RICH_OPTION, 1, 10)

_PICKERS: dict[str, Check] = {
    "checkboxes": _element(
        {"options": _RICH_OPTIONS}, {"initial_options": _RICH_OPTIONS, "confirm": _CONFIRM, **_FOCUS}
    ),
    "radio_buttons": _element(
        {"options": _RICH_OPTIONS}, {"initial_option": _RICH_OPTION, "confirm": _CONFIRM, **_FOCUS}
    ),
    "datepicker": _element({}, {"initial_date": _DATE, **_PICK}),
    "datetimepicker": _element({}, {"initial_date_time": _number(0, 9_999_999_999), "confirm": _CONFIRM, **_FOCUS}),
    "timepicker": _element({}, {"initial_time": _TIME, "timezone": _string(100), **_PICK}),
    "static_select": _element({}, {**_LISTS, "initial_option": _OPTION, **_PICK}, one_of=tuple(_LISTS)),
    "multi_static_select": _element(
        {}, {**_LISTS, **_MANY, "initial_options": _items(_OPTION, 1, 100), **_PICK}, one_of=tuple(_LISTS)
    ),
    "external_select": _element({}, {"initial_option": _OPTION, "min_query_length": _number(0), **_PICK}),
    "multi_external_select": _element(
        {}, {"initial_options": _items(_OPTION, 1, 100), "min_query_length": _number(0), **_MANY, **_PICK}
    ),
    "users_select": _element({}, {"initial_user": _PERSON, **_PICK}),
    "multi_users_select": _element({}, {"initial_users": _items(_PERSON, 1, 100), **_MANY, **_PICK}),
    "channels_select": _element({}, {"initial_channel": _CHANNEL, "response_url_enabled": _flag, **_PICK}),
    "conversations_select": _element(
        {},
        {
            "initial_conversation": _string(20),
            "default_to_current_conversation": _flag,
            "response_url_enabled": _flag,
            "filter": _FILTER,
            **_PICK,
        },
    ),
}
_BUTTON = _element(
    {"text": _LABEL},
    {"url": _url, "value": _string(2000), "style": _STYLE, "confirm": _CONFIRM, "accessibility_label": _string(75)},
)
_IMAGE = _shape({"type": _any, "alt_text": _string(2000)}, {"image_url": _url}, one_of=("image_url",))
_ACTION_ELEMENTS: dict[str, Check] = {
    **_PICKERS,
    "button": _BUTTON,
    "overflow": _element({"options": _items(_URL_OPTION, 1, 5)}, {"confirm": _CONFIRM}),
}
_LENGTHS = {"min_length": _number(0, 3000), "max_length": _number(1, 3000)}
_INPUT_ELEMENTS: dict[str, Check] = {
    **_PICKERS,
    "plain_text_input": _element({}, {"initial_value": _string(3000, 0), "multiline": _flag, **_LENGTHS, **_WRITE}),
    "email_text_input": _element({}, {"initial_value": _string(3000, 0), **_WRITE}),
    "url_text_input": _element({}, {"initial_value": _string(3000, 0), **_WRITE}),
    "number_input": _element(
        {"is_decimal_allowed": _flag},
        {"initial_value": _DECIMAL, "min_value": _DECIMAL, "max_value": _DECIMAL, **_WRITE},
    ),
}
_ACCESSORIES: dict[str, Check] = {**_ACTION_ELEMENTS, "image": _IMAGE}

# --- rich text ----------------------------------------------------------------------------------------------------

_LOOKS = _shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), _flag))
_LEAF = _typed(
    {
        # An empty text is refused by Slack, as everywhere.
        "text": _shape({"type": _any, "text": _string(TEXT_CHARACTERS)}, {"style": _LOOKS}),
        "link": _shape({"type": _any, "url": _url}, {"text": _string(3000), "style": _LOOKS, "unsafe": _flag}),
        "emoji": _shape({"type": _any, "name": _string(100)}, {"unicode": _string(100), "skin_tone": _number(1, 6)}),
        "date": _shape(
            {"type": _any, "timestamp": _number(0), "format": _string(200)},
            {"fallback": _string(200), "url": _url, "style": _LOOKS},
        ),
        "user": _shape({"type": _any, "user_id": _PERSON}, {"style": _LOOKS}),
        "channel": _shape({"type": _any, "channel_id": _CHANNEL}, {"style": _LOOKS}),
    }
)
_LEAVES = _items(_LEAF, 0, 1000)
_RICH_SECTION = _shape({"type": _any, "elements": _LEAVES})
_BORDER = {"border": _number(0, 1)}
_RICH_TEXT = _shape(
    {
        "type": _any,
        "elements": _items(
            _typed(
                {
                    "rich_text_section": _RICH_SECTION,
                    "rich_text_list": _shape(
                        {
                            "type": _any,
                            "style": _choice("bullet", "ordered"),
                            "elements": _items(_typed({"rich_text_section": _RICH_SECTION}), 1, 1000),
                        },
                        {"indent": _number(0, 8), "offset": _number(0), **_BORDER},
                    ),
                    "rich_text_preformatted": _shape({"type": _any, "elements": _LEAVES}, _BORDER),
                    "rich_text_quote": _shape({"type": _any, "elements": _LEAVES}, _BORDER),
                }
            ),
            1,
            1000,
        ),
    },
    {"block_id": _ID},
)
_RICH = _typed({"rich_text": _RICH_TEXT})

# --- blocks and views ---------------------------------------------------------------------------------------------


def _block(needs: Mapping[str, Check], may: Mapping[str, Check] | None = None, *, one_of: Sequence[str] = ()) -> Check:
    return _shape({"type": _any, **needs}, {"block_id": _ID, **(may or {})}, one_of=one_of)


_TASK = {"task_id": _string(255), "title": _string(3000)}
_TASK_MAY = {
    "details": _RICH,
    "output": _RICH,
    "sources": _items(_shape({"type": _choice("url"), "url": _url, "text": _string(3000)}), 0, 100),
    "status": _choice("pending", "in_progress", "complete", "error"),
}
_CELL = _typed({"raw_text": _shape({"type": _any, "text": _string(3000, 0)}), "rich_text": _RICH_TEXT})
_COLUMN = _shape({}, {"align": _choice("left", "center", "right"), "is_wrapped": _flag})

# docs.slack.dev/reference/block-kit/blocks/data-visualization-block
_POINT_LABEL = _string(20)
_SERIES = _shape(
    {"name": _string(20), "data": _items(_shape({"label": _POINT_LABEL, "value": _number(whole=False)}), 1, 20)}
)
_AXIS = _shape({"categories": _items(_POINT_LABEL, 1, 20)}, {"x_label": _string(50), "y_label": _string(50)})
_OVER_AXIS = _shape({"type": _any, "series": _items(_SERIES, 1, 6), "axis_config": _AXIS})


def _drawn(value: Any, at: str) -> Iterator[str]:
    """Series of a chart with axes: each has its own name, and a value for exactly the categories of the axis."""
    faults = list(_OVER_AXIS(value, at))
    yield from faults
    if faults:
        return
    names = [each["name"] for each in value["series"]]
    if len(set(names)) < len(names):
        yield words("series names must be unique", f"{at}/series")
    for number, each in enumerate(value["series"]):
        if [point["label"] for point in each["data"]] != value["axis_config"]["categories"]:
            yield words("labels must match the categories of the axis", f"{at}/series/{number}/data")


_CHART = _typed(
    {
        **dict.fromkeys(("line", "bar", "area"), _drawn),
        "pie": _shape(
            {
                "type": _any,
                "segments": _items(_shape({"label": _POINT_LABEL, "value": _number(1e-9, whole=False)}), 1, 6),
            }
        ),
    }
)

BLOCKS: dict[str, Check] = {
    "actions": _block({"elements": _items(_typed(_ACTION_ELEMENTS), 1, 25)}),
    "alert": _block({"text": _text(3000)}, {"level": _choice("default", "info", "warning", "error", "success")}),
    "context": _block({"elements": _items(_typed({**_texts(3000), "image": _IMAGE}), 1, 10)}),
    "data_visualization": _block({"title": _string(50), "chart": _CHART}),
    "divider": _block({}),
    "header": _block({"text": _text(150, "plain_text")}, {"level": _number(1, 4)}),
    "image": _block({"alt_text": _string(2000), "image_url": _url}, {"title": _HINT}),
    "input": _block(
        {"label": _HINT, "element": _typed(_INPUT_ELEMENTS)},
        {"hint": _HINT, "optional": _flag, "dispatch_action": _flag},
    ),
    "markdown": _block({"text": _string(MARKDOWN_CHARACTERS)}),
    "plan": _block(
        {"title": _any}, {"tasks": _items(_shape(_TASK, {"type": _choice("task_card"), **_TASK_MAY}), 0, 50)}
    ),
    "rich_text": _RICH_TEXT,
    "section": _block(
        {},
        {
            "text": _text(3000),
            "fields": _items(_text(2000), 1, 10),
            "accessory": _typed(_ACCESSORIES),
            "expand": _flag,
        },
        one_of=("text", "fields"),
    ),
    "table": _block({"rows": _items(_items(_CELL, 1, 20), 1, 100)}, {"column_settings": _items(_COLUMN, 0, 20)}),
    "task_card": _block(_TASK, _TASK_MAY),
}
BLOCK = _typed(BLOCKS)
_VIEW_MAY = {"private_metadata": _string(3000, 0), "callback_id": _string(255, 0), "external_id": _string(255, 0)}
_TITLE = _text(24, "plain_text")
MODAL = _shape(
    {"type": _any, "title": _TITLE, "blocks": _any},
    {
        "close": _TITLE,
        "submit": _TITLE,
        "clear_on_close": _flag,
        "notify_on_close": _flag,
        "submit_disabled": _flag,
        **_VIEW_MAY,
    },
)
HOME = _shape({"type": _any, "blocks": _any}, _VIEW_MAY)
