#!/bin/sh
# Makes what a guest's stack is read with from PLAINDIR's bzImage and System.map:
#   kernel-symbols  functions by address, for names (src/kernel/packed-symbols.ts)
#   kernel.json     where the current task is found, and where the code lies (src/kernel/known-kernel.ts)
# Both have the image's checksum in them: they are of no use with another kernel.
# usage: symbols.sh PLAINDIR
set -eu
. "$(dirname "$0")/env.sh"
plain=$1
sha256=$(sha256sum < "$plain/bzImage" | cut -d ' ' -f 1)

# address_of NAME: decimal, or nothing
address_of() {
  hex=$(awk -v name="$1" '$3 == name { print $1; exit }' "$plain/System.map")
  [ -z "$hex" ] || printf '%d' "0x$hex"
}

# Addresses as distances from the one before, which compress to half.
{
  echo "viommu-symbols 1 $sha256"
  awk '
    BEGIN { digits = "0123456789abcdef" }
    function number(text,  i, n) {
      n = 0
      for (i = 1; i <= length(text); i++) n = n * 16 + index(digits, substr(text, i, 1)) - 1
      return n
    }
    function hex(n,  text) {
      text = ""
      do {
        text = substr(digits, n % 16 + 1, 1) text
        n = int(n / 16)
      } while (n > 0)
      return text
    }
    $2 ~ /^[tTwW]$/ || $3 == "init_task" || $3 == "pcpu_hot" {
      address = number($1)
      print hex(address - before) " " $3
      before = address
    }' "$plain/System.map"
} > "$plain/kernel-symbols"

current=$(address_of pcpu_hot)
init=$(address_of init_task)
text=$(address_of _text)
etext=$(address_of _etext)
# A 32-bit kernel is mapped 3 GiB above where it lies (PAGE_OFFSET).
offset=$((0xc0000000))
[ -n "$text" ] && [ -n "$etext" ] || die "this System.map has no _text or _etext"
[ -n "$current" ] && [ -n "$init" ] ||
  die "this System.map has no pcpu_hot or init_task: see src/kernel/kernel-profile.ts"
cat > "$plain/kernel.json" << EOF
{
  "sha256": "$sha256",
  "profile": {
    "currentTask": $current,
    "preemptCount": $((current + 4)),
    "initTask": $init,
    "isPerCpu": false
  },
  "code": {
    "start": $((text - offset)),
    "end": $((etext - offset - 1))
  }
}
EOF
