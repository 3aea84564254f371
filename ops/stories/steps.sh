# What the stories of ops/demo are told with; sourced. Each of them has $work, a folder of its own, and $optare,
# the program, and says with `logs` what its servers said last.
number=0
step() { printf '\n%d. %s\n' "$((++number))" "$1"; }
# A server that is late, as on a busy machine, says so before anybody has looked at the request: it is sent again.
shed='try again after the time in Retry-After'
sheds_max=300
run() {  # Shows a command and runs it; its output is left in $output, its exit code in $code.
  printf '   $ %s\n' "$(shown "$@")"
  local again
  for ((again = 0; again < sheds_max; ++again)); do
    code=0
    output=$("$@" 2>"$work/stderr") || code=$?
    ((code)) && grep -qF "$shed" "$work/stderr" || break
    sleep 0.2
  done
}
asked() {  # asked ARGUMENTS...: what curl prints, with its exit code.
  local again text ended
  for ((again = 0; again < sheds_max; ++again)); do
    ended=0
    text=$(curl -s "$@") || ended=$?
    [[ $text == *"$shed"* ]] || break
    sleep 0.2
  done
  printf '%s\n' "$text"
  return "$ended"
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
