#!/usr/bin/env bash
# What the GitHub Action does: picks the command that fits the event, runs it with every report that GitHub has a place for,
# and ends as plait does. All that it is told comes through the environment: INPUT_COMMAND, INPUT_FILE, INPUT_ARGS,
# INPUT_COMMENT, INPUT_COMMENT_KEY, INPUT_TOKEN, DEFAULT_BRANCH, and what the runner sets.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/plait.XXXXXX") || exit 1

pick_command() {
  case ${GITHUB_EVENT_NAME:-} in
    schedule) echo drift ;;
    pull_request | merge_group | workflow_dispatch) echo plan ;;
    push)
      if [ -n "${DEFAULT_BRANCH:-}" ] && [ "${GITHUB_REF:-}" = "refs/heads/$DEFAULT_BRANCH" ]; then echo apply; else echo plan; fi
      ;;
    *) return 1 ;;
  esac
}

# read_lines NAME TEXT puts the lines of a text that are not empty into an array.
read_lines() {
  local -n lines=$1
  local line
  lines=()
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -z "$line" ] || lines+=("$line")
  done <<<"$2"
}

# Prints a file without letting a line in it act as a workflow command.
show() {
  local token
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$token"
  cat "$1"
  echo "::$token::"
}

command=${INPUT_COMMAND:-auto}
case $command in
  plan | apply | drift) ;;
  auto)
    command=$(pick_command) || {
      echo "::error::plait: nothing is done on ${GITHUB_EVENT_NAME:-this event} unless the input command says what"
      exit 64
    }
    ;;
  *)
    echo '::error::plait: the input command is none of auto, plan, apply and drift'
    exit 64
    ;;
esac

paths=() more=()
read_lines paths "${INPUT_FILE:-}"
read_lines more "${INPUT_ARGS:-}"
arguments=("$command")
for path in ${paths[@]+"${paths[@]}"}; do arguments+=(-f "$path"); done
arguments+=(-O github -O "text=$folder/report.txt" -O "markdown=$folder/report.md")
case $command in
  plan) arguments+=(-o "$folder/plan.json") ;;
  apply) arguments+=(--yes --result "$folder/result.json") ;;
  *) ;;
esac

{
  echo "command=$command"
  echo "folder=$folder"
} >>"${GITHUB_OUTPUT:-/dev/null}"

code=0
# The token for the comment is not for plait, nor for a credential helper that it starts.
env -u INPUT_TOKEN plait "${arguments[@]}" ${more[@]+"${more[@]}"} || code=$?
echo "exit-code=$code" >>"${GITHUB_OUTPUT:-/dev/null}"
[ ! -s "$folder/report.txt" ] || show "$folder/report.txt"

if [ "$command" = plan ] && [ "${GITHUB_EVENT_NAME:-}" = pull_request ] && [ "${INPUT_COMMENT:-true}" = true ]; then
  # A token that may not comment, as on a pull request from a fork, is no reason to fail: the summary has it all.
  [ ! -s "$folder/report.md" ] || node "$here/comment.mjs" "$folder/report.md" || true
fi
exit "$code"
