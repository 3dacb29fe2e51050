"""Write floors afresh: what the recorded answers come to now is what they must not fall below from here on.

python bench/floors.py seeds out/seeds.jsonl --gold seeds/gold --why "First recorded answers"
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from conflict_extract.cli.evaluation_files import read_gold, read_predictions
from conflict_extract.evaluation.evaluate import evaluate
from conflict_extract.evaluation.floors import gold_digest, raised, read_floors, write_floors

FLOORS = Path(__file__).parents[1] / "seeds" / "floors.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="name of the set")
    parser.add_argument("predictions", type=Path, help="extractions replayed from the recorded answers")
    parser.add_argument("--gold", type=Path, required=True, help="folder of its gold")
    parser.add_argument("--why", required=True, help="what moved the scores")
    given = parser.parse_args()
    gold = read_gold([given.gold], None)
    found = read_predictions([given.predictions], gold)
    evaluation = evaluate((each, found.documents.get(id)) for id, each in gold.documents.items())
    sets = read_floors(FLOORS) if FLOORS.exists() else {}
    prompts = sorted({each.provenance.prompt_version for each in found.extractions.values()})
    new = raised(
        sets.get(given.name),
        evaluation,
        digest=gold_digest(gold.files),
        prompt=", ".join(prompts),
        day=datetime.now(UTC).date(),
        why=given.why,
    )
    write_floors({**sets, given.name: new}, FLOORS)
    for score, floor in new.floors.items():
        print(f"{score:24} {floor:.3f}{'  LOWERED' if score in new.history[-1].lowered else ''}")


if __name__ == "__main__":
    main()
