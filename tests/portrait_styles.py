"""Portrait styles of files, for tests: generators that have learned nothing."""

from functools import cache

import torch

from pipeline.nets.tps_generator import TpsGenerator
from pipeline.runtime.own_files import styles_folder
from pipeline.runtime.portrait_style_files import write


@cache
def state(seed=0):
    """Return the state dict of a generator of random weights."""
    torch.manual_seed(seed)
    return TpsGenerator().state_dict()


def put(name="auntie", label="Auntie's portraits", seed=0):
    """Write a style into the folder of styles."""
    file = styles_folder() / f"{name}.safetensors"
    write(file, state(seed), name=name, label=label)
    return file
