"""What the choices of a stage are declared with."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from pipeline.settings.short import short
from pipeline.variants import VARIANTS, choices_in_words, is_choice


def option(
    default: Any,  # noqa: ANN401 - of the field's type
    text: str,
    *,
    label: str,
    flag: str,
    unit: str = "",
    names: str = "",
    step: float | None = None,
    **limits: Any,  # noqa: ANN401 - as pydantic's Field takes them
) -> Any:  # noqa: ANN401 - stands for the field's value
    """Declare one choice.

    `flag` is its flat name in the command, the API and links. `names`, split by "|", are what a
    person reads for each of the choices. `step` is between two values of a slider; None: as wide as
    the range suggests.
    """
    return Field(
        default,
        description=text,
        title=label,
        json_schema_extra={"flag": flag, "unit": unit, "names": names, "step": step},
        **limits,
    )


class Stage(BaseModel):
    """The choices of one stage; frozen, so that they can be a cache key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator(*VARIANTS, check_fields=False)
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        flag = str(info.field_name)
        if not is_choice(flag, value):
            raise ValueError(f"{flag} is one of {choices_in_words(flag)}, not {short(value)}.")
        return value
