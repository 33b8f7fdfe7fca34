#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compares libraries that were just built with those that are committed. Where they differ, the compiler decides what that
# means: another one than the committed libraries were built with may give other bytes, and that is only said; the same one
# may not.
#
#   check.sh BUILT COMMITTED VERSIONS TARGET…
set -eu

built=$1
committed=$2
versions=$3
shift 3

# The line of a command in a list of versions.
line_of() {
    printf '%s\n' "$2" | grep -F "$1: " || echo "$1: missing"
}

compilers_of() {
    case $1 in
        linux-x86_64) echo gcc ;;
        linux-aarch64) echo aarch64-linux-gnu-gcc ;;
        darwin-*) echo clang ld64.lld ;;
        windows-x86_64) echo x86_64-w64-mingw32-gcc ;;
    esac
}

result=0
for target in "$@"; do
    [ -d "$built/$target" ] || continue
    for file in "$built/$target"/*; do
        if cmp -s "$file" "$committed/$target/${file##*/}"; then
            echo "$target: as committed"
            continue
        fi
        same=yes
        for compiler in $(compilers_of "$target"); do
            here=$(line_of "$compiler" "$versions")
            then=$(line_of "$compiler" "$(cat COMPILERS)")
            if [ "$here" != "$then" ]; then
                same=no
                echo "$target: other bytes by another compiler: here $here, committed by $then"
            fi
        done
        if [ "$same" = yes ]; then
            echo "$target: differs from what is committed, and was built by the same compiler: run 'make commit'" >&2
            result=1
        fi
    done
done
exit $result
