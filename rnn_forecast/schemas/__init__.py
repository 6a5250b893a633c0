"""What JSON of ours looks like: the type of every document and result, and its JSON schema.

In: a name. Out: a schema, as JSON. The types are what verbs return, so that a type checker holds them to it.
Imports: prices, model, scores, tuning. Pydantic turns types into schemas.

verb_results.py  what the verbs on sources say with --json, and a row of a forecast table
nights.py        what a batch says, and how its folder stands
sheets.py        what stands beside an exported file
past.py          what a record says of past forecasts
documents.py     every name: what goes by it, its type, its version
json_schema.py   a name → its JSON schema
"""
