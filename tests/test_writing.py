"""The writing stage: a person's own script is kept, what breaks a rule is named."""

from __future__ import annotations

import pytest

from engine.core import UserError
from engine.writing import plan_series

OWN = """# Episode 1
INT. KITCHEN - NIGHT
ANNA: You burned the letter.
BEN: I burned an envelope.
ANNA: It had my name on it.
BEN: It had your mother's name on it.

# Episode 2
ANNA: My mother is dead.
BEN: Then who wrote to you on Monday?
ANNA: Show me the ash.
BEN: There is a stamp left. Read it.

# Episode 3
ANNA: This stamp is from next week.
BEN: So was the knock on the door.
ANNA: Who is outside?
BEN: Somebody with your face.
"""


def test_a_persons_own_script_is_kept_to_the_letter_and_has_its_own_length() -> None:
    series = plan_series("A letter comes from the dead.", None, None, 1, script=OWN)
    spoken = [line.text for line in series.episodes[0].lines()]
    assert series.length == 3
    assert spoken == [
        "You burned the letter.",
        "I burned an envelope.",
        "It had my name on it.",
        "It had your mother's name on it.",
    ]
    assert series.premise == "A letter comes from the dead."


def test_a_persons_script_that_breaks_a_rule_is_refused_with_the_rule() -> None:
    with pytest.raises(UserError, match="line"):
        plan_series("A letter.", None, None, 1, script=OWN.replace("Who is outside?", "You burned the letter."))
