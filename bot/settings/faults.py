"""Faults of subjectline.toml as sentences. They name settings, never values: somebody may have put a secret there."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.recipients import slug
from bot.settings.sections import File, Roles


def sentences(file: str, error: ValidationError) -> list[str]:
    """One sentence for each fault the models found."""
    errors = error.errors(include_input=False)
    inside = {each["loc"][:-1] for each in errors if isinstance(each["loc"][-1], int)}  # a list's bad entries
    return [
        f"{file}: {_place(each['loc'])} {_what(each)}."
        for each in errors
        if not (each["type"] == "too_short" and each["loc"] in inside)  # not empty: its entries were refused
    ]


def _place(loc: Sequence[str | int]) -> str:
    """`[safety] code_tries`, `[[policy.categories]] number 2, purposes`, `[roles] handlers, entry 1`."""
    path = [part for part in loc if isinstance(part, str)]
    numbers = [part + 1 for part in loc if isinstance(part, int)]
    if not numbers:
        table, name = ".".join(path[:-1]), path[-1]
        return f"[{table}] {name}" if table else name
    if isinstance(loc[-1], int) and len(path) > 1:  # a value of a list
        return f"[{'.'.join(path[:-1])}] {path[-1]}, entry {numbers[-1]}"
    at = next(index for index, part in enumerate(loc) if isinstance(part, int))
    table = ".".join(str(part) for part in loc[:at])
    return ", ".join([f"[[{table}]] number {numbers[0]}", *(str(part) for part in loc[at + 1 :])])


def _what(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return _unknown(error["loc"])
        case "too_short":
            return "is empty: at least one is needed"
        case "string_too_short":
            return "is empty"
        case "value_error":  # ours, from `sections`
            return error["msg"].removeprefix("Value error, ")
        case _:
            return re.sub(r"^(Input|String|Tuple|List|Value) should", "must", error["msg"])


def _unknown(loc: Sequence[str | int]) -> str:
    name = str(loc[-1])
    if loc == ("recipients",):
        return "is not a table: the register of recipients stands in [[policy.recipients]]"
    if name.isupper():
        return "does not belong in this file: set it in the environment"
    near = get_close_matches(name, _names(loc[:-1]), n=1)
    return f"is not a setting; {near[0]} is" if near else "is not a setting"


def _names(loc: Sequence[str | int]) -> list[str]:
    """The settings of the table at this place."""
    model: type[BaseModel] = File
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model(each))), None)


def across(file: File, *, with_people: bool) -> list[str]:
    """Faults that only show when two settings are seen together."""
    faults = _policy_faults(file) + _connector_faults(file)
    if with_people:
        faults += _people_faults(file.roles, four_eyes=file.safety.four_eyes) + _by_hand_faults(file)
        second = file.reminders.second_person
        if second and second not in file.roles.by_user() and not file.roles.by_group():
            faults.append("[reminders] second_person is in no list of [roles]: the bot talks to its own people only.")
    return faults


def _policy_faults(file: File) -> list[str]:
    names = [category.name for category in file.policy.categories]
    faults = [f"[[policy.categories]] {name!r} is there twice." for name in sorted(_twice(names))]
    faults += _recipient_faults(file)
    for recipient in file.policy.recipients:
        faults += [
            f"[[policy.recipients]] {recipient.name!r} names the category {each!r}, which the policy does not have."
            for each in recipient.categories
            if each not in names
        ]
    return faults


def _recipient_faults(file: File) -> list[str]:
    found = file.policy.recipients
    alike = _twice([slug(each.name) for each in found])
    own = {each.casefold() for each in (file.company.email, *file.intake.own_addresses)}
    faults = [f"[[policy.recipients]] {each!r} is there twice: names must differ." for each in sorted(alike)]
    for each in found:
        if each.email.casefold() in own:
            faults.append(f"[[policy.recipients]] {each.name!r} has an e-mail address of our own.")
        if not each.tell and not each.because:
            faults.append(
                f"[[policy.recipients]] {each.name!r} is not told, and because does not say why: the law allows that "
                "only where it is impossible or takes disproportionate effort, or where the bot acts there itself."
            )
        if each.tell and each.because:
            faults.append(f"[[policy.recipients]] {each.name!r} says why it is not told, but it is: set tell = false.")
    return faults


def _connector_faults(file: File) -> list[str]:
    faults = []
    for number, block in enumerate(file.connectors, start=1):
        for word in ("kind", "name"):
            text = block.get(word)
            if not isinstance(text, str) or not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", text):
                faults.append(f"[[connectors]] number {number} needs a {word}: small letters, digits, - and _.")
    names = [str(block.get("name")) for block in file.connectors]
    faults += [f"[[connectors]] {name!r} is there twice: names must differ." for name in sorted(_twice(names))]
    unknown = sorted({*file.review.systems} - {*names})
    return faults + [f"[review] systems names {each!r}, and no [[connectors]] has this name." for each in unknown]


def _by_hand_faults(file: File) -> list[str]:
    """Whoever does something by hand has to press the buttons."""
    able = {*file.roles.handlers, *file.roles.admins}
    return [
        f"[[connectors]] {block.get('name')!r} names a person who is no handler: [roles] handlers has to name them."
        for block in file.connectors
        if block.get("kind") == "manual" and block.get("person") not in able and not file.roles.by_group()
    ]


def _twice(names: Sequence[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _people_faults(roles: Roles, *, four_eyes: bool) -> list[str]:
    choosing = {*roles.handlers, *roles.admins, *roles.handler_groups, *roles.admin_groups}
    approving = {*roles.approvers, *roles.admins, *roles.approver_groups, *roles.admin_groups}
    if not choosing:
        return ["[roles] names no handler: nobody could answer an enquiry."]
    if not approving:
        return ["[roles] names no approver: nobody could approve a deletion."]
    if four_eyes and choosing == approving and len(choosing) == 1 and not roles.by_group():
        return ["[roles] names one person only: with [safety] four_eyes a second one has to approve deletions."]
    return []
