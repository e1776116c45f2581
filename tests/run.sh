#!/bin/sh
# Runs each test program (or command line) given, shows the output of those that fail, and closes with one plain line.
# Exit status 0 only when all passed.
set -u
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program in "$@"; do
    start=$(date +%s)
    if $program >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $program ($(($(date +%s) - start)) s)"
    else
        status=$?
        failed=$((failed + 1))
        echo "FAILED  $program (status $status)"
        grep -v '^\[ *\(RUN\|OK\) ' "$log" | tail -n 60
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
