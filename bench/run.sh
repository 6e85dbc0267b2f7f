#!/bin/sh
# All benchmarks in one run, then docs/performance.md. "quick" as argument: a small run that only shows that they work.
set -eu
cd "$(dirname "$0")/.."
BIN=var/venv/bin
QUIX=var/bench-venv
export UV_CACHE_DIR="$PWD/var/cache/uv"
if ! "$QUIX/bin/python" -c '' 2>/dev/null || [ ! -f "$QUIX/.complete" ] || [ bench/requirements.lock -nt "$QUIX/.complete" ]; then
  # quixstreams is measured, not used: it stays out of the product's environment.
  if "$BIN/uv" venv -q --clear --python "$BIN/python" "$QUIX" &&
    "$BIN/uv" pip install -q --python "$QUIX/bin/python" --require-hashes -r bench/requirements.lock; then
    touch "$QUIX/.complete"
  else
    echo "bench: quixstreams could not be installed; its rows are left out" >&2
    rm -rf "$QUIX"
  fi
fi
mkdir -p var/bench
rm -f var/bench/*.json
for name in gate tree sealing bulk erasure clocks lag burst latency reading year service returning brokers drill scrape auditing travel conformance overview; do
  echo "bench: $name" >&2
  case "$name" in brokers) limit=900 ;; burst | lag) limit=420 ;; *) limit=330 ;; esac  # two clusters, the second of three brokers
  timeout "$limit" "$BIN/python" -m "bench.$name" "$@" || echo "bench: $name gave no figures" >&2
done
if [ "${1:-}" != quick ]; then
  "$BIN/python" -m bench.table
fi
