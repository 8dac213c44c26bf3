"""The premise reader on the patterns of both languages, on thin premises, and on hostile text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import UserError
from engine.story.lexicon import detect_language
from engine.story.premise import ENGINES, ERAS, GENRES, MAX_CHARACTERS, clean_premise, read_premise
from engine.story.reading_en import clock_english
from engine.story.reading_zh import clock_chinese
from models.base import MOODS, PLATES, PROPS

DEMO = "A CEO's secret daughter is kidnapped by her billionaire father's rival, but she has a hidden spiritual power."
DEMO_ZH = "总裁的私生女被父亲的死对头绑架，但她有隐藏的灵力。"


def roles(text: str) -> dict[str, str]:
    return {p.role: p.name or p.noun for p in read_premise(text).people}


def test_possessive_chains_merge_the_father_with_the_ceo() -> None:
    premise = read_premise(DEMO)
    assert roles(DEMO) == {"lead": "daughter", "rival": "rival", "authority": "ceo"}
    authority = premise.person("authority")
    assert authority and (authority.sex, authority.occupation) == ("male", "CEO")
    assert premise.secret and premise.secret.clause == "{lead} is {authority}'s daughter"
    assert premise.power and premise.power.name == "spiritual power"
    assert premise.threat and (premise.threat.kind, premise.threat.by, premise.threat.on) == ("kidnap", "rival", "lead")
    assert premise.engines() == ("supernatural", "identity")
    assert premise.twist == "she has a hidden spiritual power"


def test_the_same_premise_reads_the_same_in_mandarin() -> None:
    premise = read_premise(DEMO_ZH)
    assert premise.language == "zh"
    assert roles(DEMO_ZH) == {"lead": "私生女", "rival": "死对头", "authority": "总裁"}
    assert premise.threat and premise.threat.kind == "kidnap"
    assert premise.power and premise.power.name == "灵力"
    assert premise.engines()[0] == "supernatural"


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("A broke waitress signs a contract marriage with a cold billionaire to save her mother's life.", "contract"),
        ("废后含冤而死，重生在册封前夜。", "palace"),
        ("被丈夫和闺蜜害死的女总裁重生回到结婚前夜，她要复仇。", "rebirth"),
        ("Juliet falls in love with the son of her father's sworn enemy.", "forbidden"),
        ("Ten strangers are locked in a survival game; a single mother must win to save her son.", "survival"),
        ("Betrayed by her husband and her best friend, a surgeon returns to take revenge.", "revenge"),
        ("Phishing training: employees must report strange emails.", "inquiry"),
        ("haunted bakery", "supernatural"),
        ("Clara pretends to be the fiancée of her boss, CEO Damian Cross.", "identity"),
    ],
)
def test_keywords_choose_the_plot_engine(text: str, engine: str) -> None:
    assert read_premise(text).engines()[0] == engine


def test_a_participle_opening_finds_its_subject_and_both_agents() -> None:
    text = "Betrayed by her husband and her best friend, a surgeon returns three years later to take revenge."
    assert roles(text) == {"lead": "surgeon", "rival": "husband", "traitor": "best friend"}


def test_the_doer_of_harm_is_the_rival_even_as_first_subject() -> None:
    text = "A pirate captain named Mara steals the governor's daughter, but the girl knows where the treasure map is hidden."
    premise = read_premise(text)
    assert roles(text) == {"lead": "daughter", "rival": "Mara", "authority": "governor"}
    assert [t.kind for t in premise.objects] == ["scroll"]


def test_given_names_are_kept_and_titles_join_them() -> None:
    people = {p.role: p for p in read_premise("Clara, a shy librarian, loves her boss, CEO Damian Cross.").people}
    assert (people["lead"].name, people["lead"].noun, people["lead"].sex) == ("Clara", "librarian", "female")
    assert any((p.name, p.occupation) == ("Damian Cross", "CEO") for p in people.values())
    assert roles("面包师林小满发现一封亡母的信，信里写着她的亲生父亲是首富。") == {
        "lead": "林小满",
        "authority": "亲生父亲",
    }


@pytest.mark.parametrize(
    ("text", "lead", "others"),
    [
        (
            "To save her dying brother, a broke florist signs a marriage contract with a cold billionaire.",
            ("florist", "female"),
            {"innocent": "brother", "rival": "billionaire"},
        ),
        ("Fired and framed for her mentor's death, an accountant returns to take the firm.", ("accountant", "female"), {}),
        ("When her sister vanishes, a shy archivist takes her place as the bride of a mob leader.", ("archivist", "female"), {"innocent": "sister"}),
        ("After her husband throws her out, a pregnant nurse learns who she is.", ("nurse", "female"), {"rival": "husband"}),
        ("为救病危的弟弟，破产的花店老板娘和冷面总裁签下契约婚姻。", ("花店老板娘", "female"), {"innocent": "弟弟"}),
    ],
)  # fmt: skip
def test_the_lead_is_nobody_who_is_only_named_as_somebody_s(
    text: str, lead: tuple[str, str], others: dict[str, str]
) -> None:
    premise = read_premise(text)
    assert (premise.people[0].noun, premise.people[0].sex) == lead
    assert roles(text).items() >= others.items()


def test_who_is_married_for_money_is_the_adversary_and_of_the_other_sex() -> None:
    people = {
        p.role: p for p in read_premise("A broke waitress signs a marriage contract with a cold billionaire.").people
    }
    assert (people["rival"].noun, people["rival"].sex) == ("billionaire", "male")
    assert people["rival"].ties == (("lead", "fiancé"),)


def test_the_engine_s_own_genre_wins_a_draw() -> None:
    text = "A florist signs a marriage contract with a billionaire who turns out to be a cursed immortal."
    assert (read_premise(text).genre, read_premise(text).era) == ("romance", "now")


def test_whom_the_lead_must_save_is_the_innocent() -> None:
    assert roles("A nurse must save her mother from a loan shark.")["innocent"] == "mother"


def test_the_dead_take_no_role() -> None:
    assert roles("A baker finds a letter from her late mother.") == {"lead": "baker"}


@pytest.mark.parametrize(
    ("text", "clock"),
    [("Pay before midnight", "midnight"), ("within three days", "Friday"), ("by Monday", "Monday"), ("never", "")],
)
def test_clocks_are_points_in_time(text: str, clock: str) -> None:
    assert clock_english(text) == clock


def test_chinese_clocks_are_points_in_time() -> None:
    assert [clock_chinese(t) for t in ("三天内还债", "两个时辰之内", "午夜之前", "无")] == [
        "第三天天亮",
        "子时",
        "午夜",
        "",
    ]


def test_training_premises_yield_lessons_and_neither_romance_nor_power() -> None:
    premise = read_premise("Safety training: staff must wear gloves. Never lift alone. We love our team.")
    assert premise.lessons == ("Safety training: staff must wear gloves.", "Never lift alone.")
    assert premise.training and premise.power is None and dict(premise.scores).keys() == {"inquiry"}
    assert read_premise("GDPR onboarding").lessons == ("Never send personal data to anyone who has no need of it.",)
    assert not read_premise("A boxer training for a title fight finds a gun.").training


def test_real_people_become_invented() -> None:
    premise = read_premise("Elon Musk falls in love with a waitress.")
    assert all("Musk" not in p.name for p in premise.people)
    assert any("Elon Musk" in note for note in premise.notes)


def test_a_romance_with_minors_is_read_as_one_of_adults() -> None:
    assert any("adult" in n for n in read_premise("A teenage girl falls in love at high school.").notes)


@pytest.mark.parametrize(
    "text", ["regret", "haunted bakery", "后悔", "x", "Rome", "7", "?!.", "🔥🔥🔥", "مرحبا بالعالم", "Lucía"]
)
def test_thin_premises_still_read(text: str) -> None:
    premise = read_premise(text)
    assert premise.secret is not None and premise.scores and premise.engines()[0] in ENGINES


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_premise_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="premise is empty"):
        read_premise(text)


def test_hostile_text_is_plain_words() -> None:
    dirty = "A\u202e baker {\\an8\\pos(1,1)}finds <script>alert(1)</script>[0:v]drawtext=text=x;\x00 a letter\\N|sh"
    cleaned = clean_premise(dirty)
    assert not set(cleaned) & set("{}<>\\[]|=\x00\u202e")
    assert {t.noun for t in read_premise(dirty).objects} == {"letter"}


def test_a_hundred_thousand_characters_are_read_to_the_limit_with_a_note() -> None:
    premise = read_premise("A baker finds a letter. " * 5000)
    assert len(premise.text) <= MAX_CHARACTERS and any("120000" in note for note in premise.notes)


def test_a_premise_of_one_language_reads_into_a_series_of_the_other() -> None:
    premise = read_premise(DEMO, "zh")
    assert premise.language == "zh" and premise.nouns == ("女儿", "死对头", "总裁")
    assert premise.power and premise.power.name == "灵力"
    assert read_premise(DEMO_ZH, "en").nouns[0] == "daughter" or read_premise(DEMO_ZH, "en").language == "en"


def test_language_is_told_by_han_share_then_stop_words() -> None:
    assert detect_language("A baker finds a letter") == "en"
    assert detect_language("面包师 Anna 发现一封信") == "zh"
    assert detect_language("Una panadera encuentra una carta") is None


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300))
def test_any_text_reads_or_is_refused_in_one_line(text: str) -> None:
    check_reads(text)


WORDS = ["a", "her", "secret", "CEO's", "daughter", "is", "kidnapped", "by", "father", ",", "but", "Mara", "the", "of",
         "and", "king", "loves", "son", "must", "save", "被", "的", "总裁", "私生女", "林小满", "绑架", "，", "但", "他", "是", "爱上"]  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14))
def test_any_order_of_known_words_reads(parts: list[str]) -> None:
    check_reads(" ".join(parts))
    check_reads("".join(parts))


def check_reads(text: str) -> None:
    try:
        premise = read_premise(text)
    except UserError as refusal:
        assert "\n" not in str(refusal)
        return
    assert premise.era in ERAS and premise.genre in GENRES and premise.tone in MOODS
    assert all(t.kind in PROPS for t in premise.objects) and all(t.kind in PLATES for t in premise.places)
    taken = [p.role for p in premise.people]
    assert len(taken) == len(set(taken))
    assert not taken or "lead" in taken


@pytest.mark.parametrize(
    ("text", "sex"),
    [("她与仇人签下一年契约婚姻，只为救弟弟。", "female"), ("他重生回到十年前，要向妻子复仇。", "male")],
)
def test_a_chinese_premise_that_opens_with_a_pronoun_is_led_by_that_person(text: str, sex: str) -> None:
    lead = read_premise(text).person("lead")
    assert lead is not None
    assert (lead.noun, lead.sex) == ("", sex)
