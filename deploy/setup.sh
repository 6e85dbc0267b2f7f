#!/bin/sh
# Makes the virtual environment in $1 and installs the hashed lock. Says in one sentence what is missing; what the tools say
# themselves goes to a file beside the environment.
set -eu
venv="$1"
log="$(dirname "$venv")/setup.log"
python="${PYTHON:-python3}"

stop() { echo "setup: $1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || stop "no '$python' found; install Python 3.11 or newer, or name one: make PYTHON=python3.12"
version="$("$python" -c 'import sys; print("%d.%d.%d" % tuple(sys.version_info[:3]))' 2>/dev/null)" ||
  stop "'$python' does not start; install Python 3.11 or newer, or name one: make PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  stop "Python $version is too old; Schakel needs Python 3.11 or newer. Name another one: make PYTHON=python3.12"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  stop "this Python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv"

echo "setup: virtual environment and packages in $venv (once; about a minute)"
rm -rf "$venv"
mkdir -p "$(dirname "$venv")"
"$python" -m venv "$venv" >"$log" 2>&1 ||
  stop "the virtual environment could not be made in $venv; is the disk full? What Python said is in $log"
# Not compiled here: what is used is compiled when it is first used, and most of what the packages hold never is.
"$venv/bin/pip" install -q --disable-pip-version-check --no-compile --require-hashes -r requirements.lock >>"$log" 2>&1 ||
  stop "the packages could not be installed; is the network up? The first run downloads from your Python package index (PIP_INDEX_URL names another). What pip said is in $log"
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-build-isolation -e . >>"$log" 2>&1 ||
  stop "the project itself could not be installed; what pip said is in $log"
# Brokers start in half the time with it, and as ever without: what keeps it from being made is no reason to stop here.
"$venv/bin/python" -m backbone.kafka.class_archive >>"$log" 2>&1 ||
  echo "setup: Kafka could not be prepared for quick starts and will start as it does without; why is in $log"
