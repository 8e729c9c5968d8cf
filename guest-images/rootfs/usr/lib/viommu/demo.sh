# Shared by the demo commands. Sourced, not run.
name=${0##*/}

die() {
  echo "$name: $*" >&2
  exit 1
}

usage() {
  echo "usage: $name $*" >&2
  exit 2
}
