# For scripts that compare the output of commands with the files below Examples/Expected: to be sourced in the root of the
# repository, after `temporary` is set to a directory of the script's own. With `update=--update` the output is written to
# those files instead.

failures=0

# Replaces durations, dates, paths and chosen ports, which differ from run to run.
normalized() {
    sed -E -e 's/[0-9.]+ ms/N ms/' -e 's/"(latency|duration|snapshotAge|timeToFirstToken)": [0-9.e-]+/"\1": N/' \
        -e "s#$PWD#ROOT#g" -e "s#$temporary#TEMPORARY#g" \
        -e 's#(BASE_URL=http://127.0.0.1:|http://127.0.0.1:)[0-9]{4,}#\1PORT#g' -e 's/ port [0-9]{4,} / port PORT /'
}

# check NAME EXIT-CODE COMMAND...: compares standard output and error, and the exit code.
check() {
    local name=$1 code=$2 expected=Examples/Expected/$1.txt actual
    shift 2
    actual=$(set +e; "$@" 2>&1; echo "exit $?")
    actual=$(printf '%s\n' "$actual" | normalized)
    if [ "${update:-}" = --update ]; then
        mkdir -p "$(dirname "$expected")"
        printf '%s\n' "$actual" > "$expected"
    fi
    if ! diff -u "$expected" <(printf '%s\n' "$actual"); then
        echo "$name: the output differs from Examples/Expected."
        failures=1
    fi
    if [ "${actual##*$'\n'}" != "exit $code" ]; then echo "$name: the exit code is not $code."; failures=1; fi
    echo "checked $name"
}
