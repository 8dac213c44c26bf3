"""What Bark is given: the line's own words, sparing cues, pieces that fit; nonsense refused."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")  # which the package's front door imports

from models.bark.casting import languages
from models.bark.spoken import CUES, bark_text, clauses, expected_seconds, pieces, temperature_of
from models.base import DELIVERIES, EMOTIONS
from models.words import words

EN = "I waited for you in the rain for three hours, and nobody came. Tell me the truth, Mr. Shen!"
ZH = "我在雨里等了你三个小时，谁也没有来。告诉我真相！"
LINES = [f"This is line number {n}, and it is said by somebody." for n in range(200)]


def plain(text: str) -> str:
    """Letters and digits alone, without the cues."""
    bare = re.sub(r"\[(?:laughs|laughter|sighs|gasps|clears throat)\]", "", text)
    return "".join(c for c in unicodedata.normalize("NFKC", bare).lower() if c.isalnum())


def with_sound(emotion: str, arousal: float, delivery: str = "voice") -> int:
    return sum(bark_text(line, emotion, delivery, "en", arousal).startswith("[") for line in LINES)


def test_every_emotion_of_the_contract_has_its_cue() -> None:
    assert tuple(CUES) == EMOTIONS


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_no_cue_changes_the_words(emotion: str) -> None:
    lines, arousals = ((EN, "en"), (ZH, "zh")), (0.0, 0.5, 1.0)
    for (text, language), delivery, arousal in product(lines, DELIVERIES, arousals):
        assert plain(bark_text(text, emotion, delivery, language, arousal)) == plain(text)


def test_a_neutral_line_is_left_as_it_is() -> None:
    assert bark_text(EN, "neutral", "voice", "en", 1.0) == EN
    assert bark_text(ZH, "neutral", "voice", "zh", 1.0) == ZH


def test_sounds_are_sparing_grow_with_arousal_and_belong_to_their_emotion() -> None:
    for emotion, cue in CUES.items():
        at = [with_sound(emotion, arousal) for arousal in (0.0, 0.5, 1.0)]
        assert at[0] == 0 and at[0] <= at[1] <= at[2]
        assert at[1] <= 0.45 * len(LINES)
        assert at[2] == pytest.approx(cue.share * len(LINES), abs=0.12 * len(LINES))
    gasp = next(line for line in LINES if bark_text(line, "shock", "voice", "en", 1.0).startswith("["))
    assert bark_text(gasp, "shock", "voice", "en", 1.0).startswith("[gasps] ")


def test_narrators_and_whispers_make_no_sounds() -> None:
    assert with_sound("shock", 1.0, "narrator") == with_sound("grief", 1.0, "whisper") == 0


def test_capitals_are_english_only_and_never_whispered() -> None:
    assert bark_text("Get out of my house.", "rage", "voice", "en", 0.9) == "Get out of my HOUSE."
    assert bark_text("Get out of my house.", "rage", "whisper", "en", 0.9) == "Get out of my house."
    assert "HAUS" not in bark_text("Raus aus meinem Haus.", "rage", "voice", "de", 0.9)
    assert (
        bark_text("Leave. You took everything from me.", "neutral", "shout", "en", 0.1)
        == "LEAVE. You took EVERYTHING from me!"
    )
    assert bark_text("STOP it, liar.", "rage", "voice", "en", 0.9) == "STOP it, liar."
    assert bark_text("[clears throat] I am here.", "rage", "voice", "en", 0.9) == "[clears throat] I am here."


def test_hesitation_is_an_ellipsis_at_a_comma_or_before_the_line() -> None:
    assert bark_text("I waited, and nobody came, ever.", "fear", "inner", "en", 0.5).endswith(
        "I waited... and nobody came, ever."
    )
    assert bark_text("你说，你会来。", "tears", "whisper", "zh", 0.9) == "你说...你会来。"
    assert bark_text("Do not leave me here.", "tears", "whisper", "en", 0.5) == "... Do not leave me here."
    assert bark_text("No.", "tears", "whisper", "en", 0.5) == "No."


def test_a_script_that_sings_or_asks_for_a_sound_gets_it() -> None:
    assert bark_text("♪ Sleep, little moon ♪", "grief", "voice", "en", 1.0) == "♪ Sleep, little moon ♪"
    assert bark_text("Oh [Sighs] well.", "shock", "whisper", "en", 0.2) == "Oh [sighs] well."
    assert "♪" not in bark_text(EN, "joy", "voice", "en", 1.0)


def test_emoji_markup_and_brackets_of_the_script_are_not_read() -> None:
    assert bark_text("<b>No</b> 😂 you [music] lied… ！", "cold", "voice", "en", 0.5) == "b No b you music lied…！"
    assert bark_text("“Wait” \u202e(now) *please*", "cold", "voice", "en", 0.5) == "Wait now please"


@pytest.mark.parametrize("text", ["", "   ", "😂🔥", "...", "—!?", "\u200b\u202e", "<>", "[]"])
def test_a_text_without_words_is_refused(text: str) -> None:
    for language in ("en", "zh"):
        with pytest.raises(ValueError, match="^nothing in the text can be spoken$"):
            bark_text(text, "joy", "voice", language, 0.5)
        with pytest.raises(ValueError, match="^nothing in the text can be spoken$"):
            clauses(text, language, 13.0)


def test_unknown_words_of_direction_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown emotion 'hangry': choose from neutral, joy"):
        bark_text("Hi", "hangry", "voice", "en", 0.5)
    with pytest.raises(ValueError, match="unknown delivery 'sung': choose from voice, whisper"):
        bark_text("Hi", "joy", "sung", "en", 0.5)
    for call in (
        lambda: bark_text("Hi", "joy", "voice", "xx", 0.5),
        lambda: clauses("Hi", "xx", 13),
        lambda: expected_seconds("Hi", "xx"),
    ):
        with pytest.raises(ValueError, match="no voices for language 'xx': choose from en, zh"):
            call()
    with pytest.raises(ValueError, match="unknown emotion"):
        temperature_of("hangry", 0.5, 0.7)


def test_temperature_moves_with_emotion_and_arousal_and_stays_in_reach() -> None:
    assert temperature_of("neutral", 1.0, 0.7) == 0.7
    assert temperature_of("rage", 0.5, 0.7) == pytest.approx(0.7 * 1.15)
    assert temperature_of("cold", 0.9, 0.7) < temperature_of("cold", 0.1, 0.7) < 0.7 < temperature_of("joy", 0.1, 0.7)
    assert temperature_of("rage", 1.0, 0.95) == 1.0 and temperature_of("rage", 9.0, 1.4) == 1.4
    assert temperature_of("cold", 1.0, 0.2) == 0.2


# -- pieces


def test_a_line_that_fits_stays_whole() -> None:
    assert clauses(EN, "en", 13.0) == [EN]
    assert clauses(ZH, "zh", 13.0) == [ZH]


def test_lines_are_cut_at_sentences_first_then_at_commas_then_between_words() -> None:
    text = "You promised me the house. You promised me the garden, and the lake, and the boat. I have nothing at all."
    sentences = [
        "You promised me the house. You promised me the garden, and the lake, and the boat.",
        "I have nothing at all.",
    ]
    assert clauses(text, "en", 6.0) in (sentences, [text.split(". ")[0] + ".", text.split(". ", 1)[1]])
    comma = "I waited for you in the rain for three hours, and nobody came to open the door for me"
    assert clauses(comma, "en", 4.0)[0].endswith("hours,")
    assert clauses("we two " * 20, "en", 4.0)[0].split().count("we") > 2
    assert clauses("我在雨里等了你三个小时，谁也没有来开门。", "zh", 3.0) == [
        "我在雨里等了你三个小时，",
        "谁也没有来开门。",
    ]


def test_titles_and_numbers_are_no_sentence_ends() -> None:
    text = "Long ago there came a very quiet man whom Mr. Shen had paid 3.5 million for everything he knew about it"
    assert not any(
        piece.endswith(("Mr.", "3.")) for seconds in (2.0, 3.0, 5.0) for piece in clauses(text, "en", seconds)
    )


def test_a_thousand_words_become_many_pieces_in_order() -> None:
    text = " ".join([EN] * 56)
    assert len(text.split()) > 1_000
    found = clauses(text, "en", 13.0)
    assert " ".join(found) == text
    seconds = [expected_seconds(piece, "en") for piece in found]
    assert max(seconds) <= 13.0 and min(seconds) > 2.0
    assert len(found) < 2 * sum(seconds) / 13
    assert all(piece[-1] in ".!" for piece in found)
    bare = clauses("word " * 1_000, "en", 13.0)
    assert sum(piece.split().count("word") for piece in bare) == 1_000 and len(set(map(len, bare))) <= 4


def test_neighbouring_pieces_that_fit_together_are_one() -> None:
    for seed in range(10):
        luck = np.random.default_rng(seed)
        text = " ".join(" ".join(["word"] * int(n)) + "." for n in luck.integers(1, 25, 40))
        found = clauses(text, "en", 9.0)
        assert all(expected_seconds(f"{one} {other}", "en") > 9.0 for one, other in pairwise(found))


def test_a_thousand_characters_of_chinese_become_many_pieces_in_order() -> None:
    found = clauses(ZH * 50, "zh", 13.0)
    assert "".join(found) == ZH * 50 and len(found) > 10
    assert all(expected_seconds(piece, "zh") <= 13.0 and piece[-1] in "。！，" for piece in found)


def test_texts_and_words_beyond_measure_are_refused() -> None:
    with pytest.raises(ValueError, match="20001 characters to speak at once, limit 20000"):
        clauses("a " * 10_000 + "a", "en", 13.0)
    with pytest.raises(ValueError, match="a word of 4000 characters, limit 100"):
        clauses("a" * 4_000, "en", 13.0)
    assert clauses("one two", "en", 1e-320) == ["one", "two"] and clauses("one two", "en", float("inf")) == ["one two"]
    with pytest.raises(ValueError, match="pieces of 0 seconds"):
        clauses("a", "en", 0.0)
    with pytest.raises(ValueError, match="pieces of nan seconds"):
        clauses("a", "en", float("nan"))


def test_only_the_first_piece_has_the_sound_and_all_keep_their_words() -> None:
    text = next(
        t for n in range(50) if bark_text(t := f"{EN} {n} " * 4, "shock", "voice", "en", 1.0).startswith("[gasps]")
    )
    found = pieces(text, "shock", "voice", "en", 1.0, 8.0)
    assert len(found) > 2
    assert [said.startswith("[gasps]") for _, said in found] == [True] + [False] * (len(found) - 1)
    assert all(plain(own) == plain(said) for own, said in found)
    assert " ".join(own for own, _ in found) == text.strip()


SIGNS = "abcdé XYZ  012 .,;:!?'-—… \n“”「」()[]{}<>😂♪你好世界，。！？、かなカナ हिन्दी 한국어\u200b\u0301ﾞ²½ß٣"


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from(SIGNS) | st.characters(), max_size=300), st.sampled_from(languages()), st.floats(0.2, 15)
)
def test_pieces_lose_nothing_keep_the_order_and_fit(text: str, language: str, seconds: float) -> None:
    try:
        found = clauses(text, language, seconds)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    seen = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    assert "".join("".join(found).split()) == "".join(seen.split())
    for piece in found:
        if expected_seconds(piece, language) > seconds:
            assert clauses(piece, language, 1e-6) == [piece]  # a single word
        assert plain(bark_text(piece, "neutral", "voice", language, 0.5))


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from(SIGNS) | st.characters(), max_size=200),
    st.sampled_from(EMOTIONS),
    st.sampled_from(DELIVERIES),
    st.sampled_from(languages()),
    st.floats(0, 1),
)
def test_any_text_is_acted_with_its_own_words_or_refused(text, emotion, delivery, language, arousal) -> None:
    try:
        calm = bark_text(text, "neutral", "inner", language, 0.0)
    except ValueError as error:
        assert str(error) == "nothing in the text can be spoken"
        return
    said = bark_text(text, emotion, delivery, language, arousal)
    assert [w.lower() for w in words(re.sub(r"\[[a-z ]+\]", " ", said))] == [
        w.lower() for w in words(re.sub(r"\[[a-z ]+\]", " ", calm))
    ]
    assert said == bark_text(text, emotion, delivery, language, arousal)


@pytest.mark.slow
def test_the_estimate_of_seconds_is_that_of_espeak() -> None:
    from models.draft.espeak import NATIVE_RATE, Clause, EspeakProcess

    lines = {
        "en": (
            "en-us",
            165,
            ["I waited three hours in the rain and nobody came", "Tell me who signed it before I open that door"],
        ),
        "zh": ("cmn", 206, ["我在雨里等了三个小时谁也没有来", "在我打开门之前告诉我是谁签的字"]),
        "de": (
            "de",
            165,
            ["Ich habe drei Stunden im Regen gewartet und niemand kam", "Sag mir wer unterschrieben hat"],
        ),
    }
    process = EspeakProcess()
    try:
        for language, (voice, rate, texts) in lines.items():
            spoken = process.say([Clause(text, voice, rate, 50, 50, 85) for text in texts])
            loud = [np.flatnonzero(np.abs(clause.samples) > 0.003) for clause in spoken]
            heard = sum((found[-1] - found[0]) / NATIVE_RATE for found in loud)
            assert heard == pytest.approx(sum(expected_seconds(text, language) for text in texts), rel=0.2)
    finally:
        process.close()
