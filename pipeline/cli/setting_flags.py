"""Read the settings from flags of the command."""

import argparse
from collections.abc import Callable, Iterable

from pipeline.settings import Option, Settings, options
from pipeline.variants import OPEN


def add_settings(command: argparse.ArgumentParser, wanted: Iterable[Option]) -> None:
    """Add a flag for each option.

    Flags that are not given are absent from the namespace, so that only `Settings` has defaults.
    """
    group = command.add_argument_group("settings")
    for option in wanted:
        if option.kind is bool:
            short = option.flag.split("_")[0]
            group.add_argument(
                f"--no-{short}" if option.default else f"--{short}",
                dest=option.flag,
                action="store_false" if option.default else "store_true",
                default=argparse.SUPPRESS,
                help=f"Leave out: {option.help}" if option.default else option.help,
            )
            continue
        limits = f"{option.range_text}; " if option.is_number else ""
        group.add_argument(
            f"--{option.flag.replace('_', '-')}",
            dest=option.flag,
            type=reader(option),
            default=argparse.SUPPRESS,
            metavar="|".join([*option.choices, *(["NAME"] if option.open else [])]) or "NUMBER",
            help=f"{option.help} ({limits}{_own(option)}default {option.default})".replace(
                "%", "%%"
            ),
        )


def _own(option: Option) -> str:
    listed = "listed by `python -m pipeline weights`"
    return f"NAME: {OPEN[option.flag]}, {listed}; " if option.open else ""


def settings_of(chosen: argparse.Namespace) -> Settings:
    """Build the settings from the parsed flags."""
    given = vars(chosen)
    return Settings.from_flat(
        **{option.flag: given[option.flag] for option in options() if option.flag in given}
    )


def reader(option: Option) -> Callable[[str], bool | float | str]:
    """Make a function that reads an option's value from a flag's text and refuses a bad one."""

    def read(text: str) -> bool | float | str:
        value = option.read(text)
        try:
            option.check(value)
            if option.open and value not in option.choices:
                _look_up(option.flag, str(value))
        except (ValueError, RuntimeError) as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return value

    return read


def _look_up(flag: str, style: str) -> None:
    """Refuse a style whose file is not there, or cannot be used.

    Raises: StyleFileError.
    """
    from pipeline.runtime.own_styles import own_style

    own_style(flag, style)
