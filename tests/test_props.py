"""Inserts: every word has a drawing, hands hold what is held, a mark glows by itself."""

from __future__ import annotations

import re

import numpy as np
import pytest

from models.base import PROPS
from models.draft import props_hands
from models.draft.figures.hands import GLOVE
from models.draft.props import BODY, DRAWN, draw_prop

FINGERS_OF_A_HAND = 5


def test_every_word_for_a_prop_is_either_an_object_or_a_part_of_a_body() -> None:
    assert set(DRAWN) | set(BODY) == set(PROPS)
    assert not set(DRAWN) & set(BODY)
    assert set(props_hands.HOLDS) <= set(DRAWN)


@pytest.mark.parametrize("kind", props_hands.HOLDS)
@pytest.mark.parametrize("genre", ["revenge", "palace"])
def test_what_is_held_has_a_whole_hand_around_it(kind: str, genre: str) -> None:
    held = props_hands.held(kind, genre)
    assert held
    art = held.behind + held.before
    skin = props_hands.Holder(genre).who.skin
    assert art.count(f'fill="{skin.base}"') >= FINGERS_OF_A_HAND
    assert GLOVE.base not in art and "nan" not in art


def test_what_lies_on_the_table_has_no_hand() -> None:
    assert props_hands.held("candle", "revenge") is None


def test_a_modern_sleeve_has_a_cuff_and_an_old_one_gilt() -> None:
    modern, old = (props_hands.Holder(genre).sleeve((0, 400), (0, 0), 100) for genre in ("revenge", "palace"))
    assert props_hands.LINEN.base in modern and props_hands.LINEN.base not in old
    assert props_hands.GOLD.base in old


def test_an_unknown_prop_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match=re.escape("unknown prop 'spoon': choose from watch, ring")):
        draw_prop("spoon", "", "day", "revenge")


@pytest.mark.slow
@pytest.mark.parametrize("kind", BODY)
def test_a_part_of_a_body_fills_the_middle_of_its_insert(kind: str) -> None:
    image = draw_prop(kind, "", "night", "palace")
    middle = image[700:1500, 350:900]
    assert (middle[..., 3] > 250).mean() > 0.4
    assert np.percentile(middle[..., 2], 90) > 200, "skin in the light"
