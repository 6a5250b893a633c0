"""The command line: every verb, and how the process ends.

In: words, the environment. Out: files, standard output and error, an exit code.
Imports: terminal, commands.
Typer and Rich live here only.

main.py         the command line of this process, and the exit code that it ends with
commands/       the verbs as words on a command line
terminal/       streams, errors, signals, a progress bar
options/        every option, declared once
messages/       what a verb found → how it is said
"""
