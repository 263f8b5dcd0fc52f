"""Which pictures the engine trains on and which it keeps apart, by the dataset config given."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import toml
from library import config_util

arguments = argparse.Namespace(
    train_batch_size=1, resolution=64, masked_loss=False, dataset_class=None, debug_dataset=False, max_token_length=None,
    prior_loss_weight=1.0, alpha_mask=False,
)  # fmt: skip
with Path(sys.argv[1]).open(encoding="utf-8") as file:
    config = toml.load(file)
blueprint = config_util.BlueprintGenerator(config_util.ConfigSanitizer(True, True, False, True)).generate(
    config, arguments
)
training, validation = config_util.generate_dataset_group_by_blueprint(blueprint.dataset_group)


def pictures(group):
    return sorted(key for dataset in group.datasets for key in dataset.image_data)


print(json.dumps({"training": pictures(training), "validation": pictures(validation)}))
