"""Styles of files in the command: by name, refused at once where they are not there."""

import pytest

from pipeline.settings import Settings
from tests.command import run, save
from tests.own_styles import empty, put  # noqa: F401 - `empty` is a fixture
from tests.portrait_styles import put as put_portrait

pytestmark = pytest.mark.usefixtures("empty")


def painted(tmp_path, *flags):
    photo = save(tmp_path / "me.png")
    return run("paint", photo, "-o", tmp_path / "out.png", "--painter", "fast", *flags)


def test_a_style_of_a_file_is_chosen_by_its_name_and_mixed(tmp_path, runs):
    put("quilt")
    flags = ("--fast-style", "quilt", "--fast-second", "winter", "--fast-mix", 0.25)
    assert painted(tmp_path, *flags) == 0
    wanted = {"fast_style": "quilt", "fast_second": "winter", "fast_mix": 0.25}
    assert runs == [Settings.from_flat(painter="fast", **wanted)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("qilt", "There is no style 'qilt': one of blue_swirls"),
        ("../quilt", "fast_style is one of blue_swirls"),
        ("bad", "The style bad.safetensors is left out"),
    ],
)
def test_one_that_cannot_be_used_is_refused_in_one_line(tmp_path, runs, capsys, name, said):
    put("quilt")
    put("bad").write_bytes(b"none")
    with pytest.raises(SystemExit) as ended:
        painted(tmp_path, "--fast-style", name)
    assert (ended.value.code, runs) == (2, [])
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_portrait_style_of_a_file_is_chosen_by_its_name(tmp_path, runs, capsys):
    put_portrait("auntie")
    put("quilt")
    photo, out = save(tmp_path / "me.png"), tmp_path / "out.png"
    flags = ("paint", photo, "-o", out, "--painter", "tps", "--portrait-style")
    assert run(*flags, "auntie") == 0
    assert runs == [Settings.from_flat(painter="tps", portrait_style="auntie")]
    with pytest.raises(SystemExit):
        run(*flags, "quilt")
    assert "There is no portrait style 'quilt': one of vangogh" in capsys.readouterr().err


def test_the_list_of_weights_names_them_and_what_is_left_out(capsys):
    put("quilt", "Grandma's quilt")
    put("bad").write_bytes(b"none")
    assert run("weights") == 0
    said = capsys.readouterr().out
    assert "\nquilt: a style of your own, Grandma's quilt\n" in said
    assert "\nThe style bad.safetensors is left out: safetensors was wanted" in said
