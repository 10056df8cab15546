#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. It needs the network; grading does not.
# Give the container at least {memory_gb} GB of memory (Settings, Autograder, Container Specifications).
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"

apt-get update -qq
apt-get install -y -qq libseccomp2 python3-pip
python3 -m pip install --quiet uv
uv venv --quiet --clear --python 3.12 "$root/venv"
uv pip install --quiet --python "$root/venv/bin/python" --torch-backend cpu --compile-bytecode "$root/source"
