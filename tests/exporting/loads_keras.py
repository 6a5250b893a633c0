"""What another program does with the files of a folder: Keras alone, under the backend of KERAS_BACKEND."""

import json
import sys
import warnings
from pathlib import Path

import keras
import numpy as np

warnings.simplefilter("error")
warnings.filterwarnings("ignore", message=".*copy keyword")  # TensorFlow's own, of NumPy 2
losses, kinds = {}, set()
for file in sorted(Path(sys.argv[1]).glob("*.keras")):
    model = keras.saving.load_model(file)
    data = np.load(file.with_suffix(".npz"))
    inputs = {"window": data["x"], "known": data["mask"]}
    said = model.predict(inputs, batch_size=64, verbose=0)
    np.testing.assert_allclose(said, data["expected"], atol=1e-5, rtol=1e-5, err_msg=file.stem)
    losses[file.stem] = model.fit(inputs, data["y"], batch_size=64, epochs=2, verbose=0).history["loss"]
    kinds |= {type(layer).__module__.partition(".")[0] for layer in model.layers}
ours = [name for name in sys.modules if name.partition(".")[0] == "rnn_forecast"]
print(json.dumps({"losses": losses, "kinds": [*kinds], "ours": ours, "backend": keras.backend.backend()}))
