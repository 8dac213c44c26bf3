"""The vocabularies that engine and backends share."""

from models import base
from models.draft.score.effects import EFFECTS


def test_every_sound_a_shot_may_ask_for_can_be_made() -> None:
    assert set(base.SOUNDS) == set(EFFECTS)


def test_no_vocabulary_names_a_word_twice() -> None:
    tables = {name: table for name, table in vars(base).items() if name.isupper() and isinstance(table, tuple)}
    assert tables
    for name, table in tables.items():
        assert len(set(table)) == len(table), name
