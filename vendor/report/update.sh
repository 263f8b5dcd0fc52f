#!/bin/sh
# Takes the files of the version that pin.toml names from npm's registry, and writes their hashes into it.
set -eu
cd "$(dirname "$0")"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' pin.toml)"
url="https://registry.npmjs.org/uplot/-/uplot-$version.tgz"
new="$(mktemp -d)"
trap 'rm -rf "$new"' EXIT
curl -fsSL "$url" | tar -xzf - -C "$new"
cp "$new/package/dist/uPlot.iife.min.js" "$new/package/dist/uPlot.min.css" .
cp "$new/package/LICENSE" uPlot.LICENSE
{
    sed -n "/^\[sha256\]/q; s#^url = .*#url = \"$url\"#; p" pin.toml
    echo '[sha256]'
    for file in uPlot.iife.min.js uPlot.min.css uPlot.LICENSE; do
        echo "\"$file\" = \"$(openssl dgst -sha256 -r "$file" | cut -d ' ' -f 1)\""
    done
} > "$new/pin.toml"
mv "$new/pin.toml" pin.toml
