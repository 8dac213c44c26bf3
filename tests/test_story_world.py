"""World state: changes apply, and each invariant names the change that breaks it."""

import pytest

from engine.core import Change, Fact
from engine.story.world import World, counts, violations


def fact(predicate: str, subject: str, object: str = "", value: str = "") -> Fact:
    return Fact(predicate=predicate, subject=subject, object=object, value=value)


WORLD = World.of(
    [
        fact("at", "char_a", "loc_x"), fact("at", "char_b", "loc_x"), fact("holds", "char_a", "prop_w"),
        fact("knows", "char_a", "deed", "saw"), fact("clock", "season", value="4"),
    ]
)  # fmt: skip


def broken(world: World, **change: tuple[Fact, ...]) -> set[str]:
    return {rule for rule, _ in violations(world, Change(event="something happens", **change))}


def test_applying_a_change_leaves_the_old_world_as_it_was() -> None:
    moved = WORLD.apply(Change(event="a leaves", adds=(fact("at", "char_a", "loc_y"),)))
    assert (WORLD.place("char_a"), moved.place("char_a")) == ("loc_x", "loc_y")


def test_a_secret_is_learned_once() -> None:
    assert "I1" in broken(WORLD, adds=(fact("knows", "char_a", "deed", "overheard"),))


def test_the_dead_do_not_act() -> None:
    dead = WORLD.apply(Change(event="b dies", adds=(fact("dead", "char_b"),)))
    assert "I2" in broken(dead, adds=(fact("knows", "char_b", "deed", "saw"),))


def test_an_object_leaves_one_hand_before_it_is_in_another() -> None:
    taken = fact("holds", "char_b", "prop_w")
    assert "I4" in broken(WORLD, adds=(taken,))
    assert not broken(WORLD, adds=(taken,), removes=(fact("holds", "char_a", "prop_w"),))


def test_only_who_knows_can_tell() -> None:
    assert "I5" in broken(WORLD, adds=(fact("knows", "char_a", "sale", "told:char_b"),))
    assert not broken(WORLD, adds=(fact("knows", "char_b", "deed", "told:char_a"),))


def test_a_captive_moves_only_with_the_captor_or_when_freed() -> None:
    held = WORLD.apply(Change(event="a is taken", adds=(fact("captive", "char_a", "char_b"),)))
    away = fact("at", "char_a", "loc_y")
    assert "I6" in broken(held, adds=(away,))
    assert not broken(held, adds=(fact("at", "char_b", "loc_y"), away))
    assert not broken(held, adds=(away,), removes=(fact("captive", "char_a", "char_b"),))


def test_the_gift_is_paid_for_and_can_be_blocked() -> None:
    use = fact("used", "char_a", "use_1")
    assert "I7" in broken(WORLD, adds=(use,))
    assert not broken(WORLD, adds=(use, fact("paid", "char_a", "use_1")))
    gloved = WORLD.apply(Change(event="gloves", adds=(fact("blocked", "char_a"),)))
    assert "I7" in broken(gloved, adds=(use, fact("paid", "char_a", "use_1")))


def test_the_clock_only_falls() -> None:
    assert "I9" in broken(WORLD, adds=(fact("clock", "season", value="5"),))
    assert not broken(WORLD, adds=(fact("clock", "season", value="3"),))


def test_a_wound_stays_until_it_heals() -> None:
    hurt = WORLD.apply(Change(event="b is shot", adds=(fact("hurt", "char_b", value="arm"),)))
    wound = fact("hurt", "char_b", value="arm")
    assert "I10" in broken(hurt, removes=(wound,))
    assert not broken(hurt, removes=(wound,), adds=(fact("healed", "char_b", "wound_1"),))


@pytest.mark.parametrize(("change", "real"), [
    (Change(event="a walks", adds=(fact("at", "char_a", "loc_y"),)), False),
    (Change(event="a is told again", adds=(fact("knows", "char_a", "deed", "saw"),)), False),
    (Change(event="b falls", adds=(fact("hurt", "char_b", value="leg"),)), True),
])  # fmt: skip
def test_walking_about_is_no_change_of_state(change: Change, real: bool) -> None:
    assert counts(WORLD, change) is real
