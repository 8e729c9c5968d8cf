#!/bin/sh
# Builds a module for the kernel of this folder (npm run guest:module).
# usage: module.sh FILE.c [--out DIR]   VIOMMU_MODULE_TREE=dir keeps the prepared kernel tree there
set -eu
self=guest:module
export self
. "$(dirname "$0")/env.sh"
usage='npm run guest:module -- FILE.c [--out DIR]'
# npm runs this in the package's folder; names are meant from where npm was called
cd "${INIT_CWD:-.}"

file=
out=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      echo "$usage"
      echo 'Builds FILE.ko for the kernel of guest-images, beside FILE.c or in DIR.'
      echo 'The first time it installs what it needs from Debian, which it names, and prepares the'
      echo "kernel's headers (a minute); after that a build takes seconds."
      exit
      ;;
    --out)
      [ $# -gt 1 ] || die "--out needs a folder: $usage"
      out=$2
      shift
      ;;
    --out=*) out=${1#--out=} ;;
    -*) die "there is no option $1: $usage" ;;
    *)
      [ -z "$file" ] || die "one file at a time, not $file and $1 as well: $usage"
      file=$1
      ;;
  esac
  shift
done
[ -n "$file" ] || die "name a C file: $usage"
[ -e "$file" ] || die "there is no file $file"
[ -f "$file" ] || die "$file is not a file: name the C file in it"
case $file in
  *.c) ;;
  *) die "$file is not a C file: its name has to end in .c" ;;
esac
name=$(basename "$file" .c)
case $name in
  *[!A-Za-z0-9_-]*) die "$file: a module's name has only letters, digits, - and _: rename the file" ;;
esac
out=${out:-$(dirname "$file")}
[ -d "$out" ] || mkdir -p "$out" || die "the folder $out cannot be made"

[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] && command -v apt-get > /dev/null ||
  die 'modules are built with Debian 12 on x86-64: run this there, or in a container of it (docker run -it debian:12)'

wanted=$(sed -n 's/^linux-source-6.12 //p' "$images/VERSIONS")
tree=${VIOMMU_MODULE_TREE:-${XDG_CACHE_HOME:-$HOME/.cache}/viommu/linux-$wanted}
"$images/module-tree.sh" "$tree" "$wanted"
"$images/module-build.sh" "$tree" "$file" "$out"

vermagic=$(sed -n 's/^vermagic //p' "$images/modules/kernel.txt")
built=$(vermagic_of "$out/$name.ko")
[ "$built" = "$vermagic" ] || {
  rm "$out/$name.ko"
  die "the module is for \"$built\", the kernel is \"$vermagic\": remove $tree and try again"
}
say "$out/$name.ko, $(stat -c %s "$out/$name.ko") bytes, for Linux ${vermagic%% *}"
say "to try it: npx viommu boot --share $out --run 'share-read' --run 'insmod /mnt/share/$name.ko' --run 'dmesg | tail'"
