#!/bin/sh
# Makes the virtual environment in $1 and installs the hashed lock. Says in one sentence what is missing.
set -eu
venv="$1"
python="${PYTHON:-python3}"

stop() { echo "setup: $1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || stop "no '$python' found; install Python 3.11 or newer, or name one: make PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  stop "$("$python" -V) is too old; Schakel needs Python 3.11 or newer. Name another one: make PYTHON=python3.12"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  stop "this Python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv"

echo "setup: virtual environment and packages in $venv (once; about a minute)"
rm -rf "$venv"
mkdir -p "$(dirname "$venv")"
"$python" -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check --require-hashes -r requirements.lock ||
  stop "the packages could not be installed; is the network up? The first run downloads from your Python package index (PIP_INDEX_URL names another)."
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ||
  stop "the project itself could not be installed; see the message above"
