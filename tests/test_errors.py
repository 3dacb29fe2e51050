"""The errors: what they carry, and that they carry it everywhere."""

from __future__ import annotations

import inspect
import pickle

import pytest

from conflict_extract import errors
from conflict_extract.errors import ConflictExtractError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ConflictExtractError) and kind.__module__ == errors.__name__
]
VALUES = {"limit": 10.0, "spent": 9.0, "needed": 2.0, "line": 7, "attempts": 3, "status": 429}


@pytest.mark.parametrize("kind", KINDS)
def test_errors_come_whole_out_of_another_process(kind: type[ConflictExtractError]) -> None:
    """Message and fields, whatever the constructor wants: workers of a cluster send their errors back."""
    own = kind.__init__ is not ConflictExtractError.__init__
    names = list(inspect.signature(kind.__init__).parameters)[1:] if own else []
    given = {name: VALUES.get(name, f"a {name}") for name in names}
    error = kind(**given) if given else kind("a problem")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (str(back), back.args, vars(back)) == (str(error), error.args, vars(error))
