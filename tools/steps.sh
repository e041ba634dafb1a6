# Named, timed steps for the test scripts: source it, call `step NAME COMMAND...`, then `finish`.
# `beside NAME COMMAND...` starts a step that runs beside the next ones, until `join`.

steps_passed=0
steps_failed=0
steps_report=()

step() {
    local name=$1
    shift
    echo
    echo "== $name"
    local started=$SECONDS
    if "$@"; then
        steps_passed=$((steps_passed + 1))
        steps_report+=("$(printf '%-36s ok      %4d s' "$name" $((SECONDS - started)))")
    else
        steps_failed=$((steps_failed + 1))
        steps_report+=("$(printf '%-36s FAILED  %4d s' "$name" $((SECONDS - started)))")
    fi
}

beside_pid=
beside() {
    beside_name=$1
    shift
    echo
    echo "== $beside_name (begun; what it prints follows later)"
    beside_output=$(mktemp)
    (
        started=$SECONDS
        "$@"
        status=$?
        echo "$((SECONDS - started))" >"$beside_output.seconds"
        exit "$status"
    ) >"$beside_output" 2>&1 &
    beside_pid=$!
}

join() {
    [ -n "$beside_pid" ] || return 0
    local outcome=ok
    wait "$beside_pid" || outcome=FAILED
    echo
    echo "== $beside_name"
    cat "$beside_output"
    if [ "$outcome" = ok ]; then
        steps_passed=$((steps_passed + 1))
    else
        steps_failed=$((steps_failed + 1))
    fi
    steps_report+=("$(printf '%-36s %-6s  %4d s, beside others' "$beside_name" "$outcome" \
        "$(cat "$beside_output.seconds" 2>/dev/null || echo 0)")")
    rm -f "$beside_output" "$beside_output.seconds"
    beside_pid=
}

finish() {
    join
    echo
    printf '%s\n' "${steps_report[@]}"
    echo
    echo "$steps_passed passed, $steps_failed failed"
    [ "$steps_failed" -eq 0 ]
}
