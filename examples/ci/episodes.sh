#!/usr/bin/env bash
# Episodes as a CI job: fails when success or latency regresses against a kept baseline.
#
#     examples/ci/episodes.sh [TASK] [EPISODES]
#
# Writes to $OUT (default ci-results): report.json, junit.xml, summary.md, and a recording of each
# episode. BASELINE (default examples/ci/baselines/TASK.json) is compared with where it exists;
# keep a new one with `cp ci-results/report.json examples/ci/baselines/TASK.json`.
set -uo pipefail

task=${1:-pick-place}
episodes=${2:-100}
out=${OUT:-ci-results}
simrun=${SIMRUN:-.build/release/simrun}
baseline=${BASELINE:-examples/ci/baselines/$task.json}
jobs=$(nproc)

mkdir -p "$out"
gates=(--min-success "${MIN_SUCCESS:-0.8}")
[ -f "$baseline" ] && gates+=(--baseline "$baseline")

# A fixed latency, so that the episodes are the same on every machine: see docs/ci.md.
"$simrun" task "$task" --episodes "$episodes" --ci --latency "${LATENCY:-6.8ms}" --jobs "$jobs" \
    --record "$out/recordings" --no-record-images \
    --junit "$out/junit.xml" --summary "$out/summary.md" --json "${gates[@]}" >"$out/report.json"
status=$?

# Say why the first few failures failed, whether the gates held or not.
if [ $status -le 1 ]; then
    for recording in $(python3 - "$out/report.json" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
failed = [file for file, episode in zip(report["recordings"]["files"], report["episodes"])
          if not episode["success"]]
print("\n".join(failed[:3]))
PYTHON
    ); do
        "$simrun" why "$recording"
    done
fi
exit $status
