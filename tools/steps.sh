# Named, timed steps for the test scripts: source it, call `step NAME COMMAND...`, then `finish`.

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

finish() {
    echo
    printf '%s\n' "${steps_report[@]}"
    echo
    echo "$steps_passed passed, $steps_failed failed"
    [ "$steps_failed" -eq 0 ]
}
