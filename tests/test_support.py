"""Support of statements: no number and no name that the article does not have."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.text.numbers import numbers_in
from conflict_extract.text.support import Support, unsupported

HERE = Path(__file__).parent
SEEDS = {path.stem: path.read_text("utf-8") for path in sorted((HERE.parent / "seeds" / "articles").glob("*.txt"))}
SUPPORTS = {name: Support(text) for name, text in SEEDS.items()}


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / "data" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", _rows("paraphrases.tsv"), ids=lambda row: row["sentence"])
def test_a_true_paraphrase_passes(row: dict[str, str]) -> None:
    """Sentences that a careful model could write of a seed article: none is found fault with."""
    assert SUPPORTS[row["seed"]].unsupported(row["sentence"]) == ()


@pytest.mark.parametrize("row", _rows("altered.tsv"), ids=lambda row: row["sentence"])
def test_an_altered_number_or_name_is_caught(row: dict[str, str]) -> None:
    """One number or name exchanged for one that the article lacks: it is named as the fault."""
    assert row["fault"] in SUPPORTS[row["seed"]].unsupported(row["sentence"])


def test_the_two_tables_are_large_enough_to_mean_something() -> None:
    """At least 60 sentences of each kind, over all five seeds."""
    for name in ("paraphrases.tsv", "altered.tsv"):
        rows = _rows(name)
        assert len(rows) >= 60
        assert {row["seed"] for row in rows} == set(SEEDS)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_an_article_supports_each_of_its_own_lines(name: str) -> None:
    """What is copied is never a fault."""
    for line in SEEDS[name].splitlines():
        assert SUPPORTS[name].unsupported(line) == ()


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Five people died.", "5 people died."),
        ("About 1.5 million people fled.", "Some 1,500,000 fled."),
        ("1,000 people fled.", "1 000 people fled."),
        ("2-3 million people fled.", "Between 2 and 3 million fled."),
        ("20 percent of them fled.", "20% of them fled."),
        ("Several hundred people fled.", "Hundreds fled."),
        ("Two children died.", "Both children died."),
        ("One child died.", "A small child died."),
        ("It was one of the worst attacks.", "It was an attack."),
        ("No one was hurt.", "Nobody was hurt."),
        ("A 48-hour truce began.", "The truce is for 48 hours."),
        ("The truce began on 6 May.", "On May 6 the truce began."),
        ("They met on February 3.", "On Feb. 3 they met."),
        ("A 7-year-old girl was hurt.", "The girl, 7 years old, was hurt."),
        ("The Fifth Brigade left.", "The 5th Brigade left."),
        ("Syrian troops left.", "Troops of Syria left."),
        ("Troops of Ukraine left.", "Ukrainian troops left."),
        ("American forces left.", "The U.S. forces left."),
        ("The United Nations warned.", "The UN warned."),
        ("NATO warned.", "Nato warned."),
        ("The IEDs went off.", "An IED went off."),
        ("The Houthis fired.", "A Houthi unit fired."),
        ("Al-Raqqa's bridges were hit.", "The bridges in al-Raqqa were hit."),
        ("Erdogan spoke.", "Erdoğan spoke."),
        ("Dayr az Zawr was hit.", "Dayr az-Zawr was hit."),
        ("Deirezzor was hit.", "Deir Ezzor was hit."),
        ("Airstrikes hit towns.", "Towns were bombed."),
        ("Fighting continued. Shelling hit the town.", "They fought in the town and shelled it."),
        ('He said: "It is over."', "He said that all was over."),
    ],
)
def test_the_same_in_other_words_passes(sentence: str, text: str) -> None:
    """Values, accents, apostrophes, hyphens, plurals and peoples are compared by what they say."""
    assert unsupported(sentence, text) == ()


@pytest.mark.parametrize(
    ("sentence", "text", "faults"),
    [
        ("Hezbollah fired rockets.", "They fired rockets.", ("Hezbollah",)),
        ("Hezbollah’s rockets hit.", "They fired rockets.", ("Hezbollah",)),
        ("Khaled fired rockets.", "They fired rockets.", ("Khaled",)),
        ("Hamas fired rockets.", "Rockets were fired in Hama.", ("Hamas",)),
        ("Nigerian troops left.", "Niger called its troops back.", ("Nigerian",)),
        ("Al-Baghdadi was hit.", "Baghdad was hit.", ("Baghdadi",)),
        ("The IS fighters left.", "This is what the fighters left.", ("IS",)),
        ("US troops left.", "The troops left us.", ("US",)),
        ("The WHO counted.", "Those who counted.", ("WHO",)),
        ("It began in May.", "It may begin.", ("May",)),
        ("It began on Friday, June 7.", "It began on Thursday, June 6.", ("Friday", "7")),
        ("It began on June 6.", "It began on May 6, not in June.", ("6",)),
        ("6 soldiers died.", "They died on May 6.", ("6",)),
        ("20 people died.", "20% of the people died.", ("20",)),
        ("20% of the people died.", "20 people died.", ("20",)),
        ("48 people died.", "They died within 48 hours.", ("48",)),
        ("One officer died.", "Two officers died.", ("One",)),
        ("Hundreds of thousands fled.", "Thousands fled, hundreds died.", ("Hundreds of thousands",)),
        ("Dozens died in Tartus and Latakia, 15 in Homs.", "15 died in Latakia.", ("Dozens", "Tartus", "Homs")),
    ],
)
def test_what_the_text_lacks_is_named_in_order(sentence: str, text: str, faults: tuple[str, ...]) -> None:
    """Near misses that spelling or a bare value would let through."""
    assert unsupported(sentence, text) == faults


@given(st.text(max_size=200) | st.text(alphabet="Aa Bb 12,.-'’%th of May U.S.éñ\u0301½٣ dozens one", max_size=200))
def test_any_text_supports_itself(text: str) -> None:
    """Of whatever script and shape; and nothing raises."""
    assert unsupported(text, text) == ()


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_number_supports_itself_and_no_other(one: int, other: int) -> None:
    """In any writing of its digits."""
    faults = unsupported(f"They counted {one} people.", f"They counted {other:,} people.")
    assert faults == (() if one == other else (str(one),))


def test_numbers_are_found_in_order_in_digits_and_words() -> None:
    """Dates and years included; "no one", "a few hundred" and "dozens" are no numbers."""
    text = (
        "On May 6, 2019, two hundred and fifty of 1.5m people, a dozen trucks and half a million tons; no one, dozens."
    )
    assert numbers_in(text) == (6, 2019, 250, 1_500_000, 12, 500_000)
    assert numbers_in("a few hundred of the 5th Corps, 6-8 and £2bn") == (5, 6, 8, 2_000_000_000)


def test_a_long_article_is_prepared_once_and_looked_up_fast() -> None:
    """100 kB and 1,000 sentences inside two seconds of CPU (measured: a tenth of a second each)."""
    text = "\n".join(SEEDS.values())
    text *= 1 + 100_000 // len(text)
    start = time.process_time()
    support = Support(text)
    for row in _rows("paraphrases.tsv") * 13:
        support.unsupported(row["sentence"])
    assert time.process_time() - start < 2


def test_a_month_belongs_to_one_day() -> None:
    """In "on 15 May 9 were killed" the nine are no day of May."""
    text = "Attack on Quirule, 15 May: 9 killed, 4 missing"
    assert unsupported("In the attack on Quirule on 15 May 9 were killed.", text) == ()
    assert unsupported("In the attack on Quirule on 15 May 8 were killed.", text) == ("8",)


def test_a_number_is_named_once() -> None:
    """However close the next one stands behind it, and whatever white space is between them."""
    sentence = "The mill was dest6oyed.\n\nSee Harbour Daily, June 20: Guns Kill 20 in Port"
    assert unsupported(sentence, "See Harbour Daily of June: Guns Kill in Port.") == ("6", "20", "20")
