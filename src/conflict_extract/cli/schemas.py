"""JSON Schema 2020-12 of the models, with each field's meaning taken from the model's docstring."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from conflict_extract.models import Article, Attribution, Claim, Event, Extraction
from conflict_extract.reply.wire import reply_schema

DIALECT = GenerateJsonSchema.schema_dialect
MODELS: tuple[type[BaseModel], ...] = (Article, Attribution, Claim, Event, Extraction)

_FIELD = re.compile(r"^    (\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


class _Written(GenerateJsonSchema):
    """Fields carry the lines under ``Attributes:`` of their model; what the library writes has all of them."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        made = super().generate(schema, mode)
        for part in (made, *made.get("$defs", {}).values()):
            _describe(part)
        return made


def schema_files() -> dict[str, str]:
    """The text of each schema file by its name; equal models give equal bytes.

    The schema of an article says what may be given (all but id and text can be left out), the others what is written.
    """
    made = {
        model.__name__.lower(): model.model_json_schema(
            schema_generator=_Written, mode="validation" if model is Article else "serialization"
        )
        for model in MODELS
    }
    made["reply"] = reply_schema()
    return {f"{name}.schema.json": _text(name, body) for name, body in made.items()}


def _text(name: str, body: dict[str, Any]) -> str:
    head = {"$schema": DIALECT, "$id": f"{name}.schema.json", "title": name.capitalize()}
    return (
        json.dumps(head | {key: part for key, part in body.items() if key not in head}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _describe(part: dict[str, Any]) -> None:
    text = inspect.cleandoc(part.get("description", ""))
    summary, found, fields = text.partition("\n\nAttributes:\n")
    if part.get("description"):
        part["description"] = summary
    for name, meaning in _FIELD.findall(fields) if found else ():
        if name in part.get("properties", {}):
            part["properties"][name]["description"] = " ".join(meaning.split())
