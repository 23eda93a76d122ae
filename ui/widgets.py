"""Every control of the page, made from `Settings`: nothing about a choice is said twice."""

import math
from collections.abc import Mapping, Sequence

import gradio as gr

from pipeline.settings import Option, Settings, options
from ui.available import available_choices, is_light

OPTIONS = tuple(options())
PAINTER = "painter"
# What stands beside Paint; the rest waits in Fine-tune.
MAIN = ("brush", "mood", "keep", "face_strength")
# Cheap enough to answer while a slider moves.
AT_ONCE = tuple(o.flag for o in OPTIONS if o.path[0] in ("intensity", "segment", "blend", "result"))
MOST_BUTTONS = 3  # more choices than these go into a list that unfolds
Control = gr.Checkbox | gr.Radio | gr.Dropdown | gr.Slider


def widget(option: Option) -> Control:
    """Make the control of one setting; it is hidden where only one choice is available."""
    name = f"set-{option.flag.replace('_', '-')}"
    if option.kind is bool:
        return gr.Checkbox(bool(option.default), label=option.label, info=option.help, elem_id=name)
    if option.kind is str:
        choices = available_choices(option)
        how = {"label": option.label, "info": option.help, "elem_id": name}
        if len(choices) > MOST_BUTTONS:
            return gr.Dropdown(choices, value=str(option.default), filterable=False, **how)
        return gr.Radio(choices, value=str(option.default), visible=len(choices) > 1, **how)
    info = option.help + (f" {option.range_text}." if option.unit else "")
    low, high = option.low or 0, option.high or 1
    how = {"label": option.label, "info": info, "elem_id": name}
    step = 1 if option.kind is int else option.step or step_of(low, high)
    return gr.Slider(low, high, value=option.kind(option.default), step=step, **how)


def step_of(low: float, high: float) -> float:
    """Choose the power of ten that cuts a range into 20 to 200 steps."""
    return 10.0 ** math.floor(math.log10((high - low) / 20 + 1e-9))


def from_widgets(values: Sequence[object]) -> Settings:
    """Read the settings from the controls' values, in the order of `OPTIONS`.

    Raises: ValueError: a value out of range, with the range.
    """
    return Settings.from_flat(**dict(zip((o.flag for o in OPTIONS), values, strict=True)))


def to_widgets(settings: Settings) -> list[bool | float | str]:
    """List the controls' values for these settings, in the order of `OPTIONS`."""
    return [option.of(settings) for option in OPTIONS]


def changed_at_once(painted: Settings, chosen: Settings) -> Settings:
    """Change only those settings of a painting in `AT_ONCE` to what is chosen now.

    A segmenter that takes long waits for Paint.
    """
    changed = {
        flag: value
        for flag, value in chosen.flat().items()
        if flag in AT_ONCE and is_light(flag, value)
    }
    return painted.changed(**changed)


def from_link(query: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Read the settings that a link carries.

    Return them with a sentence for each value that was ignored. Other parameters are not ours.
    """
    good: dict[str, object] = {}
    bad: list[str] = []
    for option in OPTIONS:
        if option.flag not in query:
            continue
        value = option.read(str(query[option.flag])[:40])
        try:
            option.check(value)
            good[option.flag] = value
        except ValueError as error:
            bad.append(f"The link was not followed in one point: {error}")
    return Settings.from_flat(**good), bad
