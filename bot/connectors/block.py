"""How the `[[connectors]]` blocks of several kinds are read, and how their faults are told."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError


def _listed(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _filled(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


Text = Annotated[str, AfterValidator(_filled)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class Part(BaseModel):
    """A table of the configuration: unknown words are faults, values never change."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, populate_by_name=True
    )


P = TypeVar("P", bound=Part)


def read(model: type[P], given: Mapping[str, Any], where: str) -> tuple[P | None, list[str]]:
    """The part, or None with every fault, one sentence each. `where` begins each: the connector's name."""
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, [f"{where}: {place or 'it'} {what}." for place, what in _sentences(error)]


def _sentences(error: ValidationError) -> list[tuple[str, str]]:
    told = {"missing": "is missing", "extra_forbidden": "is not known here"}
    return [
        (
            ".".join(str(part + 1) if isinstance(part, int) else part for part in each["loc"]),
            told.get(each["type"], each["msg"].removeprefix("Value error, ")),
        )
        for each in error.errors(include_url=False, include_input=False)
    ]
