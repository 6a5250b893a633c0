"""What the fields of a row may end at, in the order in which it is tried, and what people call it."""

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
