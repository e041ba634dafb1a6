#!/usr/bin/env bash
# Makes the private Python environment for training and counterpart tests: python-env.sh DIRECTORY
set -euo pipefail
directory=$1
requirements=(training/requirements.txt training/requirements-test.txt
    training/requirements-export.txt)
counterparts=training/requirements-counterparts.txt
wanted=$(cat "${requirements[@]}" "$counterparts" | sha256sum | cut -d' ' -f1)
stamp=$directory/requirements.sha256

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi
echo "Making the Python environment in $directory (CPU PyTorch; a few minutes)"
rm -rf "$directory"
python3 -m venv "$directory"
"$directory/bin/pip" install --quiet --disable-pip-version-check \
    "${requirements[@]/#/-r}"
"$directory/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$counterparts"
echo "$wanted" >"$stamp"
