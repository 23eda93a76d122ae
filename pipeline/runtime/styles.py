"""Mix a fast painter's styles: those that its network knows, and those of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.nets.late_layers import STYLES, late_layers
from pipeline.weights.cache import VerifiedWeights

Values = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class KnownStyles:
    """A network's own styles: all their numbers, (S, 2, K), and the late layers they share."""

    numbers: Values
    late: Mapping[str, Values]  # by the tensors' names, in the order of `late_layers`


@dataclass(frozen=True, eq=False)
class OwnStyle:
    """A style of a file: its numbers, (2, K), and its late layers, in the order of `late_layers`.

    `label`: what a person reads. `sha256`: of the file.
    """

    name: str
    label: str
    sha256: str
    numbers: Values
    late: tuple[Values, ...]

    @property
    def key(self) -> str:
        """What tells it from others, for caches."""
        return f"style {self.sha256}"


@dataclass(frozen=True)
class Mix:
    """How much each style counts: each that the network knows, and some of files; together 1."""

    known: tuple[float, ...]
    own: tuple[tuple[OwnStyle, float], ...] = ()


@lru_cache(maxsize=4)
def known_styles(weights: VerifiedWeights) -> KnownStyles:
    """Read the styles that a fast painter's network knows from its files."""
    from safetensors.numpy import load_file

    state = {k: v.astype(np.float32) for file in weights.files for k, v in load_file(file).items()}
    return KnownStyles(state[STYLES], {name: state[name] for name in late_layers(state)})


def given_shapes(weights: VerifiedWeights) -> list[list[int]]:
    """List the shapes of what a network with an open style is given for one: `mixed`'s."""
    known = known_styles(weights)
    return [list(each.shape) for each in (known.numbers[:1], *known.late.values())]


def mixed(known: KnownStyles, mix: Mix) -> tuple[Values, ...]:
    """Mix styles linearly: their numbers, (1, 2, K), then each of their late layers' tensors."""
    shares = np.array(mix.known, np.float32)
    numbers = np.einsum("s,snk->nk", shares, known.numbers)
    late = [shares.sum() * values for values in known.late.values()]
    for style, share in mix.own:
        numbers = numbers + share * style.numbers
        late = [sums + share * values for sums, values in zip(late, style.late, strict=True)]
    return tuple(np.asarray(each, np.float32) for each in (numbers[None], *late))
