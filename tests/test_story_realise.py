"""Words: slots, grammar and the season's memory of what was said."""

import pytest

from engine.story.realise import Memory, Said, first_word, grams, name_uses, normal_sentences
from engine.story.slots import article, mend


@pytest.mark.parametrize(
    ("noun", "word"),
    [("office", "an"), ("key", "a"), ("hour", "an"), ("unit", "a"), ("usb drive", "a"), ("heir", "an")],
)
def test_articles_follow_the_sound(noun: str, word: str) -> None:
    assert article(noun) == word


def test_mending_fixes_capitals_and_doubled_articles() -> None:
    assert mend("the  the river. it rose.", "en") == "The river. It rose."
    assert mend("do you believe that the dead talk?", "en") == "Do you believe that the dead talk?"
    assert mend("这 块表, 是谁的?", "zh") == "这块表，是谁的？"


def test_sentences_are_compared_without_marks() -> None:
    assert normal_sentences("Just cold. How did SHE die?") == ("just cold", "how did she die")


def test_four_words_running_count_but_names_do_not() -> None:
    names = frozenset({"Ivy"})
    assert grams("give Ivy the watch now", "en", names) == ()
    assert grams("give me the watch now", "en", names) == ("give me the watch", "me the watch now")


def test_chinese_counts_seven_characters() -> None:
    assert grams("这只表是我娘的", "zh", frozenset()) == ("这只表是我娘的",)


def test_names_are_counted_as_words() -> None:
    assert name_uses("Ivy's ring. Ivy! Ivory.", "Ivy", "en") == 2
    assert first_word("That ring?", "en") == "that"


def test_the_season_remembers_sentences_and_wordings() -> None:
    memory = Memory("en", frozenset())
    memory.remember([Said("L", "accuse", "cold", "voice", "You lied to me.", "{x}")], 1)
    assert not memory.allows("You lied to me.", "other", 9)
    assert not memory.allows("You lied again.", "{x}", 3)
    assert memory.allows("You lied again.", "{x}", 5)
