"""Training with Keras and TensorFlow; importing this package loads neither of them.

results.py     what training gives back
training.py    epochs, early stopping, what ends in an error
members.py     several networks with different seeds, on all cores
program.py     one epoch as one compiled program
gathering.py   origins → normalised, masked windows, inside the program
recurrence.py  a recurrent layer, forward and backward through time
rules.py       one step of each cell and its derivative
keras_parts.py real Keras layers and the Keras optimizer
backend.py     TensorFlow imported once, silent, one thread
"""

from rnn_forecast.network.members import fit_members
from rnn_forecast.network.results import Epoch, FittedNetwork
from rnn_forecast.network.training import fit

__all__ = ["Epoch", "FittedNetwork", "fit", "fit_members"]
