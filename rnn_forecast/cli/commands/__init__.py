"""The verbs as words on a command line: parse, call one verb, say what it found.

In: words, the environment. Out: what the session writes.
Imports: system, prices, windows, scores, tuning, schemas, verbs, batch, terminal, options, messages.

app.py          the Typer application
*_command.py    one file a verb, mirroring verbs/ and batch/
"""
