"""Shards: every article in exactly one, told by its id alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.batch.sharding import Shard
from conflict_extract.documents import Place, Sourced
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article

sourced = st.builds(
    Sourced,
    st.one_of(
        st.builds(Article, id=st.text(st.characters(codec="utf-8"), min_size=1), text=st.just("One.")),
        st.builds(
            InputError,
            st.just("bad"),
            path=st.just("data/a.jsonl"),
            line=st.integers(1, 1000),
            article=st.one_of(st.none(), st.text(min_size=1)),
        ),
    ),
    st.just(Place(Path("data/a.jsonl"), line=1)),
)


@given(st.lists(sourced), st.integers(1, 7), st.randoms())
def test_everything_is_in_exactly_one_shard_whatever_the_order(
    found: list[Sourced], count: int, random: object
) -> None:
    """Articles and errors alike; shuffled, or read from a folder mounted elsewhere, each stays in its shard."""
    shards = [Shard(number, count) for number in range(1, count + 1)]
    parts = [[each for each in found if shard.takes(each)] for shard in shards]
    assert sorted(map(id, (each for part in parts for each in part))) == sorted(map(id, found))
    moved = [_moved(each.found) for each in found]
    random.shuffle(moved)  # type: ignore[attr-defined]
    for shard, part in zip(shards, parts, strict=True):
        assert sorted(map(str, filter(shard.takes, moved))) == sorted(str(_moved(each.found)) for each in part)


def _moved(found: Article | InputError) -> Article | InputError:
    """The same, read from a folder that is mounted elsewhere."""
    if isinstance(found, Article):
        return found
    return InputError(found.problem, path="/elsewhere/a.jsonl", line=found.line, article=found.article)


def test_shards_are_told_by_the_sha256_of_the_id() -> None:
    """The first eight bytes, as a number, modulo n: any other program can tell the same."""
    for id in ("a", "article-17", "قال"):
        number = int(hashlib.sha256(id.encode()).hexdigest()[:16], 16) % 5 + 1
        assert [shard for shard in range(1, 6) if Shard(shard, 5).has(id)] == [number]


def test_shards_are_about_equal() -> None:
    """Of 10,000 articles in four shards each has its quarter, give or take 3 % of all."""
    sizes = [sum(Shard(number, 4).has(f"article-{each}") for each in range(10_000)) for number in (1, 2, 3, 4)]
    assert sum(sizes) == 10_000
    assert all(abs(size - 2500) < 300 for size in sizes)


def test_a_shard_is_written_as_i_of_n() -> None:
    """From 1, not from 0."""
    assert Shard.parse("1/3") == Shard(1, 3)
    for text in ("0/3", "4/3", "1", "1/0", "-1/3", "1/3/5", "a/b", "", "1/٣"):
        with pytest.raises(ConfigError, match="the first of three is 1/3"):
            Shard.parse(text)
