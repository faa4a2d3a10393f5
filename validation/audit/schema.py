"""JSON Schema of a claim file, for editors; made from the same models that read it."""

from __future__ import annotations

import re
from typing import Any

from validation.audit.claims import TABLES, Model, Paper, TermRow

__all__ = ["claim_schema"]


def _columns(row: Any) -> list[str]:
    return [field.alias or name for name, field in row.model_fields.items() if name != "line"]


def _table(name: str, row: Any) -> dict[str, Any]:
    """A table is a text block with a header comment, or a list of rows."""
    return {
        "description": f"Columns of {name}: {', '.join(_columns(row))}",
        "anyOf": [
            {"type": "string", "pattern": r"^\s*#"},
            {"type": "array", "items": {"$ref": f"#/$defs/{row.__name__}"}},
        ],
    }


def _definitions(model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    schema = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    inner = schema.pop("$defs", {})
    schema.get("properties", {}).pop("line", None)
    for entry in (schema, *inner.values()):
        if "description" in entry:
            entry["description"] = re.sub(r"\s+", " ", entry["description"])
    return schema, inner


def claim_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a claim file.

    Examples
    --------
    >>> sorted(claim_schema()["properties"])
    ['model', 'paper', 'tables']
    """
    definitions: dict[str, Any] = {}
    for model in (Paper, Model, TermRow, *TABLES.values()):
        schema, inner = _definitions(model)
        definitions |= inner | {str(schema["title"]): schema}
    for entry in definitions.values():
        entry.get("properties", {}).pop("line", None)
    definitions["Model"]["properties"]["terms"] = _table("terms", TermRow)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Claim file of crosscheck audit",
        "type": "object",
        "required": ["paper"],
        "additionalProperties": False,
        "properties": {
            "paper": {"$ref": "#/$defs/Paper"},
            "tables": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: _table(name, row) for name, row in TABLES.items()},
            },
            "model": {"type": "array", "items": {"$ref": "#/$defs/Model"}},
        },
        "$defs": dict(sorted(definitions.items())),
    }
