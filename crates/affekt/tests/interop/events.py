"""What TensorBoard's own reader finds in the run folders below a folder, as JSON."""

import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.pr_curve import metadata as pr_curve
from tensorboard.util import tensor_util

EVERYTHING = {"scalars": 0, "tensors": 0}


def run(folder):
    # As people read files by a program ...
    plain = EventAccumulator(str(folder), size_guidance=EVERYTHING)
    plain.Reload()
    scalars = {
        tag: [[event.step, event.wall_time, event.value] for event in plain.Scalars(tag)]
        for tag in plain.Tags()["scalars"]
    }
    # ... and as the dashboards do, for which every value is a tensor of a plugin.
    board = plugin_event_accumulator.EventAccumulator(str(folder))
    board.Reload()
    shown = sorted(board.PluginTagToContent("scalars"))
    curves = {}
    for tag, content in board.PluginTagToContent("pr_curves").items():
        (event,) = board.Tensors(tag)
        rows = tensor_util.make_ndarray(event.tensor_proto)
        thresholds = pr_curve.parse_plugin_metadata(content).num_thresholds
        curves[tag] = {"step": event.step, "thresholds": thresholds, "rows": rows.tolist()}
    return {"version": plain.file_version, "scalars": scalars, "shown": shown, "curves": curves}


folders = sorted(path for path in Path(sys.argv[1]).iterdir())
json.dump({folder.name: run(folder) for folder in folders}, sys.stdout)
