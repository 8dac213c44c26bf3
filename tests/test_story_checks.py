"""The checker: a good season passes, and each planted mistake is named with its episode, line and rule."""

import pytest

from engine.core import Change, Episode, Fact, Line, Series
from engine.story.checks import check_series
from engine.writing import plan_series


@pytest.fixture(scope="module")
def season() -> Series:
    return plan_series("A widow returns under another name to ruin the man who sold her boat.", "en", 5, 4)


def with_episode(series: Series, number: int, **update: object) -> Series:
    episodes = [e.model_copy(update=update) if e.number == number else e for e in series.episodes]
    return series.model_copy(update={"episodes": tuple(episodes)})


def with_line(series: Series, number: int, place: int, **update: object) -> Series:
    """The series with one spoken line of one episode changed."""
    episode = series.episodes[number - 1]
    target = list(episode.lines())[place - 1].id

    def line(x: Line) -> Line:
        return x.model_copy(update=update) if x.id == target else x

    scenes = tuple(
        scene.model_copy(
            update={"shots": tuple(s.model_copy(update={"lines": tuple(map(line, s.lines))}) for s in scene.shots)}
        )
        for scene in episode.scenes
    )
    return with_episode(series, number, scenes=scenes)


def rules(series: Series) -> set[tuple[int, str]]:
    return {(fault.episode, fault.rule) for fault in check_series(series)}


def test_a_finished_season_has_no_fault(season: Series) -> None:
    assert check_series(season) == []


def test_too_many_words_are_counted_out_loud(season: Series) -> None:
    longer = with_line(season, 4, 3, text=" ".join(["word"] * 63))
    messages = [f.message for f in check_series(longer) if f.rule == "size"]
    assert len(messages) == 1 and messages[0].startswith("episode 4 has ") and messages[0].endswith("limit 60")


def test_a_sentence_comes_once_a_season(season: Series) -> None:
    said = next(season.episodes[0].lines()).text
    assert (3, "repeat") in rules(with_line(season, 3, 2, text=said))


def test_unknown_people_and_words_are_refused(season: Series) -> None:
    assert (2, "speaker") in rules(with_line(season, 2, 2, speaker="char_nobody"))
    assert (2, "vocabulary") in rules(with_line(season, 2, 2, emotion="uneasy"))


def test_a_blank_slot_and_a_wrong_article_are_seen(season: Series) -> None:
    assert (1, "slots") in rules(with_line(season, 1, 2, text="Where is {proof}?"))
    assert (1, "article") in rules(with_line(season, 1, 2, text="That is a apple."))


def test_every_question_but_the_last_is_paid(season: Series) -> None:
    open_end: Episode = season.episodes[1]
    unpaid = open_end.cliffhanger.model_copy(update={"paid_in": None})
    assert (2, "debt") in rules(with_episode(season, 2, cliffhanger=unpaid))


def test_a_kind_of_cliffhanger_rests_two_episodes(season: Series) -> None:
    again = season.episodes[2].cliffhanger.model_copy(update={"kind": season.episodes[1].cliffhanger.kind})
    assert (3, "cliffhanger") in rules(with_episode(season, 3, cliffhanger=again))


def test_an_episode_changes_the_world_three_times(season: Series) -> None:
    assert (2, "changes") in rules(with_episode(season, 2, changes=season.episodes[1].changes[:1]))


def test_invariants_are_checked_for_any_writer(season: Series) -> None:
    traitor = next(c.id for c in season.bible.characters if c.role == "traitor")
    again = Fact(predicate="knows", subject=traitor, object="deed", value="saw")
    change = Change(event="the traitor finds out what the traitor did", adds=(again,))
    episode = season.episodes[1]
    assert (2, "I1") in rules(with_episode(season, 2, changes=(*episode.changes, change)))


def test_an_episode_has_nine_to_fourteen_shots(season: Series) -> None:
    scene = season.episodes[2].scenes[0]
    short = scene.model_copy(update={"shots": scene.shots[:4]})
    assert (3, "shots") in rules(with_episode(season, 3, scenes=(short,)))
