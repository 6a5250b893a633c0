"""The command line: parse, call one verb, say what it found.

In: words, the environment. Out: files, standard output and error, an exit code.
Imports: system, terminal, options, messages, prices, windows, scores, schemas, verbs, batch.
Typer and Rich live here only.

main.py         every verb, and the exit code that the process ends with
app.py          the Typer application
*_command.py    one file a verb, mirroring verbs/ and batch/
terminal/       streams, errors, signals, a progress bar
options/        every option, declared once
messages/       what a verb found → how it is said
"""
