"""A model as one file that needs nothing of this program: ONNX or Keras, and a sheet that says what it is.

In: a model. Out: bytes.
Imports: prices, windows, network, model.

onnx_graph.py    prices in, prices out: scaling, network, shrinkage
onnx_network.py  the recurrent networks, averaged, as operators of ONNX
onnx_nodes.py    nodes and constants → a model of ONNX
keras_model.py   windows in, scaled steps out: plain layers of Keras, to train on
sheet.py         inputs, units, scaling, trust, versions and hashes, as strict JSON
"""
