"""The JSON Schema of a record, made from its models: `python -m assistant.record.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.record.file import SCHEMA, RecordFile

FILE = Path(__file__).with_name("record.schema.json")


def text() -> str:
    """The schema (draft 2020-12) as it stands in `record.schema.json`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:journey-coach:{SCHEMA}",
        **RecordFile.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
