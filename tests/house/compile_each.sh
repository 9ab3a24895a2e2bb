#!/usr/bin/env bash
# compile_each.sh LIST COMMAND...: the compiler's syntax check of every file in LIST, one a line, each by itself, on all
# cores. Says which do not compile, and why.
set -uo pipefail

list=$1
shift
[[ -s ${list} ]] || { echo "nothing to check in ${list}" >&2; exit 1; }

check() {
  local file=${!#} said
  said=$("$@" 2>&1) && return 0
  printf '%s does not compile:\n%s\n' "${file}" "${said}" >&2
  return 1
}
export -f check
xargs --arg-file="${list}" --delimiter='\n' --max-args=1 --max-procs="$(nproc)" bash -c 'check "$@"' check "$@"
