"""People of one cast are told apart: by the published colour formula, by measured outlines, in real drawings."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import Character
from engine.story.bible import build_bible
from engine.story.design import BRIGHT, ELDER, HAIR, Stylist, look_of, search
from engine.story.premise import read_premise
from models.base import COLOURS, HAIR_COLOURS, HAIR_STYLES, OUTFITS, Look
from models.draft.signature import OUTLINE_HEIGHT, OUTLINE_WIDTH, average, dominant, signature
from models.looks import (
    LEAST_COLOUR_GAP,
    MOST_OVERLAP,
    ciede2000,
    confusable,
    differences,
    hair_gap,
    hues_apart,
    lab_of,
    measured,
    outfit_gap,
    outline,
    overlap,
)
from tests.test_bible import PREMISES

SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
"""Supplementary test data of Sharma, Wu and Dalal (2005): two colours and their difference a row."""
ERAS = ("modern", "palace", "fantasy")
ROLES = ("lead", "rival", "ally", "traitor", "authority", "innocent")
PLAIN = Look("female", 25, "bob", "raven", "round", "amber", "fair", "suit", "navy")
REMEASURED = 0.03
"""How far a drawing's traits (a mole, a jaw, an accessory) may move an overlap from the table's."""


@pytest.mark.parametrize("row", SHARMA.strip().splitlines())
def test_the_colour_difference_is_that_of_the_published_pairs(row: str) -> None:
    n = [float(x) for x in row.split()]
    assert ciede2000((n[0], n[1], n[2]), (n[3], n[4], n[5])) == pytest.approx(n[6], abs=5e-5)
    assert ciede2000((n[3], n[4], n[5]), (n[0], n[1], n[2])) == pytest.approx(n[6], abs=5e-5)


def test_white_black_and_red_have_their_known_places_in_cielab() -> None:
    assert lab_of("#ffffff") == pytest.approx((100, 0, 0), abs=0.02)
    assert lab_of("#000000") == pytest.approx((0, 0, 0), abs=0.02)
    assert lab_of("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)


def test_every_word_of_a_look_has_been_measured() -> None:
    table = measured()
    assert set(table.hair) == set(HAIR_COLOURS)
    assert set(table.outfit) == set(itertools.product(OUTFITS, COLOURS))
    bodies = ("woman", "man", "elder woman", "elder man", "child")
    names = [f"{body} {hair}" for body in bodies for hair in HAIR_STYLES]
    assert set(table.overlap) == set(itertools.product(names, names))
    assert all(table.overlap[a, a] == 1 and table.overlap[a, b] == table.overlap[b, a] for a in names for b in names)


def test_grey_has_no_hue_and_differs_from_every_colour() -> None:
    grey, red, pink, teal = (lab_of(c) for c in ("#808080", "#c02a32", "#d03040", "#2b7d8a"))
    assert hues_apart(grey, red) and hues_apart(red, teal)
    assert not hues_apart(red, pink) and not hues_apart(grey, lab_of("#888888"))
    assert hues_apart(grey, lab_of("#ffffff"))


def test_twins_in_one_dress_are_confusable() -> None:
    assert confusable(PLAIN, PLAIN) and differences(PLAIN, PLAIN) == 0
    assert confusable(PLAIN, Look(**{**vars(PLAIN), "outfit_colour": "gold"}))  # one outline


def test_the_search_prefers_what_comes_first_and_says_when_nothing_fits() -> None:
    assert search([[1, 2], [1, 2], [3]], lambda a, b: a != b) == [1, 2, 3]
    assert search([[1], [1]], lambda a, b: a != b) is None
    assert search([[0, 1]] * 40, lambda a, b: a != b, most=100) is None


def told_apart(looks: list[Look]) -> None:
    for a, b in itertools.combinations(looks, 2):
        assert overlap(a, b) <= MOST_OVERLAP, (a, b)
        assert max(hair_gap(a, b), outfit_gap(a, b)) >= LEAST_COLOUR_GAP, (a, b)
        assert differences(a, b) >= 3 and not confusable(a, b), (a, b)


def checked_dress(who: Character) -> None:
    design = who.design
    if who.sex == "male":
        assert design.hair not in ("palace_bun", "granny_bun", "twin_tails"), who
        assert not {"hairpin", "earrings", "veil"} & set(design.accessories), who
    else:
        assert "beard" not in design.accessories, who


def checked_fashion(looks: list[Look], era: str) -> None:
    """Short cuts for modern men, no buns for modern women, one bright head at most."""
    for look in looks if era == "modern" else []:
        short = ("layered", "curtain", "undercut", "slick")
        assert look.hair in short if look.sex == "male" else look.hair not in ("palace_bun", "topknot"), look
        assert look.hair != "granny_bun" or look.age >= ELDER, look
    assert sum(look.hair_colour in BRIGHT and look.age < ELDER for look in looks) <= 1


@pytest.mark.parametrize("text", PREMISES)
def test_every_cast_of_every_premise_is_told_apart_by_its_words(text: str) -> None:
    premise = read_premise(text)
    for seed in range(12):  # 18 premises x 12 seeds, both languages, every era
        cast = build_bible(premise, premise.language, seed).characters
        told_apart([look_of(c.design, c.sex, c.age) for c in cast])
        for who in cast:
            checked_dress(who)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(("en", "zh")), st.sampled_from(ERAS), st.integers(0, 10**6),
    st.lists(st.booleans(), min_size=5, max_size=5).filter(any), st.booleans(),
    st.integers(20, 90),
)  # fmt: skip
def test_any_cast_of_up_to_four_men_and_a_child_is_told_apart_and_dressed_for_its_era(
    language: str, era: str, seed: int, women: list[bool], girl: bool, oldest: int
) -> None:
    ages = (23, 47, 30, 38, max(50, oldest))
    people = [(role, "female" if w else "male", age, "") for role, w, age in zip(ROLES, women, ages, strict=False)]
    people.append(("innocent", "female" if girl else "male", 9, ""))
    designs = Stylist(language, era, str(seed), {}).cast(people)  # type: ignore[arg-type]
    looks = [look_of(designs[role], sex, age) for role, sex, age, _ in people]  # type: ignore[index]
    told_apart(looks)
    checked_fashion(looks, era)


def test_four_short_cuts_of_men_have_outlines_of_their_own() -> None:
    for age, (a, b) in itertools.product((30, 66), itertools.combinations(HAIR["male"], 2)):
        one, two = (replace(PLAIN, sex="male", age=age, hair=hair) for hair in (a, b))
        assert overlap(one, two) <= MOST_OVERLAP, (age, a, b)


def test_a_fifth_man_lets_his_hair_grow_before_two_look_alike() -> None:
    people = [(role, "male", age, "") for role, age in zip(ROLES, (23, 47, 30, 38, 41), strict=False)]
    designs = Stylist("en", "modern", "5", {}).cast(people)  # type: ignore[arg-type]
    worn = {design.hair for design in designs.values()}
    assert len(worn) == 5 and len(worn & {"ponytail", "long"}) == 1


def test_dominant_is_the_commonest_colour_and_average_the_mean() -> None:
    pixels = np.zeros((10, 10, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[:6, :, :3] = (10, 20, 30)
    pixels[6:, :, :3] = (200, 100, 50)
    everywhere = np.ones((10, 10), bool)
    assert dominant(pixels, everywhere) == "#1e140a"
    assert average(pixels, everywhere) == "#263456"
    with pytest.raises(ValueError, match="empty"):
        dominant(pixels, np.zeros((10, 10), bool))


def test_a_drawing_is_measured_as_its_words_say() -> None:
    look = Look("male", 30, "slick", "silver", "round", "amber", "male", "suit", "crimson")
    drawn, same = signature(look, "Silas"), signature(look, "Silas")
    assert drawn.outline.shape == (OUTLINE_HEIGHT, OUTLINE_WIDTH) and drawn.overlap(same) == 1
    assert drawn.colour_gap(same) == 0
    assert ciede2000(lab_of(drawn.hair), measured().hair["silver"]) < 8
    assert ciede2000(lab_of(drawn.outfit), measured().outfit["suit", "crimson"]) < 3
    other = signature(Look("female", 25, "wavy", "raven", "round", "amber", "fair", "suit", "crimson"), "Ivy")
    assert drawn.overlap(other) == pytest.approx(overlap(look, PLAIN_WAVY), abs=REMEASURED)
    assert drawn.colour_gap(other) > LEAST_COLOUR_GAP


PLAIN_WAVY = Look("female", 25, "wavy", "raven", "round", "amber", "fair", "suit", "navy")


@pytest.mark.slow
def test_the_table_of_outlines_is_what_the_drawings_measure() -> None:
    """A drawing that changed needs `python scripts/measure_looks.py`."""
    import measure_looks

    masks = measure_looks.outlines()
    order = list(masks)
    for a, row in zip(order, measure_looks.overlaps(masks), strict=True):
        for b, found in zip(order, row.split(), strict=True):
            assert abs(int(found) / 100 - measured().overlap[a, b]) <= REMEASURED, (a, b)
    for word, colour in measure_looks.hair_colours().items():
        assert ciede2000(lab_of(colour), measured().hair[word]) < 5, word


@pytest.mark.slow
@pytest.mark.parametrize("text", PREMISES[::2])
def test_real_drawings_of_a_cast_are_told_apart(text: str) -> None:
    premise = read_premise(text)
    cast = build_bible(premise, premise.language, 1).characters
    drawn = {c.name: signature(look_of(c.design, c.sex, c.age), c.id) for c in cast}
    for (a, one), (b, two) in itertools.combinations(drawn.items(), 2):
        assert one.colour_gap(two) >= LEAST_COLOUR_GAP, (a, b, one.hair, one.outfit, two.hair, two.outfit)
        assert one.overlap(two) <= MOST_OVERLAP + REMEASURED, (a, b, one.overlap(two))


def test_an_outline_is_named_by_body_and_hair() -> None:
    assert [outline(Look(**{**vars(PLAIN), "age": age})) for age in (9, 13, 60, 61)] == [
        "child bob", "woman bob", "woman bob", "elder woman bob",
    ]  # fmt: skip
