#!/bin/sh
# run.sh SECONDS PROGRAM…: each libFuzzer program for that long over its corpus. New inputs go to a
# scratch folder; a crash stops the run and leaves its file in the working directory.
set -eu
seconds=$1
shift
for program in "$@"; do
    name=${program##*tests/fuzz/}
    scratch=$(mktemp -d)
    mkdir -p "tests/fuzz/corpus/$name"
    echo "fuzz    $name for $seconds s"
    "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -verbosity=0 -print_final_stats=0 "$scratch" "tests/fuzz/corpus/$name" 2>"$scratch.log" || {
        tail -n 40 "$scratch.log"
        exit 1
    }
    rm -rf "$scratch" "$scratch.log"
done
