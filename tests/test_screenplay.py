"""A person's own script: read from Fountain and plain cues, divided by the budget, made into a series that passes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import Series, UserError
from engine.story.checks import check_series
from engine.story.fountain import Speech, split_heading
from engine.story.screenplay import read_screenplay, to_series
from engine.story.scriptfile import apply_markdown, to_markdown
from models.words import LIMITS, count, words

FOUNTAIN = """Title: The River Debt
Author: A. Person

# Episode 1: The Van

INT. PIER NINE WAREHOUSE - NIGHT

A glove crushes a lily.

SILAS
(soft, to phone)
Your daughter smells of lilies, Conrad.

CONRAD (V.O.)
I have no daughter.

IVY
Someone pays my rent
every March.

# Episode 2

EXT. BRIDGE - DAWN

IVY: Jonah hated that river.
SILAS (cold): Who gave you that name?
IVY: He's asking why you still wear his watch.

CUT TO:

# Episode 3

INT. CAR

VERA: Seat belt, sweetheart. Your father worries.
IVY: [[a note]] He told Silas to *keep* me.
VERA (whispering): Who told you she was dead?
"""
CHINESE = """标题：毒碗
内景 寝殿 夜
沈知意（笑）：阿芷，这碗燕窝，你先喝。
阿芷(慌)：娘娘恕罪,奴婢身份低，不配用金碗。
沈知意(心声，冷)：上一世，祸就从这碗起。
柳贵妃(推门，甜)：妹妹明早便要受封，何苦为难一个丫头？
沈知意(淡)：姐姐来得真巧。这碗我一口没动，让给你。
柳贵妃(僵)：本宫来前用过晚膳，闻不得甜。
沈知意：我还没说碗里有什么，姐姐退什么？
皇帝：别碰那碗。朕已经看你死过一次了。
外景 冷宫 晨
烛火一跳，阿芷跪下。
阿芷：奴婢只收了十两银子。
沈知意：谁给的?
阿芷：柳贵妃身边的嬷嬷。
皇帝：银子上刻着谁的名字？
阿芷：刻着皇后的名字。
皇帝：皇后三年前就死了。
沈知意：可她昨夜还敲过我的窗。
柳贵妃：胡说，那夜下着雪。
沈知意：雪地里为什么没有脚印？
阿芷：娘娘，雪下有一支簪子。
柳贵妃：你究竟是谁？
沈知意：陛下埋我的时候，我还有一口气。
"""


def long_script(speeches: int, scene_every: int = 9) -> str:
    """Distinct short lines for three people."""
    rows: list[str] = []
    for i in range(speeches):
        if i % scene_every == 0:
            rows.append(f"INT. ROOM {'ABCDE'[i // scene_every % 5]} - NIGHT")
        rows.append(f"{('Ann', 'Ben', 'Cy')[i % 3]}: Letter {i * 7 + 1} came in today.")
    return "\n\n".join(rows)


def make(text: str, length: int | None = None, seed: int = 1) -> Series:
    screenplay = read_screenplay(text)
    return to_series(screenplay, screenplay.language, seed, length)


def spoken(series: Series) -> list[str]:
    return [line.text for episode in series.episodes for line in episode.lines()]


def test_fountain_is_read_whole() -> None:
    play = read_screenplay(FOUNTAIN)
    assert (play.title, play.language, play.marked) == ("The River Debt", "en", True)
    assert [e.title for e in play.episodes] == ["The Van", "", ""]
    first = play.episodes[0].scenes[0]
    assert (first.place, first.time) == ("PIER NINE WAREHOUSE", "NIGHT")
    speeches = play.episodes[0].speeches()
    assert speeches[0] == Speech("SILAS", "soft, to phone", "Your daughter smells of lilies, Conrad.", 10)
    assert speeches[2].text == "Someone pays my rent every March."
    assert play.episodes[2].speeches()[1].text == "He told Silas to keep me."


def test_chinese_cues_headings_and_brackets_are_read() -> None:
    play = read_screenplay(CHINESE)
    assert (play.title, play.language, play.marked) == ("毒碗", "zh", False)
    assert [(s.place, s.time) for s in play.episodes[0].scenes] == [("寝殿", "夜"), ("冷宫", "晨")]
    assert play.episodes[0].speeches()[0] == Speech("沈知意", "笑", "阿芷，这碗燕窝，你先喝。", 3)
    assert read_screenplay("第1集 毒碗\n甲某：好。\n第二集\n乙某：来了。").marked


@pytest.mark.parametrize(("text", "length"), [(FOUNTAIN, None), (CHINESE, None), (CHINESE, 4), (long_script(90), None)])
def test_an_imported_series_passes_every_check(text: str, length: int | None) -> None:
    series = make(text, length)
    assert check_series(series) == []
    assert length is None or series.length == length
    for number in range(1, series.length + 1):
        assert apply_markdown(series, number, to_markdown(series, number)) == series


def test_every_word_stays_in_order() -> None:
    said = " ".join(speech.text for e in read_screenplay(FOUNTAIN).episodes for speech in e.speeches())
    assert words(" ".join(spoken(make(FOUNTAIN)))) == words(said)


def test_speakers_become_the_cast_and_headings_the_locations() -> None:
    series = make(FOUNTAIN)
    names = {c.role: c.name for c in series.bible.characters}
    assert names["lead"] == "Ivy" and {"Vera", "Silas", "Conrad"} <= set(names.values())
    places = {x.name: x for x in series.bible.locations}
    assert places["Pier Nine Warehouse"].plate == "warehouse" and places["Pier Nine Warehouse"].time == "night"
    assert places["Bridge"].time == "dawn"
    conrad = next(x for x in series.episodes[0].lines() if x.text.startswith("I have no"))
    assert conrad.delivery == "phone"
    cold, whisper = [x for e in series.episodes[1:] for x in e.lines()][1], list(series.episodes[2].lines())[-1]
    assert cold.emotion == "cold" and cold.hearing == "" and whisper.delivery == "whisper"


def test_cliffhangers_rest_two_episodes_and_are_paid_by_the_next() -> None:
    series = make(long_script(120))
    kinds = [e.cliffhanger.kind for e in series.episodes]
    assert all(kind not in kinds[max(0, i - 2) : i] for i, kind in enumerate(kinds))
    for episode, following in zip(series.episodes, series.episodes[1:], strict=False):
        assert episode.cliffhanger.paid_by in {c.event for c in following.changes}


def test_an_undivided_script_is_cut_by_words_and_never_inside_a_speech() -> None:
    play = read_screenplay(long_script(100))
    series = to_series(play, "en", 1, 18)
    assert series.length == 18
    speeches = [s.text for e in play.episodes for s in e.speeches()]
    assert spoken(series) == speeches
    assert all(sum(count(x.text, "en") for x in e.lines()) <= LIMITS["en"] for e in series.episodes)


def test_the_same_script_and_seed_give_the_same_series() -> None:
    assert make(FOUNTAIN) == make(FOUNTAIN) != make(FOUNTAIN, seed=2)


@pytest.mark.parametrize(
    ("text", "length", "why"),
    [
        ("", None, "nobody says anything"),
        ("Just prose. Nothing spoken.", None, "nobody says anything"),
        ("Ann: Hi there.\nBen: Oh no.", None, "does not divide into 3 to 120 episodes"),
        (long_script(60), 90, "does not divide into 90 episodes"),
        ("Ann: " + "word " * 61, None, "script line 1: 61 words in one line, limit 60"),
        ("Ann: Hi.\nBen: " + "word " * 25, None, "script line 2: a sentence of 25 words, limit 20"),
        (FOUNTAIN, 5, "has 3 episodes, not 5"),
        ("# Episode 1\nAnn: Hi.\nBen: Ho.\nAnn: Hm.", None, "has 1 episodes: choose 3 to 120"),
        ("\n".join(f"{name}: Hi {name}." for name in ("Ann", "Ben", "Cy", "Dee", "Eve", "Fay", "Gus")) * 3, None, "7 speakers, limit 6"),
        ("Narrator: Once upon a time.\nNarrator: It rained.\nNarrator: The end." * 3, None, "only a narrator"),
        ("x" * 400_001, None, "400,001 characters, limit 400,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_one_line(text: str, length: int | None, why: str) -> None:
    with pytest.raises(UserError, match=re.escape(why)) as refusal:
        make(text, length)
    assert "\n" not in str(refusal.value)


def test_an_episode_over_the_budget_names_the_row_where_it_goes_over() -> None:
    rows = [f"Ann: The letter number {i} is on the table here now." for i in range(7)]
    text = (
        "# Episode 1\n"
        + "\n".join(rows)
        + "\n# Episode 2\n"
        + "\n".join(rows[:3])
        + "\n# Episode 3\n"
        + "\n".join(rows[:3])
    )
    with pytest.raises(UserError, match="script line 8: episode 1 goes over 60 words"):
        make(text)


def test_a_script_of_the_other_language_is_refused() -> None:
    with pytest.raises(UserError, match="the script is in Chinese, the series in English"):
        to_series(read_screenplay(CHINESE), "en", 1)


def test_markup_and_syntax_in_a_script_stay_words() -> None:
    hostile = FOUNTAIN.replace("Jonah hated", "{\\an8}<b>Jonah</b>\u202e hated")
    assert not set("".join(spoken(make(hostile)))) & set("{}<>\\\u202e")


def test_headings_come_apart() -> None:
    assert split_heading("PIER NINE - NIGHT") == ("PIER NINE", "NIGHT")
    assert split_heading("冷宫 夜") == ("冷宫", "夜") and split_heading("HALL") == ("HALL", "")


ROWS = st.sampled_from(
    ["", "INT. HALL - NIGHT", "# Episode 2", "ANN", "(angry)", "Ann: Give me the key.", "Ben (cold): No.", "CUT TO:", "A door shuts.",
     "Ann: Who is there!", "Ben: You said midnight.", "第3集 门", "内景 冷宫 夜", "沈知意（冷）：来了。", "Title: X", "/*", "*/", "= note"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(ROWS, st.text(max_size=30)), max_size=40))
def test_any_rows_are_made_or_refused_in_one_line(rows: list[str]) -> None:
    try:
        series = make("\n".join(rows))
    except UserError as refusal:
        assert "\n" not in str(refusal)
        return
    shots = [sum(1 for _ in e.shots()) for e in series.episodes]
    assert all(9 <= n <= 14 for n in shots), shots
    faults = {fault.rule for fault in check_series(series)}
    assert faults <= {"repeat", "hook", "synopsis", "article", "marks", "line"}, check_series(series)
