"""What the page says, in six languages: who gets which, and that nothing is left out."""

import json
import re
from collections import Counter

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from pipeline.stages.restore.select_faces import NOT_LARGEST, SHARP_ALREADY
from pipeline.steps.restore import hints_of, left_alone
from pipeline.types import PhotoError, RestorationPlan
from tests.page import private  # noqa: F401 - a fixture
from ui.errors import told
from ui.layout import TITLE
from ui.notes import note
from ui.words import LANGUAGES, counted, label, language, later, number, retold, say, speaking
from ui.words.catalogs import PIPELINE, catalog_of, file_of, locale_of
from ui.words.labels import WORDS
from ui.words.templates import spoken, texts_in, words_for
from ui.words.texts import lasting, percent
from ui.words.texts_in_code import texts_in_code
from ui.words.visitors import negotiated

OTHERS = [each for each in LANGUAGES if each != "en"]
PLACE = re.compile(r"\{\w+\}")
TAG = re.compile(r"</?\w+[^>]*>")
TEXTS = texts_in_code()


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", "en"),
        ("de-AT", "de"),
        ("zh-TW,zh;q=0.9", "zh"),
        ("ja", "ja"),
        ("it-IT,it;q=0.9,de;q=0.5,en;q=0.8", "en"),
        ("it,fr-CA;q=0.7,en;q=0.3", "fr"),
        ("tlh", "en"),
        ("*", "en"),
        ("de;q=0,fr;q=0.1", "fr"),
        ("es;q=x, ja;q=0.2", "ja"),
        ("EN-gb, de", "en"),
    ],
)
def test_the_most_wanted_language_that_the_page_speaks_is_chosen(header, wanted):
    assert negotiated(header) == wanted


@given(st.text(max_size=600))
def test_whatever_a_browser_sends_there_is_a_language(header):
    assert negotiated(header) in LANGUAGES


@pytest.mark.parametrize("spoken_", OTHERS)
def test_every_text_of_the_code_is_translated_and_no_other(spoken_):
    catalog = catalog_of(spoken_)
    of_code = {text for context, text, _ in TEXTS if not context}
    told_again = {text for context, text, _ in TEXTS if context == PIPELINE}
    update = "run python -m ui.words, and translate what is empty in ui/words/*.po"
    assert of_code - catalog.forms.keys() == set(), update
    assert told_again - catalog.retold.keys() == set(), update
    assert catalog.forms.keys() - of_code == set(), f"no code says this any more: {update}"
    assert catalog.retold.keys() - told_again == set(), f"no code says this any more: {update}"


@pytest.mark.parametrize("spoken_", OTHERS)
def test_a_translation_has_the_places_and_the_html_of_its_text(spoken_):
    plurals = {text: many for context, text, many in TEXTS if not context}
    for text, forms in catalog_of(spoken_).forms.items():
        places = {*PLACE.findall(text), *PLACE.findall(plurals[text])}
        for form in forms:
            fewer = {"{n}"} if plurals[text] and form == forms[0] else set()  # "the oldest one"
            assert places - fewer <= {*PLACE.findall(form)} <= places, form
            assert Counter(TAG.findall(form)) == Counter(TAG.findall(text)), form
            plain = TAG.sub("", form)
            assert not {*plain} & {*'<>&"'} - {*text}, f"{form} would have to be escaped"
    for text, form in catalog_of(spoken_).retold.items():
        assert {*PLACE.findall(form)} <= {*PLACE.findall(text)}, form


@pytest.mark.parametrize("spoken_", OTHERS)
def test_a_text_with_a_plural_has_every_form_of_its_language(spoken_):
    several = len(locale_of(spoken_).plural_form.tags | {"other"}) > 1
    for context, text, many in TEXTS:
        if many and not context:
            assert len(catalog_of(spoken_).forms[text]) == (2 if several else 1), text


@pytest.mark.parametrize(
    ("spoken_", "one", "two"),
    [
        ("en", "1 note", "2 notes"),
        ("de", "1 Notiz", "2 Notizen"),
        ("fr", "1 note", "2 notes"),
        ("es", "1 nota", "2 notas"),
        ("zh", "1 条留言", "2 条留言"),
        ("ja", "メモ 1 件", "メモ 2 件"),
    ],
)
def test_plurals_follow_the_language(spoken_, one, two):
    with speaking(spoken_):
        assert [counted("{n} note", "{n} notes", n) for n in (1, 2)] == [one, two]


def test_none_is_one_in_french_and_several_in_german():
    def said(spoken_):
        with speaking(spoken_):
            return counted("{n} note", "{n} notes", 0)

    assert (said("fr"), said("de"), said("en")) == ("0 note", "0 Notizen", "0 notes")


def test_numbers_and_times_are_written_as_the_language_does():
    with speaking("de"):
        assert (number(1234567.891, 2), number(8.5, 1), percent(0.5)) == (
            "1.234.567,89",
            "8,5",
            "50\xa0%",
        )
        assert lasting(2 * 86_400, "day") == "2 Tage"
    with speaking("en"):
        assert (number(8.5, 1), percent(0.5)) == ("8.5", "50%")
        assert lasting(3600, "hour") == "1 hour"


