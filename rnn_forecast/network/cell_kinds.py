"""The kinds of recurrent cell: a gate is one product with the input and the state."""

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
