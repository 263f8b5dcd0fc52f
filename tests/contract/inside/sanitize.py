"""Runs inside the engine's interpreter: are dataset configs accepted by the engine's own sanitizer?

Standard input: a JSON list of paths to dataset TOMLs. The last line of output: a JSON list, `ok` or the engine's error
for each.
"""

import json
import sys

from library.config_util import ConfigSanitizer, load_user_config


def verdict(path):
    try:
        # As train_network.py:531 makes it when there is no masked loss.
        ConfigSanitizer(True, True, False, True).sanitize_user_config(load_user_config(path))
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}"
    return "ok"


def main():
    print(json.dumps([verdict(path) for path in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
