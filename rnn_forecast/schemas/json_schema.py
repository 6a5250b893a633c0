"""A name → the JSON schema of what goes by it."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from rnn_forecast.errors import UsageError
from rnn_forecast.prices.choosing import nearest
from rnn_forecast.schemas.documents import DOCUMENTS, FILES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Untitled(GenerateJsonSchema):
    """Pydantic's, without a title for each key that says the key again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(name: str) -> dict[str, Any]:
    """The schema of one of `DOCUMENTS`. Raises UsageError, with the nearest names, where there is none.

    Keys that it does not know may be added to what verbs say, but not to a recipe or a model.
    """
    name = FILES.get(name, name)
    if name not in DOCUMENTS:
        near = nearest(DOCUMENTS, name)
        hint = f"Nearest: {', '.join(near)}. " if near else ""
        raise UsageError(f"there is no schema {name!r}.", f"{hint}There are: {', '.join(DOCUMENTS)}.")
    of = DOCUMENTS[name]
    # what is read may leave out what has a default; what is written has it
    schema = TypeAdapter(of.type).json_schema(
        schema_generator=Untitled, mode="validation" if name == "recipe" else "serialization"
    )
    if name == "model":
        schema["properties"] = {"schema": {"const": of.version, "type": "integer"}, **schema["properties"]}
        schema["required"] = ["schema", *schema["required"]]
    head = {"$schema": DIALECT, "$id": f"urn:rnn-forecast:{name}:{of.version}", "version": of.version}
    return {**head, **schema, "title": name, "$comment": of.what}
