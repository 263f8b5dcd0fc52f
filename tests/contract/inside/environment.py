"""Prints the environment that a trainer is started with."""

import json
import os

print(json.dumps(dict(os.environ)))
