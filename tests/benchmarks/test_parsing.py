"""What the parser is measured on: test sets, or what trainings leave out."""

import numpy as np

from benchmarks.parsing import pairs
from tests.training_sets import write_pair


def test_held_out_pictures_are_of_the_training_set_and_the_others_of_the_test_set(tmp_path):
    mask = np.zeros((20, 16), np.uint8)
    for i in range(31):
        at = tmp_path / "face_parsing"
        write_pair(at / "images", at / "masks", f"learned{i:02}", mask)
    at = tmp_path / "face_parsing_test"
    write_pair(at / "images", at / "masks", "test00", mask)
    held_out = [name for name, _, _ in pairs(tmp_path, "face_parsing", held_out=True)]
    measured = [name for name, _, _ in pairs(tmp_path, "face_parsing", held_out=False)]
    assert [name[:-4] for name in held_out] == ["learned00", "learned30"]
    assert [name[:-4] for name in measured] == ["test00"]
