# What the stories of ops/demo are told with; sourced. Each of them has $work, a folder of its own, and $optare,
# the program, and says with `logs` what its servers said last.
number=0
step() { printf '\n%d. %s\n' "$((++number))" "$1"; }
run() {  # Shows a command and runs it; its output is left in $output, its exit code in $code.
  printf '   $ %s\n' "$(shown "$@")"
  code=0
  output=$("$@" 2>"$work/stderr") || code=$?
}
shown() {  # Without secrets and tokens, and without the path of the program.
  local text="$*"
  text=${text//"${optare%/*}/"/}
  sed -E 's/(sk_|at_|eyJ)[A-Za-z0-9_.-]{12,}/\1.../g; s/[[:space:]]+/ /g' <<<"$text"
}
holds() {  # holds WHAT ACTUAL EXPECTED
  if [[ $2 == "$3" ]]; then
    printf '   holds: %s\n' "$1"
  else
    printf '   DOES NOT HOLD: %s\n     expected: %s\n     got:      %s\n' "$1" "$3" "$2"
    [[ ! -s $work/stderr ]] || sed 's/^/     stderr:   /' "$work/stderr"
    logs
    exit 1
  fi
}
milliseconds() { echo "$(($(date +%s%N) / 1000000))"; }
