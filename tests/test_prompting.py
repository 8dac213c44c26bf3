"""What picture models are told: words for every word, most important first, and a golden that a reviewer can read."""

from dataclasses import replace
from pathlib import Path

import pytest

from models import base, prompting
from models.base import Figure, Look, PictureRequest
from models.prompting import Prompt, looks, prompt, seen_figures, told_in_latin

GOLDEN = Path(__file__).parent / "golden" / "prompts.txt"
MIA = Look("female", 24, "bob", "raven", "cat", "jade", "fair", "coat", "red", ("glasses",))
BO = Look("male", 41, "slick", "silver", "narrow", "steel", "male", "suit", "navy", ("scar", "beard"), "broad")
LEFT = Figure("mia", MIA, "rage", x=0.36, yaw=10.0, pose="fist")
RIGHT = Figure("bo", BO, "cold", x=0.66, yaw=-10.0, gaze="down")
SHOT = PictureRequest(
    unit="e001_s01_sh010",
    kind="keyframe",
    description="Mia throws the ring at Bo. Rooftop bar, neon, night, rain",
    size=(768, 1344),
    seed=1,
    shot_size="two",
    plate="rooftop",
    time="night",
    weather="rain",
    mood="tension",
    genre="revenge",
    figures=(LEFT, RIGHT),
)
SHOTS = {
    "two people quarrel": SHOT,
    "a close-up": replace(SHOT, shot_size="cu", figures=(replace(LEFT, x=0.5, gaze="left", pose="rest", yaw=0.0),)),
    "an insert of a thing": replace(SHOT, shot_size="insert", prop="ring"),
    "somebody from behind": replace(SHOT, shot_size="back", figures=(RIGHT,)),
    "a place": replace(SHOT, kind="plate", shot_size="wide"),
    "a sheet": replace(SHOT, kind="sheet", shot_size="mcu", figures=(LEFT,)),
    "a story told in Chinese": replace(SHOT, description="她把戒指扔了出去。Rain falls", figures=(LEFT,)),
}
TABLES = {
    ("people", "emotion"): base.EMOTIONS, ("people", "gaze"): base.GAZES, ("people", "pose"): base.POSES,
    ("people", "hair"): base.HAIR_STYLES, ("people", "hair_colour"): base.HAIR_COLOURS, ("people", "eyes"): base.EYES,
    ("people", "eye_colour"): base.EYE_COLOURS, ("people", "skin"): base.SKINS, ("people", "outfit"): base.OUTFITS,
    ("people", "colour"): base.COLOURS, ("people", "accessory"): base.ACCESSORIES, ("places", "plate"): base.PLATES,
    ("places", "time"): base.TIMES, ("places", "weather"): base.WEATHERS, ("places", "mood"): base.MOODS,
    ("places", "prop"): base.PROPS, ("camera", "size"): base.SHOT_SIZES, ("camera", "empty"): base.SHOT_SIZES,
}  # fmt: skip


def written(told: Prompt) -> str:
    lines = [f"  + {phrase}" for phrase in told.phrases] + [f"  - {phrase}" for phrase in told.negative]
    return "\n".join([*lines, *(f"  ? {part}" for part in told.left_out)])


@pytest.mark.parametrize(("table", "section"), TABLES, ids=lambda word: word)
def test_every_word_that_a_request_can_carry_has_words_for_a_model(table: str, section: str) -> None:
    assert set(prompting.words(table)[section]) == set(TABLES[table, section])


def test_prompts_read_as_the_golden_says() -> None:
    text = "".join(f"{name}\n{written(prompt(shot, 'ink drawing', 'watermark'))}\n\n" for name, shot in SHOTS.items())
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_style_comes_first_and_light_last() -> None:
    told = prompt(SHOT, "ink drawing").phrases
    assert told[0] == "ink drawing"
    assert told.index("two people") < told.index("Mia throws the ring at Bo") < told.index("heavy rain, wet surfaces")


def test_each_of_two_people_is_said_to_stand_where_the_draft_put_them() -> None:
    told = prompt(SHOT).text
    assert told.index("on the left, 24-year-old woman") < told.index("on the right, middle-aged 41-year-old man")


def test_a_plate_and_an_insert_show_nobody_and_say_so() -> None:
    assert seen_figures(SHOTS["a place"]) == seen_figures(SHOTS["an insert of a thing"]) == ()
    told = prompt(SHOTS["a place"])
    assert "empty scene, nobody in frame" in told.phrases and "people, person, face, crowd" in told.negative
    assert "diamond ring" in prompt(SHOTS["an insert of a thing"]).phrases


def test_a_face_turned_away_has_no_expression() -> None:
    assert "cold contemptuous stare" not in prompt(SHOTS["somebody from behind"]).text


def test_what_clip_cannot_read_is_left_out_and_named() -> None:
    assert told_in_latin("她哭了。Rain falls. 雪; Snow") == (("Rain falls", "Snow"), ("她哭了。", "雪"))


def test_the_requests_own_negative_words_join_the_profiles() -> None:
    assert prompt(replace(SHOT, negative="hats"), negative="text").negative == (
        "text",
        "hats",
        "third person, crowd, duplicate",
    )


def test_an_age_has_its_noun() -> None:
    nouns = {age: prompting.age(replace(MIA, age=age)).split(" ", 1)[1] for age in (9, 16, 30)}
    assert nouns == {9: "girl", 16: "teenage girl", 30: "woman"}
    assert prompting.age(replace(BO, age=77)) == "elderly 77-year-old man"


def test_a_design_is_one_phrase() -> None:
    assert looks(BO) == (
        "middle-aged 41-year-old man with slicked-back silver hair, narrow steel-grey eyes, lightly tanned skin, "
        "broad shoulders, wearing a navy blue tailored suit, scar across the cheek, trimmed beard"
    )


def test_prose_is_made_of_sentences() -> None:
    assert Prompt(("a wide shot", "two people"), ()).prose == "A wide shot. Two people."


def test_an_unknown_word_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no prompt words for emotion 'hungry': choose from anger, cold, fear"):
        prompt(replace(SHOT, figures=(replace(LEFT, emotion="hungry"),)))


def test_other_words_change_the_print(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompting.digest()
    monkeypatch.setattr(prompting, "TABLES", ("people", "places"))
    assert len(before) == 16 and prompting.digest() != before


def test_a_two_shot_of_one_person_asks_for_no_second() -> None:
    told = prompt(replace(SHOT, figures=(LEFT,)))
    assert "two people" not in told.text and "one person" in told.phrases
    assert prompt(replace(SHOT, shot_size="ots", figures=(LEFT,))).negative == ("third person, crowd, duplicate",)


@pytest.mark.parametrize(("arousal", "words"), [(0.0, "subtle"), (0.5, ""), (1.0, "intense")])
def test_a_voice_that_was_strong_gives_a_strong_face(arousal: float, words: str) -> None:
    told = prompting.strength(arousal)
    assert words in told and bool(words) == bool(told)