def test_what_is_not_translated_is_said_in_english():
    with speaking("ja"):
        assert say("No catalog has {this}.", this=3) == "No catalog has 3."
        assert counted("{n} unknown", "{n} unknowns", 2) == "2 unknowns"


def test_a_text_is_said_in_the_language_of_who_reads_it():
    made = later("Photo {n} of {all}", n=1, all=2)
    with speaking("de"):
        assert str(made) == "Foto 1 von 2"
    assert (str(made), language()) == ("Photo 1 of 2", "en")


def test_a_value_is_never_a_text_with_places():
    with speaking("de"):
        assert say("The camera cannot be used: {why}", why="{n} <b>") == (
            "Die Kamera lässt sich nicht verwenden: {n} <b>"
        )
        assert "&lt;b&gt;" in note([say("The camera cannot be used: {why}", why="<b>")])


def test_the_pipeline_s_sentences_are_told_again_with_their_values():
    english = "Wanted at most 20 times as long as wide, found 10 x 900; crop it first."
    with speaking("de"):
        assert retold(english).startswith("Erwartet wurde höchstens 20-mal so lang wie breit")
        assert "10 x 900" in retold(english)
        assert retold("Low confidence in the face: why.") == "Unsicher bei dem Gesicht: why."
        assert retold("Nobody knows this one.") == "Nobody knows this one."
    assert retold(english) == english


def test_the_parts_of_a_list_are_told_again_and_so_are_reasons_that_are_counted():
    plans = [RestorationPlan(0.0, why) for why in (SHARP_ALREADY, SHARP_ALREADY, NOT_LARGEST)]
    unsure = [RestorationPlan(1.0, low_confidence=True), RestorationPlan(1.0)]
    english = [left_alone((*plans,)), *hints_of((*unsure,)), *hints_of((unsure[0], *unsure))]
    english += [left_alone((plans[0],)), f"{NOT_LARGEST}, Nobody knows this one (2)"]
    for spoken_ in OTHERS:
        with speaking(spoken_):
            told_again = [retold(each) for each in english]
        words = [re.findall(r"[a-zA-Z]{3,}", " ".join(each)) for each in (english, told_again)]
        assert not {*words[0]} & {*words[1]} - {"Nobody", "knows", "this", "one"}, spoken_
        assert "Nobody knows this one (2)" in told_again[-1]


def test_texts_in_f_strings_are_found_too():
    """Babel finds them in Python 3.12 only, where an f-string is more than one token."""
    assert {("", "Learning", ""), ("", "about {n} s left", "")} <= TEXTS.keys()


def test_a_visitor_is_told_an_error_in_their_language_and_a_program_in_english():
    english = "The file is empty (0 bytes); choose another."
    with speaking("fr"):
        with pytest.raises(gr.Error, match="Le fichier est vide"), told():
            raise PhotoError(english)
        with pytest.raises(gr.Error) as error, told(html=False):
            raise PhotoError(english)
    assert error.value.message == english


def test_a_label_with_values_is_sent_as_it_is_in_english_and_known_to_the_page():
    one, many = (
        "Up to {most} photos, painted one after the other as is set on this page",
        (", in one ZIP. Drop them here, or several at once anywhere on the page."),
    )
    made = label(one + many, most=7)
    with speaking("de"):
        assert WORDS.translations_dict["en"][made.key].startswith("Bis zu 7 Fotos")


def test_a_visitor_is_sent_one_language_under_the_name_that_gradio_falls_back_to():
    page = app.build(app.PaintService(paint=None, models=object()))
    with speaking("es"):
        sent = page.config
    assert set(sent["i18n_translations"]) == {"en"}
    assert sent["i18n_translations"]["en"]["lang"] == "es"
    assert sent["i18n_translations"]["en"]["Paint"] == "Pintar"
    assert sent["title"] == "Retratos al estilo de Monet"
    assert page.config["title"] == TITLE


def test_scripts_and_templates_say_what_the_catalogs_know():
    template = """<p title="${say('Farther')}">${say('Fit')}</p>"""
    assert texts_in(template) == ["Farther", "Fit"]
    assert texts_in("""counted('{n} note', '{n} notes', 2) + say("It's")""") == ["{n} note", "It's"]
    with speaking("de"):
        assert spoken(template) == """<p title="Weiter weg">Einpassen</p>"""
        words = json.loads(
            re.sub("<.*?>", "", words_for("say('Fit') + counted('{n} note', '', 1)"))
        )
    assert words == {"lang": "de", "Fit": "Einpassen", "{n} note": ["{n} Notiz", "{n} Notizen"]}


def test_no_script_or_template_of_the_page_speaks_english_by_itself():
    """Text between tags, and names of what is there, are said by `say`."""
    for file in (file_of("de").parent.parent).rglob("*.html"):
        bare = re.sub(r"\$\{.*?\}|\{\{.*?\}\}|<!doctype html>|\$\w+", "", file.read_text())
        named = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]+)"', bare)
        between = re.findall(r">([^<]+)<", bare)
        found = [each.strip() for each in (*named, *between) if re.search(r"[A-Za-z]{2}", each)]
        assert not found, f"{file.name}: {found}"
