#!/bin/sh
# Compiles every *.in below this folder into the hash-locked files beside it. Needs uv and a network.
# The engine's lock is made for the oldest Python, whose versions the newer ones accept too, and then checked with each.
set -eu
cd "$(dirname "$0")"
oldest=3.11
newer="3.12 3.13"
compile() { uv pip compile --quiet --no-header --generate-hashes "$@"; }

cd sd-scripts
compile --universal --python-version "$oldest" build.in -o build-constraints.txt
export MACOSX_DEPLOYMENT_TARGET=14.0 # torch's own minimum; uv assumes an older macOS
for pair in macos-arm64:aarch64-apple-darwin linux-x86_64:x86_64-manylinux_2_28; do
    lock="requirements-${pair%%:*}.txt"
    compile --python-platform "${pair##*:}" --python-version "$oldest" requirements.in -o "$lock"
    for version in $newer; do
        copy="$(mktemp)"
        cp "$lock" "$copy" # versions already in the output file are kept where they can be
        compile --python-platform "${pair##*:}" --python-version "$version" requirements.in -o "$copy"
        diff "$lock" "$copy" || { echo "$lock does not serve Python $version" >&2; exit 1; }
        rm "$copy"
    done
done

cd ../assets
for source in *.in; do
    compile --no-deps --universal --python-version "$oldest" "$source" -o "${source%.in}.txt"
done
