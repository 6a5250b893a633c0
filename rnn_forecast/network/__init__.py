"""Recurrent networks: the forward pass in NumPy, and training with Keras.

In: windows and a recipe. Out: a `FittedNetwork`, or outputs `(n, horizon)` in units of each window's scale.
Imports: nothing of ours. Importing this folder loads neither Keras nor TensorFlow.

cell_kinds.py  the recurrent cells' names and gates
forward.py     weights and windows → outputs: the forward pass
history.py     a fitted network: its weights, and the losses of its epochs
training/      weights, by epochs compiled whole; the only part that knows Keras
"""
