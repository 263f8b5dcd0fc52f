#!/bin/sh
# Locks kohya-driver's own packages for the Homebrew formula, with the address and hash of each wheel. Needs uv and a network.
set -eu
cd "$(dirname "$0")/.."
export MACOSX_DEPLOYMENT_TARGET=14.0 # as the engine's lock; uv assumes an older macOS
uv pip compile --quiet --upgrade --no-header pyproject.toml --extra vision --only-binary :all: --python-version 3.13 \
    --python-platform aarch64-apple-darwin --format pylock.toml --output-file release/pylock.macos.toml
