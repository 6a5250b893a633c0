"""Training with Keras and TensorFlow, which are loaded when a fit begins and not before.

In: windows and a recipe. Out: `FittedNetwork`s.
Imports: system, windows, network.

members.py        an ensemble: several networks with different seeds, on all cores
epochs.py         epochs, early stopping, what ends in an error
epoch_program.py  one epoch as one compiled program: forward, loss, gradient, Adam
gathering.py      origins → normalised, masked windows, inside the program
recurrence.py     a recurrent layer, forward and backward through time
cell_steps.py     one step of each cell and its derivative, by hand: faster than a tape
keras_layers.py   Keras' own initial weights, variables and optimizer
backend.py        TensorFlow imported once, silent, one thread
presence.py       whether it is installed, without loading it
"""

from typing import TYPE_CHECKING

from rnn_forecast.exports import lazily

if TYPE_CHECKING:
    from rnn_forecast.network.training.epochs import fit
    from rnn_forecast.network.training.members import fit_members

__all__ = ["fit", "fit_members"]
__getattr__ = lazily(__name__, {"fit": "epochs", "fit_members": "members"})
