#!/usr/bin/env bash
# usage: compile_documents.sh WORK_DIR COMPILER ARGUMENTS... -- DOCUMENTS...
# The programs of the documents (```cpp blocks that begin with an include) pass the compiler's syntax check, without a warning.
set -euo pipefail

work=$1
shift
command=()
while [[ $1 != -- ]]; do command+=("$1"); shift; done
shift

mkdir -p "${work}"
programs=0
for document; do
  rm -f "${work}"/program*.cpp
  awk -v work="${work}" '
    /^```cpp$/ { begins = 1; next }
    /^```$/ { inside = 0; next }
    begins { inside = /^#include/; begins = 0; if (inside) file = work "/program" ++n ".cpp" }
    inside { print > file }' "${document}"
  for program in "${work}"/program*.cpp; do
    [[ -e ${program} ]] || { echo "${document} shows no program" >&2; exit 1; }
    "${command[@]}" -Wall -Wextra -Wshadow -Werror -fsyntax-only "${program}" || { echo "a program of ${document} does not compile" >&2; exit 1; }
    programs=$((programs + 1))
  done
done
echo "${programs} programs compile"
