#!/bin/sh
# Runs a command as one named phase and prints how long it took: sh scripts/phase.sh NAME COMMAND...
name=$1
shift
printf '\n== %s\n' "$name"
start=$(date +%s)
"$@"
code=$?
seconds=$(($(date +%s) - start))
if [ "$code" -eq 0 ]; then word=done; else word="FAILED (exit code $code)"; fi
printf '== %s: %s after %d s\n' "$name" "$word" "$seconds"
exit "$code"
