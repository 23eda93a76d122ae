"""Every control of the page, made from `Settings`: nothing about a choice is said twice."""

import math
from collections.abc import Collection, Mapping, Sequence

import gradio as gr
from gradio.i18n import I18nData

from pipeline.settings import Option, Settings, options, say_dropped
from pipeline.settings.formats import DROPPED, RENAMED, opened
from pipeline.variants import PAINTERS
from ui.available import available_choices, is_light
from ui.words import label, later, retold, say

OPTIONS = tuple(options())
PAINTER, MOOD, PORTRAIT_STYLE = "painter", "mood", "portrait_style"
# What means nothing to some painters.
OWN = tuple(o.flag for o in OPTIONS if any(o.flag in each.own for each in PAINTERS.values()))
EASY = ("brush", "looseness", "face_strength")  # stand under the looks; the rest waits folded
# Cheap enough to answer while a slider moves.
AT_ONCE = tuple(o.flag for o in OPTIONS if o.path[0] in ("intensity", "segment", "blend", "result"))
MOST_BUTTONS = 3  # more choices than these go into a list that unfolds
Control = gr.Checkbox | gr.Radio | gr.Dropdown | gr.Slider


def widget(option: Option) -> Control:
    """Make the control of one setting.

    It is hidden where only one choice is available, or where the usual painter has no use for it.
    """
    how = {
        "label": label(option.label),
        "info": _info(option),
        "elem_id": f"set-{option.flag.replace('_', '-')}",
        "visible": is_for(option.flag, Settings().paint.painter),
    }
    if option.kind is bool:
        return gr.Checkbox(bool(option.default), **how)
    if option.kind is str:
        choices = available_choices(option)
        how["visible"] = how["visible"] and len(choices) > 1
        if len(choices) > MOST_BUTTONS or option.open:  # which grows
            return gr.Dropdown(choices, value=str(option.default), filterable=False, **how)
        return gr.Radio(choices, value=str(option.default), **how)
    low, high = option.low or 0, option.high or 1
    step = 1 if option.kind is int else option.step or step_of(low, high)
    return gr.Slider(low, high, value=option.kind(option.default), step=step, **how)


def _info(option: Option) -> I18nData:
    """Say what a setting does, and its range where that has a unit."""
    if not option.unit:
        return label(option.help)
    span = {"low": option.low, "high": option.high, "unit": later(option.unit)}
    return label("{help} {low} to {high} {unit}.", help=later(option.help), **span)


def offered(flag: str, value: object = None) -> dict[str, object]:
    """Update a list of styles to what is there now; choose a value where one is given."""
    option = next(option for option in OPTIONS if option.flag == flag)
    chosen = {} if value is None else {"value": value}
    return gr.update(choices=available_choices(option), **chosen)


def widgets_of(flags: Collection[str]) -> dict[str, Control]:
    """Make the controls of some settings, by their flags, in the order of `OPTIONS`."""
    return {option.flag: widget(option) for option in OPTIONS if option.flag in flags}


def is_for(flag: str, painter: str) -> bool:
    """Tell whether a setting means something to a painter."""
    return flag not in OWN or flag in PAINTERS[painter].own


def step_of(low: float, high: float) -> float:
    """Choose the power of ten that cuts a range into 20 to 200 steps."""
    return 10.0 ** math.floor(math.log10((high - low) / 20 + 1e-9))


def from_widgets(values: Sequence[object]) -> Settings:
    """Read the settings from the controls' values, in the order of `OPTIONS`.

    A number beyond its range is the end of it, as its slider shows.

    Raises: ValueError: a value of another kind, with what is wanted.
    """
    return from_values([o.within(value) for o, value in zip(OPTIONS, values, strict=True)])


def from_values(values: Sequence[object]) -> Settings:
    """Read the settings from values in the order of `OPTIONS`.

    Raises: ValueError: a value of another kind or out of range, with what is wanted.
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
    """Read the settings that a link carries, which this version or an earlier one wrote.

    Return them with a sentence for each value that was ignored. Other parameters are not ours.
    """
    known = {option.flag: option for option in OPTIONS}
    if not {*known, *RENAMED, *DROPPED} & query.keys():
        return Settings(), []
    texts = {name: str(text)[:40] for name, text in query.items()}
    read = {name: known[name].read(text) if name in known else text for name, text in texts.items()}
    try:
        values, dropped = opened(read)
    except ValueError as error:
        return Settings(), [say("The link's settings were not used: {why}", why=retold(str(error)))]
    good: dict[str, object] = {}
    bad = [retold(each) for each in say_dropped(dropped)]
    for option in OPTIONS:
        if option.flag not in values:
            continue
        try:
            option.check(values[option.flag])
            good[option.flag] = values[option.flag]
        except ValueError as error:
            bad.append(say("One setting of the link was not used: {why}", why=retold(str(error))))
    return Settings.from_flat(**good), bad
